"""An archive is built from any source, once, and can be gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from archived import as_folder, as_lines, contents, invented
from openimr.archive import build_archive, open_archive
from openimr.archive.columns import load
from openimr.archive.tags import tag, token
from openimr.errors import InputError
from openimr.letters import write


def _build(source: Path | str, archive: Path, **more: object):
    return build_archive([str(source)], archive, scheduler="in-process", **more)  # type: ignore[arg-type]


def test_letters_are_read_reviewed_and_found(tmp_path: Path) -> None:
    letters = invented(30)
    done = _build(as_lines(letters, tmp_path / "letters.jsonl"), tmp_path / "archive")
    assert (done.letters, done.skipped, done.refused) == (30, 0, 0)
    with open_archive(tmp_path / "archive") as archive:
        assert archive.determination(7) == letters[6]
        treatments = dict(
            archive.connection.execute(
                "SELECT value, count(*) FROM items JOIN names ON name = treatment GROUP BY value"
            ).fetchall()
        )
        assert sum(treatments.values()) == sum(len(one.items) for one in letters)
        some = max(treatments, key=treatments.__getitem__)
        for decision in (None, "Upheld", "Overturned"):
            found = archive.connection.execute(
                "SELECT count(*) FROM search WHERE search MATCH ?",
                (f"tags : {token(tag('treatment', some, decision))}",),
            ).fetchone()[0]
            wanted = archive.connection.execute(
                "SELECT count(DISTINCT letter) FROM items JOIN names ON name = treatment "
                "WHERE value = ? AND overturned IN (?, ?)",
                (some, decision != "Upheld", decision == "Overturned"),
            ).fetchone()[0]
            assert found == wanted


def test_the_same_letter_twice_is_one(tmp_path: Path) -> None:
    letters = invented(12)
    lines, folder = as_lines(letters, tmp_path / "a.jsonl"), as_folder(letters, tmp_path / "texts")
    _build(lines, tmp_path / "archive")
    assert _build(lines, tmp_path / "archive").skipped == 12
    done = _build(folder, tmp_path / "archive")
    assert (done.letters, done.again) == (0, 12)
    with open_archive(tmp_path / "archive") as archive:
        assert (archive.count("letters"), archive.count("documents")) == (12, 24)


def test_pdf_and_text_of_a_letter_are_one_letter(tmp_path: Path) -> None:
    (letter,) = invented(1)
    for form, ending in (("text", "txt"), ("pdf", "pdf"), ("docx", "docx"), ("html", "html")):
        (tmp_path / f"letter.{ending}").write_bytes(write(letter, form))
    done = build_archive([str(tmp_path)], tmp_path / "archive", scheduler="in-process")
    assert (done.letters, done.again, done.refused) == (1, 3, 0)


def test_what_cannot_be_read_is_kept_with_its_reason(tmp_path: Path) -> None:
    folder = as_folder(invented(2), tmp_path / "texts")
    (folder / "recipe.txt").write_text("Flour, butter, sugar.")
    (folder / "empty.pdf").write_bytes(b"")
    done = _build(folder, tmp_path / "archive")
    assert (done.letters, done.refused) == (2, 2)
    reasons = {Path(row[0]).name: row[2] for row in contents(tmp_path / "archive")["quarantine"]}
    assert "not a determination" in reasons["recipe.txt"]
    assert "empty" in reasons["empty.pdf"]
    assert _build(folder, tmp_path / "archive").skipped == 4


def test_the_order_of_time_is_the_order_of_the_index(tmp_path: Path) -> None:
    letters = invented(40)
    _build(as_lines(letters, tmp_path / "a.jsonl"), tmp_path / "archive")
    with open_archive(tmp_path / "archive") as archive:
        days = archive.connection.execute(
            "SELECT decided FROM search JOIN letters ON dated = search.rowid "
            "WHERE search MATCH 'guideline' ORDER BY search.rowid DESC"
        ).fetchall()
    assert len(days) == 40
    assert days == sorted(days, reverse=True)


def test_columns_say_what_the_tables_say(tmp_path: Path) -> None:
    _build(as_lines(invented(40), tmp_path / "a.jsonl"), tmp_path / "archive")
    with open_archive(tmp_path / "archive") as archive:
        db = archive.connection
        assert archive.count("stale") == 0
        counted: dict[tuple[int, int], int] = {}
        for _, month in load(db, ("treatment", "overturned", "item.of", "letter")):
            assert max(month["item.of"]) < len(month["letter"])
            for pair in zip(month["treatment"], month["overturned"], strict=True):
                counted[pair] = counted.get(pair, 0) + 1
        rows = db.execute("SELECT treatment, overturned, count(*) FROM items GROUP BY 1, 2")
        assert counted == {(t, o): n for t, o, n in rows}


@pytest.mark.parametrize(
    ("source", "says"),
    [("nowhere", "no such file"), ("none-*.txt", "the pattern matches nothing")],
)
def test_a_source_that_is_not_there_is_named(tmp_path: Path, source: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        _build(tmp_path / source, tmp_path / "archive")
    assert not (tmp_path / "archive").exists()

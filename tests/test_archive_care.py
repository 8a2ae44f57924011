"""Damage is found and named, and mended from the packed letters or from the sources."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from archived import as_folder, as_lines, contents, invented
from openimr.archive import build_archive, open_archive
from openimr.archive.rebuild import rebuild
from openimr.archive.store import DATABASE
from openimr.archive.verify import verify
from openimr.cli.main import cli
from openimr.errors import InputError

LETTERS = invented(40, seed=7)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    lines = as_lines(LETTERS, tmp_path / "letters.jsonl")
    build_archive([str(lines)], tmp_path / "archive", scheduler="in-process")
    return tmp_path / "archive"


def _sql(archive: Path, *statements: str) -> None:
    with sqlite3.connect(archive / DATABASE) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def _overwrite(archive: Path, table: str, share: float = 0.5) -> None:
    """Fill a page of a table with noise, as a bad sector would."""
    with sqlite3.connect(archive / DATABASE) as db:
        pages = db.execute(
            "SELECT pageno, pgoffset FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,)
        ).fetchall()
    db.close()
    _, offset = pages[int(len(pages) * share)]
    with (archive / DATABASE).open("r+b") as file:
        file.seek(offset)
        file.write(b"\xa5" * 8192)


def _zeroed_letter(archive: Path) -> None:
    _sql(archive, "UPDATE packed SET determination = zeroblob(50) WHERE letter = 9")


DAMAGES: list[tuple[Callable[[Path], None], str, str]] = [
    (_zeroed_letter, "packed", "letters 9"),
    (lambda a: _overwrite(a, "packed"), "packed", "letters"),
    (lambda a: _overwrite(a, "search_data"), "search", "full-text index"),
    (lambda a: _overwrite(a, "letters", 0), "letters", ""),
    (
        lambda a: _sql(a, "UPDATE items SET overturned = 1 - overturned WHERE letter = 5"),
        "items",
        "letters 5",
    ),
    (
        lambda a: _sql(a, "UPDATE letters SET decided = decided + 1 WHERE letter = 6"),
        "items",
        "letters 6",
    ),
    (lambda a: _sql(a, "DELETE FROM packed WHERE letter = 3"), "packed", "letters 3"),
    (lambda a: _sql(a, "DELETE FROM items WHERE letter = 4"), "items", "letters 4"),
    (lambda a: _sql(a, "DELETE FROM documents WHERE letter = 4"), "documents", "39 of 40"),
    (lambda a: _sql(a, "DELETE FROM search_docsize WHERE id % 7 = 0"), "search", "of 40"),
    (lambda a: _sql(a, "UPDATE columns SET data = x'6200' WHERE name = 'proposed'"), "columns", ""),
]


def test_a_sound_archive_is_sound(archive: Path) -> None:
    assert verify(archive) == []
    assert verify(archive, quick=True) == []


@pytest.mark.parametrize(("harm", "place", "says"), DAMAGES)
def test_damage_is_named_and_mended(
    archive: Path, harm: Callable[[Path], None], place: str, says: str
) -> None:
    sound = contents(archive)
    harm(archive)
    found = [(damage.place, damage.problem) for damage in verify(archive)]
    assert any(where.startswith(place) and says in problem for where, problem in found), found
    done = rebuild(archive, scheduler="in-process")
    assert done.lost == []
    assert verify(archive) == []
    mended = contents(archive)
    for table in sound.keys() - {"documents"}:
        assert mended[table] == sound[table], table
    assert len(mended["documents"]) == len(sound["documents"])


def test_a_letter_whose_source_is_gone_is_reported_lost(archive: Path, tmp_path: Path) -> None:
    _zeroed_letter(archive)
    (tmp_path / "letters.jsonl").unlink()
    done = rebuild(archive, scheduler="in-process")
    assert (done.letters, done.read_again) == (39, 0)
    assert [Path(source).name for source in done.lost] == ["letters.jsonl:9"]
    assert verify(archive) == []
    assert (archive / "archive.db.damaged").exists()


def test_a_lost_letter_comes_back_from_a_single_file(tmp_path: Path) -> None:
    folder = as_folder(LETTERS[:6], tmp_path / "texts")
    build_archive([str(folder)], tmp_path / "archive", scheduler="in-process")
    sound = contents(tmp_path / "archive")
    _sql(tmp_path / "archive", "DELETE FROM packed WHERE letter = 2")
    assert rebuild(tmp_path / "archive", scheduler="in-process").read_again == 1
    assert contents(tmp_path / "archive") == sound


def test_a_file_that_is_no_database_is_named(archive: Path) -> None:
    (archive / DATABASE).write_bytes(b"\xa5" * 20_000)
    assert [(d.place, d.problem) for d in verify(archive)] == [
        (DATABASE, "is not readable as a database")
    ]
    with pytest.raises(InputError, match="cannot be read as a database at all"):
        rebuild(archive, scheduler="in-process")


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DATABASE) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    before = (tmp_path / DATABASE).read_bytes()
    lines = as_lines(LETTERS[:1], tmp_path / "letters.jsonl")
    with pytest.raises(InputError, match="is no archive of OpenIMR"):
        build_archive([str(lines)], tmp_path, scheduler="in-process")
    assert (tmp_path / DATABASE).read_bytes() == before


def test_an_archive_of_a_later_version_is_refused(archive: Path) -> None:
    _sql(archive, "UPDATE meta SET value = '99' WHERE name = 'schema'")
    with pytest.raises(InputError, match="has tables of form 99"):
        open_archive(archive)


def test_the_commands_tell_what_there_is(archive: Path, tmp_path: Path) -> None:
    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli, ["archive", *words, "--archive", str(archive)])
        assert result.exit_code == code, result.output
        return result.output

    (tmp_path / "recipe.txt").write_text("Flour, butter, sugar.")
    added = run("add", str(tmp_path / "recipe.txt"), "--scheduler", "in-process", code=1)
    assert "1 could not be read" in added
    assert "recipe.txt: not a determination" in run("info", "--quarantine")
    assert '"letters": 40' in run("info", "--json")
    assert "sound" in run("verify")
    assert "40 letters made anew" in run("rebuild", "--scheduler", "in-process")
    _zeroed_letter(archive)
    assert "letters 9: damaged" in run("verify", code=1)

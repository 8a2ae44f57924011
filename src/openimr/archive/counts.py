"""Facet counts: of the items that a search finds, how many have each value, how many overturned.

Few hits are counted from the tables, many from the columns, where a million letters take a
fraction of a second.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, compress
from typing import Any

import msgspec

from openimr.archive.columns import NONE, Columns, load, months
from openimr.archive.filters import DECISIONS, Filters, Narrowed, narrow
from openimr.archive.place import Matching
from openimr.archive.query import read_query
from openimr.archive.rollups import chapters
from openimr.archive.store import Archive, explained
from openimr.archive.writer import DAY_BITS, month_of
from openimr.errors import InputError

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
_FEW = 12
"""Of a month's lists, one in so many is sought out rather than all gone through."""


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
            tally = _from_tables(archive, facets, hits, narrowed)
        else:
            tally = _from_columns(archive, facets, hits, narrowed)
        return {name: _named(archive, name, tally[name]) for name in facets}


Tally = dict[str, tuple[Counter[int], Counter[int]]]
"""By facet: items and overturned items by number of the value."""


def _hits(archive: Archive, match: Matching | None, narrowed: Narrowed) -> list[int] | None:
    """The row ids found, in order; None for all within the days asked for."""
    if match is None:
        return None
    rows = archive.connection.execute(
        f"SELECT rowid FROM search WHERE {match.where} AND rowid >= ? AND rowid < ? ORDER BY rowid",
        (*match.values, narrowed.low, narrowed.high),
    )
    hits = [row[0] for row in rows]
    if not narrowed.facts:
        return hits
    if len(hits) > _MOST_READ:
        raise InputError(
            "--facets", "would have to read the facts of too many letters", "narrow the search"
        )
    return [dated for dated in hits if _facts_hold(archive, dated, narrowed)]


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


# ----------------------------------------------------------------------------------- columns

_COLUMN = {"decision": "overturned", "drug_class": "class"}
_LISTS = {"guideline": "guideline", "criterion": "criterion.all", "section": "guideline"}


def _from_columns(
    archive: Archive, facets: Sequence[str], hits: Sequence[int] | None, narrowed: Narrowed
) -> Tally:
    tally: Tally = {name: (Counter(), Counter()) for name in facets}
    db = archive.connection
    low, high = month_of(narrowed.low >> DAY_BITS), month_of(min(narrowed.high >> DAY_BITS, 2**20))
    same = chapters(db) if "guideline" in facets else {}
    within = [month for month in months(db) if low <= month <= high]
    at = 0
    for month, columns in load(db, _wanted(facets, narrowed), within):
        dated = columns["dated"]
        if not dated:
            continue
        if hits is None:
            letters: Iterable[int] = range(
                bisect_left(dated, narrowed.low), bisect_left(dated, narrowed.high)
            )
        else:
            end = bisect_left(hits, dated[-1] + 1, at)
            letters = _places(dated, hits[at:end])
            at = end
        items = _fitting(columns, _items(columns["items"], letters), narrowed)
        for name in facets:
            _add(tally[name], name, month, columns, items, same)
    return tally


def _wanted(facets: Sequence[str], narrowed: Narrowed) -> list[str]:
    wanted = {"dated": 0, "items": 0, "overturned": 0}
    for name in (*facets, *narrowed.ids):
        if name == "year":
            continue
        if name in ("priority", "specialty"):
            wanted["item.of"] = 0
        column = _LISTS.get(name, _COLUMN.get(name, name))
        wanted[column] = 0
        if name in _LISTS or name == "specialty":
            wanted[column.partition(".")[0] + ".of"] = 0
    return list(wanted)


def _places(dated: Sequence[int], hits: Sequence[int]) -> list[int]:
    """The places of some letters in their month."""
    if len(hits) * 8 < len(dated):
        return [bisect_left(dated, one) for one in hits]
    held = set(hits)
    return list(compress(range(len(dated)), map(held.__contains__, dated)))


def _items(counts: Sequence[int], letters: Iterable[int]) -> list[int]:
    """The places of the items of some letters of a month, from the letters' numbers of items."""
    starts = list(accumulate(counts, initial=0))
    return [item for letter in letters for item in range(starts[letter], starts[letter + 1])]


def _fitting(columns: Columns, items: list[int], narrowed: Narrowed) -> list[int]:
    if narrowed.overturned is not None:
        wanted = int(narrowed.overturned)
        decided = columns["overturned"]
        items = [item for item in items if decided[item] == wanted]
    for name, ids in narrowed.ids.items():
        if name in _LISTS:
            column = _LISTS[name]
            of = columns[column.partition(".")[0] + ".of"]
            held = set(compress(of, map(ids.__contains__, columns[column])))
            items = [item for item in items if item in held]
        else:
            values = columns[_COLUMN.get(name, name)]
            items = [item for item in items if values[item] in ids]
    return items


def _add(
    tally: tuple[Counter[int], Counter[int]],
    name: str,
    month: int,
    columns: Columns,
    items: list[int],
    same: Mapping[int, int],
) -> None:
    decided = columns["overturned"]
    if name in _LISTS:
        of, values = _listed(columns, _LISTS[name], items, same)
        tally[0].update(values)
        tally[1].update(compress(values, map(decided.__getitem__, of)))
        return
    for counter, some in (
        (tally[0], items),
        (tally[1], list(compress(items, map(decided.__getitem__, items)))),
    ):
        if name == "year":
            if month:
                counter[month // 100] += len(some)
        elif name == "specialty":
            counter.update(_of_letters(columns, some))
        elif name == "priority":
            letter_of, values = columns["item.of"], columns["priority"]
            counter.update(values[letter_of[item]] for item in some)
        else:
            counter.update(map(columns[_COLUMN.get(name, name)].__getitem__, some))


def _listed(
    columns: Columns, column: str, items: list[int], same: Mapping[int, int]
) -> tuple[Sequence[int], Sequence[int]]:
    """The items with their values of a list, an item as often as it has values."""
    of, values = columns[column.partition(".")[0] + ".of"], columns[column]
    some_of: list[int] = []
    some: list[int] = []
    if len(items) * _FEW < len(of):
        at = 0
        for item in items:
            at = bisect_left(of, item, at)
            end = bisect_right(of, item, at)
            some_of += of[at:end]
            some += values[at:end]
            at = end
    else:
        chosen = bytes(map(set(items).__contains__, of))
        some_of, some = list(compress(of, chosen)), list(compress(values, chosen))
    if column != "guideline":
        return some_of, some
    # A chapter cited twice for an item, on different pages, counts once.
    pairs = dict.fromkeys(zip(some_of, map(same.__getitem__, some), strict=True))
    return [item for item, _ in pairs], [chapter for _, chapter in pairs]


def _of_letters(columns: Columns, items: list[int]) -> Iterator[int]:
    count_of = Counter(map(columns["item.of"].__getitem__, items))
    for letter, value in zip(columns["specialty.of"], columns["specialty"], strict=True):
        for _ in range(count_of[letter]):
            yield value


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

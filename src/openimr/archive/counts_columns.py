"""Facet counts from the columns: a month's arrays at a time (:mod:`openimr.archive.columns`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openimr.archive.columns import NONE, load, months
from openimr.archive.filters import EVER, Narrowed
from openimr.archive.place import Database
from openimr.archive.rollups import chapters
from openimr.archive.writer import DAY_BITS, month_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[Any]
    Held = Mapping[str, Numbers]

Tally = dict[str, tuple[Counter[int], Counter[int]]]
"""By facet: items and overturned items by number of the value."""

_COLUMN = {"decision": "overturned", "drug_class": "class"}
_LISTS = {"guideline": "guideline", "criterion": "criterion.all", "section": "guideline"}


def from_columns(
    db: Database, facets: Sequence[str], hits: Numbers | None, narrowed: Narrowed
) -> Tally:
    """Count the items of the letters found, by facets.

    Args:
        db: the archive's connection.
        facets: of :data:`openimr.archive.counts.FACETS`.
        hits: the row ids found, in order; None for all within the days asked for.
        narrowed: the filters.

    Returns:
        By facet the items, and the overturned ones, by number of the value.
    """
    import numpy as np

    same = _chapters(db) if "guideline" in facets else np.zeros(0, dtype=np.int64)
    sums = {name: (_Sums(), _Sums()) for name in facets}
    for month, held in _months(db, facets, hits, narrowed):
        chosen = _fitting(held, narrowed)
        if "dated" in held:
            chosen &= _letters(held["dated"], hits, narrowed).repeat(held["items"])
        overturned = chosen & (held["overturned"] == 1)
        for name in facets:
            for total, items in zip(sums[name], (chosen, overturned), strict=True):
                total.add(*_values(name, month, held, items, same))
    return {name: (every.counter(), some.counter()) for name, (every, some) in sums.items()}


def _months(
    db: Database, facets: Sequence[str], hits: Numbers | None, narrowed: Narrowed
) -> Iterator[tuple[int, Held]]:
    """The columns that are needed of each month with letters that may count.

    Of a month that counts whole, the columns that tell its letters apart are left out.
    """
    import numpy as np

    low, high = month_of(narrowed.low >> DAY_BITS), month_of(min(narrowed.high >> DAY_BITS, 2**20))
    within = [month for month in months(db) if low <= month <= high]
    cut = {low, high} if narrowed.low > EVER[0] or narrowed.high < EVER[1] else set()
    parts = set(within) if hits is not None else cut
    wanted = _wanted(facets, narrowed)
    for names, some in (
        (wanted, [month for month in within if month not in parts]),
        ([*wanted, "dated", "items"], [month for month in within if month in parts]),
    ):
        for month, columns in load(db, names, some):
            if len(columns["overturned"]):
                yield month, {name: np.asarray(column) for name, column in columns.items()}


class _Sums:
    """How often each number of a value was met."""

    def __init__(self) -> None:
        import numpy as np

        self._counts: Numbers = np.zeros(0, dtype=np.int64)

    def add(self, values: Numbers, times: Numbers | None) -> None:
        """Add values, each so many ``times``; once where that is None."""
        import numpy as np

        counts: Numbers = np.bincount(values.astype(np.int64) - NONE, times)
        if counts.size > self._counts.size:
            counts, self._counts = self._counts, counts
        self._counts[: counts.size] += counts

    def counter(self) -> Counter[int]:
        """The counts by value."""
        counts = enumerate(self._counts.tolist())
        return Counter({at + NONE: int(count) for at, count in counts if count})


def _wanted(facets: Sequence[str], narrowed: Narrowed) -> list[str]:
    wanted = {"overturned": 0}
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


def _letters(dated: Numbers, hits: Numbers | None, narrowed: Narrowed) -> Numbers:
    """Of each letter of a month, whether it was found."""
    import numpy as np

    if hits is None:
        return (dated >= narrowed.low) & (dated < narrowed.high)
    found = np.zeros(dated.size, dtype=bool)
    first, end = np.searchsorted(hits, (dated[0], dated[-1] + 1))
    found[np.searchsorted(dated, hits[first:end])] = True
    return found


def _fitting(held: Held, narrowed: Narrowed) -> Numbers:
    """Of each item of a month, whether it fits what is asked of items."""
    import numpy as np

    size = held["overturned"].size
    fits = np.ones(size, dtype=bool)
    if narrowed.overturned is not None:
        fits &= held["overturned"] == int(narrowed.overturned)
    for name, ids in narrowed.ids.items():
        wanted = np.fromiter(ids, np.int64, len(ids))
        if name in _LISTS:
            column = _LISTS[name]
            of = held[column.partition(".")[0] + ".of"]
            some = np.zeros(size, dtype=bool)
            some[of[np.isin(held[column], wanted)]] = True
            fits &= some
        else:
            fits &= np.isin(held[_COLUMN.get(name, name)], wanted)
    return fits


def _values(
    name: str, month: int, held: Held, items: Numbers, same: Numbers
) -> tuple[Numbers, Numbers | None]:
    """The values of a facet that some items of a month have, and how often each if not once."""
    import numpy as np

    if name == "year":
        year = np.asarray([month // 100] if month else [], dtype=np.int64)
        return year, np.full(year.size, np.count_nonzero(items), dtype=np.int64)
    if name in _LISTS:
        of, values = held[_LISTS[name].partition(".")[0] + ".of"], held[_LISTS[name]]
        some = items[of]
        of, values = of[some], values[some]
        return (values if name != "guideline" else _once(of, same[values])), None
    if name == "specialty":
        of = held["specialty.of"]
        times = np.bincount(held["item.of"][items], minlength=int(of.max(initial=0)) + 1)
        return held[name], times[of]
    if name == "priority":
        return held[name][held["item.of"][items]], None
    return held[_COLUMN.get(name, name)][items], None


def _once(of: Numbers, values: Numbers) -> Numbers:
    """The values of a list in which an item's equal ones count once: a chapter cited twice."""
    import numpy as np

    kept = np.ones(of.size, dtype=bool)
    for apart in range(1, int(np.bincount(of).max(initial=0))):
        kept[apart:] &= (of[apart:] != of[:-apart]) | (values[apart:] != values[:-apart])
    return values[kept]


def _chapters(db: Database) -> Numbers:
    """The number of the chapter for each number of a guideline."""
    import numpy as np

    same = chapters(db)
    numbers = np.zeros(max(same, default=0) + 1, dtype=np.int64)
    for guideline, chapter in same.items():
        numbers[guideline] = chapter
    return numbers

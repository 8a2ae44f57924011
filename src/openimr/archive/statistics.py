"""What an archive says in numbers: how often denials are overturned, by what, how long it takes.

Everything is counted from the months' rollups and columns, never from letters one by one. Shares
come with their 95 % interval (Wilson 1927), because a rate over eleven items is no rate over eleven
thousand.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from openimr.archive import rollups
from openimr.archive import tally as counting
from openimr.archive.columns import load, months
from openimr.archive.counts import words_of
from openimr.archive.filters import DECISIONS
from openimr.archive.store import Archive, explained
from openimr.errors import InputError
from openimr.guidelines.files import suggest
from openimr.reviews.evaluation.pictures import wilson

DIMENSIONS = counting.DIMENSIONS

FEWEST = 50
"""Sampled sentences of a treatment below which nothing is said of how formulaic it is."""


class Share(msgspec.Struct, frozen=True):
    """A share with its 95 % interval; None where nothing was counted."""

    share: float | None
    low: float | None
    high: float | None


class Row(msgspec.Struct, frozen=True):
    """Items of one value, or of one combination of two.

    ``agreement``: of the items with a proposal, the share decided as proposed.
    """

    key: tuple[str, ...]
    items: int
    overturned: int
    rate: Share
    proposed: int
    agreed: int
    proposed_overturned: int
    agreement: Share


class Table(msgspec.Struct, frozen=True):
    """Items counted by one or two dimensions."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]


class Days(msgspec.Struct, frozen=True):
    """Days up to the decision: from what, for which letters, how many letters, median, 90 %."""

    start: str
    of: str
    letters: int
    median: int | None
    p90: int | None


class Odds(msgspec.Struct, frozen=True):
    """Where physicians and criteria part on a treatment.

    ``criterion`` is the one on which most of the proposals rest that were decided otherwise
    (``times`` of ``against``); ``stricter`` of them the physicians upheld against the proposal.
    """

    treatment: str
    items: int
    agreed: int
    agreement: Share
    against: int
    stricter: int
    criterion: str | None
    times: int


class Formulaic(msgspec.Struct, frozen=True):
    """How formulaic the rationales on a treatment are.

    ``share`` of the sentences that stand, numbers aside, in another letter too. ``sentences`` is
    how many of them were looked at: all, or a sample of one in ``sampled``.
    """

    treatment: str
    sentences: int
    share: float
    sampled: int


class Overview(msgspec.Struct, frozen=True):
    """All that is said of an archive."""

    letters: int
    items: int
    first: int | None
    last: int | None
    total: Row
    tables: tuple[Table, ...]
    days: tuple[Days, ...]
    odds: tuple[Odds, ...]
    formulaic: tuple[Formulaic, ...]
    formulaic_in_all: Formulaic | None


OVERVIEW = (
    "year",
    "month",
    "treatment",
    "category",
    "drug_class",
    "guideline",
    "specialty",
    "region",
    "criterion",
    "priority",
)
"""The tables of an overview."""


def count_by(
    archive: Archive,
    by: Sequence[str],
    *,
    first: int | None = None,
    last: int | None = None,
) -> Table:
    """Count disputed items, and how many were overturned, by one or two dimensions.

    Args:
        archive: open.
        by: one or two of :data:`DIMENSIONS`.
        first: the first month of decision, ``yyyymm``.
        last: the last one.

    Returns:
        Rows in order of time for months and years, else the most frequent first.

    Raises:
        InputError: a dimension is unknown, or there are not one or two.
    """
    _check(by)
    with explained(archive.folder):
        total: counting.Tally = {}
        singles = [name for name in by if name not in ("month", "year")]
        if len(singles) < 2 and (len(singles) == 1 or by[0] in ("month", "year")):
            parts: Iterable[tuple[int, counting.Tally]] = _rolled(archive, singles)
        else:
            parts = _counted(archive, by)
        for month, part in parts:
            if (first is None or month >= first) and (last is None or month <= last):
                for key, five in part.items():
                    full = _placed(by, key, month) if len(key) < len(by) else key
                    if full is not None:
                        counting.add(total, full, five)
        return _table(archive, tuple(by), total)


def _check(by: Sequence[str]) -> None:
    if not 1 <= len(by) <= 2:
        raise InputError("--by", "takes one or two dimensions", "cross two at most")
    for name in by:
        if name not in DIMENSIONS:
            raise InputError(f"--by {name}", "is no dimension", suggest(name, list(DIMENSIONS)))
    if len(set(by)) < len(by):
        raise InputError("--by", "names a dimension twice", "name two different ones")


def _rolled(archive: Archive, singles: Sequence[str]) -> Iterable[tuple[int, counting.Tally]]:
    """Each month's counts by one dimension, from its rollup; by none, all of its items."""
    for rollup in rollups.load_all(archive.connection):
        part: counting.Tally = {}
        # Every item has one treatment, so that the treatments add up to all items.
        for value, *five in rollup.singles[singles[0] if singles else "treatment"]:
            key = (value,) if singles else ()
            counting.add(part, key, (five[0], five[1], five[2], five[3], five[4]))
        yield rollup.month, part


def _counted(archive: Archive, by: Sequence[str]) -> Iterable[tuple[int, counting.Tally]]:
    db = archive.connection
    same = rollups.chapters(db)
    for month, columns in load(db, counting.columns_for(by), months(db)):
        yield month, counting.tally(columns, month, by, same)


def _placed(by: Sequence[str], key: counting.Key, month: int) -> counting.Key | None:
    """A month's key with month and year put where they belong; None for letters without a day."""
    if not month:
        return None
    rest = iter(key)
    time = {"month": month, "year": month // 100}
    return tuple(time[name] if name in time else next(rest) for name in by)


def overview(archive: Archive) -> Overview:
    """All figures of an archive: see :class:`Overview`.

    Raises:
        InputError: the archive is damaged.
    """
    with explained(archive.folder):
        rolled = rollups.load_all(archive.connection)
        tables = tuple(_table(archive, (name,), _added(rolled, name)) for name in OVERVIEW)
        total: counting.Tally = {}
        for rollup in rolled:
            for row in rollup.singles["treatment"]:
                counting.add(total, (), (row[1], row[2], row[3], row[4], row[5]))
        whole = _row((), total.get((), (0, 0, 0, 0, 0)))
        dated = [rollup.month for rollup in rolled if rollup.month]
        formulaic = _formulaic(archive, rolled)
        return Overview(
            letters=sum(rollup.letters for rollup in rolled),
            items=whole.items,
            first=min(dated, default=None),
            last=max(dated, default=None),
            total=whole,
            tables=tables,
            days=_days(rolled),
            odds=_odds(archive, rolled),
            formulaic=formulaic[1:],
            formulaic_in_all=formulaic[0] if formulaic else None,
        )


def _added(rolled: Iterable[rollups.Rollup], name: str) -> counting.Tally:
    total: counting.Tally = {}
    for rollup in rolled:
        if name in ("month", "year"):
            if not rollup.month:
                continue
            key = (rollup.month if name == "month" else rollup.month // 100,)
            rows = [(key, row[1:]) for row in rollup.singles["treatment"]]
        else:
            rows = [((row[0],), row[1:]) for row in rollup.singles[name]]
        for place, five in rows:
            counting.add(total, place, five)
    return total


# ----------------------------------------------------------------------------------- rows


def _table(archive: Archive, by: tuple[str, ...], total: counting.Tally) -> Table:
    words = [words_of(archive, name) for name in by]
    rows = [
        _row(
            tuple(_word(name, held, n) for name, held, n in zip(by, words, key, strict=True)), five
        )
        for key, five in total.items()
    ]
    in_time = [place for place, name in enumerate(by) if name in ("month", "year")]
    rows.sort(key=lambda row: (*(row.key[place] for place in in_time), -row.items, row.key))
    return Table(by, tuple(rows))


def _word(by: str, words: Mapping[int, str], value: int) -> str:
    if by == "month":
        return f"{value // 100}-{value % 100:02d}"
    return words.get(value, str(value))


def _row(key: tuple[str, ...], five: counting.Five) -> Row:
    items, overturned, proposed, agreed, proposed_overturned = five
    return Row(
        key,
        items,
        overturned,
        share_of(overturned, items),
        proposed,
        agreed,
        proposed_overturned,
        share_of(agreed, proposed),
    )


def share_of(part: int, whole: int) -> Share:
    """A share with its interval."""
    if not whole:
        return Share(None, None, None)
    low, high = wilson(part / whole, whole)
    return Share(round(part / whole, 4), round(low, 4), round(high, 4))


# ----------------------------------------------------------------------------------- days


def _days(rolled: Sequence[rollups.Rollup]) -> tuple[Days, ...]:
    found: list[Days] = []
    for start in counting.DAYS_FROM:
        every: Counter[int] = Counter()
        expedited: Counter[int] = Counter()
        years: dict[int, Counter[int]] = {}
        for rollup in rolled:
            here = dict(rollup.days[start])
            every.update(here)
            expedited.update(dict(rollup.expedited[start]))
            years.setdefault(rollup.month // 100, Counter()).update(here)
        found.append(_spread(start, "all", every))
        found.append(_spread(start, "expedited", expedited))
        found += [_spread(start, str(year), some) for year, some in sorted(years.items()) if year]
    return tuple(found)


def _spread(start: str, of: str, counted: Counter[int]) -> Days:
    letters = sum(counted.values())
    return Days(start, of, letters, _quantile(counted, 0.5), _quantile(counted, 0.9))


def _quantile(counted: Counter[int], share: float) -> int | None:
    """The smallest number of days that at least this share of letters took."""
    letters = sum(counted.values())
    seen = 0
    for days in sorted(counted):
        seen += counted[days]
        if seen >= share * letters:
            return days
    return None


# ----------------------------------------------------------------------------------- agreement


def _odds(archive: Archive, rolled: Sequence[rollups.Rollup]) -> tuple[Odds, ...]:
    against: dict[int, Counter[int]] = {}
    stricter: Counter[int] = Counter()
    for rollup in rolled:
        for treatment, criterion, overturned, count in rollup.odds:
            against.setdefault(treatment, Counter())[criterion] += count
            if not overturned:
                stricter[treatment] += count
    names, criteria = archive.names("treatment"), archive.names("criterion")
    found = []
    for (treatment,), five in _added(rolled, "treatment").items():
        if not five[2]:
            continue
        most, times = _foremost(against.get(treatment, Counter()))
        found.append(
            Odds(
                names[treatment],
                five[2],
                five[3],
                share_of(five[3], five[2]),
                five[2] - five[3],
                stricter[treatment],
                None if most is None else criteria[most],
                times,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.against, one.treatment)))


def _foremost(counted: Counter[int]) -> tuple[int | None, int]:
    known = [(-count, number) for number, count in counted.items() if number >= 0]
    if not known:
        return None, 0
    fewer, number = min(known)
    return number, -fewer


# ----------------------------------------------------------------------------------- formulas

_MOST_SUMS = 250_000


def _formulaic(archive: Archive, rolled: Sequence[rollups.Rollup]) -> tuple[Formulaic, ...]:
    """How formulaic rationales are: in all, then by treatment."""
    sampled = rollups.SAMPLE
    kept = sum(len(rollup.sentences[0]) // 4 for rollup in rolled)
    while kept > _MOST_SUMS:
        sampled, kept = sampled * 2, kept // 2
    letters, treatments, sums = array("I"), array("I"), array("I")
    for rollup in rolled:
        for whole, part in zip((letters, treatments, sums), rollup.sentences, strict=True):
            whole.frombytes(part)
    rows = set(zip(sums, letters, treatments, strict=True))
    if sampled > rollups.SAMPLE:
        rows = {row for row in rows if row[0] % sampled == 0}
    in_letters = Counter(one for one, _ in {(one, letter) for one, letter, _ in rows})
    seen: Counter[int] = Counter(treatment for _, _, treatment in rows)
    again: Counter[int] = Counter(treatment for one, _, treatment in rows if in_letters[one] > 1)
    names = archive.names("treatment")
    if not rows:
        return ()
    found = [
        Formulaic(names[treatment], count, round(again[treatment] / count, 4), sampled)
        for treatment, count in seen.items()
        if count >= FEWEST
    ]
    found.sort(key=lambda one: (-one.share, one.treatment))
    everywhere = Formulaic("all", len(rows), round(again.total() / len(rows), 4), sampled)
    return (everywhere, *found)


__all__ = ["DECISIONS", "DIMENSIONS", "OVERVIEW", "Overview", "Table", "count_by", "overview"]

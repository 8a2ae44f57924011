"""Items of a month counted by one or two of their properties, from the month's columns.

A count is five numbers: items, overturned, items with a proposal, proposals that agree with the
decision, proposals to overturn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress

from openimr.archive.columns import NONE, Columns

DIMENSIONS = (
    "treatment",
    "category",
    "drug",
    "drug_class",
    "region",
    "phase",
    "guideline",
    "specialty",
    "criterion",
    "priority",
    "proposed",
    "month",
    "year",
)
"""What items are counted by. ``guideline`` is the reviewer's, body and chapter; ``criterion`` any
decisive one of the proposal. An item with two guidelines, criteria or specialties counts under
both."""

Key = tuple[int, ...]
Five = tuple[int, int, int, int, int]
Tally = dict[Key, Five]

_NO_FIVE: Five = (0, 0, 0, 0, 0)
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "drug_class": ("class",),
    "guideline": ("guideline.of", "guideline"),
    "specialty": ("item.of", "specialty.of", "specialty"),
    "criterion": ("criterion.of", "criterion.all"),
    "priority": ("item.of", "priority"),
    "month": (),
    "year": (),
}
_MANY = ("guideline", "specialty", "criterion")

Chapters = Mapping[int, int]
"""Of each guideline's number, the number of the first one of the same body and chapter."""


def columns_for(by: Iterable[str]) -> list[str]:
    """The columns that :func:`tally` needs to count by some dimensions."""
    wanted = {"overturned": 0, "proposed": 0}
    for name in by:
        wanted.update(dict.fromkeys(_COLUMNS.get(name, (name,)), 0))
    return list(wanted)


def tally(columns: Columns, month: int, by: Sequence[str], chapters: Chapters) -> Tally:
    """Count the items of a month by one or two dimensions, by the numbers of their values.

    Args:
        columns: those of :func:`columns_for`.
        month: ``yyyymm``, 0 for letters without a day.
        by: of :data:`DIMENSIONS`.
        chapters: which guidelines are of one chapter.
    """
    decided, proposed = columns["overturned"], columns["proposed"]
    many = [name for name in by if name in _MANY]
    single = {n: _single(columns, month, n, len(decided)) for n in by if n not in many}
    if not many:
        rows: Iterable[tuple[int, ...]] = zip(
            *(single[n] for n in by), decided, proposed, strict=True
        )
    else:
        at, values = _pairs(columns, many, chapters)
        held = {n: list(map(column.__getitem__, at)) for n, column in single.items()}
        held.update(values)
        rows = zip(
            *(held[n] for n in by),
            map(decided.__getitem__, at),
            map(proposed.__getitem__, at),
            strict=True,
        )
    return _folded(Counter(rows))


def _folded(counted: Mapping[tuple[int, ...], int]) -> Tally:
    found: Tally = {}
    for (*key, decided, proposed), count in counted.items():
        if NONE in key:
            continue
        is_proposed = proposed != NONE
        add(
            found,
            tuple(key),
            (
                count,
                count * decided,
                count * is_proposed,
                count * (is_proposed and decided == proposed),
                count * (proposed == 1),
            ),
        )
    return found


def add(to: Tally, key: Key, five: Five) -> None:
    """Add to a count."""
    a, b, c, d, e = to.get(key, _NO_FIVE)
    to[key] = (a + five[0], b + five[1], c + five[2], d + five[3], e + five[4])


def _single(columns: Columns, month: int, name: str, items: int) -> Sequence[int]:
    """The values of a dimension of which an item has one at most."""
    if name in ("month", "year"):
        return [(month if name == "month" else month // 100) or NONE] * items
    if name == "priority":
        return list(map(columns["priority"].__getitem__, columns["item.of"]))
    return columns[_COLUMNS.get(name, (name,))[0]]


def _pairs(
    columns: Columns, many: Sequence[str], chapters: Chapters
) -> tuple[list[int], dict[str, list[int]]]:
    """Items with each combination of their values of one or two dimensions of several values."""
    first = list(_listed(columns, many[0], chapters))
    if len(many) == 1 or many[0] == many[1]:
        at = [item for item, _ in first]
        return at, {many[0]: [value for _, value in first]}
    second: dict[int, list[int]] = {}
    for item, value in _listed(columns, many[1], chapters):
        second.setdefault(item, []).append(value)
    joined = [(item, one, two) for item, one in first for two in second.get(item, ())]
    at = [item for item, _, _ in joined]
    return at, {many[0]: [one for _, one, _ in joined], many[1]: [two for _, _, two in joined]}


def _listed(columns: Columns, name: str, chapters: Chapters) -> Iterable[tuple[int, int]]:
    if name == "criterion":
        return zip(columns["criterion.of"], columns["criterion.all"], strict=True)
    if name == "guideline":
        numbers = map(chapters.__getitem__, columns["guideline"])
        return dict.fromkeys(zip(columns["guideline.of"], numbers, strict=True))
    return _of_letters(columns)


def _of_letters(columns: Columns) -> Iterator[tuple[int, int]]:
    held: dict[int, list[int]] = {}
    for letter, value in zip(columns["specialty.of"], columns["specialty"], strict=True):
        held.setdefault(letter, []).append(value)
    for item, letter in enumerate(columns["item.of"]):
        for value in held.get(letter, ()):
            yield item, value


def at_odds(columns: Columns) -> Counter[tuple[int, int, int]]:
    """Items decided against the proposal, by treatment, first decisive criterion and decision.

    Needs the columns ``treatment``, ``criterion``, ``overturned`` and ``proposed``.
    """
    decided, proposed = columns["overturned"], columns["proposed"]
    against = [p not in (NONE, d) for d, p in zip(decided, proposed, strict=True)]
    rows = zip(columns["treatment"], columns["criterion"], decided, strict=True)
    return Counter(compress(rows, against))


DAYS_FROM = ("applied", "assigned", "denied")
LONGEST = 1500
"""Days above which a date is taken for misread."""


def days(columns: Columns) -> dict[str, Counter[int]]:
    """Letters by the days from application, assignment and denial to the decision.

    Needs the columns ``decided`` and those of :data:`DAYS_FROM`.
    """
    decided = columns["decided"]
    found = {}
    for name in DAYS_FROM:
        pairs = zip(decided, columns[name], strict=True)
        counted = Counter(d - a if NONE not in (a, d) else NONE for d, a in pairs)
        found[name] = Counter({n: count for n, count in counted.items() if 0 <= n <= LONGEST})
    return found

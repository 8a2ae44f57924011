"""What a search narrows to: facets of the items and of the letter, facts, days."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from openimr.archive.entry import EPOCH
from openimr.archive.store import Archive
from openimr.archive.tags import slug, tag, token
from openimr.archive.writer import DAY_BITS
from openimr.errors import InputError
from openimr.guidelines.files import suggest
from openimr.model import Fact

EVER = (-(1 << 62), 1 << 62)
"""Row ids before and after which no letter stands."""
DECISIONS = ("Upheld", "Overturned")
PRIORITIES = ("Standard", "Expedited")
POLARITIES = ("present", "negated", "hedged", "planned")

ITEM_FILTERS = (
    "treatment",
    "category",
    "drug",
    "drug_class",
    "region",
    "guideline",
    "section",
    "criterion",
)
"""The filters that hold of one disputed item."""


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a search. Of several values of one filter any will do; all filters have to hold.

    ``guideline`` is a body (``ACOEM``) or a body and chapter (``MTUS Knee Complaints``);
    ``criterion`` a decisive one (``mri_lumbar.C4``); ``fact`` a fact's name, with a polarity
    (``neuro_deficit=negated``) or a value (``pain_score>=7``); ``first`` and ``last`` the days of
    decision, both included.
    """

    treatment: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    drug: tuple[str, ...] = ()
    drug_class: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    decision: str | None = None
    guideline: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    specialty: tuple[str, ...] = ()
    priority: str | None = None
    criterion: tuple[str, ...] = ()
    fact: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    def of_items(self) -> dict[str, tuple[str, ...]]:
        """The filters of one item that are set."""
        return {name: getattr(self, name) for name in ITEM_FILTERS if getattr(self, name)}


class FactFilter(msgspec.Struct, frozen=True):
    """A fact asked for: its name, how it is asserted, and a comparison of its value if any."""

    name: str
    polarity: str = "present"
    compare: Callable[[Any, Any], bool] | None = None
    value: float | str = ""

    def tag(self) -> str:
        """Its tag; a value is not tagged."""
        said = self.name if self.polarity == "present" else f"{self.name}:{self.polarity}"
        return tag("fact", said)

    def holds(self, facts: Iterable[Fact]) -> bool:
        """Whether one of the facts is as asked for."""
        return any(
            fact.fact == self.name and fact.polarity == self.polarity and self._fits(fact.value)
            for fact in facts
        )

    def _fits(self, value: object) -> bool:
        if self.compare is None:
            return True
        if isinstance(self.value, str):
            return self.compare(str(value).casefold(), self.value.casefold())
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.compare(value, self.value)


_FACT = re.compile(r"\s*([\w:]+?)\s*(?:(>=|<=|=|>|<)\s*(.+?)\s*)?\Z")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def read_fact(text: str) -> FactFilter:
    """Read ``NAME``, ``NAME=POLARITY``, ``NAME=VALUE`` or ``NAME>=NUMBER``.

    Raises:
        InputError: it has not this form, or the vocabulary has no such fact.
    """
    from openimr.guidelines.facts import vocabulary

    known = vocabulary()
    found = _FACT.match(text)
    if found is None:
        raise InputError(
            f"--fact {text}", "is not understood", "write NAME, NAME=negated or NAME>=7"
        )
    name, sign, value = found.groups()
    if name not in known:
        near = suggest(name, list(known), short=True)
        raise InputError(f"--fact {text}", f'there is no fact "{name}"', near)
    derived = known[name].derived
    if derived is not None:
        parts = ", ".join(sorted({part for part, _ in derived.names}))
        raise InputError(
            f"--fact {text}", f"{name} is derived from other facts", f"ask for these: {parts}"
        )
    if sign is None or value is None:
        return FactFilter(name)
    if sign == "=" and value in POLARITIES:
        return FactFilter(name, value)
    try:
        return FactFilter(name, "present", _COMPARE[sign], float(value))
    except ValueError:
        if sign != "=":
            raise InputError(
                f"--fact {text}", f'"{value}" is no number', "give a number to compare with"
            ) from None
        return FactFilter(name, "present", _COMPARE[sign], value)


KINDS = {"drug_class": "class"}
"""The kind of facet of a filter, where it has another name."""


class Narrowed(msgspec.Struct, frozen=True):
    """Filters made ready for an archive.

    ``facets`` are words of the index, of each tuple one at least; ``low`` and ``high`` bound the
    row ids; ``ids`` are the numbers that the filters of one item allow (of ``names``, or of
    ``guidelines``).
    """

    facets: tuple[tuple[str, ...], ...]
    low: int
    high: int
    ids: dict[str, frozenset[int]]
    overturned: bool | None
    facts: tuple[FactFilter, ...]

    @property
    def exact(self) -> bool:
        """Whether the index alone decides which letters are meant."""
        return not self.facts and len(self.ids) < 2

    @property
    def chooses_items(self) -> bool:
        """Whether the filters tell one item of a letter from another."""
        return bool(self.ids) or self.overturned is not None

    def of_item(self) -> tuple[str, tuple[int, ...]]:
        """The condition on a row of ``items``, and its values."""
        conditions, values = ["1 = 1"], []
        if self.overturned is not None:
            conditions.append("items.overturned = ?")
            values.append(int(self.overturned))
        for name, ids in self.ids.items():
            conditions.append(_CONDITIONS[name].format(", ".join("?" * len(ids))))
            values += sorted(ids)
        return " AND ".join(conditions), tuple(values)


_CITED = (
    "EXISTS (SELECT 1 FROM citations c WHERE c.letter = items.letter "
    "AND c.position = items.position AND c.by = 1 AND c.guideline IN ({}))"
)
_CONDITIONS = {
    **{name: f"items.{name} IN ({{}})" for name in ITEM_FILTERS[:5]},
    "guideline": _CITED,
    "section": _CITED,
    "criterion": "EXISTS (SELECT 1 FROM decisive d WHERE d.letter = items.letter "
    "AND d.position = items.position AND d.criterion IN ({}))",
}


def narrow(archive: Archive, filters: Filters) -> Narrowed:
    """Make filters ready.

    Raises:
        InputError: a value is not in the archive; the message names the nearest one that is.
    """
    decision = _one_of("--decision", filters.decision, DECISIONS)
    priority = _one_of("--priority", filters.priority, PRIORITIES)
    facets: list[tuple[str, ...]] = []
    ids: dict[str, frozenset[int]] = {}
    for name, values in filters.of_items().items():
        meant = [_facet(archive, name, value) for value in values]
        facets.append(_words([tag(kind, value, decision) for kind, value, _ in meant]))
        ids[name] = frozenset().union(*(numbers for _, _, numbers in meant))
    if decision and not ids:
        facets.append(_words([tag("decision", decision)]))
    if filters.specialty:
        known = [_known(archive, "specialty", value)[0] for value in filters.specialty]
        facets.append(_words([tag("specialty", value) for value in known]))
    if priority:
        facets.append(_words([tag("priority", priority)]))
    asked = [read_fact(text) for text in filters.fact]
    facets += [_words([one.tag()]) for one in asked]
    return Narrowed(
        facets=tuple(facets),
        low=EVER[0] if filters.first is None else _day(filters.first) << DAY_BITS,
        high=EVER[1] if filters.last is None else (_day(filters.last) + 1) << DAY_BITS,
        ids=ids,
        overturned=None if decision is None else decision == "Overturned",
        facts=tuple(one for one in asked if one.compare is not None),
    )


def _day(day: date) -> int:
    return day.toordinal() - EPOCH


def _words(tags: Sequence[str]) -> tuple[str, ...]:
    return tuple(token(one) for one in tags)


def _one_of(option: str, value: str | None, known: Sequence[str]) -> str | None:
    if value is None:
        return None
    for one in known:
        if one.casefold() == value.casefold():
            return one
    raise InputError(f"{option} {value}", "is not known", suggest(value, list(known)))


def _facet(archive: Archive, name: str, value: str) -> tuple[str, str, frozenset[int]]:
    """Kind and value of the tag of an item's filter, and the numbers it stands for."""
    if name in ("guideline", "section"):
        return _guideline(archive, name, value)
    kind = KINDS.get(name, name)
    return kind, *_known(archive, kind, value)


def _known(archive: Archive, kind: str, value: str) -> tuple[str, frozenset[int]]:
    names = archive.names(kind)
    found = _named(f"--{kind} {value}", value, names.values())
    return found, frozenset(n for n, one in names.items() if slug(one) == slug(found))


def _named(option: str, value: str, known: Iterable[str]) -> str:
    """The value as the archive has it, letter case and punctuation aside."""
    by_slug = {slug(one): one for one in known}
    found = by_slug.get(slug(value))
    if found is None:
        remedy = suggest(slug(value), list(by_slug), short=True)
        raise InputError(option, "is in no letter of the archive", remedy)
    return found


def _guideline(archive: Archive, name: str, value: str) -> tuple[str, str, frozenset[int]]:
    rows = archive.connection.execute(
        "SELECT guideline, body, chapter, section FROM guidelines"
    ).fetchall()
    ways: dict[str, dict[int, str]] = {"body": {}, "chapter": {}, "section": {}}
    for number, body, chapter, section in rows:
        ways["body"][number] = body
        if chapter:
            ways["chapter"][number] = f"{body} {chapter}"
        if section:
            ways["section"][number] = section
    kind = name
    if name == "guideline":
        is_body = slug(value) in map(slug, ways["body"].values())
        kind = "body" if is_body else "chapter"
    found = _named(f"--{name} {value}", value, ways[kind].values())
    numbers = (n for n, one in ways[kind].items() if slug(one) == slug(found))
    return kind, found, frozenset(numbers)


def fitting(archive: Archive, narrowed: Narrowed, letter: int) -> list[int]:
    """The positions of the items of a letter that fit all filters of an item."""
    condition, values = narrowed.of_item()
    rows = archive.connection.execute(
        f"SELECT position FROM items WHERE letter = ? AND {condition} ORDER BY position",
        (letter, *values),
    )
    return [row[0] for row in rows]

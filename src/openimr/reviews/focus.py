"""Which part of the body a case is about, and so a request that names none.

A request for "physical therapy 2x6" is for the part that the record treats: what its diagnoses and
complaints name, what the other items of the case name, and above all the part for which the record
itself tells of the treatment ("shock wave therapy for the low back"). The weights are data:
``focus.yaml``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from openimr.guidelines.guideline import Guideline
from openimr.model import Document, Fact, Region, Side
from openimr.reviews.gate import Gated, letters
from openimr.reviews.places import places_named, region_named, side_before, side_named

PART_NAMED = "part_named"
_SENTENCE_END = re.compile(
    r"(?<=[a-z\d)%])[.;:?!](?=\s*[A-Z\d\-•])|\n\s*\n|\n(?=\s*(?:[-•*]|\d+[.)])\s)"
)
_FIRST_LETTERS = 400_000
"""As much of a document tells what it is about; those of thousands of pages repeat it."""


class Focus:
    """What the facts and the items of a case weigh for each part of the body.

    Args:
        facts: the facts of the whole record.
        items: the words of the disputed items, which name regions too.
    """

    def __init__(self, facts: Sequence[Fact], items: Sequence[str]) -> None:
        self.named = [region_named(text) for text in items]
        self._weights: dict[Region, float] = defaultdict(float)
        self._sides: dict[tuple[Region, Side], float] = defaultdict(float)
        self._about: dict[str, list[Region]] = defaultdict(list)
        self._operations = [
            (number, region, side_named(text, region))
            for number, (text, region) in enumerate(zip(items, self.named, strict=True))
            if region is not None and is_operation(text)
        ]
        data = _data()
        for fact in facts:
            if fact.region is None or fact.polarity == "negated":
                continue
            if fact.fact == PART_NAMED:
                self._tell(fact, data["other"] if fact.region == "other" else 1.0)
            elif fact.about is not None:
                self._about[fact.about].append(fact.region)

    def _tell(self, fact: Fact, vagueness: float) -> None:
        assert fact.region is not None
        weight = float(fact.value or 0)
        self._weights[fact.region] += weight * vagueness
        if fact.side is not None:
            self._sides[fact.region, fact.side] += weight

    def region(self, item: int, share: float, treatments: Collection[str] = ()) -> Region | None:
        """The region of an item that names none; None where no region has ``share`` of the weight.

        Args:
            item: the number of the item.
            share: the share of all weight that the first region must have.
            treatments: the treatment and its family, whose place the record may tell.
        """
        data = _data()
        weights = defaultdict(float, self._weights)
        for number, region in enumerate(self.named):
            if region is not None and number != item:
                weights[region] += data["other_item"]
        for treatment in treatments:
            for region in self._about.get(treatment, ()):
                weights[region] += data["same_treatment"]
        total = sum(weights.values())
        if not total:
            return None
        best, most = max(weights.items(), key=lambda one: one[1])
        return best if most >= share * total else None

    def operated(self, item: int) -> tuple[Region, Side | None] | None:
        """Region and side of the operation among the other items of the case, if there is one."""
        return next(((r, s) for number, r, s in self._operations if number != item), None)

    def side(self, region: Region) -> Side | None:
        """The side of a limb that the record is about; None where it speaks of both or neither."""
        found = {side: weight for (place, side), weight in self._sides.items() if place == region}
        total = sum(found.values())
        return next((side for side, weight in found.items() if weight > 0.7 * total), None)


def parts_named(document: Document) -> list[Fact]:
    """How much a document tells of each part of the body: a fact for each part and side.

    The value is the weight of all mentions of the part; the words are those of the first one.
    """
    text = (document.text or "")[:_FIRST_LETTERS]
    weights: dict[tuple[Region, Side | None], float] = defaultdict(float)
    first: dict[tuple[Region, Side | None], tuple[int, int]] = {}
    for begin, end, places in _told_of(text):
        sentence = text[begin:end]
        low = letters(sentence)
        weight = next(weight for weight, words in _weights() if words.search(sentence, low))
        told = set()
        for number, (start, stop, region) in enumerate(places):
            part = (region, side_before(text, start, begin))
            first.setdefault(part, (start, stop))
            if number == 0:
                weights[part] += weight * _data()["first_named"]
            if region not in told:
                weights[part] += weight
                told.add(region)
    return [
        Fact(
            fact=PART_NAMED,
            value=weight,
            polarity="present",
            document=document.name,
            start=first[region, side][0],
            end=first[region, side][1],
            quote=text[slice(*first[region, side])],
            region=region,
            side=side,
            page=bisect_right(document.page_starts, first[region, side][0]) or None,
        )
        for (region, side), weight in weights.items()
    ]


Places = list[tuple[int, int, Region]]


def _told_of(text: str) -> Iterator[tuple[int, int, Places]]:
    """The sentences that name a part of the body, each with what it names."""
    places = iter(places_named(text))
    place = next(places, None)
    for begin, end in _sentences(text):
        held: Places = []
        while place is not None and place[0] < end:
            held.append(place)
            place = next(places, None)
        if held:
            yield begin, end, held


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in _SENTENCE_END.finditer(text):
        yield begin, match.end()
        begin = match.end()
    yield begin, len(text)


@lru_cache(maxsize=1)
def _weights() -> list[tuple[float, Gated]]:
    return [
        (
            kind["weight"],
            Gated(re.compile(rf"\b(?:{kind['words']})" if kind["words"] else "", re.I)),
        )
        for kind in _data()["weights"]
    ]


def share_needed(
    treatment: str, guideline: Guideline | None, classes: Sequence[str]
) -> float | None:
    """The share of a record that its main region must have for a request of this treatment.

    Args:
        treatment: the treatment asked for.
        guideline: the guideline held for it, if any.
        classes: the classes of the drug asked for; a compounded kit is for what its drug is for.

    Returns:
        None for what is given at no place: a drug for the stomach, a laboratory test.
    """
    data = _data()
    if treatment in data["nowhere"]:
        return None
    for kind, share in data["shares"].items():
        if treatment in data[kind]["treatments"] or set(classes) & set(data[kind]["classes"]):
            return float(share)
    category = guideline.category if guideline is not None else None if classes else "other"
    for kind, share in data["shares"].items():
        if category in data[kind]["categories"]:
            return float(share)
    return None


@lru_cache(maxsize=4096)
def is_operation(text: str) -> bool:
    """Whether a request is for an operation itself and not for what goes with one."""
    words = _data()["operation"]
    return bool(
        re.search(rf"\b(?:{words['words']})\b", text, re.I)
        and not re.search(rf"\b(?:{words['not']})\b", text, re.I)
    )


def is_around_surgery(treatment: str) -> bool:
    """Whether a treatment is asked for because of an operation, at whatever place that is."""
    return treatment in _data()["around_surgery"]


class UnnamedCare(NamedTuple):
    """Care that records tell of without its kind.

    ``about`` is what a fact of it is bound to, ``facts`` the names of the facts meant (all where
    empty), ``families`` the treatments that it may be.
    """

    about: str | None
    facts: frozenset[str]
    families: frozenset[str]


@lru_cache(maxsize=1)
def unnamed_care() -> tuple[UnnamedCare, ...]:
    """What records often leave unnamed, such as "the injection" or "six visits"."""
    return tuple(
        UnnamedCare(one["about"], frozenset(one["facts"]), frozenset(one["families"]))
        for one in _data()["unnamed_care"]
    )


@lru_cache(maxsize=4096)
def is_for_whole_person(treatment: str, text: str) -> bool:
    """Whether a request serves the person and no part of the body: home care, a wheelchair."""
    whole = _data()["whole"]
    return treatment in whole["treatments"] or bool(
        re.search(rf"\b(?:{whole['words']})\b", text, re.I)
    )


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(
        files("openimr.reviews").joinpath("focus.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return loaded

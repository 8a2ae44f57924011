"""Which part of the body a case is about, and so a request that names none.

A request for "physical therapy 2x6" is for the part that the record treats: what its diagnoses and
complaints name, what the other items of the case name, and above all the part for which the record
itself names the treatment ("shock wave therapy for the low back"). The weights are data:
``focus.yaml``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from openimr.guidelines.guideline import Guideline
from openimr.model import Case, Region, Side
from openimr.reviews.places import places_named, region_named, regions_named, side_named, sides_of

_SENTENCE = re.compile(
    r"(?<=[a-z\d)%])[.;:?!](?=\s*[A-Z\d\-•])|\n\s*\n|\n(?=\s*(?:[-•*]|\d+[.)])\s)"
)
_USED_FOR = re.compile(
    r"^\W*(?:\w+\W+){0,3}?(?:for|of|to|at|in|over)\W+"
    r"(?:(?:the|his|her|right|left|bilateral|patient's)\W+)*$",
    re.I,
)
_FIRST_LETTERS = 400_000
"""As much of a record tells what it is about; case files of thousands of pages repeat it."""


class Focus:
    """What a case weighs for each region.

    ``weights`` and ``sides`` are those of the record; ``named`` holds the region that each item of
    the case names; ``sentences`` are those of the record that name a region.
    """

    def __init__(
        self,
        weights: Mapping[Region, float],
        sides: Mapping[tuple[Region, Side], float],
        items: Sequence[str],
        sentences: list[str],
    ) -> None:
        self.weights = weights
        self.sides = sides
        self.named = [region_named(text) for text in items]
        self.sentences = sentences
        self._operations = [
            (number, region, side_named(text, region))
            for number, (text, region) in enumerate(zip(items, self.named, strict=True))
            if region is not None and is_operation(text)
        ]

    def operated(self, item: int) -> tuple[Region, Side | None] | None:
        """Region and side of the operation among the other items of the case, if there is one."""
        return next(((r, s) for number, r, s in self._operations if number != item), None)

    def side(self, region: Region) -> Side | None:
        """The side of a limb that the record is about; None where it speaks of both or neither."""
        found = {side: weight for (place, side), weight in self.sides.items() if place == region}
        total = sum(found.values())
        return next((side for side, weight in found.items() if weight > 0.7 * total), None)

    def region(
        self, item: int, share: float, mentions: Callable[[str], Sequence[tuple[int, int]]]
    ) -> Region | None:
        """The region of an item that names none; None where no region has ``share`` of the weight.

        Args:
            item: the number of the item.
            share: the share of all weight that the first region must have.
            mentions: where a sentence names the treatment of the item.
        """
        data = _data()
        counted = defaultdict(float, self.weights)
        for number, region in enumerate(self.named):
            if region is not None and number != item:
                counted[region] += data["other_item"]
        for sentence in self.sentences:
            for region in _used_for(sentence, mentions(sentence)):
                counted[region] += data["named_use"]
        total = sum(counted.values())
        if not total:
            return None
        best, most = max(counted.items(), key=lambda one: one[1])
        return best if most >= share * total else None


def focus_of(case: Case, requests: Sequence[str]) -> Focus:
    """Read what a case is about from its documents and the words of its items."""
    weights: dict[Region, float] = defaultdict(float)
    sides: dict[tuple[Region, Side], float] = defaultdict(float)
    sentences: list[str] = []
    left = _FIRST_LETTERS
    for document in case.documents:
        text = (document.text or "")[: max(left, 0)]
        left -= len(text)
        for sentence in _SENTENCE.split(text):
            if regions := regions_named(sentence):
                sentences.append(sentence)
                weight = _weight(sentence)
                for region in regions:
                    weights[region] += weight * (_data()["other"] if region == "other" else 1)
                weights[regions[0]] += weight * _data()["first_named"]
                for sided in sides_of(sentence):
                    sides[sided] += weight
    return Focus(weights, sides, requests, sentences)


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


def is_for_whole_person(treatment: str, text: str) -> bool:
    """Whether a request serves the person and no part of the body: home care, a wheelchair."""
    whole = _data()["whole"]
    return treatment in whole["treatments"] or bool(
        re.search(rf"\b(?:{whole['words']})\b", text, re.I)
    )


def _used_for(sentence: str, mentions: Sequence[tuple[int, int]]) -> set[Region]:
    """The regions that a sentence names as the place of the treatment mentioned."""
    return {
        region
        for start, _, region in places_named(sentence)
        for _, end in mentions
        if end <= start and _USED_FOR.match(sentence[end:start])
    }


def _weight(sentence: str) -> float:
    return next(weight for weight, words in _weights() if words.search(sentence))


@lru_cache(maxsize=1)
def _weights() -> list[tuple[float, re.Pattern[str]]]:
    return [
        (kind["weight"], re.compile(rf"\b(?:{kind['words']})" if kind["words"] else "", re.I))
        for kind in _data()["weights"]
    ]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(
        files("openimr.reviews").joinpath("focus.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return loaded

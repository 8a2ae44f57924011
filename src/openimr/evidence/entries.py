"""What the terms of the lexicon mean, and what a text is found to hold of them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from openimr.model import Polarity, Region, Speaker

Hit = tuple[int, int, "Entry"]
"""start, end (exclusive), what was found."""


class Entry:
    """What a term means: a plain record, shared by all its terms."""

    __slots__ = (
        "about",
        "also_planned",
        "anchors",
        "as_role",
        "assess",
        "at",
        "by_region",
        "care",
        "cue",
        "drug",
        "edx",
        "exam",
        "exclude_after",
        "exclude_roles",
        "group",
        "imaging",
        "keep_region",
        "kind",
        "name",
        "nerve",
        "only",
        "only_normal",
        "pain",
        "person",
        "polarity",
        "region",
        "scope",
        "speaker",
        "spinal",
        "surgery",
        "treatment",
        "value",
        "words",
    )

    about: str | None
    also_planned: bool | None
    anchors: tuple[int, ...] | None
    as_role: dict[str, str | None] | None
    assess: bool | None
    at: dict[str, str] | None
    by_region: dict[str, str] | None
    care: bool | None
    cue: str | None
    drug: Any
    edx: bool | None
    exam: bool | None
    exclude_after: tuple[str, ...] | None
    exclude_roles: frozenset[str] | None
    group: Any
    imaging: bool | None
    keep_region: bool | None
    kind: str
    name: str
    nerve: bool | None
    only: frozenset[str] | None
    only_normal: bool | None
    pain: bool | None
    person: bool | None
    polarity: Polarity | None
    region: Region | None
    scope: str | None
    speaker: Speaker | None
    spinal: bool | None
    surgery: bool | None
    treatment: dict[str, Any] | None
    value: Any
    words: str | None

    def __init__(self, kind: str, name: str = "", **data: Any) -> None:
        """Build an entry of ``kind``; ``data`` fills the other fields, which default to None."""
        for slot in self.__slots__:
            setattr(self, slot, data.get(slot))
        self.kind = kind
        self.name = name


Meaning = tuple[
    int, bool, bool, tuple[tuple[int, "Entry"], ...], tuple[int, ...], tuple["Entry", ...]
]
"""Length of a term, whether it opens and ends with a sign, entries by layer, patterns, asides."""


class Scan(NamedTuple):
    """The hits of a text by layer."""

    places: list[Hit]
    words: list[Hit]
    cares: list[Hit]
    roles: list[Hit]
    numbers: list[Hit]
    anchors: list[tuple[int, tuple[int, ...]]]
    asides: list[Hit]


class Guard(NamedTuple):
    """What rules a pattern out before it is run: voices, a number, a drug, words it needs."""

    roles: frozenset[str]
    numeric: bool
    drugs: bool
    needs: re.Pattern[str] | None
    before: int
    after: int
    regex: re.Pattern[str]


class Slot:
    """What one string means in each layer."""

    __slots__ = ("anchors", "asides", "care", "number", "place", "role", "word")

    def __init__(self) -> None:
        self.place: Entry | None = None
        self.word: Entry | None = None
        self.care: Entry | None = None
        self.role: Entry | None = None
        self.number: Entry | None = None
        self.anchors: tuple[int, ...] = ()
        self.asides: tuple[Entry, ...] = ()

    def entries(self) -> tuple[tuple[int, Entry], ...]:
        """Return what the string means, each with the number of its layer."""
        means = (self.place, self.word, self.care, self.role, self.number)
        return tuple([(layer, entry) for layer, entry in enumerate(means) if entry is not None])

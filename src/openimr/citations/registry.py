"""The registry of guidelines: names, synonyms, regulation sections, editions by date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from openimr.model import Citation

REGISTRY = Path(__file__).with_name("registry.yaml")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who publishes: MTUS, ACOEM, ODG or other."""

    name: str
    words: list[str]
    presumed_correct: bool
    printed: str | None = None
    regulation: str | None = None


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chapter's text of one year, and the days on which it governed (8 CCR 9792.20 ff.)."""

    year: int
    since: date = msgspec.field(name="from")
    until: date | None = msgspec.field(name="to")
    certainty: str


class Chapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One chapter with the names that letters give it.

    ``sections_name`` and ``pages_name`` are its names in letters that cite by section and by
    page; ``weak`` names are only believed right after the word for the body.
    """

    name: str
    body: str
    editions: list[Edition] = []
    words: list[str] = []
    weak: list[str] = []
    regions: list[str] = []
    sections: list[str] = []
    number: int | None = None
    also_numbers: list[int] = []
    regulation: str | None = None
    sections_name: str | None = None
    pages_name: str | None = None
    edition: str | None = None
    adopted: bool = False
    by_year: bool = False

    def has_year(self, year: int | None) -> bool:
        """Whether an edition is of this year."""
        return any(edition.year == year for edition in self.editions)

    def in_force(self, day: date) -> Edition | None:
        """The edition that governed on ``day``."""
        for edition in reversed(self.editions):
            if edition.since <= day and (edition.until is None or day <= edition.until):
                return edition
        return None


class Regulation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of title 8, California Code of Regulations."""

    section: str
    name: str


class Registry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """All bodies and chapters, with look-up by any of their names."""

    bodies: dict[str, Body]
    chapters: list[Chapter]
    regulations: list[Regulation]

    @cached_property
    def mtus(self) -> Names:
        """Chapters that an MTUS citation can name."""
        return Names(c for c in self.chapters if c.body == "MTUS" or (c.adopted and not c.by_year))

    @cached_property
    def mtus_by_year(self) -> Names:
        """Chapters of the MTUS that share their name with an older one."""
        return Names(c for c in self.chapters if c.by_year)

    @cached_property
    def acoem(self) -> Names:
        """Chapters of the ACOEM guidelines, also those adopted into the MTUS."""
        return Names(c for c in self.chapters if c.body == "ACOEM" or c.number is not None)

    @cached_property
    def odg(self) -> Names:
        """Chapters of the Official Disability Guidelines."""
        return Names(c for c in self.chapters if c.body == "ODG")

    def names(self, body: str) -> Names | None:
        """The chapter names of a body; None for ``other``."""
        return {"MTUS": self.mtus, "ACOEM": self.acoem, "ODG": self.odg}.get(body)

    @cached_property
    def by_number(self) -> dict[int, Chapter]:
        """Chapters by their number in the ACOEM guidelines, 2nd edition."""
        several = {n: c for c in self.chapters for n in c.also_numbers}
        return several | {c.number: c for c in self.chapters if c.number is not None}

    @cached_property
    def by_regulation(self) -> dict[str, Chapter]:
        """Chapters by their section of title 8, such as ``9792.24.2``."""
        return {c.regulation: c for c in self.chapters if c.regulation is not None}

    @cached_property
    def body_of(self) -> dict[str, str]:
        """Body by any of its names, folded."""
        return {folded(w): key for key, body in self.bodies.items() for w in body.words}

    @cached_property
    def by_region(self) -> dict[str, Chapter]:
        """Chapters of the ODG by the body parts that point to them."""
        return {region: c for c in self.chapters for region in c.regions}

    @cached_property
    def region_words(self) -> re.Pattern[str]:
        """Any body part that points to a chapter of the ODG."""
        return re.compile(rf"\b(?:{'|'.join(_longest_first(self.by_region))})\b", re.IGNORECASE)


class Named(NamedTuple):
    """A chapter's name found in a text, and where it ends."""

    chapter: Chapter
    end: int
    strong: bool


class Names:
    """A set of chapters that are recognized by any of their names, however punctuated."""

    def __init__(self, chapters: Iterable[Chapter]) -> None:
        self.strong: dict[str, Chapter] = {}
        weak: dict[str, Chapter] = {}
        for chapter in chapters:
            names = [chapter.name, *chapter.words, chapter.sections_name, chapter.pages_name]
            for name in names:
                if name is not None:
                    self.strong.setdefault(folded(name), chapter)
            for name in chapter.weak:
                weak.setdefault(folded(name), chapter)
        self.all = weak | self.strong
        self._beginnings = {
            " ".join(words[:count])
            for words in map(str.split, self.all)
            for count in range(1, len(words))
        }

    def get(self, name: str) -> Chapter | None:
        """The chapter that goes by this name."""
        return self.all.get(folded(name))

    def match(self, text: str, at: int, end: int) -> Named | None:
        """The longest name that stands at ``at``."""
        found: Named | None = None
        key = ""
        token = _WORD.match(text, at, end)
        while token is not None:
            word = token[1].lower()
            if word != "and":
                key = f"{key} {word}" if key else word
                chapter = self.all.get(key)
                if chapter is not None:
                    found = Named(chapter, token.end(), key in self.strong)
                if key not in self._beginnings:
                    break
            token = _NEXT_WORD.match(text, token.end(), end)
        return found


_FOLD = re.compile(r"[^a-z0-9]+|\band\b")
_WORD = re.compile(r"([A-Za-z0-9]+)")
_NEXT_WORD = re.compile(r"[\s,/&–—():'’-]+([A-Za-z0-9]+)")
# What letters add to a chapter's name.
_REMARK = re.compile(
    r"\((?:acute|chronic|online|updated|revised)\b[^)]*\)|\b(?:chapter|section|guidelines?)\b"
    r"|\bACOEM\b|\b(?:2nd|3rd)\s+ed(?:ition|\.)?",
    re.IGNORECASE,
)


@cache
def _folded(name: str) -> str:
    return " ".join(_FOLD.sub(" ", name.lower()).split())


def folded(name: str) -> str:
    """A name without case, punctuation and ``and``: the key under which it is found."""
    return _folded(name) if len(name) < 80 else _folded.__wrapped__(name)


def _longest_first(names: Iterable[str]) -> list[str]:
    return [re.escape(name) for name in sorted(names, key=len, reverse=True)]


@cache
def registry() -> Registry:
    """The registry, read once."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(REGISTRY.read_bytes(), Loader=loader)
    return msgspec.convert(data, Registry)


def chapter_of(citation: Citation) -> Chapter | None:
    """The registered chapter that a citation means, by whatever name."""
    names = registry().names(citation.body)
    if names is None or citation.chapter is None:
        return None
    found = names.get(citation.chapter)
    if citation.body == "MTUS":
        newer = registry().mtus_by_year.get(citation.chapter)
        if newer is not None and (found is None or newer.has_year(citation.year)):
            return newer
    return found


def canonical(body: str, chapter: str | None) -> str | None:
    """The registered name of a chapter; an unknown one is returned as it is.

    ``Knee & Leg (Acute & Chronic)``, ``Knee chapter`` and ``knee`` are one chapter of the ODG.
    """
    if chapter is None:
        return None
    plain = _REMARK.sub(" ", chapter)
    for name in (chapter, plain):
        found = chapter_of(Citation(body=body, chapter=name))
        if found is not None:
            return found.name
    return chapter


def edition_in_force(citation: Citation, day: date) -> Edition | None:
    """The edition of the cited chapter that governed on ``day`` (8 CCR 9792.22-9792.24.4).

    None where the registry knows no edition of that day, or not the chapter.
    """
    chapter = chapter_of(citation)
    return chapter.in_force(day) if chapter else None

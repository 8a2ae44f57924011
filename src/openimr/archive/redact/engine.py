"""Redact a text: find identifiers, settle overlaps, put marks or dates in their place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from openimr.archive.redact import dates, organisations, people, recognise
from openimr.archive.redact.data import load
from openimr.archive.redact.known import Known, gathered, numbers
from openimr.archive.redact.medical import Allowed, is_eponym_use
from openimr.archive.redact.seek import Seeker
from openimr.archive.redact.spans import Span, settled
from openimr.errors import InputError

Action = Literal["remove", "keep", "year", "shift", "group"]
_MARK = re.compile(r"\[(?:[A-Z]{2,9})(?: \d+)?\]")
_OLD = 89


@dataclass(frozen=True)
class Options:
    """How to redact.

    ``profile`` is a name of ``profiles.yaml``; ``dates`` overrides what it does with dates
    (keep, year, shift); ``days`` is the shift, a constant of the case; ``numbered`` gives each
    person and organisation a number, the same throughout a case.
    """

    profile: str = "dwc_publication"
    dates: Literal["keep", "year", "shift"] | None = None
    days: int = 0
    numbered: bool = False
    today: date | None = None


@dataclass(frozen=True)
class Removed:
    """One identifier that is gone: where it stood, what it was, why, and what stands there now."""

    start: int
    end: int
    category: str
    rule: str
    mark: str


@dataclass(frozen=True)
class Redacted:
    """A text without its identifiers, and what was removed. Offsets count in the text given."""

    text: str
    removed: tuple[Removed, ...] = field(default=())

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        """How often each category was removed by each rule."""
        return dict(Counter((one.category, one.rule) for one in self.removed))


def actions(options: Options) -> dict[str, Action]:
    """What the profile does with each category.

    Raises:
        InputError: there is no such profile.
    """
    profiles = load("profiles")
    if options.profile not in profiles:
        raise InputError(options.profile, "is no redaction profile", f"use {', '.join(profiles)}")
    chosen = dict(profiles[options.profile])
    if options.dates is not None:
        chosen["DATE"] = options.dates
    return chosen


class Redactor:
    """Redacts the texts of one case: the same known values, the same shift, the same numbers."""

    def __init__(self, options: Options | None = None, known: Known | None = None) -> None:
        options, known = options or Options(), known or Known()
        self.options = options
        self.actions = actions(options)
        self.known = known
        self._seeker = Seeker(known)
        self._numbers: dict[tuple[str, str], int] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Take up the names that the records of the case give away, to be found in all of them."""
        found = self.known
        for text in texts:
            found = found.joined(self._told(text))
        self.known = found
        self._seeker = Seeker(found)

    def know(self, more: Known) -> None:
        """Take up further known values."""
        self.known = self.known.joined(more)
        self._seeker = Seeker(self.known)

    def spans(self, text: str) -> list[Span]:
        """The identifiers in a text, settled, whatever the profile does with them."""
        own = _unprompted(text)
        read = self._told(text)
        new = (
            set(read.people) - set(self.known.people)
            or set(read.organisations) - set(self.known.organisations)
            or set(read.ids) - set(self.known.ids)
        )
        seeker = Seeker(self.known.joined(read)) if new else self._seeker
        marks = [match.span() for match in _MARK.finditer(text)]
        allowed = Allowed(text)
        known = [s for s in seeker.find(text) if s.category != "NAME" or not allowed.holds(*s[:2])]
        found = [*own, *known, *self._births(text)]
        found = [s for s in found if not any(a < s.end and s.start < b for a, b in marks)]
        return _joined(text, settled(found))

    def _told(self, text: str) -> Known:
        """What the text itself gives away, to be sought in all of it."""
        own = _unprompted(text)
        return gathered(text, own).joined(numbers(text, settled([*own, *self._births(text)])))

    def _births(self, text: str) -> list[Span]:
        """Dates, those of birth apart: told by the known values or by the words before them."""
        found = []
        for one in dates.find(text):
            before = text[max(0, one.start - 40) : one.start]
            birth = one.whole in self.known.births or _BIRTH.search(before) is not None
            category = "DOB" if birth else "DATE"
            found.append(
                Span(
                    one.start,
                    one.end,
                    category,
                    "known" if birth and one.whole in self.known.births else "date",
                    8,
                )
            )
        return found

    def __call__(self, text: str) -> Redacted:
        """Redact one text."""
        parts: list[str] = []
        removed: list[Removed] = []
        at = 0
        for span in self.spans(text):
            mark = self._mark(text, span)
            if mark is None:
                continue
            parts += [text[at : span.start], mark]
            removed.append(Removed(span.start, span.end, span.category, span.rule, mark))
            at = span.end
        return Redacted("".join([*parts, text[at:]]), tuple(removed))

    def _mark(self, text: str, span: Span) -> str | None:
        """What is put in a span's place, None where it stays."""
        action = self.actions.get(span.category, self.actions["other"])
        old = text[span.start : span.end]
        if action == "keep":
            return None
        if span.category in ("DATE", "DOB") and (action in ("year", "shift")):
            return self._dated(text, span, action)
        if action == "group":
            return "90+"
        if self.options.numbered and span.category in ("NAME", "ORG"):
            key = (span.category, re.sub(r"\W+", " ", old).strip().lower())
            number = self._numbers.setdefault(key, 1 + sum(k[0] == key[0] for k in self._numbers))
            return f"[{span.category} {number}]"
        return f"[{span.category}]"

    def _dated(self, text: str, span: Span, action: Action) -> str | None:
        old = text[span.start : span.end]
        one = next((d for d in dates.find(old) if (d.start, d.end) == (0, len(old))), None)
        if one is None:
            one = next((d for d in dates.find(text) if (d.start, d.end) == span[:2]), None)
            one = one and one._replace(start=0, end=len(old))
        if one is None or one.year is None:
            return f"[{span.category}]"
        if action == "year":
            return str(one.year)
        return dates.shifted(one, old, self.options.days) or f"[{span.category}]"


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """Parts of a name that stand side by side, as one."""
    done: list[Span] = []
    for span in spans:
        last = done[-1] if done else None
        if (
            last
            and last.category == span.category == "NAME"
            and text[last.end : span.start] in (" ", "\n", ". ")
        ):
            done[-1] = last._replace(end=span.end)
        else:
            done.append(span)
    return done


_BIRTH = re.compile(
    r"(?:\bd\.?o\.?b\.?|\bbirth(?:\s*date|day)?|\bborn)\W{0,3}(?:is|was|on|:|in)?\W{0,3}(?:\w+\W{1,2})?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def _unprompted(text: str) -> tuple[Span, ...]:
    """What is found without any known value, less the medical allow-list."""
    allowed = Allowed(text)
    found = [*recognise.find(text), *people.find(text), *organisations.find(text)]
    return tuple(s for s in found if not _medical(text, s, allowed))


def _medical(text: str, span: Span, allowed: Allowed) -> bool:
    if span.category in ("EMAIL", "URL", "CASE"):
        return False
    if allowed.holds(span.start, span.end):
        return True
    return (
        span.category == "NAME"
        and span.rule not in ("title", "label", "credential")
        and is_eponym_use(text, span.start, span.end)
    )

"""Dates in a text: found as records write them, moved by a constant, or cut to the year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from openimr.archive.redact.data import date_shapes

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


class Found(NamedTuple):
    """A date in a text. ``day`` or ``month`` is None where the text does not tell it."""

    start: int
    end: int
    shape: str
    year: int | None
    month: int | None
    day: int | None

    @property
    def whole(self) -> date | None:
        """The calendar day, where the text tells one."""
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


def find(text: str) -> Iterator[Found]:
    """The dates of a text, in order, without overlap; the first shape that fits a place wins."""
    taken: list[Found] = []
    for name, pattern in date_shapes().items():
        for match in pattern.finditer(text):
            groups = match.groupdict()
            start, end = match.span("v") if groups.get("v") else match.span()
            if any(start < other.end and other.start < end for other in taken):
                continue
            month = groups.get("m")
            if month and not _is_month(text, match, name):
                continue
            number = _month_number(month) if month else _int(groups.get("n"))
            day = _int(groups.get("d"))
            taken.append(Found(start, end, name, _full_year(groups.get("y")), number, day))
    yield from sorted(taken)


def _is_month(text: str, match: re.Match[str], shape: str) -> bool:
    word = match["m"]
    if shape in ("in-month",):
        return word[0].isupper() and (len(word) > 3 or word.lower() in ("jan", "feb", "aug"))
    return not (word.islower() and word in ("may", "mar", "march", "dec", "sep") and shape == "md")


def _int(text: str | None) -> int | None:
    return int(text) if text else None


def _month_number(word: str) -> int:
    return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(word.lower()[:3]))


def _full_year(text: str | None) -> int | None:
    """The year; of two digits, the century that keeps it out of the future (pivot 40)."""
    if not text:
        return None
    digits = text.lstrip("'’")
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 40 else 1900)


def shifted(found: Found, text: str, days: int) -> str | None:
    """The date moved by ``days``, written as it was; None where it cannot be computed.

    A month without a day moves as its fifteenth would; a day without a year is not moved, since
    its year, and so its calendar, is not known.
    """
    if found.year is None or found.month is None or found.shape in ("day-words", "month-words"):
        return None
    try:
        moved = date(found.year, found.month, found.day or 15) + timedelta(days)
    except (ValueError, OverflowError):
        return None
    return _written(moved, found, text)


def _written(day: date, found: Found, text: str) -> str | None:
    """``day`` in the spelling of the found date."""
    pattern = date_shapes()[found.shape]
    old = text[found.start : found.end]
    match = pattern.fullmatch(old) or pattern.match(old)
    if match is None:
        return None
    new = old
    groups = match.groupdict()
    numbers = [groups[n] for n in ("n", "d") if groups.get(n)]
    # One leading zero tells how the others would be written; two digits alone tell nothing.
    pad = any(n.startswith("0") for n in numbers) or found.shape in ("iso", "compact")
    pad = pad or (len(numbers) == 2 and all(len(n) == 2 for n in numbers))
    for name in sorted(
        (n for n in ("y", "n", "m", "d") if groups.get(n)), key=match.start, reverse=True
    ):
        start, end = match.span(name)
        new = new[:start] + _part(name, match[name], day, pad) + new[end:]
    if found.day is not None:
        new = re.sub(
            r"(?<=\d)(\s?)(?:st|nd|rd|th)\b", lambda m: m[1] + _ordinal(day.day), new, count=1
        )
    return new


def _part(name: str, old: str, day: date, pad: bool) -> str:
    if name == "y":
        lead = old[0] if old[0] in "'’" else ""
        return lead + (f"{day:%y}" if len(old.lstrip("'’")) == 2 else f"{day.year:04d}")
    if name == "m":
        word = _MONTHS[day.month - 1]
        if len(old) <= 4 and old.lower() != _MONTHS[_month_number(old) - 1]:
            word = word[:3]
        return word.upper() if old.isupper() else word if old.islower() else word.capitalize()
    value = day.month if name == "n" else day.day
    return f"{value:02d}" if pad else str(value)


def _ordinal(day: int) -> str:
    return {1: "st", 21: "st", 31: "st", 2: "nd", 22: "nd", 3: "rd", 23: "rd"}.get(day, "th")

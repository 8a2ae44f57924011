"""Dates as clinical records write them.

Styles: ``10-27-16``, ``10/27/2016``, ``2016-10-27``, ``October 27, 2016``, ``26 August 2013``,
``Oct 2016``, ``11/2016``. A month without a day stands for its first day.
"""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
# Both patterns begin with a digit, which keeps the scan fast; neighbours are looked at after.
_NUMERIC = re.compile(r"([0-9]{1,4})\s?([-/])\s?([0-9]{1,4})(?:\s?[-/]\s?([0-9]{2,4}))?", re.ASCII)
_YEAR = re.compile(r"(?:19|20)[0-9][0-9]")
_WORDED = re.compile(
    rf"\b(?:(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m5>{_MONTH})\.?,?"
    rf"|(?P<m4>{_MONTH})\.?(?:\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?)?(?:\sof)?)\s?$",
    re.I,
)


_JOINED = frozenset("0123456789/.-")
_IN_DIGITS = frozenset("0123456789/-")
_GOES_ON = frozenset(("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "/", "-"))


def _order(
    first: str, mark: str, second: str, third: str | None, whole: str
) -> tuple[str, str, str | None] | None:
    """Return year, month and day of the parts of a numeric date, or None where they make none."""
    if third is None:
        # 11/2016
        fits = mark == "/" and len(second) == 4 and len(first) <= 2 and " " not in whole
        return (second, first, None) if fits else None
    if len(second) > 2 or len(third) == 3:
        return None
    if len(first) == 4:
        return first, second, third
    return (third, first, second) if len(first) <= 2 else None


def _build(year: str, month: str, day: str | None) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 50 else 1900
    try:
        if not 1900 <= number < 2100:
            return None
        return date(number, int(month), int(day or 1))
    except ValueError:
        return None


def find_dates(text: str) -> list[tuple[int, int, date]]:
    """Return (start, end, date) of every well-formed date of ``text``, in order."""
    found = []
    for match in _NUMERIC.finditer(text):
        at, end = match.span()
        first, mark, second, third = match.groups()
        if (at and text[at - 1] in _JOINED) or text[end : end + 1] in _GOES_ON:
            continue
        parts = _order(first, mark, second, third, match[0])
        if parts is None:
            continue
        value = _build(*parts)
        if value is not None:
            found.append((at, end, value))
    worded = False
    for match in _YEAR.finditer(text):
        at, end = match.span()
        # a month in words stands right before, not a part of a date in digits
        if not at or text[at - 1] in _IN_DIGITS or text[end : end + 1] in _GOES_ON:
            continue
        # "October 27, ", "26 August ": never longer than this
        low = max(0, at - 20)
        before = _WORDED.search(text[low:at])
        if before is None:
            continue
        month = before["m5"] or before["m4"]
        value = _build(match[0], str(_MONTHS[month.lower()]), before["d5"] or before["d4"])
        if value is not None:
            found.append((low + before.start(), match.end(), value))
            worded = True
    if worded:
        found.sort()
    return found


def parse_date(text: str) -> date | None:
    """Return the first date of ``text``, or None."""
    found = find_dates(text)
    return found[0][2] if found else None

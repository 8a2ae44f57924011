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
# Each pattern begins with a digit class, which keeps the scan fast.
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?:(?P<y1>(?:19|20)\d\d)-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})"
    r"|(?P<m2>\d{1,2})\s?[-/]\s?(?P<d2>\d{1,2})\s?[-/]\s?(?P<y2>(?:19|20)?\d\d)"
    r"|(?P<m3>0?[1-9]|1[0-2])/(?P<y3>(?:19|20)\d\d))(?![\d/-])"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?![\d/-])")
_WORDED = re.compile(
    rf"\b(?:(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m5>{_MONTH})\.?,?"
    rf"|(?P<m4>{_MONTH})\.?(?:\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?)?(?:\sof)?)\s?$",
    re.I,
)


def _build(year: str, month: str, day: str | None) -> date | None:
    number = int(year)
    if number < 100:
        number += 2000 if number < 50 else 1900
    try:
        return date(number, int(month), int(day or 1))
    except ValueError:
        return None


def find_dates(text: str) -> list[tuple[int, int, date]]:
    """Return (start, end, date) of every well-formed date of ``text``, in order."""
    found = []
    for match in _NUMERIC.finditer(text):
        for style in "213":
            year = match[f"y{style}"]
            if year is not None:
                day = match[f"d{style}"] if style != "3" else None
                value = _build(year, match[f"m{style}"], day)
                if value is not None:
                    found.append((match.start(), match.end(), value))
                break
    worded = False
    for match in _YEAR.finditer(text):
        at = match.start()
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

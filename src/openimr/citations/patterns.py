"""Regular expressions built from the registry, once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from openimr.citations.registry import registry

_I = re.IGNORECASE

NUMBERS = r"\d{1,4}(?:\s*[-–]\s*\d{1,4})?(?:\s*(?:,|&|and)\s*\d{1,4}(?:\s*[-–]\s*\d{1,4})?)*"
PAGES = re.compile(
    rf"[\s,;(]*\b(?:Page\(s\)|pages?|pgs?\.?|pp?\.?)\s*:?\s*(?P<pages>{NUMBERS})(?!\d)"
    r"(?:\s+(?:out\s+)?of\s+\d+)?\)?",
    _I,
)
YEAR = re.compile(r"[\s,]*\(?(?:\brevised\s+)?\b(?P<year>(?:19|20)\d\d)\)?(?!\d)", _I)
CHAPTER_NUMBER = re.compile(r"[\s,;:(]*\b(?:Chapter|Ch\.?)\s+(?P<number>\d{1,2})\b\)?", _I)
REGULATION = re.compile(
    r"(?:(?:Title\s+)?8,?\s+C(?:\.\s?)?C(?:\.\s?)?R\.?|California\s+Code\s+of\s+Regulations)?"
    r"[\s,]*(?:§+|sections?|sec\.)?\s*(?P<section>9792\.2\d(?:\.\d{1,2})?)(?!\d)"
    r"(?:\s*(?:-|–|to|through)\s*(?:§\s*)?(?P<last>9792\.2\d(?:\.\d{1,2})?)(?!\d))?",
    _I,
)


class Patterns(NamedTuple):
    """What needs the registry's names.

    ``outside`` is the name of any body but the MTUS; ``anchor`` is where a citation in running
    prose can begin: the name of a body, the first word of a guideline, a regulation.
    """

    outside: re.Pattern[str]
    anchor: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """The compiled patterns of this registry."""
    known = registry()
    outside = [w for key, body in known.bodies.items() if key != "MTUS" for w in body.words]
    firsts = {
        name.split()[0] for name in known.mtus.strong if name.endswith(("guidelines", "guideline"))
    }
    inside = known.bodies["MTUS"].words
    bodies = _any([*outside, *inside])
    initials = "".join(sorted({word[0].lower() for word in [*firsts, *outside, *inside]}))
    return Patterns(
        outside=re.compile(rf"\b(?P<body>{_any(outside)})\b", _I),
        # The look-ahead keeps the search from trying every name at every word.
        anchor=re.compile(
            rf"\b(?=[{initials}8s])(?:(?P<body>{bodies})\b|(?P<first>{_any(firsts)})\b|{_LAW})"
            r"|§+\s*9792\.2",
            _I,
        ),
    )


_LAW = r"(?:8,?\s+C\.?\s?C\.?\s?R\.?|sections?)[\s,§]*9792\.2"


def _any(words: Iterable[str]) -> str:
    longest = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest)


def page_numbers(words: str) -> tuple[int, ...]:
    """``'46, 48-50'`` to the pages; a range that runs backwards or too far keeps its ends."""
    found: list[int] = []
    for first, last in re.findall(r"(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?", words):
        low, high = int(first), int(last) if last else int(first)
        found += range(low, high + 1) if low <= high <= low + 100 else (low, high)
    return tuple(found)


def page_words(pages: tuple[int, ...]) -> str:
    """The inverse: runs of three and more as a range."""
    parts: list[str] = []
    at = 0
    while at < len(pages):
        end = at
        while end + 1 < len(pages) and pages[end + 1] == pages[end] + 1 and end - at < 100:
            end += 1
        if end - at >= 2:
            parts.append(f"{pages[at]}-{pages[end]}")
            at = end + 1
        else:
            parts.append(str(pages[at]))
            at += 1
    return ", ".join(parts)

"""Regular expressions built from the registry, once."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from openimr.citations.registry import Names, registry

_I = re.IGNORECASE

NUMBERS = r"\d{1,4}(?:\s*[-–]\s*\d{1,4})?(?:\s*(?:,|&|and)\s*\d{1,4}(?:\s*[-–]\s*\d{1,4})?)*"
PAGES = re.compile(
    rf"[\s,;(]*\b(?:Page\(s\)|pages?|pgs?\b\.?|pp?\.)\s*:?\s*(?P<pages>{NUMBERS})(?!\d)"
    r"(?:\s+of\s+\d+)?\)?",
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
    """What needs the registry's names."""

    body: re.Pattern[str]
    mtus: re.Pattern[str]
    acoem: re.Pattern[str]
    odg: re.Pattern[str]
    mtus_after_pages: re.Pattern[str]
    mtus_after_sections: re.Pattern[str]
    anchor: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """The compiled patterns of this registry."""
    known = registry()
    words = [w for key, b in known.bodies.items() if key != "MTUS" for w in b.words]
    body = "|".join(
        re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True)
    )
    strong = known.mtus.strong_pattern
    numbered = r"(?:MTUS\s+)?ACOEM\b"
    special = "|".join(
        re.escape(w).replace(r"\ ", r"\s+")
        for c in known.chapters
        if c.body == "MTUS" and c.number is None
        for w in [*c.words, c.pages_name or ""]
        if w.endswith(("Guidelines", "Guideline"))
    )
    all_bodies = "|".join(
        re.escape(w).replace(r"\ ", r"\s+")
        for b in known.bodies.values()
        for w in sorted(b.words, key=len, reverse=True)
    )
    return Patterns(
        body=re.compile(rf"\b(?P<body>{body})\b", _I),
        mtus=_at(known.mtus),
        acoem=_at(known.acoem),
        odg=_at(known.odg),
        # Where citations go on by page, a chapter's name alone begins the next one; where they
        # go on by section, only after "and", or with its year, since sections have such names.
        mtus_after_pages=re.compile(
            rf"(?:[,;.]\s+(?:and\s+)?|\s+and\s+)(?=(?:MTUS\s+)?(?:{strong})\b|{numbered})", _I
        ),
        mtus_after_sections=re.compile(
            rf"[,;]?\s+and\s+(?=(?:MTUS\s+)?(?:{strong})\b|{numbered})"
            rf"|[,;]\s+(?=(?:MTUS\s+)?(?:{strong})\s+(?:Guidelines\s+)?(?:19|20)\d\d\b)",
            _I,
        ),
        anchor=re.compile(rf"\b(?:{all_bodies}|{special})\b|{REGULATION_ANCHOR}", _I),
    )


REGULATION_ANCHOR = r"(?:(?:\b8,?\s+C\.?\s?C\.?\s?R\.?|\bsections?|§+)[\s,§]*)9792\.2"


def _at(names: Names) -> re.Pattern[str]:
    return re.compile(rf"(?P<chapter>{names.all_pattern})(?!\w)", _I)


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

"""Citations inside the MTUS: chapters one after another, by page or by section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openimr.citations.patterns import CHAPTER_NUMBER, PAGES, YEAR, page_numbers
from openimr.citations.pieces import ACOEM_WORDS, clean, made
from openimr.citations.registry import Chapter, Named, registry
from openimr.model import Citation

_SECTIONS = re.compile(r"[\s,;]*\bSection(?:\(s\)|s)?\s*:\s*", re.IGNORECASE)
_MTUS_GLUE = re.compile(r"(?:[\s,;:.]|\band\b|\bMTUS\b|\bGuidelines?\b)*", re.IGNORECASE)
_GUIDELINES = re.compile(r"\s*\b(?:Medical\s+Treatment\s+)?Guidelines?\b", re.IGNORECASE)
_MTUS_JOINT = re.compile(
    r"(?:[,;.]\s+(?P<also>and\s+)?|\s+(?P<only>and)\s+)(?:MTUS\s+)?", re.IGNORECASE
)
_ACOEM_BEGINS = re.compile(r"ACOEM\b", re.IGNORECASE)
_EDITION_YEAR = re.compile(r"\s+(?:Guidelines?\s+)?\(?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)


def inside(text: str, at: int, end: int) -> Iterator[Citation]:
    """Chapters one after another, each with its year, sections and pages."""
    chapter: Chapter | None = None
    any_found = False
    while True:
        glue = _MTUS_GLUE.match(text, at, end)
        start = glue.end() if glue else at
        if start >= end:
            break
        found, after = _mtus_chapter(text, start, end)
        if found is None and any_found and chapter is None:
            break
        chapter = found or chapter
        citation, at = _mtus_one(text, start, after, end, chapter)
        any_found = True
        yield citation
    if not any_found:
        at = text.rfind("MTUS", 0, at)
        yield made(text, at, at + 4, body="MTUS")


def _mtus_chapter(text: str, start: int, end: int) -> tuple[Chapter | None, int]:
    """The chapter named at ``start``, by number or name, and where its name ends."""
    at = start
    found: Chapter | None = None
    if acoem := ACOEM_WORDS.match(text, at, end):
        at = acoem.end()
    if number := CHAPTER_NUMBER.match(text, at, end):
        found = registry().by_number.get(int(number["number"]))
        at = number.end()
        while at < end and text[at] in " ,:;-(":
            at += 1
    name = _by_year(text, at, end) or registry().mtus.match(text, at, end)
    if name is not None:
        found = found or name.chapter
        at = name.end
    return found, at if found else start


def _by_year(text: str, at: int, end: int) -> Named | None:
    """A chapter that only its year tells from an older one of that name."""
    name = registry().mtus_by_year.match(text, at, end)
    year = _EDITION_YEAR.match(text, name.end, end) if name else None
    return name if name and year and name.chapter.has_year(int(year["year"])) else None


def _mtus_one(
    text: str, start: int, at: int, end: int, chapter: Chapter | None
) -> tuple[Citation, int]:
    """One chapter's year, sections or topic, and pages."""
    year = None
    for _ in range(2):
        if guidelines := _GUIDELINES.match(text, at, end):
            at = guidelines.end()
        if year is None and (match := YEAR.match(text, at, end)):
            year, at = int(match["year"]), match.end()
    sections = _SECTIONS.match(text, at, end)
    at = sections.end() if sections else at
    limit = _mtus_boundary(text, at, end, by_section=sections is not None)
    stop = limit.start() if limit else end
    numbers = PAGES.search(text, at, stop)
    section = clean(text, at, numbers.start() if numbers else stop)
    after = numbers.end() if numbers else stop
    # Sections go on after pages only in the form "Opioids Page(s): 78, NSAIDs Page(s): 67".
    if numbers and sections:
        after = stop
    citation = made(
        text,
        start,
        after,
        body="MTUS",
        chapter=chapter.name if chapter else None,
        year=year,
        section=section,
        pages=page_numbers(numbers["pages"]) if numbers else (),
    )
    return citation, max(after, limit.end() if limit and after == stop else after)


def _mtus_boundary(text: str, at: int, end: int, *, by_section: bool) -> re.Match[str] | None:
    """The joint before the next chapter.

    Where citations go on by page, a chapter's name alone begins the next one; where they go on
    by section, only after "and", or with its year, since sections have such names too.
    """
    for joint in _MTUS_JOINT.finditer(text, at, end):
        begins = joint["also"] or joint["only"] or not by_section
        if _ACOEM_BEGINS.match(text, joint.end(), end):
            if begins:
                return joint
            continue
        name = _by_year(text, joint.end(), end) or registry().mtus.match(text, joint.end(), end)
        if name is None or not name.strong:
            continue
        if begins or _EDITION_YEAR.match(text, name.end, end):
            return joint
    return None

"""Guideline lines: "Decision based on MTUS … Decision based on Non-MTUS Citation …"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openimr.citations.patterns import (
    CHAPTER_NUMBER,
    PAGES,
    YEAR,
    page_numbers,
    patterns,
)
from openimr.citations.registry import Chapter, Named, folded, registry
from openimr.model import Citation

STATEMENT = re.compile(
    r"Decision\s+based\s+on\s+(?:(?P<outside>Non[\s-]*MTUS(?:\s+Citations?)?)|(?P<mtus>MTUS\b))"
    r"\s*:?\s*",
    re.IGNORECASE,
)
# What ends a statement: the next one, an opening sentence, a label of the letter, a blank line.
_END = re.compile(
    r"\bDecision\s+based\s+on\b"
    r"|\bThe\s+(?:Claims\s+Administrator|(?:Expert|Physician|Professional|IMR)\s+Reviewer)\s+"
    r"(?:based|did)\b"
    r"|\b(?:MAXIMUS|Claims\s+Administrator|IMR|Reviewer)\s+guidelines?\s*:|\bDecision\s+rationale\s*:"
    r"|\bRationale\s*:|\n\s*\n",
    re.IGNORECASE,
)
_SECTIONS = re.compile(r"[\s,;]*\bSection(?:\(s\)|s)?\s*:\s*", re.IGNORECASE)
_MTUS_GLUE = re.compile(
    r"(?:[\s,;:.]|\band\b|\bMTUS\b|\bGuidelines?\b|\bDecision\b(?!\s+based))*", re.IGNORECASE
)
_ACOEM_WORDS = re.compile(
    r"(?:American College of Occupational (?:and|&) Environmental Medicine|\(?ACOEM\)?"
    r"|(?:Occupational Medicine )?Practice Guidelines?|Guidelines?"
    r"|\(?(?:2nd|3rd|second|third)\s+ed(?:ition|\.)?\)?|[\s,;:.\-–])+",
    re.IGNORECASE,
)
_GUIDELINES = re.compile(r"\s*\b(?:Medical\s+Treatment\s+)?Guidelines?\b", re.IGNORECASE)
_CHAPTER_NOISE = re.compile(
    r"(?:\s*(?:\((?:acute|chronic|online|updated|last|type)\b[^)]*\)|\bchapters?\b|\bsections?\b"
    r"|\bguidelines?\b|\bcomplaints?\b|\bprocedure\s+summary\b|\bonline\s+version\b))+",
    re.IGNORECASE,
)
_ODG_NOISE = re.compile(
    r"(?:\s*(?:\((?:ODG|TWC|ODG-TWC|acute|updated|online|web|19|20)[^)]*\)|[,:;.\-–—/]"
    r"|\bguidelines?\b|\bTWC\b|\btreatment\s+in\s+workers['’]?\s+comp(?:ensation)?\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)\s+edition\b|\(?\b(?P<year>(?:19|20)\d\d)\b\)?))+",
    re.IGNORECASE,
)
_MTUS_JOINT = re.compile(
    r"(?:[,;.]\s+(?P<also>and\s+)?|\s+(?P<only>and)\s+)(?:MTUS\s+)?", re.IGNORECASE
)
_ACOEM_BEGINS = re.compile(r"ACOEM\b", re.IGNORECASE)
_EDITION_YEAR = re.compile(r"\s+(?:Guidelines?\s+)?\(?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)
_ODG_YEAR = re.compile(r"\s*\((?P<year>(?:19|20)\d\d)\)[\s,:;/-]*")
_SEPARATOR = re.compile(r"\s*(?:[,:;/]|[-–—](?=\s)|\s[-–—]|\band\b)?\s*", re.IGNORECASE)
_JOINT = re.compile(r"[\s,;.]*(?:\band\b)?[\s,;]*\Z", re.IGNORECASE)
_JOINT_WORD = re.compile(r"[,;]|\band\b")
_TRAILING = " \t\r\n,;:.-–"


def statements(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each "Decision based on …" with the offset at which it ends."""
    at = 0
    while match := STATEMENT.search(text, at):
        end = _END.search(text, match.end())
        at = end.start() if end else len(text)
        yield match, at


def from_statement(text: str, match: re.Match[str], end: int) -> list[Citation]:
    """The citations of one statement."""
    if match["outside"] is not None:
        return list(_outside(text, match.end(), end))
    return list(_mtus(text, match.end(), end))


def made(text: str, start: int, end: int, **fields: object) -> Citation:
    """A citation that quotes ``text[start:end]`` less trailing punctuation."""
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    return Citation(start=start, end=end, quote=text[start:end], **fields)  # type: ignore[arg-type]


def _clean(text: str, start: int, end: int) -> str | None:
    """A section's name: white space folded, no punctuation around, brackets in pairs."""
    words = " ".join(text[start:end].split()).strip(_TRAILING)
    if words.startswith("(") and words.endswith(")") and ")" not in words[:-1]:
        words = words[1:-1]
    if words.startswith("(") and ")" not in words:
        words = words[1:]
    if words.endswith(")") and "(" not in words:
        words = words[:-1]
    return words.strip() or None


# ---- inside the MTUS ------------------------------------------------------------------------


def _mtus(text: str, at: int, end: int) -> Iterator[Citation]:
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
    if acoem := _ACOEM_WORDS.match(text, at, end):
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
    section = _clean(text, at, numbers.start() if numbers else stop)
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


# ---- outside the MTUS -----------------------------------------------------------------------


def _outside(text: str, at: int, end: int) -> Iterator[Citation]:
    """Cut the statement at each name of a body, and read each part by its body's grammar."""
    mentions = [m for m in patterns().outside.finditer(text, at, end) if _begins(text, at, m)]
    first = mentions[0].start() if mentions else end
    lead = _JOINT.sub("", text[at:first])
    if lead.strip(_TRAILING):
        yield from _unnamed(text, at, at + len(lead))
    for number, mention in enumerate(mentions):
        last = number + 1 == len(mentions)
        stop = end if last else mentions[number + 1].start()
        if not last:
            stop = mention.end() + len(_JOINT.sub("", text[mention.end() : stop]))
        body = registry().body_of[folded(mention["body"])]
        if body == "ODG":
            yield from _odg(text, mention.start(), mention.end(), stop)
        elif body == "ACOEM":
            yield _acoem(text, mention.start(), mention.end(), stop)
        else:
            yield from _other(text, mention.end(), stop)


def _begins(text: str, at: int, mention: re.Match[str]) -> bool:
    """Whether a body's name begins a citation: not the bracketed short form of the one before."""
    before = text[at : mention.start()].rstrip()
    return not before.endswith("(")


def _unnamed(text: str, start: int, end: int) -> Iterator[Citation]:
    """A source with no body's name before it: a chapter of the ODG, or something else."""
    match = registry().odg.match(text, start, end)
    if match and _CHAPTER_NOISE.match(text, match.end, end):
        yield from _odg(text, start, start, end)
    else:
        yield from _other(text, start, end)


def _other(text: str, start: int, end: int) -> Iterator[Citation]:
    while start < end and text[start] in " \t\r\n,;:-":
        start += 1
    section = _clean(text, start, end)
    if section:
        yield made(text, start, end, body="other", section=section)


def _acoem(text: str, start: int, at: int, end: int) -> Citation:
    """ACOEM outside the MTUS: edition, chapter by number or name, pages."""
    if words := _ACOEM_WORDS.match(text, at, end):
        at = words.end()
    chapter: Chapter | None = None
    if year := YEAR.match(text, at, end):
        at = year.end()
    if number := CHAPTER_NUMBER.match(text, at, end):
        chapter = registry().by_number.get(int(number["number"]))
        at = number.end()
    while at < end and text[at] in " ,:;-(":
        at += 1
    if name := registry().acoem.match(text, at, end):
        chapter = chapter or name.chapter
        at = name.end
        if noise := _CHAPTER_NOISE.match(text, at, end):
            at = noise.end()
    if year is None and (year := YEAR.match(text, at, end)):
        at = year.end()
    numbers = PAGES.search(text, at, end)
    return made(
        text,
        start,
        end,
        body="ACOEM",
        chapter=chapter.name if chapter else None,
        year=int(year["year"]) if year else None,
        section=_clean(text, at, numbers.start() if numbers else end),
        pages=page_numbers(numbers["pages"]) if numbers else (),
    )


def _odg(text: str, start: int, at: int, end: int) -> Iterator[Citation]:
    """ODG: chapter and topic, then perhaps further chapters."""
    year = None
    if noise := _ODG_NOISE.match(text, at, end):
        at = noise.end()
        year = int(noise["year"]) if noise["year"] else None
    while at < end and text[at].isspace():
        at += 1
    while True:
        found, topic = _odg_chapter(text, at, end)
        if found is not None and (printed := _ODG_YEAR.match(text, topic, end)):
            year, topic = int(printed["year"]), printed.end()
        stop = _odg_stop(text, topic, end)
        numbers = PAGES.search(text, topic, stop)
        section = _clean(text, topic, numbers.start() if numbers else stop)
        if found is None and section:
            found, section = _from_topic(section)
        yield made(
            text,
            start,
            stop,
            body="ODG",
            chapter=found.name if found else None,
            year=year,
            section=section,
            pages=page_numbers(numbers["pages"]) if numbers else (),
        )
        if stop >= end:
            return
        joint = _SEPARATOR.match(text, stop, end)
        start = at = joint.end() if joint else stop
        if at >= end or not text[at:end].strip(_TRAILING):
            return


def _odg_chapter(text: str, at: int, end: int) -> tuple[Chapter | None, int]:
    """The chapter at ``at``, and where its topic begins."""
    match = registry().odg.match(text, at, end)
    if match is None:
        return None, at
    after = match.end
    if noise := _CHAPTER_NOISE.match(text, after, end):
        after = noise.end()
    rest = text[after:end].lstrip()
    # "Lumbar Physical Therapy Guidelines" is a topic that begins with a region.
    if rest and rest[0].isalnum() and after == match.end and not rest.startswith("and "):
        return match.chapter, at
    separator = _SEPARATOR.match(text, after, end)
    return match.chapter, separator.end() if separator else after


def _odg_stop(text: str, at: int, end: int) -> int:
    """Where a topic ends because another chapter follows: at ";", or a bare chapter name."""
    place = at
    first = registry().odg.match(text, at, end)
    if first and _closes(text, first.end, end):
        return at
    while True:
        found = _JOINT_WORD.search(text, place, end)
        if found is None:
            return end
        place = found.end()
        while place < end and text[place].isspace():
            place += 1
        name = registry().odg.match(text, place, end)
        if name and (found[0] == ";" or _closes(text, name.end, end)):
            return found.start()


def _closes(text: str, at: int, end: int) -> bool:
    """Whether a name stands alone: followed by "chapter", a separator or the end."""
    noise = _CHAPTER_NOISE.match(text, at, end)
    rest = text[noise.end() if noise else at : end].lstrip()
    return not rest or rest[0] in ",;." or (noise is not None and rest[0] in "/:-–")


def _from_topic(section: str) -> tuple[Chapter | None, str]:
    """The chapter of a topic that names none before it.

    It may stand behind a slash ("Physical therapy/Preface"); else a body part may point to it,
    where only one does ("MRI shoulder").
    """
    known = registry()
    topic, _, last = section.rpartition("/")
    if topic and (named := known.odg.get(last)):
        return named, topic.strip()
    found = {known.by_region[word.lower()].name for word in known.region_words.findall(section)}
    return (known.odg.get(found.pop()) if len(found) == 1 else None), section

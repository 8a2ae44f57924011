"""Citations outside the MTUS: each part of a statement by the grammar of its body."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openimr.citations.patterns import CHAPTER_NUMBER, PAGES, YEAR, page_numbers, patterns
from openimr.citations.pieces import ACOEM_WORDS, TRAILING, clean, made
from openimr.citations.registry import Chapter, folded, registry
from openimr.model import Citation

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
_ODG_YEAR = re.compile(r"\s*\((?P<year>(?:19|20)\d\d)\)[\s,:;/-]*")
_SEPARATOR = re.compile(r"\s*(?:[,:;/]|[-–—](?=\s)|\s[-–—]|\band\b)?\s*", re.IGNORECASE)
_JOINT = re.compile(r"[\s,;.]*(?:\band\b)?[\s,;]*\Z", re.IGNORECASE)
_JOINT_WORD = re.compile(r"[,;]|\band\b")
_LAST_PART = re.compile(r"(?P<topic>.*\S)\s*[/,]\s*(?P<name>[A-Z][^/,]*)\Z")


def outside(text: str, at: int, end: int) -> Iterator[Citation]:
    """Cut the statement at each name of a body, and read each part by its body's grammar."""
    mentions = [m for m in patterns().outside.finditer(text, at, end) if _begins(text, at, m)]
    first = mentions[0].start() if mentions else end
    lead = _JOINT.sub("", text[at:first])
    if lead.strip(TRAILING):
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
    section = clean(text, start, end)
    if section:
        yield made(text, start, end, body="other", section=section)


def _acoem(text: str, start: int, at: int, end: int) -> Citation:
    """ACOEM outside the MTUS: edition, chapter by number or name, pages."""
    if words := ACOEM_WORDS.match(text, at, end):
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
        section=clean(text, at, numbers.start() if numbers else end),
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
        stop = _odg_stop(text, topic, end, found)
        numbers = PAGES.search(text, topic, stop)
        section = clean(text, topic, numbers.start() if numbers else stop)
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
        if at >= end or not text[at:end].strip(TRAILING):
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


def _odg_stop(text: str, at: int, end: int, chapter: Chapter | None) -> int:
    """Where a topic ends because another chapter follows: at ";", or a bare chapter name.

    After a comma only a capitalized name of another chapter counts ("TENS, chronic pain" is a
    topic), and only where the topic has a chapter already ("MRI, Shoulder").
    """
    if chapter is not None and _another(text, at, end, chapter):
        return at
    place = at
    while found := _JOINT_WORD.search(text, place, end):
        place = found.end()
        while place < end and text[place].isspace():
            place += 1
        if found[0] == ";" and registry().odg.match(text, place, end):
            return found.start()
        if chapter is not None and _another(text, place, end, chapter):
            return found.start()
    return end


def _another(text: str, at: int, end: int, chapter: Chapter) -> bool:
    """Whether the bare name of another chapter stands at ``at``."""
    name = registry().odg.match(text, at, end)
    return (
        name is not None
        and name.chapter is not chapter
        and text[at].isupper()
        and _closes(text, name.end, end)
    )


def _closes(text: str, at: int, end: int) -> bool:
    """Whether a name stands alone: followed by "chapter", a separator or the end."""
    noise = _CHAPTER_NOISE.match(text, at, end)
    rest = text[noise.end() if noise else at : end].lstrip()
    return not rest or rest[0] in ",;." or (noise is not None and rest[0] in "/:-–")


def _from_topic(section: str) -> tuple[Chapter | None, str]:
    """The chapter of a topic that names none before it.

    It may stand at the end ("Physical therapy/Preface"); else a body part may point to it, where
    only one does ("MRI shoulder").
    """
    known = registry()
    if last := _LAST_PART.match(section):
        named = known.odg.get(_CHAPTER_NOISE.sub("", last["name"]))
        if named is not None:
            return named, last["topic"].strip()
    found = {known.by_region[word.lower()].name for word in known.region_words.findall(section)}
    return (known.odg.get(found.pop()) if len(found) == 1 else None), section

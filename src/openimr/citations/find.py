"""Citations in any text: guideline lines by their grammar, running prose by anchors."""

from __future__ import annotations

import re
from typing import Literal

from openimr.citations.lines import from_statement, statements
from openimr.citations.patterns import (
    CHAPTER_NUMBER,
    NUMBERS,
    PAGES,
    REGULATION,
    YEAR,
    page_numbers,
    patterns,
)
from openimr.citations.pieces import made
from openimr.citations.registry import Chapter, Names, folded, registry
from openimr.model import Citation

Opening = Literal["mtus", "outside", "none"]

_NONE = re.compile(r"\bdid\s+not\s+cite\s+any\s+(?:medical\s+)?evidence\b", re.IGNORECASE)
_OUTSIDE = re.compile(
    r"\bdid\s+not\s+base\s+(?:their|its|his|her|his/her)\s+decision\s+on\s+the\s+MTUS\b"
    r"|\bbased\s+(?:their|its|his|her|his/her)\s+decision\s+on\s+recommendation\(?s?\)?\s+outside\b"
    r"|\bDecision\s+based\s+on\s+Non[\s-]*MTUS\b",
    re.IGNORECASE,
)
_MTUS = re.compile(
    r"\bDecision\s+based\s+on\s+MTUS\b|\bDecision\s+based\s+on:\s+MTUS\b", re.IGNORECASE
)


def opening(line: str) -> Opening | None:
    """How a guideline line opens: on the ``mtus``, ``outside`` of it, or with ``none`` cited.

    None where it opens in no standard way.
    """
    if _MTUS.search(line):
        return "mtus"
    if _OUTSIDE.search(line):
        return "outside"
    return "none" if _NONE.search(line) else None


def find(text: str, *, bare: bool = False) -> list[Citation]:
    """All guideline citations of a text, in order.

    Args:
        text: a guideline line, a rationale, or a whole letter.
        bare: whether a body's name alone in running prose ("the MTUS is silent") counts.

    Returns:
        Citations with ``text[c.start:c.end] == c.quote``, chapters under their registered names,
        years and pages only where the text prints them.
    """
    found: list[Citation] = []
    at = 0
    for match, end in statements(text):
        found += _prose(text, at, match.start(), bare)
        found += from_statement(text, match, end)
        at = end
    if at < len(text):
        found += _prose(text, at, len(text), bare)
    return found


# ---- the house style: delimited, so that it needs no guessing ---------------------------------

_HOUSE = re.compile(r"\bDecision based on: (?=[A-Z])")
_HOUSE_ONE = re.compile(
    r"(?P<body>[A-Z][\w ()]*?|other)"
    r"(?:, (?!section “|pages? \d)(?P<chapter>[^;“]+?))??"
    r"(?: \((?P<year>\d{4})\))?"
    r"(?:, section “(?P<section>[^”]*)”)?"
    r"(?:, pages? (?P<pages>[\d, -]*\d))?(?=; |\.(?:\s|$)|$)"
)


def _house(text: str, at: int, end: int) -> tuple[list[Citation], int]:
    """Citations of a line in the house style from ``at``, and where the line ends."""
    found: list[Citation] = []
    while match := _HOUSE_ONE.match(text, at, end):
        body = registry().body_of.get(folded(match["body"].partition(" (")[0]), "other")
        found.append(
            Citation(
                body=body,
                chapter=match["chapter"],
                year=int(match["year"]) if match["year"] else None,
                section=match["section"],
                pages=page_numbers(match["pages"] or ""),
                start=match.start(),
                end=match.end(),
                quote=match[0],
            )
        )
        at = match.end()
        if not text.startswith("; ", at):
            break
        at += 2
    return found, at


# ---- running prose ----------------------------------------------------------------------------

_PAGES_OF = re.compile(
    rf"\bpages?\s+(?P<pages>{NUMBERS})\s+of\s+(?:the\s+)?(?:CA\s+|California\s+)?\Z", re.I
)
_GLUE = re.compile(
    r"(?:[\s,:(\"'“”/–-]|\)(?=\s*,?\s*(?:chapter|page|p\.|table|section))"
    r"|\b(?:the|of|in|on|at|its|their|guidelines?|practice|recommendations?|text|medical|treatment"
    r"|occupational|medicine|CA|California|TWC|second|third|2nd|3rd|edition|ed\.)(?!\w))*",
    re.IGNORECASE,
)
_CHAPTER_WORD = re.compile(r"\s*(?:\((?:acute|chronic)[^)]*\)|\bchapter\b|\bsection\b)+", re.I)
_GUIDELINE_END = re.compile(r"guidelines?\Z", re.IGNORECASE)
_TABLE = re.compile(r"[\s,;(]*\b(?P<table>Table\s+\d{1,2}(?:-\d{1,2})?)\)?", re.IGNORECASE)
_TOPIC = re.compile(
    r"[\s,:;(–-]+(?P<topic>[A-Z][\w()'’/&-]*(?:[\s,]+[\w()'’/&-]+){0,6}?)"
    r"(?=[\s,(–-]+(?:page\(s\)|pages?|pgs?\.?|pp?\.)\s*:?\s*\d)",
)
_DATED = re.compile(
    r"[\s,]*\(?(?:(?:effective|eff\.|dated|revised)\s+)?"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\s+\d{1,2},\s+(?P<year>(?:19|20)\d\d)\)?",
    re.IGNORECASE,
)


def _prose(text: str, at: int, end: int, bare: bool) -> list[Citation]:
    found: list[Citation] = []
    anchor = patterns().anchor
    while match := anchor.search(text, at, end):
        house = _HOUSE.search(text, at, match.end() + 1)
        if house and house.end() == match.start():
            more, at = _house(text, match.start(), end)
            found += more
            at = max(at, match.end())
            continue
        reader = _Reader(text, match, end)
        citation = reader.citation()
        if citation is not None and (bare or not reader.is_bare):
            found.append(citation)
        at = max(reader.at, match.end())
    return found


class _Reader:
    """Reads what follows a body's name: more names, chapter, year, table, pages, regulation."""

    def __init__(self, text: str, match: re.Match[str], end: int) -> None:
        self.text = text
        self.limit = end
        self.start = match.start()
        self.at = match.end()
        self.chapter: Chapter | None = None
        self.year: int | None = None
        self.sections: list[str] = []
        self.pages: tuple[int, ...] = ()
        self.body = "MTUS"
        if match["body"]:
            self.body = registry().body_of[folded(match["body"])]
        elif match["first"]:
            named = _guideline(text, match.start(), end)
            self.chapter, self.at = named or (None, match.start())
            self.limit = end if named else match.start()
        else:
            self.at = match.start()

    @property
    def is_bare(self) -> bool:
        """Whether nothing but the body was named."""
        return not (self.chapter or self.sections or self.pages)

    def citation(self) -> Citation | None:
        self._before()
        end = self.at
        while self._step():
            end = self.at
        self.at = end
        if end <= self.start:
            return None
        return made(
            self.text,
            self.start,
            end,
            body=self.body,
            chapter=self.chapter.name if self.chapter else None,
            year=self.year,
            section=", ".join(self.sections) or None,
            pages=self.pages,
        )

    def _before(self) -> None:
        """ "page 82 of the MTUS …"."""
        low = max(0, self.start - 48)
        if before := _PAGES_OF.search(self.text[low : self.start]):
            self.pages = page_numbers(before["pages"])
            self.start = low + before.start()

    def _step(self) -> bool:
        """Take one more element of the citation; False where none follows."""
        glue = _GLUE.match(self.text, self.at, self.limit)
        after = glue.end() if glue else self.at
        return (
            self._take_regulation(after)
            or self._take_chapter(after)
            or self._take_details(self.at)
            or self._take_details(after)
            or self._take_body(after)
            or self._take_topic()
        )

    def _take_body(self, at: int) -> bool:
        """ "MTUS guideline in ACOEM chapter 12": the MTUS adopts ACOEM's chapters."""
        match = patterns().anchor.match(self.text, at, self.limit)
        if match is None or self.chapter is not None or self.body != "MTUS":
            return False
        # "The MTUS and ACOEM guidelines" are two sources; only a direct join is one.
        if not match["body"] or registry().body_of[folded(match["body"])] != "ACOEM":
            return False
        self.at = match.end()
        return True

    def _take_chapter(self, at: int) -> bool:
        if self.chapter is not None:
            return False
        names: Names | None = registry().names(self.body)
        if names is None:
            return False
        if number := CHAPTER_NUMBER.match(self.text, at, self.limit):
            self.chapter = registry().by_number.get(int(number["number"]))
            self.at = number.end()
            if self.chapter is None or self.chapter.number is None:
                self.sections.append(f"Chapter {number['number']}")
            return True
        match = names.match(self.text, at, self.limit)
        if match is None:
            return False
        following = _CHAPTER_WORD.match(self.text, match.end, self.limit)
        # A body part after "ODG" is a chapter only where the text says so.
        if following is None and (self.body == "ODG" or not match.strong):
            return False
        self.chapter = match.chapter
        self.at = following.end() if following else match.end
        return True

    def _take_details(self, at: int) -> bool:
        for pattern in (_DATED, YEAR, _TABLE, PAGES):
            match = pattern.match(self.text, at, self.limit)
            if match is None:
                continue
            if pattern is _TABLE:
                self.sections.append(match["table"])
            elif pattern is PAGES:
                self.pages += page_numbers(match["pages"])
            elif self.year is None:
                self.year = int(match["year"])
            else:
                continue
            self.at = match.end()
            return True
        return False

    def _take_topic(self) -> bool:
        """ "…, Opioids, pages 74-80": a topic counts only where its pages follow."""
        if self.chapter is None or self.sections or self.pages:
            return False
        match = _TOPIC.match(self.text, self.at, self.limit)
        if match is None:
            return False
        self.sections.append(match["topic"].strip(" ,(-–"))
        self.at = match.end()
        return True

    def _take_regulation(self, at: int) -> bool:
        match = REGULATION.match(self.text, at, self.limit)
        if match is None:
            return False
        chapter = registry().by_regulation.get(match["section"])
        if chapter is not None and match["last"] is None:
            self.chapter = self.chapter or chapter
        else:
            last = f"-{match['last']}" if match["last"] else ""
            self.sections.append(f"8 CCR {match['section']}{last}")
        self.at = match.end()
        return True


def _guideline(text: str, at: int, end: int) -> tuple[Chapter, int] | None:
    """A chapter of the MTUS by its full name with the word "guidelines", without the body's."""
    name = registry().mtus.match(text, at, end)
    if name is None or not name.strong or not _GUIDELINE_END.search(text, at, name.end):
        return None
    return name.chapter, name.end

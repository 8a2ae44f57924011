"""From clinical text to facts: the road through sentences, terms, assertion and binding."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from openimr.evidence import lists, measures, signs
from openimr.evidence.bind import real_cares, real_places
from openimr.evidence.lexicon import lexicon
from openimr.evidence.page import Page, State
from openimr.evidence.sentences import note_dates, split, voices
from openimr.evidence.text import Reading
from openimr.model import Fact

BLOCK = 200_000
"""Texts are read in blocks of about this many characters, so that memory stays flat."""

_SILENT = frozenset(("guideline", "boilerplate"))


def find_facts(
    text: str,
    document: str = "text",
    kind: str = "other",
    date: date | None = None,
    page_starts: tuple[int, ...] = (),
) -> list[Fact]:
    """Return the clinical facts of ``text`` in the order in which they stand.

    ``document`` names the document in every fact, ``kind`` is one of
    :data:`openimr.model.DOCUMENT_KINDS`, ``date`` is the document's own date (given to facts whose
    sentence has none), ``page_starts`` the offsets at which its pages begin. Offsets count
    characters of ``text`` and ``text[start:end] == quote`` always holds. Nothing is raised,
    whatever the text. What a guideline says, what is requested and what utilization review argued
    is never returned as a finding about the patient; a finding that utilization review denies or
    misses is returned negated, with ``utilization_review`` as its speaker.
    """
    facts: list[Fact] = []
    state = State()
    at = 0
    while at < len(text):
        end = _block_end(text, at)
        _read(text[at:end], kind, date, Page(at, document, page_starts, state, facts))
        at = end
    facts.sort(key=lambda f: (f.start, f.end))
    return facts


def _block_end(text: str, at: int) -> int:
    """Return where the block that begins at ``at`` ends: behind a line or sentence if possible."""
    end = at + BLOCK
    if end >= len(text):
        return len(text)
    for mark in ("\n\n", "\n", ". ", " "):
        cut = text.rfind(mark, at + BLOCK // 2, end)
        if cut >= 0:
            return cut + len(mark)
    return end


def _read(text: str, kind: str, day: date | None, page: Page) -> None:
    """Read one block of text, the sentences in turn, into the facts of ``page``."""
    reading = Reading(text)
    spans = split(reading)
    places, words, cares, roles, number_words, anchors, asides = lexicon().scan(reading.flat)
    numbers = measures.numbers(reading.low, number_words)
    days = note_dates(reading, spans)
    page.open(reading)
    places = real_places(reading.cased, places)
    cares = real_cares(reading.cased, cares)
    place_at = word_at = care_at = anchor_at = aside_at = 0
    for index, found in enumerate(voices(reading, spans, roles, kind, page.state.carry, cares)):
        start, end = spans[index]
        first_place, first_word, first_care, first_aside = place_at, word_at, care_at, aside_at
        while place_at < len(places) and places[place_at][0] < end:
            place_at += 1
        while word_at < len(words) and words[word_at][0] < end:
            word_at += 1
        while care_at < len(cares) and cares[care_at][0] < end:
            care_at += 1
        while aside_at < len(asides) and asides[aside_at][0] < end:
            aside_at += 1
        first_anchor = anchor_at
        while anchor_at < len(anchors) and anchors[anchor_at][0] < end:
            anchor_at += 1
        if found[0].role in _SILENT and len(found) == 1:
            continue
        page.turn(
            start,
            end,
            found,
            words[first_word:word_at],
            cares[first_care:care_at],
            places[first_place:place_at],
            days[index] or day,
        )
        if page.words or page.cares:
            signs.read(page)
        if aside_at > first_aside:
            signs.read_asides(page, asides[first_aside:aside_at])
        if any(v.role == "assessment" and v.explicit for v in found):
            lists.diagnoses(page)
        if anchor_at > first_anchor:
            measures.read(page, anchors[first_anchor:anchor_at], numbers)


def page_of(offset: int, page_starts: tuple[int, ...]) -> int | None:
    """Return the number of the page (from 1) that holds ``offset``, or None for unpaged text."""
    return bisect_right(page_starts, offset) or None if page_starts else None

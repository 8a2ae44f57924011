"""Lists of diagnoses."""

from __future__ import annotations

import re

from openimr.evidence.lexicon import lexicon
from openimr.evidence.page import Page
from openimr.model import Region

_FILLER = re.compile(
    r"[\s:;,\"'(]*(?:(?:is|are|was|were|has|have|been|be|being|documented|listed|noted|reported|"
    r"to|include|includes|included|including|as|having|with|of|for|that|the|a|an|following|"
    r"current|clinical|which|at|this|time|dated|on|his|her|from|industrial|additional)\b[\s:;,\"'(]*|"
    r"\d{1,2}[-/]\d{1,2}[-/]\d{2,4}[\s:;,)]*)*"
)
_STOP = re.compile(
    r"\.\s|\b(?:treatment (?:to date|has|included|plan)|status post injury|which was|that was|"
    r"he (?:is|was|has)|she (?:is|was|has)|the patient|the injured worker|the provider)\b"
)
_SPLIT = re.compile(
    r"\s*(?:;|,\s*and\b|,|\band\b(?!/)|\bwith\b(?= (?:radic|sciat))|"
    r"(?<=[a-z)]) \(?\d{1,2}[.)] |\s\*\s)\s*"
)
_PERSON = re.compile(r"(?:the )?(?:injured |patient|worker|applicant|claimant|provider)")
_NUMBER = re.compile(r"^(?:\(?\d{1,2}[.)]\s?|\*\s?|-\s?)+")
_HEDGE = re.compile(
    r"\b(?:possible|probable|suspected|rule out|r/o|questionable|likely|vs\.?|versus|presumed)\b"
)
_CODE = re.compile(
    r"\s*\(?\b(?:icd-?\s?(?:9|10)[^,;)]*|[a-tv-z]\d{2}\.?[a-z0-9]{0,4}|\d{3}\.\d{1,2})\)?\s*:?\s*"
)
_PLACE_ONLY = re.compile(r"^(?:(?:the|left|right|bilateral|both)\s)*[a-z]+(?: spine)?$")


def diagnoses(page: Page) -> None:
    """Write the diagnoses of the assessment voices of the sentence that ``page`` shows."""
    for index, voice in enumerate(page.voices):
        if voice.role != "assessment" or not voice.explicit:
            continue
        end = page.voices[index + 1].start if index + 1 < len(page.voices) else page.end
        begin = _FILLER.match(page.low, min(voice.after, end), end)
        start = begin.end() if begin else voice.after
        stop = _STOP.search(page.low, start, end)
        _items(page, start, stop.start() if stop else end)


def _items(page: Page, start: int, end: int) -> None:
    low, heads = page.low, lexicon().heads
    pieces: list[tuple[int, int, bool]] = []
    at = start
    for cut in [*_SPLIT.finditer(low, start, end), None]:
        stop = cut.start() if cut else end
        if stop > at:
            pieces.append((at, stop, heads.search(low, at, stop) is not None))
        at = cut.end() if cut else end
    merged: list[tuple[int, int]] = []
    waiting: list[tuple[int, int]] = []
    for first, last, headed in pieces:
        if not headed and merged and not waiting and not _is_place(page, first, last):
            merged[-1] = (merged[-1][0], last)
        elif not headed:
            waiting.append((first, last))
        else:
            # "lumbar, hip, and neck strain": the head stands for all
            for place in waiting:
                if _is_place(page, *place):
                    merged.append((place[0], last))
            waiting.clear()
            merged.append((first, last))
    if not any(headed for _, _, headed in pieces):
        merged = merged or [(a, b) for a, b, _ in pieces][:1]
    before: Region | None = None
    for first, last in merged:
        before = _write(page, first, last, before)


def _is_place(page: Page, start: int, end: int) -> bool:
    """Whether the words only name a place: "lumbar" of "lumbar, hip and knee strain"."""
    return _PLACE_ONLY.match(page.low[start:end]) is not None and any(
        start <= s < end for s, _, _ in page.places
    )


def _write(page: Page, start: int, end: int, before: Region | None) -> Region | None:
    """Write one diagnosis; return its region, which "with radiculopathy" after it shares."""
    low = page.low
    number = _NUMBER.match(low[start:end])
    if number:
        start += number.end()
    while end > start and low[end - 1] in " .,;:\"'":
        end -= 1
    while start < end and low[start] in " \"'":
        start += 1
    words = low[start:end]
    if words.endswith((" that", " which", " with")):
        end -= len(words) - words.rfind(" ")
        words = low[start:end]
    if len(words) < 3 or len(words) > 220 or _PERSON.match(words):
        return before
    value = _CODE.sub(" ", words).strip(" -:()") or words
    hedged = _HEDGE.search(low, max(page.start, start - 14), end)
    said, past = page.polarity(start, start + 1)
    if hedged:
        said = "hedged"
    elif said != "negated":
        said = "present"
    value = _HEDGE.sub("", value).strip(" -:,")
    regions = page.regions(start, end, None, "assessment") if page.places else [(None, None)]
    # Only place words inside the item are its own.
    inside = [(r, a) for r, a in regions if a is not None and start <= a[0] < end]
    region, anchor = inside[0] if inside else (None, None)
    if region is None and low.startswith(("radic", "sciat"), start):
        region = before
    page.add(
        "diagnoses",
        value,
        said,
        start,
        end,
        role="assessment",
        region=region,
        anchor=anchor,
        past=past,
    )
    return region

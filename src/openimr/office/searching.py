"""Search in the records of a case: hits with their words around them, and where they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from openimr.office.files import place
from openimr.office.models import Document, Page
from openimr.office.page_images import folder, open_pdf

LONGEST = 200
MOST_PAGES = 500
"""Pages that a list of hits names; the count goes on."""
_MOST_BOXES = 300
_AROUND = 60


class Hit(NamedTuple):
    """A page with hits: how many, and the first with the words around it."""

    page: Page
    times: int
    before: str
    words: str
    after: str


class Found(NamedTuple):
    """What a search found: the pages listed, and the numbers of all hits and pages."""

    hits: list[Hit]
    total: int
    pages: int


def pattern_of(words: str) -> re.Pattern[str] | None:
    """The words as a pattern: any case, any white space between them; None for none."""
    parts = [re.escape(part) for part in words[:LONGEST].split()]
    return re.compile(r"\s+".join(parts), re.IGNORECASE) if parts else None


def search(pages: QuerySet[Page], words: str) -> Found:
    """Search pages, in the order of the query set; one query."""
    pattern = pattern_of(words)
    if pattern is None:
        return Found([], 0, 0)
    for part in words[:LONGEST].split():
        pages = pages.filter(text__icontains=part)
    listed: list[Hit] = []
    total = count = 0
    for page in pages.iterator(chunk_size=200):
        found = list(pattern.finditer(page.text))
        if not found:
            continue
        total += len(found)
        count += 1
        if len(listed) < MOST_PAGES:
            listed.append(_hit(page, found))
    return Found(listed, total, count)


def _hit(page: Page, found: list[re.Match[str]]) -> Hit:
    start, end = found[0].span()
    # One word at each end may be cut in two: it is left out.
    before = page.text[max(0, start - _AROUND) : start]
    after = page.text[end : end + _AROUND]
    before = " ".join(before.split()[start > _AROUND :])
    after = " ".join(after.split()[: -1 if end + _AROUND < len(page.text) else None])
    return Hit(page, len(found), before, " ".join(found[0][0].split()), after)


def rectangles(document: Document, number: int, words: str) -> list[list[int]]:
    """Where words stand on the image of a page.

    Returns:
        Left, top, right, bottom in thousandths of the page; empty where that is not known.
    """
    pattern = pattern_of(words)
    if pattern is None:
        return []
    try:
        recognized = json.loads((folder(document.file) / f"words-{number}.json").read_bytes())
    except (OSError, ValueError):
        recognized = None
    if recognized:
        return _of_words(recognized, pattern)[:_MOST_BOXES]
    if document.media_type == "application/pdf":
        return _of_pdf(document, number, pattern)[:_MOST_BOXES]
    return []


def _of_words(words: Iterable[list[object]], pattern: re.Pattern[str]) -> list[list[int]]:
    text, spans = "", []
    for word, *box in words:
        spans.append((len(text), len(text) + len(str(word)), box))
        text += f"{word} "
    return [
        [int(str(side)) for side in box]
        for found in pattern.finditer(text)
        for start, end, box in spans
        if start < found.end() and end > found.start()
    ]


def _of_pdf(document: Document, number: int, pattern: re.Pattern[str]) -> list[list[int]]:
    from ctypes import byref, c_int

    from pypdfium2 import raw

    boxes: list[list[int]] = []
    with open_pdf(place(document.file)) as (pdf, _):
        if not 1 <= number <= len(pdf):
            return []
        page = pdf[number - 1]
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        for found in pattern.finditer(text):
            # PDFium counts UTF-16 units, and its list of characters can hold more than its text.
            units = len(text[: found.start()].encode("utf-16-le")) // 2
            length = len(found[0].encode("utf-16-le")) // 2
            low = raw.FPDFText_GetCharIndexFromTextIndex(textpage, units)
            high = raw.FPDFText_GetCharIndexFromTextIndex(textpage, units + length - 1)
            if low < 0 or high < low:
                continue
            for index in range(textpage.count_rects(low, high - low + 1)):
                left, bottom, right, top = textpage.get_rect(index)
                corners = []
                for x, y in ((left, top), (right, bottom)):
                    across, down = c_int(), c_int()
                    # As it is shown: rotation and crop box are in it.
                    raw.FPDF_PageToDevice(
                        page, 0, 0, 1000, 1000, 0, x, y, byref(across), byref(down)
                    )
                    corners.append((across.value, down.value))
                (x1, y1), (x2, y2) = corners
                boxes.append([min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)])
        textpage.close()
        page.close()
    return boxes

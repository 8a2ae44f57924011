"""Where a span of a document stands on its pages: rectangles to highlight in a viewer."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openimr.documents.files import file_error
from openimr.documents.pdf import applied, edits, opened, page_text, vocabulary
from openimr.errors import InputError
from openimr.model import Document

if TYPE_CHECKING:
    import pypdfium2


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points from the lower left corner.

    ``page`` counts from 1; ``width`` and ``height`` are those of the page, so that a viewer can
    scale the rectangle.
    """

    page: int
    left: float
    bottom: float
    right: float
    top: float
    width: float
    height: float


def page_of(document: Document, offset: int) -> int:
    """The page, counted from 1, on which a character stands."""
    return max(1, bisect_right(document.page_starts, offset))


def boxes(path: Path | str, document: Document, start: int, end: int) -> list[Box]:
    """Rectangles that cover ``document.text[start:end]``, one a line, in reading order.

    Args:
        path: the PDF that ``document`` was loaded from.
        document: the loaded document.
        start: offset of the first character.
        end: offset after the last.

    Returns:
        The rectangles; none for pages whose text was recognized rather than read.

    Raises:
        InputError: the file cannot be read or is not the one that was loaded.
    """
    source = str(path)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise file_error(source, error) from None
    if b"%PDF-" not in data[:1024]:
        raise InputError(source, "is not a PDF", "only PDF pages can be highlighted")
    text = document.text or ""
    starts = document.page_starts
    found: list[Box] = []
    with opened(data, source) as (pdf, _):
        if len(pdf) != len(starts):
            raise _changed(source)
        raw = [_raw(pdf, index) for index in range(len(pdf))]
        words = vocabulary(raw)
        for index in range(page_of(document, start) - 1, page_of(document, max(start, end - 1))):
            if not raw[index].strip():
                continue
            first = starts[index]
            after = starts[index + 1] if index + 1 < len(starts) else len(text)
            if page_text(raw[index], words) != text[first:after]:
                raise _changed(source)
            span = _raw_span(raw[index], words, start - first, min(end, after) - first)
            found += _rectangles(pdf, index, raw[index], *span)
    return found


def _changed(source: str) -> InputError:
    return InputError(source, "is not the file that was read", "load the document again")


def _raw(pdf: pypdfium2.PdfDocument, index: int) -> str:
    page = pdf[index]
    textpage = page.get_textpage()
    text: str = textpage.get_text_range()
    textpage.close()
    page.close()
    return text


def _raw_span(raw: str, words: frozenset[str], start: int, end: int) -> tuple[int, int]:
    """Offsets in the page's clean text to offsets in its raw text."""
    changes = edits(raw, words)
    clean = applied(raw, changes)
    lead = len(clean) - len(clean.lstrip("\n"))
    return (
        _before(changes, max(start, 0) + lead),
        _before(changes, max(end - 1, 0) + lead) + 1,
    )


def _before(changes: list[tuple[int, int, str]], offset: int) -> int:
    """Raw index of the clean character at ``offset``."""
    shift = 0
    for start, end, new in changes:
        if start + shift + len(new) > offset:
            break
        shift += len(new) - (end - start)
    return max(offset - shift, 0)


def _rectangles(
    pdf: pypdfium2.PdfDocument, index: int, raw: str, start: int, end: int
) -> list[Box]:
    from pypdfium2 import raw as pdfium

    # PDFium counts UTF-16 units, and its list of characters can hold more than its text.
    first = len(raw[:start].encode("utf-16-le")) // 2
    last = len(raw[: max(end - 1, start)].encode("utf-16-le")) // 2
    page = pdf[index]
    textpage = page.get_textpage()
    try:
        width, height = page.get_size()
        low = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, first)
        high = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, last)
        if low < 0 or high < low:
            return []
        count = textpage.count_rects(low, high - low + 1)
        found = []
        for number in range(count):
            left, bottom, right, top = textpage.get_rect(number)
            found.append(Box(index + 1, left, bottom, right, top, width, height))
        return found
    finally:
        textpage.close()
        page.close()

"""The text layer of a PDF, page by page, with whole words across line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from openimr.documents.files import Content
from openimr.documents.limits import Limits
from openimr.errors import InputError

if TYPE_CHECKING:
    import pypdfium2

STAMP = 100
"""A page with fewer characters than this may be a scan with a stamp on it."""

Edit = tuple[int, int, str]
"""Replace the characters from the first to the second index by a string."""

# PDFium marks a hyphen at a line end with U+FFFE (U+0002 in older builds) and drops the line
# end; U+00AD is a hyphenation point that a typesetter inserted.
_ARTEFACT = re.compile(
    r"(?P<hyphen>[\ufffe\x02](?:[ \t]*\r?\n)?)"
    r"|(?P<soft>\u00ad(?:[ \t]*\r?\n)?)"
    r"|(?P<line>[ \t]*(?:\r\n?|\f))"
    r"|(?P<space>[ \t]+(?=\n)|\u00a0)"
    r"|(?P<control>[\x00-\x08\x0b\x0e-\x1f\ufeff\uffff])"
)
_WORD_BEFORE = re.compile(r"[A-Za-z]+\Z")
_WORD_AFTER = re.compile(r"[A-Za-z]+")
_WORDS = re.compile(r"[A-Za-z]+")


def from_pdf(
    data: bytes, source: str, limits: Limits, *, ocr: bool, as_printed: bool = False
) -> Content:
    """Text of a PDF, its page offsets, and the pages that had to be recognized.

    Raises:
        InputError: locked, cut off, without pages, over the page limit, or a page without a
            text layer that cannot be recognized here.
    """
    with opened(data, source) as (pdf, notes):
        count = len(pdf)
        if count > limits.pages:
            raise InputError(
                source, f"has {count} pages, over the limit of {limits.pages}", "split it"
            )
        pages = [_page(pdf, index, source) for index in range(count)]
        raw = [page.text for page in pages]
        if notes:
            _check_nothing_lost(pages, source)
        todo = [index for index, page in enumerate(pages) if page.is_scan]
        recognized = _recognize(pdf, raw, todo, source, limits) if ocr else []
    notes += _left_out(raw, [index for index in todo if index not in recognized])
    if not any(page.strip() for page in raw):
        if todo:
            raise InputError(
                source, "has no text layer (scanned images)", "allow text recognition for it"
            )
        raise InputError(source, "has no text on any page", "give the document with its text")
    text, starts = joined(raw, as_printed=as_printed)
    return Content(text, starts, tuple(index + 1 for index in recognized), tuple(notes))


def _recognize(
    pdf: pypdfium2.PdfDocument, raw: list[str], todo: list[int], source: str, limits: Limits
) -> list[int]:
    """Put recognized text in the place of scanned pages; returns which.

    A stamped scan keeps its stamp where Tesseract is missing; a page with nothing is refused.
    """
    from openimr.documents.ocr import available, from_page

    done = [index for index in todo if not raw[index].strip() or available()]
    for index in done:
        raw[index] = from_page(pdf, index, source, limits)
    return done


def _left_out(raw: list[str], indices: list[int]) -> list[str]:
    """Remarks on the scanned pages whose words are not in the text."""
    if not indices:
        return []
    pages = ", ".join(str(index + 1) for index in indices)
    return [f"{len(indices)} of {len(raw)} pages are scans that have not been recognized: {pages}"]


def _check_nothing_lost(pages: list[_Page], source: str) -> None:
    """A repaired file may have lost the contents of pages: refuse it rather than miss records."""
    for number, page in enumerate(pages, 1):
        if not page.text.strip() and not page.is_scan:
            raise InputError(
                source,
                f"the PDF is cut off or damaged: page {number} of {len(pages)} is lost",
                "get the file again from its sender",
            )


@contextmanager
def opened(data: bytes, source: str) -> Iterator[tuple[pypdfium2.PdfDocument, list[str]]]:
    """Open a PDF, repairing it once where it is damaged; closes it afterwards."""
    import pypdfium2

    notes: list[str] = []
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if _is_locked(error):
            raise _locked(source) from None
        pdf = pypdfium2.PdfDocument(_repaired(data, source))
        notes.append("the PDF was damaged and has been repaired; check that no page is missing")
    try:
        if len(pdf) == 0:
            raise _damaged(source)
        yield pdf, notes
    finally:
        pdf.close()


def _is_locked(error: Exception) -> bool:
    # FPDF_ERR_PASSWORD is 4; the message is the fallback for releases without err_code.
    return getattr(error, "err_code", None) == 4 or "password" in str(error).lower()


def _locked(source: str) -> InputError:
    return InputError(
        source, "the PDF is locked with a password", "save a copy without the password"
    )


def _damaged(source: str) -> InputError:
    return InputError(
        source,
        "the PDF is cut off or damaged and cannot be repaired",
        "get the file again from its sender",
    )


def _repaired(data: bytes, source: str) -> bytes:
    """The PDF rebuilt by QPDF from whatever objects are whole."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True) as pdf:
            if not len(pdf.pages):
                raise _damaged(source)
            out = BytesIO()
            pdf.save(out)
    except pikepdf.PasswordError:
        raise _locked(source) from None
    except (pikepdf.PdfError, RuntimeError, ValueError):
        raise _damaged(source) from None
    return out.getvalue()


class _Page(NamedTuple):
    """Raw text of a page, and whether its words are only in an image."""

    text: str
    is_scan: bool


def _page(pdf: pypdfium2.PdfDocument, index: int, source: str) -> _Page:
    import pypdfium2

    try:
        page = pdf[index]
    except pypdfium2.PdfiumError:
        raise InputError(
            source,
            f"page {index + 1} of {len(pdf)} is damaged or missing",
            "get the file again from its sender",
        ) from None
    try:
        textpage = page.get_textpage()
        try:
            text: str = textpage.get_text_range()
        finally:
            textpage.close()
        words = len(text.strip())
        # A fax line or a stamp is all the text that many scanned records carry.
        least = 0.0 if words == 0 else 0.5
        is_scan = words < STAMP and _image_share(page) > least
        return _Page(text, is_scan)
    finally:
        page.close()


def _image_share(page: pypdfium2.PdfPage) -> float:
    """How much of the page its largest image covers."""
    from pypdfium2 import raw

    width, height = page.get_size()
    share = 0.0
    for image in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
        left, bottom, right, top = image.get_bounds()
        share = max(share, (right - left) * (top - bottom) / (width * height))
    return share


def joined(raw: list[str], *, as_printed: bool = False) -> tuple[str, tuple[int, ...]]:
    """The pages as one text, with the offset at which each begins.

    ``as_printed`` keeps a hyphen at a line's end with its line break, and spaces there.
    """
    words = None if as_printed else vocabulary(raw)
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    for page in raw:
        starts.append(at)
        text = page_text(page, words)
        parts.append(text)
        at += len(text)
    return "".join(parts), tuple(starts)


def page_text(raw: str, words: frozenset[str] | None) -> str:
    """The text of one page as it stands in the document."""
    return applied(raw, edits(raw, words)).strip("\n") + "\n"


def vocabulary(raw: list[str]) -> frozenset[str]:
    """The words of a document, where one is needed to mend a broken word."""
    if not any(mark in page for page in raw for mark in "\ufffe\x02"):
        return frozenset()
    return frozenset(word for page in raw for word in _WORDS.findall(page.lower()))


def edits(raw: str, words: frozenset[str] | None) -> list[Edit]:
    """What must change in a page's raw text, in order and without overlap.

    A hyphen at a line end is kept (``anti-inflammatory``) unless the document elsewhere writes
    the word without it; without ``words`` it is left at the end of its line.
    """
    changes: list[Edit] = []
    for match in _ARTEFACT.finditer(raw):
        start, end = match.span()
        kind = match.lastgroup
        new = ""
        if kind == "line":
            # A space at a line's end tells a wrapped line from the end of a paragraph.
            blank = match[0].rstrip("\r\n\f") if words is None else ""
            new = blank + "\n"
        elif kind == "space" and words is None and raw[start] != "\u00a0":
            new = match[0]
        elif kind == "hyphen":
            new = "-\n" if words is None else _hyphen(raw, start, end, words)
        elif raw[start] == "\u00a0":
            new = " "
        changes.append((start, end, new))
    return changes


def _hyphen(raw: str, start: int, end: int, words: frozenset[str]) -> str:
    before = _WORD_BEFORE.search(raw, max(0, start - 40), start)
    after = _WORD_AFTER.match(raw, end)
    if before and after and (before[0] + after[0]).lower() in words:
        return ""
    return "-"


def applied(raw: str, changes: list[Edit]) -> str:
    """``raw`` with the edits made."""
    parts: list[str] = []
    at = 0
    for start, end, new in changes:
        parts.append(raw[at:start])
        parts.append(new)
        at = end
    parts.append(raw[at:])
    return "".join(parts)

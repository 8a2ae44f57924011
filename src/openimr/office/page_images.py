"""Images of pages, made when they are first asked for and kept in the data folder."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings

from openimr.documents.limits import DEFAULTS
from openimr.documents.paged import frames
from openimr.documents.pdf import opened
from openimr.errors import InputError
from openimr.office.files import place
from openimr.office.models import Document

WIDTHS = (900, 1400, 2000)
"""Pixels across; the viewer asks for the one that fits its zoom."""
LETTER = 8.5 / 11
_LONGEST = 6
Imager = Callable[[int], bytes]

LOCK = threading.RLock()
"""PDFium may be used by one thread at a time."""


def folder(content: str) -> Path:
    """Where what is made from a stored file is kept; private, and safe to delete."""
    made: Path = settings.DATA / "pages" / place(content).name[:2] / content
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def write(target: Path, data: bytes) -> None:
    """Write a file as a whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    os.replace(temporary, target)


def has_images(document: Document) -> bool:
    """Whether a document has page images; Word, text and web files are shown as text."""
    return document.media_type == "application/pdf" or document.media_type.startswith("image/")


def keep_ratios(content: str, ratios: list[float]) -> None:
    """Remember width over height of every page, so that the viewer can leave room for it."""
    write(folder(content) / "ratios.json", json.dumps([round(one, 3) for one in ratios]).encode())


def ratios(document: Document) -> list[float]:
    """Width over height of every page; letter size where it is not known yet."""
    known: list[float] = []
    with suppress(OSError, ValueError):
        known = json.loads((folder(document.file) / "ratios.json").read_bytes())
    return known + [round(LETTER, 3)] * (document.page_count - len(known))


def page_image(document: Document, number: int, width: int) -> Path:
    """The file with the WebP image of a page.

    Args:
        document: one with images.
        number: the page, from 1.
        width: pixels across, one of :data:`WIDTHS`.

    Raises:
        InputError: there is no such page, or the file is damaged.
    """
    target = folder(document.file) / f"{number}-{width}.webp"
    if not target.exists():
        source = place(document.file)
        if document.media_type == "application/pdf":
            image = _of_pdf(source, number, width)
        else:
            image = _of_scan(source, number, width)
        out = BytesIO()
        image.save(out, format="WEBP", quality=80, method=0)
        write(target, out.getvalue())
    return target


def _no_page() -> InputError:
    return InputError("file", "has no such page", "go back to the first page")


def _of_pdf(source: Path, number: int, width: int) -> Any:
    with open_pdf(source) as (pdf, _):
        if not 1 <= number <= len(pdf):
            raise _no_page()
        page = pdf[number - 1]
        try:
            across, down = page.get_size()
            # A page as a long strip would be larger than the memory.
            scale = min(width / max(across, 1), _LONGEST * width / max(down, 1))
            bitmap = page.render(scale=scale)
            try:
                return bitmap.to_pil().convert("RGB")
            finally:
                bitmap.close()
        finally:
            page.close()


def _of_scan(source: Path, number: int, width: int) -> Any:
    with frames(source, "file", DEFAULTS) as file:
        if not 1 <= number <= file.count:
            raise _no_page()
        image = file.frame(number - 1)
        if image.width > width:
            image.thumbnail((width, _LONGEST * width))
        return image


@contextmanager
def open_pdf(source: Path) -> Iterator[tuple[Any, list[str]]]:
    """Open a stored PDF without reading all of it; a damaged one is mended, which is remarked.

    Other threads wait until it is closed.

    Raises:
        InputError: it is locked or cannot be mended.
    """
    import pypdfium2

    with LOCK:
        try:
            pdf = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError:
            with opened(source.read_bytes(), "file") as mended:
                yield mended
            return
        try:
            if len(pdf) == 0:
                raise InputError("file", "the PDF has no pages", "get it again from its sender")
            yield pdf, []
        finally:
            pdf.close()

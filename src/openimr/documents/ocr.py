"""Text of scanned pages through the Tesseract program, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from openimr.documents.limits import Limits
from openimr.errors import InputError

if TYPE_CHECKING:
    import pypdfium2

INSTALL = (
    "install Tesseract (Debian: apt install tesseract-ocr; macOS: brew install tesseract) "
    "or give a copy with text"
)


def available() -> bool:
    """Whether the ``tesseract`` program is on the path."""
    return shutil.which("tesseract") is not None


def from_page(pdf: pypdfium2.PdfDocument, index: int, source: str, limits: Limits) -> str:
    """Recognize one page of an open PDF.

    Raises:
        InputError: Tesseract is missing, fails or takes too long.
    """
    place = f"page {index + 1}"
    if not available():
        raise InputError(source, f"{place} has no text layer", INSTALL)
    from openimr.documents.paged import pdf_page_image

    return recognized(pdf_page_image(pdf, index, limits), source, place, limits)


def from_image(data: bytes, source: str, limits: Limits) -> str:
    """Recognize a scanned image file (PNG, JPEG or TIFF).

    Raises:
        InputError: Tesseract is missing, fails or takes too long, or finds no text.
    """
    if not available():
        raise InputError(source, "is an image without a text layer", INSTALL)
    text = recognized(data, source, "the image", limits).replace("\f", "\n")
    if not text.strip():
        raise InputError(source, "no text was recognized in the image", "give a clearer scan")
    return text


def recognized(image: bytes, source: str, place: str, limits: Limits) -> str:
    """Run Tesseract on one image; the image goes in and the text comes out through pipes."""
    return _tesseract(image, source, place, limits).replace("\f", "")


class Word(NamedTuple):
    """A recognized word and its rectangle, in thousandths of the page from the upper left."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


def words(image: bytes, source: str, place: str, limits: Limits) -> tuple[str, list[Word]]:
    """The text of one image and where each of its words stands.

    Raises:
        InputError: as :func:`recognized`.
    """
    table = _tesseract(image, source, place, limits, "tsv")
    text, found, width, height, last = "", [], 1, 1, ("", "", "")
    for line in table.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) < 12:
            continue
        left, top, across, down = (int(cell) for cell in cells[6:10])
        if cells[0] == "1":
            width, height = max(across, 1), max(down, 1)
        if cells[0] != "5" or not cells[11].strip():
            continue
        place_now = (cells[2], cells[3], cells[4])
        if text:
            text += " " if place_now == last else "\n" if place_now[:2] == last[:2] else "\n\n"
        text += cells[11]
        last = place_now
        box = (left / width, top / height, (left + across) / width, (top + down) / height)
        found.append(Word(cells[11], *(round(1000 * side) for side in box)))
    return text + "\n" if text else "", found


def _tesseract(image: bytes, source: str, place: str, limits: Limits, *form: str) -> str:
    command = ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", "3", *form]
    try:
        done = subprocess.run(
            command, input=image, capture_output=True, timeout=limits.ocr_seconds, check=True
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            source,
            f"text recognition of {place} took over {limits.ocr_seconds} seconds",
            "split the file or give a copy with text",
        ) from None
    except (subprocess.CalledProcessError, OSError):
        raise InputError(
            source, f"Tesseract failed on {place}", "check that its English data is installed"
        ) from None
    return done.stdout.decode("utf-8", "replace")

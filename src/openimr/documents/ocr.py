"""Text of scanned pages through the Tesseract program, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING

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
    page = pdf[index]
    try:
        bitmap = page.render(scale=limits.ocr_dpi / 72, grayscale=True)
        try:
            image = BytesIO()
            bitmap.to_pil().save(image, format="PNG", dpi=(limits.ocr_dpi, limits.ocr_dpi))
        finally:
            bitmap.close()
    finally:
        page.close()
    return recognized(image.getvalue(), source, place, limits)


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
    command = ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", "3"]
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
    return done.stdout.decode("utf-8", "replace").replace("\f", "")

"""Documents page by page, for readers that show progress: pages of a PDF, frames of a scan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from openimr.documents.limits import Limits
from openimr.documents.pdf import _check_nothing_lost, _page, page_text, vocabulary
from openimr.errors import InputError

if TYPE_CHECKING:
    import pypdfium2
    from PIL.Image import Image

MOST_PIXELS = 120_000_000
"""Pixels of one scanned frame above which it is refused: A3 at 600 dots per inch has 70 million."""


class PageText(NamedTuple):
    """A page's text layer, mended; whether its words stand only in an image; width over height."""

    text: str
    is_scan: bool
    ratio: float


def check_pages(count: int, source: str, limits: Limits) -> None:
    """Refuse a document of too many pages.

    Raises:
        InputError: it has more pages than the limits allow.
    """
    if count > limits.pages:
        raise InputError(source, f"has {count} pages, over the limit of {limits.pages}", "split it")


def pdf_pages(pdf: pypdfium2.PdfDocument, notes: list[str], source: str) -> list[PageText]:
    """Every page of an open PDF, without recognizing scans.

    Args:
        pdf: the document, opened with :func:`openimr.documents.pdf.opened`.
        notes: what opening it remarked; a repaired file is held to have lost nothing.
        source: what to call it in an error.

    Raises:
        InputError: a page is damaged or lost.
    """
    read = [_page(pdf, index, source) for index in range(len(pdf))]
    if notes:
        _check_nothing_lost(read, source)
    words = vocabulary([page.text for page in read])
    found = []
    for index, page in enumerate(read):
        width, height = pdf.get_page_size(index)
        text = page_text(page.text, words) if page.text.strip() else ""
        found.append(PageText(text, page.is_scan, width / height if height else 0.77))
    return found


def pdf_page_image(pdf: pypdfium2.PdfDocument, index: int, limits: Limits) -> bytes:
    """A page of an open PDF as a grey PNG, as fine as recognition needs it."""
    page = pdf[index]
    try:
        width, height = page.get_size()
        finest = (MOST_PIXELS / max(width * height, 1)) ** 0.5
        bitmap = page.render(scale=min(limits.ocr_dpi / 72, finest), grayscale=True)
        try:
            image = BytesIO()
            bitmap.to_pil().save(
                image, format="PNG", dpi=(limits.ocr_dpi, limits.ocr_dpi), compress_level=1
            )
        finally:
            bitmap.close()
    finally:
        page.close()
    return image.getvalue()


@contextmanager
def frames(path: Path, source: str, limits: Limits) -> Iterator[Frames]:
    """Open a scanned image file: a TIFF of several pages, a JPEG, a PNG.

    Raises:
        InputError: damaged, of too many pages, or with a page of too many pixels.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=("TIFF", "JPEG", "PNG", "MPO")) as image:
            count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            check_pages(count, source, limits)
            yield Frames(image, count, source)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise InputError(
            source, "the image is cut off or damaged", "get the file again from its sender"
        ) from None


@dataclass(frozen=True, slots=True)
class Frames:
    """An open image file and how many pages it has."""

    image: Image
    count: int
    source: str

    def frame(self, index: int) -> Image:
        """One page, upright, in grey or colour.

        Raises:
            InputError: it has too many pixels to be unpacked safely.
        """
        from PIL import ImageOps

        self.image.seek(index)
        width, height = self.image.size
        if width * height > MOST_PIXELS:
            raise InputError(
                self.source,
                f"page {index + 1} has {width} x {height} pixels, too many to be unpacked safely",
                "scan it again with 300 dots per inch",
            )
        upright = ImageOps.exif_transpose(self.image) or self.image
        return upright.convert("L" if upright.mode in ("1", "L", "I;16") else "RGB")

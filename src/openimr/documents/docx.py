"""A Word document to text: paragraphs and tables in the order of the page, headers left out."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from openimr.documents.limits import Limits, size
from openimr.errors import InputError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MARKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What zipfile raises on archives that are cut off, locked or made up."""


def from_docx(data: bytes, source: str, limits: Limits) -> str:
    """Text of a DOCX file: a line for a paragraph, a tab between the cells of a table row.

    Text inserted with tracked changes, in content controls and in text boxes is kept; deleted
    text, headers, footers and comments are not.

    Raises:
        InputError: not a Word document, damaged, or it unpacks beyond the limits.
    """
    _check(data, source, limits)
    import docx

    try:
        body = docx.Document(BytesIO(data)).element.body
        text = "\n".join(line.rstrip() for line in _lines(body)).strip("\n") + "\n"
    except Exception:  # python-docx lets errors of zipfile, lxml and its own through
        raise InputError(
            source, "the Word document is damaged", "open and save it again in Word"
        ) from None
    if not text.strip():
        raise InputError(source, "the Word document holds no text", "give one with text")
    if len(text) > limits.text_bytes:
        raise InputError(
            source,
            f"its text is {size(len(text))}, over the limit of {size(limits.text_bytes)}",
            "split it into parts",
        )
    return text


def _check(data: bytes, source: str, limits: Limits) -> None:
    """Refuse what is no Word document and what would unpack without measure.

    The sizes that a ZIP directory declares can lie, so each part is counted as it unpacks.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" not in names or not any(n.startswith("word/") for n in names):
                raise InputError(source, "is a ZIP archive, not a document", "unpack it first")
            meter = _Meter(source, len(data), limits)
            for part in archive.infolist():
                with archive.open(part) as stream:
                    meter.read(stream, xml=part.filename.endswith((".xml", ".rels")))
    except _BROKEN:
        raise InputError(
            source, "the Word document is cut off or damaged", "get the file again from its sender"
        ) from None


@dataclass(slots=True)
class _Meter:
    """Counts what an archive unpacks to, block by block, and stops at the limits."""

    source: str
    packed: int
    limits: Limits
    total: int = 0

    def read(self, stream: IO[bytes], *, xml: bool) -> None:
        """Unpack one part and throw it away."""
        tail = b""
        while block := stream.read(1 << 18):
            self.total += len(block)
            self._check()
            # Word never writes a document type, and without one no entity can be expanded.
            # Zero bytes go, so that UTF-16 does not hide it.
            if xml and _ENTITY.search((tail + block).replace(b"\x00", b"")):
                raise InputError(
                    self.source, "its XML declares entities", "save its text as a new file"
                )
            tail = block[-32:]

    def _check(self) -> None:
        limit = None
        if self.total > self.limits.unpacked_bytes:
            limit = size(self.limits.unpacked_bytes)
        elif self.total > max(self.limits.unpacked_floor, self.packed * self.limits.unpacked_ratio):
            limit = f"{self.limits.unpacked_ratio} times its size"
        if limit:
            raise InputError(
                self.source, f"unpacks to over the limit of {limit}", "save its text as a new file"
            )


def _lines(parent: Any) -> Iterator[str]:
    """Lines of a body, a cell or a text box, in document order."""
    for child in parent:
        tag = child.tag
        if tag == _W + "p":
            yield from _paragraph(child)
        elif tag == _W + "tbl":
            yield from _rows(child)
        elif tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml", _W + "smartTag"):
            yield from _lines(child)


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(_W + "tr"):
        if _nearest(row, _W + "tbl") is not table:
            continue
        cells = [cell for cell in row.iter(_W + "tc") if _nearest(cell, _W + "tr") is row]
        yield "\t".join(" ".join(line for line in _lines(cell) if line) for cell in cells)


def _nearest(element: Any, tag: str) -> Any:
    return next(element.iterancestors(tag), None)


def _paragraph(paragraph: Any) -> Iterator[str]:
    """A paragraph, then the text boxes that are anchored in it."""
    parts: list[str] = []
    boxes: list[Any] = []
    _collect(paragraph, parts, boxes)
    yield "".join(parts)
    for box in boxes:
        yield from _lines(box)


def _collect(element: Any, parts: list[str], boxes: list[Any]) -> None:
    for child in element:
        tag = child.tag
        if tag == _W + "t":
            parts.append((child.text or "").replace("\u00ad", ""))
        elif tag in _MARKS:
            parts.append(_MARKS[tag])
        elif tag == _W + "txbxContent":
            boxes.append(child)
        elif tag not in (_FALLBACK, _W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr"):
            _collect(child, parts, boxes)

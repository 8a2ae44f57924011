"""Look into a redacted file for what should be gone: its text, its streams, its properties."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO

from openimr.archive.redact.data import ambiguous, is_ordinary


def telling(values: Iterable[str]) -> list[str]:
    """The values whose presence anywhere would be a leak; short ones and plain words are none."""
    found = []
    for value in dict.fromkeys(" ".join(value.split()) for value in values):
        word = " " not in value
        plain = word and (is_ordinary(value) or value.lower() in ambiguous())
        if len(re.sub(r"\W", "", value)) >= 6 and not plain:
            found.append(value)
    return found


def leaks(data: bytes, values: Iterable[str]) -> int:
    """How many of the values can still be found in a file, in any of its layers.

    Args:
        data: the file: PDF, DOCX, HTML, text or JSON.
        values: what was removed.
    """
    layers = [_folded(layer) for layer in _layers(data)]
    return sum(any(_folded(value) in layer for layer in layers) for value in telling(values))


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold()


def _layers(data: bytes) -> Iterator[str]:
    if b"%PDF-" in data[:1024]:
        yield from _pdf(data)
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                raw = archive.read(name).decode("utf-8", "replace")
                yield raw
                yield re.sub(r"<[^>]+>", "", raw)
    else:
        yield data.decode("utf-8", "replace")


def _pdf(data: bytes) -> Iterator[str]:
    """The visible text, every decoded stream and every string object of a PDF."""
    import pikepdf
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            yield page.get_textpage().get_text_range()
    finally:
        document.close()
    yield data.decode("latin-1")
    with pikepdf.open(BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                try:
                    yield item.read_bytes().decode("latin-1")
                except pikepdf.PdfError:
                    yield item.read_raw_bytes().decode("latin-1")
            elif not isinstance(item, (int, bool, float)) and item is not None:
                yield from _strings(item)


def _strings(item: object, depth: int = 0) -> Iterator[str]:
    import pikepdf

    if depth > 20:
        return
    if isinstance(item, pikepdf.String):
        yield str(item)
    elif isinstance(item, pikepdf.Dictionary):
        for key, inner in item.items():
            yield key
            if not getattr(inner, "is_indirect", False):
                yield from _strings(inner, depth + 1)
    elif isinstance(item, pikepdf.Array):
        for inner in item:
            if not getattr(inner, "is_indirect", False):
                yield from _strings(inner, depth + 1)

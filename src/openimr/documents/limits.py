"""How much is read from one file before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one document; each refusal names the limit it met.

    ``unpacked_ratio`` is how many times larger than the file a DOCX may unpack; it only counts
    above ``unpacked_floor``, because short repetitive documents legitimately pack very well.
    """

    file_bytes: int = 500 * MEGABYTE
    text_bytes: int = 20 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    unpacked_ratio: int = 100
    unpacked_floor: int = 10 * MEGABYTE
    pages: int = 20_000
    ocr_seconds: int = 120
    ocr_dpi: int = 300


DEFAULTS = Limits()
"""The limits where none are given."""


def size(count: int) -> str:
    """A byte count as people write it: ``'3.2 MB'``."""
    if count < MEGABYTE:
        return f"{max(1, round(count / 1024))} kB"
    return f"{count / MEGABYTE:.1f}".removesuffix(".0") + " MB"

"""What the grammars of guideline lines share."""

from __future__ import annotations

import re

from openimr.model import Citation

TRAILING = " \t\r\n,;:.-–"
ACOEM_WORDS = re.compile(
    r"(?:American College of Occupational (?:and|&) Environmental Medicine|\(?ACOEM\)?"
    r"|(?:Occupational Medicine )?Practice Guidelines?|Guidelines?"
    r"|\(?(?:2nd|3rd|second|third)\s+ed(?:ition|\.)?\)?|[\s,;:.\-–])+",
    re.IGNORECASE,
)


def made(text: str, start: int, end: int, **fields: object) -> Citation:
    """A citation that quotes ``text[start:end]`` less trailing punctuation."""
    while end > start and text[end - 1] in TRAILING:
        end -= 1
    return Citation(start=start, end=end, quote=text[start:end], **fields)  # type: ignore[arg-type]


def clean(text: str, start: int, end: int) -> str | None:
    """A section's name: white space folded, no punctuation around, brackets in pairs."""
    words = " ".join(text[start:end].split()).strip(TRAILING)
    if words.startswith("(") and words.endswith(")") and ")" not in words[:-1]:
        words = words[1:-1]
    if words.startswith("(") and ")" not in words:
        words = words[1:]
    if words.endswith(")") and "(" not in words:
        words = words[:-1]
    return words.strip() or None

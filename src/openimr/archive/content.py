"""What makes two documents the same letter, and two sentences the same sentence."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Iterator
from zlib import crc32

from openimr.model import Determination

KEY_BYTES = 16

_DROPPED = bytes(c for c in range(128) if not chr(c).isalnum())
_LOWER = bytes(range(256)).lower()
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z\"“(])")


def content_key(determination: Determination) -> bytes:
    """A hash of what a letter says, the same whether it was read from PDF, web page or text.

    Only letters and digits count, so that line breaks, hyphens and spaces that an extractor of
    text adds or loses make no second letter. The form's id does not count either.

    Returns:
        16 bytes.
    """
    sums = hashlib.blake2b(digest_size=KEY_BYTES)
    for part in _parts(determination):
        sums.update(_plain(part))
        sums.update(b"\0")
    return sums.digest()


def _plain(text: str) -> bytes:
    if not text.isascii():
        # A ligature or an accent that one extractor keeps and another resolves.
        text = unicodedata.normalize("NFKD", text)
    return text.encode("ascii", "ignore").translate(_LOWER, _DROPPED)


def _parts(d: Determination) -> Iterator[str]:
    yield d.case_number or ""
    for day in (
        d.date_of_injury,
        d.ur_denial_date,
        d.application_received,
        d.date_assigned,
        d.decision_date,
    ):
        yield day.isoformat() if day else ""
    yield d.priority or ""
    yield " ".join((*d.reviewer.licensure, "", *d.reviewer.certification))
    yield d.summary or ""
    for item in d.items:
        yield item.request
        yield item.decision
        yield item.ur_guideline or ""
        yield item.imr_guideline or ""
        yield item.rationale or ""


def sentence_sums(text: str) -> bytes:
    """A 32-bit sum of each sentence, digits and punctuation aside: little-endian, four bytes each.

    Equal sentences of two rationales have equal sums, whatever doses and dates stand in them; how
    many letters share a rationale's sentences tells how formulaic it is.
    """
    letters = _DROPPED + b"0123456789"
    sums = array("I")
    for sentence in _SENTENCE.split(text):
        plain = sentence.encode("ascii", "ignore").translate(_LOWER, letters)
        if plain:
            sums.append(crc32(plain))
    return sums.tobytes()

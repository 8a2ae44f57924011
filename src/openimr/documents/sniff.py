"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

Format = Literal["pdf", "zip", "html", "rtf", "ole", "image", "text", "binary", "empty"]

HEAD = 4096
"""How many bytes a verdict needs."""

_IMAGES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"II*\x00",
    b"MM\x00*",
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
# Control characters that never occur in text files of any encoding we read.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(head: bytes) -> Format:
    """Name the format of a file from its first :data:`HEAD` bytes."""
    for name, test in _TESTS:
        if test(head):
            return name
    return "text"


def utf16_of(data: bytes) -> str | None:
    """The UTF-16 or UTF-32 codec of ``data``, by its mark or by where its zero bytes fall."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[: HEAD - HEAD % 2]
    if len(sample) < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    # English text in UTF-16 has a zero in nearly every second byte and none in the others.
    half = len(sample) // 2
    if odd > half * 0.7 and even < half * 0.02:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.02:
        return "utf-16-be"
    return None


def decode(data: bytes) -> str:
    """Text of ``data``: UTF-8, UTF-16 or UTF-32 where they hold, else Windows-1252.

    Raises:
        UnicodeDecodeError: the bytes claim a Unicode encoding and break it.
    """
    codec = utf16_of(data)
    if codec is not None:
        return data.decode(codec).removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five bytes are undefined in cp1252; latin-1 defines every byte.
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            return data.decode("latin-1")


_TESTS: tuple[tuple[Format, Callable[[bytes], object]], ...] = (
    ("empty", lambda head: not head.strip(b"\x00 \t\r\n\x0c")),
    # A PDF header may follow up to 1024 bytes of other matter (ISO 32000-1, annex H.3).
    ("pdf", lambda head: b"%PDF-" in head[:1024]),
    ("zip", lambda head: head.startswith((b"PK\x03\x04", b"PK\x05\x06"))),
    ("rtf", lambda head: head.startswith(b"{\\rtf")),
    ("ole", lambda head: head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("image", lambda head: head.startswith(_IMAGES)),
    ("text", lambda head: utf16_of(head) is not None),
    ("binary", lambda head: len(_CONTROL.findall(head)) > len(head) // 200),
    ("html", lambda head: _HTML.match(head.removeprefix(b"\xef\xbb\xbf"))),
)
"""Asked in this order; the first that holds names the format."""

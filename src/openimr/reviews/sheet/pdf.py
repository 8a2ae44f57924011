"""The review sheet as a tagged PDF, set by Typst; text reaches it as data, never as markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import msgspec

from openimr.errors import InputError
from openimr.reviews.sheet import words
from openimr.reviews.sheet.view import Sheet


def render(sheet: Sheet) -> bytes:
    """Return the bytes of the PDF (PDF/UA-1).

    A character that the shipped fonts lack would make the PDF invalid; it is printed by its
    code point. The other formats show it as it stands.

    Raises:
        InputError: Typst refuses the page.
    """
    from openimr.letters.typesetting import typeset

    data = _data(sheet)
    for unprintable in _UNPRINTABLE:
        try:
            return typeset(_template(), data)
        except InputError:
            data = _map(data, partial(unprintable.sub, _code_point))
    return typeset(_template(), data)


# What the fonts surely hold, tried one after the other: Latin to Hebrew with common signs,
# Latin alone, ASCII.
_UNPRINTABLE = (
    re.compile(
        "[^\n\u0020-\u05ff\u1e00-\u1fff\u200b\u200e\u200f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
        "\u2100-\u218f\u2190-\u21ff\u2200-\u22ff\ufffd]"
    ),
    re.compile("[^\n\u0020-\u024f\u200b\u2013\u2014\u2018-\u201d\u2022\u2026]"),
    re.compile("[^\n\u0020-\u007e\u200b]"),
)


def _code_point(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"


@lru_cache(maxsize=1)
def _template() -> str:
    from openimr.reviews.sheet.html import resource

    return resource("sheet.typ")


def _data(sheet: Sheet) -> dict[str, object]:
    # The records themselves stay out: the PDF prints the sentences that are cited.
    slim = msgspec.structs.replace(sheet, records=())
    data: dict[str, object] = msgspec.to_builtins(slim)
    data |= {
        "machine": words.MACHINE,
        "meaning": words.DECISION,
        "polarity": {p: words.name(p) for p in words.POLARITIES},
    }
    mapped: dict[str, object] = _map(data, _split_long)
    return mapped


def _map(value: Any, change: Callable[[str], str]) -> Any:
    """Return JSON-able data with every text in it changed (keys are the view's own)."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _map(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_map(part, change) for part in value]
    return value


def _split_long(text: str, longest: int = 28) -> str:
    """Let words that no line can hold break: Typst splits only where it is allowed to."""
    if len(text) <= longest:
        return text
    return " ".join(
        "\u200b".join(word[i : i + longest] for i in range(0, len(word), longest)) or word
        for word in text.split(" ")
    )

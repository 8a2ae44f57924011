"""The medical allow-list: stretches of text that no rule may remove."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from openimr.archive.redact.data import load, words

Stretch = tuple[int, int]


@cache
def _phrases() -> re.Pattern[str]:
    listed = sorted(load("medical")["phrases"], key=len, reverse=True)
    joined = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in listed)
    return re.compile(rf"\b(?:{joined})(?!\w)", re.IGNORECASE)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load("medical")["patterns"])


@cache
def _eponyms() -> re.Pattern[str]:
    nouns = "|".join(sorted(words("medical", "clinical_nouns"), key=len, reverse=True))
    # An eponym with up to one more word between it and the clinical word.
    return re.compile(
        rf"\b(?P<e>[A-Za-z][\w'’-]+?)(?:['’]s|s['’]|s)?(?:[\s,/-]+(?:and|or|&|[A-Z][\w'’-]+))?"
        rf"[\s-]+(?:{nouns})\b(?!['’])",
        re.IGNORECASE,
    )


class Allowed:
    """The allowed stretches of one text.

    ``holds`` tells whether a span lies within one. Known values of a case are stronger than
    eponyms but not than shapes such as levels and scores.
    """

    def __init__(self, text: str) -> None:
        found: list[Stretch] = [match.span() for match in _phrases().finditer(text)]
        for pattern in _patterns():
            found += [match.span() for match in pattern.finditer(text)]
        self._found = sorted(found)
        self._starts = [start for start, _ in self._found]
        self.text = text

    def holds(self, start: int, end: int) -> bool:
        """Whether ``text[start:end]`` lies within one allowed stretch."""
        at = bisect_right(self._starts, start)
        return any(e >= end for s, e in self._found[max(0, at - 12) : at] if s <= start)


def is_eponym_use(text: str, start: int, end: int) -> bool:
    """Whether the word at ``text[start:end]`` is used as a medical eponym: ``Baker's cyst``."""
    joined = re.compile(r"[\w'’]+(?:-[\w'’]+)+").match(text, start)
    if joined and joined[0].lower() in words("medical", "eponyms"):
        return True
    word = text[start:end].lower().removesuffix("'s").removesuffix("’s")
    if word not in words("medical", "eponyms") and word.rstrip("s") not in words(
        "medical", "eponyms"
    ):
        return False
    match = _eponyms().match(text, start)
    return match is not None and match.end("e") >= min(end, start + len(word)) - 1

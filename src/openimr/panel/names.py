"""Whether two names may mean the same person or organization.

A match is never certain: it is shown with its likeness, and a person decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml
from rapidfuzz import fuzz

from openimr.model import Value

LIKENESS = 88.0
"""Percent of likeness from which two names are taken for the same."""

_TITLES = re.compile(
    r"\b(?:dr|mr|mrs|ms|m\.?\s?d|d\.?\s?[oc]|ph\.?\s?d|psy\.?\s?d|dpm|dds|od|lac|esq|jr|sr|ii|iii)"
    r"\b\.?",
    re.I,
)
_FORMS = re.compile(
    r"\b(?:inc|incorporated|llc|llp|lp|ltd|corp|corporation|co|company|pc|apc|a professional"
    r" corporation|a medical corporation|group|holdings|the|of|and)\b\.?",
    re.I,
)


class _Words(Value, frozen=True, kw_only=True):
    common: tuple[str, ...]
    short: dict[str, str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    text = files("openimr.panel").joinpath("names.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), _Words)


@lru_cache(maxsize=20_000)
def folded(name: str) -> str:
    """A name without titles, legal forms, punctuation and case; ``Last, First`` put in order."""
    text = _TITLES.sub(" ", name.replace("&", " and "))
    if text.count(",") == 1:
        last, first = text.split(",")
        if first.strip() and not _FORMS.search(first):
            text = f"{first} {last}"
    words = re.findall(r"[a-z0-9]+", _FORMS.sub(" ", text).lower())
    return " ".join(_words().short.get(word, word) for word in words)


def likeness(one: str, other: str) -> float:
    """How alike two names are, in percent; word order, initials and legal forms aside."""
    a, b = folded(one), folded(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 100.0
    score = max(fuzz.token_sort_ratio(a, b), 0.97 * _subset(a, b))
    own, others = _distinct(a), _distinct(b)
    if own and others:
        score = min(score, max(fuzz.token_sort_ratio(own, others), _subset(own, others)) + 8)
    return max(score, 92.0) if _initials(a, b) else score


def same(one: str, other: str) -> bool:
    """Whether two names may mean the same."""
    return likeness(one, other) >= LIKENESS


def _distinct(name: str) -> str:
    return " ".join(word for word in name.split() if not _is_common(word))


@lru_cache(maxsize=20_000)
def _is_common(word: str) -> bool:
    return any(fuzz.ratio(word, one) >= 85 for one in _words().common)


def _subset(a: str, b: str) -> float:
    """Likeness of the shorter name to the best part of the longer, if it says enough."""
    short, long = sorted((a.split(), b.split()), key=len)
    if len(short) < 2 or sum(map(len, short)) < 8:
        return 0.0
    return fuzz.token_set_ratio(" ".join(short), " ".join(long))


def _initials(a: str, b: str) -> bool:
    """Same surname, and one first name an initial of the other: J Smith and John Smith."""
    first, second = a.split(), b.split()
    if len(first) < 2 or len(second) < 2 or first[-1] != second[-1]:
        return False
    one, other = first[0], second[0]
    return one[0] == other[0] and (len(one) == 1 or len(other) == 1)

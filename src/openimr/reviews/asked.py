"""Request facts that the item's own words tell: the route, the leads, what is included.

The patterns are data: ``asked.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from openimr.reviews.amounts import Amount, Amounts, number
from openimr.reviews.gate import Gated, letters

_TRUE = "true"
_NUMBER = "number"
_A_DAY = (
    (4.0, re.compile(r"\bqid\b|four times (?:a|per) day|4 times (?:a|per) day|q ?6 ?h", re.I)),
    (3.0, re.compile(r"\btid\b|(?:three|3) times (?:a|per) day|q ?8 ?h", re.I)),
    (
        2.0,
        re.compile(
            r"\bbid\b|twice (?:a day|daily|per day)|(?:two|2) times (?:a|per) day|q ?12", re.I
        ),
    ),
    (
        1.0,
        re.compile(
            r"\bq(?:d|hs|am|pm)\b|once (?:a day|daily)|\bdaily\b|at (?:night|bedtime)", re.I
        ),
    ),
)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, tuple[tuple[str, Gated], ...]]:
    data: dict[str, str | dict[str, str]] = yaml.load(
        files("openimr.reviews").joinpath("asked.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return {
        fact: tuple(
            (value, Gated(re.compile(pattern, re.I)))
            for value, pattern in (((_TRUE, given),) if isinstance(given, str) else given.items())
        )
        for fact, given in data.items()
    }


@lru_cache(maxsize=4096)
def read_asked(text: str) -> Mapping[str, Amount]:
    """The request facts a text states, by name; those it does not state are left out."""
    found: Amounts = {}
    low = letters(text)
    for fact, patterns in _patterns().items():
        for value, pattern in patterns:
            match = pattern.search(text, low)
            if match is None:
                continue
            if value == _NUMBER:
                word = next((group for group in match.groups() if group), "")
                try:
                    found[fact] = number(word)
                except ValueError:
                    continue
            else:
                found[fact] = True if value == _TRUE else value
            break
    return MappingProxyType(found)


def days_supply(text: str, quantity: float) -> float | None:
    """Days that a quantity lasts at the dose the words give; None where they give none."""
    for times, pattern in _A_DAY:
        if pattern.search(text):
            return quantity / times
    return None

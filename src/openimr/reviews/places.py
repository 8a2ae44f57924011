"""Where a request points: body regions, sides and spinal levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from openimr.model import Region, Side
from openimr.reviews.gate import heads, letters

_LEVEL = re.compile(r"\b([CTL])\s?(\d{1,2})\s?[-/]\s?(?:([CTLS])\s?)?(\d{1,2})\b", re.I)
_JOINT = (
    r"(?=\s(?:knee|shoulder|wrist|hand|thumb|hip|elbow|ankle|foot|heel|si\b|l\d|trap|rhomboid|delt"
    r"|glut|calf|thigh|arm|leg))"
)
_AT_END = r"(?:,\s?|\s)(?-i:%s)\s*$"
SPINE: tuple[Region, ...] = ("lumbar", "cervical", "thoracic")
_SIDES = (
    (
        "bilateral",
        re.compile(
            r"\bbilateral(?:ly)?\b|\bboth\b|\bright and left\b|\bleft and right\b|\bb/?l\b"
            r"|\bbues?\b|\bbles?\b",
            re.I,
        ),
    ),
    (
        "right",
        re.compile(
            rf"\bright\b|\brt\.?\b|\(r\)|\br{_JOINT}|\br[ul]e\b|{_AT_END % 'R'}|,\s?r\s*$", re.I
        ),
    ),
    (
        "left",
        re.compile(
            rf"\bleft\b|\blt\.?\b|\(l\)|\bl{_JOINT}|\bl[ul]e\b|{_AT_END % 'L'}|,\s?l\s*$", re.I
        ),
    ),
)


def levels_named(text: str) -> tuple[str, ...]:
    """The spinal levels a text names, each once, such as ``L4-5`` and ``L5-S1``."""
    levels: dict[str, None] = {}
    for match in _LEVEL.finditer(text):
        top = match[1].upper()
        bottom = (match[3] or top).upper()
        if top == "L" and match[2] == "5" and match[4] == "1":
            bottom = "S"
        levels.setdefault(f"{top}{match[2]}-{'' if bottom == top else bottom}{match[4]}")
    return tuple(levels)


@lru_cache(maxsize=1)
def _region_patterns() -> list[tuple[Region, re.Pattern[str]]]:
    data: Mapping[Region, list[str]] = yaml.load(
        files("openimr.reviews").joinpath("regions.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return [
        # of small letters: to ignore case takes twice as long
        (region, re.compile(rf"\b(?:{'|'.join(terms)})\b"))
        for region, terms in data.items()
    ]


_ANY = tuple("abcdefghijklmnopqrstuvwxyz0123456789")


@lru_cache(maxsize=1)
def _beginnings() -> Any:
    """All that a name of a region may begin with, each with its length and those regions."""
    import ahocorasick

    of: dict[str, list[int]] = {}
    for number, (_, pattern) in enumerate(_region_patterns()):
        # Where it may begin with anything, every letter is a beginning.
        for head in heads(pattern.pattern) or _ANY:
            of.setdefault(head, []).append(number)
    automaton = ahocorasick.Automaton()
    for head, numbers in of.items():
        automaton.add_word(head, (len(head) - 1, numbers))
    automaton.make_automaton()
    return automaton


def places_named(text: str) -> list[tuple[int, int, Region]]:
    """Where a text names which body region: start, end and region of each mention."""
    low = letters(text)
    if len(low) != len(text):  # a letter whose small form is two
        low = "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)
    patterns = _region_patterns()
    ends = [0] * len(patterns)
    found: list[tuple[int, int, Region]] = []
    begins = [
        (last - length, number)
        for last, (length, numbers) in _beginnings().iter(low)
        if last == length or not low[last - length - 1].isalpha()
        for number in numbers
    ]
    begins.sort()
    for at, number in begins:
        region, pattern = patterns[number]
        # of one region a name ends before the next begins, of two they may overlap
        if at >= ends[number] and (match := pattern.match(low, at)) is not None:
            ends[number] = match.end()
            found.append((at, match.end(), region))
    found.sort()
    return found


def regions_named(text: str) -> list[Region]:
    """The body regions that a text names, in the order of their first mention."""
    return list(dict.fromkeys(region for _, _, region in places_named(text)))


@lru_cache(maxsize=4096)
def region_named(text: str) -> Region | None:
    """The one region that a request names: of several a part of the spine, else the first."""
    named = regions_named(text)
    return next((region for region in named if region in SPINE), next(iter(named), None))


_LIMB = r"(?:shoulders?|elbows?|wrists?|hands?|thumbs?|fingers?|hips?|knees?|ankles?|foot|feet)"
_LIMB_SIDE = re.compile(
    rf"\b(?:right|left|rt|lt|bilateral|both)\.?\s+(?:and\s+\w+\s+)?{_LIMB}\b", re.I
)
_SIDE_BEFORE = re.compile(
    r"\b(right|left|bilateral|both|rt|lt)\b\.?[\s-]+(?:\w+[\s-]+){0,2}\Z", re.I
)
_SIDE_OF: dict[str, Side] = {"r": "right", "l": "left", "b": "bilateral"}
_BOTH_LIMBS = re.compile(
    r"\b(?:(?:upper|lower) (?:extremities|limbs)|uppers|lowers|(?-i:[UL]Es))\b", re.I
)


@lru_cache(maxsize=4096)
def side_named(text: str, region: Region | None = None) -> Side | None:
    """The side a text names; naming both is bilateral, and so are the extremities.

    Args:
        text: the words of the request.
        region: the region of the request; at the spine the side of a limb beside it does not count.
    """
    if region in SPINE:
        text = _LIMB_SIDE.sub(" ", text)
    found = [side for side, pattern in _SIDES if pattern.search(text)]
    if "bilateral" in found or ("left" in found and "right" in found):
        return "bilateral"
    if not found and _BOTH_LIMBS.search(text):
        return "bilateral"
    return found[0] if found else None  # type: ignore[return-value]


def side_before(text: str, start: int, since: int = 0) -> Side | None:
    """The side named right before the place at ``start``, as in "left knee".

    Args:
        text: the words.
        start: where the place begins.
        since: where its sentence begins.
    """
    match = _SIDE_BEFORE.search(text, max(since, start - 30), start)
    return None if match is None else _SIDE_OF[match[1][0].lower()]

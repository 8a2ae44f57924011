"""Where a request points: body regions, sides and spinal levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import yaml

from openimr.model import Region, Side

_LEVEL = re.compile(r"\b([CTL])\s?(\d{1,2})\s?[-/]\s?(?:([CTLS])\s?)?(\d{1,2})\b", re.I)
_JOINT = r"(?=\s(?:knee|shoulder|wrist|hand|hip|elbow|ankle|foot|si\b|l\d))"
_SPINE: tuple[Region, ...] = ("lumbar", "cervical", "thoracic")
_SIDES = (
    (
        "bilateral",
        re.compile(
            r"\bbilateral(?:ly)?\b|\bboth\b|\bright and left\b|\bleft and right\b|\bb/?l\b"
            r"|\bbues?\b|\bbles?\b",
            re.I,
        ),
    ),
    ("right", re.compile(rf"\bright\b|\brt\.?\b|\(r\)|\br{_JOINT}|\br[ul]e\b", re.I)),
    ("left", re.compile(rf"\bleft\b|\blt\.?\b|\(l\)|\bl{_JOINT}|\bl[ul]e\b", re.I)),
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
        (region, re.compile(rf"\b(?:{'|'.join(terms)})\b", re.I)) for region, terms in data.items()
    ]


def places_named(text: str) -> list[tuple[int, int, Region]]:
    """Where a text names which body region: start, end and region of each mention."""
    return sorted(
        (match.start(), match.end(), region)
        for region, pattern in _region_patterns()
        for match in pattern.finditer(text)
    )


def regions_named(text: str) -> list[Region]:
    """The body regions that a text names, in the order of their first mention."""
    return list(dict.fromkeys(region for _, _, region in places_named(text)))


def region_named(text: str) -> Region | None:
    """The one region that a request names: of several a part of the spine, else the first."""
    named = regions_named(text)
    return next((region for region in named if region in _SPINE), next(iter(named), None))


def side_named(text: str) -> Side | None:
    """The side a text names; naming both is bilateral."""
    found = [side for side, pattern in _SIDES if pattern.search(text)]
    if "bilateral" in found or ("left" in found and "right" in found):
        return "bilateral"
    return found[0] if found else None  # type: ignore[return-value]

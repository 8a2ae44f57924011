"""The geometry of the pictures on the page; the template draws it as SVG.

Coordinates are those of a square of 100 by 100 with its origin at the top left, as SVG counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from openimr.reviews.evaluation.measures import Bin
from openimr.reviews.evaluation.report import Row

_Z = 1.96
"""Width of the 95 % interval in standard deviations."""


class Dot(NamedTuple):
    """A point of the calibration curve with its 95 % interval and the count it stands for."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    n: int


class Segment(NamedTuple):
    """A stretch of a bar: from, width, kind and what it counts."""

    x: float
    width: float
    kind: str
    n: int


class Bar(NamedTuple):
    """The decisions on one treatment: what agrees and what does not."""

    name: str
    n: int
    counts: dict[str, int]
    segments: tuple[Segment, ...]


KINDS = {
    "same_upheld": "Both Upheld",
    "same_overturned": "Both Overturned",
    "ours_overturned": "Proposed Overturned, was Upheld",
    "ours_upheld": "Proposed Upheld, was Overturned",
    "nothing": "Nothing proposed",
}
"""How a proposal and a decision may stand to each other."""


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share observed over n (Wilson 1927)."""
    if not n:
        return 0.0, 1.0
    middle = share + _Z * _Z / (2 * n)
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
    whole = 1 + _Z * _Z / n
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def calibration_dots(bins: Iterable[Bin]) -> tuple[Dot, ...]:
    """The points of the calibration curve; the area of a point stands for its count."""
    dots = []
    for one in bins:
        low, high = wilson(one.observed, one.n)
        dots.append(
            Dot(
                x=round(100 * one.said, 2),
                y=round(100 * (1 - one.observed), 2),
                low=round(100 * (1 - low), 2),
                high=round(100 * (1 - high), 2),
                radius=round(min(1.2 + 0.35 * math.sqrt(one.n), 5), 2),
                n=one.n,
            )
        )
    return tuple(dots)


def roc_points(points: Iterable[tuple[float, float]]) -> str:
    """The points of the curve as SVG's ``points``."""
    return " ".join(f"{100 * x:.2f},{100 * (1 - y):.2f}" for x, y in points)


def kind_of(row: Row) -> str:
    """How the proposal stands to the decision: a key of :data:`KINDS`."""
    if row.proposed is None:
        return "nothing"
    if row.proposed == row.physician:
        return "same_overturned" if row.physician == "Overturned" else "same_upheld"
    return "ours_overturned" if row.proposed == "Overturned" else "ours_upheld"


def decision_bars(rows: Sequence[Row]) -> tuple[Bar, ...]:
    """A bar for each treatment, the most disputed first; widths in per cent of the longest."""
    groups: dict[str, dict[str, int]] = {}
    for row in rows:
        name = row.labelled_treatment or row.treatment
        counts = groups.setdefault(name, dict.fromkeys(KINDS, 0))
        counts[kind_of(row)] += 1
    order = sorted(groups, key=lambda name: (-sum(groups[name].values()), name))
    longest = max((sum(counts.values()) for counts in groups.values()), default=1)
    bars = []
    for name in order:
        at = 0.0
        segments = []
        for kind, n in groups[name].items():
            width = 100 * n / longest
            if n:
                segments.append(Segment(round(at, 3), round(width, 3), kind, n))
            at += width
        total = sum(groups[name].values())
        bars.append(Bar(name, total, groups[name], tuple(segments)))
    return tuple(bars)

"""Spans of text that are to go, and how overlapping ones become one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Category = Literal[
    "NAME",
    "ORG",
    "CLAIM",
    "EAMS",
    "WCIS",
    "CASE",
    "MRN",
    "NPI",
    "LICENCE",
    "SSN",
    "PHONE",
    "FAX",
    "EMAIL",
    "URL",
    "IP",
    "ADDRESS",
    "DATE",
    "DOB",
    "AGE",
    "ACCOUNT",
    "DEVICE",
    "VEHICLE",
    "PHOTO",
    "ID",
]
"""Kinds of identifier (45 CFR 164.514(b)(2)(i)); ID is any other unique number or code."""


class Span(NamedTuple):
    """``text[start:end]`` is an identifier of a category, found by a rule.

    ``rank`` orders rules where they overlap: the smaller one names the category.
    """

    start: int
    end: int
    category: str
    rule: str
    rank: int = 5


def settled(spans: Iterable[Span]) -> list[Span]:
    """Spans without overlap, in order; what any of them covered stays covered.

    Overlapping spans become one that covers all of them, so that no part of an identifier is
    left; it has the category of the strongest rule, and of equal ones the longest.
    """
    done: list[Span] = []
    for span in sorted(spans):
        if done and span.start < done[-1].end:
            last = done.pop()
            best = min(last, span, key=lambda s: (s.rank, s.start - s.end))
            done.append(best._replace(start=last.start, end=max(last.end, span.end)))
        elif span.end > span.start:
            done.append(span)
    return done

"""Items depend on items: which disputed item another one leans on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from openimr.guidelines.guideline import Guideline
from openimr.guidelines.library import Library
from openimr.reviews.requests import Request

_SURGICAL = re.compile(
    r"\bassociated surgical service|\b(?:pre|post|peri)[\s-]?(?:op|surg)"
    r"|\bsurgical assist|\bassistant surgeon|\b(?:medical|surgical|cardiac) clearance"
    r"|\binpatient (?:stay|hospital)|\bhospital stay",
    re.I,
)


def parents_of(requests: Sequence[Request], library: Library) -> list[int | None]:
    """For each item the number of the item it depends on, or None.

    A surgical service depends on the surgery in dispute; a treatment whose guideline file names
    what it ``depends_on`` depends on the first item of such a treatment, family or category.
    """
    surgeries = [
        n
        for n, request in enumerate(requests)
        if (held := _held(request, library)) is not None and held.category == "surgery"
    ]
    return [_parent(n, request, requests, surgeries, library) for n, request in enumerate(requests)]


def _parent(
    number: int,
    request: Request,
    requests: Sequence[Request],
    surgeries: Sequence[int],
    library: Library,
) -> int | None:
    others = [n for n in surgeries if n != number]
    if others and number not in surgeries and _SURGICAL.search(request.context):
        return others[0]
    own = _held(request, library)
    wanted = set(own.depends_on) if own is not None else set()
    for candidate, other in enumerate(requests):
        held = _held(other, library)
        if candidate == number or held is None:
            continue
        if {held.treatment, held.family, held.category} & wanted and _leans(
            own, held, request, library
        ):
            return candidate
    return None


def _leans(own: Guideline | None, other: Guideline, request: Request, library: Library) -> bool:
    """A consultation leans on a procedure only where it is asked for that procedure's sake."""
    if own is None or own.category != "consultation":
        return True
    named = {match.treatment for match in library.by_name(request.context)}
    return any(family in named for family in library.family(other.treatment))


def _held(request: Request, library: Library) -> Guideline | None:
    return library.get(request.guideline) if request.guideline else None

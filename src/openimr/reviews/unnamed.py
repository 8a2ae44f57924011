"""Care that a record tells of without its kind: "the injection in June gave 70 % relief".

Where the disputed items ask for one kind of it and the record names no other kind, the unnamed
one is of that kind. What is spoken of so, and of which kinds it may be, is data: ``focus.yaml``.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openimr.guidelines.library import Library
from openimr.model import Fact
from openimr.reviews.focus import UnnamedCare, unnamed_care
from openimr.reviews.phases import LIMBS
from openimr.reviews.requests import Request


def name_care(
    facts: Sequence[Fact], requests: Sequence[Request], library: Library
) -> Sequence[Fact]:
    """Bind what is told of unnamed care to the treatment that is asked for.

    Args:
        facts: the facts of the whole record.
        requests: what the disputed items ask for.
        library: the guideline library, which knows the families of treatments.

    Returns:
        The same facts where none is bound anew; else a list in the same order.
    """
    for care in unnamed_care():
        facts = _bound(facts, care, requests, library)
    return facts


def _bound(
    facts: Sequence[Fact], care: UnnamedCare, requests: Sequence[Request], library: Library
) -> Sequence[Fact]:
    if not is_unnamed(facts, care):
        return facts
    kinds = {r.family: r for r in requests if r.family in care.families}
    if len(kinds) != 1:
        return facts
    ((family, request),) = kinds.items()
    others = {t for other in care.families - {family} for t in library.family(other)}
    if any(fact.about in others and fact.polarity != "planned" for fact in facts):
        return facts
    own = request.bound_to
    fits = {None, own, *LIMBS.get(own or "", ())}
    return [
        msgspec.structs.replace(fact, about=request.treatment)
        if _is_unnamed(fact, care) and (own is None or fact.region in fits)
        else fact
        for fact in facts
    ]


def leaves_unnamed(facts: Sequence[Fact]) -> bool:
    """Whether a record tells of any care without its kind."""
    return any(is_unnamed(facts, care) for care in unnamed_care())


def is_unnamed(facts: Sequence[Fact], care: UnnamedCare) -> bool:
    """Whether a record tells of this care without its kind."""
    about, names = care.about, care.facts
    for fact in facts:  # noqa: SIM110 - any() with its generator takes twice as long
        if fact.about == about and (not names or fact.fact in names):
            return True
    return False


def _is_unnamed(fact: Fact, care: UnnamedCare) -> bool:
    return fact.about == care.about and (not care.facts or fact.fact in care.facts)

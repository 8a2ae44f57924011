"""From the words of a disputed item to what is asked for: treatment, region, amount, phase.

The words are the item's own; the record is consulted only for what a request leaves unsaid
(the region treated, whether the treatment was given before).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from openimr import drugs
from openimr.guidelines.guideline import Guideline
from openimr.guidelines.library import Library
from openimr.model import Case, DisputedItem, Fact, Phase, Region, Side, Unit, Value
from openimr.reviews.amounts import Amount, Amounts, read_amounts
from openimr.reviews.asked import read_asked
from openimr.reviews.focus import Focus, is_around_surgery, is_for_whole_person, share_needed
from openimr.reviews.phases import Drug, is_first_use, phase_of
from openimr.reviews.places import SPINE, regions_named, side_named
from openimr.reviews.wording import Wording, disputed_text, wording

_SPINE = frozenset(SPINE)
_LIMBS = frozenset(("shoulder", "elbow", "wrist_hand", "hip", "knee", "ankle_foot"))


class Request(Value, frozen=True):
    """What a disputed item asks for.

    ``text`` is the part in dispute, ``context`` the item's full words; ``treatment`` is a library
    id or ``other:<name>``; ``stage`` is the phase that selects
    criteria, ``phase`` the one that the request or the record states. ``values`` holds the
    request facts of the condition language (``sessions_requested``, ``dispense_qty`` ...).
    ``bound_to`` is the region that facts must be about to bear on it: a drug works everywhere, so
    that one whose request names no region has none.
    """

    text: str
    context: str
    treatment: str
    family: str | None
    guideline: str | None
    drug: str | None
    drug_classes: tuple[str, ...]
    region: Region | None
    bound_to: Region | None
    side: Side | None
    levels: tuple[str, ...]
    phase: Phase | None
    stage: Phase | None
    quantity: float | None
    unit: Unit | None
    values: tuple[tuple[str, Amount], ...]


class _Place(NamedTuple):
    """An item's number among those of its case, and what the case is about."""

    item: int
    focus: Focus


def read_requests(
    case: Case,
    facts: Sequence[Fact],
    library: Library,
    months_since_injury: float | None = None,
) -> list[Request]:
    """Read the disputed items of a case.

    Args:
        case: the case file, documents loaded as text.
        facts: the facts of the whole record, for what the requests leave unsaid.
        library: the guideline library that names treatments.
        months_since_injury: how old the injury is, where that is known.
    """
    numbers = range(len(case.items))
    return list(read_some(numbers, case, facts, library, months_since_injury).values())


def read_some(
    numbers: Iterable[int],
    case: Case,
    facts: Sequence[Fact],
    library: Library,
    months_since_injury: float | None = None,
) -> dict[int, Request]:
    """Read only the disputed items of these numbers, each as :func:`read_requests` reads it."""
    focus = Focus(facts, [disputed_text(item) for item in case.items])
    return {
        number: _read(
            case.items[number], _Place(number, focus), facts, library, months_since_injury
        )
        for number in numbers
    }


def _read(
    item: DisputedItem,
    place: _Place,
    facts: Sequence[Fact],
    library: Library,
    months_since_injury: float | None,
) -> Request:
    words = wording(disputed_text(item), library)
    text, label, classes = words.text, words.label, words.classes
    guideline, treatment = words.guideline, words.treatment
    region, side = _place(words, place)
    kin = library.family(treatment)
    first = label is not None and is_first_use(
        text, label, classes, facts, months_since_injury, kin
    )
    if first and guideline is not None and guideline.first_use:
        guideline = library.get(guideline.first_use) or guideline
        treatment = guideline.treatment
    drug = None if label is None else Drug(label, first)
    phase, stage = phase_of(text, guideline, drug, region, facts)
    quantity, unit, amounts = words.measured(guideline)
    values: Amounts = {**read_asked(item.request), **amounts}
    if item.authorized:
        given = read_amounts(item.authorized, is_drug=label is not None)
        if "sessions_requested" in given:
            values["sessions_authorized"] = given["sessions_requested"]
    if words.levels:
        values["levels_count"] = len(words.levels)
    if label is not None:
        values.update(words.of_drug)
        if _has_same_class(label, classes, facts):
            values["concurrent_same_class"] = True
    if stage:
        values["request_phase"] = stage
    if region:
        values["body_region"] = region
    if side:
        values["side"] = side
    values["quantity_stated"] = quantity is not None
    values["retrospective"] = words.retrospective
    return Request(
        text=text,
        context=item.request,
        treatment=treatment,
        family=guideline.family if guideline else None,
        guideline=guideline.treatment if guideline else None,
        drug=label,
        drug_classes=classes,
        region=region,
        bound_to=region if label is None else words.region,
        side=side,
        levels=words.levels,
        phase=phase,
        stage=stage,
        quantity=quantity,
        unit=unit,
        values=tuple(values.items()),
    )


def _has_same_class(label: str, classes: Sequence[str], facts: Sequence[Fact]) -> bool:
    """Whether another drug of the same class is taken."""
    others = {
        str(f.value)
        for f in facts
        if f.fact == "on_drugs" and f.polarity == "present" and f.time == "current"
    } - {label}
    held = drugs.lexicon()
    return any(classes[:1] == held[name].classes[:1] for name in others if name in held)


def _place(words: Wording, place: _Place) -> tuple[Region | None, Side | None]:
    """Region and side of a request: its own, those of the operation it goes with, the record's."""
    guideline, treatment = words.guideline, words.treatment
    own = region = words.region
    if guideline is not None and guideline.region:
        # an injection at T8-9, though most of its kind are given in the low back
        region = guideline.region
        if own != region and {own, region} <= _SPINE and region not in regions_named(words.bare):
            region = own
    side = side_named(words.bare, region)
    if is_for_whole_person(treatment, words.bare):
        return "whole", side
    operated = place.focus.operated(place.item) if words.around_surgery else None
    if operated is not None and not is_around_surgery(treatment):
        region = region or operated[0]
        return region, side or (operated[1] if region == operated[0] else None)
    if region is None:
        region = _region_of_record(treatment, guideline, words.classes, place)
    if side is None and words.region is None and region in _LIMBS:
        side = place.focus.side(region)
    return region, side


def _region_of_record(
    treatment: str,
    guideline: Guideline | None,
    classes: Sequence[str],
    place: _Place,
) -> Region | None:
    if is_around_surgery(treatment):
        return "other" if place.focus.region(place.item, 0.5) == "other" else None
    share = share_needed(treatment, guideline, classes)
    if share is None:
        return None

    family = guideline.family if guideline is not None else treatment
    return place.focus.region(place.item, share, {treatment, family})

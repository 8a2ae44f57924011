"""From the words of a disputed item to what is asked for: treatment, region, amount, phase.

The words are the item's own; the record is consulted only for what a request leaves unsaid
(the region treated, whether the treatment was given before).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from openimr import drugs
from openimr.guidelines.guideline import Guideline
from openimr.guidelines.library import Library
from openimr.model import Case, DisputedItem, Fact, Phase, Region, Side, Unit, Value
from openimr.reviews.amounts import TABLETS, Amounts, days_of_use, pieces_of, read_amounts
from openimr.reviews.asked import days_supply, read_asked
from openimr.reviews.focus import (
    Focus,
    is_around_surgery,
    is_for_whole_person,
    share_needed,
)
from openimr.reviews.phases import AROUND_SURGERY, RETROSPECTIVE, Drug, is_first_use, phase_of
from openimr.reviews.places import levels_named, region_named, side_named

_PREFIX = re.compile(
    r"^(?:associated surgical services?|(?:retrospective|prospective)(?: request)?(?: for)?|retro"
    r"|(?:unknown|unspecified) (?:prescription|quantity)(?: of)?)\s*[:\-]?\s*",
    re.I,
)
_PARTS = re.compile(r"\s*;\s*|\s+•\s*")
_AMOUNT = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|eight|ten|twelve)\s?(?:x|times?|sessions?|visits?|days?"
    r"|weeks?|months?|units?|mg|per)?\b|\([^)]*\)|\bunder\b.*|\bDOS\b.*",
    re.I,
)
_NO_NAME = re.compile(
    r"a|an|of|the|for|and|to|with|without|in|on|at|by|or|per|mg|ml|gm|request(?:ed)?|left|right"
    r"|bilateral(?:ly)?|lt|rt|qty|quantity|units?|sessions?|visits?|times|weeks?|months?|days?"
    r"|purchase|rental|initial|additional|outpatient|dme"
)
_NOT_SOLID = re.compile(r"\b(?:patch|cream|gel|lotion|ointment|pad)", re.I)
_DISPENSED = re.compile(r"\d\s?(?:mg|mcg)\b.*(?:#\s?\d|\btab|\bcap)", re.I)
"""A drug that the dictionary does not know: a strength, and how many are dispensed."""
_EVALUATION = re.compile(r"\beval(?:uation)?\b", re.I)
_MODIFIED = re.compile(
    r"(?P<original>.+?)\s+was the original request\b.*?"
    r"(?:remaining IMR eligible portion of the original request,?\s*(?P<remainder>.+?)"
    r"|The original request,\s*(?P<whole>.+?))(?:,)?\s+is\b",
    re.I | re.S,
)


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
    values: tuple[tuple[str, bool | float | str | tuple[str, ...]], ...]


def disputed_text(item: DisputedItem) -> str:
    """The words in dispute: of a modified request the remainder, else the request itself."""
    if item.remainder:
        return item.remainder
    if item.original and item.authorized:
        return item.original
    if match := _MODIFIED.search(item.request):
        return (match["remainder"] or match["whole"] or match["original"]).strip()
    return item.request


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
    focus = Focus(facts, [disputed_text(item) for item in case.items])
    return [
        _read(item, _Place(number, focus), facts, library, months_since_injury)
        for number, item in enumerate(case.items)
    ]


def _read(
    item: DisputedItem,
    place: _Place,
    facts: Sequence[Fact],
    library: Library,
    months_since_injury: float | None,
) -> Request:
    text = disputed_text(item)
    bare = _first_of_several(_PREFIX.sub("", text).strip() or text, library)
    label, classes, *_ = drugs.classify(bare)
    guideline = _guideline(_first_of_several(text, library), label, classes, library)
    if (
        guideline is not None
        and guideline.category != "drug"
        and "compound" not in guideline.treatment
    ):
        label, classes = None, ()
    treatment = guideline.treatment if guideline else f"other:{_slug(bare, label)}"
    dispensed = label is not None or (guideline is None and bool(_DISPENSED.search(bare)))
    amounts = read_amounts(bare, is_drug=dispensed)
    region, side = _place(text, bare, treatment, guideline, classes, place)
    levels = levels_named(bare)
    kin = library.family(treatment)
    first = label is not None and is_first_use(
        text, label, classes, facts, months_since_injury, kin
    )
    if first and guideline is not None and guideline.first_use:
        guideline = library.get(guideline.first_use) or guideline
        treatment = guideline.treatment
    drug = None if label is None else Drug(label, first)
    phase, stage = phase_of(text, guideline, drug, region, facts)
    equipment = guideline is not None and guideline.category in {"equipment", "device"}
    if equipment and "rental_days" not in amounts and "frequency_per_week" not in amounts:
        days = days_of_use(bare)
        amounts |= {} if days is None else {"rental_days": days}
    quantity, unit = _quantity(bare, guideline, classes if dispensed else None, amounts)
    values: Amounts = read_asked(item.request) | amounts
    if item.authorized:
        given = read_amounts(item.authorized, is_drug=label is not None)
        if "sessions_requested" in given:
            values["sessions_authorized"] = given["sessions_requested"]
    if levels:
        values["levels_count"] = len(levels)
    if label:
        values["drug_name"] = label
        values["drug_class"] = classes
        values.update(drugs.request_facts(bare))
        values.update(_drug_values(bare, label, classes, amounts, facts))
    if stage:
        values["request_phase"] = stage
    if region:
        values["body_region"] = region
    if side:
        values["side"] = side
    values["quantity_stated"] = quantity is not None
    values["retrospective"] = bool(RETROSPECTIVE.search(text))
    return Request(
        text=text,
        context=item.request,
        treatment=treatment,
        family=guideline.family if guideline else None,
        guideline=guideline.treatment if guideline else None,
        drug=label,
        drug_classes=tuple(classes),
        region=region,
        bound_to=region if label is None else region_named(bare),
        side=side,
        levels=levels,
        phase=phase,
        stage=stage,
        quantity=quantity,
        unit=unit,
        values=tuple(values.items()),
    )


def _drug_values(
    text: str, label: str, classes: Sequence[str], amounts: Amounts, facts: Sequence[Fact]
) -> Amounts:
    """What a drug request means beside the record: how long it lasts, what else is taken."""
    values: Amounts = {}
    quantity = amounts.get("dispense_qty")
    if isinstance(quantity, float) and (days := days_supply(text, quantity)) is not None:
        values["days_supply"] = days
    others = {
        str(f.value)
        for f in facts
        if f.fact == "on_drugs" and f.polarity == "present" and f.time == "current"
    } - {label}
    held = drugs.lexicon()
    if any(classes[:1] == held[name].classes[:1] for name in others if name in held):
        values["concurrent_same_class"] = True
    return values


def _first_of_several(text: str, library: Library) -> str:
    """The first treatment of a line that asks for several, parted by semicolons or bullets."""
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    named = [(part, found[0].treatment) for part in parts if (found := library.by_name(part))]
    return named[0][0] if len({treatment for _, treatment in named}) > 1 else text


def _guideline(
    text: str, label: str | None, classes: Sequence[str], library: Library
) -> Guideline | None:
    named = library.by_name(text)
    if named and classes[:1] != ("topical_compound",):  # by its parts, not by one of them
        return library.get(named[0].treatment)
    held = library.by_drug_class(classes) if label is not None else []
    return held[0] if held else None


def _slug(text: str, label: str | None) -> str:
    """A name of what no guideline is held for: its first words, without side, amount and place."""
    words = re.findall(r"[a-z]{2,}", (label or _AMOUNT.sub(" ", text)).lower())
    kept = [word for word in words if not _NO_NAME.fullmatch(word)]
    return "_".join((kept or words)[:4]) or "unnamed"


def _place(
    text: str,
    bare: str,
    treatment: str,
    guideline: Guideline | None,
    classes: Sequence[str],
    place: _Place,
) -> tuple[Region | None, Side | None]:
    """Region and side of a request: its own, those of the operation it goes with, the record's."""
    own = region_named(bare)
    region = guideline.region if guideline is not None and guideline.region else own
    side = side_named(bare, region)
    if is_for_whole_person(treatment, bare):
        return "whole", side
    operated = place.focus.operated(place.item) if AROUND_SURGERY.search(text) else None
    if operated is not None and not is_around_surgery(treatment):
        region = region or operated[0]
        return region, side or (operated[1] if region == operated[0] else None)
    if region is None:
        region = _region_of_record(treatment, guideline, classes, place)
    if side is None and own is None and region in _LIMBS:
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


def _quantity(
    text: str,
    guideline: Guideline | None,
    classes: Sequence[str] | None,
    amounts: Amounts,
) -> tuple[float | None, Unit | None]:
    """How much is asked for and in what unit; ``classes`` are those of a drug, None for others."""
    if classes is not None:
        quantity = amounts.get("dispense_qty")
        solid = TABLETS.search(text) and not (
            _NOT_SOLID.search(text) or any(name.startswith("topical_") for name in classes)
        )
        return (
            (None, None) if quantity is None else (_float(quantity), "tablets" if solid else None)
        )
    category = guideline.category if guideline else None
    around_surgery = guideline is not None and is_around_surgery(guideline.treatment)
    sessions = amounts.get("sessions_requested")
    if category in {"equipment", "device"}:
        if "frequency_per_week" in amounts and sessions is not None:
            return _float(sessions), "visits"
        if "rental_days" in amounts:
            return _float(amounts["rental_days"]), "days"
        pieces = pieces_of(text)
        return (pieces or (1.0 if category == "equipment" else None)), None
    if category == "injection":
        return _float(amounts.get("injections_per_session", 1.0)), "injections"
    if category in {"imaging", "test"}:
        return (None if around_surgery else pieces_of(text) or 1.0), None
    if category in {"therapy", "program", "consultation"}:
        if sessions is not None:
            return _float(sessions), "visits"
        if category == "therapy" and _EVALUATION.search(text):
            return 1.0, "visits"
    return None, None


def _float(value: object) -> float:
    return float(str(value))

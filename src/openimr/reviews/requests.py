"""From the words of a disputed item to what is asked for: treatment, region, amount, phase.

The words are the item's own; the record is consulted only for what a request leaves unsaid
(the region treated, whether the treatment was given before).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from openimr import drugs
from openimr.guidelines.guideline import Guideline
from openimr.guidelines.library import Library
from openimr.model import DisputedItem, Fact, Phase, Region, Side, Unit, Value
from openimr.reviews.amounts import TABLETS, Amounts, read_amounts
from openimr.reviews.asked import days_supply, read_asked
from openimr.reviews.phases import RETROSPECTIVE, Drug, is_first_use, phase_of
from openimr.reviews.places import levels_named, regions_named, side_named

_PREFIX = re.compile(
    r"^(?:associated surgical services?|(?:retrospective|prospective)(?: request)?(?: for)?|retro"
    r"|(?:unknown|unspecified) (?:prescription|quantity)(?: of)?)\s*[:\-]?\s*",
    re.I,
)
_MODIFIED = re.compile(
    r"(?P<original>.+?)\s+was the original request\b.*?"
    r"(?:remaining IMR eligible portion of the original request,?\s*(?P<remainder>.+?)"
    r"|The original request,\s*(?P<whole>.+?))(?:,)?\s+is\b",
    re.I | re.S,
)
_SPINE: tuple[Region, ...] = ("lumbar", "cervical", "thoracic")
_REGIONAL = {"therapy", "injection", "device", "equipment", "surgery", "imaging"}
_REGIONAL_DRUGS = {"muscle_relaxant", "opioid", "nsaid", "topical_lidocaine", "topical_nsaid"}
_MAIN_SHARE = 0.35
"""Share of complaints and diagnoses above which a record is about one region."""


class Request(Value, frozen=True):
    """What a disputed item asks for.

    ``text`` is the part in dispute, ``context`` the item's full words; ``treatment`` is a library
    id or ``other:<name>``; ``stage`` is the phase that selects
    criteria, ``phase`` the one that the request or the record states. ``values`` holds the
    request facts of the condition language (``sessions_requested``, ``dispense_qty`` ...).
    """

    text: str
    context: str
    treatment: str
    family: str | None
    guideline: str | None
    drug: str | None
    drug_classes: tuple[str, ...]
    region: Region | None
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


def read_request(
    item: DisputedItem,
    facts: Sequence[Fact],
    library: Library,
    months_since_injury: float | None = None,
) -> Request:
    """Read one disputed item.

    Args:
        item: the item as the application states it.
        facts: the facts of the whole record, for what the request leaves unsaid.
        library: the guideline library that names treatments.
        months_since_injury: how old the injury is, where that is known.
    """
    text = disputed_text(item)
    bare = _PREFIX.sub("", text).strip() or text
    label, classes, *_ = drugs.classify(bare)
    guideline = _guideline(text, label, classes, library)
    if (
        guideline is not None
        and guideline.category != "drug"
        and "compound" not in guideline.treatment
    ):
        label, classes = None, ()
    treatment = guideline.treatment if guideline else f"other:{_slug(bare, label)}"
    amounts = read_amounts(bare, is_drug=label is not None)
    region = _region(bare, guideline, facts, classes=classes)
    side = side_named(bare)
    levels = levels_named(bare)
    first = label is not None and is_first_use(text, label, classes, facts, months_since_injury)
    if first and guideline is not None and guideline.first_use:
        guideline = library.get(guideline.first_use) or guideline
        treatment = guideline.treatment
    drug = None if label is None else Drug(label, first)
    phase, stage = phase_of(text, guideline, drug, region, facts)
    quantity, unit = _quantity(bare, guideline, label, amounts, treatment)
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


def _guideline(
    text: str, label: str | None, classes: Sequence[str], library: Library
) -> Guideline | None:
    named = library.by_name(text)
    if named:
        return library.get(named[0].treatment)
    held = library.by_drug_class(classes) if label is not None else []
    return held[0] if held else None


def _slug(text: str, label: str | None) -> str:
    words = re.findall(r"[a-z]+", (label or text).lower())
    kept = [w for w in words if w not in {"of", "the", "for", "and", "to", "with", "mg", "request"}]
    return "_".join(kept[:4]) or "unnamed"


def _region(
    text: str,
    guideline: Guideline | None,
    facts: Sequence[Fact],
    *,
    classes: Sequence[str],
) -> Region | None:
    """The region a request names, the spine before the limbs; else the one the record is about."""
    if guideline is not None and guideline.region:
        return guideline.region
    named = regions_named(text)
    if named:
        return next((region for region in named if region in _SPINE), named[0])
    category = guideline.category if guideline else "other"
    if category not in _REGIONAL and not _REGIONAL_DRUGS & set(classes):
        return None
    return main_region(facts)


def main_region(facts: Sequence[Fact]) -> Region | None:
    """The region that a record is about: where most of its complaints and diagnoses lie.

    Returns:
        None where the record speaks of several regions alike.
    """
    weights = {"diagnoses": 2, "pain_location": 2, "tenderness": 1, "prior_surgery": 1}
    counter: Counter[Region] = Counter()
    for fact in facts:
        if fact.region and fact.polarity != "negated":
            counter[fact.region] += weights.get(fact.fact, 0)
    total = sum(counter.values())
    if not total:
        return None
    region, most = counter.most_common(1)[0]
    return region if most >= _MAIN_SHARE * total else None


def _quantity(
    text: str,
    guideline: Guideline | None,
    label: str | None,
    amounts: Amounts,
    treatment: str,
) -> tuple[float | None, Unit | None]:
    if label is not None:
        quantity = amounts.get("dispense_qty")
        if quantity is None:
            return None, None
        solid = TABLETS.search(text) and not re.search(
            r"\b(?:patch|cream|gel|lotion|ointment|pad)", text, re.I
        )
        return float(str(quantity)), "tablets" if solid else None
    category = guideline.category if guideline else None
    if "rental_days" in amounts and category in {"equipment", "device"}:
        return float(str(amounts["rental_days"])), "days"
    if category == "injection":
        count = amounts.get("injections_per_session")
        return (float(str(count)), "injections") if count is not None else (1.0, "injections")
    if category in {"therapy", "program", "consultation"} and "sessions_requested" in amounts:
        return float(str(amounts["sessions_requested"])), "visits"
    return None, None

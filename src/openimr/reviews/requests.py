"""From the words of a disputed item to what is asked for: treatment, region, amount, phase.

The words are the item's own; the record is consulted only for what a request leaves unsaid
(the region treated, whether the treatment was given before).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from openimr import drugs
from openimr.guidelines.guideline import Guideline
from openimr.guidelines.library import Library
from openimr.model import DisputedItem, Fact, Phase, Region, Side, Unit, Value
from openimr.reviews.amounts import TABLETS, Amounts, read_amounts
from openimr.reviews.places import levels_named, regions_named, side_named

_POSTOP = re.compile(
    r"\bpost[\s-]?(?:op(?:erative(?:ly)?)?\b|surg\w+)|\bassociated surgical service", re.I
)
_RETRO = re.compile(r"\bretro(?:spective(?:ly)?)?\b|\bdos\b|\bdates? of service\b", re.I)
_PURCHASE = re.compile(r"\bpurchase[ds]?\b|\bbuy\b", re.I)
_TRIAL = re.compile(r"\btrial\b|\brental\b|\brent\b", re.I)
_REPEAT = re.compile(
    r"\b(?:additional|continu\w+|repeat(?:ed)?|second|third|2nd|3rd|another|extension|further|follow[\s-]?up|"
    r"updated?|new set|more|#2)\b",
    re.I,
)
_ONGOING = re.compile(r"\b(?:refills?|continu\w+|ongoing|maintenance)\b", re.I)
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
_DRUG_REGION = {"muscle_relaxant", "opioid", "topical_lidocaine"}


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


def read_request(item: DisputedItem, facts: Sequence[Fact], library: Library) -> Request:
    """Read one disputed item.

    Args:
        item: the item as the application states it.
        facts: the facts of the whole record, for what the request leaves unsaid.
        library: the guideline library that names treatments.
    """
    text = disputed_text(item)
    bare = _PREFIX.sub("", text).strip() or text
    label, classes, *_ = drugs.classify(bare)
    guideline = _guideline(bare, label, classes, library)
    if (
        guideline is not None
        and guideline.category != "drug"
        and "compound" not in guideline.treatment
    ):
        label, classes = None, ()
    treatment = guideline.treatment if guideline else f"other:{_slug(bare, label)}"
    amounts = read_amounts(bare, is_drug=label is not None)
    region = _region(bare, guideline, facts, is_drug=label is not None, classes=classes)
    side = side_named(bare)
    levels = levels_named(bare)
    phase, stage = _phase(text, guideline, label, facts)
    quantity, unit = _quantity(bare, guideline, label, amounts, treatment)
    values: Amounts = dict(amounts)
    if levels:
        values["levels_count"] = len(levels)
    if label:
        values["drug_name"] = label
        values["drug_class"] = classes
        values.update(drugs.request_facts(bare))
    if stage:
        values["request_phase"] = stage
    if region:
        values["body_region"] = region
    if side:
        values["side"] = side
    values["quantity_stated"] = quantity is not None
    values["retrospective"] = bool(_RETRO.search(text))
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
    is_drug: bool,
    classes: Sequence[str],
) -> Region | None:
    if guideline is not None and guideline.region:
        return guideline.region
    named = regions_named(text)
    if len(named) == 1:
        return named[0]
    weight = _complaint_weight(facts)
    if named:
        return max(named, key=lambda region: (weight[region], -named.index(region)))
    if is_drug and not _DRUG_REGION & set(classes):
        return None
    if guideline is not None and guideline.category in {"imaging", "surgery", "other"}:
        return None
    known = [
        (count, region) for region, count in weight.items() if region not in ("other", "whole")
    ]
    return max(known)[1] if known else None


def _complaint_weight(facts: Sequence[Fact]) -> Counter[Any]:
    weights = {"diagnoses": 3, "pain_location": 3}
    counter: Counter[Any] = Counter()
    for fact in facts:
        if fact.region and fact.polarity != "negated":
            counter[fact.region] += weights.get(fact.fact, 1)
    return counter


def _phase(
    text: str, guideline: Guideline | None, label: str | None, facts: Sequence[Fact]
) -> tuple[Phase | None, Phase | None]:
    treatment = guideline.treatment if guideline else None
    given = _given_before(treatment, guideline.family if guideline else None, label, facts)
    if _POSTOP.search(text):
        return "postop", "postop"
    stated: Phase | None = None
    if _PURCHASE.search(text):
        stated = "purchase"
    elif _TRIAL.search(text):
        stated = "trial"
    elif label is not None and (_ONGOING.search(text) or given):
        stated = "ongoing"
    elif _REPEAT.search(text) or given:
        stated = "repeat"
    elif label is None:
        stated = "initial"
    stage: Phase = stated or "initial"
    if _RETRO.search(text) and stated != "purchase":
        return "retro", stage
    return stated, stage


def _given_before(
    treatment: str | None, family: str | None, label: str | None, facts: Sequence[Fact]
) -> bool:
    if label is not None:
        parts = set(label.split("/")) | {label}
        return any(
            f.fact == "on_drugs" and f.polarity == "present" and str(f.value) in parts
            for f in facts
        )
    bound = {treatment, family} - {None}
    return any(
        f.fact in {"prior_treatment_exists", "prior_sessions_completed"}
        and f.polarity == "present"
        and f.about in bound
        for f in facts
    )


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

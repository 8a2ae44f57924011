"""Whether a request is for a first, a repeated or an ongoing treatment.

The words of the request come first; where they leave it open, the record tells whether the
treatment was given, or the drug taken, before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from openimr import drugs
from openimr.guidelines.guideline import Guideline
from openimr.model import Fact, Phase, Region
from openimr.reviews.focus import is_around_surgery

_PREOP = re.compile(r"\bpre[\s-]?(?:op|surg)", re.I)
_POSTOP = re.compile(
    r"\bpost[\s-]?(?:op(?:erative(?:ly)?)?\b|surg\w+)|\bassociated surgical service", re.I
)
AROUND_SURGERY = re.compile(
    r"\b(?:pre|post|peri)[\s-]?(?:op|surg)|\bassociated surgical service|\bassistant|\binpatient",
    re.I,
)
RETROSPECTIVE = re.compile(r"\bretro(?:spective(?:ly)?)?\b|\bdos\b|\bdates? of service\b", re.I)
_PURCHASE = re.compile(r"\bpurchase[ds]?\b|\bbuy\b", re.I)
_TRIAL = re.compile(r"\btrial\b|\brental\b|\brent\b", re.I)
_REPEAT = re.compile(
    r"\b(?:additional|continu\w+|repeat(?:ed)?|second|third|2nd|3rd|another|extension|further"
    r"|follow[\s-]?up|updated?|new set|more|again)\b",
    re.I,
)
_NUMBERED = re.compile(r"#\s?[2-9]\b|\bnumber [2-9]\b", re.I)
_IMPLANT = re.compile(r"\bpermanent\b|\bimplant", re.I)
_ONGOING = re.compile(r"\b(?:refills?|continu\w+|ongoing|maintenance)\b", re.I)
_FIRST = re.compile(r"\b(?:new|initial|first|start\w*|begin\w*|trial)\b", re.I)
_HEARD = (
    _PREOP,
    _POSTOP,
    _PURCHASE,
    _IMPLANT,
    _TRIAL,
    _ONGOING,
    _REPEAT,
    _NUMBERED,
    RETROSPECTIVE,
    _FIRST,
)
_MODALITY = {"xray": "x-ray", "mri": "mri", "ct_scan": "ct"}
LIMBS: dict[str, tuple[str, ...]] = {
    "lumbar": ("hip", "knee", "ankle_foot", "other"),
    "cervical": ("shoulder", "elbow", "wrist_hand", "other"),
}
"""The limbs whose complaints a treatment at the spine is given for."""
_RECENT_MONTHS = 3.0
_POSTOP_WEEKS = 6.0


class Drug(NamedTuple):
    """The drug asked for, and whether this is its first prescription."""

    label: str
    first: bool


class _Heard(NamedTuple):
    """Which of the words that tell a phase a request has."""

    preop: bool
    postop: bool
    purchase: bool
    implant: bool
    trial: bool
    ongoing: bool
    repeat: bool
    numbered: bool
    retrospective: bool
    first: bool


@lru_cache(maxsize=4096)
def _heard(text: str) -> _Heard:
    return _Heard(*(pattern.search(text) is not None for pattern in _HEARD))


def phase_of(
    text: str,
    guideline: Guideline | None,
    drug: Drug | None,
    region: Region | None,
    facts: Sequence[Fact],
) -> tuple[Phase | None, Phase | None]:
    """The phase as stated or shown by the record, and the one whose criteria apply.

    Args:
        text: the words in dispute.
        guideline: the guideline of the treatment, if one is held.
        drug: the drug asked for, if it is one.
        region: the region of the request.
        facts: the facts of the record.
    """
    heard = _heard(text)
    if heard.postop:
        again: Phase = "repeat" if heard.repeat else "postop"
        return "purchase" if heard.purchase else "postop", again
    if heard.preop or (guideline is not None and is_around_surgery(guideline.treatment)):
        return None, "initial"
    stage: Phase = "initial"
    category = guideline.category if guideline is not None else None
    if heard.purchase or (category == "device" and heard.implant):
        stage = "purchase"
    elif heard.trial:
        stage = "trial"
    elif drug is not None:
        if not drug.first and (heard.ongoing or _taken(drug.label, facts)):
            stage = "ongoing"
    elif (
        heard.repeat
        or (category == "injection" and heard.numbered)
        or (guideline is not None and _given(guideline, region, facts))
    ):
        stage = "repeat"
    if heard.retrospective and stage != "purchase":
        return "retro", stage
    return stage, stage


def is_first_use(
    text: str,
    label: str,
    classes: Sequence[str],
    facts: Sequence[Fact],
    months_since_injury: float | None,
    treatments: Collection[str] = (),
) -> bool:
    """Whether a drug is asked for the first time.

    So it is when the request or the record says so and nothing speaks of earlier use; or when no
    drug of its class was taken and the injury or an operation is recent.
    """
    heard = _heard(text)
    if heard.ongoing:
        return False
    if heard.first or heard.postop:
        return True
    bound = {label, *label.split("/"), *classes, *treatments, "medication"}
    if any(f.fact in ("long_term_use", "vas_with_med") and f.about in bound for f in facts):
        return False
    starts = [f for f in facts if f.fact == "first_prescription" and f.polarity != "negated"]
    taken = [f for f in facts if f.fact == "on_drugs" and f.polarity == "present"]
    same_class = [f for f in taken if _same_class(str(f.value), label, classes)]
    if any(f.about in bound for f in starts):
        return all(any(_near(f, start) for start in starts) for f in same_class)
    return not same_class and _is_recent(facts, months_since_injury)


def _same_class(name: str, label: str, classes: Sequence[str]) -> bool:
    if name == label:
        return True
    # What a mixture for the skin contains is named with the mixture, not taken beside it.
    if name in label.split("/") and not any(one.startswith("topical_") for one in classes):
        return True
    held = drugs.lexicon().get(name)
    return held is not None and held.classes[:1] == tuple(classes[:1])


def _near(fact: Fact, other: Fact) -> bool:
    """Whether two facts stand in one statement."""
    apart = max(fact.start, other.start) - min(fact.end, other.end)
    return fact.document == other.document and apart < 80


def _is_recent(facts: Sequence[Fact], months_since_injury: float | None) -> bool:
    if months_since_injury is not None and months_since_injury <= _RECENT_MONTHS:
        return True
    return any(
        f.polarity != "negated"
        and (
            f.fact in ("surgery_approved", "surgery_scheduled", "acute_phase")
            or (
                f.fact == "weeks_postop"
                and isinstance(f.value, int | float)
                and f.value <= _POSTOP_WEEKS
            )
        )
        for f in facts
    )


def _taken(label: str, facts: Sequence[Fact]) -> bool:
    return any(
        f.fact == "on_drugs"
        and f.polarity == "present"
        and f.speaker != "request"
        and str(f.value) == label
        for f in facts
    )


def _given(guideline: Guideline, region: Region | None, facts: Sequence[Fact]) -> bool:
    """Whether the record shows that the treatment was given, or the test done, before."""
    here = [
        f
        for f in facts
        if f.polarity == "present"
        and f.speaker != "request"
        and (region is None or f.region in (None, region, *LIMBS.get(region, ())))
    ]
    if guideline.category == "imaging":
        word = _MODALITY.get(guideline.family, guideline.family)
        return any(
            f.fact == "prior_imaging_same_region"
            and f.region == region
            and word in str(f.value).lower()
            for f in here
        )
    bound = {guideline.treatment, guideline.family}
    if any(f.fact == "prior_sessions_completed" and f.about in bound for f in here):
        return True
    # "No psychotherapy to date" is said of the care itself, what else speaks of it rarely is.
    denied = any(
        f.fact == "prior_treatment_exists" and f.polarity == "negated" and f.about in bound
        for f in facts
    )
    return not denied and any(f.fact == "prior_treatment_exists" and f.about in bound for f in here)

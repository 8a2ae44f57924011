"""The vocabulary of OpenIMR: the frozen values that every other room passes on.

All classes are :class:`msgspec.Struct`: immutable, typed, and read from and written to JSON
with unknown fields refused. Dates are :class:`datetime.date` (ISO 8601 in JSON). Offsets count
characters of the text of the named document, end exclusive.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Decision = Literal["Upheld", "Overturned"]
"""*Upheld*: the utilization review denial stands. *Overturned*: the treatment is necessary."""

Polarity = Literal["present", "negated", "hedged", "planned"]
"""How a fact is asserted. *planned* covers requests, plans and recommendations."""

Speaker = Literal["patient", "exam", "test", "provider", "utilization_review", "request"]
"""Who says it: the patient's complaint, a physical examination, a test report, the
provider's history or assessment, the utilization review, or the request itself."""

Status = Literal["met", "not_met", "not_documented"]
"""The truth of a criterion's own test. A contraindication that is *met* is triggered."""

Kind = Literal["requirement", "contraindication", "limit", "documentation", "alternative", "permit"]

Region = Literal[
    "cervical",
    "thoracic",
    "lumbar",
    "shoulder",
    "elbow",
    "wrist_hand",
    "hip",
    "knee",
    "ankle_foot",
    "head",
    "whole",
    "other",
]
Side = Literal["left", "right", "bilateral"]
Phase = Literal["initial", "repeat", "ongoing", "trial", "purchase", "postop", "retro"]
Unit = Literal["visits", "tablets", "injections", "days"]
Priority = Literal["Standard", "Expedited"]

DOCUMENT_KINDS = (
    "clinical_summary",
    "progress_report",
    "request_for_authorization",
    "utilization_review",
    "imaging_report",
    "electrodiagnostic_report",
    "laboratory_report",
    "operative_report",
    "therapy_notes",
    "other",
)
"""The document kinds that the evidence rules know; any other kind is read as ``other``."""


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all model values: immutable, keyword-only, unknown JSON fields refused."""


class Citation(Value, frozen=True):
    """A typed reference to a guideline, study or web page.

    ``body`` is MTUS, ACOEM, ODG or other; ``section`` and ``pages`` as the letter prints them.
    ``start`` and ``end`` are offsets in the text that was parsed; None when built, not read.
    """

    body: str
    chapter: str | None = None
    year: int | None = None
    section: str | None = None
    pages: tuple[int, ...] = ()
    start: int | None = None
    end: int | None = None
    quote: str | None = None


class Document(Value, frozen=True):
    """One record of the case file, as text.

    ``page_starts`` holds the offset at which each page begins (one entry for unpaged text);
    ``path`` is where it was read from, relative to the case folder.
    """

    name: str
    kind: str = "other"
    text: str | None = None
    path: str | None = None
    date: date | None = None
    page_starts: tuple[int, ...] = ()


class DisputedItem(Value, frozen=True):
    """One treatment in dispute, as requested, with what utilization review said of it.

    ``original``, ``authorized`` and ``remainder`` are given for a modified request, of which only
    the remainder is in dispute.
    """

    request: str
    ur_guideline: str | None = None
    original: str | None = None
    authorized: str | None = None
    remainder: str | None = None


class Party(Value, frozen=True):
    """A person or organization of a case, by role (``employer``, ``requesting_physician`` ...).

    ``also`` are other names: a group, a former name, a doing-business-as.
    """

    role: str
    name: str
    also: tuple[str, ...] = ()


class Case(Value, frozen=True):
    """A case file: the input of a review. Only ``items`` must be given.

    ``summary_only`` tells that the record is no more than the clinical case summary of a published
    determination, which leaves out much of what its reviewer read. ``events`` (days or moments
    in ISO 8601) and ``circumstances`` are what the law asks for (:mod:`openimr.rules`).
    """

    items: tuple[DisputedItem, ...]
    case_number: str | None = None
    date_of_injury: date | None = None
    ur_denial_date: date | None = None
    application_received: date | None = None
    date_assigned: date | None = None
    decision_date: date | None = None
    priority: Priority | None = None
    documents: tuple[Document, ...] = ()
    summary_only: bool = False
    parties: tuple[Party, ...] = ()
    events: dict[str, str] = msgspec.field(default_factory=dict)
    circumstances: dict[str, bool | float | str] = msgspec.field(default_factory=dict)


class Fact(Value, frozen=True):
    """One clinical fact read from a document, with the words it rests on.

    ``fact`` is a name of the fact vocabulary; ``value`` is True for a plain finding, else a
    number or the words for it; ``about`` is the treatment id or body region it is bound to;
    ``date`` is the day the record gives for it.
    """

    fact: str
    value: bool | int | float | str | None
    polarity: Polarity
    document: str
    start: int
    end: int
    quote: str
    unit: str | None = None
    about: str | None = None
    region: Region | None = None
    side: Side | None = None
    levels: tuple[str, ...] = ()
    time: Literal["current", "past"] = "current"
    date: date | None = None
    speaker: Speaker = "provider"
    page: int | None = None


class Evidence(Value, frozen=True):
    """The words a finding rests on, and the fact they were read as."""

    document: str
    start: int
    end: int
    quote: str
    fact: str
    value: bool | int | float | str | None
    polarity: Polarity
    page: int | None = None


class Search(Value, frozen=True):
    """What was looked for, and where, when a finding is *not documented*."""

    facts: tuple[str, ...]
    terms: tuple[str, ...]
    documents: tuple[str, ...]


class Finding(Value, frozen=True):
    """One criterion tested against the record.

    ``not_asked``: the criterion belongs to requests of another phase, and weighs nothing here.
    """

    criterion: str
    kind: Kind
    says: str
    status: Status
    evidence: tuple[Evidence, ...] = ()
    searched: Search | None = None
    group: str | None = None
    source: str | None = None
    certainty: str | None = None
    effect: Literal["supports", "defeats", "gap", "waived", "neutral", "not_asked"] = "neutral"
    trace: str | None = None


class SearchStep(Value, frozen=True):
    """One step of the medical evidence search sequence (8 CCR 9792.21.1) and its result."""

    step: str
    result: str


class Change(Value, frozen=True):
    """A smallest set of criteria whose documentation would turn the proposed decision."""

    criteria: tuple[str, ...]
    says: tuple[str, ...]


class ItemReview(Value, frozen=True):
    """The machine's reading of one disputed item: a draft, never a decision."""

    request: str
    treatment: str
    drug: str | None
    region: Region | None
    side: Side | None
    phase: Phase | None
    quantity: float | None
    unit: Unit | None
    parent: int | None
    guidelines: tuple[Citation, ...]
    search_sequence: tuple[SearchStep, ...]
    findings: tuple[Finding, ...]
    proposed_decision: Decision | None
    confidence: float | None
    decisive: tuple[str, ...]
    rationale: str
    dependent_on: int | None
    would_change: tuple[Change, ...] = ()
    hangs_on: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Engine(Value, frozen=True):
    """Versions of the engine and of the guideline library that made a draft."""

    version: str
    library: str


class Review(Value, frozen=True):
    """The output of ``imr review``: one object a case."""

    case_number: str | None
    items: tuple[ItemReview, ...]
    facts: tuple[Fact, ...]
    engine: Engine
    draft: bool = True
    attestation: Attestation | None = None


class Reviewer(Value, frozen=True):
    """The physician reviewer as a determination describes him or her: never by name.

    ``wording`` is the descriptive noun of the day (``physician reviewer``, ``expert reviewer``).
    """

    licensure: tuple[str, ...] = ()
    certification: tuple[str, ...] = ()
    wording: str | None = None


class CriterionRow(Value, frozen=True):
    """A row of the criteria table that the F26 letter prints under each item.

    ``by_reviewer``: the status is the physician's own finding, else that of the draft.
    ``remark`` are the physician's words on it.
    """

    criterion: str
    says: str
    status: Status
    by_reviewer: bool = False
    remark: str | None = None


class DeterminedItem(Value, frozen=True):
    """One item of a determination: the request, the decision, the guidelines, the reasons."""

    request: str
    decision: Decision
    ur_guideline: str | None = None
    imr_guideline: str | None = None
    rationale: str | None = None
    original: str | None = None
    authorized: str | None = None
    remainder: str | None = None
    criteria: tuple[CriterionRow, ...] = ()


class Determination(Value, frozen=True):
    """A final determination: the output of ``imr read``, the input of ``imr letter``.

    ``format`` is the id of the letter form (L13, M13, F13, F14a, F14b, F15, F16, F26).
    Text fields keep the letter's words with white space folded.
    """

    format: str
    items: tuple[DeterminedItem, ...]
    case_number: str | None = None
    date_assigned: date | None = None
    date_of_injury: date | None = None
    decision_date: date | None = None
    ur_denial_date: date | None = None
    application_received: date | None = None
    priority: Priority | None = None
    reviewer: Reviewer = Reviewer()
    summary: str | None = None
    documents_reviewed: tuple[str, ...] = ()


class Licence(Value, frozen=True):
    """A medical licence: two-letter state and number."""

    state: str
    number: str


class AttestedDecision(Value, frozen=True):
    """The physician's own decision on the item with this number (0-based)."""

    item: int
    decision: Decision
    rationale: str | None = None


class AttestingReviewer(Value, frozen=True):
    """The identified physician who attests. Held in the file, never printed in a letter."""

    name: str
    licences: tuple[Licence, ...]
    certification: tuple[str, ...]


class Attestation(Value, frozen=True):
    """An identified physician's statement that the decisions are his or her own.

    ``decisions`` overrides proposals item by item and must decide every item for which the
    draft proposes nothing.
    """

    reviewer: AttestingReviewer
    statement: str
    date: date
    decisions: tuple[AttestedDecision, ...] = ()

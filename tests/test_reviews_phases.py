"""First, repeated or ongoing: what the request and the record say; and what a summary's silence weighs."""

from __future__ import annotations

from datetime import date

import pytest

import openimr
from openimr.model import Case, DisputedItem, Document, ItemReview
from openimr.reviews.decide import model


def reviewed(request: str, text: str, **more: object) -> ItemReview:
    case = Case(
        decision_date=date(2017, 1, 10),
        ur_denial_date=date(2016, 12, 20),
        date_of_injury=date(2016, 11, 1),
        items=(DisputedItem(request=request),),
        documents=(Document(name="summary", kind="clinical_summary", text=text),),
        **more,  # type: ignore[arg-type]
    )
    return openimr.review(case).items[0]


PHASES = [
    ("Norco 10/325mg #60", "He has been taking Norco for two years.", "opioid_ongoing", "ongoing"),
    ("Tramadol 50mg #30", "She fell and has severe wrist pain.", "opioid_initiation", "initial"),
    ("Refill of tramadol 50mg #30", "She fell and has wrist pain.", "opioid_ongoing", "ongoing"),
    (
        "Post-op Norco 5/325mg #30",
        "Shoulder surgery was authorized.",
        "opioid_initiation",
        "postop",
    ),
    ("MRI of the lumbar spine", "He has low back pain.", "mri_lumbar", "initial"),
    (
        "MRI of the lumbar spine",
        "An MRI of the lumbar spine dated 03/02/2015 showed a disc bulge.",
        "mri_lumbar",
        "repeat",
    ),
    (
        "Acupuncture 6 sessions, low back",
        "He completed 6 sessions of acupuncture.",
        "acupuncture",
        "repeat",
    ),
    ("Additional acupuncture x 6, low back", "He has low back pain.", "acupuncture", "repeat"),
    ("TENS unit, 30 day trial", "He has neck pain.", "tens", "trial"),
    ("TENS unit purchase", "He has neck pain.", "tens", "purchase"),
    (
        "Retrospective MRI of the right knee (DOS 11/15/16)",
        "He twisted the knee.",
        "mri_knee",
        "retro",
    ),
]


@pytest.mark.parametrize(("request_text", "text", "treatment", "phase"), PHASES)
def test_phase(request_text: str, text: str, treatment: str, phase: str) -> None:
    item = reviewed(request_text, text)
    assert (item.treatment, item.phase) == (treatment, phase)


NEAR_MISS = (
    "The injured worker is a 30 year old male who twisted the right knee. Examination of the right knee shows a "
    "positive McMurray test and medial joint line tenderness. Radiographs of the right knee were normal."
)


def test_silence_counts_in_records_and_less_in_a_published_summary() -> None:
    in_records = reviewed("MRI of the right knee", NEAR_MISS)
    in_summary = reviewed("MRI of the right knee", NEAR_MISS, summary_only=True)
    assert in_records.proposed_decision == "Upheld"
    assert in_summary.proposed_decision == "Overturned"
    assert in_summary.confidence is not None
    assert model().cut <= in_summary.confidence < 0.5
    assert in_summary.notes[0].startswith("Doubtful")
    assert "The summary does not show the following" in in_summary.rationale


def test_two_failures_are_never_doubtful() -> None:
    item = reviewed("MRI of the right knee", "He complains of right knee pain.", summary_only=True)
    assert item.proposed_decision == "Upheld"


def test_the_probability_does_not_depend_on_how_it_is_proposed() -> None:
    in_records = reviewed("MRI of the right knee", NEAR_MISS)
    in_summary = reviewed("MRI of the right knee", NEAR_MISS, summary_only=True)
    assert in_records.confidence is not None
    assert in_summary.confidence == pytest.approx(1 - in_records.confidence, abs=0.001)


def test_a_record_too_thin_is_called_insufficient() -> None:
    item = reviewed("MRI of the lumbar spine", "The injured worker is a 40 year old male.")
    assert item.proposed_decision is None
    assert item.confidence is None
    assert "insufficient" in item.rationale
    assert item.would_change


def test_what_the_request_itself_decides_needs_no_record() -> None:
    item = reviewed("Acupuncture 24 sessions, low back", "")
    assert item.proposed_decision == "Upheld"

"""Care told of without its kind: "the injection in June", "he had 40 sessions"."""

from datetime import date

import pytest

import openimr
from openimr.model import Case, DisputedItem, Document


def phase_of(request: str, told: str) -> str | None:
    """The phase of a request, as the record decides it."""
    case = Case(
        decision_date=date(2016, 12, 12),
        items=(DisputedItem(request=request),),
        documents=(Document(name="note", kind="clinical_summary", text=told),),
    )
    return openimr.review(case).items[0].phase


@pytest.mark.parametrize(
    ("told", "repeat"),
    [
        ("The injection in June eased the leg pain by 70% for eight weeks.", True),
        ("The cortisone injection of the knee in June brought no relief.", False),
        ("A facet injection was given in May. The other injection gave 70% relief.", False),
    ],
    ids=["the one asked for", "another joint", "another kind is named"],
)
def test_an_unnamed_injection_is_the_one_asked_for(told: str, repeat: bool) -> None:
    assert (phase_of("L5-S1 epidural steroid injection", told) == "repeat") is repeat


@pytest.mark.parametrize(
    ("told", "repeat"),
    [
        ("He had 40 sessions over two years.", True),
        ("He had 12 sessions of acupuncture for his neck and 40 sessions in all.", False),
    ],
    ids=["the one asked for", "another kind is named"],
)
def test_unnamed_sessions_are_of_the_therapy_asked_for(told: str, repeat: bool) -> None:
    assert (phase_of("Cognitive behavioral therapy", told) == "repeat") is repeat


def test_what_fits_two_disputed_kinds_is_left_alone() -> None:
    case = Case(
        decision_date=date(2016, 12, 12),
        items=(
            DisputedItem(request="L5-S1 epidural steroid injection"),
            DisputedItem(request="Trigger point injections, lumbar"),
        ),
        documents=(Document(name="note", kind="clinical_summary", text="The injection helped."),),
    )

    assert all(item.phase != "repeat" for item in openimr.review(case).items)


def decision_on(request: str, told: str) -> str | None:
    """The proposed decision on a request, from what the record tells."""
    case = Case(
        decision_date=date(2015, 4, 1),
        items=(DisputedItem(request=request),),
        documents=(Document(name="note", kind="clinical_summary", text=told),),
    )
    return openimr.review(case).items[0].proposed_decision


def test_the_heading_of_a_consultation_is_no_treatment_given_before() -> None:
    told = "2/3/15 Psych consult: BDI 24, tearful. Dx: depression due to chronic pain. Plan: CBT."

    assert phase_of("Cognitive behavioral therapy, 4 sessions", told) == "initial"


def test_a_normal_foot_is_something_to_decide_on() -> None:
    told = "R foot: no complaints. Exam nl. P: podiatry consult."

    assert decision_on("Podiatry consultation", told) == "Upheld"


def test_what_a_product_contains_is_not_taken_on_its_own() -> None:
    told = "An ointment was prescribed for the neck, containing methyl salicylate and menthol only."

    assert phase_of("Menthoderm gel 120 g", told) == "initial"


@pytest.mark.parametrize(
    ("told", "decision"),
    [
        ("He had 10 sessions of physical therapy for the neck.", "Overturned"),
        ("He had 10 sessions of physical therapy for the neck and shoulder.", "Upheld"),
        ("He had 10 sessions of physical therapy.", "Upheld"),
    ],
)
def test_visits_for_another_part_of_the_body_are_not_counted(told: str, decision: str) -> None:
    record = f"He has right shoulder pain with positive impingement. {told} Flexion is 120 degrees."
    case = Case(
        decision_date=date(2016, 12, 12),
        items=(DisputedItem(request="Physical therapy for the right shoulder, 8 sessions"),),
        documents=(Document(name="note", kind="clinical_summary", text=record),),
    )

    assert openimr.review(case).items[0].proposed_decision == decision

"""Replaying determinations blind, and the measures of the comparison."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.letters import case_side
from openimr.model import Determination, DeterminedItem
from openimr.reviews.evaluate import auc, compare, placed_labels, summary, without_ur

SUMMARY = (
    "The injured worker is a 41 year old male who twisted the right knee. Physical therapy for 8 weeks and "
    "ibuprofen failed to help. Examination of the right knee shows a positive McMurray test, an effusion and "
    "medial joint line tenderness. Radiographs of the right knee were normal. The request for MRI of the right "
    "knee was non-certified by utilization review."
)
DETERMINATION = Determination(
    format="F16",
    case_number="CM16-9000001",
    decision_date=date(2017, 1, 10),
    summary=SUMMARY,
    items=(
        DeterminedItem(
            request="MRI of the right knee without contrast",
            decision="Overturned",
            imr_guideline="Decision based on MTUS Knee Complaints 2004, Section(s): Special Studies.",
            rationale="The mechanical signs support the study.",
        ),
        DeterminedItem(
            request="Transportation to all medical appointments",
            decision="Upheld",
            imr_guideline="The Expert Reviewer did not cite any medical evidence for its decision.",
            rationale="No condition prevents driving.",
        ),
    ),
)
LABEL = {
    "case_number": "CM16-9000001",
    "items": [
        {
            "treatment": "mri_knee",
            "drug": None,
            "region": "knee",
            "side": "right",
            "phase": "initial",
            "quantity": None,
            "parent": None,
            "decisive": [{"criterion": "mri_knee.C2", "says": "derangement", "status": "met"}],
            "decidable": "yes",
        },
        {
            "treatment": "transportation",
            "drug": None,
            "region": None,
            "side": None,
            "phase": "initial",
            "quantity": None,
            "parent": None,
            "decisive": [
                {
                    "criterion": "transportation.C1",
                    "says": "no condition",
                    "status": "not_documented",
                }
            ],
            "decidable": "yes",
        },
    ],
    "facts": [
        {
            "fact": "mcmurray",
            "value": "true",
            "polarity": "present",
            "about": "knee",
            "start": 131 + SUMMARY.index("positive McMurray"),
            "end": 131 + SUMMARY.index("positive McMurray") + 17,
            "quote": "positive McMurray",
        }
    ],
}


def test_a_comparison_measures_what_was_decided_and_why() -> None:
    measures = summary(compare([DETERMINATION], {"CM16-9000001": LABEL}))
    assert measures["treatment"] == {"share": 1.0, "n": 2}
    assert measures["reason_found"] == {"share": 1.0, "n": 2}
    assert measures["guideline_first"] == {"share": 1.0, "n": 1}
    assert measures["decisions"]["balanced_accuracy"] == 1.0
    assert measures["decisions"]["auc"] == 1.0
    assert measures["evidence"]["recall"] == 1.0


def test_without_labels_only_decisions_and_guidelines_are_compared() -> None:
    measures = summary(compare([DETERMINATION], {}))
    assert measures["treatment"]["n"] == 0
    assert measures["decisions"]["n"] == 2


def test_the_decision_cannot_leak_into_the_replay() -> None:
    flipped = Determination(
        format="F16",
        case_number="CM16-9000001",
        decision_date=DETERMINATION.decision_date,
        summary=SUMMARY,
        items=tuple(
            DeterminedItem(
                request=item.request,
                decision="Upheld" if item.decision == "Overturned" else "Overturned",
            )
            for item in DETERMINATION.items
        ),
    )
    ours = [c.proposed for c in compare([DETERMINATION], {}).items]
    theirs = [c.proposed for c in compare([flipped], {}).items]
    assert ours == theirs


def test_sentences_that_repeat_the_utilization_review_can_be_removed() -> None:
    case = without_ur(case_side(DETERMINATION))
    assert "non-certified" not in (case.documents[0].text or "")
    assert "McMurray" in (case.documents[0].text or "")


def test_labels_are_placed_in_the_summary() -> None:
    (label,) = placed_labels(LABEL["facts"], SUMMARY)  # type: ignore[arg-type]
    assert SUMMARY[label["start"] : label["end"]] == "positive McMurray"


@pytest.mark.parametrize(
    ("scores", "truth", "expected"),
    [
        ([0.9, 0.1], [True, False], 1.0),
        ([0.1, 0.9], [True, False], 0.0),
        ([0.5, 0.5], [True, False], 0.5),
        ([0.5], [True], None),
    ],
)
def test_auc(scores: list[float], truth: list[bool], expected: float | None) -> None:
    assert auc(scores, truth) == expected


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_auc_of_reversed_scores_is_its_complement(pairs: list[tuple[float, bool]]) -> None:
    scores, truth = [s for s, _ in pairs], [t for _, t in pairs]
    forward, backward = auc(scores, truth), auc([-s for s in scores], truth)
    if forward is not None and backward is not None:
        assert abs(forward + backward - 1) < 0.001

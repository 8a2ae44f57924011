"""Replaying determinations blind, and the measures of the comparison."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.errors import InputError
from openimr.guidelines.library import load
from openimr.guidelines.override import override
from openimr.letters import case_side
from openimr.model import Determination, DeterminedItem, Engine
from openimr.reviews.evaluate import (
    against,
    auc,
    compare,
    half_of,
    placed_labels,
    read_labels,
    read_report,
    report,
    summary,
    without_ur,
)
from openimr.reviews.evaluation.measures import QUESTIONS, calibration, roc
from openimr.reviews.evaluation.pictures import wilson
from replayed import DETERMINATIONS, HARDER, KNEE, LABELS, write_labels

DETERMINATION, LABEL = DETERMINATIONS[0], LABELS[0]
BY_NUMBER = {label["case_number"]: label for label in LABELS}
ENGINE = Engine(version="0", library="0")


def test_a_comparison_measures_what_was_decided_and_why() -> None:
    measures = summary(compare([DETERMINATION], BY_NUMBER))
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
        summary=KNEE,
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
    label, _ = placed_labels(LABEL["facts"], KNEE)
    assert KNEE[label["start"] : label["end"]] == "positive McMurray"


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


def test_the_halves_are_told_by_a_hash_of_the_case_number() -> None:
    for number in ("CM16-9000001", "CM17-9000002"):
        even = int(hashlib.sha256(number.encode()).hexdigest(), 16) % 2 == 0
        assert half_of(number) == ("development" if even else "check")
    assert {half_of(f"CM16-{n:07}") for n in range(20)} == {"development", "check"}


def test_curves_of_a_replay() -> None:
    items = compare(DETERMINATIONS, BY_NUMBER).items
    curve = roc(items)
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (1.0, 1.0)
    assert list(curve) == sorted(curve)
    bins = calibration(items)
    assert sum(b.n for b in bins) == len(items)
    assert all(b.low <= b.said <= b.high and 0 <= b.observed <= 1 for b in bins)


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_what_was_observed(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    low, high = wilson(hits / n, n)
    assert (
        0 <= low <= hits / n <= high <= 1
        or abs(low - hits / n) < 1e-9
        or abs(high - hits / n) < 1e-9
    )


def test_evidence_is_measured_in_what_is_left_without_the_utilization_review() -> None:
    label = {
        **LABEL,
        "facts": [
            *LABEL["facts"],
            {
                "fact": "ur_outcome",
                "polarity": "present",
                "start": 131 + KNEE.index("non-certified"),
                "end": 131 + KNEE.index("non-certified") + 13,
                "quote": "non-certified",
            },
        ],
    }
    (letter,) = compare([DETERMINATION], {"CM16-9000001": label}, blind_to_ur=True).facts
    assert [one["fact"] for one in letter.labelled] == ["mcmurray", "effusion"]
    assert summary(compare([DETERMINATION], BY_NUMBER, blind_to_ur=True))["evidence"]["recall"] == 1


def test_a_label_that_does_not_fit_its_letter_is_left_out_and_said_so() -> None:
    wrong = {**LABEL, "items": LABEL["items"][:1]}
    outcome = compare([DETERMINATION], {"CM16-9000001": wrong})
    assert outcome.labelled == 0
    assert "the label has 1 items, the letter 2" in outcome.notes[0]
    assert summary(outcome)["treatment"]["n"] == 0


def test_a_report_holds_rows_and_disagreements_and_reads_back(tmp_path: Path) -> None:
    made = report(compare(DETERMINATIONS, BY_NUMBER), ENGINE, only=None)
    assert (made.letters, made.labelled_letters, len(made.items)) == (3, 2, 4)
    assert all(set(row.right) == {*QUESTIONS, "decision"} for row in made.items)
    (disagreement,) = made.disagreements
    assert (disagreement.physician, disagreement.proposed) == ("Overturned", "Upheld")
    assert "<persists>" in (disagreement.their_rationale or "")
    assert disagreement.our_rationale
    assert {r.status for r in disagreement.our_reasons} <= {"not_met", "not_documented", "met"}
    assert made.by_treatment["mri_knee"]["items"] == 3
    assert made.by_treatment["mri_knee"]["agreed"] == 2
    assert made.by_fact["effusion"]["labelled"] == 2
    file = tmp_path / "before.json"
    file.write_bytes(msgspec.json.encode(made))
    assert read_report(file) == made


def test_a_run_beside_itself_shows_no_change() -> None:
    made = report(compare(DETERMINATIONS, BY_NUMBER), ENGINE)
    changes = against(made, made)
    assert (changes.gains, changes.losses, changes.only_then, changes.only_now) == (0, 0, 0, 0)
    assert {one.change for one in changes.measures} <= {0.0, None}
    assert changes.notes == ()


def test_gains_and_losses_are_told_item_by_item() -> None:
    before = report(compare(DETERMINATIONS, BY_NUMBER), ENGINE)
    worse = override(load(), HARDER)
    after = report(compare(DETERMINATIONS, BY_NUMBER, worse), ENGINE)
    changes = against(after, before)
    lost = {(one.case_number, one.question) for one in changes.items if not one.gain}
    assert ("CM16-9000001", "decision") in lost
    assert ("CM16-9000001", "reason_found") in lost
    back = against(before, after)
    assert (back.gains, back.losses) == (changes.losses, changes.gains)
    moved = {one.measure: one.change for one in changes.measures}
    assert (moved["decisions.balanced_accuracy"] or 0) < 0


def test_runs_over_other_letters_say_so() -> None:
    whole = report(compare(DETERMINATIONS, {}), ENGINE)
    part = report(compare(DETERMINATIONS[:1], {}), ENGINE)
    changes = against(part, whole)
    assert (changes.only_then, changes.only_now) == (2, 0)
    assert "did not see the same items" in changes.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no labels"),
        ("{}", "line 1: is no label"),
        ("not json", "line 1: is no label"),
        (json.dumps(LABELS[0]) + '\n{"case_number": 4}\n', "line 2: is no label"),
    ],
)
def test_bad_labels_are_told_by_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=says):
        read_labels(file)


def test_labels_are_read_as_they_stand(tmp_path: Path) -> None:
    found = read_labels(write_labels(tmp_path / "labels.jsonl"))
    assert summary(compare(DETERMINATIONS, found)) == summary(compare(DETERMINATIONS, BY_NUMBER))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 99}'])
def test_what_is_no_report_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "before.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match="imr evaluate --json"):
        read_report(file)

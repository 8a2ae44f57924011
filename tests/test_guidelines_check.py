"""Checking what guideline files say, and showing them to a physician."""

from __future__ import annotations

import pytest

from openimr import drugs
from openimr.guidelines import facts
from openimr.guidelines.check import Problem, check, check_folder, status_on_facts
from openimr.guidelines.library import load
from openimr.guidelines.show import show
from openimr.model import Finding, ItemReview
from test_guidelines_library import GOOD, SHARING


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def checked(tmp_path, text: str, **options) -> list[str]:
    (tmp_path / "knee_test.yaml").write_text(text)
    return [str(problem) for problem in check_folder(tmp_path, **options)]


def test_a_good_file_has_no_problems(tmp_path):
    assert checked(tmp_path, GOOD, drug_classes=drugs.classes()) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("condition: symptoms_changed", "condition: symptom_changed",
         'line 35: C2: unknown fact "symptom_changed"; did you mean "symptoms_changed"?'),
        ("condition: symptoms_changed", "condition: symptoms_changed@kneee",
         'no region, treatment or family "kneee"; did you mean "knee"?'),
        ("to: 2016-06-30", "to: 2009-06-30", "edition old ends before it begins"),
        ("chapter: Knee Disorders, year: 2016", "chapter: Knee Disorders",
         "line 17: the citation of new lacks year"),
        ("id: C2", "id: C1", "criterion C1 is given twice"),
        ("id: odg", "id: new", "edition new is given twice"),
        ("editions: [old]", "editions: [odl]", 'unknown edition "odl"; did you mean "old"?'),
        ("phases: [repeat]", "permits: [C7]", "C2 permits C7, which is no other criterion"),
        ("phases: [repeat]", "stands_in_for: C2", "C2 stands_in_for C2, which is no other"),
        ("id: C2\n    kind: requirement", "id: C2\n    kind: alternative",
         "alternative C2 belongs to nothing; add group or stands_in_for"),
        ("drug_classes: [nsaid]", "drug_classes: [nsaids]", 'unknown drug class "nsaids"; did you'),
        ("decision: Upheld", "decision: Overturned", "no example is expected to be Upheld"),
        ("C1: met}", "C1: not_met}", 'example "failed": expects C1 not_met, it is met'),
        ("C1: met}", "C9: met}", "expects a finding for C9, which is no criterion"),
        ("facts: {}", "facts: {care: true}", 'gives the unknown fact "care"'),
        ("facts: {}", "text: A knee.", "has a text and no request"),
        ("    facts: {}\n", "", "has neither text nor facts"),
        ("title: Knee test\n", "title: Knee test\ntitle: Knee\n",
         'line 3: key "title" is given twice'),
        ("    gap: ", "    gapp: ", 'line 27: unknown key "gapp"'),
    ],
)  # fmt: skip
def test_problems_name_file_line_and_remedy(tmp_path, old, new, says):
    assert old in GOOD
    found = checked(tmp_path, GOOD.replace(old, new, 1), drug_classes=drugs.classes())
    assert any(says in problem for problem in found), found
    assert all(problem.startswith(str(tmp_path / "knee_test.yaml")) for problem in found)


TEXT_EXAMPLE = """\
  - name: in words
    request: Knee test
    text: The knee is better in no way after therapy.
    expect: {decision: Overturned, findings: {C1: met}}
"""


def reviewed(treatment: str, status: str, decision: str) -> ItemReview:
    finding = Finding(criterion=f"{treatment}.C1", kind="requirement", says="", status=status)
    return ItemReview(
        request="", treatment=treatment, drug=None, region=None, side=None, phase=None,
        quantity=None, unit=None, parent=None, guidelines=(), search_sequence=(),
        findings=(finding,), proposed_decision=decision, confidence=None,
        decisive=(f"{treatment}.C1",), rationale="", dependent_on=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (reviewed("knee_test", "met", "Overturned"), []),
        (reviewed("mri_knee", "met", "Overturned"), ["the request is read as mri_knee"]),
        (reviewed("knee_test", "not_met", "Upheld"),
         ["expects C1 met, it is not_met", "the proposal is Upheld by knee_test.C1"]),
    ],
)  # fmt: skip
def test_text_examples_run_through_the_review_that_is_given(tmp_path, item, says):
    found = checked(tmp_path, GOOD + TEXT_EXAMPLE, run_text=lambda example, guideline: item)
    assert len(found) == len(says)
    assert all(part in problem for part, problem in zip(says, found, strict=True))


def test_facts_of_examples_answer_for_every_binding_and_are_derived(tmp_path):
    text = GOOD.replace(
        "condition: symptoms_changed", "condition: pain_relief_percent@esi >= 50 and chronic_pain"
    ).replace("facts: {}", "facts: {pain_relief_percent: 60, symptom_duration_months: 5}")
    (tmp_path / "knee_test.yaml").write_text(text)
    knee = load(tmp_path).get("knee_test")
    assert knee is not None
    assert status_on_facts(knee.examples[1], knee.criteria) == {"C1": "not_documented", "C2": "met"}


def test_the_shipped_library_has_no_problem_of_shape():
    assert [str(p) for p in check_folder(drug_classes=()) if _is_shape(p)] == []


def _is_shape(problem: Problem) -> bool:
    return "unknown key" in problem.problem or "given twice" in problem.problem


def test_every_derivation_of_the_vocabulary_can_be_read():
    data = facts.DATA.read_bytes()
    assert [str(p) for p in facts.problems_in_vocabulary(data, "facts.yaml")] == []


def test_show_speaks_to_a_physician(tmp_path):
    (tmp_path / "knee_test.yaml").write_text(GOOD)
    (tmp_path / "hip_test.yaml").write_text(SHARING)
    library = load(tmp_path)
    assert check(library)  # the hip test has no examples
    shown = show(library.treatments["knee_test"])
    for part in (
        "# Knee test",
        "MTUS, Knee Complaints, 2004, section Special Studies (from 2010-01-01 to 2016-06-30;",
        "**C1** Care has failed.",
        "Requirement: must be documented.",
        "Test: `conservative_care_failed or conservative_care_weeks >= 4`",
        "Waived when: `red_flags`",
        "To document: What was tried and for how long.",
        "Applies to: repeat request.",
        "Only under: old.",
        "Source: ACOEM ch.13 (GK-H: general knowledge, high confidence",
        "- failed: treatment necessary (Overturned); C1 met",
    ):
        assert part in shown
    assert "Shared with knee_test.C1." in show(library.treatments["other:hip_test"])

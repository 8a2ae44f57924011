"""An item explained criterion by criterion, for authors."""

from __future__ import annotations

from pathlib import Path

import pytest

import openimr
from openimr.errors import InputError
from openimr.guidelines.library import Library, load
from openimr.guidelines.override import override
from openimr.letters import case_side
from openimr.model import Case, DisputedItem, Document
from openimr.reviews.explain import as_text, explain
from replayed import DETERMINATIONS, KNEE

DEMO = Path(__file__).parents[1] / "src/openimr/samples/demo"


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_every_criterion_is_told_with_what_it_looked_at(library: Library) -> None:
    case = case_side(DETERMINATIONS[0])
    found = explain(case, "mri_knee", library)
    guideline = library.get("mri_knee")
    assert guideline is not None
    assert [c.criterion for c in found.criteria] == [c.key for c in guideline.criteria]
    signs = next(c for c in found.criteria if c.criterion == "mri_knee.C2")
    assert signs.status == "met"
    assert signs.effect == "supports the request"
    mcmurray = next(seen for seen in signs.looked_at if seen.fact == "mcmurray")
    assert mcmurray.value == "yes"
    assert any("positive McMurray" in quote for quote in mcmurray.quotes)
    assert {c.left_out for c in found.criteria if c.criterion == "mri_knee.C4"} == {
        "is for the phases repeat; the request is initial"
    }


def test_an_explanation_agrees_with_the_review_of_every_item(library: Library) -> None:
    case = openimr.load_case(DEMO)
    made = openimr.review(case, library)
    for number, item in enumerate(made.items, 1):
        found = explain(case, str(number), library)
        told = {c.criterion: c.status for c in found.criteria if c.left_out is None}
        asked = [f for f in item.findings if f.effect != "not_asked"]
        assert told == {f.criterion: f.status for f in asked}
        for criterion in found.criteria:
            # What was looked at by us is what the review looked at.
            finding = next((f for f in item.findings if f.criterion == criterion.criterion), None)
            if finding is not None:
                values = [f"{seen.fact.partition('@')[0]}: " for seen in criterion.looked_at]
                assert all(value in (finding.trace or "") for value in values)
        assert not [c for c in found.criteria if c.left_out == "was not tested"]


def test_criteria_of_another_phase_are_answered_and_weigh_nothing() -> None:
    record = Document(
        name="summary",
        kind="clinical_summary",
        text="Examination of the low back shows limited lumbar flexion to 30 degrees and 4/5 strength.",
    )
    asked = DisputedItem(request="Physical therapy for the low back, 6 sessions")
    item = openimr.review(Case(documents=(record,), items=(asked,))).items[0]
    (repeat,) = (f for f in item.findings if f.criterion == "physical_therapy.C6")
    assert (item.phase, repeat.status, repeat.effect) == (
        "initial",
        "not_documented",
        "not_asked",
    )
    assert item.proposed_decision == "Overturned"
    assert repeat.criterion not in item.decisive


def test_the_text_names_test_words_facts_and_effect(library: Library) -> None:
    text = as_text(explain(case_side(DETERMINATIONS[0]), "1", library))
    for words in (
        "# CM16-9000001, item 1: MRI of the right knee without contrast",
        "Proposed, as a draft: Overturned",
        "met; supports the request; decisive",
        "Positive McMurray test",
        "mcmurray = yes",
        "“positive McMurray” (summary, present)",
        "Left out: is for the phases repeat",
    ):
        assert words in text


def test_an_override_is_seen_in_the_explanation(library: Library) -> None:
    tried = override(library, ["mri_knee.C2.condition=lachman"])
    signs = explain(case_side(DETERMINATIONS[0]), "1", tried).criteria[0]
    assert (signs.condition, signs.status) == ("lachman", "not_documented")


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("3", "has no item 3; it has 1 mri_knee; 2 transportation"),
        ("0", "has no item 0"),
        ("mri_hip", "has no item read as mri_hip"),
    ],
)
def test_an_item_that_is_not_there_is_told(library: Library, item: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        explain(case_side(DETERMINATIONS[0]), item, library)
    assert says in str(caught.value)


def test_two_items_of_one_treatment_need_a_number(library: Library) -> None:
    twice = (DisputedItem(request="MRI of the right knee"),) * 2
    case = Case(items=twice, documents=(Document(name="summary", text=KNEE),))
    with pytest.raises(InputError, match="several items"):
        explain(case, "mri_knee", library)


def test_an_item_without_guideline_says_so(library: Library) -> None:
    case = Case(items=(DisputedItem(request="Qwertyuiop zxcv"),))
    assert "holds no guideline" in as_text(explain(case, "1", library))

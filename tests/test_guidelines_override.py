"""Trying a change to a criterion without touching a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.errors import GuidelineError
from openimr.guidelines.library import Library, load
from openimr.guidelines.override import numbers_of, override, read_setting


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


CARE = "mri_knee.C1.condition=any(conservative_care_failed, 4 <= conservative_care_weeks)"


@pytest.mark.parametrize(
    ("settings", "key", "field", "expected"),
    [
        (
            [CARE, "mri_knee.C1.conservative_care_weeks=6"],
            "mri_knee.C1",
            "condition",
            "any(conservative_care_failed, 6 <= conservative_care_weeks)",
        ),
        (
            [CARE, "mri_knee.C1.weeks=2.5"],
            "mri_knee.C1",
            "condition",
            "any(conservative_care_failed, 2.5 <= conservative_care_weeks)",
        ),
        (["mri_knee.C2.weight=supporting"], "mri_knee.C2", "weight", "supporting"),
        (["mri_knee.C2.kind=documentation"], "mri_knee.C2", "kind", "documentation"),
        (['mri_knee.C2.condition="mcmurray"'], "mri_knee.C2", "condition", "mcmurray"),
        (
            ['mri_knee.C2.condition=drug_class == "cox2"'],
            "mri_knee.C2",
            "condition",
            'drug_class == "cox2"',
        ),
    ],
)
def test_a_setting_changes_one_thing_of_one_criterion(
    library: Library, settings: list[str], key: str, field: str, expected: str
) -> None:
    changed = override(library, settings)
    treatment, _, name = key.partition(".")
    guideline, before = changed.get(treatment), library.get(treatment)
    assert guideline is not None
    assert before is not None
    assert getattr(guideline.criterion(name), field) == expected
    same = [c for c in guideline.criteria if c.id != name]
    assert same == [c for c in before.criteria if c.id != name]


def test_a_number_in_what_a_fact_is_derived_from_is_changed_for_this_criterion_alone(
    library: Library,
) -> None:
    start = override(library, ["mri_lumbar.C4.condition=conservative_care_unsuccessful"])
    changed = override(start, ["mri_lumbar.C4.weeks=61"])
    criterion = changed.get("mri_lumbar").criterion("C4")  # type: ignore[union-attr]
    assert criterion is not None
    numbers = numbers_of(criterion.test.expression)
    assert set(numbers["conservative_care_weeks"]) == {61}


def test_a_tried_library_cannot_be_taken_for_the_library_itself(library: Library) -> None:
    changed = override(library, ["mri_knee.C2.weight=supporting"])
    assert changed.version.startswith(f"{library.version}+set-")
    assert changed.version != override(library, ["mri_knee.C1.weight=supporting"]).version
    assert override(library, []) is library


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("mri_knee", "TREATMENT.Cn.NAME=VALUE"),
        ("mri_knee.C1=3", "TREATMENT.Cn.NAME=VALUE"),
        ("mri_knee.C1.weeks=", "TREATMENT.Cn.NAME=VALUE"),
        ("mri_kne.C1.weeks=6", 'did you mean "mri_knee"?'),
        ("mri_knee.C99.weeks=6", "it has C"),
        ("mri_knee.C1.wks=6", "conservative_care_weeks compared with"),
        ("mri_knee.C1.weeks=six", '"six" is no number'),
        ("mri_knee.C1.weeks=inf", '"inf" is no number'),
        ("mri_knee.C1.weight=heavy", "core, supporting"),
        ("mri_knee.C1.kind=requirment", 'did you mean "requirement"?'),
        ("mri_knee.C1.condition=any(", "condition, column"),
        ("mri_knee.C1.condition=mcmuray", 'did you mean "mcmurray"?'),
    ],
)
def test_a_wrong_setting_says_what_there_is(library: Library, setting: str, says: str) -> None:
    with pytest.raises(GuidelineError) as caught:
        override(library, [setting])
    assert says in str(caught.value)
    assert str(caught.value).startswith(setting)


def test_a_name_or_a_number_that_is_not_clear_is_refused(library: Library) -> None:
    two = "mri_knee.C1.condition=drug_duration_weeks > 2 and relief_duration_weeks > 3"
    with pytest.raises(GuidelineError, match="more than one number"):
        override(library, [two, "mri_knee.C1.weeks=6"])
    twice = "mri_knee.C1.condition=pain_score > 2 and pain_score < 9"
    with pytest.raises(GuidelineError, match="more than one number"):
        override(library, [twice, "mri_knee.C1.pain_score=6"])


@given(st.integers(-1000, 1000) | st.floats(-1e6, 1e6))
def test_any_number_can_be_set_and_is_read_back(number: float) -> None:
    library = load()
    changed = override(library, [CARE, f"mri_knee.C1.weeks={number}"])
    criterion = changed.get("mri_knee").criterion("C1")  # type: ignore[union-attr]
    assert criterion is not None
    assert numbers_of(criterion.test.expression) == {"conservative_care_weeks": [number]}


def test_every_number_of_the_library_can_be_set_by_its_name(library: Library) -> None:
    tried = 0
    for guideline in library.treatments.values():
        for criterion in guideline.criteria:
            for fact, numbers in numbers_of(criterion.test.expression).items():
                if len(set(numbers)) == 1:
                    override(library, [f"{criterion.key}.{fact}=7"])
                    tried += 1
    assert tried > 50


def test_a_setting_is_read_from_its_right_end() -> None:
    setting = read_setting("other:mri_hip.C2.condition=a >= 3 and b == 4")
    assert setting[1:] == ("other:mri_hip", "C2", "condition", "a >= 3 and b == 4")

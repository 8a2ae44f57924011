"""The fact vocabulary and what follows from what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.errors import GuidelineError
from openimr.guidelines.conditions import Known
from openimr.guidelines.facts import (
    problems_in_vocabulary,
    read_vocabulary,
    silent_facts,
    vocabulary,
    with_derived,
)


def derived(name: str, binding: str | None = None, **stated: object) -> object:
    def look_up(fact: str, bound: str | None) -> Known | None:
        key = fact if bound is None else f"{fact}__{bound}"
        value = stated.get(key)
        return None if value is None else Known(value, (key,))  # type: ignore[arg-type]

    known = with_derived(look_up)(name, binding)
    return None if known is None else known.value


@pytest.mark.parametrize(
    ("name", "stated", "expected"),
    [
        ("radiculopathy_on_exam", {}, None),
        ("radiculopathy_on_exam", {"sensory_deficit": True}, True),
        ("radiculopathy_on_exam", {"sensory_deficit": False}, False),
        ("radiculopathy_on_exam", {"slr_positive": True, "radicular_pain": True}, True),
        ("radiculopathy_on_exam", {"slr_positive": True}, None),  # may be back pain
        ("radiculopathy_on_exam", {"radicular_pain": True}, None),  # a complaint is no examination
        ("radiculopathy_on_exam", {"radiculopathy_on_exam": False, "motor_deficit": True}, False),
        ("neuro_deficit_objective", {"reflex_change": "absent ankle jerk"}, True),
        ("red_flags", {"bowel_bladder": False}, False),
        ("red_flags", {"bowel_bladder": False, "fever_weight_loss_cancer": True}, True),
        ("functional_improvement", {"adl_improved": True}, True),
        ("functional_improvement",
         {"adl_improved": True, "treatment_dependency_reduced": False}, False),
        ("functional_improvement", {"adl_improved": False}, False),
        ("functional_improvement", {}, None),
        ("functional_improvement_strict", {"adl_improved": True}, None),
        ("functional_improvement_strict",
         {"adl_improved": True, "medication_reduction": True}, True),
        ("knee_internal_derangement_signs", {"mcmurray": True, "effusion": False}, True),
        ("knee_internal_derangement_signs", {"mcmurray": False}, False),
        ("si_signs_count", {"faber": True, "gaenslen": True, "thigh_thrust": False}, 2),
        ("si_signs_count", {"si_signs_count": 3, "faber": True}, 3),
        ("on_nsaid", {"on_drugs": ("tramadol", "naproxen")}, True),
        ("on_nsaid", {"on_drugs": ("tramadol",)}, False),
        ("on_nsaid", {}, None),
        ("on_controlled_drug", {"on_drugs": ("zolpidem",)}, True),
        ("gi_risk_factors", {"age": 70, "on_drugs": ("aspirin",)}, 2),
        ("gi_risk_factors", {"age": 40}, 0),
        ("dyspepsia_or_gi_risk", {"age": 40, "dyspepsia": False}, False),
        ("conservative_care_failed", {"therapy_progress_failed": True}, True),
        ("conservative_care_failed", {"therapy_progress_failed": False}, None),
        ("conservative_care_months", {"conservative_care_weeks": 14}, pytest.approx(3.22)),
        ("conservative_care_months", {}, None),  # weeks and months follow from each other
        ("chronic_pain", {"months_since_injury": 5}, True),
        ("acute_phase", {"weeks_since_injury": 2}, True),
        ("side_effects_assessed", {"side_effects": False}, True),  # denied is assessed
        ("opioid_4a", {"vas_without_med": 8, "vas_with_med": 4, "adl_improved": True,
                       "side_effects": False, "cures_checked": True}, True),
        ("opioid_4a", {"cures_checked": True}, None),
        ("contains_muscle_relaxant", {"drug_components": ("flurbiprofen", "baclofen")}, True),
        ("contains_lidocaine", {"drug_components": ("lidocaine",), "dosage_form": "patch"}, False),
    ],
)  # fmt: skip
def test_derivations(name, stated, expected):
    assert derived(name, **stated) == expected


def test_a_binding_is_handed_on_to_facts_of_the_same_kind():
    assert derived("radiculopathy_on_exam", "cervical", motor_deficit__cervical=True) is True
    assert derived("radiculopathy_on_exam", "cervical", motor_deficit__lumbar=True) is None
    assert derived("contains_ketoprofen", None, drug_components=("ketoprofen",)) is True
    # what a worker takes is asked of the person, whatever the derived fact was asked for
    assert derived("analgesia_documented", "opioid_ongoing", vas_without_med=8, vas_with_med=5)


def test_derived_values_rest_on_the_facts_that_agree():
    stated = {
        "sensory_deficit": Known(False, ("light touch",)),
        "motor_deficit": Known(True, ("4/5",)),
    }
    known = with_derived(lambda fact, _: stated.get(fact))("radiculopathy_on_exam", None)
    assert known == Known(True, ("4/5",))


def test_findings_belong_to_a_region_and_responses_to_a_treatment():
    kinds = vocabulary()
    for kind in kinds.values():
        assert kind.says
        if kind.section == "examination" and kind.name.endswith(("_sign", "_deficit", "_positive")):
            assert kind.binding == "region", kind.name
    for name in ("pain_relief_percent", "relief_duration_weeks", "functional_improvement"):
        assert kinds[name].binding == "treatment"
    assert kinds["surgery_considered"].planned == "count"
    assert kinds["motor_deficit"].hedged == "ignore"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: {says: A, section: s, typ: text}", "line 1: a: Object contains unknown field `typ`"),
        ("a: {says: A}", "line 1: a: Object missing required field `section`"),
        ("b: {says: B, section: s}\na: {says: A, section: s, binding: leg}", "line 2: a.binding"),
    ],
)
def test_wrong_entries_are_named(text, says):
    with pytest.raises(GuidelineError) as raised:
        read_vocabulary(text.encode(), "facts.yaml")
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("derivation", "says"),
    [
        ("b", "derivation of a names the unknown fact b"),
        ("a or", "derivation of a: condition, column"),
    ],
)
def test_wrong_derivations_are_named(derivation, says):
    text = f"a:\n  says: A\n  section: s\n  derived: {derivation}\n"
    (problem,) = problems_in_vocabulary(text.encode(), "facts.yaml")
    assert "line 4" in str(problem)
    assert says in str(problem)


@given(st.dictionaries(st.sampled_from(sorted(vocabulary())), st.booleans(), max_size=6))
def test_a_silent_fact_follows_from_nothing_that_is_told(told: dict[str, bool]):
    silent = silent_facts(told)
    known = with_derived(lambda fact, _: Known(told[fact]) if fact in told else None)
    assert not silent & told.keys()
    assert all(known(name, None) is None for name in silent)

"""What an intervention brought and what is settled before one: stated, and denied or awaited."""

from __future__ import annotations

import pytest

from openimr.evidence import find_facts

STATED = [
    ("psych_clearance", "Psych eval 11/16 - cleared for surgery."),
    ("psych_clearance", "The psychologist found her an appropriate candidate."),
    ("multidisciplinary_evaluation", "Team evaluation 11/3/16 included baseline function tests."),
    ("return_to_work_planned", "The employer agreed to have him return to his job."),
    ("hep_failed", "HEP revised twice, ineffective."),
    ("medically_supervised", "A physical therapist will supervise the program."),
    ("special_equipment_needed", "He needs a pool."),
    ("pain_relief_percent", "The injection took away 60% of the pain."),
    ("relief_duration_weeks", "The ESI gave 80% relief x 10 weeks."),
    ("medication_reduction", "After the injection Norco went from 4 to 2 tablets."),
    ("home_trial_done", "He completed a one month home trial of TENS."),
    ("transport_contraindication", "She can't get on/off the bus."),
    ("homebound", "He is bed-bound."),
    ("surgery_denied", "The L4-5 fusion was denied."),
    ("not_surgical_candidate", "No further surgery is contemplated."),
    ("conservative_care_failed", "Therapy and injections have been in vain."),
    ("needs_adl_help", "She needs help with dressing."),
    ("function_limited", "He cannot do housework."),
    ("on_opioid", "She has been on large doses of opioids."),
    ("facet_signs", "The neck is tender over the left facet joints."),
    ("ncs_positive_cts", "Nerve conduction studies showed moderate carpal tunnel syndrome."),
    ("reflex_change", "The right ankle reflex could not be elicited."),
    ("crps_vasomotor_sign", "The left foot is colder than the right."),
    ("age", "64F with knee pain."),
]
NOT_STATED = [
    ("psych_clearance", "The psychologist has not cleared him."),
    ("psych_clearance", "Psychological clearance is pending."),
    ("psych_clearance", "The psychological evaluation found that he is not a good candidate."),
    ("multidisciplinary_evaluation", "A multidisciplinary evaluation was requested."),
    ("return_to_work_planned", "He has no job to return to."),
    ("work_restrictions_reduced", "He hopes to return to work."),
    ("work_restrictions_reduced", "He is unable to return to work."),
    ("hep_failed", "He does a home exercise program daily and it helps."),
    ("medically_supervised", "No therapist will supervise the program."),
    ("special_equipment_needed", "Special equipment is not required."),
    ("pain_relief_percent", "His pain went from 4 to 8."),
    ("medication_reduction", "Norco was increased from 2 to 4 per day."),
    ("medication_reduction", "He was unable to cut his Norco."),
    ("home_trial_done", "A home trial was requested."),
    ("transport_contraindication", "He is able to drive and use public transportation."),
    ("homebound", "He is able to leave the house."),
    ("surgery_denied", "The request for postoperative therapy after arthroscopy was denied."),
    ("not_surgical_candidate", "No surgery has been performed to date."),
    ("conservative_care_failed", "Conservative care has not failed."),
    ("needs_adl_help", "He needs no help with dressing."),
    ("function_limited", "Walking is not difficult."),
    ("on_opioid", "She takes no opioids."),
    ("facet_signs", "There is no tenderness over the facet joints."),
    ("ncs_positive_cts", "The nerve conduction study showed no carpal tunnel syndrome."),
    ("tear_on_mri", "The MRI showed no full-thickness tear."),
    ("bowel_bladder", "Bowel and bladder function normal."),
    ("radicular_pain", "Taut bands with radiation of pain on pressure were found."),
    ("negative_predictors_addressed", "The negative predictors of success were not addressed."),
]


def states(fact: str, sentence: str) -> bool:
    return any(
        f.fact == fact and f.polarity in ("present", "planned") for f in find_facts(sentence)
    )


@pytest.mark.parametrize(("fact", "sentence"), STATED)
def test_states_the_fact(fact: str, sentence: str) -> None:
    assert states(fact, sentence)


@pytest.mark.parametrize(("fact", "sentence"), NOT_STATED)
def test_does_not_state_the_fact(fact: str, sentence: str) -> None:
    assert not states(fact, sentence)

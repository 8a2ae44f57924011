"""Facts that the guideline library asks for: sentences that state them, sentences that do not.

Each row gives a fact, sentences in which it is to be found as stated (for facts that count when
planned or suspected, also so), and sentences in which it must not be found as stated.
"""

from __future__ import annotations

import pytest

from openimr.evidence import find_facts
from openimr.guidelines.facts import vocabulary


def states(fact: str, sentence: str) -> bool:
    """Whether ``fact`` counts as true after reading ``sentence``."""
    kind = vocabulary()[fact]
    counted = {"present"}
    if kind.hedged != "ignore":
        counted.add("hedged")
    if kind.planned != "ignore":
        counted.add("planned")
    return any(
        f.fact == fact and f.polarity in counted and f.speaker != "utilization_review"
        for f in find_facts(sentence)
    )


COURSE = {
    "symptoms_persist": (
        [
            "He reports persistent left knee pain.",
            "Her symptoms remain unchanged since the last visit.",
            "The patient continues to complain of neck pain.",
            "There is no improvement in her pain.",
        ],
        ["The pain resolved after two weeks.", "He continues to improve with exercise."],
    ),
    "symptoms_changed": (
        [
            "His back pain has become progressively worse.",
            "There has been a significant change in symptoms since the last MRI.",
            "She reports new onset of numbness in the left foot.",
        ],
        [
            "There has been no change in symptoms.",
            "There is no new weakness.",
            "The pain is worse with sitting.",
        ],
    ),
    "new_injury": (
        ["She had a second fall at home in March.", "He re-injured the shoulder last month."],
        ["He denies any new injury."],
    ),
    "acute_trauma": (
        [
            "He fell from a scaffold and hurt his wrist.",
            "The injury occurred in a motor vehicle accident.",
            "She twisted her ankle on the stairs.",
        ],
        [
            "The pain score fell from 8 to 5.",
            "The mechanism of injury was cumulative trauma.",
            "He falls asleep late.",
        ],
    ),
    "night_pain": (
        [
            "She has nocturnal paresthesias of the right hand.",
            "The numbness wakes her at night.",
            "He complains of shoulder pain at night.",
        ],
        ["He denies night pain.", "He works the night shift."],
    ),
    "cannot_bear_weight": (
        [
            "He was unable to bear weight on the left foot.",
            "She could not walk after the fall, and was unable to walk.",
        ],
        ["She is full weight bearing.", "He walks without assistance."],
    ),
    "function_limited": (
        [
            "She has difficulty with prolonged standing and household chores.",
            "The pain interferes with his work.",
            "Walking is limited to one block.",
        ],
        ["He has no difficulty walking.", "There was limited relief from the injection."],
    ),
    "bilateral_symptoms": (
        [
            "She has numbness and tingling in both hands.",
            "The low back pain is radiating to the bilateral lower extremities.",
        ],
        ["Sensation was intact in the bilateral lower extremities."],
    ),
    "axial_pain": (
        ["He has axial low back pain.", "The neck pain is present without radiation."],
        ["The pain radiates down the left leg."],
    ),
    "daytime_sleepiness": (
        ["She complains of excessive daytime sleepiness.", "The Epworth score was 15."],
        ["He denies daytime sleepiness."],
    ),
    "altered_consciousness": (
        ["He had a brief loss of consciousness.", "She was confused after the blow."],
        ["He denied loss of consciousness."],
    ),
    "seizure_suspected": (
        ["Seizures are suspected.", "His wife reports staring spells."],
        ["He denies seizures."],
    ),
    "procedure_anxiety": (
        ["She is severely claustrophobic.", "He has anxiety about the MRI."],
        ["He has no claustrophobia."],
    ),
}

CARE = {
    "surgery_approved": (
        [
            "Left knee arthroscopy was authorized.",
            "A two-level lumbar fusion has been approved.",
            "He is scheduled for carpal tunnel release.",
        ],
        [
            "Surgery was requested.",
            "Surgery has not been authorized.",
            "The surgical consultation was authorized.",
        ],
    ),
    "surgery_scheduled": (
        ["He is awaiting lumbar surgery.", "Lumbar fusion was recommended by the surgeon."],
        ["He had lumbar surgery in 2010."],
    ),
    "arthroplasty_planned": (
        ["She is a candidate for total knee replacement.", "Hip arthroplasty is planned."],
        ["Examination of the knee was normal."],
    ),
    "not_surgical_candidate": (
        ["He is not a surgical candidate.", "Surgery is not indicated."],
        ["He is a surgical candidate."],
    ),
    "measured_function_improved": (
        [
            "After physical therapy the range of motion has improved.",
            "The Oswestry score decreased from 48 to 30 with acupuncture.",
            "With therapy she is able to walk farther.",
        ],
        [
            "There was no improvement in range of motion with therapy.",
            "Physical therapy was requested to increase strength.",
        ],
    ),
    "treatment_benefit": (
        [
            "He completed six visits of acupuncture with good benefit.",
            "Chiropractic treatment was helpful.",
            "She is progressing well with physical therapy.",
        ],
        [
            "Acupuncture was not helpful.",
            "He had therapy without benefit.",
            "Therapy could be helpful.",
        ],
    ),
    "pain_relief": (
        ["Norco relieves her pain.", "The injection gave significant pain relief."],
        ["The injection gave no relief."],
    ),
    "medication_not_tolerated": (
        [
            "He could not tolerate naproxen.",
            "She is allergic to codeine and NSAIDs.",
            "Ibuprofen was discontinued due to gastritis.",
            "He takes less medication because of side effects.",
        ],
        [
            "He could not tolerate physical therapy.",
            "She has no known allergies to medication.",
            "He denies side effects.",
        ],
    ),
    "oral_form_not_tolerated": (
        ["She has difficulty swallowing pills.", "He cannot swallow tablets."],
        ["He denies dysphagia."],
    ),
    "adjunct_to_rehab": (
        [
            "A TENS unit was requested as an adjunct to a home exercise program.",
            "Acupuncture in conjunction with physical therapy was requested.",
        ],
        ["Acupuncture was requested."],
    ),
    "therapy_ongoing": (
        ["He is currently attending physical therapy.", "She continues physical therapy."],
        ["Physical therapy was requested.", "He completed physical therapy in 2014."],
    ),
    "first_prescription": (
        ["A first prescription of cyclobenzaprine was written.", "He was started on gabapentin."],
        ["Cyclobenzaprine was refilled."],
    ),
    "other_options_exhausted": (
        [
            "All conservative treatment options have been exhausted.",
            "There is no other treatment option.",
        ],
        ["Other options were discussed."],
    ),
    "steroid_injection_tried": (
        [
            "He has had a cortisone injection of the wrist.",
            "She received a subacromial steroid injection.",
        ],
        ["He had a lumbar epidural steroid injection.", "He has not had a cortisone injection."],
    ),
    "splint_tried": (
        ["Treatment has included a night splint.", "She has worn a wrist brace."],
        ["He has not tried splinting."],
    ),
    "weight_loss_attempt_failed": (
        ["She was unable to lose weight.", "He tried diet and exercise without success."],
        ["A weight loss program was requested."],
    ),
    "obesity_hinders_recovery": (
        ["His obesity is hindering recovery.", "She must lose weight before knee surgery."],
        ["He is overweight."],
    ),
    "failed_return_to_work": (
        ["He failed a return to work attempt.", "She attempted to return to work in May."],
        ["He returned to work without restrictions."],
    ),
    "opioid_taper": (
        ["He is being weaned off opioids.", "A taper of Norco is planned: Norco taper."],
        ["A prednisone taper was given."],
    ),
    "sleep_improved": (
        ["Her sleep has improved with trazodone.", "Zolpidem helps him sleep."],
        ["Sleep has not improved."],
    ),
    "mood_improved": (
        ["Her depression has improved with sertraline.", "He is less anxious with therapy."],
        ["There is no improvement in mood."],
    ),
    "gi_symptoms_controlled": (
        ["Omeprazole controls his heartburn.", "His reflux is well controlled with omeprazole."],
        ["He reports heartburn."],
    ),
    "migraine_preventives_failed": (
        ["She failed preventive treatment for migraine.", "Migraine prophylactic drugs failed."],
        ["Migraine prevention was discussed."],
    ),
    "neurotomy_planned": (
        ["Radiofrequency ablation is planned if the blocks help."],
        ["He had a radiofrequency ablation in 2013."],
    ),
    "sleep_hygiene_tried": (
        ["Sleep hygiene was discussed and tried.", "She failed sleep hygiene measures."],
        ["There is poor sleep."],
    ),
}

EXAMINATION = {
    "suspected_fracture": (
        [
            "A scaphoid fracture is suspected.",
            "X-ray was requested to rule out fracture.",
            "MRI showed a compression fracture of L1.",
        ],
        ["X-rays showed no fracture.", "He had a healed fracture."],
    ),
    "progressive_deficit": (
        ["Examination revealed progressive weakness of the leg.", "There is a left foot drop."],
        ["There is no progressive neurologic deficit.", "There is no foot drop."],
    ),
    "rom_limited": (
        [
            "Examination revealed limited range of motion of the left shoulder.",
            "Lumbar range of motion was decreased.",
            "Flexion was restricted.",
        ],
        [
            "Examination revealed full range of motion.",
            "There was decreased sensation with full range of motion.",
        ],
    ),
    "grip_weakness": (
        ["Grip strength was decreased on the right.", "Exam showed weak grip."],
        ["Grip strength was normal."],
    ),
    "faber": (["FABER test was positive."], ["Patrick's test was negative."]),
    "gaenslen": (["Gaenslen's test was positive."], ["Gaenslen's was negative."]),
    "thigh_thrust": (["Thigh thrust was positive."], ["Thigh thrust was negative."]),
    "si_distraction": (["SI distraction test was positive."], ["Distraction test was negative."]),
    "si_compression": (["SI compression test was positive."], ["SI compression was negative."]),
    "fortin_finger": (["Fortin finger test was positive."], ["Fortin finger test was negative."]),
    "ac_joint_tenderness": (
        ["There was tenderness over the AC joint.", "The acromioclavicular joint was tender."],
        ["There was no AC joint tenderness."],
    ),
    "triggering": (
        ["There is triggering of the right thumb.", "Diagnosis is trigger finger."],
        ["There is triggering of headaches by light."],
    ),
    "crps_sensory_sign": (["Examination revealed allodynia."], ["There was no allodynia."]),
    "crps_vasomotor_sign": (
        ["The left hand was cooler with mottled skin.", "There was temperature asymmetry."],
        ["There were no color changes.", "Skin was warm and dry."],
    ),
    "crps_sudomotor_sign": (
        ["Examination revealed swelling and hyperhidrosis."],
        ["Examination revealed no swelling."],
    ),
    "crps_trophic_sign": (
        ["Examination revealed shiny skin and nail changes."],
        ["There were no trophic changes."],
    ),
    "two_point_mm": (
        ["Two-point discrimination was 8 mm at the index finger."],
        ["Two-point discrimination was not tested."],
    ),
    "bony_tenderness": (
        ["There was tenderness over the T12 spinous process.", "There is snuffbox tenderness."],
        ["There was no snuffbox tenderness."],
    ),
    "ambulates_independently": (
        ["He ambulates without an assistive device.", "She has a normal gait."],
        ["He walks with a cane.", "She is unable to ambulate without a walker."],
    ),
}

TESTS = {
    "plain_films_done": (
        ["X-rays of the knee were normal.", "X-rays dated 3/4/2015 showed arthritis."],
        ["X-rays were requested.", "No x-rays were taken."],
    ),
    "full_thickness_tear": (
        ["MRI showed a full thickness tear of the supraspinatus."],
        ["MRI showed a partial thickness tear.", "MRI showed no full thickness tear."],
    ),
    "compression_fracture": (
        ["X-ray showed a T12 compression fracture."],
        ["There was no compression fracture."],
    ),
    "spondylolisthesis": (
        ["MRI showed grade I spondylolisthesis at L4-5."],
        ["There was no spondylolisthesis."],
    ),
    "disc_extrusion": (["MRI showed an L5-S1 disc extrusion."], ["MRI showed a disc bulge."]),
    "nonunion": (["X-ray showed a nonunion of the tibia."], ["There was no nonunion."]),
    "joint_lesion_suspected": (
        ["A TFCC tear is suspected.", "MRI was requested to rule out a labral tear."],
        ["MRI showed no ligament tear."],
    ),
    "oa_moderate_severe": (
        ["X-ray showed severe osteoarthritis.", "Films showed bone on bone contact."],
        ["X-ray showed mild osteoarthritis."],
    ),
    "fce_done": (
        ["A functional capacity evaluation showed a light level."],
        ["A functional capacity evaluation was requested."],
    ),
    "below_job_demand": (
        ["He functions at the light level, below the demands of his job."],
        ["He meets the demands of his job."],
    ),
    "mri_inconclusive": (["The MRI was inconclusive."], ["The MRI was normal."]),
    "psych_scores_abnormal": (
        ["Beck Depression Inventory score was 28, severe."],
        ["There was no fear avoidance."],
    ),
}

DIAGNOSES = {
    "osteoarthritis": (
        ["Diagnosis is left knee osteoarthritis."],
        ["She has rheumatoid arthritis."],
    ),
    "carpal_tunnel_suspected": (
        ["Diagnoses include carpal tunnel syndrome.", "Rule out cubital tunnel syndrome."],
        ["Carpal tunnel release was done."],
    ),
    "crps": (["Diagnosis is complex regional pain syndrome."], ["There is no sign of CRPS."]),
    "myofascial_pain": (
        ["Diagnosis is myofascial pain syndrome."],
        ["Myofascial release was given."],
    ),
    "radiculopathy_diagnosis": (
        ["Diagnoses include lumbar radiculopathy."],
        ["There is no radiculopathy."],
    ),
    "adhesive_capsulitis": (["Diagnosis is frozen shoulder."], ["There is no frozen shoulder."]),
    "sleep_apnea": (
        ["Polysomnogram was requested for suspected sleep apnea.", "Loud snoring was noted."],
        ["He denies sleep apnea."],
    ),
    "failed_back_surgery": (
        ["Diagnosis is failed back surgery syndrome.", "He has post-laminectomy syndrome."],
        ["He underwent back surgery."],
    ),
    "chronic_migraine": (["Diagnosis is chronic migraine."], ["She has chronic pain."]),
    "spinal_cord_injury": (
        ["Diagnosis is spinal cord injury."],
        ["Spinal cord stimulator was placed."],
    ),
    "infection": (["There is a wound infection."], ["There is no sign of infection."]),
}

PERSON = {
    "wheelchair_user": (["She is wheelchair bound.", "He uses a wheelchair."], ["He walks well."]),
    "transport_nonmedical_reason": (
        ["He does not own a car.", "She has no reliable transportation."],
        ["He drives a car."],
    ),
    "gi_ulcer_bleed": (
        ["He has a history of peptic ulcer.", "She had a GI bleed in 2012."],
        ["He denies any gastrointestinal bleeding."],
    ),
    "clot_risk": (
        ["She has a history of deep vein thrombosis.", "He is at high risk for DVT."],
        ["He denies any history of blood clots."],
    ),
    "substance_abuse": (
        ["He has a history of alcohol abuse."],
        ["There are no signs of drug abuse."],
    ),
    "language_barrier": (
        ["She is Spanish speaking.", "He does not speak English."],
        ["He is English speaking."],
    ),
    "dme_medical_need": (
        ["He cannot safely transfer.", "She is non-weight bearing."],
        ["He transfers independently."],
    ),
    "prior_fusion": (
        [
            "He is status post L4-5 fusion.",
            "She underwent anterior cervical discectomy and fusion.",
        ],
        ["Lumbar fusion was requested."],
    ),
    "return_to_work_planned": (
        ["The goal is to return to work.", "She works modified duty."],
        ["He is retired."],
    ),
    "special_equipment_needed": (
        ["He needs special equipment.", "Access to a pool is needed."],
        ["There is no need for special equipment."],
    ),
    "medically_supervised": (
        ["The program is supervised by a physical therapist."],
        ["The exercise is unsupervised."],
    ),
    "single_prescriber": (
        ["She receives opioids from a single provider."],
        ["He has multiple prescribers."],
    ),
    "major_surgery": (["Total knee replacement was authorized."], ["A cortisone shot was given."]),
    "work_ability_question": (
        ["FCE was requested to determine whether he can perform his usual job."],
        ["An FCE was requested."],
    ),
    "lab_indication": (
        ["Labs were requested to assess kidney and liver function."],
        ["Labs were requested."],
    ),
}

REASON = {
    "rationale_documented": (
        [
            "MRI of the knee was requested to rule out a meniscal tear.",
            "The physician recommended a CT scan in order to assess healing of the fracture.",
            "The plan was for x-rays due to persistent pain.",
        ],
        [
            "MRI of the knee was requested.",
            "Utilization review denied the request for MRI due to lack of red flags.",
            "The request for acupuncture was modified due to lack of improvement.",
        ],
    ),
    "consult_for_procedure": (
        ["A pain management consultation was requested for an epidural steroid injection."],
        ["A pain management consultation was requested."],
    ),
    "treatment_goals_documented": (
        ["Short- and long-term goals of the treatment were stated: the goals are function."],
        ["No treatment plan was given."],
    ),
    "already_authorized": (
        ["Six visits of physical therapy were recently authorized."],
        ["Physical therapy was requested."],
    ),
    "surgeon_prescribed": (
        ["Post-operative therapy was requested by the surgeon."],
        ["Therapy was requested by the physician."],
    ),
}

TABLES = {**COURSE, **CARE, **EXAMINATION, **TESTS, **DIAGNOSES, **PERSON, **REASON}
STATED = [(fact, text) for fact, (found, _) in TABLES.items() for text in found]
NOT_STATED = [(fact, text) for fact, (_, traps) in TABLES.items() for text in traps]


@pytest.mark.parametrize(("fact", "sentence"), STATED)
def test_states_the_fact(fact: str, sentence: str) -> None:
    assert states(fact, sentence)


@pytest.mark.parametrize(("fact", "sentence"), NOT_STATED)
def test_does_not_state_the_fact(fact: str, sentence: str) -> None:
    assert not states(fact, sentence)


def test_reason_belongs_to_what_it_was_given_for() -> None:
    found = find_facts(
        "MRI of the left knee was requested to rule out a meniscal tear. Norco was requested."
    )
    abouts = {f.about for f in found if f.fact == "rationale_documented"}
    assert abouts == {"mri_knee"}


def test_wording_that_is_hidden_is_hidden_for_its_own_fact_only() -> None:
    found = {f.fact for f in find_facts("He has persistent low back pain.")}
    assert {"symptoms_persist", "pain_location"} <= found

"""What the evidence rules read in sentences of the genre: tables of text and expected facts.

A row gives a text and facts as ``name polarity key=value ...``; a leading ``!`` means that the
fact must not be found.
"""

from __future__ import annotations

import pytest

from openimr.evidence import find_facts


def matches(fact, row: str) -> bool:
    name, *rest = row.split(" | ")
    words = name.split()
    if fact.fact != words[0] or (len(words) > 1 and fact.polarity != words[1]):
        return False
    for pair in rest:
        key, _, value = pair.partition("=")
        got = getattr(fact, key)
        if key == "levels":
            got = ",".join(got)
        if key == "quote":
            if value not in fact.quote:
                return False
        elif str(got) != value:
            return False
    return True


def check(text: str, rows: list[str], kind: str = "other") -> None:
    facts = find_facts(text, kind=kind)
    shown = [(f.fact, f.value, f.polarity, f.region, f.side, f.about, f.speaker) for f in facts]
    for row in rows:
        if row.startswith("!"):
            assert not any(matches(f, row[1:]) for f in facts), (row, shown)
        else:
            assert any(matches(f, row) for f in facts), (row, shown)


SYMPTOMS = [
    (
        "The injured worker complains of low back pain rated 7 out of 10 that radiates down the "
        "left leg with numbness and tingling.",
        [
            "pain_location present | region=lumbar",
            "pain_score present | value=7 | unit=0-10",
            "radicular_pain present | region=lumbar | side=left | speaker=patient",
            "paresthesia present | speaker=patient",
        ],
    ),
    ("Pain is 5-6/10 on VAS.", ["pain_score present | value=6"]),
    (
        "He reports neck pain radiating to the right arm.",
        ["radicular_pain present | region=cervical | side=right"],
    ),
    (
        "Pain is 8/10 without medications and 4/10 with medications.",
        ["vas_without_med present | value=8", "vas_with_med present | value=4"],
    ),
    (
        "Her left knee gives way and there is locking.",
        ["mechanical_symptoms present | region=knee | side=left"],
    ),
    ("She has difficulty sleeping due to pain.", ["insomnia_detail present"]),
    ("He has heartburn with naproxen.", ["dyspepsia present", "on_nsaid present"]),
    (
        "There is an acute exacerbation of chronic low back pain.",
        ["acute_flare present", "chronic_pain present"],
    ),
    (
        "She has chronic neck pain.",
        ["chronic_pain present", "pain_location present | region=cervical"],
    ),
    (
        "c/o LBP radiating to the left leg. Pain 6/10 w/ meds, 9/10 w/o meds.",
        [
            "pain_location present | region=lumbar",
            "vas_with_med present | value=6",
            "vas_without_med present | value=9",
        ],
    ),
    ("Duration of symptoms is four months.", ["symptom_duration_months present | value=4"]),
]

EXAMINATION = [
    (
        "Examination of the right shoulder showed tenderness over the acromioclavicular joint, "
        "positive Neer's and Hawkins' signs and a negative drop arm test.",
        [
            "tenderness present | region=shoulder",
            "impingement_sign present | side=right",
            "drop_arm negated",
        ],
    ),
    (
        "McMurray's test is positive, Lachman negative, with a mild effusion and medial joint "
        "line tenderness.",
        [
            "mcmurray present | region=knee",
            "lachman negated",
            "effusion present",
            "joint_line_tenderness present",
        ],
    ),
    (
        "Straight leg raise was positive on the right and negative on the left.",
        ["slr_positive present | side=right", "slr_positive negated | side=left"],
    ),
    (
        "There was decreased sensation in the left L5 dermatome and strength of the EHL was 4/5.",
        ["sensory_deficit present | levels=L5 | side=left", "motor_deficit present"],
    ),
    (
        "Lumbar flexion is 40 degrees and extension is 10 degrees.",
        ["rom_deg present | value=40", "rom_deg present | value=10 | region=lumbar"],
    ),
    (
        "Palpation revealed trigger points with a local twitch response and referred pain in the "
        "left trapezius.",
        ["trigger_points_exam present", "twitch_response present", "referred_pain present"],
    ),
    ("Phalen's and Tinel's tests were positive at the left wrist.",
     ["phalen present | side=left", "tinel present | region=wrist_hand"]),
    ("He walks with an antalgic gait.", ["gait present | value=antalgic"]),
    ("FABER and Gaenslen's tests were positive on the left.",
     ["faber present | side=left", "gaenslen present"]),
    ("Spurling's sign was equivocal on the right.", ["spurling_positive hedged"]),
    (
        "Deep tendon reflexes were 2+ and symmetric, but the left Achilles reflex was absent.",
        ["reflex_change negated", "reflex_change present | region=lumbar | side=left"],
    ),
]  # fmt: skip

TESTS = [
    (
        "MRI of the lumbar spine dated 12/15/13 showed a 5 mm disc herniation at L4-5 with "
        "compression of the left L5 nerve root.",
        [
            "prior_imaging_same_region present | region=lumbar | date=2013-12-15",
            "imaging_corroborates_radiculopathy present | region=lumbar",
            "disc_bulge_mm present | value=5",
        ],
    ),
    (
        "An MRI reportedly revealed nerve root impingement at L5-S1.",
        ["imaging_corroborates_radiculopathy hedged | levels=L5-S1"],
    ),
    (
        "MRI of the cervical spine showed mild foraminal narrowing at C5-6.",
        ["stenosis_grade present | value=mild", "!imaging_corroborates_radiculopathy present"],
    ),
    (
        "X-rays of the left knee were done and showed moderate osteoarthritis.",
        ["prior_imaging_same_region present | region=knee", "oa_grade present | region=knee"],
    ),
    (
        "EMG of the lower extremities showed a left L5 radiculopathy.",
        ["edx_positive_radiculopathy present | region=lumbar | levels=L5"],
    ),
    ("NCS showed no carpal tunnel syndrome.", ["ncs_positive_cts negated"]),
    (
        "MRI of the right shoulder revealed a full thickness tear of the supraspinatus.",
        ["tear_on_mri present | region=shoulder"],
    ),
    ("A urine drug screen on 3/4/2016 was consistent.",
     ["udt_result present | value=consistent", "last_udt_date present | value=2016-03-04"]),
]  # fmt: skip

TREATMENT = [
    (
        "Treatment to date has included physical therapy; chiropractic care; a TENS unit and "
        "naproxen.",
        [
            "conservative_care_tried present | value=physical therapy | about=physical_therapy",
            "conservative_care_tried present | about=chiropractic_manual",
            "conservative_care_tried present | value=TENS",
            "on_drugs present | value=naproxen",
            "on_nsaid present",
        ],
    ),
    (
        "The prior epidural steroid injection gave 60% pain relief for 8 weeks with decreased "
        "use of Norco.",
        [
            "pain_relief_percent present | value=60 | about=esi_initial",
            "relief_duration_weeks present | value=8 | about=esi_initial",
            "medication_reduction present | about=esi_initial",
            "prior_treatment_exists present | about=esi_initial",
        ],
    ),
    (
        "The first injection into the knee helped for 2 months.",
        ["relief_duration_weeks present | value=8.7"],
    ),
    (
        "Pain decreased from 8/10 to 4/10 with acupuncture.",
        ["pain_relief_percent present | value=50 | about=acupuncture"],
    ),
    (
        "She completed 12 sessions of physical therapy with improved walking tolerance. "
        "Acupuncture did not help.",
        [
            "prior_sessions_completed present | value=12 | about=physical_therapy",
            "functional_improvement present | about=physical_therapy",
            "conservative_care_failed present | about=acupuncture",
            "!conservative_care_failed | about=physical_therapy",
        ],
    ),
    (
        "He failed a trial of gabapentin and could not tolerate ibuprofen.",
        [
            "first_line_failed present | about=gabapentin",
            "first_line_failed present | about=ibuprofen",
        ],
    ),
    (
        "He had six weeks of physical therapy without improvement.",
        [
            "conservative_care_weeks present | value=6",
            "conservative_care_failed present | about=physical_therapy",
        ],
    ),
    (
        "The 30-day TENS trial gave 50% relief.",
        ["device_trial_days present | value=30 | about=tens",
         "pain_relief_percent present | about=tens"],
    ),
    (
        "He is 3 weeks status post right knee arthroscopy on 5/2/2016.",
        [
            "weeks_postop present | value=3",
            "prior_surgery present | region=knee | time=past",
            "surgery_date present | value=2016-05-02",
        ],
    ),
    ("He continues with a home exercise program.", ["hep_in_place present | region=None"]),
    (
        "Physical therapy, home stretching and naproxen failed to help.",
        [
            "conservative_care_failed present | about=physical_therapy",
            "conservative_care_failed present | about=naproxen",
        ],
    ),
    (
        "She reduced her use of Norco from four to two tablets a day after the epidural injection.",
        ["medication_reduction present | about=esi_initial"],
    ),
    (
        "With gabapentin she is able to walk for 30 minutes and perform household chores.",
        ["adl_improved present | about=gabapentin"],
    ),
    (
        "After acupuncture he was able to sit for an hour and his lifting restriction was reduced.",
        ["adl_improved present | about=acupuncture", "work_restrictions_reduced present"],
    ),
    (
        "A TENS unit was tried for 30 days and did not help.",
        ["tens_trial_failed present", "prior_treatment_exists present | about=tens"],
    ),
    ("She returned to full duty.", ["work_restrictions_reduced present",
                                    "work_status present | value=full duty"]),
    ("He is temporarily totally disabled.", ["work_status present | value=TTD"]),
    ("She is able to perform her activities of daily living with medication.",
     ["adl_improved present"]),
]  # fmt: skip

MONITORING = [
    (
        "There are no signs of abuse and he denies side effects. CURES was consistent. "
        "A pain agreement is on file.",
        [
            "aberrant_behavior negated",
            "side_effects negated",
            "cures_checked present",
            "opioid_agreement present",
        ],
    ),
    ("BMI is 34.2 and he smokes one pack a day.", ["bmi present | value=34.2",
                                                   "smoking_status present"]),
    ("He denies any medical history.", ["comorbidities negated"]),
    ("He has diabetes and hypertension.", ["comorbidities present | value=diabetes",
                                           "comorbidities present | value=hypertension"]),
    ("She takes Norco 10/325.", ["on_drugs present", "on_controlled_drug present"]),
]  # fmt: skip

REQUESTS = [
    (
        "The treatment plan included physical therapy 2x6 for the left shoulder.",
        [
            "sessions_requested planned | value=12 | speaker=request | about=physical_therapy",
            "procedure_planned planned | about=physical_therapy",
            "!invasive_procedure_planned",
            "!conservative_care_tried",
        ],
    ),
    (
        "Authorization was requested for acupuncture two times a week for 4 weeks.",
        ["sessions_requested planned | value=8", "frequency_per_week planned | value=2"],
    ),
    (  # a number in words is a word of its own
        "The provider requested a cortisone injection and shock wave therapy, 3 treatments.",
        ["sessions_requested planned | value=3"],
    ),
    (
        "A lumbar epidural steroid injection was requested.",
        ["procedure_planned planned | about=esi_initial", "!prior_treatment_exists"],
    ),
    (
        "Six sessions of physical therapy were requested.",
        ["!prior_sessions_completed", "!prior_treatment_exists", "!conservative_care_tried"],
    ),
    ("A first prescription of cyclobenzaprine was written.", ["on_drugs planned"]),
    ("The provider requested Norco 10/325 mg #90.", ["dispense_qty planned | value=90"]),
    (
        "The plan is MRI of the right knee to rule out a meniscal tear.",
        ["purpose_of_request planned", "!prior_imaging_same_region", "!tear_on_mri present"],
    ),
    (
        "Utilization review dated 1-3-17 non-certified the request.",
        ["ur_outcome present | value=denied | speaker=utilization_review"],
    ),
    (
        "Utilization review modified the request to 6 sessions of acupuncture.",
        ["ur_outcome present | value=modified", "ur_modified_to present | value=6"],
    ),
]


@pytest.mark.parametrize(
    ("text", "rows"), [*SYMPTOMS, *EXAMINATION, *TESTS, *TREATMENT, *MONITORING, *REQUESTS]
)
def test_reads_the_facts_of_a_sentence(text, rows):
    check(text, rows)


CONTEXT = [
    ("He denies numbness, tingling or weakness of the legs.",
     ["paresthesia negated", "motor_deficit negated", "!paresthesia present",
      "!motor_deficit present"]),
    ("Exam showed no spasm, tenderness or swelling of the neck.",
     ["muscle_spasm_on_exam negated", "tenderness negated"]),
    ("There was no tenderness of the neck but spasm was noted.",
     ["tenderness negated", "muscle_spasm_on_exam present"]),
    ("No spasm, tenderness was noted at L4.",
     ["muscle_spasm_on_exam negated", "tenderness present"]),
    ("Negative McMurray and Lachman tests.", ["mcmurray negated", "lachman negated"]),
    ("Neer's, Hawkins' and drop arm tests were negative.",
     ["impingement_sign negated", "drop_arm negated", "!impingement_sign present"]),
    ("The lumbar spine was not tender.", ["tenderness negated", "!tenderness present"]),
    ("The paraspinals were non-tender.", ["tenderness negated"]),
    ("Low back pain without radiation to the legs.", ["radicular_pain negated"]),
    ("Sensation was intact, strength 5/5 and reflexes were normal.",
     ["sensory_deficit negated", "motor_deficit negated", "reflex_change negated"]),
    ("Motor strength, sensation, and reflexes were normal.",
     ["sensory_deficit negated", "motor_deficit negated", "reflex_change negated"]),
    ("The examination showed negative facet loading and straight leg raise.",
     ["facet_signs negated", "slr_positive negated"]),
    ("There was restricted range of motion of the neck with negative Spurling's test.",
     ["rom_deg present | region=cervical", "spurling_positive negated"]),
    ("She cannot rule out a rotator cuff tear.", ["!tear_on_mri present"]),
    ("No documentation of a twitch response was found.", ["!twitch_response"]),
    ("The neurologic examination was unremarkable.", ["neuro_deficit_objective negated"]),
    ("No red flags were noted.", ["red_flags negated"]),
    ("Tenderness is absent. Swelling and effusion are not present.",
     ["tenderness negated", "swelling negated", "effusion negated", "!tenderness present"]),
    ("She does not have radicular symptoms, but has axial neck pain.",
     ["radicular_pain negated", "!radicular_pain present",
      "pain_location present | region=cervical"]),
    ("Therapy has helped improve range of motion and decrease pain by 40%.",
     ["pain_relief_percent present | value=40", "!rom_deg"]),
    ("Range of motion was full.", ["rom_deg negated"]),
    ("She had not yet tried acupuncture.", ["conservative_care_tried negated"]),
    ("Pain would increase if she stopped.", ["!conservative_care_tried"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rows"), CONTEXT)
def test_reads_denials_hedges_and_lists(text, rows):
    check(text, rows)


BINDING = [
    ("She is status post L4-5 discectomy in 2014 with residual left leg numbness.",
     ["prior_surgery present | time=past | levels=L4-5", "surgery_date present | value=2014",
      "paresthesia present | time=current | side=left"]),
    ("Phalen's sign is positive bilaterally with thenar atrophy on the right.",
     ["phalen present | side=bilateral", "thenar_atrophy present | side=right"]),
    ("Conservative treatment including physical therapy and NSAIDs has been exhausted.",
     ["conservative_care_failed present | about=physical_therapy"]),
    ("He takes omeprazole for NSAID-induced gastritis.",
     ["on_drugs present | value=omeprazole", "dyspepsia present", "!conservative_care_tried"]),
    # "the injection" is the one spoken of before
    ("She had a lumbar epidural steroid injection in May. The injection gave 70% relief.",
     ["pain_relief_percent present | value=70 | about=esi_initial"]),
    ("Positive Gaenslen's test, negative FABER test.",
     ["gaenslen present", "faber negated", "!gaenslen negated"]),
    # relief belongs to the treatment that gave it
    ("He had 30% relief from his medications. He also had a lumbar epidural steroid injection.",
     ["pain_relief_percent present | about=medication",
      "!pain_relief_percent | about=esi_initial"]),
    # a diagnosis label is no finding
    ("Diagnoses include lumbar radiculopathy, cervical strain and possible carpal tunnel syndrome.",
     ["diagnoses present | value=lumbar radiculopathy | region=lumbar",
      "diagnoses present | value=cervical strain | region=cervical",
      "diagnoses hedged | region=wrist_hand", "!radiculopathy_on_exam", "!ncs_positive_cts"]),
    ("She was diagnosed as having lumbar, hip and knee strain.",
     ["diagnoses present | region=lumbar", "diagnoses present | region=hip",
      "diagnoses present | region=knee"]),
    # a complaint is no examination finding
    ("The patient complains of weakness in the right leg.",
     ["motor_deficit present | speaker=patient", "!motor_deficit | speaker=exam"]),
    ("The patient complained of muscle spasms in the neck.", ["!muscle_spasm_on_exam"]),
    # a guideline, a request, a reason of utilization review is no finding
    ("The guidelines recommend injections when radiculopathy with decreased sensation is found.",
     ["!sensory_deficit", "!radiculopathy_on_exam", "!conservative_care_tried"]),
    ("Utilization review denied the request because there was no muscle spasm and no failed "
     "therapy.",
     ["ur_reason present", "!muscle_spasm_on_exam present", "!conservative_care_failed present",
      "muscle_spasm_on_exam negated | speaker=utilization_review"]),
    # the examination goes on until another voice begins
    ("Physical examination of the lumbar spine revealed spasm. There was decreased sensation at "
     "the left foot.",
     ["muscle_spasm_on_exam present | region=lumbar", "sensory_deficit present | speaker=exam"]),
    # "transportation issue" is no medical need
    ("He missed his visit because of a transportation issue.", ["!transport_contraindication"]),
    ("He is unable to drive and needs a wheelchair.", ["transport_contraindication present"]),
    # a finding belongs to its own region
    ("There was tenderness of the cervical and lumbar spine.",
     ["tenderness present | region=cervical", "tenderness present | region=lumbar"]),
    ("Trigger point injections were given.",
     ["!trigger_points_exam", "prior_treatment_exists present | about=trigger_point_injection"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rows"), BINDING)
def test_binds_each_finding_to_its_voice_place_and_treatment(text, rows):
    check(text, rows)


NOTE = """PRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)
Date of injury: 10/14/2016

SUBJECTIVE:
Neck pain 7/10 radiating to the right arm. Denies bowel or bladder changes.

OBJECTIVE:
- Spurling positive on right
- Decreased sensation C6 on the right
- Strength 5/5

ASSESSMENT:
1. Cervical radiculopathy
2. Right shoulder impingement

PLAN:
Request cervical epidural steroid injection C6-7.
Continue Norco 10/325 #90.
"""


def test_reads_the_headings_of_a_raw_progress_note():
    check(
        NOTE,
        [
            "injury_date present | value=2016-10-14",
            "pain_score present | value=7 | speaker=patient",
            "bowel_bladder negated | speaker=patient",
            "spurling_positive present | side=right | speaker=exam",
            "sensory_deficit present | levels=C6 | speaker=exam",
            "motor_deficit negated",
            "diagnoses present | value=cervical radiculopathy",
            "diagnoses present | region=shoulder",
            "procedure_planned planned | about=esi_cervical",
            "dispense_qty planned | value=90",
            "!conservative_care_tried | about=esi_cervical",
        ],
        kind="progress_report",
    )


def test_a_page_break_inside_a_sentence_changes_nothing():
    text = "There was decreased   sensation\n\n\nover the left\r\nL5 dermatome."
    fact = next(f for f in find_facts(text) if f.fact == "sensory_deficit")
    assert (fact.polarity, fact.levels, fact.side) == ("present", ("L5",), "left")
    assert fact.quote == text[fact.start : fact.end] == "decreased   sensation"


def test_a_fact_carries_page_and_document():
    text = "Page one says little.\fThere was spasm of the neck."
    fact = next(
        f for f in find_facts(text, document="PR-2", page_starts=(0, 22)) if "spasm" in f.fact
    )
    assert (fact.document, fact.page) == ("PR-2", 2)


def test_dates_are_carried_forward_inside_a_note():
    text = (
        "On 26 August 2013 he was seen. There was spasm of the neck. On 11-02-16 gait was antalgic."
    )
    days = {f.fact: str(f.date) for f in find_facts(text)}
    assert days["muscle_spasm_on_exam"] == "2013-08-26"
    assert days["gait"] == "2016-11-02"

"""How reviewers of different styles say the same things: terse notes, prose, passive voice.

A row gives invented words and the facts they state, in the form of ``test_evidence_facts``.
"""

from __future__ import annotations

import pytest

from test_evidence_facts import check

NOTES = [
    ("His wife takes methadone. His wife takes him to therapy.", ["!on_drugs"]),
    ("Sleep hygiene was gone through.", ["sleep_hygiene_tried present", "!sleep_hygiene_tried negated"]),
    (
        "With acupuncture he went from Norco four a day to one a day, and lifts 30 lb rather than 10.",
        ["adl_improved present | about=acupuncture"],
    ),
    ("There is numbness of the foot. MRI does not explain it.", ["edx_question_stated planned"]),
    (
        "He has low back pain. PE: taut band of the lumbar muscles with twitch response and pain "
        "referred to the left buttock.",
        ["twitch_response present | region=lumbar", "!radicular_pain"],
    ),
    (
        "Adverse effects - none; aberrant behavior - none.",
        ["side_effects negated", "aberrant_behavior negated", "!aberrant_behavior present"],
    ),
    (
        "Since starting amitriptyline the pain is down 40%. Gabapentin cuts the burning by half.",
        [
            "pain_relief_percent present | value=40 | about=amitriptyline",
            "pain_relief_percent present | value=50 | about=gabapentin",
        ],
    ),
    (
        "His injection took 60% of his pain away for eight weeks.",
        ["pain_relief_percent present | value=60", "relief_duration_weeks present | value=8"],
    ),
    ("She can't take PO NSAIDs d/t ulcer.", ["medication_not_tolerated present"]),
    ("He drives his own car to the market.", ["transport_contraindication negated"]),
    (
        "Therapy, bracing and naproxen have not given relief.",
        ["conservative_care_failed present | about=physical_therapy"],
    ),
    (
        "Pt c/o LBP w/ radiation to B/L LE, worse w/ sitting. N/T L L5.",
        [
            "pain_location present | region=lumbar | side=None",
            "radicular_pain present | region=lumbar | side=bilateral",
            "paresthesia present | side=left | levels=L5",
            "!conservative_care_tried",
        ],
    ),
    (
        "PE: L-spine TTP, ROM flex 40/60. SLR + on L at 45 deg. Sens ↓ L L5. EHL 4/5 L. DTR 2+.",
        [
            "tenderness present | region=lumbar",
            "rom_deg present | value=40",
            "slr_positive present | side=left",
            "sensory_deficit present | side=left | levels=L5",
            "motor_deficit present | side=left | speaker=exam",
            "reflex_change negated | side=None",
        ],
    ),
    (
        "Exam of C/S: decreased ROM, + Spurling's R, - Hoffmann's.",
        ["rom_deg present | region=cervical", "spurling_positive present | side=right",
         "hoffmann negated", "!hoffmann present"],
    ),
    (
        "Tx to date: PT x 12, chiro x 6, ESI x 2 w/ 60% relief x 3 mos, meds.",
        [
            "prior_sessions_completed present | value=12 | about=physical_therapy",
            "prior_sessions_completed present | value=6 | about=chiropractic_manual",
            "pain_relief_percent present | value=60 | about=esi_initial",
            "relief_duration_weeks present | about=esi_initial",
            "conservative_care_tried present | about=medication",
        ],
    ),
    ("Meds: Norco 10/325 tid, Flexeril 7.5 qhs.",
     ["on_drugs present | value=cyclobenzaprine", "!conservative_care_tried"]),
    ("Treatment has included: 1. Physical therapy 2. Naproxen 3. Cortisone injection.",
     ["conservative_care_tried present | about=joint_corticosteroid_injection",
      "conservative_care_tried present | value=naproxen"]),
    ("Current medications: 1. Naproxen 550 mg 2. Tramadol ER 150 mg",
     ["on_drugs present | value=naproxen", "on_drugs present | value=tramadol"]),
    ("VAS 8. Pain severity is rated 5 with meds and 9 without.",
     ["pain_score present | value=8", "vas_with_med present | value=5",
      "vas_without_med present | value=9"]),
    ("She rates her pain as a 7 on a scale of 0 to 10.", ["pain_score present | value=7"]),
    ("52 yo F. DOI 5/6/2012. MOI: lifting.",
     ["age present | value=52 | region=None", "sex present | value=female",
      "injury_date present | value=2012-05-06", "mechanism present | value=lifting"]),
    ("MRI L/S 3/4/16: 4 mm L5-S1 HNP w/ L S1 NR impingement.",
     ["prior_imaging_same_region present | region=lumbar",
      "imaging_corroborates_radiculopathy present"]),
    ("PMH: HTN, DM, obesity.", ["comorbidities present | value=dm"]),
]  # fmt: skip

EXAMINATION = [
    ("Straight-leg raising in the sitting position to 60 degrees on the left reproduces leg pain.",
     ["slr_positive present | side=left"]),
    ("Facet loading maneuvers were provocative bilaterally.", ["facet_signs present"]),
    ("FABER, Gaenslen and thigh thrust tests reproduce the patient's pain on the right.",
     ["faber present | side=right", "gaenslen present", "thigh_thrust present"]),
    ("The shoulder exam was positive for apprehension and negative for a drop arm sign.",
     ["apprehension present | region=shoulder", "drop_arm negated"]),
    ("Motor exam was 5/5 in all groups except left EHL 4/5.",
     ["motor_deficit negated | side=None", "motor_deficit present | side=left"]),
    ("Left ankle: anterior drawer is positive; talar tilt is negative.",
     ["ankle_signs present | region=ankle_foot", "ankle_signs negated", "!lachman"]),
    ("Sensation was intact to LT.", ["sensory_deficit negated | side=None"]),
    ("The examiner could not elicit any tenderness and was unable to detect decreased sensation.",
     ["tenderness negated", "!tenderness present"]),
    ("Cervical flexion was 30, extension 20 and right rotation 50.",
     ["rom_deg present | value=30 | region=cervical", "rom_deg present | value=50"]),
    ("Range of motion of the lumbar spine is 50% of normal.",
     ["rom_deg present", "!rom_deg negated", "!pain_relief_percent"]),
    ("Lumbar ROM is reduced by 25%.", ["rom_deg present", "!pain_relief_percent"]),
    ("He ambulates with a cane and has difficulty with heel and toe walking.",
     ["gait present | value=cane | region=None", "!conservative_care_tried"]),
    ("There are well healed arthroscopic portals without signs of infection.",
     ["wound_status present"]),
    ("On examination the left ankle reflex is absent. Pain is 6/10.",
     ["reflex_change present | region=lumbar | side=left"]),
    ("Phalen's, median nerve compression, and Tinel's tests are all positive.",
     ["phalen present", "durkan present", "tinel present"]),
]  # fmt: skip

COMPLAINTS = [
    ("Pain travels from the low back down the left lower extremity to the great toe.",
     ["radicular_pain present | region=lumbar | side=left"]),
    ("Neck pain radiates into the interscapular area and down the right arm.",
     ["radicular_pain present | region=cervical | side=right",
      "pain_location present | region=cervical | side=None"]),
    ("The pain is sharp, going all the way down the right arm.",
     ["radicular_pain present | region=cervical | side=right"]),
    ("The worker presents with neck and bilateral shoulder pain.",
     ["pain_location present | region=cervical | side=None",
      "pain_location present | region=shoulder | side=bilateral"]),
    ("Pain interferes with sleep, housework and social activities.", ["adl_improved negated"]),
    ("He has trouble with household chores.", ["adl_improved negated"]),
    ("The symptoms began six months ago.", ["symptom_duration_months present | value=6"]),
    ("He has had plantar fasciitis of the left foot for 10 months.",
     ["symptom_duration_months present | value=10"]),
    ("No numbness but weakness of the leg.", ["paresthesia negated", "motor_deficit present"]),
    ("The applicant has filed a claim for chronic low back pain.",
     ["pain_location present | region=lumbar | speaker=patient"]),
]  # fmt: skip

CARE = [
    # a sentence of what care did is history, whatever examination stands before it
    ("On examination straight leg raise is positive. Physical therapy and NSAIDs failed.",
     ["conservative_care_failed present | about=physical_therapy | speaker=provider",
      "conservative_care_failed present | about=nsaid"]),
    ("Examination shows spasm. He completed 12 sessions of acupuncture.",
     ["conservative_care_tried present | about=acupuncture | speaker=provider"]),
    ("The L5-S1 epidural steroid injection has been authorized.",
     ["procedure_planned planned | about=esi_initial", "parent_item_supported present",
      "!prior_treatment_exists", "!conservative_care_tried"]),
    ("A cortisone injection of the left shoulder is scheduled.",
     ["invasive_procedure_planned planned", "!prior_treatment_exists"]),
    ("Cortisone injection left subacromial space planned.",
     ["invasive_procedure_planned planned", "!conservative_care_tried",
      "!steroid_injection_tried present"]),
    ("The injection is meant to allow him to progress in active therapy and to avoid surgery.",
     ["esi_goal_documented present", "!conservative_care_tried", "!prior_treatment_exists"]),
    ("MEDICATION REVIEW He takes ibuprofen.", ["!conservative_care_tried | about=medication",
                                              "on_drugs present | value=ibuprofen"]),
    ("X-rays negative. MRI to rule out TFCC tear.", ["!prior_mri present"]),
    ("A repeat MRI was requested because the prior MRI of the knee is old.",
     ["prior_imaging_same_region present | region=knee"]),
    ("Acupuncture reduced her pain and allowed her to decrease ibuprofen.",
     ["medication_reduction present | about=acupuncture"]),
    ("Treatment included physical therapy (no help) and chiropractic (some help).",
     ["conservative_care_failed present | about=physical_therapy",
      "!conservative_care_failed | about=chiropractic_manual"]),
    ("Physical therapy helped but surgery was recommended.",
     ["conservative_care_tried present | about=physical_therapy"]),
    ("She was counseled on the risks of NSAIDs.", ["!conservative_care_tried", "!on_nsaid"]),
    ("The drug screen was positive for hydrocodone.", ["!on_drugs"]),
    ("Gabapentin was discontinued because of sedation.", ["on_drugs present | time=past"]),
    ("He is not taking any medications.", ["on_drugs negated", "!conservative_care_tried present"]),
    ("There was pain with fine finger manipulation.", ["!conservative_care_tried"]),
    ("Epidural scarring was seen.", ["!conservative_care_tried"]),
    ("There was no change in her symptoms.", ["functional_improvement negated"]),
    ("The claimant requested authorization for Voltaren gel.", ["!on_drugs"]),
]  # fmt: skip

TESTS = [
    ("Electrodiagnostic studies were normal.", ["edx_positive_radiculopathy negated"]),
    ("Electrodiagnostic testing demonstrated left S1 nerve root irritation.",
     ["edx_positive_radiculopathy present | levels=S1"]),
    ("An EMG was done in May. It showed a left L5 radiculopathy.",
     ["edx_positive_radiculopathy present | side=left"]),
    ("Nerve conduction studies demonstrated slowing of the median nerve.",
     ["ncs_positive_cts present"]),
    ("An EMG was consistent with chronic left L5 radiculopathy.", ["!chronic_pain"]),
    ("Computerized tomography of the brain showed a fracture.",
     ["prior_imaging_same_region present | region=head"]),
]  # fmt: skip

REVIEW = [
    # what utilization review found lacking is its own argument, marked as such
    ("Utilization review denied the request as there was no documentation of red flags.",
     ["red_flags negated | speaker=utilization_review", "!red_flags present"]),
    ("The UR reviewer stated there was no evidence of failure of first-line medications.",
     ["first_line_failed negated | speaker=utilization_review"]),
    ("The records failed to document a twitch response.", ["!twitch_response"]),
    ("The treatment plan includes an MRI of the knee and physical therapy.",
     ["procedure_planned planned", "!invasive_procedure_planned", "!conservative_care_tried"]),
    ("I am requesting an MRI of the L/S to r/o HNP.",
     ["purpose_of_request planned", "!prior_imaging_same_region"]),
    ("Fluoroscopy alone is not sufficient because scar blocks the contrast, and an epidurogram "
     "is requested for that reason.", ["rationale_documented planned"]),
]  # fmt: skip

WORK = [
    ("He was rear-ended while driving.", ["mechanism present"]),
    ("The injury occurred when a box fell on her foot.", ["mechanism present"]),
    ("While carrying a ladder he felt a pop in his shoulder.", ["mechanism present"]),
    ("Patient is currently working with limitations.", ["work_status present | value=modified duty"]),
    ("Unclear whether he was not working.", ["!conservative_care_failed"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rows"), [*NOTES, *EXAMINATION, *COMPLAINTS, *CARE, *TESTS, *REVIEW, *WORK]
)
def test_reads_the_same_thing_in_many_styles(text, rows):
    check(text, rows)

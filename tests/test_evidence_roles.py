"""Given or only asked for, denied or told, whose relief: tables of wordings by their cause.

A row gives invented words and the facts they state, in the form of ``test_evidence_facts``.
"""

from __future__ import annotations

import pytest

from test_evidence_facts import check

GIVEN = "prior_treatment_exists present"
NOT_GIVEN = "!prior_treatment_exists present"
IMAGED = "!prior_imaging_same_region present"

ASKED_FOR = [
    ("Active therapy is asked for.", [NOT_GIVEN]),
    ("Six sessions of acupuncture are sought.", [NOT_GIVEN, "!prior_sessions_completed present"]),
    ("Manipulation is being requested.", [NOT_GIVEN]),
    ("Of acupuncture, six visits are wanted.", [NOT_GIVEN]),
    ("Acupuncture has been applied for.", [NOT_GIVEN]),
    ("Neurotomy of the left L4-5 facets has been put forward.", [NOT_GIVEN]),
    ("Massage is wished for by the doctor.", [NOT_GIVEN]),
    ("A repeat epidural injection is what is being asked for.", [NOT_GIVEN]),
    ("An epidural injection ought to be performed.", [NOT_GIVEN]),
    ("Acupuncture is desired.", [NOT_GIVEN]),
    ("Chiropractic care was offered.", [NOT_GIVEN]),
    ("Physical therapy was recommended in May but never authorized.", [NOT_GIVEN]),
    ("Acupuncture was declined by the patient.", [NOT_GIVEN]),
    ("Massage therapy was cancelled.", [NOT_GIVEN]),
    ("A caudal epidural steroid injection with fluoroscopy has been recommended.", [NOT_GIVEN]),
    ("An epidural injection at L4-5 with sedation on the left was proposed.", [NOT_GIVEN]),
    ("The doctor asks for one cervical epidural injection.", [NOT_GIVEN]),
    ("The one thing proposed for the neck is an injection with botulinum toxin.", [NOT_GIVEN]),
    ("Her surgeon wishes to obtain an MRI of the knee.", [IMAGED]),
    ("An MRI of the neck is wanted for the arm pain.", [IMAGED]),
    ("The provider wants an MRI of the lumbar spine.", [IMAGED]),
    ("The doctor would like an MRI of the shoulder.", [IMAGED]),
    ("A shoulder MRI is asked for.", [IMAGED]),
    ("The knee is to be operated on.", ["!prior_surgery present"]),
    ("He is to be cleared by psychology first.", ["!psych_clearance present"]),
    # what was given stays given
    ("He had an epidural injection at L4-5 and is scheduled for another.", [GIVEN]),
    ("She underwent six sessions of acupuncture, and six more are wanted.", [GIVEN]),
    ("Acupuncture with good relief was had in May.", [GIVEN]),
    ("She sought chiropractic care on her own, which helped.", [GIVEN]),
    ("Physical therapy, which was approved in May, gave relief.", [GIVEN]),
]  # fmt: skip

NEVER_GIVEN = [
    ("Acupuncture, of which none was had earlier.", [NOT_GIVEN, "prior_treatment_exists negated"]),
    ("Therapy, none of which has been given.", [NOT_GIVEN, "prior_treatment_exists negated"]),
    ("No therapy has been had up to now.", [NOT_GIVEN, "prior_treatment_exists negated"]),
    ("No psychotherapy to date.", [NOT_GIVEN, "prior_treatment_exists negated"]),
    ("Manual therapy has not been tried before.", [NOT_GIVEN, "prior_treatment_exists negated"]),
    ("She has never had acupuncture.", [NOT_GIVEN, "prior_treatment_exists negated"]),
    ("No prior chiro.", [NOT_GIVEN, "prior_treatment_exists negated"]),
    ("She is yet to begin physical therapy.", [NOT_GIVEN]),
]  # fmt: skip

NO_PLAN = [
    ("No surgery is planned.", ["!surgery_considered planned", "!procedure_planned planned",
                                "!invasive_procedure_planned planned", "surgery_considered negated"]),
    ("Surgery is not being considered.", ["!surgery_considered planned"]),
    ("There are no plans for injections.", ["!invasive_procedure_planned planned"]),
    ("Fusion is planned.", ["surgery_considered planned"]),
]  # fmt: skip

DENIED = [
    ("DTR 2+ =, Spurling -.", ["spurling_positive negated", "!spurling_positive present"]),
    ("C/S: ROM dec, Spurling -.", ["spurling_positive negated", "!spurling_positive present"]),
    ("Lachman -, drop arm -. Neer -.",
     ["lachman negated", "drop_arm negated", "impingement_sign negated"]),
    ("Hawkins +, Neer +, drop arm -.", ["impingement_sign present", "drop_arm negated"]),
    ("SLR - R, + L at 40.", ["slr_positive negated | side=right", "slr_positive present | side=left"]),
    ("He has no history of ulcer.", ["gi_ulcer_bleed negated", "!gi_ulcer_bleed present"]),
    ("She has no history of clots.", ["clot_risk negated", "!clot_risk present"]),
    ("She has a history of clots.", ["clot_risk present"]),
    ("Denies aberrant drug taking behavior, single provider, pain agreement on file.",
     ["aberrant_behavior negated", "single_prescriber present", "opioid_agreement present",
      "!single_prescriber negated", "!opioid_agreement negated"]),
    ("No single prescriber is named.", ["!single_prescriber present"]),
    ("Oxycodone, none having been used for more than a year.", ["!long_term_use present"]),
    ("She was told of no more operation being thought of and the psychologist having cleared her.",
     ["!psych_clearance negated"]),
    ("No fever, chills or bladder dysfunction, but numbness in the leg.",
     ["fever_weight_loss_cancer negated", "bowel_bladder negated", "paresthesia present"]),
    ("He tried to return to his job twice and failed.", ["!work_restrictions_reduced present"]),
    ("The injection did not provide 50% relief.", ["!pain_relief_percent present"]),
    ("50% or greater relief is expected.", ["!pain_relief_percent present"]),
    ("The aim is to reach at least 50% relief.", ["!pain_relief_percent present"]),
    ("She had less than 50% relief from the epidural injection.", ["!pain_relief_percent present"]),
    ("The injection gave 60% relief.", ["pain_relief_percent present | value=60"]),
    ("She is able to stand for ten minutes only.", ["!adl_improved present"]),
    ("He can only walk 10 minutes.", ["!adl_improved present"]),
    ("Owing to tramadol she is said to be able to do her own shopping.", ["adl_improved present"]),
    ("Her father had diabetes and her mother breast cancer.",
     ["!comorbidities present", "!fever_weight_loss_cancer present"]),
    ("Family history: diabetes, stroke. PMH: asthma.",
     ["!comorbidities present | value=diabetes", "!comorbidities present | value=stroke"]),
    ("DOI 8/1/16 - knee gave way stepping off a dock.", ["!mechanical_symptoms present"]),
    ("The knee gives way on stairs.", ["mechanical_symptoms present"]),
    ("DOS 10/11/2016 Visit: 10/24/2016", ["!prior_sessions_completed present"]),
    ("No family history of stroke; her sister has diabetes.", ["!comorbidities present"]),
    ("He has not been helped enough by four months of therapy and ibuprofen.",
     ["!conservative_care_tried negated", "!on_drugs negated"]),
]  # fmt: skip

DRUGS = [
    ("Plan: refill naproxen.", ["on_drugs present | value=naproxen"]),
    ("P: Refill Norco #120.", ["on_drugs present | value=hydrocodone/acetaminophen"]),
    ("Plan: start gabapentin 300 mg.", ["!on_drugs present"]),
    ("The provider asks for a topical compound of capsaicin and menthol.", ["!on_drugs present"]),
    ("Rx compounded capsaicin cream.", ["!on_drugs present"]),
    ("The provider prescribed methocarbamol and requests authorization for it.",
     ["!on_drugs present"]),
    ("Methocarbamol was dispensed.", ["!on_drugs present | time=current"]),
]  # fmt: skip

BOUND = [
    ("S/p 1st L5-S1 ESI w/ 80% relief x 10 weeks. Was able to stop tramadol during that time and "
     "returned to modified duty.",
     ["work_restrictions_reduced present | about=esi_initial",
      "medication_reduction present | about=esi_initial"]),
    ("s/p bilateral C4-5 RFA 8/2015 w/ 75% relief x 9 months.",
     ["pain_relief_percent present | value=75 | about=radiofrequency_ablation", GIVEN]),
    ("RFA dated 3/3/16: cervical RFA x 1.", [NOT_GIVEN]),
    ("A repeat of trigger point injections is asked for. Earlier injections, given in October "
     "2016, cut the pain by 60%.",
     ["pain_relief_percent present | value=60 | about=trigger_point_injection"]),
    ("Four sessions of massage, given along with his home exercises, let him reach overhead again.",
     ["!adl_improved present | about=physical_therapy"]),
    ("Six visits of acupuncture as an adjunct to physical therapy gave 40% relief.",
     ["pain_relief_percent present | about=acupuncture",
      "!pain_relief_percent present | about=physical_therapy"]),
    ("Symptoms persist despite medication and physical therapy, and manual therapy is considered "
     "to restore motion.",
     ["conservative_care_failed present | about=physical_therapy",
      "!conservative_care_failed present | about=chiropractic_manual"]),
    ("A second steroid injection of the knee is asked for. The earlier one eased the pain by 60%.",
     ["pain_relief_percent present | value=60 | about=joint_corticosteroid_injection"]),
    ("After more than a year of therapy and epidural injections he still suffers from leg pain.",
     ["conservative_care_failed present"]),
    ("Ten weeks of physiotherapy for the knee did not bring back motion.",
     ["!conservative_care_failed present | region=lumbar"]),
    ("PT x 3 so far, improving.",
     ["treatment_benefit present | about=physical_therapy", "therapy_ongoing present"]),
    ("Complaints include severe left leg pain 9/10 with numbness of the lateral foot. Treatment "
     "has included physical therapy, NSAIDs, two epidural steroid injections with only temporary "
     "relief.",
     ["conservative_care_tried present | about=physical_therapy",
      "!conservative_care_tried present | region=ankle_foot"]),
    ("Left foot pain for two years. Treatment has included physical therapy and NSAIDs.",
     ["conservative_care_tried present | about=physical_therapy | region=ankle_foot"]),
    ("Patient reports no benefit from the TENS unit.",
     ["conservative_care_failed present | about=tens", GIVEN]),
    ("Neither physical therapy nor chiropractic helped.",
     ["conservative_care_failed present | about=physical_therapy",
      "conservative_care_failed present | about=chiropractic_manual", GIVEN]),
    ("A third cervical epidural was proposed. The first, in 2015, helped for four months.",
     [GIVEN, "relief_duration_weeks present | about=esi_cervical"]),
    ("She would like to avoid an injection.", [NOT_GIVEN]),
    ("His daughter, who has lupus, does the cooking.", ["!comorbidities present"]),
    ("Pt f/u for chronic neck pain.", ["!conservative_care_tried present"]),
]  # fmt: skip


OTHER = [
    ("On 3/14/2016 he was seen. He has taken gabapentin since March 2014.",
     ["drug_duration_weeks present | value=106.3 | about=gabapentin"]),
    ("Gabapentin since March 2014.", ["!drug_duration_weeks present"]),
    ("Seen 2/1/16. Neck pain since 5/1/15; takes naproxen.", ["!drug_duration_weeks present"]),
    ("Blood pressure was 168/100.", ["uncontrolled_hypertension present"]),
    ("BP 152/104.", ["uncontrolled_hypertension present"]),
    ("BP 138/86, pulse 72.", ["!uncontrolled_hypertension present"]),
    ("There was a positive Cozen's, Tinel's and Phalen's test.",
     ["tinel present", "phalen present"]),
    ("It is unknown how many sessions of acupuncture he has had.", [NOT_GIVEN]),
    ("No treatment was given for the flare-up of the neck.", ["!acute_flare negated"]),
    ("Start PT 2x6. MRI L-spine if no better in 6 weeks. Consider ESI if MRI shows compression.",
     [NOT_GIVEN, "!prior_mri present", IMAGED]),
    ("Denies numbness, weakness, saddle anesthesia, incontinence.",
     ["motor_deficit negated", "saddle_anesthesia negated"]),
    ("No clonus, no Hoffmann's, no Babinski.", ["hoffmann negated"]),
    ("The ablation was recommended but utilization review denied it. An epidural injection had "
     "given 20% relief.", ["pain_relief_percent present | value=20 | about=esi_initial"]),
]  # fmt: skip

UNCHANGED = [
    ("There is no improvement in activities of daily living with Norco.",
     ["adl_improved negated | about=hydrocodone/acetaminophen", "!adl_improved present"]),
    ("ADLs remain unchanged after acupuncture.", ["adl_improved negated | about=acupuncture"]),
    ("ADLs are improved with Norco.", ["adl_improved present", "!adl_improved negated"]),
    ("Work restrictions remain unchanged despite physical therapy.",
     ["work_restrictions_reduced negated | about=physical_therapy"]),
    ("Work restrictions have not been reduced.", ["work_restrictions_reduced negated"]),
    ("Work restrictions were reduced after therapy.",
     ["work_restrictions_reduced present", "!work_restrictions_reduced negated"]),
    ("Medication use has not decreased with acupuncture.",
     ["medication_reduction negated | about=acupuncture", "!medication_reduction present"]),
    ("Medication use decreased by half after acupuncture.",
     ["medication_reduction present | about=acupuncture", "!medication_reduction negated"]),
    ("There was no reduction in the use of opioids with the TENS unit.",
     ["medication_reduction negated | about=tens", "!medication_reduction present"]),
    ("First-line medications have not yet been tried.",
     ["first_line_failed negated", "!first_line_failed present"]),
    ("There was no trial of antidepressants.", ["first_line_failed negated"]),
    ("Gabapentin and duloxetine were tried and failed.", ["first_line_failed present"]),
    ("Trials of first-line agents including gabapentin were not effective.",
     ["first_line_failed present", "!first_line_failed negated"]),
    ("Gabapentin was not found unhelpful.", ["!first_line_failed present"]),
    ("There is no report of an acute flare-up.", ["acute_flare negated", "!acute_flare present"]),
    ("The rationale given is that radiographs will help to guide further care.",
     ["rationale_documented present"]),
    ("The physician notes that the brace is needed because the knee gives way.",
     ["rationale_documented present"]),
    ("She tolerates oral medications well.",
     ["medication_not_tolerated negated", "!medication_not_tolerated present"]),
    ("NSAIDs were not tolerated.", ["!medication_not_tolerated negated"]),
    ("He is progressing well in therapy.", ["therapy_progress_failed negated"]),
    ("He is not progressing well in therapy.", ["!therapy_progress_failed negated"]),
    ("No progress was made in physical therapy.", ["therapy_progress_failed present"]),
    ("She is improving with conservative treatment.", ["conservative_care_failed negated"]),
    ("She is not improving with conservative treatment.", ["!conservative_care_failed negated"]),
    ("There are no comorbid conditions.", ["comorbidities negated", "!comorbidities present"]),
    ("There is no suspicion of fracture.",
     ["suspected_fracture negated", "!suspected_fracture hedged", "!suspected_fracture present"]),
    ("There is suspicion of a fracture.", ["!suspected_fracture negated"]),
    ("Examination shows a stable left knee.",
     ["instability negated | region=knee | side=left", "!instability present"]),
    ("Examination shows the joint not stable.", ["!instability negated"]),
    ("On exam there is a gait that is antalgic to the left.", ["gait present | value=antalgic"]),
    ("Grip strength of 14 kg on the left against 32 kg on the right.", ["grip_weakness present"]),
    ("Grip strength of 30 kg on the left against 32 kg on the right.", ["!grip_weakness present"]),
    ("He is not taking an NSAID.", ["on_nsaid negated", "!on_nsaid present"]),
    ("An MRI of the lumbar spine showed no significant canal or foraminal stenosis.",
     ["imaging_corroborates_radiculopathy negated"]),
    ("Symptoms are present on both sides.", ["bilateral_symptoms present"]),
    ("The weakness is progressing.", ["progressive_deficit present"]),
    ("She is independent in self care.", ["needs_adl_help negated", "!needs_adl_help present"]),
    ("There has been a marked worsening since the previous MRI.", ["symptoms_changed present"]),
    ("He is presently in active physical therapy.", ["therapy_ongoing present"]),
    ("Pain decreases from 9/10 to 5/10 with medication.",
     ["vas_without_med present | value=9", "vas_with_med present | value=5"]),
    ("Zolpidem was started two weeks ago.",
     ["drug_duration_weeks present | value=2 | about=zolpidem"]),
    ("The procedure will be done under fluoroscopic guidance.",
     ["fluoroscopic_guidance present"]),
    ("The patient is a 58 year old female injured at work on 05/24/2010.",
     ["injury_date present | value=2010-05-24"]),
    ("The injured worker was seen on 05/24/2010.", ["!injury_date present"]),
    ("A review of the medical records indicates treatment for lumbago.",
     ["diagnoses present | value=lumbago"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rows"),
    ASKED_FOR + NEVER_GIVEN + NO_PLAN + DENIED + DRUGS + BOUND + OTHER + UNCHANGED,
)
def test_role_of_what_is_told(text, rows):
    check(text, rows)

"""Invented determinations with invented labels, to be replayed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from openimr.letters import write
from openimr.model import Determination, DeterminedItem, Reviewer

KNEE = (
    "The injured worker is a 41 year old male who twisted the right knee. Physical therapy for 8 weeks and "
    "ibuprofen failed to help. Examination of the right knee shows a positive McMurray test, an effusion and "
    "medial joint line tenderness. Radiographs of the right knee were normal. The request for MRI of the right "
    "knee was non-certified by utilization review."
)
QUIET_KNEE = (
    "The injured worker is a 52 year old female who fell on the left knee. She has pain in the left knee rated 3/10. "
    "Examination of the left knee shows full range of motion, no effusion, no joint line tenderness and a negative "
    "McMurray test."
)
HARDER = [
    "mri_knee.C1.condition=dispense_qty > 900 and documented(dispense_qty)",
    "mri_knee.C2.condition=dispense_qty > 900 and documented(dispense_qty)",
]
"""Settings under which no study of a knee is supported."""


def _determination(number: str, summary: str, *items: DeterminedItem) -> Determination:
    return Determination(
        format="F16",
        case_number=number,
        date_assigned=date(2016, 12, 7),
        date_of_injury=date(2016, 8, 14),
        decision_date=date(2017, 1, 10),
        ur_denial_date=date(2016, 11, 29),
        application_received=date(2016, 12, 1),
        priority="Standard",
        reviewer=Reviewer(
            licensure=("California",),
            certification=("Orthopedic Surgery",),
            wording="physician reviewer",
        ),
        summary=summary,
        items=items,
    )


def _mri(side: str, decision: str, rationale: str) -> DeterminedItem:
    return DeterminedItem(
        request=f"MRI of the {side} knee without contrast",
        decision=decision,  # type: ignore[arg-type]
        ur_guideline="Decision based on MTUS Knee Complaints 2004.",
        imr_guideline="Decision based on MTUS Knee Complaints 2004, Section(s): Special Studies.",
        rationale=rationale,
    )


DETERMINATIONS = (
    _determination(
        "CM16-9000001",
        KNEE,
        _mri("right", "Overturned", "The mechanical signs support the study."),
        DeterminedItem(
            request="Transportation to all medical appointments",
            decision="Upheld",
            ur_guideline="Decision based on Non-MTUS Citation ODG.",
            imr_guideline="The Expert Reviewer did not cite any medical evidence for its decision.",
            rationale="No condition prevents driving.",
        ),
    ),
    _determination(
        "CM16-9000002",
        QUIET_KNEE,
        _mri("left", "Upheld", "There are no signs of internal derangement."),
    ),
    # The physician decided against the record: a disagreement.
    _determination(
        "CM16-9000003",
        QUIET_KNEE,
        _mri("left", "Overturned", "Pain <persists> & imaging & surgery are discussed."),
    ),
)


def _label(treatment: str, decisive: list[tuple[str, str]], **more: Any) -> dict[str, Any]:
    return {
        "treatment": treatment,
        "drug": None,
        "region": None,
        "side": None,
        "phase": "initial",
        "quantity": None,
        "unit": None,
        "parent": None,
        "decisive": [{"criterion": c, "says": "words", "status": s} for c, s in decisive],
        "decidable": "yes",
        **more,
    }


def _fact(text: str, fact: str, words: str, polarity: str = "present") -> dict[str, Any]:
    # Labels count from the start of the section, whose opening sentence is no part of the summary.
    start = 131 + text.index(words)
    return {
        "fact": fact,
        "value": "true",
        "polarity": polarity,
        "about": "knee",
        "start": start,
        "end": start + len(words),
        "quote": words,
    }


LABELS = (
    {
        "case_number": "CM16-9000001",
        "items": [
            _label("mri_knee", [("mri_knee.C2", "met")], region="knee", side="right"),
            _label("transportation", [("transportation.C1", "not_documented")]),
        ],
        "facts": [
            _fact(KNEE, "mcmurray", "positive McMurray"),
            _fact(KNEE, "effusion", "effusion"),
        ],
    },
    {
        "case_number": "CM16-9000002",
        "items": [_label("mri_knee", [("mri_knee.C2", "not_met")], region="knee", side="left")],
        "facts": [_fact(QUIET_KNEE, "effusion", "no effusion", "negated")],
    },
)


def write_letters(folder: Path) -> Path:
    """Write the determinations as letters into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in DETERMINATIONS:
        (folder / f"{one.case_number}.txt").write_bytes(write(one, "text"))
    return folder


def write_labels(file: Path) -> Path:
    """Write the labels as JSON Lines."""
    file.write_text("".join(json.dumps(label) + "\n" for label in LABELS), "utf-8")
    return file

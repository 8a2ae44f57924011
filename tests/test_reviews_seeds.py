"""The eleven items of the five seed determinations, and an invented twin of each.

The twin's record is told twice: without the decisive fact (Upheld, for the criteria named) and
with it (Overturned).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import openimr
from openimr.model import Case, DisputedItem, Document, ItemReview
from shared import DETERMINATIONS, needs_shared

TWINS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data/seed_twins.yaml").read_text("utf-8")
)
SEEDS = [
    ("000", 0, "trigger_point_injection", {"trigger_point_injection.C12"}),
    ("000", 1, "epidurogram", {"epidurogram.C1", "epidurogram.C2"}),
    ("001", 0, "esi_repeat", {"esi_repeat.C11", "esi_repeat.C12", "esi_repeat.C13"}),
    (
        "002",
        0,
        "trigger_point_injection",
        {"trigger_point_injection.C1", "trigger_point_injection.C2"},
    ),
    # The summary of seed 003 does not mention the prior acupuncture that its rationale turns on.
    ("003", 0, "acupuncture", set()),
    ("003", 1, "esi_caudal_transforaminal", {"esi_caudal_transforaminal.C1"}),
    ("004", 0, "pain_management_consult", {"pain_management_consult.C1"}),
    ("004", 1, "transportation", {"transportation.C1"}),
    ("004", 2, "xray_lumbar", {"xray_lumbar.C1", "xray_lumbar.C3"}),
    (
        "004",
        3,
        "opioid_ongoing",
        {f"opioid_ongoing.C{number}" for number in (1, 2, 3, 4)},
    ),
    ("004", 4, "oral_corticosteroid", {"oral_corticosteroid.C2", "oral_corticosteroid.C4"}),
]


@needs_shared
@pytest.mark.parametrize(("seed", "item", "treatment", "decisive"), SEEDS)
def test_seed(seed: str, item: int, treatment: str, decisive: set[str]) -> None:
    (path,) = (DETERMINATIONS / "seeds").glob(f"{seed}_*.txt")
    reviewed = openimr.review(openimr.load_case(path)).items[item]
    assert reviewed.treatment == treatment
    assert reviewed.proposed_decision == "Upheld"
    assert decisive <= set(reviewed.decisive)


def reviewed(twin: dict[str, Any], which: str) -> ItemReview:
    request = (
        twin.get("present_request", twin["request"]) if which == "present" else twin["request"]
    )
    case = Case(
        decision_date=twin["decided"],
        items=(DisputedItem(request=request),),
        documents=(Document(name="summary", kind="clinical_summary", text=twin[which]),),
    )
    return openimr.review(case).items[0]


@pytest.mark.parametrize("twin", TWINS, ids=[twin["item"] for twin in TWINS])
def test_twin_without_the_decisive_fact_is_upheld_for_it(twin: dict[str, Any]) -> None:
    item = reviewed(twin, "absent")
    assert item.proposed_decision == "Upheld"
    assert set(twin["decisive"]) <= set(item.decisive)
    assert item.would_change or item.dependent_on is not None


@pytest.mark.parametrize("twin", TWINS, ids=[twin["item"] for twin in TWINS])
def test_twin_with_the_decisive_fact_is_overturned(twin: dict[str, Any]) -> None:
    item = reviewed(twin, "present")
    assert item.proposed_decision == "Overturned", item.rationale
    assert item.hangs_on or len(item.decisive) > 1


@pytest.mark.parametrize("twin", TWINS, ids=[twin["item"] for twin in TWINS])
@pytest.mark.parametrize("which", ["absent", "present"])
def test_every_piece_of_evidence_stands_in_the_record(twin: dict[str, Any], which: str) -> None:
    text = twin[which]
    for finding in reviewed(twin, which).findings:
        for evidence in finding.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
        if finding.status == "not_documented":
            assert finding.searched is not None
            assert finding.searched.documents == ("summary",)

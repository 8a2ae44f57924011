"""An invented case with its review, for tests: five items, three records, hundreds of facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from invented import evidence, last, records
from openimr.model import (
    Attestation,
    AttestedDecision,
    AttestingReviewer,
    Case,
    Change,
    Citation,
    DisputedItem,
    Engine,
    Evidence,
    Finding,
    ItemReview,
    Licence,
    Review,
    Search,
    SearchStep,
)


def item_review(request: str, **more: Any) -> ItemReview:
    """Return an item about which nothing is known but what `more` says."""
    known: dict[str, Any] = {
        "treatment": "other:" + request.lower().replace(" ", "_"),
        "drug": None,
        "region": None,
        "side": None,
        "phase": None,
        "quantity": None,
        "unit": None,
        "parent": None,
        "guidelines": (),
        "search_sequence": (),
        "findings": (),
        "proposed_decision": None,
        "confidence": None,
        "decisive": (),
        "rationale": "",
        "dependent_on": None,
    }
    return ItemReview(request=request, **(known | more))


def case_and_review() -> tuple[Case, Review]:
    """Return the case and its draft review."""
    written = records()
    facts = tuple(fact for record in written for fact in record.facts)

    def found(*names: str) -> tuple[Evidence, ...]:
        return tuple(evidence(last(facts, name)) for name in names)

    # A second finding that rests on a longer stretch over the first one's words.
    progress = written[1].document()
    exam = last(facts, "mcmurray")
    start = last(facts, "mechanical_symptoms").start
    overlapping = Evidence(
        document=progress.name,
        start=start,
        end=exam.end,
        quote=(progress.text or "")[start : exam.end],
        fact="knee_exam_with_symptoms",
        value=True,
        polarity="present",
        page=exam.page,
    )
    names = tuple(record.name for record in written)
    knee = Citation(
        body="MTUS", chapter="Knee Complaints", year=2004, section="Surgical", pages=(344, 345)
    )
    pain = Citation(
        body="MTUS", chapter="Chronic Pain", year=2016, section="Opioids, criteria for use"
    )
    odg = Citation(
        body="ODG", chapter="Knee & Leg", year=2016, section="Platelet-rich plasma (PRP)"
    )
    mtus = (SearchStep(step="MTUS", result="applies"),)
    items = (
        item_review(
            "Right knee arthroscopy with partial medial meniscectomy",
            treatment="knee_arthroscopy",
            region="knee",
            side="right",
            phase="initial",
            guidelines=(knee,),
            search_sequence=mtus,
            findings=(
                Finding(
                    criterion="knee_arthroscopy.C1",
                    kind="requirement",
                    says="Symptoms other than pain, such as locking, catching or giving way",
                    status="met",
                    evidence=(*found("mechanical_symptoms"), overlapping),
                    source="MTUS Knee Complaints 2004, page 344",
                    certainty="S",
                    effect="supports",
                ),
                Finding(
                    criterion="knee_arthroscopy.C2",
                    kind="requirement",
                    says="Signs of a tear on examination",
                    status="met",
                    evidence=found("mcmurray"),
                    effect="supports",
                ),
                Finding(
                    criterion="knee_arthroscopy.C3",
                    kind="requirement",
                    says="Consistent findings on MRI",
                    status="met",
                    evidence=found("mri_meniscal_tear"),
                    effect="supports",
                ),
                Finding(
                    criterion="knee_arthroscopy.C4",
                    kind="contraindication",
                    says="Fracture or infection of the joint",
                    status="not_met",
                    evidence=found("fracture"),
                ),
                Finding(
                    criterion="knee_arthroscopy.C5",
                    kind="permit",
                    says="Locked knee: surgery without a course of therapy",
                    status="not_documented",
                    searched=Search(
                        facts=("locked_knee",),
                        terms=("locked knee", "unable to extend", "extension block"),
                        documents=names,
                    ),
                ),
            ),
            proposed_decision="Overturned",
            confidence=0.81,
            decisive=("knee_arthroscopy.C1", "knee_arthroscopy.C3"),
            rationale="The record shows mechanical symptoms, a positive McMurray's test and a "
            "complex tear on MRI.\n\nThe criteria of the guideline are met.",
            hangs_on=("knee_arthroscopy.C3",),
            notes=(
                "Progress reports call a tear suspected after the MRI had shown it; "
                "the imaging report was followed.",
            ),
        ),
        item_review(
            "Postoperative physical therapy, 12 visits, right knee",
            treatment="pt_knee_postop",
            region="knee",
            side="right",
            phase="postop",
            quantity=12,
            unit="visits",
            parent=0,
            guidelines=(
                Citation(
                    body="MTUS",
                    chapter="Postsurgical Treatment Guidelines",
                    year=2009,
                    pages=(24, 25),
                ),
            ),
            search_sequence=mtus,
            findings=(
                Finding(
                    criterion="pt_knee_postop.C1",
                    kind="limit",
                    says="No more than half of the 12 postsurgical visits at first",
                    status="not_met",
                    evidence=found("pt_visits"),
                    effect="defeats",
                    source="MTUS Postsurgical 2009, page 24",
                    certainty="GK-M",
                ),
                Finding(
                    criterion="pt_knee_postop.C2",
                    kind="documentation",
                    says="A written exception with functional goals",
                    status="not_documented",
                    searched=Search(
                        facts=("functional_goals", "visit_exception"),
                        terms=("functional goal", "exception", "complication"),
                        documents=names,
                    ),
                    effect="gap",
                ),
            ),
            proposed_decision="Upheld",
            confidence=0.92,
            decisive=("pt_knee_postop.C1",),
            rationale="Six visits were authorized. The remaining six exceed the first course.",
            would_change=(
                Change(
                    criteria=("pt_knee_postop.C2",),
                    says=("A written exception with functional goals",),
                ),
            ),
        ),
        item_review(
            "Cold therapy unit, 7-day rental",
            treatment="cold_therapy",
            region="knee",
            side="right",
            phase="postop",
            quantity=7,
            unit="days",
            parent=0,
            search_sequence=(
                SearchStep(step="MTUS", result="does_not_address"),
                SearchStep(step="ODG", result="applies"),
            ),
            guidelines=(
                Citation(
                    body="ODG",
                    chapter="Knee & Leg",
                    year=2016,
                    section="Continuous-flow cryotherapy",
                ),
            ),
            findings=(
                Finding(
                    criterion="cold_therapy.C1",
                    kind="requirement",
                    says="The surgery that it follows is itself necessary",
                    status="met",
                    effect="supports",
                    trace="item 1 is proposed as Overturned",
                ),
                Finding(
                    criterion="cold_therapy.C2",
                    kind="limit",
                    says="At most 7 days",
                    status="met",
                    effect="supports",
                ),
            ),
            proposed_decision="Overturned",
            confidence=0.7,
            decisive=("cold_therapy.C1",),
            rationale="The unit stands or falls with the surgery.",
            dependent_on=0,
            hangs_on=("cold_therapy.C1",),
        ),
        item_review(
            "Tramadol ER 150 mg #60",
            treatment="opioid_ongoing",
            drug="tramadol",
            phase="ongoing",
            quantity=60,
            unit="tablets",
            guidelines=(pain,),
            search_sequence=mtus,
            findings=(
                Finding(
                    criterion="opioid_ongoing.C1",
                    kind="requirement",
                    says="Improved pain and function",
                    status="not_met",
                    evidence=found("function_improved", "pain_score"),
                    effect="defeats",
                ),
                Finding(
                    criterion="opioid_ongoing.C2",
                    kind="documentation",
                    says="Monitoring for aberrant use, such as a urine drug test",
                    status="not_documented",
                    searched=Search(
                        facts=("urine_drug_test", "opioid_agreement", "cures_report"),
                        terms=("urine drug", "UDS", "CURES", "pain agreement"),
                        documents=names,
                    ),
                    effect="gap",
                ),
                Finding(
                    criterion="opioid_ongoing.C3",
                    kind="contraindication",
                    says="Continued without any gain in function",
                    status="met",
                    evidence=found("function_improved"),
                    effect="defeats",
                ),
                Finding(
                    criterion="opioid_ongoing.C4",
                    kind="alternative",
                    says="Return to work",
                    status="not_documented",
                    group="A",
                    searched=Search(
                        facts=("work_status",), terms=("return to work",), documents=names
                    ),
                ),
            ),
            proposed_decision="Upheld",
            confidence=0.995,
            decisive=("opioid_ongoing.C1", "opioid_ongoing.C3"),
            rationale="No gain in function is recorded and use was not monitored.",
            would_change=(
                Change(
                    criteria=("opioid_ongoing.C1", "opioid_ongoing.C2"),
                    says=("Improved pain and function", "Monitoring for aberrant use"),
                ),
                Change(
                    criteria=("opioid_ongoing.C4", "opioid_ongoing.C2"),
                    says=("Return to work", "Monitoring for aberrant use"),
                ),
            ),
            notes=("Pain scores run from 4 to 8 in the same year.",),
        ),
        item_review(
            "Platelet-rich plasma injection, right knee",
            treatment="other:platelet_rich_plasma",
            region="knee",
            side="right",
            phase="initial",
            quantity=1,
            unit="injections",
            guidelines=(odg,),
            search_sequence=(
                SearchStep(step="MTUS", result="does_not_address"),
                SearchStep(step="ACOEM", result="does_not_address"),
                SearchStep(step="ODG", result="applies"),
            ),
        ),
    )
    disputed = tuple(
        DisputedItem(
            request=item.request,
            ur_guideline="Decision based on MTUS Knee Complaints 2004.",
            **(
                {
                    "original": "12 visits of postoperative physical therapy",
                    "authorized": "6 visits",
                    "remainder": "6 visits",
                }
                if index == 1
                else {}
            ),
        )
        for index, item in enumerate(items)
    )
    case = Case(
        items=disputed,
        case_number="CM17-9000001",
        date_of_injury=date(2014, 10, 23),
        ur_denial_date=date(2016, 11, 29),
        application_received=date(2016, 12, 1),
        date_assigned=date(2016, 12, 7),
        decision_date=date(2017, 1, 5),
        priority="Standard",
        documents=tuple(record.document() for record in written),
    )
    review = Review(
        case_number="CM17-9000001",
        items=items,
        facts=facts,
        engine=Engine(version="1.0", library="2026.11"),
    )
    return case, review


def attested(review: Review) -> Review:
    """Return `review` with an invented physician's attestation, who decides two items herself."""
    return msgspec.structs.replace(
        review,
        draft=False,
        attestation=Attestation(
            reviewer=AttestingReviewer(
                name="Ada Invented, MD",
                licences=(Licence(state="CA", number="A000001"), Licence(state="NV", number="9")),
                certification=("Orthopaedic Surgery",),
            ),
            statement="The decisions are my own.",
            date=date(2017, 1, 5),
            decisions=(
                AttestedDecision(item=3, decision="Overturned", rationale="Taper is under way."),
                AttestedDecision(item=4, decision="Upheld"),
            ),
        ),
    )

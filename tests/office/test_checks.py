"""Live checks: what a reviewer writes held against findings, file and law, as a table."""

from __future__ import annotations

from datetime import date

import pytest

from openimr import review
from openimr.citations import cite
from openimr.model import Case, DisputedItem, Document
from openimr.office.checks import INCOMPLETE, check_case, check_item
from openimr.office.written import File, Written
from openimr.reviews.bearing import index_facts

DAY = date(2016, 5, 2)
NOTE = (
    "The worker is a 44-year-old male with low back pain rated 7/10. He completed 12 sessions of "
    "physical therapy without benefit. A home exercise program is in place. "
    "On examination straight leg raise is positive on the right. "
    "There is decreased sensation in the right L5 dermatome. "
    "Electrodiagnostic studies were not done."
)
REVIEW = review(
    Case(
        items=(DisputedItem(request="Lumbar epidural steroid injection at L5-S1"),),
        documents=(Document(name="1", kind="progress_report", text=NOTE),),
        ur_denial_date=DAY,
    )
)
DRAFT = REVIEW.items[0]
FILE = File(
    day=DAY,
    facts=index_facts(REVIEW.facts),
    names=(("Rita Roebuck (invented)", "reviewer"), ("Alma Ashby", "employee")),
    kinds=frozenset({"progress_report", "utilization_review"}),
)
GUIDELINE = cite(DRAFT.guidelines, "house")
GOOD = "The record shows an active lumbar radiculopathy and a course of therapy."


def codes(found) -> set[str]:
    return {check.code for check in found}


def checked(rationale=GOOD, guideline=GUIDELINE, decision="Overturned", **others) -> set[str]:
    return codes(check_item(Written(1, decision, guideline, rationale, DRAFT, **others), FILE))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"decision": ""}, "no_decision"),
        ({"rationale": "  "}, "no_rationale"),
        ({"guideline": ""}, "no_guideline"),
    ],
)
def test_what_is_missing_is_told(fields, code) -> None:
    assert code in checked(**fields)


@pytest.mark.parametrize(
    ("rationale", "code"),
    [
        ("There is no documentation of a home exercise program.", "file_holds_evidence"),
        ("The records do not show a home exercise program.", "file_holds_evidence"),
        ("The worker has not had physical therapy.", "file_holds_evidence"),
        ("Straight leg raise is negative on the right.", "file_holds_evidence"),
        ("Straight leg raise is positive on the right.", None),
        ("A home exercise program is in place.", None),
        ("There is no documentation of an MRI of the lumbar spine.", None),
        ("The guideline requires a home exercise program to be documented.", None),
        ("The record reads “no home exercise program”.", None),
    ],
)
def test_the_rationale_is_held_against_the_record(rationale, code) -> None:
    found = checked(rationale) & {"file_holds_evidence", "file_says_otherwise"}

    assert found == ({code} if code else set())


def test_a_check_shows_the_words_of_the_file() -> None:
    written = Written(1, "Upheld", GUIDELINE, "There is no record of home exercise.", DRAFT)
    found = [c for c in check_item(written, FILE) if c.code == "file_holds_evidence"]

    assert "home exercise" in found[0].evidence[0].quote.lower()
    assert found[0].quote == "There is no record of home exercise."


@pytest.mark.parametrize("status", ["met", "not_met", "not_documented"])
def test_what_is_said_of_a_criterion_is_held_against_its_finding(status) -> None:
    words = {"met": "met", "not_met": "not met", "not_documented": "not documented"}
    for finding in DRAFT.findings:
        if finding.kind == "contraindication" or finding.effect == "not_asked":
            continue
        text = f"The guideline asks for the following: {finding.says} This is {words[status]}."
        agrees = (status == "met") == (finding.status == "met")

        assert ("contradicts_finding" in checked(text)) is not agrees, finding.says


def test_the_own_verdict_goes_before_the_finding() -> None:
    finding = next(f for f in DRAFT.findings if f.kind == "requirement" and f.status == "met")
    text = f"The guideline asks for the following: {finding.says} This is met."

    assert "contradicts_verdict" in checked(text, verdicts={finding.criterion: "not_met"})


@pytest.mark.parametrize(
    ("guideline", "code"),
    [
        ("MTUS Chronic Pain Medical Treatment Guidelines, page 46", None),
        ("MTUS Low Back Complaints 2004", None),
        ("MTUS Low Back Disorders 2016", "citation_not_in_force"),
        ("Common sense", "citation_unreadable"),
        ("ODG, Low Back chapter, epidural steroid injections", None),
    ],
)
def test_citations_are_readable_and_in_force(guideline, code) -> None:
    found = checked(guideline=guideline)

    assert (found & {"citation_not_in_force", "citation_unreadable"}) == ({code} if code else set())


def test_a_finding_that_is_called_not_documented_has_evidence() -> None:
    finding = next(f for f in DRAFT.findings if f.status == "met" and f.evidence)

    assert "documented_after_all" in checked(verdicts={finding.criterion: "not_documented"})


def test_a_decision_against_the_own_verdicts() -> None:
    asked = [f for f in DRAFT.findings if f.effect != "not_asked"]
    good = {f.criterion: "not_met" if f.kind == "contraindication" else "met" for f in asked}
    first = next(f for f in asked if f.kind == "requirement" and f.effect == "supports")

    assert "decision_against_verdicts" not in checked(decision="Overturned", verdicts=good)
    assert "decision_against_verdicts" in checked(decision="Upheld", verdicts=good)
    assert "decision_against_verdicts" in checked(verdicts=good | {first.criterion: "not_met"})


@pytest.mark.parametrize(
    ("parent", "own", "told"),
    [
        ("Upheld", "Overturned", True),
        ("Overturned", "Upheld", True),
        ("Upheld", "Upheld", False),
        ("", "Upheld", False),
    ],
)
def test_a_dependent_item_decided_otherwise_than_its_parent(parent, own, told) -> None:
    first = Written(1, parent, GUIDELINE, GOOD)
    second = Written(2, own, GUIDELINE, GOOD, parent=1)

    assert ("dependent_item" in codes(check_item(second, FILE, [first, second]))) is told


@pytest.mark.parametrize(
    ("words", "blocks"),
    [
        ("as Rita Roebuck has found", True),
        ("as Roebuck has found", False),
        ("Ms. Ashby has pain", False),
        ("Dr. Somebody asked for it", False),
        ("the physician asked for it", None),
        ("an ashby-like sign", None),
    ],
)
def test_nobody_is_named(words, blocks) -> None:
    written = Written(1, "Upheld", GUIDELINE, f"{GOOD} In short, {words}.", DRAFT)
    found = [check for check in check_item(written, FILE) if check.code == "names_person"]

    assert [check.blocks for check in found] == ([] if blocks is None else [blocks])


@pytest.mark.parametrize(
    ("kinds", "blocked"),
    [({"utilization_review"}, True), (set(), True), ({"utilization_review", "other"}, False)],
)
def test_a_determination_never_rests_on_the_ur_decision_alone(kinds, blocked) -> None:
    file = File(day=DAY, facts={}, kinds=frozenset(kinds))

    assert any(c.code == "ur_alone" and c.blocks for c in check_case([], file)) is blocked


def test_the_draft_taken_over_as_it_stands_raises_nothing() -> None:
    written = Written(1, DRAFT.proposed_decision or "", GUIDELINE, DRAFT.rationale, DRAFT)

    assert codes(check_item(written, FILE)) <= set(INCOMPLETE)


def test_a_changed_remark_is_acknowledged_anew() -> None:
    one, other = (
        check_item(Written(1, "Upheld", guideline, GOOD, DRAFT), FILE)[0].key
        for guideline in ("Common sense", "Other sense")
    )

    assert one != other

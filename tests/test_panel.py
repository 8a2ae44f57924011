"""Who may review: qualifications, specialties, the conflict matrix, names, the order of asking."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from openimr.cli.main import cli
from openimr.errors import InputError
from openimr.model import Party
from openimr.panel import Need, NeedItem, conflicts, match, read_register
from openimr.panel.names import likeness, same
from openimr.panel.register import (
    Certification,
    RegisteredReviewer,
    ReviewerLicence,
    Tie,
)
from openimr.panel.specialties import specialties_of

DAY = date(2026, 10, 1)
REGISTER = Path(__file__).with_name("data") / "reviewers.yaml"
KNEE = NeedItem(treatment="mri_knee", category="imaging", region="knee")
SURGEON = read_register(REGISTER)[0]


def change(reviewer: RegisteredReviewer = SURGEON, **fields) -> RegisteredReviewer:
    return msgspec.structs.replace(reviewer, **fields)


def candidate(reviewer: RegisteredReviewer, item: NeedItem = KNEE, **need):
    (only,) = match([reviewer], Need(items=(item,), day=DAY, **need))
    return only


def test_a_qualified_reviewer_of_the_specialty_may_review() -> None:
    found = candidate(SURGEON)

    assert found.eligible
    assert found.fits == 2
    assert "licensed in California" in found.reasons


@pytest.mark.parametrize(
    ("fields", "rule", "certain"),
    [
        (
            {"licences": (ReviewerLicence(state="CA", number="1", restricted=True),)},
            "licence",
            True,
        ),
        (
            {"licences": (ReviewerLicence(state="CA", number="1", expires=date(2026, 9, 30)),)},
            "licence",
            True,
        ),
        ({"licences": ()}, "licence", True),
        ({"disciplined": True}, "good_standing", True),
        ({"discipline_pending": True}, "good_standing", True),
        ({"disciplined": None}, "good_standing", False),
        ({"certifications": ()}, "certification", True),
        (
            {
                "certifications": (
                    Certification(specialty="Orthopedic Surgery", until=date(2026, 1, 1)),
                )
            },
            "certification",
            True,
        ),
        ({"qualified_medical_evaluator": True}, "evaluator", True),
        ({"qualified_medical_evaluator": None}, "evaluator", False),
        ({"practice_since": date(2022, 1, 1)}, "practice_years", True),
        ({"practice_since": None}, "practice_years", False),
        ({"weekly_hours": 23.5}, "practice_hours", True),
        ({"open_cases": 20}, "workload", True),
        ({"unavailable_until": DAY}, "unavailable", True),
    ],
)
def test_each_exclusion_names_its_rule(fields, rule, certain) -> None:
    found = candidate(change(**fields))

    assert not found.eligible
    assert (rule, certain) in {(one.rule, one.certain) for one in found.exclusions}
    assert all(one.citation for one in found.exclusions)


def test_before_2014_an_evaluator_could_review() -> None:
    need = Need(items=(KNEE,), day=date(2013, 12, 31))

    (found,) = match(
        [change(qualified_medical_evaluator=True, practice_since=date(2000, 1, 1))], need
    )

    assert found.eligible


@pytest.mark.parametrize(
    ("profession", "item", "eligible"),
    [
        (
            "chiropractor",
            NeedItem(treatment="chiropractic_manual", category="therapy", region="lumbar"),
            True,
        ),
        (
            "chiropractor",
            NeedItem(treatment="opioid_ongoing", category="drug", region="lumbar"),
            False,
        ),
        (
            "acupuncturist",
            NeedItem(treatment="acupuncture", category="therapy", region="lumbar"),
            True,
        ),
        ("acupuncturist", NeedItem(treatment="physical_therapy", category="therapy"), False),
        ("psychologist", NeedItem(treatment="psych_cbt", category="therapy"), True),
        ("psychologist", NeedItem(treatment="mri_knee", category="imaging", region="knee"), False),
        (
            "podiatrist",
            NeedItem(treatment="other:mri_ankle", category="imaging", region="ankle_foot"),
            True,
        ),
        ("podiatrist", NeedItem(treatment="mri_knee", category="imaging", region="knee"), False),
    ],
)
def test_the_scope_of_other_professions(profession, item, eligible) -> None:
    reviewer = change(profession=profession, certifications=(), specialties=())

    assert candidate(reviewer, item).eligible is eligible


def test_a_certificate_may_name_two_specialties() -> None:
    reviewer = change(certifications=(Certification(specialty="Anesthesiology/Pain Management"),))

    assert {"Anesthesiology", "Pain Medicine"} <= specialties_of(reviewer)


ACME = Party(role="claims_administrator", name="Acme Claims Services, Inc.")


@pytest.mark.parametrize(
    ("tie", "party", "material", "certain"),
    [
        (Tie(to="ACME CLAIMS SERVICES", kind="employment"), ACME, "professional", True),
        (
            Tie(to="Acme Claims Svcs LLC", kind="financial_interest", share=6),
            ACME,
            "financial",
            True,
        ),
        (Tie(to="Acme Claims Services", kind="financial_interest", share=5), ACME, None, None),
        (Tie(to="Acme Claims Services", kind="financial_interest"), ACME, "unclear", False),
        (
            Tie(to="Acme Claims Services", kind="contract", material=True),
            ACME,
            "professional",
            True,
        ),
        (Tie(to="Acme Claims Services", kind="contract", material=False), ACME, None, None),
        (Tie(to="Acme Clams Services", kind="employment"), ACME, "professional", False),
        (Tie(to="Apex Claims Services", kind="employment"), ACME, None, None),
        (
            Tie(to="Joan Q. Sample", kind="spouse"),
            Party(role="employee_attorney", name="Sample, Joan Q."),
            "familial",
            True,
        ),
        (
            Tie(to="Dr. J. Sample", kind="partnership"),
            Party(role="requesting_physician", name="John Sample, M.D."),
            "professional",
            False,
        ),
        (
            Tie(to="Invented General Hospital", kind="staff_privileges"),
            Party(role="facility", name="Invented General Hospital"),
            None,
            None,
        ),
        (
            Tie(to="Invented University", kind="employment", academic=True),
            Party(role="provider_network", name="Invented University"),
            None,
            None,
        ),
        (
            Tie(to="Old Spine Group", kind="partnership", until=date(2020, 1, 1)),
            Party(role="medical_group", name="Old Spine Group"),
            None,
            None,
        ),
        (
            Tie(to="Bright Devices", kind="ownership", share=50),
            Party(role="manufacturer", name="Formerly Other", also=("Bright Devices Corp.",)),
            "professional",
            True,
        ),
        (Tie(to="Acme Claims Services", kind="other_relative"), ACME, None, None),
    ],
)
def test_the_conflict_matrix(tie, party, material, certain) -> None:
    found = conflicts(change(ties=(tie,)), [party], DAY)

    assert [one.material for one in found] == ([material] if material else [])
    assert [one.certain for one in found] == ([certain] if material else [])
    assert all("139.5" in one.citation for one in found)


def test_the_requesting_physician_cannot_review_his_own_request() -> None:
    found = candidate(
        SURGEON, parties=(Party(role="requesting_physician", name="Ableworth, Invented MD"),)
    )

    assert not found.eligible
    assert found.conflicts[0].material == "identity"


def test_what_a_person_may_clear_is_told_apart() -> None:
    alike = change(ties=(Tie(to="Acme Clams Services", kind="employment"),))

    assert candidate(alike, parties=(ACME,)).clearable
    assert not candidate(change(disciplined=True)).clearable
    assert not candidate(SURGEON).clearable


def test_the_order_of_asking() -> None:
    reviewers = [
        change(id="texan", licences=(ReviewerLicence(state="TX", number="1"),)),
        change(id="busy", open_cases=15),
        change(id="recent", last_assigned=date(2026, 9, 30)),
        change(id="rested", last_assigned=date(2026, 9, 1)),
        change(id="half", certifications=(Certification(specialty="Radiology"),)),
    ]

    found = match(reviewers, Need(items=(KNEE,), day=DAY))

    assert [one.reviewer for one in found] == ["rested", "recent", "busy", "texan", "half"]
    assert [one.rank for one in found] == [1, 2, 3, 4, 5]


def test_after_a_remand_another_reviewer_decides() -> None:
    found = candidate(SURGEON, excluded=("R-001",))

    assert [one.rule for one in found.exclusions] == ["different_reviewer"]


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("Dr. John Q. Sample, M.D.", "Sample, John Q.", True),
        ("The Invented Insurance Company", "Invented Ins. Co.", True),
        ("St. Invented Medical Center", "Saint Invented Med Ctr", True),
        ("J. Sample", "John Sample", True),
        ("Invented Spine & Orthopaedic Group", "Invented Spine and Ortho", True),
        ("John Sample", "Joan Example", False),
        ("J. Sample", "Robert Sample", False),
        ("State Insurance", "Estate Insurance Brokers of Nowhere", False),
        ("", "John Sample", False),
    ],
)
def test_names(one, other, answer) -> None:
    assert same(one, other) is answer


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_symmetric_and_bounded(one, other) -> None:
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= 100


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reviewers: [", "is no YAML"),
        ("reviewers: [{id: a}]", "missing required field"),
        (
            "reviewers: [{id: a, name: b, profession: MD, licences: [], wekly_hours: 3}]",
            "did you mean weekly_hours?",
        ),
        ("reviewers: [{id: a, name: b, profession: nurse, licences: []}]", "profession"),
        (
            "reviewers: [{id: a, name: b, profession: MD, licences: []}, {id: a, name: c, profession: MD, licences: []}]",
            "stands twice",
        ),
    ],
)
def test_a_broken_register_is_told(tmp_path, text, says) -> None:
    file = tmp_path / "register.yaml"
    file.write_text(text)

    with pytest.raises(InputError) as told:
        read_register(file)

    assert says in str(told.value)


def test_a_missing_register_is_told(tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_register(tmp_path / "none.yaml")


CASE = {
    "case_number": "CM26-9000001",
    "items": [{"request": "MRI of the right knee"}],
    "parties": [{"role": "employer", "name": "Invented Works"}],
}


def test_on_the_command_line(tmp_path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    call = ["panel", "match", str(file), "--reviewers", str(REGISTER), "--day", "2026-10-01"]

    table = CliRunner().invoke(cli, call)
    data = json.loads(CliRunner().invoke(cli, [*call, "--exclude", "R-001", "--json"]).output)

    assert "Ableworth" in table.output
    assert [one["reviewer"] for one in data["candidates"]] == ["R-003", "R-002", "R-001"]


def test_roles_are_listed() -> None:
    assert "requesting_physician" in CliRunner().invoke(cli, ["panel", "roles"]).output
    assert "employer" in json.loads(CliRunner().invoke(cli, ["panel", "roles", "--json"]).output)


def test_a_case_without_parties_is_told(tmp_path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps({"items": CASE["items"]}))

    result = CliRunner().invoke(cli, ["panel", "match", str(file), "--reviewers", str(REGISTER)])

    assert "conflicts could not be tested" in result.output

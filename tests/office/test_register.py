"""The register: list with warnings, the form and its errors; the workflow page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from openimr.office.models import Event, User
from openimr.office.views.register import warnings_of
from openimr.panel import RegisteredReviewer

GIVEN = {
    "profession": "MD",
    "practice_since": "2010-01-01",
    "weekly_hours": "22.5",
    "most_open_cases": "12",
    "disciplined": "no",
    "discipline_pending": "no",
    "qualified_medical_evaluator": "",
    "specialties": "Pain Medicine, Toxicology",
    "licences-count": "2",
    "licences-0-state": "CA",
    "licences-0-number": "INVENTED-1",
    "licences-0-expires": "2040-01-31",
    "licences-0-restricted": "yes",
    "certifications-count": "1",
    "certifications-0-specialty": "Neurology",
    "ties-count": "1",
    "ties-0-to": "Invented Freight Works",
    "ties-0-kind": "contract",
    "ties-0-share": "3",
    "ties-0-material": "no",
}


def test_an_entry_is_saved_as_the_panel_reads_it(staff, as_user) -> None:
    as_user("carl").post("/reviewers/rita/", GIVEN)

    entry = User.objects.get(username="rita").reviewer_profile.registered()
    assert entry.weekly_hours == 22.5
    assert entry.qualified_medical_evaluator is None
    assert entry.specialties == ("Pain Medicine", "Toxicology")
    assert [one.restricted for one in entry.licences] == [True]
    assert entry.ties[0].material is False
    assert Event.objects.filter(action="register.entry").exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("weekly_hours", "many", "Weekly hours is no number"),
        ("practice_since", "soon", "is no date"),
        ("profession", "wizard", "none of the choices"),
        ("licences-0-number", "", "lacks number"),
        ("ties-0-kind", "rumour", "none of the choices"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_lost(staff, as_user, field, value, says) -> None:
    before = staff["rita"].reviewer_profile.entry
    response = as_user("carl").post("/reviewers/rita/", GIVEN | {field: value})

    page = response.content.decode()
    assert response.status_code == 400
    assert says in page
    assert "INVENTED-1" in page or field == "licences-0-number"
    assert User.objects.get(username="rita").reviewer_profile.entry == before


def test_a_reviewer_without_an_entry_is_listed_and_gets_one(staff, as_user) -> None:
    User.objects.create(username="rolf", role="reviewer")
    client = as_user("carl")

    assert "no entry yet" in client.get("/reviewers/").content.decode()
    client.post("/reviewers/rolf/", GIVEN)
    assert "no entry yet" not in client.get("/reviewers/").content.decode()


@pytest.mark.parametrize(
    ("expires", "says"),
    [
        ("2026-01-05", "licence CA expired 5 Jan 2026"),
        ("2026-03-05", "licence CA expires 5 Mar 2026"),
        ("2027-01-01", None),
    ],
)
def test_what_expires_is_told(expires, says) -> None:
    entry = msgspec.convert(
        {
            "id": "x",
            "name": "Invented",
            "profession": "MD",
            "licences": [{"state": "CA", "number": "1", "expires": expires}],
            "disciplined": False,
            "discipline_pending": False,
            "qualified_medical_evaluator": False,
            "practice_since": "2000-01-01",
            "weekly_hours": 30,
        },
        RegisteredReviewer,
    )

    assert warnings_of(entry, date(2026, 2, 1)) == ([says] if says else [])


def test_the_workflow_page_and_the_docs_follow_the_table(as_user, staff) -> None:
    import runpy

    page = as_user("rita").get("/workflow/").content.decode()
    docs = Path(__file__).parents[2] / "docs"
    made = runpy.run_path(str(docs / "make_workflow.py"))["made"]()

    assert "Add a reviewer to the panel" in page
    for name, text in made.items():
        assert (docs / "office" / name).read_text() == text, "run docs/make_workflow.py"

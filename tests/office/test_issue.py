"""Issuing: the letter as it is printed, each recipient's copy, fee, what follows, remand."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from openimr.letters import read_text
from openimr.office import issuing
from openimr.office.models import Case, Letter, Opinion
from openimr.office.workflow import Refused, take


def _text(pdf: bytes) -> str:
    return "\n".join(
        page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(pdf))
    )


@pytest.fixture
def issued(case_in, as_user) -> Case:
    case = case_in("ready_to_issue")
    as_user("carl").post(f"{case.get_absolute_url()}issue/", {"version": case.version})
    return Case.objects.get(pk=case.pk)


def test_the_preview_is_the_letter(case_in, as_user) -> None:
    case = case_in("ready_to_issue")
    response = as_user("carl").get(f"{case.get_absolute_url()}determination/text/")

    made = read_text(response.content.decode())
    assert made.case_number == case.number
    assert [one.decision for one in made.items] == [
        one.decision for one in case.assignments.get().opinions.all()
    ]
    assert made.documents_reviewed


def test_the_reviewer_is_described_and_never_named(case_in, as_user) -> None:
    case = case_in("ready_to_issue")
    reviewer = case.assignments.get().reviewer
    text = issuing.preview(case, "text").decode()

    assert "CA" in text
    assert reviewer.reviewer_profile.entry["certifications"][0]["specialty"] in text
    assert reviewer.first_name not in text
    assert reviewer.reviewer_profile.entry["licences"][0]["number"] not in text


@pytest.mark.parametrize(("to", "starts"), [("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!")])
def test_formats(issued, as_user, to, starts) -> None:
    response = as_user("carl").get(f"{issued.get_absolute_url()}determination/{to}/")

    assert response.content.startswith(starts)


def test_each_recipient_gets_a_letter_with_its_cover_and_service_is_logged(issued) -> None:
    letters = list(Letter.objects.filter(case=issued, kind="determination"))

    assert {one.recipient_role for one in letters} == {
        "administrative_director",
        "employer",
        "claims_administrator",
        "employee",
        "requesting_physician",
        "employee_attorney",
    }
    assert all(one.file and one.served_at and one.served_by == "carl" for one in letters)
    for one in letters:
        assert one.recipient_name in one.text
        assert "Appeals Board" in one.text


def test_the_pdf_of_a_recipient_holds_cover_and_determination(issued, as_user) -> None:
    letter = issued.letters.get(kind="determination", recipient_role="employee")
    response = as_user("carl").get(f"{issued.get_absolute_url()}served/{letter.pk}/")

    text = _text(response.content)
    assert "Notice of a Final Determination" in text
    assert "HOW TO APPEAL" in text
    assert issued.employee in text


def test_letters_that_a_crash_left_unprinted_are_printed_later(issued) -> None:
    issued.letters.update(file="")

    assert issuing.print_letters(issued) == 6
    assert issuing.print_letters(issued) == 0


def test_the_fee_is_entered_by_the_schedule(issued) -> None:
    fee = issued.fees.get()

    assert fee.amount == 375
    assert fee.payer_role == "claims_administrator"


def test_a_review_that_ends_early_costs_less(case_in, staff) -> None:
    case = take("withdraw", case_in("records_complete"), staff["carl"], {"reason": "settled"})

    assert case.fees.get().amount == 125


def test_what_was_issued_is_frozen(issued) -> None:
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        issued.issued.update(determination="{}")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        issued.issued.all().delete()


def test_a_later_change_of_the_register_leaves_the_copy_as_it_was(issued) -> None:
    before = issuing.issued_copy(issued.issued.get(), "text")
    profile = issued.assignments.get().reviewer.reviewer_profile
    profile.entry = {**profile.entry, "licences": [{"state": "NV", "number": "1"}]}
    profile.save()

    assert issuing.issued_copy(issued.issued.get(), "text") == before


def test_what_cannot_be_printed_is_not_issued(case_in, staff, as_user) -> None:
    from openimr.office.attesting import attest

    case = case_in("ready_to_issue")
    assignment = case.assignments.get()
    Opinion.objects.filter(assignment=assignment).update(rationale="A sign \x07 of no letter.")
    attest(assignment)

    with pytest.raises(Refused, match="cannot be printed"):
        take("issue", case, staff["carl"])
    page = as_user("carl").post(f"{case.get_absolute_url()}issue/", {}, follow=True)
    assert "control character" in page.content.decode()
    assert not case.letters.filter(kind="determination").exists()


def test_the_published_copy_names_nobody(issued, as_user) -> None:
    text = as_user("carl").get(f"{issued.get_absolute_url()}published/").content.decode()

    assert issued.employee_last_name not in text
    assert "Disputed item" in text


def test_what_happened_is_entered_on_its_day(issued, as_user) -> None:
    url = f"{issued.get_absolute_url()}after/appeal/"
    early = timezone.localdate() - timedelta(days=3)

    refused = as_user("carl").post(url, {"on": early.isoformat()}, follow=True)
    as_user("carl").post(url, {"on": timezone.localdate().isoformat()})

    assert "before the determination" in refused.content.decode()
    assert Case.objects.get(pk=issued.pk).state == "appealed"


def test_implementation_is_followed_to_its_end(issued, as_user, staff) -> None:
    issued.items.update(decision="Overturned")
    client, url = as_user("carl"), f"{issued.get_absolute_url()}after/"
    client.post(f"{url}start_implementation/")
    page = client.get(url).content.decode()
    assert "Authorize the treatment" in page

    client.post(f"{url}given/", {"given": "yes"})
    refused = client.post(f"{url}implemented/", follow=True).content.decode()
    client.post(f"{url}reimbursed/")

    assert "it is to be paid" in refused
    held = Case.objects.get(pk=issued.pk)
    assert held.state == "implemented"
    assert "reimbursed" in held.events


def test_after_a_remand_a_second_determination_is_issued(issued, staff) -> None:
    case = take("appeal", issued, staff["carl"])
    case = take("remand", case, staff["carl"], {"reason": "reversed"})

    assert case.state == "remanded"
    assert not case.issued.filter(round=case.remand_count).exists()
    assert case.issued.count() == 1

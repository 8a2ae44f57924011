"""Letters of the process: to whom, what they say, how their service is logged."""

from __future__ import annotations

import io
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest
from django.utils import timezone

from openimr.office.letters import kinds, pdf_of, pieces, serve
from openimr.office.models import Case, Event, Party
from openimr.office.templatetags.office import letter_day
from openimr.office.workflow import clocks, take

FOUR = ["claims_administrator", "employee", "employee_attorney", "requesting_physician"]


def _assigned(case: Case, staff, channel: str, **circumstances) -> Case:
    """The case with its notice of assignment, sent to an administrator by a channel."""
    Party.objects.filter(case=case, role="claims_administrator").update(channel=channel)
    known = {key: case.circumstances[key] for key in case.circumstances if key != "records_channel"}
    Case.objects.filter(pk=case.pk).update(circumstances=known | circumstances)
    return take("assign", case, staff["ida"])


@pytest.mark.parametrize(("channel", "days"), [("mail", 15), ("electronic", 12)])
def test_the_notice_goes_to_four_parties_with_the_day_for_its_channel(
    case_in, staff, channel, days
) -> None:
    case = _assigned(case_in("eligible", priority="regular"), staff, channel)

    letters = {one.recipient_role: one for one in case.letters.filter(kind="assignment")}
    assert sorted(letters) == FOUR
    due = next(line.due for line in clocks(case) if line.clock == "records")
    assert (due.date() - timezone.localdate()).days >= days
    for letter in letters.values():
        assert f"by {letter_day(due)}" in letter.text
        assert "Invented Claims Services" in letter.text


def test_the_notice_says_what_the_rule_asks(case_in, staff) -> None:
    case = _assigned(case_in("eligible", priority="regular"), staff, "mail")
    text = case.letters.get(kind="assignment", recipient_role="employee").text

    for item in case.items.all():
        assert (item.remainder or item.request) in text
    for says in (
        "Invented Review Organization",
        "Requesting physician: Dr. Imagined Treater",
        "Utilization review decision: ",
        "Application received: ",
        "a regular review",
        "You may send any information",
        "never on the utilization review decision alone",
        "$500 a day",
    ):
        assert says in text


def test_an_expedited_notice_counts_hours_from_receipt(case_in, staff) -> None:
    case = _assigned(case_in("eligible", priority="expedited"), staff, "electronic")
    letter = case.letters.get(kind="assignment", recipient_role="claims_administrator")
    assert "within 24 hours after you receive this notice" in letter.text

    serve(case, [letter.pk], staff["carl"])

    case = Case.objects.get(pk=case.pk)
    due = next(line.due for line in clocks(case) if line.clock == "records_expedited")
    assert due - timezone.now() < timedelta(hours=24)


def test_a_mailed_notice_tells_no_receipt(case_in, staff) -> None:
    case = _assigned(case_in("eligible", priority="expedited"), staff, "mail")
    serve(case, list(case.letters.values_list("pk", flat=True)), staff["carl"])

    assert "assignment_received" not in Case.objects.get(pk=case.pk).events


@pytest.mark.parametrize(
    ("state", "kind", "says"),
    [
        ("ineligible", "refusal", "is not eligible"),
        ("deferred", "deferral", "is therefore deferred"),
        ("information_requested", "screening_question", "We are screening the application"),
        ("reviewer_information", "information_request", "The physician reviewer asks"),
        ("withdrawn", "withdrawal", "was withdrawn"),
        ("terminated", "termination", "has ended before a determination"),
    ],
)
def test_each_step_writes_its_letters(case_in, state, kind, says) -> None:
    letters = list(case_in(state).letters.filter(kind=kind))

    roles = sorted(letter.recipient_role for letter in letters)
    assert roles == (["requesting_physician"] if kinds()[kind].to == "asked" else FOUR)
    assert all(says in letter.text for letter in letters)


@pytest.mark.parametrize("state", ["reviewer_information", "terminated", "ineligible"])
def test_no_letter_names_a_reviewer(case_in, staff, state) -> None:
    texts = " ".join(letter.text for letter in case_in(state).letters.all())

    for name in ("rita", "ravi", "rosa"):
        assert staff[name].first_name not in texts
        assert staff[name].get_full_name() not in texts


def test_the_fee_of_an_early_end_is_told_to_its_payer_only(case_in) -> None:
    case = case_in("terminated")
    fee = case.fees.get()
    told = {one.recipient_role for one in case.letters.filter(text__contains=f"${fee.amount} ")}

    assert told == {fee.payer_role}


def test_the_employees_address_stands_on_no_other_letter(case_in) -> None:
    case = case_in("assigned")

    for letter in case.letters.all():
        assert case.employee_address not in letter.text
        assert (letter.address == case.employee_address) is (letter.recipient_role == "employee")


def test_the_pdf_is_tagged_and_the_same_again(case_in, as_user) -> None:
    case = case_in("assigned")
    letter = case.letters.get(recipient_role="employee")
    client = as_user("carl")

    first, second = (client.get(f"/cases/{case.number}/letters/{letter.pk}/") for _ in range(2))

    assert first.content == second.content
    with pikepdf.open(io.BytesIO(first.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
    page = pypdfium2.PdfDocument(first.content)[0].get_textpage().get_text_bounded()
    assert "Notice of Assignment and Request for Information" in page
    assert case.employee in page


def test_what_people_typed_does_not_change_the_layout(case_in, staff) -> None:
    typed = "\x07#eval(1) *bold* $x$ <b>&amp;</b>\n\n## No heading\n\n- {{ case.number }}"
    given = {"party": "employee", "question": typed}
    letter = take("ask_for_information", case_in("screening"), staff["ida"], given).letters.get()

    assert "<b>&amp;</b>" in letter.text
    data = pdf_of(letter)
    text = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_bounded()
    assert "#eval(1) *bold* $x$ <b>&amp;</b>" in text
    assert "{{ case.number }}" in text


def test_pieces_of_a_letter() -> None:
    found = pieces(
        "# Title\n\n* Date: today\n* Who: a: b\n\n## Part\n\n- one\n- two\n\nWords\nhere."
    )

    assert [one.kind for one in found] == ["facts", "heading", "list", "paragraph"]
    assert found[0].rows == (("Date", "today"), ("Who", "a: b"))


def test_service_is_entered_once_with_who_when_and_how(case_in, as_user, staff) -> None:
    case = case_in("assigned")
    keys = [str(letter.pk) for letter in case.letters.all()]
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    client = as_user("ida")
    url = f"/cases/{case.number}/letters/served/"

    page = client.post(url, {"letter": keys, "on": yesterday, "channel": "fax"}, follow=True)
    again = client.post(url, {"letter": keys}, follow=True)

    assert "4 letters marked as served" in page.content.decode()
    assert "0 letters marked as served" in again.content.decode()
    letter = case.letters.first()
    assert (letter.served_by, letter.channel) == ("ida", "fax")
    assert timezone.localtime(letter.served_at).date().isoformat() == yesterday
    assert Event.objects.filter(action="letter.served", case=case).count() == 4


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Tick the letters that were served"),
        ({"letter": "1", "on": "2199-01-01"}, "The day of service is still to come"),
    ],
)
def test_service_that_cannot_be(case_in, as_user, sent, says) -> None:
    url = f"/cases/{case_in('assigned').number}/letters/served/"
    assert says in as_user("ida").post(url, sent, follow=True).content.decode()


def test_a_reviewer_does_not_read_the_letters(case_in, as_user) -> None:
    case = case_in("in_review")
    mine = case.assignments.get().reviewer.username

    assert as_user(mine).get(f"/cases/{case.number}/letters/").status_code == 403

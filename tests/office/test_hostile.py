"""What careless and hostile people send: odd numbers, forged ids, other people's addresses, no token."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from openimr.office import demo
from openimr.office.models import Attestation, Case

ODD = ("²", "٣", "-1", "0", "1e3", "\x00", "9" * 20, "9" * 400, "' or 1=1--", "\u202egpj.exe")


@pytest.fixture
def reviewed(case_in, as_user):
    """A case in review, its reviewer's client, the manager's and intake's."""
    case = case_in("in_review")
    mine = as_user(case.assignments.get().reviewer.username)
    return case, mine, as_user("carl"), as_user("ida")


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_no_number_that_is_none_breaks_a_page(reviewed, odd) -> None:
    case, mine, carl, ida = reviewed
    url = case.get_absolute_url()
    document = case.documents.first().pk
    asked = [
        *((mine, f"{url}desk/", name) for name in ("item", "document", "page", "finding", "quote")),
        (mine, f"{url}desk/draft/", "shown"),
        *((carl, f"{url}records/", name) for name in ("kind", "author", "sender", "year", "page")),
        (carl, f"{url}records/{document}/", "page"),
        (carl, f"{url}determination/text/", "round"),
        (carl, "/cases/", "page"),
        (carl, "/cases/", "state"),
    ]
    for client, at, name in asked:
        assert client.get(at, {name: odd}).status_code < 500, (at, name)
    sent = [
        (mine, "desk/0/opinion/", {"version": odd}),
        (mine, "desk/0/verdict/", {"finding": odd}),
        (mine, "desk/0/restore/", {"restore": odd}),
        (mine, "desk/summary/", {"version": odd, "text": odd}),
        (mine, "desk/summary/restore/", {"restore": odd}),
        (mine, "desk/sign/", {"content": odd, "password": odd, "acknowledge": odd}),
        (carl, "steps/complete_records/", {"version": odd}),
        (carl, "letters/served/", {"letter": odd, "channel": odd, "on": odd}),
        (carl, "records/uploads/", {"sender": odd}),
        (carl, f"records/{document}/withdraw/", {"reason": odd, "note": odd}),
        (carl, "assign/panel/", {"reviewers": odd, "approved_on": odd}),
        (ida, "screening/end_item/", {"item": odd, "ground": odd, "item_reason": odd}),
        (ida, "screening/answers/", {"q-ur_decided": odd, "q-signed": odd}),
    ]
    for client, at, given in sent:
        assert client.post(f"{url}{at}", given).status_code < 500, at
    assert carl.get(f"/cases/{quote(odd)}/").status_code < 500
    size = odd if odd.isascii() and odd.isdigit() else "1"
    upload = f'{{"name": "x\\u0000", "size": {size}}}'
    told = carl.post(f"{url}records/uploads/", upload, content_type="application/json")
    assert told.status_code < 500


@pytest.mark.parametrize(
    "at", ["records/{}/", "records/{}/original/", "desk/record/{}/1/", "letters/{}/", "served/{}/"]
)
def test_a_forged_id_is_not_there(reviewed, case_in, at) -> None:
    case, mine, carl, _ = reviewed
    theirs = case_in("issued", number=7)
    url = case.get_absolute_url()

    of_letters = at.startswith(("letters", "served"))
    key = (theirs.letters.filter(kind="determination") if of_letters else theirs.documents).first()
    for client in (mine, carl):
        assert client.get(f"{url}{at.format('9' * 20)}").status_code == 404
        assert client.get(f"{url}{at.format(key.pk)}").status_code in (403, 404, 409)


def test_the_same_signature_sent_twice_is_one(reviewed) -> None:
    from test_desk import text
    from test_signing import decide, form

    case, mine, _, _ = reviewed
    decide(case)
    given = form(text(mine.get(f"{case.get_absolute_url()}desk/sign/")))

    mine.post(f"{case.get_absolute_url()}desk/sign/", given)
    mine.post(f"{case.get_absolute_url()}desk/sign/", given)

    assert Attestation.objects.filter(assignment__case=case).count() == 1
    assert Case.objects.get(pk=case.pk).state == "quality"


def test_after_the_end_of_the_session_a_save_is_told_and_not_answered_with_a_page(reviewed) -> None:
    case, mine, _, _ = reviewed
    mine.logout()

    answer = mine.post(
        f"{case.get_absolute_url()}desk/summary/", {"text": "x"}, headers={"HX-Request": "true"}
    )

    assert (answer.status_code, answer.content) == (401, b"You are signed out.")
    assert mine.get(f"{case.get_absolute_url()}desk/").status_code == 302


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(staff, to) -> None:
    answer = Client().post(
        "/accounts/login/", {"login": "carl", "password": demo.PASSWORD, "next": to}
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_nothing_is_done_without_the_token_of_the_form(reviewed, staff) -> None:
    case = reviewed[0]
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff["carl"], backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(f"{case.get_absolute_url()}notes/", {"text": "x"}).status_code == 403
    assert not case.notes.exists()

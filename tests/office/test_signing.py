"""Signing at the review desk: what it freezes, what blocks it, panels, a case returned."""

from __future__ import annotations

import re

import pytest
from test_desk import HTMX, text, write

from openimr.office import opinions
from openimr.office.models import (
    Assignment,
    Case,
    Item,
)
from openimr.office.workflow import take


def decide(case: Case) -> Assignment:
    """Write an opinion on every item, without remarks."""
    assignment = case.assignments.filter(state="accepted").latest("id")
    for item in case.items.all():
        opinions.save(
            opinions.opinion_of(assignment, item),
            0,
            opinions.Text("Upheld", "MTUS Chronic Pain 2017", "The reasons of the reviewer."),
        )
    return assignment


def form(page: str, **given) -> dict:
    """The sign form as it is filled in: every remark acknowledged."""
    return {
        "content": re.search(r'name="content" value="(\w+)"', page)[1],
        "acknowledge": re.findall(r'name="acknowledge" value="(\w+)"', page),
        "stated": "yes",
        "password": "openimr-demo",
        **given,
    }


def test_signing_freezes_and_hands_in(at_desk) -> None:
    case, client, url = at_desk()
    assignment = decide(case)
    page = text(client.get(f"{url}sign/"))
    assert "The reasons of the reviewer." in page

    client.post(f"{url}sign/", form(page))

    assert Case.objects.get(pk=case.pk).state == "quality"
    assert assignment.attestations.filter(superseded=False).exists()
    refused = write(client, url, 1, "Changed after all.", **HTMX)
    assert "nothing can be changed" in text(refused)
    assert "Changed" not in assignment.opinions.first().rationale
    assert 'name="rationale"' not in text(client.get(url))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"password": "wrong"}, "password is wrong"),
        ({"stated": ""}, "Confirm the statement"),
        ({"content": "0" * 64}, "changed since this page was opened"),
    ],
)
def test_a_signature_is_refused(at_desk, wrong, says) -> None:
    case, client, url = at_desk()
    decide(case)
    page = text(client.get(f"{url}sign/"))

    answer = client.post(f"{url}sign/", form(page, **wrong))

    assert says in text(answer)
    assert Case.objects.get(pk=case.pk).state == "in_review"


def test_remarks_must_be_acknowledged(at_desk) -> None:
    case, client, url = at_desk()
    assignment = decide(case)
    opinion = assignment.opinions.first()
    opinion.guideline = "Common sense"
    opinion.save()
    page = text(client.get(f"{url}sign/"))

    answer = client.post(f"{url}sign/", form(page, acknowledge=[]))

    assert "Acknowledge each remark" in text(answer)


def test_an_item_without_decision_blocks_the_signature(at_desk) -> None:
    case, client, url = at_desk()
    Item.objects.create(case=case, position=90, request="One more")
    decide(Case.objects.get(pk=case.pk))
    case.assignments.get().opinions.filter(item__position=90).update(decision="")
    page = text(client.get(f"{url}sign/"))

    assert "no decision yet" in page
    assert "Mend what blocks" in text(client.post(f"{url}sign/", form(page)))


def test_a_second_factor_is_asked_for_where_the_reviewer_has_one(at_desk) -> None:
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        generate_totp_secret,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    case, client, url = at_desk()
    assignment = decide(case)
    secret = generate_totp_secret()
    TOTP.activate(assignment.reviewer, secret)
    page = text(client.get(f"{url}sign/"))
    assert 'name="code"' in page

    assert "second factor is wrong" in text(client.post(f"{url}sign/", form(page, code="000000")))
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    client.post(f"{url}sign/", form(page, code=code))
    assert Case.objects.get(pk=case.pk).state == "quality"


def test_a_panel_sees_only_its_own_until_all_have_signed(at_desk, staff, as_user) -> None:
    case, client, url = at_desk()
    first = decide(case)
    other = next(staff[n] for n in ("rita", "ravi", "rosa") if staff[n] != first.reviewer)
    second = Assignment.objects.create(case=case, reviewer=other, state="accepted")
    first.opinions.update(rationale="Known to the first alone.")

    assert "Known to the first alone." not in text(as_user(other.username).get(url))
    client.post(f"{url}sign/", form(text(client.get(f"{url}sign/"))))
    assert Case.objects.get(pk=case.pk).state == "in_review"
    assert "when the other reviewers have signed" in text(client.get(url))

    decide(case)
    theirs = as_user(other.username)
    theirs.post(f"{url}sign/", form(text(theirs.get(f"{url}sign/"))))
    assert Case.objects.get(pk=case.pk).state == "quality"
    assert {a.state for a in case.assignments.all()} == {"done"}
    second.refresh_from_db()
    assert "Reviewer 2: Upheld" in text(client.get(url))


def test_a_returned_case_is_signed_anew(at_desk, staff) -> None:
    case, client, url = at_desk()
    decide(case)
    client.post(f"{url}sign/", form(text(client.get(f"{url}sign/"))))

    take("return_to_reviewer", case, staff["quinn"], {"comment": "Look again."})

    assert 'name="rationale"' in text(client.get(url))
    assert not case.assignments.get().attestations.filter(superseded=False).exists()

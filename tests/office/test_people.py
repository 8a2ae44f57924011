"""People and audit: what the administrator does, and that no case is shown to him."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from openimr.office import audit
from openimr.office.models import Checkpoint, Event, User


def test_a_user_is_made_and_sets_a_password_once(staff, as_user) -> None:
    admin = as_user("adam")
    admin.post("/people/", {"username": "nora", "first_name": "Nora", "role": "intake"})
    page = admin.post("/people/nora/password/").content.decode()
    link = re.search(r'value="(http[^"]+)"', page)[1]  # type: ignore[index]

    client = Client()
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]
    new = {"password1": "grey-Harbour-91", "password2": "grey-Harbour-91"}
    client.post(where, new)
    assert User.objects.get(username="nora").check_password("grey-Harbour-91")

    again = Client().get(link, follow=True)
    assert "password1" not in again.content.decode()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"username": "X Y", "role": "intake"}, "small letters"),
        ({"username": "carl", "role": "intake"}, "is taken"),
        ({"username": "nora", "role": "king"}, "Choose a role"),
    ],
)
def test_what_is_wrong_with_a_new_user_is_said(staff, as_user, given, says) -> None:
    assert says in as_user("adam").post("/people/", given, follow=True).content.decode()


def test_who_may_not_sign_in_any_more_is_out_at_once(staff, as_user) -> None:
    ida = as_user("ida")
    as_user("adam").post("/people/ida/", {"role": "intake", "active": "no"})

    assert ida.get("/cases/").status_code == 302
    assert Event.objects.filter(action="office.user", detail__user="ida").exists()


def test_nobody_gives_himself_a_role(staff, as_user) -> None:
    page = as_user("adam").post(
        "/people/adam/", {"role": "case_manager", "active": "yes"}, follow=True
    )

    assert "Nobody changes his own role" in page.content.decode()
    assert User.objects.get(username="adam").role == "administrator"


def test_the_administrator_sees_numbers_and_no_detail(case_in, as_user) -> None:
    case = case_in("issued")

    admin = as_user("adam").get("/audit/").content.decode()
    director = as_user("mona").get("/audit/").content.decode()

    assert case.number in admin
    assert case.employee_last_name not in admin
    assert "rule: " not in admin
    assert "rule: " in director


def test_entries_are_chosen_and_paged(staff, as_user) -> None:
    for number in range(130):
        audit.record("test.entry", staff["carl"], number=number)
    client = as_user("adam")

    page = client.get("/audit/?actor=carl&action=test").content.decode()
    older = re.search(r"before=(\d+)", page)[1]  # type: ignore[index]
    rest = client.get(f"/audit/?actor=carl&before={older}").content.decode()

    assert page.count("test.entry") == 100
    assert rest.count("test.entry") == 30


def test_the_log_is_verified_and_signed_from_the_page(staff, as_user) -> None:
    audit.record("test.entry", staff["carl"])
    client = as_user("adam")

    client.post("/audit/checkpoint/")
    page = client.post("/audit/verify/").content.decode()

    assert Checkpoint.objects.exists()
    assert "every checkpoint holds" in page

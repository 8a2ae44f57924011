"""Pages of cases: who sees them, what they show, how a step is taken."""

from __future__ import annotations

import pytest

from openimr.office.models import Case, Event


def test_sign_in_is_asked_for(client, db) -> None:
    response = client.get("/cases/")

    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize(
    ("username", "status"),
    [("ida", 200), ("carl", 200), ("quinn", 200), ("mona", 200), ("rita", 403), ("adam", 403)],
)
def test_who_sees_the_list_of_cases(as_user, username, status) -> None:
    assert as_user(username).get("/cases/").status_code == status


def test_a_reviewer_sees_his_own_cases_only(case_in, as_user) -> None:
    case = case_in("in_review")
    mine = case.assignments.get().reviewer.username
    other = next(name for name in ("rita", "ravi", "rosa") if name != mine)

    assert as_user(mine).get(case.get_absolute_url()).status_code == 200
    assert as_user(other).get(case.get_absolute_url()).status_code == 404


def test_a_case_that_may_not_be_seen_answers_like_one_that_is_not_there(case_in, as_user) -> None:
    case = case_in("received")
    client = as_user("adam")

    hidden = client.get(case.get_absolute_url())
    missing = client.get("/cases/CM26-9999999/")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert case.employee_last_name.encode() not in hidden.content


def test_looking_is_logged(case_in, as_user) -> None:
    case = case_in("received")
    as_user("carl").get(case.get_absolute_url())

    assert Event.objects.filter(case=case, action="case.view").count() == 1


def test_a_step_is_taken_from_the_page(case_in, as_user) -> None:
    case = case_in("received")
    url = f"{case.get_absolute_url()}steps/start_screening/"

    response = as_user("ida").post(url, {"version": case.version}, follow=True)

    assert "Done: Start the screening" in response.content.decode()
    assert Case.objects.get(pk=case.pk).state == "screening"


def test_a_stale_page_is_told(case_in, as_user) -> None:
    case = case_in("received")
    url = f"{case.get_absolute_url()}steps/start_screening/"

    response = as_user("ida").post(url, {"version": case.version - 1}, follow=True)

    assert "Someone else has changed this case" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [("q=CM26", False), ("state=screening", True), ("state=issued", False), ("q=nobody", False)],
)
def test_filters(case_in, as_user, query, shown) -> None:
    case = case_in("screening")

    page = as_user("carl").get(f"/cases/?{query}").content.decode()

    assert (case.number in page) is shown


def test_a_note_is_kept(case_in, as_user) -> None:
    case = case_in("received")
    as_user("carl").post(f"{case.get_absolute_url()}notes/", {"text": "Called the office."})

    assert case.notes.get().text == "Called the office."


def test_pages_are_not_cached_and_run_no_foreign_script(case_in, as_user) -> None:
    response = as_user("carl").get(case_in("received").get_absolute_url())

    assert response["Cache-Control"] == "no-store"
    assert "script-src 'self'" in response["Content-Security-Policy"]

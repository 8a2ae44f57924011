"""Pages of cases: who sees them, what they show, how a step is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

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


@pytest.fixture
def named(case_in):
    """Three cases: O'Brien with a claim, García expedited, and a closed Obrecht."""
    case_in("screening", 1, employee_last_name="O'Brien", claim_number="wc-0042")
    case_in("assigned", 2, employee_last_name="García")
    case_in("terminated", 3, employee_last_name="Obrecht")
    return {case.employee_last_name: case.number for case in Case.objects.all()}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("o'b", ["O'Brien"]),
        ("O", ["O'Brien", "Obrecht"]),
        ("García", ["García"]),
        ("garc", ["García"]),
        ("WC-0042", ["O'Brien"]),
        ("wc-00", []),
        ("Brien", []),
    ],
)
def test_cases_are_found_by_words(named, as_user, words, found) -> None:
    page = as_user("carl").get("/cases/", {"q": words}).content.decode()

    assert [name for name in sorted(named) if named[name] in page] == found


def test_a_case_is_found_by_its_number(named, as_user) -> None:
    number = named["Obrecht"]
    page = as_user("carl").get("/cases/", {"q": number.lower()}).content.decode()

    assert f'href="/cases/{number}/"' in page


def test_the_list_shows_open_cases_the_most_urgent_first(case_in, as_user) -> None:
    for number, days in ((1, None), (2, 3), (3, -1), (4, 0)):
        case = case_in("screening", number)
        due = None if days is None else timezone.now() + timedelta(days=days, hours=1)
        Case.objects.filter(pk=case.pk).update(due_at=due)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now())

    rows = as_user("carl").get("/cases/").context["rows"]

    numbers = {case.number: place for place, case in enumerate(Case.objects.order_by("pk"), 1)}
    assert [numbers[row.number] for row in rows] == [3, 2, 1]
    assert [row.urgency for row in rows] == ["overdue", "", ""]


# On a server the audit log's lock is a query more.
@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 3), ("/cases/", 4), ("/cases/?q=a", 4), ("/cases/?state=screening&page=2", 4),
     ("/cases/{}/", 14), ("/cases/{}/history/", 9), ("/cases/{}/records/", 15),
     ("/cases/{}/letters/", 14), ("/screenings/", 6), ("/audit/", 8)],
)  # fmt: skip
def test_queries_of_a_page_are_bounded(
    case_in, as_user, path, most, django_assert_max_num_queries
) -> None:
    cases = [case_in("screening", number) for number in range(1, 9)]
    username = {"/screenings/": "ida", "/audit/": "mona"}.get(path, "carl")
    client = as_user(username)
    client.get(path.format(cases[0].number))

    with django_assert_max_num_queries(most):
        assert client.get(path.format(cases[0].number)).status_code == 200

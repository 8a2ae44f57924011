"""The second look: who is drawn, what is asked, pass and return; nobody checks his own review."""

from __future__ import annotations

import pytest

from openimr.office import quality
from openimr.office.models import Case, Event
from openimr.office.workflow import Refused


def _yes(case: Case) -> dict[str, str]:
    return {f"q-{one.id}": "yes" for one in quality.questions_for(case)}


def test_the_draw_is_the_same_whenever_it_is_asked_and_about_as_large_as_it_should(
    settings,
) -> None:
    settings.QUALITY_SHARE = 0.2
    cases = [Case(number=f"CM26-9{number:06d}") for number in range(2000)]

    drawn = [quality.at_random(case) for case in cases]

    assert drawn == [quality.at_random(case) for case in cases]
    assert 0.16 < sum(drawn) / len(drawn) < 0.24


@pytest.mark.parametrize(
    ("share", "new", "priority", "reasons"),
    [
        (0, 0, "regular", ()),
        (1, 0, "regular", ("random",)),
        (0, 5, "regular", ("new_reviewer",)),
        (0, 0, "expedited", ("expedited",)),
    ],
)
def test_what_is_looked_at_in_full(case_in, settings, share, new, priority, reasons) -> None:
    settings.QUALITY_SHARE, settings.NEW_REVIEWER_CASES = share, new
    case = case_in("quality", priority=priority)
    decided = set(case.assignments.get().opinions.values_list("decision", flat=True))

    expected = (*reasons, "outcome") if "Overturned" in decided else reasons

    assert set(quality.drawn(case)) == set(expected)


def test_the_draw_is_settled_and_logged_when_the_review_is_handed_in(case_in) -> None:
    case = case_in("quality")

    assert "full" in Event.objects.get(case=case, action="quality.draw").detail


def test_a_review_is_passed_from_the_page(case_in, as_user) -> None:
    case = case_in("quality")
    url = f"{case.get_absolute_url()}quality/"
    given = _yes(case) | {"do": "pass", "version": case.version}

    open_one = as_user("quinn").post(url, {**given, "q-decided": ""})
    as_user("quinn").post(url, given)

    assert "not answered yet" in open_one.content.decode()
    assert Case.objects.get(pk=case.pk).state == "ready_to_issue"
    assert case.quality_checks.get().answers["decided"] == "yes"


def test_a_no_returns_the_review_with_a_comment(case_in, as_user, staff) -> None:
    case = case_in("quality")
    url = f"{case.get_absolute_url()}quality/"
    given = _yes(case) | {"q-decided": "no", "do": "pass"}

    assert "return the review instead" in as_user("quinn").post(url, given).content.decode()
    silent = as_user("quinn").post(url, {**given, "do": "return"}).content.decode()
    as_user("quinn").post(url, {**given, "do": "return", "comment": "Look at item 1 again."})

    assert "Say what the reviewer should look at" in silent
    assert Case.objects.get(pk=case.pk).state == "in_review"
    check = case.quality_checks.get()
    assert (check.outcome, check.comment) == ("returned", "Look at item 1 again.")
    assignment = case.assignments.get()
    assert assignment.state == "accepted"
    page = as_user(assignment.reviewer.username).get(case.get_absolute_url()).content.decode()
    assert "Look at item 1 again." in page
    assert "again" not in str(Event.objects.filter(case=case).values_list("detail", flat=True))


def test_a_pass_of_an_earlier_round_does_not_count(case_in, staff) -> None:
    case = case_in("quality")
    case.quality_checks.create(checker=staff["quinn"], outcome="passed", round=7)

    with pytest.raises(Refused, match="questions are not answered"):
        quality.pass_review(case, staff["quinn"], {}, "", None)


def test_names_and_dates_in_the_reasons_are_remarked(case_in) -> None:
    from openimr.office.attesting import attest

    case = case_in("in_review")
    assignment = case.assignments.get()
    for item in case.items.all():
        assignment.opinions.create(
            item=item,
            decision="Upheld",
            rationale=f"Mr. {case.employee} was seen on 3/4/2016.",
        )
    attest(assignment)

    assert {"names_person", "dates"} <= {one.code for one in quality.remarks(case)}


def test_own_reviews_are_not_opened_here(case_in, as_user, staff) -> None:
    case = case_in("quality")
    mine = case.assignments.get().reviewer
    mine.role = "quality"
    mine.save()

    assert as_user(mine.username).get(f"{case.get_absolute_url()}quality/").status_code == 403

"""The dashboard: its figures counted by hand, its queries bounded, names only for some."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from openimr.office import figures
from openimr.office.models import Case


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


def _case(number: int, **fields) -> Case:
    given = {"state": "screening", "received_at": timezone.now()} | fields
    return Case.objects.create(number=f"CM26-9{number:06d}", **given)


def test_cases_are_counted_by_state_and_age(db) -> None:
    now = timezone.now()
    for number, days in enumerate((0, 6, 8, 31, 61, 400)):
        _case(number, received_at=now - timedelta(days=days))
    _case(9, state="withdrawn", closed_at=now)

    (row,) = figures.by_state_and_age(now)

    assert (row.state, row.ages, row.total) == ("screening", (2, 1, 1, 2), 6)


def test_what_is_due(db) -> None:
    noon = timezone.localtime().replace(hour=12, minute=0)
    for number, hours in enumerate((-100, -1, 2, 30, 6 * 24, 20 * 24)):
        _case(number, due_at=noon + timedelta(hours=hours))

    assert figures.due(noon) == {"overdue": 2, "today": 1, "week": 2, "open": 6}


@pytest.mark.parametrize(
    ("overturned", "decided", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (100, 1000, 0.083, 0.120)],
)
def test_intervals_are_wilsons(overturned, decided, low, high) -> None:
    one = figures.rate("x", overturned, decided)

    assert one.low == pytest.approx(low, abs=0.001)
    assert one.high == pytest.approx(high, abs=0.001)


def test_overturn_rates_by_category(db) -> None:
    case = _case(1)
    for position, (category, decision) in enumerate(
        [("drug", "Upheld"), ("drug", "Overturned"), ("surgery", "Upheld"), ("", "")]
    ):
        case.items.create(position=position, request="x", category=category, decision=decision)

    overall, categories = figures.overturn_rates()

    assert (overall.overturned, overall.decided) == (1, 3)
    assert [(one.name, one.decided) for one in categories] == [("Drug", 2), ("Surgery", 1)]


def test_the_category_is_entered_when_a_case_is_issued(case_in) -> None:
    case = case_in("issued")

    assert all(item.category for item in case.items.all())


def test_weeks_begin_on_monday_and_hold_what_came(db) -> None:
    now = timezone.now()
    _case(1, received_at=now)
    _case(2, received_at=now - timedelta(weeks=3))

    weeks = figures.throughput(now)

    assert len(weeks) == figures.WEEKS
    assert all(week.monday.weekday() == 0 for week in weeks)
    assert (weeks[-1].received, weeks[-4].received) == (1, 1)


def test_reviewers_are_named_only_to_those_who_may_know(case_in, as_user) -> None:
    reviewer = case_in("quality").assignments.get().reviewer.shown_name

    assert reviewer in as_user("carl").get("/dashboard/").content.decode()
    assert reviewer not in as_user("ida").get("/dashboard/").content.decode()


def test_its_queries_do_not_grow(case_in, as_user, django_assert_max_num_queries) -> None:
    case_in("issued")
    case_in("quality", number=4)
    client = as_user("carl")

    with django_assert_max_num_queries(14):
        client.get("/dashboard/")

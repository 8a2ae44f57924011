"""Dates of events become intervals up to the day the dispute arose."""

from __future__ import annotations

from datetime import date

import pytest

from openimr.model import Case, DisputedItem, Fact
from openimr.reviews.bearing import index_facts
from openimr.reviews.intervals import computed_facts, day_of

NOTE = date(2016, 11, 28)


def dated(fact: str, value: str | None, day: date | None = NOTE) -> Fact:
    return Fact(
        fact=fact,
        value=value,
        polarity="present",
        document="summary",
        start=0,
        end=4,
        quote="text",
        date=day,
    )


@pytest.mark.parametrize(
    ("fact", "day"),
    [
        (dated("injury_date", "2016-06-02"), date(2016, 6, 2)),
        (dated("surgery_date", "2014"), date(2014, 12, 31)),
        (dated("surgery_date", "2014-02"), date(2014, 2, 28)),
        (dated("surgery_date", "last spring"), None),
        (dated("surgery_date", "2014-13-40"), None),
        (dated("last_udt_date", None), NOTE),
        (dated("pain_score", "2014"), NOTE),
    ],
)
def test_an_event_is_dated_by_what_is_said_of_it_not_by_its_note(
    fact: Fact, day: date | None
) -> None:
    assert day_of(fact) == day


def test_intervals_end_at_the_denial() -> None:
    case = Case(items=(DisputedItem(request="x"),), ur_denial_date=date(2016, 12, 1))
    facts = [dated("injury_date", "2016-06-02"), dated("last_udt_date", "2016-11-03")]
    known = computed_facts(case, index_facts(facts))
    assert known["months_since_injury"].value == pytest.approx(6, abs=0.1)
    assert known["weeks_since_last_udt"].value == 4
    assert "weeks_postop" not in known

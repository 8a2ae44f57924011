"""The law as data: worked examples of every clock, the screening, outcomes and fees."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from openimr.errors import InputError
from openimr.model import Case, DisputedItem
from openimr.rules import (
    Matter,
    calendar,
    deadlines,
    load_program,
    matter_of,
    program_names,
    screen,
)
from openimr.rules.outcome import case_outcome, fee_on, regime_on, vote
from openimr.rules.program import read_program

CALIFORNIA = load_program("ca_wc_imr")
EXAMPLES = yaml.safe_load(Path(__file__).with_name("data").joinpath("deadlines.yaml").read_text())
CASE = Case(items=(DisputedItem(request="MRI of the knee"),))


def due(clock: str, matter: Matter, program=CALIFORNIA):
    (line,) = [one for one in deadlines(matter, program, date(2013, 1, 1)) if one.clock == clock]
    return line


def named(example) -> str:
    start = "-".join(example["events"].values())
    return f"{example['clock']} {start} {example['why']}"


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_worked_example(example) -> None:
    matter = matter_of(CASE, CALIFORNIA, example["events"], example.get("set"))

    line = due(example["clock"], matter)

    told = f"{line.due:%Y-%m-%dT%H:%M}" if "T" in example["due"] else f"{line.due:%Y-%m-%d}"
    assert told == example["due"], line.steps
    assert line.steps
    assert line.citation


def test_at_least_120_examples_and_every_clock_has_one() -> None:
    shown = Counter(example["clock"] for example in EXAMPLES)

    assert len(EXAMPLES) >= 120
    assert set(shown) == {clock.id for clock in CALIFORNIA.clocks}


def test_what_is_not_verified_stays_marked() -> None:
    matter = matter_of(
        CASE,
        CALIFORNIA,
        {"ur_served": "2016-11-29"},
        {"ur_service": "mail", "served_in": "california"},
    )

    line = due("application", matter)

    assert f"{line.due:%Y-%m-%d}" == "2017-01-03"
    assert f"{line.certain_due:%Y-%m-%d}" == "2016-12-29"
    assert any("marked G" in doubt for doubt in line.doubts)


def test_a_listed_holiday_with_open_offices_is_told() -> None:
    line = due("screening_answer", matter_of(CASE, CALIFORNIA, {"information_asked": "2016-10-07"}))

    assert any("second Monday in October" in doubt for doubt in line.doubts)


@pytest.mark.parametrize(
    ("done", "now", "state"),
    [
        ("2017-01-06", "2017-02-01", "met"),
        ("2017-01-07", "2017-02-01", "late"),
        (None, "2017-01-06T18:00", "open"),
        (None, "2017-01-07T00:00", "overdue"),
    ],
)
def test_states_of_a_duty(done, now, state) -> None:
    events = {"records_complete": "2016-12-07"} | ({"issued": done} if done else {})
    matter = matter_of(CASE, CALIFORNIA, events)

    (line,) = [
        one
        for one in deadlines(matter, CALIFORNIA, datetime.fromisoformat(now))
        if one.clock == "determination"
    ]

    assert line.state == state


def test_a_case_file_tells_its_own_dates() -> None:
    case = Case(
        items=CASE.items,
        ur_denial_date=date(2016, 11, 29),
        date_assigned=date(2016, 12, 7),
        priority="Expedited",
        events={"records_complete": "2016-12-20"},
    )

    matter = matter_of(case, CALIFORNIA)

    assert matter.events["assigned"] == date(2016, 12, 7)
    assert matter.circumstances["priority"] == "expedited"
    assert due("determination_expedited", matter).due.date() == date(2016, 12, 23)


@pytest.mark.parametrize(
    ("events", "circumstances", "says"),
    [
        ({"ur_servd": "2016-11-29"}, {}, "did you mean ur_served?"),
        ({"ur_served": "29.11.2016"}, {}, "write 2026-03-31"),
        ({}, {"priority": "urgent"}, "use regular, expedited"),
        ({}, {"signed": "maybe"}, "use yes or no"),
    ],
)
def test_a_wrong_name_or_value_is_told(events, circumstances, says) -> None:
    with pytest.raises(InputError) as told:
        matter_of(CASE, CALIFORNIA, events, circumstances)

    assert says in str(told.value)


COMPLETE = {
    "earlier_application": False,
    "previously_decided": False,
    "signed": True,
    "form": "dwc_imr",
    "ur_attached": True,
    "ur_outcome": "denied",
    "ur_untimely": False,
    "necessity_in_issue": True,
    "requester": "employee",
    "liability_disputed": False,
    "ur_service": "personal",
}
COURSE = {
    "injury": "2016-02-01",
    "ur_decided": "2016-11-28",
    "ur_served": "2016-11-29",
    "imr_form_given": "2016-11-29",
    "application_received": "2016-12-20",
}


@pytest.mark.parametrize(
    ("circumstances", "events", "outcome", "codes"),
    [
        ({}, {}, "eligible", []),
        ({"signed": False}, {}, "refuse", ["UNSIGNED"]),
        ({"form": "mpn_imr"}, {}, "refuse", ["WRONG_FORM"]),
        ({"ur_attached": False}, {}, "refuse", ["NO_UR_ATTACHED"]),
        ({"ur_outcome": "conditional_denial"}, {}, "refuse", ["UR_CNC"]),
        ({"ur_outcome": "approved"}, {}, "refuse", ["UR_APPROVED"]),
        ({"requester": "employer"}, {}, "refuse", ["BAD_REQUESTER"]),
        ({"requester": "agent", "designation_attached": False}, {}, "refuse", ["BAD_DESIGNEE"]),
        (
            {"requester": "agent", "designation_attached": True},
            {"designee_signed": "2016-11-01"},
            "refuse",
            ["BAD_DESIGNEE"],
        ),
        (
            {"requester": "agent", "designation_attached": True},
            {"designee_signed": "2016-12-01"},
            "eligible",
            [],
        ),
        ({}, {"application_received": "2017-01-03"}, "refuse", ["UNTIMELY"]),
        (
            {"ur_service": "mail", "served_in": "california"},
            {"application_received": "2017-01-03"},
            "eligible",
            [],
        ),
        ({"liability_disputed": True}, {}, "defer", ["LIABILITY_DEFERRED"]),
        ({"liability_disputed": True, "employer_agrees": True}, {}, "eligible", []),
        (
            {"liability_disputed": True},
            {"liability_resolved": "2016-12-10"},
            "eligible",
            [],
        ),
        ({"earlier_application": True, "signed": False}, {}, "merge", ["DUPLICATE", "UNSIGNED"]),
        (
            {},
            {"injury": "2012-06-01", "ur_decided": "2013-05-01", "ur_served": "2016-11-29"},
            "refuse",
            ["OUT_OF_SCOPE_DATE"],
        ),
    ],
)
def test_screening(circumstances, events, outcome, codes) -> None:
    matter = matter_of(CASE, CALIFORNIA, COURSE | events, COMPLETE | circumstances)

    screening = screen(matter, CALIFORNIA, date(2017, 1, 10))

    assert screening.outcome == outcome
    assert [ground.code for ground in screening.reasons] == codes
    assert screening.needs_confirmation


def test_what_is_not_told_is_asked() -> None:
    screening = screen(matter_of(CASE, CALIFORNIA, COURSE), CALIFORNIA, date(2017, 1, 10))

    assert screening.outcome == "ask"
    assert "Is the application signed?" in screening.questions


def test_another_program_loads_from_its_own_file() -> None:
    york = load_program("ny_external_appeal")
    matter = matter_of(CASE, york, {"final_adverse_determination": "2024-10-31"})

    line = due("application", matter, york)

    # Four months after 31 October: February has no 31st, and 28 February 2025 is a Friday.
    assert f"{line.due:%Y-%m-%d %Z}" == "2025-02-28 EST"
    assert case_outcome(["Upheld", "Overturned"], york) == "Overturned in Part"
    assert not any("California" in step for step in line.steps)


@pytest.mark.parametrize("name", program_names())
def test_every_rule_names_its_source(name) -> None:
    program = load_program(name)

    assert all(rule.citation and rule.mark for rule in (*program.clocks, *program.grounds))


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        (["Upheld"], "Uphold"),
        (["Overturned", "Overturned"], "Overturn"),
        (["Upheld", "Overturned"], "Partially Overturn"),
    ],
)
def test_the_outcome_of_a_case(decisions, outcome) -> None:
    assert case_outcome(decisions, CALIFORNIA) == outcome


@pytest.mark.parametrize(
    ("votes", "decision"),
    [
        (["Upheld"], "Upheld"),
        (["Upheld", "Overturned"], "Overturned"),
        (["Upheld", "Upheld", "Overturned"], "Upheld"),
    ],
)
def test_a_panel_decides_by_majority_and_a_tie_provides_the_service(votes, decision) -> None:
    assert vote(votes, CALIFORNIA) == decision


@pytest.mark.parametrize(
    ("day", "circumstances", "amount"),
    [
        ("2013-06-01", {}, 560),
        ("2013-06-01", {"reviewer_is_md": False}, 495),
        ("2013-06-01", {"two_reviewers": True}, 760),
        ("2014-06-01", {}, 420),
        ("2014-06-01", {"pharmacy_only": True}, 390),
        ("2014-06-01", {"priority": "expedited"}, 515),
        ("2014-06-01", {"ended_early": True}, 160),
        ("2021-06-01", {}, 345),
        ("2024-10-01", {}, 375),
        ("2024-10-01", {"ended_early": True}, 125),
        ("2012-06-01", {}, None),
    ],
)
def test_fees(day, circumstances, amount) -> None:
    matter = matter_of(CASE, CALIFORNIA, {}, circumstances)

    fee = fee_on(date.fromisoformat(day), matter, CALIFORNIA)

    assert (fee and fee.amount) == amount


def test_the_standard_of_necessity_changed_with_2017() -> None:
    assert regime_on(date(2016, 12, 31), CALIFORNIA).order == "ranked"
    assert regime_on(date(2017, 1, 1), CALIFORNIA).order == "per_schedule"


DAYS = st.dates(date(2013, 7, 1), date(2035, 1, 1))


@given(DAYS, st.integers(1, 40))
def test_business_days_are_counted_one_by_one(day, count) -> None:
    days = calendar("california")

    end = days.add_business_days(day, count)

    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(days.is_business_day(one) for one in between) == count
    assert days.is_business_day(end)


@given(DAYS)
def test_a_day_later_is_never_due_earlier(day) -> None:
    for clock, event in (("application", "ur_served"), ("determination", "records_complete")):
        first = due(clock, Matter(events={event: day}))
        second = due(clock, Matter(events={event: day + timedelta(days=1)}))
        assert first.due <= second.due


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clocks: [", "is no YAML"),
        ("- a", "is no mapping"),
        ("program: x", "missing required field"),
    ],
)
def test_a_broken_program_file_is_told(text, says) -> None:
    with pytest.raises(InputError) as told:
        read_program({"mine.yaml": text})

    assert "mine.yaml" in str(told.value)
    assert says in str(told.value)

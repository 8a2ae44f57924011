"""From statuses to effects, from effects to what would change a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.guidelines.guideline import Criterion, Source
from openimr.model import Kind, Status
from openimr.reviews.changes import hangs_on, would_change
from openimr.reviews.decide import Effect, Weighed, defeating, effects, model, propose


def criterion(number: int, kind: Kind = "requirement", **more: object) -> Criterion:
    return Criterion(
        id=f"C{number}",
        key=f"invented.C{number}",
        kind=kind,
        says=f"Statement {number}.",
        condition="radicular_pain",
        source=Source(cite="invented", certainty="S"),
        **more,  # type: ignore[arg-type]
    )


CASES: list[tuple[str, list[Criterion], dict[str, Status], dict[str, Effect]]] = [
    (
        "a requirement that is not documented defeats",
        [criterion(1), criterion(2)],
        {"C1": "met", "C2": "not_documented"},
        {"C1": "supports", "C2": "defeats"},
    ),
    (
        "a supporting requirement that is not documented is a gap, but defeats when not met",
        [criterion(1, weight="supporting"), criterion(2, weight="supporting")],
        {"C1": "not_documented", "C2": "not_met"},
        {"C1": "gap", "C2": "defeats"},
    ),
    (
        "a contraindication fires only when it is documented",
        [criterion(1, "contraindication"), criterion(2, "contraindication")],
        {"C1": "not_documented", "C2": "met"},
        {"C1": "neutral", "C2": "defeats"},
    ),
    (
        "an exceeded limit defeats",
        [criterion(1, "limit")],
        {"C1": "not_met"},
        {"C1": "defeats"},
    ),
    (
        "one alternative of a group is enough",
        [criterion(1, "alternative", group="A"), criterion(2, "alternative", group="A")],
        {"C1": "not_met", "C2": "met"},
        {"C1": "neutral", "C2": "supports"},
    ),
    (
        "a group of which none is met defeats",
        [criterion(1, "alternative", group="A"), criterion(2, "alternative", group="A")],
        {"C1": "not_met", "C2": "not_documented"},
        {"C1": "defeats", "C2": "defeats"},
    ),
    (
        "a permit lifts only the failure it names",
        [criterion(1), criterion(2), criterion(3, "permit", permits=("C1",))],
        {"C1": "not_met", "C2": "not_met", "C3": "met"},
        {"C1": "waived", "C2": "defeats", "C3": "supports"},
    ),
    (
        "an alternative may stand in for a requirement",
        [criterion(1), criterion(2, "alternative", stands_in_for="C1")],
        {"C1": "not_documented", "C2": "met"},
        {"C1": "waived", "C2": "supports"},
    ),
    (
        "an unmet stand-in harms nobody",
        [criterion(1), criterion(2, "alternative", stands_in_for="C1")],
        {"C1": "met", "C2": "not_met"},
        {"C1": "supports", "C2": "neutral"},
    ),
]


@pytest.mark.parametrize(("says", "criteria", "status", "expected"), CASES)
def test_effects(
    says: str,
    criteria: list[Criterion],
    status: Mapping[str, Status],
    expected: dict[str, Effect],
) -> None:
    assert effects(criteria, status) == expected, says


def test_a_documented_waiver_lifts_its_criterion() -> None:
    criteria = [criterion(1), criterion(2)]
    status: dict[str, Status] = {"C1": "not_met", "C2": "not_met"}
    assert effects(criteria, status, frozenset({"C1"})) == {"C1": "waived", "C2": "defeats"}


def test_what_would_change_an_upheld_item_is_the_smallest_sets() -> None:
    criteria = [
        criterion(1, gap="A report of the failed therapy."),
        criterion(2, "alternative", group="A"),
        criterion(3, "alternative", group="A"),
        criterion(4, "permit", permits=("C1",)),
    ]
    status: dict[str, Status] = {
        "C1": "not_documented",
        "C2": "not_met",
        "C3": "not_documented",
        "C4": "not_documented",
    }
    sets = [change.criteria for change in would_change(criteria, status)]
    assert ("invented.C1", "invented.C2") in sets
    assert ("invented.C3", "invented.C4") in sets
    assert len(sets) == 4
    assert would_change(criteria, status)[0].says[0] == "A report of the failed therapy."


def test_what_an_overturned_item_hangs_on() -> None:
    criteria = [
        criterion(1),
        criterion(2, "alternative", group="A"),
        criterion(3, "alternative", group="A"),
        criterion(4, weight="supporting"),
    ]
    status: dict[str, Status] = {"C1": "met", "C2": "met", "C3": "met", "C4": "met"}
    assert hangs_on(criteria, status) == ("invented.C1",)


KINDS = get_args(Kind)
STATUSES = get_args(Status)


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Criterion], dict[str, Status]]:
    criteria = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        kind = draw(st.sampled_from(KINDS))
        more: dict[str, object] = {"weight": draw(st.sampled_from(["core", "supporting"]))}
        if kind == "alternative":
            more["group"] = draw(st.sampled_from(["A", "B"]))
        if kind == "permit":
            more["permits"] = (f"C{draw(st.integers(1, 6))}",)
        criteria.append(criterion(number, kind, **more))
    status = {c.id: draw(st.sampled_from(STATUSES)) for c in criteria}
    return criteria, status


@given(situations())
def test_each_set_that_would_change_the_proposal_really_does(
    situation: tuple[list[Criterion], dict[str, Status]],
) -> None:
    criteria, status = situation
    kinds = {c.key: c for c in criteria}
    for change in would_change(criteria, status):
        repaired = dict(status)
        for key in change.criteria:
            one = kinds[key]
            repaired[one.id] = "not_met" if one.kind == "contraindication" else "met"
        assert not defeating(criteria, effects(criteria, repaired))


@given(situations())
def test_nothing_would_change_where_nothing_defeats(
    situation: tuple[list[Criterion], dict[str, Status]],
) -> None:
    criteria, status = situation
    failing = defeating(criteria, effects(criteria, status))
    assert bool(would_change(criteria, status)) == bool(failing)


@given(situations())
def test_losing_what_an_overturned_item_hangs_on_defeats_it(
    situation: tuple[list[Criterion], dict[str, Status]],
) -> None:
    criteria, status = situation
    if defeating(criteria, effects(criteria, status)):
        return
    for key in hangs_on(criteria, status):
        lost = status | {key.rsplit(".", 1)[1]: "not_documented"}
        assert defeating(criteria, effects(criteria, lost))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "summary_only", "above_cut", "proposed"),
    [
        ("not_documented", True, True, "Overturned"),  # a summary leaves things out
        ("not_documented", True, False, "Upheld"),
        ("not_documented", False, True, "Upheld"),  # records of their own: silence counts
        ("not_met", True, True, "Upheld"),  # what the summary says is never overruled
        ("met", False, False, "Overturned"),
    ],
)
def test_only_silence_of_a_summary_is_overruled(
    status: Status, summary_only: bool, above_cut: bool, proposed: str
) -> None:
    asked = criterion(1)
    weighed = Weighed(asked, status, effects([asked], {"C1": status})["C1"], grounded=False)
    chance = model().cut + (0.01 if above_cut else -0.01)
    assert propose([weighed], chance, summary_only=summary_only) == proposed

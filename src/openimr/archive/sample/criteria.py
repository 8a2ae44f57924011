"""Criteria tested on what is known to be so, without any text: the truth of an invented case.

The library's own conditions and effects are used, so that facts, criteria and outcome of a
sample agree by construction and follow the library when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple, cast

from openimr.guidelines.closures import Value
from openimr.guidelines.conditions import Condition, Known, compiled
from openimr.guidelines.facts import vocabulary, with_derived
from openimr.guidelines.guideline import Criterion, Edition, Guideline
from openimr.model import Phase, Region, Status
from openimr.reviews import decide, findings
from openimr.reviews.bearing import Bearing
from openimr.reviews.run import shipped_library

Key = tuple[str, str | None]
"""A fact and what it is bound to: a region, a family of treatments, a drug, or nothing."""

State = dict[Key, Value]
"""All that holds in an invented case."""

_TURNS = (date(2016, 7, 28), date(2017, 12, 1))
"""Days on which the guidelines in force changed."""


class Asked(NamedTuple):
    """A disputed item as the criteria see it; ``own`` is its family, or its drug."""

    treatment: str
    region: Region | None
    phase: Phase
    own: str
    values: tuple[tuple[str, Value], ...]
    parent: bool | None = None


class Outcome(NamedTuple):
    """What the criteria come to: the failures decide; none means *Overturned*."""

    statuses: tuple[tuple[str, Status], ...]
    failing: tuple[str, ...]
    supporting: tuple[str, ...]

    @property
    def overturned(self) -> bool:
        """Whether the criteria carry the request."""
        return not self.failing


def guideline(treatment: str) -> Guideline:
    """The shipped guideline of a treatment that samples are made for."""
    found = shipped_library().get(treatment)
    assert found is not None, treatment
    return found


@cache
def epoch(day: date) -> int:
    """The number of the period in which the same guidelines are in force."""
    return sum(day >= turn for turn in _TURNS)


def _day(period: int) -> date:
    return (date(2015, 6, 1), date(2017, 1, 10), date(2018, 3, 1))[period]


@cache
def chain(treatment: str, period: int, region: Region | None) -> tuple[Edition, ...]:
    """The editions in force in a period."""
    return guideline(treatment).chain(_day(period), region)


@cache
def reached(treatment: str) -> frozenset[Key]:
    """Every fact that the criteria of a treatment look at, directly or through derivations.

    A binding of None is the item's own.
    """
    found: set[Key] = set()
    for criterion in guideline(treatment).criteria:
        for text in (criterion.condition, criterion.when, criterion.lifted_by):
            if text is not None:
                found.update(below(compiled(text), None))
    return frozenset(found)


def below(condition: Condition, inherited: str | None, depth: int = 0) -> Iterator[Key]:
    """The facts that a condition names and, through derivations, those below them."""
    for fact, binding in condition.names:
        bound = binding or inherited
        yield fact, bound
        kind = vocabulary()[fact]
        if kind.derived is not None and depth < 6:
            for name, bound_to in below(kind.derived, None, depth + 1):
                same = vocabulary()[name].binding == kind.binding
                yield name, bound_to or (bound if same else None)


@cache
def names(treatment: str) -> frozenset[str]:
    """The names of the facts that can bear on a treatment."""
    return frozenset(fact for fact, _ in reached(treatment))


def judge(asked: Asked, state: Mapping[Key, Value], period: int) -> Outcome:
    """Test the criteria of a request on a state; equal questions are answered from memory."""
    bearing = names(asked.treatment)
    known = tuple((key, value) for key, value in state.items() if key[0] in bearing)
    return _judge(asked, frozenset(known), period)


@lru_cache(maxsize=50_000)
def _judge(asked: Asked, known: frozenset[tuple[Key, Value]], period: int) -> Outcome:
    look_up = cast(Bearing, with_derived(_Stated(asked, dict(known))))
    held = guideline(asked.treatment)
    editions = findings.speaking(chain(asked.treatment, period, asked.region), look_up)
    criteria = findings.applicable(held, asked.phase, editions, look_up)
    status: dict[str, Status] = {}
    for criterion in criteria:
        truth = criterion.test.evaluate(look_up).truth
        status[criterion.id] = "not_documented" if truth is None else "met" if truth else "not_met"
    effect = decide.effects(criteria, status, findings.waived(criteria, look_up))
    return Outcome(
        statuses=tuple((c.id, status[c.id]) for c in criteria),
        failing=tuple(c.id for c in decide.defeating(criteria, effect)),
        supporting=tuple(c.id for c in criteria if _carries(c, effect[c.id], status[c.id])),
    )


def _carries(criterion: Criterion, effect: decide.Effect, status: Status) -> bool:
    return effect == "supports" and criterion.weight == "core" and status == "met"


class _Stated:
    """The lookup of what a state says for one request."""

    def __init__(self, asked: Asked, state: Mapping[Key, Value]) -> None:
        self.asked = asked
        self.state = state
        self.values = dict(asked.values)

    def __call__(self, fact: str, binding: str | None) -> Known | None:
        asked = self.asked
        if fact in self.values:
            return Known(self.values[fact])
        if fact == "request_phase":
            return Known(asked.phase)
        if fact == "body_region":
            return None if asked.region is None else Known(asked.region)
        if fact == "parent_item_supported":
            return None if asked.parent is None else Known(asked.parent)
        if binding == "any":
            found = [v for (name, _), v in self.state.items() if name == fact]
            return Known(max(found, key=bool)) if found else None
        value = self.state.get((fact, binding or self._own(fact)))
        if value is None and binding is None:
            value = self.state.get((fact, None))
        return None if value is None else Known(value)

    def _own(self, fact: str) -> str | None:
        kind = vocabulary()[fact].binding
        if kind == "person":
            return None
        return self.asked.region if kind == "region" else self.asked.own

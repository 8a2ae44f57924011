"""Criteria tested on what is known to be so, without any text: the truth of an invented case.

The library's own conditions and effects are used, so that facts, criteria and outcome of a
sample agree by construction and follow the library when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple, get_args

from openimr.guidelines.closures import Value
from openimr.guidelines.conditions import Condition, Known, compiled
from openimr.guidelines.expressions import (
    Arithmetic,
    Call,
    Comparison,
    Constant,
    FactName,
    Membership,
    Node,
    walk,
)
from openimr.guidelines.facts import vocabulary, with_derived
from openimr.guidelines.guideline import Criterion, Edition, Guideline
from openimr.model import Phase, Region, Status
from openimr.reviews import decide
from openimr.reviews.run import shipped_library

Key = tuple[str, str | None]
"""A fact and what it is bound to: a region, a family of treatments, a drug, or nothing."""

State = dict[Key, Value]
"""All that holds in an invented case."""

_OWN = "own"
_REGIONS: tuple[str, ...] = get_args(Region)
_TURNS = (date(2016, 7, 28), date(2017, 12, 1), date(2019, 1, 1))
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
    days = (date(2015, 6, 1), date(2017, 1, 10), date(2018, 3, 1), date(2019, 3, 1))
    return days[period]


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


class _Bearing(NamedTuple):
    """What of a state can bear on a treatment, so that equal questions are known as equal.

    ``facts`` gives for each fact the values that conditions ask for; a value that none asks for
    is as good as any other between the same two.
    """

    facts: Mapping[str, tuple[Value, ...] | None]
    bindings: frozenset[str]
    alike: Mapping[str, str]

    def question(
        self, asked: Asked, state: Mapping[Key, Value]
    ) -> tuple[Asked, frozenset[tuple[Key, Value]]]:
        """A request and the part of a state that bears on it."""
        facts, bindings = self.facts, self.bindings
        region, own = asked.region, asked.own
        known = []
        for (fact, bound_to), value in state.items():
            about = bound_to
            if fact not in facts:
                continue
            if about == own and own is not None:
                about = _OWN
            elif not (about is None or about == region or about in bindings):
                continue
            known.append(((fact, about), _as_asked(value, facts[fact], self.alike)))
        values = tuple(
            (name, "other" if value not in named and isinstance(value, str) else value)
            for name, raw in asked.values
            if name in facts
            for named in ((facts[name] or ()),)
            for value in (_as_asked(raw, facts[name], self.alike),)
        )
        question = Asked(asked.treatment, region, asked.phase, _OWN, values, asked.parent)
        return question, frozenset(known)


def _as_asked(value: Value, asked_for: tuple[Value, ...] | None, alike: Mapping[str, str]) -> Value:
    if asked_for is None or isinstance(value, bool | str):
        return value
    if isinstance(value, tuple):
        return tuple(sorted({alike.get(word, "other") for word in value}))
    if value in asked_for:
        return value
    limits = sorted(one for one in asked_for if isinstance(one, int | float))
    below_it = [one for one in limits if one < value]  # type: ignore[operator]
    return (below_it[-1] + 0.01) if below_it else -1


@cache
def _bearing(treatment: str) -> _Bearing:
    found: dict[str, set[Value] | None] = {fact: set() for fact, _ in reached(treatment)}
    held = guideline(treatment)
    texts = [t for c in held.criteria for t in (c.condition, c.when, c.lifted_by)]
    texts += [edition.when for edition in held.editions]
    conditions = [compiled(text) for text in texts if text is not None]
    kinds = vocabulary()
    conditions += [c for fact in list(found) if (c := kinds[fact].derived) is not None]
    lists: list[frozenset[str]] = []
    for condition in conditions:
        for name, _ in condition.names:
            found.setdefault(name, set())
        _note(condition.expression, found)
        lists += _lists(condition.expression)
    facts = {name: None if v is None else tuple(v) for name, v in found.items()}
    bindings = {binding for _, binding in reached(treatment) if binding}
    if "any" in bindings:
        bindings |= set(_REGIONS)
    return _Bearing(facts, frozenset(bindings), _alike(lists))


def _lists(expression: Node) -> Iterator[frozenset[str]]:
    """The lists of words that an expression looks for."""
    for node in walk(expression):
        if isinstance(node, Membership):
            yield frozenset(str(one.value) for one in node.values)
        elif isinstance(node, Comparison) and isinstance(node.right, Constant):
            yield frozenset({str(node.right.value)})


def _alike(lists: Sequence[frozenset[str]]) -> dict[str, str]:
    """For each word one that stands in the same lists, so that no condition tells them apart."""
    first: dict[tuple[int, ...], str] = {}
    words = sorted(frozenset().union(*lists))
    return {
        word: first.setdefault(tuple(n for n, held in enumerate(lists) if word in held), word)
        for word in words
    }


def _note(expression: Node, found: dict[str, set[Value] | None]) -> None:
    """Note the values that an expression compares each of its facts with."""
    for node in walk(expression):
        if isinstance(node, Comparison) and isinstance(node.left, FactName):
            known = found.get(node.left.fact)
            if not isinstance(node.right, Constant):
                found[node.left.fact] = None
            elif known is not None:
                known.add(node.right.value)
        elif isinstance(node, Membership) and isinstance(node.left, FactName):
            known = found.get(node.left.fact)
            if known is not None:
                known.update(value.value for value in node.values)
        elif isinstance(node, Arithmetic | Call):
            parts = (node.left, node.right) if isinstance(node, Arithmetic) else node.parts
            numeric = isinstance(node, Arithmetic) or node.function == "sum_known"
            for part in parts if numeric else ():
                if isinstance(part, FactName):
                    found[part.fact] = None


def bears(treatment: str, fact: str) -> bool:
    """Whether a fact can make a difference to the criteria of a treatment."""
    return fact in _bearing(treatment).facts


def judge(asked: Asked, state: Mapping[Key, Value], period: int) -> Outcome:
    """Test the criteria of a request on a state; equal questions are answered from memory."""
    question, known = _bearing(asked.treatment).question(asked, state)
    return _judge(question, known, period)


@lru_cache(maxsize=50_000)
def _judge(asked: Asked, known: frozenset[tuple[Key, Value]], period: int) -> Outcome:
    def truth(text: str | None) -> bool | None:
        return None if text is None else _truth(text, *_share(text, asked, known))

    held = guideline(asked.treatment)
    editions = chain(asked.treatment, period, asked.region)
    speaking = {e.id for e in editions if e.when is None or truth(e.when) is True}
    status: dict[str, Status] = {}
    criteria: list[Criterion] = []
    for criterion in held.criteria:
        if not criterion.applies(asked.phase):
            continue
        if criterion.editions and not speaking.intersection(criterion.editions):
            continue
        if criterion.when is not None and truth(criterion.when) is not True:
            continue
        found = truth(criterion.condition)
        status[criterion.id] = "not_documented" if found is None else "met" if found else "not_met"
        criteria.append(criterion)
    waived = frozenset(c.id for c in criteria if c.lifted_by and truth(c.lifted_by) is True)
    effect = decide.effects(criteria, status, waived)
    return Outcome(
        statuses=tuple((c.id, status[c.id]) for c in criteria),
        failing=tuple(c.id for c in decide.defeating(criteria, effect)),
        supporting=tuple(c.id for c in criteria if _carries(c, effect[c.id], status[c.id])),
    )


@cache
def _asks(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the facts that a condition asks for, directly or not, and their bindings."""
    keys = frozenset(below(compiled(text), None))
    return frozenset(fact for fact, _ in keys), frozenset(b for _, b in keys if b)


def _share(
    text: str, asked: Asked, known: frozenset[tuple[Key, Value]]
) -> tuple[Asked, frozenset[tuple[Key, Value]]]:
    """What a condition can see of a request and a state."""
    names, bindings = _asks(text)
    question = Asked(
        asked.treatment if bindings else "",
        asked.region,
        asked.phase if "request_phase" in names else "initial",
        asked.own,
        tuple([pair for pair in asked.values if pair[0] in names]),
        asked.parent if "parent_item_supported" in names else None,
    )
    return question, frozenset([pair for pair in known if pair[0][0] in names])


@lru_cache(maxsize=50_000)
def _truth(text: str, asked: Asked, known: frozenset[tuple[Key, Value]]) -> bool | None:
    """One condition tested."""
    return compiled(text).evaluate(with_derived(_Stated(asked, dict(known)))).truth


def _carries(criterion: Criterion, effect: decide.Effect, status: Status) -> bool:
    return effect == "supports" and criterion.weight == "core" and status == "met"


class _Stated:
    """The lookup of what a state says for one request."""

    def __init__(self, asked: Asked, state: Mapping[Key, Value]) -> None:
        self.asked = asked
        self.state = state
        self.values = dict(asked.values)
        held = shipped_library().get(asked.treatment)
        self.names = {held.treatment, held.family} if held is not None else set()

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
        value = self.state.get((fact, self._binding(binding) or self._own(fact)))
        if value is None and binding is None:
            value = self.state.get((fact, None))
        return None if value is None else Known(value)

    def _binding(self, binding: str | None) -> str | None:
        own = binding is not None and binding in self.names
        return _OWN if own else binding

    def _own(self, fact: str) -> str | None:
        kind = vocabulary()[fact].binding
        if kind == "person":
            return None
        return self.asked.region if kind == "region" else self.asked.own

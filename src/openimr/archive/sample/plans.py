"""Plans: sets of facts under which the criteria of a treatment come to an intended outcome.

A plan is searched for: from a bare case, facts that there are words for are added where a
criterion fails, until none does; what is not needed is taken away again. Requests that fail come
from such plans by leaving facts out or turning them round, so that they are near misses.
"""

from __future__ import annotations

import itertools
import random as randomly
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from openimr.archive.sample.content import (
    FactWords,
    Random,
    Treatment,
    cases,
    clashes,
    fact_words,
    pick,
    treatments,
)
from openimr.archive.sample.criteria import (
    Asked,
    Key,
    Outcome,
    State,
    below,
    guideline,
    judge,
)
from openimr.guidelines.closures import Value
from openimr.guidelines.conditions import compiled
from openimr.guidelines.facts import vocabulary
from openimr.model import Phase, Region

_GOOD, _BAD = 12, 30
_MOVES = 40
BANDS = {
    0.6: (0.3, 0.95),
    1.2: (1.1, 1.33),
    2.6: (2.1, 2.9),
    4.0: (3.3, 5.7),
    8.0: (6.3, 11.5),
    18.0: (12.5, 23.0),
    50.0: (25.0, 110.0),
}
"""Months since the injury, and the range in which criteria take them for the same."""
_MONTHS = tuple(BANDS)
_CHRONIC = (4.0, 8.0, 18.0, 50.0, 50.0)
_AGES = (24, 29, 33, 38, 42, 47, 51, 55, 58, 62, 67)


class Variant(NamedTuple):
    """One way of asking for the treatment: its request facts and the fields of the wording."""

    values: tuple[tuple[str, Value], ...]
    fields: tuple[tuple[str, str], ...]
    drug: str | None


class Plan(NamedTuple):
    """Facts to state, how old the injury and the worker are, and how the request is made."""

    facts: tuple[tuple[Key, Value], ...]
    months: float
    age: int
    variant: int


class Pool(NamedTuple):
    """The plans of a treatment in one kind of case and phase, by what the criteria come to."""

    good: tuple[Plan, ...]
    bad: tuple[Plan, ...]


@cache
def variants(name: str) -> tuple[Variant, ...]:
    """The ways of asking for a treatment."""
    held = treatments()[name]
    if held.visits:
        return tuple(_visits(f, w) for f, w in held.visits)
    if held.drugs:
        return tuple(
            _drug(held, number, q) for number in range(len(held.drugs)) for q in (held.q or (0,))
        )
    return (Variant((), (), None),)


def _visits(f: int, w: int) -> Variant:
    values = {"sessions_requested": f * w, "frequency_per_week": f, "duration_weeks_requested": w}
    fields = (("n", str(f * w)), ("f", str(f)), ("w", str(w)))
    return Variant(tuple(values.items()), fields, None)


def _drug(held: Treatment, number: int, q: int) -> Variant:
    named = held.drugs[number]
    generic = held.generic.get(named.split()[0])
    values: dict[str, Value] = {"dispense_qty": float(q)} if q else {}
    if generic:
        values["drug_name"] = generic
    if held.components:
        values["drug_components"] = held.components[number]
    if held.form:
        values["dosage_form"] = held.form
    return Variant(tuple(values.items()), (("drug", named), ("q", str(q))), generic)


def said_as(variant: Variant) -> str:
    """How a drug is called beside its request: its name without the strength."""
    words = dict(variant.fields)["drug"].split()
    return " ".join(itertools.takewhile(lambda word: not word[0].isdigit(), words))


def own_name(name: str, variant: Variant) -> str:
    """What treatment-bound facts of an item are bound to: its drug, else its family."""
    return variant.drug or guideline(name).family or name


def asked(name: str, region: Region, phase: Phase, number: int, parent: bool | None) -> Asked:
    """The request of a treatment as the criteria see it."""
    variant = variants(name)[number]
    held = guideline(name)
    place = held.region or region
    values: tuple[tuple[str, Value], ...] = variant.values
    if held.category == "injection" and "{level}" in " ".join(treatments()[name].ask):
        values = (*values, ("levels_count", 1))
    return Asked(name, place, phase, own_name(name, variant), values, parent)


@cache
def pool(name: str, kind: str, phase: Phase) -> Pool:
    """All plans of a treatment for a kind of case; the same whenever they are made."""
    return _Search(name, kind, phase).pool()


@cache
def called(about: str) -> str | None:
    """How records name what a fact is bound to: a treatment of this family."""
    for name, held in treatments().items():
        if guideline(name).family == about and not held.drugs:
            return held.called
    return None


class _Search:
    def __init__(self, name: str, kind: str, phase: Phase) -> None:
        self.name, self.kind, self.phase = name, kind, phase
        self.held = treatments()[name]
        self.region = guideline(name).region or cases()[kind].region
        self.random: Random = randomly.Random(f"{name}/{kind}/{phase}").random
        self.leaves = {
            c.id: self._leaves(c.condition) + self._leaves(c.lifted_by)
            for c in guideline(name).criteria
        }
        self.settled = background(kind, 8.0, 40)
        # What waives a criterion, or keeps one from applying, is a way as well.
        permits = [c for c in guideline(name).criteria if c.kind in ("permit", "alternative")]
        for permit in permits:
            for lifted in (*permit.permits, permit.stands_in_for or ""):
                if lifted in self.leaves:
                    self.leaves[lifted] += self.leaves[permit.id]

    def _leaves(self, condition: str | None) -> list[tuple[Key, FactWords]]:
        if condition is None:
            return []
        names = {fact for fact, _ in reach(condition)}
        return [
            (key, words)
            for key in sorted(reach(condition), key=str)
            if (words := fact_words().get(key[0])) is not None
            and self._speakable(key, words)
            and key[0] in names
        ]

    def _speakable(self, key: Key, words: FactWords) -> bool:
        fact, binding = key
        kind = vocabulary()[fact].binding
        if kind == "region":
            place = self.region if binding in (None, "any") else binding
            return place == self.region and (not words.regions or place in words.regions)
        if kind in ("treatment", "drug") and binding is not None:
            return binding == guideline(self.name).family or called(binding) is not None
        return binding is None and (not words.regions or self.region in words.regions)

    def _key(self, key: Key, variant: int) -> Key:
        fact, binding = key
        kind = vocabulary()[fact].binding
        if kind == "person":
            return fact, None
        if kind == "region":
            return fact, self.region
        return fact, binding or own_name(self.name, variants(self.name)[variant])

    def pool(self) -> Pool:
        good: list[Plan] = []
        bad: list[Plan] = []
        for _ in range(_GOOD):
            found = self._carried()
            if found is not None:
                good.append(found)
        for _ in range(_BAD):
            found = self._missed(pick(self.random, good) if good else self._bare())
            if found is not None:
                bad.append(found)
        return Pool(tuple(good), tuple(bad))

    def _bare(self) -> Plan:
        months = pick(self.random, _CHRONIC if self.held.chronic else _MONTHS)
        age = pick(self.random, _AGES)
        number = int(self.random() * len(variants(self.name)))
        return Plan(tuple(self._given(number, months).items()), months, age, number)

    def _given(self, number: int, months: float) -> State:
        """What the phase of the request brings with it."""
        state: State = {}
        variant = variants(self.name)[number]
        if self.phase == "repeat" and self.held.visits:
            most = max(6, months * 9)
            prior = pick(self.random, [n for n in (6, 6, 8, 12, 12, 18, 24) if n <= most])
            state["prior_sessions_completed", own_name(self.name, variant)] = prior
        if self.phase == "repeat" and guideline(self.name).category == "imaging":
            state["prior_mri", self.region] = True
        if self.phase == "ongoing" and variant.drug:
            state["on_drugs", None] = (variant.drug,)
        if self.phase == "initial" and variant.drug:
            state["first_prescription", variant.drug] = True
        for fact in self.held.needs:
            values = tuple(fact_words()[fact].values)
            state[self._key((fact, None), number)] = pick(self.random, values)
        return state

    def _judged(self, plan: Plan, facts: Mapping[Key, Value], number: int) -> Outcome:
        state = background(self.kind, plan.months, plan.age) | dict(facts)
        question = asked(self.name, self.region, self.phase, number, self._parent())
        return judge(question, state, 1)

    def _parent(self) -> bool | None:
        return True if self.held.service else None

    def _carried(self) -> Plan | None:
        """A plan under which nothing fails; None where the search finds none."""
        start = self._bare()
        given = dict(start.facts)
        facts, number = dict(given), start.variant
        outcome = self._judged(start, facts, number)
        for _ in range(_MOVES):
            if not outcome.failing:
                break
            trial, other = self._moved(
                facts, number, start.months, pick(self.random, outcome.failing)
            )
            found = self._judged(start, trial, other)
            if len(found.failing) <= len(outcome.failing):
                facts, number, outcome = trial, other, found
        if outcome.failing:
            return None
        for key in list(facts):
            if key not in given:
                less = {k: v for k, v in facts.items() if k != key}
                if not self._judged(start, less, number).failing:
                    facts = less
        return start._replace(facts=tuple(facts.items()), variant=number)

    def _moved(self, facts: State, number: int, months: float, failing: str) -> tuple[State, int]:
        leaves = self.leaves[failing]
        own = variants(self.name)
        if len(own) > 1 and not own[0].drug and self.random() < (0.3 if leaves else 1.0):
            return facts, int(self.random() * len(own))
        if not leaves:
            return facts, number
        key, words = self._weighted(leaves)
        values = words.domain()
        value = values[0] if self.random() < 0.7 else pick(self.random, values)
        if self._key(key, number) in self.settled:
            return facts, number
        if since(key[0], value) > months or clashes(key, value, self._unbound(facts)):
            return facts, number
        moved = dict(facts)
        moved[self._key(key, number)] = value
        return moved, number

    def _unbound(self, facts: State) -> dict[Key, Value]:
        has = {(fact, None): True for fact in cases()[self.kind].has}
        return has | {(fact, None): value for (fact, _), value in facts.items()}

    def _weighted(self, leaves: list[tuple[Key, FactWords]]) -> tuple[Key, FactWords]:
        place = self.random() * sum(words.often for _, words in leaves)
        for key, words in leaves:
            place -= words.often
            if place <= 0:
                return key, words
        return leaves[-1]

    def _also(self, facts: State, number: int, months: float) -> None:
        """Now and then something that speaks against, or aside."""
        leaves = self.leaves[pick(self.random, tuple(self.leaves))]
        if not leaves or self.random() < 0.6:
            return
        key, words = self._weighted(leaves)
        value = pick(self.random, words.domain())
        if self._key(key, number) in self.settled:
            return
        if since(key[0], value) <= months and not clashes(key, value, self._unbound(facts)):
            facts.setdefault(self._key(key, number), value)

    def _missed(self, near: Plan) -> Plan | None:
        """A near miss: some of the facts left out or turned round, or too much asked for."""
        start = self._bare() if self.random() < 0.25 else near
        for _ in range(12):
            facts = dict(start.facts)
            number = start.variant
            if len(variants(self.name)) > 1 and not variants(self.name)[0].drug:
                number = int(self.random() * len(variants(self.name)))
            given = self._given(number, start.months)
            for key in list(facts):
                chance = self.random()
                if key in given:
                    continue
                if chance < 0.4:
                    del facts[key]
                elif chance < 0.6 and fact_words()[key[0]].no:
                    facts[key] = False
            self._also(facts, number, start.months)
            if self._judged(start, facts, number).failing:
                return start._replace(facts=tuple(facts.items()), variant=number)
        return None


def since(fact: str, value: Value) -> float:
    """The months since the injury that a fact takes at least."""
    if value is False:
        return 0.0
    if isinstance(value, int | float) and not isinstance(value, bool):
        if fact.endswith("_weeks") or fact == "weeks_postop":
            return value / 4.35 + (1.5 if fact == "weeks_postop" else 0.5)
        if fact.endswith("_months"):
            return float(value)
        if fact == "prior_sessions_completed":
            return value / 9
    return fact_words()[fact].months


@cache
def reach(condition: str) -> frozenset[Key]:
    """The facts that a condition names and those they are derived from."""
    return frozenset(below(compiled(condition), None))


def background(kind: str, months: float, age: int) -> State:
    """What every case of a kind states, as the search for plans sees it."""
    held = cases()[kind]
    state: State = {("months_since_injury", None): months, ("age", None): age}
    for fact in held.has:
        words = fact_words()[fact]
        place = held.region if vocabulary()[fact].binding == "region" else None
        state[fact, place] = words.domain()[0]
    state["pain_score", held.region] = 6
    state["pain_location", held.region] = (held.region,)
    return state

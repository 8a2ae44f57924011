"""Eligibility screening: which grounds speak against a review, and what must still be asked.

The machine screens; a refusal is confirmed by a person (own policy; Labor Code 4610.5(k)).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from openimr.guidelines.conditions import compiled
from openimr.model import Value
from openimr.rules.clocks import holds, missed
from openimr.rules.matter import Matter, day_of
from openimr.rules.program import UNCERTAIN, Ground, Program

Outcome = Literal["eligible", "refuse", "defer", "merge", "ask"]
_ORDER: tuple[Outcome, ...] = ("merge", "refuse", "defer", "ask")


class GroundFinding(Value, frozen=True, kw_only=True):
    """One ground as it stands: it applies, does not, or is open until ``ask`` is answered."""

    code: str
    says: str
    applies: bool | None
    outcome: Literal["refuse", "defer", "merge"]
    citation: str
    mark: str
    uncertain: bool
    ask: str | None = None


class Screening(Value, frozen=True, kw_only=True):
    """The outcome that the grounds lead to; never final without a person's confirmation."""

    outcome: Outcome
    grounds: tuple[GroundFinding, ...]
    needs_confirmation: bool = True

    @property
    def reasons(self) -> tuple[GroundFinding, ...]:
        """The grounds that apply."""
        return tuple(ground for ground in self.grounds if ground.applies)

    @property
    def open(self) -> tuple[GroundFinding, ...]:
        """The grounds of which it is not known whether they apply."""
        return tuple(ground for ground in self.grounds if ground.applies is None)

    @property
    def questions(self) -> tuple[str, ...]:
        """What must be asked before the outcome stands."""
        return tuple(ground.ask for ground in self.grounds if ground.ask)


def screen(matter: Matter, program: Program, now: datetime | date | None = None) -> Screening:
    """Screen a matter.

    Args:
        matter: events and circumstances.
        program: its grounds, in the order in which they are shown.
        now: the moment of screening; the present by default.

    Returns:
        The outcome: a ground that applies beats an open one; merge beats refusal, refusal
        beats deferral.
    """
    asked = {fact for one in program.grounds for fact, _ in compiled(one.condition).names}
    clocks = {fact.removesuffix("_missed") for fact in asked if fact.endswith("_missed")}
    answers = missed(matter, program, now, clocks)
    late = {f"{clock}_missed": answer for clock, answer in answers.items()}
    findings = tuple(
        _tested(ground, matter, late)
        for ground in program.grounds
        if _in_force(ground, matter, program)
    )
    outcomes: set[Outcome] = {ground.outcome for ground in findings if ground.applies}
    if any(ground.applies is None for ground in findings):
        outcomes.add("ask")
    outcome: Outcome = next((one for one in _ORDER if one in outcomes), "eligible")
    return Screening(outcome=outcome, grounds=findings)


def _in_force(ground: Ground, matter: Matter, program: Program) -> bool:
    when = matter.events.get("application_received")
    return when is None or ground.in_force.covers(day_of(when, program.zone))


def _tested(ground: Ground, matter: Matter, late: dict[str, bool]) -> GroundFinding:
    applies = holds(ground.condition, matter, **late)
    return GroundFinding(
        code=ground.code,
        says=ground.says,
        applies=applies,
        outcome=ground.outcome,
        citation=ground.citation,
        mark=ground.mark,
        uncertain=ground.mark in UNCERTAIN,
        ask=ground.ask if applies is None else None,
    )

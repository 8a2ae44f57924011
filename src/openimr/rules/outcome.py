"""What follows from the decisions: the case's outcome, a panel's vote, the fee, the standard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openimr.errors import InputError
from openimr.model import Decision
from openimr.rules.clocks import holds
from openimr.rules.matter import Matter
from openimr.rules.program import Fee, Program, Regime


def case_outcome(decisions: Sequence[Decision], program: Program) -> str:
    """The program's word for a case whose items were decided so.

    Raises:
        InputError: no item is decided.
    """
    if not decisions:
        raise InputError(program.program, "no item is decided", "decide every item first")
    words = program.vocabulary
    if len(set(decisions)) > 1:
        return words.case_mixed
    return words.case_overturned if decisions[0] == "Overturned" else words.case_upheld


def vote(decisions: Sequence[Decision], program: Program) -> Decision:
    """What several reviewers decide together on one item: the majority, else the tie rule.

    Labor Code 4610.6(e): an even split is decided in favor of providing the service.

    Raises:
        InputError: nobody voted.
    """
    if not decisions:
        raise InputError(program.program, "nobody decided", "collect the reviewers' decisions")
    overturned = sum(one == "Overturned" for one in decisions)
    upheld = len(decisions) - overturned
    if overturned == upheld:
        return "Overturned" if program.panel.tie == "overturned" else "Upheld"
    return "Overturned" if overturned > upheld else "Upheld"


def regime_on(day: date, program: Program) -> Regime:
    """The standard of necessity in force on a day.

    Raises:
        InputError: the program has none for that day.
    """
    for regime in program.regimes:
        if regime.in_force.covers(day):
            return regime
    raise InputError(
        program.program, f"has no standard of necessity for {day}", "add it to regimes"
    )


def fee_on(day: date, matter: Matter, program: Program) -> Fee | None:
    """The fee of a matter that ends on a day; None where the schedule has no row for it."""
    rows = (fee for fee in program.fees if fee.in_force.covers(day))
    return next((fee for fee in rows if holds(fee.when, matter)), None)

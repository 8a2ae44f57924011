"""The workflow table and its engine: what may be done with a case, by whom, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml
from django.db import transaction
from django.utils import timezone

from openimr.errors import InputError, OpenIMRError
from openimr.model import Value
from openimr.office import audit
from openimr.office.models import Case, User
from openimr.rules import Deadline, Matter, Program, deadlines, load_program, matter_of


class State(Value, frozen=True, kw_only=True):
    """A state of the table."""

    says: str
    kind: Literal["open", "suspended", "decided", "closed"]


class Transition(Value, frozen=True, kw_only=True):
    """A line of the table. ``to`` ``same`` leaves the state as it is."""

    id: str
    from_: tuple[str, ...] = msgspec.field(name="from")
    to: str
    says: str
    roles: tuple[str, ...]
    rule: str
    guard: tuple[str, ...] = ()
    records: str | None = None
    clock: str | None = None
    letters: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


class Table(Value, frozen=True, kw_only=True):
    """The workflow file."""

    states: dict[str, State]
    groups: dict[str, tuple[str, ...]]
    transitions: tuple[Transition, ...]


@lru_cache(maxsize=1)
def table() -> Table:
    """The workflow table, checked against the guards and the program's law."""
    from openimr.office import parts  # noqa: F401 - its guards register themselves

    text = files("openimr.office").joinpath("workflow.yaml").read_text("utf-8")
    loaded = msgspec.convert(yaml.load(text, yaml.CSafeLoader), Table)
    for line in loaded.transitions:
        unknown = {*line.from_, line.to} - {*loaded.states, "same"}
        unknown |= set(line.guard) - set(GUARDS)
        if unknown:
            raise InputError("workflow.yaml", f"{line.id}: unknown {min(unknown)}", "correct it")
    return loaded


class Refused(OpenIMRError):  # noqa: N818 - reads as what happened
    """A step that the table or a guard does not allow; the message says why."""


class Stale(Refused):
    """Someone else has changed the case since the page was opened."""


@dataclass(frozen=True)
class Step:
    """A step that a user takes: the line, who, and what was asked for.

    ``is_taken`` is False while it is only asked whether the step is open: nothing is given yet.
    """

    line: Transition
    case: Case
    user: User
    given: Mapping[str, Any]
    is_taken: bool = False


Guard = Callable[[Step], str | None]
"""A guard returns None where the step may be taken, else one sentence why not."""

GUARDS: dict[str, Guard] = {}


def guard(check: Guard) -> Guard:
    """Register a guard under its own name."""
    GUARDS[check.__name__] = check
    return check


def program(case: Case) -> Program:
    """The law of a case."""
    return load_program(case.program)


def matter(case: Case) -> Matter:
    """Events and circumstances of a case, as the law reads them."""
    from openimr.model import Case as ModelCase

    circumstances = {"priority": case.priority, "dispute": case.dispute} | case.circumstances
    events = dict(case.events)
    if case.date_of_injury:
        events.setdefault("injury", case.date_of_injury.isoformat())
    model = ModelCase(items=(), case_number=case.number)
    return matter_of(model, program(case), events, circumstances)


def clocks(case: Case, now: datetime | None = None) -> tuple[Deadline, ...]:
    """The time limits of a case as they stand."""
    return deadlines(matter(case), program(case), now or timezone.now())


def steps_for(case: Case, user: User) -> list[tuple[Transition, str | None]]:
    """The steps that a user's role has in the case's state, each with why it is not open (or None).

    What a step asks for is not given yet, so that guards over it do not speak here.
    """
    return [
        (line, _against(Step(line, case, user, {})))
        for line in table().transitions
        if case.state in line.from_ and user.role in line.roles
    ]


def take(
    transition: str,
    case: Case,
    user: User,
    given: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Take a step: check, change the state, enter the event, log it; all or nothing.

    Args:
        transition: the line's id.
        case: it is read anew under lock.
        user: who takes it.
        given: what the line asks for.
        version: the version the user saw; a different one is refused.
        at: when it happened, if not now.

    Raises:
        Refused: role, state or a guard forbid it.
        Stale: the case was changed meanwhile.
    """
    line = next((one for one in table().transitions if one.id == transition), None)
    if line is None:
        raise Refused(f"there is no step called {transition}")
    with transaction.atomic():
        held = Case.objects.select_for_update().get(pk=case.pk)
        if version is not None and held.version != version:
            raise Stale("Someone else has changed this case; look at it again before you go on.")
        step = Step(line, held, user, dict(given or {}), is_taken=True)
        if held.state not in line.from_:
            raise Refused(f"“{line.says}” is not possible in state {held.state}.")
        if user.role not in line.roles:
            raise Refused(f"“{line.says}” is not open to your role.")
        if missing := [name for name in line.asks if not step.given.get(name)]:
            raise Refused(f"“{line.says}” needs: {', '.join(missing)}.")
        if reason := _against(step):
            raise Refused(reason)
        moment = at or timezone.now()
        before = held.state
        if line.to != "same":
            held.state = line.to
        if line.records:
            held.events = {**held.events, line.records: moment.isoformat(timespec="minutes")}
        for effect in EFFECTS.get(line.id, ()):
            effect(step, moment)
        save(held)
        audit.record(
            f"case.{line.id}", user, held, **{"from": before, "to": held.state, "rule": line.rule}
        )
    return held


Effect = Callable[[Step, datetime], None]
EFFECTS: dict[str, list[Effect]] = {}


def effect(*transitions: str) -> Callable[[Effect], Effect]:
    """Register something that happens with a step, in its transaction, before the case is saved."""

    def register(action: Effect) -> Effect:
        for transition in transitions:
            EFFECTS.setdefault(transition, []).append(action)
        return action

    return register


def save(case: Case) -> None:
    """Save a case with its next deadline and a new version."""
    case.version += 1
    refresh_due(case)
    if table().states[case.state].kind == "closed":
        case.closed_at = case.closed_at or timezone.now()
    else:
        case.closed_at = None
    case.save()


def refresh_due(case: Case) -> None:
    """Set the case's next deadline: of its clocks the first that the house must mind."""
    kind = table().states[case.state].kind
    watched = {
        line.clock for line in table().transitions if line.clock and case.state in line.from_
    }
    open_ones = [
        line
        for line in clocks(case)
        if line.state in ("open", "overdue") and line.due and _watched(line, watched)
    ]
    first = min(open_ones, key=lambda line: line.due or timezone.now(), default=None)
    if kind == "closed" or first is None:
        case.due_at, case.due_clock = None, ""
    else:
        case.due_at, case.due_clock = first.due, first.clock


def _watched(line: Deadline, watched: set[str]) -> bool:
    return any(line.clock == name or line.clock.startswith(f"{name}_") for name in watched) or (
        line.clock.startswith("determination")
    )


def _against(step: Step) -> str | None:
    for name in step.line.guard:
        if reason := GUARDS[name](step):
            return reason
    return None

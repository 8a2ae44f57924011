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
from openimr.panel.names import same as same_name
from openimr.rules import Deadline, Matter, Program, deadlines, load_program, matter_of
from openimr.rules import screen as screening_of


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


@guard
def no_ground_applies(step: Step) -> str | None:
    """No ground of ineligibility applies (what is open may be accepted by a person)."""
    reasons = screening_of(matter(step.case), program(step.case)).reasons
    return f"A ground applies: {reasons[0].says}" if reasons else None


@guard
def open_grounds_seen(step: Step) -> str | None:
    """Each ground that is still open was acknowledged by the person who accepts."""
    if not step.is_taken:
        return None
    found = screening_of(matter(step.case), program(step.case)).grounds
    seen = step.given.get("open_grounds") or ()
    left = [one for one in found if one.applies is None and one.code not in seen]
    if not left:
        return None
    return (
        f"Grounds are still open: answer or acknowledge each ({len(left)} left). "
        f"The first: {left[0].says}"
    )


@guard
def reasons_confirmed(step: Step) -> str | None:
    """A person has confirmed at least one ground that the screening found and that leads here."""
    chosen = step.given.get("reasons")
    if chosen is None:
        return None
    outcome = "defer" if step.line.id == "defer" else "refuse"
    reasons = screening_of(matter(step.case), program(step.case)).reasons
    found = {one.code for one in reasons if one.outcome == outcome}
    wrong = set(chosen) - found
    return f"The screening does not find {min(wrong)} as a reason to {outcome}." if wrong else None


@guard
def names_other_case(step: Step) -> str | None:
    """The earlier application is named and is another case of the same employee."""
    number = step.given.get("other_case")
    if number is None:
        return None
    other = Case.objects.filter(number=number).exclude(pk=step.case.pk).first()
    if other is None:
        return f"There is no other case {number}."
    claim = step.case.claim_number.lower()
    same = same_name(other.employee, step.case.employee) or (
        claim and claim == other.claim_number.lower()
    )
    return None if same else f"{number} is of another employee."


@guard
def records_overdue(step: Step) -> str | None:
    """The window for the records has passed."""
    late = [
        line
        for line in clocks(step.case)
        if line.clock.startswith("records") and line.state == "overdue"
    ]
    return None if late else "The window for the records is still open."


@guard
def a_document_besides_ur(step: Step) -> str | None:
    """REC-21: the file holds a document that is not the utilization review decision."""
    return rests_on_ur_alone(step.case)


def rests_on_ur_alone(case: Case) -> str | None:
    """Why a file would let a determination rest on the utilization review decision alone."""
    others = case.documents.exclude(kind="utilization_review").exclude(status="infected")
    return (
        None
        if others.exists()
        else (
            "The file holds nothing but the utilization review decision; a determination may never "
            "rest on that alone (8 CCR 9792.10.6(b)(2))."
        )
    )


@guard
def not_on_ur_alone(step: Step) -> str | None:
    """REC-21, at signing and issuing."""
    return a_document_besides_ur(step)


@guard
def reviewer_cleared(step: Step) -> str | None:
    """Every chosen reviewer is qualified and free of conflicts, or cleared by a person."""
    from openimr.office.matching import why_not

    for name in chosen_reviewers(step.given):
        if against := why_not(step.case, name):
            return against
    return None


@guard
def panel_approved(step: Step) -> str | None:
    """REV-20: one reviewer decides; more need the Administrative Director's written approval."""
    chosen = chosen_reviewers(step.given)
    present = set(
        step.case.assignments.filter(
            round=step.case.remand_count, state__in=("offered", "accepted", "done")
        ).values_list("reviewer__username", flat=True)
    )
    if twice := present & set(chosen):
        return f"{min(twice)} has the case already."
    count = len(present | set(chosen))
    if step.line.id == "add_reviewer":
        count = max(count, len(present) + 1)
    if count <= program(step.case).panel.reviewers:
        return None
    approval = step.case.panel_approvals.filter(round=step.case.remand_count).first()
    if approval is None:
        return (
            "More than one reviewer needs the written approval of the Administrative Director "
            "(8 CCR 9792.10.6(c)); enter it first."
        )
    if count > approval.reviewers:
        return f"The approval is for {approval.reviewers} reviewers."
    return None


def chosen_reviewers(given: Mapping[str, Any]) -> list[str]:
    """The user names that a step names as reviewers: a list, or one name."""
    chosen = given.get("reviewer") or ()
    return [chosen] if isinstance(chosen, str) else list(dict.fromkeys(chosen))


@guard
def has_the_case(step: Step) -> str | None:
    """The named reviewer was offered or has taken the case and has not handed in."""
    chosen = step.given.get("reviewer")
    if chosen is None:
        return None
    held = step.case.assignments.filter(
        reviewer__username=chosen, round=step.case.remand_count, state__in=("offered", "accepted")
    )
    return None if held.exists() else f"{chosen} does not have the case."


@guard
def is_own_offer(step: Step) -> str | None:
    """The case is offered to this reviewer."""
    mine = step.case.assignments.filter(
        reviewer=step.user, round=step.case.remand_count, state="offered"
    )
    return None if mine.exists() else "The case is not offered to you."


@guard
def is_own_case(step: Step) -> str | None:
    """The reviewer has taken the case."""
    mine = step.case.assignments.filter(
        reviewer=step.user, round=step.case.remand_count, state="accepted"
    )
    return None if mine.exists() else "The case is not yours, or you have handed it in."


@guard
def not_own_review(step: Step) -> str | None:
    """Nobody checks the quality of his own review."""
    own = step.case.assignments.filter(reviewer=step.user)
    return "You cannot check a case that you reviewed." if own.exists() else None


@guard
def every_item_attested(step: Step) -> str | None:
    """Every disputed item has a decision under a signature that still stands."""
    from openimr.office.attesting import unattested

    return unattested(step.case)


@guard
def own_items_attested(step: Step) -> str | None:
    """Every disputed item is decided under the reviewer's own signature, which still stands."""
    from openimr.office.attesting import unattested

    return unattested(step.case, step.user)


@guard
def checklist_answered(step: Step) -> str | None:
    """The checklist of the second look is answered."""
    check = step.case.quality_checks.filter(outcome="passed", round=step.case.remand_count).exists()
    return None if check else "Answer the checklist first."


@guard
def an_item_overturned(step: Step) -> str | None:
    """At least one item was overturned."""
    return (
        None
        if step.case.items.filter(decision="Overturned").exists()
        else ("No item was overturned.")
    )


@guard
def nothing_overturned(step: Step) -> str | None:
    """No item was overturned."""
    return (
        None if an_item_overturned(step) else "An item was overturned; follow its implementation."
    )


@guard
def treatment_given(step: Step) -> str | None:
    """The treatment was given before the determination, and is to be paid for."""
    given = step.case.circumstances.get("treatment_given")
    return None if given else "The treatment was not given yet; it is to be authorized."


@guard
def treatment_not_given(step: Step) -> str | None:
    """The treatment was not given yet, and is to be authorized."""
    return None if treatment_given(step) else "The treatment was given already; it is to be paid."


@guard
def appeal_time_over(step: Step) -> str | None:
    """The time to petition the appeals board has lapsed."""
    for line in clocks(step.case):
        if line.clock == "appeal" and line.state == "open" and line.due:
            return f"The time to appeal runs until {line.due:%-d %B %Y}."
    return None


@guard
def belongs_together(step: Step) -> str | None:
    """APP-33: same employee, requesting physician and injury; the other awaits its review too."""
    number = step.given.get("other_case")
    if number is None:
        return None
    from openimr.office.intake import may_consolidate

    lead = Case.objects.filter(number=number).exclude(pk=step.case.pk).first()
    return may_consolidate(step.case, lead) if lead else f"There is no other case {number}."


@guard
def is_regular(step: Step) -> str | None:
    """The review is not expedited yet."""
    return "The review is expedited already." if step.case.priority == "expedited" else None

"""The screening as a person works on it: each ground with its questions, and the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from django.db import transaction

from openimr.errors import InputError
from openimr.guidelines.conditions import compiled
from openimr.model import Value
from openimr.office import audit
from openimr.office.models import Case, User
from openimr.office.workflow import Refused, Stale, matter, program, save
from openimr.rules import Matter, Program, load_program, screen
from openimr.rules.eligibility import GroundFinding, Outcome
from openimr.rules.matter import day_of

ANSWERED_IN = ("received", "screening", "information_requested", "deferred")
"""States in which answers may be changed: before it is decided whether the case is eligible."""

_OF_THE_CASE = ("priority", "dispute")


class Question(Value, frozen=True, kw_only=True):
    """Something that a ground depends on, with the answer so far (text as a form holds it)."""

    name: str
    says: str
    kind: Literal["yes_no", "word", "date"]
    choices: tuple[str, ...] = ()
    answer: str = ""
    assumed: str = ""


class Standing(Value, frozen=True, kw_only=True):
    """A ground as it stands, with the questions by which it can be settled."""

    ground: GroundFinding
    rules: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def word(self) -> str:
        """``applies``, ``open`` or ``not``."""
        applies = self.ground.applies
        return "open" if applies is None else "applies" if applies else "not"


class Screened(Value, frozen=True, kw_only=True):
    """The screening of a case."""

    outcome: Outcome
    standings: tuple[Standing, ...]

    def of(self, word: str, *outcomes: str) -> list[Standing]:
        """Grounds that stand so, of the given outcomes (all where none is given)."""
        return [
            one
            for one in self.standings
            if one.word == word and (not outcomes or one.ground.outcome in outcomes)
        ]

    @property
    def applying(self) -> list[Standing]:
        """Grounds that apply."""
        return self.of("applies")

    @property
    def unsettled(self) -> list[Standing]:
        """Grounds that are open until their question is answered."""
        return self.of("open")

    @property
    def refusing(self) -> list[Standing]:
        """Grounds that apply and for which the application can be refused."""
        return self.of("applies", "refuse")

    @property
    def deferring(self) -> list[Standing]:
        """Grounds that apply and defer the review."""
        return self.of("applies", "defer")


def screened(case: Case) -> Screened:
    """Screen a case, with the questions behind every ground."""
    law, known = program(case), matter(case)
    found = screen(known, law)
    by_code = {ground.code: ground for ground in law.grounds}
    standings = tuple(
        Standing(
            ground=one,
            rules=by_code[one.code].rules,
            questions=tuple(_question(n, known, law) for n in _asked(one.code, case.program)),
        )
        for one in found.grounds
    )
    return Screened(outcome=found.outcome, standings=standings)


@lru_cache(maxsize=256)
def _asked(code: str, program_id: str) -> tuple[str, ...]:
    """The circumstances and events that a ground hangs on, through the clocks it names as well."""
    law = load_program(program_id)
    ground = next(one for one in law.grounds if one.code == code)
    names: dict[str, None] = {}
    for fact in _facts(ground.condition):
        clock = next((one for one in law.clocks if fact == f"{one.id}_missed"), None)
        if clock is None:
            names[fact] = None
            continue
        conditions = [clock.when, *(part.when for part in (*clock.limits, *clock.adds))]
        names |= dict.fromkeys((clock.from_, *clock.not_before))
        names |= dict.fromkeys(fact for text in conditions if text for fact in _facts(text))
    hidden = ("application_received", "liability_resolved", *_OF_THE_CASE)
    return tuple(
        name
        for name in names
        if name not in hidden and (name in law.circumstances or name in law.events)
    )


def _facts(condition: str) -> Iterator[str]:
    return (fact for fact, _ in sorted(compiled(condition).names, key=str))


def _question(name: str, known: Matter, law: Program) -> Question:
    if name in law.events:
        when = known.events.get(name)
        return Question(
            name=name,
            says=law.events[name],
            kind="date",
            answer=day_of(when, law.zone).isoformat() if when else "",
        )
    vocable = law.circumstances[name]
    value = known.circumstances.get(name)
    text = "" if value is None else {True: "yes", False: "no"}.get(value, str(value))  # type: ignore[call-overload]
    taken = name in known.assumed
    return Question(
        name=name,
        says=vocable.says,
        kind="word" if vocable.values else "yes_no",
        choices=vocable.values or ("yes", "no"),
        answer="" if taken else text,
        assumed=text if taken else "",
    )


@transaction.atomic
def answer(
    case: Case, given: Mapping[str, str], user: User, *, version: int | None = None
) -> list[str]:
    """Save answers to questions of the screening; returns the names that changed.

    Args:
        case: it is read anew under lock.
        given: text by the name of a circumstance or an event; an empty text takes it back.
        user: who answers.
        version: the version the user saw.

    Raises:
        Refused: the case is past its screening, or an answer is none that the law allows.
        Stale: the case was changed meanwhile.
    """
    held = Case.objects.select_for_update().get(pk=case.pk)
    if version is not None and held.version != version:
        raise Stale("Someone else has changed this case; look at it again before you go on.")
    if held.state not in ANSWERED_IN:
        raise Refused("The screening of this case is over; its answers stand.")
    law = program(held)
    before = dict(held.events), dict(held.circumstances), held.date_of_injury
    changed = [name for name, text in given.items() if _enter(held, law, name, text.strip())]
    if not changed:
        return []
    try:
        known = matter(held)
    except InputError as error:
        held.events, held.circumstances, held.date_of_injury = before
        raise Refused(f"{error.problem}; {error.remedy}.") from None
    if late := _in_future(known, law, changed):
        raise Refused(f"{law.events[late]}: this day is still to come; correct it.")
    save(held)
    audit.record("screening.answer", user, held, answered=sorted(changed))
    return changed


def _enter(case: Case, law: Program, name: str, text: str) -> bool:
    """Put one answer into the case; whether it is another than before."""
    if name == "injury":
        day = _day(text, law.events[name]) if text else None
        changed = day != case.date_of_injury
        case.date_of_injury = day
        return changed
    if name in law.events:
        # The day may be kept with its hour; the same day again changes nothing.
        if text == str(case.events.get(name, ""))[:10]:
            return False
        events = {key: value for key, value in case.events.items() if key != name}
        case.events = events | ({name: _day(text, law.events[name]).isoformat()} if text else {})
        return True
    if name not in law.circumstances or name in _OF_THE_CASE:
        return False
    value: Any = {"yes": True, "no": False}.get(text, text)
    if (name in case.circumstances and case.circumstances[name] == value) or (
        name not in case.circumstances and not text
    ):
        return False
    rest = {key: old for key, old in case.circumstances.items() if key != name}
    case.circumstances = rest | ({name: value} if text else {})
    return True


def _day(text: str, says: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"{says}: write the date as year-month-day, for example 2026-03-31."
        ) from None


def _in_future(known: Matter, law: Program, names: list[str]) -> str | None:
    from django.utils import timezone

    today = timezone.now().astimezone(law.zone).date()
    days = {name: known.events[name] for name in names if name in known.events}
    return next((name for name, when in days.items() if day_of(when, law.zone) > today), None)

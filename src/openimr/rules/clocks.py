"""Time limits: when something is due, and how that day was found.

Calendar days exclude the first and include the last (Code of Civil Procedure 12); a last day that
is no business day rolls to the next one (12a) unless the clock says otherwise. Business days are
counted by the program's calendar. Hours run on without regard to days.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Container, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from openimr.errors import InputError
from openimr.guidelines.conditions import Known, compiled
from openimr.model import Value
from openimr.rules.calendars import Calendar, calendar
from openimr.rules.matter import Matter, aware, day_of, has_time
from openimr.rules.program import UNCERTAIN, Clock, Limit, Part, Program, limit_of

State = Literal["open", "met", "late", "overdue", "lapsed", "not_started"]
"""*met* and *late*: done in or out of time; *open*, *overdue* (a duty) and *lapsed* (a right, or an
effect that has ended): not done yet."""

_LAST_MOMENT = time(23, 59, 59)


class Deadline(Value, frozen=True, kw_only=True):
    """One time limit as it stands in a matter.

    ``due`` is the last moment, in the program's time zone; ``certain_due`` is the earlier moment
    that holds if every part marked as uncertain falls away (None where there is none); ``steps``
    tell the computation, ``doubts`` what in it is not verified, ``notes`` what else to know.
    """

    clock: str
    title: str
    who: str
    state: State
    trigger: str
    until: str
    citation: str
    mark: str
    rules: tuple[str, ...] = ()
    started: datetime | None = None
    due: datetime | None = None
    certain_due: datetime | None = None
    done: datetime | date | None = None
    steps: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missed: str | None = None


def deadlines(
    matter: Matter,
    program: Program,
    now: datetime | date | None = None,
    only: Container[str] | None = None,
) -> tuple[Deadline, ...]:
    """Every clock of a program that applies to a matter.

    Args:
        matter: what has happened, and how.
        program: the law.
        now: the moment that tells open from overdue; the present by default.
        only: ids of the clocks that are asked for; all by default.

    Returns:
        Started clocks by due moment, then those that wait for their event.
    """
    moment = aware(now, program.zone) if now is not None else datetime.now(program.zone)
    found = [
        _deadline(clock, matter, program, moment)
        for clock in program.clocks
        if (only is None or clock.id in only)
        and _in_force(clock, matter, program)
        and holds(clock.when, matter) is not False
    ]
    latest = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda line: (line.due or latest, line.clock)))


def missed(
    matter: Matter,
    program: Program,
    now: datetime | date | None = None,
    only: Container[str] | None = None,
) -> dict[str, bool]:
    """For each started clock whether it was missed; what is still open is left out."""
    answer = {"met": False, "late": True, "overdue": True, "lapsed": True}
    lines = deadlines(matter, program, now, only)
    return {line.clock: answer[line.state] for line in lines if line.state in answer}


def holds(condition: str | None, matter: Matter, **more: bool | float) -> bool | None:
    """Whether a condition over circumstances and events holds; None where that is not known."""
    if condition is None:
        return True

    def lookup(fact: str, _: str | None) -> Known | None:
        if fact in more:
            return Known(more[fact])
        if fact in matter.circumstances:
            return Known(matter.circumstances[fact])
        when = matter.events.get(fact)
        if when is None:
            return None
        hours = when.hour / 24 if isinstance(when, datetime) else 0
        return Known(when.toordinal() + hours)

    return compiled(condition).evaluate(lookup).truth


def _in_force(clock: Clock, matter: Matter, program: Program) -> bool:
    when = matter.events.get(clock.by or clock.from_)
    if when is None:
        return clock.in_force.to is None
    return clock.in_force.covers(day_of(when, program.zone))


def _deadline(clock: Clock, matter: Matter, program: Program, now: datetime) -> Deadline:
    done = matter.events.get(clock.until)
    line = Deadline(
        clock=clock.id,
        title=clock.title,
        who=clock.who,
        state="not_started",
        trigger=clock.from_,
        until=clock.until,
        citation=clock.citation,
        mark=clock.mark,
        rules=clock.rules,
        done=done,
        notes=(clock.note,) if clock.note else (),
        missed=clock.missed,
    )
    sum_ = _Sum(clock, matter, program)
    start = sum_.start()
    if start is None:
        return line
    due, certain = sum_.due(start)
    return Deadline(
        **{
            **{field: getattr(line, field) for field in line.__struct_fields__},
            "state": _state(clock, due, done, now, program),
            "started": aware(start, program.zone),
            "due": due,
            "certain_due": certain if certain != due else None,
            "steps": tuple(sum_.steps),
            "doubts": tuple(dict.fromkeys(sum_.doubts)),
        }
    )


def _state(
    clock: Clock, due: datetime, done: datetime | date | None, now: datetime, program: Program
) -> State:
    if done is None:
        return "open" if now <= due else "overdue" if clock.kind == "duty" else "lapsed"
    if has_time(done):
        return "met" if aware(done, program.zone) <= due else "late"
    return "met" if done <= due.astimezone(program.zone).date() else "late"


class _Sum:
    """One computation: the steps it takes are told as they are taken."""

    def __init__(self, clock: Clock, matter: Matter, program: Program) -> None:
        self.clock, self.matter, self.program = clock, matter, program
        self.calendar: Calendar = calendar(program.calendar)
        self.steps: list[str] = []
        self.doubts: list[str] = []
        if clock.mark in UNCERTAIN:
            self.doubts.append(f"the limit itself ({clock.citation}) is marked {clock.mark}")
        for name in sorted(_names(clock) & set(matter.assumed)):
            if isinstance(value := matter.circumstances[name], str):
                self.doubts.append(f"{name} is not given: taken as {value}")

    def start(self) -> datetime | date | None:
        clock, matter = self.clock, self.matter
        when = matter.events.get(clock.from_)
        name = clock.from_
        if when is None:
            presumed = self._presumed()
            if presumed is None:
                return None
            when = presumed
        for other in clock.not_before:
            later = matter.events.get(other)
            if later is None:
                self.doubts.append(f"{other} is not given: taken as no later than {name}")
            elif aware(later, self.program.zone) > aware(when, self.program.zone):
                when, name = later, other
        self.steps.append(f"{self.program.events[name]}: {self._told(when)}")
        return self._after_hours(when)

    def due(self, start: datetime | date) -> tuple[datetime, datetime]:
        part, open_question = self._limit()
        if open_question:
            self.doubts.append(open_question)
        limit = limit_of(part.limit, self.clock.id)
        adds = list(self._adds())
        plain = self._end(start, limit, [], tell=not adds)
        due = self._end(start, limit, adds, tell=True) if adds else plain
        sure = [add for add in adds if (add.mark or self.clock.mark) not in UNCERTAIN]
        certain = self._end(start, limit, sure, tell=False) if len(sure) < len(adds) else due
        bound = self._never_later()
        if bound is not None and bound < due:
            self.steps.append(f"Never later than {self._day(bound.date())}")
            due = bound
        return due, min(certain, due)

    def _limit(self) -> tuple[Part, str | None]:
        question = None
        for part in self.clock.limits:
            answer = holds(part.when, self.matter)
            if answer:
                return part, question
            if answer is None:
                names = sorted(fact for fact, _ in compiled(part.when or "").names)
                question = f"{part.limit} instead, depending on: {', '.join(names)}"
        return self.clock.limits[-1], question

    def _adds(self) -> Iterator[Part]:
        for add in self.clock.adds:
            if holds(add.when, self.matter):
                yield add
                if add.mark in UNCERTAIN:
                    self.doubts.append(
                        f"whether {add.limit} are added ({add.citation}) is marked {add.mark}"
                    )

    def _end(
        self, start: datetime | date, limit: Limit, adds: list[Part], *, tell: bool
    ) -> datetime:
        steps = self.steps if tell else []
        zone = self.program.zone
        if limit.unit == "hour":
            begins = aware(start, zone)
            if not has_time(start):
                steps.append("No time of day is given: counted from midnight")
            end = (begins.astimezone(UTC) + timedelta(hours=limit.count)).astimezone(zone)
            steps.append(f"{limit}: {end:%a %-d %b %Y %H:%M}")
            return end
        day = self._count(day_of(start, zone), limit, steps)
        for add in adds:
            more = limit_of(add.limit, self.clock.id)
            day = self._count(day, more, steps, f"{add.citation}: " if add.citation else "")
        return datetime.combine(self._rolled(day, steps, limit), _LAST_MOMENT, zone)

    def _count(self, day: date, limit: Limit, steps: list[str], why: str = "") -> date:
        if limit.unit == "day":
            end = day + timedelta(days=limit.count)
        elif limit.unit == "month":
            end = _months_later(day, limit.count)
        else:
            end = self.calendar.add_business_days(day, limit.count)
            self._closures(day, end, steps)
            if limit.unit == "working day" and self.program.working_day_mark in UNCERTAIN:
                self.doubts.append("a working day is counted as a normal business day")
        steps.append(f"{why}{limit}{' more' if why else ''}: {self._day(end)}")
        return end

    def _closures(self, first: date, last: date, steps: list[str]) -> None:
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        for day in days:
            row = self.calendar.holiday(day)
            if row and row.counts and day.weekday() < 5:
                steps.append(f"{self._day(day)} is {row.name}: not counted")
        self.doubts += [
            f"{self._day(day)}: {row.note}" for day, row in self.calendar.doubtful(first, last)
        ]

    def _rolled(self, day: date, steps: list[str], limit: Limit) -> date:
        if not self.clock.rolls or limit.unit not in ("day", "month"):
            return day
        end = self.calendar.next_business_day(day)
        if end != day:
            cite = f" ({self.program.roll_citation})" if self.program.roll_citation else ""
            why = self.calendar.why_closed(day)
            steps.append(f"{self._day(day)} is {why}: moves to {self._day(end)}{cite}")
        self.doubts += [
            f"{self._day(late)}: {row.note}" for late, row in self.calendar.doubtful(end, end)
        ]
        return end

    def _never_later(self) -> datetime | None:
        bound = self.clock.never_later
        when = self.matter.events.get(bound.from_) if bound else None
        if bound is None or when is None:
            return None
        day = self._count(day_of(when, self.program.zone), limit_of(bound.limit, self.clock.id), [])
        return datetime.combine(day, _LAST_MOMENT, self.program.zone)

    def _presumed(self) -> datetime | date | None:
        rule = self.clock.presumed
        when = self.matter.events.get(rule.from_) if rule else None
        if rule is None or when is None or not holds(rule.when, self.matter):
            return None
        end = self._count(
            day_of(when, self.program.zone), limit_of(rule.limit, self.clock.id), self.steps
        )
        self.steps.append(f"Receipt presumed on {self._day(end)} ({rule.citation})")
        if rule.mark in UNCERTAIN:
            self.doubts.append(f"the presumption of receipt is marked {rule.mark}")
        return end

    def _after_hours(self, when: datetime | date) -> datetime | date:
        rule = self.clock.after_hours
        if rule is None or not isinstance(when, datetime) or not holds(rule.when, self.matter):
            return when
        local = aware(when, self.program.zone)
        if local.time() <= time.fromisoformat(rule.at):
            return when
        day = self.calendar.next_business_day(local.date() + timedelta(days=1))
        self.steps.append(f"After {rule.at}: counts as {self._day(day)} ({rule.citation})")
        return day

    def _told(self, when: datetime | date) -> str:
        if isinstance(when, datetime):
            return f"{aware(when, self.program.zone):%a %-d %b %Y %H:%M}"
        return self._day(when)

    def _day(self, day: date) -> str:
        return f"{day:%a %-d %b %Y}"


def _names(clock: Clock) -> set[str]:
    texts = [clock.when, *(part.when for part in (*clock.limits, *clock.adds))]
    return {fact for text in texts if text for fact, _ in compiled(text).names}


def _months_later(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + year, month + 1
    last = months.monthrange(year, month)[1]
    return date(year, month, min(day.day, last))


def require(program: Program, clock: str) -> Clock:
    """A clock of a program by its id.

    Raises:
        InputError: the program has none of that name.
    """
    for known in program.clocks:
        if known.id == clock:
            return known
    raise InputError(program.program, f"there is no clock {clock}", "see imr clocks --rules")

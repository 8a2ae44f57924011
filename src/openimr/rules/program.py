"""A review program: its law as data, read from YAML.

One file, or a folder whose files are laid together; the keys are those of :class:`Program`.
Rules carry the citation and a certainty mark: S read in the controlling text, S2 in a secondary
source, P partly, O observed in letters, G general knowledge that is not verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from openimr.errors import InputError
from openimr.guidelines.conditions import ConditionError, compiled
from openimr.model import Value
from openimr.rules.calendars import parsed_yaml, typed

Mark = Literal["S", "S2", "P", "O", "G"]
UNCERTAIN: frozenset[str] = frozenset({"P", "O", "G"})
"""Marks that are shown to the user as uncertain."""

Unit = Literal["hour", "day", "month", "normal business day", "working day"]
_LIMIT = re.compile(
    r"(?P<count>\d+) (?P<unit>hour|day|month|normal business day|working day)s?", re.A
)


class Limit(Value, frozen=True, kw_only=True):
    """So many units of time."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def limit_of(text: str, source: str) -> Limit:
    """``5 normal business days`` → a limit.

    Raises:
        InputError: the text is no limit.
    """
    match = _LIMIT.fullmatch(text)
    if not match:
        raise InputError(source, f"{text!r} is no limit", "write e.g. 5 normal business days")
    return Limit(count=int(match["count"]), unit=match["unit"])  # type: ignore[arg-type]


class InForce(Value, frozen=True, kw_only=True):
    """From which day to which, both included; open where unset."""

    from_: date | None = msgspec.field(default=None, name="from")
    to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether a day lies within."""
        return (self.from_ is None or day >= self.from_) and (self.to is None or day <= self.to)


class Vocable(Value, frozen=True, kw_only=True):
    """A name that a program knows, and what it means.

    ``default`` is assumed where it is not given.
    """

    says: str
    type: Literal["yes_no", "word", "number"] = "yes_no"
    values: tuple[str, ...] = ()
    default: bool | float | str | None = None


class Part(Value, frozen=True, kw_only=True):
    """A limit that holds under a condition, with its own source where it has one."""

    limit: str
    when: str | None = None
    citation: str | None = None
    mark: Mark | None = None
    note: str | None = None


class NeverLater(Value, frozen=True, kw_only=True):
    """An outer bound that is counted from another event."""

    limit: str
    from_: str = msgspec.field(name="from")


class AfterHours(Value, frozen=True, kw_only=True):
    """A receipt after this local time counts as the next business day."""

    at: str
    citation: str
    mark: Mark
    when: str | None = None


class Presumed(Value, frozen=True, kw_only=True):
    """A trigger that is presumed from another event where it is not known itself."""

    from_: str = msgspec.field(name="from")
    limit: str
    citation: str
    mark: Mark
    when: str | None = None


class Clock(Value, frozen=True, kw_only=True):
    """A time limit: who must have done what, how long after which event.

    ``limits`` are alternatives, the first whose condition holds is taken; ``adds`` all lengthen
    it. ``not_before`` names events that must have happened too: the latest counts. ``by`` is the
    event whose date chooses the version in force (default: the trigger). ``rolls`` False: a last
    day that is no business day is kept. ``kind``: a duty is overdue when it is not done in time, a
    right lapses, an effect ends.
    """

    id: str
    title: str
    who: str
    from_: str = msgspec.field(name="from")
    until: str
    citation: str
    mark: Mark
    limits: tuple[Part, ...]
    rules: tuple[str, ...] = ()
    when: str | None = None
    not_before: tuple[str, ...] = ()
    by: str | None = None
    in_force: InForce = InForce()
    adds: tuple[Part, ...] = ()
    never_later: NeverLater | None = None
    after_hours: AfterHours | None = None
    presumed: Presumed | None = None
    rolls: bool = True
    kind: Literal["duty", "right", "effect"] = "duty"
    missed: str | None = None
    note: str | None = None


class Ground(Value, frozen=True, kw_only=True):
    """A ground of the eligibility screening.

    The ``condition`` is over circumstances, events (as ordinal days) and ``<clock>_missed``;
    where it is true the ``outcome`` follows, where it is open the answer to ``ask`` is needed.
    ``per_item``: it may hold of one treatment alone, and the others are reviewed.
    """

    code: str
    says: str
    condition: str
    outcome: Literal["refuse", "defer", "merge"]
    citation: str
    mark: Mark
    ask: str
    in_force: InForce = InForce()
    rules: tuple[str, ...] = ()
    per_item: bool = False


class Regime(Value, frozen=True, kw_only=True):
    """The standard of necessity in a period, best first where ``ranked``."""

    title: str
    order: Literal["ranked", "per_schedule", "any_of"]
    standards: tuple[str, ...]
    citation: str
    mark: Mark
    in_force: InForce = InForce()


class Vocabulary(Value, frozen=True, kw_only=True):
    """The words of decisions: of an item, and of a case by what its items are."""

    overturned: str
    upheld: str
    case_overturned: str
    case_upheld: str
    case_mixed: str
    citation: str
    mark: Mark


class Panel(Value, frozen=True, kw_only=True):
    """How many reviewers, and what an even split means."""

    reviewers: int
    more_needs: str | None
    tie: Literal["overturned", "upheld"]
    citation: str
    mark: Mark


class Fee(Value, frozen=True, kw_only=True):
    """What a review costs, in US dollars; ``when`` as in a clock."""

    title: str
    amount: int
    payer: str
    citation: str
    mark: Mark
    in_force: InForce = InForce()
    when: str | None = None


class Program(Value, frozen=True, kw_only=True):
    """A review program."""

    program: str
    title: str
    jurisdiction: str
    time_zone: str
    calendar: str
    source: str
    working_day: Literal["normal business day"] = "normal business day"
    working_day_mark: Mark = "G"
    roll_citation: str | None = None
    events: dict[str, str]
    circumstances: dict[str, Vocable]
    parties: dict[str, str]
    clocks: tuple[Clock, ...]
    grounds: tuple[Ground, ...]
    regimes: tuple[Regime, ...]
    vocabulary: Vocabulary
    panel: Panel
    fees: tuple[Fee, ...] = ()
    recipients: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.time_zone)


def program_names() -> tuple[str, ...]:
    """The ids of the shipped programs."""
    return tuple(sorted(_sources()))


@lru_cache(maxsize=8)
def load_program(name: str = "ca_wc_imr") -> Program:
    """A shipped program by its id; its rules are checked against its own vocabulary.

    Raises:
        InputError: no such program, or one of its files is wrong.
    """
    places = _sources().get(name)
    if places is None:
        raise InputError(name, "no such program", f"use {', '.join(program_names())}")
    return read_program({place.name: place.read_text("utf-8") for place in places})


def read_program(texts: dict[str, str]) -> Program:
    """A program from the text of its files, by file name.

    Raises:
        InputError: a file cannot be read, two files give one key, or a rule names something the
            program does not have.
    """
    merged: dict[str, object] = {}
    for source, text in texts.items():
        part = parsed_yaml(text, source)
        if not isinstance(part, dict):
            raise InputError(source, "is no mapping", "write key: value lines")
        for key, value in part.items():
            if key in merged:
                raise InputError(source, f"gives {key} a second time", "keep one of them")
            merged[key] = value
    source = " + ".join(texts)
    program = typed(merged, Program, source)
    _check(program, source)
    return program


def _sources() -> dict[str, list[Traversable]]:
    found: dict[str, list[Traversable]] = {}
    for entry in files("openimr.rules").joinpath("programs").iterdir():
        if entry.is_dir():
            inner = sorted(entry.iterdir(), key=lambda file: file.name)
            found[entry.name] = [file for file in inner if file.name.endswith(".yaml")]
        elif entry.name.endswith(".yaml"):
            found[entry.name.removesuffix(".yaml")] = [entry]
    return found


def _check(program: Program, source: str) -> None:
    names = set(program.events) | set(program.circumstances)
    names |= {f"{clock.id}_missed" for clock in program.clocks}
    for clock in program.clocks:
        place = f"{source}, clock {clock.id}"
        _events(program, place, [clock.from_, clock.until, *clock.not_before, clock.by])
        if clock.who not in program.parties:
            raise InputError(place, f"there is no party {clock.who}", "add it to parties")
        if clock.never_later:
            _events(program, place, [clock.never_later.from_])
            limit_of(clock.never_later.limit, place)
        if clock.presumed:
            _events(program, place, [clock.presumed.from_])
            limit_of(clock.presumed.limit, place)
        for part in (*clock.limits, *clock.adds):
            limit_of(part.limit, place)
        _conditions(
            place,
            names,
            clock.when,
            *(part.when for part in (*clock.limits, *clock.adds)),
            clock.after_hours.when if clock.after_hours else None,
            clock.presumed.when if clock.presumed else None,
        )
    for ground in program.grounds:
        _conditions(f"{source}, ground {ground.code}", names, ground.condition)
    for fee in program.fees:
        _conditions(f"{source}, fee {fee.title}", names, fee.when)


def _events(program: Program, place: str, events: Iterable[str | None]) -> None:
    for event in events:
        if event and event not in program.events:
            raise InputError(place, f"there is no event {event}", "add it to events")


def _conditions(place: str, names: set[str], *conditions: str | None) -> None:
    for text in conditions:
        if text is None:
            continue
        try:
            used = {fact for fact, _ in compiled(text).names}
        except ConditionError as error:
            raise InputError(place, str(error), "correct the condition") from None
        if unknown := used - names:
            raise InputError(place, f"there is no {min(unknown)}", "add it to the vocabulary")

"""A matter: what has happened in a case, and its circumstances, as the rules ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from zoneinfo import ZoneInfo

import msgspec

from openimr.errors import InputError
from openimr.model import Case, Value
from openimr.rules.program import Program, Vocable

Given = bool | int | float | str


class Matter(Value, frozen=True, kw_only=True):
    """Events with their instants, and circumstances with their values.

    A date without a time of day stands for that day. Names are those of the program's
    ``events`` and ``circumstances``; ``assumed`` are circumstances that were not given and
    stand at the program's default.
    """

    events: dict[str, datetime | date] = msgspec.field(default_factory=dict)
    circumstances: dict[str, Given] = msgspec.field(default_factory=dict)
    assumed: tuple[str, ...] = ()


_DATES = {
    "injury": "date_of_injury",
    "ur_decided": "ur_denial_date",
    "application_received": "application_received",
    "assigned": "date_assigned",
    "issued": "decision_date",
}


def matter_of(
    case: Case,
    program: Program,
    events: Mapping[str, datetime | date | str] | None = None,
    circumstances: Mapping[str, Given] | None = None,
) -> Matter:
    """What a case file tells of its own course.

    Args:
        case: its dates, priority, ``events`` and ``circumstances``.
        program: whose names are allowed.
        events: further events, or other instants for them; text in ISO 8601.
        circumstances: further circumstances, or other values for them.

    Raises:
        InputError: a name the program does not have, or a value it does not allow.
    """
    told: dict[str, datetime | date | str] = {}
    for event, field in _DATES.items():
        day = getattr(case, field)
        if day is not None and event in program.events:
            told[event] = day
    told |= dict(case.events) | dict(events or {})
    facts: dict[str, Given] = {}
    if case.priority and "priority" in program.circumstances:
        facts["priority"] = "expedited" if case.priority == "Expedited" else "regular"
    facts |= dict(case.circumstances) | dict(circumstances or {})
    source = case.case_number or "case"
    given = {
        name: _allowed(
            value,
            program.circumstances[_known(name, program.circumstances, source, "circumstance")],
            name,
            source,
        )
        for name, value in facts.items()
    }
    defaults = {
        name: vocable.default
        for name, vocable in program.circumstances.items()
        if vocable.default is not None and name not in given
    }
    return Matter(
        events={
            _known(name, program.events, source, "event"): _instant(name, when, source)
            for name, when in told.items()
        },
        circumstances=defaults | given,
        assumed=tuple(defaults),
    )


def aware(when: datetime | date, zone: ZoneInfo) -> datetime:
    """An instant in the program's time zone; a bare date is its first moment."""
    if isinstance(when, datetime):
        return when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)
    return datetime.combine(when, time.min, zone)


def has_time(when: datetime | date) -> bool:
    """Whether a time of day is given."""
    return isinstance(when, datetime)


def day_of(when: datetime | date, zone: ZoneInfo) -> date:
    """The day on which an instant falls in the program's time zone."""
    return aware(when, zone).date() if isinstance(when, datetime) else when


def _known(name: str, names: Mapping[str, object], source: str, kind: str) -> str:
    if name in names:
        return name
    near = get_close_matches(name, list(names), 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(names))}"
    raise InputError(source, f"there is no {kind} called {name}", hint)


def _instant(name: str, when: datetime | date | str, source: str) -> datetime | date:
    if not isinstance(when, str):
        return when
    try:
        return date.fromisoformat(when) if len(when) == 10 else datetime.fromisoformat(when)
    except ValueError:
        raise InputError(
            source, f"event {name} has no date", "write 2026-03-31 or 2026-03-31T14:05"
        ) from None


def _allowed(value: Given, vocable: Vocable, name: str, source: str) -> Given:
    if vocable.values:
        if str(value) in vocable.values:
            return str(value)
        raise InputError(
            source, f"circumstance {name} cannot be {value}", f"use {', '.join(vocable.values)}"
        )
    if vocable.type == "yes_no":
        plain = {"yes": True, "true": True, "no": False, "false": False}.get(str(value).lower())
        if plain is None:
            raise InputError(source, f"circumstance {name} cannot be {value}", "use yes or no")
        return plain
    if vocable.type == "number":
        try:
            return float(value)
        except ValueError:
            raise InputError(
                source, f"circumstance {name} cannot be {value}", "use a number"
            ) from None
    return value

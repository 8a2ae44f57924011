"""Business days: weekends and holidays of a calendar, from a sourced table.

Rules about days that are listed as holidays although offices are open carry ``counts: false``:
they are business days here, and every computation that crosses one says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec
import yaml

from openimr.errors import InputError
from openimr.model import Value

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_DAY = timedelta(days=1)
_LONGEST_RUN = 400
"""Days after which a calendar without business days is reported rather than searched on."""


class Falls(Value, frozen=True, kw_only=True):
    """When a holiday falls: a fixed day, the nth weekday of a month (plus days), or one date."""

    month: int | None = None
    day: int | None = None
    nth: int | Literal["last"] | None = None
    weekday: Weekday | None = None
    plus: int = 0
    date: date | None = None


class Weekend(Value, frozen=True, kw_only=True):
    """Where a holiday goes that falls on a weekend; unset leaves it where it is."""

    saturday: Literal["friday_before"] | None = None
    sunday: Literal["next_monday"] | None = None


class Holiday(Value, frozen=True, kw_only=True):
    """A row of the holiday table.

    ``counts`` False: listed by law, but treated as a business day; ``note`` says why.
    """

    name: str
    falls: Falls
    source: str
    mark: str
    weekend: Weekend = Weekend()
    from_: date | None = msgspec.field(default=None, name="from")
    to: date | None = None
    counts: bool = True
    note: str | None = None


class Table(Value, frozen=True, kw_only=True):
    """A calendar file."""

    calendar: str
    title: str
    weekend: tuple[Weekday, ...]
    source: str
    holidays: tuple[Holiday, ...]


class Calendar:
    """Business days by a holiday table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._weekend = {_WEEKDAYS.index(name) for name in table.weekend}
        self._years: dict[int, dict[date, Holiday]] = {}

    @property
    def name(self) -> str:
        """The calendar's id."""
        return self.table.calendar

    def holiday(self, day: date) -> Holiday | None:
        """The row of the table that falls (or is kept) on a day, whether or not it counts."""
        return self._year(day.year).get(day)

    def is_business_day(self, day: date) -> bool:
        """Neither weekend nor a holiday that counts."""
        row = self.holiday(day)
        return day.weekday() not in self._weekend and not (row and row.counts)

    def why_closed(self, day: date) -> str | None:
        """What makes a day no business day, in words; None on a business day."""
        row = self.holiday(day)
        if row and row.counts:
            return row.name
        return day.strftime("%A") if day.weekday() in self._weekend else None

    def next_business_day(self, day: date) -> date:
        """The day itself where it is a business day, else the next one that is."""
        for _ in range(_LONGEST_RUN):
            if self.is_business_day(day):
                return day
            day += _DAY
        raise InputError(self.name, "the calendar has no business day", "correct its weekend")

    def add_business_days(self, day: date, count: int) -> date:
        """The count-th business day after a day, the day itself not counted."""
        for _ in range(count):
            day = self.next_business_day(day + _DAY)
        return day

    def doubtful(self, first: date, last: date) -> list[tuple[date, Holiday]]:
        """Listed holidays that are counted as business days, from first to last, both included."""
        days = (first + _DAY * n for n in range((last - first).days + 1))
        rows = ((day, self.holiday(day)) for day in days if day.weekday() not in self._weekend)
        return [(day, row) for day, row in rows if row and not row.counts]

    def _year(self, year: int) -> dict[date, Holiday]:
        if year not in self._years:
            days: dict[date, Holiday] = {}
            for row in self.table.holidays:
                for base in (year, year + 1):  # 1 January on a Saturday may move into this year
                    kept = _kept(row, base)
                    if kept and kept.year == year:
                        days.setdefault(kept, row)
            self._years[year] = days
        return self._years[year]


def _kept(row: Holiday, year: int) -> date | None:
    day = _falls(row.falls, year)
    if day is None or (row.from_ and day < row.from_) or (row.to and day > row.to):
        return None
    if day.weekday() == 5 and row.weekend.saturday:
        return day - _DAY
    if day.weekday() == 6 and row.weekend.sunday:
        return day + _DAY
    return day


def _falls(on: Falls, year: int) -> date | None:
    if on.date:
        return on.date if on.date.year == year else None
    if on.month is None:
        return None
    if on.day:
        return date(year, on.month, on.day)
    if on.nth is None or on.weekday is None:
        return None
    target = _WEEKDAYS.index(on.weekday)
    if on.nth == "last":
        day = date(year + (on.month == 12), on.month % 12 + 1, 1) - _DAY
        day -= timedelta(days=(day.weekday() - target) % 7)
    else:
        day = date(year, on.month, 1)
        day += timedelta(days=(target - day.weekday()) % 7 + 7 * (on.nth - 1))
    return day + timedelta(days=on.plus)


@lru_cache(maxsize=16)
def calendar(name: str) -> Calendar:
    """A shipped calendar by its id.

    Raises:
        InputError: there is none of that name, or its file is wrong.
    """
    source = f"calendars/{name}.yaml"
    place = files("openimr.rules").joinpath(source)
    if not place.is_file():
        raise InputError(name, "no such calendar", "add its file under rules/calendars")
    return Calendar(typed(parsed_yaml(place.read_text("utf-8"), source), Table, source))


T = TypeVar("T", bound=msgspec.Struct)


def parsed_yaml(text: str, source: str) -> object:
    """What a YAML text holds.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "somewhere"
        raise InputError(source, f"is no YAML ({where})", "correct its indentation") from None


def typed(value: object, kind: type[T], source: str) -> T:
    """A value from YAML as its type.

    Raises:
        InputError: it does not fit; the field is named.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InputError(source, str(error), "correct the field") from None

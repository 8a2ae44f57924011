"""Dates become intervals: weeks since injury, since surgery, since the last injection.

All intervals end at the day the dispute arose: the utilization review denial, else the latest
date the case file gives.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from openimr.guidelines.conditions import Known
from openimr.model import Case, Fact

_DAYS_A_MONTH = 30.44
_SINCE = {
    "surgery_date": "weeks_postop",
    "last_injection_date": "interval_since_last_injection_weeks",
    "last_udt_date": "weeks_since_last_udt",
}
_DATED = frozenset(_SINCE) | {"injury_date"}
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_MONTHS = 12


def reference_date(case: Case, facts: Iterable[Fact]) -> date | None:
    """The day from which intervals are counted back; None when the case gives no date."""
    fixed = case.ur_denial_date or case.application_received or case.decision_date
    if fixed is not None:
        return fixed
    dated = [day for f in facts if (day := day_of(f)) is not None]
    return max(dated) if dated else None


def day_of(fact: Fact) -> date | None:
    """The day a fact gives.

    Of a dated event (injury, surgery, injection, drug test) that is the day, the end of the month
    or the end of the year it states, not the day of the note that tells of it.
    """
    if fact.fact not in _DATED or not isinstance(fact.value, str):
        return fact.date
    match = _ISO.fullmatch(fact.value)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 12), match[3]
    last = calendar.monthrange(year, month)[1] if 1 <= month <= _MONTHS and year else 0
    if not last or not 1 <= int(day or last) <= last:
        return None
    return date(year, month, int(day or last))


def months_since_injury(computed: Mapping[str, Known]) -> float | None:
    """The age of the injury among the facts computed from dates, in months, where it is known."""
    age = computed.get("months_since_injury")
    return float(age.value) if age is not None and isinstance(age.value, int | float) else None


def computed_facts(case: Case, index: Mapping[str, Sequence[Fact]]) -> dict[str, Known]:
    """Facts that follow from the dates of the case and its record.

    Returns:
        ``months_since_injury``, ``weeks_since_injury``, ``weeks_postop``,
        ``interval_since_last_injection_weeks`` and ``weeks_since_last_udt`` where the dates for
        them are known.
    """
    today = reference_date(case, (f for group in index.values() for f in group))
    known: dict[str, Known] = {}
    if today is None:
        return known
    injuries = [(day, f) for f in index.get("injury_date", ()) if (day := day_of(f)) is not None]
    injured = case.date_of_injury or min((day for day, _ in injuries), default=None)
    if injured is not None and injured <= today:
        days = (today - injured).days
        grounds = tuple(f for day, f in injuries if day == injured)[:1]
        known["months_since_injury"] = Known(round(days / _DAYS_A_MONTH, 1), grounds)
        known["weeks_since_injury"] = Known(round(days / 7, 1), grounds)
    for source, target in _SINCE.items():
        dated = [(day, f) for f in index.get(source, ()) if (day := day_of(f)) and day <= today]
        if dated and target not in index:
            latest, fact = max(dated, key=lambda pair: pair[0])
            known[target] = Known(round((today - latest).days / 7, 1), (fact,))
    return known

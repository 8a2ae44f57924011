"""Dates become intervals: weeks since injury, since surgery, since the last injection.

All intervals end at the day the dispute arose: the utilization review denial, else the latest
date the case file gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from openimr.guidelines.conditions import Known
from openimr.model import Case, Fact

_DAYS_A_MONTH = 30.44


def reference_date(case: Case, facts: Sequence[Fact]) -> date | None:
    """The day from which intervals are counted back; None when the case gives no date."""
    fixed = case.ur_denial_date or case.application_received or case.decision_date
    if fixed is not None:
        return fixed
    dated = [f.date for f in facts if f.date is not None]
    return max(dated) if dated else None


def computed_facts(case: Case, index: Mapping[str, Sequence[Fact]]) -> dict[str, Known]:
    """Facts that follow from the dates of the case and its record.

    Returns:
        ``months_since_injury``, ``weeks_since_injury``, ``weeks_postop`` and
        ``interval_since_last_injection_weeks`` where the dates for them are known.
    """
    everything = [f for group in index.values() for f in group]
    today = reference_date(case, everything)
    known: dict[str, Known] = {}
    if today is None:
        return known
    injury_facts = [f for f in index.get("injury_date", ()) if f.date is not None]
    injured = case.date_of_injury or min((f.date for f in injury_facts if f.date), default=None)
    if injured is not None and injured <= today:
        days = (today - injured).days
        known["months_since_injury"] = Known(
            round(days / _DAYS_A_MONTH, 1), tuple(injury_facts[:1])
        )
        known["weeks_since_injury"] = Known(round(days / 7, 1), tuple(injury_facts[:1]))
    for source, target in (
        ("surgery_date", "weeks_postop"),
        ("last_injection_date", "interval_since_last_injection_weeks"),
    ):
        dated = [f for f in index.get(source, ()) if f.date is not None and f.date <= today]
        if dated and target not in index:
            latest = max(dated, key=lambda f: f.date or today)
            assert latest.date is not None
            known[target] = Known(round((today - latest.date).days / 7, 1), (latest,))
    return known

"""What was removed and why: counts by category and rule, never the values unless asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from openimr.archive.redact.engine import Removed

Taken = tuple[str, str, Removed]
"""A place in a file (a field, or nothing), the words that stood there, and what became of them."""


def entry(file: str, taken: Sequence[Taken], *, positions: bool, values: bool) -> dict[str, Any]:
    """The report of one file.

    Args:
        file: the name of the redacted file.
        taken: what was removed from it.
        positions: whether to tell where each stood, in characters of the original's text.
        values: whether to tell the removed words. Such a report is as confidential as the record.
    """
    counted = Counter((one.category, one.rule) for _, _, one in taken)
    made: dict[str, Any] = {
        "file": file,
        "removed": [
            {"category": category, "rule": rule, "count": count}
            for (category, rule), count in sorted(counted.items())
        ],
    }
    if positions or values:
        made["places"] = [_place(*each, values=values) for each in taken]
    return made


def _place(field: str, value: str, one: Removed, *, values: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"field": field} if field else {}
    made |= {"start": one.start, "end": one.end, "category": one.category, "rule": one.rule}
    # The new text of a shifted date would give away the shift next to the value.
    return {**made, "value": value} if values else made


def whole(profile: str, dates: str, entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The report of a run."""
    listed = list(entries)
    total: Counter[str] = Counter()
    for each in listed:
        for line in each["removed"]:
            total[line["category"]] += line["count"]
    return {
        "profile": profile,
        "dates": dates,
        "removed": dict(sorted(total.items())),
        "files": listed,
    }

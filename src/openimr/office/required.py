"""What the law requires the file to hold (REC-10), and which of it is there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from openimr.office.models import Case, Document
from openimr.office.models.records import DocumentStatus

_MONTH = 30.44


class Line(NamedTuple):
    """One requirement: ``state`` is present, missing, undated or ask."""

    id: str
    says: str
    law: str
    state: str
    note: str
    documents: tuple[Document, ...]


@cache
def _required() -> list[dict[str, Any]]:
    text = files("openimr.office").joinpath("required_records.yaml").read_text("utf-8")
    read: list[dict[str, Any]] = yaml.safe_load(text)
    return read


def required(case: Case, documents: Iterable[Document]) -> list[Line]:
    """The checklist of a case.

    Args:
        case: with its ``events``, from which the request's day is taken where no request is dated.
        documents: all of its documents, with their senders.
    """
    held = [one for one in documents if one.status != DocumentStatus.INFECTED]
    asked = _asked_on(case, held)
    return [_line(rule, held, asked) for rule in _required()]


def _asked_on(case: Case, documents: list[Document]) -> date | None:
    """The day of the request for authorization; else of the utilization review decision."""
    dated = [
        one.dated for one in documents if one.kind == "request_for_authorization" and one.dated
    ]
    if dated:
        return max(dated)
    decided = str(case.events.get("ur_decided") or "")[:10]
    return date.fromisoformat(decided) if decided else None


def _line(rule: dict[str, Any], documents: list[Document], asked: date | None) -> Line:
    senders = rule.get("senders", [])
    fitting = [
        one
        for one in documents
        if one.kind in rule["kinds"] or (one.sender and one.sender.role in senders)
    ]
    state, note = "present", ""
    months = rule.get("months")
    if fitting and months and asked:
        first = asked - timedelta(days=round(months * _MONTH))
        within = [one for one in fitting if one.dated and first <= one.dated <= asked]
        undated = [one for one in fitting if one.dated is None]
        if within:
            note = f"{len(within)} from {first:%-m/%-d/%Y} to {asked:%-m/%-d/%Y}"
        elif undated:
            state, note = "undated", "Some reports have no date; enter it to check the window."
        else:
            state, note = "missing", f"None is dated {first:%-m/%-d/%Y} to {asked:%-m/%-d/%Y}."
        fitting = within or undated
    elif not fitting:
        state = "missing" if rule["needed"] == "always" else "ask"
        note = "" if state == "missing" else "Only where there is any; a person has to know."
    return Line(rule["id"], rule["says"], rule["law"], state, note, tuple(fitting))

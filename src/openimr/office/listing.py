"""Lists of cases: found, in the order in which they are due, and made ready for a table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Upper
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThan
from django.urls import reverse

from openimr.office.models import Case
from openimr.office.templatetags.office import due, said, urgency

_COLUMNS = (
    *("number", "state", "priority", "due_at", "due_clock"),
    *("employee_first_name", "employee_last_name"),
    *("manager__first_name", "manager__last_name", "manager__username"),
)
_LAST = "\U0010ffff"
"""The last character there is: what begins with a word comes before the word followed by it."""


class Row(NamedTuple):
    """A case as a table shows it."""

    url: str
    number: str
    urgency: str
    due: str
    clock: str
    state: str
    state_said: str
    employee: str
    expedited: bool
    manager: str


def in_order(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The most urgent first, with what a row needs and no more."""
    return (
        cases.select_related("manager")
        .only(*_COLUMNS)
        .order_by(F("due_at").asc(nulls_last=True), "number")
    )


def rows(cases: Iterable[Case], now: datetime) -> list[Row]:
    """Cases as rows. What a table says fifty times over is worked out here, not by a template."""
    address = reverse("office:case", args=["CASE"])
    return [
        Row(
            url=address.replace("CASE", case.number),
            number=case.number,
            urgency=urgency(case.due_at, now),
            due=due(case.due_at),
            clock=said(case.due_clock),
            state=case.state,
            state_said=said(case.state),
            employee=case.employee,
            expedited=case.priority == "expedited",
            manager=case.manager.shown_name if case.manager else "",
        )
        for case in cases
    ]


def reads(field: str, words: str) -> Q:
    """The field is these words, whatever their case; asked so that its index is used."""
    return Q(Exact(Upper(field), Upper(Value(words))))


def with_words(words: str) -> Q:
    """Cases with this number or claim number, or a last name that begins so; case is ignored."""
    asked = Upper(Value(words))
    last_name = Q(employee_last_name__istartswith=words)
    if connection.vendor == "sqlite":
        # Its LIKE reads every case; its sort order is that of characters, so a range will do.
        name = Upper("employee_last_name")
        last_name = Q(GreaterThanOrEqual(name, asked)) & Q(
            LessThan(name, Concat(asked, Value(_LAST)))
        )
    return Q(number=words.upper()) | reads("claim_number", words) | last_name

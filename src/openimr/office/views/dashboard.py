"""The dashboard: where the cases stand, what is due, what is decided, how fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openimr.office import figures
from openimr.office.views.common import allowed, user_of

Made = TypeVar("Made")
KEPT = 60
"""Seconds for which the figures are kept: they are about weeks, and many look at them."""

WIDTH = 200
"""Width of a bar's drawing, in its own units."""


class Bar(NamedTuple):
    """A row with the length of its bar and, for a rate, where its interval begins and ends."""

    row: Any
    length: float
    low: float = 0.0
    high: float = 0.0


def _kept(name: str, count: Callable[[], Made]) -> Made:
    return cast(Made, cache.get_or_set(f"dashboard:{name}", count, KEPT))


@allowed("office.dashboard")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Figures over all cases; reviewers' names only for those who may know them."""
    states = _kept("states", figures.by_state_and_age)
    most = max((row.total for row in states), default=1)
    overall, categories = _kept("rates", figures.overturn_rates)
    weeks = _kept("weeks", figures.throughput)
    busiest = max((max(week.received, week.issued) for week in weeks), default=0) or 1
    named = user_of(request).has_perm("case.reviewer_names")
    return render(
        request,
        "office/dashboard/dashboard.html",
        {
            "ages": figures.AGES,
            "states": [Bar(row, WIDTH * row.total / most) for row in states],
            "due": _kept("due", figures.due),
            "rates": [
                Bar(one, WIDTH * one.share, WIDTH * one.low, WIDTH * one.high)
                for one in (overall, *categories)
                if one.decided
            ],
            "weeks": [
                Bar(week, WIDTH * week.received / busiest, high=WIDTH * week.issued / busiest)
                for week in weeks
            ],
            "reviewers": _kept("times", figures.reviewer_times),
            "named": named,
        },
    )

"""The figures of the dashboard: a fixed number of aggregate queries, whatever the office holds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

from django.db.models import Case as When_
from django.db.models import Count, IntegerField, Q, Value, When
from django.db.models.functions import TruncWeek
from django.utils import timezone

from openimr.office.models import Attestation, Case, Issued, Item, User
from openimr.office.workflow import table

AGES = ("up to 7 days", "8 to 30 days", "31 to 60 days", "over 60 days")
_BOUNDS = (7, 30, 60)
WEEKS = 12
MOST_TIMES = 5000
"""Signatures over which reviewer times are counted, the newest first."""


class StateRow(NamedTuple):
    """Open cases of a state by age."""

    state: str
    says: str
    ages: tuple[int, ...]
    total: int


class Rate(NamedTuple):
    """An overturn rate with its 95 % interval (Wilson); shares from 0 to 1."""

    name: str
    overturned: int
    decided: int
    share: float
    low: float
    high: float

    @property
    def percent(self) -> str:
        """``12.3 %``."""
        return f"{100 * self.share:.1f} %"

    @property
    def interval(self) -> str:
        """``8 to 17 %``."""
        return f"{100 * self.low:.0f} to {100 * self.high:.0f} %"


class Times(NamedTuple):
    """A reviewer's days from offer to signature."""

    who: str
    reviews: int
    median_days: float


class Week(NamedTuple):
    """What came and what left in the week that begins on this Monday."""

    monday: date
    received: int
    issued: int


def by_state_and_age(now: datetime | None = None) -> list[StateRow]:
    """Cases that are not closed, by state and days since the application."""
    moment = now or timezone.now()
    age = When_(
        *(
            When(received_at__gte=moment - timedelta(days=days), then=Value(place))
            for place, days in enumerate(_BOUNDS)
        ),
        default=Value(len(_BOUNDS)),
        output_field=IntegerField(),
    )
    counted: dict[str, list[int]] = defaultdict(lambda: [0] * len(AGES))
    rows = (
        Case.objects.filter(closed_at=None)
        .annotate(age=age)
        .order_by()
        .values_list("state", "age")
        .annotate(n=Count("id"))
    )
    for state, place, count in rows:
        counted[state][place] += count
    return [
        StateRow(name, state.says, tuple(counted[name]), sum(counted[name]))
        for name, state in table().states.items()
        if name in counted
    ]


def due(now: datetime | None = None) -> dict[str, int]:
    """How many open cases are overdue, due today, and due in the seven days after."""
    moment = now or timezone.now()
    midnight = timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    return Case.objects.filter(closed_at=None).aggregate(
        overdue=Count("id", filter=Q(due_at__lt=moment)),
        today=Count("id", filter=Q(due_at__gte=moment, due_at__lt=tomorrow)),
        week=Count("id", filter=Q(due_at__gte=tomorrow, due_at__lt=tomorrow + timedelta(days=7))),
        open=Count("id"),
    )


def overturn_rates() -> tuple[Rate, list[Rate]]:
    """The overturn rate of all decided items, and by category of treatment."""
    counts: Counter[tuple[str, str]] = Counter()
    rows = (
        Item.objects.exclude(decision="")
        .order_by()
        .values_list("category", "decision")
        .annotate(n=Count("id"))
    )
    for category, decision, count in rows:
        counts[category, decision] += count
    categories = sorted({category for category, _ in counts})
    found = [
        rate(
            category.replace("_", " ").capitalize() or "Not in the library",
            counts[category, "Overturned"],
            counts[category, "Overturned"] + counts[category, "Upheld"],
        )
        for category in categories
    ]
    found.sort(key=lambda one: -one.decided)
    overturned = sum(one.overturned for one in found)
    return rate("All items", overturned, sum(one.decided for one in found)), found


def rate(name: str, overturned: int, decided: int) -> Rate:
    """A share with its Wilson interval at 95 %; (0, 0, 1) where nothing is decided."""
    if not decided:
        return Rate(name, 0, 0, 0.0, 0.0, 1.0)
    z = 1.959964
    share = overturned / decided
    middle = share + z * z / (2 * decided)
    spread = z * math.sqrt(share * (1 - share) / decided + z * z / (4 * decided**2))
    scale = 1 + z * z / decided
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return Rate(name, overturned, decided, share, max(0.0, low), min(1.0, high))


def reviewer_times() -> list[Times]:
    """Median days from offer to the signature that stands, by reviewer; names are the caller's."""
    rows = (
        Attestation.objects.filter(superseded=False, assignment__state="done")
        .order_by("-id")
        .values_list("assignment__reviewer_id", "assignment__created_at", "signed_at")[:MOST_TIMES]
    )
    days: dict[int, list[float]] = defaultdict(list)
    for reviewer, offered, signed in rows:
        days[reviewer].append(max(0.0, (signed - offered).total_seconds() / 86400))
    people = User.objects.in_bulk(list(days))
    found = [
        Times(people[reviewer].shown_name, len(spans), round(median(spans), 1))
        for reviewer, spans in days.items()
    ]
    return sorted(found, key=lambda one: (-one.reviews, one.who))


def throughput(now: datetime | None = None) -> list[Week]:
    """Applications received and determinations issued in each of the last weeks."""
    today = timezone.localtime(now or timezone.now()).date()
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    start = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    received = _weekly(Case.objects.filter(received_at__gte=start), "received_at")
    issued = _weekly(Issued.objects.filter(issued_at__gte=start), "issued_at")
    weeks: Sequence[date] = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [Week(week, received.get(week, 0), issued.get(week, 0)) for week in weeks]


def _weekly(rows, field: str) -> dict[date, int]:  # type: ignore[no-untyped-def]
    counted = (
        rows.annotate(week=TruncWeek(field)).order_by().values_list("week").annotate(n=Count("id"))
    )
    return {timezone.localtime(week).date(): count for week, count in counted}

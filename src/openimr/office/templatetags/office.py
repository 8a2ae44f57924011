"""How pages say dates, states and amounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from openimr.model import Finding
from openimr.reviews.sheet.words import status_of
from openimr.reviews.sheet.words import tone as tone_of

register = template.Library()


@register.filter
def said(state: str) -> str:
    """``records_complete`` → ``Records complete``."""
    return str(state).replace("_", " ").capitalize()


@register.filter
def standing(kind: str, status: str) -> str:
    """How a criterion stands: a contraindication is triggered, a limit exceeded."""
    return status_of(kind, status)


@register.filter
def tone(finding: Finding) -> str:
    """How a finding weighs on the request: ``good``, ``bad``, ``gap`` or ``plain``."""
    return str(tone_of(finding))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value of a mapping by key; empty where it has none."""
    return mapping.get(key, "") if hasattr(mapping, "get") else ""


@register.filter
def percent(share: float) -> str:
    """``0.934`` → ``93 %``; a probability is never shown as certain."""
    return f"{min(99, max(1, round(share * 100)))} %"


@register.filter
def due(moment: datetime | None) -> str:
    """``Fri 6 Jan 2017``, with the time where it is not the end of the day."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    text = f"{local:%a %-d %b %Y}"
    return text if (local.hour, local.minute) == (23, 59) else f"{text} {local:%H:%M}"


@register.filter
def letter_day(moment: datetime | date | None) -> str:
    """``January 6, 2017``, as letters write days; empty where there is none."""
    if not moment:
        return ""
    day = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    return f"{day:%B} {day.day}, {day.year}"


@register.filter
def urgency(moment: datetime | None, now: datetime | None = None) -> str:
    """``overdue``, ``soon`` (two days) or nothing."""
    if moment is None:
        return ""
    left = (moment - (now or timezone.now())).total_seconds()
    return "overdue" if left < 0 else "soon" if left < 2 * 86400 else ""


@register.filter
def initials(user: Any) -> str:
    """Two letters of a name."""
    words = user.shown_name.split()
    return "".join(word[0] for word in words[:2]).upper()


@register.simple_tag
def returned_comment(case: Any) -> str:
    """What the second look asked the reviewers to look at again; empty where nothing is open."""
    if case.state != "in_review":
        return ""
    check = case.quality_checks.filter(outcome="returned", round=case.remand_count).first()
    return check.comment if check else ""

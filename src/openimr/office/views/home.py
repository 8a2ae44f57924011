"""The first page: what waits for the person who signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from openimr.office.listing import in_order, rows
from openimr.office.models import Assignment, Case, Role, User
from openimr.office.views.common import user_of
from openimr.office.workflow import table

SHOWN = 50


def work_of(user: User) -> QuerySet[Case]:
    """The cases in which the user's role has the next step, the most urgent first."""
    states = {
        state
        for line in table().transitions
        if user.role in line.roles and len(line.from_) < 6
        for state in line.from_
    }
    cases = Case.objects.filter(closed_at=None, state__in=states)
    if user.role == Role.REVIEWER:
        own = Assignment.objects.filter(reviewer=user, state__in=("offered", "accepted"))
        cases = cases.filter(pk__in=own.values("case"))
    if user.role == Role.CASE_MANAGER:
        cases = cases.filter(Q(manager=user) | Q(manager=None))
    return in_order(cases)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The work list; an administrator goes to administration, where there is no case."""
    user = user_of(request)
    if not user.has_perm("office.work"):
        return render(
            request,
            "office/error.html",
            {
                "title": "Signed in",
                "says": "Your role works on no cases. Its pages, if it has any, are in the menu.",
            },
        )
    found = list(work_of(user)[: SHOWN + 1])
    return render(
        request,
        "office/home.html",
        {
            "rows": rows(found[:SHOWN], timezone.now()),
            "more": len(found) > SHOWN,
        },
    )


home.permission = "signed_in"  # type: ignore[attr-defined]

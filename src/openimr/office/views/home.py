"""The first page: what waits for the person who signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from openimr.office.models import Case, Role, User
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
    cases = Case.objects.filter(state__in=states)
    if user.role == Role.REVIEWER:
        cases = cases.filter(
            assignments__reviewer=user, assignments__state__in=("offered", "accepted")
        )
    if user.role == Role.CASE_MANAGER:
        cases = cases.filter(manager=user) | cases.filter(manager=None)
    return (
        cases.select_related("manager")
        .order_by(F("due_at").asc(nulls_last=True), "number")
        .distinct()
    )


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
    cases = list(work_of(user)[: SHOWN + 1])
    return render(
        request,
        "office/home.html",
        {
            "cases": cases[:SHOWN],
            "more": len(cases) > SHOWN,
            "now": timezone.now(),
            "states": table().states,
        },
    )


home.permission = "signed_in"  # type: ignore[attr-defined]

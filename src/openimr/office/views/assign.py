"""Choosing reviewers: candidates with every reason for and against, clearances, panels."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from openimr.office import audit, matching
from openimr.office.drafts import latest_review
from openimr.office.models import Case, Clearance, PanelApproval
from openimr.office.views.common import number_of, user_of, version_of, with_case
from openimr.office.workflow import Refused, program, table, take
from openimr.panel import Candidate

SHOWN = 25


class Choice(NamedTuple):
    """A candidate with the clearance that covers him, and what a person may still clear."""

    candidate: Candidate
    clearance: Clearance | None
    open_points: list[str]


@with_case("case.assign", log="case.candidates")
def assign(request: HttpRequest, case: Case) -> HttpResponse:
    """Who may review this case, in the order of asking; a POST offers it."""
    if request.method == "POST":
        chosen = request.POST.getlist("reviewer")
        steps = {"records_complete": "select_reviewer", "remanded": "select_reviewer"}
        step = steps.get(case.state, "add_reviewer")
        try:
            if not chosen:
                raise Refused("Choose a reviewer first.")
            given = {"reviewer": chosen}
            take(step, case, user_of(request), given, version=version_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            says = "a reviewer" if len(chosen) == 1 else f"{len(chosen)} reviewers"
            messages.success(request, f"The case is offered to {says}.")
        return redirect("office:assign", case.number)
    return render(request, "office/assign/assign.html", _context(request, case))


def _context(request: HttpRequest, case: Case) -> dict[str, object]:
    given = matching.clearances_of(case)
    choices = [
        Choice(one, matching.cleared(one, given), matching.open_points(one))
        for one in matching.candidates(case)
    ]
    able = [one for one in choices if one.candidate.eligible or one.clearance]
    others = [one for one in choices if not (one.candidate.eligible or one.clearance)]
    others.sort(key=lambda one: (not one.open_points, one.candidate.name))
    approval = case.panel_approvals.filter(round=case.remand_count).first()
    present = list(
        case.assignments.filter(round=case.remand_count).select_related("reviewer").order_by("id")
    )
    live = [one for one in present if one.state in ("offered", "accepted", "done")]
    lines = {line.id: line for line in table().transitions}
    may_offer = case.state in (*lines["select_reviewer"].from_, *lines["add_reviewer"].from_)
    room = (approval.reviewers if approval else program(case).panel.reviewers) - len(live)
    return {
        "case": case,
        "able": able[:SHOWN],
        "more": len(able) - SHOWN,
        "others": others,
        "approval": approval,
        "present": present,
        "taken": {one.reviewer.username for one in live},
        "may_offer": may_offer and user_of(request).role in lines["select_reviewer"].roles,
        "may_remove": case.state in lines["remove_reviewer"].from_,
        "room": room,
        "panel": program(case).panel,
        "drafted": latest_review(case) is not None,
        "excluded": case.excluded_reviewers,
        "today": timezone.localdate(),
    }


@with_case("case.assign")
@require_POST
def clear(request: HttpRequest, case: Case) -> HttpResponse:
    """Clear what is uncertain against a reviewer, with the reason."""
    username = request.POST.get("reviewer", "")
    try:
        matching.clear(case, username, user_of(request), request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Cleared; the reason is kept with the case.")
    return redirect("office:assign", case.number)


@with_case("case.assign")
@require_POST
def approve_panel(request: HttpRequest, case: Case) -> HttpResponse:
    """Enter the Administrative Director's written approval of a panel."""
    problem = _enter_approval(request, case)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, "The approval is entered; further reviewers may be asked.")
    return redirect("office:assign", case.number)


def _enter_approval(request: HttpRequest, case: Case) -> str | None:
    told = {name: request.POST.get(name, "").strip() for name in ("reference", "finding")}
    count = request.POST.get("reviewers", "")
    try:
        day = date.fromisoformat(request.POST.get("approved_on", ""))
    except ValueError:
        return "Give the day of the approval."
    if day > timezone.localdate():
        return "The day of the approval lies in the future."
    if not 2 <= (number_of(count) or 0) <= 9:
        return "A panel has 2 to 9 reviewers."
    if not all(told.values()):
        return "Give the reference of the approval and why one reviewer is not enough."
    with transaction.atomic():
        PanelApproval.objects.create(
            case=case,
            round=case.remand_count,
            reviewers=int(count),
            approved_on=day,
            reference=told["reference"][:120],
            finding=told["finding"][:4000],
            entered_by=user_of(request),
        )
        audit.record("case.panel_approved", user_of(request), case, reviewers=int(count))
    return None

"""Cases: the list, one case, its steps, its history, notes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from openimr.office import audit
from openimr.office.listing import in_order, rows, with_words
from openimr.office.models import Case, Note
from openimr.office.templatetags.office import said
from openimr.office.views.common import SCREENING_STEPS, allowed, user_of, version_of, with_case
from openimr.office.workflow import Refused, clocks, program, steps_for, table, take

PER_PAGE = 50
OWN_PAGE = {
    "accept_review": "offer/",
    "decline_review": "offer/",
    "reviewer_asks": "requests/",
    "reviewer_answered": "requests/",
    "submit_opinion": "desk/sign/",
    **dict.fromkeys(SCREENING_STEPS, "screening/"),
}
"""Steps that are taken on a page of their own, by its place under the case."""


@allowed("office.cases")
def case_list(request: HttpRequest) -> HttpResponse:
    """All cases, filtered by state, priority and words (number, name, claim)."""
    cases, now = in_order(Case.objects.all()), timezone.now()
    chosen: dict[str, Any] = {
        key: request.GET.get(key, "") for key in ("state", "priority", "q", "due")
    }
    if chosen["state"]:
        cases = cases.filter(state=chosen["state"])
    elif not chosen["q"]:
        cases = cases.filter(closed_at=None)
    if chosen["priority"]:
        cases = cases.filter(priority=chosen["priority"])
    if chosen["due"] == "overdue":
        cases = cases.filter(due_at__lt=now)
    if words := chosen["q"].strip():
        cases = cases.filter(with_words(words))
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows(page.object_list, now),
        "chosen": chosen,
        "states": {name: said(name) for name in table().states},
    }
    template = "office/_cases.html" if request.htmx else "office/cases.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@with_case(log="case.view")
def case(request: HttpRequest, case: Case) -> HttpResponse:
    """One case: where it stands, what is due, what may be done."""
    law = program(case)
    return render(
        request,
        "office/case.html",
        {
            "case": case,
            "state": table().states[case.state],
            "items": list(case.items.all()),
            "parties": list(case.parties.all()),
            "documents": list(case.documents.all()),
            "clocks": [
                line
                for line in clocks(case)
                if line.state != "not_started" and line.who != "utilization_review"
            ],
            "who": law.parties,
            "steps": steps_for(case, user_of(request)),
            "own_page": OWN_PAGE,
            "notes": list(case.notes.select_related("author")[:20]),
        },
    )


@with_case()
@require_POST
def step(request: HttpRequest, case: Case, step: str) -> HttpResponse:
    """Take a step of the workflow."""
    line = next((one for one in table().transitions if one.id == step), None)
    if step in OWN_PAGE:
        return redirect(f"{case.get_absolute_url()}{OWN_PAGE[step]}")
    given = {name: request.POST.get(name, "").strip() for name in (line.asks if line else ())}
    if "reasons" in given:
        given["reasons"] = request.POST.getlist("reasons")  # type: ignore[assignment]
    try:
        take(step, case, user_of(request), given, version=version_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Done: {line.says if line else step}.")
    return redirect(case)


@with_case(log="case.history")
def history(request: HttpRequest, case: Case) -> HttpResponse:
    """Everything that was done in a case."""
    return render(
        request,
        "office/history.html",
        {"case": case, "entries": case.log.order_by("-sequence")[:500]},
    )


@with_case("case.change")
@require_POST
def add_note(request: HttpRequest, case: Case) -> HttpResponse:
    """Add a note of the staff."""
    text = request.POST.get("text", "").strip()
    if text:
        Note.objects.create(case=case, author=user_of(request), text=text[:4000])
        audit.record("case.note", user_of(request), case)
    return redirect(case)

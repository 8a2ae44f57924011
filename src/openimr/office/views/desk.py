"""The review desk: the record beside the summary and the items; search; the draft's state."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from openimr.office import audit, jobs
from openimr.office.desk import load
from openimr.office.drafts import basis, model_case, usable
from openimr.office.marking import find_in_file
from openimr.office.models import Case
from openimr.office.summaries import prefilled
from openimr.office.views.common import number_of, user_of, with_case
from openimr.office.views.desk_context import (
    home,
    item_context,
    item_of,
    loaded,
    own_assignment,
    record_context,
    summary_context,
)


@with_case("case.review", log="desk.view")
def desk(request: HttpRequest, case: Case) -> HttpResponse:
    """The desk, at the summary (``part=summary``) or one item, and one page of the record
    (``item``, ``document``, ``page``, ``finding`` and ``quote`` of the query, all numbers).
    """
    assignment = own_assignment(request, case)
    prefilled(assignment)
    at = load(case, assignment)
    if request.GET.get("part") == "summary":
        context = {**item_context(at, None), **record_context(request, at, None)}
        return render(request, "office/desk/desk.html", {**context, **summary_context(at)})
    first = next((item.position for item in at.disputed or at.items), None)
    position = number_of(request.GET.get("item"))
    position = first if position is None else position
    item = item_of(at, position) if position is not None else None
    context = {**item_context(at, item), **record_context(request, at, item)}
    return render(request, "office/desk/desk.html", context)


@with_case("case.review")
def item_panel(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """One item as a piece of the page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{home(case)}?item={position}")
    at = loaded(request, case)
    return render(request, "office/desk/_item.html", item_context(at, item_of(at, position)))


@with_case("case.review")
def record_page(request: HttpRequest, case: Case, document: int, page: int) -> HttpResponse:
    """One page of the record with the evidence of a finding marked."""
    at = loaded(request, case)
    position = number_of(request.GET.get("item"))
    item = item_of(at, position) if position is not None else None
    context = record_context(request, at, item, document, page)
    if context["record"] is None:
        raise Http404
    audit.record("document.view", user_of(request), case, document=document, page=page)
    if not request.htmx:  # type: ignore[attr-defined]
        at_what = "part=summary" if context["part"] else f"item={position or 0}"
        return redirect(f"{home(case)}?{at_what}&document={document}&page={page}")
    return render(request, "office/desk/_record.html", context)


@with_case("case.review")
@require_POST
def find(request: HttpRequest, case: Case) -> HttpResponse:
    """Search in the file; by POST, so that clinical words stay out of addresses."""
    at = loaded(request, case)
    words = request.POST.get("words", "").strip()[:100]
    item = number_of(request.POST.get("item"))
    context = {"case": case, "words": words, "hits": find_in_file(at, words), "position": item or 0}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "office/desk/_hits.html", context)
    return render(request, "office/desk/hits.html", context)


@with_case("case.review")
def draft_state(request: HttpRequest, case: Case) -> HttpResponse:
    """How the draft stands to the file: being made, failed, missing, stale, or ready."""
    newest = usable(case).defer("review").first()
    if newest is not None and newest.basis == basis(model_case(case)):
        state = "ready"
    else:
        state = jobs.draft_state(case)
        if state == "idle":
            state = "missing" if newest is None else "stale"
    shown = number_of(request.GET.get("shown"))
    context = {
        "case": case,
        "state": state,
        "newer": newest is not None and shown is not None and newest.pk != shown,
        "shown": shown or 0,
    }
    return render(request, "office/desk/_draft_state.html", context)


@with_case("case.review")
@require_POST
def make_draft(request: HttpRequest, case: Case) -> HttpResponse:
    """Have the draft made anew from the file as it stands."""
    jobs.request_draft(case)
    audit.record("draft.ask", user_of(request), case)
    messages.success(request, "The draft is being made.")
    return redirect(home(case))

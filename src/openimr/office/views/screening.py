"""Screening: grounds, questions and answers, duplicates, consolidation; a person decides each."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from openimr.office.intake import consolidatable, duplicates
from openimr.office.letters import parties
from openimr.office.models import Case
from openimr.office.parts import item_grounds
from openimr.office.screening import ANSWERED_IN, answer, screened
from openimr.office.views.common import SCREENING_STEPS, allowed, user_of, version_of, with_case
from openimr.office.workflow import Refused, clocks, matter, program, steps_for, table, take
from openimr.rules import screen

PER_PAGE = 25
STEPS = ("start_screening", *SCREENING_STEPS, "assign")
"""Steps that are taken on this page."""


@allowed("office.intake")
def screenings(request: HttpRequest) -> HttpResponse:
    """Applications that are not decided to be eligible or not, the most urgent first."""
    chosen = request.GET.get("state", "")
    wanted = [chosen] if chosen in ANSWERED_IN else ANSWERED_IN
    found = Case.objects.filter(state__in=wanted).order_by("received_at", "number")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(case, screen(matter(case), program(case))) for case in page.object_list]
    return render(
        request,
        "office/intake/screenings.html",
        {"page": page, "rows": rows, "chosen": chosen, "states": ANSWERED_IN},
    )


@with_case("case.change", log="screening.view")
def screening(request: HttpRequest, case: Case) -> HttpResponse:
    """The screening of one application."""
    return _page(request, case)


def _page(request: HttpRequest, case: Case, problem: str = "") -> HttpResponse:
    found = screened(case)
    steps = {
        line.id: (line, why) for line, why in steps_for(case, user_of(request)) if line.id in STEPS
    }
    context: dict[str, Any] = {
        "case": case,
        "problem": problem,
        "found": found,
        "applying": found.applying,
        "unsettled": found.unsettled,
        "settled": found.of("not"),
        "asks": list(dict.fromkeys(one.ground.ask for one in found.unsettled)),
        "steps": steps,
        "clocks": _clocks(case),
        "who": program(case).parties,
        "may_answer": case.state in ANSWERED_IN,
        "parties": parties(case),
        "asked": list(case.information_requests.filter(answered_at=None)[:5]),
        "items": list(case.items.all()),
        "item_grounds": item_grounds(case),
        "state": table().states[case.state],
        "today": timezone.localdate(),
        "candidates": duplicates(case) if case.state in ANSWERED_IN else [],
        "others": consolidatable(case) if "consolidate" in steps else [],
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    template = "office/intake/_screening.html" if part else "office/intake/screening.html"
    return render(request, template, context)


def _clocks(case: Case) -> list[Any]:
    return [
        line
        for line in clocks(case)
        if line.state != "not_started" and line.who != "utilization_review"
    ]


@with_case("case.change")
@require_POST
def answers(request: HttpRequest, case: Case) -> HttpResponse:
    """Save the answers to the questions of one ground, and show the screening anew."""
    given = {
        name.removeprefix("q-"): request.POST[name] for name in request.POST if name[:2] == "q-"
    }
    problem = ""
    try:
        changed = answer(case, given, user_of(request), version=version_of(request))
    except Refused as refusal:
        problem = str(refusal)
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, Case.objects.get(pk=case.pk), problem)
    if problem:
        messages.error(request, problem)
    elif changed:
        messages.success(request, "The answer is saved.")
    return redirect("office:screening", case.number)


@with_case("case.change")
@require_POST
def step(request: HttpRequest, case: Case, step: str) -> HttpResponse:
    """Take a step of the screening."""
    line = next((one for one in table().transitions if one.id == step), None)
    if line is None or step not in STEPS:
        messages.error(request, "That step is not taken here; the overview of the case has it.")
        return redirect(case)
    given: dict[str, Any] = {
        name: request.POST.get(name, "").strip() for name in (*line.asks, "answer")
    }
    if "reasons" in line.asks:
        given["reasons"] = request.POST.getlist("reasons")
    if step == "accept":
        given["open_grounds"] = request.POST.getlist("open_grounds")
    try:
        if "reasons" in line.asks and not given["reasons"]:
            raise Refused("Confirm the grounds first: tick each one that you have checked.")
        moment = _moment(request.POST.get("on", "")) if step == "resume" else None
        done = take(step, case, user_of(request), given, version=version_of(request), at=moment)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:screening", case.number)
    sent = done.letters.filter(served_at=None).exclude(kind="determination").count()
    wrote = bool(line.letters and sent)
    letters = f" {sent} letter{'s' if sent != 1 else ''} to be served." if wrote else ""
    messages.success(request, f"Done: {line.says}.{letters}")
    if wrote:
        return redirect("office:letters", case.number)
    return redirect("office:screening", case.number)


def _moment(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("Say on which day notice of the resolution was served.") from None
    if day > timezone.localdate():
        raise Refused("The day of the notice is still to come; correct it.")
    return timezone.make_aware(datetime.combine(day, time(12)))

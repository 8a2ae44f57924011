"""The second look at a review: checklist, automatic checks, pass or return."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from openimr.office import quality
from openimr.office.attesting import own_findings
from openimr.office.determination import decisions_of, differ, signed_of
from openimr.office.models import Case
from openimr.office.views.common import user_of, version_of, with_case
from openimr.office.workflow import Refused


@with_case("case.quality", log="quality.view")
def second_look(request: HttpRequest, case: Case) -> HttpResponse:
    """What was signed, what the machine finds in it, and the checklist."""
    given: dict[str, str] = {}
    comment = ""
    if request.method == "POST":
        given = {one.id: request.POST.get(f"q-{one.id}", "") for one in quality.checklist()}
        comment = request.POST.get("comment", "")
        passes = request.POST.get("do") == "pass"
        act = quality.pass_review if passes else quality.return_review
        try:
            act(case, user_of(request), given, comment, version_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            done = "passed" if passes else "returned with your comment"
            messages.success(request, f"The review is {done}.")
            return redirect(case)
    status = 409 if request.method == "POST" else 200
    return render(
        request, "office/quality/quality.html", _context(case, given, comment), status=status
    )


def _context(case: Case, given: dict[str, str], comment: str) -> dict[str, Any]:
    try:
        signed = signed_of(case)
    except Refused:
        signed = []
    decided, differing = decisions_of(case, signed), differ(signed)
    items = [
        {
            "item": item,
            "decision": decided.get(item.position, ""),
            "differs": item.position in differing,
            "opinions": [
                (one.assignment, one.rows[item.position], own_findings(one.rows[item.position]))
                for one in signed
                if item.position in one.rows
            ],
        }
        for item in case.items.all()
    ]
    found = quality.remarks(case)
    summaries = list(dict.fromkeys(one.summary for one in signed))
    asked = [
        {
            "question": one,
            "answer": given.get(one.id, ""),
            "remarks": [r for r in found if r.code in one.check],
            "checked": bool(one.check) and one.check != ("all",),
        }
        for one in quality.questions_for(case)
    ]
    return {
        "case": case,
        "items": items,
        "summaries": summaries,
        "remarks": found,
        "asked": asked,
        "drawn": [quality.REASONS[one] for one in quality.drawn(case)],
        "comment": comment,
        "earlier": case.quality_checks.select_related("checker")[:10],
        "is_open": case.state == "quality",
    }

"""Decision and rationale: saved, taken over, judged, and their versions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from openimr.office import opinions
from openimr.office.models import Case, OpinionVersion
from openimr.office.proposals import proposal
from openimr.office.views.common import number_of, with_case
from openimr.office.views.desk_context import (
    answer_save,
    home,
    item_of,
    loaded,
    not_disputed,
    refuse,
    saved_context,
)


@with_case("case.review")
@require_POST
def save_opinion(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """Save decision, guideline and rationale; a stale save shows both texts."""
    at = loaded(request, case)
    item = item_of(at, position)
    if reason := opinions.why_frozen(at.assignment) or not_disputed(item):
        return refuse(request, case, position, reason)
    decision = request.POST.get("decision", "")
    text = opinions.Text(
        decision if decision in opinions.DECISIONS else "",
        request.POST.get("guideline", ""),
        request.POST.get("rationale", ""),
    )
    opinion = opinions.opinion_of(at.assignment, item)
    outcome = opinions.save(opinion, number_of(request.POST.get("version")) or 0, text)
    at.read_opinions()
    back = f"{home(case)}?item={position}"
    return answer_save(request, saved_context(at, item), outcome, text, back)


@with_case("case.review")
@require_POST
def take_over(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """Make the draft's decision, guideline and rationale the reviewer's own text, to be edited."""
    at = loaded(request, case)
    item = item_of(at, position)
    if reason := opinions.why_frozen(at.assignment) or not_disputed(item):
        return refuse(request, case, position, reason)
    proposed = proposal(at, item)
    if proposed is None:
        return refuse(request, case, position, "There is no draft of this item to take over.")
    opinion = opinions.opinion_of(at.assignment, item)
    opinions.save(opinion, opinion.version, opinions.Text(*proposed), "draft")
    messages.success(request, "The draft is taken over; from now on it is your text.")
    return redirect(f"{home(case)}?item={position}#opinion")


@with_case("case.review")
@require_POST
def judge(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """Save the reviewer's own verdict on a finding; the finding's number comes in the form."""
    at = loaded(request, case)
    item = item_of(at, position)
    if reason := opinions.why_frozen(at.assignment) or not_disputed(item):
        return refuse(request, case, position, reason)
    draft = at.proposed(item)
    number = number_of(request.POST.get("finding"))
    if draft is None or number is None or number >= len(draft.findings):
        return refuse(request, case, position, "This finding is gone; open the item anew.")
    finding = draft.findings[number]
    told = request.POST.get("status", "")
    status = told if told in opinions.STATUSES else ""
    opinions.judge(
        opinions.opinion_of(at.assignment, item), finding, status, request.POST.get("comment", "")
    )
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{home(case)}?item={position}#finding-{number}")
    at.read_opinions()
    context = saved_context(at, item)
    held = at.opinions[item.pk].verdicts.all()
    context["row"] = {"verdict": next(one for one in held if one.criterion == finding.criterion)}
    return render(request, "office/desk/_judged.html", context)


@with_case("case.review", log="opinion.versions")
def versions(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """All versions of an opinion, each with what it changed in the one before."""
    at = loaded(request, case)
    item = item_of(at, position)
    opinion = at.opinions.get(item.pk)
    kept = list(opinion.versions.order_by("version")) if opinion else []
    shown = []
    before: OpinionVersion | None = None
    for one in kept:
        shown.append(
            {
                "version": one,
                "rationale": opinions.differences(
                    before.rationale if before else "", one.rationale
                ),
                "guideline": opinions.differences(
                    before.guideline if before else "", one.guideline
                ),
                "decided": before is None or before.decision != one.decision,
                "stands": opinion is not None and one.version == opinion.version,
            }
        )
        if one.origin != "set_aside":
            before = one
    return render(
        request,
        "office/desk/versions.html",
        {
            "case": case,
            "heading": f"Item {item.number}: versions of your decision and rationale",
            "back": f"{home(case)}?item={position}",
            "restore": reverse("office:restore", args=[case.number, position]),
            "shown": shown[::-1],
            "frozen": opinions.why_frozen(at.assignment),
        },
    )


@with_case("case.review")
@require_POST
def restore(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """Make an earlier version the opinion again, as a new version."""
    at = loaded(request, case)
    item = item_of(at, position)
    if reason := opinions.why_frozen(at.assignment) or not_disputed(item):
        return refuse(request, case, position, reason)
    number = number_of(request.POST.get("restore")) or 0
    old = OpinionVersion.objects.filter(
        opinion__assignment=at.assignment, opinion__item=item, version=number
    ).first()
    if old is None:
        return refuse(request, case, position, "There is no such version; choose one of the page.")
    opinion = opinions.opinion_of(at.assignment, item)
    opinions.save(opinion, opinion.version, opinions.text_of(old), "restored")
    messages.success(request, f"Version {old.version} stands again.")
    return redirect(f"{home(case)}?item={position}#opinion")

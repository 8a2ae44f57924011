"""The clinical case summary on the desk: saving it, its versions, the machine's anew."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from openimr.office import opinions
from openimr.office.models import Case, SummaryVersion
from openimr.office.summaries import proposed, summary_of
from openimr.office.views.common import number_of, with_case
from openimr.office.views.desk_context import answer_save, home, loaded, refuse, summary_context


def _here(case: Case) -> str:
    return f"{home(case)}?part=summary"


@with_case("case.review")
@require_POST
def save(request: HttpRequest, case: Case) -> HttpResponse:
    """Save the summary; a stale save shows both texts."""
    at = loaded(request, case)
    if reason := opinions.why_frozen(at.assignment):
        return refuse(request, case, None, reason)
    text = opinions.Told(request.POST.get("text", ""))
    seen = number_of(request.POST.get("version")) or 0
    outcome = opinions.save(summary_of(at.assignment), seen, text)
    at.read_opinions()
    context = {**summary_context(at), "back": f"{_here(case)}#opinion"}
    return answer_save(request, context, outcome, text, _here(case))


@with_case("case.review")
@require_POST
def write_anew(request: HttpRequest, case: Case) -> HttpResponse:
    """Let the machine write the summary anew from the file as it stands, as a new version."""
    at = loaded(request, case)
    text = proposed(case)
    if reason := opinions.why_frozen(at.assignment):
        return refuse(request, case, None, reason)
    if not text:
        return refuse(request, case, None, "There is no machine draft yet to write it from.")
    summary = summary_of(at.assignment)
    opinions.save(summary, summary.version, opinions.Told(text), "draft")
    messages.success(request, "The summary is written anew; what stood there stays as a version.")
    return redirect(f"{_here(case)}#opinion")


@with_case("case.review", log="summary.versions")
def versions(request: HttpRequest, case: Case) -> HttpResponse:
    """All versions of the summary, each with what it changed in the one before."""
    at = loaded(request, case)
    kept = list(at.summary.versions.order_by("version")) if at.summary else []
    shown, before = [], ""
    for one in kept:
        told = opinions.differences(before, one.text)
        stands = at.summary is not None and one.version == at.summary.version
        shown.append({"version": one, "rationale": told, "stands": stands})
        if one.origin != "set_aside":
            before = one.text
    context = {
        "case": case,
        "heading": "Versions of your clinical case summary",
        "back": _here(case),
        "restore": reverse("office:summary_restore", args=[case.number]),
        "shown": shown[::-1],
        "undecided": True,
        "frozen": opinions.why_frozen(at.assignment),
    }
    return render(request, "office/desk/versions.html", context)


@with_case("case.review")
@require_POST
def restore(request: HttpRequest, case: Case) -> HttpResponse:
    """Make an earlier version the summary again, as a new version."""
    at = loaded(request, case)
    if reason := opinions.why_frozen(at.assignment):
        return refuse(request, case, None, reason)
    number = number_of(request.POST.get("restore")) or 0
    held = SummaryVersion.objects.filter(summary__assignment=at.assignment, version=number).first()
    if held is None:
        says = "There is no such version; choose one of the page."
        return refuse(request, case, None, says)
    summary = summary_of(at.assignment)
    opinions.save(summary, summary.version, opinions.text_of(held), "restored")
    messages.success(request, f"Version {held.version} stands again.")
    return redirect(f"{_here(case)}#opinion")

"""Letters of a case: what was sent to whom, as text and as PDF; the log of service."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from openimr.errors import InputError
from openimr.office.letters import CHANNELS, kinds, pdf_of, pieces, serve, title_of
from openimr.office.models import Case
from openimr.office.views.common import number_of, user_of, with_case

SHOWN = 100


@with_case("case.letters", log="letters.view")
def letters(request: HttpRequest, case: Case) -> HttpResponse:
    """Every letter of a case, the newest first; those not yet served can be marked."""
    found = list(case.letters.all()[:SHOWN])
    rows = [
        (one, title_of(one), pieces(one.text) if one.kind in kinds() else None) for one in found
    ]
    context = {
        "case": case,
        "rows": rows,
        "waiting": [row for row in rows if row[0].served_at is None],
        "may_serve": user_of(request).has_perm("case.change", case),
        "may_issue": user_of(request).has_perm("case.issue", case),
        "channels": CHANNELS,
        "today": timezone.localdate(),
    }
    return render(request, "office/letters/letters.html", context)


@with_case("case.letters", log="letter.view")
def letter(request: HttpRequest, case: Case, pk: int) -> HttpResponse:
    """One letter as a PDF; printing it again gives the same."""
    found = case.letters.select_related("case").filter(pk=pk, kind__in=list(kinds())).first()
    if found is None:
        raise Http404
    try:
        data = pdf_of(found)
    except InputError as error:
        messages.error(request, f"The letter cannot be printed: {error.problem}; {error.remedy}.")
        return redirect("office:letters", case.number)
    response = HttpResponse(data, content_type="application/pdf")
    name = f"{case.number}-{found.kind}-{found.recipient_role}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@with_case("case.change")
@require_POST
def served(request: HttpRequest, case: Case) -> HttpResponse:
    """Enter that letters were served."""
    chosen = [key for one in request.POST.getlist("letter") if (key := number_of(one)) is not None]
    channel = request.POST.get("channel", "")
    try:
        day = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        day = timezone.localdate()
    if not chosen:
        messages.error(request, "Tick the letters that were served.")
    elif day > timezone.localdate():
        messages.error(request, "The day of service is still to come; correct it.")
    else:
        how = channel if channel in CHANNELS else ""
        count = serve(case, chosen, user_of(request), how, day)
        messages.success(request, f"{count} letter{'s' if count != 1 else ''} marked as served.")
    return redirect("office:letters", case.number)

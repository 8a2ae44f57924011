"""Issuing a determination, its copies, and what follows from it."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from openimr.errors import InputError
from openimr.office import audit, issuing
from openimr.office.determination import determination_of
from openimr.office.files import keep, place
from openimr.office.models import Case, Issued
from openimr.office.views.common import number_of, user_of, version_of, with_case
from openimr.office.workflow import Refused, clocks, program, save, steps_for, table, take

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
# A letter as a page brings its own style and nothing else; it runs nothing and fetches nothing.
_LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
AFTER = ("authorize", "reimburse", "appeal", "appeal_of_refusal")


@with_case("case.issue", log="issue.view")
def issue(request: HttpRequest, case: Case) -> HttpResponse:
    """The determination as it will be printed, and who gets it; a POST issues it."""
    if request.method == "POST":
        return _issue(request, case)
    problem = None
    try:
        made = determination_of(case, timezone.localdate())
    except (Refused, InputError) as error:
        made, problem = None, str(error)
    return render(
        request,
        "office/issue/issue.html",
        {
            "case": case,
            "made": made,
            "problem": problem,
            "recipients": issuing.recipients(case),
            "missing": issuing.missing_recipients(case),
            "who": program(case).parties,
            "appeal_until": issuing.appeal_until(case, timezone.localdate()),
            "is_open": case.state == "ready_to_issue",
        },
    )


def _issue(request: HttpRequest, case: Case) -> HttpResponse:
    try:
        # Printed before the step, so that what cannot be printed is not issued.
        keep(issuing.preview(case, "pdf"))
        held = take("issue", case, user_of(request), {}, version=version_of(request))
    except (Refused, InputError) as error:
        messages.error(request, str(error))
        return redirect("office:issue", case.number)
    count = issuing.print_letters(held)
    messages.success(request, f"Issued; {count} letters are ready to be sent.")
    return redirect("office:after", case.number)


@xframe_options_sameorigin
@with_case(log="determination.view")
def determination(request: HttpRequest, case: Case, to: str) -> HttpResponse:
    """A copy as it was issued; before that, a preview as it would be issued today."""
    if to not in TYPES:
        raise Http404
    issued = _round(request, case)
    try:
        data = issuing.issued_copy(issued, to) if issued else issuing.preview(case, to)
    except (Refused, InputError) as error:
        return _not_yet(request, str(error))
    name = f"{case.number}{'' if issued else '-preview'}.{'txt' if to == 'text' else to}"
    return _file(data, to, name, inline=to in ("html", "pdf", "text"))


def _not_yet(request: HttpRequest, says: str) -> HttpResponse:
    told = {"title": "No determination yet", "says": says}
    return render(request, "office/error.html", told, status=409)


def _round(request: HttpRequest, case: Case) -> Issued | None:
    wanted = number_of(request.GET.get("round", str(case.remand_count)))
    if wanted is None or wanted > 30_000:
        raise Http404
    issued = case.issued.filter(round=wanted).first()
    if issued is None and wanted != case.remand_count:
        raise Http404
    return issued


@with_case("case.issue", log="letter.view")
def served(request: HttpRequest, case: Case, pk: int) -> HttpResponse:
    """The letter of one recipient: cover page and determination."""
    letter = case.letters.filter(pk=pk, kind="determination").first()
    if letter is None:
        return _not_yet(request, "There is no such letter; the list is under What follows.")
    if not letter.file:
        issuing.print_letters(case)
        letter.refresh_from_db()
    name = f"{case.number}-{letter.recipient_role}.pdf"
    return _file(place(letter.file).read_bytes(), "pdf", name, inline=True)


@with_case("case.issue", log="determination.published")
def published(request: HttpRequest, case: Case) -> HttpResponse:
    """The determination without identifiers, as it may be published."""
    issued = case.issued.first()
    if issued is None:
        return _not_yet(request, "Nothing is issued yet; issue the determination first.")
    return _file(issuing.published(issued).encode(), "text", f"{case.number}-published.txt")


def _file(data: bytes, to: str, name: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPES[to])
    kind = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{kind}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    if to == "html":
        response["Content-Security-Policy"] = _LETTER_POLICY
    return response


@with_case("case.issue", log="case.after")
def after(request: HttpRequest, case: Case) -> HttpResponse:
    """What follows from a determination: letters, implementation, appeal, fee, publication."""
    names = {
        line.id for line in table().transitions if set(line.from_) & {"issued", "implementing"}
    }
    names |= {"appeal_denied", "remand"}
    return render(
        request,
        "office/issue/after.html",
        {
            "case": case,
            "items": list(case.items.all()),
            "issued": list(case.issued.all()),
            "letters": list(case.letters.filter(kind="determination").order_by("id")[:80]),
            "fees": list(case.fees.all()),
            "clocks": [
                line for line in clocks(case) if line.clock in AFTER and line.state != "not_started"
            ],
            "who": program(case).parties,
            "steps": [
                (line, why) for line, why in steps_for(case, user_of(request)) if line.id in names
            ],
            "given": case.circumstances.get("treatment_given"),
            "today": timezone.localdate(),
            "now": timezone.now(),
        },
    )


@with_case("case.issue")
@require_POST
def after_step(request: HttpRequest, case: Case, step: str) -> HttpResponse:
    """Enter what happened, on the day it happened."""
    line = next((one for one in table().transitions if one.id == step), None)
    given = {name: request.POST.get(name, "").strip() for name in (line.asks if line else ())}
    try:
        moment = _moment(request.POST.get("on", ""), case)
        take(step, case, user_of(request), given, version=version_of(request), at=moment)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Entered: {line.says if line else step}.")
    return redirect("office:after", case.number)


def _moment(text: str, case: Case) -> datetime | None:
    """Noon of a day not before the determination and not in the future; None for now."""
    if not text:
        return None
    day, today = parse_date(text), timezone.localdate()
    if day is None:
        raise Refused("The day is not a date.")
    if day > today:
        raise Refused("The day lies in the future.")
    issued = case.issued.first()
    if issued and day < timezone.localtime(issued.issued_at).date():
        raise Refused("The day lies before the determination.")
    if day == today:
        return None
    return timezone.make_aware(datetime.combine(day, time(12)))


@with_case("case.issue")
@require_POST
def treatment_given(request: HttpRequest, case: Case) -> HttpResponse:
    """Whether the treatment was given already: it is then paid for, not authorized."""
    given = request.POST.get("given") == "yes"
    with transaction.atomic():
        held = Case.objects.select_for_update().get(pk=case.pk)
        held.circumstances = {**held.circumstances, "treatment_given": given}
        save(held)
        audit.record("case.treatment_given", user_of(request), held, given=given)
    messages.success(request, "Entered.")
    return redirect("office:after", case.number)

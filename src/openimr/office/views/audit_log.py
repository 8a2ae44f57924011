"""The event log: browsed, verified and signed. Case numbers only, never what a case holds."""

from __future__ import annotations

from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from openimr.office import audit
from openimr.office.models import Checkpoint, Event, Role
from openimr.office.views.common import allowed, number_of, user_of

PER_PAGE = 100
MOST_FAULTS = 50


@allowed("office.audit")
def log(request: HttpRequest) -> HttpResponse:
    """Entries, the newest first, a page at a time; by person, action or case."""
    return render(request, "office/audit/audit.html", _context(request))


def _context(request: HttpRequest) -> dict[str, object]:
    chosen = {key: request.GET.get(key, "").strip() for key in ("actor", "action", "case")}
    entries = Event.objects.order_by("-sequence")
    if chosen["actor"]:
        entries = entries.filter(actor_name=chosen["actor"])
    if chosen["action"]:
        entries = entries.filter(action__startswith=chosen["action"])
    if chosen["case"]:
        entries = entries.filter(case_number=chosen["case"])
    if (before := number_of(request.GET.get("before"))) is not None:
        entries = entries.filter(sequence__lt=before)
    shown = list(entries[: PER_PAGE + 1])
    return {
        "entries": shown[:PER_PAGE],
        "older": shown[PER_PAGE - 1].sequence if len(shown) > PER_PAGE else None,
        "chosen": chosen,
        # The administrator has no case: what was done in one is told by its name and number.
        "with_detail": user_of(request).role != Role.ADMINISTRATOR,
        "checkpoint": Checkpoint.objects.order_by("-sequence").first(),
        "head": Event.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0,
    }


@allowed("office.audit")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the chain and its checkpoints from the first entry to the last."""
    faults = list(islice(audit.verify(), MOST_FAULTS))
    audit.record("audit.verify", user_of(request), faults=len(faults))
    context = _context(request) | {"verified": True, "faults": faults}
    return render(request, "office/audit/audit.html", context)


@allowed("office.audit")
@require_POST
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Sign the head of the log."""
    audit.record("audit.checkpoint", user_of(request))
    audit.checkpoint()
    return redirect("office:audit")

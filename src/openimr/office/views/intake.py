"""Intake: a new application by form or by an uploaded form; a draft until it is complete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from openimr.errors import InputError
from openimr.office.application import ApplicationForm, ItemForms, application
from openimr.office.blank import blank
from openimr.office.files import keep, place
from openimr.office.filled import MOST_BYTES, read_filled
from openimr.office.intake import receive
from openimr.office.models import ApplicationDraft
from openimr.office.views.common import allowed, number_of, user_of

MOST_DRAFTS = 30


@allowed("office.intake")
def start(request: HttpRequest) -> HttpResponse:
    """Begin an application: empty, from a filled PDF, or go on with a draft."""
    if request.method == "POST":
        upload = request.FILES.get("form")
        draft = ApplicationDraft(author=user_of(request), data=_empty())
        if upload is not None:
            try:
                _prefill(draft, upload.read(MOST_BYTES + 1))
            except InputError as refusal:
                messages.error(request, f"{refusal.problem}; {refusal.remedy}.")
                return redirect("office:new_application")
        draft.save()
        return redirect("office:application", draft.pk)
    drafts = ApplicationDraft.objects.select_related("author")[:MOST_DRAFTS]
    return render(request, "office/intake/start.html", {"drafts": drafts})


def _empty() -> dict[str, Any]:
    return {
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "0",
        "received_on": timezone.localdate().isoformat(),
        **{row.name: row.initial for row in application().fields if row.initial},
        **{f"items-0-{row.name}": row.initial for row in application().items.fields if row.initial},
    }


def _prefill(draft: ApplicationDraft, data: bytes) -> None:
    read = read_filled(data)
    draft.file, draft.size = keep(data), len(data)
    draft.data = {**draft.data, **read.data}
    draft.doubts = sorted(set(read.data) - {"items-TOTAL_FORMS"}) if read.from_text else []


@allowed("office.intake")
def blank_form(request: HttpRequest) -> HttpResponse:
    """The fillable form as a PDF."""
    response = HttpResponse(blank(), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="application-form.pdf"'
    return response


@allowed("office.intake")
def draft_form(request: HttpRequest, draft: int) -> HttpResponse:
    """The form of a draft: saved as it is filled, and turned into a case when it is complete."""
    if request.method == "POST":
        return _posted(request, draft)
    return _page(request, _draft(draft))


def _draft(pk: int, *, lock: bool = False) -> ApplicationDraft:
    drafts = ApplicationDraft.objects.select_for_update() if lock else ApplicationDraft.objects
    found = drafts.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _posted(request: HttpRequest, pk: int) -> HttpResponse:
    """Save, add or remove a row, or finish; a second press of the button finds no draft."""
    wanted = request.POST.get("do", "save")
    with transaction.atomic():
        draft = _draft(pk, lock=True)
        draft.data = _typed(request)
        if wanted == "add":
            count = int(draft.data["items-TOTAL_FORMS"])
            draft.data["items-TOTAL_FORMS"] = str(count + 1)
            draft.data[f"items-{count}-ur_decision"] = "denied"
        draft.save()
        if wanted == "finish":
            form, items = _bound(draft)
            if form.is_valid() and items.is_valid():
                case = receive(form.cleaned_data, items.filled(), user_of(request), draft)
                messages.success(request, f"{case.number} is entered. Now screen it.")
                return redirect("office:screening", case.number)
            return _page(request, draft, checked=True)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(f"Draft saved at {timezone.localtime():%H:%M:%S}.")
    url = redirect("office:application", pk)
    url["Location"] += f"#item-{draft.data['items-TOTAL_FORMS']}" if wanted == "add" else ""
    return url


def _typed(request: HttpRequest) -> dict[str, str]:
    """What the form holds, its known names only, as typed."""
    count = request.POST.get("items-TOTAL_FORMS", "1")
    rows = min(number_of(count) or 1, 60)
    names = [row.name for row in application().fields]
    names += [
        f"items-{index}-{row.name}" for index in range(rows) for row in application().items.fields
    ]
    told = {name: request.POST[name][:4000] for name in names if request.POST.get(name)}
    return {"items-TOTAL_FORMS": str(max(rows, 1)), "items-INITIAL_FORMS": "0", **told}


def _bound(draft: ApplicationDraft) -> tuple[ApplicationForm, Any]:
    return ApplicationForm(draft.data), ItemForms(draft.data, prefix="items")


def _page(request: HttpRequest, draft: ApplicationDraft, *, checked: bool = False) -> HttpResponse:
    if checked:
        form, items = _bound(draft)
    else:
        rows = int(draft.data.get("items-TOTAL_FORMS", "1"))
        form = ApplicationForm(initial=draft.data)
        items = ItemForms(
            prefix="items",
            initial=[
                {
                    row.name: draft.data.get(f"items-{index}-{row.name}", "")
                    for row in application().items.fields
                }
                for index in range(rows)
            ],
        )
        items.min_num = 0
    mistakes = []
    if checked:
        mistakes = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
        for row in items.forms:
            mistakes += [
                (f"id_{row.prefix}-{name}", f"Treatment {int(row.prefix[6:]) + 1}: {text}")
                for name, texts in row.errors.items()
                for text in texts
            ]
        mistakes += [("id_items-0-request", text) for text in items.non_form_errors()]
    return render(
        request,
        "office/intake/form.html",
        {"draft": draft, "form": form, "items": items, "mistakes": mistakes, "checked": checked},
        status=422 if mistakes else 200,
    )


@allowed("office.intake")
def draft_file(request: HttpRequest, draft: int) -> HttpResponse:
    """The form that was uploaded, to check against."""
    found = _draft(draft)
    if not found.file:
        raise Http404
    response = HttpResponse(place(found.file).read_bytes(), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="application.pdf"'
    return response


@allowed("office.intake")
@require_POST
def discard(request: HttpRequest, draft: int) -> HttpResponse:
    """Throw a draft away; nothing was entered from it."""
    ApplicationDraft.objects.filter(pk=draft).delete()
    messages.success(request, "The draft is thrown away.")
    return redirect("office:new_application")

"""Records: the index of a case's file, its search, editing, downloads."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from openimr.documents import ocr
from openimr.office import audit
from openimr.office.files import place
from openimr.office.filing import REASONS, after_round, why_kept, withdraw, withdrawn
from openimr.office.forms_records import IndexForm
from openimr.office.indexing import kinds
from openimr.office.models import Case, Document, Page
from openimr.office.models.records import DocumentStatus
from openimr.office.required import required
from openimr.office.searching import search
from openimr.office.views.common import number_of, user_of, with_case
from openimr.office.workflow import Refused

PER_PAGE = 100
CLOSED = (DocumentStatus.WAITING, DocumentStatus.INFECTED)
"""A document that has not passed the virus scan is not opened."""


@with_case(log="record.index")
def index(request: HttpRequest, case: Case) -> HttpResponse:
    """The documents of a case, what the law requires of them, and where to add some."""
    everything = list(case.documents.select_related("sender").only(*_LIGHT))
    shown = Paginator(_chosen(request, case), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "case": case,
        "page": shown,
        "rows": [_row(case, one) for one in shown.object_list],
        "chosen": {key: request.GET.get(key, "") for key in ("kind", "author", "sender", "year")},
        "kinds": kinds(),
        "authors": _authors(case),
        "years": sorted({one.dated.year for one in everything if one.dated}, reverse=True),
        "parties": list(case.parties.all()),
        "required": required(case, [one for one in everything if not is_late(case, one)]),
        "pages_held": sum(one.page_count for one in everything),
        "held": len(everything),
        "may_change": user_of(request).has_perm("case.change", case),
        "may_withdraw": may_withdraw(request, case),
        "withdrawn": [(one, REASONS.get(one.withdrawn_reason, "")) for one in withdrawn(case)],
        "comes_late": after_round(case) is not None,
        "is_issued": after_round(case) is not None and case.issued.exists(),
        "no_recognition": not ocr.available(),
    }
    return render(request, "office/records/index.html", context)


def may_withdraw(request: HttpRequest, case: Case) -> bool:
    """Whether this person may take a document out of the file now."""
    return user_of(request).has_perm("case.change", case) and why_kept(case) is None


def is_late(case: Case, document: Document) -> bool:
    """Whether a document came after the determination and belongs to no review."""
    return document.after_round is not None and document.after_round >= case.remand_count


_LIGHT = ("id", "case", "name", "kind", "dated", "status", "page_count", "sender", "after_round")


def _chosen(request: HttpRequest, case: Case) -> QuerySet[Document]:
    documents = (
        case.documents.select_related("sender", "duplicate_of")
        .annotate(repeated=Count("pages", filter=Q(pages__duplicate_of__isnull=False)))
        .order_by(F("dated").asc(nulls_last=True), "id")
    )
    if kind := request.GET.get("kind", ""):
        documents = documents.filter(kind=kind)
    if (author := number_of(request.GET.get("author"))) is not None:
        # An author is asked for by one of his documents: no name stands in an address.
        names = case.documents.filter(pk=author).values_list("author", flat=True)
        documents = documents.filter(author__in=list(names))
    if (sender := number_of(request.GET.get("sender"))) is not None:
        documents = documents.filter(sender=sender)
    if 1 <= (year := number_of(request.GET.get("year")) or 0) <= 9999:
        documents = documents.filter(dated__year=year)
    return documents


def _authors(case: Case) -> list[Any]:
    return list(
        case.documents.exclude(author="")
        .values("author")
        .annotate(key=Min("id"))
        .order_by("author")
    )


def _row(case: Case, document: Document) -> dict[str, Any]:
    return {
        "document": document,
        "kind": kinds().get(document.kind, document.kind.replace("_", " ").capitalize()),
        "is_open": document.status not in CLOSED,
        "is_late": is_late(case, document),
        "polls": {"waiting": "every 8s", "reading": "every 2s"}.get(document.status, ""),
    }


def held_document(case: Case, key: int) -> Document:
    """A document of this case.

    Raises:
        Http404: it is not, or the case has none of this key.
    """
    found = _chosen_one(case).filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _chosen_one(case: Case) -> QuerySet[Document]:
    return case.documents.select_related("sender", "duplicate_of").annotate(
        repeated=Count("pages", filter=Q(pages__duplicate_of__isnull=False))
    )


def open_document(case: Case, key: int) -> Document:
    """A document of this case that has passed the virus scan.

    Raises:
        Http404: it is of another case.
        PermissionDenied: it is not open to anybody.
    """
    document = held_document(case, key)
    if document.status in CLOSED:
        raise PermissionDenied
    return document


@with_case()
def row(request: HttpRequest, case: Case, document: int) -> HttpResponse:
    """One line of the index, as it stands now (asked for while it is being read)."""
    return _shown_row(request, case, document)


def _shown_row(request: HttpRequest, case: Case, key: int) -> HttpResponse:
    held = held_document(case, key)
    context = {
        "case": case,
        "row": _row(case, held),
        "may_change": user_of(request).has_perm("case.change", case),
        "may_withdraw": may_withdraw(request, case),
    }
    response = render(request, "office/records/_row.html", context)
    if held.status not in (DocumentStatus.WAITING, DocumentStatus.READING):
        says = f"{held.name}: {held.get_status_display()}"
        response["HX-Trigger"] = json.dumps({"record-read": {"says": says}})
    return response


@with_case("case.change")
def edit(request: HttpRequest, case: Case, document: int) -> HttpResponse:
    """Type, author, date and sender of a document: in its line, or on a page of its own."""
    held = held_document(case, document)
    form = IndexForm(request.POST if request.method == "POST" else None, instance=held)
    within = bool(request.htmx)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save(commit=False)
            Document.objects.filter(pk=held.pk).update(
                kind=saved.kind,
                author=saved.author,
                dated=saved.dated,
                sender=saved.sender,
                confirmed=True,
            )
            audit.record(
                "record.index_entry",
                user_of(request),
                case,
                document=held.pk,
                fields=sorted(form.changed_data),
            )
        if within:
            return _shown_row(request, case, document)
        return redirect("office:records", case.number)
    template = "office/records/_row_form.html" if within else "office/records/edit.html"
    return render(request, template, {"case": case, "document": held, "form": form})


@with_case("case.change")
def take_out(request: HttpRequest, case: Case, document: int) -> HttpResponse:
    """Withdraw a document that was uploaded wrongly: which, why, and doing it."""
    held = held_document(case, document)
    problem = why_kept(case) or ""
    if request.method == "POST":
        reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
        try:
            withdraw(case, held.pk, user_of(request), reason, note)
        except Refused as refusal:
            problem = str(refusal)
        else:
            messages.success(request, "The document is withdrawn from the file.")
            return redirect("office:records", case.number)
    context = {
        "case": case,
        "document": held,
        "problem": problem,
        "is_kept": why_kept(case) is not None,
        "reasons": REASONS,
        "given": request.POST,
    }
    status = 422 if problem and request.method == "POST" else 200
    return render(request, "office/records/withdraw.html", context, status=status)


@with_case("case.change")
@require_POST
def again(request: HttpRequest, case: Case, document: int) -> HttpResponse:
    """Read a document again that could not be read or scanned."""
    from openimr.office.jobs import read_document

    with transaction.atomic():
        held = held_document(case, document)
        changed = (
            Document.objects.filter(pk=held.pk)
            .exclude(status__in=(DocumentStatus.WAITING, DocumentStatus.READING))
            .update(status=DocumentStatus.WAITING, problem="")
        )
        if changed:
            audit.record("record.read_again", user_of(request), case, document=held.pk)
            read_document.enqueue(held.pk)
    messages.success(request, f"{held.name} will be read again.")
    return redirect("office:records", case.number)


@with_case()
@require_POST
def find(request: HttpRequest, case: Case) -> HttpResponse:
    """Search all records of the case. The words come in the body, never in the address."""
    words = request.POST.get("q", "").strip()
    pages = (
        Page.objects.filter(document__case=case, document__withdrawn_at=None)
        .exclude(document__status__in=CLOSED)
        .select_related("document")
        .order_by(F("document__dated").asc(nulls_last=True), "document_id", "number")
    )
    audit.record("record.search", user_of(request), case)
    found = search(pages, words)
    context = {"case": case, "found": found, "words": words, "kinds": kinds()}
    within = bool(request.htmx)  # type: ignore[attr-defined]
    template = "office/records/_found.html" if within else "office/records/found.html"
    return render(request, template, context)


@with_case()
def original(request: HttpRequest, case: Case, document: int) -> HttpResponse:
    """The file as it was received, as a download; no browser is to show it as a page."""
    held = open_document(case, document)
    audit.record("record.download", user_of(request), case, document=held.pk)
    kind = held.media_type if held.media_type != "text/html" else "application/octet-stream"
    response = FileResponse(
        place(held.file).open("rb"), as_attachment=True, filename=held.name, content_type=kind
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return cast(HttpResponse, response)

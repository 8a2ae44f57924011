"""The viewer: images and text of pages, search in a document, marks on the image."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from openimr.errors import InputError
from openimr.office import audit
from openimr.office.indexing import kinds
from openimr.office.models import Case, Document
from openimr.office.page_images import WIDTHS, has_images, page_image, ratios
from openimr.office.searching import rectangles, search
from openimr.office.views.common import number_of, user_of, with_case
from openimr.office.views.records import open_document


def _seen(request: HttpRequest, case: Case, document: Document) -> None:
    """Log that a document was looked at: once a day and session, by whatever address."""
    key, today = f"seen_{document.pk}", timezone.localdate().isoformat()
    if request.session.get(key) != today:
        audit.record("record.view", user_of(request), case, document=document.pk)
        request.session[key] = today


@with_case()
def viewer(request: HttpRequest, case: Case, document: int) -> HttpResponse:
    """A document, page by page; without script one page at a time."""
    held = open_document(case, document)
    number = min(max(number_of(request.GET.get("page")) or 1, 1), max(held.page_count, 1))
    _seen(request, case, held)
    context = {
        "case": case,
        "document": held,
        "kind": kinds().get(held.kind, held.kind),
        "number": number,
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < held.page_count else None,
        "page": held.pages.select_related("duplicate_of__document").filter(number=number).first(),
        "has_images": has_images(held),
        "width": WIDTHS[0],
        "shape": {"ratios": ratios(held), "widths": WIDTHS},
        "others": list(
            case.documents.exclude(status__in=("waiting", "infected")).only(
                "id", "name", "kind", "dated", "page_count", "case"
            )[:300]
        ),
    }
    return render(request, "office/records/viewer.html", context)


@with_case()
def image(request: HttpRequest, case: Case, document: int, page: int, width: int) -> HttpResponse:
    """The image of a page."""
    held = open_document(case, document)
    if not has_images(held):
        return redirect("office:page_text", case.number, document, page)
    if width not in WIDTHS:
        raise Http404
    _seen(request, case, held)
    try:
        file = page_image(held, page, width)
    except InputError:
        raise Http404 from None
    response = FileResponse(
        file.open("rb"), content_type="image/webp", headers={"X-Content-Type-Options": "nosniff"}
    )
    return cast(HttpResponse, response)


@with_case()
def text(request: HttpRequest, case: Case, document: int, page: int) -> HttpResponse:
    """The text of a page."""
    held = open_document(case, document)
    _seen(request, case, held)
    found = held.pages.select_related("duplicate_of__document").filter(number=page).first()
    context = {"case": case, "document": held, "page": found, "number": page}
    return render(request, "office/records/_text.html", context)


@with_case()
@require_POST
def find(request: HttpRequest, case: Case, document: int) -> HttpResponse:
    """Search one document; words come in the body, never in the address."""
    held = open_document(case, document)
    _seen(request, case, held)
    words = request.POST.get("q", "").strip()
    found = search(held.pages.order_by("number"), words)
    context = {"case": case, "document": held, "found": found, "words": words}
    within = bool(request.htmx)  # type: ignore[attr-defined]
    template = "office/records/_hits.html" if within else "office/records/found.html"
    return render(request, template, context)


@with_case()
@require_POST
def marks(request: HttpRequest, case: Case, document: int, page: int) -> JsonResponse:
    """Rectangles of the words searched for, in thousandths of the page."""
    held = open_document(case, document)
    _seen(request, case, held)
    return JsonResponse({"boxes": rectangles(held, page, request.POST.get("q", ""))})

"""What the pages of the desk share: whose desk it is, and what they show of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from openimr.citations import cite
from openimr.model import Evidence
from openimr.office import opinions
from openimr.office.checks import INCOMPLETE
from openimr.office.desk import Desk, governing_day, load
from openimr.office.marking import marked
from openimr.office.models import Assignment, Case, Item, Page
from openimr.office.models.records import DocumentStatus
from openimr.office.proposals import proposal
from openimr.office.quotes import page_starts, rows
from openimr.office.summaries import is_drafted
from openimr.office.views.common import number_of, user_of


def own_assignment(request: HttpRequest, case: Case) -> Assignment:
    """The signed-in reviewer's assignment of the present round."""
    found = (
        case.assignments.filter(
            reviewer=user_of(request), round=case.remand_count, state__in=("accepted", "done")
        )
        .select_related("case", "reviewer")
        .first()
    )
    if found is None:
        raise Http404
    return found


def loaded(request: HttpRequest, case: Case) -> Desk:
    """The signed-in reviewer's desk."""
    return load(case, own_assignment(request, case))


def item_of(desk: Desk, position: int) -> Item:
    """The item at a position, counted from 0; 404 where there is none."""
    for item in desk.items:
        if item.position == position:
            return item
    raise Http404


def home(case: Case) -> str:
    """The address of the desk."""
    return f"{case.get_absolute_url()}desk/"


def not_disputed(item: Item) -> str | None:
    """Why an item is not to be written on any more; None where it is."""
    return None if item.state == "disputed" else "This item is no longer in dispute."


def refuse(request: HttpRequest, case: Case, position: int | None, reason: str) -> HttpResponse:
    """Say why nothing was saved; ``position`` is None for the summary."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "office/desk/_refused.html", {"reason": reason})
    messages.error(request, reason)
    return redirect(f"{home(case)}?{'part=summary' if position is None else f'item={position}'}")


def item_context(at: Desk, item: Item | None) -> dict[str, Any]:
    """An item as the desk shows it: draft, findings, what is written and the checks."""
    reason = opinions.why_frozen(at.assignment)
    context: dict[str, Any] = {
        "case": at.case,
        "desk": at,
        "item": item,
        "frozen": reason,
        "day": governing_day(at.case),
        "tabs": [(one, at.opinions.get(one.pk)) for one in at.items],
        "summary": at.summary,
        "is_drafted": at.summary is not None and is_drafted(at.summary),
        "others": _others(at),
        "documents": at.documents,
    }
    if item is None:
        return context
    draft = at.proposed(item)
    opinion = at.opinions.get(item.pk)
    taken = opinion is not None and opinion.versions.filter(origin="draft").exists()
    return context | {
        "frozen": reason or not_disputed(item),
        "draft": draft,
        "proposal": proposal(at, item),
        "guideline": cite(draft.guidelines, "house") if draft and draft.guidelines else "",
        "rows": rows(at, item),
        "unasked": sum(one.effect == "not_asked" for one in draft.findings) if draft else 0,
        "opinion": opinion,
        "taken": taken,
        **_checks(at, item),
        "parent": at.items[draft.parent] if draft and draft.parent is not None else None,
    }


def summary_context(at: Desk) -> dict[str, Any]:
    """The summary as the desk shows it, with its checks."""
    return {
        "case": at.case,
        "part": "summary",
        "summary": at.summary,
        "documents": at.documents,
        "is_drafted": at.summary is not None and is_drafted(at.summary),
        "todo": [],
        "remarks": at.summary_checks(),
    }


def _checks(at: Desk, item: Item) -> dict[str, Any]:
    """What is still to do in one quiet line, and the remarks on what is written."""
    found = at.checks(item) if item.state == "disputed" else []
    todo = [one for one in found if one.code in INCOMPLETE]
    return {
        "todo": [one.where.lower() for one in todo],
        "remarks": [one for one in found if one not in todo],
    }


def saved_context(at: Desk, item: Item) -> dict[str, Any]:
    """What the answer to a save shows: the checks, and how the item stands."""
    return {
        "case": at.case,
        "item": item,
        "opinion": at.opinions.get(item.pk),
        "tabs": [(item, at.opinions.get(item.pk))],
        "back": f"{home(at.case)}?item={item.position}#opinion",
        "documents": at.documents,
        **_checks(at, item),
    }


def answer_save(
    request: HttpRequest,
    context: dict[str, Any],
    outcome: opinions.Outcome[Any],
    text: opinions.Text | opinions.Told,
    back: str,
) -> HttpResponse:
    """Answer a save of an opinion or the summary; of a stale one both texts are shown.

    ``context`` is what the page shows of it now, ``back`` where a page without scripts goes.
    """
    context |= {"outcome": outcome, "text": text}
    if outcome.aside is not None:
        # The free words stand last in either.
        stands = opinions.text_of(outcome.opinion)[-1]
        context["differences"] = opinions.differences(stands, text[-1])
    if not request.htmx:  # type: ignore[attr-defined]
        if outcome.aside is not None:
            return render(request, "office/desk/conflict.html", context)
        messages.success(request, "Saved.")
        return redirect(back)
    response = render(request, "office/desk/_saved.html", context)
    if outcome.aside is None:
        response["X-Opinion-Version"] = str(outcome.opinion.version)
    return response


def _others(at: Desk) -> list[list[str]]:
    """What the other reviewers of a panel decided, item by item, once all have signed."""
    panel = list(
        at.case.assignments.filter(round=at.case.remand_count, state__in=("accepted", "done"))
        .exclude(pk=at.assignment.pk)
        .prefetch_related("opinions")
    )
    if not panel or at.assignment.state != "done" or any(one.state != "done" for one in panel):
        return [["Waiting"]] if panel else []
    told = []
    for one in panel:
        decided = {opinion.item_id: opinion.decision for opinion in one.opinions.all()}
        told.append([decided.get(item.pk, "") for item in at.items])
    return told


def record_context(
    request: HttpRequest,
    at: Desk,
    item: Item | None,
    document: int | None = None,
    page: int | None = None,
) -> dict[str, Any]:
    """The page of the record that is shown; without a choice the first that a finding quotes."""
    finding = number_of(request.GET.get("finding"))
    quote = number_of(request.GET.get("quote"))
    document = document or number_of(request.GET.get("document"))
    page = page or number_of(request.GET.get("page")) or 1
    held = next((one for one in at.documents if one.pk == document), None)
    if held is None and document is None and at.documents:
        held = next((d for d in at.documents if d.kind != "utilization_review"), at.documents[0])
    context: dict[str, Any] = {
        "case": at.case,
        "documents": at.documents,
        "position": item.position if item else 0,
        "part": request.GET.get("part") == "summary" and "summary",
        "record": held,
        "chosen": None,
    }
    if held is None:
        return context
    shown = Page.objects.filter(document=held, number=page).first()
    draft = at.proposed(item) if item else None
    evidence: tuple[Evidence, ...] = ()
    if draft and finding is not None and finding < len(draft.findings):
        evidence = draft.findings[finding].evidence
        context["chosen"] = finding
    runs = []
    if shown is not None:
        offset = page_starts([held.pk]).get((str(held.pk), page), 0)
        runs = marked(shown, offset, held.kind, evidence, -1 if quote is None else quote)
    return context | {
        "page": shown,
        "page_number": page,
        "runs": runs,
        "lost": quote is not None and not any(run.mark == "here" for run in runs),
        "earlier": page - 1 if page > 1 else None,
        "later": page + 1 if page < held.page_count else None,
        "query": ("part=summary" if context["part"] else f"item={context['position']}")
        + (f"&finding={finding}" if finding is not None else ""),
        "is_reading": held.status in (DocumentStatus.WAITING, DocumentStatus.READING),
    }

"""The review desk: the record beside the items, findings, verdicts, decision and rationale."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from openimr.citations import cite
from openimr.model import Evidence
from openimr.office import audit, jobs, opinions
from openimr.office.checks import INCOMPLETE
from openimr.office.desk import Desk, governing_day, load
from openimr.office.drafts import basis, model_case
from openimr.office.marking import find_in_file, marked
from openimr.office.models import Assignment, Case, Item, OpinionVersion, Page
from openimr.office.models.records import DocumentStatus
from openimr.office.proposals import proposal
from openimr.office.quotes import page_starts, rows
from openimr.office.summaries import is_drafted, prefilled
from openimr.office.views.common import number_of, user_of, with_case


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


def _item(desk: Desk, position: int) -> Item:
    for item in desk.items:
        if item.position == position:
            return item
    raise Http404


@with_case("case.review", log="desk.view")
def desk(request: HttpRequest, case: Case) -> HttpResponse:
    """The desk, at the summary (``part=summary``) or one item, and one page of the record
    (``item``, ``document``, ``page``, ``finding`` and ``quote`` of the query, all numbers).
    """
    at = loaded(request, case)
    prefilled(at.assignment)
    at.read_opinions()
    if request.GET.get("part") == "summary":
        context = {**_item_context(at, None), **_record_context(request, at, None)}
        return render(request, "office/desk/desk.html", {**context, **summary_context(at)})
    first = next((item.position for item in at.disputed or at.items), None)
    position = number_of(request.GET.get("item"))
    position = first if position is None else position
    item = _item(at, position) if position is not None else None
    context = {**_item_context(at, item), **_record_context(request, at, item)}
    return render(request, "office/desk/desk.html", context)


@with_case("case.review")
def item_panel(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """One item as a piece of the page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{home(case)}?item={position}")
    at = loaded(request, case)
    return render(request, "office/desk/_item.html", _item_context(at, _item(at, position)))


@with_case("case.review")
def record_page(request: HttpRequest, case: Case, document: int, page: int) -> HttpResponse:
    """One page of the record with the evidence of a finding marked."""
    at = loaded(request, case)
    position = number_of(request.GET.get("item"))
    item = _item(at, position) if position is not None else None
    context = _record_context(request, at, item, document, page)
    if context["record"] is None:
        raise Http404
    audit.record("document.view", user_of(request), case, document=document, page=page)
    if not request.htmx:  # type: ignore[attr-defined]
        at_what = "part=summary" if context["part"] else f"item={position or 0}"
        return redirect(f"{home(case)}?{at_what}&document={document}&page={page}")
    return render(request, "office/desk/_record.html", context)


@with_case("case.review")
@require_POST
def find(request: HttpRequest, case: Case) -> HttpResponse:
    """Search in the file; by POST, so that clinical words stay out of addresses."""
    at = loaded(request, case)
    words = request.POST.get("words", "").strip()[:100]
    item = number_of(request.POST.get("item"))
    context = {"case": case, "words": words, "hits": find_in_file(at, words), "position": item or 0}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "office/desk/_hits.html", context)
    return render(request, "office/desk/hits.html", context)


@with_case("case.review")
@require_POST
def save_opinion(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """Save decision, guideline and rationale; a stale save shows both texts."""
    at = loaded(request, case)
    item = _item(at, position)
    if reason := opinions.why_frozen(at.assignment) or _not_disputed(item):
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
    context = {**_saved_context(at, item), "outcome": outcome, "text": text}
    if outcome.aside is not None:
        context["differences"] = opinions.differences(outcome.opinion.rationale, text.rationale)
    if not request.htmx:  # type: ignore[attr-defined]
        if outcome.aside is not None:
            return render(request, "office/desk/conflict.html", context)
        messages.success(request, "Saved.")
        return redirect(f"{home(case)}?item={position}")
    response = render(request, "office/desk/_saved.html", context)
    if outcome.aside is None:
        response["X-Opinion-Version"] = str(outcome.opinion.version)
    return response


@with_case("case.review")
@require_POST
def take_over(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """Make the draft's decision, guideline and rationale the reviewer's own text, to be edited."""
    at = loaded(request, case)
    item = _item(at, position)
    if reason := opinions.why_frozen(at.assignment) or _not_disputed(item):
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
    item = _item(at, position)
    if reason := opinions.why_frozen(at.assignment) or _not_disputed(item):
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
    context = _saved_context(at, item)
    held = at.opinions[item.pk].verdicts.all()
    context["row"] = {"verdict": next(one for one in held if one.criterion == finding.criterion)}
    return render(request, "office/desk/_judged.html", context)


@with_case("case.review", log="opinion.versions")
def versions(request: HttpRequest, case: Case, position: int) -> HttpResponse:
    """All versions of an opinion, each with what it changed in the one before."""
    at = loaded(request, case)
    item = _item(at, position)
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
    item = _item(at, position)
    if reason := opinions.why_frozen(at.assignment) or _not_disputed(item):
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


@with_case("case.review")
def draft_state(request: HttpRequest, case: Case) -> HttpResponse:
    """How the draft stands to the file: being made, failed, missing, stale, or ready."""
    newest = case.drafts.defer("review").first()
    if newest is not None and newest.basis == basis(model_case(case)):
        state = "ready"
    else:
        state = jobs.draft_state(case)
        if state == "idle":
            state = "missing" if newest is None else "stale"
    shown = number_of(request.GET.get("shown"))
    context = {
        "case": case,
        "state": state,
        "newer": newest is not None and shown is not None and newest.pk != shown,
        "shown": shown or 0,
    }
    return render(request, "office/desk/_draft_state.html", context)


@with_case("case.review")
@require_POST
def make_draft(request: HttpRequest, case: Case) -> HttpResponse:
    """Have the draft made anew from the file as it stands."""
    jobs.request_draft(case)
    audit.record("draft.ask", user_of(request), case)
    messages.success(request, "The draft is being made.")
    return redirect(home(case))


def home(case: Case) -> str:
    """The address of the desk."""
    return f"{case.get_absolute_url()}desk/"


def _not_disputed(item: Item) -> str | None:
    return None if item.state == "disputed" else "This item is no longer in dispute."


def refuse(request: HttpRequest, case: Case, position: int | None, reason: str) -> HttpResponse:
    """Say why nothing was saved; ``position`` is None for the summary."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "office/desk/_refused.html", {"reason": reason})
    messages.error(request, reason)
    return redirect(f"{home(case)}?{'part=summary' if position is None else f'item={position}'}")


def _item_context(at: Desk, item: Item | None) -> dict[str, Any]:
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
        "frozen": reason or _not_disputed(item),
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


def _saved_context(at: Desk, item: Item) -> dict[str, Any]:
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


def _record_context(
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

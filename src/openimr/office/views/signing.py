"""The reviewer's steps: take or decline a case, ask a party, enter the answer, sign."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from openimr.office import attesting, audit, opinions
from openimr.office.checks import INCOMPLETE
from openimr.office.desk import Desk, load
from openimr.office.models import Case, Role, User
from openimr.office.printing import printed
from openimr.office.summaries import prefilled
from openimr.office.views.common import user_of, with_case
from openimr.office.views.desk_context import own_assignment
from openimr.office.workflow import Refused, clocks, take
from openimr.office.written import Check

CONFLICT_STATEMENT = (
    "I have no professional, familial or material financial affiliation with the employer, the "
    "claims administrator, the employee, the requesting physician or the maker of what is in "
    "dispute (Labor Code 139.5(c)(2)), and I am competent in the condition and the treatment."
)


@with_case("case.offer", log="offer.view")
def offer(request: HttpRequest, case: Case) -> HttpResponse:
    """The case as it is offered: parties and items, to be taken or declined."""
    user = user_of(request)
    mine = case.assignments.filter(reviewer=user, round=case.remand_count).first()
    if mine is None or mine.state != "offered":
        return redirect(f"{case.get_absolute_url()}desk/")
    problem = ""
    if request.method == "POST":
        problem = _answer_offer(request, case, user)
        if not problem:
            return redirect(
                "office:home" if "decline" in request.POST else "office:desk",
                *(() if "decline" in request.POST else (case.number,)),
            )
    return render(
        request,
        "office/desk/offer.html",
        {
            "case": case,
            "items": list(case.items.all()),
            "parties": list(case.parties.all()),
            "statement": CONFLICT_STATEMENT,
            "problem": problem,
            "reason": request.POST.get("reason", ""),
        },
        status=422 if problem else 200,
    )


def _answer_offer(request: HttpRequest, case: Case, user: User) -> str:
    try:
        if "decline" in request.POST:
            reason = request.POST.get("reason", "").strip()
            if not reason:
                return "Say why you decline; the case manager needs it to ask someone else."
            take("decline_review", case, user, {"reason": reason})
            messages.success(request, "You have declined the case.")
            return ""
        if request.POST.get("conflict_statement") != "yes":
            return "Confirm the statement on conflicts of interest, or decline the case."
        with transaction.atomic():
            take("accept_review", case, user, {"conflict_statement": CONFLICT_STATEMENT})
            audit.record("review.conflict_statement", user, case, statement=CONFLICT_STATEMENT)
        messages.success(request, "The case is yours.")
    except Refused as refusal:
        return str(refusal)
    return ""


@with_case("case.answer", log="requests.view")
def requests(request: HttpRequest, case: Case) -> HttpResponse:
    """What reviewers asked for, with the answers; the reviewer asks, he or the manager answers."""
    user = user_of(request)
    problem = ""
    if request.method == "POST":
        step = "reviewer_answered" if "answer" in request.POST else "reviewer_asks"
        given = {
            name: request.POST.get(name, "").strip() for name in ("question", "party", "answer")
        }
        roles = {party.role for party in case.parties.all()}
        try:
            if step == "reviewer_asks" and given["party"] not in roles:
                raise Refused("Choose the party that is to answer.")
            if step == "reviewer_asks" and not given["question"]:
                raise Refused("Say which document or information you need.")
            if step == "reviewer_answered" and not given["answer"]:
                raise Refused("Say what came, or that the time passed without an answer.")
            take(step, case, user, given)
        except Refused as refusal:
            problem = str(refusal)
        else:
            messages.success(
                request, "Asked." if step == "reviewer_asks" else "The answer is entered."
            )
            return redirect("office:requests", case.number)
    asked = list(case.information_requests.select_related("asked_by"))
    return render(
        request,
        "office/desk/requests.html",
        {
            "case": case,
            "asked": asked,
            "parties": [one for one in case.parties.all() if one.role != "employer"],
            "problem": problem,
            "given": request.POST,
            "may_ask": user.role == Role.REVIEWER and case.state == "in_review",
            "may_answer": case.state == "reviewer_information",
            "clock": next((one for one in clocks(case) if one.clock == "reviewer_answer"), None),
            "now": timezone.now(),
        },
        status=422 if problem else 200,
    )


@with_case("case.review", log="sign.view")
def sign(request: HttpRequest, case: Case) -> HttpResponse:
    """All that is to be signed as it will be printed, the checks, the statement, the signature."""
    assignment = own_assignment(request, case)
    prefilled(assignment)
    desk = load(case, assignment)
    frozen = opinions.why_frozen(assignment)
    if frozen is None and case.state != "in_review":
        frozen = "A party has been asked; sign when the answer is entered."
    checks = desk.checks()
    content = attesting.content_of(assignment)
    problem = ""
    if request.method == "POST" and frozen is None:
        problem = _why_not(request, checks, content)
        if not problem:
            return _signed(request, case, content, checks)
    user = user_of(request)
    context: dict[str, Any] = {
        "case": case,
        "desk": desk,
        "frozen": frozen,
        **_sorted(desk, checks),
        "acknowledged": request.POST.getlist("acknowledge"),
        "statement": attesting.STATEMENT,
        "content": attesting_hash(content),
        "printed": printed(desk),
        "judged": attesting.corrections(content),
        "rows": [(item, desk.opinions.get(item.pk)) for item in desk.disputed],
        "has_second_factor": _has_second_factor(user),
        "signature": assignment.attestations.filter(superseded=False).first(),
        "problem": problem,
    }
    return render(request, "office/desk/sign.html", context, status=422 if problem else 200)


def _sorted(desk: Desk, checks: list[Check]) -> dict[str, Any]:
    """Checks as the page shows them: what is missing by item, what to mend, what to acknowledge.

    An item with nothing written yet needs no remark about its guideline as well.
    """
    missing: dict[int, list[str]] = {}
    for one in checks:
        if one.blocks and one.code in INCOMPLETE and one.item is not None:
            missing.setdefault(one.item, []).append(one.where.lower())
    blocking = [one for one in checks if one.blocks]
    return {
        "blocking": blocking,
        "open_items": [(i, missing[i.number]) for i in desk.disputed if i.number in missing],
        "mend": [one for one in blocking if one.code not in INCOMPLETE],
        "others": [one for one in checks if not one.blocks and one.item not in missing],
    }


def attesting_hash(content: str) -> str:
    """A short name of what is to be signed, to notice that it changed meanwhile."""
    return hashlib.sha256(content.encode()).hexdigest()


def _why_not(request: HttpRequest, checks: list[Check], content: str) -> str:
    """Why the signature is refused; empty where it is good."""
    if any(one.blocks for one in checks):
        return "Mend what blocks the signature first."
    open_ones = {one.key for one in checks} - set(request.POST.getlist("acknowledge"))
    if open_ones:
        return "Acknowledge each remark, or go back and mend it."
    if request.POST.get("content") != attesting_hash(content):
        return "Something changed since this page was opened; read it again before you sign."
    if request.POST.get("stated") != "yes":
        return "Confirm the statement."
    return _not_authenticated(request)


def _not_authenticated(request: HttpRequest) -> str:
    user = user_of(request)
    # Through the backends, so that wrong passwords are counted and locked like those at sign-in.
    proven = authenticate(
        request, username=user.username, password=request.POST.get("password", "")
    )
    if proven is None or proven.pk != user.pk:
        return "The password is wrong, or there were too many tries; nothing was signed."
    if _has_second_factor(user):
        from allauth.mfa.base.forms import AuthenticateForm

        if not AuthenticateForm(data={"code": request.POST.get("code", "")}, user=user).is_valid():
            return "The code of your second factor is wrong; nothing was signed."
    return ""


def _has_second_factor(user: User) -> bool:
    from allauth.mfa.utils import is_mfa_enabled

    return bool(is_mfa_enabled(user))


def _signed(request: HttpRequest, case: Case, content: str, checks: list[Check]) -> HttpResponse:
    user = user_of(request)
    try:
        with transaction.atomic():
            held = Case.objects.select_for_update().get(pk=case.pk)
            assignment = own_assignment(request, held)
            if opinions.why_frozen(assignment) or attesting.content_of(assignment) != content:
                raise Refused("Something changed meanwhile; read it again before you sign.")
            attesting.attest(assignment)
            if checks:
                codes = sorted({f"{one.code}:{one.item}" for one in checks})
                audit.record("review.acknowledge", user, held, checks=codes)
            now = take("submit_opinion", held, user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:sign", case.number)
    messages.success(
        request,
        "Signed and handed in."
        if now.state == "quality"
        else "Signed. The case goes on when the other reviewers have signed too.",
    )
    return redirect("office:desk", case.number)

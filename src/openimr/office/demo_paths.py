"""How an invented case gets into each state: the steps in order, and who takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from openimr.office import opinions
from openimr.office.attesting import attest
from openimr.office.drafts import draft
from openimr.office.models import Case, Opinion, QualityCheck, User
from openimr.office.screening import screened
from openimr.office.summaries import prefilled, summary_of
from openimr.office.workflow import take

_TO_REVIEW = (
    ("start_screening", "ida"),
    ("accept", "ida"),
    ("assign", "ida"),
    ("complete_records", "carl"),
    ("select_reviewer", "carl"),
    ("accept_review", "rita"),
)
PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "received": (),
    "screening": _TO_REVIEW[:1],
    "information_requested": (*_TO_REVIEW[:1], ("ask_for_information", "ida")),
    "eligible": _TO_REVIEW[:2],
    "assigned": _TO_REVIEW[:3],
    "records_late": (*_TO_REVIEW[:3], ("records_window_missed", "carl")),
    "records_complete": _TO_REVIEW[:4],
    "reviewer_selected": _TO_REVIEW[:5],
    "in_review": _TO_REVIEW,
    "reviewer_information": (*_TO_REVIEW, ("reviewer_asks", "rita")),
    "quality": (*_TO_REVIEW, ("decide", "rita"), ("submit_opinion", "rita")),
    "deferred": (*_TO_REVIEW[:1], ("liability", "ida"), ("defer", "ida")),
    "ineligible": (*_TO_REVIEW[:1], ("unsigned", "ida"), ("refuse", "ida")),
    "withdrawn": (*_TO_REVIEW[:3], ("withdraw", "carl")),
    "terminated": (*_TO_REVIEW[:4], ("terminate", "carl")),
}
PATHS["ready_to_issue"] = (*PATHS["quality"], ("check", "quinn"), ("pass_quality", "quinn"))
PATHS["issued"] = (*PATHS["ready_to_issue"], ("issue", "carl"))
PATHS["implementing"] = (*PATHS["issued"], ("start_implementation", "carl"))
PATHS["implemented"] = (*PATHS["implementing"], ("implemented", "carl"))
PATHS["appealed"] = (*PATHS["issued"], ("appeal", "carl"))
PATHS["upheld_final"] = (*PATHS["appealed"], ("appeal_denied", "carl"))
PATHS["remanded"] = (*PATHS["appealed"], ("remand", "carl"))


def bring(case: Case, state: str, staff: dict[str, User]) -> Case:
    """Take a case along its path to a state, a step a day as far as days have passed."""
    return _along(case, PATHS[state], staff)


def bring_on(case: Case, state: str, staff: dict[str, User]) -> Case:
    """The same from the state in which the case is now, which lies on that path."""
    return _along(case, PATHS[state][len(PATHS[case.state]) :], staff)


def _along(case: Case, path: Sequence[tuple[str, str]], staff: dict[str, User]) -> Case:
    moment = case.received_at
    for step, name in path:
        moment = min(moment + timedelta(hours=30), timezone.now())
        case = _walk(case, step, staff[name], moment)
    return case


def _walk(case: Case, step: str, user: User, moment: datetime) -> Case:
    if step in _AT_THE_DESK:
        _AT_THE_DESK[step](case, user)
        return Case.objects.get(pk=case.pk)
    given: dict[str, object] = {
        "question": "Please send the operative report.",
        "party": "requesting_physician",
        "reason": "invented",
        "comment": "invented",
        "conflict_statement": "invented",
        "answer": "invented",
        "certification": "invented",
        "reasons": ["UNSIGNED" if step == "refuse" else "LIABILITY_DEFERRED"],
    }
    if step == "accept":
        given["open_grounds"] = [one.ground.code for one in screened(case).unsettled]
    if step == "complete_records":
        draft(case)
    if step == "select_reviewer":
        given["reviewer"] = _reviewer(case)
    if step in ("accept_review", "reviewer_asks", "submit_opinion"):
        assigned = case.assignments.order_by("-id").first()
        user = assigned.reviewer if assigned else user
    return take(step, case, user, given, at=moment)


def _reviewer(case: Case) -> str:
    from openimr.office.matching import candidates

    able = [one.reviewer for one in candidates(case) if one.eligible]
    return able[0] if able else "rita"


def _decide(case: Case, _: User) -> None:
    assignment = case.assignments.get(state="accepted", round=case.remand_count)
    if not prefilled(assignment).text:
        opinions.save(summary_of(assignment), 0, opinions.Told("Invented clinical summary."))
    from openimr.citations import cite
    from openimr.office.drafts import latest_review
    from openimr.office.proposals import readable

    review = latest_review(case)
    for item in case.items.filter(state="disputed"):
        proposed = review.items[item.position] if review else None
        Opinion.objects.update_or_create(
            assignment=assignment,
            item=item,
            defaults={
                "decision": (proposed.proposed_decision if proposed else None) or "Upheld",
                "rationale": readable(proposed.rationale, case.documents.all())
                if proposed and proposed.rationale
                else "Invented rationale.",
                "guideline": cite(proposed.guidelines, "house")
                if proposed and proposed.guidelines
                else "MTUS",
                "version": 1,
            },
        )
    attest(assignment)


def _check(case: Case, user: User) -> None:
    QualityCheck.objects.create(
        case=case, checker=user, outcome="passed", answers={}, round=case.remand_count
    )


def _set(name: str, value: object):  # type: ignore[no-untyped-def]
    def change(case: Case, _: User) -> None:
        held = Case.objects.get(pk=case.pk)
        held.circumstances = {**held.circumstances, name: value}
        held.save()

    return change


_AT_THE_DESK = {
    "decide": _decide,
    "check": _check,
    "liability": _set("liability_disputed", True),
    "unsigned": _set("signed", False),
}

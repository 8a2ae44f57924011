"""What happens with a step besides the change of state; each in the step's own transaction."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from openimr.model import Review
from openimr.office.models import Assignment, Attestation, Case, InformationRequest, User
from openimr.office.workflow import Step, chosen_reviewers, clocks, effect, program
from openimr.rules.outcome import case_outcome, vote


@effect("convert_to_expedited")
def _expedite(step: Step, _: datetime) -> None:
    step.case.priority = "expedited"


@effect("complete_records")
def _received(step: Step, moment: datetime) -> None:
    events = step.case.events
    if "records_received" not in events:
        stamp = moment.isoformat(timespec="minutes")
        step.case.events = {**events, "records_received": stamp}


@effect("merge_duplicate")
def _merge(step: Step, _: datetime) -> None:
    step.case.consolidated_into = Case.objects.get(number=step.given["other_case"])


@effect("select_reviewer", "add_reviewer")
def _offer(step: Step, moment: datetime) -> None:
    """Offer the case, with the match as it stood, so that the choice can be explained later."""
    from openimr.office.matching import candidates, match_of

    standing = {one.reviewer: one for one in candidates(step.case)}
    for name in chosen_reviewers(step.given):
        offered, _ = Assignment.objects.update_or_create(
            case=step.case,
            reviewer=User.objects.get(username=name),
            round=step.case.remand_count,
            defaults={"state": "offered", "reason": "", "match": match_of(standing[name])},
        )
        Assignment.objects.filter(pk=offered.pk).update(created_at=moment)


@effect("accept_review")
def _accept(step: Step, _: datetime) -> None:
    _own(step).update(state="accepted")


@effect("decline_review")
def _decline(step: Step, _: datetime) -> None:
    _own(step).update(state="declined", reason=str(step.given.get("reason", ""))[:300])
    _settle(step.case)


@effect("remove_reviewer")
def _take_away(step: Step, _: datetime) -> None:
    step.case.assignments.filter(
        reviewer__username=step.given["reviewer"], round=step.case.remand_count
    ).update(state="removed", reason=str(step.given["reason"])[:300])
    _settle(step.case)


@effect("reviewer_asks")
def _ask(step: Step, moment: datetime) -> None:
    """The question with the day by which the program's law expects the answer (REC-08)."""
    # The answer to an earlier question would stop the clock of this one.
    step.case.events = {k: v for k, v in step.case.events.items() if k != "reviewer_answered"}
    asked = InformationRequest.objects.create(
        case=step.case,
        asked_by=step.user,
        party_role=str(step.given["party"])[:40],
        question=str(step.given["question"])[:8000],
        due_at=next(
            (line.due for line in clocks(step.case) if line.clock == "reviewer_answer"), None
        ),
    )
    # The day is set by itself on entering; a step may be entered for an earlier one.
    InformationRequest.objects.filter(pk=asked.pk).update(asked_at=moment)


@effect("reviewer_answered")
def _answer(step: Step, moment: datetime) -> None:
    asked = step.case.information_requests.filter(answered_at=None).first()
    if asked is None:
        return
    asked.answer, asked.answered_at = str(step.given["answer"])[:8000], moment
    asked.save(update_fields=["answer", "answered_at"])


@effect("complete_records", "reviewer_answered")
def _have_it_drafted(step: Step, _: datetime) -> None:
    from openimr.office.jobs import request_draft

    request_draft(step.case)


@effect("submit_opinion")
def _hand_in(step: Step, _: datetime) -> None:
    """The case goes on when the last reviewer of the panel has handed in."""
    _own(step).update(state="done")
    _settle(step.case)


def _settle(case: Case) -> None:
    """The state of a case by where the reviewers of its round stand."""
    states = set(
        case.assignments.filter(round=case.remand_count)
        .exclude(state__in=("declined", "removed"))
        .values_list("state", flat=True)
    )
    if not states:
        case.state = "records_complete"
    elif states == {"done"}:
        case.state = "quality"
    elif states == {"offered"}:
        case.state = "reviewer_selected"
    else:
        case.state = "in_review"


@effect("return_to_reviewer")
def _return(step: Step, _: datetime) -> None:
    """What was signed is signed anew; until then the desk is open again."""
    Attestation.objects.filter(
        assignment__case=step.case, assignment__round=step.case.remand_count, superseded=False
    ).update(superseded=True)
    step.case.assignments.filter(round=step.case.remand_count, state="done").update(
        state="accepted"
    )


@effect("issue")
def _decide(step: Step, _: datetime) -> None:
    """Each item gets what the reviewers decided together; the case its outcome."""
    from openimr.office.drafts import latest_review

    law, case_review = program(step.case), latest_review(step.case)
    decisions = []
    for item in step.case.items.filter(state="disputed"):
        votes = [
            opinion.decision
            for opinion in item.opinions.filter(
                assignment__round=step.case.remand_count, assignment__state="done"
            )
        ]
        item.decision = vote(votes, law)  # type: ignore[arg-type]
        item.state = f"decided_{item.decision.lower()}"
        item.category = _category(case_review, item.position)
        item.save(update_fields=["decision", "state", "category"])
        decisions.append(item.decision)
    step.case.outcome = case_outcome(decisions, law)


def _category(review: Review | None, position: int) -> str:
    """The category of an item's treatment, by which the dashboard counts."""
    from openimr.guidelines.library import load

    if review is None or position >= len(review.items):
        return ""
    guideline = load(None).get(review.items[position].treatment)
    return (guideline.category or "") if guideline else ""


@effect("remand")
def _remand(step: Step, _: datetime) -> None:
    """Another reviewer decides (Labor Code 4610.6(i)); every item is in dispute again."""
    case = step.case
    names = case.assignments.values_list("reviewer__username", flat=True)
    case.excluded_reviewers = sorted({*case.excluded_reviewers, *names})
    case.remand_count += 1
    case.outcome = ""
    case.items.filter(state__startswith="decided_").update(state="disputed", decision="")


def _own(step: Step) -> QuerySet[Assignment]:
    return step.case.assignments.filter(reviewer=step.user, round=step.case.remand_count)

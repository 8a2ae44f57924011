"""What happens with a step besides the change of state; each in the step's own transaction."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from openimr.model import Review
from openimr.office import audit
from openimr.office.guards import chosen_reviewers
from openimr.office.intake import documents_moved, taken_in
from openimr.office.models import Assignment, Attestation, Case, InformationRequest, Note, User
from openimr.office.workflow import Step, clocks, effect, program, save
from openimr.rules.outcome import case_outcome, vote


@effect("convert_to_expedited")
def _expedite(step: Step, _: datetime) -> None:
    step.case.priority = "expedited"
    step.case.circumstances = {**step.case.circumstances, "expedited_certified": True}
    Note.objects.create(
        case=step.case,
        author=step.user,
        text=f"Certification: {step.given['certification']}"[:4000],
    )


@effect("ask_for_information")
def _ask_in_screening(step: Step, moment: datetime) -> None:
    """The question with its day (APP-21); the answer to an earlier one stops no clock."""
    step.case.events = {k: v for k, v in step.case.events.items() if k != "information_received"}
    InformationRequest.objects.create(
        case=step.case,
        asked_by=step.user,
        party_role=str(step.given["party"])[:40],
        question=str(step.given["question"])[:8000],
        due_at=next(
            (line.due for line in clocks(step.case) if line.clock == "screening_answer"), None
        ),
    )


@effect("information_arrived")
def _answered_in_screening(step: Step, moment: datetime) -> None:
    asked = step.case.information_requests.filter(answered_at=None).first()
    if asked is not None:
        asked.answer, asked.answered_at = str(step.given.get("answer", ""))[:8000], moment
        asked.save(update_fields=["answer", "answered_at"])


@effect("refuse", "defer")
def _reasons(step: Step, _: datetime) -> None:
    """Which grounds a person confirmed stands in the log."""
    codes = sorted(step.given["reasons"])
    audit.record("screening.confirmed", step.user, step.case, step=step.line.id, grounds=codes)


@effect("accept")
def _accepted(step: Step, _: datetime) -> None:
    """Which open grounds a person accepted all the same stands in the log."""
    if seen := sorted(step.given.get("open_grounds") or ()):
        audit.record("screening.open_acknowledged", step.user, step.case, grounds=seen)


@effect("employer_agrees")
def _agreed(step: Step, _: datetime) -> None:
    step.case.circumstances = {**step.case.circumstances, "employer_agrees": True}


@effect("assign")
def _records_channel(step: Step, _: datetime) -> None:
    """A notice that goes electronically leaves 12 days for the records, else 15 (REC-01)."""
    administrator = step.case.parties.filter(role="claims_administrator").first()
    channel = "electronic" if administrator and administrator.channel == "electronic" else "mail"
    step.case.circumstances = {"records_channel": channel, **step.case.circumstances}


@effect("consolidate")
def _consolidate(step: Step, _: datetime) -> None:
    """The lead case takes in items and documents; one determination decides all (APP-33)."""
    lead = Case.objects.select_for_update().get(number=step.given["other_case"])
    step.case.consolidated_into = lead
    taken_in(step.case, lead)
    save(lead)
    audit.record("case.took_in", step.user, lead, other=step.case.number)


@effect("complete_records")
def _received(step: Step, moment: datetime) -> None:
    events = step.case.events
    if "records_received" not in events:
        stamp = moment.isoformat(timespec="minutes")
        step.case.events = {**events, "records_received": stamp}


@effect("merge_duplicate")
def _merge(step: Step, _: datetime) -> None:
    """The earlier case keeps its items; what the later one brought is added to its file."""
    earlier = Case.objects.select_for_update().get(number=step.given["other_case"])
    step.case.consolidated_into = earlier
    documents_moved(step.case, earlier)
    audit.record("case.took_in", step.user, earlier, other=step.case.number)


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


@effect("complete_records", "reviewer_answered", "remand")
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
    from openimr.office.drafts import library

    if review is None or position >= len(review.items):
        return ""
    guideline = library().get(review.items[position].treatment)
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

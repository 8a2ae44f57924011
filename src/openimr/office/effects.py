"""What happens with a step besides the change of state; each in the step's own transaction."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from openimr.office.models import Assignment, Case, User
from openimr.office.workflow import Step, effect, program
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


@effect("select_reviewer")
def _offer(step: Step, _: datetime) -> None:
    reviewer = User.objects.get(username=step.given["reviewer"])
    Assignment.objects.update_or_create(
        case=step.case,
        reviewer=reviewer,
        round=step.case.remand_count,
        defaults={"state": "offered"},
    )


@effect("accept_review")
def _accept(step: Step, _: datetime) -> None:
    _own(step).update(state="accepted")


@effect("decline_review")
def _decline(step: Step, _: datetime) -> None:
    _own(step).update(state="declined", reason=str(step.given.get("reason", ""))[:300])


@effect("submit_opinion")
def _hand_in(step: Step, _: datetime) -> None:
    _own(step).update(state="done")


@effect("return_to_reviewer")
def _return(step: Step, _: datetime) -> None:
    step.case.assignments.filter(round=step.case.remand_count, state="done").update(
        state="accepted"
    )


@effect("issue")
def _decide(step: Step, _: datetime) -> None:
    """Each item gets what the reviewers decided together; the case its outcome."""
    law = program(step.case)
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
        item.save(update_fields=["decision", "state"])
        decisions.append(item.decision)
    step.case.outcome = case_outcome(decisions, law)


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

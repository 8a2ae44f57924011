"""The guards of the workflow: each tells in one sentence why a step may not be taken, or None."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openimr.office.models import Case
from openimr.office.workflow import Step, clocks, guard, matter, program
from openimr.panel.names import same as same_name
from openimr.rules import screen as screening_of


@guard
def no_ground_applies(step: Step) -> str | None:
    """No ground of ineligibility applies (what is open may be accepted by a person)."""
    reasons = screening_of(matter(step.case), program(step.case)).reasons
    return f"A ground applies: {reasons[0].says}" if reasons else None


@guard
def open_grounds_seen(step: Step) -> str | None:
    """Each ground that is still open was acknowledged by the person who accepts."""
    if not step.is_taken:
        return None
    found = screening_of(matter(step.case), program(step.case)).grounds
    seen = step.given.get("open_grounds") or ()
    left = [one for one in found if one.applies is None and one.code not in seen]
    if not left:
        return None
    return (
        f"Grounds are still open: answer or acknowledge each ({len(left)} left). "
        f"The first: {left[0].says}"
    )


@guard
def reasons_confirmed(step: Step) -> str | None:
    """A person has confirmed at least one ground that the screening found and that leads here."""
    chosen = step.given.get("reasons")
    if chosen is None:
        return None
    outcome = "defer" if step.line.id == "defer" else "refuse"
    reasons = screening_of(matter(step.case), program(step.case)).reasons
    found = {one.code for one in reasons if one.outcome == outcome}
    wrong = set(chosen) - found
    return f"The screening does not find {min(wrong)} as a reason to {outcome}." if wrong else None


@guard
def names_other_case(step: Step) -> str | None:
    """The earlier application is named and is another case of the same employee."""
    number = step.given.get("other_case")
    if number is None:
        return None
    other = Case.objects.filter(number=number).exclude(pk=step.case.pk).first()
    if other is None:
        return f"There is no other case {number}."
    claim = step.case.claim_number.lower()
    same = same_name(other.employee, step.case.employee) or (
        claim and claim == other.claim_number.lower()
    )
    return None if same else f"{number} is of another employee."


@guard
def records_overdue(step: Step) -> str | None:
    """The window for the records has passed."""
    late = [
        line
        for line in clocks(step.case)
        if line.clock.startswith("records") and line.state == "overdue"
    ]
    return None if late else "The window for the records is still open."


@guard
def a_document_besides_ur(step: Step) -> str | None:
    """REC-21: the file holds a document that is not the utilization review decision."""
    return rests_on_ur_alone(step.case)


def rests_on_ur_alone(case: Case) -> str | None:
    """Why a file would let a determination rest on the utilization review decision alone."""
    from openimr.office.filing import reviewed

    others = reviewed(case).exclude(kind="utilization_review").exclude(status="infected")
    return (
        None
        if others.exists()
        else (
            "The file holds nothing but the utilization review decision; a determination may never "
            "rest on that alone (8 CCR 9792.10.6(b)(2))."
        )
    )


@guard
def not_on_ur_alone(step: Step) -> str | None:
    """REC-21, at signing and issuing."""
    return a_document_besides_ur(step)


@guard
def reviewer_cleared(step: Step) -> str | None:
    """Every chosen reviewer is qualified and free of conflicts, or cleared by a person."""
    from openimr.office.matching import why_not

    for name in chosen_reviewers(step.given):
        if against := why_not(step.case, name):
            return against
    return None


@guard
def panel_approved(step: Step) -> str | None:
    """REV-20: one reviewer decides; more need the Administrative Director's written approval."""
    chosen = chosen_reviewers(step.given)
    present = set(
        step.case.assignments.filter(
            round=step.case.remand_count, state__in=("offered", "accepted", "done")
        ).values_list("reviewer__username", flat=True)
    )
    if twice := present & set(chosen):
        return f"{min(twice)} has the case already."
    count = len(present | set(chosen))
    if step.line.id == "add_reviewer":
        count = max(count, len(present) + 1)
    if count <= program(step.case).panel.reviewers:
        return None
    approval = step.case.panel_approvals.filter(round=step.case.remand_count).first()
    if approval is None:
        return (
            "More than one reviewer needs the written approval of the Administrative Director "
            "(8 CCR 9792.10.6(c)); enter it first."
        )
    if count > approval.reviewers:
        return f"The approval is for {approval.reviewers} reviewers."
    return None


def chosen_reviewers(given: Mapping[str, Any]) -> list[str]:
    """The user names that a step names as reviewers: a list, or one name."""
    chosen = given.get("reviewer") or ()
    return [chosen] if isinstance(chosen, str) else list(dict.fromkeys(chosen))


@guard
def has_the_case(step: Step) -> str | None:
    """The named reviewer was offered or has taken the case and has not handed in."""
    chosen = step.given.get("reviewer")
    if chosen is None:
        return None
    held = step.case.assignments.filter(
        reviewer__username=chosen, round=step.case.remand_count, state__in=("offered", "accepted")
    )
    return None if held.exists() else f"{chosen} does not have the case."


@guard
def is_own_offer(step: Step) -> str | None:
    """The case is offered to this reviewer."""
    mine = step.case.assignments.filter(
        reviewer=step.user, round=step.case.remand_count, state="offered"
    )
    return None if mine.exists() else "The case is not offered to you."


@guard
def is_own_case(step: Step) -> str | None:
    """The reviewer has taken the case."""
    mine = step.case.assignments.filter(
        reviewer=step.user, round=step.case.remand_count, state="accepted"
    )
    return None if mine.exists() else "The case is not yours, or you have handed it in."


@guard
def not_own_review(step: Step) -> str | None:
    """Nobody checks the quality of his own review."""
    own = step.case.assignments.filter(reviewer=step.user)
    return "You cannot check a case that you reviewed." if own.exists() else None


@guard
def every_item_attested(step: Step) -> str | None:
    """Every disputed item has a decision under a signature that still stands."""
    from openimr.office.attesting import unattested

    return unattested(step.case)


@guard
def own_items_attested(step: Step) -> str | None:
    """Every disputed item is decided under the reviewer's own signature, which still stands."""
    from openimr.office.attesting import unattested

    return unattested(step.case, step.user)


@guard
def checklist_answered(step: Step) -> str | None:
    """The checklist of the second look is answered."""
    check = step.case.quality_checks.filter(outcome="passed", round=step.case.remand_count).exists()
    return None if check else "Answer the checklist first."


@guard
def an_item_overturned(step: Step) -> str | None:
    """At least one item was overturned."""
    return (
        None
        if step.case.items.filter(decision="Overturned").exists()
        else ("No item was overturned.")
    )


@guard
def nothing_overturned(step: Step) -> str | None:
    """No item was overturned."""
    return (
        None if an_item_overturned(step) else "An item was overturned; follow its implementation."
    )


@guard
def treatment_given(step: Step) -> str | None:
    """The treatment was given before the determination, and is to be paid for."""
    given = step.case.circumstances.get("treatment_given")
    return None if given else "The treatment was not given yet; it is to be authorized."


@guard
def treatment_not_given(step: Step) -> str | None:
    """The treatment was not given yet, and is to be authorized."""
    return None if treatment_given(step) else "The treatment was given already; it is to be paid."


@guard
def appeal_time_over(step: Step) -> str | None:
    """The time to petition the appeals board has lapsed."""
    for line in clocks(step.case):
        if line.clock == "appeal" and line.state == "open" and line.due:
            return f"The time to appeal runs until {line.due:%-d %B %Y}."
    return None


@guard
def belongs_together(step: Step) -> str | None:
    """APP-33: same employee, requesting physician and injury; the other awaits its review too."""
    number = step.given.get("other_case")
    if number is None:
        return None
    from openimr.office.intake import may_consolidate

    lead = Case.objects.filter(number=number).exclude(pk=step.case.pk).first()
    return may_consolidate(step.case, lead) if lead else f"There is no other case {number}."


@guard
def is_regular(step: Step) -> str | None:
    """The review is not expedited yet."""
    return "The review is expedited already." if step.case.priority == "expedited" else None

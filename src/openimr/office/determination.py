"""The determination of a case: what the reviewers signed, in the house's own form.

Only what was signed decides. The register gives the reviewers' licences and certifications; their
names never leave the organization (Labor Code 4610.6(f)).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from openimr.letters import carried
from openimr.model import (
    CriterionRow,
    Decision,
    Determination,
    DeterminedItem,
    ItemReview,
    Reviewer,
    Status,
)
from openimr.office.drafts import latest_review, model_case
from openimr.office.filing import reviewed
from openimr.office.models import (
    Assignment,
    Attestation,
    Case,
    Document,
    Item,
    ReviewerProfile,
)
from openimr.office.workflow import Refused, program
from openimr.panel import RegisteredReviewer
from openimr.reviews.attest import HOUSE_FORM
from openimr.rules.outcome import vote

_ORDINALS = ("first", "second", "third", "fourth", "fifth")


class Signed(msgspec.Struct, frozen=True):
    """What one reviewer signed: the summary, and by position what is decided and why.

    A row's ``verdicts`` are the reviewer's own findings, each beside that of the draft.
    """

    assignment: Assignment
    rows: Mapping[int, Mapping[str, Any]]
    summary: str = ""


def signed_of(case: Case) -> list[Signed]:
    """The signatures of the present round, in the order of assignment.

    Raises:
        Refused: a reviewer has not signed, or nobody has.
    """
    found = []
    assignments = case.assignments.filter(round=case.remand_count, state__in=("accepted", "done"))
    for assignment in assignments.select_related("reviewer"):
        attestation = Attestation.objects.filter(assignment=assignment, superseded=False).first()
        if attestation is None:
            raise Refused("A reviewer has not signed yet; the determination waits for it.")
        content = json.loads(attestation.content)
        rows = {int(row["item"]): row for row in content["items"]}
        found.append(Signed(assignment, rows, content.get("summary", "")))
    if not found:
        raise Refused("No reviewer has decided the case.")
    return found


def decisions_of(case: Case, signed: Sequence[Signed]) -> dict[int, Decision]:
    """What the reviewers decided together, item by item: the majority, else the tie rule."""
    law = program(case)
    positions = sorted({position for one in signed for position in one.rows})
    return {
        position: vote(
            [one.rows[position]["decision"] for one in signed if position in one.rows],
            law,
        )
        for position in positions
    }


def differ(signed: Sequence[Signed]) -> set[int]:
    """The items on which the reviewers of a panel do not agree."""
    positions = {position for one in signed for position in one.rows}
    return {
        position
        for position in positions
        if len({one.rows[position]["decision"] for one in signed if position in one.rows}) > 1
    }


def determination_of(case: Case, day: date) -> Determination:
    """The determination of a case as it would be issued on a day.

    Raises:
        Refused: a reviewer has not signed.
        InputError: the letter cannot carry it; the message names the field.
    """
    signed = signed_of(case)
    decided = decisions_of(case, signed)
    model = model_case(case)
    review = latest_review(case)
    held = {item.position: item for item in case.items.all()}
    items = []
    for position, decision in decided.items():
        draft = review.items[position] if review and position < len(review.items) else None
        criteria = _criteria(position, draft, signed)
        items.append(_item(held[position], decision, signed, criteria))
    return carried(
        Determination(
            format=HOUSE_FORM,
            case_number=case.number,
            date_assigned=model.date_assigned,
            date_of_injury=case.date_of_injury,
            decision_date=day,
            ur_denial_date=model.ur_denial_date,
            application_received=model.application_received,
            priority=model.priority,
            reviewer=credentials([one.assignment for one in signed], day),
            summary=_summary(signed) or None,
            items=tuple(items),
            documents_reviewed=documents_of(case),
        )
    )


def _summary(signed: Sequence[Signed]) -> str:
    """The summary that was signed; of a panel each reviewer's own where they are not the same."""
    told = list(dict.fromkeys(one.summary for one in signed if one.summary))
    if len(told) < 2:
        return "".join(told)
    return " ".join(
        f"{_ordinal(place).capitalize()} reviewer: {one.summary}"
        for place, one in enumerate(signed)
        if one.summary
    )


def _ordinal(place: int) -> str:
    return _ORDINALS[place] if place < len(_ORDINALS) else f"{place + 1}th"


def documents_of(case: Case) -> tuple[str, ...]:
    """The documents of the file by kind, author and date; never by their file name.

    File names are given by people outside and may hold a name or a number.
    """
    held = reviewed(case).filter(status="ready", duplicate_of=None)
    signed = Attestation.objects.filter(
        assignment__case=case, assignment__round=case.remand_count, superseded=False
    )
    last = signed.order_by("-signed_at").values_list("signed_at", flat=True).first()
    if last is not None:
        # What came after it was not reviewed, whatever it says.
        held = held.filter(received_at__lte=last)
    return tuple(_called(one) for one in held)


def _called(document: Document) -> str:
    parts = [document.kind.replace("_", " ").capitalize(), document.author]
    if document.dated:
        parts.append(f"{document.dated:%B} {document.dated.day}, {document.dated.year}")
    return ", ".join(part for part in parts if part)


def credentials(assignments: Sequence[Assignment], day: date) -> Reviewer:
    """Licences and certifications of the reviewers on a day, from the register; no name."""
    states: list[str] = []
    boards: list[str] = []
    for entry in entries_of(assignments):
        states += [one.state for one in entry.licences if not one.expires or one.expires >= day]
        current = [one for one in entry.certifications if not one.until or one.until >= day]
        boards += [one.specialty for one in current] or list(entry.specialties)
    return Reviewer(
        licensure=tuple(dict.fromkeys(states)),
        certification=tuple(dict.fromkeys(boards)),
        wording="physician reviewer" if len(assignments) == 1 else "panel of physician reviewers",
    )


def entries_of(assignments: Sequence[Assignment]) -> list[RegisteredReviewer]:
    """The register's entries of the reviewers."""
    users = [one.reviewer_id for one in assignments]
    held = {one.user_id: one for one in ReviewerProfile.objects.filter(user__in=users)}
    return [held[user].registered() for user in users if user in held]


def _item(
    item: Item, decision: Decision, signed: Sequence[Signed], criteria: tuple[CriterionRow, ...]
) -> DeterminedItem:
    whole = bool(item.original and item.authorized and item.remainder)
    rows = [one.rows[item.position] for one in signed if item.position in one.rows]
    leading = next((row for row in rows if row["decision"] == decision), rows[0])
    return DeterminedItem(
        request=item.remainder if whole else item.request,
        decision=decision,
        ur_guideline=item.ur_guideline or None,
        imr_guideline=leading["guideline"] or None,
        rationale=_reasons(rows, decision),
        original=item.original if whole else None,
        authorized=item.authorized if whole else None,
        remainder=item.remainder if whole else None,
        criteria=criteria,
    )


def _reasons(rows: Sequence[Mapping[str, str]], decision: Decision) -> str:
    """The reasons; of a panel each reviewer's own analysis (Labor Code 4610.6(f))."""
    if len(rows) == 1:
        return rows[0]["rationale"]
    for_it = sum(row["decision"] == decision for row in rows)
    if for_it == len(rows):
        opening = f"All {len(rows)} reviewers agree."
    elif 2 * for_it == len(rows):
        opening = (
            "The reviewers are evenly split; the law then decides in favor of providing the "
            "treatment (Labor Code 4610.6(e))."
            if decision == "Overturned"
            else "The reviewers are evenly split."
        )
    else:
        opening = f"{for_it} of {len(rows)} reviewers decided so."
    told = [
        f"The {_ordinal(place)} reviewer ({row['decision']}): {row['rationale']}"
        for place, row in enumerate(rows)
    ]
    return " ".join([opening, *told])


def _criteria(
    position: int, draft: ItemReview | None, signed: Sequence[Signed]
) -> tuple[CriterionRow, ...]:
    """The criteria of an item: the draft's findings, over them what the reviewers signed as theirs.

    Of a panel whose reviewers judged one criterion otherwise each has a row of his own.
    """
    drafted = {
        one.criterion: CriterionRow(criterion=one.criterion, says=one.says, status=one.status)
        for one in (draft.findings if draft else ())
        if one.effect != "not_asked"
    }
    judged: dict[str, list[CriterionRow]] = {}
    for one in signed:
        for verdict in one.rows.get(position, {}).get("verdicts", ()):
            row = _judged(verdict, drafted.get(verdict["criterion"]))
            held = judged.setdefault(row.criterion, [])
            if row not in held:
                held.append(row)
    rows = [row for name, found in drafted.items() for row in judged.pop(name, [found])]
    return (*rows, *(row for found in judged.values() for row in found))


def _judged(verdict: Mapping[str, str], drafted: CriterionRow | None) -> CriterionRow:
    """A row as the reviewer left it; a mere remark leaves the draft's status as the draft's."""
    status: Status = verdict["status"] or verdict["drafted"] or "not_documented"  # type: ignore[assignment]
    return CriterionRow(
        criterion=verdict["criterion"],
        says=verdict["says"] or (drafted.says if drafted else ""),
        status=status,
        by_reviewer=bool(verdict["status"]),
        remark=verdict["comment"] or None,
    )

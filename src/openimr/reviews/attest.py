"""The physician decides: from a draft and an attestation to a determination.

No determination exists without an identified physician's attestation (Labor Code 4610.6;
reviewer described, not named: 4610.6(f)).
"""

from __future__ import annotations

import msgspec

from openimr.citations import cite
from openimr.errors import InputError
from openimr.letters import carried
from openimr.model import (
    Attestation,
    Case,
    CriterionRow,
    Decision,
    Determination,
    DeterminedItem,
    DisputedItem,
    ItemReview,
    Review,
    Reviewer,
)
from openimr.reviews.summary import write_summary

HOUSE_FORM = "F26"


def attest(review: Review, attestation: Attestation, source: str = "attestation") -> Review:
    """The review with a physician's attestation: no longer a draft.

    Args:
        review: the draft.
        attestation: who attests, with what licence, and any decisions of his or her own.
        source: what to call the attestation in an error.

    Raises:
        InputError: the attestation names no physician, licence or statement, decides an item
            that does not exist, or leaves an item undecided for which nothing is proposed.
    """
    who = attestation.reviewer
    for value, field, remedy in (
        (who.name.strip(), "reviewer.name", "name the physician"),
        (who.licences, "reviewer.licences", "give at least one licence with state and number"),
        (who.certification, "reviewer.certification", "give the board certification"),
        (attestation.statement.strip(), "statement", "state what is attested"),
    ):
        if not value:
            raise InputError(source, f"{field} is empty", remedy)
    decided = {own.item for own in attestation.decisions}
    if len(decided) != len(attestation.decisions):
        raise InputError(source, "decisions names an item twice", "decide each item once")
    for number in sorted(decided):
        if not 0 <= number < len(review.items):
            raise InputError(
                source,
                f"decisions names item {number}, but items run from 0 to {len(review.items) - 1}",
                "correct the number",
            )
    for number, item in enumerate(review.items):
        if item.proposed_decision is None and number not in decided:
            raise InputError(
                source,
                f"item {number} has no proposal and no decision",
                "add the physician's decision and rationale for it to decisions",
            )
    return msgspec.structs.replace(review, draft=False, attestation=attestation)


def determine(case: Case, review: Review) -> Determination:
    """The determination that an attested review amounts to, in the house form.

    Args:
        case: the case file that was reviewed.
        review: the attested review.

    Raises:
        InputError: the review is a draft, or the case has no number.
    """
    attestation = review.attestation
    if review.draft or attestation is None:
        raise InputError(
            "review",
            "is a draft and not a determination",
            "give an attestation of an identified physician",
        )
    own = {decision.item: decision for decision in attestation.decisions}
    items = []
    for number, (asked, item) in enumerate(zip(case.items, review.items, strict=True)):
        choice = own.get(number)
        decision = choice.decision if choice else item.proposed_decision
        assert decision is not None
        rationale = choice.rationale if choice and choice.rationale else item.rationale
        items.append(_determined(asked, item, decision, rationale))
    summary = next(
        (d.text for d in case.documents if d.kind == "clinical_summary" and d.text), None
    )
    who = attestation.reviewer
    made = Determination(
        format=HOUSE_FORM,
        case_number=case.case_number,
        date_assigned=case.date_assigned,
        date_of_injury=case.date_of_injury,
        decision_date=attestation.date,
        ur_denial_date=case.ur_denial_date,
        application_received=case.application_received,
        priority=case.priority,
        reviewer=Reviewer(
            licensure=tuple(licence.state for licence in who.licences),
            certification=who.certification,
            wording="expert reviewer",
        ),
        summary=" ".join((summary or write_summary(case, review)).split()),
        items=tuple(items),
        documents_reviewed=tuple(document.name for document in case.documents),
    )
    return carried(made)


def _determined(
    asked: DisputedItem, item: ItemReview, decision: Decision, rationale: str
) -> DeterminedItem:
    return DeterminedItem(
        request=asked.request,
        decision=decision,
        ur_guideline=asked.ur_guideline,
        imr_guideline=cite(item.guidelines, "house", "reviewer"),
        rationale=rationale,
        original=asked.original,
        authorized=asked.authorized,
        remainder=asked.remainder,
        criteria=tuple(
            CriterionRow(criterion=f.criterion, says=f.says, status=f.status) for f in item.findings
        ),
    )

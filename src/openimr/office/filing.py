"""What is in the file of a review, and what is not: withdrawn documents, and those that came late.

Newly found records are to be sent at any time (Labor Code 4610.5(m)), so they are taken in at any
time; one that comes after the determination is filed as such and read into no review but one after
a remand, since the determination stands on what the reviewer had (Labor Code 4610.6(h)).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from openimr.office import audit, duplicates
from openimr.office.models import Attestation, Case, Document, User
from openimr.office.workflow import Refused, table

REASONS = {
    "another_person": "It is of another person or case",
    "by_mistake": "It was sent or uploaded by mistake",
    "confidential": "It is privileged or confidential and was not to be sent",
    "better_copy": "A better copy takes its place",
}
"""Why a document is withdrawn: the code goes to the log, the words are shown."""


def reviewed(case: Case) -> QuerySet[Document]:
    """The documents on which the present round of review may rest."""
    late = Q(after_round=None) | Q(after_round__lt=case.remand_count)
    return case.documents.filter(late)


def after_round(case: Case) -> int | None:
    """The round after whose end a document comes now; None while the review is open."""
    kind = table().states[case.state].kind
    is_over = kind in ("closed", "decided") or (
        kind == "suspended" and case.issued.filter(round=case.remand_count).exists()
    )
    return case.remand_count if is_over else None


def last_withdrawal(case: Case) -> datetime | None:
    """When a document was last withdrawn: what the machine drafted before may quote it."""
    told: datetime | None = Document.everything.filter(case=case).aggregate(at=Max("withdrawn_at"))[
        "at"
    ]
    return told


def withdrawn(case: Case) -> list[Document]:
    """The documents that were withdrawn, the latest first."""
    held = Document.everything.filter(case=case).exclude(withdrawn_at=None)
    return list(held.select_related("withdrawn_by").order_by("-withdrawn_at"))


def why_kept(case: Case) -> str | None:
    """Why no document of a case can be withdrawn any more; None where one can."""
    if after_round(case) is not None:
        return "The review has ended; its file stays as it was."
    signed = Attestation.objects.filter(
        assignment__case=case, assignment__round=case.remand_count, superseded=False
    )
    if signed.exists():
        return "A reviewer has signed on this file; have the review returned first."
    return None


def withdraw(case: Case, key: int, user: User, reason: str, note: str = "") -> Document:
    """Take a document out of the file; its bytes are kept, and the log has who, when and why.

    Args:
        case: it is read anew under lock, so that nobody signs meanwhile.
        key: the document's.
        user: who withdraws it.
        reason: a key of :data:`REASONS`.
        note: more words; they are shown on the page of the records and not in the log.

    Raises:
        Refused: a reviewer has signed, the review is over, no reason is given, or it is not there.
    """
    from openimr.office.jobs import DRAFTED_IN, request_draft

    if reason not in REASONS:
        raise Refused("Choose why the document is withdrawn.")
    with transaction.atomic():
        held = Case.objects.select_for_update().get(pk=case.pk)
        if why := why_kept(held):
            raise Refused(why)
        document = held.documents.filter(pk=key).first()
        if document is None:
            raise Refused("The document is not in the file any more.")
        document.withdrawn_at, document.withdrawn_by = timezone.now(), user
        document.withdrawn_reason, document.withdrawn_note = reason, note.strip()[:500]
        document.save(
            update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "withdrawn_note"]
        )
        Document.everything.filter(duplicate_of=document).update(duplicate_of=None)
        duplicates.mark(held)
        audit.record("record.withdraw", user, held, document=document.pk, reason=reason)
        if held.state in DRAFTED_IN:
            request_draft(held)
    return document

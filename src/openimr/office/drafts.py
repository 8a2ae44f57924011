"""The machine's draft of a case: made from its documents, kept apart from what is signed."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import lru_cache

import msgspec
from django.db.models import QuerySet

from openimr.guidelines.library import Library, load
from openimr.model import Case as ModelCase
from openimr.model import DisputedItem, Review
from openimr.model import Document as ModelDocument
from openimr.office.models import Case, MachineDraft
from openimr.office.models.records import DocumentStatus


@lru_cache(maxsize=1)
def library() -> Library:
    """The shipped guidelines, read once by a process."""
    return load(None)


def model_case(case: Case) -> ModelCase:
    """A case of the office as the engine reads it; duplicate pages are left out."""
    from openimr.office.filing import reviewed

    documents = []
    for document in (
        reviewed(case)
        .filter(status=DocumentStatus.READY, duplicate_of=None)
        .prefetch_related("pages")
    ):
        texts, starts, length = [], [], 0
        for page in document.pages.all():
            text = "" if page.duplicate_of_id else page.text
            starts.append(length)
            texts.append(text)
            length += len(text) + 1
        documents.append(
            ModelDocument(
                name=f"{document.pk}",
                kind=document.kind,
                text="\n".join(texts),
                date=document.dated,
                page_starts=tuple(starts),
            )
        )
    events = case.events
    return ModelCase(
        case_number=case.number,
        date_of_injury=case.date_of_injury,
        ur_denial_date=_day(events.get("ur_decided")),
        application_received=case.received_at.date(),
        date_assigned=_day(events.get("assigned")),
        decision_date=_day(events.get("issued")),
        priority="Expedited" if case.priority == "expedited" else "Standard",
        documents=tuple(documents),
        items=tuple(
            DisputedItem(
                request=item.request,
                ur_guideline=item.ur_guideline or None,
                original=item.original or None,
                authorized=item.authorized or None,
                remainder=item.remainder or None,
            )
            for item in case.items.all()
        ),
    )


def basis(model: ModelCase) -> str:
    """A hash of what a draft is made from."""
    return hashlib.sha256(msgspec.json.encode((model.items, model.documents))).hexdigest()


def draft(case: Case) -> MachineDraft:
    """The draft of a case as its file stands now; an earlier one is kept where nothing changed."""
    from openimr import review

    model = model_case(case)
    made_from = basis(model)
    existing = usable(case).filter(basis=made_from).first()
    if existing is not None:
        return existing
    made = review(model)
    return MachineDraft.objects.create(
        case=case,
        review=msgspec.json.encode(made).decode(),
        engine_version=made.engine.version,
        library_version=made.engine.library,
        basis=made_from,
    )


def usable(case: Case) -> QuerySet[MachineDraft]:
    """The drafts of a case, the newest first; none that may quote a document withdrawn since."""
    from openimr.office.filing import last_withdrawal

    since = last_withdrawal(case)
    return case.drafts.filter(created_at__gt=since) if since else case.drafts.all()


def latest_review(case: Case) -> Review | None:
    """The newest draft's review; None where none was made."""
    newest = usable(case).first()
    return msgspec.json.decode(newest.review, type=Review) if newest else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None

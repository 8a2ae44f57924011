"""The clinical case summary: the machine prefills it, the reviewer makes it his or her own."""

from __future__ import annotations

import msgspec

from openimr.model import Case as ModelCase
from openimr.model import Review
from openimr.office import opinions
from openimr.office.drafts import latest_review, model_case
from openimr.office.filing import last_withdrawal, reviewed
from openimr.office.models import Assignment, Case, Document, Summary
from openimr.reviews.summary import write_summary


def summary_of(assignment: Assignment) -> Summary:
    """The summary of an assignment, made empty where there is none."""
    return Summary.objects.get_or_create(assignment=assignment)[0]


def prefilled(assignment: Assignment) -> Summary:
    """The summary of an assignment; the machine's, as a first version, where none is written yet.

    It stays empty while there is no draft to make it of. What the reviewer wrote is never written
    over, the machine's own text only where a document was withdrawn that it may quote.
    """
    summary = summary_of(assignment)
    if (summary.version and not _may_quote_withdrawn(summary)) or opinions.why_frozen(assignment):
        return summary
    text = proposed(assignment.case)
    if not text and not summary.version:
        return summary
    return opinions.save(summary, summary.version, opinions.Told(text), "draft").opinion


def _may_quote_withdrawn(summary: Summary) -> bool:
    held = summary.versions.filter(version=summary.version, origin="draft").first()
    since = last_withdrawal(summary.assignment.case) if held and held.text else None
    return held is not None and since is not None and held.saved_at < since


def is_drafted(summary: Summary) -> bool:
    """Whether the summary stands word for word as the machine made it."""
    held = summary.versions.filter(version=summary.version).first()
    return held is not None and held.origin == "draft"


def proposed(case: Case) -> str:
    """The machine's summary of a file as it stands; empty where there is no draft.

    A summary that came with the records is taken as it is. Documents are called by their kind and
    day: a determination names nobody.
    """
    model, review = model_case(case), latest_review(case)
    sent = (one.text for one in model.documents if one.kind == "clinical_summary" and one.text)
    told = next(sent, "") or (_written(case, model, review) if review else "")
    return " ".join(told.split())


def _written(case: Case, model: ModelCase, review: Review) -> str:
    named = {str(one.pk): _called(one) for one in reviewed(case)}
    documents = tuple(
        msgspec.structs.replace(one, name=named.get(one.name, one.name)) for one in model.documents
    )
    facts = tuple(
        msgspec.structs.replace(one, document=named.get(one.document, one.document))
        for one in review.facts
    )
    return write_summary(
        msgspec.structs.replace(model, documents=documents),
        msgspec.structs.replace(review, facts=facts),
    )


def _called(document: Document) -> str:
    kind = document.kind.replace("_", " ")
    if document.dated is None:
        return kind
    return f"{kind} of {document.dated:%B} {document.dated.day}, {document.dated.year}"

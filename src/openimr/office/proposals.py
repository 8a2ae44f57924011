"""What a reviewer takes over from the draft, its documents called by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from openimr.citations import cite
from openimr.office.desk import Desk
from openimr.office.models import Document, Item


class Proposal(NamedTuple):
    """What a reviewer takes over with the draft."""

    decision: str
    guideline: str
    rationale: str


def proposal(desk: Desk, item: Item) -> Proposal | None:
    """The draft's decision, guideline line and rationale, its documents called by their names."""
    draft = desk.proposed(item)
    if draft is None:
        return None
    return Proposal(
        draft.proposed_decision or "",
        cite(draft.guidelines, "house") if draft.guidelines else "",
        readable(draft.rationale, desk.documents),
    )


_REFERENCE = re.compile(r"(?<=[”\w] \()(\d+)(?=(?:, page \d+)?\))")
_SEARCHED = re.compile(r"(?<=in the records searched \()[\d, ]+(?=\))")


def readable(rationale: str, documents: Iterable[Document]) -> str:
    """A draft's rationale with the names of documents for their numbers in the store."""
    names = {str(document.pk): title_of(document) for document in documents}
    text = _SEARCHED.sub(
        lambda match: ", ".join(names.get(one.strip(), one) for one in match[0].split(",")),
        rationale,
    )
    return _REFERENCE.sub(lambda match: names.get(match[1], match[1]), text)


def title_of(document: Document) -> str:
    """A document by its kind and day, as a rationale calls it."""
    kind = document.kind.replace("_", " ")
    title = kind if kind != "other" else document.name.rpartition(".")[0] or document.name
    return f"{title} of {document.dated:%-m/%-d/%Y}" if document.dated else title

"""Pages and documents that are in a file twice, told apart from white space and case."""

from __future__ import annotations

import hashlib
import re

from openimr.office.models import Case, Document, Page

LEAST = 60
"""Characters below which pages that look alike ("See attached") are not called the same."""
_FOOTER = re.compile(r"\bpage \d+(?: ?(?:of|/) ?\d+)?\b")


def fold(text: str) -> str:
    """A hash of a page's words, whatever their spacing, case and page numbering; empty for few."""
    words = " ".join(_FOOTER.sub(" ", " ".join(text.casefold().split())).split())
    if len(words) < LEAST:
        return ""
    return hashlib.blake2s(words.encode(), digest_size=16).hexdigest()


def mark(case: Case) -> None:
    """Say of each page and document of a case which earlier one it repeats; may be repeated."""
    pages = list(
        Page.objects.filter(document__case=case, document__withdrawn_at=None)
        .exclude(text_hash="")
        .order_by("document_id", "number")
        .only("id", "document_id", "text_hash", "duplicate_of")
    )
    first: dict[str, Page] = {}
    changed = []
    sources: dict[int, list[int | None]] = {}
    for page in pages:
        original = first.setdefault(page.text_hash, page)
        repeats = None if original is page else original.pk
        sources.setdefault(page.document_id, []).append(original.document_id if repeats else None)
        if page.duplicate_of_id != repeats:
            page.duplicate_of_id = repeats
            changed.append(page)
    Page.objects.bulk_update(changed, ["duplicate_of"], batch_size=200)
    for document in case.documents.all():
        _mark_document(document, sources.get(document.pk, []))


def _mark_document(document: Document, sources: list[int | None]) -> None:
    """A document repeats another when each of its pages does, all from that one."""
    whole = (
        len(sources) == document.page_count > 0
        and len(set(sources)) == 1
        and sources[0] not in (None, document.pk)
    )
    repeats = sources[0] if whole else None
    if document.duplicate_of_id != repeats:
        Document.objects.filter(pk=document.pk).update(duplicate_of=repeats)

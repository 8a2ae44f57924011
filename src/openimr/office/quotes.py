"""The criteria table of an item: findings with their quotes, and where these stand in the record.

Of a file of many hundred pages only those that a shown quote stands on are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Length

from openimr.model import Evidence, Finding
from openimr.office.desk import Desk
from openimr.office.models import Document, Item, Page
from openimr.office.proposals import title_of


class Quote(NamedTuple):
    """A quote of a finding: its words in their clause, and where they stand."""

    number: int
    before: str
    words: str
    after: str
    document: Document | None
    page: int


class Row(NamedTuple):
    """A line of the criteria table. ``number`` is the finding's place in the draft."""

    number: int
    finding: Finding
    quotes: list[Quote]
    verdict: object | None
    held: str
    searched_in: list[str]


def rows(desk: Desk, item: Item) -> list[Row]:
    """The criteria table of an item: what the draft tested, with the reviewer's own verdicts."""
    draft = desk.proposed(item)
    if draft is None:
        return []
    opinion = desk.opinions.get(item.pk)
    verdicts = {one.criterion: one for one in opinion.verdicts.all()} if opinion else {}
    held = desk.written(item).verdicts or {}
    evidence = [one for finding in draft.findings for one in finding.evidence]
    pages = _pages_of(desk, evidence)
    titles = {str(document.pk): document for document in desk.documents}
    return [
        Row(
            number,
            finding,
            _quotes(finding, pages, titles),
            verdicts.get(finding.criterion),
            held.get(finding.criterion, ""),
            [
                title_of(titles[name])
                for name in (finding.searched.documents if finding.searched else ())
                if name in titles
            ],
        )
        for number, finding in enumerate(draft.findings)
    ]


_Places = Mapping[tuple[str, int], tuple[int, str]]
"""By document and page: the page's offset in the document's text, and its text."""


def _pages_of(desk: Desk, evidence: Sequence[Evidence]) -> _Places:
    wanted = {(one.document, one.page or 1) for one in evidence}
    documents = {name for name, _ in wanted if name.isdigit()}
    if not documents:
        return {}
    starts = page_starts(documents)
    choice = Q(pk=None)
    for name in documents:
        choice |= Q(document_id=int(name), number__in=[page for n, page in wanted if n == name])
    found = Page.objects.filter(choice, document__in=desk.documents)
    return {
        (str(page.document_id), page.number): (
            starts.get((str(page.document_id), page.number), 0),
            page.text,
        )
        for page in found
    }


def page_starts(documents: Iterable[str | int]) -> dict[tuple[str, int], int]:
    """Where each page begins in its document's text, as :func:`drafts.model_case` joins them."""
    starts: dict[tuple[str, int], int] = {}
    at: dict[str, int] = {}
    lines = (
        Page.objects.filter(document_id__in=[int(one) for one in documents])
        .order_by("document_id", "number")
        .values_list("document_id", "number", Length("text"), "duplicate_of_id")
    )
    for document, number, length, duplicate in lines:
        name = str(document)
        starts[name, number] = at.get(name, 0)
        at[name] = starts[name, number] + (0 if duplicate else length) + 1
    return starts


def _quotes(finding: Finding, pages: _Places, documents: Mapping[str, Document]) -> list[Quote]:
    quotes: list[Quote] = []
    shown: set[tuple[str, int, int]] = set()
    for number, one in enumerate(finding.evidence):
        page = one.page or 1
        offset, text = pages.get((one.document, page), (0, ""))
        span = located(one, offset, text)
        start, end = span if span else (0, 0)
        first, last = _around(text, start, end) if span else (0, 0)
        if span and (one.document, page, first) in shown:
            continue
        shown.add((one.document, page, first))
        quotes.append(
            Quote(
                number,
                _cut_before(text, first, start),
                folded(text[start:end]) or one.quote,
                _cut_after(text, end, last),
                documents.get(one.document),
                page,
            )
        )
    return quotes


def located(one: Evidence, offset: int, text: str) -> tuple[int, int] | None:
    """Where a quote stands on its page; None where the page no longer holds it."""
    start, end = max(0, one.start - offset), min(len(text), one.end - offset)
    if text[start:end] and one.quote.startswith(text[start:end]):
        return start, end
    again = text.find(one.quote)
    return (again, again + len(one.quote)) if again >= 0 else None


_CLAUSE = 160


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence of a span, as far as it is not too long."""
    first = max((m.end() for m in re.finditer(r"[.!?]\s+|\n\s*\n", text[:start])), default=0)
    first = max(first, start - _CLAUSE)
    stop = re.search(r"[.!?](?=\s|$)|\n\s*\n", text[max(end - 1, 0) :])
    last = max(end - 1, 0) + stop.end() if stop else len(text)
    return first, max(end, min(last, end + _CLAUSE))


def _cut_before(text: str, first: int, start: int) -> str:
    words = folded(text[first:start])
    return f"…{words.partition(' ')[2]}" if first and text[first - 1 : first].isalnum() else words


def _cut_after(text: str, end: int, last: int) -> str:
    words = folded(text[end:last])
    return f"{words.rpartition(' ')[0]}…" if text[last : last + 1].isalnum() else words


def folded(text: str) -> str:
    """The text with every run of white space as one space."""
    return re.sub(r"\s+", " ", text)

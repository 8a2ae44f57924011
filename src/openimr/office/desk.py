"""What the review desk shows: an item with its findings, their quotes and places in the record.

Of a file of many hundred pages only those that a shown quote stands on are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import msgspec
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone

from openimr.citations import cite
from openimr.evidence import sentences
from openimr.model import Evidence, Fact, Finding, ItemReview, Review, Status
from openimr.office.checks import (
    ORGANIZATIONS,
    Check,
    File,
    Written,
    check_case,
    check_item,
    check_summary,
)
from openimr.office.models import (
    Assignment,
    Case,
    Document,
    Item,
    MachineDraft,
    Opinion,
    Page,
    Summary,
)
from openimr.office.models.records import DocumentStatus
from openimr.office.summaries import is_drafted


@lru_cache(maxsize=4)
def _decoded(draft: int, basis: str, made: datetime) -> tuple[Review, Mapping[str, Sequence[Fact]]]:
    """A draft's review and its facts by name. A draft never changes, and one of a long file is
    megabytes: reading it anew with every autosave would be most of the work.
    """
    text = MachineDraft.objects.values_list("review", flat=True).get(pk=draft)
    review = msgspec.json.decode(text, type=Review)
    index: dict[str, list[Fact]] = {}
    for fact in review.facts:
        index.setdefault(fact.fact, []).append(fact)
    return review, index


@dataclass
class Desk:
    """A reviewer's desk on a case: loaded once a request."""

    case: Case
    assignment: Assignment
    draft: MachineDraft | None
    documents: list[Document]
    items: list[Item]
    opinions: dict[int, Opinion]
    summary: Summary | None = None
    review: Review | None = None
    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)

    def read_opinions(self) -> None:
        """Read what the reviewer wrote, once more after a save."""
        found = self.assignment.opinions.prefetch_related("verdicts")
        self.opinions = {one.item_id: one for one in found}
        self.summary = Summary.objects.filter(assignment=self.assignment).first()

    def proposed(self, item: Item) -> ItemReview | None:
        """What the draft says of an item; None where it knows nothing of it."""
        at = self.items.index(item)
        if self.review is None or at >= len(self.review.items):
            return None
        proposed = self.review.items[at]
        return proposed if proposed.request else None

    @property
    def disputed(self) -> list[Item]:
        """The items that are to be decided."""
        return [item for item in self.items if item.state == "disputed"]

    def written(self, item: Item) -> Written:
        """What the reviewer wrote on an item, as the checks read it."""
        opinion = self.opinions.get(item.pk)
        draft = self.proposed(item)
        verdicts = {one.criterion: one for one in opinion.verdicts.all()} if opinion else {}
        held: dict[str, Status] = {}
        for finding in draft.findings if draft else ():
            verdict = verdicts.get(finding.criterion)
            if verdict is not None and verdict.agrees:
                held[finding.criterion] = finding.status
            elif verdict is not None and verdict.status:
                held[finding.criterion] = verdict.status  # type: ignore[assignment]
        parent = draft.parent if draft else None
        return Written(
            number=item.number,
            decision=opinion.decision if opinion else "",
            guideline=opinion.guideline if opinion else "",
            rationale=opinion.rationale if opinion else "",
            draft=draft,
            verdicts=held,
            parent=self.items[parent].number if parent is not None else None,
        )

    def file(self) -> File:
        """What the checks know of the case."""
        return File(
            day=governing_day(self.case),
            facts=self.facts,
            names=_names(self),
            kinds=frozenset(document.kind for document in self.documents),
        )

    def checks(self, item: Item | None = None) -> list[Check]:
        """The checks of an item, or with None of the whole determination."""
        everything = [self.written(one) for one in self.disputed]
        if item is None:
            return [*self.summary_checks(), *check_case(everything, self.file())]
        return check_item(self.written(item), self.file(), everything)

    def summary_checks(self) -> list[Check]:
        """The checks of the clinical case summary."""
        text = self.summary.text if self.summary else ""
        drafted = self.summary is not None and is_drafted(self.summary)
        return check_summary(text, self.file(), drafted=drafted)


def load(case: Case, assignment: Assignment) -> Desk:
    """The desk of an assignment, in a bounded number of queries."""
    draft = case.drafts.defer("review").first()
    desk = Desk(
        case,
        assignment,
        draft,
        list(case.documents.exclude(status=DocumentStatus.INFECTED)),
        list(case.items.all()),
        {},
    )
    desk.read_opinions()
    if draft is not None:
        desk.review, desk.facts = _decoded(draft.pk, draft.basis, draft.created_at)
    return desk


def governing_day(case: Case) -> date:
    """The day whose guidelines govern, as the engine takes it: assigned, else UR's decision."""
    for event in ("issued", "assigned", "ur_decided"):
        if told := case.events.get(event):
            return date.fromisoformat(told[:10])
    return timezone.localdate()


def _names(desk: Desk) -> list[tuple[str, str]]:
    names = [(desk.case.employee, "employee"), (desk.assignment.reviewer.shown_name, "reviewer")]
    for party in desk.case.parties.all():
        if party.role in ("requesting_physician", "employee_representative", *ORGANIZATIONS):
            names.append((party.name, party.role))
        if party.contact:
            names.append((party.contact, party.role))
    return names


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
    names = {str(document.pk): _title(document) for document in documents}
    text = _SEARCHED.sub(
        lambda match: ", ".join(names.get(one.strip(), one) for one in match[0].split(",")),
        rationale,
    )
    return _REFERENCE.sub(lambda match: names.get(match[1], match[1]), text)


def _title(document: Document) -> str:
    kind = document.kind.replace("_", " ")
    title = kind if kind != "other" else document.name.rpartition(".")[0] or document.name
    return f"{title} of {document.dated:%-m/%-d/%Y}" if document.dated else title


# ---- findings with their quotes ---------------------------------------------------------------


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
                _title(titles[name])
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
    found = Page.objects.filter(choice, document__case=desk.case)
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
                _folded(text[start:end]) or one.quote,
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
    words = _folded(text[first:start])
    return f"…{words.partition(' ')[2]}" if first and text[first - 1 : first].isalnum() else words


def _cut_after(text: str, end: int, last: int) -> str:
    words = _folded(text[end:last])
    return f"{words.rpartition(' ')[0]}…" if text[last : last + 1].isalnum() else words


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


# ---- a page of the record ----------------------------------------------------------------------


class Run(NamedTuple):
    """A run of a page's text. ``mark``: empty, ``sentence``, ``quote`` or ``here``."""

    text: str
    mark: str


def marked(
    page: Page, offset: int, kind: str, evidence: Sequence[Evidence], chosen: int
) -> list[Run]:
    """A page's text in runs, the evidence of a finding marked.

    Args:
        page: the page.
        offset: where it begins in its document's text.
        kind: the document's kind.
        evidence: all evidence of the finding; what stands elsewhere is passed over.
        chosen: the index of the quote that was asked for; its sentence lights up.
    """
    text = page.text
    spans: list[tuple[int, int, str]] = []
    for number, one in enumerate(evidence):
        if one.document != str(page.document_id) or (one.page or 1) != page.number:
            continue
        span = located(one, offset, text)
        if span is not None:
            spans.append((*span, "here" if number == chosen else "quote"))
    lit = next(((a, b) for a, b, mark in spans if mark == "here"), None)
    sentence = _sentence(text, kind, *lit) if lit else None
    return _runs(text, spans, sentence)


def _sentence(text: str, kind: str, start: int, end: int) -> tuple[int, int]:
    inside = [s for s in sentences(text, kind) if s.start < end and s.end > start]
    return (inside[0].start, inside[-1].end) if inside else (start, end)


def _runs(
    text: str, spans: Sequence[tuple[int, int, str]], sentence: tuple[int, int] | None
) -> list[Run]:
    order = {"here": 3, "quote": 2, "sentence": 1}
    layers = [*spans, *([(*sentence, "sentence")] if sentence else [])]
    edges = sorted({0, len(text), *(a for a, _, _ in layers), *(b for _, b, _ in layers)})
    runs: list[Run] = []
    for start, end in pairwise(edges):
        covering = [mark for a, b, mark in layers if a <= start and end <= b]
        mark = max(covering, key=lambda name: order[name], default="")
        if runs and runs[-1].mark == mark:
            runs[-1] = Run(runs[-1].text + text[start:end], mark)
        else:
            runs.append(Run(text[start:end], mark))
    return runs


class Hit(NamedTuple):
    """A place in the file that holds the words sought."""

    document: Document
    page: int
    before: str
    words: str
    after: str


_MOST_HITS = 40


def find_in_file(desk: Desk, words: str) -> list[Hit]:
    """Pages that hold words, without regard to case, in the order of the file; at most forty."""
    words = " ".join(words.split())
    if len(words) < 2:
        return []
    pages = Page.objects.filter(
        document__case=desk.case, text__icontains=words, duplicate_of=None
    ).order_by("document__dated", "document_id", "number")
    titles = {document.pk: document for document in desk.documents}
    hits = []
    for page in pages[:_MOST_HITS]:
        at = page.text.lower().find(words.lower())
        if page.document_id in titles and at >= 0:
            end = at + len(words)
            hits.append(
                Hit(
                    titles[page.document_id],
                    page.number,
                    _folded(page.text[max(0, at - 60) : at]),
                    page.text[at:end],
                    _folded(page.text[end : end + 60]),
                )
            )
    return hits

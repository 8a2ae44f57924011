"""A page of the record with its evidence marked, and search over the pages of a file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from openimr.evidence import sentences
from openimr.model import Evidence
from openimr.office.desk import Desk
from openimr.office.models import Document, Page
from openimr.office.quotes import folded, located


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
        document__in=desk.documents, text__icontains=words, duplicate_of=None
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
                    folded(page.text[max(0, at - 60) : at]),
                    page.text[at:end],
                    folded(page.text[end : end + 60]),
                )
            )
    return hits

"""Where the evidence stands in the records: numbering, sentences, and text cut at span borders."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from openimr.model import Document

# A full stop, an empty line, a bullet, or the end of a heading in capitals.
_SENTENCE_BREAK = re.compile(
    r"(?<=[.!?])[\"”)]*\s+(?=[A-Z0-9\"“(•-])|\n\s*\n|\n(?=\s*[-•*])|(?<=[A-Z)])\n(?=[A-Z])"
)
_LONGEST_SENTENCE = 600


class Span(NamedTuple):
    """A marked stretch of one document; `key` is the id it is known by on the page."""

    start: int
    end: int
    key: str


class Piece(NamedTuple):
    """A stretch of text without a border inside, and the spans that cover it."""

    start: int
    end: int
    covering: tuple[int, ...]
    opening: tuple[int, ...]


def locate(
    documents: Sequence[Document], name: str, start: int, end: int, quote: str
) -> int | None:
    """Return the index of the document where `quote` stands at `start`..`end`, else None.

    A name may occur twice in a case file, so the words decide; words that are not where the
    finding says they are must not be highlighted elsewhere.
    """
    for index, document in enumerate(documents):
        if (
            document.name == name
            and document.text is not None
            and 0 <= start < end
            and document.text[start:end] == quote
        ):
            return index
    return None


def page_of(document: Document, offset: int) -> int | None:
    """Return the 1-based page of an offset; None where the document has no pages."""
    if len(document.page_starts) < 2:
        return None
    return max(1, bisect_right(document.page_starts, offset))


class Sentences:
    """Sentence borders of one text, found once."""

    def __init__(self, text: str) -> None:
        breaks = [(m.start(), m.end()) for m in _SENTENCE_BREAK.finditer(text)]
        self._begins = [0, *(after for _, after in breaks)]
        self._ends = [*(before for before, _ in breaks), len(text)]

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Return the borders of the sentence or sentences that hold `start`..`end`."""
        begin = self._begins[bisect_right(self._begins, start) - 1]
        stop = max(end, self._ends[min(bisect_left(self._ends, end), len(self._ends) - 1)])
        # A record scanned without full stops would light up as a whole; keep to the words then.
        if stop - begin > _LONGEST_SENTENCE + (end - start):
            begin = max(begin, start - _LONGEST_SENTENCE // 2)
            stop = min(stop, end + _LONGEST_SENTENCE // 2)
        return begin, stop


def merged(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of intervals as disjoint intervals in order."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def pieces(length: int, spans: Sequence[Span], borders: Iterable[int] = ()) -> Iterator[Piece]:
    """Cut a text of `length` at every border of `spans` and at `borders`.

    Spans may overlap and nest; each piece names all spans over it (indices into `spans`, in
    order of start) and those that open at its start. The pieces join to the whole text.
    """
    cuts = sorted(
        {0, length}
        | {s.start for s in spans}
        | {s.end for s in spans}
        | {b for b in borders if 0 < b < length}
    )
    opening: dict[int, list[int]] = {}
    for index in sorted(range(len(spans)), key=lambda i: (spans[i].start, i)):
        opening.setdefault(spans[index].start, []).append(index)
    active: list[int] = []
    for start, end in pairwise(cuts):
        new = opening.get(start, ())
        active = [i for i in active if spans[i].end > start]
        active.extend(new)
        yield Piece(start, end, tuple(active), tuple(new))

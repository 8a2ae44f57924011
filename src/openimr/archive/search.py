"""Searching an archive: words and filters in, letters with their decisions out.

Facets are words of the index (see :mod:`openimr.archive.tags`), so filters narrow while the index
is read. Newest first, the index stops after the first hits. By rank, the newest :data:`RANKED` hits
are weighed, and the answer tells when there were more.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal
from zlib import crc32

import msgspec

from openimr.archive.entry import EPOCH, texts
from openimr.archive.filters import DECISIONS, Filters, Narrowed, fitting, narrow
from openimr.archive.query import Query, Term, read_query
from openimr.archive.store import Archive, explained
from openimr.errors import InputError
from openimr.model import Determination

Order = Literal["rank", "date"]

RANKED = 4000
"""So many of the newest hits are weighed against each other: of one that is found in half of all
letters, weighing every hit would take seconds."""
COUNTED = 10_000
"""Hits are counted up to here; facet counts count all."""
SCANNED = 50_000
"""So many hits are looked at for what the index does not know, such as a fact's value."""

_OPEN, _CLOSE = "\x02", "\x03"
_WORDS = 28
_MOST_FORMS = 8


class HitItem(msgspec.Struct, frozen=True):
    """A disputed item of a letter that was found; ``fits`` when the filters mean this one."""

    request: str
    treatment: str
    region: str | None
    decision: str
    proposed: str | None
    fits: bool


class Hit(msgspec.Struct, frozen=True):
    """A letter that was found.

    ``marks`` are the places of ``snippet`` (from, to) at which the words stand.
    """

    letter: int
    case_number: str | None
    decided: date | None
    items: tuple[HitItem, ...]
    specialties: tuple[str, ...]
    snippet: str
    marks: tuple[tuple[int, int], ...]


class Found(msgspec.Struct, frozen=True):
    """A page of hits.

    ``count`` is how many letters there are, ``count_is`` whether that is exact, the least
    (``at least``) or the most (``at most``, where filters meet in several items of a letter).
    ``weighed`` is how many of the newest were weighed by rank. ``after`` asks for the next page.
    """

    hits: tuple[Hit, ...]
    count: int
    count_is: Literal["exact", "at least", "at most"]
    order: Order
    weighed: int | None
    after: str | None


def search(
    archive: Archive,
    query: str = "",
    filters: Filters | None = None,
    *,
    order: Order | None = None,
    limit: int = 10,
    after: str | None = None,
) -> Found:
    """Find letters.

    Args:
        archive: open.
        query: words as :mod:`openimr.archive.query` reads them; empty for filters alone.
        filters: what to narrow to.
        order: ``rank`` or ``date`` (newest first); rank where there are words, else date.
        limit: hits of a page.
        after: ``Found.after`` of the page before, of the same search. By date, pages neither
            overlap nor leave out what was there when the first was asked for.

    Raises:
        InputError: the query cannot be read, a filter's value is unknown, or ``after`` is of
            another search.
    """
    filters = filters or Filters()
    asked = read_query(query)
    order = order or ("rank" if asked.groups else "date")
    sum_of = crc32(msgspec.msgpack.encode((query, filters, order)))
    with explained(archive.folder):
        one = _Search(archive, asked, narrow(archive, filters))
        return one.page(order, limit, None if after is None else _cursor(after, sum_of), sum_of)


class _Search:
    """One search of an archive."""

    def __init__(self, archive: Archive, query: Query, narrowed: Narrowed) -> None:
        self._archive = archive
        self._db = archive.connection
        self._query = query
        self._narrowed = narrowed
        self._match = archive.matching(query, narrowed.facets)

    def page(self, order: Order, limit: int, after: tuple[float, int] | None, sum_of: int) -> Found:
        count, more = self._count()
        rows = (self._by_rank if order == "rank" else self._by_date)(limit, after)
        chosen: list[tuple[float, int, int]] = []
        for looked, (rank, dated) in enumerate(rows, 1):
            letter = self._letter(dated)
            if self._fits(letter):
                chosen.append((rank, dated, letter))
                if len(chosen) > limit:
                    break
            if looked >= SCANNED:
                break
        last = chosen[limit - 1] if len(chosen) > limit else None
        weighed = min(count, RANKED) if order == "rank" else None
        return Found(
            hits=tuple(self._hit(dated, letter) for _, dated, letter in chosen[:limit]),
            count=count,
            count_is="at least" if more else "exact" if self._narrowed.exact else "at most",
            order=order,
            weighed=weighed,
            after=None if last is None else _write_cursor(last[0], last[1], sum_of),
        )

    def _from(self) -> tuple[str, tuple[Any, ...]]:
        n = self._narrowed
        if self._match:
            where = f"search WHERE {self._match.where} AND rowid >= ? AND rowid < ?"
            return where, (*self._match.values, n.low, n.high)
        return "letters WHERE dated >= ? AND dated < ?", (n.low, n.high)

    def _count(self) -> tuple[int, bool]:
        """How many letters the index finds, up to a limit, and whether there are more."""
        place, values = self._from()
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {place} LIMIT {COUNTED + 1}) AS found"
        count = int(self._db.execute(sql, values).fetchone()[0])
        return min(count, COUNTED), count > COUNTED

    def _by_date(self, limit: int, after: tuple[float, int] | None) -> Iterator[tuple[float, int]]:
        place, values = self._from()
        column = "rowid" if self._match else "dated"
        if after is not None:
            place, values = f"{place} AND {column} < ?", (*values, after[1])
        most = limit + 1 if self._narrowed.exact else SCANNED
        sql = f"SELECT {column} FROM {place} ORDER BY {column} DESC LIMIT {most}"
        for (dated,) in self._db.execute(sql, values):
            yield 0.0, dated

    def _by_rank(self, limit: int, after: tuple[float, int] | None) -> Iterator[tuple[float, int]]:
        if not self._match:
            yield from self._by_date(limit, after)
            return
        place, values = self._from()
        values = (*self._match.weighing, *values)
        newest = (
            f"SELECT {self._match.weight} AS weight, rowid AS dated FROM {place} "
            "ORDER BY rowid DESC"
        )
        beyond = ""
        if after is not None:
            beyond, values = "WHERE (weight, -dated) > (?, ?)", (*values, after[0], -after[1])
        yield from self._db.execute(
            f"SELECT weight, dated FROM ({newest} LIMIT {RANKED}) AS newest {beyond} "
            "ORDER BY weight, dated DESC",
            values,
        )

    def _letter(self, dated: int) -> int:
        row = self._db.execute("SELECT letter FROM letters WHERE dated = ?", (dated,)).fetchone()
        return int(row[0])

    def _fits(self, letter: int) -> bool:
        """Whether a letter is meant, where the index alone cannot tell."""
        if self._narrowed.exact:
            return True
        if len(self._narrowed.ids) > 1 and not fitting(self._archive, self._narrowed, letter):
            return False
        if not self._narrowed.facts:
            return True
        facts = self._archive.letter(letter)[1].as_facts()
        return all(one.holds(facts) for one in self._narrowed.facts)

    def _hit(self, dated: int, letter: int) -> Hit:
        determination = self._archive.determination(letter)
        names = dict(
            self._db.execute(
                "SELECT name, value FROM names WHERE name IN (SELECT treatment FROM items "
                "WHERE letter = ? UNION SELECT region FROM items WHERE letter = ?)",
                (letter, letter),
            )
        )
        rows = self._db.execute(
            "SELECT treatment, region, overturned, proposed FROM items WHERE letter = ? "
            "ORDER BY position",
            (letter,),
        ).fetchall()
        meant = fitting(self._archive, self._narrowed, letter)
        snippet, marks = self._snippet(dated, determination)
        decided = dated >> 20
        return Hit(
            letter=letter,
            case_number=determination.case_number,
            decided=date.fromordinal(decided + EPOCH) if determination.decision_date else None,
            items=tuple(
                HitItem(
                    request=item.request,
                    treatment=names[treatment],
                    region=names.get(region),
                    decision=DECISIONS[overturned],
                    proposed=None if proposed is None else DECISIONS[proposed],
                    fits=position in meant,
                )
                for position, (item, (treatment, region, overturned, proposed)) in enumerate(
                    zip(determination.items, rows, strict=True)
                )
            ),
            specialties=tuple(determination.reviewer.certification),
            snippet=snippet,
            marks=marks,
        )

    def _snippet(
        self, dated: int, determination: Determination
    ) -> tuple[str, tuple[tuple[int, int], ...]]:
        otherwise = determination.items[0].request
        if not self._query.groups:
            return otherwise, ()
        said = " ".join(texts(determination)).lower()
        groups = tuple(_as_said(group, said) for group in self._query.groups)
        # The words alone: with the facets in the expression a snippet could be made of facets.
        piece = self._archive.snippet(Query(groups), dated, _WORDS, (_OPEN, _CLOSE))
        return (otherwise, ()) if piece is None else _marked(" ".join(piece.split()))


def _as_said(group: tuple[Term, ...], said: str) -> tuple[Term, ...]:
    """The terms of a group, beginnings of words as the words of a text that begin so.

    The index gathers all words of a beginning anew for each question: for one letter the words that
    it holds are enough.
    """
    found: list[Term] = []
    for term in group:
        words = {}
        if term.prefix and len(term.words) == 1:
            words = dict.fromkeys(re.findall(rf"\b{re.escape(term.words[0].lower())}\w*", said))
        found += [Term((word,)) for word in list(words)[:_MOST_FORMS]] or [term]
    return tuple(found)


def _marked(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A text without the signs that enclose found words, and the places they enclosed."""
    parts: list[str] = []
    marks: list[tuple[int, int]] = []
    length = 0
    for number, piece in enumerate(text.split(_OPEN)):
        found, closed, rest = piece.partition(_CLOSE)
        if number and closed:
            marks.append((length, length + len(found)))
        parts += (found, rest)
        length += len(found) + len(rest)
    return "".join(parts), tuple(marks)


def _write_cursor(rank: float, dated: int, sum_of: int) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode((sum_of, rank, dated))).decode()


def _cursor(text: str, sum_of: int) -> tuple[float, int]:
    try:
        data = base64.urlsafe_b64decode(text.encode())
        found, rank, dated = msgspec.msgpack.decode(data, type=tuple[int, float, int])
    except (ValueError, msgspec.DecodeError):
        raise InputError(f"--after {text}", "is no cursor", "copy it from the last page") from None
    if found != sum_of:
        raise InputError(
            "--after", "is of another search", "repeat the words and filters of the first page"
        )
    return rank, dated

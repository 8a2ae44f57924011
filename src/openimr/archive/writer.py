"""Entries into the database: a batch is one transaction, so a letter is there whole or not at all.

Letters are numbered in order of arrival. Their place in time, ``dated``, is the day of the
decision times 2^20 plus their number within that day: the row ids of the full-text index, so that
its natural order is that of time. Letters without a day are numbered from 1.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from openimr.archive.entry import Entry
from openimr.archive.store import Archive, explanation
from openimr.errors import InputError

DAY_BITS = 20
_MOST_NAMES = 400_000
_FIRST_DAY = 1 << 13
"""Days before 1992 are misread dates: no such review was held. They order as if undated."""

_UNIX = date(1970, 1, 1)

QUARANTINE = (
    "INSERT INTO quarantine (source, sha256, bytes, reason, engine, added) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET sha256 = excluded.sha256, "
    "bytes = excluded.bytes, reason = excluded.reason, engine = excluded.engine, "
    "added = excluded.added"
)


class Source(msgspec.Struct, array_like=True, frozen=True):
    """Where a document came from: its name (path, or archive and member), hash, size, format."""

    name: str
    sha256: bytes
    size: int
    format: str


class Kept(msgspec.Struct, array_like=True, frozen=True, tag=True):
    """A document that was read, with what it became."""

    source: Source
    entry: Entry


class Refused(msgspec.Struct, array_like=True, frozen=True, tag=True):
    """A document that could not be read, with the reason in one sentence."""

    source: Source
    reason: str


class Written(msgspec.Struct):
    """What a batch brought: new letters, documents of letters that were there, refusals."""

    letters: int = 0
    again: int = 0
    refused: int = 0


class Writer:
    """Writes batches into an archive that is open for writing and locked by the caller."""

    def __init__(self, archive: Archive, engine: str, *, provenance: bool = True) -> None:
        """Prepare to write.

        Args:
            archive: open for writing.
            engine: the versions that documents are marked with.
            provenance: False leaves the lines of ``documents`` to the caller.
        """
        self._provenance = provenance
        self._folder = archive.folder
        self._archive = archive
        self._db = archive.connection
        self._engine_name = engine
        self._forget()

    def _forget(self) -> None:
        """Drop what is remembered of the database: after a rollback it may be untrue."""
        self._names: dict[tuple[str, str], int] = {}
        self._guidelines: dict[tuple[str, str, int, str, str], int] = {}
        self._next_of_day: dict[int, int] = {}
        self._next: int | None = None

    def write(self, batch: Sequence[Kept | Refused]) -> Written:
        """Store a batch: its letters, its documents and its refusals, together or not at all.

        Raises:
            InputError: the disk is full or the archive cannot be written; nothing of the batch
                is stored then.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            written = self._write(batch)
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._forget()
            if isinstance(error, sqlite3.Error):
                raise explanation(self._folder, error) from None
            raise
        return written

    def _write(self, batch: Sequence[Kept | Refused]) -> Written:
        written = Written()
        now = int(time.time())
        rows = _Rows()
        here: dict[bytes, int] = {}
        engine = self.name("engine", self._engine_name)
        for one in batch:
            source = one.source
            if isinstance(one, Refused):
                rows.quarantine.append(
                    (source.name, source.sha256, source.size, one.reason, engine, now)
                )
                written.refused += 1
                continue
            key = one.entry.key
            letter = here.get(key) or self.letter_of(key)
            if letter is None:
                letter = self._add(one.entry, rows)
                written.letters += 1
            else:
                written.again += 1
            here[key] = letter
            rows.documents.append(
                (
                    source.sha256,
                    source.name,
                    source.size,
                    self.name("format", source.format),
                    self.name("variant", one.entry.variant),
                    letter,
                    engine,
                    now,
                )
            )
        if not self._provenance:
            rows.documents.clear()
        rows.insert(self._archive)
        return written

    def letter_of(self, key: bytes) -> int | None:
        """The number of the letter with this key."""
        row = self._db.execute("SELECT letter FROM letters WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def _add(self, entry: Entry, rows: _Rows) -> int:
        if self._next is None:
            last = self._db.execute("SELECT max(letter) FROM letters").fetchone()[0]
            self._next = (last or 0) + 1
        letter = self._next
        self._next += 1
        dated = self._dated(entry.decided)
        name = self.name
        rows.letters.append(
            (
                letter,
                dated,
                entry.key,
                entry.case_number,
                name("variant", entry.variant),
                entry.injured,
                entry.denied,
                entry.applied,
                entry.assigned,
                entry.decided,
                None if entry.priority is None else int(entry.priority == "Expedited"),
                len(entry.items),
                sum(item.overturned for item in entry.items),
                entry.checksum,
            )
        )
        for kind, values in enumerate((entry.specialties, entry.licences)):
            rows.credentials += [
                (letter, kind, rank, name(("specialty", "licence")[kind], value))
                for rank, value in enumerate(values)
            ]
        for position, item in enumerate(entry.items):
            rows.items.append(
                (
                    letter,
                    position,
                    name("treatment", item.treatment),
                    self._maybe("category", item.category),
                    self._maybe("drug", item.drug),
                    self._maybe("class", item.drug_class),
                    self._maybe("region", item.region),
                    self._maybe("side", item.side),
                    self._maybe("phase", item.phase),
                    item.quantity,
                    self._maybe("unit", item.unit),
                    item.parent,
                    item.overturned,
                    item.proposed,
                    item.chance,
                    item.sentences,
                )
            )
            rows.decisive += [
                (letter, position, rank, name("criterion", criterion))
                for rank, criterion in enumerate(item.decisive)
            ]
            rows.citations += [
                (
                    letter,
                    position,
                    c.by,
                    rank,
                    self._guideline((c.body, c.chapter, c.year, c.section, c.pages)),
                )
                for rank, c in enumerate(item.citations)
            ]
        rows.packed.append((letter, entry.determination, entry.reading))
        rows.search.append((dated, *entry.texts, entry.tags))
        rows.months.add(month_of(entry.decided))
        return letter

    def _dated(self, decided: int | None) -> int:
        day = decided if decided is not None and decided >= _FIRST_DAY else 0
        found = self._next_of_day.get(day)
        if found is None:
            end = (day + 1 if day else _FIRST_DAY) << DAY_BITS
            row = self._db.execute(
                "SELECT max(dated) FROM letters WHERE dated >= ? AND dated < ?",
                (day << DAY_BITS, end),
            ).fetchone()
            found = (day << DAY_BITS) if row[0] is None else row[0] + 1
        if day and found >> DAY_BITS != day:
            raise InputError(
                str(self._folder),
                f"has more than a million letters decided on {_UNIX + timedelta(day)}",
                "check the decision dates of the source",
            )
        self._next_of_day[day] = found + 1
        return found

    def _maybe(self, kind: str, value: str | None) -> int | None:
        return None if value is None else self.name(kind, value)

    def name(self, kind: str, value: str) -> int:
        """The number of a value of ``names``, which is added when it is new."""
        found = self._names.get((kind, value))
        if found is None:
            found = self._look_up(
                "SELECT name FROM names WHERE kind = ? AND value = ?",
                "INSERT INTO names (kind, value) VALUES (?, ?)",
                (kind, value),
            )
            if len(self._names) >= _MOST_NAMES:
                self._names.clear()
            self._names[kind, value] = found
        return found

    def _guideline(self, cited: tuple[str, str, int, str, str]) -> int:
        found = self._guidelines.get(cited)
        if found is None:
            found = self._look_up(
                "SELECT guideline FROM guidelines WHERE body = ? AND chapter = ? AND year = ? "
                "AND section = ? AND pages = ?",
                "INSERT INTO guidelines (body, chapter, year, section, pages) "
                "VALUES (?, ?, ?, ?, ?)",
                cited,
            )
            if len(self._guidelines) >= _MOST_NAMES:
                self._guidelines.clear()
            self._guidelines[cited] = found
        return found

    def _look_up(self, select: str, insert: str, values: tuple[Any, ...]) -> int:
        row = self._db.execute(select, values).fetchone()
        if row is not None:
            return int(row[0])
        self._db.execute(insert, values)
        return int(self._db.execute(select, values).fetchone()[0])


def month_of(decided: int | None) -> int:
    """The month of a day as ``yyyymm``; 0 for none and for misread dates."""
    if decided is None or decided < _FIRST_DAY:
        return 0
    day = _UNIX + timedelta(decided)
    return day.year * 100 + day.month


class _Rows:
    """The rows of one batch, by table."""

    def __init__(self) -> None:
        self.letters: list[tuple[Any, ...]] = []
        self.credentials: list[tuple[Any, ...]] = []
        self.items: list[tuple[Any, ...]] = []
        self.decisive: list[tuple[Any, ...]] = []
        self.citations: list[tuple[Any, ...]] = []
        self.packed: list[tuple[Any, ...]] = []
        self.search: list[tuple[Any, ...]] = []
        self.documents: list[tuple[Any, ...]] = []
        self.quarantine: list[tuple[Any, ...]] = []
        self.months: set[int] = set()

    def insert(self, archive: Archive) -> None:
        """Insert them all."""
        db = archive.connection
        # The index takes ascending row ids without flushing in between.
        self.search.sort()
        for table, rows in (
            ("letters", self.letters),
            ("credentials", self.credentials),
            ("items", self.items),
            ("decisive", self.decisive),
            ("citations", self.citations),
            ("packed", self.packed),
        ):
            archive.insert(table, rows)
        archive.index(self.search)
        if self.documents:
            db.executemany(
                "INSERT INTO documents (sha256, source, bytes, format, variant, letter, engine, "
                "added) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                self.documents,
            )
            db.executemany(
                "DELETE FROM quarantine WHERE sha256 = ?", [(row[0],) for row in self.documents]
            )
        if self.quarantine:
            db.executemany(QUARANTINE, self.quarantine)
        if self.months:
            db.executemany(
                "INSERT INTO stale VALUES (?) ON CONFLICT DO NOTHING", [(m,) for m in self.months]
            )

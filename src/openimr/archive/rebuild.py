"""An archive made anew from its own packed letters, or where damaged from their sources."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openimr.archive import sources
from openimr.archive.batches import map_batches
from openimr.archive.build import BATCH, COMMIT, Progress, Run, engine, finish
from openimr.archive.content import content_key
from openimr.archive.lock import writing
from openimr.archive.packed import unpack_determination
from openimr.archive.place import Address, Database, Place, place_of
from openimr.archive.sources import Drawn
from openimr.archive.store import DATABASE, Archive, create, explained
from openimr.archive.work import Task, decode_done, encode_tasks, read_batch
from openimr.archive.writer import QUARANTINE, Kept, Refused, Source, Writer
from openimr.errors import InputError

_NEW = "rebuilding"
_MOST_AGAIN = 20_000
"""Letters read again from their sources, all held in memory; imr archive add brings the rest."""

_DOCUMENT = (
    "INSERT INTO documents (sha256, source, bytes, format, variant, letter, engine, added) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


@dataclass
class Rebuilt:
    """What a rebuild did: letters kept, letters read again from their sources, documents lost."""

    letters: int = 0
    read_again: int = 0
    lost: list[str] = field(default_factory=list)


def rebuild(
    folder: Place | str,
    *,
    scheduler: str = "processes",
    workers: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Rebuilt:
    """Make an archive anew, with this version's tables, engine and guideline library.

    Every letter is taken from its packed form and reviewed again; one whose bytes are damaged is
    read again from its source where that is still there. The new database takes the place of the
    old one in one step at the end; until then the old one is as it was. Of a damaged one, a copy
    is kept beside it when documents were lost.

    Args:
        folder: the archive.
        scheduler: see :func:`openimr.archive.batches.map_batches`.
        workers: processes of the pool.
        on_progress: called after each transaction.

    Raises:
        InputError: there is no archive, it cannot be read at all, or a writer is at work.
    """
    folder = place_of(folder)
    if isinstance(folder, Address):
        return _on_server(folder, scheduler, workers, on_progress)
    if not (folder / DATABASE).is_file():
        raise InputError(str(folder), "holds no archive", "make one with imr archive build")
    with writing(folder, "rebuilding"):
        shutil.rmtree(folder / _NEW, ignore_errors=True)
        old = _open_old(folder)
        try:
            (folder / _NEW).mkdir()
            with create(folder / _NEW) as new, explained(folder):
                made = _Rebuild(old, new, on_progress)
                made.all(scheduler, workers)
                new.connection.execute("PRAGMA journal_mode = DELETE")
        except BaseException:
            old.close()
            shutil.rmtree(folder / _NEW, ignore_errors=True)
            raise
        _settle_old(old)
        _exchange(folder, keep_old=bool(made.done.lost))
        return made.done


def _on_server(
    address: Address,
    scheduler: str,
    workers: int | None,
    on_progress: Callable[[Progress], None] | None,
) -> Rebuilt:
    from openimr.archive import postgresql
    from openimr.archive.server import connect

    with explained(address), writing(address, "rebuilding"):
        old = connect(address)
        try:
            if old.execute("SELECT to_regclass('meta')").fetchone()[0] is None:
                raise InputError(
                    str(address), "holds no archive", "make one with imr archive build"
                )
            with postgresql.rebuilding(address) as new:
                made = _Rebuild(old, new, on_progress)
                made.all(scheduler, workers)
                postgresql.exchange(new, keep_old=bool(made.done.lost))
        finally:
            old.close()
    return made.done


def _open_old(folder: Path) -> sqlite3.Connection:
    old = sqlite3.connect(folder / DATABASE, isolation_level=None, timeout=30)
    try:
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        old.close()
        raise InputError(
            str(folder / DATABASE),
            "cannot be read as a database at all",
            "move it away and build the archive again from its sources",
        ) from None
    return old


def _settle_old(old: sqlite3.Connection) -> None:
    """Bring the old log into the old file, so that no log is left beside the new one."""
    with contextlib.suppress(sqlite3.DatabaseError):
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    old.close()


def _exchange(folder: Path, keep_old: bool) -> None:
    database = folder / DATABASE
    if keep_old:
        damaged = folder / f"{DATABASE}.damaged"
        damaged.unlink(missing_ok=True)
        os.link(database, damaged)
    for log in ("-wal", "-shm"):
        (folder / f"{DATABASE}{log}").unlink(missing_ok=True)
    os.replace(folder / _NEW / DATABASE, database)
    shutil.rmtree(folder / _NEW, ignore_errors=True)


class _Rebuild:
    """One rebuild: from the old database, which may be damaged, into the new one."""

    def __init__(
        self,
        old: Database,
        new: Archive,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._old = old
        self._new = new
        self._run = Run(new, 0, on_progress)
        self._damaged: dict[int, Drawn | None] = {}
        self._number: dict[int, int] = {}  # of a letter in the old archive → in the new one
        self.done = Rebuilt()

    def all(self, scheduler: str, workers: int | None) -> None:
        """All of it."""
        self.look()
        self.letters(scheduler, workers)
        self.documents()
        finish(self._new, self._new.count("letters"))

    def look(self) -> None:
        """Find the letters whose bytes are damaged, and their documents in the sources."""
        last = _last(self._old)
        self._damaged = dict.fromkeys(n for n in range(1, last + 1) if self._packed(n) is None)
        where: dict[bytes, int] = {}
        paths: dict[Path, None] = {}
        for _, sha256, source, *_, letter, _ in self._provenance():
            file = _file_of(source) if letter in self._damaged else None
            if file is not None:
                where[sha256] = letter
                paths[file] = None
        found = 0
        for drawn in sources.draw(paths):
            letter = where.get(drawn.source.sha256, 0)
            if letter and self._damaged[letter] is None and found < _MOST_AGAIN:
                self._damaged[letter] = drawn
                found += 1

    def letters(self, scheduler: str, workers: int | None) -> None:
        """Every letter in order, reviewed again."""
        writer = Writer(self._new, engine(), provenance=False)
        waiting: list[Kept | Refused] = []

        def store() -> None:
            writer.write(waiting)
            for one in waiting:
                if isinstance(one, Kept):
                    number = writer.letter_of(one.entry.key)
                    assert number is not None
                    self._number[int(one.source.name)] = number
            waiting.clear()
            self._run.progress.letters = len(self._number)
            self._run.tell()

        for outcome in map_batches(
            read_batch, self._batches(), scheduler=scheduler, workers=workers
        ):
            if outcome.value is not None:
                waiting += (one for one in decode_done(outcome.value) if isinstance(one, Kept))
            if len(waiting) >= COMMIT:
                store()
        store()
        again = self._damaged.keys() & self._number.keys()
        self.done.read_again = len(again)
        self.done.letters = len(self._number) - len(again)

    def _batches(self) -> Iterator[bytes]:
        tasks: list[Task] = []
        for letter in range(1, _last(self._old) + 1):
            if letter not in self._damaged:
                data, kind = self._packed(letter), "packed"
            else:
                drawn = self._damaged[letter]
                data, kind = (drawn.data, drawn.source.format) if drawn else (None, "")
            if data is not None:
                tasks.append(Task(Source(str(letter), b"", len(data), kind), data))
            if len(tasks) >= BATCH:
                yield encode_tasks(tasks)
                tasks = []
        if tasks:
            yield encode_tasks(tasks)

    def _packed(self, letter: int) -> bytes | None:
        """A letter's packed words, when they are whole.

        Letters are asked for one at a time, so that a damaged page takes no more than its own.
        """
        try:
            row = self._old.execute(
                "SELECT determination FROM packed WHERE letter = ?", (letter,)
            ).fetchone()
            data = bytes(row[0])
            key = content_key(unpack_determination(data))
        except (sqlite3.DatabaseError, ValueError, TypeError):
            return None
        try:
            row = self._old.execute(
                "SELECT key FROM letters WHERE letter = ?", (letter,)
            ).fetchone()
        except sqlite3.DatabaseError:
            row = None
        # Where its row is lost, the sum that deflated bytes carry themselves has to do.
        return data if row is None or row[0] == key else None

    def documents(self) -> None:
        """The lines of provenance and of quarantine, in order."""
        db = self._new.connection
        names = Writer(self._new, engine())
        db.execute("BEGIN IMMEDIATE")
        for _, sha256, source, size, kind, variant, letter, added in self._provenance():
            number = self._number.get(letter)
            if number is None:
                self.done.lost.append(source)
                continue
            db.execute(
                _DOCUMENT,
                (
                    sha256,
                    source,
                    size,
                    names.name("format", kind),
                    names.name("variant", variant),
                    number,
                    names.name("engine", engine()),
                    added,
                ),
            )
        for *refused, versions, added in self._quarantine():
            values = (*refused, names.name("engine", versions), added)
            db.execute(QUARANTINE, values)
        # A letter whose line was lost is told to come from where it does: the old archive.
        db.execute(
            "INSERT INTO documents (sha256, source, bytes, format, variant, letter, engine, added) "
            "SELECT key, 'the archive before its rebuild', 0, ?, variant, letter, ?, ? "
            "FROM letters WHERE letter NOT IN (SELECT letter FROM documents)",
            (names.name("format", "packed"), names.name("engine", engine()), int(time.time())),
        )
        db.execute("COMMIT")

    def _provenance(self) -> Iterator[tuple[int, bytes, str, int, str, str, int, int]]:
        query = (
            "SELECT document, sha256, source, bytes, f.value, v.value, letter, added "
            "FROM documents JOIN names f ON f.name = format JOIN names v ON v.name = variant "
            "WHERE document > ? ORDER BY document LIMIT 1000"
        )
        at = 0
        with contextlib.suppress(sqlite3.DatabaseError):
            while rows := self._old.execute(query, (at,)).fetchall():
                yield from rows
                at = rows[-1][0]

    def _quarantine(self) -> list[tuple[str, bytes, int, str, str, int]]:
        try:
            return self._old.execute(
                "SELECT source, sha256, bytes, reason, value, added FROM quarantine "
                "JOIN names ON name = engine"
            ).fetchall()
        except sqlite3.DatabaseError:
            return []


def _last(old: Database) -> int:
    """The highest number of a letter that any table still tells."""
    last = 0
    for query in (
        "SELECT max(letter) FROM packed",
        "SELECT max(letter) FROM letters",
        "SELECT max(letter) FROM documents",
    ):
        with contextlib.suppress(sqlite3.DatabaseError):
            last = max(last, old.execute(query).fetchone()[0] or 0)
    return last


def _file_of(source: str) -> Path | None:
    """The file that a document's source lies in: itself, or the archive or list around it."""
    path = Path(source)
    if path.is_file():
        return path
    listed = Path(source.rpartition(":")[0])
    if listed.is_file():
        return listed
    return next((parent for parent in path.parents if parent.is_file()), None)

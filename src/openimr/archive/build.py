"""Building an archive: documents drawn here, read and reviewed by workers, stored here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from openimr._version import __version__
from openimr.archive import columns, rollups, sources
from openimr.archive.batches import Outcome, map_batches
from openimr.archive.lock import writing
from openimr.archive.place import Place, place_of
from openimr.archive.sources import Drawn
from openimr.archive.store import Archive, create, explained
from openimr.archive.work import Task, decode_done, decode_tasks, encode_tasks, read_batch
from openimr.archive.writer import Kept, Refused, Writer
from openimr.reviews.run import shipped_library

BATCH = 100
"""Documents a worker is given at once."""
BATCH_BYTES = 4 << 20
COMMIT = 2000
"""Documents stored in one transaction: what a kill can cost, and a merge of the index saves."""


class Progress(msgspec.Struct):
    """How far a run is. Counts are documents of this run; seconds since it began."""

    seen: int = 0
    letters: int = 0
    again: int = 0
    skipped: int = 0
    refused: int = 0
    read_bytes: int = 0
    total_bytes: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Documents read and stored a second, those skipped aside."""
        done = self.letters + self.again + self.refused
        return done / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left by the bytes behind us; None where the total is not known."""
        if not self.read_bytes or not self.total_bytes:
            return None
        return self.seconds * (self.total_bytes - self.read_bytes) / self.read_bytes


def build_archive(
    names: Sequence[str],
    folder: Place | str,
    *,
    scheduler: str = "processes",
    workers: int | None = None,
    wait: float = 0.0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Progress:
    """Add letters to an archive, which is made when it is not there.

    What is in the archive already is told by its hash and not read again, so a run that was
    stopped, killed or ran out of disk is simply repeated.

    Args:
        names: files, folders, patterns, zip and tar files, JSON Lines; ``-`` is standard input.
        folder: the archive: a folder, or ``postgresql://...``.
        scheduler: see :func:`openimr.archive.batches.map_batches`.
        workers: processes; as many as the machine has processors by default.
        wait: seconds to wait for another writer.
        on_progress: called after each batch.

    Returns:
        The counts of the run.

    Raises:
        InputError: a source does not exist, another writer is at work, the disk is full.
    """
    folder = place_of(folder)
    paths = sources.expand(names)
    with writing(folder, "adding letters", wait), create(folder) as archive:
        run = Run(archive, sources.total_bytes(paths), on_progress)
        with explained(folder):
            for outcome in map_batches(
                read_batch, run.batches(sources.draw(paths)), scheduler=scheduler, workers=workers
            ):
                run.take(outcome, scheduler)
            run.store()
            finish(archive, run.progress.letters)
        return run.progress


def engine() -> str:
    """The versions of engine and guideline library, as documents are marked with."""
    return f"{__version__} library {shipped_library().version}"


def finish(archive: Archive, added: int) -> None:
    """Bring derived columns up to date and merge the full-text index.

    Args:
        archive: open for writing, locked.
        added: letters that were added since the last time.
    """
    columns.refresh(archive.connection, {rollups.NAME: rollups.make})
    archive.tidy(added)


class Run:
    """One run: what was drawn, what is waiting to be stored, the counts."""

    def __init__(
        self,
        archive: Archive,
        total: int,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.progress = Progress(total_bytes=total)
        self._db = archive.connection
        self._engine = engine()
        self._writer = Writer(archive, self._engine)
        self._tell = on_progress
        self._waiting: list[Kept | Refused] = []
        self._began = time.monotonic()

    def batches(self, drawn: Iterable[Drawn]) -> Iterator[bytes]:
        """What has to be read, in batches; what is known is skipped, what has no bytes refused."""
        tasks: list[Task] = []
        size = 0
        for one in drawn:
            self.progress.seen += 1
            self.progress.read_bytes = one.through
            if one.data is None:
                self._waiting.append(Refused(one.source, one.reason))
            elif self._known(one.source.sha256):
                self.progress.skipped += 1
            else:
                tasks.append(Task(one.source, one.data))
                size += len(one.data)
            if len(tasks) >= BATCH or size >= BATCH_BYTES:
                yield encode_tasks(tasks)
                tasks, size = [], 0
        if tasks:
            yield encode_tasks(tasks)

    def take(self, outcome: Outcome[bytes, bytes], scheduler: str) -> None:
        """Take in what a worker made of a batch; a batch that killed it is done one by one."""
        if outcome.value is not None:
            self._waiting += decode_done(outcome.value)
        else:
            self._one_by_one(decode_tasks(outcome.batch), outcome.failure or "", scheduler)
        if len(self._waiting) >= COMMIT:
            self.store()

    def store(self) -> None:
        """Store what is waiting, in one transaction."""
        if self._waiting:
            written = self._writer.write(self._waiting)
            self._waiting = []
            self.progress.letters += written.letters
            self.progress.again += written.again
            self.progress.refused += written.refused
        self.tell()

    def tell(self) -> None:
        """Tell whoever listens how far the run is."""
        self.progress.seconds = time.monotonic() - self._began
        if self._tell is not None:
            self._tell(self.progress)

    def _known(self, sha256: bytes) -> bool:
        """Whether a document is stored, or was refused by this very engine."""
        if self._db.execute("SELECT 1 FROM documents WHERE sha256 = ?", (sha256,)).fetchone():
            return True
        return bool(
            self._db.execute(
                "SELECT 1 FROM quarantine JOIN names ON name = engine "
                "WHERE sha256 = ? AND value = ?",
                (sha256, self._engine),
            ).fetchone()
        )

    def _one_by_one(self, tasks: list[Task], failure: str, scheduler: str) -> None:
        if len(tasks) == 1:
            self._waiting.append(Refused(tasks[0].source, failure))
            return
        singles = (encode_tasks([task]) for task in tasks)
        for outcome in map_batches(read_batch, singles, scheduler=scheduler, workers=1):
            self.take(outcome, scheduler)

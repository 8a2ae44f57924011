"""The archive's embedded database: made, opened, and refused when it is not what it should be."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any

from openimr.archive.embedded import Mode, connect, settle
from openimr.archive.packed import Reading, unpack
from openimr.archive.place import Address, Database, Matching, Place, ServerError, place_of
from openimr.archive.query import Query
from openimr.errors import InputError
from openimr.model import Determination

DATABASE = "archive.db"
SCHEMA = 1
"""The number of the tables' shape. One that changes is mended by ``imr archive rebuild``."""

PAGE = 8192

Packed = tuple[Determination, Reading]
"""A letter, and what was read in it: facts, findings, tags."""


class Archive:
    """An open archive. Use it as a context manager, or call :meth:`close`.

    ``connection`` is open for reading by every module of this room; only
    :class:`~openimr.archive.writer.Writer` writes. What SQLite and PostgreSQL have no SQL in common
    for are methods here, which :class:`openimr.archive.postgresql.ServerArchive` has of its own.
    """

    LISTED = "json_each(?) hits"
    """A table ``hits`` with the column ``value``: the numbers of a JSON list."""
    JOINED = "group_concat(rowid)"
    """Row ids as one text, with commas: fetched in a third of the time of as many rows."""
    INDEXED = "SELECT id FROM search_docsize"
    """The row ids that the full-text index knows."""

    def __init__(self, folder: Place, connection: Database) -> None:
        self.folder = folder
        self.connection = connection

    @property
    def locator(self) -> str:
        """What another process opens this archive by. Never shown: it may hold a password."""
        folder = self.folder
        return folder.secret if isinstance(folder, Address) else str(folder.resolve())

    def size(self) -> int:
        """Bytes on disk."""
        return (Path(str(self.folder)) / DATABASE).stat().st_size

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert whole rows into a table."""
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def index(self, rows: Sequence[Sequence[Any]]) -> None:
        """Put letters into the full-text index: row id, four texts and the words of the tags."""
        if rows:
            self.connection.executemany(
                "INSERT INTO search (rowid, request, rationale, summary, guideline, tags) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )

    def tidy(self, added: int) -> None:
        """Bring index and log into the form for reading, after letters were added."""
        db = self.connection
        if added * 20 > self.count("letters"):
            _merge_index(db)
        elif added:
            db.execute("INSERT INTO search (search, rank) VALUES ('merge', 500)")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def matching(self, query: Query, facets: Collection[tuple[str, ...]]) -> Matching | None:
        """The condition of a search; None where nothing is asked for.

        Args:
            query: words.
            facets: words of the column ``tags``, of each tuple one at least.
        """
        expression = query.expression(*facets)
        return Matching("search MATCH ?", (expression,)) if expression else None

    def snippet(self, query: Query, dated: int, words: int, marks: tuple[str, str]) -> str | None:
        """A piece of a letter with the words of a query between ``marks``."""
        row = self.connection.execute(
            "SELECT snippet(search, -1, ?, ?, ' … ', ?) FROM search "
            "WHERE search MATCH ? AND rowid = ?",
            (*marks, words, query.expression(), dated),
        ).fetchone()
        return str(row[0]) if row else None

    def index_agrees(self, quick: bool) -> bool:
        """Whether the full-text index is sound and, unless ``quick``, holds the letters' words."""
        try:
            self.connection.execute(
                "INSERT INTO search (search, rank) VALUES ('integrity-check', ?)", (int(not quick),)
            )
        except sqlite3.DatabaseError:
            return False
        return True

    def listed(self, numbers: Sequence[int]) -> str:
        """Numbers as the value of :data:`LISTED`."""
        return json.dumps(numbers)

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    def meta(self, name: str) -> str | None:
        """A value of the ``meta`` table."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def count(self, table: str) -> int:
        """The number of rows of a table of the schema."""
        return int(self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def determination(self, letter: int) -> Determination:
        """The determination of a letter, by its number.

        Raises:
            InputError: there is no such letter, or its bytes are damaged.
        """
        return self.letter(letter)[0]

    def names(self, kind: str) -> dict[int, str]:
        """The values of a kind of facet by number, see the table ``names``."""
        return dict(
            self.connection.execute("SELECT name, value FROM names WHERE kind = ?", (kind,))
        )

    def letters(self, first: int = 1, last: int = 1 << 62) -> Iterator[tuple[int, Packed]]:
        """Letters by number from ``first`` to ``last``, each with what was read in it.

        A process of a pool opens the archive itself and takes a range of its own.

        Raises:
            ValueError: a letter's bytes are damaged.
        """
        for letter, *packed in self.connection.execute(
            "SELECT letter, determination, reading FROM packed WHERE letter BETWEEN ? AND ? "
            "ORDER BY letter",
            (first, last),
        ):
            yield letter, unpack(*packed)

    def letter(self, letter: int) -> Packed:
        """A letter by its number, with the facts, findings and tags that were read in it.

        Raises:
            InputError: as :meth:`determination`.
        """
        row = self.connection.execute(
            "SELECT determination, reading FROM packed WHERE letter = ?", (letter,)
        ).fetchone()
        if row is None:
            raise InputError(str(self.folder), f"holds no letter {letter}", "search for it")
        try:
            return unpack(*row)
        except ValueError:
            raise InputError(
                str(self.folder), f"letter {letter} is damaged", "run imr archive verify"
            ) from None


def create(folder: Place) -> Archive:
    """Make an empty archive in a folder or on a server, or open the one there, for writing.

    The caller holds the lock, see :func:`openimr.archive.lock.writing`.

    Raises:
        InputError: the folder cannot be written to or holds something else.
    """
    if isinstance(folder, Address):
        from openimr.archive.postgresql import create_on_server

        return create_on_server(folder)
    with explained(folder):
        connection = connect(folder / DATABASE, "write")
        # A run that was killed early may have left a file without tables.
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            connection.execute(f"PRAGMA page_size = {PAGE}")
            settle(connection, "write")
            connection.execute("BEGIN IMMEDIATE")
            _make_tables(connection)
            connection.execute("COMMIT")
        connection.close()
    return open_archive(folder, "write")


def statements() -> Iterator[str]:
    """The statements that make the tables."""
    text = files("openimr.archive").joinpath("schema.sql").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("--"))
    yield from (one.strip() for one in "\n".join(lines).split(";") if one.strip())


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in statements():
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('schema', ?)", (str(SCHEMA),))
    # One segment of the index per batch, merged sixteen at a time: each word is written about
    # log16(batches) times. The hash holds a whole batch, so that nothing is flushed in between.
    for setting, value in (("automerge", 0), ("crisismerge", 16), ("hashsize", 256 << 20)):
        connection.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (setting, value))


def _merge_index(db: Database) -> None:
    """Merge all of the full-text index into one piece, a bounded step at a time."""
    assert isinstance(db, sqlite3.Connection)
    step = -2000
    while True:
        before = db.total_changes
        db.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (step,))
        # Fewer than two changes tell that there was nothing left to merge.
        if db.total_changes - before < 2:
            return
        step = 2000


def open_archive(folder: Place | str, mode: Mode = "read") -> Archive:
    """Open an archive.

    Args:
        folder: where ``imr archive build`` made it: a folder, or ``postgresql://...``.
        mode: ``write`` is for the builder, which holds the lock.

    Raises:
        InputError: there is none, it is damaged, or a newer OpenIMR made it.
    """
    folder = place_of(folder)
    if isinstance(folder, Address):
        from openimr.archive.postgresql import open_server

        return open_server(folder)
    if not (folder / DATABASE).is_file():
        raise InputError(str(folder), "holds no archive", "make one with imr archive build")
    with explained(folder):
        connection = connect(folder / DATABASE, mode)
        archive = Archive(folder, connection)
        schema = _schema(archive)
        if schema is None:
            connection.close()
            raise InputError(
                str(folder / DATABASE), "is no archive of OpenIMR", "name another folder"
            )
    if int(schema) != SCHEMA:
        connection.close()
        raise other_form(folder, int(schema))
    with explained(folder):
        settle(connection, mode)
    return archive


def other_form(place: Path | Address, schema: int) -> InputError:
    """What to say of an archive whose tables are of another form than this version's."""
    return InputError(
        str(place),
        f"has tables of form {schema}, this version of OpenIMR uses form {SCHEMA}",
        "run imr archive rebuild"
        if schema < SCHEMA
        else "use the version of OpenIMR that made it, or a newer one",
    )


def _schema(archive: Archive) -> str | None:
    try:
        return archive.meta("schema")
    except sqlite3.OperationalError:  # no such table
        return None


@contextmanager
def explained(folder: Place) -> Iterator[None]:
    """Turn what SQLite says of a full disk, a damaged file or a lock into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise explanation(folder, error) from None
    except zlib.error:
        raise InputError(
            str(folder), "a packed letter is damaged", "run imr archive verify"
        ) from None


def explanation(folder: Place, error: sqlite3.Error) -> InputError:
    """The sentence for an error of the database."""
    if isinstance(error, ServerError):
        return InputError(str(folder), error.problem, error.remedy)
    code = getattr(error, "sqlite_errorname", "") or ""
    where = f"{folder}/{DATABASE}"
    if code.startswith("SQLITE_FULL") or code in ("SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC"):
        return InputError(
            where,
            "the disk is full; what was stored before is intact",
            "make room and run the same command again, it goes on where it stopped",
        )
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return InputError(
            where, "is damaged", "see what with imr archive verify, mend it with rebuild"
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return InputError(where, "is locked by another program", "try again when it has ended")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return InputError(where, "cannot be written to", "check the folder's permissions")
    if code.startswith("SQLITE_IOERR"):
        return InputError(where, f"the disk failed ({code})", "check the disk, then verify")
    raise error

"""A connection to a PostgreSQL server, for modules that speak to SQLite: the same SQL, the same
errors; and the lock that lets one writer in at a time.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from openimr.archive.place import Address, Answer, ServerError
from openimr.errors import InputError

if TYPE_CHECKING:
    import psycopg

SCHEMA = "openimr_archive"
"""The schema of the database that holds the archive."""
_LOCK = 0x0131_0131
"""The number of the advisory lock that a writer holds."""
_CONNECT = 10
"""Seconds to wait for a server."""

_REFUSED = (
    ("password authentication failed", "refuses the name or the password", "check both"),
    ("no password supplied", "asks for a password", "give it in PGPASSWORD or ~/.pgpass"),
    ("does not exist", "knows no such database or user", "check the address"),
    ("no pg_hba.conf entry", "does not let this machine in", "ask who keeps the server"),
    ("too many", "has no connection left", "try again later"),
)


class Connection:
    """A connection that is used as ``sqlite3.Connection`` is: see :class:`.place.Database`."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        from psycopg.pq import TransactionStatus

        status = self.raw.info.transaction_status
        return status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    def execute(self, sql: str, values: Any = (), /) -> Answer:
        """Run a statement."""
        with _translated():
            return _Answer(self.raw.execute(_translate(sql), values or None))

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Answer:
        """Run a statement for each row, without waiting for each answer."""
        with _translated():
            cursor = self.raw.cursor()
            cursor.executemany(_translate(sql), rows)
            return _Answer(cursor)

    def copy(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into a table the fastest way."""
        statement = f"COPY {table} FROM STDIN".encode()
        with _translated(), self.raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """Close it."""
        self.raw.close()


class _Answer:
    """A cursor's rows."""

    lastrowid = None

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor)


@lru_cache(maxsize=512)
def _translate(sql: str) -> bytes:
    if sql == "BEGIN IMMEDIATE":
        return b"BEGIN"
    return sql.replace("%", "%%").replace("?", "%s").encode()


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the driver as those that the archive's modules know, without the values in them."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise _told(error) from None


def _told(error: psycopg.Error) -> ServerError:
    from psycopg import OperationalError

    state = error.sqlstate or ""
    if state == "53100":
        return ServerError(
            "the server's disk is full; what was stored before is intact",
            "make room and run the same command again, it goes on where it stopped",
        )
    if state == "42501":
        return ServerError("does not allow this user to do so", "ask who keeps the server")
    if state in ("25006", "57P03"):
        return ServerError("takes no writing now", "name the server that does, or try again")
    if state.startswith(("08", "57P")) or (not state and isinstance(error, OperationalError)):
        return ServerError(
            "the connection was lost; what was stored before is intact",
            "run the same command again, it goes on where it stopped",
        )
    if state.startswith("XX"):
        return ServerError("is damaged", "see what with imr archive verify, mend it with rebuild")
    return ServerError(
        f"the server reports error {state or type(error).__name__}", "run imr archive verify"
    )


def connect(address: Address) -> Connection:
    """Connect to a server.

    Raises:
        InputError: it cannot be reached or refuses; the message holds no password.
    """
    try:
        import psycopg
        from psycopg.types.numeric import IntDumper
        from psycopg.types.string import StrDumper
    except ImportError:
        raise InputError(
            str(address), "needs the driver of PostgreSQL", "install openimr[archive]"
        ) from None

    class Number(IntDumper):
        """Truth is stored as 0 and 1, as SQLite has it."""

        def dump(self, obj: Any) -> bytes:
            return b"1" if obj else b"0"

    class Text(StrDumper):
        """A server's text holds no NUL."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", ""))

    try:
        known = psycopg.conninfo.conninfo_to_dict(address.secret)
        known.setdefault("connect_timeout", _CONNECT)
        # Other words would come in the server's own language.
        raw = psycopg.connect(**{**known, "autocommit": True})  # type: ignore[arg-type]
    except psycopg.ProgrammingError:
        raise InputError(
            str(address),
            "is no address of a database",
            "write postgresql://USER@HOST:PORT/DATABASE",
        ) from None
    except psycopg.OperationalError as error:
        said = str(error)
        for words, problem, remedy in _REFUSED:
            if words in said:
                raise InputError(str(address), problem, remedy) from None
        raise InputError(
            str(address), "cannot be reached", "check host, port and network"
        ) from None
    raw.adapters.register_dumper(bool, Number)
    raw.adapters.register_dumper(str, Text)
    with _explained(address):
        connection = Connection(raw)
        connection.execute("SET client_min_messages = error")
        connection.execute(f"SET search_path = {SCHEMA}, pg_catalog")
    return connection


@contextmanager
def writing(address: Address, doing: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the archive's lock while the block runs; the server frees it when its holder ends.

    Args:
        address: of the archive.
        doing: what the holder does, told to whoever finds the lock taken.
        wait: seconds to wait for another writer.

    Raises:
        InputError: another writer holds it, and the message names process, machine and start; or
            the server cannot be reached.
    """
    held = connect(address)
    try:
        with _explained(address):
            # Who holds the lock: 63 bytes, which all users of the server may see.
            name = f"{doing}|{os.getpid()}|{socket.gethostname()}"[:63]
            held.execute("SELECT set_config('application_name', ?, false)", (name,))
            _take(held, address, time.monotonic() + wait)
        yield
    finally:
        held.close()


def _take(held: Connection, address: Address, until: float) -> None:
    while not held.execute("SELECT pg_try_advisory_lock(?)", (_LOCK,)).fetchone()[0]:
        if time.monotonic() >= until:
            raise InputError(
                str(address),
                f"is being written to by {_holder(held)}",
                "wait for it to end, or give --wait SECONDS",
            )
        time.sleep(0.1)


def _holder(held: Connection) -> str:
    row = held.execute(
        "SELECT application_name, to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS') "
        "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted "
        "AND objid = ? AND pg_locks.database = (SELECT oid FROM pg_database "
        "WHERE datname = current_database())",
        (_LOCK,),
    ).fetchone()
    if row is None or str(row[0]).count("|") != 2:
        return "another process"
    doing, process, machine = row[0].split("|")
    return f"process {process} on {machine} ({doing}, since {row[1]})"


@contextmanager
def _explained(address: Address) -> Iterator[None]:
    try:
        yield
    except ServerError as error:
        raise InputError(str(address), error.problem, error.remedy) from None

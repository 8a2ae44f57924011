"""Where an archive is: a folder on this machine, or a database on a PostgreSQL server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_HARMLESS = ("host", "port", "dbname", "user", "sslmode", "target_session_attrs")
"""Parameters of an address that are shown; of others a misspelt one could be a password."""
_SCHEMES = ("postgresql://", "postgres://")


class Address:
    """The address of a database on a server. Shown, it holds no password.

    ``secret`` is the whole address, for the driver alone.
    """

    __slots__ = ("_shown", "secret")

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._shown = _without_password(secret)

    def __str__(self) -> str:
        return self._shown

    __repr__ = __str__


Place = Path | Address
"""Where an archive is."""


def place_of(text: Place | str) -> Place:
    """The place a person names: an address when it begins with ``postgresql://``, else a folder."""
    if isinstance(text, str) and text.startswith(_SCHEMES):
        return Address(text)
    return text if isinstance(text, Address) else Path(text)


def _without_password(address: str) -> str:
    try:
        parts = urlsplit(address)
        queries = parse_qsl(parts.query)
    except ValueError:
        return "postgresql://"
    user, at, host = parts.netloc.rpartition("@")
    kept = [(name, value) for name, value in queries if name in _HARMLESS]
    query = urlencode(kept, quote_via=quote, safe="/")
    return urlunsplit((parts.scheme, user.partition(":")[0] + at + host, parts.path, query, ""))


class Answer(Protocol):
    """Rows that a database answers with."""

    @property
    def lastrowid(self) -> int | None:
        """The number a row was given (SQLite)."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """What the archive's modules ask of a connection; ``sqlite3.Connection`` is one.

    SQL is the part that SQLite and PostgreSQL share, with ``?`` for values. Errors are
    ``sqlite3.Error``.
    """

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def execute(self, sql: str, values: Any = ..., /) -> Answer:
        """Run a statement."""

    def close(self) -> None:
        """Close the connection."""

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Answer:
        """Run a statement for each row of values."""


class Matching(NamedTuple):
    """A condition on rows of the table ``search``, with the values it asks for.

    ``weight`` orders hits, the best first; its values stand before those of the condition.
    """

    where: str
    values: tuple[Any, ...]
    weight: str = "rank"
    weighing: tuple[Any, ...] = ()


class ServerError(sqlite3.DatabaseError):
    """What a server said, as the exception that the archive's modules know."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

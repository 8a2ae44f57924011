"""A connection to the embedded database, as the archive needs it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from openimr.archive.entry import texts
from openimr.archive.packed import unpack, unpack_determination
from openimr.archive.tags import tokens

_CACHE_KB = 192 * 1024
_WAL_PAGES = 8192

_TEXTS = {"request": 0, "rationale": 1, "summary": 2, "guideline": 3}

Mode = Literal["read", "write"]


def connect(path: Path, mode: Mode) -> sqlite3.Connection:
    """Open a database file; for writing it is made where there is none."""
    # Write-ahead logging needs a writable shared-memory file even to read, where there is a log.
    uri = path.resolve().as_uri() + ("?mode=rwc" if mode == "write" else "?mode=rw")
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30)
        connection.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError:
        # A folder that may not be written to, such as a medium shipped to a reader.
        connection = sqlite3.connect(
            path.resolve().as_uri() + "?mode=ro&immutable=1", uri=True, isolation_level=None
        )
    return connection


def settle(connection: sqlite3.Connection, mode: Mode) -> None:
    """Set what a connection needs to write, or to read fast."""
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    if mode == "write":
        connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL: a commit outlives the death of the process; a power cut may take the last
        # commits back, and the next run reads those letters again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        # Debian builds SQLite so that freed pages are overwritten: published letters need not be.
        connection.execute("PRAGMA secure_delete = OFF")
    else:
        connection.execute("PRAGMA query_only = ON")
        # Readers share the system's cache of the file. The writer does not: what is mapped counts
        # as its own memory, which is to stay flat.
        connection.execute(f"PRAGMA mmap_size = {2**31 - 65536}")
    register(connection)


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection the functions that the view ``texts`` calls.

    ``letter_text(determination, column)`` and ``letter_tags(determination, reading)``: the
    full-text index keeps no text of its own, so snippets are cut from the packed letter.
    """
    last: tuple[bytes, tuple[str, str, str, str]] | None = None

    def letter_text(data: bytes, column: str) -> str:
        nonlocal last
        if last is None or last[0] != data:
            last = (data, texts(unpack_determination(data)))
        return last[1][_TEXTS[column]]

    def letter_tags(data: bytes, reading: bytes) -> str:
        return tokens(unpack(data, reading)[1].tags)

    connection.create_function("letter_text", 2, letter_text, deterministic=True)
    connection.create_function("letter_tags", 2, letter_tags, deterministic=True)

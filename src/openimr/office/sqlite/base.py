"""SQLite with a write-ahead log, checked foreign keys, and a queue before its only write lock."""

from __future__ import annotations

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base

_PRAGMAS = (
    "journal_mode=WAL",
    # FULL: an acknowledged action survives a power cut, not only a killed process.
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "mmap_size=268435456",
    "temp_store=MEMORY",
)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions wait for each other in the order in which they came.

    SQLite lets a writer that finds the lock taken sleep and try again, up to a tenth of a second
    at a time, and whoever comes by just then goes first: under load some wait for seconds. Here a
    transaction first takes the lock of a file beside the database, which the kernel hands from one
    to the next and takes back from a process that dies.
    """

    _queue: int | None = None
    """The lock file, where this connection has opened it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the database and set its pragmas."""
        connection = super().get_new_connection(conn_params)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self._wait()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._queue is not None:
                os.close(self._queue)
                self._queue = None

    def _wait(self) -> None:
        if self.is_in_memory_db():
            return
        if self._queue is None:
            name = f"{self.settings_dict['NAME']}-queue"
            self._queue = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._queue, fcntl.LOCK_EX)

    def _leave(self) -> None:
        if self._queue is not None:
            fcntl.flock(self._queue, fcntl.LOCK_UN)

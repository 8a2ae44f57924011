"""One writer at a time: a lock that names its holder and dies with it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from openimr.archive.place import Address, Place
from openimr.errors import InputError

LOCK = "writer.lock"


def writing(folder: Place, doing: str, wait: float = 0.0) -> AbstractContextManager[None]:
    """Hold the archive's lock while the block runs, wherever the archive is.

    Args:
        folder: the archive; a folder is made when it is not there.
        doing: what the holder does, told to whoever finds the lock taken.
        wait: seconds to wait for another writer.

    Raises:
        InputError: another writer holds it, and the message names process, machine and start; or
            the folder cannot be made or written to, the server not be reached.
    """
    if isinstance(folder, Address):
        from openimr.archive import server

        return server.writing(folder, doing, wait)
    return _writing(folder, doing, wait)


@contextmanager
def _writing(folder: Path, doing: str, wait: float) -> Iterator[None]:
    # The operating system frees the lock when its holder ends, however it ends.
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise InputError(
            str(folder), f"cannot be written to ({reason})", "name another folder"
        ) from None
    try:
        _take(handle, folder, time.monotonic() + wait)
        held = {
            "process": os.getpid(),
            "machine": socket.gethostname(),
            "doing": doing,
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        with contextlib.suppress(OSError):  # a full disk has no room for the note; the lock holds
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(held).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _take(handle: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise InputError(
                    str(folder),
                    f"is being written to by {_holder(handle)}",
                    "wait for it to end, or give --wait SECONDS",
                ) from None
            time.sleep(0.1)
        else:
            return


def _holder(handle: int) -> str:
    try:
        held = json.loads(os.pread(handle, 4096, 0))
        return (
            f"process {held['process']} on {held['machine']} ({held['doing']}, since"
            f" {held['since']})"
        )
    except (ValueError, KeyError, TypeError):
        return "another process"

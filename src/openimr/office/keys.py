"""Secrets of an installation: kept in its data folder, for its owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def kept(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """A secret of the folder's ``keys``, made when it is first needed.

    It appears whole: of several processes that make it at once, all read the one that was first.
    """
    file = folder / "keys" / name
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, fresh = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(make())
                out.flush()
                os.fsync(out.fileno())
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            os.unlink(fresh)
    return file.read_bytes()

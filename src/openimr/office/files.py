"""The store of files: content under its SHA-256, readable by the service alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def place(name: str) -> Path:
    """Where content of this hash lies.

    Raises:
        ValueError: the name is no SHA-256.
    """
    if len(name) != 64 or not all(sign in "0123456789abcdef" for sign in name):
        raise ValueError("no content hash")
    folder: Path = settings.DATA / "files" / name[:2]
    return folder / name


def keep(data: bytes) -> str:
    """Store content; the same content twice is one file. Returns its hash."""
    name = hashlib.sha256(data).hexdigest()
    target = place(name)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    return name


def keep_file(path: Path) -> str:
    """Store a finished upload by moving it into the store. Returns its hash."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    name = digest.hexdigest()
    target = place(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(path, target)
    return name

"""Where letters come from: files, folders, patterns, archives, JSON Lines, standard input.

Documents are drawn one at a time; nothing is unpacked to disk. What cannot be drawn is returned
with its reason, and the next one follows.
"""

from __future__ import annotations

import glob
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from openimr.archive.writer import Source
from openimr.documents import walk
from openimr.documents.files import file_error
from openimr.documents.limits import MEGABYTE, size
from openimr.errors import InputError

LARGEST = 64 * MEGABYTE
"""Bytes of one document, on disk or unpacked."""
LONGEST_LINE = 8 * MEGABYTE

_LINES = (".jsonl", ".ndjson", ".json")
_HEAD = 265  # the mark of a tar file stands at byte 257


class Line(msgspec.Struct):
    """What tells a line of a list for a letter: its ``text``, or a determination's two fields."""

    text: str | None = None
    format: str | None = None
    items: msgspec.Raw = msgspec.Raw()

    @property
    def is_letter(self) -> bool:
        """Whether it is one; labels and other lists about letters are not."""
        return bool(self.text) or (self.format is not None and bool(self.items))


_LINE = msgspec.json.Decoder(Line)


def line_of(data: bytes) -> Line | None:
    """A line of a list, or None for what is no JSON object."""
    try:
        return _LINE.decode(data)
    except msgspec.DecodeError:
        return None


class Drawn:
    """One document as it was drawn: its bytes, or the reason why there are none.

    ``through`` counts the bytes of the sources that are behind us, to tell how much is left.
    """

    __slots__ = ("data", "reason", "source", "through")

    def __init__(
        self, name: str, data: bytes | None, kind: str = "document", reason: str = ""
    ) -> None:
        self.data = data
        self.reason = reason
        self.through = 0
        # What has no bytes is told apart by its name.
        told = data if data is not None else b"\0" + name.encode()
        digest = hashlib.sha256(told).digest()
        self.source = Source(name, digest, len(data or b""), kind)


def expand(names: Iterable[str]) -> list[Path]:
    """The files that sources stand for: folders walked, patterns matched; ``-`` is kept.

    Raises:
        InputError: a source does not exist, a pattern matches nothing, a folder is empty.
    """
    found: list[Path] = []
    for name in names:
        if name != "-" and not os.path.exists(name) and any(c in name for c in "*?["):
            matches = sorted(glob.glob(name, recursive=True))
            if not matches:
                raise InputError(name, "the pattern matches nothing", "check it, and quote it")
            found += walk(matches)
        else:
            found += walk([name])
    return found


def total_bytes(paths: Iterable[Path]) -> int:
    """The size of all files together; standard input counts as none."""
    return sum(path.stat().st_size for path in paths if path.exists())


def draw(paths: Iterable[Path]) -> Iterator[Drawn]:
    """The documents of these files, in order."""
    before = 0
    for path in paths:
        length = path.stat().st_size if path.exists() else 0
        for drawn, at in _of_path(path):
            drawn.through = before + min(at, length)
            yield drawn
        before += length


def _of_path(path: Path) -> Iterator[tuple[Drawn, int]]:
    if str(path) == "-":
        yield from _of_stream(sys.stdin.buffer, "standard input")
        return
    name = printable(str(path))
    try:
        if not path.is_file():
            yield Drawn(name, None, reason="is no regular file"), 0
            return
        with path.open("rb") as stream:
            yield from _of_file(stream, path, name)
    except OSError as error:
        yield Drawn(name, None, reason=file_error(name, error).problem), 0


def _of_file(stream: IO[bytes], path: Path, name: str) -> Iterator[tuple[Drawn, int]]:
    from openimr.archive import containers

    head = stream.read(_HEAD)
    stream.seek(0)
    kind = containers.kind_of(head, path)
    if kind == "zip":
        yield from containers.of_zip(stream, name)
    elif kind == "tar":
        yield from containers.of_tar(stream, name)
    elif path.suffix.lower() in _LINES:
        yield from _lines(stream, name)
    else:
        yield _whole(stream, name)


def _of_stream(stream: IO[bytes], name: str) -> Iterator[tuple[Drawn, int]]:
    first = stream.readline(LONGEST_LINE + 1)
    if first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        yield from _lines(stream, name, first)
    else:
        data = first + stream.read(LARGEST + 1 - len(first))
        yield _limited(data, name), 0


def _whole(stream: IO[bytes], name: str) -> tuple[Drawn, int]:
    data = stream.read(LARGEST + 1)
    return _limited(data, name), len(data)


def _limited(data: bytes, name: str) -> Drawn:
    if len(data) > LARGEST:
        return Drawn(name, None, reason=f"is over the limit of {size(LARGEST)}")
    return Drawn(name, data)


def _lines(stream: IO[bytes], name: str, first: bytes = b"") -> Iterator[tuple[Drawn, int]]:
    """One letter a line. A line that is too long is refused, and skipped to its end.

    A list whose first line is no letter is about something else, and refused as a whole.
    """
    at = number = known = 0
    while True:
        line = first or stream.readline(LONGEST_LINE + 1)
        first = b""
        if not line:
            return
        number += 1
        at += len(line)
        place = f"{name}:{number}"
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(MEGABYTE)) and not rest.endswith(b"\n"):
                at += len(rest)
            reason = f"the line is over the limit of {size(LONGEST_LINE)}"
            yield Drawn(place, None, reason=reason), at
        elif line.strip():
            told = None if known else line_of(line)
            if told is not None and not told.is_letter:
                yield Drawn(name, None, reason="is no list of letters"), at
                return
            known = 1
            yield Drawn(place, line.strip(), "json"), at


def printable(name: str) -> str:
    """A name fit for a database and a terminal: bytes that are no text and controls escaped."""
    safe = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in safe)

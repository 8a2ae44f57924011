"""Zip and tar files read member by member, in memory, with a guard against malicious ones.

Nothing is ever written: a member's name is only a name. Members that no honest collection of
letters holds (links, devices, names that lead out, bombs, archives in archives) are refused by
name, and the others are read.
"""

from __future__ import annotations

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Literal, cast

from openimr.archive.sources import LARGEST, Drawn, printable
from openimr.documents.limits import MEGABYTE, size

RATIO = 200
"""How many times its packed size a member, and a whole archive, may unpack to."""
FLOOR = 16 * MEGABYTE
"""Below this much unpacked the ratio does not count: short texts pack very well."""
MOST_MEMBERS = 5_000_000

_TAR_NAMES = (".tar", ".tgz", ".tbz", ".tbz2", ".txz")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_ARCHIVES = (b"PK\x03\x04", *_PACKED, b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def kind_of(head: bytes, path: Path) -> Literal["zip", "tar"] | None:
    """Whether a file is a collection of documents, by its first bytes and its name.

    A DOCX is a zip too, and no collection.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None if path.suffix.lower() == ".docx" or _is_docx(path) else "zip"
    if head[257:262] == b"ustar":
        return "tar"
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    named = bool(suffixes) and (suffixes[-1] in _TAR_NAMES or ".tar" in suffixes)
    return "tar" if named and head.startswith(_PACKED) else None


def _is_docx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return "word/document.xml" in packed.NameToInfo
    except _BROKEN:
        return False


def of_zip(stream: IO[bytes], name: str) -> Iterator[tuple[Drawn, int]]:
    """The documents of a zip file."""
    try:
        packed = zipfile.ZipFile(stream)
    except _BROKEN:
        yield Drawn(name, None, reason="is a damaged zip file"), 0
        return
    with packed:
        unpacked = at = 0
        for number, info in enumerate(packed.infolist()):
            if info.is_dir():
                continue
            place = f"{name}/{printable(info.filename)}"
            at += info.compress_size
            reason = _zip_refusal(info) or _crowd(number)
            unpacked += 0 if reason else info.file_size
            if not reason and unpacked > max(FLOOR, RATIO * max(at, 1)):
                yield Drawn(name, None, reason=_bomb("the archive")), at
                return
            yield (
                (Drawn(place, None, reason=reason) if reason else _zipped(packed, info, place)),
                at,
            )


def _zip_refusal(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        return "is a link or a device, not a document"
    if info.flag_bits & 1:
        return "is encrypted"
    return _refusal(info.filename, info.file_size, info.compress_size)


def _zipped(packed: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> Drawn:
    try:
        with packed.open(info) as member:
            # What the directory says of the size may be a lie: no more than that is unpacked.
            data = member.read(info.file_size + 1)
    except _BROKEN:
        return Drawn(place, None, reason="is damaged in the zip file")
    return _drawn(place, data)


def of_tar(stream: IO[bytes], name: str) -> Iterator[tuple[Drawn, int]]:
    """The documents of a tar file, packed by gzip, bzip2, xz or not at all."""
    counted = _Counted(stream)
    unpacked = 0
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", counted), mode="r|*") as packed:
            for number, info in enumerate(packed):
                # Of a stream, what is refused has to be unpacked too, to come to the next.
                unpacked += info.size
                if unpacked > max(FLOOR, RATIO * counted.at):
                    yield Drawn(name, None, reason=_bomb("the archive")), counted.at
                    return
                if info.isdir():
                    continue
                place = f"{name}/{printable(info.name)}"
                reason = _tar_refusal(info) or _crowd(number)
                if reason:
                    yield Drawn(place, None, reason=reason), counted.at
                    continue
                member = packed.extractfile(info)
                data = member.read(info.size + 1) if member else b""
                yield _drawn(place, data), counted.at
                vars(packed)["members"] = []  # or it would keep a note of every member
    except _BROKEN:
        yield Drawn(name, None, reason="is a damaged tar file from some member on"), counted.at


def _tar_refusal(info: tarfile.TarInfo) -> str:
    if not info.isreg():
        return "is a link or a device, not a document"
    return _refusal(info.name, info.size, None)


def _refusal(name: str, unpacked: int, packed: int | None) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        return "has a name that leads out of the archive"
    if unpacked > LARGEST:
        return f"unpacks to {size(unpacked)}, over the limit of {size(LARGEST)}"
    if packed is not None and unpacked > FLOOR and unpacked > RATIO * max(packed, 1):
        return _bomb("it")
    return ""


def _bomb(what: str) -> str:
    return f"{what} unpacks to more than {RATIO} times its size: refused as a bomb"


def _crowd(number: int) -> str:
    return f"the archive has more than {MOST_MEMBERS} members" if number >= MOST_MEMBERS else ""


def _drawn(place: str, data: bytes) -> Drawn:
    if data.startswith(_ARCHIVES) and b"word/" not in data[:4096]:
        return Drawn(place, None, reason="is an archive in an archive")
    if place.lower().endswith((".jsonl", ".ndjson")):
        return Drawn(place, None, reason="is a list of letters in an archive; give it by itself")
    return Drawn(place, data, "json" if place.lower().endswith(".json") else "document")


class _Counted:
    """A file that counts what is read of it, to compare with what it unpacks to."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.at = 0

    def read(self, count: int = -1) -> bytes:
        data = self._stream.read(count)
        self.at += len(data)
        return data

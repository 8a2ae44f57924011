"""Where letters go: a file each, or one stream."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from openimr.archive.sample.letter import Sampled, text_of, writable
from openimr.letters import write

Format = Literal["text", "tar", "jsonl", "html", "pdf", "docx"]
_A_FOLDER = 10_000
_BLOCK = 512
_END_OF_TAR = bytes(2 * _BLOCK)


@contextmanager
def letters_sink(out: Path, count: int, to: Format) -> Iterator[Callable[[Sampled], None]]:
    """A function that writes a letter.

    Args:
        out: the folder of the sample.
        count: how many letters there will be: many are put in folders of ten thousand.
        to: the form of the letters.
    """
    if to == "jsonl":
        encode = msgspec.json.Encoder().encode
        with (out / "letters.jsonl").open("wb") as stream:
            yield lambda one: _write_line(stream.write, encode(one.determination))
    elif to == "tar":
        with (out / "letters.tar").open("wb") as stream:
            yield lambda one: _write_member(stream.write, one)
            stream.write(_END_OF_TAR)
    else:
        yield _Folder(out / "letters", count > _A_FOLDER, to)


def _write_line(put: Callable[[bytes], object], line: bytes) -> None:
    put(line + b"\n")


def _write_member(put: Callable[[bytes], object], one: Sampled) -> None:
    """A member of a tar file, of no time and no owner, so that equal letters are equal bytes."""
    data = text_of(one.determination).encode()
    member = tarfile.TarInfo(f"letters/{one.determination.case_number}.txt")
    member.size = len(data)
    put(member.tobuf(tarfile.USTAR_FORMAT))
    put(data)
    put(bytes(-len(data) % _BLOCK))


class _Folder:
    def __init__(self, folder: Path, split: bool, to: Format) -> None:
        self.folder, self.split, self.to = folder, split, to
        self.made: set[Path] = set()

    def __call__(self, one: Sampled) -> None:
        folder = self.folder / f"{one.number // _A_FOLDER:04}" if self.split else self.folder
        if folder not in self.made:
            folder.mkdir(parents=True, exist_ok=True)
            self.made.add(folder)
        held = one.determination
        if self.to == "text":
            data, ending = text_of(held).encode(), "txt"
        else:
            data, ending = write(writable(held), self.to), self.to  # type: ignore[arg-type]
        (folder / f"{held.case_number}.{ending}").write_bytes(data)

"""Samples to files: letters one by one, or one stream, beside their truth and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Literal, NamedTuple

import msgspec

from openimr.archive.sample.case import AGREEMENT
from openimr.archive.sample.letter import Sampled, sampled
from openimr.errors import InputError
from openimr.letters import printed, write

Format = Literal["text", "jsonl", "html", "pdf", "docx"]
FORMATS: tuple[Format, ...] = ("text", "jsonl", "html", "pdf", "docx")
ENDINGS = {"text": "txt", "html": "html", "pdf": "pdf", "docx": "docx"}
STREAMS = ("truth.jsonl", "labels.jsonl", "departures.jsonl")
_A_FOLDER = 10_000


class Tally(NamedTuple):
    """What was written."""

    letters: int = 0
    items: int = 0
    overturned: int = 0
    departures: int = 0

    def plus(self, one: Sampled) -> Tally:
        """The tally with one more letter."""
        items = one.determination.items
        return Tally(
            self.letters + 1,
            self.items + len(items),
            self.overturned + sum(item.decision == "Overturned" for item in items),
            self.departures + len(one.departures),
        )


def sample(
    count: int, seed: int = 0, *, first: int = 0, agreement: float = AGREEMENT
) -> Iterator[Sampled]:
    """Invented determinations, one after the other.

    Args:
        count: how many.
        seed: the series; the same seed gives the same letters.
        first: the number of the first letter. Letter ``k`` does not depend on ``count``, so that
            several processes may each make a range of one series.
        agreement: the share of items in which the physician decides as the criteria do.

    Raises:
        InputError: a number is out of its range.
    """
    _check(count, first, agreement)
    return (sampled(number, seed, agreement) for number in range(first, first + count))


def _check(count: int, first: int, agreement: float) -> None:
    if count < 0 or first < 0:
        raise InputError("sample", "a number of letters is negative", "give 0 or more")
    if not 0.5 <= agreement <= 1:
        problem = f"an agreement of {agreement} is no share from 0.5 to 1"
        raise InputError("sample", problem, "give 0.88, say")


def write_samples(
    out: Path,
    count: int,
    seed: int = 0,
    *,
    first: int = 0,
    agreement: float = AGREEMENT,
    to: Format = "text",
    progress: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Write letters to a folder, with ``truth.jsonl``, ``labels.jsonl`` and ``departures.jsonl``.

    Args:
        out: the folder, made where it does not exist.
        count: how many letters.
        seed: the series.
        first: the number of the first letter.
        agreement: as in :func:`sample`.
        to: the form of the letters; ``jsonl`` is one stream, ``letters.jsonl``, with an object
            {"name", "text"} for each letter.
        progress: called with the name of each letter before it is written.

    Returns:
        How much was written.

    Raises:
        InputError: the folder cannot be written to, or a number is out of its range.
    """
    tally = Tally()
    encode = msgspec.json.Encoder().encode
    letters = sample(count, seed, first=first, agreement=agreement)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as open_files:
            truth, labels, departures = (
                open_files.enter_context((out / name).open("wb")) for name in STREAMS
            )
            sink = _Sink(out, count, to, open_files)
            for one in letters:
                name = f"{one.determination.case_number}.{ENDINGS.get(to, 'txt')}"
                progress(name)
                sink.put(one, name)
                truth.write(encode(one.determination) + b"\n")
                labels.write(encode(one.label) + b"\n")
                for departure in one.departures:
                    departures.write(encode(departure) + b"\n")
                tally = tally.plus(one)
    except OSError as error:
        problem = f"cannot be written to ({error.strerror})"
        raise InputError(str(out), problem, "choose another folder with --out") from None
    return tally


class _Sink:
    """Where letters go: a file each, in folders of at most ten thousand, or one stream."""

    def __init__(self, out: Path, count: int, to: Format, open_files: ExitStack) -> None:
        self.out, self.to = out, to
        self.split = count > _A_FOLDER
        self.made: set[Path] = set()
        self.stream: IO[bytes] | None = None
        if to == "jsonl":
            self.stream = open_files.enter_context((out / "letters.jsonl").open("wb"))

    def put(self, one: Sampled, name: str) -> None:
        if self.stream is not None:
            text = printed(one.determination).decode()
            self.stream.write(msgspec.json.encode({"name": name, "text": text}) + b"\n")
            return
        folder = self.out
        if self.split:
            folder = folder / f"{one.number // _A_FOLDER:04}"
            if folder not in self.made:
                folder.mkdir(exist_ok=True)
                self.made.add(folder)
        data = (
            printed(one.determination)
            if self.to == "text"
            else write(
                one.determination,
                self.to,  # type: ignore[arg-type]
            )
        )
        (folder / name).write_bytes(data)

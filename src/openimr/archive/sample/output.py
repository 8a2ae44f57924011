"""Samples to files: letters one by one, or one stream, beside their truth and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from openimr.archive.sample.case import AGREEMENT
from openimr.archive.sample.letter import Sampled, sampled
from openimr.archive.sample.sinks import Format, letters_sink
from openimr.errors import InputError

STREAMS = ("truth.jsonl", "labels.jsonl", "departures.jsonl")
"""What stands beside the letters. Without letters of their own, determinations are the truth."""


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
        to: the form of the letters. ``text``, ``html``, ``pdf`` and ``docx`` give a file each, in
            ``letters/``; ``tar`` gives the texts in one stream, ``letters.tar``; ``jsonl`` the
            determinations as data, ``letters.jsonl``.
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
            sink = open_files.enter_context(letters_sink(out, count, to))
            for one in letters:
                progress(one.determination.case_number or "")
                sink(one)
                truth.write(encode(one.determination) + b"\n")
                labels.write(encode(one.label) + b"\n")
                for departure in one.departures:
                    departures.write(encode(departure) + b"\n")
                tally = tally.plus(one)
    except OSError as error:
        problem = f"cannot be written to ({error.strerror})"
        raise InputError(str(out), problem, "choose another folder with --out") from None
    return tally

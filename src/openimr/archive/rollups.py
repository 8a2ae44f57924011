"""A month's counts, made once and stored beside its columns, so that statistics only add them up.

Derived as the columns are, and made with them: see :func:`openimr.archive.columns.refresh`. An
archive, or a month, without them gives the same figures, only later.
"""

from __future__ import annotations

import zlib
from array import array

import msgspec

from openimr.archive import tally as counting
from openimr.archive.columns import Columns, months, stale_months
from openimr.archive.place import Database

NAME = "rollup"
"""The row of the table ``columns`` that holds them."""
FORM = 1

BY = tuple(name for name in counting.DIMENSIONS if name not in ("month", "year"))
SAMPLE = 16
"""Of the sums of sentences one in so many is kept, chosen by the sum itself: all letters that share
a kept sentence keep it, so shares are estimated without bias."""


class Rollup(msgspec.Struct, array_like=True):
    """The counts of a month.

    ``singles``: by dimension, rows of value and five numbers. ``odds``: rows of treatment,
    criterion, decision and items. ``days``: rows of days and letters, by
    :data:`~openimr.archive.tally.DAYS_FROM`, and the same for expedited reviews alone.
    ``sentences``: three arrays of 32-bit numbers, packed: letter, treatment, sum.
    """

    form: int
    month: int
    letters: int
    singles: dict[str, list[tuple[int, int, int, int, int, int]]]
    odds: list[tuple[int, int, int, int]]
    days: dict[str, list[tuple[int, int]]]
    expedited: dict[str, list[tuple[int, int]]]
    sentences: tuple[bytes, bytes, bytes]


_DECODER = msgspec.msgpack.Decoder(Rollup)


def make(db: Database, month: int, columns: Columns) -> bytes:
    """The counts of a month, packed for the table ``columns``."""
    return zlib.compress(msgspec.msgpack.encode(_make(db, month, columns)), 1)


def load_all(db: Database) -> list[Rollup]:
    """The counts of all months, in order of time."""
    from openimr.archive.columns import make as make_columns

    stored = dict(db.execute("SELECT month, data FROM columns WHERE name = ?", (NAME,)))
    stale = set(stale_months(db))
    found = []
    for month in months(db):
        if month in stored and month not in stale:
            rollup = _DECODER.decode(zlib.decompress(stored[month]))
            if rollup.form == FORM:
                found.append(rollup)
                continue
        found.append(_make(db, month, make_columns(db, month)))
    return found


def chapters(db: Database) -> dict[int, int]:
    """Of each guideline's number, the first with the same body and chapter."""
    first: dict[tuple[str, str], int] = {}
    return {
        number: first.setdefault((body, chapter), number)
        for number, body, chapter in db.execute(
            "SELECT guideline, body, chapter FROM guidelines ORDER BY guideline"
        )
    }


def _make(db: Database, month: int, columns: Columns) -> Rollup:
    same = chapters(db)
    counted = counting.days(columns)
    return Rollup(
        form=FORM,
        month=month,
        letters=len(columns["letter"]),
        singles={
            name: [
                (key[0], *five)
                for key, five in sorted(counting.tally(columns, month, (name,), same).items())
            ]
            for name in BY
        },
        odds=sorted((*key, count) for key, count in counting.at_odds(columns).items()),
        days={name: sorted(some.items()) for name, some in counted.items()},
        expedited={
            name: sorted(some.items()) for name, some in counting.days(_expedited(columns)).items()
        },
        sentences=_sentences(db, columns),
    )


def _expedited(columns: Columns) -> Columns:
    chosen = [place for place, value in enumerate(columns["priority"]) if value == 1]
    return {
        name: array("i", map(columns[name].__getitem__, chosen))
        for name in ("decided", *counting.DAYS_FROM)
    }


def _sentences(db: Database, columns: Columns) -> tuple[bytes, bytes, bytes]:
    letters, treatments, sums = array("I"), array("I"), array("I")
    dated = columns["dated"]
    span = (dated[0], dated[-1]) if dated else (0, -1)
    for letter, treatment, packed in db.execute(
        "SELECT letters.letter, treatment, sentences FROM letters CROSS JOIN items "
        "WHERE items.letter = letters.letter AND dated >= ? AND dated <= ? "
        "ORDER BY dated, position",
        span,
    ):
        if packed:
            for one in array("I", packed):
                if one % SAMPLE == 0:
                    letters.append(letter)
                    treatments.append(treatment)
                    sums.append(one)
    return letters.tobytes(), treatments.tobytes(), sums.tobytes()

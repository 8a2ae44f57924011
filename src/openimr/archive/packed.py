"""A letter packed: its words, and what was read in them, in two short strings of bytes.

Everything else that the archive holds of a letter can be made again from the first. The second is
deflated against the first, whose words it quotes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import msgspec

from openimr.archive.packing import decode_facts, encode_facts
from openimr.model import Determination, Fact
from openimr.reviews.proposals import Proposal

STATUS = ("met", "not_met", "not_documented")
EFFECT = ("supports", "defeats", "gap", "waived", "neutral", "not_asked")
"""Findings are stored as numbers of these."""
_STATUS = {name: number for number, name in enumerate(STATUS)}
_EFFECT = {name: number for number, name in enumerate(EFFECT)}

# Of the cost of deflating so little, most is making its tables: small ones take half the time.
_LEVEL, _WINDOW, _MEMORY = 1, 14, 7

Tested = tuple[str, str, str]
"""A criterion tested: its id, its status, its effect on the proposal."""


class Reading(msgspec.Struct, array_like=True, frozen=True):
    """What was read in a letter: facts (as :mod:`.packing` stores them), findings, tags."""

    facts: bytes
    findings: tuple[tuple[tuple[str, int, int], ...], ...]
    tags: tuple[str, ...]

    def as_facts(self) -> list[Fact]:
        """The facts of the case side."""
        return decode_facts(self.facts)

    def as_findings(self) -> list[list[Tested]]:
        """Of each item the criteria that were tested."""
        return [[(c, STATUS[s], EFFECT[e]) for c, s, e in item] for item in self.findings]


_DETERMINATION = msgspec.msgpack.Decoder(Determination)
_READING = msgspec.msgpack.Decoder(Reading)
_ENCODER = msgspec.msgpack.Encoder()


def pack(
    determination: Determination,
    facts: Iterable[Fact],
    proposals: Iterable[Proposal],
    tags: Sequence[str],
) -> tuple[bytes, bytes]:
    """A letter and its reading as the table ``packed`` stores them."""
    words = _ENCODER.encode(determination)
    findings = tuple(
        tuple((name, _STATUS[status], _EFFECT[effect]) for name, status, effect in one.outcomes())
        for one in proposals
    )
    read = _ENCODER.encode(Reading(encode_facts(facts), findings, tuple(tags)))
    return _deflate(words), _deflate(read, words)


def unpack_determination(data: bytes) -> Determination:
    """The determination that :func:`pack` packed.

    Raises:
        ValueError: the bytes are damaged.
    """
    return unpack(data)[0]


def unpack(determination: bytes, reading: bytes | None = None) -> tuple[Determination, Reading]:
    """What :func:`pack` packed. Without ``reading`` an empty one is returned.

    Raises:
        ValueError: the bytes are damaged.
    """
    try:
        words = zlib.decompress(determination)
        letter = _DETERMINATION.decode(words)
        if reading is None:
            return letter, Reading(b"", (), ())
        inflate = zlib.decompressobj(zdict=words)
        return letter, _READING.decode(inflate.decompress(reading) + inflate.flush())
    except (zlib.error, msgspec.DecodeError) as error:
        raise ValueError("the packed letter is damaged") from error


def _deflate(data: bytes, like: bytes = b"") -> bytes:
    if like:
        deflate = zlib.compressobj(
            _LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, like
        )
    else:
        deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY)
    return deflate.compress(data) + deflate.flush()

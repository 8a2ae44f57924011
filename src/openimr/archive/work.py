"""A worker's share: bytes of documents in, entries out. Nothing here knows the database."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

import openimr
from openimr.archive.batches import uncollected
from openimr.archive.entry import make_entry
from openimr.archive.packed import unpack_determination
from openimr.archive.sources import line_of
from openimr.archive.writer import Kept, Refused, Source
from openimr.documents import parse_determination
from openimr.errors import OpenIMRError
from openimr.letters import read_text
from openimr.model import Determination
from openimr.reviews.run import shipped_library

LARGEST_ITEMS = 500
"""Items of one letter above which it is no letter of ours; the most seen is below 40."""


class Task(msgspec.Struct, array_like=True, frozen=True):
    """One document to read: where it is from, and its bytes."""

    source: Source
    data: bytes


_TASKS = msgspec.msgpack.Decoder(list[Task])
_DONE = msgspec.msgpack.Decoder(list[Kept | Refused])


def read_batch(batch: bytes) -> bytes:
    """Read, understand and review a batch of documents.

    Args:
        batch: from :func:`encode_tasks`.

    Returns:
        For :func:`decode_done`: for each document, in order, what it became or why it was refused.
    """
    with uncollected():
        return msgspec.msgpack.encode([_one(task) for task in _TASKS.decode(batch)])


def encode_tasks(tasks: list[Task]) -> bytes:
    """Tasks as bytes for a worker."""
    return msgspec.msgpack.encode(tasks)


def decode_tasks(batch: bytes) -> list[Task]:
    """The tasks of a batch."""
    return _TASKS.decode(batch)


def decode_done(done: bytes) -> list[Kept | Refused]:
    """What a worker returned."""
    return _DONE.decode(done)


def _one(task: Task) -> Kept | Refused:
    source = task.source
    try:
        determination = _READERS[source.format](task.data, source.name)
        if len(determination.items) > LARGEST_ITEMS:
            return Refused(source, f"has {len(determination.items)} disputed items")
        return Kept(source, make_entry(determination, shipped_library()))
    except OpenIMRError as error:
        problem = getattr(error, "problem", None)
        return Refused(source, str(problem or error))
    except Exception as error:
        # The reason is a kind only: the message of an unforeseen error may quote the letter.
        return Refused(source, f"could not be read: internal error ({type(error).__name__})")


def _from_json(data: bytes, source: str) -> Determination:
    line = line_of(data)
    if line is not None and line.text:
        return read_text(line.text, source)
    return parse_determination(data, source)


_READERS: dict[str, Callable[[bytes, str], Determination]] = {
    "document": openimr.read_bytes,
    "json": _from_json,
    "packed": lambda data, _: unpack_determination(data),
}

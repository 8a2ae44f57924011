"""Facets as words of the full-text index, so that a search narrows while it reads the index.

A tag is ``kind=value`` (``treatment=mri_knee``). What belongs to one disputed item is also tagged
together with that item's decision (``treatment=mri_knee&decision=overturned``): in a letter with
several items, two separate tags may come from two items, a joined one never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

ITEM_KINDS = (
    "treatment",
    "category",
    "drug",
    "class",
    "region",
    "body",
    "chapter",
    "section",
    "criterion",
    "proposed",
)
"""Kinds that belong to one disputed item; each is also tagged joined with the decision."""

LETTER_KINDS = (
    "decision",
    "specialty",
    "priority",
    "year",
    "variant",
    "fact",
)
"""Kinds that belong to the letter. ``decision`` holds of any of its items. ``fact`` is the fact's
name, for a denied one ``name:negated``, for a hedged one ``name:hedged``, for a plan
``name:planned``."""

_LONGEST = 60
_FILLER = "\u02d0"  # a letter to the tokenizer, a suffix to no stemmer, and in no text we know of
_OUT = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=65536)
def tag(kind: str, value: str, decision: str | None = None) -> str:
    """The tag of a value, joined with an item's decision where that is given.

    Args:
        kind: of :data:`ITEM_KINDS` or :data:`LETTER_KINDS`.
        value: as the archive's ``names`` hold it; letter case and punctuation do not matter.
        decision: ``Upheld`` or ``Overturned``; only for kinds that belong to an item.
    """
    plain = f"{kind}={slug(value)}"
    return plain if decision is None else f"{plain}&decision={decision.lower()}"


@lru_cache(maxsize=65536)
def slug(value: str) -> str:
    """A value in lower-case letters, digits and ``_``; long ones are cut, with a sum."""
    folded = _OUT.sub("_", value.lower()).strip("_")
    if len(folded) <= _LONGEST - 20:
        return folded
    return f"{folded[: _LONGEST - 28]}_{crc32(folded.encode()):08x}"


@lru_cache(maxsize=262144)
def token(of: str) -> str:
    """The word of the full-text index that stands for a tag.

    Use it as ``tags : token`` in a MATCH expression; it needs no quotes and is never stemmed.
    """
    return _OUT.sub(_FILLER, of) + _FILLER


def tokens(tags: Iterable[str]) -> str:
    """The text of the ``tags`` column for these tags."""
    return " ".join(token(one) for one in tags)

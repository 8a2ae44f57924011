"""What one letter becomes in the archive: rows ready to be written, whatever the database.

Workers make entries, the writer stores them; an entry holds no database number, only names.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from zlib import crc32

import msgspec

from openimr import citations, drugs
from openimr.archive.content import content_key, sentence_sums
from openimr.archive.facets import letter_tags
from openimr.archive.packed import pack
from openimr.archive.tags import tokens
from openimr.guidelines.library import Library
from openimr.letters import case_side
from openimr.model import Citation, Determination, DeterminedItem
from openimr.reviews.proposals import Proposal, propose
from openimr.reviews.run import read_facts

_ENCODER = msgspec.msgpack.Encoder()

EPOCH = date(1970, 1, 1).toordinal()
"""Days are counted from here, so that SQL's ``date(day * 86400, 'unixepoch')`` shows them."""

BY = ("utilization_review", "reviewer")
"""Who cites a guideline, as a number."""


class CitationRow(msgspec.Struct, array_like=True, frozen=True):
    """One guideline cited for an item; what the letter does not print is empty or 0."""

    by: int
    body: str
    chapter: str
    year: int
    section: str
    pages: str


class ItemRow(msgspec.Struct, array_like=True, frozen=True):
    """One disputed item: what it is for, what was decided and what the criteria say.

    ``chance`` is the probability of an overturn in thousandths; ``sentences`` the sums of the
    rationale's sentences, see :func:`openimr.archive.content.sentence_sums`.
    """

    treatment: str
    category: str | None
    drug: str | None
    drug_class: str | None
    region: str | None
    side: str | None
    phase: str | None
    quantity: float | None
    unit: str | None
    parent: int | None
    overturned: bool
    proposed: bool | None
    chance: int | None
    sentences: bytes
    decisive: tuple[str, ...]
    citations: tuple[CitationRow, ...]


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """One letter, ready to be stored. Dates are days since 1970-01-01.

    ``tags`` is the text of the index's column of that name; ``checksum`` a sum over all that is
    stored of the letter in rows, to tell damage by.
    """

    key: bytes
    case_number: str | None
    variant: str
    injured: int | None
    denied: int | None
    applied: int | None
    assigned: int | None
    decided: int | None
    priority: str | None
    specialties: tuple[str, ...]
    licences: tuple[str, ...]
    items: tuple[ItemRow, ...]
    tags: str
    checksum: int
    determination: bytes
    reading: bytes
    texts: tuple[str, str, str, str]


def make_entry(determination: Determination, library: Library) -> Entry:
    """Read the facts of a letter's case side, review it blind, and lay the outcome out as rows.

    Args:
        determination: as it was read.
        library: the guideline library to review with.
    """
    case = case_side(determination)
    facts = read_facts(case)
    proposals = propose(case, facts, library).values()
    items = tuple(
        _item(determined, proposal, library)
        for determined, proposal in zip(determination.items, proposals, strict=True)
    )
    d = determination
    tags = letter_tags(d, items, facts)
    packed, reading = pack(d, facts, proposals, tags)
    days = (
        _day(d.date_of_injury),
        _day(d.ur_denial_date),
        _day(d.application_received),
        _day(d.date_assigned),
        _day(d.decision_date),
    )
    specialties = tuple(dict.fromkeys(d.reviewer.certification))
    licences = tuple(dict.fromkeys(d.reviewer.licensure))
    head = (content_key(d), d.case_number, d.format, days, d.priority, specialties, licences, items)
    return Entry(
        head[0],
        d.case_number,
        d.format,
        *days,
        d.priority,
        specialties,
        licences,
        items,
        tokens(tags),
        checksum(*head, reading),
        packed,
        reading,
        texts(d),
    )


def texts(determination: Determination) -> tuple[str, str, str, str]:
    """What is searched of a letter: requests, rationales, summary, guideline lines."""
    items = determination.items
    lines = (line for i in items for line in (i.ur_guideline, i.imr_guideline) if line)
    # The same rationale is often given for several items of a letter: one is enough to find it.
    reasons = dict.fromkeys(i.rationale for i in items if i.rationale)
    return (
        "\n".join(i.request for i in items),
        "\n".join(reasons),
        determination.summary or "",
        "\n".join(dict.fromkeys(lines)),
    )


def _day(day: date | None) -> int | None:
    return None if day is None else day.toordinal() - EPOCH


def _item(determined: DeterminedItem, proposal: Proposal, library: Library) -> ItemRow:
    request = proposal.request
    guideline = library.get(request.treatment)
    classes = drugs.classify(determined.request).classes if request.drug else ()
    confidence = proposal.confidence
    overturns = None if proposal.decision is None else proposal.decision == "Overturned"
    chance = None
    if confidence is not None:
        chance = round(1000 * (confidence if overturns else 1 - confidence))
    return ItemRow(
        treatment=request.treatment,
        category=guideline.category if guideline else None,
        drug=request.drug,
        drug_class=classes[0] if classes else None,
        region=request.region,
        side=request.side,
        phase=request.phase,
        quantity=request.quantity,
        unit=request.unit,
        parent=proposal.parent,
        overturned=determined.decision == "Overturned",
        proposed=overturns,
        chance=chance,
        sentences=sentence_sums(determined.rationale or ""),
        decisive=proposal.decisive,
        citations=(
            *_citations(0, determined.ur_guideline),
            *_citations(1, determined.imr_guideline),
        ),
    )


@lru_cache(maxsize=8192)
def _citations(by: int, line: str | None) -> tuple[CitationRow, ...]:
    """The guidelines a line cites. The same few lines stand in most letters."""
    found = citations.find(line) if line else []
    return tuple(dict.fromkeys(_citation(by, one) for one in found))


def _citation(by: int, one: Citation) -> CitationRow:
    pages = ",".join(map(str, one.pages))
    return CitationRow(by, one.body, one.chapter or "", one.year or 0, one.section or "", pages)


def checksum(*parts: object) -> int:
    """The sum over a letter's rows: key, case number, variant, days, priority, specialties,
    licences, items, and the packed reading, in this order.
    """
    return crc32(_ENCODER.encode(parts))

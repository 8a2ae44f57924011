"""What one letter becomes in the archive: rows ready to be written, whatever the database.

Workers make entries, the writer stores them; an entry holds no database number, only names.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from zlib import crc32

import msgspec

from openimr import citations, drugs
from openimr.archive import tags
from openimr.archive.content import content_key, sentence_sums
from openimr.archive.packing import encode_facts
from openimr.guidelines.library import Library
from openimr.letters import case_side
from openimr.model import Citation, Determination, DeterminedItem, Fact, ItemReview
from openimr.reviews.run import read_facts, review_facts

EPOCH = date(1970, 1, 1).toordinal()
"""Days are counted from here, so that SQL's ``date(day * 86400, 'unixepoch')`` shows them."""

STATUS = ("met", "not_met", "not_documented")
EFFECT = ("supports", "defeats", "gap", "waived", "neutral")
"""Findings are stored as numbers of these."""

BY = ("utilization_review", "reviewer")
"""Who cites a guideline, as a number."""

_LEVEL = 1  # a level more takes half as long again and saves a twentieth of the bytes


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
    """One letter, ready to be stored. Dates are days since 1970-01-01."""

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
    tags: tuple[str, ...]
    determination: bytes
    facts: bytes
    findings: bytes
    texts: tuple[str, str, str, str]


def make_entry(determination: Determination, library: Library) -> Entry:
    """Read the facts of a letter's case side, review it blind, and lay the outcome out as rows.

    Args:
        determination: as it was read.
        library: the guideline library to review with.
    """
    case = case_side(determination)
    facts = read_facts(case)
    reviewed = review_facts(case, facts, library, prose=False)
    items = tuple(
        _item(determined, proposed, library)
        for determined, proposed in zip(determination.items, reviewed.items, strict=True)
    )
    d = determination
    specialties = tuple(dict.fromkeys(d.reviewer.certification))
    return Entry(
        key=content_key(d),
        case_number=d.case_number,
        variant=d.format,
        injured=_day(d.date_of_injury),
        denied=_day(d.ur_denial_date),
        applied=_day(d.application_received),
        assigned=_day(d.date_assigned),
        decided=_day(d.decision_date),
        priority=d.priority,
        specialties=specialties,
        licences=tuple(dict.fromkeys(d.reviewer.licensure)),
        items=items,
        tags=_tags(d, items, facts),
        determination=pack_determination(d),
        facts=zlib.compress(encode_facts(facts), _LEVEL),
        findings=_findings(reviewed.items),
        texts=texts(d),
    )


def pack_determination(determination: Determination) -> bytes:
    """A determination as stored: MessagePack, deflated."""
    return zlib.compress(msgspec.msgpack.encode(determination), _LEVEL)


def unpack_determination(data: bytes) -> Determination:
    """The determination that :func:`pack_determination` packed.

    Raises:
        ValueError: the bytes are damaged.
    """
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=Determination)
    except (zlib.error, msgspec.DecodeError) as error:
        raise ValueError("the packed letter is damaged") from error


def unpack_findings(data: bytes) -> list[list[tuple[str, str, str]]]:
    """Of each item the criteria tested: id, status, effect."""
    stored = msgspec.msgpack.decode(zlib.decompress(data), type=list[list[tuple[str, int, int]]])
    return [[(c, STATUS[status], EFFECT[effect]) for c, status, effect in one] for one in stored]


def pack_tags(of: Iterable[str]) -> bytes:
    """Tags as stored."""
    return zlib.compress(" ".join(of).encode(), _LEVEL)


def unpack_tags(data: bytes) -> list[str]:
    """The tags that :func:`pack_tags` packed."""
    return zlib.decompress(data).decode().split(" ")


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


def _item(determined: DeterminedItem, proposed: ItemReview, library: Library) -> ItemRow:
    guideline = library.get(proposed.treatment)
    classes = drugs.classify(determined.request).classes if proposed.drug else ()
    decision, confidence = proposed.proposed_decision, proposed.confidence
    overturns = None if decision is None else decision == "Overturned"
    chance = None
    if confidence is not None:
        chance = round(1000 * (confidence if overturns else 1 - confidence))
    return ItemRow(
        treatment=proposed.treatment,
        category=guideline.category if guideline else None,
        drug=proposed.drug,
        drug_class=classes[0] if classes else None,
        region=proposed.region,
        side=proposed.side,
        phase=proposed.phase,
        quantity=proposed.quantity,
        unit=proposed.unit,
        parent=proposed.parent,
        overturned=determined.decision == "Overturned",
        proposed=overturns,
        chance=chance,
        sentences=sentence_sums(determined.rationale or ""),
        decisive=proposed.decisive,
        citations=(
            *_citations(0, determined.ur_guideline),
            *_citations(1, determined.imr_guideline),
        ),
    )


def _citations(by: int, line: str | None) -> Iterable[CitationRow]:
    found = citations.find(line) if line else []
    return dict.fromkeys(_citation(by, one) for one in found)


def _citation(by: int, one: Citation) -> CitationRow:
    pages = ",".join(map(str, one.pages))
    return CitationRow(by, one.body, one.chapter or "", one.year or 0, one.section or "", pages)


def _findings(items: Sequence[ItemReview]) -> bytes:
    stored = [
        [(f.criterion, STATUS.index(f.status), EFFECT.index(f.effect)) for f in item.findings]
        for item in items
    ]
    return zlib.compress(msgspec.msgpack.encode(stored), _LEVEL)


def _tags(
    determination: Determination, items: Sequence[ItemRow], facts: Iterable[Fact]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for item in items:
        decision = "Overturned" if item.overturned else "Upheld"
        found[tags.tag("decision", decision)] = None
        for kind, value in _item_facets(item):
            found[tags.tag(kind, value)] = None
            found[tags.tag(kind, value, decision)] = None
    for kind, value in _letter_facets(determination):
        found[tags.tag(kind, value)] = None
    for fact in facts:
        says = fact.fact if fact.polarity == "present" else f"{fact.fact}:{fact.polarity}"
        found[tags.tag("fact", says)] = None
    return tuple(found)


def _item_facets(item: ItemRow) -> Iterable[tuple[str, str]]:
    for kind, value in (
        ("treatment", item.treatment),
        ("category", item.category),
        ("drug", item.drug),
        ("class", item.drug_class),
        ("region", item.region),
    ):
        if value:
            yield kind, value
    if item.proposed is not None:
        yield "proposed", "overturned" if item.proposed else "upheld"
    for criterion in item.decisive:
        yield "criterion", criterion
    for cited in item.citations:
        if BY[cited.by] == "reviewer":
            yield "body", cited.body
            if cited.chapter:
                yield "chapter", f"{cited.body} {cited.chapter}"
            if cited.section:
                yield "section", cited.section


def _letter_facets(determination: Determination) -> Iterable[tuple[str, str]]:
    for specialty in determination.reviewer.certification:
        yield "specialty", specialty
    if determination.priority:
        yield "priority", determination.priority
    if determination.decision_date:
        yield "year", str(determination.decision_date.year)
    yield "variant", determination.format


def rows_checksum(entry: Entry) -> int:
    """A sum over everything that is stored of a letter in rows, to tell damage by."""
    return crc32(
        msgspec.msgpack.encode(
            (
                entry.key,
                entry.case_number,
                entry.variant,
                (entry.injured, entry.denied, entry.applied, entry.assigned, entry.decided),
                entry.priority,
                entry.specialties,
                entry.licences,
                entry.items,
            )
        ),
        crc32(entry.facts, crc32(entry.findings)),
    )

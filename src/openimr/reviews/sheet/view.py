"""The one view model of the review sheet, which every format prints.

:mod:`openimr.reviews.sheet.build` fills it. All its words are already fit to be shown
(:func:`openimr.reviews.sheet.words.plain`) but not escaped: each format escapes in its own way.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from openimr.model import Decision, Polarity
from openimr.reviews.sheet.words import Tone


class View(msgspec.Struct, frozen=True):
    """Base of the view: immutable, and turned into JSON-able data by msgspec."""


class Pair(View, frozen=True):
    """A label and its value."""

    label: str
    value: str


class Link(View, frozen=True):
    """Words that lead to the element with the id `to`."""

    label: str
    to: str


class Quote(View, frozen=True):
    """Words of the record under a finding; `number` is None where they were not found there."""

    id: str
    number: int | None
    text: str
    document: str
    page: int | None
    polarity: Polarity
    read_as: str


class Looked(View, frozen=True):
    """What was looked for, and where."""

    facts: str
    terms: str
    documents: str


class Criterion(View, frozen=True):
    """One row of the criteria table."""

    id: str
    code: str
    kind: str
    says: str
    status: str
    tone: Tone
    effect: str
    group: str
    source: str
    certainty: str
    trace: str
    decisive: bool
    quotes: tuple[Quote, ...]
    looked: Looked | None


class Step(View, frozen=True):
    """A criterion named in what decides, what would change, or what it hangs on."""

    code: str
    says: str
    status: str
    to: str


class Item(View, frozen=True):
    """One disputed item."""

    number: int
    id: str
    request: str
    proposal: str
    decision: Decision | None
    probability: str
    share: float | None
    attested: Decision | None
    attested_rationale: str
    asked: tuple[Pair, ...]
    about: tuple[Pair, ...]
    guidelines: tuple[str, ...]
    steps: tuple[Pair, ...]
    depends: Link | None
    criteria: tuple[Criterion, ...]
    tally: tuple[Pair, ...]
    decisive: tuple[Step, ...]
    rationale: tuple[str, ...]
    turns: Literal["would_change", "hangs_on", "none"]
    would_change: tuple[tuple[Step, ...], ...]
    hangs_on: tuple[Step, ...]
    notes: tuple[str, ...]


class Mark(View, frozen=True):
    """A numbered piece of evidence in the record, with its sentence and who cites it."""

    number: int
    record: int
    start: int
    end: int
    begin: int
    stop: int
    document: str
    page: int | None
    polarity: Polarity
    before: str
    quote: str
    after: str
    cited: tuple[Link, ...]


class FactRow(View, frozen=True):
    """One fact found in a record; `to` is the id of its place there, empty where not found."""

    to: str
    fact: str
    value: str
    polarity: Polarity
    speaker: str
    about: str
    time: str
    page: int | None
    quote: str
    start: int
    end: int


class Record(View, frozen=True):
    """One document of the case file."""

    id: str
    name: str
    kind: str
    day: str
    text: str | None
    page_starts: tuple[int, ...]
    marks: tuple[Mark, ...]
    facts: tuple[FactRow, ...]


class Signature(View, frozen=True):
    """The attestation as the sheet shows it. The sheet is internal: the name may stand here."""

    name: str
    states: str
    certification: str
    day: str
    statement: str


class Sheet(View, frozen=True):
    """The review sheet of one case."""

    title: str
    case_number: str
    draft: bool
    banner: str
    signature: Signature | None
    dates: tuple[Pair, ...]
    items: tuple[Item, ...]
    records: tuple[Record, ...]
    marks: tuple[Mark, ...]
    warnings: tuple[str, ...]
    engine: str

"""What a guideline file holds: one treatment, its names, editions, criteria and examples.

The structs are the shape of the YAML files; ``schema.json`` is generated from them.
"""

from __future__ import annotations

import itertools
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from openimr.guidelines.conditions import Condition, compiled
from openimr.model import Citation, Decision, Kind, Phase, Region, Status

Category = Literal[
    "injection",
    "imaging",
    "test",
    "drug",
    "therapy",
    "program",
    "consultation",
    "equipment",
    "surgery",
    "device",
    "other",
]
Certainty = Literal["S", "S2", "GK-H", "GK-M", "GK-L"]
"""S: seen in a source. S2: seen restated in determinations. GK: general knowledge of high,
medium or low confidence, to be checked against the official text by a person."""

Step = Literal["MTUS", "ACOEM", "ODG", "other", "studies"]
STEPS: tuple[Step, ...] = ("MTUS", "ACOEM", "ODG", "other", "studies")
"""The medical evidence search sequence, 8 CCR 9792.21.1(d): a later step speaks only where the
earlier ones are silent."""

Name = Annotated[str, Meta(pattern=r"\S")]
Identifier = Annotated[str, Meta(pattern=r"^(other:)?[a-z][a-z0-9_]*$")]
CriterionId = Annotated[str, Meta(pattern=r"^C[1-9][0-9]*$")]
TreatmentId = Annotated[str, Meta(pattern=r"^(other:)?[a-z][a-z0-9_]*$")]
"""``other:`` marks treatments beyond the catalogue."""

CriterionRef = Annotated[str, Meta(pattern=r"^(other:)?[a-z][a-z0-9_]*\.C[1-9][0-9]*$")]
EditionId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Plain = bool | int | float | str | list[str] | None


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything a guideline file holds: immutable, unknown keys refused."""


class Words(Part, frozen=True, kw_only=True):
    """A name by its words in any order: all of these, at least one of those, none of others."""

    all: tuple[Name, ...] = ()
    any: tuple[Name, ...] = ()
    none: tuple[Name, ...] = ()


class Code(Part, frozen=True, kw_only=True):
    """A billing code that requests carry."""

    system: str
    code: str
    certainty: Certainty = "GK-M"


class Reference(Part, frozen=True, kw_only=True):
    """The passage an edition rests on."""

    body: str
    chapter: str | None = None
    year: int | None = None
    section: str | None = None
    pages: tuple[int, ...] = ()

    def citation(self) -> Citation:
        """The reference as the typed citation that letters print."""
        return Citation(
            body=self.body,
            chapter=self.chapter,
            year=self.year,
            section=self.section,
            pages=self.pages,
        )


class InForce(Part, frozen=True, kw_only=True, rename={"start": "from", "end": "to"}):
    """The decision dates an edition governs, both days included; open where not given."""

    start: date | None = None
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Whether a decision of this day falls under the edition."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


class Edition(Part, frozen=True, kw_only=True):
    """One text in force for a time, and where it stands in the search sequence.

    ``regions`` keeps a text to requests for these body regions, ``when`` to cases for which a
    condition holds (an acute injury, say); empty means any.
    """

    id: EditionId
    citation: Reference
    in_force: InForce = InForce()
    step: Step = "MTUS"
    style_2013: str | None = None
    regions: tuple[Region, ...] = ()
    when: Name | None = None

    @property
    def applies_when(self) -> Condition | None:
        """The compiled condition under which the text speaks."""
        return None if self.when is None else compiled(self.when)


class Source(Part, frozen=True, kw_only=True):
    """Where a criterion was read, and how sure that reading is."""

    cite: str
    certainty: Certainty


class WrittenCriterion(Part, frozen=True, kw_only=True):
    """A criterion as a file writes it: what ``same_as`` supplies may be missing.

    ``shared`` keeps the name of the criterion it is the same as in findings, so that one test
    that several treatments have in common goes by one name.
    """

    id: CriterionId
    kind: Kind | None = None
    says: Name | None = None
    condition: Name | None = None
    same_as: CriterionRef | None = None
    shared: bool = False
    group: str | None = None
    stands_in_for: CriterionId | None = None
    phases: tuple[Phase, ...] = ()
    weight: Literal["core", "supporting"] | None = None
    when: Name | None = None
    permits: tuple[CriterionId, ...] = ()
    lifted_by: Name | None = None
    editions: tuple[EditionId, ...] = ()
    gap: str | None = None
    source: Source | None = None


class Criterion(Part, frozen=True, kw_only=True):
    """One criterion, complete.

    ``key`` is its id in findings, ``mri_knee.C2``, or that of the criterion it shares. ``phases``
    and ``editions`` empty mean all.
    """

    id: str
    key: str
    kind: Kind
    says: str
    condition: str
    source: Source
    same_as: str | None = None
    group: str | None = None
    stands_in_for: str | None = None
    phases: tuple[Phase, ...] = ()
    weight: Literal["core", "supporting"] = "core"
    when: str | None = None
    permits: tuple[str, ...] = ()
    lifted_by: str | None = None
    editions: tuple[str, ...] = ()
    gap: str | None = None

    @property
    def test(self) -> Condition:
        """The compiled condition."""
        return compiled(self.condition)

    @property
    def applies_when(self) -> Condition | None:
        """The compiled condition under which the criterion applies at all."""
        return None if self.when is None else compiled(self.when)

    @property
    def waiver(self) -> Condition | None:
        """The compiled condition that lifts a failure of this criterion."""
        return None if self.lifted_by is None else compiled(self.lifted_by)

    def applies(self, phase: Phase | None, edition: str | None = None) -> bool:
        """Whether the criterion belongs to a request of this phase under this edition.

        A phase that could not be told (None) leaves every phase's criteria in.
        """
        in_phase = phase is None or not self.phases or phase in self.phases
        return in_phase and (edition is None or not self.editions or edition in self.editions)


class Expectation(Part, frozen=True, kw_only=True):
    """What an example must come to."""

    decision: Decision | None = None
    findings: dict[CriterionId, Status] = field(default_factory=dict)


class Example(Part, frozen=True, kw_only=True):
    """A worked example, run as a test.

    ``text`` is an invented clinical summary that goes through the whole review; ``facts`` are
    given to the criteria directly, with keys ``fact`` or ``fact@binding``.
    """

    name: str
    expect: Expectation
    request: str | None = None
    decided: date | None = None
    text: str | None = None
    facts: dict[str, Plain] | None = None
    phase: Phase | None = None


class _Common(Part, frozen=True, kw_only=True):
    treatment: TreatmentId
    title: str
    family: Identifier
    category: Category
    editions: tuple[Edition, ...]
    region: Region | None = None
    names: tuple[Name | Words, ...] = ()
    drug_classes: tuple[Identifier, ...] = ()
    codes: tuple[Code, ...] = ()
    parent: bool = False
    depends_on: tuple[Identifier, ...] = ()
    first_use: Identifier | None = None
    examples: tuple[Example, ...] = ()


class WrittenGuideline(_Common, frozen=True, kw_only=True):
    """A guideline file as it is written."""

    criteria: tuple[WrittenCriterion, ...]


class Guideline(_Common, frozen=True, kw_only=True):
    """A treatment with its criteria complete; ``path`` is the file it was read from."""

    criteria: tuple[Criterion, ...]
    path: str

    def criterion(self, name: str) -> Criterion | None:
        """The criterion with this id (``C2``) or key (``mri_knee.C2``), if there is one."""
        return next((c for c in self.criteria if name in (c.id, c.key)), None)

    def criteria_for(self, phase: Phase | None, edition: str | None = None) -> list[Criterion]:
        """The criteria of a request of this phase under this edition, in the file's order."""
        return [c for c in self.criteria if c.applies(phase, edition)]

    def chain(self, day: date | None = None, region: Region | None = None) -> tuple[Edition, ...]:
        """The editions a decision of this day goes through, in search-sequence order.

        Editions of one step that are in force together stay together, in the file's order (the
        2016 chronic pain text and an ACOEM chapter of 2004). Without a date, those without end.
        A text kept to certain regions speaks only for a request that names one of them.
        """
        held = [
            edition
            for edition in self.editions
            if (edition.in_force.end is None if day is None else edition.in_force.covers(day))
            and (not edition.regions or region in edition.regions)
        ]
        if not held:  # a request of no region, where each text speaks for one: the main text
            in_force = (e for e in self.editions if day is None or e.in_force.covers(day))
            held = list(itertools.islice(in_force, 1))
        return tuple(sorted(held, key=lambda edition: STEPS.index(edition.step)))

"""Live checks of what a reviewer writes against the file, the findings and the law.

Pure functions over plain values: nothing here knows of the database or of a page. A check that
*blocks* must be mended before signing; any other must be acknowledged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openimr.citations import chapter_of, edition_in_force
from openimr.citations import find as find_citations
from openimr.model import Evidence, Fact, Finding, ItemReview, Status
from openimr.office.claims import Claim, claims_of, stated_facts
from openimr.reviews.findings import as_evidence

INCOMPLETE = ("no_decision", "no_rationale", "no_guideline")
"""Checks that only say what is not written yet."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to mend or to acknowledge.

    ``item`` counts from 1, None for the whole case; ``where`` names the field; ``quote`` are the
    reviewer's words; ``evidence`` is what the file says of it.
    """

    code: str
    says: str
    where: str
    item: int | None = None
    blocks: bool = False
    quote: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def key(self) -> str:
        """A short name by which it is acknowledged; it changes with what it says."""
        words = f"{self.code}|{self.item}|{self.says}|{self.quote}"
        return hashlib.blake2s(words.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Written:
    """What a reviewer wrote on one item, and what the draft says of it.

    ``verdicts`` is the status that the reviewer holds right, by criterion, where he or she said
    so. ``parent`` is the number (from 1) of the item on which this one depends.
    """

    number: int
    decision: str
    guideline: str
    rationale: str
    draft: ItemReview | None = None
    verdicts: Mapping[str, Status] | None = None
    parent: int | None = None

    @property
    def request(self) -> str:
        """The words of the disputed item."""
        return self.draft.request if self.draft else ""

    def held(self, finding: Finding) -> tuple[Status, bool]:
        """The status of a finding as it stands, and whether that is the reviewer's own verdict."""
        own = (self.verdicts or {}).get(finding.criterion)
        return (own, True) if own else (finding.status, False)


@dataclass(frozen=True, slots=True)
class File:
    """What the checks know of the case.

    ``facts`` are those of the record by name; ``names`` are the people of the case with whose
    they are (``reviewer``, ``employee`` ...); ``day`` is the one whose guidelines govern.
    """

    day: date
    facts: Mapping[str, Sequence[Fact]]
    names: Sequence[tuple[str, str]] = ()
    kinds: frozenset[str] = frozenset()


def check_case(written: Sequence[Written], file: File) -> list[Check]:
    """All checks of a determination, those of the whole case first, then item by item."""
    found = list(_whole(file))
    for one in written:
        found += check_item(one, file, written)
    return found


def check_item(one: Written, file: File, others: Sequence[Written] = ()) -> list[Check]:
    """The checks of one item; ``others`` are all items, for those that depend on each other."""
    found = [
        *_complete(one),
        *_citations(one, file),
        *_against_findings(one),
        *_against_record(one, file),
        *_overlooked(one),
        *_decision(one),
        *_dependent(one, others),
        *_people(one, file),
    ]
    return list({check.key: check for check in found}.values())


SUMMARY = "Clinical case summary"


def check_summary(text: str, file: File, *, drafted: bool = False) -> list[Check]:
    """The checks of the clinical case summary.

    Args:
        text: as it stands.
        file: what is known of the case.
        drafted: whether it stands word for word as the machine made it.
    """
    if not text.strip():
        says = "The clinical case summary is empty; every determination describes the condition."
        return [Check("no_summary", says, SUMMARY, blocks=True)]
    found = [*_named_in(text, SUMMARY, None, file)]
    if drafted:
        says = "This is the machine's text, unchanged; read it against the record before you sign."
        found.append(Check("summary_as_drafted", says, SUMMARY))
    return found


def _whole(file: File) -> Iterator[Check]:
    if not file.kinds - {"utilization_review"}:
        yield Check(
            "ur_alone",
            "The file holds nothing but the utilization review decision; a determination may never "
            "rest on that alone (8 CCR 9792.10.6(b)(2)). Ask for the records.",
            "Records",
            blocks=True,
        )


def _complete(one: Written) -> Iterator[Check]:
    if one.decision not in ("Upheld", "Overturned"):
        yield Check("no_decision", "No decision is made.", "Decision", one.number, blocks=True)
    if not one.rationale.strip():
        yield Check("no_rationale", "No rationale is given.", "Rationale", one.number, blocks=True)
    if not one.guideline.strip():
        yield Check("no_guideline", "No guideline or evidence is named.", "Guideline", one.number)


def _citations(one: Written, file: File) -> Iterator[Check]:
    """Each citation must be readable and name the edition in force (8 CCR 9792.20 ff.)."""
    cited = find_citations(one.guideline)
    if one.guideline.strip() and not cited:
        yield Check(
            "citation_unreadable",
            "No citation can be read here; write it as the draft does: body, chapter, year, "
            "section.",
            "Guideline",
            one.number,
            quote=one.guideline.strip()[:120],
        )
    for field, citations in (
        ("Guideline", cited),
        ("Rationale", find_citations(one.rationale)),
    ):
        for citation in citations:
            chapter = chapter_of(citation)
            if chapter is None or not chapter.editions:
                continue
            edition = edition_in_force(citation, file.day)
            name = f"{citation.body} {chapter.name}"
            if edition is None:
                says = f"No edition of {name} was in force on {file.day:%-d %B %Y}."
            elif citation.year is not None and citation.year != edition.year:
                says = (
                    f"On {file.day:%-d %B %Y} the {edition.year} edition of {name} was in force, "
                    f"not that of {citation.year}."
                )
            else:
                continue
            yield Check(
                "citation_not_in_force", says, field, one.number, quote=citation.quote or ""
            )


_SAID: Mapping[str, str] = {
    "met": "met",
    "not_met": "not met",
    "not_documented": "not documented",
}


def _against_findings(one: Written) -> Iterator[Check]:
    """Sentences that say of a criterion what its finding, or the own verdict on it, does not."""
    if one.draft is None:
        return
    for claim in claims_of(one.rationale, one.draft.findings, one.request):
        held, own = one.held(claim.finding)
        if _agrees(claim, held):
            continue
        whose = "your own verdict" if own else "the finding"
        evidence = claim.finding.evidence if claim.status == "not_documented" else ()
        yield Check(
            "contradicts_verdict" if own else "contradicts_finding",
            f"The rationale says {_SAID[claim.status]}, {whose} says {_SAID[held]}: "
            f"{claim.finding.says}",
            "Rationale",
            one.number,
            quote=claim.quote,
            evidence=evidence,
        )


def _agrees(claim: Claim, held: Status) -> bool:
    if claim.status == "met":
        return held == "met"
    # Reviewers write "not met" of what is not documented, and the other way round, as one.
    return held != "met"


def _against_record(one: Written, file: File) -> Iterator[Check]:
    """What the rationale states of the patient, against what the record states."""
    named = _facts_of(one.draft)
    for stated, quote, is_silent in stated_facts(
        one.rationale, one.draft.findings if one.draft else ()
    ):
        told = [f for f in file.facts.get(stated.fact, ()) if _same_thing(stated, f, one.draft)]
        for_it = [f for f in told if f.polarity == "present" and f.value is not False]
        against = [f for f in told if f.polarity == "negated" or f.value is False]
        if is_silent or stated.polarity == "negated":
            if for_it and not (against and not is_silent):
                yield Check(
                    "file_holds_evidence",
                    "The rationale says that this is missing; the file holds it.",
                    "Rationale",
                    one.number,
                    quote=quote,
                    evidence=tuple(map(as_evidence, for_it[:3])),
                )
        elif against and not for_it:
            yield Check(
                "file_says_otherwise",
                "The rationale states this of the patient; the file says otherwise.",
                "Rationale",
                one.number,
                quote=quote,
                evidence=tuple(map(as_evidence, against[:3])),
            )
        elif not told and stated.fact in named:
            yield Check(
                "not_in_file",
                "The rationale states this of the patient; nothing of it was found in the file.",
                "Rationale",
                one.number,
                quote=quote,
            )


def _same_thing(stated: Fact, told: Fact, draft: ItemReview | None) -> bool:
    """Whether two facts of one name are about the same part, side and treatment."""
    if told.speaker in ("utilization_review", "request"):
        return False
    region = stated.region or (draft.region if draft else None)
    if told.region and region and told.region != region:
        return False
    sides = {stated.side, told.side} - {None, "bilateral"}
    if len(sides) == 2:
        return False
    if stated.about and told.about and stated.about != told.about:
        return False
    if isinstance(stated.value, str) and isinstance(told.value, str):
        return stated.value == told.value
    return True


def _overlooked(one: Written) -> Iterator[Check]:
    """Criteria the reviewer holds not documented, though the file holds evidence of them."""
    for finding in one.draft.findings if one.draft else ():
        held, own = one.held(finding)
        if not own or held != "not_documented":
            continue
        if finding.status != "not_documented" and finding.evidence:
            yield Check(
                "documented_after_all",
                f"You hold this not documented; the file says: {finding.says}",
                "Findings",
                one.number,
                evidence=finding.evidence[:3],
            )


def _fails(finding: Finding, status: Status) -> bool:
    """Whether a criterion in this state speaks against the request."""
    if finding.kind in ("requirement", "documentation"):
        return status != "met"
    if finding.kind == "contraindication":
        return status == "met"
    return finding.kind == "limit" and status == "not_met"


def _decision(one: Written) -> Iterator[Check]:
    """A decision that the reviewer's own verdicts speak against."""
    if one.draft is None or not one.verdicts:
        return
    asked = [f for f in one.draft.findings if f.effect != "not_asked"]
    own = [(f, one.verdicts[f.criterion]) for f in asked if f.criterion in one.verdicts]
    if one.decision == "Overturned":
        for finding, status in own:
            # What was a mere gap in the draft does not defeat a request.
            weighs = finding.effect == "defeats" or (
                finding.effect == "supports" and status != finding.status
            )
            if weighs and _fails(finding, status):
                yield Check(
                    "decision_against_verdicts",
                    f"You overturn, and hold {_SAID[status]}: {finding.says}",
                    "Decision",
                    one.number,
                )
    elif (
        one.decision == "Upheld"
        and asked
        and len(own) == len(asked)
        and not any(_fails(finding, status) for finding, status in own)
    ):
        yield Check(
            "decision_against_verdicts",
            "You uphold the denial, and by your own verdicts every criterion is satisfied.",
            "Decision",
            one.number,
        )


def _dependent(one: Written, others: Sequence[Written]) -> Iterator[Check]:
    parent = next((other for other in others if other.number == one.parent), None)
    if parent is None or not parent.decision or not one.decision:
        return
    if parent.decision != one.decision:
        yield Check(
            "dependent_item",
            f"Item {one.number} depends on item {parent.number}, which you decide otherwise "
            f"({parent.decision}).",
            "Decision",
            one.number,
        )


_TITLED = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Miss|Doctor|Prof)\.?\s+[A-Z][a-z’'-]+(?:\s+[A-Z][a-z’'-]+)?"
)
_ROLE_WORDS = frozenset(
    ("reviewer", "physician", "doctor", "manager", "treater", "worker", "patient", "employee")
)
_WHOSE = {"reviewer": "a reviewer", "employee": "the employee"}
ORGANIZATIONS = frozenset(
    ("employer", "claims_administrator", "employee_attorney", "claims_attorney")
)
"""Parties whose name counts in full only: its last word is often a common one."""


def _people(one: Written, file: File) -> Iterator[Check]:
    """A determination names nobody; a reviewer's name never leaves the organization."""
    for field, text in (("Rationale", one.rationale), ("Guideline", one.guideline)):
        yield from _named_in(text, field, one.number, file)


def _named_in(text: str, field: str, item: int | None, file: File) -> Iterator[Check]:
    told: set[str] = set()
    for name, whose in file.names:
        match = _named(name, text, in_full=whose in ORGANIZATIONS)
        if match is None:
            continue
        told.add(match)
        role = whose.replace("_", " ")
        article = "an" if role[0] in "aeiou" else "a"
        yield Check(
            "names_person",
            f"This names {_WHOSE.get(whose, f'{article} {role}')}; a determination names nobody.",
            field,
            item,
            # The law keeps the reviewer confidential (Labor Code 4610.6(f)).
            blocks=whose == "reviewer" and " " in match,
            quote=match,
        )
    if field == "Guideline":
        return
    for titled in _TITLED.findall(text):
        if not any(name in titled or titled in name for name in told):
            yield Check(
                "names_person",
                "This seems to name a person; a determination names nobody.",
                field,
                item,
                quote=titled,
            )


def _named(name: str, text: str, *, in_full: bool = False) -> str | None:
    """The words of a text that are this name: in full, or (of a person) the last name alone."""
    if in_full:
        found = re.search(rf"\b{re.escape(name)}(?!\w)", text, re.IGNORECASE) if name else None
        return found[0] if found else None
    words = re.sub(r"\([^)]*\)|,.*|\b(?:Dr|Mr|Mrs|Ms|M\.?D|D\.?O)\b\.?", " ", name).split()
    if not words:
        return None
    full = " ".join(words)
    if len(words) > 1 and re.search(rf"\b{re.escape(full)}\b", text, re.IGNORECASE):
        return full
    last = words[-1]
    if len(last) < 3 or last.lower() in _ROLE_WORDS:
        return None
    return last if re.search(rf"\b{re.escape(last)}\b", text) else None


def _facts_of(draft: ItemReview | None) -> frozenset[str]:
    """Names of the facts that an item's criteria ask for."""
    names: set[str] = set()
    for finding in draft.findings if draft else ():
        names |= {part.partition(":")[0].strip() for part in (finding.trace or "").split(";")}
        names |= set(finding.searched.facts if finding.searched else ())
    return frozenset(names)

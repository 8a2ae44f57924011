"""Live checks of what a reviewer writes against the file, the findings and the law.

Pure functions over plain values: nothing here knows of the database or of a page. A check that
*blocks* must be mended before signing; any other must be acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openimr.citations import chapter_of, edition_in_force
from openimr.citations import find as find_citations
from openimr.model import Finding, Status
from openimr.office.checks_people import named_in, people
from openimr.office.checks_record import SAID, against_findings, against_record, overlooked
from openimr.office.written import Check, File, Written

INCOMPLETE = ("no_decision", "no_rationale", "no_guideline")
"""Checks that only say what is not written yet."""


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
        *against_findings(one),
        *against_record(one, file),
        *overlooked(one),
        *_decision(one),
        *_dependent(one, others),
        *people(one, file),
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
    found = [*named_in(text, SUMMARY, None, file)]
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
                    f"You overturn, and hold {SAID[status]}: {finding.says}",
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

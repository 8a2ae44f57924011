"""Checks of a rationale against the findings, the reviewer's own verdicts and the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openimr.model import Fact, ItemReview, Status
from openimr.office.claims import Claim, claims_of, stated_facts
from openimr.office.written import Check, File, Written
from openimr.reviews.findings import as_evidence

SAID: Mapping[str, str] = {
    "met": "met",
    "not_met": "not met",
    "not_documented": "not documented",
}
"""A status in words."""


def against_findings(one: Written) -> Iterator[Check]:
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
            f"The rationale says {SAID[claim.status]}, {whose} says {SAID[held]}: "
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


def against_record(one: Written, file: File) -> Iterator[Check]:
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


def overlooked(one: Written) -> Iterator[Check]:
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


def _facts_of(draft: ItemReview | None) -> frozenset[str]:
    """Names of the facts that an item's criteria ask for."""
    names: set[str] = set()
    for finding in draft.findings if draft else ():
        names |= {part.partition(":")[0].strip() for part in (finding.trace or "").split(";")}
        names |= set(finding.searched.facts if finding.searched else ())
    return frozenset(names)

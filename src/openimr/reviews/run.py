"""The road of a review: case file → facts → findings → proposal → draft."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openimr._version import __version__
from openimr.evidence import find_facts
from openimr.guidelines.guideline import Edition
from openimr.guidelines.library import Library
from openimr.model import Case, Engine, Fact, Finding, ItemReview, Review, SearchStep
from openimr.reviews import changes, decide, rationale
from openimr.reviews.bearing import Bearing
from openimr.reviews.focus import parts_named
from openimr.reviews.proposals import Proposal, Tests, propose, shipped_library

__all__ = ["read_facts", "review", "review_facts", "search_sequence", "shipped_library"]


def read_facts(case: Case) -> tuple[Fact, ...]:
    """All facts of all documents of a case, in the order of the record."""
    found: list[Fact] = []
    for document in case.documents:
        if document.text:
            found += find_facts(
                document.text,
                document=document.name,
                kind=document.kind,
                date=document.date,
                page_starts=document.page_starts,
            )
            found += parts_named(document)
    return tuple(found)


def review(case: Case, library: Library | None = None) -> Review:
    """Review every disputed item of a case against the guidelines in force.

    Args:
        case: the case file, documents loaded as text. Nothing but the case side is used.
        library: the guideline library; the shipped one by default.

    Returns:
        A draft: facts, findings and a proposed decision for each item. Never a decision.
    """
    return review_facts(case, read_facts(case), library)


def review_facts(case: Case, facts: Sequence[Fact], library: Library | None = None) -> Review:
    """Review a case whose facts were read before, such as one of an archive.

    :func:`openimr.reviews.proposals.propose` gives the proposals alone, and is sooner done.

    Args:
        case: the case file. Of its documents the names are used, and the texts, from which the
            rationale quotes.
        facts: the facts of all its documents, as :func:`read_facts` gives them.
        library: the guideline library; the shipped one by default.

    Returns:
        A draft, as :func:`review` gives it.
    """
    library = library or shipped_library()
    return Review(
        case_number=case.case_number,
        items=tuple(_written(case, one) for one in propose(case, facts, library).values()),
        facts=tuple(facts),
        engine=Engine(version=__version__, library=library.version),
    )


def _written(case: Case, proposal: Proposal) -> ItemReview:
    """A proposal in words."""
    tests, decision = proposal.tests, proposal.decision
    if tests is None:
        treatment = proposal.request.treatment
        return _nothing_proposed(
            proposal,
            f"The library holds no guideline for this treatment ({treatment}). "
            "Nothing is proposed; the physician reviewer decides on other evidence.",
            "No guideline is held for this treatment.",
        )
    found = [one.finding(tests.effect[one.criterion.id], case) for one in tests.tested]
    if decision is None:
        return _insufficient(proposal, tests, found)
    request, upheld, falls_with = proposal.request, decision == "Upheld", proposal.falls_with
    others = [one.finding("not_asked", case) for one in tests.not_asked()]
    citations = tuple(edition.citation.citation() for edition in tests.editions)
    status = tests.status
    return ItemReview(
        request=request.text,
        treatment=request.treatment,
        drug=request.drug,
        region=request.region,
        side=request.side,
        phase=request.phase,
        quantity=request.quantity,
        unit=request.unit,
        parent=proposal.parent,
        guidelines=citations,
        search_sequence=search_sequence(tests.editions),
        findings=(*found, *others),
        proposed_decision=decision,
        confidence=proposal.confidence,
        decisive=proposal.decisive,
        rationale=rationale.write_rationale(
            request,
            citations,
            tests.criteria,
            found,
            decision,
            {document.name: document.text or "" for document in case.documents},
            parent_request=None if falls_with is None else falls_with.request.text,
        ),
        dependent_on=None if falls_with is None else proposal.parent,
        would_change=changes.would_change(tests.criteria, status, tests.waived) if upheld else (),
        hangs_on=() if upheld else changes.hangs_on(tests.criteria, status, tests.waived),
        notes=(*_doubt(proposal, found), *_notes(tests.bearing, found)),
    )


def search_sequence(editions: Sequence[Edition]) -> tuple[SearchStep, ...]:
    """The medical evidence search sequence as it went for this treatment (8 CCR 9792.21.1).

    Returns:
        The steps in order, ending with the first that applies.
    """
    steps: list[SearchStep] = []
    held = [edition.step for edition in editions]
    for step in ("MTUS", "ACOEM/ODG", "other guidelines", "studies"):
        if step in held or (step == "ACOEM/ODG" and {"ACOEM", "ODG"} & set(held)):
            steps.append(SearchStep(step=step, result="applies"))
            break
        steps.append(SearchStep(step=step, result="does not address this treatment"))
    return tuple(steps)


def _insufficient(proposal: Proposal, tests: Tests, found: Sequence[Finding]) -> ItemReview:
    """An item on a record too thin to propose anything: what is missing is told, no more."""
    item = _nothing_proposed(
        proposal,
        "The record is insufficient: it holds no clinical facts, and nothing is proposed. "
        "The physician reviewer asks for the records or decides on other evidence.",
        "Insufficient: the record holds too little to propose a decision.",
    )
    return msgspec.structs.replace(
        item,
        guidelines=tuple(edition.citation.citation() for edition in tests.editions),
        search_sequence=search_sequence(tests.editions),
        findings=tuple(found),
        would_change=changes.would_change(tests.criteria, tests.status, tests.waived),
    )


def _nothing_proposed(proposal: Proposal, words: str, note: str) -> ItemReview:
    """An item without guidelines, findings or proposal; ``words`` and ``note`` say why."""
    request = proposal.request
    return ItemReview(
        request=request.text,
        treatment=request.treatment,
        drug=request.drug,
        region=request.region,
        side=request.side,
        phase=request.phase,
        quantity=request.quantity,
        unit=request.unit,
        parent=proposal.parent,
        guidelines=(),
        search_sequence=(SearchStep(step="library", result="no guideline is held"),),
        findings=(),
        proposed_decision=None,
        confidence=None,
        decisive=(),
        rationale=words,
        dependent_on=None,
        notes=(note,),
    )


def _doubt(proposal: Proposal, tested: Sequence[Finding]) -> tuple[str, ...]:
    """What to know of a proposal that goes against a failing criterion."""
    failing = [f.criterion for f in tested if f.effect == "defeats"]
    if proposal.decision == "Upheld" or not failing:
        return ()
    return (
        f"Doubtful: {', '.join(failing)} fails on the summary, but a summary leaves things out: "
        f"at a probability of {proposal.chance:.0%} the case is proposed as Overturned "
        f"(cut {decide.model().cut:.0%}).",
    )


def _notes(bearing: Bearing, tested: Sequence[Finding]) -> tuple[str, ...]:
    notes = []
    for name, facts in bearing.contradictions.items():
        kind = bearing.says(name)
        quotes = "; ".join(f"“{' '.join(f.quote.split())}” ({f.document})" for f in facts[:4])
        notes.append(
            f"The record contradicts itself on this: {kind}. {quotes}. The later note, then the "
            "examination, was taken."
        )
    unsure = [
        f.criterion for f in tested if f.effect == "defeats" and f.certainty in ("GK-L", "GK-M")
    ]
    if unsure:
        notes.append(
            "Decided in part on criteria whose wording has not been checked against the official "
            f"text: {', '.join(unsure)}."
        )
    return tuple(notes)

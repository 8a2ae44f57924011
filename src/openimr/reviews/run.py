"""The road of a review: case file → facts → findings → proposal → draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from openimr._version import __version__
from openimr.evidence import find_facts
from openimr.guidelines.conditions import Known
from openimr.guidelines.guideline import Criterion, Edition
from openimr.guidelines.library import Library
from openimr.guidelines.library import load as load_library
from openimr.model import (
    Case,
    Decision,
    Engine,
    Fact,
    Finding,
    ItemReview,
    Review,
    SearchStep,
    Status,
)
from openimr.reviews import changes, decide, findings, rationale
from openimr.reviews.bearing import Bearing, index_facts
from openimr.reviews.focus import PART_NAMED, parts_named
from openimr.reviews.intervals import computed_facts, months_since_injury, reference_date
from openimr.reviews.parents import parents_of
from openimr.reviews.requests import Request, read_requests
from openimr.reviews.unnamed import name_care

_FEWEST_FACTS = 1
"""Clinical facts below which a record is too thin to propose anything on."""
_NOT_CLINICAL = {"age", "sex", "injury_date", "mechanism", "ur_outcome", "ur_reason", PART_NAMED}


@lru_cache(maxsize=1)
def shipped_library() -> Library:
    """The guideline library that ships with OpenIMR, loaded once."""
    return load_library()


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


def review_facts(
    case: Case, facts: Sequence[Fact], library: Library | None = None, *, prose: bool = True
) -> Review:
    """Review a case whose facts were read before, such as one of an archive.

    Args:
        case: the case file. Of its documents only the names are used, and with ``prose`` the
            texts, from which the rationale quotes.
        facts: the facts of all its documents, as :func:`read_facts` gives them.
        library: the guideline library; the shipped one by default.
        prose: False leaves ``rationale``, ``would_change``, ``hangs_on`` and ``notes`` of every
            item empty; all else is the same, and sooner done.

    Returns:
        A draft, as :func:`review` gives it.
    """
    library = library or shipped_library()
    done = _reviewed(case, facts, library, prose=prose)
    return Review(
        case_number=case.case_number,
        items=tuple(done[number] for number in range(len(case.items))),
        facts=tuple(facts),
        engine=Engine(version=__version__, library=library.version),
    )


def review_treatments(
    case: Case, facts: Sequence[Fact], library: Library, treatments: Collection[str]
) -> dict[int, ItemReview]:
    """Review only the items of some treatments, and those that depend on them, without prose.

    What a change to these treatments' criteria can alter is among them; each is as
    :func:`review_facts` gives it.

    Args:
        case: as for :func:`review_facts`.
        facts: likewise.
        library: the guideline library.
        treatments: ids of guidelines.

    Returns:
        The reviews by number of the item.
    """
    return _reviewed(case, facts, library, prose=False, treatments=treatments)


def _reviewed(
    case: Case,
    facts: Sequence[Fact],
    library: Library,
    *,
    prose: bool,
    treatments: Collection[str] | None = None,
) -> dict[int, ItemReview]:
    index = index_facts(facts)
    computed = computed_facts(case, index)
    on = (
        case.decision_date
        or case.date_assigned
        or case.ur_denial_date
        or reference_date(case, facts)
    )
    requests = read_requests(case, facts, library, months_since_injury(computed))
    named = name_care(facts, requests, library)
    if named is not facts:
        facts, index = named, index_facts(named)
        requests = read_requests(case, facts, library, months_since_injury(computed))
    parents = parents_of(requests, library)
    order = _parents_first(parents)
    asked, needed = set(order), set(order)
    if treatments is not None:
        asked = _touched(order, parents, {n for n in order if requests[n].guideline in treatments})
        needed = {above for number in asked for above in _road(number, parents)}
    thin = _clinical_facts(index) < _FEWEST_FACTS
    done: dict[int, ItemReview] = {}
    for number in order:
        if number not in needed:
            continue
        parent = parents[number]
        done[number] = _review_item(
            case,
            requests[number],
            _Context(
                library,
                index,
                computed,
                on or date.today(),
                parent,
                done.get(parent) if parent is not None else None,
                is_thin=thin,
                prose=prose,
            ),
        )
    return {number: item for number, item in done.items() if number in asked}


def _touched(order: Sequence[int], parents: Sequence[int | None], some: set[int]) -> set[int]:
    """Some items, and those that depend on them. Items that depend on each other go together."""
    touched = set(some)
    for number in order:
        if touched & set(_road(number, parents)):
            touched.add(number)
    return touched


def _road(number: int, parents: Sequence[int | None]) -> list[int]:
    """An item and those it depends on, upwards."""
    road: list[int] = []
    here: int | None = number
    while here is not None and here not in road:
        road.append(here)
        here = parents[here]
    return road


def _parents_first(parents: Sequence[int | None]) -> list[int]:
    """Item numbers, each after the item it depends on."""
    order: list[int] = []
    seen: set[int] = set()
    for number in range(len(parents)):
        road = []
        here: int | None = number
        while here is not None and here not in seen:
            seen.add(here)
            road.append(here)
            here = parents[here]
        order += reversed(road)
    return order


class _Context:
    """What the items of one case share."""

    def __init__(
        self,
        library: Library,
        index: Mapping[str, Sequence[Fact]],
        computed: Mapping[str, Known],
        on: date,
        parent: int | None,
        parent_review: ItemReview | None,
        *,
        is_thin: bool,
        prose: bool,
    ) -> None:
        self.library = library
        self.prose = prose
        self.index = index
        self.on = on
        self.parent = parent
        self.parent_review = parent_review
        self.computed = dict(computed)
        self.is_thin = is_thin
        if parent_review is not None and parent_review.proposed_decision is not None:
            supported = parent_review.proposed_decision == "Overturned"
            self.computed["parent_item_supported"] = Known(supported, ())


def _review_item(case: Case, request: Request, context: _Context) -> ItemReview:
    guideline = context.library.get(request.guideline) if request.guideline else None
    if guideline is None:
        return _without_guideline(request, context)
    bearing = Bearing(request, context.index, context.library, context.computed)
    editions = findings.speaking(guideline.chain(context.on, request.region), bearing)
    criteria = findings.applicable(guideline, request.stage, editions, bearing)
    waived = findings.waived(criteria, bearing)
    tested = [findings.Tested(criterion, bearing, case) for criterion in criteria]
    status = findings.statuses(tested)
    effect = decide.effects(criteria, status, waived)
    found = [one.finding(effect[one.criterion.id]) for one in tested]
    others = [
        findings.Tested(criterion, bearing, case).finding("not_asked")
        for criterion in findings.not_asked(guideline, request.stage, editions, bearing)
    ]
    parent = context.parent_review
    falls = parent is not None and parent.proposed_decision == "Upheld"
    chance = decide.probability(guideline, criteria, found, parent_upheld=falls)
    decision = decide.propose(
        criteria, found, chance, parent_upheld=falls, summary_only=case.summary_only
    )
    upheld = decision == "Upheld"
    if context.is_thin and upheld and not falls and not _decided_by_request(found):
        return _insufficient(request, context, editions, found, criteria, status, waived)
    citations = tuple(edition.citation.citation() for edition in editions)
    item = ItemReview(
        request=request.text,
        treatment=request.treatment,
        drug=request.drug,
        region=request.region,
        side=request.side,
        phase=request.phase,
        quantity=request.quantity,
        unit=request.unit,
        parent=context.parent,
        guidelines=citations,
        search_sequence=search_sequence(editions),
        findings=(*found, *others),
        proposed_decision=decision,
        confidence=round(1 - chance if upheld else chance, 3),
        decisive=_decisive(criteria, found, decision),
        rationale="",
        dependent_on=context.parent if falls else None,
    )
    if not context.prose:
        return item
    return msgspec.structs.replace(
        item,
        rationale=rationale.write_rationale(
            request,
            citations,
            criteria,
            found,
            decision,
            {document.name: document.text or "" for document in case.documents},
            parent_request=parent.request if falls and parent is not None else None,
        ),
        would_change=changes.would_change(criteria, status, waived) if upheld else (),
        hangs_on=() if upheld else changes.hangs_on(criteria, status, waived),
        notes=(*_doubt(decision, found, chance), *_notes(bearing, found)),
    )


def _gravity(finding: Finding) -> int:
    """Plain failures, silences, what request or report left unstated, what else is silent."""
    if finding.effect == "gap":
        return 2 if finding.kind == "documentation" else 3
    return int(finding.status == "not_documented")


def _decisive(
    criteria: Sequence[Criterion], tested: Sequence[Finding], decision: Decision
) -> tuple[str, ...]:
    if decision == "Upheld":
        failing = [
            f
            for f in tested
            if f.effect == "defeats"
            or (f.effect == "gap" and f.kind in ("documentation", "requirement"))
        ]
        failing.sort(key=_gravity)
        return tuple(f.criterion for f in failing)
    return tuple(
        c.key
        for c, f in zip(criteria, tested, strict=True)
        if f.effect == "defeats" or (f.effect == "supports" and c.weight == "core" and f.evidence)
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


def _clinical_facts(index: Mapping[str, Sequence[Fact]]) -> int:
    """How many facts of the record say anything clinical of the person."""
    return sum(
        fact.speaker not in ("utilization_review", "request")
        for name, facts in index.items()
        if name not in _NOT_CLINICAL
        for fact in facts
    )


def _decided_by_request(tested: Sequence[Finding]) -> bool:
    """Whether a failure shows in the request itself, whatever the record holds."""
    return any(f.effect == "defeats" and f.status != "not_documented" for f in tested)


def _insufficient(
    request: Request,
    context: _Context,
    editions: Sequence[Edition],
    tested: Sequence[Finding],
    criteria: Sequence[Criterion],
    status: Mapping[str, Status],
    waived: frozenset[str],
) -> ItemReview:
    """An item on a record too thin to propose anything: what is missing is told, no more."""
    item = _nothing_proposed(
        request,
        context,
        "The record is insufficient: it holds no clinical facts, and nothing is proposed. "
        "The physician reviewer asks for the records or decides on other evidence.",
        "Insufficient: the record holds too little to propose a decision.",
    )
    return msgspec.structs.replace(
        item,
        guidelines=tuple(edition.citation.citation() for edition in editions),
        search_sequence=search_sequence(editions),
        findings=tuple(tested),
        would_change=changes.would_change(criteria, status, waived) if context.prose else (),
    )


def _without_guideline(request: Request, context: _Context) -> ItemReview:
    """An item the library holds nothing for: read, shown, and left to the physician."""
    return _nothing_proposed(
        request,
        context,
        f"The library holds no guideline for this treatment ({request.treatment}). "
        "Nothing is proposed; the physician reviewer decides on other evidence.",
        "No guideline is held for this treatment.",
    )


def _nothing_proposed(request: Request, context: _Context, words: str, note: str) -> ItemReview:
    """An item without guidelines, findings or proposal; ``words`` and ``note`` say why."""
    return ItemReview(
        request=request.text,
        treatment=request.treatment,
        drug=request.drug,
        region=request.region,
        side=request.side,
        phase=request.phase,
        quantity=request.quantity,
        unit=request.unit,
        parent=context.parent,
        guidelines=(),
        search_sequence=(SearchStep(step="library", result="no guideline is held"),),
        findings=(),
        proposed_decision=None,
        confidence=None,
        decisive=(),
        rationale=words if context.prose else "",
        dependent_on=None,
        notes=(note,) if context.prose else (),
    )


def _doubt(decision: Decision, tested: Sequence[Finding], chance: float) -> tuple[str, ...]:
    """What to know of a proposal that goes against a failing criterion."""
    failing = [f.criterion for f in tested if f.effect == "defeats"]
    if decision == "Upheld" or not failing:
        return ()
    return (
        f"Doubtful: {', '.join(failing)} fails on the summary, but a summary leaves things out: "
        f"at a probability of {chance:.0%} the case is proposed as Overturned "
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

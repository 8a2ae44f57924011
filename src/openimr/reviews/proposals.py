"""What is proposed for each disputed item, and the criteria tested for it: a review without words.

An archive reviews millions of items from facts stored before and keeps no more of them than this;
:mod:`openimr.reviews.run` makes the review of it that a physician reads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from openimr.guidelines.conditions import Known
from openimr.guidelines.guideline import Criterion, Edition
from openimr.guidelines.library import Library
from openimr.guidelines.library import load as load_library
from openimr.model import Case, Decision, Fact, Status
from openimr.reviews import decide, findings
from openimr.reviews.bearing import Bearing, index_facts
from openimr.reviews.decide import Effect, Weighed
from openimr.reviews.findings import Tested
from openimr.reviews.focus import PART_NAMED
from openimr.reviews.intervals import computed_facts, months_since_injury, reference_date
from openimr.reviews.parents import parents_of
from openimr.reviews.requests import Request, read_requests, read_some
from openimr.reviews.unnamed import leaves_unnamed, name_care

_NOT_CLINICAL = {"age", "sex", "injury_date", "mechanism", "ur_outcome", "ur_reason", PART_NAMED}

Unproposed = Literal["no guideline", "thin record"]


@lru_cache(maxsize=1)
def shipped_library() -> Library:
    """The guideline library that ships with OpenIMR, loaded once."""
    return load_library()


class Outcome(NamedTuple):
    """A criterion's id, what its test came to and what that does to the request."""

    criterion: str
    status: Status
    effect: Effect


class ReadBefore(NamedTuple):
    """How an item was read before: the treatment asked for, the item it depends on."""

    treatment: str
    parent: int | None


class Tests(NamedTuple):
    """What was tested for an item: the applicable criteria; ``others`` are of other phases."""

    editions: tuple[Edition, ...]
    criteria: list[Criterion]
    tested: list[Tested]
    others: list[Criterion]
    status: dict[str, Status]
    effect: dict[str, Effect]
    waived: frozenset[str]
    bearing: Bearing

    def not_asked(self) -> list[Tested]:
        """The criteria of other phases, tested."""
        return [Tested(criterion, self.bearing) for criterion in self.others]


class Proposal:
    """What is proposed for a disputed item.

    ``parent`` is the item it depends on, ``falls_with`` that item's proposal where it is Upheld
    and takes this one with it. ``chance`` is the probability of an overturn. ``decision`` is None
    where nothing is proposed, which ``unproposed`` gives the reason of.
    """

    __slots__ = (
        "chance",
        "decision",
        "decisive",
        "falls_with",
        "parent",
        "request",
        "tests",
        "unproposed",
    )

    def __init__(self, request: Request, parent: int | None) -> None:
        self.request = request
        self.parent = parent
        self.decision: Decision | None = None
        self.chance = 0.0
        self.decisive: tuple[str, ...] = ()
        self.falls_with: Proposal | None = None
        self.tests: Tests | None = None
        self.unproposed: Unproposed | None = None

    @property
    def confidence(self) -> float | None:
        """The probability of the decision that is proposed."""
        if self.decision is None:
            return None
        return round(1 - self.chance if self.decision == "Upheld" else self.chance, 3)

    def outcomes(self) -> list[Outcome]:
        """The criteria tested, those of other phases last, which a thin record leaves out."""
        if self.tests is None:
            return []
        found = [
            Outcome(one.criterion.key, one.status, self.tests.effect[one.criterion.id])
            for one in self.tests.tested
        ]
        if self.unproposed is None:
            found += [
                Outcome(one.criterion.key, one.status, "not_asked")
                for one in self.tests.not_asked()
            ]
        return found


def propose(
    case: Case,
    facts: Sequence[Fact],
    library: Library | None = None,
    treatments: Collection[str] | None = None,
    read_before: Sequence[ReadBefore] | None = None,
) -> dict[int, Proposal]:
    """Test the disputed items of a case against the guidelines in force.

    Args:
        case: the case file. Of its documents nothing is used.
        facts: the facts of all its documents, as :func:`openimr.reviews.run.read_facts` gives
            them.
        library: the guideline library; the shipped one by default.
        treatments: ids of guidelines; only items of these, and those that depend on them, are
            tested. What a change to these treatments' criteria can alter is among them. All by
            default.
        read_before: how all items were read before, from these facts by this engine with a
            library that takes requests for the same treatments; saves reading those that are not
            tested.

    Returns:
        The proposals by number of the item, in the order of the items.
    """
    library = library or shipped_library()
    index = index_facts(facts)
    computed = computed_facts(case, index)
    months = months_since_injury(computed)
    requests: Mapping[int, Request]
    if read_before is None or leaves_unnamed(facts):
        every = read_requests(case, facts, library, months)
        named = name_care(facts, every, library)
        if named is not facts:
            facts, index = named, index_facts(named)
            every = read_requests(case, facts, library, months)
        requests = dict(enumerate(every))
        parents = parents_of(every, library)
        asked, needed = _asked(parents, [one.guideline for one in every], treatments)
    else:
        parents = [one.parent for one in read_before]
        read_as: list[str | None] = [one.treatment for one in read_before]
        asked, needed = _asked(parents, read_as, treatments)
        requests = read_some(needed, case, facts, library, months)
        if any(one.guideline is None for one in requests.values()):
            # What no guideline is held for may go by a name that one has.
            read_as = [
                requests[n].guideline if n in requests else None for n in range(len(parents))
            ]
            asked, needed = _asked(parents, read_as, treatments)
    held = _Case(case, facts, index, computed, library)
    done: dict[int, Proposal] = {}
    for number in needed:
        parent = parents[number]
        above = done.get(parent) if parent is not None else None
        done[number] = held.propose(requests[number], parent, above)
    return {number: done[number] for number in asked}


def _asked(
    parents: Sequence[int | None],
    read_as: Sequence[str | None],
    treatments: Collection[str] | None,
) -> tuple[list[int], list[int]]:
    """The items to propose on, in order, and those to test for it, parents first."""
    order = _parents_first(parents)
    if treatments is None:
        return sorted(order), order
    asked = _touched(order, parents, {n for n in order if read_as[n] in treatments})
    needed = {above for number in asked for above in _road(number, parents)}
    return sorted(asked), [number for number in order if number in needed]


class _Case:
    """What the items of one case share."""

    def __init__(
        self,
        case: Case,
        facts: Sequence[Fact],
        index: Mapping[str, Sequence[Fact]],
        computed: Mapping[str, Known],
        library: Library,
    ) -> None:
        self.index = index
        self.computed = computed
        self.library = library
        self.summary_only = case.summary_only
        self.is_thin = not _is_clinical(index)
        self.on = (
            case.decision_date
            or case.date_assigned
            or case.ur_denial_date
            or reference_date(case, facts)
            or date.today()
        )

    def propose(self, request: Request, parent: int | None, above: Proposal | None) -> Proposal:
        """The proposal for one item; ``above`` is that of the item it depends on."""
        proposal = Proposal(request, parent)
        guideline = self.library.get(request.guideline) if request.guideline else None
        if guideline is None:
            proposal.unproposed = "no guideline"
            return proposal
        computed = self.computed
        if above is not None and above.decision is not None:
            supported = Known(above.decision == "Overturned", ())
            computed = {**computed, "parent_item_supported": supported}
        bearing = Bearing(request, self.index, self.library, computed)
        editions = findings.speaking(guideline.chain(self.on, request.region), bearing)
        criteria, others = findings.applicable(guideline, request.stage, editions, bearing)
        waived = findings.waived(criteria, bearing)
        tested = [Tested(criterion, bearing) for criterion in criteria]
        status: dict[str, Status] = {one.criterion.id: one.status for one in tested}
        effect = decide.effects(criteria, status, waived)
        weighed = [one.weighed(effect[one.criterion.id]) for one in tested]
        proposal.tests = Tests(
            editions,
            criteria,
            tested,
            others,
            status,
            effect,
            waived,
            bearing,
        )
        falls = above is not None and above.decision == "Upheld"
        proposal.chance = decide.probability(guideline, weighed, parent_upheld=falls)
        decision = decide.propose(
            weighed, proposal.chance, parent_upheld=falls, summary_only=self.summary_only
        )
        if self.is_thin and decision == "Upheld" and not falls and not _shown(weighed):
            proposal.unproposed = "thin record"
            return proposal
        proposal.decision = decision
        proposal.decisive = decide.decisive(weighed, decision)
        proposal.falls_with = above if falls else None
        return proposal


def _shown(weighed: Sequence[Weighed]) -> bool:
    """Whether a failure shows in the request itself, whatever the record holds."""
    return any(one.effect == "defeats" and one.status != "not_documented" for one in weighed)


def _is_clinical(index: Mapping[str, Sequence[Fact]]) -> bool:
    """Whether any fact of the record says anything clinical of the person."""
    return any(
        fact.speaker not in ("utilization_review", "request")
        for name, facts in index.items()
        if name not in _NOT_CLINICAL
        for fact in facts
    )


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

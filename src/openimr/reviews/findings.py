"""Criteria tested against the record: one finding each, with the words it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from openimr.guidelines.conditions import Result
from openimr.guidelines.facts import vocabulary
from openimr.guidelines.guideline import Criterion, Edition, Guideline
from openimr.model import Case, Evidence, Fact, Finding, Phase, Search, Status
from openimr.reviews.bearing import Bearing
from openimr.reviews.decide import Effect, Weighed

_MOST_EVIDENCE = 6


def speaking(chain: Sequence[Edition], bearing: Bearing) -> tuple[Edition, ...]:
    """The editions of a chain that speak for this case."""
    return tuple(
        edition
        for edition in chain
        if edition.applies_when is None or bearing.test(edition.applies_when).truth is True
    )


def applicable(
    guideline: Guideline, stage: Phase | None, editions: Sequence[Edition], bearing: Bearing
) -> tuple[list[Criterion], list[Criterion]]:
    """The criteria of a guideline that apply to this phase, these editions and this request.

    Returns:
        Those, and the ones that would apply to this request if it were of another phase. Phases
        are read from few words; a reviewer who sees the phase otherwise finds these answered.
    """
    asked: list[Criterion] = []
    not_asked: list[Criterion] = []
    in_force = {edition.id for edition in editions}
    for criterion in guideline.criteria:
        if criterion.editions and in_force.isdisjoint(criterion.editions):
            continue
        when = criterion.applies_when
        if when is None or bearing.test(when).truth is True:
            (asked if criterion.applies(stage) else not_asked).append(criterion)
    return asked, not_asked


def waived(criteria: Sequence[Criterion], bearing: Bearing) -> frozenset[str]:
    """The ids of criteria whose own waiver (``lifted_by``) is documented."""
    return frozenset(
        c.id for c in criteria if c.waiver is not None and bearing.test(c.waiver).truth is True
    )


class Tested:
    """One criterion with the outcome of its test."""

    __slots__ = ("criterion", "result", "status")

    def __init__(self, criterion: Criterion, bearing: Bearing) -> None:
        self.criterion = criterion
        self.result = bearing.test(criterion.test)
        truth = self.result.truth
        self.status: Status = "not_documented" if truth is None else "met" if truth else "not_met"

    def weighed(self, effect: Effect) -> Weighed:
        """The outcome with what it does to the request."""
        grounded = any(atom.facts for atom in self.result.atoms)
        return Weighed(self.criterion, self.status, effect, grounded)

    def finding(self, effect: Effect, case: Case) -> Finding:
        """The finding: status, evidence (at most six quotes, those that decide first) and, when
        it is not documented, what was looked for and in which documents of the case.
        """
        criterion = self.criterion
        return Finding(
            criterion=criterion.key,
            kind=criterion.kind,
            says=criterion.says,
            status=self.status,
            evidence=_evidence(self.result),
            searched=_search(criterion, case) if self.status == "not_documented" else None,
            group=criterion.group,
            source=criterion.source.cite,
            certainty=criterion.source.certainty,
            effect=effect,
            trace=_trace(self.result),
        )


def _evidence(result: Result) -> tuple[Evidence, ...]:
    """The quotes behind a result, each once, those that agree with the outcome first."""
    agreeing: dict[Fact, None] = {}
    others: dict[Fact, None] = {}
    for atom in result.atoms:
        agrees = atom.value is not None and bool(atom.value) is result.truth
        for fact in atom.facts:
            assert isinstance(fact, Fact)
            (agreeing if agrees else others).setdefault(fact)
    seen: set[tuple[str, int, int]] = set()
    evidence: list[Evidence] = []
    for fact in (*agreeing, *others):
        span = (fact.document, fact.start, fact.end)
        if span not in seen and len(evidence) < _MOST_EVIDENCE:
            seen.add(span)
            evidence.append(as_evidence(fact))
    return tuple(evidence)


def as_evidence(fact: Fact) -> Evidence:
    """A fact as the evidence of a finding."""
    return Evidence(
        document=fact.document,
        start=fact.start,
        end=fact.end,
        quote=fact.quote,
        fact=fact.fact,
        value=fact.value,
        polarity=fact.polarity,
        page=fact.page,
    )


def _search(criterion: Criterion, case: Case) -> Search:
    facts, terms = _looked_for(criterion.test.names)
    return Search(
        facts=facts,
        terms=terms,
        documents=tuple(document.name for document in case.documents),
    )


@cache
def _looked_for(
    names: frozenset[tuple[str, str | None]],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The facts that a condition's names stand for, and the plain words of each."""
    kinds = vocabulary()
    leaves = sorted({leaf for name, _ in names for leaf in _leaves(name)})
    return tuple(leaves), tuple(kinds[name].says for name in leaves)


def _leaves(name: str, seen: frozenset[str] = frozenset()) -> Iterable[str]:
    """The facts that a name stands for: itself, and what a derived fact is derived from."""
    yield name
    derived = vocabulary()[name].derived
    if derived is not None and name not in seen:
        for part, _ in derived.names:
            yield from _leaves(part, seen | {name})


def _trace(result: Result) -> str:
    def show(value: object) -> str:
        return "not documented" if value is None else str(value).lower()

    return "; ".join(dict.fromkeys(f"{atom.fact}: {show(atom.value)}" for atom in result.atoms))

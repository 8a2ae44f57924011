"""From findings to a proposal: what defeats a request, what is only a gap, and how sure.

The logic is that of practice: a contraindication that is triggered, a limit that is exceeded, or
a core requirement that is not met or not documented defeats; a permit lifts only the failures it
names; of a group of alternatives one is enough; a supporting criterion that is not documented is
a gap. The probability comes from ``decide.yaml``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec
import yaml

from openimr.guidelines.guideline import Criterion, Guideline
from openimr.model import Decision, Status, Value

_MOST = 2
Effect = Literal["supports", "defeats", "gap", "waived", "neutral", "not_asked"]


class Weights(Value, frozen=True):
    """The weights of ``decide.yaml``: log odds of *Overturned*."""

    intercept: float
    no_failure: float
    further_failure: float
    core_met: float
    plain_failure: float
    gap: float
    parent_upheld: float


class Model(Value, frozen=True):
    """``decide.yaml``: weights, what a category of treatment adds, and the cut."""

    weights: Weights
    category: dict[str, float]
    cut: float


@lru_cache(maxsize=1)
def model() -> Model:
    """The probability model shipped with this version."""
    text = files("openimr.reviews").joinpath("decide.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), Model)


def effects(
    criteria: Sequence[Criterion],
    status: Mapping[str, Status],
    waived: frozenset[str] = frozenset(),
) -> dict[str, Effect]:
    """What each criterion does to the request.

    Args:
        criteria: the applicable criteria of one item.
        status: the status of each, by criterion id.
        waived: ids of criteria whose own waiver is documented.
    """
    lifted = _lifted(criteria, status) | waived
    # A permit for one alternative of a group does for the group.
    groups = _met_groups(criteria, status) | {
        c.group for c in criteria if c.id in lifted and c.group
    }
    result: dict[str, Effect] = {}
    for criterion in criteria:
        effect = _effect(criterion, status[criterion.id], groups)
        if effect in ("defeats", "gap") and criterion.id in lifted:
            effect = "waived"
        result[criterion.id] = effect
    return result


def _lifted(criteria: Sequence[Criterion], status: Mapping[str, Status]) -> set[str]:
    lifted: set[str] = set()
    for criterion in criteria:
        if status[criterion.id] != "met":
            continue
        if criterion.kind == "permit":
            lifted.update(criterion.permits)
        if criterion.kind == "alternative" and criterion.stands_in_for:
            lifted.add(criterion.stands_in_for)
    return lifted


def _met_groups(criteria: Sequence[Criterion], status: Mapping[str, Status]) -> set[str]:
    return {c.group for c in criteria if c.group and status[c.id] == "met"}


def _effect(criterion: Criterion, status: Status, met_groups: set[str]) -> Effect:
    kind = criterion.kind
    if kind == "permit" or (kind == "alternative" and criterion.stands_in_for):
        return "supports" if status == "met" else "neutral"
    if kind == "contraindication":
        return {"met": "defeats", "not_met": "supports", "not_documented": "neutral"}[status]  # type: ignore[return-value]
    if status == "met":
        return "supports"
    if criterion.group in met_groups and criterion.group:
        return "neutral"
    if kind == "limit":
        if status == "not_met":
            return "defeats"
        return "neutral" if criterion.weight == "supporting" else "gap"
    if status == "not_met":
        return "defeats" if criterion.weight == "core" or kind != "documentation" else "gap"
    return "defeats" if criterion.weight == "core" else "gap"


def defeating(criteria: Sequence[Criterion], effect: Mapping[str, Effect]) -> list[Criterion]:
    """The criteria that decide against the request: plain failures before silences."""
    return [c for c in criteria if effect[c.id] == "defeats"]


class Weighed(NamedTuple):
    """A criterion tested: its status, its effect on the request, whether a fact bears on it."""

    criterion: Criterion
    status: Status
    effect: Effect
    grounded: bool


def probability(
    guideline: Guideline, weighed: Sequence[Weighed], *, parent_upheld: bool = False
) -> float:
    """The probability that a physician reviewer would overturn.

    Args:
        guideline: the guideline that was tested, whose category counts.
        weighed: its applicable criteria, tested.
        parent_upheld: whether the item this one depends on is itself proposed as Upheld.
    """
    held = model()
    w = held.weights
    failures = _failures(weighed)
    plain = sum(
        f.status != "not_documented" or f.criterion.kind == "contraindication" for f in failures
    )
    met = sum(
        one.grounded and one.effect == "supports" and one.criterion.weight == "core"
        for one in weighed
    )
    gaps = sum(one.effect == "gap" for one in weighed)
    score = (
        w.intercept
        + held.category.get(guideline.category, 0.0)
        + w.no_failure * (not failures)
        + w.further_failure * min(max(len(failures) - 1, 0), _MOST)
        + w.core_met * min(met, _MOST)
        + w.plain_failure * min(plain, _MOST)
        + w.gap * min(gaps, _MOST)
        + w.parent_upheld * parent_upheld
    )
    return 1 / (1 + math.exp(-score))


def _failures(weighed: Sequence[Weighed]) -> list[Weighed]:
    """What defeats, a group of alternatives counted once."""
    groups: set[str] = set()
    found = []
    for one in weighed:
        group = one.criterion.group
        if one.effect != "defeats" or (group and group in groups):
            continue
        if group:
            groups.add(group)
        found.append(one)
    return found


def propose(
    weighed: Sequence[Weighed],
    chance: float,
    *,
    parent_upheld: bool = False,
    summary_only: bool = False,
) -> Decision:
    """The proposed decision.

    Overturned when nothing defeats. Where the record is only a published summary, whose silence
    says little, also when all that fails is silent and the probability reaches the cut.
    """
    if parent_upheld:
        return "Upheld"
    failures = _failures(weighed)
    if not failures:
        return "Overturned"
    silent = all(failure.status == "not_documented" for failure in failures)
    doubtful = summary_only and silent and chance >= model().cut
    return "Overturned" if doubtful else "Upheld"


def decisive(weighed: Sequence[Weighed], decision: Decision) -> tuple[str, ...]:
    """The criteria that a proposal rests on, the gravest first."""
    if decision == "Upheld":
        failing = [
            one
            for one in weighed
            if one.effect == "defeats"
            or (one.effect == "gap" and one.criterion.kind in ("documentation", "requirement"))
        ]
        failing.sort(key=_gravity)
        return tuple(one.criterion.key for one in failing)
    return tuple(
        one.criterion.key
        for one in weighed
        if one.effect == "defeats"
        or (one.effect == "supports" and one.criterion.weight == "core" and one.grounded)
    )


def _gravity(one: Weighed) -> int:
    """Plain failures, silences, what request or report left unstated, what else is silent."""
    if one.effect == "gap":
        return 2 if one.criterion.kind == "documentation" else 3
    return int(one.status == "not_documented")

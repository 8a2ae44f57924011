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
from typing import Literal

import msgspec
import yaml

from openimr.guidelines.guideline import Criterion
from openimr.model import Decision, Finding, Status, Value

Effect = Literal["supports", "defeats", "gap", "waived", "neutral"]


class Weights(Value, frozen=True):
    """The calibrated weights of ``decide.yaml`` (log odds of *Overturned*)."""

    intercept: float
    no_defeat: float
    core_not_documented: float
    core_not_met: float
    contraindication: float
    limit_exceeded: float
    gap: float
    met: float
    dependent: float
    cut: float


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights shipped with this version."""
    text = files("openimr.reviews").joinpath("decide.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader)["weights"], Weights)


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


def propose(
    criteria: Sequence[Criterion], findings: Sequence[Finding], *, parent_upheld: bool = False
) -> tuple[Decision, float]:
    """The proposed decision and the probability that a reviewer would overturn.

    The logic proposes Overturned when nothing defeats; the probability is stated beside it.
    ``parent_upheld`` tells that the item this one depends on is itself proposed as Upheld.
    """
    w = weights()
    score = w.intercept
    by_id = {f.criterion.rsplit(".", 1)[1]: f for f in findings}
    groups_counted: set[str] = set()
    defeats = 0
    for criterion in criteria:
        finding = by_id[criterion.id]
        if finding.effect == "defeats":
            if criterion.group:
                if criterion.group in groups_counted:
                    continue
                groups_counted.add(criterion.group)
            defeats += 1
            score += _weight_of(criterion, finding, w)
        elif finding.effect == "gap":
            score += w.gap
        elif finding.effect == "supports" and criterion.weight == "core":
            score += w.met
    if parent_upheld:
        defeats += 1
        score += w.dependent
    if not defeats:
        score += w.no_defeat
    probability = 1 / (1 + math.exp(-score))
    return ("Overturned" if not defeats else "Upheld"), probability


def _weight_of(criterion: Criterion, finding: Finding, w: Weights) -> float:
    if criterion.kind == "contraindication":
        return w.contraindication
    if criterion.kind == "limit":
        return w.limit_exceeded
    return w.core_not_documented if finding.status == "not_documented" else w.core_not_met

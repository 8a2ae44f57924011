"""What would turn a proposal: the smallest sets of findings to document, or the one it hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from openimr.guidelines.guideline import Criterion
from openimr.model import Change, Status
from openimr.reviews.decide import defeating, effects

_MOST_SETS = 6
_MOST_COMBINATIONS = 4096


def would_change(
    criteria: Sequence[Criterion],
    status: Mapping[str, Status],
    waived: frozenset[str] = frozenset(),
) -> tuple[Change, ...]:
    """The smallest sets of criteria whose satisfaction turns Upheld into Overturned.

    Args:
        criteria: the applicable criteria.
        status: the status of each, by criterion id.
        waived: ids of criteria whose own waiver is documented.

    Returns:
        At most six sets, smallest first, none of them containing another. Each names the
        criteria and says in plain words what the record would have to show.
    """
    failing = defeating(criteria, effects(criteria, status, waived))
    ways = _ways(failing, criteria, status)
    if not ways:
        return ()
    sets: list[frozenset[str]] = []
    for index, choice in enumerate(product(*ways)):
        if index >= _MOST_COMBINATIONS:
            break
        sets.append(frozenset(choice))
    minimal = [s for s in dict.fromkeys(sets) if not any(other < s for other in sets)]
    minimal.sort(key=lambda s: (len(s), sorted(s)))
    by_id = {c.id: c for c in criteria}
    order = {c.id: n for n, c in enumerate(criteria)}
    return tuple(
        Change(
            criteria=tuple(by_id[i].key for i in ids),
            says=tuple(_wanted(by_id[i]) for i in ids),
        )
        for ids in (sorted(s, key=order.__getitem__) for s in minimal[:_MOST_SETS])
    )


def _ways(
    failing: Sequence[Criterion], criteria: Sequence[Criterion], status: Mapping[str, Status]
) -> list[list[str]]:
    """For each failure the criteria any one of which would repair it."""
    ways: list[list[str]] = []
    seen_groups: set[str] = set()
    for criterion in failing:
        if criterion.group:
            if criterion.group in seen_groups:
                continue
            seen_groups.add(criterion.group)
            own = [c.id for c in criteria if c.group == criterion.group]
        else:
            own = [criterion.id]
        permits = [
            c.id
            for c in criteria
            if status[c.id] != "met" and {*c.permits, c.stands_in_for} & set(own)
        ]
        ways.append([*own, *permits])
    return ways


def _wanted(criterion: Criterion) -> str:
    if criterion.gap:
        return criterion.gap
    if criterion.kind == "contraindication":
        return f"Records that show this does not hold: {criterion.says}"
    if criterion.kind == "limit":
        return f"A request within the limit: {criterion.says}"
    return criterion.says


def hangs_on(
    criteria: Sequence[Criterion],
    status: Mapping[str, Status],
    waived: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """The criteria on which an Overturned hangs: each alone would turn it if it failed.

    Returns:
        Criterion ids; where several alternatives are met, none of them is listed.
    """
    found = []
    for criterion in criteria:
        if status[criterion.id] != "met" or criterion.kind in ("contraindication", "limit"):
            continue
        without: dict[str, Status] = {**status, criterion.id: "not_documented"}
        if defeating(criteria, effects(criteria, without, waived)):
            found.append(criterion.key)
    return tuple(found)

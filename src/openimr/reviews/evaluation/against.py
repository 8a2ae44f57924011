"""A run beside an earlier one: gains and losses, measure by measure and item by item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openimr.reviews.evaluation.measures import QUESTIONS
from openimr.reviews.evaluation.report import Part, Report, Row

WATCHED = ("decision", "reason_found", "reason_decisive", "treatment", "guideline_any", "parent")
"""The answers that are followed item by item, the weightiest first."""


class Moved(Part, frozen=True):
    """A measure then and now; ``change`` is None where one of them is."""

    measure: str
    earlier: float | None
    now: float | None

    @property
    def change(self) -> float | None:
        """How much it went up (or down, below zero)."""
        if self.earlier is None or self.now is None:
            return None
        return round(self.now - self.earlier, 4)


class Turned(Part, frozen=True):
    """An answer that was wrong and is right now (``gain``), or the other way round."""

    case_number: str | None
    item: int
    treatment: str
    question: str
    gain: bool
    physician: str
    earlier: str
    now: str


class Changes(Part, frozen=True):
    """What differs from an earlier run; ``only_then`` and ``only_now`` count unmatched items."""

    earlier_engine: str
    measures: tuple[Moved, ...]
    items: tuple[Turned, ...]
    only_then: int
    only_now: int
    notes: tuple[str, ...] = ()

    @property
    def gains(self) -> int:
        """How many answers are right now that were wrong."""
        return sum(one.gain for one in self.items)

    @property
    def losses(self) -> int:
        """How many answers are wrong now that were right."""
        return len(self.items) - self.gains


def against(now: Report, earlier: Report) -> Changes:
    """Compare a run with an earlier one.

    Items are matched by case number and place in the letter. Measures are those of each run over
    its own items, so they can be set beside each other only where both runs saw the same letters;
    ``notes`` says so where they did not.
    """
    before = {(row.case_number, row.item): row for row in earlier.items}
    after = {(row.case_number, row.item): row for row in now.items}
    both = before.keys() & after.keys()
    turned = [one for key in sorted(both, key=str) for one in _turned(before[key], after[key])]
    turned.sort(key=lambda one: (WATCHED.index(one.question), not one.gain))
    return Changes(
        earlier_engine=f"{earlier.engine.version}, library {earlier.engine.library}",
        measures=tuple(_moved(now.measures, earlier.measures)),
        items=tuple(turned),
        only_then=len(before.keys() - both),
        only_now=len(after.keys() - both),
        notes=tuple(_notes(now, earlier)),
    )


def _notes(now: Report, earlier: Report) -> Iterator[str]:
    if {(r.case_number, r.item) for r in now.items} != {
        (r.case_number, r.item) for r in earlier.items
    }:
        yield "The runs did not see the same items; compare the measures with care."
    if now.without_ur != earlier.without_ur:
        yield "Only one of the runs was without the sentences that repeat utilization review."


def _turned(before: Row, after: Row) -> Iterator[Turned]:
    for question in WATCHED:
        was, is_now = before.right.get(question), after.right.get(question)
        if was is is_now or not (was or is_now):
            continue
        yield Turned(
            case_number=after.case_number,
            item=after.item,
            treatment=after.labelled_treatment or after.treatment,
            question=question,
            gain=bool(is_now),
            physician=after.physician,
            earlier=_answer(before, question),
            now=_answer(after, question),
        )


def _answer(row: Row, question: str) -> str:
    if question == "decision":
        chance = "" if row.chance is None else f" ({row.chance:.0%} overturned)"
        return f"{row.proposed or 'nothing proposed'}{chance}"
    if question == "treatment":
        return row.treatment
    if question == "guideline_any":
        return "; ".join(row.guidelines) or "none"
    if question == "parent":
        return "none" if row.parent is None else f"item {row.parent + 1}"
    return ", ".join(row.decisive) or "none"


def _moved(now: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[Moved]:
    before = dict(flat(earlier))
    for name, value in flat(now):
        yield Moved(measure=name, earlier=before.get(name), now=value)


def flat(measures: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    """The measures of a report as one list: name, with its group before a dot, and value."""
    for name in (*QUESTIONS, "reason_criteria"):
        if name in measures:
            yield name, measures[name]["share"]
    for group in ("decisions", "decisions_decidable", "decisions_proposed"):
        found = measures.get(group, {})
        for name in (
            "balanced_accuracy",
            "recall_overturned",
            "recall_upheld",
            "auc",
            "brier",
            "insufficient_share",
        ):
            if name in found:
                yield f"{group}.{name}", found[name]
    for name in ("recall", "precision"):
        yield f"evidence.{name}", measures.get("evidence", {}).get(name)

"""The outcome of a replay as one page with pictures and every disagreement, for local use."""

from __future__ import annotations

from typing import Any

from openimr.guidelines import page
from openimr.reviews.evaluation import pictures, wording
from openimr.reviews.evaluation.against import Changes, Moved, flat
from openimr.reviews.evaluation.report import Disagreement, Report
from openimr.reviews.sheet.words import plain

_TILES = (
    "decisions.balanced_accuracy",
    "decisions.auc",
    "treatment",
    "guideline_any",
    "reason_found",
    "reason_decisive",
    "evidence.recall",
    "evidence.precision",
)
_KIND = {"Overturned": "ours_overturned", "Upheld": "ours_upheld", None: "nothing"}


def render(report: Report, changes: Changes | None = None) -> bytes:
    """The page in UTF-8. It loads nothing, and all text of letters is escaped.

    Args:
        report: the outcome.
        changes: the comparison with an earlier run, if there is one.
    """
    values = dict(flat(report.measures))
    return page.render(
        "openimr.reviews.evaluation",
        "evaluation",
        r=report,
        changes=changes,
        what=wording.what_was_run(report),
        local=wording.LOCAL,
        drafts=wording.DRAFTS,
        tiles=[_measure(report, name, values.get(name)) for name in _TILES],
        groups=_groups(report, values),
        moved={
            "changed": [_moved(one) for one in changes.measures if wording.moved(one.change)],
            "same": [_moved(one) for one in changes.measures if not wording.moved(one.change)],
        }
        if changes
        else {},
        dots=pictures.calibration_dots(report.calibration),
        roc=pictures.roc_points(report.roc),
        auc=wording.figure("auc", report.measures["decisions"].get("auc")),
        bars=pictures.decision_bars(report.items),
        kinds=pictures.KINDS,
        disagreements=[_disagreement(one) for one in report.disagreements],
        question=wording.QUESTION,
        status=wording.STATUS,
        percent=wording.percent,
        plain=plain,
    )


def _groups(report: Report, values: dict[str, float | None]) -> dict[str, list[dict[str, Any]]]:
    """The measures under the headings of their groups."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, value in values.items():
        one = _measure(report, name, value)
        groups.setdefault(one["group"], []).append(one)
    return groups


def _measure(report: Report, name: str, value: float | None) -> dict[str, Any]:
    group, dot, figure = name.partition(".")
    return {
        "group": wording.GROUP[group] if dot else "Reading the item",
        "name": wording.measure(name),
        "short": wording.FIGURE[figure] if dot else wording.measure(name),
        "figure": wording.figure(name, value),
        "over": wording.counted(report, name),
    }


def _moved(one: Moved) -> dict[str, Any]:
    change = one.change
    moved = wording.moved(change)
    better = change is not None and wording.better(one.measure, change)
    return {
        "name": wording.measure(one.measure),
        "earlier": wording.figure(one.measure, one.earlier),
        "now": wording.figure(one.measure, one.now),
        "change": "" if change is None else f"{change:+.3f}" if moved else "same",
        "tone": "plain" if not moved else "good" if better else "bad",
    }


def _disagreement(one: Disagreement) -> dict[str, Any]:
    return {
        "d": one,
        "kind": _KIND[one.proposed],
        "title": pictures.KINDS[_KIND[one.proposed]],
        "chance": "not estimated" if one.chance is None else f"{one.chance:.0%}",
        "ours": [p for p in plain(one.our_rationale).split("\n") if p.strip()],
        "theirs": [p for p in plain(one.their_rationale or "").split("\n") if p.strip()],
    }

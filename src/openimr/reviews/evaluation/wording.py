"""The words in which measures and questions are put to people."""

from __future__ import annotations

from typing import Final

from openimr.reviews.evaluation.report import Report

LOCAL: Final = (
    "For local use: this holds case numbers and words of published determinations, which are "
    "records of real people."
)
DRAFTS: Final = "All proposals are drafts of the machine; physicians decide."

QUESTION: Final = {
    "treatment": "Treatment",
    "region": "Body region",
    "side": "Side",
    "phase": "Phase",
    "drug": "Drug",
    "quantity": "Quantity",
    "parent": "Item it depends on",
    "guideline_first": "Guideline: ours is cited",
    "guideline_any": "Guideline: one of ours is cited",
    "reason_found": "Reason: found with its status",
    "reason_decisive": "Reason: among our decisive ones",
    "reason_criteria": "Reason: each labelled criterion",
    "decision": "Decision",
}
GROUP: Final = {
    "decisions": "Decisions, all items",
    "decisions_decidable": "Decisions, labelled decidable",
    "decisions_proposed": "Decisions, where something is proposed",
    "evidence": "Evidence",
}
FIGURE: Final = {
    "balanced_accuracy": "balanced accuracy",
    "recall_overturned": "recall of Overturned",
    "recall_upheld": "recall of Upheld",
    "auc": "area under the curve",
    "brier": "Brier score (less is better)",
    "insufficient_share": "share insufficient",
    "recall": "recall",
    "precision": "precision",
}
LESS_IS_BETTER: Final = frozenset({"brier", "insufficient_share"})
STATUS: Final = {"met": "met", "not_met": "not met", "not_documented": "not documented"}


def measure(name: str) -> str:
    """The words for a measure as :func:`~openimr.reviews.evaluation.against.flat` names it."""
    group, dot, figure = name.partition(".")
    if not dot:
        return QUESTION[name]
    return f"{GROUP[group]}: {FIGURE[figure]}"


def better(name: str, change: float) -> bool:
    """Whether a change of this measure is for the better."""
    figure = name.rpartition(".")[2]
    return (change < 0) if figure in LESS_IS_BETTER else (change > 0)


def moved(change: float | None) -> bool:
    """Whether a measure changed by as much as is shown."""
    return change is not None and abs(change) >= 0.0005


def percent(value: float | None) -> str:
    """A share as per cent with one decimal."""
    return "-" if value is None else f"{100 * value:.1f} %"


def figure(name: str, value: float | None) -> str:
    """A measure's value as it is usually written."""
    if value is None:
        return "-"
    if name.rpartition(".")[2] in ("auc", "brier", "balanced_accuracy"):
        return f"{value:.3f}"
    return percent(value)


def counted(report: Report, name: str) -> int | None:
    """What a measure is taken over."""
    group, dot, figure_name = name.partition(".")
    held = report.measures[group]
    if not dot:
        return int(held["n"])
    keys = {
        "recall_overturned": "overturned",
        "recall": "labelled",
        "precision": "given",
    }
    if figure_name == "recall_upheld":
        return int(held["n"]) - int(held["overturned"])
    return int(held[keys.get(figure_name, "n")])


def what_was_run(report: Report) -> str:
    """One sentence: how many letters and items, of which half, with what left out or changed."""
    said = f"{report.letters} letters, {len(report.items)} items"
    said += f"; {report.labelled_letters} letters labelled" if report.labelled_letters else ""
    if report.only:
        said += f"; {report.only} half only"
    if report.without_ur:
        said += "; without the sentences that repeat utilization review"
    if report.settings:
        said += f"; tried with {', '.join(report.settings)}"
    return said + "."

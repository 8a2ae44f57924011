"""Replay published determinations blind and compare with what physicians decided.

The parts are in :mod:`openimr.reviews.evaluation`; this is what others use of them.
"""

from openimr.reviews.evaluation.against import Changes, against
from openimr.reviews.evaluation.measures import auc, decision_measures, evidence_measures, summary
from openimr.reviews.evaluation.replay import (
    Compared,
    Evaluation,
    add,
    compare,
    half_of,
    placed_labels,
    read_labels,
    without_ur,
)
from openimr.reviews.evaluation.report import Report, read_report, report

__all__ = [
    "Changes",
    "Compared",
    "Evaluation",
    "Report",
    "add",
    "against",
    "auc",
    "compare",
    "decision_measures",
    "evidence_measures",
    "half_of",
    "placed_labels",
    "read_labels",
    "read_report",
    "report",
    "summary",
    "without_ur",
]

"""Guideline, reason and decision against published letters; skipped where those are absent.

Figures of each half as a whole: they may rise and must not clearly fall. The check half has six
overturned items, so that its decisions are held to little.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import openimr
from openimr.reviews import evaluate
from openimr.reviews.evaluation.replay import half_of
from shared import DETERMINATIONS, needs_shared

pytestmark = needs_shared


@cache
def measured(half: str) -> dict[str, Any]:
    labels = evaluate.read_labels(DETERMINATIONS / "labels.jsonl")
    wanted = [n for n in sorted(labels) if half_of(n) == half]
    paths = [path for n in wanted if (path := DETERMINATIONS / "pdf" / f"{n}.pdf").exists()]
    return evaluate.summary(evaluate.compare([openimr.read(path) for path in paths], labels))


@pytest.mark.parametrize(
    ("half", "question", "least"),
    [
        ("development", "guideline_first", 0.85),
        ("development", "reason_found", 0.87),
        ("development", "reason_decisive", 0.84),
        ("check", "guideline_first", 0.74),
        ("check", "reason_found", 0.69),
        ("check", "reason_decisive", 0.57),
    ],
)
def test_guidelines_and_reasons_do_not_fall(half: str, question: str, least: float) -> None:
    assert measured(half)[question]["share"] >= least, measured(half)[question]


@pytest.mark.parametrize(
    ("half", "group", "balanced", "auc"),
    [
        ("development", "decisions", 0.84, 0.90),
        ("development", "decisions_decidable", 0.90, 0.93),
        ("check", "decisions", 0.53, 0.55),
    ],
)
def test_decisions_do_not_fall(half: str, group: str, balanced: float, auc: float) -> None:
    decisions = measured(half)[group]
    assert decisions["balanced_accuracy"] >= balanced, decisions
    assert decisions["auc"] >= auc, decisions


@pytest.mark.parametrize("half", ["development", "check"])
def test_few_items_are_left_without_a_proposal(half: str) -> None:
    assert measured(half)["decisions"]["insufficient_share"] <= 0.05

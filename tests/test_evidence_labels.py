"""Facts against the readers' labels of published letters; skipped where those are absent."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks/evidence_labels.py"


@pytest.mark.parametrize(
    ("half", "recall", "precision"),
    [("development", 0.88, 0.80), ("second", 0.81, 0.73), ("check", 0.71, 0.70)],
)
def test_recall_and_precision_do_not_fall(half, recall, precision):
    spec = importlib.util.spec_from_file_location("evidence_labels", SCRIPT)
    labels = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(labels)
    if not (labels.SHARED / "determinations/labels.jsonl").exists():
        pytest.skip("the labelled letters are not here")
    measured = labels.measure(half)
    assert measured[0] >= recall, measured
    assert measured[1] >= precision, measured

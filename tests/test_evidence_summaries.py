"""Facts of invented case summaries against what was labelled in them by hand.

Set A was repaired from, then B; C was written after both and measured before anything was done
about it. The floors are the figures reached, rounded down to whole percents.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openimr.evidence import find_facts
from openimr.reviews.evaluation.measures import evidence_measures
from openimr.reviews.evaluation.replay import LetterFacts

DATA = Path(__file__).parent / "data/summaries_labelled.jsonl"
SUMMARIES = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("which", "recall", "precision"), [("A", 0.96, 0.94), ("B", 0.92, 0.90), ("C", 0.98, 0.96)]
)
def test_recall_and_precision_do_not_fall(which, recall, precision):
    letters = [
        LetterFacts(find_facts(s["text"], kind="clinical_summary"), s["facts"], frozenset())
        for s in SUMMARIES
        if s["set"] == which
    ]
    measured = evidence_measures(letters)
    assert measured["recall"] >= recall, measured
    assert measured["precision"] >= precision, measured


def test_labels_stand_where_they_say():
    for summary in SUMMARIES:
        assert summary["invented"] is True
        for label in summary["facts"]:
            assert summary["text"][label["start"] : label["end"]] == label["quote"], summary["id"]

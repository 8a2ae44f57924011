"""Published determinations have no identifiers left, so redaction must leave their words alone."""

from __future__ import annotations

import pytest

from openimr.archive.redact import Options, Redactor
from openimr.documents import load
from shared import DETERMINATIONS, needs_shared

DATED = {"DATE", "DOB", "AGE", "CASE"}
SEEDS = sorted((DETERMINATIONS / "seeds").glob("*.txt"))
LETTERS = sorted((DETERMINATIONS / "pdf").glob("*.pdf"))


def hits(path) -> int:
    """Return how much beside dates, ages and the case number is taken for an identifier."""
    spans = Redactor(Options("hipaa_safe_harbor")).spans(load(path).text or "")
    return sum(span.category not in DATED for span in spans)


@needs_shared
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_no_false_hit_in_a_seed(path) -> None:
    assert hits(path) == 0


@needs_shared
def test_false_hits_in_published_letters_are_rare() -> None:
    assert sum(map(hits, LETTERS)) <= 5

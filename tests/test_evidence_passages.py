"""Whole passages: who says what of which care, row by row (``data/passages_roles.yaml``)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from openimr.evidence import find_facts
from openimr.model import Fact
from test_evidence_facts import matches

DATA = Path(__file__).parent / "data"
PASSAGES = yaml.safe_load((DATA / "passages_roles.yaml").read_text("utf-8"))
OPEN: frozenset[str] = frozenset(yaml.safe_load((DATA / "open_passages.yaml").read_text("utf-8")))
"""Rows that are not read right yet. Each must fail until it is taken off the list."""


@cache
def facts_of(text: str) -> tuple[Fact, ...]:
    return tuple(find_facts(text))


def rows() -> list[Any]:
    """Every row as a parameter; the open ones are expected to fail."""
    found = []
    for passage in PASSAGES:
        for row in [*passage["facts"], *(f"!{row}" for row in passage["not"])]:
            name = f"{passage['id']}: {row}"
            marks = [pytest.mark.xfail(reason="open", strict=True)] if name in OPEN else []
            found.append(pytest.param(passage["text"], row, id=name, marks=marks))
    return found


def test_open_rows_are_rows():
    assert {str(row.id) for row in rows()} >= OPEN


@pytest.mark.parametrize(("text", "row"), rows())
def test_passage_is_read(text, row):
    found = any(matches(fact, row.removeprefix("!")) for fact in facts_of(text))
    assert found != row.startswith("!")

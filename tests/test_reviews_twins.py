"""Twins of the guideline library: one request told with the decisive fact and without it.

A pair of ``tests/data/twins/*.yaml`` either writes both texts out (``absent``, ``present``) or one
``text`` in which ``{without || with}`` marks where the two differ.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import openimr
from openimr.model import Case, DisputedItem, Document, ItemReview

DATA = Path(__file__).parent / "data"
OPEN: dict[str, list[str]] = yaml.safe_load((DATA / "open_twins.yaml").read_text("utf-8"))
"""Halves that the software does not get right yet. Each must fail until it is taken off the list."""


def twins(which: str) -> list[Any]:
    """Every twin as a parameter; the open ones are expected to fail."""
    found = []
    for path in sorted((DATA / "twins").glob("*.yaml")):
        for number, twin in enumerate(yaml.safe_load(path.read_text("utf-8"))):
            name = f"{path.stem}-{number}-{twin['treatment']}"
            marks = [pytest.mark.xfail(reason="open", strict=True)] if name in OPEN[which] else []
            found.append(pytest.param(twin, id=name, marks=marks))
    return found


_CHOICE = re.compile(r"\{([^{}|]*)\|\|([^{}|]*)\}")


def told(twin: dict[str, Any], which: str) -> str:
    text = str(twin.get("text") or twin[which])

    def choose(found: re.Match[str]) -> str:
        chosen = found[1 + (which == "present")].strip()
        # braces stand close to the words before them: "benefit{. || and an injection.}"
        glued = chosen[:1].isalnum() and not text[found.start() - 1 : found.start()].isspace()
        return f" {chosen}" if glued else chosen

    return _CHOICE.sub(choose, text)


def reviewed(twin: dict[str, Any], which: str) -> ItemReview:
    request = twin["request"]
    if which == "present":
        request = twin.get("present_request", request)
    record = Document(
        name="summary", kind=twin.get("kind", "clinical_summary"), text=told(twin, which)
    )
    case = Case(
        decision_date=twin["decided"],
        items=(DisputedItem(request=request),),
        documents=(record,),
    )
    return openimr.review(case).items[0]


@pytest.mark.parametrize("twin", twins("present"))
def test_the_twin_with_the_fact_is_overturned(twin: dict[str, Any]) -> None:
    item = reviewed(twin, "present")
    assert item.treatment == twin["treatment"]
    assert item.proposed_decision == "Overturned", item.rationale


@pytest.mark.parametrize("twin", twins("absent"))
def test_the_twin_without_the_fact_is_upheld_for_it(twin: dict[str, Any]) -> None:
    item = reviewed(twin, "absent")
    assert item.proposed_decision == "Upheld", item.rationale
    failing = {f.criterion for f in item.findings if f.effect in ("defeats", "gap")}
    assert set(twin["decisive"]) & (failing | set(item.decisive))

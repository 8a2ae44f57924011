"""Quotes with their clause, and the rationale that is made of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import openimr
import openimr.model
from openimr.model import Case, DisputedItem, Document, Evidence
from openimr.reviews.rationale import clause


def evidence(text: str, quote: str) -> Evidence:
    start = text.index(quote)
    return Evidence(
        document="note",
        start=start,
        end=start + len(quote),
        quote=quote,
        fact="invented",
        value=True,
        polarity="present",
    )


CLAUSES = [
    (
        "Gait is antalgic. Lachman is negative. Flexion is limited.",
        "Lachman",
        "Lachman is negative",
    ),
    ("He has pain; he denies numbness; he works.", "numbness", "he denies numbness"),
    ("OBJECTIVE FINDINGS\nKnee: effusion.\n", "effusion", "Knee: effusion"),
    ("no real person Page 1\nKnee: effusion.", "effusion", "Knee: effusion"),
    (
        "MRI at L4-5. Relief was 50.5 percent for a while.",
        "50.5 percent",
        "Relief was 50.5 percent for a while",
    ),
    ("twitch response", "twitch response", "twitch response"),
]


@pytest.mark.parametrize(("text", "quote", "expected"), CLAUSES)
def test_a_quote_is_told_with_its_clause(text: str, quote: str, expected: str) -> None:
    assert clause(text, evidence(text, quote)) == expected


@given(st.text(min_size=1, max_size=400), st.data())
def test_a_clause_holds_its_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = Evidence(
        document="note",
        start=start,
        end=end,
        quote=text[start:end],
        fact="invented",
        value=True,
        polarity="present",
    )
    wanted = " ".join(text[start:end].split()).strip(" .;:,")
    assert wanted in clause(text, span)
    assert len(clause(text, span)) <= end - start + 240


SUMMARY = (
    "The injured worker is a 41 year old male who twisted the right knee. Ibuprofen and physical therapy for eight "
    "weeks failed to help. Examination of the right knee shows a positive McMurray test, an effusion and medial "
    "joint line tenderness. Radiographs of the right knee were normal."
)


def reviewed(request: str) -> openimr.model.ItemReview:
    case = Case(
        decision_date=date(2016, 12, 20),
        items=(DisputedItem(request=request),),
        documents=(Document(name="summary", kind="clinical_summary", text=SUMMARY),),
    )
    return openimr.review(case).items[0]


def test_an_overturned_rationale_names_guideline_criteria_and_quotes() -> None:
    rationale = reviewed("MRI of the right knee without contrast").rationale
    assert rationale.startswith("The MTUS Knee Complaints 2004")
    assert "positive McMurray test" in rationale
    assert rationale.endswith(
        "the request for MRI of the right knee without contrast is medically necessary."
    )


def test_an_upheld_rationale_says_what_is_missing_and_where_it_was_looked_for() -> None:
    rationale = reviewed("Transportation to all medical appointments").rationale
    assert "not documented in the records searched (summary)" in rationale
    assert rationale.endswith("is not medically necessary.")


def test_every_quote_of_a_rationale_stands_in_the_record() -> None:
    for request in ("MRI of the right knee", "Physical therapy 2x6 right knee", "Norco 10/325 #60"):
        for part in reviewed(request).rationale.split("“")[1:]:
            assert part.split("”")[0] in SUMMARY

"""Guideline examples through the full road: invented text in, findings and proposal out."""

from __future__ import annotations

from openimr.guidelines.guideline import Example, Guideline
from openimr.guidelines.library import Library
from openimr.model import Case, DisputedItem, Document, ItemReview
from openimr.reviews.run import review


def example_case(example: Example) -> Case:
    """The case file that a text example stands for."""
    return Case(
        decision_date=example.decided,
        documents=(Document(name="summary", kind="clinical_summary", text=example.text),),
        items=(DisputedItem(request=example.request or ""),),
    )


def run_example(example: Example, guideline: Guideline, library: Library) -> ItemReview:
    """Review the example's request on the example's text.

    The guideline is named for the caller's sake only: which treatment the request is for is
    found from its words, as in any review.
    """
    del guideline
    return review(example_case(example), library).items[0]

"""The page of an evaluation: whole, escaped, accessible."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from openimr.guidelines.library import load
from openimr.guidelines.override import override
from openimr.model import Engine
from openimr.reviews.evaluate import Changes, Report, against, compare, report
from openimr.reviews.evaluation.page import render
from openimr.reviews.evaluation.terminal import print_report
from page_reader import Page, assert_navigable, assert_self_contained
from replayed import DETERMINATIONS, HARDER, LABELS

ENGINE = Engine(version="0", library="0")
BY_NUMBER = {label["case_number"]: label for label in LABELS}


@pytest.fixture(scope="module")
def earlier() -> Report:
    worse = override(load(), HARDER)
    return report(compare(DETERMINATIONS, BY_NUMBER, worse), ENGINE)


@pytest.fixture(scope="module")
def made() -> Report:
    settings = ("mri_knee.C1.weight=supporting",)
    return report(compare(DETERMINATIONS, BY_NUMBER), ENGINE, only="check", settings=settings)


@pytest.fixture(scope="module")
def changes(made: Report, earlier: Report) -> Changes:
    return against(made, earlier)


@pytest.fixture(scope="module")
def source(made: Report, changes: Changes) -> bytes:
    return render(made, changes)


def test_the_page_loads_nothing_and_can_be_found_ones_way_in(source: bytes) -> None:
    assert_self_contained(source)
    assert_navigable(source)


@pytest.mark.parametrize(
    "words",
    [
        "For local use",
        "3 letters, 4 items; 2 letters labelled; check half only; "
        "tried with mri_knee.C1.weight=supporting.",
        "drafts of the machine; physicians decide",
        "Calibration",
        "area under the curve",
        "Decisions by treatment",
        "Evidence by fact",
        "Disagreements: 1",
        "Pain <persists> & imaging & surgery are discussed.",
        "The physician: Overturned",
        "The machine: Upheld",
        "gains, 0 losses",
    ],
)
def test_the_page_says(source: bytes, words: str) -> None:
    assert words in Page(source).words


def test_every_disagreement_has_both_sides(source: bytes, made: Report) -> None:
    page = Page(source)
    assert len(page.having("item")) == len(made.disagreements)
    assert len(page.having("theirs")) == len(page.having("ours")) == len(made.disagreements)


def test_the_title_names_no_case(source: bytes) -> None:
    assert b"<title>Evaluation of proposals</title>" in source


def test_pictures_show_each_count(source: bytes, made: Report) -> None:
    page = Page(source)
    assert len(page.having("dot")) == len(made.calibration)
    assert len(page.having("curve")) == 1
    bars = [a["aria-label"] for a in page.having("strip")]
    assert bars[0] == "1 Both Upheld, 1 Both Overturned, 1 Proposed Upheld, was Overturned"


@pytest.mark.parametrize("kept", [0, 1])
def test_a_page_of_little_is_still_a_page(kept: int) -> None:
    small = report(compare(DETERMINATIONS[1 : 1 + kept], {}), ENGINE)
    source = render(small)
    assert_navigable(source)
    assert "Disagreements: 0" in Page(source).words


@pytest.mark.parametrize("reasons", [False, True])
def test_the_terminal_shows_the_same(made: Report, changes: Changes, reasons: bool) -> None:
    out = io.StringIO()
    print_report(made, changes, Console(file=out, width=120), reasons=reasons)
    text = " ".join(out.getvalue().split())
    for words in ("balanced accuracy", "Decisions by treatment", "CM16-9000003", "gain"):
        assert words in text
    assert ("Pain <persists>" in text) is reasons

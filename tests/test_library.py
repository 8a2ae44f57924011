"""The library's own functions, as its documentation shows them."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import openimr
from shared import DETERMINATIONS, needs_shared

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "src/openimr/samples/demo"


def test_the_examples_in_the_docstrings_run() -> None:
    outcome = doctest.testmod(openimr)
    assert outcome.attempted
    assert not outcome.failed


def test_the_example_in_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invented_letter: bytes
) -> None:
    (tmp_path / "letter.pdf").write_bytes(invented_letter)
    (tmp_path / "case-folder").symlink_to(DEMO)
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    names: dict[str, object] = {}
    exec(code, names)
    assert names["pdf"]
    assert names["found"]


@pytest.fixture
def invented_letter() -> bytes:
    from openimr.model import Determination, DeterminedItem

    item = DeterminedItem(
        request="MRI of the right knee",
        decision="Upheld",
        ur_guideline="Decision based on MTUS Knee Complaints 2004.",
        imr_guideline="Decision based on MTUS Knee Complaints 2004.",
        rationale="The record is silent.",
    )
    made = Determination(
        format="F16", case_number="CM16-9000001", items=(item,), summary="An invented summary."
    )
    return openimr.write(made, "pdf")


def test_a_determination_reviewed_blind_gives_the_same_whatever_was_decided(
    tmp_path: Path, invented_letter: bytes
) -> None:
    upheld = tmp_path / "upheld.pdf"
    upheld.write_bytes(invented_letter)
    text = openimr.write(openimr.read(upheld), "text").decode()
    other = tmp_path / "overturned.txt"
    other.write_text(text.replace(": Upheld", ": Overturned").replace("silent", "eloquent"))
    assert openimr.review(openimr.load_case(upheld)) == openimr.review(openimr.load_case(other))


@needs_shared
def test_every_published_determination_is_read_and_reviewed() -> None:
    paths = sorted((DETERMINATIONS / "pdf").glob("*.pdf"))[:20]
    for path in [*paths, *(DETERMINATIONS / "seeds").glob("*.txt")]:
        determination = openimr.read(path)
        case = openimr.load_case(path)
        review = openimr.review(case)
        assert len(review.items) == len(determination.items)
        text = case.documents[0].text or ""
        for fact in review.facts:
            assert text[fact.start : fact.end] == fact.quote

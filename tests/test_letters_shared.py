"""Every field of the published letters that are kept beside the project, in several layouts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from letters_helpers import pdf_text
from openimr.documents.files import load
from openimr.letters.folding import fold
from openimr.letters.read import read_text
from openimr.model import Determination

SHARED = Path(os.environ.get("OPENIMR_SHARED", Path(__file__).parents[2] / "shared"))
LETTERS = SHARED / "determinations"
TRUTH = LETTERS / "truth.jsonl"
pytestmark = pytest.mark.skipif(not TRUTH.exists(), reason="the published letters are not here")


@cache
def pdf_bytes(case_number: str) -> bytes:
    return (LETTERS / "pdf" / f"{case_number}.pdf").read_bytes()


def pdfium(case_number: str) -> str:
    return pdf_text(pdf_bytes(case_number))


def poppler(case_number: str) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    command = ["pdftotext", "-layout", str(LETTERS / "pdf" / f"{case_number}.pdf"), "-"]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def without_pages(case_number: str) -> str:
    """As a reader gives it that drops page breaks and the spaces at line ends."""
    text = pdfium(case_number).replace("\ufffe", "-\n").replace("\f", "\n")
    return "\n".join(line.rstrip() for line in text.splitlines())


def one_line(case_number: str) -> str:
    return fold(without_pages(case_number))


def mupdf_like(case_number: str) -> str:
    """Blank lines hold a space, every line ends with one."""
    lines = poppler(case_number).replace("\f", "\n").splitlines()
    return "\n".join(f"{line.strip()} " for line in lines)


def document_reader(case_number: str) -> str:
    """As the document reader gives it when asked for the text as printed."""
    loaded = load(LETTERS / "pdf" / f"{case_number}.pdf", as_printed=True)
    return loaded.text or ""


LAYOUTS = {
    f.__name__: f for f in (pdfium, poppler, without_pages, one_line, mupdf_like, document_reader)
}


def said(determination: Determination) -> dict[str, object]:
    """A determination in the fields and the words of the truth file."""

    def day(name: str) -> str:
        value = getattr(determination, name)
        return value.strftime("%m/%d/%Y") if value else ""

    reviewer = determination.reviewer
    return {
        "case_number": determination.case_number,
        "date_assigned": day("date_assigned"),
        "date_of_injury": day("date_of_injury"),
        "decision_date": day("decision_date"),
        "ur_denial_date": day("ur_denial_date"),
        "priority": determination.priority,
        "application_received": day("application_received"),
        "licensure": list(reviewer.licensure),
        "specialty": list(reviewer.certification),
        "issues": [
            {
                "treatment": item.request,
                "decision": item.decision,
                "claims_admin_guideline": item.ur_guideline or "",
                "maximus_guideline": item.imr_guideline or "",
                "rationale": item.rationale or "",
            }
            for item in determination.items
        ],
    }


def true(row: dict[str, object]) -> dict[str, object]:
    listed = {
        field: [part.strip() for part in str(row[field]).split(",") if part.strip()]
        for field in ("licensure", "specialty")
    }
    issues = row["issues"]
    assert isinstance(issues, list)
    folded = [{key: fold(value) for key, value in issue.items()} for issue in issues]
    return {**row, **listed, "issues": folded}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_field_of_every_letter(layout):
    rows = [json.loads(line) for line in TRUTH.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 85
    wrong = []
    for row in rows:
        read = read_text(LAYOUTS[layout](row["case_number"]))
        if (read.format, bool(read.summary), said(read)) != ("F16", True, true(row)):
            wrong.append(row["case_number"])
    assert wrong == []


SEEDS = sorted((LETTERS / "seeds").glob("*.txt"))
RELAID = {
    "as they are": str,
    "single line ends": lambda text: text.replace("\n\n", "\n"),
    "stripped": lambda text: "\n".join(line.strip() for line in text.split("\n")),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "one line": fold,
}


@pytest.mark.parametrize("layout", RELAID)
def test_seeds(layout):
    letters = [read_text(RELAID[layout](path.read_text(encoding="utf-8"))) for path in SEEDS]
    assert [letter.format for letter in letters] == ["F14a", "F14b", "F15", "F15", "F15"]
    assert [len(letter.items) for letter in letters] == [2, 1, 1, 2, 5]
    assert letters == [read_text(path.read_text(encoding="utf-8")) for path in SEEDS]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_no_word_of_a_seed_is_lost(path):
    """Fields and labels together are the rest of the letter after the summary, word for word."""
    text = fold(path.read_text(encoding="utf-8"))
    letter = read_text(path.read_text(encoding="utf-8"))
    items = " ".join(
        f"{item.request}: {item.decision} Claims Administrator guideline: {item.ur_guideline} "
        f"MAXIMUS guideline: {item.imr_guideline} Decision rationale: {item.rationale}"
        for item in letter.items
    )
    assert text.endswith(f"items/services set forth below: {items}")
    assert f"including all medical records: {letter.summary}" in text

"""What authors of guidelines work with: words, skeletons, differences, the book."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openimr.errors import GuidelineError
from openimr.guidelines.book import Turned, book, turned_on
from openimr.guidelines.check import shape_problems
from openimr.guidelines.conditions import parse
from openimr.guidelines.diff import SHIPPED_NAME, differences, read_part
from openimr.guidelines.library import SHIPPED, Library, load
from openimr.guidelines.new import skeleton
from openimr.guidelines.wording import in_words, lines, sentence
from page_reader import Page, assert_navigable, assert_self_contained, contrast


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("mcmurray", "Positive McMurray test"),
        ("not mcmurray", "not: Positive McMurray test"),
        ("conservative_care_weeks >= 4", "Duration of conservative care: at least 4 weeks"),
        ("4 <= conservative_care_weeks", "Duration of conservative care: at least 4 weeks"),
        ("mcmurray@any", "Positive McMurray test (for any region or treatment)"),
        (
            "any(mcmurray, lachman)",
            "at least one of these: [Positive McMurray test; Positive Lachman or drawer test]",
        ),
        (
            "not any(mcmurray, lachman, False)",
            "none of these (silence counts as no): "
            "[Positive McMurray test; Positive Lachman or drawer test]",
        ),
        (
            "mcmurray and lachman",
            "all of these: [Positive McMurray test; Positive Lachman or drawer test]",
        ),
        (
            "count(mcmurray, lachman) >= 2",
            "at least 2 of these: [Positive McMurray test; Positive Lachman or drawer test]",
        ),
        (
            "at_least(2, mcmurray, lachman)",
            "at least 2 of these: [Positive McMurray test; Positive Lachman or drawer test]",
        ),
        ("any(mcmurray, False)", "Positive McMurray test (silence counts as no)"),
        ('request_phase in ("initial", "trial")', "is “initial” or “trial”"),
        ('request_phase not in ("initial",)', "is none of “initial”"),
        ("documented(mcmurray)", "the record says whether or how much: Positive McMurray test"),
        (
            "sessions_requested + prior_sessions_completed <= 24",
            "Visits asked for plus Sessions of the treatment already completed: at most 24 visits",
        ),
    ],
)
def test_a_condition_in_plain_words(condition: str, words: str) -> None:
    assert words in sentence(in_words(parse(condition)))


def test_every_condition_of_the_library_has_words(library: Library) -> None:
    for guideline in library.treatments.values():
        for criterion in guideline.criteria:
            said = "\n".join(lines(in_words(criterion.test)))
            assert not re.search(r"\b(any|all|count|at_least|documented|sum_known)\(", said)
            assert "_" not in said


# --- new -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("treatment", ["wrist_splint", "other:wrist_splint"])
def test_a_skeleton_passes_the_check_of_shape_and_loads(tmp_path: Path, treatment: str) -> None:
    file = tmp_path / "wrist_splint.yaml"
    file.write_text(skeleton(treatment), "utf-8")
    assert shape_problems(file) == []
    assert [*read_part(file)] == [treatment]


def test_a_skeleton_from_any_guideline_shares_its_criteria(
    tmp_path: Path, library: Library
) -> None:
    file = tmp_path / "new.yaml"
    for model in library.treatments.values():
        file.write_text(skeleton("brand_new", model), "utf-8")
        assert shape_problems(file) == [], model.treatment
    made = read_part(file)["brand_new"]
    assert [c.same_as for c in made.criteria] == [c.key for c in model.criteria]
    assert [c.test for c in made.criteria] == [c.test for c in model.criteria]
    assert made.editions == model.editions


@pytest.mark.parametrize("name", ["MRI Hip", "mri-hip", "1mri", ""])
def test_a_skeleton_needs_an_id(name: str) -> None:
    with pytest.raises(GuidelineError, match="no treatment id"):
        skeleton(name)


# --- diff ----------------------------------------------------------------------------------------

KNEE = """\
treatment: knee_study
title: A study of the knee
family: study
category: imaging
names: [knee study]
editions:
  - id: text-2010
    in_force: {from: 2010-01-01, to: 2016-12-31}
    citation: {body: MTUS, chapter: Knee, year: 2010}
criteria:
  - id: C1
    kind: requirement
    says: Care has failed.
    condition: conservative_care_weeks >= 4
    source: {cite: "Knee p.1", certainty: GK-M}
  - id: C2
    kind: contraindication
    says: Signs are absent.
    condition: not mcmurray
    source: {cite: "Knee p.2", certainty: GK-M}
examples:
  - {name: one, facts: {mcmurray: true}, expect: {decision: Overturned}}
"""


def _lines(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    (old / "knee.yaml").write_text(KNEE, "utf-8")
    text = KNEE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (new / "knee.yaml").write_text(text, "utf-8")
    found = differences(read_part(old), read_part(new))
    return [line for one in found for line in one.lines]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (
            ">= 4",
            ">= 6",
            "C1 asks: Duration of conservative care: at least 4 weeks -> "
            "Duration of conservative care: at least 6 weeks",
        ),
        (
            "kind: requirement",
            "weight: supporting\n    kind: requirement",
            "C1 weight: core -> supporting",
        ),
        ("Care has failed.", "All care failed.", "C1 words: Care has failed. -> All care failed."),
        ("kind: contraindication", "kind: requirement", "C2 kind: contraindication -> requirement"),
        ('p.1", certainty: GK-M', 'p.1", certainty: S', "C1 certainty: GK-M -> S"),
        ("id: C2", "id: C3", "C2 removed (contraindication): Signs are absent."),
        ("id: C2", "id: C3", "C3 added (contraindication, core): Signs are absent."),
        ("knee study]", "study of a knee]", "name added: study of a knee"),
        ("2016-12-31", "2017-12-31", "(from 2010-01-01 to 2017-12-31; `text-2010`)"),
        ("decision: Overturned", "decision: Upheld", "example one: expects Overturned -> Upheld"),
        ("A study", "Study", "title: A study of the knee -> Study of the knee"),
    ],
)
def test_a_difference_in_plain_words(tmp_path: Path, before: str, after: str, line: str) -> None:
    assert line in " | ".join(_lines(tmp_path, (before, after)))


def test_nothing_differs_from_itself(tmp_path: Path) -> None:
    assert _lines(tmp_path) == []
    shipped = read_part(SHIPPED_NAME)
    assert differences(shipped, read_part(SHIPPED)) == []


def test_added_and_removed_treatments_are_told(tmp_path: Path) -> None:
    file = tmp_path / "knee.yaml"
    file.write_text(KNEE, "utf-8")
    knee = read_part(file)
    assert [(d.treatment, d.change) for d in differences({}, knee)] == [("knee_study", "added")]
    assert [(d.treatment, d.change) for d in differences(knee, {})] == [("knee_study", "removed")]


def test_a_file_may_share_criteria_of_the_shipped_library(tmp_path: Path) -> None:
    file = tmp_path / "knee.yaml"
    file.write_text(KNEE.replace("kind: requirement\n", "same_as: mri_knee.C1\n"), "utf-8")
    assert [*read_part(file)] == ["knee_study"]


def test_a_place_without_guidelines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GuidelineError, match="holds no guideline"):
        read_part(tmp_path)


# --- book ----------------------------------------------------------------------------------------

TURNED = {"mri_knee.C2": [Turned("CM16-9000001", 1, "not_met")]}


@pytest.fixture(scope="module")
def source(library: Library) -> bytes:
    return book(library)


def test_the_book_loads_nothing_and_can_be_found_ones_way_in(source: bytes) -> None:
    assert_self_contained(source)
    assert_navigable(source)


def test_the_book_holds_every_criterion_with_its_source_and_certainty(
    source: bytes, library: Library
) -> None:
    page = Page(source)
    words = page.words
    assert len(page.having("criterion")) == sum(
        len(g.criteria) for g in library.treatments.values()
    )
    for guideline in library.treatments.values():
        assert " ".join(guideline.title.split()) in words
        for criterion in guideline.criteria:
            assert " ".join(criterion.says.split()) in words
            assert " ".join(criterion.source.cite.split()) in words


def test_the_book_names_real_items_only_when_given_labels(source: bytes, library: Library) -> None:
    assert b"For local use" not in source
    with_items = Page(book(library, TURNED)).words
    assert "For local use" in with_items
    assert "not met CM16-9000001 item 1" in with_items


def test_labels_tell_which_items_turned_on_a_criterion() -> None:
    labels = [
        {
            "case_number": "CM16-9000001",
            "items": [
                {"decisive": [{"criterion": "other", "status": "met"}]},
                {"decisive": [{"criterion": "mri_knee.C2", "status": "met"}]},
            ],
        }
    ]
    assert turned_on(labels) == {"mri_knee.C2": [Turned("CM16-9000001", 2, "met")]}


PAIRS = [
    *((f"--{t}-ink", f"--{t}-bg", 4.5) for t in ("good", "bad", "gap", "plain", "note")),
    *(
        (front, back, 4.5)
        for front in ("--ink", "--quiet", "--link")
        for back in ("--card", "--page")
    ),
    *((f"--{t}", "--card", 3.0) for t in ("blue", "green", "red", "amber", "quiet")),
    ("--blue", "--plain-bg", 3.0),
    ("--focus", "--page", 3.0),
]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast_meets_wcag_aa(scheme: int, front: str, back: str, least: float) -> None:
    css = SHIPPED.parent.joinpath("templates/page.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    colours = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", blocks[0]))
    colours |= dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", blocks[scheme]))
    assert contrast(colours[front], colours[back]) >= least

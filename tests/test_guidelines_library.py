"""Guideline files: reading, names, editions by date, messages, overlay, cache."""

from __future__ import annotations

import json
import textwrap
from datetime import date
from pathlib import Path

import pytest

from openimr.errors import GuidelineError
from openimr.guidelines import files
from openimr.guidelines.library import load
from openimr.guidelines.names import singular

GOOD = """\
treatment: knee_test
title: Knee test
family: tests
category: test
region: knee
names:
  - knee test
  - {all: [stress, knee], none: [cardiac]}
  - {any: [genu, patella study]}
drug_classes: [nsaid]
editions:
  - id: old
    in_force: {from: 2010-01-01, to: 2016-06-30}
    citation: {body: MTUS, chapter: Knee Complaints, year: 2004, section: Special Studies}
  - id: new
    in_force: {from: 2016-07-01}
    citation: {body: MTUS, chapter: Knee Disorders, year: 2016}
  - id: odg
    step: ODG
    in_force: {from: 2013-01-01}
    citation: {body: ODG, chapter: Knee & Leg, section: Tests}
criteria:
  - id: C1
    kind: requirement
    says: Care has failed.
    condition: conservative_care_failed or conservative_care_weeks >= 4
    gap: What was tried and for how long.
    lifted_by: red_flags
    source: {cite: ACOEM ch.13, certainty: GK-H}
  - id: C2
    kind: requirement
    phases: [repeat]
    editions: [old]
    says: Findings have changed.
    condition: symptoms_changed
    source: {cite: ACOEM ch.13, certainty: GK-M}
examples:
  - name: failed
    facts: {conservative_care_failed: true}
    expect: {decision: Overturned, findings: {C1: met}}
  - name: silent
    facts: {}
    expect: {decision: Upheld, findings: {C1: not_documented}}
"""

SHARING = """\
treatment: other:hip_test
title: Hip test
family: tests
category: test
names: [hip test]
editions:
  - id: odg
    step: ODG
    citation: {body: ODG, chapter: Hip}
criteria:
  - id: C1
    same_as: knee_test.C1
    weight: supporting
    says: Care of the hip has failed.
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "guidelines"
    made.mkdir()
    (made / "knee_test.yaml").write_text(GOOD)
    (made / "hip_test.yaml").write_text(SHARING)
    return made


def test_shared_criteria_take_what_they_do_not_state(folder):
    hip = load(folder).get("other:hip_test")
    assert hip is not None
    (criterion,) = hip.criteria
    assert criterion.key == "other:hip_test.C1"
    assert criterion.says == "Care of the hip has failed."
    assert criterion.kind == "requirement"
    assert criterion.condition.startswith("conservative_care_failed")
    assert criterion.lifted_by == "red_flags"
    assert criterion.weight == "supporting"
    assert criterion.source.cite == "ACOEM ch.13"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2012, 12, 31), ["old"]),
        (date(2016, 6, 30), ["old", "odg"]),
        (date(2016, 7, 1), ["new", "odg"]),
        (date(2009, 1, 1), []),
        (None, ["new", "odg"]),
    ],
)
def test_editions_in_force_in_search_sequence_order(folder, day, expected):
    assert [edition.id for edition in load(folder).edition_for("knee_test", day)] == expected


def test_criteria_by_phase_and_edition(folder):
    knee = load(folder).get("knee_test")
    assert knee is not None
    assert [c.id for c in knee.criteria_for("initial", "old")] == ["C1"]
    assert [c.id for c in knee.criteria_for("repeat", "old")] == ["C1", "C2"]
    assert [c.id for c in knee.criteria_for("repeat", "new")] == ["C1"]
    assert [c.id for c in knee.criteria_for(None)] == ["C1", "C2"]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("Repeat KNEE-TEST, right", ["knee_test"]),
        ("knee tests x 2", ["knee_test"]),
        ("Stress test of both knees", ["knee_test"]),
        ("Cardiac stress and knee", []),
        ("genu", ["knee_test"]),
        ("patella  studies", ["knee_test"]),
        ("kneetest", []),
        ("hip test and knee test", ["knee_test", "other:hip_test"]),
        ("", []),
    ],
)
def test_requests_are_recognized_by_name(folder, request_text, expected):
    found = load(folder).by_name(request_text)
    assert [match.treatment for match in found] == expected
    for match in found:
        assert 0 <= match.start < match.end <= len(request_text)


def test_the_longest_name_leads_and_says_where_it_stands(folder):
    text = "Request: knee test"
    (match,) = load(folder).by_name(text)
    assert text[match.start : match.end] == "knee test"


@pytest.mark.parametrize(
    ("plural", "one"),
    [("studies", "study"), ("patches", "patch"), ("MRIs".lower(), "mri"), ("pelvis", "pelvis"),
     ("blocks", "block"), ("brush", "brush"), ("gas", "gas"), ("tens", "ten"), ("boxes", "box")],
)  # fmt: skip
def test_singular(plural, one):
    assert singular(plural) == one


def test_families_and_drug_classes(folder):
    library = load(folder)
    assert set(library.family("knee_test")) == {"knee_test", "other:hip_test"}
    assert library.family("tests") == library.family("knee_test")
    assert library.family("unknown") == ("unknown",)
    assert [g.treatment for g in library.by_drug_class(["opioid", "nsaid"])] == ["knee_test"]
    assert library.get("unknown") is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: requirement", "kind: requirment",
         'line 24: criteria.0.kind cannot be "requirment"; did you mean "requirement"?'),
        ("    gap: ", "    gapp: ",
         'line 27: unknown key "gapp" in criteria.0; did you mean "gap"?'),
        ("says: Findings have changed.", "says: 5", "line 34: criteria.1.says is int"),
        ("    says: Findings have changed.\n", "", 'line 30: criterion C2 lacks "says"'),
        ("title: Knee test\n", "", 'the file lacks "title"; add "title"'),
        ("condition: symptoms_changed", "condition: symptoms changed",
         'line 35: "condition" of C2: condition, column 10: cannot be read'),
        ("certainty: GK-M", "certainty: sure",
         'line 36: criteria.1.source.certainty cannot be "sure"'),
        ("treatment: knee_test", "treatment: Knee Test", "line 1: treatment has the form"),
        ("in_force: {from: 2016-07-01}", "in_force: {from: soon}", "line 16: editions.1.in_force"),
        ("names:\n", "names: [\n", "line 7: "),
        ("id: C2\n    kind: requirement", "id: C2\n    same_as: knee_test.C9",
         "C2 refers to knee_test.C9, which does not exist"),
        ("id: C2\n    kind: requirement", "id: C2\n    same_as: knee_test.C2",
         "which leads back to itself"),
        ("id: C2\n", "id: C2\n    shared: true\n", "C2 is shared with nothing; add same_as"),
    ],
)  # fmt: skip
def test_errors_name_file_line_and_key(folder, old, new, says):
    assert GOOD.count(old) >= 1
    path = folder / "knee_test.yaml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(GuidelineError) as raised:
        load(folder)
    assert str(raised.value).startswith(str(path))
    assert says in str(raised.value)


def test_a_shared_criterion_keeps_its_name_in_findings(folder):
    (folder / "hip_test.yaml").write_text(SHARING.replace("C1\n", "C1\n    shared: true\n"))
    hip = load(folder).get("other:hip_test")
    assert [c.key for c in hip.criteria] == ["knee_test.C1"]
    assert hip.criterion("C1") == hip.criterion("knee_test.C1") is not None


def test_a_request_of_no_region_is_held_to_the_main_text(folder):
    (folder / "hip_test.yaml").write_text(
        SHARING.replace("id: odg\n", "id: odg\n    regions: [hip]\n")
    )
    hip = load(folder).get("other:hip_test")
    assert [e.id for e in hip.chain(date(2020, 1, 1), None)] == ["odg"]


def test_two_files_for_one_treatment_are_refused_in_one_folder(folder):
    (folder / "zz.yaml").write_text(GOOD)
    with pytest.raises(GuidelineError, match=r"knee_test is already in knee_test\.yaml"):
        load(folder)


def test_a_licensee_lays_own_texts_over(folder, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "knee_test.yaml").write_text(GOOD.replace("title: Knee test", "title: Own knee test"))
    library = load(folder, own)
    knee = library.get("knee_test")
    assert knee is not None
    assert knee.title == "Own knee test"
    assert library.paths["knee_test"] == own / "knee_test.yaml"
    assert library.get("other:hip_test") is not None
    assert library.version != load(folder).version


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(GuidelineError, match="nowhere: is no folder"):
        load(tmp_path / "nowhere")


def test_the_cache_gives_the_same_library_and_bad_ones_are_ignored(folder, cache):
    first = load(folder)
    (kept,) = cache.rglob("*.msgpack")
    assert dict(load(folder).treatments) == dict(first.treatments)
    kept.write_bytes(b"no msgpack")
    assert dict(load(folder).treatments) == dict(first.treatments)
    (folder / "knee_test.yaml").write_text(GOOD.replace("Care has failed.", "Care failed."))
    changed = load(folder).get("knee_test")
    assert changed is not None
    assert changed.criteria[0].says == "Care failed."


def test_a_cache_that_cannot_be_written_is_done_without(folder, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert load(folder).get("knee_test") is not None


def test_the_shipped_schema_is_made_from_the_structs():
    assert json.loads(files.SCHEMA.read_text()) == json.loads(json.dumps(files.schema()))


def test_the_shipped_library_loads():
    library = load()
    assert len(library.treatments) >= 10
    for treatment, guideline in library.treatments.items():
        assert library.paths[treatment].parent.name == "library"
        in_force = [e for e in guideline.editions if e.in_force.end is None]
        assert in_force, f"{treatment} has no edition in force today"
        for criterion in guideline.criteria:
            assert criterion.key in (f"{treatment}.{criterion.id}", criterion.same_as)
        keys = [criterion.key for criterion in guideline.criteria]
        assert len(keys) == len(set(keys)), f"{treatment} has two criteria of one name"


def test_duplicate_keys_are_found():
    text = textwrap.dedent("""\
        a: 1
        b: {c: 1, c: 2}
        a: 3
    """)
    assert files.duplicate_keys(text.encode()) == [(2, "c"), (3, "a")]


def test_line_of_a_place_that_is_absent_is_the_nearest_above():
    data = Path(__file__).read_bytes()[:0] + b"a:\n  - b: 1\n  - c: 2\n"
    assert files.line_of(data, ("a", 1, "missing")) == 3
    assert files.line_of(data, ("missing",)) == 1

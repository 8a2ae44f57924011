"""Case files: what is read, what is refused, and in which words."""

from __future__ import annotations

import io
import json
import os
import sys
import types
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents_made import pdf
from openimr.documents import (
    Limits,
    iter_cases,
    load_case,
    read_attestation,
    read_determination_json,
    save_case,
)
from openimr.errors import InputError
from openimr.model import Case, DisputedItem, Document

ITEM = {"request": "MRI of the right knee"}


def written(folder: Path, content: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "case.json").write_text(text, encoding="utf-8")
    return folder


def refusal(path: Path | str, read=load_case) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_with_its_documents(tmp_path):
    (tmp_path / "records").mkdir()
    (tmp_path / "records/pr2.pdf").write_bytes(pdf(["Knee pain."], ["MRI is requested."]))
    case = load_case(
        written(
            tmp_path,
            {
                "case_number": "CM17-9000001",
                "ur_denial_date": "2016-11-29",
                "documents": [
                    {"name": "summary", "kind": "clinical_summary", "text": "A worker"},
                    {"name": "PR-2", "kind": "progress_report", "path": "records/pr2.pdf"},
                ],
                "items": [ITEM],
            },
        )
    )
    summary, report = case.documents
    assert case.ur_denial_date == date(2016, 11, 29)
    assert (summary.text, summary.page_starts) == ("A worker", (0,))
    assert report.text == "Knee pain.\nMRI is requested.\n"
    assert (report.page_starts, report.path) == ((0, 11), "records/pr2.pdf")
    assert load_case(tmp_path / "case.json") == case


def test_text_that_is_given_is_kept(tmp_path):
    (tmp_path / "a.txt").write_text("other words")
    document = {"name": "a", "text": "these words", "path": "a.txt", "page_starts": [0, 6]}
    case = load_case(written(tmp_path, {"items": [ITEM], "documents": [document]}))
    assert case.documents[0].text == "these words"
    assert case.documents[0].page_starts == (0, 6)


MISTAKES = [
    ({"items": [{"reqest": "MRI"}]}, 'unknown field "reqest" at items[0]; did you mean "request"?'),
    (
        {"items": [ITEM], "documents": [{"name": "a", "text": "b", "colour": 1}]},
        'unknown field "colour" at documents[0]; the fields are: name, kind,',
    ),
    ({"case_number": "1"}, 'missing field "items"; add "items": {"items": [{"request"'),
    ({"items": [{}]}, 'missing field "request" at items[0]'),
    ({"items": []}, "items is empty; a case needs at least one disputed item"),
    ({"items": [{"request": " "}]}, "items[0].request is empty"),
    ({"items": {"request": "MRI"}}, "items is an object; it must be a list"),
    ({"items": "MRI"}, "items is a text; it must be a list"),
    ({"items": [7]}, "items[0] is a whole number; it must be an object"),
    ({"items": [{"request": 5}]}, "items[0].request is a whole number; it must be a text"),
    ([ITEM], "the file is a list; it must be an object"),
    ({"items": [ITEM], "decision_date": "01/05/2017"}, "decision_date is not a date; write dates"),
    ({"items": [ITEM], "decision_date": "2017-02-30"}, "decision_date is not a date"),
    ({"items": [ITEM], "decision_date": 5}, "decision_date is not a date"),
    ({"items": [ITEM], "priority": "urgent"}, "use one of: Expedited, Standard"),
    ({"items": [ITEM], "documents": [{"name": "a"}]}, "documents[0] has neither text nor path"),
    (
        {"items": [ITEM], "documents": [{"name": "a", "text": "b"}, {"name": "a", "text": "c"}]},
        "documents[1] has the same name as documents[0]",
    ),
    ({"items": [ITEM], "documents": [{"name": "a", "path": "../x.txt"}]}, "leaves the case folder"),
    ({"items": [ITEM], "documents": [{"name": "a", "path": "/etc/passwd"}]}, "leaves the case"),
    ({"items": [ITEM], "documents": [{"name": "a", "path": "out/x.txt"}]}, "leaves the case"),
    ({"items": [ITEM], "documents": [{"name": "a", "path": "a\0b"}]}, "is not a path"),
    (
        {"items": [ITEM], "documents": [{"name": "a", "path": "no.pdf"}]},
        "documents[0]: no.pdf: no such file; check the path",
    ),
    ("", "is empty"),
    ('{"items": [\n  {"request": "MRI",}\n]}', "is not valid JSON at line 2, column"),
    ('{"items": [{"request": "MRI"}]', "is not valid JSON at line 1, column 31"),
    ('{"items": [{"request": "MRI"}]} x', "is not valid JSON at line 1, column 33"),
    ('{"items": [{"request": NaN}]}', "is not valid JSON at line 1"),
    ('{"items": [{"request": NaN}], "documents": ' + "[" * 100_000, "is nested too deeply"),
]


@pytest.mark.parametrize(("content", "message"), MISTAKES, ids=[m[1][:40] for m in MISTAKES])
def test_mistakes_are_named(tmp_path, content, message):
    (tmp_path / "x.txt").write_text("outside")
    folder = written(tmp_path / "case", content)
    (folder / "out").symlink_to(tmp_path)
    assert message in refusal(folder)
    assert refusal(folder).startswith(str(folder / "case.json"))


def test_an_error_never_quotes_the_record(tmp_path):
    folder = written(tmp_path, '{"items": [{"request": "secret words", "ur_guideline": 1}]}')
    assert "secret" not in refusal(folder)
    written(tmp_path, '{"items": [{"request": "secret words" "secret"}]}')
    assert "secret" not in refusal(folder)


def test_a_folder_without_a_case_file(tmp_path):
    (tmp_path / "pr2.txt").write_text("x")
    assert 'write one into it that holds at least {"items": [{"request"' in refusal(tmp_path)
    assert "no such file" in refusal(tmp_path / "case.json")
    with pytest.raises(InputError, match=r"has no case\.json"):
        list(iter_cases(tmp_path))


def test_too_large_a_case_file(tmp_path):
    written(tmp_path, {"items": [{"request": "x" * 5000}]})
    with pytest.raises(InputError, match="over the limit of 1 kB"):
        load_case(tmp_path, limits=Limits(text_bytes=1000))


def test_standard_input(monkeypatch):
    def given_in(content: dict[str, object]) -> None:
        data = io.BytesIO(json.dumps(content).encode())
        monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=data))

    given_in({"items": [ITEM]})
    assert load_case("-").items[0].request == ITEM["request"]
    given_in({"items": [ITEM], "documents": [{"name": "a", "path": "a.txt"}]})
    assert "standard input: documents[0].path names a file" in refusal("-")


def test_many_cases(tmp_path):
    for name in ("b", "a"):
        written(tmp_path / "folders" / name, {"case_number": name, "items": [ITEM]})
    assert [c.case_number for c in iter_cases(tmp_path / "folders")] == ["a", "b"]
    assert [c.case_number for c in iter_cases(tmp_path / "folders/a")] == ["a"]
    lines = tmp_path / "cases.jsonl"
    lines.write_text('{"items": [{"request": "x"}]}\n\n{"items": []}\n')
    cases = iter_cases(lines)
    assert next(cases).items[0].request == "x"
    with pytest.raises(InputError, match=r"cases\.jsonl, line 3: items is empty"):
        next(cases)
    lines.write_text('{"items": [{"request": "x"}]}\n' * 2)
    assert "holds several cases" in refusal(lines)
    lines.write_text('{"items": [{"request": "x"}]}\n')
    assert load_case(lines).items[0].request == "x"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


@given(
    st.builds(
        Case,
        items=st.lists(
            st.builds(DisputedItem, request=WORDS.filter(str.strip), remainder=st.none() | WORDS),
            min_size=1,
            max_size=3,
        ).map(tuple),
        decision_date=st.none() | st.dates(date(1990, 1, 1), date(2050, 1, 1)),
        documents=st.lists(
            st.builds(Document, name=WORDS, text=WORDS, page_starts=st.just((0,))),
            unique_by=lambda d: d.name,
            max_size=3,
        ).map(tuple),
    )
)
def test_a_saved_case_is_the_same_case(tmp_path_factory, case):
    folder = tmp_path_factory.getbasetemp() / "saved"
    file = save_case(case, folder)
    assert load_case(folder) == load_case(file) == case


def test_attestations_and_determinations(tmp_path):
    path = tmp_path / "attestation.json"
    reviewer = {
        "name": "A. Example",
        "licences": [{"state": "CA", "number": "A1"}],
        "certification": ["Orthopedic Surgery"],
    }
    full = {"reviewer": reviewer, "statement": "mine", "date": "2017-01-05"}
    path.write_text(json.dumps(full))
    assert read_attestation(path).reviewer.licences[0].state == "CA"
    path.write_text(json.dumps(full | {"decisions": [{"item": 0, "decision": "Denied"}]}))
    assert "use one of: Overturned, Upheld" in refusal(path, read_attestation)
    path.write_text('{"format": "F16", "items": [{"request": "x", "decision": "Upheld"}]}')
    assert read_determination_json(path).items[0].decision == "Upheld"
    assert 'unknown field "format"' in refusal(path, read_attestation)


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_inside_the_folder_is_followed(tmp_path):
    folder = written(tmp_path, {"items": [ITEM], "documents": [{"name": "a", "path": "link.txt"}]})
    (folder / "real.txt").write_text("words")
    (folder / "link.txt").symlink_to(folder / "real.txt")
    assert load_case(folder).documents[0].text == "words"

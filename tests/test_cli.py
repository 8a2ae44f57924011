"""The command line as people use it, and misuse it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

IMR = [str(Path(sys.executable).with_name("imr"))]
DEMO = Path(__file__).parents[1] / "src/openimr/samples/demo"


def imr(*words: object, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*IMR, *map(str, words)], input=given, capture_output=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def determination(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The determination of the demo case, as the demo writes it."""
    folder = tmp_path_factory.mktemp("demo")
    done = imr("demo", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder / "CM26-9000001.determination.json"


def test_demo_writes_review_and_letter_and_says_where(determination: Path) -> None:
    written = {path.name for path in determination.parent.iterdir()}
    assert {
        "CM26-9000001.review.html",
        "CM26-9000001.review.pdf",
        "CM26-9000001.review.docx",
        "CM26-9000001.review.json",
        "CM26-9000001.letter.pdf",
        "CM26-9000001.letter.docx",
        "CM26-9000001.letter.txt",
        "CM26-9000001.determination.json",
    } <= written


def test_demo_case_has_what_a_demonstration_needs(determination: Path) -> None:
    review = json.loads((determination.parent / "CM26-9000001.review.json").read_text())
    items = review["items"]
    assert len(items) >= 5
    assert {item["proposed_decision"] for item in items} == {"Upheld", "Overturned"}
    assert any(item["dependent_on"] is not None for item in items)
    assert any(item["drug"] for item in items)
    assert any(item["guidelines"][0]["body"] != "MTUS" for item in items)
    assert review["draft"] is True


def test_letter_reads_back_as_the_determination(determination: Path) -> None:
    wanted = json.loads(determination.read_text())
    for suffix in ("pdf", "docx", "txt"):
        letter = determination.parent / f"CM26-9000001.letter.{suffix}"
        done = imr("read", "--json", letter)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == wanted


def test_letter_can_be_piped(determination: Path) -> None:
    done = imr("letter", "-", given=determination.read_bytes())
    assert done.returncode == 0
    again = imr("read", "--json", "-", given=done.stdout)
    assert json.loads(again.stdout) == json.loads(determination.read_text())


def test_letter_never_names_the_reviewer(determination: Path) -> None:
    for path in determination.parent.iterdir():
        if ".letter." in path.name or "determination" in path.name:
            assert b"Dr. Invented" not in path.read_bytes()


@pytest.mark.parametrize("to", ["text", "json", "html", "pdf", "docx"])
def test_review_formats_are_marked_as_draft(to: str, tmp_path: Path) -> None:
    done = imr("review", "--format", to, "--out", tmp_path, DEMO)
    assert done.returncode == 0, done.stderr
    (made,) = tmp_path.iterdir()
    if to in ("text", "html"):
        assert "DRAFT" in made.read_text("utf-8")
    if to == "json":
        assert json.loads(made.read_text())["draft"] is True


def test_review_of_several_cases_is_one_json_line_each() -> None:
    done = imr("review", "--json", DEMO, DEMO / "case.json")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["case_number"] for line in lines] == ["CM26-9000001"] * 2


def test_review_of_a_determination_uses_only_its_case_side(determination: Path) -> None:
    letter = determination.parent / "CM26-9000001.letter.txt"
    done = imr("review", "--json", letter)
    review = json.loads(done.stdout)
    assert [fact["document"] for fact in review["facts"]] == ["summary"] * len(review["facts"])


def locked() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = BytesIO()
    pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def zipped() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    return out.getvalue()


RUBBISH = [
    ("empty.pdf", b"", "empty"),
    ("locked.pdf", locked(), "password"),
    ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<", "damaged"),
    ("zip.pdf", zipped(), ""),
    ("noise.txt", bytes(range(256)) * 40, ""),
    ("menu.txt", b"Soup of the day: tomato. Upheld tradition.", "determination"),
    ("latin.txt", "Crème brûlée und Müller".encode("latin-1"), "determination"),
    ("wide.txt", "A note of no interest".encode("utf-16"), "determination"),
]


@pytest.mark.parametrize(("name", "data", "says"), RUBBISH, ids=[name for name, _, _ in RUBBISH])
def test_rubbish_is_named_in_one_sentence_and_the_rest_is_read(
    name: str, data: bytes, says: str, tmp_path: Path, determination: Path
) -> None:
    bad = tmp_path / name
    bad.write_bytes(data)
    done = imr("read", "--json", bad, determination.parent / "CM26-9000001.letter.txt")
    said = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert name in said[0]
    assert says in said[0]
    assert "Traceback" not in done.stderr.decode()
    assert len(done.stdout.splitlines()) == 1


CASES = [
    ('{"items": [{"reqest": "MRI"}]}', "reqest"),
    ('{"items": []}', "item"),
    ("{}", "items"),
    ('{"items": [{"request": 5}]}', "request"),
    ('{"items": [{"request": "MRI"}], "date_of_injury": "10/12/2016"}', "date_of_injury"),
    ('{"items": [', "line 1"),
    ("[1, 2]", "object"),
    ('{"items": [{"request": "' + "MRI " * 2000 + '"}]}', "items[0]"),
]


@pytest.mark.parametrize(("text", "says"), CASES)
def test_bad_case_files_are_told_with_their_place(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(text)
    done = imr("review", path)
    said = done.stderr.decode()
    assert done.returncode == 1
    assert says in said
    assert "case.json" in said
    assert len(said.splitlines()) == 1


def test_an_unknown_treatment_goes_on_without_a_proposal(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text('{"items": [{"request": "Quantum flux realignment of the aura"}]}')
    done = imr("review", "--json", path)
    (item,) = json.loads(done.stdout)["items"]
    assert item["treatment"].startswith("other:")
    assert item["proposed_decision"] is None
    assert "no guideline" in item["rationale"]


def test_a_guideline_with_a_typo_is_told_with_line_and_key(tmp_path: Path) -> None:
    shipped = DEMO.parents[1] / "guidelines/library/mri_knee.yaml"
    text = shipped.read_text("utf-8").replace("title:", "titel:", 1)
    (tmp_path / "mri_knee.yaml").write_text(text)
    done = imr("guideline", "check", tmp_path)
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "mri_knee.yaml" in said
    assert "line 2" in said
    assert '"title"' in said


def test_guideline_show_prints_for_a_physician() -> None:
    done = imr("guideline", "show", "mri_lumbar")
    assert done.returncode == 0
    assert "mri_lumbar.C2" in done.stdout.decode() or "C2" in done.stdout.decode()


def test_guideline_show_suggests_a_name() -> None:
    done = imr("guideline", "show", "mri_lumbr")
    assert done.returncode == 1
    assert "did you mean mri_lumbar" in done.stderr.decode()


ATTESTATION = json.loads((DEMO / "attestation.json").read_text())
BAD_ATTESTATIONS = [
    ({"reviewer": {**ATTESTATION["reviewer"], "name": " "}}, "reviewer.name"),
    ({"reviewer": {**ATTESTATION["reviewer"], "licences": []}}, "licences"),
    ({"statement": ""}, "statement"),
    ({"decisions": [{"item": 99, "decision": "Upheld"}]}, "99"),
    ({"decisions": [{"item": 0, "decision": "Maybe"}]}, "decision"),
]


@pytest.mark.parametrize(("change", "says"), BAD_ATTESTATIONS)
def test_attestations_that_do_not_attest(
    change: dict[str, object], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "attestation.json"
    path.write_text(json.dumps(ATTESTATION | change))
    done = imr("review", "--attest", path, "--out", tmp_path / "out", DEMO)
    assert done.returncode == 1
    assert says in done.stderr.decode()
    assert not list((tmp_path / "out").glob("*letter*"))


def test_the_physician_decides(tmp_path: Path) -> None:
    path = tmp_path / "attestation.json"
    own = {"item": 0, "decision": "Upheld", "rationale": "The radiographs answer the question."}
    path.write_text(json.dumps(ATTESTATION | {"decisions": [own]}))
    done = imr("review", "--attest", path, "--out", tmp_path / "out", DEMO)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "out/CM26-9000001.determination.json").read_text())
    assert made["items"][0]["decision"] == "Upheld"
    assert made["items"][0]["rationale"] == own["rationale"]


def test_facts_of_a_text() -> None:
    done = imr(
        "facts", "--json", "-", given=b"Objective: straight leg raise is positive on the right."
    )
    facts = [json.loads(line) for line in done.stdout.splitlines()]
    assert ("slr_positive", "present", "right") in [
        (fact["fact"], fact["polarity"], fact["side"]) for fact in facts
    ]


def test_nothing_given_is_a_wrong_call() -> None:
    assert imr("read").returncode == 2
    assert imr("review").returncode == 2
    assert imr("nonsense").returncode == 2

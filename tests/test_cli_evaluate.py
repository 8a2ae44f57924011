"""``imr evaluate`` and the authors' commands, as people use them and misuse them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from openimr.guidelines.check import shape_problems
from page_reader import Page
from replayed import DETERMINATIONS, HARDER, write_labels, write_letters

IMR = [str(Path(sys.executable).with_name("imr"))]
DEMO = Path(__file__).parents[1] / "src/openimr/samples/demo"


def imr(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*IMR, *map(str, words)], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = write_letters(tmp_path_factory.mktemp("letters"))
    (place / "readme.txt").write_text("Letters, and this, which is none.", "utf-8")
    write_labels(place / "labels.jsonl")
    return place


@pytest.fixture(scope="module")
def labels(folder: Path) -> Path:
    return folder / "labels.jsonl"


@pytest.fixture(scope="module")
def before(folder: Path, labels: Path) -> Path:
    done = imr("evaluate", folder, "--labels", labels, "--json")
    assert done.returncode == 0, done.stderr
    file = folder.parent / "before.json"
    file.write_text(done.stdout, "utf-8")
    return file


def test_json_is_one_object_with_stable_keys(before: Path) -> None:
    found = json.loads(before.read_text("utf-8"))
    assert set(found) == {
        "format",
        "engine",
        "only",
        "without_ur",
        "settings",
        "letters",
        "labelled_letters",
        "measures",
        "by_treatment",
        "by_fact",
        "calibration",
        "roc",
        "items",
        "disagreements",
        "notes",
    }
    assert found["letters"] == 3
    assert found["engine"]["library"]
    assert [row["proposed"] for row in found["items"]] == [
        "Overturned",
        "Upheld",
        "Upheld",
        "Upheld",
    ]
    assert found["measures"]["reason_found"] == {"share": 1.0, "n": 3}


def test_the_table_names_measures_and_disagreements(folder: Path, labels: Path) -> None:
    done = imr("evaluate", folder, "--labels", labels)
    assert done.returncode == 0, done.stderr
    for words in ("balanced accuracy", "Decisions by treatment", "CM16-9000003"):
        assert words in done.stdout
    assert done.stderr == "imr: 1 file is no determination; passed over.\n"


def test_two_runs_give_the_same(folder: Path, labels: Path, before: Path) -> None:
    again = imr("evaluate", folder, "--labels", labels, "--json").stdout
    assert again == before.read_text("utf-8")


def test_a_changed_criterion_is_set_against_the_run_before(
    folder: Path, labels: Path, before: Path
) -> None:
    tried = [word for setting in HARDER for word in ("--set", setting)]
    done = imr("evaluate", folder, "--labels", labels, "--against", before, *tried, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["settings"] == HARDER
    assert found["changes"]["losses"] > 0
    shown = imr("evaluate", folder, "--labels", labels, "--against", before, *tried)
    assert "loss" in shown.stdout
    assert "Earlier run" in shown.stdout


def test_the_page_is_written_and_nothing_of_the_letters_is_told_beside_it(
    folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "out" / "evaluation.html"
    done = imr("evaluate", folder, "--html", page, "--json")
    assert done.returncode == 0, done.stderr
    assert "Disagreements: 1" in Page(page.read_bytes()).words
    assert "knee" not in done.stderr
    assert "local use" in done.stderr


def test_the_halves_make_the_whole(folder: Path, before: Path) -> None:
    numbers = set()
    for half in ("development", "check"):
        done = imr("evaluate", folder, "--only", half, "--json")
        if done.returncode == 0:
            numbers |= {row["case_number"] for row in json.loads(done.stdout)["items"]}
        else:
            assert f"is in the {half} half" in done.stderr
    assert numbers == {one.case_number for one in DETERMINATIONS}


def test_determinations_as_data_come_to_the_same(
    folder: Path, before: Path, tmp_path: Path
) -> None:
    letters = sorted(folder.glob("CM*.txt"))
    read = imr("read", "--json", *letters)
    data = tmp_path / "letters.jsonl"
    data.write_text(read.stdout, "utf-8")
    done = imr("evaluate", data, "--json")
    assert done.returncode == 0, done.stderr
    mine, theirs = json.loads(done.stdout), json.loads(before.read_text("utf-8"))
    assert [row["chance"] for row in mine["items"]] == [row["chance"] for row in theirs["items"]]


def test_a_letter_given_twice_counts_once(folder: Path) -> None:
    done = imr("evaluate", folder, folder, "--json")
    assert json.loads(done.stdout)["letters"] == 3


def test_without_ur_takes_the_denial_out(folder: Path) -> None:
    done = imr("evaluate", folder, "--without-ur", "--json")
    assert json.loads(done.stdout)["without_ur"] is True


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("{empty}",), "nothing in it is a determination"),
        (("{folder}", "--labels", "{folder}/nowhere.jsonl"), "cannot be read"),
        (("{folder}", "--labels", "{folder}/readme.txt"), "line 1: is no label"),
        (("{folder}", "--against", "{folder}/readme.txt"), "is no evaluation"),
        (("{folder}", "--set", "mri_knee.C2.weeks=6"), "mri_knee.C2 has no number"),
        (("{folder}/nowhere",), "no such file or folder"),
    ],
)
def test_a_mistake_gets_one_sentence(
    folder: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    (tmp_path / "note.txt").write_text("No letter.", "utf-8")
    done = imr("evaluate", *(w.format(folder=folder, empty=tmp_path) for w in words))
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


# --- the authors' commands -----------------------------------------------------------------------


def test_review_takes_a_changed_criterion() -> None:
    done = imr("review", "--json", "--set", HARDER[0], "--set", HARDER[1], DEMO)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "+set-" in found["engine"]["library"]
    knee = next(item for item in found["items"] if item["treatment"] == "mri_knee")
    assert knee["proposed_decision"] == "Upheld"


def test_new_writes_a_skeleton_once(tmp_path: Path) -> None:
    file = tmp_path / "wrist_splint.yaml"
    done = imr("guideline", "new", "wrist_splint", "--from", "lumbar_brace_dme", "--out", file)
    assert (done.returncode, done.stdout) == (0, f"{file}\n")
    assert shape_problems(file) == []
    assert "is there already" in imr("guideline", "new", "wrist_splint", "--out", file).stderr
    assert "is already held" in imr("guideline", "new", "mri_knee").stderr
    assert "did you mean mri_knee" in imr("guideline", "new", "a", "--from", "mri_kne").stderr


def test_diff_tells_what_a_folder_changes(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[1] / "src/openimr/guidelines/library/mri_knee.yaml"
    text = shipped.read_text("utf-8").replace("MRI knee", "MRI of a knee")
    (tmp_path / "mri_knee.yaml").write_text(text, "utf-8")
    done = imr("guideline", "diff", "shipped", tmp_path)
    assert done.stdout.startswith("mri_knee: changed\n")
    assert "  name added: MRI of a knee\n" in done.stdout
    assert imr("guideline", "diff", "shipped", "shipped").stdout == "Nothing differs.\n"
    rows = imr("guideline", "diff", "--json", "shipped", tmp_path).stdout.splitlines()
    assert [json.loads(row)["treatment"] for row in rows] == ["mri_knee"]


def test_explain_shows_facts_and_effect() -> None:
    done = imr("guideline", "explain", DEMO, "mri_knee")
    assert done.returncode == 0, done.stderr
    assert "mcmurray = yes" in done.stdout
    found = json.loads(imr("guideline", "explain", "--json", DEMO, "1").stdout)
    assert found["treatment"] == "mri_knee"
    assert "has no item 99" in imr("guideline", "explain", DEMO, "99").stderr


def test_book_is_written_with_and_without_real_items(tmp_path: Path, labels: Path) -> None:
    done = imr("guideline", "book", "--out", tmp_path / "book")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/book/index.html\n")
    assert "CM16-9000001" not in (tmp_path / "book/index.html").read_text("utf-8")
    imr("guideline", "book", "--out", tmp_path / "own", "--labels", labels)
    assert "CM16-9000001 item 1" in (tmp_path / "own/index.html").read_text("utf-8")

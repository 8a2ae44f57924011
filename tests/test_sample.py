"""Invented determinations: the same for a seed, true to their labels, marked, and lawful."""

from __future__ import annotations

import json
import re
import tarfile
from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import openimr
from openimr.archive.sample import Sampled, sample, sampled, write_samples
from openimr.archive.sample.letter import text_of, writable
from openimr.archive.sample.summary import MARK
from openimr.cli.main import cli
from openimr.errors import InputError
from openimr.letters import printed, read_text, write
from openimr.letters.forms import forms
from openimr.model import Determination
from openimr.reviews.evaluate import compare

LETTERS = list(sample(300, seed=3))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_samples(tmp_path / name, 12, seed=5)
    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    write_samples(tmp_path / "c", 12, seed=6)
    assert _files(tmp_path / "a") != _files(tmp_path / "c")


@settings(max_examples=30, deadline=None)
@given(number=st.integers(0, 3_000_000), seed=st.integers(0, 50))
def test_a_letter_reads_back_as_what_it_was_written_from(number: int, seed: int) -> None:
    one = sampled(number, seed)
    assert one == sampled(number, seed)
    assert read_text(text_of(one.determination)) == one.determination


@pytest.mark.parametrize("one", LETTERS[:40], ids=lambda one: one.determination.case_number)
def test_printing_is_writing_without_the_check(one: Sampled) -> None:
    held = writable(one.determination)
    assert printed(held) == write(held, "text")


def test_every_form_is_among_them() -> None:
    found = {one.determination.format: one.determination for one in sample(900, seed=3)}
    assert set(found) == set(forms())
    for held in found.values():
        assert read_text(text_of(held)) == held


def test_modified_requests_are_among_them() -> None:
    items = [item for one in LETTERS for item in one.determination.items if item.remainder]
    assert items
    for item in items:
        assert item.original
        assert item.authorized
        assert item.request.endswith("is")


def test_a_letter_does_not_depend_on_how_many_there_are() -> None:
    assert list(sample(2, seed=3, first=7)) == LETTERS[7:9]


@pytest.mark.parametrize("to", ["html", "docx", "pdf"])
def test_other_formats_read_back(to: str, tmp_path: Path) -> None:
    write_samples(tmp_path, 3, seed=3, to=to)  # type: ignore[arg-type]
    for one in LETTERS[:3]:
        [path] = (tmp_path / "letters").glob(f"{one.determination.case_number}.*")
        assert openimr.read(path) == writable(one.determination)


def test_dates_are_in_lawful_order() -> None:
    for one in LETTERS:
        held = one.determination
        if held.format == "M13":
            continue
        days = (
            held.date_of_injury,
            held.ur_denial_date,
            held.application_received,
            held.date_assigned,
            held.decision_date,
        )
        known = [day for day in days if day is not None]
        assert known == sorted(known)
        assert held.ur_denial_date is not None
        assert held.application_received is not None
        # 8 CCR 9792.10.1(b): the application within 30 days of the decision of utilization review
        assert (held.application_received - held.ur_denial_date).days <= 30


def test_every_letter_is_marked_as_invented() -> None:
    for one in LETTERS:
        assert (one.determination.summary or "").startswith(MARK)
        number = one.determination.case_number or ""
        assert number.startswith("CM1")
        assert number.split("-")[1].startswith("9")
    assert len({one.determination.case_number for one in sample(2000)}) == 2000


def test_facts_stand_where_their_labels_say() -> None:
    for one in LETTERS:
        summary = one.determination.summary or ""
        for fact in one.label["facts"]:
            assert summary[fact["start"] : fact["end"]] == fact["quote"]


def test_streams_hold_the_letters(tmp_path: Path) -> None:
    wanted = [one.determination for one in LETTERS[:5]]
    write_samples(tmp_path, 5, seed=3, to="tar")
    with tarfile.open(tmp_path / "letters.tar") as held:
        texts = [held.extractfile(member).read().decode() for member in held]  # type: ignore[union-attr]
    assert [read_text(text) for text in texts] == wanted
    write_samples(tmp_path, 5, seed=3, to="jsonl")
    lines = (tmp_path / "letters.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=Determination) for line in lines] == wanted


@pytest.mark.parametrize("wrong", [{"count": -1}, {"count": 1, "agreement": 0.2}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        sample(**wrong)  # type: ignore[arg-type]


def test_the_command_writes_what_evaluate_reads(tmp_path: Path) -> None:
    run = CliRunner().invoke(cli, ["sample", "4", "--seed", "3", "--out", str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert "4 invented letters" in run.output
    labels = str(tmp_path / "labels.jsonl")
    seen = CliRunner().invoke(cli, ["evaluate", str(tmp_path), "--labels", labels, "--json"])
    assert seen.exit_code == 0, seen.output
    assert json.loads(seen.output)["labelled_letters"] == 4


def test_the_mix_is_that_of_practice() -> None:
    letters = list(sample(1500, seed=9))
    items = [item for one in letters for item in one.determination.items]
    share = sum(item.decision == "Overturned" for item in items) / len(items)
    assert 2.0 <= len(items) / len(letters) <= 2.6
    assert 0.085 <= share <= 0.14, "about one item in nine is overturned"
    departures = sum(len(one.departures) for one in letters) / len(items)
    assert 0.08 <= departures <= 0.15
    asked = Counter(label["treatment"] for one in letters for label in one.label["items"])
    assert asked["physical_therapy"] > asked["mri_lumbar"] > asked["spinal_cord_stimulator"]
    assert len(asked) >= 60
    years = Counter(
        one.determination.decision_date.year for one in letters if one.determination.decision_date
    )
    assert set(years) == set(range(2013, 2020))


def test_full_agreement_leaves_no_departures() -> None:
    assert not any(one.departures for one in sample(60, seed=3, agreement=1.0))


def test_departures_are_told() -> None:
    for one in LETTERS:
        for told in one.departures:
            item = one.determination.items[told["item"]]
            assert item.decision == told["decision"] != told["criteria"]
            assert one.label["items"][told["item"]]["decidable"] == "no"


def test_the_blind_review_mostly_comes_to_the_outcome_intended() -> None:
    letters = LETTERS[:120]
    labels = {one.label["case_number"]: one.label for one in letters}
    compared = iter(compare([one.determination for one in letters], labels).items)
    facts = agreed = items = 0
    for one in letters:
        against = {told["item"] for told in one.departures}
        for number, _ in enumerate(one.determination.items):
            seen = next(compared)
            intended = seen.determined.decision == "Overturned"
            intended ^= number in against
            items += 1
            agreed += (seen.proposed.proposed_decision == "Overturned") == intended
            facts += seen.proposed.treatment == one.label["items"][number]["treatment"]
    assert agreed / items >= 0.82
    assert facts / items >= 0.97


@pytest.mark.parametrize("received", [date(2026, 10, 14), date(2026, 11, 1), date(2018, 5, 4)])
def test_a_case_of_a_chosen_day_tells_of_that_time(received: date) -> None:
    for number in range(12):
        one = sampled(number, seed=9, received=received)
        days, made = one.dates, one.determination
        order = [days[k] for k in ("doi", "visit", "denied", "received", "assigned", "decided")]
        assert order == sorted(order)
        assert days["received"] == received == made.application_received
        assert made.format == "F26"
        assert (received - days["denied"]).days <= 31
        years = {int(found) for found in re.findall(r"\b(20\d\d)\b", made.summary or "")}
        assert years <= set(range(days["doi"].year, received.year + 1))
        assert read_text(text_of(made)) == made

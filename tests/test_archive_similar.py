"""Decisions like a case: of the same treatment and region, both outcomes, the most alike first."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from archived import as_lines, invented
from openimr.archive import build_archive, open_archive
from openimr.archive.similar import profiles_of_case, profiles_of_letter, similar
from openimr.archive.store import Archive
from openimr.cli.main import cli
from openimr.documents import save_case
from openimr.errors import InputError
from openimr.letters import case_side
from openimr.model import Determination

LETTERS = invented(200, seed=6)


def _twin(letter: Determination) -> Determination:
    """The same case, a day later, decided the other way."""
    items = tuple(
        msgspec.structs.replace(
            item, decision="Upheld" if item.decision == "Overturned" else "Overturned"
        )
        for item in letter.items
    )
    return msgspec.structs.replace(
        letter,
        case_number="CM18-9999999",
        decision_date=letter.decision_date + timedelta(days=1),  # type: ignore[operator]
        items=items,
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("alike")
    lines = as_lines([*LETTERS, _twin(LETTERS[17])], place / "letters.jsonl")
    build_archive([str(lines)], place / "archive", scheduler="in-process")
    return place / "archive"


@pytest.fixture
def archive(folder: Path):
    with open_archive(folder) as opened:
        yield opened


def test_a_twin_is_most_alike_though_decided_otherwise(archive: Archive) -> None:
    number = LETTERS[17].case_number or ""
    for one, item in zip(
        similar(archive, profiles_of_letter(archive, number)), LETTERS[17].items, strict=True
    ):
        other = one.upheld if item.decision == "Overturned" else one.overturned
        assert other[0].case_number == "CM18-9999999"
        assert other[0].likeness == pytest.approx(1.0)
        assert other[0].apart == ()


def test_filters_come_before_likeness(archive: Archive) -> None:
    for number in range(1, 60):
        case_number = archive.determination(number).case_number or ""
        for one in similar(archive, profiles_of_letter(archive, case_number), limit=50):
            for side, outcome in ((one.upheld, "Upheld"), (one.overturned, "Overturned")):
                likeness = [alike.likeness for alike in side]
                assert likeness == sorted(likeness, reverse=True)
                for alike in side:
                    assert (alike.decision, alike.case_number == case_number) == (outcome, False)
                    treatment, region = archive.connection.execute(
                        "SELECT t.value, r.value FROM items JOIN names t ON t.name = treatment "
                        "LEFT JOIN names r ON r.name = region WHERE letter = ? AND position = ?",
                        (alike.letter, alike.position),
                    ).fetchone()
                    assert treatment == one.profile.treatment
                    assert one.profile.region in (None, region)


def test_a_case_file_has_the_profile_of_its_letter(archive: Archive, tmp_path: Path) -> None:
    letter = LETTERS[3]
    profiles = profiles_of_case(case_side(letter))
    stored = profiles_of_letter(archive, letter.case_number or "")
    assert profiles == stored
    with pytest.raises(InputError, match="no letter in the archive"):
        profiles_of_letter(archive, "CM99-9000000")


def test_the_command_states_every_outcome(folder: Path, tmp_path: Path) -> None:
    number = LETTERS[17].case_number or ""
    call = ["archive", "similar", "--archive", str(folder)]
    shown = CliRunner().invoke(cli, [*call, number])
    assert shown.exit_code == 0, shown.output
    assert "CM18-9999999" in shown.output
    assert "with it upheld" in shown.output
    save_case(case_side(LETTERS[17]), tmp_path / "case")
    data = json.loads(CliRunner().invoke(cli, [*call, str(tmp_path / "case"), "--json"]).output)
    assert len(data) == len(LETTERS[17].items)
    kept = CliRunner().invoke(cli, [*call, number, "--decision", "overturned", "--json"])
    assert all(not one["upheld"] for one in json.loads(kept.output))

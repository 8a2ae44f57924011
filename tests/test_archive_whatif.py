"""A changed criterion, edition or library: which proposals of an archive flip."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from archived import as_lines, invented
from openimr.archive import build_archive, open_archive
from openimr.archive.store import Archive
from openimr.archive.whatif import Change, changed_treatments, whatif
from openimr.cli.main import cli
from openimr.errors import InputError
from openimr.guidelines.library import SHIPPED, load
from openimr.guidelines.override import as_of, override
from openimr.letters import case_side
from openimr.reviews.proposals import Proposal, ReadBefore, propose
from openimr.reviews.run import review_facts, shipped_library

SETTINGS = ("opioid_ongoing.C1.condition=age >= 150", "mri_lumbar.C1.condition=age >= 1")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("changed")
    lines = as_lines(invented(240, seed=5), place / "letters.jsonl")
    build_archive([str(lines)], place / "archive", scheduler="in-process")
    return place / "archive"


@pytest.fixture
def archive(folder: Path):
    with open_archive(folder) as opened:
        yield opened


def _said(one: Proposal) -> object:
    """All that is kept of a proposal."""
    return one.request, one.decision, one.confidence, one.decisive, one.outcomes()


def _by_hand(archive: Archive, change: Change) -> set[tuple[int, int, str | None, str | None]]:
    """Every letter reviewed whole, before and after."""
    flips = set()
    for letter, (determination, reading) in archive.letters():
        case, facts = case_side(determination), reading.as_facts()
        before = review_facts(case, facts).items
        after = review_facts(case, facts, change.library()).items
        flips |= {
            (letter, number, one.proposed_decision, other.proposed_decision)
            for number, (one, other) in enumerate(zip(before, after, strict=True))
            if one.proposed_decision != other.proposed_decision
        }
    return flips


@pytest.mark.parametrize(
    "change",
    [
        Change(settings=SETTINGS),
        Change(settings=("physical_therapy.C1.weight=supporting",)),
        Change(edition=date(2013, 1, 1)),
    ],
)
def test_flips_are_those_of_whole_reviews(archive: Archive, change: Change) -> None:
    outcome = whatif(archive, change, scheduler="in-process", examples=1000)
    found = {(flip.letter, flip.position, flip.was, flip.now) for flip in outcome.examples}
    assert found == _by_hand(archive, change)
    total = outcome.total
    assert total.to_overturned + total.to_upheld + total.other == len(found)
    assert sum(row.items for row in outcome.years) == total.items
    if change.settings == SETTINGS:
        assert found
    if change.settings:
        assert outcome.letters < 240


def test_a_library_folder_is_laid_over(archive: Archive, tmp_path: Path) -> None:
    text = (SHIPPED / "acupuncture.yaml").read_text("utf-8")
    (tmp_path / "acupuncture.yaml").write_text(text.replace("weight: core", "weight: supporting"))
    unchanged = whatif(archive, Change(folders=(str(tmp_path),)), scheduler="in-process")
    assert unchanged.total.agreed_before >= 0
    # Another name: requests may be read as another treatment, so every letter is reviewed.
    (tmp_path / "acupuncture.yaml").write_text(text.replace("names:", "names:\n  - needles", 1))
    outcome = whatif(archive, Change(folders=(str(tmp_path),)), scheduler="in-process")
    assert outcome.letters == 240
    assert outcome.total.to_overturned + outcome.total.to_upheld == 0


def test_only_what_a_change_may_touch_is_reviewed() -> None:
    base = load()
    assert changed_treatments(base, base) == frozenset()
    assert changed_treatments(base, override(base, SETTINGS)) == {"opioid_ongoing", "mri_lumbar"}
    moved = changed_treatments(base, as_of(base, date(2014, 1, 1)))
    assert moved
    assert as_of(base, date(1900, 1, 1)).treatments.keys() == base.treatments.keys()


def test_a_part_reviewed_is_as_in_the_whole(archive: Archive) -> None:
    library = shipped_library()
    for letter, (determination, reading) in archive.letters():
        case, facts = case_side(determination), reading.as_facts()
        read = [
            ReadBefore(treatment, parent)
            for treatment, parent in archive.connection.execute(
                "SELECT value, parent FROM items JOIN names ON name = treatment "
                "WHERE letter = ? ORDER BY position",
                (letter,),
            )
        ]
        whole = propose(case, facts, library)
        treatments = {one.request.treatment for one in whole.values()}
        for treatment in treatments:
            part = propose(case, facts, library, {treatment})
            assert all(_said(whole[number]) == _said(one) for number, one in part.items())
            again = propose(case, facts, library, {treatment}, read)
            assert list(again) == list(part)
            assert all(_said(part[number]) == _said(one) for number, one in again.items())
            own = {n for n, one in whole.items() if one.request.treatment == treatment}
            assert own <= part.keys() | {n for n in own if whole[n].tests is None}
            below = {n for n, one in whole.items() if one.parent in part}
            assert below <= part.keys()


def test_facts_of_another_version_are_refused(archive: Archive, folder: Path) -> None:
    with open_archive(folder, "write") as opened:
        opened.connection.execute("BEGIN")
        opened.connection.execute(
            "UPDATE names SET value = '0.0.9 library x' WHERE kind = 'engine'"
        )
        with pytest.raises(InputError, match=r"stored by OpenIMR 0\.0\.9.*rebuild"):
            whatif(opened, Change(settings=SETTINGS), scheduler="in-process")
        opened.connection.execute("ROLLBACK")
    with pytest.raises(InputError, match="nothing is changed"):
        whatif(archive, Change())


def test_another_library_makes_the_proposals_before_again(folder: Path) -> None:
    change = Change(settings=SETTINGS)
    with open_archive(folder, "write") as opened:
        straight = whatif(opened, change, scheduler="in-process")
        opened.connection.execute("BEGIN")
        opened.connection.execute("UPDATE names SET value = value || 'x' WHERE kind = 'engine'")
        again = whatif(opened, change, scheduler="in-process")
        opened.connection.execute("ROLLBACK")
    assert again.base_again
    assert (again.total, again.examples) == (straight.total, straight.examples)


def test_the_command_tells_flips_with_examples(folder: Path) -> None:
    call = ["archive", "whatif", "--archive", str(folder), "--scheduler", "in-process"]
    shown = CliRunner().invoke(cli, [*call, "--set", SETTINGS[0], "--set", SETTINGS[1]])
    assert shown.exit_code == 0, shown.output
    assert "proposals change" in shown.output
    assert "the physician:" in shown.output
    data = json.loads(CliRunner().invoke(cli, [*call, "--edition", "2014", "--json"]).stdout)
    assert 100 < data["letters"] <= 240

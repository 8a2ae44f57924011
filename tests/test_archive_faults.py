"""An archive outlives kill -9, a full disk, a second writer: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archived import as_lines, contents, invented
from openimr.archive import build as building
from openimr.archive import build_archive, open_archive
from openimr.archive.lock import writing
from openimr.archive.store import create
from openimr.archive.verify import verify
from openimr.errors import InputError

KILLS = int(os.environ.get("OPENIMR_KILLS", "50"))
"""How often each of build and add is killed."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "BATCH", 4)
    monkeypatch.setattr(building, "COMMIT", 8)


def _build(lines: Path, archive: Path) -> None:
    build_archive([str(lines)], archive, scheduler="in-process")


def _killed(lines: Path, archive: Path, some: random.Random, longest: float) -> bool:
    """Build in a child and kill it at a random moment; False when it had ended before.

    Half of the deaths come between two instructions of the database, where they always fall on
    work under way; the others by the clock, so that they meet commits and files as well.
    """
    by_clock = some.random() < 0.5
    delay, steps = some.uniform(0, longest), some.randrange(200, 60_000)
    child = os.fork()
    if child == 0:
        try:
            if not by_clock:
                _die_after(steps)
            _build(lines, archive)
        finally:
            os._exit(0)
    if by_clock:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _die_after(steps: int) -> None:
    made = building.create

    def mortal(folder: Path):
        archive = made(folder)
        archive.connection.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL), steps)
        return archive

    building.create = mortal


def _is_beginning(of: dict[str, list], whole: dict[str, list]) -> bool:
    """Whether what an archive holds is what the whole one holds of its first letters."""
    letters = len(of["letters"])
    return all(
        rows == [row for row in whole[table] if row[0] <= letters]
        for table, rows in of.items()
        if table in ("letters", "items", "decisive", "citations", "packed")
    )


@pytest.mark.parametrize("doing", ["build", "add"])
def test_killed_at_any_moment_nothing_is_lost_or_doubled(tmp_path: Path, doing: str) -> None:
    letters = invented(30, seed=3)
    first = as_lines(letters[:10], tmp_path / "first.jsonl")
    lines = as_lines(letters[10:], tmp_path / "more.jsonl")
    whole, before = tmp_path / "whole", tmp_path / "before"
    if doing == "add":
        _build(first, before)
        shutil.copytree(before, whole)
    began = time.monotonic()
    _build(lines, whole)
    longest = 1.5 * (time.monotonic() - began)
    wanted = contents(whole)

    some = random.Random(f"{doing} {KILLS}")
    archive, kills, rounds = tmp_path / "archive", 0, 0
    while kills < KILLS:
        shutil.rmtree(archive, ignore_errors=True)
        if doing == "add":
            shutil.copytree(before, archive)
        while kills < KILLS and _killed(lines, archive, some, longest):
            kills += 1
            if (archive / "archive.db").exists() and _has_tables(archive):
                assert _is_beginning(contents(archive), wanted)
        _build(lines, archive)
        rounds += 1
        assert contents(archive) == wanted
    assert verify(archive) == []
    assert rounds >= 1


def _has_tables(archive: Path) -> bool:
    try:
        open_archive(archive).close()
    except InputError:  # killed before the tables were there
        return False
    return True


def test_killed_with_its_workers_it_leaves_none_behind_and_goes_on(tmp_path: Path) -> None:
    lines = as_lines(invented(60, seed=4), tmp_path / "letters.jsonl")
    call = [sys.executable, "-c", "from openimr.cli import main; main()", "archive", "build"]
    child = subprocess.Popen(
        [*call, str(lines), "--archive", str(tmp_path / "archive"), "--workers", "2"],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(2.5)
    child.kill()
    child.wait()
    until = time.monotonic() + 20
    while _alive(child.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _alive(child.pid), "workers outlive their parent"
    _build(lines, tmp_path / "archive")
    _build(lines, tmp_path / "whole")
    assert contents(tmp_path / "archive") == contents(tmp_path / "whole")


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_full_disk_is_told_in_one_sentence_and_the_run_goes_on_later(tmp_path: Path) -> None:
    lines = as_lines(invented(120, seed=5), tmp_path / "letters.jsonl")
    archive = tmp_path / "archive"
    child = os.fork()
    if child == 0:
        code = 2
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))
            _build(lines, archive)
        except InputError as error:
            code = 0 if "the disk is full" in str(error) else 1
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with open_archive(archive) as half:
        stored = half.count("letters")
    assert 0 < stored < 120
    assert verify(archive) == []
    _build(lines, archive)
    _build(lines, tmp_path / "whole")
    assert contents(archive) == contents(tmp_path / "whole")


def test_a_full_database_leaves_what_was_stored(tmp_path: Path) -> None:
    lines = as_lines(invented(60, seed=6), tmp_path / "letters.jsonl")
    (tmp_path / "archive").mkdir()
    create(tmp_path / "archive").close()
    made = building.create

    def small(folder: Path):
        archive = made(folder)
        archive.connection.execute("PRAGMA max_page_count = 60")
        return archive

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "create", small)
        with pytest.raises(InputError, match="the disk is full; what was stored before is intact"):
            _build(lines, tmp_path / "archive")
    _build(lines, tmp_path / "archive")
    _build(lines, tmp_path / "whole")
    assert contents(tmp_path / "archive") == contents(tmp_path / "whole")


def test_a_second_writer_is_told_who_is_first(tmp_path: Path) -> None:
    lines = as_lines(invented(3), tmp_path / "letters.jsonl")
    archive = tmp_path / "archive"
    _build(lines, archive)
    with writing(archive, "adding letters"):
        says = rf"is being written to by process {os.getpid()} on .* \(adding letters, since"
        with pytest.raises(InputError, match=says):
            _build(lines, archive)
    _build(lines, archive)


def test_a_second_writer_may_wait(tmp_path: Path) -> None:
    letters = invented(12)
    archive = tmp_path / "archive"
    halves = [
        as_lines(letters[:6], tmp_path / "a.jsonl"),
        as_lines(letters[6:], tmp_path / "b.jsonl"),
    ]
    children = []
    for lines in halves:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                build_archive([str(lines)], archive, scheduler="in-process", wait=30)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children] == [0, 0]
    with open_archive(archive) as both:
        assert both.count("letters") == 12
    assert verify(archive) == []

"""Batches run here, in a pool and on Dask alike: in order, bounded, and no death loses one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import batch_functions as work
from archived import as_lines, contents, invented
from openimr.archive import build_archive, map_batches
from openimr.errors import InputError

HERE = Path(__file__).parent


@pytest.mark.parametrize("scheduler", ["in-process", "processes"])
def test_results_come_in_order_whatever_carries_them(scheduler: str) -> None:
    batches = [[n, n + 1] for n in range(30)]
    outcomes = list(map_batches(work.doubled, batches, scheduler=scheduler, workers=2))
    assert [one.value for one in outcomes] == [work.doubled(batch) for batch in batches]
    assert [one.batch for one in outcomes] == batches


@pytest.mark.parametrize("scheduler", ["in-process", "processes"])
def test_a_batch_that_fails_is_told_without_its_words(scheduler: str) -> None:
    outcomes = list(map_batches(work.failing_on_seven, range(10), scheduler=scheduler, workers=2))
    assert [one.value for one in outcomes if one.failure is None] == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    assert outcomes[7].failure == "the work failed (ValueError)"


def test_batches_are_drawn_as_they_are_needed() -> None:
    drawn = 0

    def batches() -> Iterator[int]:
        nonlocal drawn
        for number in range(100):
            drawn += 1
            yield number

    outcomes = map_batches(
        work.slow_with_pid, batches(), scheduler="processes", workers=2, window=5
    )
    for number, outcome in enumerate(outcomes):
        assert outcome.batch == number
        assert drawn <= number + 5 + 1
        if number == 20:
            break


def test_a_worker_that_dies_loses_nothing(tmp_path: Path) -> None:
    tasks = [(n, str(tmp_path / "mark")) for n in range(15)]
    outcomes = list(map_batches(work.dying_once, tasks, scheduler="processes", workers=2))
    assert [one.value for one in outcomes] == list(range(15))


def test_a_batch_that_kills_its_worker_twice_is_named() -> None:
    outcomes = list(map_batches(work.dying_on_seven, range(12), scheduler="processes", workers=2))
    assert [one.batch for one in outcomes if one.failure] == [7]
    assert outcomes[7].failure == "the worker died on it twice"
    assert [one.value for one in outcomes if not one.failure] == [n for n in range(12) if n != 7]


def test_a_document_that_kills_its_reader_goes_to_quarantine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openimr.archive import build

    letters = invented(9, seed=2)
    lines = as_lines(letters, tmp_path / "letters.jsonl")
    monkeypatch.setattr(build, "BATCH", 4)
    monkeypatch.setattr(build, "read_batch", _deadly)
    build_archive([str(lines)], tmp_path / "archive", workers=2)
    found = contents(tmp_path / "archive")
    assert len(found["letters"]) == 8
    assert [(row[0].rpartition(":")[2], row[2]) for row in found["quarantine"]] == [
        ("6", "the worker died on it twice")
    ]


def _deadly(batch: bytes) -> bytes:
    from openimr.archive.work import decode_tasks, read_batch

    if any(task.source.name.endswith(":6") for task in decode_tasks(batch)):
        os.kill(os.getpid(), signal.SIGKILL)
    return read_batch(batch)


@pytest.mark.parametrize(
    ("scheduler", "says"),
    [("spark", "there is no scheduler 'spark'"), ("tcp://127.0.0.1:9", "no Dask scheduler")],
)
def test_a_scheduler_that_is_not_there_is_told(scheduler: str, says: str) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match=says):
        list(map_batches(work.doubled, [[1]], scheduler=scheduler))


# ------------------------------------------------------------------------------ a real cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers, each a process of its own, over loopback."""
    pytest.importorskip("distributed")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, sys.path)]),
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "30s",
    }
    dask = [sys.executable, "-m", "dask"]
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    running = [
        subprocess.Popen(  # type: ignore[call-overload]
            [*dask, "scheduler", *here, "--port", "0", "--scheduler-file", str(file)],
            cwd=tmp_path,
            **quiet,
        )
    ]
    try:
        address = _address(file)
        for _ in range(2):
            running.append(
                subprocess.Popen(  # type: ignore[call-overload]
                    [*dask, "worker", address, *here, "--nthreads", "1", "--no-nanny"],
                    cwd=tmp_path,
                    **quiet,
                )
            )
        _wait_for_workers(address, 2)
        yield address, running[1:]
    finally:
        for process in running:
            process.kill()
            process.wait()
        shutil.rmtree(tmp_path / "dask-scratch-space", ignore_errors=True)


def _address(file: Path) -> str:
    import json

    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            return str(json.loads(file.read_text())["address"])
        except (OSError, ValueError):
            time.sleep(0.1)
    raise TimeoutError("the scheduler did not start")


def _wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, timeout="30s", set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def test_a_killed_worker_of_a_cluster_loses_nothing(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = cluster
    outcomes = []
    for outcome in map_batches(work.slow_with_pid, range(40), scheduler=address, window=8):
        outcomes.append(outcome)
        if len(outcomes) == 10:
            workers[0].kill()
    assert [one.value and one.value[0] for one in outcomes] == list(range(40))
    assert workers[1].pid in {one.value[1] for one in outcomes[-10:] if one.value}

    lines = as_lines(invented(30, seed=8), tmp_path / "letters.jsonl")
    build_archive([str(lines)], tmp_path / "there", scheduler=address)
    build_archive([str(lines)], tmp_path / "here", scheduler="in-process")
    assert contents(tmp_path / "there") == contents(tmp_path / "here")

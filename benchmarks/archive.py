"""Measure the building of an archive against bare FTS5 on the same text, in one run.

    .venv/bin/python benchmarks/archive.py 10000
    .venv/bin/python benchmarks/archive.py 1000000 --folder /big/disk --keep

Letters are invented (``imr sample``), read from JSON Lines. What lasts is the ratio between two
figures of one table. ``--letters FILE`` measures on letters that are there already.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from openimr.archive import build_archive
from openimr.archive.build import COMMIT, Progress
from openimr.archive.store import DATABASE, open_archive


def memory() -> int:
    """Resident memory of this process and its children, in MB; the children's by the largest."""
    own = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return own >> 20


def cpu() -> float:
    """Processor seconds of this process and of its children that have ended."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


class Course:
    """The course of a build: seconds and memory at each tenth."""

    def __init__(self, count: int) -> None:
        self._step = max(count // 10, 1)
        self.marks: list[tuple[int, float, int]] = []

    def __call__(self, now: Progress) -> None:
        last = self.marks[-1][0] if self.marks else 0
        if now.letters >= last + self._step:
            self.marks.append((now.letters, now.seconds, memory()))
            line = f"{now.letters:,} letters, {now.rate:,.0f} a second, {memory()} MB"
            sys.stderr.write(line + "\n")

    def table(self) -> Table:
        table = Table("letters", "ms a letter since the mark before", "resident MB")
        before = (0, 0.0)
        for letters, seconds, size in self.marks:
            cost = 1000 * (seconds - before[1]) / (letters - before[0])
            table.add_row(f"{letters:,}", f"{cost:.2f}", str(size))
            before = (letters, seconds)
        return table


def texts(folder: Path) -> Iterator[tuple[str, ...]]:
    """The very texts that the archive indexes, without its tags."""
    with open_archive(folder) as archive:
        yield from archive.connection.execute(
            "SELECT request, rationale, summary, guideline FROM texts"
        )


def bare(folder: Path, target: Path) -> tuple[float, int, int]:
    """Bare FTS5 over the same texts: seconds, bytes of its file, bytes of the texts."""
    db = sqlite3.connect(target, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(
        "CREATE VIRTUAL TABLE search USING fts5 "
        "(request, rationale, summary, guideline, tokenize = 'porter unicode61')"
    )
    took, size, rows = 0.0, 0, []

    def store() -> None:
        nonlocal took
        began = time.perf_counter()
        db.execute("BEGIN")
        db.executemany("INSERT INTO search VALUES (?, ?, ?, ?)", rows)
        db.execute("COMMIT")
        took += time.perf_counter() - began
        rows.clear()

    for row in texts(folder):
        size += sum(map(len, row))
        rows.append(row)
        if len(rows) >= COMMIT:
            store()
    store()
    db.close()
    return took, target.stat().st_size, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=5000)
    parser.add_argument("--letters", type=Path, help="JSON Lines to build from")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder by default")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--keep", action="store_true", help="leave the archive there")
    call = parser.parse_args()
    place = Path(tempfile.mkdtemp(dir=call.folder))
    lines = call.letters or sampled(call.count, call.seed, place)
    archive = place / "archive"
    course = Course(call.count)
    began, spent = time.perf_counter(), cpu()
    done = build_archive([str(lines)], archive, workers=call.workers, on_progress=course)
    wall, spent = time.perf_counter() - began, cpu() - spent
    seconds, bare_size, text = bare(archive, place / "bare.db")
    report(done, wall, spent, course, (archive / DATABASE).stat().st_size, seconds, bare_size, text)
    if call.keep:
        Console().print(f"The archive is in {archive}")
    else:
        shutil.rmtree(place)


def sampled(count: int, seed: int, place: Path) -> Path:
    """Invented letters as JSON Lines."""
    from openimr.archive.sample import write_samples

    write_samples(place / "sample", count, seed, to="jsonl")
    return place / "sample" / "letters.jsonl"


def report(
    done: Progress,
    wall: float,
    spent: float,
    course: Course,
    size: int,
    seconds: float,
    bare_size: int,
    text: int,
) -> None:
    console, count = Console(), done.letters
    table = Table("", "archive", "bare FTS5", "ratio")
    ours, theirs = 1000 * wall / count, 1000 * seconds / count
    table.add_row("ms a letter", f"{ours:.2f}", f"{theirs:.3f}", f"{ours / theirs:.1f}")
    table.add_row("letters a second", f"{count / wall:,.0f}", f"{count / seconds:,.0f}", "")
    table.add_row("processor ms a letter", f"{1000 * spent / count:.2f}", "", "")
    table.add_row(
        "bytes a letter", f"{size // count:,}", f"{bare_size // count:,}", f"{size / bare_size:.2f}"
    )
    table.add_row("bytes of text a letter", f"{text // count:,}", "", "")
    console.print(course.table(), table)
    console.print(f"1.57 million letters at this rate: {1.57e6 * wall / count / 60:.0f} minutes")


if __name__ == "__main__":
    main()

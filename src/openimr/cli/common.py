"""What commands share: a run over many files that outlives a bad one, progress, output files."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from openimr.errors import InputError, OpenIMRError

if TYPE_CHECKING:
    from rich.console import Console

T = TypeVar("T")


def console() -> Console:
    """A rich console on standard output; plain text when that is no terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else 100)


class Run:
    """Work over many files: each failure is told in one sentence and the next file is taken up."""

    def __init__(self) -> None:
        self.done = 0
        self.failed = 0

    def each(self, things: Iterable[T], work: Callable[[T], None]) -> None:
        """Do the work for each thing, telling failures on standard error."""
        for thing in things:
            try:
                work(thing)
            except OpenIMRError as error:
                self.failed += 1
                click.echo(f"imr: {error}", err=True)
            else:
                self.done += 1

    def places(self, names: Iterable[str]) -> list[Path | str]:
        """The files that names stand for: folders walked, ``-`` kept for standard input."""
        from openimr.documents import walk

        found: list[Path | str] = []
        for name in names:
            try:
                found.extend([name] if name == "-" else walk([name]))
            except OpenIMRError as error:
                self.failed += 1
                click.echo(f"imr: {error}", err=True)
        return found

    def finish(self) -> None:
        """Exit with 1 when anything failed."""
        if self.failed:
            total = self.done + self.failed
            if total > 1:
                click.echo(f"imr: {self.failed} of {total} could not be used.", err=True)
            sys.exit(1)


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress line on standard error when it is a terminal and there is more than one step.

    Yields:
        A function to call with the name of the step that begins.
    """
    if total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        first = True

        def step(_: str) -> None:
            nonlocal first
            if not first:
                bar.advance(task)
            first = False

        yield step


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        InputError: the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        raise InputError(
            str(path), f"cannot be written ({error.strerror})", "choose another place with --out"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def emit(data: bytes, out: Path | None) -> None:
    """Write bytes to a file, or to standard output when there is no ``out``."""
    if out is not None:
        save(out, data)
        return
    sys.stdout.buffer.write(data)


def file_stem(name: str | None, fallback: str) -> str:
    """A safe file name stem from a case number."""
    cleaned = "".join(c if c.isalnum() or c in "-_." else "-" for c in (name or fallback))
    return cleaned.strip(".-") or fallback

"""``imr archive build`` and ``add``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from openimr.cli.archive_place import FOLDER

if TYPE_CHECKING:
    from openimr.archive.build import Progress
    from openimr.archive.place import Place

_EXAMPLES = """\b
Examples:
  imr archive {0} letters/ --archive reviews
  imr archive {0} 'letters/2016-*.pdf' more.zip --archive reviews
  imr archive {0} letters.tar.gz --archive reviews --workers 8
  imr read --json letters/ | imr archive {0} - --archive reviews
  imr archive {0} letters/ --archive reviews --scheduler tcp://10.0.0.5:8786
"""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="The counts as one JSON object."),
        click.option(
            "--wait",
            type=click.FloatRange(0),
            default=0.0,
            metavar="SECONDS",
            help="Wait this long for another writer to end.",
        ),
        click.option(
            "--scheduler",
            default="processes",
            show_default=True,
            metavar="WHERE",
            help="in-process, processes, or tcp://HOST:PORT of a Dask scheduler.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1),
            help="Processes of the pool; one a processor by default.",
        ),
        FOLDER,
        click.argument("sources", nargs=-1, required=True, metavar="SOURCE..."),
    ):
        command = decorate(command)
    return command


@click.command(epilog=_EXAMPLES.format("build"))
@_options
def build(
    sources: tuple[str, ...],
    folder: Place,
    workers: int | None,
    scheduler: str,
    wait: float,
    as_json: bool,
) -> None:
    """Make an archive of determinations, or go on with one that was stopped.

    SOURCE is a file (PDF, DOCX, HTML, text), a folder, a pattern, a zip or tar file, JSON Lines (as
    imr read --json writes them, or objects with "text"), or - for standard input. The same letter
    twice is one. A run that was stopped, killed or ran out of disk is repeated with the same
    command: what is stored is not read again. What cannot be read is kept in quarantine with its
    reason: see imr archive info.
    """
    _run(sources, folder, workers, scheduler, wait, as_json)


@click.command(epilog=_EXAMPLES.format("add"))
@_options
def add(
    sources: tuple[str, ...],
    folder: Place,
    workers: int | None,
    scheduler: str,
    wait: float,
    as_json: bool,
) -> None:
    """Add determinations to an archive that is there; else as imr archive build."""
    from openimr.archive.store import open_archive

    open_archive(folder).close()
    _run(sources, folder, workers, scheduler, wait, as_json)


def _run(
    sources: tuple[str, ...],
    folder: Place,
    workers: int | None,
    scheduler: str,
    wait: float,
    as_json: bool,
) -> None:
    from openimr.archive.build import build_archive as run

    with progress() as tell:
        done = run(
            sources, folder, scheduler=scheduler, workers=workers, wait=wait, on_progress=tell
        )
    if as_json:
        import json

        click.echo(
            json.dumps(
                {
                    "seen": done.seen,
                    "letters": done.letters,
                    "again": done.again,
                    "skipped": done.skipped,
                    "refused": done.refused,
                    "seconds": round(done.seconds, 3),
                    "per_second": round(done.rate, 1),
                }
            )
        )
    else:
        click.echo(_summary(done, folder))
    if done.refused and not (done.letters or done.again or done.skipped):
        click.echo("imr: nothing could be read; imr archive info tells why.", err=True)
        sys.exit(1)


def _summary(done: Progress, folder: Place) -> str:
    parts = [f"{done.letters:,} letters added to {folder}"]
    if done.again:
        parts.append(f"{done.again:,} were there under another file")
    if done.skipped:
        parts.append(f"{done.skipped:,} known files skipped")
    if done.refused:
        parts.append(f"{done.refused:,} could not be read (imr archive info)")
    rate = f" in {_time(done.seconds)}, {done.rate:,.0f} a second" if done.seconds else ""
    return "; ".join(parts) + rate + "."


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


@contextmanager
def progress() -> Iterator[Callable[[Progress], None]]:
    """Progress on standard error: a live line on a terminal, else a line every ten seconds."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines()
        return
    from rich.live import Live
    from rich.text import Text

    with Live(console=console, refresh_per_second=4, transient=True) as live:
        yield lambda now: live.update(Text(_line(now)))


def _plain_lines() -> Callable[[Progress], None]:
    told = 0.0

    def tell(now: Progress) -> None:
        nonlocal told
        if now.seconds - told >= 10:
            told = now.seconds
            click.echo(_line(now), err=True)

    return tell


def _line(now: Progress) -> str:
    share = f"{100 * now.read_bytes / now.total_bytes:.0f} %, " if now.total_bytes else ""
    left = f", {_time(now.left)} left" if now.left is not None else ""
    return (
        f"{share}{now.letters:,} letters added, {now.skipped + now.again:,} known, "
        f"{now.refused:,} refused, {now.rate:,.0f} a second{left}"
    )

"""``imr archive whatif``: the archive reviewed again under a changed library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openimr.cli.archive_place import FOLDER
from openimr.cli.archive_search import JSON, Day

if TYPE_CHECKING:
    from openimr.archive.place import Place
    from openimr.archive.whatif import Flip, Flips, Outcome


@click.command(
    epilog="""\b
Examples:
  imr archive whatif --set mri_lumbar.C4.weeks=6 --archive reviews
  imr archive whatif --set physical_therapy.C1.weight=supporting --examples 20 --archive reviews
  imr archive whatif --library my-guidelines/ --json --archive reviews
  imr archive whatif --edition 2018-01-01 --archive reviews
"""
)
@FOLDER
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TREATMENT.Cn.NAME=VALUE",
    help="Change a criterion: a number of its condition, its weight, kind or condition.",
)
@click.option(
    "--library",
    "library_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder of guideline files laid over the shipped library. May be repeated.",
)
@click.option(
    "--edition",
    type=Day(),
    metavar="DAY",
    help="Let the editions in force on this day hold for every decision.",
)
@click.option(
    "--examples",
    type=click.IntRange(0, 1000),
    default=10,
    show_default=True,
    help="Changed proposals to show in full, the newest.",
)
@click.option("--workers", type=click.IntRange(1), help="Processes; one a processor by default.")
@click.option(
    "--scheduler",
    default="processes",
    show_default=True,
    metavar="WHERE",
    help="in-process, processes, or tcp://HOST:PORT of a Dask scheduler.",
)
@JSON
def whatif(
    *,
    folder: Place,
    settings: tuple[str, ...],
    library_folders: tuple[Path, ...],
    edition: Any,
    examples: int,
    workers: int | None,
    scheduler: str,
    as_json: bool,
) -> None:
    """Review the archive again under changed criteria: which proposals flip.

    From the stored facts, without reading a letter again. Shown are changed proposals by treatment
    and year, agreement with the physicians before and after, and examples. Nothing is stored.
    """
    from openimr.archive.store import open_archive
    from openimr.archive.whatif import Change
    from openimr.archive.whatif import whatif as run

    folders = tuple(str(path.resolve()) for path in library_folders)
    change = Change(settings, folders, None if edition is None else edition[0])
    with open_archive(folder) as archive, _progress() as tell:
        outcome = run(
            archive,
            change,
            scheduler=scheduler,
            workers=workers,
            examples=examples,
            on_progress=tell,
        )
    if outcome.base_again:
        click.echo(
            "imr: the archive was reviewed with another guideline library; the proposals before "
            "the change were made again with this one (imr archive rebuild would settle it).",
            err=True,
        )
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(outcome).decode())
    else:
        _print(outcome)
    if outcome.not_reviewed:
        click.echo(
            f"imr: {outcome.not_reviewed:,} letters are damaged; see imr archive verify.", err=True
        )
        sys.exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Letters done, rate and time left on standard error: live on a terminal, else now and then."""
    import time

    began = told = time.monotonic()
    live = sys.stderr.isatty()

    def tell(done: int, of: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < (0.25 if live else 10):
            return
        told = now
        left = (now - began) / done * (of - done) if done else 0
        rate = done / (now - began)
        line = f"{done:,} of {of:,} letters reviewed, {rate:,.0f} a second, {left:,.0f} s left"
        click.echo(f"\r{line}\x1b[K" if live else line, nl=not live, err=True)

    try:
        yield tell
    finally:
        if live:
            click.echo("\r\x1b[K", nl=False, err=True)


def _print(outcome: Outcome) -> None:
    from openimr.cli.common import console

    out, total = console(), outcome.total
    flips = total.to_overturned + total.to_upheld + total.other
    out.print(
        f"{outcome.letters:,} letters reviewed again, {total.items:,} items: {flips:,} proposals "
        f"change, {total.to_overturned:,} to Overturned, {total.to_upheld:,} to Upheld.\n"
        f"Proposed as the physicians decided: {_share(total.agreement_before.share)} before, "
        f"{_share(total.agreement_after.share)} after."
    )
    if flips:
        out.print(_table("treatment", outcome.treatments))
        out.print(_table("year", outcome.years))
    for flip in outcome.examples:
        out.print(_example(flip))


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _table(head: str, rows: tuple[Flips, ...]) -> Any:
    from rich.table import Table

    heads = ("items", "to Overturned", "to Upheld", "agree before", "after")
    table = Table(head, *heads, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(
            row.name,
            f"{row.items:,}",
            f"{row.to_overturned:,}",
            f"{row.to_upheld:,}",
            _share(row.agreement_before.share),
            _share(row.agreement_after.share),
        )
    return table


def _example(flip: Flip) -> str:
    day = flip.decided.isoformat() if flip.decided else "no date"
    because = f" by {', '.join(flip.because)}" if flip.because else ""
    return (
        f"\n{flip.case_number or f'letter {flip.letter}'}  {day}  {flip.request}\n"
        f"  proposed {flip.was or 'nothing'}, now {flip.now or 'nothing'}{because}; "
        f"the physician: {flip.decision}"
    )

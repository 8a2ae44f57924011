"""``imr archive info``, ``verify`` and ``rebuild``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from openimr.cli.archive_place import FOLDER

if TYPE_CHECKING:
    from openimr.archive.place import Place

_JSON = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")


@click.command(
    epilog="""\b
Examples:
  imr archive info --archive reviews
  imr archive info --archive reviews --quarantine
"""
)
@FOLDER
@_JSON
@click.option("--quarantine", is_flag=True, help="List what could not be read, with the reasons.")
def info(folder: Place, as_json: bool, quarantine: bool) -> None:
    """What an archive holds: counts, spans, versions, and what could not be read."""
    import json

    from openimr.archive.info import describe, quarantined
    from openimr.archive.store import explained, open_archive

    with open_archive(folder) as archive, explained(folder):
        known = describe(archive)
        refused = list(quarantined(archive)) if quarantine else []
    if as_json:
        if quarantine:
            known["quarantined"] = [{"source": s, "reason": r} for s, r in refused]
        click.echo(json.dumps(known, indent=1))
        return
    for name, value in known.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {count:,}" for key, count in value.items()) or "none"
        click.echo(f"{name.replace('_', ' '):<12} {shown}")
    for source, reason in refused:
        click.echo(f"{source}: {reason}")


@click.command(
    epilog="""\b
Examples:
  imr archive verify --archive reviews
  imr archive verify --archive reviews --quick
"""
)
@FOLDER
@_JSON
@click.option("--quick", is_flag=True, help="Structure and counts only, not every letter.")
def verify(folder: Place, as_json: bool, quick: bool) -> None:
    """Check an archive: the database, every letter against its hash, index and columns.

    What is damaged is named by file, table and letter, and the exit code is 1. imr archive rebuild
    mends it.
    """
    import json
    import sys

    from openimr.archive.verify import verify as run

    found = run(folder, quick=quick, on_progress=_examined if sys.stderr.isatty() else None)
    if as_json:
        rows = [{"place": damage.place, "problem": damage.problem} for damage in found]
        click.echo(json.dumps({"sound": not found, "damages": rows}, indent=1))
    else:
        for damage in found:
            click.echo(f"{folder}: {damage.place}: {damage.problem}")
        if not found:
            click.echo(f"{folder}: sound.")
    if found:
        click.echo("imr: mend it with imr archive rebuild.", err=True)
        sys.exit(1)


def _examined(letter: int, last: int) -> None:
    click.echo(f"\r{letter:,} of {last:,} letters examined", nl=letter == last, err=True)


@click.command(
    epilog="""\b
Examples:
  imr archive rebuild --archive reviews
  imr archive rebuild --archive reviews --workers 8
"""
)
@FOLDER
@_JSON
@click.option("--workers", type=click.IntRange(1), help="Processes; one a processor by default.")
@click.option(
    "--scheduler",
    default="processes",
    show_default=True,
    metavar="WHERE",
    help="in-process, processes, or tcp://HOST:PORT of a Dask scheduler.",
)
def rebuild(folder: Place, as_json: bool, workers: int | None, scheduler: str) -> None:
    """Make an archive anew from its own letters, and damaged ones from their sources.

    Mends what imr archive verify found, and brings an archive to this version's tables, engine and
    guideline library. The old database stays in use until the new one is complete.
    """
    import json
    import sys

    from openimr.archive.rebuild import rebuild as run
    from openimr.cli.archive_build import progress

    with progress() as tell:
        done = run(folder, scheduler=scheduler, workers=workers, on_progress=tell)
    if as_json:
        counts = {"letters": done.letters, "read_again": done.read_again, "lost": done.lost}
        click.echo(json.dumps(counts, indent=1))
    else:
        again = f", {done.read_again:,} read again from their sources" if done.read_again else ""
        click.echo(f"{folder}: {done.letters:,} letters made anew{again}.")
    for source in done.lost:
        click.echo(f"imr: lost: {source}; add it again from a copy.", err=True)
    if done.lost:
        sys.exit(1)

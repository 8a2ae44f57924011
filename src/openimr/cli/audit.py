"""``imr audit``: the office's log of who did what, verified."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group(epilog="\b\nExamples:\n  imr audit verify\n  imr audit verify --data /srv/openimr\n")
def audit() -> None:
    """Verify the office's audit log."""


@audit.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the office (default: OPENIMR_DATA or ./office).",
)
def verify(data: Path | None) -> None:
    """Verify every entry of the log, its chain and its signed checkpoints."""
    from openimr.cli.admin import open_office

    open_office(data)
    from openimr.office.audit import verify as faults
    from openimr.office.models import Checkpoint, Event

    found = list(faults())
    for fault in found:
        click.echo(f"imr: entry {fault.sequence} {fault.says}", err=True)
    click.echo(
        f"{Event.objects.count()} entries, {Checkpoint.objects.count()} signed checkpoints: "
        + (f"{len(found)} faults." if found else "the chain holds.")
    )
    if found:
        sys.exit(1)

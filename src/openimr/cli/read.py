"""``imr read``: published determinations → structured data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openimr.cli.common import Run, console, progress

if TYPE_CHECKING:
    from openimr.model import Determination


@click.command(
    epilog="""\b
Examples:
  imr read letter.pdf
  imr read --json letters/ > letters.jsonl
  pdftotext -layout letter.pdf - | imr read -
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
def read(files: tuple[str, ...], as_json: bool) -> None:
    """Read published determinations (PDF, DOCX, HTML, text; folders; - for standard input).

    A file that is no determination, or is encrypted, empty, damaged or without a text layer, is
    named on standard error; the others are still read, and the exit code is 1.
    """
    import msgspec

    import openimr

    run = Run()
    places = run.places(files)
    with progress("Reading", len(places)) as step:

        def one(path: Path | str) -> None:
            step(str(path))
            determination = openimr.read(path)
            if as_json:
                click.echo(msgspec.json.encode(determination).decode())
            else:
                _show(determination, str(path))

        run.each(places, one)
    run.finish()


def _show(determination: Determination, source: str) -> None:
    from rich.table import Table
    from rich.text import Text

    out = console()
    d = determination
    heading = f"{d.case_number or 'no case number'}  ({d.format})  {source}"
    out.print(Text(heading, style="bold"))
    dates = (
        ("injury", d.date_of_injury),
        ("UR denial", d.ur_denial_date),
        ("application", d.application_received),
        ("assigned", d.date_assigned),
        ("decision", d.decision_date),
    )
    known = [f"{name} {value.isoformat()}" for name, value in dates if value]
    if known:
        out.print(Text(", ".join(known) + (f", {d.priority}" if d.priority else "")))
    who = d.reviewer
    if who.certification or who.licensure:
        out.print(
            Text(
                f"Reviewer: {', '.join(who.certification) or 'not stated'}; "
                f"licensed in {', '.join(who.licensure) or 'not stated'}"
            )
        )
    table = Table(show_lines=True, expand=True)
    table.add_column("Disputed item", ratio=4)
    table.add_column("Decision", no_wrap=True)
    table.add_column("Guideline of the reviewer", ratio=4)
    for item in d.items:
        table.add_row(Text(item.request), item.decision, Text(item.imr_guideline or "none cited"))
    out.print(table)

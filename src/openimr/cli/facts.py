"""``imr facts``: text → clinical facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openimr.cli.common import Run, console

if TYPE_CHECKING:
    from openimr.model import Fact


@click.command(
    epilog="""\b
Examples:
  imr facts progress-report.pdf
  echo "Straight leg raise is positive on the right." | imr facts -
  imr facts --json notes/*.txt > facts.jsonl
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--kind", default="progress_report", show_default=True, help="Kind of document.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a fact and line.")
def facts(files: tuple[str, ...], kind: str, as_json: bool) -> None:
    """Show the clinical facts read from documents, each with the words it rests on."""
    from openimr.documents import load
    from openimr.evidence import find_facts

    run = Run()
    places = run.places(files)

    def one(path: Path | str) -> None:
        document = load(path)
        found = find_facts(
            document.text or "",
            document=document.name,
            kind=kind,
            page_starts=document.page_starts,
        )
        _show(found, document.name, as_json)

    run.each(places, one)
    run.finish()


def _show(found: list[Fact], name: str, as_json: bool) -> None:
    import msgspec
    from rich.table import Table
    from rich.text import Text

    if as_json:
        for fact in found:
            click.echo(msgspec.json.encode(fact).decode())
        return
    table = Table(title=name, expand=True)
    for heading, ratio in (("Fact", 3), ("Value", 3), ("Polarity", 2), ("About", 2), ("Words", 6)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for fact in found:
        value = "yes" if fact.value is True else str(fact.value)
        table.add_row(
            fact.fact,
            Text(value),
            fact.polarity,
            fact.about or "",
            Text(" ".join(fact.quote.split())),
        )
    console().print(table)

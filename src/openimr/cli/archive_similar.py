"""``imr archive similar``: decisions like a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openimr.cli.archive_place import FOLDER
from openimr.cli.archive_search import JSON

if TYPE_CHECKING:
    from openimr.archive.place import Place
    from openimr.archive.similar import Alike, AlikeItem


@click.command(
    epilog="""\b
Examples:
  imr archive similar CM17-9000123 --archive reviews
  imr archive similar case-folder/ --archive reviews
  imr archive similar case.json --decision overturned --limit 10 --archive reviews
"""
)
@click.argument("case", metavar="CASE")
@FOLDER
@click.option(
    "--decision",
    type=click.Choice(("Upheld", "Overturned"), case_sensitive=False),
    help="Show this outcome only; both by default.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="Decisions of each outcome.",
)
@JSON
def similar(folder: Place, case: str, decision: str | None, limit: int, as_json: bool) -> None:
    """Find the decisions most like a case: same treatment and region, both outcomes.

    CASE is the case number of an archived letter, or a case file as imr review takes it. For each
    disputed item the most alike upheld and overturned decisions are shown, with the criteria that
    came out otherwise. Likeness is of findings, facts and words, within the treatment and region.
    """
    from openimr.archive.similar import profiles_of_case, profiles_of_letter
    from openimr.archive.similar import similar as run
    from openimr.archive.store import open_archive

    with open_archive(folder) as archive:
        if Path(case).exists():
            from openimr.documents import load_case

            profiles = profiles_of_case(load_case(case))
        else:
            profiles = profiles_of_letter(archive, case)
        found = run(archive, profiles, decision=decision, limit=limit)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found).decode())
    else:
        _print(found)


def _print(found: list[AlikeItem]) -> None:
    from openimr.cli.common import console

    out = console()
    for one in found:
        profile = one.profile
        region = f", {profile.region}" if profile.region else ""
        out.print(f"[bold]{_plain(profile.request)}[/bold]  {profile.treatment}{region}")
        decided = one.decided_upheld + one.decided_overturned
        if not decided:
            out.print("  No decision on this treatment and region is in the archive.\n")
            continue
        out.print(
            f"  Letters on this treatment and region: {one.decided_upheld:,} with it upheld, "
            f"{one.decided_overturned:,} with it overturned."
        )
        for alike in (*one.upheld, *one.overturned):
            out.print(_lines(alike))
        out.print()


def _lines(alike: Alike) -> str:
    day = alike.decided.isoformat() if alike.decided else "no date"
    style = "green" if alike.decision == "Overturned" else "red"
    lines = [
        f"  [{style}]{alike.decision:<10}[/{style}] {alike.likeness:.2f}  "
        f"{alike.case_number or f'letter {alike.letter}'}  {day}  {_plain(alike.request)}"
    ]
    lines += [
        f"             {name}: here {_words(here)}, there {_words(there)}"
        for name, here, there in alike.apart[:4]
    ]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def _words(status: str) -> str:
    return status.replace("_", " ")

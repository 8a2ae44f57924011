"""``imr panel``: who may review a case."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openimr.cli.common import console

if TYPE_CHECKING:
    from openimr.model import Case
    from openimr.panel import Candidate, Need


@click.group(
    epilog="""\b
Examples:
  imr panel match case-folder/ --reviewers register.yaml
  imr panel match case.json --reviewers register.yaml --exclude R-014 --json
  imr panel roles
"""
)
def panel() -> None:
    """Match reviewers to a case, and name every exclusion with its rule."""


@panel.command(
    "match",
    epilog="""\b
Examples:
  imr panel match case-folder/ --reviewers register.yaml
  imr panel match case.json --reviewers register.yaml --day 2026-10-01 --json
""",
)
@click.argument("case")
@click.option(
    "--reviewers",
    required=True,
    type=click.Path(path_type=Path),
    help="The register: YAML or JSON with a list of reviewers.",
)
@click.option("--day", metavar="DATE", help="The day that counts (default: today).")
@click.option("--exclude", multiple=True, metavar="ID", help="A reviewer who must not be asked.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def match_reviewers(
    case: str, reviewers: Path, day: str | None, exclude: tuple[str, ...], as_json: bool
) -> None:
    """Rank the reviewers who may take a case, and tell what keeps the others from it.

    CASE is a case file with its parties, or a determination. A name that is only alike, or a
    tie whose weight is not told, excludes until a person clears it.
    """
    import msgspec

    from openimr import load_case
    from openimr.panel import match, read_register

    register = read_register(reviewers)
    loaded = load_case(case)
    candidates = match(register, _need(loaded, _day(day), exclude))
    if as_json:
        click.echo(msgspec.json.encode({"candidates": candidates}).decode())
        return
    _show(candidates, bool(loaded.parties))


@panel.command("roles")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_roles(as_json: bool) -> None:
    """List the roles of parties that the conflict matrix knows."""
    import msgspec
    from rich.table import Table

    from openimr.panel.conflicts import matrix

    parties = matrix().parties
    if as_json:
        click.echo(msgspec.json.encode(parties).decode())
        return
    table = Table("Role", "Meaning", "Source", title="Parties of a case")
    for role, rule in parties.items():
        table.add_row(role, rule.says, rule.citation)
    console().print(table)


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError("--day: write 2026-03-31") from None


def _need(case: Case, day: date, excluded: tuple[str, ...]) -> Need:
    from openimr import review
    from openimr.guidelines.library import load
    from openimr.panel import Need, NeedItem

    library = load(None)

    def item(treatment: str, region: str | None) -> NeedItem:
        guideline = library.get(treatment)
        category = guideline.category if guideline else None
        return NeedItem(treatment=treatment, category=category, region=region)

    items = tuple(item(one.treatment, one.region) for one in review(case).items)
    return Need(items=items, parties=case.parties, day=day, excluded=excluded)


def _show(candidates: tuple[Candidate, ...], parties: bool) -> None:
    from rich.table import Table

    table = Table(title="Reviewers", expand=True)
    for heading, ratio in (("Rank", 1), ("Reviewer", 4), ("Why", 9)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for one in candidates:
        against = [f"{each.says} ({each.citation})" for each in one.exclusions]
        against += [
            f"{each.says} Name in the case: {each.party} ({each.likeness:.0f} % alike; "
            f"{each.citation})"
            for each in one.conflicts
        ]
        place = str(one.rank) if one.rank else ("ask" if one.clearable else "no")
        table.add_row(place, f"{one.name}\n{one.reviewer}", "\n".join(against or one.reasons))
    out = console()
    out.print(table)
    if not parties:
        out.print("The case names no parties: conflicts could not be tested.")
    if any(one.clearable for one in candidates):
        out.print("ask: kept out only by what a person may clear.")

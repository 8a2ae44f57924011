"""``imr eligible``: the screening of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from openimr.cli.common import console
from openimr.cli.law import emit_json, law_options, moment, read_matter

if TYPE_CHECKING:
    from openimr.rules import GroundFinding, Screening

_OUTCOMES = {
    "eligible": "Eligible: no ground speaks against it.",
    "refuse": "To be refused, if a person confirms the reasons.",
    "defer": "To be deferred, if a person confirms it.",
    "merge": "A duplicate: to be merged with the earlier application, if a person confirms it.",
    "ask": "Open: some answers are missing.",
}


@click.command(
    epilog="""\b
Examples:
  imr eligible case-folder/
  imr eligible --event ur_served=2026-03-31 --event application_received=2026-05-20 --set signed=yes
  imr eligible case.json --json
"""
)
@law_options
def eligible(
    case: str | None,
    program: str,
    events: tuple[str, ...],
    settings: tuple[str, ...],
    now: str | None,
    as_json: bool,
) -> None:
    """Screen an application: which grounds speak against a review, and what must still be asked.

    The machine screens; a person confirms every refusal.
    """
    from openimr.rules import load_program, screen

    law = load_program(program)
    screening = screen(read_matter(case, law, events, settings), law, moment(now))
    if as_json:
        emit_json({"program": law.program, "screening": screening})
        return
    _screening(screening)


def _screening(screening: Screening) -> None:
    from rich.table import Table

    table = Table(title="Screening", expand=True)
    for heading, ratio in (("Ground", 3), ("Applies", 2), ("What", 8), ("Source", 4)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for ground in screening.grounds:
        table.add_row(ground.code, _applies(ground), ground.ask or ground.says, _source(ground))
    out = console()
    out.print(table)
    out.print(_OUTCOMES[screening.outcome])


def _applies(ground: GroundFinding) -> str:
    return {True: "yes", False: "no", None: "open"}[ground.applies]


def _source(ground: GroundFinding) -> str:
    return f"{ground.citation}{' (not verified)' if ground.uncertain else ''}"

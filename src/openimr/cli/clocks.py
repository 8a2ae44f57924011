"""``imr clocks``: what is due when, by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from openimr.cli.common import console
from openimr.cli.law import emit_json, law_options, moment, read_matter

if TYPE_CHECKING:
    from openimr.rules import Deadline, Program

_STATES = {
    "open": "open",
    "met": "met",
    "late": "done late",
    "overdue": "OVERDUE",
    "lapsed": "lapsed",
    "not_started": "waits",
}


@click.command(
    epilog="""\b
Examples:
  imr clocks case-folder/
  imr clocks --event ur_served=2026-03-31 --set ur_service=mail --set served_in=california
  imr clocks case.json --event records_complete=2026-04-20 --now 2026-05-01 --json
  imr clocks --names
"""
)
@law_options
@click.option("--all", "every", is_flag=True, help="Show clocks that wait for their event as well.")
@click.option("--names", is_flag=True, help="List the events and circumstances of the program.")
def clocks(
    *,
    case: str | None,
    program: str,
    events: tuple[str, ...],
    settings: tuple[str, ...],
    now: str | None,
    as_json: bool,
    every: bool,
    names: bool,
) -> None:
    """Show what is due when, by which rule, and how each day was found.

    CASE is a case file or a determination; without it give --event. Parts of the law that are not
    verified are marked.
    """
    from openimr.rules import deadlines, load_program

    law = load_program(program)
    if names:
        _names(law, as_json)
        return
    matter = read_matter(case, law, events, settings)
    lines = deadlines(matter, law, moment(now))
    shown = [line for line in lines if every or line.state != "not_started"]
    if as_json:
        emit_json({"program": law.program, "deadlines": shown})
        return
    _deadlines(shown, len(lines) - len(shown), law)


def _names(law: Program, as_json: bool) -> None:
    if as_json:
        emit_json({"events": law.events, "circumstances": law.circumstances})
        return
    from rich.table import Table

    table = Table("Event or circumstance", "Meaning", "Values", title=law.title)
    for name, says in law.events.items():
        table.add_row(name, says, "a day, or a moment")
    for name, vocable in law.circumstances.items():
        values = ", ".join(vocable.values) or vocable.type.replace("yes_no", "yes, no")
        table.add_row(name, vocable.says, values)
    console().print(table)


def _deadlines(lines: list[Deadline], waiting: int, law: Program) -> None:
    from rich.table import Table

    table = Table(title=law.title, expand=True)
    for heading, ratio in (("Due", 3), ("What", 6), ("State", 2), ("How it is computed", 8)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for line in lines:
        table.add_row(
            _due(line),
            f"{line.title}\n{law.parties[line.who]}\n{line.citation}",
            _STATES[line.state],
            "\n".join([*line.steps, *(f"Uncertain: {d}" for d in line.doubts), *line.notes]),
        )
    out = console()
    out.print(table)
    if waiting:
        out.print(f"{waiting} more wait for their event (--all shows them).")


def _due(line: Deadline) -> str:
    if line.due is None:
        return ""
    text = f"{line.due:%a %-d %b %Y}"
    if (line.due.hour, line.due.minute) != (23, 59):
        text += f" {line.due:%H:%M}"
    if line.certain_due:
        text += f"\n(certain only to {line.certain_due:%-d %b %Y})"
    return text

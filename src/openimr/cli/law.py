"""What ``imr clocks`` and ``imr eligible`` share: their options, and the matter they speak of."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from openimr.rules import Matter, Program


def law_options(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options that tell the case, the law and the moment."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object."),
        click.option("--now", metavar="WHEN", help="The moment to judge from (default: now)."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="A circumstance, such as ur_service=mail. May be repeated.",
        ),
        click.option(
            "--event",
            "events",
            multiple=True,
            metavar="NAME=WHEN",
            help="An event, such as ur_served=2026-03-31 or with T14:05. May be repeated.",
        ),
        click.option(
            "--program", default="ca_wc_imr", show_default=True, help="Whose law applies."
        ),
        click.argument("case", required=False),
    ):
        command = option(command)
    return command


def read_matter(
    case: str | None, law: Program, events: tuple[str, ...], settings: tuple[str, ...]
) -> Matter:
    """The matter that the arguments tell of.

    Raises:
        InputError: a file, name or value that cannot be used.
        click.UsageError: neither a case nor an event is given.
    """
    from openimr import load_case
    from openimr.model import Case
    from openimr.rules import matter_of

    if case is None and not events:
        raise click.UsageError("give a CASE or at least one --event")
    loaded = load_case(case) if case else Case(items=())
    return matter_of(loaded, law, _pairs(events, "--event"), _pairs(settings, "--set"))


def _pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in texts)
    if bad := [name for name, value in pairs.items() if not value]:
        raise click.UsageError(f"{option} {bad[0]}: write NAME=VALUE")
    return pairs


def moment(now: str | None) -> date | datetime | None:
    """The moment of ``--now``; None where it is not given."""
    if now is None:
        return None
    try:
        return date.fromisoformat(now) if len(now) == 10 else datetime.fromisoformat(now)
    except ValueError:
        raise click.UsageError("--now: write 2026-03-31 or 2026-03-31T14:05") from None


def emit_json(value: object) -> None:
    """Print a value as one line of JSON."""
    import msgspec

    click.echo(msgspec.json.encode(value).decode())

"""``imr archive``: determinations at scale. Each subcommand lives in a module of its own."""

from __future__ import annotations

import importlib

import click

SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "build": ("archive_build", "Make an archive of determinations, or go on with one."),
    "add": ("archive_build", "Add determinations to an archive that is there."),
    "search": ("archive_search", "Find determinations by words, filters and facts."),
    "similar": ("archive_similar", "Decisions like a case, both outcomes side by side."),
    "stats": ("archive_stats", "Counts, overturn rates, days, agreement; tables, CSV, a report."),
    "whatif": ("archive_whatif", "Review again under changed criteria: which proposals flip."),
    "info": ("archive_care", "What an archive holds."),
    "verify": ("archive_care", "Check an archive; name what is damaged."),
    "rebuild": ("archive_care", "Make an archive anew from its own letters and sources."),
}
"""Each subcommand with its module in this package and its one-line help."""


class _Lazy(click.Group):
    """A group that imports a subcommand's module when the subcommand is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        module = importlib.import_module(f"openimr.cli.{SUBCOMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in SUBCOMMANDS.items()])


@click.group(
    cls=_Lazy,
    epilog="Example: imr archive build letters/ --archive reviews",
)
def archive() -> None:
    """Published determinations at scale: build an archive, keep it, look after it.

    An archive is a folder with one database, or a database on a PostgreSQL server. Every letter is
    read, its facts found, its items reviewed blind; what was decided stands beside what the
    criteria say.
    """

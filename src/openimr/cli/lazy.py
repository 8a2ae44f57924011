"""A group whose subcommands are imported when they run, so that ``--help`` answers at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click


def lazy_group(commands: Mapping[str, tuple[str, str]]) -> type[click.Group]:
    """A class of groups for these subcommands.

    Args:
        commands: each subcommand with its module in this package and its one-line help; in that
            module the command has the subcommand's name.
    """

    class Lazy(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(commands)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            if cmd_name not in commands:
                return None
            module = importlib.import_module(f"openimr.cli.{commands[cmd_name][0]}")
            command = getattr(module, cmd_name)
            assert isinstance(command, click.Command)
            return command

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            with formatter.section("Commands"):
                formatter.write_dl([(name, says) for name, (_, says) in commands.items()])

    return Lazy

"""Write docs/commands.md from the command line itself; ``--check`` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from openimr.cli.main import cli

TARGET = Path(__file__).with_name("commands.md")
HEAD = """# Command reference

Made by `make docs` from the commands' own help; do not edit by hand.

Every command ends with exit code 0 when all went well, 1 when something given could not be used
(one sentence on standard error says what, where and what to do), and 2 for a wrong call.
"""


def pages(command: click.Command, path: str) -> list[tuple[str, str]]:
    """The help page of a command and of those below it."""
    context = click.Context(
        command, info_name=path, max_content_width=100, help_option_names=["-h", "--help"]
    )
    context.terminal_width = 100
    found = [(path, command.get_help(context))]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                found += pages(below, f"{path} {name}")
    return found


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [HEAD]
    for path, text in pages(cli, "imr"):
        plain = "\n".join(line.rstrip() for line in text.splitlines())
        parts.append(f"\n## {path}\n\n```text\n{plain}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0
            if TARGET.read_text("utf-8") == reference()
            else "docs/commands.md is out of date; run make docs"
        )
    TARGET.write_text(reference(), "utf-8")

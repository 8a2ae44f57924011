"""The documentation says what the code does: every command, option and example."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import pytest

from openimr.cli.main import COMMANDS, cli

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
from make_commands import pages, reference  # noqa: E402


def test_command_reference_is_up_to_date() -> None:
    assert (ROOT / "docs/commands.md").read_text("utf-8") == reference(), "run make docs"


def _commands(group: click.Group) -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += _commands(command)
    return found


@pytest.mark.parametrize(("name", "command"), _commands(cli))
def test_every_command_and_option_explains_itself(name: str, command: click.Command) -> None:
    assert command.help, f"{name} has no help"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_shows_an_example(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert "Example" in (command.epilog or "")


def test_the_group_lists_each_command_once() -> None:
    assert next(path for path, _ in pages(cli, "imr")) == "imr"


@pytest.mark.parametrize("page", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"])
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_names_only_commands_that_exist() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for name in re.findall(
            r"^(?:\$ )?(?:\.venv/bin/)?imr ([a-z]+)", page.read_text("utf-8"), re.M
        ):
            assert name in COMMANDS, f"{page.name} names imr {name}"

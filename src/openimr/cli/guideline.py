"""``imr guideline``: the library, shown and checked."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openimr.cli.common import console

if TYPE_CHECKING:
    from openimr.guidelines.library import Library


@click.group(
    epilog="""\b
Examples:
  imr guideline list
  imr guideline show mri_lumbar
  imr guideline check
"""
)
def guideline() -> None:
    """Show, list and check the guideline library."""


_library = click.option(
    "--library",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder of guideline files laid over the shipped library. May be repeated.",
)


@guideline.command("list")
@_library
@click.option("--json", "as_json", is_flag=True, help="One JSON object a treatment and line.")
def list_guidelines(folders: tuple[Path, ...], as_json: bool) -> None:
    """List the treatments the library holds."""
    import msgspec
    from rich.table import Table

    from openimr.guidelines.library import load

    library = load(None, *folders)
    if as_json:
        for one in library.treatments.values():
            row = {
                "treatment": one.treatment,
                "title": one.title,
                "category": one.category,
                "criteria": len(one.criteria),
                "examples": len(one.examples),
            }
            click.echo(msgspec.json.encode(row).decode())
        return
    table = Table(title=f"Guideline library {library.version}")
    for heading in ("Treatment", "Title", "Category", "Criteria", "Examples"):
        table.add_column(heading)
    for one in sorted(library.treatments.values(), key=lambda g: (g.category, g.treatment)):
        table.add_row(
            one.treatment, one.title, one.category, str(len(one.criteria)), str(len(one.examples))
        )
    console().print(table)


@guideline.command()
@click.argument("treatment")
@_library
def show(treatment: str, folders: tuple[Path, ...]) -> None:
    """Print a guideline for a physician: criteria, sources, certainty, editions, examples."""
    import difflib

    from openimr.errors import InputError
    from openimr.guidelines.library import load
    from openimr.guidelines.show import show as text_of

    library = load(None, *folders)
    held = library.get(treatment)
    if held is None:
        near = difflib.get_close_matches(treatment, library.treatments, n=3)
        hint = f"did you mean {' or '.join(near)}" if near else "see imr guideline list"
        raise InputError(treatment, "no guideline of this name is held", hint)
    click.echo(text_of(held))


@guideline.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=click.Path(path_type=Path))
def check(folders: tuple[Path, ...]) -> None:
    """Check the library: conditions, references, dates, and every example, text to decision.

    With folders, checks those laid over the shipped library.
    """
    from openimr import drugs
    from openimr.guidelines.check import check_folder
    from openimr.guidelines.library import SHIPPED, load
    from openimr.reviews.examples import run_example

    @cache
    def library() -> Library:
        return load(None, *folders)

    problems = check_folder(
        SHIPPED,
        *folders,
        run_text=lambda example, held: run_example(example, held, library()),
        drug_classes=drugs.classes(),
    )
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(f"{len(problems)} problems")
        sys.exit(1)
    examples = sum(len(one.examples) for one in library().treatments.values())
    click.echo(
        f"{len(library().treatments)} guidelines, {examples} examples, no problems "
        f"(library {library().version})"
    )

"""``imr guideline``: the library, shown and checked."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openimr.cli.common import console, emit, save

if TYPE_CHECKING:
    from openimr.guidelines.guideline import Guideline
    from openimr.guidelines.library import Library


@click.group(
    epilog="""\b
Examples:
  imr guideline list
  imr guideline show mri_lumbar
  imr guideline check
  imr guideline new wrist_splint --from lumbar_brace_dme --out my-guidelines/wrist_splint.yaml
  imr guideline diff shipped my-guidelines/
  imr guideline explain case-folder/ mri_lumbar
  imr guideline book --out book/
"""
)
def guideline() -> None:
    """Show, list, check, compare and explain the guideline library."""


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
    from openimr.guidelines.library import load
    from openimr.guidelines.show import show as text_of

    click.echo(text_of(_held(load(None, *folders), treatment)))


def _held(library: Library, treatment: str) -> Guideline:
    import difflib

    from openimr.errors import InputError

    held = library.get(treatment)
    if held is None:
        near = difflib.get_close_matches(treatment, library.treatments, n=3)
        hint = f"did you mean {' or '.join(near)}" if near else "see imr guideline list"
        raise InputError(treatment, "no guideline of this name is held", hint)
    return held


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


@guideline.command()
@click.argument("treatment")
@click.option("--from", "model", metavar="OTHER", help="Guideline whose criteria it starts from.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else standard output.")
@_library
def new(treatment: str, model: str | None, out: Path | None, folders: tuple[Path, ...]) -> None:
    """Start a guideline file: a commented skeleton of the right shape, to be filled in.

    With --from it shares the criteria of another guideline by reference.
    """
    from openimr.errors import InputError
    from openimr.guidelines.library import load
    from openimr.guidelines.new import skeleton

    library = load(None, *folders)
    if library.get(treatment) is not None:
        problem = f"is already held in {library.paths[treatment]}"
        raise InputError(treatment, problem, "copy that file and change it, or choose another id")
    text = skeleton(treatment, _held(library, model) if model else None)
    if out is not None and out.exists():
        raise InputError(str(out), "is there already", "choose another file with --out")
    emit(text.encode(), out)
    if out is not None:
        click.echo(str(out))


@guideline.command()
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a treatment and line.")
def diff(old: str, new: str, as_json: bool) -> None:
    """Say in plain words what changed between two folders or files of guidelines.

    OLD or NEW may be the word shipped, for the library that comes with OpenIMR. A treatment that
    only the shipped library holds is not told as removed by a folder that is laid over it.
    """
    import msgspec

    from openimr.guidelines.diff import SHIPPED_NAME, differences, read_part

    before, after = read_part(old), read_part(new)
    if SHIPPED_NAME in (old, new):
        both = before.keys() & after.keys()
        if old == SHIPPED_NAME:
            before = {name: before[name] for name in both}
        else:
            after = {name: after[name] for name in both}
    found = differences(before, after)
    for one in found:
        if as_json:
            click.echo(msgspec.json.encode(one).decode())
            continue
        click.echo(f"{one.treatment}: {one.change}")
        for line in one.lines:
            click.echo(f"  {line}")
    if not found and not as_json:
        click.echo("Nothing differs.")


@guideline.command()
@click.argument("case")
@click.argument("item", metavar="ITEM")
@_library
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TREATMENT.Cn.NAME=VALUE",
    help="Try a changed criterion, as in imr evaluate. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(
    case: str, item: str, folders: tuple[Path, ...], settings: tuple[str, ...], as_json: bool
) -> None:
    """Explain how an item of a case was judged, criterion by criterion.

    ITEM is its number in the case, from 1, or its treatment id. Shows for every criterion of the
    guideline the test in words, each fact it looked at, what the record gave for it, and the
    effect; and of those that did not apply, why. The output quotes the record.
    """
    import msgspec

    import openimr
    from openimr.guidelines.library import load
    from openimr.guidelines.override import override
    from openimr.reviews.explain import as_text
    from openimr.reviews.explain import explain as explained

    library = override(load(None, *folders), settings)
    found = explained(openimr.load_case(case), item, library)
    click.echo(msgspec.json.encode(found).decode() if as_json else as_text(found))


@guideline.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("imr-book"),
    show_default=True,
    help="Folder to write the book to.",
)
@click.option("--labels", metavar="FILE", help="Labels: name the real items that turned on each.")
@_library
def book(out: Path, labels: str | None, folders: tuple[Path, ...]) -> None:
    """Write the whole library as a page to read, search and print, without a network.

    With labels, each criterion names the labelled real items that turned on it, by case number
    and status; such a book is for local use.
    """
    from openimr.guidelines.book import book as page_of
    from openimr.guidelines.book import turned_on
    from openimr.guidelines.library import load
    from openimr.reviews.evaluate import read_labels

    library = load(None, *folders)
    turned = turned_on(read_labels(labels).values()) if labels else None
    save(out / "index.html", page_of(library, turned))
    click.echo(str(out / "index.html"))
    if labels:
        click.echo("It names real cases: keep it to yourself.", err=True)

"""``imr demo``: the main job on an invented case."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import as_file, files
from pathlib import Path

import click

from openimr.cli.common import console, file_stem, save
from openimr.cli.review import rendered, write_determination


@click.command(epilog="\b\nExample:\n  imr demo --out out/demo\n")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("imr-demo"),
    show_default=True,
    help="Folder to write the review sheet and the letter to.",
)
def demo(out: Path) -> None:
    """Review an invented case and write its review sheet, determination and letter."""
    import openimr
    from openimr.documents import read_attestation
    from openimr.reviews.attest import attest
    from openimr.reviews.sheet import print_review

    with as_file(files("openimr.samples").joinpath("demo")) as folder:
        click.echo("1/4  Reading the case file (invented; no such person exists) ...", err=True)
        case = openimr.load_case(folder)
        click.echo("2/4  Finding facts and testing every criterion ...", err=True)
        draft = openimr.review(case)
        print_review(case, draft, console())
        click.echo("3/4  Writing the review sheet (a draft) ...", err=True)
        stem = file_stem(case.case_number, "demo")
        written = []
        for to in ("html", "pdf", "docx", "json"):
            target = out / f"{stem}.review.{to}"
            save(target, rendered(case, draft, to))
            written.append(target)
        click.echo("4/4  Attesting (an invented physician) and writing the letter ...", err=True)
        attestation = read_attestation(folder / "attestation.json")
        written += write_determination(case, attest(draft, attestation), out, stem)
    click.echo("\nWritten:")
    for path in written:
        click.echo(f"  {path}")
    click.echo(
        f"\nOpen {written[0]} in a browser: click a finding and its sentence lights up.\n"
        "Then try:\n"
        f"  {_imr()} guideline show mri_knee     the criteria in plain words\n"
        f"  {_imr()} review --format json CASE   your own case file, as data\n"
        f"  {_imr()} --help                      everything else"
    )


def _imr() -> str:
    """The command as the reader can type it here: by name where the shell would find it."""
    running = Path(sys.argv[0]).absolute()
    found = shutil.which("imr")
    if found is not None and Path(found).absolute() == running:
        return "imr"
    try:
        return str(running.relative_to(Path.cwd()))
    except ValueError:
        return str(running)

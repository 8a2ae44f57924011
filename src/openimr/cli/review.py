"""``imr review``: case file → review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from openimr.cli.common import Run, console, emit, file_stem, progress, save

if TYPE_CHECKING:
    from openimr.guidelines.library import Library
    from openimr.model import Attestation, Case, Review

FORMATS = ("text", "json", "html", "pdf", "docx")
_SUFFIX = {"text": "txt", "json": "json", "html": "html", "pdf": "pdf", "docx": "docx"}


@click.command(
    epilog="""\b
Examples:
  imr review case-folder/
  imr review --format json cases/*.json > reviews.jsonl
  imr review --format html --out reviews/ case-folder/
  imr review --attest attestation.json --out signed/ case-folder/
"""
)
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@click.option(
    "--format", "to", type=click.Choice(FORMATS), default="text", show_default=True, help="Output."
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to, a file a case.")
@click.option(
    "--attest",
    "attestation_file",
    metavar="FILE",
    help="Attestation of the physician reviewer (JSON); writes determination and letters too.",
)
@click.option(
    "--library",
    "library_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder of guideline files laid over the shipped library. May be repeated.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TREATMENT.Cn.NAME=VALUE",
    help="Try a changed criterion, such as mri_lumbar.C4.weeks=6. May be repeated.",
)
def review(
    cases: tuple[str, ...],
    to: str,
    as_json: bool,
    out: Path | None,
    attestation_file: str | None,
    library_folders: tuple[Path, ...],
    settings: tuple[str, ...],
) -> None:
    """Review case files: a folder with case.json, a JSON file, or a published determination.

    Of a determination only the case side is used: from the decision word on everything is hidden
    from the engine. Without --attest every output is a draft and says so.
    """
    from openimr.documents import read_attestation
    from openimr.guidelines.library import load as load_library
    from openimr.guidelines.override import override

    to = "json" if as_json else to
    if to in ("pdf", "docx") and out is None and len(cases) > 1:
        raise click.UsageError("several cases need a folder; give --out DIR")
    library = None
    if library_folders or settings:
        library = override(load_library(None, *library_folders), settings)
    attestation = read_attestation(attestation_file) if attestation_file else None
    if attestation is not None and (out is None or len(cases) != 1):
        raise click.UsageError("--attest is for one case and needs --out DIR")
    run = Run()
    with progress("Reviewing", len(cases)) as step:

        def one(place: str) -> None:
            step(place)
            _review(place, to, out, library, attestation, attestation_file)

        run.each(cases, one)
    run.finish()


def _review(
    place: str,
    to: str,
    out: Path | None,
    library: Library | None,
    attestation: Attestation | None,
    attestation_file: str | None,
) -> None:
    import openimr
    from openimr.reviews.attest import attest

    case = openimr.load_case(place)
    made = openimr.review(case, library)
    if attestation is not None:
        made = attest(made, attestation, source=attestation_file or "attestation")
    stem = file_stem(case.case_number, Path(place).stem)
    if out is None and to == "text":
        from openimr.reviews.sheet import print_review

        print_review(case, made, console())
        return
    data = rendered(case, made, to)
    if out is None:
        emit(data, None)
        return
    target = out / f"{stem}.review.{_SUFFIX[to]}"
    save(target, data)
    click.echo(str(target))
    if attestation is not None:
        for path in write_determination(case, made, out, stem):
            click.echo(str(path))


def rendered(case: Case, made: Review, to: str) -> bytes:
    """A review in one of the formats; JSON ends with a newline."""
    import msgspec

    from openimr.reviews.sheet import render

    if to == "json":
        return msgspec.json.encode(made) + b"\n"
    return render(case, made, to)  # type: ignore[arg-type]


def write_determination(case: Case, made: Review, out: Path, stem: str) -> list[Path]:
    """Write the determination as JSON and its letter as PDF, DOCX and text; the files written."""
    import msgspec

    from openimr.letters import write
    from openimr.reviews.attest import determine

    determination = determine(case, made)
    written = [out / f"{stem}.determination.json"]
    save(written[0], msgspec.json.format(msgspec.json.encode(determination)) + b"\n")
    for to in ("pdf", "docx", "text"):
        target = out / f"{stem}.letter.{_SUFFIX[to]}"
        save(target, write(determination, to))
        written.append(target)
    return written

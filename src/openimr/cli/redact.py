"""``imr redact``: determinations and case files → publishable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openimr.cli.common import Run, emit, progress, save
from openimr.errors import InputError

if TYPE_CHECKING:
    from openimr.archive.redact import Options
    from openimr.archive.redact.files import Output

PROFILES = ("dwc_publication", "hipaa_safe_harbor")
WIDEST_SHIFT = 365


@click.command(
    epilog="""\b
Examples:
  imr redact case/ --known parties.yaml --out public/
  imr redact letter.pdf --profile hipaa_safe_harbor --out public/
  imr redact letters/ --dates shift --out public/ --report removed.json
  pdftotext -layout report.pdf - | imr redact - > report.txt
"""
)
@click.argument("places", nargs=-1, required=True, metavar="PLACE...")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default=PROFILES[0],
    show_default=True,
    help="What is removed.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the redacted files.")
@click.option(
    "--known",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON or YAML with the parties' names and numbers, which are sought with slips.",
)
@click.option(
    "--dates",
    type=click.Choice(("keep", "year", "shift")),
    help="What becomes of dates, instead of what the profile says.",
)
@click.option(
    "--shift-days",
    type=int,
    metavar="N",
    help="The shift of --dates shift; else drawn by lot for each case and not told.",
)
@click.option("--keep-weekdays", is_flag=True, help="Shift by whole weeks.")
@click.option(
    "--numbered", is_flag=True, help="[NAME 1], [NAME 2]: the same number, the same name."
)
@click.option(
    "--report", type=click.Path(path_type=Path), help="File for what was removed and why."
)
@click.option("--positions", is_flag=True, help="The report tells where each identifier stood.")
@click.option(
    "--with-values",
    is_flag=True,
    help="The report holds the removed words too: keep it as safe as the record.",
)
def redact(  # noqa: PLR0917
    places: tuple[str, ...],
    profile: str,
    out: Path | None,
    known: tuple[Path, ...],
    dates: str | None,
    shift_days: int | None,
    keep_weekdays: bool,
    numbered: bool,
    report: Path | None,
    positions: bool,
    with_values: bool,
) -> None:
    """Remove identifiers from determinations and case files (PDF, DOCX, HTML, text, JSON).

    A folder with case.json is redacted whole; other folders file by file; - is standard input.
    Without --out one text is written to standard output. A redacted file is written anew from
    its clean words: nothing else of the original goes into it.
    """
    from openimr.archive.redact import Known, Options, Redactor
    from openimr.archive.redact.files import case_folder, known_file, one_file
    from openimr.archive.redact.report import entry, whole

    given = Known()
    for file in known:
        given = given.joined(known_file(file))
    run = Run()
    entries: list[dict[str, Any]] = []
    taken: set[str] = set()
    todo = _units(run, places)
    _check_call(todo, out)

    def settings() -> Options:
        days = _shift(shift_days, keep_weekdays) if dates == "shift" else 0
        return Options(profile=profile, dates=dates, days=days, numbered=numbered)  # type: ignore[arg-type]

    def keep(made: Output, folder: str) -> None:
        name = _free(f"{folder}/{made.name}" if folder else made.name, taken)
        entries.append(entry(name, made.taken, positions=positions, values=with_values))
        if out is None:
            emit(made.data, None)
        else:
            save(out / name, made.data)

    with progress("Redacting", len(todo)) as step:

        def one(place: tuple[Path | str, bool]) -> None:
            step("")
            path, is_folder = place
            redactor = Redactor(settings(), given)
            if is_folder:
                folder = _free(f"case-{len(taken) + 1:03d}", taken) if len(todo) > 1 else ""
                for made in case_folder(Path(path), redactor):
                    keep(made, folder)
            else:
                keep(one_file(path, redactor), "")

        run.each(todo, one)
    if report is not None:
        told = whole(profile, dates or "as the profile says", entries)
        save(report, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
    if out is not None and entries:
        total = sum(line["count"] for each in entries for line in each["removed"])
        click.echo(f"{len(entries)} files, {total} identifiers removed: {out}")
    run.finish()


def _units(run: Run, places: tuple[str, ...]) -> list[tuple[Path | str, bool]]:
    """Case folders whole, other files one by one."""
    from openimr.archive.redact.files import is_case

    units: list[tuple[Path | str, bool]] = []
    for place in places:
        path = Path(place)
        cases = [path] if is_case(path) else []
        if not cases and path.is_dir():
            cases = sorted(entry.parent for entry in path.glob("*/case.json"))
        if cases:
            units += [(case, True) for case in cases]
        else:
            units += [(found, False) for found in run.places([place])]
    return units


def _check_call(todo: list[tuple[Path | str, bool]], out: Path | None) -> None:
    if out is None and (len(todo) > 1 or any(is_folder for _, is_folder in todo)):
        raise InputError("imr redact", "several files need a place", "name a folder with --out")


def _shift(given: int | None, keep_weekdays: bool) -> int:
    """Days to move the dates of a case by: as given, or drawn by lot and never nought."""
    import secrets

    days = given if given is not None else secrets.randbelow(WIDEST_SHIFT - 30) + 30
    if given is None:
        days *= secrets.choice((1, -1))
    if keep_weekdays:
        days = round(days / 7) * 7 or 7
    if days == 0:
        raise InputError("--shift-days", "0 shifts nothing", "give another number of days")
    return days


def _free(name: str, taken: set[str]) -> str:
    """``name``, with a number where it is taken."""
    path, number, made = Path(name), 2, name
    while made in taken:
        made = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        number += 1
    taken.add(made)
    return made

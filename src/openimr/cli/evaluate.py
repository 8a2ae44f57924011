"""``imr evaluate``: published determinations, replayed blind and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openimr.cli.common import console, progress, save
from openimr.errors import InputError, OpenIMRError

if TYPE_CHECKING:
    from openimr.guidelines.library import Library
    from openimr.model import Determination
    from openimr.reviews.evaluate import Changes, Report

_DATA = (".json", ".jsonl")


@click.command(
    epilog="""\b
Examples:
  imr evaluate letters/ --labels labels.jsonl
  imr evaluate letters/ --labels labels.jsonl --only check --html evaluation.html
  imr evaluate letters/ --json > before.json
  imr evaluate letters/ --against before.json --set mri_lumbar.C4.weeks=6
"""
)
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...")
@click.option("--labels", metavar="FILE", help="What an expert reads in the letters (JSON Lines).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Page to write.")
@click.option("--without-ur", is_flag=True, help="Hide sentences that repeat the denial as well.")
@click.option(
    "--only",
    type=click.Choice(("development", "check")),
    help="Keep to one half of the letters, told by a hash of the case number.",
)
@click.option("--against", "earlier", metavar="FILE", help="Earlier --json output to compare with.")
@click.option("--reasons", is_flag=True, help="Print both reasonings of each disagreement.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TREATMENT.Cn.NAME=VALUE",
    help="Try a changed criterion: a number of its condition, its weight, kind or condition.",
)
@click.option(
    "--library",
    "library_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder of guideline files laid over the shipped library. May be repeated.",
)
def evaluate(
    *,
    folders: tuple[str, ...],
    labels: str | None,
    as_json: bool,
    page: Path | None,
    without_ur: bool,
    only: str | None,
    earlier: str | None,
    reasons: bool,
    settings: tuple[str, ...],
    library_folders: tuple[Path, ...],
) -> None:
    """Replay published determinations blind and compare with what physicians decided.

    The engine sees the case side of each letter only: decisions, cited guidelines and rationales
    are hidden from it. Letters (PDF, DOCX, HTML, text) and determinations as data (imr read
    --json) can be given as files or folders; what is no determination is passed over. With labels,
    treatment, region, reasons and evidence are compared too. The output holds case numbers and
    words of the letters: it is for local use.
    """
    from openimr.guidelines.library import load
    from openimr.guidelines.override import override
    from openimr.reviews import evaluate as work

    labelled = work.read_labels(labels) if labels else {}
    before = work.read_report(earlier) if earlier else None
    library = override(load(None, *library_folders), settings)
    outcome = work.Evaluation()

    def one(determination: Determination) -> None:
        work.add(outcome, determination, labelled, library, blind_to_ur=without_ur)

    passed_over, left_out = _replay(folders, only, one)
    if not outcome.letters:
        _nothing(folders, only, left_out)
    if passed_over:
        files = "1 file is" if passed_over == 1 else f"{passed_over} files are"
        click.echo(f"imr: {files} no determination; passed over.", err=True)
    report = work.report(
        outcome, _engine(library), only=only, without_ur=without_ur, settings=settings
    )
    changes = work.against(report, before) if before else None
    _output(report, changes, page, as_json, reasons)


def _replay(folders: tuple[str, ...], only: str | None, work: Any) -> tuple[int, int]:
    """Run ``work`` on each determination; how many files are none, how many letters left out."""
    from openimr.documents import walk
    from openimr.reviews.evaluate import half_of

    seen: set[str] = set()
    passed_over = left_out = 0
    # A folder may hold labels and other data beside its letters: of data files only those named
    # as determinations are taken there, while a file that is given itself is taken whatever it is.
    named = [Path(name) for name in folders]
    places = [path for path in walk(folders) if path.suffix not in _DATA or _taken(path, named)]
    with progress("Replaying", len(places)) as step:
        for path in places:
            step(str(path))
            try:
                determinations = _read(path)
            except OpenIMRError:
                passed_over += 1
                continue
            for determination in determinations:
                number = determination.case_number
                if only is not None and half_of(number) != only:
                    left_out += 1
                elif number is None or number not in seen:
                    work(determination)
                    seen.add(number or "")
    return passed_over, left_out


def _taken(path: Path, named: list[Path]) -> bool:
    return path in named or path.name.endswith(".determination.json")


def _read(path: Path) -> list[Determination]:
    """The determinations of a file: a letter, or data with one JSON object a line."""
    import msgspec

    import openimr
    from openimr.model import Determination

    if path.suffix not in _DATA:
        return [openimr.read(path)]
    try:
        data = path.read_bytes()
        if path.suffix == ".json":
            return [msgspec.json.decode(data, type=Determination)]
        lines = [line for line in data.splitlines() if line.strip()]
        return [msgspec.json.decode(line, type=Determination) for line in lines]
    except (OSError, msgspec.DecodeError):
        raise InputError(str(path), "is no determination", "use imr read --json") from None


def _nothing(folders: tuple[str, ...], only: str | None, left_out: int) -> None:
    where = ", ".join(folders)
    if left_out:
        problem = f"none of the {left_out} determinations is in the {only} half"
        raise InputError(where, problem, "leave --only out or name more letters")
    remedy = "name published determinations, which imr read can read"
    raise InputError(where, "nothing in it is a determination", remedy)


def _engine(library: Library) -> Any:
    from openimr import __version__
    from openimr.model import Engine

    return Engine(version=__version__, library=library.version)


def _output(
    report: Report, changes: Changes | None, page: Path | None, as_json: bool, reasons: bool
) -> None:
    import msgspec

    from openimr.reviews.evaluation.terminal import print_report

    if page is not None:
        from openimr.reviews.evaluation.page import render

        save(page, render(report, changes))
    if as_json:
        found = msgspec.to_builtins(report)
        if changes is not None:
            found["changes"] = {
                **msgspec.to_builtins(changes),
                "gains": changes.gains,
                "losses": changes.losses,
            }
        click.echo(msgspec.json.encode(found).decode())
    else:
        print_report(report, changes, console(), reasons=reasons)
    if page is not None:
        click.echo(f"{page} is written. It is for local use.", err=True)

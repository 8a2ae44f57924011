"""The outcome of a replay on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openimr.reviews.evaluation import wording
from openimr.reviews.evaluation.against import Changes, Turned, flat
from openimr.reviews.evaluation.report import Disagreement, Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_MOST_TREATMENTS = 25


def print_report(
    report: Report, changes: Changes | None, out: Console, *, reasons: bool = False
) -> None:
    """Print measures, decisions by treatment, disagreements, and what differs from earlier.

    Args:
        report: the outcome.
        changes: the comparison with an earlier run, if there is one.
        out: where to print.
        reasons: print both reasonings of each disagreement side by side.
    """
    out.print(_plain(wording.what_was_run(report)))
    out.print(_plain(f"Engine {report.engine.version}, library {report.engine.library}."))
    for note in report.notes:
        out.print(_plain(note))
    out.print(_measures(report, changes))
    out.print(_treatments(report))
    if reasons:
        for one in report.disagreements:
            out.print(_side_by_side(one))
    elif report.disagreements:
        out.print(_disagreements(report))
    if changes is not None:
        _print_changes(changes, out)


def _plain(text: str) -> Any:
    """Text of a record or a name, never read as markup."""
    from rich.text import Text

    from openimr.reviews.sheet.words import plain

    return Text(plain(text))


def _table(title: str, *headings: str, right: tuple[str, ...] = ()) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", expand=False)
    for heading in headings:
        number = heading in right
        table.add_column(
            heading,
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
        )
    return table


def _measures(report: Report, changes: Changes | None) -> Table:
    numbers = ("Value", "Over", "Earlier", "Change")
    headings = ["Measure", "Value", "Over", *(["Earlier", "Change"] if changes else [])]
    table = _table("Measures", *headings, right=numbers)
    moved = {one.measure: one for one in changes.measures} if changes else {}
    for name, value in flat(report.measures):
        cells = [
            wording.measure(name),
            wording.figure(name, value),
            str(wording.counted(report, name)),
        ]
        if changes:
            one = moved[name]
            cells += [wording.figure(name, one.earlier), _change(name, one.change)]
        table.add_row(*cells)
    return table


def _change(name: str, change: float | None) -> str:
    if change is None or not wording.moved(change):
        return "" if change is None else "same"
    style = "green" if wording.better(name, change) else "red"
    return f"[{style}]{change:+.3f}[/{style}]"


def _treatments(report: Report) -> Table:
    headings = ("Treatment", "Items", "Agreed", "Overturned", "We say so", "Reason", "Guideline")
    table = _table("Decisions by treatment", *headings, right=headings[1:])
    rows = list(report.by_treatment.items())
    for name, held in rows[:_MOST_TREATMENTS]:
        decisions = held["decisions"]
        table.add_row(
            name,
            str(held["items"]),
            str(held["agreed"]),
            str(decisions["overturned"]),
            str(decisions["proposed_overturned"]),
            wording.percent(held["reason_found"]["share"]),
            wording.percent(held["guideline_any"]["share"]),
        )
    if len(rows) > _MOST_TREATMENTS:
        table.caption = f"and {len(rows) - _MOST_TREATMENTS} more; --json and --html have all"
    return table


def _disagreements(report: Report) -> Table:
    table = _table(
        "Disagreements (--reasons or --html shows both reasonings)",
        "Item",
        "Treatment",
        "Physician",
        "Proposed",
        "Ours turned on",
        "The label's",
    )
    for one in report.disagreements:
        table.add_row(
            _where(one),
            one.treatment,
            one.physician,
            _proposed(one),
            ", ".join(r.criterion.rpartition(".")[2] for r in one.our_reasons),
            ", ".join(r.criterion.rpartition(".")[2] for r in one.labelled_reasons),
        )
    return table


def _where(one: Disagreement | Turned) -> Any:
    """The item by case number and place, counted from 1."""
    return _plain(f"{one.case_number or 'no number'} no. {one.item + 1}")


def _proposed(one: Disagreement) -> str:
    if one.proposed is None:
        return "nothing"
    return one.proposed if one.chance is None else f"{one.proposed} {one.chance:.0%}"


def _side_by_side(one: Disagreement) -> Table:
    from rich.table import Table

    title = f"{one.case_number or 'no case number'}, item {one.item + 1}: {one.request}"
    table = Table(title=_plain(title), title_justify="left", expand=True)
    table.add_column(_plain(f"Physician: {one.physician}"), ratio=1, overflow="fold")
    table.add_column(_plain(f"Proposed: {_proposed(one)}"), ratio=1, overflow="fold")
    theirs = [one.their_guideline, one.their_rationale]
    theirs += [
        f"Labelled: {r.criterion} {wording.STATUS.get(r.status, r.status)}: {r.says}"
        for r in one.labelled_reasons
    ]
    ours = [
        "; ".join(one.our_guidelines),
        *(f"{r.criterion} {wording.STATUS[r.status]}: {r.says}" for r in one.our_reasons),
    ]
    table.add_row(
        _plain("\n\n".join(filter(None, theirs))), _plain("\n\n".join(filter(None, ours)))
    )
    return table


def _print_changes(changes: Changes, out: Console) -> None:
    out.print(_plain(f"Earlier run: {changes.earlier_engine}."))
    for note in changes.notes:
        out.print(_plain(note))
    if not changes.items:
        out.print("No gains, no losses.")
        return
    table = _table(
        f"{changes.gains} gains, {changes.losses} losses",
        "",
        "Question",
        "Item",
        "Treatment",
        "Earlier",
        "Now",
    )
    for one in changes.items:
        table.add_row(
            "[green]gain[/green]" if one.gain else "[red]loss[/red]",
            wording.QUESTION[one.question],
            _where(one),
            one.treatment,
            _plain(one.earlier),
            _plain(one.now),
        )
    out.print(table)

"""``imr archive stats``: what an archive says in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openimr.cli.archive_place import FOLDER
from openimr.cli.archive_search import JSON, Day
from openimr.errors import InputError

if TYPE_CHECKING:
    from openimr.archive.place import Place
    from openimr.archive.statistics import Overview, Row, Share, Table

_MOST_ROWS = 15
_TITLES = {"drug_class": "drug class", "criterion": "decisive criterion"}


@click.command(
    epilog="""\b
Examples:
  imr archive stats --archive reviews
  imr archive stats --by treatment --by month --csv by-month.csv --archive reviews
  imr archive stats --by specialty --from 2016 --to 2017-06 --json --archive reviews
  imr archive stats --html report.html --archive reviews
"""
)
@FOLDER
@click.option(
    "--by",
    multiple=True,
    metavar="NAME",
    help="Count by this; give it twice to cross two. Everything by default.",
)
@click.option("--from", "first", type=Day(), metavar="MONTH", help="First month, with --by.")
@click.option("--to", "last", type=Day(), metavar="MONTH", help="Last month, with --by.")
@click.option("--all", "every", is_flag=True, help="All rows of a table, not the first fifteen.")
@JSON
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="File to write, with --by."
)
@click.option(
    "--parquet", "parquet_file", type=click.Path(path_type=Path), help="File to write, with --by."
)
@click.option("--html", "page", type=click.Path(path_type=Path), help="Report to write.")
def stats(
    *,
    folder: Place,
    by: tuple[str, ...],
    first: Any,
    last: Any,
    every: bool,
    as_json: bool,
    csv_file: Path | None,
    parquet_file: Path | None,
    page: Path | None,
) -> None:
    """Counts and overturn rates with their 95 % intervals, days, agreement, formulas.

    Counted are disputed items. NAME is treatment, category, drug, drug_class, region, phase,
    guideline, specialty, criterion, priority, proposed, month or year. Without --by: all of them,
    the days from application, assignment and denial to the decision, how often the physicians
    decide as the criteria say and on which criterion they part, and how formulaic the rationales
    are.
    """
    from openimr.archive.statistics import count_by, overview
    from openimr.archive.store import open_archive

    if not by and (csv_file or parquet_file or first or last):
        raise InputError("--csv, --parquet, --from and --to", "need a table", "add --by NAME")
    with open_archive(folder) as archive:
        if by:
            table = count_by(
                archive,
                by,
                first=None if first is None else _month(first[0]),
                last=None if last is None else _month(last[1]),
            )
            _one_table(table, every, as_json, csv_file, parquet_file)
            if page is None:
                return
        whole = overview(archive)
    if page is not None:
        _report(whole, page)
    elif as_json:
        import msgspec

        click.echo(msgspec.json.encode(whole).decode())
    else:
        _overview(whole, every)


def _month(day: Any) -> int:
    return int(day.year * 100 + day.month)


def _report(whole: Overview, page: Path) -> None:
    from openimr.archive.statistics_page import write_page
    from openimr.cli.common import save

    save(page, write_page(whole).encode())
    click.echo(f"Report in {page}.")


def _one_table(
    table: Table, every: bool, as_json: bool, csv_file: Path | None, parquet_file: Path | None
) -> None:
    from openimr.archive.export import as_csv, as_parquet
    from openimr.cli.common import console, save

    if csv_file is not None:
        save(csv_file, as_csv(table))
    if parquet_file is not None:
        save(parquet_file, as_parquet(table))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(table).decode())
    elif csv_file is None and parquet_file is None:
        console().print(_shown(table, every or table.by[0] in ("month", "year")))
    else:
        click.echo(f"{len(table.rows):,} rows written.")


def _overview(whole: Overview, every: bool) -> None:
    from openimr.cli.common import console

    out = console()
    total = whole.total
    out.print(
        f"{whole.letters:,} letters, {whole.items:,} disputed items, "
        f"{total.overturned:,} overturned: {_percent(total.rate)}.\n"
        f"Decided as the criteria say: {_percent(total.agreement)}."
    )
    if whole.formulaic_in_all:
        out.print(
            f"Sentences of rationales that stand in another letter too: "
            f"{100 * whole.formulaic_in_all.share:.0f} %."
        )
    for table in whole.tables:
        if table.by != ("month",) and table.rows:
            out.print(_shown(table, every or table.by == ("year",)))
    for shown in (_days(whole), _odds(whole, every), _formulaic(whole, every)):
        out.print(shown)


def _percent(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "nothing to count"
    return f"{100 * share.share:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _table(*columns: str, words: int = 1) -> Any:
    from rich.table import Table as Shown

    shown = Shown(*columns, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in shown.columns[words:]:
        column.justify = "right"
    return shown


def _shown(table: Table, every: bool) -> Any:
    names = [_TITLES.get(name, name) for name in table.by]
    shown = _table(
        *names, "items", "overturned", "rate (95 % interval)", "as criteria say", words=len(names)
    )
    shown.title = f"\nBy {' and '.join(names)}"
    rows: tuple[Row, ...] = table.rows if every else table.rows[:_MOST_ROWS]
    for row in rows:
        shown.add_row(
            *row.key,
            f"{row.items:,}",
            f"{row.overturned:,}",
            _percent(row.rate),
            _percent(row.agreement),
        )
    if len(table.rows) > len(rows):
        shown.add_row(f"... {len(table.rows) - len(rows):,} more (--all)")
    return shown


def _days(whole: Overview) -> Any:
    shown = _table("from", "of", "letters", "median", "90 % within", words=2)
    shown.title = "\nDays to the decision"
    for row in whole.days:
        if row.letters:
            shown.add_row(row.start, row.of, f"{row.letters:,}", str(row.median), str(row.p90))
    return shown


def _odds(whole: Overview, every: bool) -> Any:
    shown = _table(
        "treatment",
        "as criteria say",
        "against",
        "upheld against",
        "criterion most at odds",
        "times",
    )
    shown.title = "\nWhere physicians and criteria part"
    rows = whole.odds if every else whole.odds[:_MOST_ROWS]
    for row in rows:
        shown.add_row(
            row.treatment,
            _percent(row.agreement),
            f"{row.against:,}",
            f"{row.stricter:,}",
            row.criterion or "-",
            f"{row.times:,}",
        )
    return shown


def _formulaic(whole: Overview, every: bool) -> Any:
    shown = _table("treatment", "sentences", "in another letter too")
    shown.title = "\nHow formulaic rationales are"
    rows = whole.formulaic if every else whole.formulaic[:_MOST_ROWS]
    for row in rows:
        shown.add_row(row.treatment, f"{row.sentences:,}", f"{100 * row.share:.0f} %")
    return shown

"""``imr archive search``: letters by words and filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from openimr.cli.archive_place import FOLDER

if TYPE_CHECKING:
    from rich.text import Text

    from openimr.archive.counts import Count
    from openimr.archive.filters import Filters
    from openimr.archive.place import Place
    from openimr.archive.search import Found, Hit

_MOST_VALUES = 12

JSON = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")

_MANY = (
    ("--treatment", "treatment", "ID", "Treatment, such as mri_lumbar."),
    ("--category", "category", "NAME", "Kind of treatment: imaging, drug, therapy, surgery ..."),
    ("--drug", "drug", "NAME", "Drug, by its generic name."),
    ("--drug-class", "drug_class", "NAME", "Class of drug."),
    ("--region", "region", "NAME", "Region of the body: lumbar, knee ..."),
    (
        "--guideline",
        "guideline",
        "NAME",
        "Guideline the reviewer cites: a body, or body and chapter.",
    ),
    ("--section", "section", "NAME", "Section of a guideline the reviewer cites."),
    ("--criterion", "criterion", "KEY", "Decisive criterion, such as mri_lumbar.C4."),
    ("--specialty", "specialty", "NAME", "Specialty of the reviewer."),
    ("--fact", "fact", "NAME[=...]", "Fact of the record: NAME, NAME=negated, NAME>=7."),
)


class Day(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A day, or a month or year, as its first and last day."""

    name = "day"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[date, date]:
        """The first and last day of what was written."""
        if isinstance(value, tuple):
            return value
        try:
            parts = [int(part) for part in str(value).split("-")]
            if len(parts) == 3:
                day = date(*parts)
                return day, day
            year, month = (parts[0], parts[1]) if len(parts) == 2 else (parts[0], None)
            end = date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)
            return date(year, month or 1, 1), end - timedelta(days=1)
        except (ValueError, IndexError, OverflowError):
            self.fail(f"{value!r} is no day; write 2016-03-31, 2016-03 or 2016", param, ctx)


def filtering(command: Callable[..., None]) -> Callable[..., None]:
    """The options that narrow a search."""
    day = Day()
    for decorate in (
        click.option(
            "--to",
            "last",
            type=day,
            metavar="DAY",
            help="Last day of decision (or month, or year).",
        ),
        click.option(
            "--from",
            "first",
            type=day,
            metavar="DAY",
            help="First day of decision (or month, or year).",
        ),
        click.option("--priority", help="Standard or Expedited."),
        click.option("--decision", help="Upheld or Overturned."),
        *(
            click.option(option, name, multiple=True, metavar=shape, help=says)
            for option, name, shape, says in reversed(_MANY)
        ),
    ):
        command = decorate(command)
    return command


def filters_of(options: dict[str, Any]) -> Filters:
    """The filters that were given."""
    from openimr.archive.filters import Filters

    first, last = options.pop("first"), options.pop("last")
    return Filters(
        first=None if first is None else first[0], last=None if last is None else last[1], **options
    )


@click.command(
    epilog="""\b
Examples:
  imr archive search 'radiculopathy "straight leg raise"' --archive reviews
  imr archive search --category imaging --fact motor_deficit=negated --decision overturned
      --archive reviews
  imr archive search 'inject* -surgery' --region lumbar --order date --archive reviews
  imr archive search therapy --facets treatment,decision,year --archive reviews
"""
)
@click.argument("words", nargs=-1, metavar="[QUERY]...")
@FOLDER
@filtering
@click.option("--order", type=click.Choice(("rank", "date")), help="Best first, or newest first.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Letters of a page.",
)
@click.option("--after", metavar="CURSOR", help="The next page, from the cursor of the last.")
@click.option("--facets", metavar="NAME,...", help="Count what is found by these facets.")
@JSON
def search(
    words: tuple[str, ...],
    folder: Place,
    order: Any,
    limit: int,
    after: str | None,
    facets: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Find determinations by words and filters, each with its decisions.

    QUERY: words (all have to occur, in any form), "quoted phrases", -excluded words, beginnings of
    words with *, OR between alternatives. Without a query the filters alone decide. Of a filter
    given several times any value will do; all filters have to hold of the same disputed item.
    Facets: decision, treatment, category, drug, drug_class, region, guideline, specialty,
    criterion, priority, proposed, year.
    """
    from openimr.archive.counts import count_facets
    from openimr.archive.search import search as run
    from openimr.archive.store import open_archive

    query = " ".join(words)
    filters = filters_of(options)
    wanted = [name.strip() for name in facets.split(",")] if facets else []
    with open_archive(folder) as archive:
        counted = count_facets(archive, wanted, query, filters) if wanted else {}
        found = run(archive, query, filters, order=order, limit=limit, after=after)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"found": found, "facets": counted}).decode())
        return
    _print(found, counted)


def _print(found: Found, counted: dict[str, list[Count]]) -> None:
    from openimr.cli.common import console

    out = console()
    for hit in found.hits:
        out.print(_lines(hit), soft_wrap=False)
    for name, rows in counted.items():
        out.print(_facet(name, rows))
    out.print(_summary(found))
    if found.after:
        out.print(f"More: --after {found.after}", soft_wrap=True)


def _summary(found: Found) -> str:
    if not found.count:
        return "Nothing was found."
    said = {"exact": "", "at least": "more than ", "at most": "at most "}[found.count_is]
    letters = "1 letter" if found.count == 1 else f"{found.count:,} letters"
    weighed = ""
    if found.weighed is not None and found.weighed < found.count:
        weighed = f", the newest {found.weighed:,} weighed by rank"
    return f"{said}{letters}{weighed}, {len(found.hits)} shown."


def _lines(hit: Hit) -> Text:
    from rich.text import Text

    day = hit.decided.isoformat() if hit.decided else "no date"
    lines = Text.assemble((hit.case_number or f"letter {hit.letter}", "bold"), f"  {day}")
    if hit.specialties:
        lines.append(f"  {', '.join(hit.specialties)}", "dim")
    for item in hit.items:
        style = "green" if item.decision == "Overturned" else "red"
        mark = "›" if item.fits else " "
        lines.append(f"\n {mark} ")
        lines.append(f"{item.decision:<10}", style)
        region = f", {item.region}" if item.region else ""
        lines.append(f" {item.request}  ")
        lines.append(f"{item.treatment}{region}", "dim")
        if item.proposed and item.proposed != item.decision:
            lines.append(f"  (criteria: {item.proposed})", "yellow")
    snippet = Text(f"   {hit.snippet}")
    for start, end in hit.marks:
        snippet.stylize("bold reverse", start + 3, end + 3)
    if hit.marks:
        lines.append("\n")
        lines.append_text(snippet)
    lines.append("\n")
    return lines


def _facet(name: str, rows: list[Count]) -> Any:
    from rich.table import Table

    table = Table(name.replace("_", " "), "items", "overturned", "rate", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows[:_MOST_VALUES]:
        rate = f"{100 * row.overturned / row.items:.1f} %"
        table.add_row(row.value, f"{row.items:,}", f"{row.overturned:,}", rate)
    if len(rows) > _MOST_VALUES:
        rest = sum(row.items for row in rows[_MOST_VALUES:])
        table.add_row(f"{len(rows) - _MOST_VALUES} more", f"{rest:,}", "", "")
    return table

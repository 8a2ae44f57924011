"""The review sheet as compact text, on a terminal or in a file."""

from __future__ import annotations

import io
from collections.abc import Iterable
from textwrap import shorten
from typing import TYPE_CHECKING

from openimr.reviews.sheet import words
from openimr.reviews.sheet.view import Criterion, Item, Quote, Sheet, Step

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_SIGN = {"good": "+", "bad": "x", "gap": "?", "plain": "-"}
_STYLE = {"good": "green", "bad": "red", "gap": "yellow", "plain": "default"}
_FILE_WIDTH = 80
# The terminal gives the gist; page, PDF and Word file give every quote.
_MOST_QUOTES = 3
_LONGEST_SEARCH = 160


def render(sheet: Sheet) -> bytes:
    """Return the sheet as text in UTF-8, 80 columns wide, its frames in ASCII."""
    from rich.console import Console

    out = io.StringIO()
    show(sheet, Console(file=out, width=_FILE_WIDTH, force_terminal=False, no_color=True))
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return ("\n".join(lines) + "\n").encode("utf-8")


def show(sheet: Sheet, console: Console) -> None:
    """Print the sheet on `console`; frames in ASCII unless it is a terminal that shows Unicode."""
    draw = _Drawing(console)
    console.print(draw.text(sheet.title, "bold"))
    console.print(draw.text(sheet.banner, "bold yellow" if sheet.draft else "bold green"))
    if sheet.signature:
        signed = sheet.signature
        console.print(
            draw.text(
                f"{signed.name}; licensed in {signed.states}; {signed.certification}; {signed.day}"
            )
        )
        console.print(draw.text(signed.statement))
    if sheet.dates:
        console.print(draw.text("; ".join(f"{d.label}: {d.value}" for d in sheet.dates), "dim"))
    for warning in sheet.warnings:
        console.print(draw.text(f"CHECK: {warning}", "bold"))
    for item in sheet.items:
        console.print()
        console.print(draw.item(item, sheet.draft))
    console.print(draw.text(f"Made by {sheet.engine}.", "dim"))


class _Drawing:
    """Builds rich renderables; user text only ever enters as :class:`rich.text.Text`."""

    def __init__(self, console: Console) -> None:
        from rich import box

        self._encoding = "utf-8" if console.encoding.lower().startswith("utf") else "ascii"
        rich_frames = console.is_terminal and self._encoding == "utf-8"
        self._frame = box.ROUNDED if rich_frames else box.ASCII
        self._rows = box.SIMPLE_HEAD if rich_frames else box.ASCII2
        self._side_by_side = console.width >= 70

    def text(self, value: str, style: str = "") -> Text:
        from rich.text import Text

        # A terminal that knows no Unicode would refuse the whole line.
        shown = value.encode(self._encoding, "replace").decode(self._encoding)
        return Text(shown, style=style, overflow="fold")

    def hang(self, lead: str, text: Text) -> Table:
        """Text behind a mark or number, its further lines below its first."""
        from rich.table import Table

        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=len(lead), no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(self.text(lead), text)
        return grid

    def item(self, item: Item, draft: bool) -> RenderableType:
        from rich.console import Group
        from rich.panel import Panel

        return Panel(
            Group(*self._body(item, draft)),
            title=self.text(f"Item {item.number}", "bold"),
            title_align="left",
            box=self._frame,
        )

    def _body(self, item: Item, draft: bool) -> Iterable[RenderableType]:
        yield self.text(item.request, "bold")
        if not draft:
            yield self.text(f"DECISION OF THE PHYSICIAN: {item.attested or 'not decided'}", "bold")
            if item.attested_rationale:
                yield self.text(item.attested_rationale)
        yield self.text(words.MACHINE, "yellow")
        odds = f" (probability {item.probability})" if item.probability else ""
        yield self.text(f"Proposed: {item.proposal}{odds}", "bold")
        yield self.text(
            "; ".join(f"{pair.label.lower()}: {pair.value}" for pair in (*item.asked, *item.about))
        )
        if item.depends:
            yield self.text(f"Depends on {item.depends.label}")
        if item.guidelines:
            yield self.text("Guidelines: " + "; ".join(item.guidelines))
        if item.steps:
            yield self.text(
                "Searched: " + " > ".join(f"{step.label}: {step.value}" for step in item.steps)
            )
        yield self._criteria(item.criteria)
        yield from self._turns(item)
        for note in item.notes:
            yield self.hang("NOTE:", self.text(note, "yellow"))
        if item.rationale:
            yield self.text("Rationale drafted by the machine", "bold")
        for paragraph in item.rationale:
            yield self.hang("  ", self.text(paragraph))

    def _turns(self, item: Item) -> Iterable[RenderableType]:
        if item.decisive:
            yield self.text("What decides", "bold")
            yield from self._decisive(item)
        if item.turns == "would_change":
            yield self.text("What documentation would change the decision", "bold")
            for place, change in enumerate(item.would_change, 1):
                yield self.hang(f" {place}.", self.text("; and ".join(map(_say, change))))
            if not item.would_change:
                yield self.text(" None was found.")
        elif item.turns == "hangs_on":
            yield self.text("Hangs on", "bold")
            for step in item.hangs_on:
                yield self.hang(" -", self.text(_say(step)))
            if not item.hangs_on:
                yield self.text(" No single criterion.")

    def _decisive(self, item: Item) -> Iterable[RenderableType]:
        by_id = {criterion.id: criterion for criterion in item.criteria}
        for step in item.decisive:
            status = f": {step.status}" if step.status else ""
            yield self.hang(" -", self.text(_say(step) + status))
            if step.to in by_id:
                for quote in self._quotes(by_id[step.to]):
                    yield self.hang("  ", quote)

    def _quotes(self, criterion: Criterion) -> Iterable[Text]:
        for quote in criterion.quotes[:_MOST_QUOTES]:
            yield self._quote(quote)
        if len(criterion.quotes) > _MOST_QUOTES:
            yield self.text(f"and {len(criterion.quotes) - _MOST_QUOTES} more", "cyan")

    def _quote(self, quote: Quote) -> Text:
        page = f", page {quote.page}" if quote.page else ""
        lost = "" if quote.number else "; NOT FOUND THERE"
        return self.text(
            f'"{quote.text}" ({quote.document}{page}; {words.name(quote.polarity)}{lost})',
            "cyan",
        )

    def _criteria(self, criteria: tuple[Criterion, ...]) -> Table | Text:
        from rich.table import Table

        if not criteria:
            return self.text("No criteria were tested.")
        table = Table(box=self._rows, expand=True, pad_edge=False)
        table.add_column("Status", width=18 if self._side_by_side else 10)
        table.add_column("Criterion", ratio=1, overflow="fold")
        for criterion in criteria:
            sign = f"[{_SIGN[criterion.tone]}] {criterion.status}"
            asks = self.text(criterion.says)
            asks.append("\n")
            waived = ", waived" if criterion.effect == "waived" else ""
            code = f"{criterion.code}, {criterion.kind.lower()}{waived}"
            asks.append_text(self.text(code, "dim"))
            for quote in () if criterion.decisive else self._quotes(criterion):
                asks.append("\n")
                asks.append_text(quote)
            if criterion.looked:
                sought = criterion.looked.terms or criterion.looked.facts
                asks.append("\n")
                asks.append_text(
                    self.text(
                        f"looked for: {shorten(sought, _LONGEST_SEARCH, placeholder=' ...')}; "
                        f"in: {criterion.looked.documents}",
                        "dim",
                    )
                )
            table.add_row(self.text(sign, _STYLE[criterion.tone]), asks)
        return table


def _say(step: Step) -> str:
    return f"{step.says} ({step.code})" if step.says else step.code

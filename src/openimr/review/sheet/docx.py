"""The review sheet as a Word file with real headings and tables."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from openimr.reviews.sheet import words
from openimr.reviews.sheet.view import Criterion, Item, Pair, Sheet, Signature, Step

if TYPE_CHECKING:
    from docx.document import Document as WordFile

_FILL = {"good": "DFF3E4", "bad": "FDE3E1", "gap": "FFF1C2", "plain": "E8EBF0"}
_STATUS_WIDTH, _CRITERION_WIDTH, _RECORD_WIDTH = 1.3, 2.8, 3.2


def render(sheet: Sheet) -> bytes:
    """Return the bytes of the Word file. Its author is the program, never a person."""
    import docx

    file = docx.Document()
    _frame(file, sheet)
    file.add_heading(f"Review sheet {sheet.case_number}", level=0)
    _line(file, sheet.banner, bold=True)
    if sheet.signature:
        _signature(file, sheet.signature)
    if sheet.dates:
        _pairs(file, sheet.dates)
    for warning in sheet.warnings:
        _line(file, f"Check first: {warning}", bold=True)
    for item in sheet.items:
        _item(file, item, sheet.draft)
    _appendix(file, sheet)
    _line(file, f"Made by {sheet.engine}.")
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _frame(file: WordFile, sheet: Sheet) -> None:
    from docx.shared import Inches, Pt

    about = file.core_properties
    about.title, about.author, about.comments = sheet.title, "OpenIMR", ""
    about.language = "en-US"
    style: Any = file.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(10)
    section = file.sections[0]
    section.left_margin = section.right_margin = Inches(0.6)
    section.top_margin = section.bottom_margin = Inches(0.8)
    mark = "DRAFT - not a determination" if sheet.draft else "Attested"
    section.header.paragraphs[0].text = f"Review sheet {sheet.case_number}   |   {mark}"
    foot = section.footer.paragraphs[0]
    foot.add_run("Page ")
    _field(foot, "PAGE")
    foot.add_run(" of ")
    _field(foot, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    for kind in ("begin", None, "end"):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.text = code
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _line(file: Any, text: str, *, bold: bool = False, style: str | None = None) -> None:
    file.add_paragraph(style=style).add_run(text).bold = bold


def _signature(file: WordFile, signature: Signature) -> None:
    file.add_heading("Attestation", level=1)
    _pairs(
        file,
        (
            Pair("Physician reviewer", signature.name),
            Pair("Licensed in", signature.states),
            Pair("Certification", signature.certification),
            Pair("Date", signature.day),
        ),
    )
    _line(file, signature.statement)


def _pairs(file: WordFile, pairs: Iterable[Pair]) -> None:
    for pair in pairs:
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.space_after = 0
        paragraph.add_run(f"{pair.label}: ").bold = True
        paragraph.add_run(pair.value)
    file.add_paragraph()


def _item(file: WordFile, item: Item, draft: bool) -> None:
    file.add_heading(f"Item {item.number}: {item.request}", level=1)
    if not draft:
        _line(file, f"Decision of the physician reviewer: {item.attested or 'not decided'}")
        if item.attested_rationale:
            _line(file, item.attested_rationale)
    _line(file, words.MACHINE, bold=True)
    meaning = f" - {words.DECISION[item.decision]}" if item.decision else ""
    _line(file, f"Proposed: {item.proposal}{meaning}", bold=True)
    if item.probability:
        _line(file, f"Probability that a physician reviewer would decide so: {item.probability}")
    pairs = [*item.asked, *item.about]
    if item.depends:
        pairs.append(Pair("Depends on", item.depends.label))
    pairs.append(Pair("Guidelines", "; ".join(item.guidelines) or "none applied"))
    if item.steps:
        sequence = "; then ".join(f"{step.label}: {step.value}" for step in item.steps)
        pairs.append(Pair("Search sequence", sequence))
    _pairs(file, pairs)
    if item.decisive:
        file.add_heading("What decides", level=2)
        _steps(file, item.decisive)
    _turns(file, item)
    file.add_heading("Criteria", level=2)
    _criteria(file, item.criteria)
    if item.notes:
        file.add_heading("Contradictions and notes", level=2)
        for note in item.notes:
            _line(file, note, style="List Bullet")
    if item.rationale:
        file.add_heading("Rationale drafted by the machine", level=2)
        for paragraph in item.rationale:
            _line(file, paragraph)


def _turns(file: WordFile, item: Item) -> None:
    if item.turns == "would_change":
        file.add_heading("What documentation would change the decision", level=2)
        for place, change in enumerate(item.would_change, 1):
            _line(file, f"{place}. " + "; and ".join(map(_say, change)))
        if not item.would_change:
            _line(file, "No documentation was found that would turn the proposal.")
    elif item.turns == "hangs_on":
        file.add_heading("Hangs on", level=2)
        _steps(file, item.hangs_on)
        if not item.hangs_on:
            _line(file, "No single criterion would turn the proposal.")


def _steps(file: WordFile, steps: Sequence[Step]) -> None:
    for step in steps:
        now = f" - now: {step.status.lower()}" if step.status else ""
        _line(file, _say(step) + now, style="List Bullet")


def _say(step: Step) -> str:
    return f"{step.says} ({step.code})" if step.says else step.code


def _criteria(file: WordFile, criteria: Sequence[Criterion]) -> None:
    if not criteria:
        _line(file, "No criteria were tested: the library holds none for this treatment.")
        return
    table = _table(
        file,
        ("Status", "Criterion", "In the record"),
        (_STATUS_WIDTH, _CRITERION_WIDTH, _RECORD_WIDTH),
    )
    for criterion in criteria:
        status, asks, record = _row(table)
        status.paragraphs[0].add_run(criterion.status).bold = True
        _shade(status, _FILL[criterion.tone])
        for words_more in (criterion.effect, "decides" if criterion.decisive else ""):
            if words_more:
                status.add_paragraph(words_more)
        asks.paragraphs[0].add_run(criterion.says)
        group = f", one of group {criterion.group}" if criterion.group else ""
        asks.add_paragraph(f"{criterion.code}, {criterion.kind.lower()}{group}")
        for label, value in (
            ("Source", criterion.source),
            ("Certainty", criterion.certainty),
            ("How tested", criterion.trace),
        ):
            if value:
                asks.add_paragraph(f"{label}: {value}")
        _fill(record, _record_lines(criterion))
    file.add_paragraph()


def _record_lines(criterion: Criterion) -> list[str]:
    lines = []
    for quote in criterion.quotes:
        number = f"[{quote.number}] " if quote.number else "[not found at its place] "
        page = f", page {quote.page}" if quote.page else ""
        lines.append(
            f"{number}“{quote.text}” {quote.document}{page}; "
            f"read as {quote.read_as} ({words.name(quote.polarity)})"
        )
    if criterion.looked:
        lines.append(f"Looked for: {criterion.looked.terms or criterion.looked.facts}")
        lines.append(f"In: {criterion.looked.documents}")
    return lines or ["No words of the record are cited."]


def _appendix(file: WordFile, sheet: Sheet) -> None:
    if not sheet.marks:
        return
    file.add_heading("Evidence cited, in its sentence", level=1)
    table = _table(file, ("No.", "Where", "In the record"), (0.5, 2.0, 4.8))
    for mark in sheet.marks:
        number, where, record = _row(table)
        number.text = str(mark.number)
        page = f", page {mark.page}" if mark.page else ""
        cited = "; ".join(dict.fromkeys(link.label for link in mark.cited))
        _fill(where, [f"{mark.document}{page}", words.name(mark.polarity), f"Cited by {cited}"])
        paragraph = record.paragraphs[0]
        paragraph.add_run(mark.before)
        quoted = paragraph.add_run(mark.quote)
        quoted.bold = quoted.underline = True
        paragraph.add_run(mark.after)
    file.add_paragraph()


def _table(file: WordFile, heads: Sequence[str], widths: Sequence[float]) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Inches

    table: Any = file.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.autofit = False
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        table.columns[column].width = Inches(width)
        table.rows[0].cells[column].width = Inches(width)
        table.rows[0].cells[column].paragraphs[0].add_run(head).bold = True
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    return table


def _row(table: Any) -> tuple[Any, ...]:
    cells = table.add_row().cells
    for cell, column in zip(cells, table.columns, strict=True):
        cell.width = column.width
    return tuple(cells)


def _fill(cell: Any, lines: Sequence[str]) -> None:
    cell.paragraphs[0].add_run(lines[0])
    for line in lines[1:]:
        cell.add_paragraph(line)


def _shade(cell: Any, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shade)

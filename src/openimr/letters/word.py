"""A letter as a Word document, with real headings, a repeated head and page numbers."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from io import BytesIO
from typing import Any

from openimr.letters.compose import Block, Letter

_FONT = "Liberation Serif"


@lru_cache(maxsize=1)
def _blank() -> bytes:
    """An empty letter with its styles, built once and copied for every letter."""
    import docx
    from docx.shared import Inches, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(1)
    section.top_margin = section.bottom_margin = Inches(1)
    sizes = {"Normal": 11, "Title": 16, "Heading 1": 12, "Heading 2": 11}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for key in [k for k in fonts.attrib if "Theme" in k]:
            del fonts.attrib[key]
    for name in ("Heading 1", "Heading 2"):
        document.styles[name].paragraph_format.space_before = Pt(14)
        document.styles[name].paragraph_format.space_after = Pt(6)
    document.styles["Normal"].paragraph_format.space_after = Pt(8)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def as_docx(letter: Letter) -> bytes:
    """The letter as DOCX.

    Args:
        letter: as composed; its text must be free of control characters.
    """
    import docx

    document = docx.Document(BytesIO(_blank()))
    document.core_properties.title = letter.title
    document.core_properties.author = letter.organization[:255]
    document.core_properties.comments = ""
    section = document.sections[0]
    section.header.paragraphs[0].text = letter.running
    _page_numbers(section.footer.paragraphs[0])
    document.add_paragraph(letter.title, style="Title")
    if letter.form == "F26":
        document.add_paragraph(letter.organization)
    for block in letter.blocks:
        _add(document, block)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _add(document: Any, block: Block) -> None:
    if block.kind == "heading":
        document.add_paragraph(block.text, style="Heading 1")
    elif block.kind == "item":
        document.add_paragraph(block.text, style="Heading 2")
    elif block.kind == "paragraph":
        document.add_paragraph(block.text)
    elif block.kind == "labelled":
        _labelled(document.add_paragraph(), block.label, block.text)
    elif block.kind == "facts":
        for label, value in block.rows:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.space_after = 0
            _labelled(paragraph, label, value)
    elif block.kind == "numbered":
        for number, row in enumerate(block.rows, start=1):
            document.add_paragraph(f"{number}. {row[0]}")
    elif block.kind == "table":
        _table(document, block)
    else:
        paragraph = document.add_paragraph(block.text)
        paragraph.add_run(f" ({block.label}; {block.rule})").italic = True


def _labelled(paragraph: Any, label: str, text: str) -> None:
    paragraph.add_run(label).bold = True
    if text:
        paragraph.add_run(f" {text}")


def _table(document: Any, block: Block) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Inches

    table = document.add_table(rows=0, cols=len(block.columns), style="Table Grid")
    widths = (Inches(1.6), Inches(1.3), Inches(3.6))
    for row in (block.columns, *block.rows):
        # `row.cells` is slow: it is read once for each row.
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = width
            cell.paragraphs[0].add_run(text).bold = row is block.columns or None
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    document.add_paragraph()


def _page_numbers(paragraph: Any) -> None:
    from docx.oxml.ns import qn

    paragraph.add_run("Page ")
    for instruction, following in (("PAGE", " of "), ("NUMPAGES", "")):
        field = paragraph._p.makeelement(qn("w:fldSimple"), {qn("w:instr"): instruction})
        run = deepcopy(paragraph.runs[0]._r)
        run.find(qn("w:t")).text = "1"
        field.append(run)
        paragraph._p.append(field)
        if following:
            paragraph.add_run(following)

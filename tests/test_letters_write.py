"""Written letters: their look by snapshot, what they refuse, and what a PDF must have."""

from __future__ import annotations

import io

import docx
import msgspec
import pikepdf
import pypdfium2
import pytest

from letters_helpers import WRITTEN, letter_text, pdf_text, sample
from openimr.errors import InputError
from openimr.letters.forms import forms
from openimr.letters.read import read_text
from openimr.letters.typesetting import typeset
from openimr.letters.write import FORMATS, carried, write

replace = msgspec.structs.replace


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("to", FORMATS)
def test_letter(form, to, snapshot):
    assert letter_text(write(sample(form), to), to) == snapshot


def test_html_page(snapshot):
    assert write(sample(), "html").decode() == snapshot


@pytest.mark.parametrize("to", ["text", "html", "pdf"])
def test_equal_input_gives_equal_bytes(to):
    assert write(sample(), to) == write(sample(), to)


def test_pdf_is_tagged_with_embedded_fonts_and_a_title():
    with pikepdf.open(io.BytesIO(write(sample(), "pdf"))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("en")
        assert pdf.docinfo["/Title"] == "Final Determination of Independent Medical Review"
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            (descendant,) = font.DescendantFonts
            assert "/FontFile3" in descendant.FontDescriptor or "/FontFile2" in (
                descendant.FontDescriptor
            )


def test_each_page_bears_its_number_and_the_case():
    pages = pdf_text(write(sample(), "pdf")).split("\f")
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "CM17-9000042" in page


def test_docx_has_headings_a_head_and_a_repeated_table_row():
    document = docx.Document(io.BytesIO(write(sample(), "docx")))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [section.heading for section in forms()["F26"].sections]
    assert "CM17-9000042" in document.sections[0].header.paragraphs[0].text
    assert "tblHeader" in document.tables[0].rows[0]._tr.xml
    assert "NUMPAGES" in document.sections[0].footer.paragraphs[0]._p.xml


@pytest.mark.parametrize("to", FORMATS)
def test_markup_in_a_text_is_printed_not_obeyed(to):
    wanted = '<script>alert("x")</script> #read("/etc/passwd") *b* $x$ {{ 7 * 7 }} @a \\ end'
    determination = replace(sample(), summary=wanted)
    letter = write(determination, to)
    assert read_text(letter_text(letter, to)).summary == wanted
    assert to != "html" or b"<script>" not in letter


@pytest.mark.parametrize("form", WRITTEN)
def test_another_organization(form):
    letter = write(sample(form), "text", organization="Example Review, Inc.").decode()
    assert "Example Review, Inc. sent the complete case file" in letter
    assert "MAXIMUS" not in letter
    assert read_text(letter) == carried(sample(form))


def test_what_follows_is_told_only_of_decisions_that_were_made():
    determination = sample()
    upheld = replace(
        determination,
        items=tuple(replace(item, decision="Upheld") for item in determination.items),
    )
    both, one = write(determination, "text").decode(), write(upheld, "text").decode()
    rules = ("DET-21", "DET-22", "DET-23", "DET-24", "DET-25", "DET-26", "DET-27", "DET-28")
    assert [rule for rule in rules if rule in both] == list(rules)
    assert [rule for rule in rules if rule in one] == ["DET-21", "DET-26", "DET-27", "DET-28"]


def test_a_modified_request_may_be_given_by_its_parts():
    determination = sample("F16")
    short = replace(determination.items[1], request=determination.items[1].remainder)
    letter = write(replace(determination, items=(short,)), "text").decode()
    assert read_text(letter).items[0] == determination.items[1]


@pytest.mark.parametrize(
    ("changes", "to", "problem"),
    [
        ({"format": "F99"}, "text", "'F99' is not known"),
        ({"format": "L13"}, "text", "only read"),
        ({"summary": "bell \x07"}, "docx", "U+0007"),
        ({"summary": "医"}, "pdf", "U+533B"),
        ({"summary": "x" * 200}, "pdf", "a word of 200 characters"),
        ({"case_number": "17/0042"}, "text", "case_number cannot be carried"),
        ({"summary": "HOW TO APPEAL DOCUMENTS REVIEWED"}, "text", None),
    ],
)
def test_what_a_letter_cannot_carry_is_refused(changes, to, problem):
    determination = replace(sample(), **changes)
    if problem is None:
        assert read_text(write(determination, to).decode()) == carried(determination)
        return
    with pytest.raises(InputError, match=problem.replace("+", r"\+")):
        write(determination, to)


def test_contradictory_parts_of_a_request_are_refused():
    item = replace(sample("F16").items[1], request="something else")
    with pytest.raises(InputError, match=r"items\[0\] is a modified request"):
        write(replace(sample("F16"), items=(item,)), "text")


def test_typeset_refuses_a_template_with_a_mistake():
    with pytest.raises(InputError, match="correct the template"):
        typeset("#let x = ", {})


def test_typeset_makes_pages():
    template = '#let data = json(bytes(sys.inputs.data))\n#set document(title: "T")\n#data.words'
    made = typeset(template, {"words": "#not markup"})
    assert len(pypdfium2.PdfDocument(made)) == 1
    assert pdf_text(made) == "#not markup"

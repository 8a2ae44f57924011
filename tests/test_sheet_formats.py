"""The review sheet on the terminal, as text, PDF and Word."""

import io
import re

import pytest
from rich.console import Console

import factories
import hostile
from openimr.reviews.sheet import print_review, render

DRAFT = "DRAFT - proposal of the machine, not a determination"
SAID = [
    DRAFT,
    "CM17-9000001",
    "Overturned",
    "81%",
    "Exceeded",
    "Triggered",
    "What documentation would change the decision",
    "Hangs on",
    "Postoperative physical therapy, 12 visits, right knee",
    "does not address",
    "urine drug",
]


def pdf_text(made: bytes) -> list[str]:
    import pypdfium2

    file = pypdfium2.PdfDocument(made)
    return [re.sub(r"\s+", " ", page.get_textpage().get_text_bounded()) for page in file]


def docx_text(made: bytes) -> str:
    import docx

    file = docx.Document(io.BytesIO(made))
    cells = [c.text for t in file.tables for row in t.rows for c in row.cells]
    return " ".join([p.text for p in file.paragraphs] + cells)


def text_of(made: bytes, to: str) -> str:
    if to == "pdf":
        return " ".join(pdf_text(made))
    words = docx_text(made) if to == "docx" else made.decode()
    return re.sub(r"[\s|]+", " ", words)


@pytest.fixture(scope="module")
def made():
    pair = factories.case_and_review()
    return {to: render(*pair, to) for to in ("text", "pdf", "docx")}


@pytest.mark.parametrize("to", ["text", "pdf", "docx"])
@pytest.mark.parametrize("words", SAID)
def test_every_format_says(made, to, words):
    assert words in text_of(made[to], to)


@pytest.mark.parametrize("to", ["text", "pdf", "docx", "html"])
@pytest.mark.parametrize("words", hostile.TEXTS)
def test_hostile_text_stays_text(to, words):
    out = render(*hostile.case_and_review(words), to)
    if to == "html" or not (words.isascii() and words.isprintable()):
        return
    shown = text_of(out, to).replace("\u200b", "")
    squeezed = re.sub(r"[\s|]+", "", shown)
    assert re.sub(r"[\s|]+", "", words) in squeezed


@pytest.mark.parametrize("to", ["text", "pdf", "docx"])
def test_attested_sheet_states_licences_certification_and_date(to):
    case, review = factories.case_and_review()
    text = text_of(render(case, factories.attested(review), to), to)
    for words in ("CA, NV", "Orthopaedic Surgery", "January 5, 2017", "Taper is under way."):
        assert words in text
    assert "DRAFT - not a determination" not in text


def test_text_is_80_columns_of_ascii_frames(made):
    lines = made["text"].decode("ascii").splitlines()
    assert max(map(len, lines)) <= 80
    assert b"\x1b" not in made["text"]


@pytest.mark.parametrize("width", [40, 80, 132])
def test_terminal_keeps_within_its_width(width):
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    print_review(*factories.case_and_review(), console)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert any("╭" in line for line in lines)


def test_a_terminal_without_unicode_gets_ascii():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    print_review(*hostile.case_and_review("≥ 3 “quoted”"), Console(file=out, width=80))
    out.flush()
    assert b"? 3 ?quoted?" in raw.getvalue()


def test_terminal_escapes_of_the_record_do_not_reach_the_terminal():
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system=None)
    print_review(*hostile.case_and_review("\x1b]0;owned\x07"), console)
    assert "\x1b" not in out.getvalue()


def test_pdf_is_tagged_titled_and_marked_on_every_page(made):
    import pikepdf

    with pikepdf.open(io.BytesIO(made["pdf"])) as file:
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang).startswith("en")
        with file.open_metadata() as metadata:
            assert metadata["dc:title"] == "Review sheet CM17-9000001 (DRAFT)"
    pages = pdf_text(made["pdf"])
    for number, text in enumerate(pages, 1):
        assert "Review sheet CM17-9000001 DRAFT - not a determination" in text
        assert f"Page {number} of {len(pages)}" in text


def test_pdf_is_reproducible(made):
    assert render(*factories.case_and_review(), "pdf") == made["pdf"]


def test_pdf_prints_the_code_point_of_a_character_without_a_glyph():
    out = render(*hostile.case_and_review("中 knee"), "pdf")
    assert "[U+4E2D] knee" in " ".join(pdf_text(out))


def test_word_file_has_headings_repeated_rows_and_a_marked_header(made):
    import docx

    file = docx.Document(io.BytesIO(made["docx"]))
    headings = [p.style.name for p in file.paragraphs if p.style.name.startswith("Heading")]
    assert headings.count("Heading 1") == 6
    assert "Heading 2" in headings
    assert "DRAFT" in file.sections[0].header.paragraphs[0].text
    assert all("w:tblHeader" in t.rows[0]._tr.xml for t in file.tables)
    assert file.core_properties.author == "OpenIMR"


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="not rtf"):
        render(*factories.case_and_review(), "rtf")

"""Files of every format to text, and every kind of bad file to one sentence."""

from __future__ import annotations

import io
import os
import shutil
import sys
import types
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents_made import docx, paragraph, pdf, scanned_pdf, zipped
from openimr.documents import Limits, load, read, walk
from openimr.documents.pages import boxes, page_of
from openimr.errors import InputError

SHARED = Path(os.environ.get("OPENIMR_SHARED", Path(__file__).parents[1] / "../shared"))


def refusal(path: Path | str, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        load(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.startswith(str(path) if str(path) != "-" else "standard input")
    assert "\n" not in message
    return message


TEXTS = [
    ("utf-8", "Pain 8/10 – ≥ 3 µg".encode(), "Pain 8/10 – ≥ 3 µg"),
    ("utf-8 with mark", b"\xef\xbb\xbfPain", "Pain"),
    ("utf-16 with mark", "Pain – now".encode("utf-16"), "Pain – now"),
    ("utf-16 without mark", "The pain is worse".encode("utf-16-le"), "The pain is worse"),
    ("utf-16 big end first", "The pain is worse".encode("utf-16-be"), "The pain is worse"),
    ("windows", b"worker\x92s \x93knee\x94 pain", "worker’s “knee” pain"),
    ("latin", b"caf\xe9 \x81", "café \x81"),
    ("old line ends", b"one\r\ntwo\rthree", "one\ntwo\nthree"),
]


@pytest.mark.parametrize(("_", "data", "expected"), TEXTS, ids=[t[0] for t in TEXTS])
def test_plain_text(tmp_path, _, data, expected):
    (tmp_path / "note").write_bytes(data)
    assert load(tmp_path / "note").text == expected


def test_form_feeds_are_page_starts(tmp_path):
    (tmp_path / "a.txt").write_text("one\fsecond\ftail")
    document = load(tmp_path / "a.txt")
    assert document.text == "one\nsecond\ntail"
    assert [document.text[s:][:3] for s in document.page_starts] == ["one", "sec", "tai"]


HTML = [
    ("<html><p>One</p><p>Two <b>bold</b>face</p></html>", "One\nTwo boldface\n"),
    (
        "<!doctype html><head><title>T</title><style>p{}</style></head><body>"
        "<script>if (a<b) alert('x')</script><div>A<br>B</div>&lt;C&gt; &amp; D",
        "A\nB\n<C> & D\n",
    ),
    (
        "<html><table><tr><th>Drug</th><td><p>Dose</p></td></tr>"
        "<tr><td>A</td><td></td><td>2</td></tr></table>after",
        "Drug\tDose\nA\t\t2\nafter\n",
    ),
    ("<!-- c --><html><pre>a  b\n c</pre>x   y</html>", "a  b\n c\nx y\n"),
    ("<html><ul><li>one<li>two</ul>", "one\ntwo\n"),
]


@pytest.mark.parametrize(("page", "expected"), HTML)
def test_html(tmp_path, page, expected):
    (tmp_path / "letter.txt").write_text(page)
    loaded = read(tmp_path / "letter.txt")
    assert (loaded.format, loaded.document.text) == ("html", expected)


def test_html_in_its_declared_encoding(tmp_path):
    page = "<html><head><meta charset='iso-8859-2'></head>Łukasz</html>"
    (tmp_path / "a").write_bytes(page.encode("iso-8859-2"))
    assert load(tmp_path / "a").text == "Łukasz\n"


def test_pdf_pages_and_whole_words(tmp_path):
    (tmp_path / "record.bin").write_bytes(
        pdf(
            ["Pain in the right-", "sided hip; a non-", "steroidal drug; radiculo-"],
            ["pathy is known. Electro-", "myography. An electromyography."],
        )
    )
    loaded = read(tmp_path / "record.bin")
    text = loaded.document.text
    assert loaded.format == "pdf"
    assert "right-sided hip; a non-steroidal drug" in text
    assert "known. Electromyography. An" in text
    assert text[loaded.document.page_starts[1] :].startswith("pathy is known")


def test_page_boxes_cover_the_span(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["First line", "a non-", "steroidal drug"], ["Second page here"]))
    document = load(path)
    start = document.text.index("non-steroidal")
    upper, lower = boxes(path, document, start, start + len("non-steroidal"))
    assert upper.page == lower.page == 1
    assert upper.bottom > lower.top
    assert upper.left > lower.left == pytest.approx(72, abs=2)
    (here,) = boxes(path, document, document.text.index("here"), len(document.text) - 1)
    assert (here.page, here.height) == (2, 792)
    assert here.left > 72 + 60
    assert page_of(document, document.text.index("here")) == 2


def test_page_boxes_refuse_another_file(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["First line"]))
    document = load(path)
    path.write_bytes(pdf(["Other line"]))
    with pytest.raises(InputError, match="not the file that was read"):
        boxes(path, document, 0, 5)


def test_docx_in_document_order(tmp_path):
    cell = "<w:tc>{}</w:tc>".format
    table = (
        f"<w:tbl><w:tr>{cell(paragraph('Drug'))}{cell(paragraph('Dose') + paragraph('daily'))}"
        f"</w:tr><w:tr>{cell(paragraph('A'))}{cell(paragraph('2 mg'))}</w:tr></w:tbl>"
    )
    body = (
        paragraph("Before ", "the table")
        + table
        + "<w:sdt><w:sdtContent>"
        + paragraph("In a form field")
        + "</w:sdtContent></w:sdt>"
        + "<w:p><w:ins><w:r><w:t>kept</w:t></w:r></w:ins><w:del><w:r><w:delText>gone</w:delText>"
        + "</w:r></w:del><w:r><w:tab/><w:t>non</w:t><w:noBreakHyphen/><w:t>op</w:t></w:r></w:p>"
    )
    (tmp_path / "letter.pdf").write_bytes(docx(body))
    loaded = read(tmp_path / "letter.pdf")
    assert loaded.format == "docx"
    assert loaded.document.text == (
        "Before the table\nDrug\tDose daily\nA\t2 mg\nIn a form field\nkept\tnon-op\n"
    )


def test_docx_of_word_itself(tmp_path):
    import docx as word

    made = word.Document()
    made.sections[0].header.paragraphs[0].text = "HEADER"
    made.add_paragraph("One")
    made.add_table(1, 2).rows[0].cells[1].text = "right"
    made.save(tmp_path / "a.docx")
    assert load(tmp_path / "a.docx").text == "One\n\tright\n"


BOMB = paragraph("x" * 3_000_000)
BAD = [
    ("empty", b"", "is empty (0 bytes)"),
    ("blank", b" \n ", "holds only white space"),
    ("binary", bytes(range(256)) * 8, "not a document"),
    ("old office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it without a password"),
    ("rich text", b"{\\rtf1 hello}", "save it as DOCX or PDF"),
    ("zip", zipped({"a.txt": b"text"}), "is a ZIP archive"),
    ("climbing zip", zipped({"../../etc/passwd": b"x"}), "is a ZIP archive"),
    ("cut zip", docx(paragraph("a"))[:300], "cut off or damaged"),
    ("cut pdf", pdf(["Some text"])[:200], "cut off or damaged"),
    ("no pdf at all", b"%PDF-1.7\n" + b"junk " * 50, "cut off or damaged"),
    ("pdf without words", pdf([" "]), "has no text on any page"),
    ("locked", pdf(["secret"], password="pw"), "locked with a password"),
    ("docx without words", docx(paragraph(" ")), "holds no text"),
    ("docx that is no xml", docx("<w:p>"), "the Word document is damaged"),
    (
        "entities",
        docx(paragraph("&a;"), prolog='<!DOCTYPE x [<!ENTITY a "aaaa">]>'),
        "declares entities",
    ),
    ("zero byte", b"text " * 200 + b"\x00" + b"text " * 200, "zero byte at character 1000"),
    ("half of utf-16", b"\xff\xfea\x00b", "not valid utf-16"),
]


@pytest.mark.parametrize(("name", "data", "problem"), BAD, ids=[b[0] for b in BAD])
def test_bad_files_are_refused_in_one_sentence(tmp_path, name, data, problem):
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(data)
    assert problem in refusal(path)


LIMITED = [
    (b"word " * 400_000, Limits(text_bytes=1_000_000), "is 1.9 MB, over the limit of 977 kB"),
    (b"%PDF-" + bytes(2_000_000), Limits(file_bytes=1_000_000), "is 1.9 MB, over the limit"),
    (pdf(["a"], ["b"]), Limits(pages=1), "has 2 pages, over the limit of 1"),
    (docx(BOMB), Limits(unpacked_bytes=2_000_000), "unpacks to over the limit of 1.9 MB"),
    (docx(BOMB), Limits(unpacked_floor=1_000_000), "limit of 100 times its size"),
    (docx(BOMB), Limits(text_bytes=1_000_000), "its text is 2.9 MB"),
]


@pytest.mark.parametrize(("data", "limits", "problem"), LIMITED)
def test_limits_are_told(tmp_path, data, limits, problem):
    (tmp_path / "big").write_bytes(data)
    assert problem in refusal(tmp_path / "big", limits=limits)


def test_a_damaged_pdf_that_can_be_repaired_is_read_with_a_note(tmp_path):
    whole = pdf(["One"], ["Two"])
    (tmp_path / "a.pdf").write_bytes(whole[: whole.rindex(b"startxref")])
    loaded = read(tmp_path / "a.pdf")
    assert loaded.document.text == "One\nTwo\n"
    assert loaded.notes == () or "repaired" in loaded.notes[0]


def test_missing_files_and_folders(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.pdf")
    assert "is a folder" in refusal(tmp_path)
    assert "is a device" in refusal("/dev/null")
    assert "not a path" in refusal("a\0b")


def test_no_permission(tmp_path, monkeypatch):
    def locked(*_args: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.txt").write_text("x")
    monkeypatch.setattr(Path, "open", locked)
    assert "no permission" in refusal(tmp_path / "a.txt")


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(b"Some text")))
    document = load("-")
    assert (document.name, document.text) == ("standard input", "Some text")
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(b"")))
    assert "empty" in refusal("-")


def test_a_scanned_page_asks_for_tesseract(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned_pdf(text_pages=1))
    assert "page 2 has no text layer; install Tesseract" in refusal(path)
    loaded = read(path, ocr=False)
    assert loaded.document.text.startswith("Page 1.")
    assert loaded.notes == ("1 of 2 pages are scans that have not been recognized: 2",)
    path.write_bytes(scanned_pdf())
    assert "has no text layer (scanned images)" in refusal(path, ocr=False)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "install Tesseract" in refusal(path)


def test_a_stamped_scan_is_a_scan(tmp_path, monkeypatch):
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned_pdf(stamp="CLAIM 0001 page 1 of 1"))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    loaded = read(path)
    assert loaded.document.text == "CLAIM 0001 page 1 of 1\n"
    assert loaded.notes == ("1 of 1 pages are scans that have not been recognized: 1",)
    monkeypatch.undo()
    monkeypatch.setenv("PATH", stand_in(tmp_path, "cat >/dev/null; echo 'All the words'"))
    assert (read(path).document.text, read(path).ocr_pages) == ("All the words\n", (1,))


def stand_in(folder: Path, script: str) -> str:
    """A program named tesseract that does what ``script`` says."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_a_scanned_page_is_recognized(tmp_path, monkeypatch):
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned_pdf(text_pages=1))
    monkeypatch.setenv("PATH", stand_in(tmp_path, "cat >/dev/null; echo 'Recognized words'"))
    loaded = read(path)
    assert loaded.ocr_pages == (2,)
    assert loaded.document.text == "Page 1.\nRecognized words\n"
    monkeypatch.setenv("PATH", stand_in(tmp_path, "exit 1"))
    assert "Tesseract failed on page 2" in refusal(path)
    monkeypatch.setenv("PATH", stand_in(tmp_path, "exec sleep 9"))
    assert "took over 0 seconds" in refusal(path, limits=Limits(ocr_seconds=0))


def test_walk_is_stable_and_skips_hidden(tmp_path):
    for name in ("b.txt", "a/2.pdf", "a/1.pdf", ".hidden", "a/.git/x", "c/d/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = [str(p.relative_to(tmp_path)) for p in walk([tmp_path])]
    assert found == ["a/1.pdf", "a/2.pdf", "b.txt", "c/d/e.txt"]
    assert [str(p) for p in walk(["-", tmp_path / "b.txt"])] == ["-", str(tmp_path / "b.txt")]


@pytest.mark.parametrize(("name", "problem"), [("", "has no files"), ("gone", "no such file")])
def test_walk_refuses(tmp_path, name, problem):
    with pytest.raises(InputError, match=problem):
        list(walk([tmp_path / name]))


@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data, head):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(head + data)
    with suppress(InputError):
        assert load(path).text.strip()


@pytest.mark.skipif(not (SHARED / "determinations/pdf").is_dir(), reason="no shared determinations")
def test_published_determinations_are_clean_text():
    for path in sorted((SHARED / "determinations/pdf").glob("*.pdf"))[:20]:
        document = load(path)
        assert len(document.page_starts) >= 2
        assert document.text[document.page_starts[1] :].strip()
        assert not set(document.text) & set("\ufffe\u00ad\x02\r\f")

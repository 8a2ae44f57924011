"""Redaction of files: the text is really gone, in every layer. Everybody is invented."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import msgspec
import pikepdf
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import documents_made
from letters_helpers import sample
from openimr.archive.redact import Options, Redactor, from_fields, rebuild
from openimr.archive.redact.files import case_folder, one_file
from openimr.archive.redact.verify import leaks
from openimr.cli.main import cli
from openimr.documents import load_case, read
from openimr.letters import read_text, write

KNOWN = {"employee": {"name": "Jane Okonkwo"}, "claim_number": "1234-WC-16-0001234"}
LINES = [
    "Patient: Jane Okonkwo    Claim 1234-WC-16-0001234",
    "Seen by Dr. Kowalczyk on 3/4/2016; Gaenslen's test at L5-S1, pain 8/10.",
    "Okonkwo denies numbness. Call (559) 555-0123 or write to jane.o@example.com.",
]
GONE = ["Okonkwo", "Jane", "1234-WC", "Kowalczyk", "555-0123", "example.com"]


def redactor(profile: str = "dwc_publication") -> Redactor:
    return Redactor(Options(profile), from_fields(KNOWN))


def marked_pdf() -> bytes:
    """A PDF that holds a name in every place where one can hide."""
    with pikepdf.open(BytesIO(documents_made.pdf(LINES))) as pdf:
        pdf.docinfo["/Author"] = "Jane Okonkwo"
        with pdf.open_metadata() as xmp:
            xmp["dc:title"] = "Record of Jane Okonkwo"
        pdf.attachments["okonkwo.txt"] = b"Jane Okonkwo"
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Jane Okonkwo", 0))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Text,
            Rect=[0, 0, 9, 9],
            Contents="Jane Okonkwo called",
        )
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))
        out = BytesIO()
        pdf.save(out)
        return out.getvalue()


def marked_docx() -> bytes:
    """A Word document with a name in its body, a tracked change, properties and a comment."""
    body = "".join(documents_made.paragraph(line) for line in LINES)
    extra = {
        "docProps/core.xml": b"<x>Jane Okonkwo</x>",
        "word/comments.xml": b"<x>Jane Okonkwo</x>",
        "word/header1.xml": b"<x>Jane Okonkwo</x>",
    }
    return documents_made.docx(body, extra=extra)


PAGE = (
    "<html><head><title>Jane Okonkwo</title><!-- Okonkwo --></head><body>"
    + "".join(f"<p title='Okonkwo'>{line}</p>" for line in LINES)
    + "</body></html>"
)

FILES = {
    "record.pdf": marked_pdf,
    "record.docx": marked_docx,
    "record.txt": lambda: "\n".join(LINES).encode(),
    "record.html": PAGE.encode,
    "record.json": lambda: json.dumps({"name": "Jane Okonkwo", "note": " ".join(LINES)}).encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_nothing_removed_is_left_in_any_layer_of_a_file(name: str, tmp_path: Path) -> None:
    original = FILES[name]()
    (tmp_path / name).write_bytes(original)
    assert leaks(original, ["Jane Okonkwo"]) == 1
    made = one_file(tmp_path / name, redactor())
    assert leaks(made.data, [*GONE, "Jane Okonkwo", "Okonkwo"]) == 0
    raw = every_byte(made.data)
    for value in GONE:
        assert value.lower() not in raw
    (tmp_path / made.name).write_bytes(made.data)
    if name != "record.json":
        text = read(tmp_path / made.name).document.text or ""
        assert "Gaenslen's test at L5-S1, pain 8/10" in text
        assert "3/4/2016" in text


def every_byte(data: bytes) -> str:
    """Everything that a file holds, unpacked, in small letters."""
    found = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    if data.startswith(b"%PDF"):
        with pikepdf.open(BytesIO(data)) as pdf:
            found += [o.read_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream)]
            found += [str(o).encode() for o in pdf.objects if isinstance(o, pikepdf.Dictionary)]
    return b"\n".join(found).decode("latin-1").lower()


@given(
    st.sampled_from(["Okonkwo", "Kowalczyk", "Ramirez-Soto", "Srinivasan"]),
    st.sampled_from(["{0} was seen", "MR. {0}", "{0}'s knee", "per\n{0}, no", "({0})"]),
    st.sampled_from([str.upper, str.lower, str.title, str]),
)
def test_no_known_name_survives_in_any_format(name, frame, case) -> None:
    text = frame.format(case(name))
    pages, _ = _pages(text, Redactor(Options(), from_fields({"people": [f"Jane {name}"]})))
    for writer in (rebuild.as_text, rebuild.as_html, rebuild.as_docx):
        assert name.lower() not in every_byte(writer(pages))


def _pages(text: str, redactor: Redactor):
    from openimr.archive.redact.files import pages_of
    from openimr.model import Document

    return pages_of(Document(name="d", text=text, page_starts=(0, len(text) // 2)), redactor)


def test_a_name_across_two_pages_is_gone() -> None:
    text = "Seen by Jane Okonkwo today"
    pages, _ = _pages(text, redactor())
    assert "".join(pages) == "Seen by [NAME] today"


@pytest.mark.parametrize("to", ["pdf", "docx", "html"])
def test_a_determination_is_written_anew_as_a_letter(to: str, tmp_path: Path) -> None:
    given_ = msgspec.structs.replace(
        sample("F16"), summary="Dr. Kowalczyk saw Jane Okonkwo. Gaenslen's test is positive."
    )
    place = tmp_path / f"letter.{to}"
    place.write_bytes(write(given_, to))
    made = one_file(place, redactor())
    place.write_bytes(made.data)
    back = read_text(read(place, as_printed=True).document.text or "")
    assert back.summary == "Dr. [NAME] saw [NAME]. Gaenslen's test is positive."
    assert [item.decision for item in back.items] == [item.decision for item in given_.items]


def test_a_case_folder_is_redacted_whole(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "okonkwo.pdf").write_bytes(marked_pdf())
    (case / "secret.txt").write_text("not named by the case")
    (case / "parties.yaml").write_text("adjuster: Fatima Vang\n")
    (case / "case.json").write_text(
        json.dumps(
            {
                "case_number": "CM17-9000001",
                "date_of_injury": "2016-03-09",
                "documents": [
                    {"name": "PR-2 of Jane Okonkwo", "path": "okonkwo.pdf", "date": "2016-03-04"},
                    {"name": "Note", "text": "Kowalczyk spoke with Vang about Okonkwo."},
                ],
                "items": [{"request": "MRI of the knee for Jane Okonkwo"}],
            }
        )
    )
    made = {each.name: each for each in case_folder(case, redactor("hipaa_safe_harbor"))}
    assert set(made) == {"document-01.pdf", "case.json"}
    out = tmp_path / "out"
    out.mkdir()
    for name, each in made.items():
        (out / name).write_bytes(each.data)
        for value in (*GONE, "Vang", "2016-03", "CM17"):
            assert value.lower() not in every_byte(each.data)
    back = load_case(out)
    assert back.items[0].request == "MRI of the knee for [NAME]"
    assert back.documents[1].text == "[NAME] spoke with [NAME] about [NAME]."
    assert back.case_number is None


def run(*args: str, text: str | None = None):
    return CliRunner().invoke(cli, ["redact", *args], input=text)


def test_the_report_tells_counts_and_never_values_unless_asked(tmp_path: Path) -> None:
    record, known = tmp_path / "record.txt", tmp_path / "known.json"
    record.write_text("\n".join(LINES))
    known.write_text(json.dumps(KNOWN))
    report = tmp_path / "report.json"
    out = tmp_path / "out"
    base = [str(record), "--known", str(known), "--out", str(out), "--report", str(report)]
    assert run(*base, "--positions").exit_code == 0
    told = report.read_text()
    assert not any(value in told for value in GONE)
    assert json.loads(told)["removed"]["NAME"] == 3
    assert run(*base, "--with-values").exit_code == 0
    assert "Kowalczyk" in report.read_text()


def test_standard_input_to_standard_output() -> None:
    done = run("-", "--profile", "hipaa_safe_harbor", text="Mr. Okonkwo, seen 3/4/2016")
    assert done.output == "Mr. [NAME], seen 2016\n"


@pytest.mark.parametrize(
    ("known", "says"),
    [("just a word", "holds no fields"), ("{a: [Jane Okonkwo", "is neither JSON nor YAML")],
)
def test_a_bad_file_of_known_values_is_named_but_not_quoted(known, says, tmp_path) -> None:
    (tmp_path / "known.yaml").write_text(known)
    (tmp_path / "a.txt").write_text("text")
    done = run(str(tmp_path / "a.txt"), "--known", str(tmp_path / "known.yaml"))
    assert done.exit_code != 0
    assert says in str(done.exception)
    assert "Okonkwo" not in str(done.exception)


def test_several_files_need_a_place(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "b.txt").write_text("text")
    assert "--out" in str(run(str(tmp_path)).exception)


def test_file_names_that_tell_a_person_are_not_kept(tmp_path: Path) -> None:
    (tmp_path / "Okonkwo_Jane.txt").write_text("text")
    assert one_file(tmp_path / "Okonkwo_Jane.txt", redactor()).name == "redacted.txt"

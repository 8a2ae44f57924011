"""Records: uploads in pieces, reading in the background, the index, the viewer."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents_made import docx, paragraph, pdf, scanned_pdf, zipped
from openimr.office import page_images, reading, uploads
from openimr.office.duplicates import fold
from openimr.office.files import place
from openimr.office.indexing import guess
from openimr.office.models import Document, Event, Page, Upload
from openimr.office.required import required
from openimr.office.scanning import Verdict, scan

TEXT = (
    "Progress report (PR-2)\nDate of service: 03/14/2026\nThe invented worker has low back pain; "
    "home exercise has been tried for eight weeks.\nSigned by: Irma Imagined, M.D.\n"
)
REPORT = pdf(TEXT.replace("(PR-2)", "PR-2").splitlines(), ["Page two: lumbar spine is tender."])
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)


@pytest.fixture
def case(case_in):
    return case_in("assigned")


@pytest.fixture
def url(case):
    return f"{case.get_absolute_url()}records/"


def begin(client, url, data, name="report.pdf", **more):
    asked = {"name": name, "size": len(data), "fingerprint": "1", **more}
    return client.post(f"{url}uploads/", json.dumps(asked), content_type="application/json")


def send(client, url, upload, offset, data):
    return client.post(
        f"{url}uploads/{upload}/",
        data,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def upload(client, url, data, name="report.pdf"):
    """Upload a file in one piece; returns its document."""
    key = begin(client, url, data, name).json()["upload"]
    answer = send(client, url, key, 0, data)
    assert answer.status_code == 200, answer.content
    return Document.objects.get(pk=answer.json()["document"])


# Uploads


def test_a_file_in_pieces_is_the_same_file(as_user, url) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]
    half = len(REPORT) // 2

    first = send(client, url, key, 0, REPORT[:half])
    last = send(client, url, key, half, REPORT[half:])

    assert first.json() == {"received": half}
    document = Document.objects.get(pk=last.json()["document"])
    assert place(document.file).read_bytes() == REPORT
    assert document.status == "ready"
    assert not list(uploads.part(Upload()).parent.iterdir())


def test_a_gap_is_refused_with_the_place_to_go_on_from(as_user, url) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]
    send(client, url, key, 0, REPORT[:100])

    answer = send(client, url, key, 300, REPORT[300:400])

    assert (answer.status_code, answer.json()["received"]) == (409, 100)


def test_a_repeated_piece_is_harmless(as_user, url) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]

    for _ in range(3):
        answer = send(client, url, key, 0, REPORT[:200])
    overlapping = send(client, url, key, 100, REPORT[100:])

    assert answer.json() == {"received": 200}
    document = Document.objects.get(pk=overlapping.json()["document"])
    assert place(document.file).read_bytes() == REPORT


def test_the_same_file_goes_on_where_it_stopped(as_user, url) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]
    send(client, url, key, 0, REPORT[:200])

    again = begin(as_user("ida"), url, REPORT).json()
    other = begin(client, url, REPORT, fingerprint="2").json()

    assert (again["upload"], again["received"]) == (key, 200)
    assert (other["received"], other["upload"] != key) == (0, True)


def test_a_server_killed_between_disk_and_database_takes_the_piece_again(as_user, url) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]
    send(client, url, key, 0, REPORT[:200])
    held = Upload.objects.get(pk=key)
    with uploads.part(held).open("r+b") as file:
        file.seek(200)
        file.write(b"half of a piece")

    document = send(client, url, key, 200, REPORT[200:]).json()["document"]

    assert place(Document.objects.get(pk=document).file).read_bytes() == REPORT


def test_a_server_killed_while_it_finished_finishes_when_asked_again(
    as_user, url, monkeypatch
) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]
    with monkeypatch.context() as patched:
        patched.setattr(uploads.audit, "record", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(client, url, key, 0, REPORT)

    assert not Document.objects.filter(name="report.pdf").exists()
    answer = send(client, url, key, len(REPORT) - 1, REPORT[-1:])

    assert Document.objects.get(pk=answer.json()["document"]).status == "ready"
    assert Event.objects.filter(action="record.upload").count() == 1


def test_the_answer_to_the_last_piece_was_lost(as_user, url) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]
    answered = send(client, url, key, 0, REPORT).json()["document"]

    again = send(client, url, key, len(REPORT) - 1, REPORT[-1:])

    assert (again.status_code, again.json()["document"]) == (200, answered)
    assert Document.objects.filter(name="report.pdf").count() == 1


def test_the_same_file_twice_is_one_document(as_user, url) -> None:
    client = as_user("ida")
    upload(client, url, REPORT)
    key = begin(client, url, REPORT, "copy.pdf").json()["upload"]

    answer = send(client, url, key, 0, REPORT).json()

    assert (answer["new"], answer["known_as"]) == (False, "report.pdf")


def test_cancelling_leaves_nothing(as_user, url) -> None:
    client = as_user("ida")
    key = begin(client, url, REPORT).json()["upload"]
    send(client, url, key, 0, REPORT[:200])
    file = uploads.part(Upload.objects.get(pk=key))

    assert client.delete(f"{url}uploads/{key}/").status_code == 200
    assert not Upload.objects.exists()
    assert not file.exists()


def test_an_upload_is_its_users_own(as_user, url) -> None:
    key = begin(as_user("ida"), url, REPORT).json()["upload"]

    assert send(as_user("carl"), url, key, 0, REPORT).status_code == 410


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/root/report.pdf", "report.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("..", "document"),
        ("", "document"),
        ('<img src=x onerror="1">.pdf', "img src=x onerror=1.pdf"),
    ],
)
def test_names_are_never_paths(given, kept) -> None:
    assert uploads.clean_name(given) == kept


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\x00" * 50, "empty"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" * 20, "not a document"),
        (b"{\\rtf1 text}", "rich text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "old or password-protected"),
    ],
)
def test_what_is_no_document_is_refused_in_a_sentence(as_user, url, data, says) -> None:
    client = as_user("ida")
    begun = begin(client, url, data)
    answer = (
        begun if begun.status_code != 200 else send(client, url, begun.json()["upload"], 0, data)
    )

    assert answer.status_code == 422
    assert says in answer.json()["problem"]
    assert not Upload.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_sent(as_user, url, settings) -> None:
    settings.UPLOAD_MB = 1
    asked = {"name": "large.pdf", "size": 3 * 2**20}

    answer = as_user("ida").post(
        f"{url}uploads/", json.dumps(asked), content_type="application/json"
    )

    assert answer.status_code == 422
    assert answer.json()["problem"] == "The file has 3 MB, over the limit of 1 MB; split it."


def test_a_plain_form_takes_several_files(as_user, url) -> None:
    files = [
        SimpleUploadedFile("report.pdf", REPORT),
        SimpleUploadedFile("note.txt", TEXT.encode()),
        SimpleUploadedFile("virus.exe", b"MZ\x90\x00\x03" + bytes(range(32)) * 8),
    ]

    answer = as_user("ida").post(f"{url}uploads/", {"files": files}, follow=True)

    page = answer.content.decode()
    assert "report.pdf was received" in page
    assert "virus.exe: The file is not a document" in page
    assert set(
        Document.objects.filter(name__in=["report.pdf", "note.txt", "virus.exe"]).values_list(
            "name", flat=True
        )
    ) == {"report.pdf", "note.txt"}


# Reading


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("report.exe", REPORT, "application/pdf"),
        ("report.pdf", docx(paragraph(TEXT)), uploads._DOCX),
        ("report.pdf", TEXT.encode(), "text/plain"),
        ("report.jpg", b"<!doctype html><p>" + TEXT.encode(), "text/html"),
    ],
)
def test_the_type_is_told_by_content(as_user, url, name, data, media_type) -> None:
    document = upload(as_user("ida"), url, data, name)

    assert (document.media_type, document.status) == (media_type, "ready")
    assert "home exercise" in " ".join(document.pages.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pdf([TEXT[:20]], password="x"), "locked with a password"),
        (b"%PDF-1.7\n" + b"rubbish " * 40, "damaged"),
        (b"PK\x03\x04" + b"rubbish" * 40, "damaged"),
        (zipped({"a.txt": b"text"}), "ZIP archive"),
        (docx(paragraph("x"), extra={"word/big.xml": b" " * 60_000_000}), "Unpacks to over"),
        (pdf([""]), "No text was found"),
        (b"\x89PNG\r\n\x1a\n" + b"rubbish" * 9, "damaged"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(as_user, url, data, says) -> None:
    document = upload(as_user("ida"), url, data)

    assert document.status == "failed"
    assert says in document.problem
    assert document.problem.endswith(".")


def test_a_long_text_is_cut_into_pages(as_user, url) -> None:
    lines = "\n".join(f"Visit {number}: the invented worker reports pain." for number in range(500))

    document = upload(as_user("ida"), url, lines.encode(), "notes.txt")

    texts = list(document.pages.values_list("text", flat=True))
    assert document.page_count == len(texts) > 3
    assert "".join(texts) == lines + "\n"


def test_too_many_pages(as_user, url, settings) -> None:
    settings.UPLOAD_PAGES = 1

    document = upload(as_user("ida"), url, REPORT)

    assert document.problem == "Has 2 pages, over the limit of 1; split it."


def test_reading_again_doubles_nothing(as_user, url) -> None:
    document = upload(as_user("ida"), url, REPORT)
    for status in ("waiting", "reading"):
        Document.objects.filter(pk=document.pk).update(status=status)
        Page.objects.filter(document=document, number=2).delete()
        reading.read(document.pk)

    document.refresh_from_db()
    assert (document.status, document.page_count, document.pages_read) == ("ready", 2, 2)
    assert document.pages.count() == 2


def test_a_read_document_is_left_alone(as_user, url) -> None:
    document = upload(as_user("ida"), url, REPORT)
    Page.objects.filter(document=document).update(text="kept")

    reading.read(document.pk)

    assert set(document.pages.values_list("text", flat=True)) == {"kept"}
    assert Event.objects.filter(action="record.read").count() == 1


def written(*lines: str, frames: int = 1, form: str = "TIFF") -> bytes:
    """An image of large printed lines."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size=44)
    pages = []
    for number in range(frames):
        page = Image.new("L", (1700, 1100), 255)
        for row, line in enumerate((*lines, f"Sheet number {number + 1}")):
            ImageDraw.Draw(page).text((120, 120 + 90 * row), line, font=font, fill=0)
        pages.append(page)
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if form == "TIFF" else {}
    pages[0].save(out, form, dpi=(200, 200), **more)
    return out.getvalue()


@needs_tesseract
@pytest.mark.parametrize(("form", "frames"), [("TIFF", 2), ("JPEG", 1), ("PNG", 1)])
def test_scans_are_recognized_and_their_words_found_on_the_image(
    as_user, url, form, frames
) -> None:
    client = as_user("ida")
    document = upload(client, url, written("Lumbar epidural injection", frames=frames, form=form))

    assert (document.status, document.page_count, document.pages_read) == ("ready", frames, frames)
    last = document.pages.get(number=frames)
    assert last.recognized
    assert f"Sheet number {frames}" in last.text
    boxes = client.post(f"{url}{document.pk}/pages/1/marks/", {"q": "epidural INJECTION"}).json()
    (left, top, right, bottom), _ = boxes["boxes"]
    assert 100 < left < right < 700
    assert 80 < top < bottom < 200


@needs_tesseract
def test_a_killed_recognition_goes_on_with_the_page_it_was_at(as_user, url, monkeypatch) -> None:
    from openimr.documents import ocr

    document = upload(as_user("ida"), url, written("Sacroiliac joint", frames=3))
    Page.objects.filter(document=document, number=3).delete()
    Document.objects.filter(pk=document.pk).update(status="reading", pages_read=2)
    places = []
    monkeypatch.setattr(
        ocr, "words", lambda _, __, where, ___: (places.append(where) or "again\n", [])
    )

    reading.read(document.pk)

    assert places == ["page 3"]
    assert document.pages.count() == 3


def test_without_tesseract_the_page_says_what_to_do(as_user, url, monkeypatch) -> None:
    monkeypatch.setattr("openimr.documents.ocr.available", lambda: False)

    part = upload(as_user("ida"), url, scanned_pdf(text_pages=2))
    whole = upload(as_user("ida"), url, written("Lumbar spine"), "scan.tif")

    assert part.status == "ready"
    assert "1 of its pages are scans" in part.problem
    assert (whole.status, "Tesseract" in whole.problem) == ("failed", True)


def test_a_file_that_kills_the_worker_is_given_up(as_user, url) -> None:
    from django_tasks.base import TaskContext

    from openimr.office.jobs import read_document

    document = upload(as_user("ida"), url, REPORT)
    Document.objects.filter(pk=document.pk).update(status="reading")

    class Often(TaskContext):
        attempt = 13

    read_document.call(Often(task_result=None), document.pk)

    document.refresh_from_db()
    assert document.problem == "Reading it stopped several times; split the file."


# The virus scan


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("", Verdict.CLEAN),
        (f"{sys.executable} -c 'exit(0)'", Verdict.CLEAN),
        (f"{sys.executable} -c 'exit(1)'", Verdict.INFECTED),
        (f"{sys.executable} -c 'exit(2)'", Verdict.NOT_SCANNED),
        ("/no/such/scanner", Verdict.NOT_SCANNED),
    ],
)
def test_the_scan_fails_closed(settings, tmp_path, command, verdict) -> None:
    settings.VIRUS_SCAN = command

    assert scan(tmp_path) is verdict


def test_an_infected_file_is_not_opened(as_user, url, settings) -> None:
    settings.VIRUS_SCAN = f"{sys.executable} -c 'exit(1)'"
    client = as_user("ida")
    document = upload(client, url, REPORT)

    assert (document.status, document.pages.count()) == ("infected", 0)
    for path in ("", "original/", "pages/1/900/", "pages/1/text/"):
        assert client.get(f"{url}{document.pk}/{path}").status_code == 403


def test_after_the_scanner_is_mended_the_file_is_read(as_user, url, settings) -> None:
    settings.VIRUS_SCAN = "/no/such/scanner"
    client = as_user("ida")
    document = upload(client, url, REPORT)
    assert "did not run" in document.problem

    settings.VIRUS_SCAN = ""
    client.post(f"{url}{document.pk}/again/")

    document.refresh_from_db()
    assert (document.status, document.problem) == ("ready", "")


# Duplicates and the index


def test_pages_that_differ_in_space_case_and_number_are_the_same() -> None:
    long = "The invented worker has low back pain since the invented accident at the works. "

    assert fold(long + "Page 3 of 9") == fold(f"  {long.upper()}\n\n page 7 of 12")
    assert fold(long) != fold(long.replace("low", "mid"))
    assert fold("See attached") == ""


def test_duplicate_pages_and_documents_are_named(as_user, url) -> None:
    client = as_user("ida")
    lines = [f"The invented worker was seen on visit {n} for pain of the lower back." for n in "ab"]
    first = upload(client, url, pdf(lines, ["Quite another page: " + lines[0] * 2]), "first.pdf")
    upload(client, url, pdf([line.upper() for line in lines], ["Other. " * 30]), "part.pdf")
    whole = upload(client, url, "\n".join(lines).encode(), "whole.txt")

    page = client.get(url).content.decode()

    assert whole.duplicate_of == first  # all of it is the first of two pages there
    assert "All of it is in first.pdf" in page
    assert "1 of its pages is in the file twice" in page
    copy = upload(
        client,
        url,
        pdf(
            lines,
            ["QUITE another page: " + lines[0] * 2],
        ),
        "copy.pdf",
    )
    assert copy.duplicate_of == first
    assert "The same as first.pdf" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("text", "kind", "author", "dated"),
    [
        (TEXT, "progress_report", "Irma Imagined, M.D.", date(2026, 3, 14)),
        (
            "NOTICE OF UTILIZATION REVIEW DECISION\nDate of decision: January 5, 2026\n"
            "The request is not certified.\nReviewing physician: Dr. Ivo Invented",
            "utilization_review",
            "Dr. Ivo Invented",
            date(2026, 1, 5),
        ),
        (
            "Invented Imaging Center\nMRI OF THE LUMBAR SPINE\nDOB: 01/02/1970\n"
            "Study date: 2025-11-30\nIMPRESSION: L4-5 protrusion.\nRadiologist: Rolf Made, MD",
            "imaging_report",
            "Rolf Made, MD",
            date(2025, 11, 30),
        ),
        (
            "OPERATIVE REPORT\nDate of surgery: 2/3/25\nPreoperative diagnosis: tear\n"
            "Surgeon: Sara Figment, D.O.",
            "operative_report",
            "Sara Figment, D.O.",
            date(2025, 2, 3),
        ),
        (
            "STATE OF CALIFORNIA\nREQUEST FOR AUTHORIZATION\nDWC Form RFA\nDate: 12/1/2025",
            "request_for_authorization",
            "",
            date(2025, 12, 1),
        ),
        ("Date of birth: 01/02/1970\nDate of injury: 02/03/2020\nNothing else.", "other", "", None),
    ],
)
def test_type_author_and_date_are_guessed(text, kind, author, dated) -> None:
    assert guess([text]) == (kind, author, dated)


def test_what_a_person_entered_is_not_guessed_over(as_user, url, case) -> None:
    client = as_user("carl")
    document = upload(as_user("ida"), url, REPORT)
    entry = {"kind": "other", "author": "Dr. Entered", "dated": "2026-01-02", "sender": ""}

    answer = client.post(f"{url}{document.pk}/entry/", entry, headers={"HX-Request": "true"})
    Document.objects.filter(pk=document.pk).update(status="waiting")
    reading.read(document.pk)

    document.refresh_from_db()
    assert "Dr. Entered" in answer.content.decode()
    assert (document.kind, document.author, document.confirmed) == ("other", "Dr. Entered", True)
    assert Event.objects.get(action="record.index_entry").detail["fields"] == [
        "author",
        "dated",
        "kind",
    ]


def test_a_date_to_come_is_refused_in_the_line(as_user, url) -> None:
    document = upload(as_user("ida"), url, REPORT)
    entry = {"kind": "other", "author": "", "dated": "2099-01-02", "sender": ""}

    answer = as_user("ida").post(
        f"{url}{document.pk}/entry/", entry, headers={"HX-Request": "true"}
    )

    assert "lies in the future" in answer.content.decode()


def test_the_index_is_filtered(as_user, url) -> None:
    client = as_user("ida")
    mri = b"MRI OF THE KNEE\nStudy date: 2020-11-30\nRadiologist: Rolf Made, MD\nIMPRESSION: tear."
    document = upload(client, url, mri, "mri.txt")

    for query in (f"author={document.pk}", "kind=imaging_report", "year=2020"):
        page = client.get(f"{url}?{query}").content.decode()
        assert f"document-{document.pk}" in page
        assert (
            "Progress report (invented).txt"
            not in page.partition("<tbody")[2].partition("</tbody>")[0]
        )


def test_the_checklist_tells_what_is_missing(as_user, url, case) -> None:
    lines = {line.id: line.state for line in required(case, case.documents.all())}
    assert lines == {
        "physician_reports": "present",
        "request": "missing",
        "decision": "present",
        "application": "missing",
        "support": "ask",
        "statements": "ask",
    }

    case.documents.filter(kind="progress_report").update(dated=date(2001, 1, 1))
    lines = {line.id: line for line in required(case, case.documents.all())}
    assert lines["physician_reports"].state == "missing"
    assert "None is dated" in lines["physician_reports"].note


# The viewer


def test_a_page_is_an_image_and_a_text(as_user, url) -> None:
    client = as_user("ida")
    document = upload(client, url, REPORT)

    image = client.get(f"{url}{document.pk}/pages/1/900/")
    text = client.get(f"{url}{document.pk}/pages/2/text/")

    assert image["Content-Type"] == "image/webp"
    assert b"".join(image.streaming_content)[8:12] == b"WEBP"
    assert b"lumbar spine is tender" in text.content
    for path in ("pages/3/900/", "pages/1/901/"):
        assert client.get(f"{url}{document.pk}/{path}").status_code == 404


def test_words_are_found_and_marked_on_the_image(as_user, url) -> None:
    client = as_user("ida")
    document = upload(client, url, REPORT)

    hits = client.post(
        f"{url}{document.pk}/find/", {"q": "LUMBAR  spine"}, headers={"HX-Request": "true"}
    ).content.decode()
    boxes = client.post(f"{url}{document.pk}/pages/2/marks/", {"q": "lumbar spine"}).json()["boxes"]

    assert "<strong>1</strong> hit on 1 page" in hits
    assert 'data-page="2"' in hits
    [(left, top, right, bottom)] = boxes
    # 12 points high at 72 of 612 points from the left and 72 of 792 from the top.
    assert 150 < left < 250 < right < 400
    assert 75 < top < bottom < 97


def test_marks_follow_a_page_that_is_turned(as_user, url) -> None:
    import pikepdf

    turned = pikepdf.open(io.BytesIO(REPORT))
    turned.pages[1].Rotate = 90
    out = io.BytesIO()
    turned.save(out)
    client = as_user("ida")
    document = upload(client, url, out.getvalue())

    [(left, top, right, bottom)] = client.post(
        f"{url}{document.pk}/pages/2/marks/", {"q": "lumbar spine"}
    ).json()["boxes"]

    assert left > 880  # the upper margin is at the right now
    assert bottom - top > right - left


def test_all_records_are_searched_without_words_in_the_address(as_user, url) -> None:
    client = as_user("ida")
    document = upload(client, url, REPORT)

    found = client.post(f"{url}find/", {"q": "lumbar spine is tender"}).content.decode()

    assert f"{url}{document.pk}/#page=2" in found
    assert client.get(f"{url}find/").status_code == 405


def test_looking_is_logged_once_a_session_and_downloading_each_time(as_user, url) -> None:
    document = upload(as_user("ida"), url, REPORT)
    client = as_user("carl")
    for path in ("", "pages/1/text/", "pages/1/900/"):
        client.get(f"{url}{document.pk}/{path}")
    for _ in range(2):
        client.get(f"{url}{document.pk}/original/")

    assert Event.objects.filter(action="record.view", detail={"document": document.pk}).count() == 1
    assert Event.objects.filter(action="record.download").count() == 2


def test_html_is_never_shown_as_a_page(as_user, url) -> None:
    hostile = b"<!doctype html><html><body><p>Report</p><script>alert(1)</script></body></html>"
    client = as_user("ida")
    document = upload(client, url, hostile, "report.html")

    original = client.get(f"{url}{document.pk}/original/")

    assert original["Content-Type"] == "application/octet-stream"
    assert original["Content-Disposition"] == 'attachment; filename="report.html"'
    assert original["X-Content-Type-Options"] == "nosniff"
    assert b"<script>alert" not in client.get(f"{url}{document.pk}/").content


def test_text_of_a_record_is_shown_as_text(as_user, url) -> None:
    client = as_user("ida")
    document = upload(client, url, b"A report of <script>alert(1)</script> some length.")

    assert b"&lt;script&gt;alert" in client.get(f"{url}{document.pk}/").content


def test_rights(as_user, url, case_in) -> None:
    case = case_in("in_review", number=5)
    mine = f"{case.get_absolute_url()}records/"
    reviewer = case.assignments.get().reviewer.username
    other = next(name for name in ("rita", "ravi", "rosa") if name != reviewer)
    document = upload(as_user("ida"), mine, REPORT)

    reads = ["", f"{document.pk}/", f"{document.pk}/original/", f"{document.pk}/pages/1/900/"]
    for path in reads:
        assert as_user(reviewer).get(mine + path).status_code == 200
        assert as_user("quinn").get(mine + path).status_code == 200
        assert as_user(other).get(mine + path).status_code == 404
        assert as_user("adam").get(mine + path).status_code == 404
    for name in (reviewer, "quinn"):
        assert begin(as_user(name), mine, REPORT).status_code == 403
        assert as_user(name).post(f"{mine}{document.pk}/entry/", {}).status_code == 403
        assert as_user(name).post(f"{mine}{document.pk}/again/").status_code == 403
    assert as_user("ida").get(f"{url}{document.pk}/").status_code == 404  # of another case


def test_queries_do_not_grow_with_pages_and_documents(
    as_user, url, django_assert_max_num_queries
) -> None:
    client = as_user("ida")
    document = upload(client, url, pdf(*[[f"Line {n} of a long report."] for n in range(60)]))
    for number in range(12):
        upload(
            client, url, f"Report number {number} of an invented file.".encode(), f"{number}.txt"
        )

    client.get(url), client.get(f"{url}{document.pk}/")
    with django_assert_max_num_queries(22):
        client.get(url)
    with django_assert_max_num_queries(16):
        client.get(f"{url}{document.pk}/")
    with django_assert_max_num_queries(16):
        client.post(f"{url}{document.pk}/find/", {"q": "long report"})


def test_images_are_private(as_user, url) -> None:
    client = as_user("ida")
    document = upload(client, url, REPORT)
    client.get(f"{url}{document.pk}/pages/1/900/")

    folder = page_images.folder(document.file)
    assert (folder / "1-900.webp").stat().st_mode & 0o077 == 0
    assert os.stat(folder).st_mode & 0o077 == 0

"""Reading in the background: types, limits, recognition, the virus scan."""

from __future__ import annotations

import sys

import pytest

from documents_made import docx, paragraph, pdf, scanned_pdf, zipped
from openimr.office import reading, uploads
from openimr.office.models import Document, Event, Page
from openimr.office.scanning import Verdict, scan
from records_made import REPORT, TEXT, needs_tesseract, upload, written


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

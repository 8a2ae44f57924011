"""Uploads in pieces: what is kept, refused, resumed."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from openimr.office import uploads
from openimr.office.files import place
from openimr.office.models import Document, Event, Upload
from records_made import REPORT, TEXT, begin, send, upload


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

"""Records: duplicates, the index, the viewer."""

from __future__ import annotations

import io
import os
from datetime import date

import pytest

from documents_made import pdf
from openimr.office import page_images, reading
from openimr.office.duplicates import fold
from openimr.office.indexing import guess
from openimr.office.models import Document, Event
from openimr.office.required import required
from records_made import REPORT, TEXT, begin, upload


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

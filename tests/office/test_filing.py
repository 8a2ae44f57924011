"""Documents that are withdrawn, and documents that come when the determination is issued."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from openimr.office import filing, quality
from openimr.office.desk import load
from openimr.office.determination import documents_of
from openimr.office.drafts import basis, draft, latest_review, model_case
from openimr.office.files import place
from openimr.office.guards import rests_on_ur_alone
from openimr.office.models import Case, Document, Event, Page
from openimr.office.summaries import prefilled, proposed
from openimr.office.workflow import Refused, take

WORDS = "Operative report of March 3. The zygapophyseal joint was injected without relief."


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def send(client, case, name: str = "wrong.txt", words: str = WORDS) -> Document:
    client.post(
        f"{case.get_absolute_url()}records/uploads/",
        {"files": SimpleUploadedFile(name, words.encode())},
    )
    return case.documents.latest("pk")


@pytest.fixture
def wrong(case_in, as_user):
    """A case in review with a document that does not belong to it."""
    case = case_in("in_review")
    return case, send(as_user("carl"), case)


def take_out(client, case, document, **given):
    url = f"{case.get_absolute_url()}records/{document.pk}/withdraw/"
    return client.post(url, {"reason": "another_person", **given}, follow=True)


def test_it_is_taken_out_with_a_reason_and_an_entry_in_the_log(wrong, as_user) -> None:
    case, document = wrong
    page = take_out(as_user("carl"), case, document, note="Of Mr. Nobody.").content.decode()

    assert "is withdrawn from the file" in page
    assert "wrong.txt" not in page
    assert "It is of another person or case" in page
    held = Document.everything.get(pk=document.pk)
    assert (held.withdrawn_by.username, held.withdrawn_note) == ("carl", "Of Mr. Nobody.")
    entry = Event.objects.get(case=case, action="record.withdraw")
    assert entry.detail == {"document": document.pk, "reason": "another_person"}
    assert place(document.file).read_bytes() == WORDS.encode()


def test_it_is_no_longer_shown_read_or_counted(wrong, as_user, staff) -> None:
    case, document = wrong
    reviewer = case.assignments.get().reviewer
    assert "zygapophyseal" in json.dumps([one.text for one in model_case(case).documents])
    before = case.documents.count()
    filing.withdraw(case, document.pk, staff["carl"], "by_mistake")

    assert case.documents.count() == before - 1
    assert not any("zygapophyseal" in one.text for one in model_case(case).documents)
    assert document.pk not in {one.pk for one in load(case, case.assignments.get()).documents}
    records = f"{case.get_absolute_url()}records/"
    for name in ("carl", reviewer.username):
        client = as_user(name)
        found = client.post(f"{records}find/", {"q": "zygapophyseal"}).content.decode()
        assert "was injected" not in found
        for path in ("", "original/", "row/", "pages/1/text/", "pages/1/900/"):
            assert client.get(f"{records}{document.pk}/{path}").status_code == 404
    desk = as_user(reviewer.username)
    url = f"{case.get_absolute_url()}desk/"
    assert desk.get(f"{url}record/{document.pk}/1/").status_code == 404
    assert "injected" not in desk.post(f"{url}find/", {"words": "zygapophyseal"}).content.decode()
    assert "zygapophyseal" not in desk.get(url).content.decode()


def test_what_was_drafted_with_it_is_drafted_anew(wrong, staff) -> None:
    case, document = wrong
    old = draft(case)
    summary = prefilled(case.assignments.get())
    summary.versions.update(text="It quotes the wrong report.")
    type(summary).objects.update(text="It quotes the wrong report.")

    filing.withdraw(case, document.pk, staff["carl"], "by_mistake")

    newest = case.drafts.first()
    assert newest.pk != old.pk
    assert newest.basis == basis(model_case(case))
    assert latest_review(case) is not None
    assert prefilled(case.assignments.get()).text == proposed(case)


def test_a_file_is_known_to_rest_on_utilization_review_alone_again(wrong, staff) -> None:
    case, _ = wrong
    for one in case.documents.exclude(kind="utilization_review"):
        filing.withdraw(case, one.pk, staff["carl"], "by_mistake")

    assert rests_on_ur_alone(case)


def test_the_same_file_may_come_again(wrong, as_user, staff) -> None:
    case, document = wrong
    filing.withdraw(case, document.pk, staff["carl"], "by_mistake")

    again = send(as_user("carl"), case)

    assert again.pk != document.pk
    assert again.file == document.file


def test_a_page_that_repeated_it_counts_again(case_in, as_user, staff) -> None:
    case = case_in("assigned")
    long = "The employee was seen for his lumbar spine and his complaint was described. " * 3
    first = send(as_user("carl"), case, "a.txt", long)
    second = send(as_user("carl"), case, "b.txt", long.upper())
    assert Page.objects.get(document=second).duplicate_of

    filing.withdraw(case, first.pk, staff["carl"], "by_mistake")

    assert Page.objects.get(document=second).duplicate_of is None
    assert case.documents.get(pk=second.pk).duplicate_of is None


@pytest.mark.parametrize(
    ("state", "says"),
    [("quality", "has signed"), ("issued", "has ended"), ("withdrawn", "has ended")],
)
def test_not_after_the_signature(case_in, as_user, state, says) -> None:
    case = case_in(state)
    document = case.documents.first()
    client = as_user("carl")

    assert says in take_out(client, case, document).content.decode()
    assert case.documents.filter(pk=document.pk).exists()
    assert "Withdraw<" not in client.get(f"{case.get_absolute_url()}records/").content.decode()


@pytest.mark.parametrize("reason", ["", "because"])
def test_not_without_a_reason(wrong, as_user, reason) -> None:
    case, document = wrong
    answer = take_out(as_user("carl"), case, document, reason=reason)

    assert answer.status_code == 422
    assert case.documents.filter(pk=document.pk).exists()


def test_not_twice_and_not_of_another_case(wrong, case_in, as_user, staff) -> None:
    case, document = wrong
    other = case_in("assigned", number=7)
    assert take_out(as_user("carl"), other, document).status_code == 404
    filing.withdraw(case, document.pk, staff["carl"], "by_mistake")

    assert take_out(as_user("carl"), case, document).status_code == 404
    with pytest.raises(Refused, match="not in the file"):
        filing.withdraw(case, document.pk, staff["carl"], "by_mistake")


# ---- what comes late -----------------------------------------------------------------------------


def test_what_comes_after_the_determination_is_filed_and_read_into_no_review(case_in, as_user):
    case = case_in("issued")
    before = model_case(case)

    late = send(as_user("carl"), case)

    page = as_user("carl").get(f"{case.get_absolute_url()}records/").content.decode()
    assert late.after_round == 0
    assert "Received after the review; not part of it" in page
    assert "read into no review" in page
    assert model_case(now(case)) == before
    assert not any("Other" in one for one in documents_of(case))
    assert "injected" in as_user("carl").get(f"{case.get_absolute_url()}records/{late.pk}/pages/1/text/").content.decode()  # fmt: skip


def test_a_review_after_a_remand_has_it(case_in, as_user, staff) -> None:
    case = case_in("issued")
    late = send(as_user("carl"), case)
    case = take("appeal", now(case), staff["carl"])
    assert late.pk not in {one.pk for one in filing.reviewed(case)}

    case = take("remand", case, staff["carl"], {"reason": "reversed"})

    assert late.pk in {one.pk for one in filing.reviewed(case)}


def test_what_comes_after_the_signature_is_told_and_not_listed_as_reviewed(case_in, as_user):
    case = case_in("quality")
    before = documents_of(case)

    late = send(as_user("carl"), case)

    assert late.after_round is None
    assert documents_of(case) == before
    assert "late_records" in {one.code for one in quality.remarks(case)}

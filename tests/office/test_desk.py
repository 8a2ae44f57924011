"""The review desk: offer, quotes, verdicts, autosave, double tabs, requests."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from openimr.office import jobs, opinions
from openimr.office.desk import load
from openimr.office.drafts import draft
from openimr.office.models import (
    Case,
    Document,
    Event,
    InformationRequest,
    MachineDraft,
    OpinionVersion,
    Page,
)
from openimr.office.quotes import rows
from openimr.office.workflow import take

HTMX = {"HX-Request": "true"}


def text(response) -> str:
    return response.content.decode()


def write(client, url, version, rationale, decision="Upheld", **headers):
    data = {"version": version, "decision": decision, "rationale": rationale}
    return client.post(
        f"{url}0/opinion/", {**data, "guideline": "MTUS Low Back Complaints 2004"}, headers=headers
    )


# ---- the page ----------------------------------------------------------------------------------


def test_the_desk_shows_draft_criteria_and_their_quotes(at_desk) -> None:
    case, client, url = at_desk()
    page = text(client.get(url))
    draft = case.drafts.first()

    assert "Machine draft" in page
    assert "a proposal, not a decision" in page
    assert draft is not None
    desk = load(case, case.assignments.get())
    for row in rows(desk, desk.items[0]):
        assert f'id="finding-{row.number}"' in page
    assert Event.objects.filter(case=case, action="desk.view").count() == 1


def test_every_quote_lights_up_in_its_sentence(at_desk) -> None:
    case, client, url = at_desk()
    desk = load(case, case.assignments.get())
    seen = 0
    for item in desk.items:
        for row in rows(desk, item):
            for quote in row.quotes:
                place = f"{url}record/{quote.document.pk}/{quote.page}/"
                query = {"item": item.position, "finding": row.number, "quote": quote.number}
                page = text(client.get(place, query, headers=HTMX))
                lit = re.search(r'<mark class="here" id="here">(.*?)</mark>', page, re.S)
                assert lit, row.finding.says
                seen += 1
    assert seen


def test_without_script_a_quote_is_a_link_to_the_desk(at_desk) -> None:
    _case, client, url = at_desk()
    page = text(client.get(url))
    link = re.search(
        r'href="(\?item=\d+&amp;document=\d+&amp;page=\d+&amp;finding=\d+[^"#]*)', page
    )

    assert link
    assert 'id="here"' in text(client.get(url + link[1].replace("&amp;", "&")))


def test_search_in_the_file_is_posted_and_shows_places(at_desk) -> None:
    _, client, url = at_desk()

    assert "<mark>" in text(client.post(f"{url}find/", {"words": "injured"}, headers=HTMX))
    assert "Nothing in the file" in text(client.post(f"{url}find/", {"words": "qqq"}, headers=HTMX))
    assert client.get(f"{url}find/?words=x").status_code == 405


@pytest.mark.parametrize("username", ["carl", "quinn", "ida", "mona", "adam"])
def test_the_desk_is_the_reviewers_alone(at_desk, as_user, username) -> None:
    _, _, url = at_desk()

    assert as_user(username).get(url).status_code in (403, 404)


@pytest.fixture
def long_case(case_in):
    """A case in review with a document of 300 pages, and the draft made of it."""
    case = case_in("in_review")
    document = Document.objects.create(
        case=case, name="Long file (invented).txt", kind="progress_report", file="0" * 64,
        media_type="text/plain", size=1, page_count=300, pages_read=300, status="ready",
    )  # fmt: skip
    filler = "The visit of this day was uneventful and nothing was changed in the plan of care. "
    Page.objects.bulk_create(
        Page(
            document=document,
            number=number,
            text=filler * 30
            + (f"He completed {number} sessions of physical therapy. " if number % 25 == 0 else ""),
        )
        for number in range(1, 301)
    )
    draft(case)
    return case


def test_a_file_of_300_pages_opens_with_few_queries(
    long_case, as_user, django_assert_max_num_queries
) -> None:
    client = as_user(long_case.assignments.get().reviewer.username)
    url = f"{long_case.get_absolute_url()}desk/"
    client.get(url)
    # Forty, and the lock of the audit log on a server.
    with django_assert_max_num_queries(41):
        page = text(client.get(url))

    assert len(page) < 200_000


# ---- verdicts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "agrees", "status"),
    [("own", True, ""), ("other", False, "other"), ("", None, ""), ("nonsense", None, "")],
)
def test_a_verdict_is_kept_at_once(at_desk, chosen, agrees, status) -> None:
    case, client, url = at_desk()
    finding = load(case, case.assignments.get()).review.items[0].findings[0]
    other = "met" if finding.status != "met" else "not_met"
    told = {"own": finding.status, "other": other}.get(chosen, chosen)

    answer = client.post(
        f"{url}0/verdict/", {"finding": 0, "status": told, "comment": "Seen."}, headers=HTMX
    )

    verdict = case.assignments.get().opinions.get().verdicts.get()
    assert "Saved" in text(answer)
    assert (verdict.agrees, verdict.status) == (agrees, other if status else "")
    assert verdict.comment == "Seen."


# ---- decision and rationale --------------------------------------------------------------------


def test_nothing_is_filled_in_before_the_draft_is_taken_over(at_desk) -> None:
    case, client, url = at_desk()

    assert not case.assignments.get().opinions.exists()
    client.post(f"{url}0/take-over/")

    opinion = case.assignments.get().opinions.get()
    assert opinion.decision in opinions.DECISIONS
    assert opinion.rationale
    assert opinion.versions.get().origin == "draft"
    assert "The draft was taken over" in text(client.get(url))


def test_a_draft_taken_over_calls_documents_by_their_kind_and_day(at_desk) -> None:
    case, client, url = at_desk()
    client.post(f"{url}0/take-over/")
    rationale = case.assignments.get().opinions.get().rationale
    numbers = "|".join(str(document.pk) for document in case.documents.all())

    assert not re.search(rf"\((?:{numbers})[,)]", rationale)


def test_it_saves_itself(at_desk) -> None:
    case, client, url = at_desk()

    answer = write(client, url, 0, "Reasons.", **HTMX)

    assert answer["X-Opinion-Version"] == "1"
    assert "Saved" in text(answer)
    assert 'id="checks"' in text(answer)
    assert case.assignments.get().opinions.get().rationale == "Reasons."


def test_two_windows_lose_nothing(at_desk) -> None:
    case, client, url = at_desk()
    write(client, url, 0, "The text of the first window.", **HTMX)

    answer = write(client, url, 0, "The text of the second window.", decision="Overturned", **HTMX)

    opinion = case.assignments.get().opinions.get()
    assert "X-Opinion-Version" not in answer
    assert "The text of the first window." in text(answer)
    assert "The text of the second window." in text(answer)
    assert opinion.rationale == "The text of the first window."
    aside = opinion.versions.get(origin="set_aside")
    assert aside.rationale == "The text of the second window."
    # The first window goes on writing, and is not disturbed.
    assert "X-Opinion-Version" in write(
        client, url, 1, "The text of the first window. More.", **HTMX
    )


def test_a_chosen_text_is_saved_over_the_other(at_desk) -> None:
    case, client, url = at_desk()
    write(client, url, 0, "First.", **HTMX)
    write(client, url, 0, "Second.", **HTMX)

    write(client, url, 1, "Second.", **HTMX)

    opinion = case.assignments.get().opinions.get()
    assert opinion.rationale == "Second."
    assert {one.rationale for one in opinion.versions.all()} == {"First.", "Second."}


def test_words_added_within_a_minute_are_one_version_and_words_removed_another(at_desk) -> None:
    _case, client, url = at_desk()
    long = "A sentence that says something worth keeping."
    write(client, url, 0, long, **HTMX)
    write(client, url, 1, f"{long} And more.", **HTMX)
    write(client, url, 2, "", **HTMX)

    kept = OpinionVersion.objects.order_by("version").values_list("version", "rationale")
    assert list(kept) == [(2, f"{long} And more."), (3, "")]


def test_an_earlier_version_stands_again(at_desk) -> None:
    case, client, url = at_desk()
    write(client, url, 0, "A first thought, written at length.", **HTMX)
    write(client, url, 1, "Quite another thought.", **HTMX)

    page = text(client.get(f"{url}0/versions/"))
    client.post(f"{url}0/restore/", {"restore": 1})

    assert "<ins>" in page
    assert "<del>" in page
    opinion = case.assignments.get().opinions.get()
    assert opinion.rationale == "A first thought, written at length."
    assert opinion.version == 3


def test_differences_hold_both_texts() -> None:
    runs = opinions.differences("Pain is 7/10 today.", "Pain is 5/10 now, today.")

    assert "".join(words for kind, words in runs if kind != "added") == "Pain is 7/10 today."
    assert "".join(words for kind, words in runs if kind != "removed") == "Pain is 5/10 now, today."


# ---- the draft ---------------------------------------------------------------------------------


def test_complete_records_have_the_draft_made(case_in, staff) -> None:
    case = case_in("assigned")
    assert not case.drafts.exists()

    take("complete_records", case, staff["carl"])

    assert case.drafts.count() == 1


@pytest.mark.parametrize(
    ("status", "state", "says"),
    [
        ("READY", "waiting", "is being made"),
        ("RUNNING", "waiting", "is being made"),
        ("FAILED", "failed", "could not be made"),
        ("SUCCESSFUL", "idle", "no machine draft yet"),
        (None, "idle", "no machine draft yet"),
    ],
)
def test_how_the_draft_stands_is_told(at_desk, status, state, says) -> None:
    case, client, url = at_desk()
    MachineDraft.objects.all().delete()
    if status:
        DBTaskResult.objects.create(
            status=status,
            task_path=jobs.make_draft.module_path,
            args_kwargs={"args": [case.pk], "kwargs": {}},
            backend_name="default",
            run_after=timezone.now(),
            exception_class_path="",
            traceback="",
        )

    assert jobs.draft_state(case) == state
    assert says in text(client.get(f"{url}draft/"))


def test_a_draft_older_than_the_file_is_told(at_desk) -> None:
    case, client, url = at_desk()
    assert "older than the file" not in text(client.get(f"{url}draft/"))
    Page.objects.filter(document__case=case).update(text="Another text.")

    assert "older than the file" in text(client.get(f"{url}draft/"))


def test_a_newer_draft_is_offered_not_forced(at_desk) -> None:
    case, client, url = at_desk()
    shown = case.drafts.first().pk

    assert "newer draft" not in text(client.get(f"{url}draft/?shown={shown}"))
    assert "newer draft" in text(client.get(f"{url}draft/?shown={shown - 1}"))


# ---- offer, requests ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "state", "says"),
    [
        ({"conflict_statement": "yes"}, "in_review", None),
        ({}, "reviewer_selected", "Confirm the statement"),
        ({"decline": "yes", "reason": "No time"}, "records_complete", None),
        ({"decline": "yes"}, "reviewer_selected", "Say why"),
    ],
)
def test_an_offer_is_taken_with_the_statement_or_declined_with_a_reason(
    at_desk, given, state, says
) -> None:
    case, client, _ = at_desk(state="reviewer_selected")
    answer = client.post(f"{case.get_absolute_url()}offer/", given)

    assert Case.objects.get(pk=case.pk).state == state
    assert answer.status_code == (422 if says else 302)
    assert says is None or says in text(answer)
    if state == "in_review":
        assert Event.objects.filter(case=case, action="review.conflict_statement").exists()


def test_a_case_is_not_taken_past_the_statement(at_desk) -> None:
    case, client, _ = at_desk(state="reviewer_selected")
    client.post(f"{case.get_absolute_url()}steps/accept_review/", {"version": case.version})

    assert Case.objects.get(pk=case.pk).state == "reviewer_selected"


def test_documents_are_asked_for_and_the_answer_is_entered(at_desk, as_user) -> None:
    case, client, _ = at_desk()
    url = f"{case.get_absolute_url()}requests/"
    client.post(url, {"party": "requesting_physician", "question": "The operative report."})

    asked = InformationRequest.objects.get(case=case)
    assert Case.objects.get(pk=case.pk).state == "reviewer_information"
    assert asked.due_at is not None
    assert "The operative report." in text(as_user("carl").get(url))
    as_user("carl").post(url, {"answer": "Nothing came in time."})

    asked.refresh_from_db()
    assert asked.answered_at is not None
    assert Case.objects.get(pk=case.pk).state == "in_review"


@pytest.mark.parametrize(
    "given", [{"party": "nobody", "question": "x"}, {"party": "employer", "question": " "}]
)
def test_a_request_without_party_or_question_is_refused(at_desk, given) -> None:
    case, client, _ = at_desk()

    assert client.post(f"{case.get_absolute_url()}requests/", given).status_code == 422
    assert not InformationRequest.objects.exists()

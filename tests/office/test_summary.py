"""The clinical case summary and the reviewer's own findings: from the desk to the letter."""

from __future__ import annotations

import json
import re

import pytest
from test_desk import text
from test_signing import decide, form

from openimr.office import attesting, issuing, opinions
from openimr.office.checks import check_summary
from openimr.office.desk import load
from openimr.office.models import Case, Event, MachineDraft
from openimr.office.summaries import summary_of
from openimr.office.workflow import Refused, take
from openimr.office.written import File

HTMX = {"HX-Request": "true"}
OWN = "The injured worker has had low back pain since a fall from a ladder."


@pytest.fixture
def at_desk(case_in, as_user):
    """A case in review with its reviewer's client: ``case, client, url``."""
    case = case_in("in_review")
    client = as_user(case.assignments.get().reviewer.username)
    return case, client, f"{case.get_absolute_url()}desk/"


def write(client, url, version: int, words: str, **headers):
    return client.post(f"{url}summary/", {"version": version, "text": words}, headers=headers)


def summary(case: Case):
    return case.assignments.get().summary


def test_the_machine_prefills_it_and_says_so(at_desk) -> None:
    case, client, url = at_desk

    page = text(client.get(f"{url}?part=summary"))

    assert "Machine draft" in page
    assert summary(case).text.startswith("The injured worker")
    assert summary(case).versions.get().origin == "draft"
    assert "Imagined" not in summary(case).text


def test_it_is_not_written_over_once_it_is_the_reviewers(at_desk) -> None:
    case, client, url = at_desk
    client.get(url)
    write(client, url, 1, OWN, **HTMX)

    page = text(client.get(f"{url}?part=summary"))

    assert summary(case).text == OWN
    assert "Your text." in page


def test_it_stays_empty_while_there_is_no_draft(at_desk) -> None:
    case, client, url = at_desk
    MachineDraft.objects.all().delete()

    client.get(url)
    assert summary(case).version == 0
    refused = client.post(f"{url}summary/anew/", follow=True)

    assert "no machine draft yet" in text(refused)
    assert write(client, url, 0, OWN, **HTMX)["X-Opinion-Version"] == "1"


def test_two_windows_lose_nothing(at_desk) -> None:
    case, client, url = at_desk
    client.get(url)
    write(client, url, 1, OWN, **HTMX)

    answer = write(client, url, 1, "Another text of the second window.", **HTMX)
    plain = write(client, url, 1, "Another text of the second window.")

    assert "X-Opinion-Version" not in answer
    for page in (text(answer), text(plain)):
        assert OWN in page
        assert "Another text of the second window." in page
    assert summary(case).text == OWN
    assert summary(case).versions.filter(origin="set_aside").count() == 1


def test_versions_are_shown_and_stand_again(at_desk) -> None:
    case, client, url = at_desk
    client.get(url)
    machine = summary(case).text
    write(client, url, 1, OWN, **HTMX)

    page = text(client.get(f"{url}summary/versions/"))
    client.post(f"{url}summary/restore/", {"restore": 1})

    assert "written by the machine" in page
    assert "<ins>" in page
    assert summary(case).text == machine
    client.post(f"{url}summary/restore/", {"restore": 99})
    assert summary(case).text == machine


def test_the_machine_writes_it_anew_as_a_version(at_desk) -> None:
    case, client, url = at_desk
    client.get(url)
    machine = summary(case).text
    write(client, url, 1, OWN, **HTMX)

    client.post(f"{url}summary/anew/")

    assert summary(case).text == machine
    assert OWN in {one.text for one in summary(case).versions.all()}
    assert Event.objects.filter(case=case, action="summary.save").count() == 3


# ---- checks --------------------------------------------------------------------------------------

FILE = File(
    day=None,
    facts={},
    names=[
        ("Irma Fenwick", "employee"),
        ("Rita Reviewer", "reviewer"),
        ("Dr. Imagined Treater", "requesting_physician"),
        ("Invented Freight Works", "employer"),
    ],
)


@pytest.mark.parametrize(
    ("words", "drafted", "code", "blocks"),
    [
        ("", False, "no_summary", True),
        (" \n", False, "no_summary", True),
        (OWN, True, "summary_as_drafted", False),
        ("Fenwick has pain.", False, "names_person", False),
        ("Seen by Imagined Treater.", False, "names_person", False),
        ("Works at Invented Freight Works, Inc.", False, "names_person", False),
        ("Rita Reviewer has read it.", False, "names_person", True),
        ("Dr. Nobody saw it.", False, "names_person", False),
        (OWN, False, None, False),
        ("He works nights. Works hard.", False, None, False),
    ],
)
def test_what_is_checked(words, drafted, code, blocks) -> None:
    found = check_summary(words, FILE, drafted=drafted)

    assert [one.code for one in found] == ([code] if code else [])
    assert any(one.blocks for one in found) is blocks


def test_an_empty_summary_blocks_the_signature(at_desk) -> None:
    case, client, url = at_desk
    decide(case)
    client.get(url)
    write(client, url, 1, " ", **HTMX)
    page = text(client.get(f"{url}sign/"))

    answer = client.post(f"{url}sign/", form(page))

    assert answer.status_code == 422
    assert "summary is empty" in page
    with pytest.raises(Refused, match="not signed"):
        take("submit_opinion", case, case.assignments.get().reviewer)
    attesting.attest(case.assignments.get())
    with pytest.raises(Refused, match="summary is empty"):
        take("submit_opinion", case, case.assignments.get().reviewer)


# ---- what is signed, and printed -----------------------------------------------------------------


@pytest.fixture
def signed(at_desk) -> Case:
    """A case whose reviewer wrote the summary, corrected one finding and remarked on another."""
    case, client, url = at_desk
    decide(case)
    client.get(url)
    write(client, url, 1, OWN, **HTMX)
    findings = load(case, case.assignments.get()).review.items[0].findings
    asked = [n for n, one in enumerate(findings) if one.effect != "not_asked"]
    other = "met" if findings[asked[0]].status != "met" else "not_met"
    client.post(
        f"{url}0/verdict/", {"finding": asked[0], "status": other, "comment": "See page 1."}
    )
    client.post(f"{url}0/verdict/", {"finding": asked[-1], "status": "", "comment": "A remark."})
    client.post(f"{url}sign/", form(text(client.get(f"{url}sign/"))))
    return Case.objects.get(pk=case.pk)


def test_what_is_signed_holds_summary_and_findings(signed) -> None:
    content = json.loads(signed.assignments.get().attestations.get().content)

    assert content["summary"] == OWN
    corrected, remarked = content["items"][0]["verdicts"]
    if corrected["comment"] != "See page 1.":
        corrected, remarked = remarked, corrected
    assert corrected["status"] != corrected["drafted"]
    assert corrected["says"]
    assert (remarked["status"], remarked["comment"]) == ("", "A remark.")


def test_nothing_is_changed_after_the_signature(signed, at_desk) -> None:
    _, client, url = at_desk
    answer = write(client, url, 2, "Changed after all.", **HTMX)

    assert "You have signed" in text(answer)
    client.post(f"{url}summary/anew/")
    client.post(f"{url}summary/restore/", {"restore": 1})
    client.post(f"{url}0/verdict/", {"finding": 0, "status": "met"})
    assert summary(signed).text == OWN
    assert attesting.standing(signed.assignments.get())


def test_the_letter_tells_the_summary_and_whose_a_finding_is(signed) -> None:
    from openimr.letters import read_text

    letter = issuing.preview(signed, "text").decode()
    made = read_text(letter)
    rows = made.items[0].criteria

    assert made.summary == OWN
    own = [one for one in rows if one.by_reviewer]
    assert [one.remark for one in own] == ["See page 1."]
    assert [one.remark for one in rows if one.remark and not one.by_reviewer] == ["A remark."]
    assert re.search(r"\((?i:reviewer)\)", letter)


def test_a_newer_draft_changes_nothing_that_was_signed(signed) -> None:
    before = [one for one in issuing.determination_of(signed, signed.received_at.date()).items[0].criteria
              if one.by_reviewer or one.remark]  # fmt: skip
    MachineDraft.objects.all().delete()

    after = issuing.determination_of(signed, signed.received_at.date()).items[0].criteria

    assert sorted(after, key=str) == sorted(before, key=str)


def test_the_second_look_shows_both_sides_of_a_finding(signed, as_user) -> None:
    page = text(as_user("quinn").get(f"{signed.get_absolute_url()}quality/"))

    assert OWN in page
    assert "See page 1." in page
    assert "Machine draft" in page


def test_of_a_panel_each_summary_is_told(case_in, staff) -> None:
    from openimr.office import determination

    told = [determination.Signed(None, {}, words) for words in ("One.", "Two.")]

    assert determination._summary(told) == "First reviewer: One. Second reviewer: Two."
    assert determination._summary(told[:1]) == "One."
    assert determination._summary([told[0], told[0]]) == "One."


def test_a_summary_is_the_reviewers_alone(at_desk, as_user) -> None:
    case, _, url = at_desk

    assert write(as_user("carl"), url, 0, OWN).status_code == 403
    assert not opinions.text_of(summary_of(case.assignments.get())).text

"""Screening: every ground, its questions, and that a person decides."""

from __future__ import annotations

import pytest

from openimr.office.intake import duplicates
from openimr.office.models import Case, Event
from openimr.office.screening import answer, screened
from openimr.office.workflow import Refused, Stale, clocks, take


def _post(client, case: Case, step: str, **given):
    url = f"/cases/{case.number}/screening/{step}/"
    return client.post(url, given | {"version": Case.objects.get(pk=case.pk).version}, follow=True)


@pytest.mark.parametrize(
    ("given", "ground"),
    [
        ({"earlier_application": "yes"}, "DUPLICATE"),
        ({"previously_decided": "yes"}, "PREVIOUSLY_DECIDED"),
        ({"signed": "no"}, "UNSIGNED"),
        ({"form": "other"}, "WRONG_FORM"),
        ({"ur_attached": "no"}, "NO_UR_ATTACHED"),
        ({"ur_outcome": "conditional_denial"}, "UR_CNC"),
        ({"ur_outcome": "approved"}, "UR_APPROVED"),
        ({"ur_untimely": "yes"}, "UR_UNTIMELY"),
        ({"necessity_in_issue": "no"}, "NOT_MEDICAL_NECESSITY"),
        ({"injury": "2012-03-01", "ur_decided": "2013-05-01"}, "OUT_OF_SCOPE_DATE"),
        ({"requester": "employer"}, "BAD_REQUESTER"),
        ({"requester": "agent", "designation_attached": "no"}, "BAD_DESIGNEE"),
        ({"ur_served": "2020-01-02", "imr_form_given": "2020-01-02"}, "UNTIMELY"),
        ({"liability_disputed": "yes"}, "LIABILITY_DEFERRED"),
    ],
)
def test_each_ground_follows_from_an_answer(case_in, staff, given, ground) -> None:
    case = case_in("screening")
    assert not screened(case).applying

    answer(case, given, staff["ida"])

    found = screened(Case.objects.get(pk=case.pk))
    assert ground in [one.ground.code for one in found.applying]
    entry = Event.objects.filter(action="screening.answer").latest("sequence")
    assert entry.detail == {"answered": sorted(given)}


def test_what_is_not_known_is_asked(case_in, staff) -> None:
    case = case_in("screening")
    answer(case, {"signed": ""}, staff["ida"])

    open_one = screened(Case.objects.get(pk=case.pk)).unsettled[0]

    assert open_one.ground.ask == "Is the application signed?"
    assert [question.name for question in open_one.questions] == ["signed"]


def test_the_time_limit_asks_for_service_and_form(case_in) -> None:
    standing = next(
        one for one in screened(case_in("screening")).standings if one.ground.code == "UNTIMELY"
    )

    asked = {question.name for question in standing.questions}
    assert {"ur_served", "imr_form_given", "ur_service", "served_in"} <= asked


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"form": "napkin"}, "circumstance form cannot be napkin"),
        ({"ur_served": "soon"}, "write the date as year-month-day"),
        ({"ur_served": "2199-01-01"}, "this day is still to come"),
    ],
)
def test_answers_that_are_none(case_in, staff, given, says) -> None:
    case = case_in("screening")
    with pytest.raises(Refused, match=says):
        answer(case, given, staff["ida"])
    assert Case.objects.get(pk=case.pk).version == case.version


def test_answers_are_over_once_the_case_is_eligible(case_in, staff) -> None:
    with pytest.raises(Refused, match="is over"):
        answer(case_in("eligible"), {"signed": "no"}, staff["ida"])


def test_an_answer_to_an_old_page_is_refused(case_in, staff) -> None:
    case = case_in("screening")
    with pytest.raises(Stale):
        answer(case, {"signed": "no"}, staff["ida"], version=case.version - 1)


def test_answering_on_the_page_shows_the_ground(case_in, as_user) -> None:
    case = case_in("screening")
    url = f"/cases/{case.number}/screening/answers/"

    page = as_user("ida").post(
        url, {"version": case.version, "q-signed": "no"}, headers={"HX-Request": "true"}
    )

    assert "1 applies" in page.content.decode()
    assert "bears no signature" in page.content.decode()


def test_a_refusal_needs_each_ground_ticked_by_a_person(case_in, as_user, staff) -> None:
    case = case_in("screening")
    answer(case, {"signed": "no", "ur_attached": "no"}, staff["ida"])
    client = as_user("ida")

    page = _post(client, case, "refuse").content.decode()
    assert "Confirm the grounds first" in page
    assert Case.objects.get(pk=case.pk).state == "screening"

    _post(client, case, "refuse", reasons=["UNSIGNED"])
    case = Case.objects.get(pk=case.pk)
    assert case.state == "ineligible"
    assert Event.objects.get(action="screening.confirmed").detail["grounds"] == ["UNSIGNED"]
    text = case.letters.filter(recipient_role="employee").get().text
    assert "bears no signature" in text
    assert "is not attached" not in text, "only what was confirmed is a reason"
    assert "Workers' Compensation Appeals Board by" in text


def test_what_defers_does_not_refuse(case_in, staff) -> None:
    case = case_in("screening")
    answer(case, {"liability_disputed": "yes"}, staff["ida"])

    with pytest.raises(Refused, match="as a reason to refuse"):
        take("refuse", case, staff["ida"], {"reasons": ["LIABILITY_DEFERRED"]})


def test_open_grounds_are_accepted_knowingly(case_in, as_user, staff) -> None:
    case = case_in("screening")
    answer(case, {"signed": ""}, staff["ida"])
    client = as_user("ida")

    assert "Grounds are still open" in _post(client, case, "accept").content.decode()
    seen = [one.ground.code for one in screened(Case.objects.get(pk=case.pk)).unsettled]
    assert seen
    _post(client, case, "accept", open_grounds=seen[1:])
    assert Case.objects.get(pk=case.pk).state == "screening"
    _post(client, case, "accept", open_grounds=seen)
    assert Case.objects.get(pk=case.pk).state == "eligible"


def test_a_question_to_a_party_has_a_clock_and_a_letter(case_in, as_user) -> None:
    case = case_in("screening")
    given = {"party": "claims_administrator", "question": "How was the decision served?"}
    _post(as_user("ida"), case, "ask_for_information", **given)

    case = Case.objects.get(pk=case.pk)
    asked = case.information_requests.get()
    assert (case.state, case.due_clock) == ("information_requested", "screening_answer")
    assert asked.due_at == case.due_at
    letter = case.letters.get()
    assert letter.recipient_role == "claims_administrator"
    assert "How was the decision served?" in letter.text

    _post(as_user("ida"), case, "information_arrived", answer="By mail.")
    asked.refresh_from_db()
    assert (asked.answer, Case.objects.get(pk=case.pk).state) == ("By mail.", "screening")


@pytest.mark.parametrize("way", ["resolved", "agreed"])
def test_a_deferral_and_its_end(case_in, as_user, way) -> None:
    case = case_in("deferred")
    on = case.received_at.date().isoformat()
    step, given = ("resume", {"on": on}) if way == "resolved" else ("employer_agrees", {})

    _post(as_user("ida"), case, step, **given)

    case = Case.objects.get(pk=case.pk)
    assert case.state == "screening"
    assert not screened(case).applying
    if way == "resolved":
        assert case.events["liability_resolved"][:10] == on


def test_likely_duplicates_are_shown_side_by_side(case_in, as_user) -> None:
    first, second = case_in("assigned", 3), case_in("screening", 4)
    Case.objects.filter(pk=second.pk).update(
        employee_first_name=first.employee_first_name,
        employee_last_name=first.employee_last_name + "e",
        date_of_injury=first.date_of_injury,
        claim_number=first.claim_number,
    )
    case_in("screening", 5)
    second.refresh_from_db()
    own, other = second.items.first(), first.items.first()
    own.request = other.request
    own.save()

    found = duplicates(second)

    assert [one.case.number for one in found] == [first.number]
    assert {"same claim number", "same date of injury"} <= set(found[0].reasons)
    assert found[0].pairs[0][2] == 100
    page = as_user("ida").get(f"/cases/{second.number}/screening/").content.decode()
    assert f"This case beside {first.number}" in page

    _post(as_user("ida"), second, "merge_duplicate", other_case=first.number)
    second.refresh_from_db()
    assert (second.state, second.consolidated_into) == ("duplicate", first)


def _same_dispute(lead: Case, other: Case, **but: object) -> None:
    fields = {
        "employee_first_name": lead.employee_first_name,
        "employee_last_name": lead.employee_last_name,
        "date_of_injury": lead.date_of_injury,
    }
    Case.objects.filter(pk=other.pk).update(**(fields | but))


def test_consolidation_moves_the_items_under_the_lead(case_in, as_user) -> None:
    lead, other = case_in("assigned", 3), case_in("eligible", 4)
    _same_dispute(lead, other)
    before, moved = lead.items.count(), list(other.items.values_list("request", flat=True))

    _post(as_user("carl"), other, "consolidate", other_case=lead.number)

    other.refresh_from_db()
    assert (other.state, other.consolidated_into, other.items.count()) == ("duplicate", lead, 0)
    requests = list(lead.items.values_list("request", flat=True))
    assert requests[before:] == moved
    assert [item.position for item in lead.items.all()] == list(range(before + len(moved)))
    assert Event.objects.get(action="case.took_in", case=lead).detail == {"other": other.number}
    text = other.letters.filter(recipient_role="employee").get().text
    assert lead.number in text
    assert moved[0] in text


@pytest.mark.parametrize(
    ("but", "says"),
    [
        ({"employee_last_name": "Someoneelse"}, "another employee"),
        ({"date_of_injury": "2020-05-05"}, "another date of injury"),
    ],
)
def test_only_the_same_dispute_is_consolidated(case_in, staff, but, says) -> None:
    lead, other = case_in("assigned", 3), case_in("eligible", 4)
    _same_dispute(lead, other, **but)

    with pytest.raises(Refused, match=says):
        take("consolidate", other, staff["ida"], {"other_case": lead.number})


def test_another_physician_or_a_case_under_review_is_not_taken_in(case_in, staff) -> None:
    lead, other, late = case_in("assigned", 3), case_in("eligible", 4), case_in("in_review", 5)
    _same_dispute(lead, other)
    _same_dispute(lead, late)
    other.parties.filter(role="requesting_physician").update(name="Dr. Quite Different")

    with pytest.raises(Refused, match="another requesting physician"):
        take("consolidate", other, staff["ida"], {"other_case": lead.number})
    other.parties.filter(role="requesting_physician").update(name="Dr. Imagined Treater")
    with pytest.raises(Refused, match="still awaits its review"):
        take("consolidate", other, staff["ida"], {"other_case": late.number})


def test_a_conversion_replaces_the_clocks(case_in, as_user) -> None:
    case = case_in("assigned")
    assert "records" in {line.clock for line in clocks(case)}

    _post(as_user("carl"), case, "convert_to_expedited", certification="Signed by the physician.")

    case = Case.objects.get(pk=case.pk)
    left = {line.clock for line in clocks(case)}
    assert (case.priority, case.circumstances["expedited_certified"]) == ("expedited", True)
    assert {"records_expedited", "determination_expedited"} <= left
    assert not {"records", "determination"} & left
    assert case.letters.filter(kind="conversion").count() == 4


def test_the_list_shows_what_waits(case_in, as_user, django_assert_max_num_queries) -> None:
    waiting, done = case_in("screening", 3), case_in("eligible", 4)
    client = as_user("ida")

    with django_assert_max_num_queries(8):
        page = client.get("/screenings/").content.decode()

    assert waiting.number in page
    assert done.number not in page


def test_the_screening_page_is_bounded(case_in, as_user, django_assert_max_num_queries) -> None:
    case = case_in("screening", 3)
    for number in range(20, 24):
        _same_dispute(case, case_in("screening", number))
    client = as_user("ida")

    with django_assert_max_num_queries(40):
        page = client.get(f"/cases/{case.number}/screening/").content.decode()
    assert page.count("This case beside") >= 4

"""Accepting with open eyes, and eligibility in part: one treatment ends, the others are reviewed."""

from __future__ import annotations

import pytest

from openimr.office import issuing
from openimr.office.models import Case, Event, Item
from openimr.office.screening import answer, screened
from openimr.office.workflow import Refused, steps_for, take


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def post(client, case, step: str, **given):
    return client.post(f"{case.get_absolute_url()}screening/{step}/", given, follow=True)


END = {
    "item": "0",
    "ground": "PREVIOUSLY_DECIDED",
    "item_reason": "Decided in CM26-9000001 on May 4, 2026.",
    "confirmed": "yes",
}


@pytest.fixture
def two(case_in) -> Case:
    """A case in screening with two treatments in dispute."""
    case = case_in("screening")
    case.items.exclude(position=0).delete()
    Item.objects.create(case=case, position=1, request="Naproxen 500 mg, 60 tablets")
    return case


# ---- no way past an open ground ------------------------------------------------------------------


@pytest.mark.parametrize("way", ["steps/accept/", "after/accept/", "screening/accept/"])
@pytest.mark.parametrize("name", ["ida", "carl"])
def test_no_address_accepts_past_an_open_ground(case_in, as_user, staff, way, name) -> None:
    case = case_in("screening")
    answer(case, {"signed": "", "ur_attached": ""}, staff["ida"])

    as_user(name).post(f"{case.get_absolute_url()}{way}", {"open_seen": "1", "open_grounds": "X"})

    assert now(case).state == "screening"


def test_the_workflow_itself_refuses(case_in, staff) -> None:
    case = case_in("screening")
    answer(case, {"signed": "", "ur_attached": ""}, staff["ida"])
    open_ones = [one.ground.code for one in screened(now(case)).unsettled]

    with pytest.raises(Refused, match="Grounds are still open"):
        take("accept", case, staff["ida"])
    with pytest.raises(Refused, match="1 left"):
        take("accept", case, staff["ida"], {"open_grounds": open_ones[1:]})
    take("accept", case, staff["ida"], {"open_grounds": open_ones})

    told = Event.objects.get(case=case, action="screening.open_acknowledged").detail
    assert told["grounds"] == sorted(open_ones)


def test_what_was_acknowledged_does_not_cover_a_ground_that_opens_later(case_in, staff) -> None:
    case = case_in("screening")
    before = [one.ground.code for one in screened(case).unsettled]
    answer(case, {"signed": ""}, staff["ida"])

    with pytest.raises(Refused, match="bears no signature"):
        take("accept", case, staff["ida"], {"open_grounds": before})


# ---- eligible in part ----------------------------------------------------------------------------


def test_one_treatment_ends_and_the_other_is_reviewed(two, as_user, staff) -> None:
    client = as_user("ida")
    page = post(client, two, "end_item", **END).content.decode()

    ended = two.items.get(position=0)
    assert "Not eligible: The same treatment was already decided." in page
    assert (ended.state, ended.ground) == ("not_eligible", "PREVIOUSLY_DECIDED")
    case = take("accept", now(two), staff["ida"])
    letters = list(case.letters.filter(kind="eligible_in_part"))
    assert {one.recipient_role for one in letters} == {
        "claims_administrator", "employee", "employee_attorney", "requesting_physician",
    }  # fmt: skip
    for one in letters:
        reviewed, refused = one.text.split("## Treatment that is not eligible")
        assert "Naproxen" in reviewed
        assert ended.request in refused
        assert "Decided in CM26-9000001" in refused
        assert "Workers' Compensation Appeals Board" in refused


def test_an_application_that_is_eligible_as_a_whole_gets_no_such_letter(two, staff) -> None:
    case = take("accept", two, staff["ida"], {"open_grounds": _open(two)})

    assert not case.letters.exists()


def _open(case: Case) -> list[str]:
    return [one.ground.code for one in screened(case).unsettled]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"confirmed": ""}, "needs: confirmed"),
        ({"item_reason": " "}, "needs: item_reason"),
        ({"ground": "UNSIGNED"}, "can hold of one treatment alone"),
        ({"ground": "NOBODY"}, "can hold of one treatment alone"),
        ({"item": "7"}, "not in dispute"),
        ({"item": "²"}, "not in dispute"),
        ({"item": "-1"}, "not in dispute"),
        ({"item": ""}, "needs: item"),
    ],
)
def test_what_is_not_confirmed_or_not_of_one_treatment_is_refused(two, as_user, change, says):
    page = post(as_user("ida"), two, "end_item", **{**END, **change}).content.decode()

    assert says in page
    assert not two.items.filter(state="not_eligible").exists()


def test_the_last_treatment_is_not_ended_but_the_application_refused(two, staff) -> None:
    case = take("end_item", two, staff["ida"], END)

    with pytest.raises(Refused, match="only treatment in dispute"):
        take("end_item", case, staff["ida"], {**END, "item": "1"})
    Item.objects.filter(case=case).update(state="not_eligible")
    with pytest.raises(Refused, match="No treatment is in dispute"):
        take("accept", case, staff["ida"], {"open_grounds": _open(case)})


def test_a_treatment_is_taken_in_again_before_the_application_is_accepted(two, as_user, staff):
    post(as_user("ida"), two, "end_item", **END)
    post(as_user("ida"), two, "restore_item", item="0")

    assert two.items.get(position=0).state == "disputed"
    assert not two.items.get(position=0).ground_says
    case = take("accept", now(two), staff["ida"], {"open_grounds": _open(two)})
    assert "end_item" not in {line.id for line, _ in steps_for(case, staff["ida"])}


def test_only_intake_ends_a_treatment_and_only_where_the_case_was_not_changed(two, as_user):
    assert "not open to your role" in post(as_user("carl"), two, "end_item", **END).content.decode()
    stale = post(as_user("ida"), two, "end_item", version=two.version + 1, **END)

    assert "Someone else has changed" in stale.content.decode()
    assert not two.items.filter(state="not_eligible").exists()


def test_what_ended_is_neither_decided_nor_forgotten(two, staff, as_user) -> None:
    from openimr.office.demo_paths import bring_on

    take("end_item", two, staff["ida"], END)
    case = bring_on(now(two), "issued", staff)

    assert case.state == "issued"
    ended = case.items.get(position=0)
    assert (ended.state, ended.decision) == ("not_eligible", "")
    made = issuing.read_issued(case.issued.get())
    assert [one.request for one in made.items] == ["Naproxen 500 mg, 60 tablets"]
    for letter in case.letters.filter(kind="determination"):
        assert "NOT PART OF THIS DETERMINATION" in letter.text
        assert "Decided in CM26-9000001" in letter.text
    assert (
        "Decided in CM26-9000001" in as_user("carl").get(case.get_absolute_url()).content.decode()
    )

"""Choosing reviewers: candidates, clearances, panels and their vote."""

from __future__ import annotations

import pytest

from openimr.office import matching, opinions
from openimr.office.attesting import attest
from openimr.office.models import Case, Event, Opinion, PanelApproval
from openimr.office.summaries import summary_of
from openimr.office.workflow import Refused, take


def _uncertain(user, **changes) -> None:
    profile = user.reviewer_profile
    profile.entry = {**profile.entry, **changes}
    profile.save()


def _approve(case, staff, reviewers: int) -> None:
    PanelApproval.objects.create(
        case=case,
        reviewers=reviewers,
        approved_on="2026-01-02",
        reference="INV-1",
        finding="Two fields of medicine.",
        entered_by=staff["carl"],
    )


def _sign(case: Case, user, decision: str, rationale: str = "The record shows it.") -> None:
    """What a reviewer does at the desk: take, decide every item so, sign, hand in."""
    take("accept_review", case, user, {"conflict_statement": "invented"})
    assignment = case.assignments.get(reviewer=user)
    for item in case.items.all():
        Opinion.objects.create(
            assignment=assignment, item=item, decision=decision, rationale=rationale
        )
    opinions.save(summary_of(assignment), 0, opinions.Told("The condition of the employee."))
    attest(assignment)
    take("submit_opinion", Case.objects.get(pk=case.pk), user)


def test_candidates_come_with_their_reasons(case_in, as_user) -> None:
    page = as_user("carl").get(f"{case_in('records_complete').get_absolute_url()}assign/")

    assert "cases open" in page.content.decode()
    assert "Offer the case" in page.content.decode()


def test_an_offer_is_made_from_the_page(case_in, as_user) -> None:
    case = case_in("records_complete")
    able = next(one for one in matching.candidates(case) if one.eligible)

    as_user("carl").post(f"{case.get_absolute_url()}assign/", {"reviewer": [able.reviewer]})

    assignment = case.assignments.get()
    assert assignment.reviewer.username == able.reviewer
    assert assignment.match["rank"] == 1
    assert Case.objects.get(pk=case.pk).state == "reviewer_selected"


def test_what_is_uncertain_can_be_cleared_with_a_reason(case_in, staff) -> None:
    case = case_in("records_complete")
    name = next(one.reviewer for one in matching.candidates(case) if one.eligible)
    _uncertain(staff[name], disciplined=None)
    assert "not told in the register" in (matching.why_not(case, name) or "")

    with pytest.raises(Refused, match="Say what you found out"):
        matching.clear(case, name, staff["carl"], " ")
    matching.clear(case, name, staff["carl"], "The board's register shows no discipline.")

    assert matching.why_not(case, name) is None
    entry = Event.objects.get(action="case.clear_reviewer")
    assert entry.detail == {"reviewer": name, "rules": ["good_standing"]}


def test_what_is_certain_is_never_cleared(case_in, staff) -> None:
    case = case_in("records_complete")
    _uncertain(staff["rita"], disciplined=True)

    with pytest.raises(Refused, match="Nothing about this reviewer"):
        matching.clear(case, "rita", staff["carl"], "It was long ago.")


def test_a_clearance_covers_only_what_it_was_given_for(case_in, staff) -> None:
    case = case_in("records_complete")
    name = next(one.reviewer for one in matching.candidates(case) if one.eligible)
    _uncertain(staff[name], disciplined=None)
    matching.clear(case, name, staff["carl"], "Asked the board.")
    _uncertain(staff[name], weekly_hours=None)

    assert "hours" in (matching.why_not(case, name) or "")


@pytest.fixture
def panel_case(case_in, staff) -> Case:
    """A case whose every invented reviewer may sit on it."""
    case = case_in("records_complete")
    for name in ("rita", "ravi", "rosa"):
        specialties = {
            one["specialty"]
            for other in ("rita", "ravi", "rosa")
            for one in staff[other].reviewer_profile.entry["certifications"]
        }
        _uncertain(staff[name], certifications=[{"specialty": one} for one in sorted(specialties)])
    return case


def test_a_second_reviewer_needs_the_directors_approval(panel_case, staff) -> None:
    with pytest.raises(Refused, match="written approval"):
        take("select_reviewer", panel_case, staff["carl"], {"reviewer": ["rita", "ravi"]})

    _approve(panel_case, staff, 2)
    with pytest.raises(Refused, match="approval is for 2"):
        take("select_reviewer", panel_case, staff["carl"], {"reviewer": ["rita", "ravi", "rosa"]})
    case = take("select_reviewer", panel_case, staff["carl"], {"reviewer": ["rita", "ravi"]})

    assert case.assignments.filter(state="offered").count() == 2


@pytest.mark.parametrize(
    ("votes", "decision"),
    [
        (("Upheld", "Overturned"), "Overturned"),  # an even split: in favor of the treatment
        (("Upheld", "Upheld"), "Upheld"),
        (("Upheld", "Overturned", "Upheld"), "Upheld"),
        (("Upheld", "Overturned", "Overturned"), "Overturned"),
    ],
)
def test_a_panel_decides_when_the_last_has_handed_in(panel_case, staff, votes, decision) -> None:
    from openimr.office import quality
    from openimr.office.issuing import read_issued

    names = ("rita", "ravi", "rosa")[: len(votes)]
    _approve(panel_case, staff, len(votes))
    case = take("select_reviewer", panel_case, staff["carl"], {"reviewer": list(names)})
    for place, (name, vote) in enumerate(zip(names, votes, strict=True), 1):
        _sign(case, staff[name], vote, f"Reasons of {place}.")
        case.refresh_from_db()
        assert case.state == ("quality" if place == len(votes) else "in_review")

    answers = {one.id: "yes" for one in quality.checklist()}
    case = quality.pass_review(case, staff["quinn"], answers, "", None)
    case = take("issue", case, staff["carl"])

    item = case.items.first()
    assert item.decision == decision
    told = read_issued(case.issued.get()).items[0].rationale
    assert all(f"Reasons of {place}." in told for place in range(1, len(votes) + 1))


def test_another_reviewer_takes_the_place_of_one_who_declines(panel_case, staff) -> None:
    _approve(panel_case, staff, 2)
    case = take("select_reviewer", panel_case, staff["carl"], {"reviewer": ["rita", "ravi"]})
    take("accept_review", case, staff["rita"], {"conflict_statement": "invented"})
    take("decline_review", case, staff["ravi"], {"reason": "away"})
    case.refresh_from_db()
    assert case.state == "in_review"

    case = take("add_reviewer", case, staff["carl"], {"reviewer": "rosa"})

    assert case.state == "in_review"
    assert case.assignments.filter(state__in=("offered", "accepted")).count() == 2


def test_a_case_is_taken_back_from_a_reviewer_who_is_silent(case_in, staff) -> None:
    case = case_in("in_review")
    name = case.assignments.get().reviewer.username

    case = take("remove_reviewer", case, staff["carl"], {"reviewer": name, "reason": "no answer"})

    assert case.state == "records_complete"
    assert not staff[name].has_perm("case.see", case)


def test_an_approval_is_entered_on_the_page(case_in, as_user) -> None:
    case = case_in("records_complete")
    url = f"{case.get_absolute_url()}assign/panel/"
    given = {"reviewers": "2", "approved_on": "2026-01-02", "reference": "A-1", "finding": "Two."}

    wrong = as_user("carl").post(url, {**given, "approved_on": "soon"}, follow=True)
    as_user("carl").post(url, given)

    assert "Give the day of the approval" in wrong.content.decode()
    assert case.panel_approvals.get().reviewers == 2

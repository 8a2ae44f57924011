"""Invented people and cases in every state, for demonstrations and tests.

Nothing here is about a person who exists: the cases come from :mod:`openimr.archive.sample`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from openimr.archive.sample import sampled
from openimr.office import audit, effects, opinions  # noqa: F401 - effects register themselves
from openimr.office.attesting import attest
from openimr.office.drafts import draft
from openimr.office.duplicates import fold
from openimr.office.files import keep
from openimr.office.models import (
    Case,
    Document,
    Item,
    Opinion,
    Page,
    Party,
    QualityCheck,
    ReviewerProfile,
    Role,
    User,
)
from openimr.office.screening import screened
from openimr.office.summaries import prefilled, summary_of
from openimr.office.workflow import refresh_due, table, take

PASSWORD = "openimr-demo"
PEOPLE = (
    ("ida", "Ida", "Intake", Role.INTAKE),
    ("carl", "Carl", "Manager", Role.CASE_MANAGER),
    ("clara", "Clara", "Manager", Role.CASE_MANAGER),
    ("rita", "Rita", "Reviewer", Role.REVIEWER),
    ("ravi", "Ravi", "Reviewer", Role.REVIEWER),
    ("rosa", "Rosa", "Reviewer", Role.REVIEWER),
    ("quinn", "Quinn", "Quality", Role.QUALITY),
    ("mona", "Mona", "Director", Role.MEDICAL_DIRECTOR),
    ("adam", "Adam", "Administrator", Role.ADMINISTRATOR),
)
_FIRST = [
    "Alma",
    "Boris",
    "Carmen",
    "Dario",
    "Elsa",
    "Felix",
    "Greta",
    "Hugo",
    "Irma",
    "Jonas",
    "Karla",
    "Leon",
    "Mara",
    "Nils",
    "Olga",
    "Pablo",
]
_LAST = [
    "Ashby",
    "Brindle",
    "Corwell",
    "Dunmore",
    "Eastley",
    "Fenwick",
    "Garrow",
    "Holme",
    "Ibsley",
    "Jorvik",
    "Kestrel",
    "Lorne",
]
_SPECIALTIES = {
    "rita": ("Physical Medicine & Rehabilitation", "Pain Medicine"),
    "ravi": ("Orthopedic Surgery", "Physical Medicine & Rehabilitation"),
    "rosa": ("Occupational Medicine", "Pain Medicine"),
}
# How each state is reached: the steps in order, and who takes them.
_TO_REVIEW = (
    ("start_screening", "ida"),
    ("accept", "ida"),
    ("assign", "ida"),
    ("complete_records", "carl"),
    ("select_reviewer", "carl"),
    ("accept_review", "rita"),
)
PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "received": (),
    "screening": _TO_REVIEW[:1],
    "information_requested": (*_TO_REVIEW[:1], ("ask_for_information", "ida")),
    "eligible": _TO_REVIEW[:2],
    "assigned": _TO_REVIEW[:3],
    "records_late": (*_TO_REVIEW[:3], ("records_window_missed", "carl")),
    "records_complete": _TO_REVIEW[:4],
    "reviewer_selected": _TO_REVIEW[:5],
    "in_review": _TO_REVIEW,
    "reviewer_information": (*_TO_REVIEW, ("reviewer_asks", "rita")),
    "quality": (*_TO_REVIEW, ("decide", "rita"), ("submit_opinion", "rita")),
    "deferred": (*_TO_REVIEW[:1], ("liability", "ida"), ("defer", "ida")),
    "ineligible": (*_TO_REVIEW[:1], ("unsigned", "ida"), ("refuse", "ida")),
    "withdrawn": (*_TO_REVIEW[:3], ("withdraw", "carl")),
    "terminated": (*_TO_REVIEW[:4], ("terminate", "carl")),
}
PATHS["ready_to_issue"] = (*PATHS["quality"], ("check", "quinn"), ("pass_quality", "quinn"))
PATHS["issued"] = (*PATHS["ready_to_issue"], ("issue", "carl"))
PATHS["implementing"] = (*PATHS["issued"], ("start_implementation", "carl"))
PATHS["implemented"] = (*PATHS["implementing"], ("implemented", "carl"))
PATHS["appealed"] = (*PATHS["issued"], ("appeal", "carl"))
PATHS["upheld_final"] = (*PATHS["appealed"], ("appeal_denied", "carl"))
PATHS["remanded"] = (*PATHS["appealed"], ("remand", "carl"))


def people() -> dict[str, User]:
    """Make the invented staff, where they are not there yet; the reviewers with their entries."""
    found = {}
    for username, first, last, role in PEOPLE:
        user, made = User.objects.get_or_create(
            username=username,
            defaults={"first_name": first, "last_name": f"{last} (invented)", "role": role},
        )
        if made:
            user.set_password(PASSWORD)
            user.save()
        found[username] = user
        if role == Role.REVIEWER:
            ReviewerProfile.objects.get_or_create(
                user=user, defaults={"entry": _entry(user, _SPECIALTIES[username])}
            )
    return found


def _entry(user: User, specialties: tuple[str, ...]) -> dict[str, object]:
    return {
        "id": user.username,
        "name": user.shown_name,
        "profession": "MD",
        "licences": [
            {"state": "CA", "number": f"INVENTED-{user.username}", "expires": "2040-01-01"}
        ],
        "certifications": [{"specialty": name, "until": "2040-01-01"} for name in specialties],
        "practice_since": "2005-07-01",
        "weekly_hours": 30,
        "disciplined": False,
        "discipline_pending": False,
        "qualified_medical_evaluator": False,
        "most_open_cases": 400,
    }


def application(number: int, staff: dict[str, User], *, days_ago: int = 20) -> Case:
    """One invented application with parties, items and two documents."""
    letter = sampled(number, seed=9)
    told = letter.determination
    received = timezone.now() - timedelta(days=days_ago)
    served = received - timedelta(days=12)
    year = received.year % 100
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
    case = Case.objects.create(
        number=f"CM{year:02}-9{number:06d}",
        state="received",
        priority="expedited" if number % 11 == 0 else "regular",
        employee_first_name=first,
        employee_last_name=last,
        employee_born=received.date() - timedelta(days=365 * (30 + number % 30)),
        employee_address=f"{100 + number} Invented Street, Nowhere, CA 90000",
        date_of_injury=received.date() - timedelta(days=400 + number % 300),
        claim_number=f"INV-{number:06d}",
        received_at=received,
        manager=staff["carl"] if number % 2 else staff["clara"],
        events={
            "ur_decided": (served - timedelta(days=1)).isoformat(timespec="minutes"),
            "ur_served": served.isoformat(timespec="minutes"),
            "imr_form_given": served.isoformat(timespec="minutes"),
            "application_received": received.isoformat(timespec="minutes"),
        },
        circumstances={
            "signed": True,
            "form": "dwc_imr",
            "ur_attached": True,
            "ur_outcome": "denied",
            "ur_untimely": False,
            "necessity_in_issue": True,
            "earlier_application": False,
            "previously_decided": False,
            "liability_disputed": False,
            "requester": "employee",
            "ur_service": "electronic",
            "records_channel": "electronic",
        },
    )
    for role, name, specialty in (
        ("employer", "Invented Freight Works", ""),
        ("claims_administrator", "Invented Claims Services", ""),
        ("requesting_physician", "Dr. Imagined Treater", "Physical Medicine & Rehabilitation"),
        ("employee_attorney", "Invented & Imagined LLP", ""),
    ):
        Party.objects.create(case=case, role=role, name=name, specialty=specialty)
    for position, item in enumerate(told.items):
        Item.objects.create(
            case=case,
            position=position,
            request=item.request,
            ur_decision="modified" if item.remainder else "denied",
            ur_guideline=item.ur_guideline or "",
            original=item.original or "",
            authorized=item.authorized or "",
            remainder=item.remainder or "",
        )
    _document(case, "Progress report", "progress_report", told.summary or "", staff["ida"])
    _document(
        case,
        "Utilization review decision",
        "utilization_review",
        "The requests were not certified. " + " ".join(i.request for i in told.items),
        staff["ida"],
    )
    refresh_due(case)
    case.save()
    audit.record("case.received", staff["ida"], case)
    return case


def _document(case: Case, name: str, kind: str, text: str, user: User) -> None:
    data = text.encode()
    document = Document.objects.create(
        case=case,
        name=f"{name} (invented).txt",
        kind=kind,
        author="Dr. Imagined Treater",
        dated=case.received_at.date() - timedelta(days=20),
        file=keep(data),
        media_type="text/plain",
        size=len(data),
        page_count=1,
        pages_read=1,
        status="ready",
        confirmed=True,
        uploaded_by=user,
    )
    Page.objects.create(
        document=document,
        number=1,
        text=text,
        text_hash=fold(text),
    )


def bring(case: Case, state: str, staff: dict[str, User]) -> Case:
    """Take a case along its path to a state, a step a day as far as days have passed."""
    return _along(case, PATHS[state], staff)


def bring_on(case: Case, state: str, staff: dict[str, User]) -> Case:
    """The same from the state in which the case is now, which lies on that path."""
    return _along(case, PATHS[state][len(PATHS[case.state]) :], staff)


def _along(case: Case, path: Sequence[tuple[str, str]], staff: dict[str, User]) -> Case:
    moment = case.received_at
    for step, name in path:
        moment = min(moment + timedelta(hours=30), timezone.now())
        case = _walk(case, step, staff[name], moment)
    return case


def _walk(case: Case, step: str, user: User, moment: datetime) -> Case:
    if step in _AT_THE_DESK:
        _AT_THE_DESK[step](case, user)
        return Case.objects.get(pk=case.pk)
    given: dict[str, object] = {
        "question": "Please send the operative report.",
        "party": "requesting_physician",
        "reason": "invented",
        "comment": "invented",
        "conflict_statement": "invented",
        "answer": "invented",
        "certification": "invented",
        "reasons": ["UNSIGNED" if step == "refuse" else "LIABILITY_DEFERRED"],
    }
    if step == "accept":
        given["open_grounds"] = [one.ground.code for one in screened(case).unsettled]
    if step == "complete_records":
        draft(case)
    if step == "select_reviewer":
        given["reviewer"] = _reviewer(case)
    if step in ("accept_review", "reviewer_asks", "submit_opinion"):
        assigned = case.assignments.order_by("-id").first()
        user = assigned.reviewer if assigned else user
    return take(step, case, user, given, at=moment)


def _reviewer(case: Case) -> str:
    from openimr.office.matching import candidates

    able = [one.reviewer for one in candidates(case) if one.eligible]
    return able[0] if able else "rita"


def _decide(case: Case, _: User) -> None:
    assignment = case.assignments.get(state="accepted", round=case.remand_count)
    if not prefilled(assignment).text:
        opinions.save(summary_of(assignment), 0, opinions.Told("Invented clinical summary."))
    from openimr.citations import cite
    from openimr.office.drafts import latest_review
    from openimr.office.proposals import readable

    review = latest_review(case)
    for item in case.items.filter(state="disputed"):
        proposed = review.items[item.position] if review else None
        Opinion.objects.update_or_create(
            assignment=assignment,
            item=item,
            defaults={
                "decision": (proposed.proposed_decision if proposed else None) or "Upheld",
                "rationale": readable(proposed.rationale, case.documents.all())
                if proposed and proposed.rationale
                else "Invented rationale.",
                "guideline": cite(proposed.guidelines, "house")
                if proposed and proposed.guidelines
                else "MTUS",
                "version": 1,
            },
        )
    attest(assignment)


def _check(case: Case, user: User) -> None:
    QualityCheck.objects.create(
        case=case, checker=user, outcome="passed", answers={}, round=case.remand_count
    )


def _set(name: str, value: object):  # type: ignore[no-untyped-def]
    def change(case: Case, _: User) -> None:
        held = Case.objects.get(pk=case.pk)
        held.circumstances = {**held.circumstances, name: value}
        held.save()

    return change


_AT_THE_DESK = {
    "decide": _decide,
    "check": _check,
    "liability": _set("liability_disputed", True),
    "unsigned": _set("signed", False),
}


def cases(count: int, staff: dict[str, User]) -> Iterator[Case]:
    """So many cases, over every state in turn."""
    states = list(PATHS)
    for number in range(1, count + 1):
        state = states[number % len(states)]
        with transaction.atomic():
            case = application(number, staff, days_ago=15 + number % 20)
            try:
                yield bring(case, state, staff)
            except Exception as error:
                # An invented case may not fit its state (nothing overturned); it stays where it is.
                if type(error).__name__ != "Refused":
                    raise
                yield Case.objects.get(pk=case.pk)


def covered() -> set[str]:
    """States that some path reaches."""
    return set(PATHS) & set(table().states)

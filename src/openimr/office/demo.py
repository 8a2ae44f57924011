"""Invented people and cases in every state, for demonstrations and tests.

Nothing here is about a person who exists: the cases come from :mod:`openimr.archive.sample`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from openimr.archive.sample import sampled
from openimr.office import audit
from openimr.office.demo_paths import PATHS, bring
from openimr.office.duplicates import fold
from openimr.office.files import keep
from openimr.office.models import Case, Document, Item, Page, Party, ReviewerProfile, Role, User
from openimr.office.workflow import refresh_due

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
    """One invented application with parties, items and two documents, whose days agree."""
    received = timezone.now() - timedelta(days=days_ago)
    letter = sampled(number, seed=9, received=timezone.localtime(received).date())
    told, days, label = letter.determination, letter.dates, letter.label
    decided = _noon(days["denied"])
    # Whatever the day of the decision, the application comes in time after its service.
    served = max(decided, received - timedelta(days=20))
    year = received.year % 100
    names = _FIRST[0::2] if label["sex"] == "female" else _FIRST[1::2]
    first, last = names[number % len(names)], _LAST[number // len(names) % len(_LAST)]
    case = Case.objects.create(
        number=f"CM{year:02}-9{number:06d}",
        state="received",
        priority="expedited" if number % 11 == 0 else "regular",
        employee_first_name=first,
        employee_last_name=last,
        employee_born=days["received"] - timedelta(days=int(365.25 * label["age"]) + 120),
        employee_address=f"{100 + number} Invented Street, Nowhere, CA 90000",
        date_of_injury=days["doi"],
        claim_number=f"INV-{number:06d}",
        received_at=received,
        manager=staff["carl"] if number % 2 else staff["clara"],
        events={
            "ur_decided": decided.isoformat(timespec="minutes"),
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
            requested_on=days["rfa"],
        )
    report = told.summary or ""
    _document(case, "Progress report", "progress_report", report, days["visit"], staff["ida"])
    refused = "The requests were not certified. " + " ".join(i.request for i in told.items)
    name, kind = "Utilization review decision", "utilization_review"
    _document(case, name, kind, refused, days["denied"], staff["ida"])
    refresh_due(case)
    case.save()
    audit.record("case.received", staff["ida"], case)
    return case


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _document(case: Case, name: str, kind: str, text: str, dated: date, user: User) -> None:
    data = text.encode()
    document = Document.objects.create(
        case=case,
        name=f"{name} (invented).txt",
        kind=kind,
        author="" if kind == "utilization_review" else "Dr. Imagined Treater",
        dated=dated,
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

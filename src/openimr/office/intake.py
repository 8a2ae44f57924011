"""Intake: from the filled form to a case; candidates for duplicates and for consolidation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from rapidfuzz import fuzz

from openimr.model import Value
from openimr.office import audit
from openimr.office.application import FormField, application
from openimr.office.listing import reads
from openimr.office.models import ApplicationDraft, Case, Document, Item, Note, Party, User
from openimr.office.workflow import refresh_due
from openimr.panel.names import LIKENESS, likeness

FIRST_NUMBER = 9_000_001
"""Numbers of this office begin with 9, which no published case has."""

REQUEST_LIKENESS = 80.0
"""Percent of likeness from which two requests are shown as the same."""

_LOOKED_AT = 300
_CONSOLIDATED = 50
_LOCK = 7_205_002
"""Advisory lock of PostgreSQL under which case numbers are given; SQLite writes one at a time."""
_PARTY_ROLES = ("employer", "claims_administrator", "requesting_physician", "employee_attorney")


def next_number(day: date) -> str:
    """The next free case number of a year; called within the transaction that makes the case.

    Two that are made at once wait for each other, until the first is entered.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    start = f"CM{day.year % 100:02}-"
    last = (
        Case.objects.filter(number__startswith=f"{start}9", number__regex=rf"^{start}\d{{7}}$")
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{start}{int(last.removeprefix(start)) + 1 if last else FIRST_NUMBER}"


@transaction.atomic
def receive(
    told: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    user: User,
    draft: ApplicationDraft | None = None,
) -> Case:
    """Make the case of a checked form, with its parties, items, events and log entry.

    Args:
        told: the fields of :class:`ApplicationForm` after its check.
        items: those of each :class:`ItemForm`.
        user: who entered it.
        draft: is used up; the form that was uploaded with it becomes the first document.
    """
    rows = {row.name: row for row in application().fields}
    case = Case(
        number=next_number(told["received_on"]),
        program=settings.PROGRAM,
        state="received",
        received_at=_moment(told["received_on"]),
    )
    parties: dict[str, dict[str, str]] = {}
    for name, row in rows.items():
        _fill(case, parties, row, told.get(name))
    physician = " ".join(filter(None, (told.get("physician_first"), told.get("physician_last"))))
    parties.setdefault("requesting_physician", {})["name"] = physician
    refresh_due(case)
    case.save(force_insert=True)
    _add_parties(case, parties)
    _add_items(case, items)
    if reason := told.get("liability_reason"):
        Note.objects.create(case=case, author=user, text=f"Liability dispute: {reason}"[:4000])
    if draft is not None:
        _take_over(case, draft, user)
    audit.record("case.received", user, case, channel=told["received_by"], items=len(items))
    return case


def _moment(day: date) -> datetime:
    """Now for today, else noon: the form tells no time of day."""
    now = timezone.localtime()
    if day == now.date():
        return now
    return timezone.make_aware(datetime.combine(day, time(12)))


def _fill(case: Case, parties: dict[str, dict[str, str]], row: FormField, value: Any) -> None:
    if value in (None, ""):
        return
    where, _, name = row.to.partition(".")
    if where == "case":
        setattr(case, name, value)
    elif where == "event":
        case.events[name] = value.isoformat()
    elif where == "circumstance":
        case.circumstances[name] = value == "yes" if row.kind == "yes_no" else value
    elif where == "party":
        role, _, field = name.partition(".")
        parties.setdefault(role, {})[field] = value


def _add_parties(case: Case, parties: dict[str, dict[str, str]]) -> None:
    for role in _PARTY_ROLES:
        fields = parties.get(role, {})
        if name := fields.get("name") or fields.get("contact"):
            Party.objects.create(case=case, role=role, **{**fields, "name": name})


def _add_items(case: Case, items: Sequence[Mapping[str, Any]]) -> None:
    for position, told in enumerate(items):
        modified = told["ur_decision"] == "modified"
        Item.objects.create(
            case=case,
            position=position,
            request=told["request"],
            ur_decision=told["ur_decision"],
            original=(told["original"] or told["request"]) if modified else "",
            authorized=told["authorized"] if modified else "",
            remainder=told["remainder"] if modified else "",
            procedure_code=told["procedure_code"],
            requested_on=told["requested_on"],
            ur_guideline=told["ur_guideline"],
        )


def _take_over(case: Case, draft: ApplicationDraft, user: User) -> None:
    from openimr.office.jobs import read_document

    if draft.file:
        document = Document.objects.create(
            case=case,
            name="Application as received.pdf",
            kind="other",
            dated=case.received_at.date(),
            file=draft.file,
            media_type="application/pdf",
            size=draft.size,
            confirmed=True,
            uploaded_by=user,
        )
        read_document.enqueue(document.pk)
    draft.delete()


class Candidate(Value, frozen=True, kw_only=True):
    """Another case that may be about the same dispute, and what speaks for it."""

    case: Any
    reasons: tuple[str, ...]
    pairs: tuple[tuple[str, str, int], ...]
    weight: float


def duplicates(case: Case, most: int = 8) -> list[Candidate]:
    """Cases that may be the same application, the likeliest first; a person decides.

    The same employee (by a name that is alike) and the same injury or claim; or the same claim
    number under another name. Requests are compared as words.
    """
    near = reads("employee_last_name", case.employee_last_name)
    near &= Q(employee_first_name__istartswith=case.employee_first_name[:1])
    if case.claim_number:
        near |= reads("claim_number", case.claim_number)
    if case.date_of_injury:
        near |= Q(date_of_injury=case.date_of_injury)
    looked_at = (
        Case.objects.filter(near)
        .exclude(pk=case.pk)
        .exclude(consolidated_into=case)
        .order_by("-received_at")[:_LOOKED_AT]
    )
    alike = [other for other in looked_at if _may_be_one(case, other)]
    prefetch_related_objects(alike, "items")
    own = list(case.items.all())
    found = (_compared(case, own, other) for other in alike)
    return sorted(found, key=lambda one: -one.weight)[:most]


def _may_be_one(case: Case, other: Case) -> bool:
    """The same claim; or a name that is alike with the same injury or birth."""
    return _same(case, other, "claim_number") or (
        (_same(case, other, "date_of_injury") or _same(case, other, "employee_born"))
        and likeness(case.employee, other.employee) >= LIKENESS
    )


def _same(case: Case, other: Case, field: str) -> bool:
    """Both cases tell a field, and the same."""
    here, there = (str(getattr(one, field) or "").lower() for one in (case, other))
    return bool(here) and here == there


def _compared(case: Case, own: Sequence[Item], other: Case) -> Candidate:
    alike = likeness(case.employee, other.employee)
    pairs = same_requests(own, list(other.items.all()))
    born = _same(case, other, "employee_born")
    told = {
        f"name alike ({alike:.0f} %)": alike >= LIKENESS,
        "same claim number": _same(case, other, "claim_number"),
        "same date of injury": _same(case, other, "date_of_injury"),
        "same date of birth": born,
        f"{len(pairs)} of {len(own)} requests alike": bool(pairs),
    }
    reasons = tuple(says for says, holds in told.items() if holds)
    both_born = case.employee_born is not None and other.employee_born is not None
    against = ("but another date of birth",) if both_born and not born else ()
    weight = len(reasons) + len(pairs) - len(against)
    return Candidate(case=other, reasons=reasons + against, pairs=pairs, weight=weight)


def same_requests(own: Sequence[Item], others: Sequence[Item]) -> tuple[tuple[str, str, int], ...]:
    """Requests of both cases that read alike, with their likeness in percent."""
    found = []
    for item in own:
        scored = [
            (fuzz.token_sort_ratio(item.request.lower(), other.request.lower()), other.request)
            for other in others
        ]
        best = max(scored, default=(0.0, ""))
        if best[0] >= REQUEST_LIKENESS:
            found.append((item.request, best[1], round(best[0])))
    return tuple(found)


def physician_of(case: Case) -> str:
    """The requesting physician's name; empty where none is entered."""
    found = (one for one in case.parties.all() if one.role == "requesting_physician")
    return next((one.name for one in found), "")


def may_consolidate(case: Case, lead: Case) -> str | None:
    """Why two cases may not be decided as one; None where they may (8 CCR 9792.10.4(a))."""
    if likeness(case.employee, lead.employee) < LIKENESS:
        return f"{lead.number} is of another employee."
    if case.date_of_injury is None or case.date_of_injury != lead.date_of_injury:
        return f"{lead.number} has another date of injury."
    if likeness(physician_of(case), physician_of(lead)) < LIKENESS:
        return f"{lead.number} has another requesting physician."
    if lead.state not in LEADS:
        return f"{lead.number} is not an eligible case that still awaits its review."
    return None


LEADS = ("eligible", "assigned", "records_late", "records_complete")
"""States in which a case may take in another: found eligible, not yet with a reviewer."""


def taken_in(case: Case, lead: Case) -> None:
    """Put the items and documents of a case under the case that takes it in."""
    last = lead.items.order_by("-position").values_list("position", flat=True).first()
    start = 0 if last is None else last + 1
    for offset, item in enumerate(case.items.order_by("position")):
        item.case, item.position = lead, start + offset
        item.save(update_fields=["case", "position"])
    documents_moved(case, lead)


def documents_moved(case: Case, to: Case) -> None:
    """Put a case's documents into another's file; what that one holds already stays behind."""
    held = to.documents.values_list("file", flat=True)
    case.documents.exclude(file__in=list(held)).update(case=to)


def consolidatable(case: Case) -> list[Case]:
    """Eligible cases of the same employee, physician and injury that wait for their review."""
    if case.date_of_injury is None:
        return []
    others = (
        Case.objects.filter(date_of_injury=case.date_of_injury, state__in=LEADS)
        .exclude(pk=case.pk)
        .order_by("received_at")[:_LOOKED_AT]
    )
    alike = [one for one in others if likeness(case.employee, one.employee) >= LIKENESS]
    prefetch_related_objects(alike[:_CONSOLIDATED], "parties", "items")
    return [other for other in alike[:_CONSOLIDATED] if may_consolidate(case, other) is None]

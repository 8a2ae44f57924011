"""Issuing: the determination frozen, a letter to each recipient, the log of service, the fee."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import msgspec
import yaml
from django.conf import settings
from django.utils import timezone

from openimr.errors import InputError
from openimr.letters import Block, render, write
from openimr.letters import Letter as Composed
from openimr.model import Determination, Value
from openimr.office import audit, effects  # noqa: F401 - decides before this one prints
from openimr.office.determination import determination_of, entries_of
from openimr.office.files import keep, place
from openimr.office.models import Case, Fee, Issued, Letter, Party
from openimr.office.parts import ended_items
from openimr.office.workflow import Refused, Step, clocks, effect, matter, program
from openimr.rules.outcome import fee_on

DIRECTOR = "Administrative Director, Division of Workers' Compensation"
ALSO = ("employee_representative", "employee_attorney", "claims_attorney")
"""Representatives who get a copy besides the recipients that the law names (DET-20)."""
FEE_DAYS = 30
"""Days in which an invoice is to be paid; the schedule itself gives none."""


class Cover(Value, frozen=True, kw_only=True):
    """The words of the cover page (``cover.yaml``)."""

    title: str
    opening: str
    by_role: dict[str, str]
    appeal: str
    confidential: str
    not_reviewed: str
    service: str


class Recipient(NamedTuple):
    """Who gets a copy, and how."""

    role: str
    name: str
    address: str
    channel: str
    party: Party | None


@lru_cache(maxsize=1)
def cover_words() -> Cover:
    """The words of the cover page."""
    text = files("openimr.office").joinpath("cover.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), Cover)


def recipients(case: Case) -> list[Recipient]:
    """Everyone whom the program's law names, and the representatives of the case."""
    parties = list(case.parties.all())
    found = []
    for role in (*program(case).recipients, *ALSO):
        held = [party for party in parties if party.role == role]
        found += [
            Recipient(role, one.name, one.address, one.channel, one) for one in held if one.name
        ]
        if held:
            continue
        if role == "employee":
            address = case.employee_address
            found.append(Recipient(role, case.employee, address, "mail", None))
        elif role == "administrative_director":
            found.append(Recipient(role, DIRECTOR, "", "electronic", None))
    return found


def missing_recipients(case: Case) -> list[str]:
    """Recipients that the law names and for whom no party is entered."""
    named = {one.role for one in recipients(case)}
    return [role for role in program(case).recipients if role not in named]


def cover(case: Case, to: Recipient, everyone: Sequence[Recipient], day: date) -> Composed:
    """The cover page of one recipient, with the appeal information and the log of service."""
    words = cover_words()
    told = {"served": _said(day), "appeal_until": _said(appeal_until(case, day))}
    facts = [
        ("To:", to.name),
        ("Date:", _said(day)),
        ("Case number:", case.number),
        ("Employee:", case.employee),
        ("Claim number:", case.claim_number),
        ("Date of injury:", _said(case.date_of_injury)),
    ]
    if to.address:
        facts.insert(1, ("Address:", " ".join(to.address.split())))
    service = tuple((f"{one.name} ({_role(one.role)}), {_how(one.channel)}",) for one in everyone)
    texts = (
        words.opening,
        words.by_role.get(to.role, ""),
        words.appeal.format(**told),
        words.confidential,
    )
    return Composed(
        title=words.title,
        organization=settings.ORGANIZATION,
        running=f"{words.title} · {case.number}",
        form="F26",
        blocks=(
            Block(kind="facts", rows=tuple((a, b) for a, b in facts if b)),
            *(Block(kind="paragraph", text=" ".join(text.split())) for text in texts if text),
            *_not_reviewed(case),
            Block(kind="heading", text="SERVICE"),
            Block(kind="paragraph", text=words.service.format(**told)),
            Block(kind="numbered", rows=service),
        ),
        decided=day.isoformat(),
    )


def _not_reviewed(case: Case) -> list[Block]:
    """Treatments of the application that were not reviewed, each with its reason."""
    told = [(f"{one.remainder or one.request}: {one.ground_says}",) for one in ended_items(case)]
    if not told:
        return []
    return [
        Block(kind="heading", text="NOT PART OF THIS DETERMINATION"),
        Block(kind="paragraph", text=cover_words().not_reviewed),
        Block(kind="numbered", rows=tuple(told)),
    ]


def appeal_until(case: Case, day: date) -> date:
    """The last day of the time to petition, if the determination is served on this day."""
    held = Case(
        number=case.number,
        program=case.program,
        priority=case.priority,
        dispute=case.dispute,
        received_at=case.received_at,
        events={**case.events, "issued": day.isoformat()},
        circumstances={**case.circumstances, "issue_service": _service(recipients(case))},
    )
    held.events.pop("appealed", None)
    due = next((one.due for one in clocks(held) if one.clock == "appeal" and one.due), None)
    return timezone.localtime(due).date() if due else day + timedelta(days=30)


def preview(case: Case, to: str, day: date | None = None) -> bytes:
    """The determination exactly as it would be printed: ``text``, ``html``, ``pdf`` or ``docx``.

    Raises:
        Refused: a reviewer has not signed.
        InputError: the letter cannot carry it.
    """
    made = determination_of(case, day or timezone.localdate())
    return write(made, to, settings.ORGANIZATION)  # type: ignore[arg-type]


def issued_copy(issued: Issued, to: str) -> bytes:
    """A copy of a determination as it was issued."""
    if to == "pdf" and issued.file:
        return place(issued.file).read_bytes()
    return write(read_issued(issued), to, settings.ORGANIZATION)  # type: ignore[arg-type]


def read_issued(issued: Issued) -> Determination:
    """What was issued."""
    return msgspec.json.decode(issued.determination, type=Determination)


@effect("issue")
def _issue(step: Step, moment: datetime) -> None:
    """Freeze the determination, write the letters and enter the fee, with the step itself."""
    case, day = step.case, timezone.localtime(moment).date()
    try:
        made = determination_of(case, day)
        text = write(made, "text", settings.ORGANIZATION).decode()
    except InputError as error:
        raise Refused(f"The determination cannot be printed: {error}") from None
    content = msgspec.json.encode(made).decode()
    issued = Issued.objects.create(
        case=case,
        round=case.remand_count,
        determination=content,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        issued_at=moment,
    )
    everyone = recipients(case)
    reviewers = case.assignments.filter(round=case.remand_count, state="done")
    entries = entries_of(list(reviewers))
    case.circumstances = {
        **case.circumstances,
        "issue_service": _service(everyone),
        "two_reviewers": len(entries) > 1,
        "reviewer_is_md": all(one.profession in ("MD", "DO") for one in entries),
    }
    for one in everyone:
        page = render(cover(case, one, everyone, day), "text").decode()
        Letter.objects.create(
            case=case,
            kind="determination",
            recipient_role=one.role,
            recipient=one.party,
            recipient_name=one.name,
            address=one.address,
            channel=one.channel,
            text=f"{page}\n{text}",
            served_at=moment,
            served_by=step.user.username,
        )
    audit.record(
        "case.determination", step.user, case, content=issued.content_hash, letters=len(everyone)
    )
    enter_fee(case, day)


@effect("terminate", "withdraw")
def _ended(step: Step, moment: datetime) -> None:
    """A review that ends early costs what the schedule says for that."""
    reached = {"assigned", "records_complete"} & set(step.case.events)
    if not reached:
        return
    step.case.circumstances = {
        **step.case.circumstances,
        "ended_early": True,
        "file_with_reviewer": step.case.assignments.filter(state__in=("accepted", "done")).exists(),
    }
    enter_fee(step.case, timezone.localtime(moment).date())


def enter_fee(case: Case, day: date) -> Fee | None:
    """Enter the fee of a review that ends on a day; None where the schedule has none."""
    fee = fee_on(day, matter(case), program(case))
    if fee is None:
        return None
    return Fee.objects.create(
        case=case,
        title=fee.title,
        amount=fee.amount,
        payer_role=fee.payer,
        citation=fee.citation,
        due_on=day + timedelta(days=FEE_DAYS),
    )


def print_letters(case: Case) -> int:
    """Make the PDF of every letter of a determination that has none yet; returns how many.

    Outside the step's transaction, since printing takes long; it may be repeated at any time, as
    it prints what the step has frozen.
    """
    waiting = list(case.letters.filter(kind="determination", file="").order_by("id"))
    issued = case.issued.first()
    if not waiting or issued is None:
        return 0
    if not issued.file:
        issued.file = keep(issued_copy(issued, "pdf"))
        issued.save(update_fields=["file"])
    day = timezone.localtime(issued.issued_at).date()
    everyone = recipients(case)
    for letter in waiting:
        to = Recipient(
            letter.recipient_role,
            letter.recipient_name,
            letter.address,
            letter.channel,
            letter.recipient,
        )
        first = render(cover(case, to, everyone, day), "pdf")
        letter.file = keep(_joined(first, issued_copy(issued, "pdf")))
        letter.save(update_fields=["file"])
    return len(waiting)


def published(issued: Issued) -> str:
    """The determination without identifiers, as it may be published (Labor Code 4610.6(m))."""
    from openimr import redact

    case = issued.case
    known = {
        "employee": {"name": case.employee, "address": case.employee_address},
        "claim_number": case.claim_number,
        "parties": [{"role": one.role, "name": one.name} for one in case.parties.all()],
    }
    text = write(read_issued(issued), "text", settings.ORGANIZATION).decode()
    return redact(text, "dwc_publication", known).text


def _joined(*pdfs: bytes) -> bytes:
    import pikepdf

    out = pikepdf.Pdf.new()
    for data in pdfs:
        with pikepdf.Pdf.open(io.BytesIO(data)) as part:
            out.pages.extend(part.pages)
    out.docinfo["/Title"] = cover_words().title
    made = io.BytesIO()
    out.save(made, deterministic_id=True)
    return made.getvalue()


def _service(everyone: Sequence[Recipient]) -> str:
    """Mail, where anyone is served by mail: the longer time then runs for all."""
    return "mail" if any(one.channel == "mail" for one in everyone) else "electronic"


def _how(channel: str) -> str:
    return "by mail" if channel == "mail" else f"by {channel} service"


def _role(role: str) -> str:
    return role.replace("_", " ")


def _said(day: date | None) -> str:
    return f"{day:%B} {day.day}, {day.year}" if day else ""

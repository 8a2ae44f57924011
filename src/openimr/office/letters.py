"""Letters of the process: written with the step that calls for them, printed when asked for.

Each recipient gets his own text, kept as sent; the PDF is made from it at the first download. The
log of service is kept by :func:`serve`. No letter names a reviewer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from openimr.model import Value
from openimr.office import audit
from openimr.office.files import keep, place
from openimr.office.issuing import Recipient
from openimr.office.models import Case, Letter, User
from openimr.office.parts import ended_items
from openimr.office.workflow import Step, clocks, effect, matter, program, save, table
from openimr.rules import screen
from openimr.rules.matter import day_of

PARTIES = ("claims_administrator", "employee", "employee_attorney", "requesting_physician")
"""Who is told of every step of the process (8 CCR 9792.10.4(b))."""

CHANNELS = {"mail": "Mail", "fax": "Fax", "electronic": "Electronically", "personal": "By hand"}


class Kind(Value, frozen=True, kw_only=True):
    """A letter: its title, to whom it goes, the rules of law behind it."""

    title: str
    to: Literal["parties", "asked"]
    rules: tuple[str, ...]
    when: Literal["always", "items_ended"] = "always"


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """The letters of the process, from ``letters.yaml``."""
    text = files("openimr.office").joinpath("letters.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), dict[str, Kind])


def parties(case: Case) -> list[Recipient]:
    """Everyone who is told of the process; the employer where no claims administrator is known."""
    held = list(case.parties.all())
    present = {one.role for one in held}
    found = []
    for role in PARTIES:
        if role == "employee" and role not in present:
            address = case.employee_address
            found.append(Recipient(role, case.employee, address, "mail", None))
            continue
        wanted = "employer" if role == "claims_administrator" and role not in present else role
        found += [
            Recipient(wanted, one.name, one.address, one.channel, one)
            for one in held
            if one.role == wanted
        ]
    return found


@effect(*(line.id for line in table().transitions if set(line.letters) & set(kinds())))
def _write(step: Step, moment: datetime) -> None:
    """The letters that a line of the workflow calls for, in the transaction of the step."""
    for name in step.line.letters:
        if name in kinds() and (kinds()[name].when == "always" or ended_items(step.case)):
            write_letters(name, step, moment)


def write_letters(name: str, step: Step, moment: datetime) -> list[Letter]:
    """Write a letter of the process to each of its recipients.

    Args:
        name: the kind of ``letters.yaml``.
        step: the step that calls for it, with what was given to it.
        moment: the day that the letter bears.
    """
    kind, case = kinds()[name], step.case
    everyone = parties(case)
    asked = next((one for one in everyone if one.role == step.given.get("party")), None)
    if kind.to == "asked":
        everyone = [asked] if asked else everyone[:1]
    told = _told(step, moment) | {"title": kind.title, "everyone": everyone, "asked": asked}
    made = []
    for to in everyone:
        text = render_to_string(f"office/letters/{name}.txt", {**told, "to": to})
        made.append(
            Letter.objects.create(
                case=case,
                kind=name,
                recipient_role=to.role,
                recipient=to.party,
                recipient_name=to.name,
                address=to.address,
                channel=to.channel,
                text=_tidy(text),
            )
        )
    audit.record("letter.written", step.user, case, kind=name, letters=len(made))
    return made


def _tidy(text: str) -> str:
    """Without the gaps that template tags leave, and without signs that no font can print."""
    printable = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text)
    return re.sub(r"\n{3,}", "\n\n", printable).strip() + "\n"


def _told(step: Step, moment: datetime) -> dict[str, Any]:
    """What the templates may say: facts of the case, days, and what was given to the step."""
    case, law = step.case, program(step.case)
    known = matter(case)
    by_role = {party.role: party.name for party in case.parties.all()}
    due = {line.clock: line.due for line in clocks(case, moment)}
    chosen = set(step.given.get("reasons") or ())
    return {
        "case": case,
        "items": list((case.consolidated_into or case).items.filter(state="disputed")),
        "ended": ended_items(case),
        "day": timezone.localtime(moment).date(),
        "organization": settings.ORGANIZATION,
        "address": settings.ORGANIZATION_ADDRESS,
        "events": {name: day_of(when, law.zone) for name, when in known.events.items()},
        "physician": by_role.get("requesting_physician", ""),
        "administrator": by_role.get("claims_administrator", ""),
        "records_due": due.get("records") or due.get("records_formulary"),
        "answer_due": due.get("screening_answer"),
        "reviewer_due": due.get("reviewer_answer"),
        "appeal_due": due.get("appeal_of_refusal"),
        "reasons": [one for one in screen(known, law).reasons if one.code in chosen],
        "fee": case.fees.last(),
        "given": step.given,
    }


class Piece(Value, frozen=True, kw_only=True):
    """A part of a letter as it is shown or printed."""

    kind: Literal["heading", "facts", "list", "paragraph"]
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


def pieces(text: str) -> list[Piece]:
    """The parts of a letter's text after its title: headings, facts, lists, paragraphs."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = tuple(line.strip() for line in part.splitlines() if line.strip())
        if not lines or lines[0].startswith("# "):
            continue
        if lines[0].startswith("## "):
            found.append(Piece(kind="heading", lines=(lines[0][3:],)))
            lines = lines[1:]
        if lines and all(re.match(r"\* [^:]+: ", line) for line in lines):
            rows = tuple(tuple(line[2:].split(": ", 1)) for line in lines)
            found.append(Piece(kind="facts", rows=rows))
        elif lines and all(line.startswith("- ") for line in lines):
            found.append(Piece(kind="list", lines=tuple(line[2:] for line in lines)))
        elif lines:
            found.append(Piece(kind="paragraph", lines=lines))
    return found


def title_of(letter: Letter) -> str:
    """What a letter is called."""
    kind = kinds().get(letter.kind)
    return kind.title if kind else letter.kind.replace("_", " ").capitalize()


def pdf_of(letter: Letter) -> bytes:
    """The letter as a tagged PDF; printed at the first call, the same bytes ever after."""
    if not letter.file:
        from openimr.letters.typesetting import typeset

        template = files("openimr.office").joinpath("templates/office/letters/notice.typ")
        data: dict[str, object] = {
            "title": title_of(letter),
            "organization": settings.ORGANIZATION,
            "sender": settings.ORGANIZATION_ADDRESS,
            "running": f"{title_of(letter)} · {letter.case.number}",
            "day": timezone.localtime(letter.created_at).date().isoformat(),
            "to": [letter.recipient_name, *filter(None, letter.address.splitlines())],
            "blocks": [msgspec.to_builtins(piece) for piece in pieces(letter.text)],
        }
        letter.file = keep(typeset(template.read_text("utf-8"), data))
        letter.save(update_fields=["file"])
    return place(letter.file).read_bytes()


@transaction.atomic
def serve(
    case: Case, letters: Sequence[int], user: User, channel: str = "", on: date | None = None
) -> int:
    """Enter that letters were served: when, by whom, how; returns how many.

    What is served already stays as it is. A notice of assignment that reaches the claims
    administrator other than by mail is received on that day, which starts the time of an
    expedited review (8 CCR 9792.10.5(a)(1)).

    Args:
        case: whose letters they are.
        letters: their keys.
        user: who served them.
        channel: of ``CHANNELS``; each letter's own where empty.
        on: the day of service; the present where it is today or not given.
    """
    now = timezone.localtime()
    moment = now
    if on is not None and on != now.date():
        moment = timezone.make_aware(datetime(on.year, on.month, on.day, 12))
    waiting = list(case.letters.select_for_update().filter(pk__in=letters, served_at=None))
    for letter in waiting:
        letter.channel = channel or letter.channel
        letter.served_at, letter.served_by = moment, user.username
        letter.save(update_fields=["channel", "served_at", "served_by"])
        audit.record(
            "letter.served", user, case, letter=letter.pk, kind=letter.kind, channel=letter.channel
        )
    if any(map(_reaches_at_once, waiting)):
        held = Case.objects.select_for_update().get(pk=case.pk)
        if "assignment_received" not in held.events:
            stamp = moment.isoformat(timespec="minutes")
            held.events = {**held.events, "assignment_received": stamp}
            save(held)
    return len(waiting)


def _reaches_at_once(letter: Letter) -> bool:
    to_whom = ("claims_administrator", "employer")
    return (
        letter.kind == "assignment"
        and letter.recipient_role in to_whom
        and letter.channel != "mail"
    )

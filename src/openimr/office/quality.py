"""The second look: which reviews get a full one, the checklist, what the machine can check.

Which reviews are drawn is settled when the last reviewer hands in, from a keyed hash of the case's
number: nobody can foresee it, and anybody who holds the key can repeat it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import msgspec
import yaml
from django.conf import settings
from django.db import transaction

from openimr.model import Value
from openimr.office import audit, effects  # noqa: F401 - settles the state before the draw
from openimr.office.attesting import unattested
from openimr.office.determination import Signed, decisions_of, differ, signed_of
from openimr.office.filing import reviewed
from openimr.office.guards import rests_on_ur_alone
from openimr.office.models import Assignment, Attestation, Case, QualityCheck, User
from openimr.office.workflow import Refused, Step, effect, take

ANSWERS = ("yes", "no", "na")

REASONS = {
    "random": "drawn at random",
    "expedited": "an expedited review",
    "outcome": "an item is overturned",
    "new_reviewer": "among the reviewer's first reviews",
    "panel": "the reviewers differ",
    "returned": "was returned before",
    "remand": "a review after a remand",
}
"""Why a review gets a full second look."""


class Question(Value, frozen=True, kw_only=True):
    """A question of the checklist; ``check`` are codes of automatic checks shown beside it."""

    id: str
    says: str
    always: bool = False
    check: tuple[str, ...] = ()


class _File(Value, frozen=True, kw_only=True):
    questions: tuple[Question, ...]


class Remark(NamedTuple):
    """What an automatic check found: its code, one sentence, the item from 1 or None."""

    code: str
    says: str
    item: int | None = None


@lru_cache(maxsize=1)
def checklist() -> tuple[Question, ...]:
    """The checklist (``quality.yaml``)."""
    text = files("openimr.office").joinpath("quality.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), _File).questions


def questions_for(case: Case) -> tuple[Question, ...]:
    """The questions that this review must answer."""
    full = bool(drawn(case))
    return tuple(one for one in checklist() if full or one.always)


def drawn(case: Case) -> tuple[str, ...]:
    """Why a review gets a full second look, as keys of :data:`REASONS`; empty where it does not."""
    return tuple(_reasons(case))


def at_random(case: Case) -> bool:
    """Whether the draw fell on this review; the same answer whenever it is asked."""
    told = f"{case.number}:{case.remand_count}".encode()
    number = hmac.new(settings.SECRET_KEY.encode(), b"quality:" + told, hashlib.sha256).digest()
    return int.from_bytes(number[:8], "big") / 2**64 < settings.QUALITY_SHARE


def _reasons(case: Case) -> Iterator[str]:
    if at_random(case):
        yield "random"
    if case.priority == "expedited":
        yield "expedited"
    try:
        signed = signed_of(case)
    except Refused:
        signed = []
    if "Overturned" in decisions_of(case, signed).values():
        yield "outcome"
    if any(_is_new(one.assignment) for one in signed):
        yield "new_reviewer"
    if differ(signed):
        yield "panel"
    if case.quality_checks.filter(outcome="returned", round=case.remand_count).exists():
        yield "returned"
    if case.remand_count:
        yield "remand"


def _is_new(assignment: Assignment) -> bool:
    earlier = Assignment.objects.filter(
        reviewer=assignment.reviewer_id, state="done", id__lt=assignment.pk
    )
    return earlier.count() < settings.NEW_REVIEWER_CASES


@effect("submit_opinion")
def _draw(step: Step, _: datetime) -> None:
    """Settle and log whether the review gets a full second look, before anybody opens it."""
    if step.case.state != "quality":
        return
    reasons = drawn(step.case)
    audit.record("quality.draw", None, step.case, full=bool(reasons), share=settings.QUALITY_SHARE)


def pass_review(
    case: Case, user: User, answers: Mapping[str, str], comment: str, version: int | None
) -> Case:
    """Pass a review: every question is answered with yes or not applicable.

    Raises:
        Refused: a question is open or answered with no, or the workflow does not allow it.
    """
    asked = questions_for(case)
    open_ones = [one for one in asked if answers.get(one.id) not in ANSWERS]
    if open_ones:
        raise Refused(f"{len(open_ones)} of {len(asked)} questions are not answered yet.")
    failed = [one for one in asked if answers[one.id] == "no"]
    if failed:
        raise Refused(f"“{failed[0].says}” is answered with no; return the review instead.")
    with transaction.atomic():
        _enter(case, user, "passed", answers, comment)
        return take("pass_quality", case, user, {}, version=version)


def return_review(
    case: Case, user: User, answers: Mapping[str, str], comment: str, version: int | None
) -> Case:
    """Return a review to its reviewers with comments.

    Raises:
        Refused: there is no comment, or the workflow does not allow it.
    """
    if not comment.strip():
        raise Refused("Say what the reviewer should look at again.")
    given = {"comment": comment.strip(), "answers": dict(answers)}
    return take("return_to_reviewer", case, user, given, version=version)


@effect("return_to_reviewer")
def _returned(step: Step, _: datetime) -> None:
    """The comment is kept with the check, wherever the step is taken from."""
    _enter(
        step.case, step.user, "returned", step.given.get("answers", {}), str(step.given["comment"])
    )


def _enter(case: Case, user: User, outcome: str, answers: Mapping[str, str], comment: str) -> None:
    known = {one.id for one in checklist()}
    QualityCheck.objects.create(
        case=case,
        checker=user,
        round=case.remand_count,
        sampled=bool(drawn(case)),
        answers={key: one for key, one in answers.items() if key in known and one in ANSWERS},
        outcome=outcome,
        comment=comment.strip()[:8000],
    )


def remarks(case: Case) -> list[Remark]:
    """What the machine finds in what the reviewers signed."""
    found = []
    if why := unattested(case):
        found.append(Remark("signed", why))
    if why := rests_on_ur_alone(case):
        found.append(Remark("ur_alone", why))
    try:
        signed = signed_of(case)
    except Refused:
        return found
    if count := came_after_signing(case):
        says = f"{count} document{'s' if count > 1 else ''} came after a reviewer signed; return "
        found.append(Remark("late_records", says + "the review if they matter."))
    for one in signed:
        found += _dates(one)
        found += _desk(case, one)
    return list(dict.fromkeys(found))


def came_after_signing(case: Case) -> int:
    """How many documents came to the file after the first signature that stands."""
    first = (
        Attestation.objects.filter(
            assignment__case=case, assignment__round=case.remand_count, superseded=False
        )
        .order_by("signed_at")
        .values_list("signed_at", flat=True)
        .first()
    )
    return reviewed(case).filter(received_at__gt=first).count() if first else 0


def _desk(case: Case, signed: Signed) -> Iterator[Remark]:
    """What the reviewer's own desk still remarks."""
    from openimr.office import desk

    for check in desk.load(case, signed.assignment).checks():
        yield Remark(check.code, check.says, check.item)


def _dates(signed: Signed) -> Iterator[Remark]:
    from openimr.archive.redact.dates import find

    for position, row in signed.rows.items():
        count = sum(1 for _ in find(row["rationale"]))
        if count:
            dates = "a date" if count == 1 else f"{count} dates"
            yield Remark("dates", f"The reasons hold {dates}.", position + 1)

"""What a reviewer writes on an item: saved with optimistic versions, so that nothing is lost.

Every save that takes words away is a version of its own; small additions within a minute are one.
A save over something newer is not made: its text is set aside as a version, and both are shown.
"""

from __future__ import annotations

import difflib
import re
from datetime import timedelta
from typing import Literal, NamedTuple

from django.db import transaction
from django.utils import timezone

from openimr.office import audit
from openimr.office.attesting import standing
from openimr.office.models import Assignment, Item, Opinion, OpinionVersion, Verdict

DECISIONS = ("Upheld", "Overturned")
STATUSES = ("met", "not_met", "not_documented")
OPEN_STATES = ("in_review", "reviewer_information")
MOST_CHARACTERS = 60_000
_ONE_SITTING = timedelta(seconds=60)
_MOST_REMOVED = 20


class Text(NamedTuple):
    """The three fields of an opinion."""

    decision: str
    guideline: str
    rationale: str


class Outcome(NamedTuple):
    """What became of a save. ``aside`` is the version in which a stale text was kept."""

    opinion: Opinion
    aside: OpinionVersion | None = None


def why_frozen(assignment: Assignment) -> str | None:
    """Why an assignment's opinions can no longer be changed; None where they can."""
    if assignment.state == "done" and assignment.case.state in OPEN_STATES:
        return "You have signed; the case goes on when the other reviewers have signed too."
    if assignment.state == "done":
        return "You have signed and handed in; nothing can be changed any more."
    if assignment.state != "accepted" or assignment.case.state not in OPEN_STATES:
        return "The case is not in review; nothing can be changed."
    if standing(assignment) is not None:
        return "You have signed; hand in, or have the case returned to change something."
    return None


def text_of(opinion: Opinion | OpinionVersion) -> Text:
    """The fields of an opinion or of one of its versions."""
    return Text(opinion.decision, opinion.guideline, opinion.rationale)


def opinion_of(assignment: Assignment, item: Item) -> Opinion:
    """The opinion of an assignment on an item, made empty where there is none."""
    return Opinion.objects.get_or_create(assignment=assignment, item=item)[0]


def save(opinion: Opinion, seen: int, text: Text, origin: str = "written") -> Outcome:
    """Save an opinion as it was changed from the version that was seen.

    Args:
        opinion: it is read anew under lock.
        seen: the version on the page on which the text was written.
        text: decision, guideline and rationale.
        origin: ``written``, ``draft`` (taken over) or ``restored``.

    Returns:
        The opinion as it stands; with ``aside`` where something newer stood there and differs.
    """
    text = Text(*(part.replace("\r\n", "\n")[:MOST_CHARACTERS] for part in text))
    with transaction.atomic():
        held = (
            Opinion.objects.select_for_update()
            .select_related("assignment__case")
            .get(pk=opinion.pk)
        )
        if text == text_of(held):
            return Outcome(held)
        newest = held.versions.first()
        number = max(held.version, newest.version if newest else 0) + 1
        if held.version != seen and not _unchanged_since(held, seen):
            return Outcome(held, _set_aside(held, text, number))
        _keep(held, newest, text, number, origin)
        held.decision, held.guideline, held.rationale = text
        held.version = number
        held.save()
    return Outcome(held)


def _unchanged_since(held: Opinion, seen: int) -> bool:
    before = held.versions.filter(version=seen).first()
    return before is not None and text_of(before) == text_of(held)


def _set_aside(held: Opinion, text: Text, number: int) -> OpinionVersion:
    last = held.versions.filter(origin="set_aside").first()
    if last is not None and text_of(last) == text:
        return last
    return OpinionVersion.objects.create(
        opinion=held, version=number, origin="set_aside", **text._asdict()
    )


def _keep(
    held: Opinion, newest: OpinionVersion | None, text: Text, number: int, origin: str
) -> None:
    """Write the version of a save, or carry on the one that is being written."""
    if (
        newest is not None
        and origin == newest.origin == "written"
        and newest.version == held.version
        and timezone.now() - newest.saved_at < _ONE_SITTING
        and not _removes(text_of(newest), text)
    ):
        OpinionVersion.objects.filter(pk=newest.pk).update(version=number, **text._asdict())
        return
    OpinionVersion.objects.create(opinion=held, version=number, origin=origin, **text._asdict())
    case = held.assignment.case
    audit.record(
        "opinion.save",
        held.assignment.reviewer,
        case,
        item=held.item.number,
        version=number,
        origin=origin,
    )


def _removes(old: Text, new: Text) -> bool:
    """Whether more than a correction is taken away from a text."""
    if old.decision and old.decision != new.decision:
        return True
    return any(
        _removed(before, after) > _MOST_REMOVED
        for before, after in ((old.guideline, new.guideline), (old.rationale, new.rationale))
    )


def _removed(before: str, after: str) -> int:
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    end = next(
        (at for at in range(most - start) if before[-1 - at] != after[-1 - at]), most - start
    )
    return len(before) - start - end


def judge(opinion: Opinion, criterion: str, status: str, agrees: bool, comment: str) -> Verdict:
    """Save a reviewer's own verdict on a finding.

    Args:
        opinion: the reviewer's opinion on the item.
        criterion: the criterion's key.
        status: what the reviewer holds right; empty where only a comment is made.
        agrees: whether that is the finding's own status.
        comment: free words.
    """
    with transaction.atomic():
        verdict, _ = Verdict.objects.update_or_create(
            opinion=opinion,
            criterion=criterion,
            defaults={
                "agrees": agrees if status else None,
                "status": "" if agrees else status,
                "comment": comment[:4000],
            },
        )
        assignment = opinion.assignment
        audit.record(
            "opinion.verdict",
            assignment.reviewer,
            assignment.case,
            item=opinion.item.number,
            agrees=verdict.agrees,
        )
    return verdict


Change = Literal["same", "added", "removed"]
_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")


def differences(old: str, new: str) -> list[tuple[Change, str]]:
    """A text as runs of what stayed, what was added and what was removed, word by word."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    runs: list[tuple[Change, str]] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            runs.append(("same", "".join(before[a:b])))
            continue
        if b > a:
            runs.append(("removed", "".join(before[a:b])))
        if d > c:
            runs.append(("added", "".join(after[c:d])))
    return runs

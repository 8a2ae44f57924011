"""What a reviewer writes, on an item or as the summary of the case: saved with optimistic versions.

Every save that takes words away is a version of its own; small additions within a minute are one.
A save over something newer is not made: its text is set aside as a version, and both are shown.
"""

from __future__ import annotations

import difflib
import re
from datetime import timedelta
from typing import Generic, Literal, NamedTuple, TypeVar, overload

from django.db import transaction
from django.utils import timezone

from openimr.model import Finding
from openimr.office import audit
from openimr.office.attesting import standing
from openimr.office.models import (
    Assignment,
    Item,
    Opinion,
    OpinionVersion,
    Summary,
    SummaryVersion,
    Verdict,
)

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


class Told(NamedTuple):
    """The one field of a clinical case summary."""

    text: str


Written = TypeVar("Written", Opinion, Summary)


class Outcome(NamedTuple, Generic[Written]):
    """What became of a save. ``aside`` is the version in which a stale text was kept."""

    opinion: Written
    aside: OpinionVersion | SummaryVersion | None = None


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


@overload
def text_of(one: Opinion | OpinionVersion) -> Text: ...
@overload
def text_of(one: Summary | SummaryVersion) -> Told: ...
def text_of(one: Opinion | OpinionVersion | Summary | SummaryVersion) -> Text | Told:
    """What was written, or stands in one of its versions."""
    if isinstance(one, (Summary, SummaryVersion)):
        return Told(one.text)
    return Text(one.decision, one.guideline, one.rationale)


def opinion_of(assignment: Assignment, item: Item) -> Opinion:
    """The opinion of an assignment on an item, made empty where there is none."""
    return Opinion.objects.get_or_create(assignment=assignment, item=item)[0]


def save(
    written: Written, seen: int, text: Text | Told, origin: str = "written"
) -> Outcome[Written]:
    """Save what was written as it was changed from the version that was seen.

    Args:
        written: an opinion or a summary; it is read anew under lock.
        seen: the version on the page on which the text was written.
        text: decision, guideline and rationale of an opinion, or the text of a summary.
        origin: ``written``, ``draft`` (taken over) or ``restored``.

    Returns:
        It as it stands, and where the page was stale the version in which the text was kept:
        nothing is overwritten then, unless what stands differs in nothing from what was seen.
    """
    text = type(text)(*(part.replace("\r\n", "\n")[:MOST_CHARACTERS] for part in text))
    with transaction.atomic():
        rows = type(written).objects.select_for_update().select_related("assignment__case")
        held = rows.get(pk=written.pk)
        if text == text_of(held):
            return Outcome(held)
        newest = held.versions.first()
        number = max(held.version, newest.version if newest else 0) + 1
        if held.version != seen and not _unchanged_since(held, seen):
            return Outcome(held, _set_aside(held, text, number))
        _keep(held, newest, text, number, origin)
        for name, value in text._asdict().items():
            setattr(held, name, value)
        held.version = number
        held.save()
    return Outcome(held)


def _unchanged_since(held: Opinion | Summary, seen: int) -> bool:
    before = held.versions.filter(version=seen).first()
    return before is not None and text_of(before) == text_of(held)


def _set_aside(
    held: Opinion | Summary, text: Text | Told, number: int
) -> OpinionVersion | SummaryVersion:
    last = held.versions.filter(origin="set_aside").first()
    if last is not None and text_of(last) == text:
        return last
    return held.versions.create(version=number, origin="set_aside", **text._asdict())


def _keep(
    held: Opinion | Summary,
    newest: OpinionVersion | SummaryVersion | None,
    text: Text | Told,
    number: int,
    origin: str,
) -> None:
    """Write the version of a save, or carry on the one that is being written."""
    if (
        newest is not None
        and origin == newest.origin == "written"
        and newest.version == held.version
        and timezone.now() - newest.saved_at < _ONE_SITTING
        and not _removes(text_of(newest), text)
    ):
        held.versions.filter(pk=newest.pk).update(version=number, **text._asdict())
        return
    held.versions.create(version=number, origin=origin, **text._asdict())
    assignment = held.assignment
    at = {"item": held.item.number} if isinstance(held, Opinion) else {}
    audit.record(
        "opinion.save" if at else "summary.save",
        assignment.reviewer,
        assignment.case,
        **at,
        version=number,
        origin=origin,
    )


def _removes(old: Text | Told, new: Text | Told) -> bool:
    """Whether more than a correction is taken away from a text."""
    before, after = old._asdict(), new._asdict()
    decided = before.pop("decision", "")
    if decided and decided != after["decision"]:
        return True
    return any(_removed(words, after[name]) > _MOST_REMOVED for name, words in before.items())


def _removed(before: str, after: str) -> int:
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    end = next(
        (at for at in range(most - start) if before[-1 - at] != after[-1 - at]), most - start
    )
    return len(before) - start - end


def judge(opinion: Opinion, finding: Finding, status: str, comment: str) -> Verdict:
    """Save a reviewer's own verdict on a finding.

    Args:
        opinion: the reviewer's opinion on the item.
        finding: the finding of the draft, as the reviewer saw it.
        status: what the reviewer holds right; empty where only a comment is made.
        comment: free words.
    """
    agrees = status == finding.status
    with transaction.atomic():
        verdict, _ = Verdict.objects.update_or_create(
            opinion=opinion,
            criterion=finding.criterion,
            defaults={
                "agrees": agrees if status else None,
                "status": "" if agrees else status,
                "says": finding.says,
                "drafted": finding.status,
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

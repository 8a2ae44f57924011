"""Reviewers for a case: the register of the office matched by the panel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from openimr.office import audit
from openimr.office.conflicts import parties_of
from openimr.office.drafts import latest_review, library
from openimr.office.models import Assignment, Case, Clearance, ReviewerProfile, Role, User
from openimr.panel import Candidate, Need, NeedItem, RegisteredReviewer, match

OPEN = ("offered", "accepted")
"""States of an assignment that is not handed in yet."""


def open_cases() -> dict[int, int]:
    """How many cases each reviewer has open, by the user's key."""
    found = Assignment.objects.filter(state__in=OPEN).order_by().values_list("reviewer")
    return dict(found.annotate(Count("id")))


def register() -> list[RegisteredReviewer]:
    """The register, with open cases and last assignment as the office knows them."""
    profiles = ReviewerProfile.objects.filter(
        user__is_active=True, user__role=Role.REVIEWER
    ).select_related("user")
    assigned = Assignment.objects.order_by().values_list("reviewer")
    last_at = dict(assigned.annotate(Max("created_at")))
    open_now = open_cases()
    return [
        msgspec.structs.replace(
            profile.registered(),
            id=profile.user.username,
            name=profile.user.shown_name,
            open_cases=open_now.get(profile.user_id, 0),
            last_assigned=last_at[profile.user_id].date() if profile.user_id in last_at else None,
        )
        for profile in profiles
    ]


def need(case: Case) -> Need:
    """What a case asks of its reviewer: from the draft's reading of its items."""
    review = latest_review(case)
    items = []
    for one in review.items if review else ():
        guideline = library().get(one.treatment)
        items.append(
            NeedItem(
                treatment=one.treatment,
                category=guideline.category if guideline else None,
                region=one.region,
            )
        )
    return Need(
        items=tuple(items),
        parties=tuple(parties_of(case)),
        day=timezone.localdate(),
        excluded=tuple(case.excluded_reviewers),
    )


def candidates(case: Case) -> tuple[Candidate, ...]:
    """Every reviewer of the register as he or she stands to a case, in the order of asking."""
    return match(register(), need(case))


def open_points(candidate: Candidate) -> list[str]:
    """What a person may clear, by rule; empty where something certain stands against."""
    if not candidate.clearable:
        return []
    points = [one.rule for one in candidate.exclusions]
    points += [f"{one.role}:{one.tie}:{one.material}" for one in candidate.conflicts]
    return sorted(points)


def cleared(candidate: Candidate, clearances: Iterable[Clearance]) -> Clearance | None:
    """The clearance that covers every point still open against a candidate; None without one."""
    points = set(open_points(candidate))
    if not points:
        return None
    given = (one for one in clearances if one.reviewer.username == candidate.reviewer)
    return next((one for one in given if points <= set(one.rules)), None)


def clearances_of(case: Case) -> list[Clearance]:
    """The clearances given in a case, the newest first."""
    return list(case.clearances.select_related("reviewer", "cleared_by"))


def clear(case: Case, username: str, by: User, reason: str) -> Clearance:
    """Clear what is uncertain against a reviewer, with the reason; logged.

    Raises:
        Refused: nothing is open, something certain stands against, or no reason is given.
    """
    from openimr.office.workflow import Refused

    candidate = next((one for one in candidates(case) if one.reviewer == username), None)
    points = open_points(candidate) if candidate else []
    if not points:
        raise Refused("Nothing about this reviewer can be cleared for this case.")
    if not reason.strip():
        raise Refused("Say what you found out; the reason is kept with the clearance.")
    with transaction.atomic():
        given = Clearance.objects.create(
            case=case,
            reviewer=User.objects.get(username=username),
            rules=points,
            reason=reason.strip()[:2000],
            cleared_by=by,
        )
        audit.record("case.clear_reviewer", by, case, reviewer=username, rules=points)
    return given


def why_not(case: Case, username: str) -> str | None:
    """Why a reviewer may not be asked; None where he or she may, or was cleared."""
    if not User.objects.filter(username=username, role=Role.REVIEWER, is_active=True).exists():
        return "There is no such reviewer."
    for one in candidates(case):
        if one.reviewer == username:
            if one.eligible or cleared(one, clearances_of(case)):
                return None
            against = [*(each.says for each in one.exclusions), *(c.says for c in one.conflicts)]
            return f"{one.name} may not review this case: {'; '.join(against)}."
    return "The reviewer has no entry in the register."


def match_of(candidate: Candidate) -> dict[str, Any]:
    """A match as an assignment keeps it: place, fit and reasons, what was open."""
    return {
        "rank": candidate.rank,
        "fits": candidate.fits,
        "reasons": list(candidate.reasons),
        "cleared": open_points(candidate),
    }

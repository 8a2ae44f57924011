"""Reviewers for a case: the register of the office matched by the panel."""

from __future__ import annotations

import msgspec
from django.db.models import Count, Max, Q
from django.utils import timezone

from openimr.guidelines.library import load
from openimr.office.conflicts import parties_of
from openimr.office.drafts import latest_review
from openimr.office.models import Case, ReviewerProfile, Role, User
from openimr.panel import Candidate, Need, NeedItem, RegisteredReviewer, match


def register() -> list[RegisteredReviewer]:
    """The register, with open cases and last assignment as the office knows them."""
    profiles = (
        ReviewerProfile.objects.filter(user__is_active=True, user__role=Role.REVIEWER)
        .select_related("user")
        .annotate(
            open_now=Count(
                "user__assignments", filter=Q(user__assignments__state__in=("offered", "accepted"))
            ),
            last_at=Max("user__assignments__created_at"),
        )
    )
    return [
        msgspec.structs.replace(
            profile.registered(),
            id=profile.user.username,
            name=profile.user.shown_name,
            open_cases=profile.open_now,
            last_assigned=profile.last_at.date() if profile.last_at else None,
        )
        for profile in profiles
    ]


def need(case: Case) -> Need:
    """What a case asks of its reviewer: from the draft's reading of its items."""
    library = load(None)
    review = latest_review(case)
    items = []
    for one in review.items if review else ():
        guideline = library.get(one.treatment)
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


def why_not(case: Case, username: str) -> str | None:
    """Why a reviewer may not be asked; None where he or she may."""
    if not User.objects.filter(username=username, role=Role.REVIEWER, is_active=True).exists():
        return "There is no such reviewer."
    for one in candidates(case):
        if one.reviewer == username:
            if one.eligible:
                return None
            against = [*(each.says for each in one.exclusions), *(c.says for c in one.conflicts)]
            return f"{one.name} may not review this case: {'; '.join(against)}."
    return "The reviewer has no entry in the register."

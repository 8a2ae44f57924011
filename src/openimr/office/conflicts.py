"""Conflicts of a signed-in reviewer with the parties of a case, remembered for a short while."""

from __future__ import annotations

from django.utils import timezone

from openimr.model import Party as ModelParty
from openimr.office.models import Case, ReviewerProfile, User
from openimr.panel import Conflict, conflicts


def parties_of(case: Case) -> list[ModelParty]:
    """The parties of a case as the panel reads them, the employee among them."""
    found = [
        ModelParty(role=party.role, name=party.name, also=tuple(party.also))
        for party in case.parties.all()
    ]
    return [*found, ModelParty(role="employee", name=case.employee)]


def own_conflicts(user: User, case: Case) -> tuple[Conflict, ...]:
    """Certain conflicts of a user's register entry with a case."""
    profile = ReviewerProfile.objects.filter(user=user).first()
    if profile is None:
        return ()
    today = timezone.localdate()
    found = conflicts(profile.registered(), parties_of(case), today)
    return tuple(one for one in found if one.certain)

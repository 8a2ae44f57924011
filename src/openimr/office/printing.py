"""A reviewer's part of a determination as the letter will print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openimr import write
from openimr.errors import InputError
from openimr.model import Determination, DeterminedItem, Reviewer
from openimr.office.models import ReviewerProfile, User

if TYPE_CHECKING:
    from openimr.office.desk import Desk

_HEADING = "DISPUTED ITEMS, DECISIONS AND REASONS"
_AFTER = "WHAT FOLLOWS FROM THIS DETERMINATION"


def described(user: User) -> Reviewer:
    """A reviewer as a letter describes him or her: qualifications, never a name."""
    profile = ReviewerProfile.objects.filter(user=user).first()
    if profile is None:
        return Reviewer()
    entry = profile.registered()
    return Reviewer(
        licensure=tuple(one.state for one in entry.licences),
        certification=tuple(one.specialty for one in entry.certifications),
        wording="physician reviewer",
    )


def printed(desk: Desk) -> str:
    """The items, decisions and reasons of a reviewer in the words of the house's letter; empty
    while something is missing that the letter needs.
    """
    items = []
    for item in desk.disputed:
        opinion = desk.opinions.get(item.pk)
        if opinion is None or opinion.decision not in ("Upheld", "Overturned"):
            return ""
        items.append(
            DeterminedItem(
                request=item.remainder or item.request,
                decision=opinion.decision,  # type: ignore[arg-type]
                ur_guideline=item.ur_guideline or None,
                imr_guideline=opinion.guideline or None,
                rationale=opinion.rationale or None,
            )
        )
    determination = Determination(
        format="F26",
        items=tuple(items),
        case_number=desk.case.number,
        reviewer=described(desk.assignment.reviewer),
        summary="",
    )
    try:
        text = write(determination, "text").decode()
    except InputError:
        return ""
    _, _, part = text.partition(_HEADING)
    return part.partition(_AFTER)[0].strip()

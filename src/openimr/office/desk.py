"""A reviewer's desk on a case: draft, documents, items and what is written, with the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

import msgspec
from django.utils import timezone

from openimr.model import Fact, ItemReview, Review, Status
from openimr.office.checks import check_case, check_item, check_summary
from openimr.office.checks_people import ORGANIZATIONS
from openimr.office.drafts import usable
from openimr.office.filing import reviewed
from openimr.office.models import Assignment, Case, Document, Item, MachineDraft, Opinion, Summary
from openimr.office.models.records import DocumentStatus
from openimr.office.summaries import is_drafted
from openimr.office.written import Check, File, Written


@lru_cache(maxsize=4)
def _decoded(draft: int, basis: str, made: datetime) -> tuple[Review, Mapping[str, Sequence[Fact]]]:
    """A draft's review and its facts by name. A draft never changes, and one of a long file is
    megabytes: reading it anew with every autosave would be most of the work.
    """
    text = MachineDraft.objects.values_list("review", flat=True).get(pk=draft)
    review = msgspec.json.decode(text, type=Review)
    index: dict[str, list[Fact]] = {}
    for fact in review.facts:
        index.setdefault(fact.fact, []).append(fact)
    return review, index


@dataclass
class Desk:
    """A reviewer's desk on a case: loaded once a request."""

    case: Case
    assignment: Assignment
    draft: MachineDraft | None
    documents: list[Document]
    items: list[Item]
    opinions: dict[int, Opinion]
    summary: Summary | None = None
    review: Review | None = None
    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)

    def read_opinions(self) -> None:
        """Read what the reviewer wrote, once more after a save."""
        found = self.assignment.opinions.prefetch_related("verdicts")
        self.opinions = {one.item_id: one for one in found}
        self.summary = Summary.objects.filter(assignment=self.assignment).first()

    def proposed(self, item: Item) -> ItemReview | None:
        """What the draft says of an item; None where it knows nothing of it."""
        at = self.items.index(item)
        if self.review is None or at >= len(self.review.items):
            return None
        proposed = self.review.items[at]
        return proposed if proposed.request else None

    @property
    def disputed(self) -> list[Item]:
        """The items that are to be decided."""
        return [item for item in self.items if item.state == "disputed"]

    def written(self, item: Item) -> Written:
        """What the reviewer wrote on an item, as the checks read it."""
        opinion = self.opinions.get(item.pk)
        draft = self.proposed(item)
        verdicts = {one.criterion: one for one in opinion.verdicts.all()} if opinion else {}
        held: dict[str, Status] = {}
        for finding in draft.findings if draft else ():
            verdict = verdicts.get(finding.criterion)
            if verdict is not None and verdict.agrees:
                held[finding.criterion] = finding.status
            elif verdict is not None and verdict.status:
                held[finding.criterion] = verdict.status  # type: ignore[assignment]
        parent = draft.parent if draft else None
        return Written(
            number=item.number,
            decision=opinion.decision if opinion else "",
            guideline=opinion.guideline if opinion else "",
            rationale=opinion.rationale if opinion else "",
            draft=draft,
            verdicts=held,
            parent=self.items[parent].number if parent is not None else None,
        )

    def file(self) -> File:
        """What the checks know of the case."""
        return File(
            day=governing_day(self.case),
            facts=self.facts,
            names=_names(self),
            kinds=frozenset(document.kind for document in self.documents),
        )

    def checks(self, item: Item | None = None) -> list[Check]:
        """The checks of an item, or with None of the whole determination."""
        everything = [self.written(one) for one in self.disputed]
        if item is None:
            return [*self.summary_checks(), *check_case(everything, self.file())]
        return check_item(self.written(item), self.file(), everything)

    def summary_checks(self) -> list[Check]:
        """The checks of the clinical case summary."""
        text = self.summary.text if self.summary else ""
        drafted = self.summary is not None and is_drafted(self.summary)
        return check_summary(text, self.file(), drafted=drafted)


def load(case: Case, assignment: Assignment) -> Desk:
    """The desk of an assignment, in a bounded number of queries."""
    draft = usable(case).defer("review").first()
    desk = Desk(
        case,
        assignment,
        draft,
        list(reviewed(case).exclude(status=DocumentStatus.INFECTED)),
        list(case.items.all()),
        {},
    )
    desk.read_opinions()
    if draft is not None:
        desk.review, desk.facts = _decoded(draft.pk, draft.basis, draft.created_at)
    return desk


def governing_day(case: Case) -> date:
    """The day whose guidelines govern, as the engine takes it: assigned, else UR's decision."""
    for event in ("issued", "assigned", "ur_decided"):
        if told := case.events.get(event):
            return date.fromisoformat(told[:10])
    return timezone.localdate()


def _names(desk: Desk) -> list[tuple[str, str]]:
    names = [(desk.case.employee, "employee"), (desk.assignment.reviewer.shown_name, "reviewer")]
    for party in desk.case.parties.all():
        if party.role in ("requesting_physician", "employee_representative", *ORGANIZATIONS):
            names.append((party.name, party.role))
        if party.contact:
            names.append((party.contact, party.role))
    return names

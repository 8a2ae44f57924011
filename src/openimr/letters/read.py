"""Read a published determination: text in, :class:`~openimr.model.Determination` out."""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from openimr.errors import InputError
from openimr.letters import folding, sections
from openimr.letters.forms import Form, forms, loose
from openimr.letters.items import read_items
from openimr.model import (
    Case,
    Determination,
    DeterminedItem,
    DisputedItem,
    Document,
    Priority,
)

_REMEDY = "give the text of a published IMR determination"


def read_text(text: str, source: str = "text") -> Determination:
    """Read the text of a published determination.

    Args:
        text: the letter, as an extractor of PDF, a web page or a document gave it. Line ends,
            page breaks and blank lines may be in any layout.
        source: what to call the text in an error message.

    Returns:
        The determination. Text fields hold the letter's words with white space folded; a field
        that the letter lacks is None. Its ``format`` is told by structure: by the order of the
        forms, then the year of the decision, then the style of the citations.

    Raises:
        InputError: the text is not a determination; the message names what was missing.
    """
    text = folding.single_spaced(folding.clean(text))
    group = _candidates(text)
    if not group:
        raise InputError(
            source, "not a determination: no form of letter has its section headings", _REMEDY
        )
    lead = group[0]
    text = folding.without_furniture(text, lead.title, lead.item.columns)
    found = sections.split(text, lead)
    items = read_items(found, text, lead)
    if not items:
        raise InputError(source, "not a determination: no decided item was found", _REMEDY)
    header = sections.header(found["header"], lead)
    form = _settle(group, header, items)
    return Determination(
        format=form.id,
        items=items,
        case_number=header.get("case_number"),
        date_assigned=sections.read_date(header.get("date_assigned")),
        date_of_injury=sections.read_date(header.get("date_of_injury")),
        decision_date=sections.read_date(header.get("decision_date")),
        ur_denial_date=sections.read_date(header.get("ur_denial_date")),
        application_received=sections.read_date(header.get("application_received")),
        priority=cast("Priority | None", header.get("priority")),
        reviewer=sections.reviewer(found.get("reviewer", ""), form),
        summary=folding.fold(found.get("summary", "")) or None,
        documents_reviewed=sections.documents(found.get("documents", "")),
    )


def case_side(determination: Determination) -> Case:
    """The case that a determination decided: what was known before the decision.

    Nothing of the decisions, the reviewer's guidelines or the rationales is in it.
    """
    documents: tuple[Document, ...] = ()
    if determination.summary:
        documents = (
            Document(
                name="summary",
                kind="clinical_summary",
                text=determination.summary,
                page_starts=(0,),
            ),
        )
    return Case(
        summary_only=True,
        items=tuple(
            DisputedItem(
                request=item.request,
                ur_guideline=item.ur_guideline,
                original=item.original,
                authorized=item.authorized,
                remainder=item.remainder,
            )
            for item in determination.items
        ),
        case_number=determination.case_number,
        date_of_injury=determination.date_of_injury,
        ur_denial_date=determination.ur_denial_date,
        application_received=determination.application_received,
        date_assigned=determination.date_assigned,
        decision_date=determination.decision_date,
        priority=determination.priority,
        documents=documents,
    )


def _candidates(text: str) -> list[Form]:
    """The forms of the first order whose marks are all in the text."""
    for flags in (0, re.IGNORECASE):
        group: list[Form] = []
        for form in forms().values():
            if group and form.order != group[0].order:
                return group
            if form.reads and all(p.search(text) for p in _marks(form.id, flags)):
                group.append(form)
        if group:
            return group
        # Cut-off letters: the first mark alone, the later form first.
        alike = [form for form in forms().values() if _marks(form.id, flags)[0].search(text)]
        if alike:
            return sorted(alike, key=lambda form: -form.years[1])
    return []


@cache
def _marks(form_id: str, flags: int) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(loose(mark), flags) for mark in forms()[form_id].marks)


def _settle(group: list[Form], header: dict[str, str], items: tuple[DeterminedItem, ...]) -> Form:
    """Of forms with the same marks: the one of the year, else of the citations, else the last."""
    if len(group) == 1:
        return group[0]
    latest = sorted(group, key=lambda form: -form.years[1])
    decided = sections.read_date(header.get("decision_date"))
    if decided:
        return min(latest, key=lambda form: _distance(decided.year, form.years))
    cited = "\n".join(f"{i.ur_guideline}\n{i.imr_guideline}" for i in items)
    return max(latest, key=lambda form: sum(len(re.findall(hint, cited)) for hint in form.hints))


def _distance(year: int, years: tuple[int, int]) -> int:
    return max(years[0] - year, year - years[1], 0)

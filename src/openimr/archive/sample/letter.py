"""An invented case as a determination, with its labels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import msgspec

from openimr.archive.sample.case import AGREEMENT, Case, Item, invent, seeded
from openimr.archive.sample.content import Weighted, pick, raw
from openimr.archive.sample.criteria import chain, guideline
from openimr.archive.sample.old import carried_by, print_old
from openimr.archive.sample.reasons import criterion, write_rationale
from openimr.archive.sample.summary import Summary, write_summary
from openimr.citations import cite
from openimr.guidelines.guideline import Edition
from openimr.letters import printed
from openimr.model import Citation, Determination, DeterminedItem, Region, Reviewer

_NUMBERS = 1_000_000
_OLD = {"L13": "F14a", "M13": "F14a", "F13": "F14a"}
"""Forms that are only read, and the form in which such a letter can be set."""


def text_of(determination: Determination) -> str:
    """The letter as text, in its own form."""
    if determination.format in _OLD:
        return print_old(determination)
    return printed(determination).decode()


def writable(determination: Determination) -> Determination:
    """The determination in a form that can be set: one of 2013 becomes one of 2014."""
    if determination.format not in _OLD:
        return determination
    reviewer = msgspec.structs.replace(determination.reviewer, wording="physician reviewer")
    return msgspec.structs.replace(
        determination,
        format=_OLD[determination.format],
        reviewer=reviewer,
        documents_reviewed=(),
    )


class Sampled(NamedTuple):
    """One invented determination, what an expert would read in it, and where it departs.

    ``label`` is an object of a labels file (docs/evaluation.md); ``departures`` holds an object
    for each item in which the physician decided against the criteria; ``dates`` are the days of the
    case by name (``doi``, ``visit``, ``rfa``, ``denied``, ``received``, ``assigned``, ``decided``).
    """

    number: int
    determination: Determination
    label: Mapping[str, Any]
    departures: tuple[Mapping[str, Any], ...]
    dates: Mapping[str, date]


def sampled(
    number: int, seed: int = 0, agreement: float = AGREEMENT, received: date | None = None
) -> Sampled:
    """Letter ``number`` of a seed: always the same, whatever else is written.

    Args:
        number: the number of the letter, from 0.
        seed: the series.
        agreement: the share of items in which the physician decides as the criteria do.
        received: the day on which the application came, if not one of the times of real letters.
    """
    case = invent(seeded(seed, number), agreement, received)
    summary = write_summary(case)
    case_number = _case_number(number, seed, case)
    items = tuple(_item(case, item, summary) for item in case.items)
    dates = case.dates
    determination = Determination(
        format=_OLD.get(case.form, case.form),
        case_number=case_number,
        date_assigned=dates["assigned"],
        date_of_injury=dates["doi"],
        decision_date=dates["decided"],
        ur_denial_date=dates["denied"],
        application_received=dates["received"],
        priority="Expedited" if case.random() < 0.01 else "Standard",
        reviewer=_reviewer(case),
        summary=summary.text,
        items=items,
    )
    if case.form in _OLD:
        determination = carried_by(case.form, determination)
    return Sampled(
        number,
        determination,
        _label(case, summary, case_number),
        tuple(_departures(case, case_number)),
        dict(dates),
    )


def _case_number(number: int, seed: int, case: Case) -> str:
    """A case number that begins with 9 behind the year: none of the real ones does."""
    place = (number * 7919 + seed * 104_729) % _NUMBERS if number < _NUMBERS else number
    return f"CM{case.dates['received'].year % 100:02}-9{place:06}"


@cache
def _states() -> Weighted:
    return Weighted(raw("people")["states"])


def _reviewer(case: Case) -> Reviewer:
    random, people = case.random, raw("people")
    states = {_states().pick(random)}
    while random() < 0.25 and len(states) < 4:
        states.add(_states().pick(random))
    category = guideline(case.items[0].name).category
    held = people["certifications"].get(category) or people["certifications"]["other"]
    if random() < 0.3:
        held = people["certifications"]["other"]
    noun = "physician reviewer" if case.form in ("F14a", "F26", *_OLD) else "expert reviewer"
    return Reviewer(
        licensure=tuple(sorted(states)), certification=tuple(pick(random, held)), wording=noun
    )


# -------------------------------------------------------------------------------------- items


def _item(case: Case, item: Item, summary: Summary) -> DeterminedItem:
    random = case.random
    editions = chain(item.name, case.period, item.asked.region)
    style = "house" if case.form == "F26" else "sections" if case.form == "F16" else "pages"
    who = "Physician Reviewer" if case.form == "F26" else "Expert Reviewer"
    chosen = editions[:1] if editions else ()
    if len(editions) > 1 and random() < 0.2:
        chosen = (editions[0], editions[-1])
    theirs: tuple[Edition, ...] = chosen
    if random() < 0.4:
        theirs = (pick(random, editions),) if editions and random() < 0.6 else ()
    return DeterminedItem(
        request=item.worded or item.request,
        original=item.original,
        authorized=item.authorized,
        remainder=item.remainder,
        decision=item.decision,
        ur_guideline=_cited(theirs, style, "Claims Administrator"),
        imr_guideline=_cited(chosen, style, who),
        rationale=write_rationale(case, item, summary, _authority(chosen)),
    )


@cache
def _cited(editions: tuple[Edition, ...], style: Any, who: str) -> str:
    return cite(_citations(editions, style), style, who)


def _citations(editions: tuple[Edition, ...], style: str) -> tuple[Citation, ...]:
    found = tuple(edition.citation.citation() for edition in editions)
    if style != "sections":
        return found
    return tuple(
        Citation(body=c.body, chapter=c.chapter, year=c.year, section=c.section) for c in found
    )


@cache
def _authority(editions: tuple[Edition, ...]) -> str:
    if not editions:
        return "the medical literature"
    held = editions[0].citation
    if held.body == "MTUS":
        return f"the MTUS {held.chapter} guideline" if held.chapter else "the MTUS"
    return "the ODG" if held.body == "ODG" else "the cited guideline"


# -------------------------------------------------------------------------------------- labels


def _label(case: Case, summary: Summary, case_number: str) -> dict[str, Any]:
    return {
        "case_number": case_number,
        "age": case.slots["age"],
        "sex": case.slots["sex"],
        "items": [_labelled(case, item) for item in case.items],
        "facts": sorted(summary.facts, key=lambda fact: (fact["start"], fact["fact"])),
    }


def _labelled(case: Case, item: Item) -> dict[str, Any]:
    values = dict(item.asked.values)
    visits, tablets = values.get("sessions_requested"), values.get("dispense_qty")
    region: Region | None = item.asked.region
    return {
        "treatment": item.name,
        "drug": item.variant.drug,
        "region": region,
        "side": case.slots["side"] if case.slots["side"] in item.request.lower() else None,
        "phase": item.phase,
        "quantity": visits or tablets,
        "unit": "visits" if visits else "tablets" if tablets else None,
        "modified": item.remainder is not None,
        "parent": item.parent,
        "decisive": _decisive(item),
        "decidable": "no" if item.departs else "yes",
    }


def _decisive(item: Item) -> list[dict[str, Any]]:
    statuses = dict(item.outcome.statuses)
    numbers = item.outcome.failing or item.outcome.supporting
    return [
        {"criterion": held.key, "status": statuses[number], "says": held.says}
        for number in numbers
        if (held := criterion(item.name, number)) is not None
    ]


def _departures(case: Case, case_number: str) -> list[dict[str, Any]]:
    return [
        {
            "case_number": case_number,
            "item": number,
            "treatment": item.name,
            "decision": item.decision,
            "criteria": "Overturned" if item.outcome.overturned else "Upheld",
            "failing": [f"{item.name}.{one}" for one in item.outcome.failing],
        }
        for number, item in enumerate(case.items)
        if item.departs
    ]

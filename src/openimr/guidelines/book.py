"""The whole library as a book: one page that a physician can read, search and print.

Every criterion with its words, its test in plain language, its source and how sure it is, the
examples that are run as tests and, given labels, the real items that turned on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, get_args

from openimr.guidelines import page
from openimr.guidelines.conditions import Condition
from openimr.guidelines.guideline import (
    Category,
    Certainty,
    Criterion,
    Example,
    Guideline,
    Words,
)
from openimr.guidelines.library import Library
from openimr.guidelines.show import CERTAINTIES, DECISIONS, KINDS, PHASES, edition_words
from openimr.guidelines.wording import Clause, in_words

CATEGORIES = {
    "injection": "Injections",
    "imaging": "Imaging",
    "test": "Tests",
    "drug": "Drugs",
    "therapy": "Therapy",
    "program": "Programs",
    "consultation": "Consultations",
    "equipment": "Equipment",
    "surgery": "Surgery",
    "device": "Devices",
    "other": "Other services",
}
STATUS = {"met": "met", "not_met": "not met", "not_documented": "not documented"}
_TONE = {"S": "good", "S2": "good", "GK-H": "plain", "GK-M": "gap", "GK-L": "bad"}


class Turned(NamedTuple):
    """A labelled real item that turned on a criterion; ``item`` counts from 1."""

    case_number: str
    item: int
    status: str


def turned_on(labels: Iterable[Mapping[str, Any]]) -> dict[str, list[Turned]]:
    """The labelled items that turned on each criterion.

    Args:
        labels: one mapping a letter, with ``case_number`` and ``items`` that name ``decisive``
            criteria and their status.

    Returns:
        Items by criterion key, case numbers and statuses only.
    """
    found: dict[str, list[Turned]] = {}
    for letter in labels:
        for number, item in enumerate(letter["items"], 1):
            for reason in item.get("decisive", ()):
                if reason["criterion"] != "other":
                    one = Turned(letter["case_number"], number, reason["status"])
                    found.setdefault(reason["criterion"], []).append(one)
    return found


def book(library: Library, turned: Mapping[str, list[Turned]] | None = None) -> bytes:
    """The book as one HTML page in UTF-8 that loads nothing.

    Args:
        library: the library.
        turned: real items by criterion, see :func:`turned_on`; the page then says that it is
            for local use.
    """
    ordered = sorted(library.treatments.values(), key=lambda one: one.title.casefold())
    shelves = [
        {
            "id": category,
            "title": CATEGORIES[category],
            "treatments": [
                _treatment(g, library, turned) for g in ordered if g.category == category
            ],
        }
        for category in get_args(Category)
    ]
    criteria = [c for one in ordered for c in one.criteria]
    counts = Counter(criterion.source.certainty for criterion in criteria)
    return page.render(
        "openimr.guidelines",
        "book",
        version=library.version,
        shelves=[shelf for shelf in shelves if shelf["treatments"]],
        treatments=len(ordered),
        criteria=len(criteria),
        examples=sum(len(one.examples) for one in ordered),
        certainties=[
            {"code": code, "says": CERTAINTIES[code], "tone": _TONE[code], "n": counts[code]}
            for code in get_args(Certainty)
        ],
        local=turned is not None,
        real=sum(map(len, turned.values())) if turned else 0,
    )


def anchor(key: str) -> str:
    """The anchor of a treatment or criterion on the page."""
    return "t-" + key.replace(":", "-").replace(".", "-")


def _treatment(
    guideline: Guideline, library: Library, turned: Mapping[str, list[Turned]] | None
) -> dict[str, Any]:
    return {
        "id": anchor(guideline.treatment),
        "code": guideline.treatment,
        "title": guideline.title,
        "family": guideline.family,
        "region": (guideline.region or "").replace("_", " "),
        "names": [_name(name) for name in guideline.names],
        "drug_classes": [name.replace("_", " ") for name in guideline.drug_classes],
        "codes": [f"{code.system} {code.code} ({code.certainty})" for code in guideline.codes],
        "parent": guideline.parent,
        "depends_on": [_link(name, library) for name in guideline.depends_on],
        "editions": [
            {
                "words": edition_words(edition),
                "regions": ", ".join(edition.regions).replace("_", " "),
                "when": _words(edition.applies_when),
            }
            for edition in guideline.editions
        ],
        "criteria": [_criterion(c, guideline, library, turned) for c in guideline.criteria],
        "examples": [_example(example) for example in guideline.examples],
    }


def _name(name: str | Words) -> str:
    if isinstance(name, str):
        return name
    parts = [
        f"all of: {' + '.join(name.all)}" if name.all else "",
        f"one of: {' / '.join(name.any)}" if name.any else "",
        f"none of: {' / '.join(name.none)}" if name.none else "",
    ]
    return "; ".join(part for part in parts if part)


def _link(key: str, library: Library) -> dict[str, str | None]:
    """A treatment or criterion as text, with its anchor where it is on the page."""
    treatment, _, name = key.partition(".")
    held = library.get(treatment)
    there = held is not None and (not name or held.criterion(name) is not None)
    return {"text": key, "to": anchor(key) if there else None}


def _criterion(
    criterion: Criterion,
    guideline: Guideline,
    library: Library,
    turned: Mapping[str, list[Turned]] | None,
) -> dict[str, Any]:
    others = [
        c.id
        for c in guideline.criteria
        if criterion.group and c.group == criterion.group and c.id != criterion.id
    ]
    return {
        "id": anchor(f"{guideline.treatment}.{criterion.id}"),
        "name": criterion.id,
        "says": criterion.says,
        "kind": criterion.kind,
        "effect": KINDS[criterion.kind],
        "weight": criterion.weight,
        "group": criterion.group,
        "others": others,
        "stands_in_for": criterion.stands_in_for,
        "permits": criterion.permits,
        "phases": [PHASES[phase] for phase in criterion.phases],
        "editions": criterion.editions,
        "when": _words(criterion.applies_when),
        "waiver": _words(criterion.waiver),
        "test": in_words(criterion.test),
        "condition": criterion.test.text,
        "gap": criterion.gap,
        "same_as": _link(criterion.same_as, library) if criterion.same_as else None,
        "cite": criterion.source.cite,
        "certainty": criterion.source.certainty,
        "certainty_says": CERTAINTIES[criterion.source.certainty],
        "tone": _TONE[criterion.source.certainty],
        "turned": _by_status(turned.get(criterion.key, [])) if turned is not None else None,
    }


def _words(condition: Condition | None) -> Clause | None:
    return None if condition is None else in_words(condition)


def _by_status(items: Iterable[Turned]) -> dict[str, list[str]]:
    """Case and item of each, under the words of the status."""
    found: dict[str, list[str]] = {}
    for one in items:
        words = STATUS.get(one.status, one.status)
        found.setdefault(words, []).append(f"{one.case_number} item {one.item}")
    return found


def _example(example: Example) -> dict[str, Any]:
    return {
        "name": example.name,
        "request": example.request,
        "decided": example.decided.isoformat() if example.decided else None,
        "text": " ".join(example.text.split()) if example.text else None,
        "facts": [
            f"{name}: {'yes' if value is True else 'no' if value is False else value}"
            for name, value in (example.facts or {}).items()
        ],
        "decision": DECISIONS[example.expect.decision] if example.expect.decision else None,
        "tone": {"Overturned": "good", "Upheld": "bad"}.get(example.expect.decision or "", "plain"),
        "findings": [f"{name} {STATUS[s]}" for name, s in example.expect.findings.items()],
    }

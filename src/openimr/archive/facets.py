"""What a letter is tagged with: the facets of its items, of itself, and its facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from openimr.archive.tags import tag
from openimr.model import Determination, Fact

if TYPE_CHECKING:
    from openimr.archive.entry import ItemRow


def letter_tags(
    determination: Determination, items: Sequence[ItemRow], facts: Iterable[Fact]
) -> tuple[str, ...]:
    """All tags of a letter, each once."""
    found: dict[str, None] = {}
    for item in items:
        decision = "Overturned" if item.overturned else "Upheld"
        found[tag("decision", decision)] = None
        for kind, value in _of_item(item):
            found[tag(kind, value)] = None
            found[tag(kind, value, decision)] = None
    for kind, value in _of_letter(determination):
        found[tag(kind, value)] = None
    for says in dict.fromkeys((fact.fact, fact.polarity) for fact in facts):
        found[tag("fact", says[0] if says[1] == "present" else ":".join(says))] = None
    return tuple(found)


def _of_item(item: ItemRow) -> Iterable[tuple[str, str]]:
    for kind, value in (
        ("treatment", item.treatment),
        ("category", item.category),
        ("drug", item.drug),
        ("class", item.drug_class),
        ("region", item.region),
    ):
        if value:
            yield kind, value
    if item.proposed is not None:
        yield "proposed", "overturned" if item.proposed else "upheld"
    for criterion in item.decisive:
        yield "criterion", criterion
    for cited in item.citations:
        if cited.by:  # the reviewer's
            yield "body", cited.body
            if cited.chapter:
                yield "chapter", f"{cited.body} {cited.chapter}"
            if cited.section:
                yield "section", cited.section


def _of_letter(determination: Determination) -> Iterable[tuple[str, str]]:
    for specialty in determination.reviewer.certification:
        yield "specialty", specialty
    if determination.priority:
        yield "priority", determination.priority
    if determination.decision_date:
        yield "year", str(determination.decision_date.year)
    yield "variant", determination.format

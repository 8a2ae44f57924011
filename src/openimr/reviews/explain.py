"""How one disputed item came to its findings, criterion by criterion: for authors of guidelines.

A review says what was found; this says what was looked at as well: every criterion of the
guideline, also those that did not apply and why, its condition in plain words, and each fact the
condition names with what the record gave for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

import msgspec

from openimr.errors import InputError
from openimr.guidelines.conditions import Condition, Known, Result
from openimr.guidelines.guideline import Criterion, Edition, Guideline
from openimr.guidelines.library import Library
from openimr.guidelines.show import edition_words
from openimr.guidelines.wording import fact_words, in_words, lines
from openimr.model import Case, Fact, Finding, ItemReview, Review
from openimr.reviews import findings
from openimr.reviews.bearing import Bearing, index_facts
from openimr.reviews.intervals import computed_facts, months_since_injury
from openimr.reviews.requests import Request, read_requests
from openimr.reviews.run import review

WIDTH = 100
_EFFECT = {
    "supports": "supports the request",
    "defeats": "counts against the request",
    "gap": "is a gap in the record",
    "waived": "fails, and is waived",
    "neutral": "has no effect",
    "not_asked": "is not asked at this phase",
}


class LookedAt(msgspec.Struct, frozen=True):
    """A fact that a condition names: what the record gave for it, and the words it rests on."""

    fact: str
    says: str
    value: str
    quotes: tuple[str, ...] = ()


class CriterionExplained(msgspec.Struct, frozen=True):
    """A criterion with all that was looked at; ``left_out`` says why it did not apply."""

    criterion: str
    kind: str
    says: str
    condition: str
    words: tuple[str, ...]
    looked_at: tuple[LookedAt, ...]
    left_out: str | None = None
    status: str | None = None
    effect: str | None = None
    decisive: bool = False


class Explanation(msgspec.Struct, frozen=True):
    """One item explained; ``item`` counts from 1."""

    case_number: str | None
    item: int
    request: str
    treatment: str
    read_as: str
    editions: tuple[str, ...]
    criteria: tuple[CriterionExplained, ...]
    proposal: str
    probability: float | None


def explain(case: Case, item: str, library: Library) -> Explanation:
    """Explain one item of a case.

    Args:
        case: the case file, documents loaded as text.
        item: the number of the item, from 1, or its treatment id.
        library: the guideline library.

    Raises:
        InputError: the case has no such item, or several of that treatment.
    """
    made = review(case, library)
    number = _number(case, made, item)
    reviewed = made.items[number]
    index = index_facts(made.facts)
    computed = dict(computed_facts(case, index))
    request = read_requests(case, made.facts, library, months_since_injury(computed))[number]
    if reviewed.parent is not None:
        leaned_on = made.items[reviewed.parent].proposed_decision
        if leaned_on is not None:
            computed["parent_item_supported"] = Known(leaned_on == "Overturned", ())
    bearing = Bearing(request, index, library, computed)
    guideline = library.get(request.guideline) if request.guideline else None
    editions = _editions(guideline, reviewed)
    explained = (
        tuple(_criterion(c, request, editions, bearing, reviewed) for c in guideline.criteria)
        if guideline is not None
        else ()
    )
    return Explanation(
        case_number=case.case_number,
        item=number + 1,
        request=request.text,
        treatment=reviewed.treatment,
        read_as=_read_as(reviewed),
        editions=tuple(edition_words(edition) for edition in editions),
        criteria=explained,
        proposal=reviewed.proposed_decision or "insufficient: nothing is proposed",
        probability=reviewed.confidence,
    )


def _number(case: Case, made: Review, item: str) -> int:
    source = case.case_number or "the case"
    known = "; ".join(f"{n} {one.treatment}" for n, one in enumerate(made.items, 1))
    if item.isdecimal():
        if 1 <= int(item) <= len(made.items):
            return int(item) - 1
        raise InputError(source, f"has no item {item}", f"it has {known}")
    fitting = [n for n, one in enumerate(made.items) if one.treatment == item]
    if len(fitting) == 1:
        return fitting[0]
    problem = f"has {'several items' if fitting else 'no item'} read as {item}"
    raise InputError(source, problem, f"name the number of one: {known}")


def _read_as(item: ItemReview) -> str:
    parts = [item.drug, item.side, item.region, item.phase]
    if item.quantity is not None:
        parts.append(f"{item.quantity:g} {item.unit or ''}".strip())
    if item.parent is not None:
        parts.append(f"depends on item {item.parent + 1}")
    return ", ".join(part for part in parts if part)


def _editions(guideline: Guideline | None, item: ItemReview) -> tuple[Edition, ...]:
    """The editions that the review went by: those whose citation it gives."""
    if guideline is None:
        return ()
    return tuple(e for e in guideline.editions if e.citation.citation() in item.guidelines)


def _criterion(
    criterion: Criterion,
    request: Request,
    editions: tuple[Edition, ...],
    bearing: Bearing,
    item: ItemReview,
) -> CriterionExplained:
    result = bearing.test(criterion.test)
    finding = next((f for f in item.findings if f.criterion == criterion.key), None)
    return CriterionExplained(
        criterion=criterion.key,
        kind=criterion.kind,
        says=criterion.says,
        condition=criterion.test.text,
        words=tuple(lines(in_words(criterion.test))),
        looked_at=tuple(_looked_at(result)),
        left_out=(
            None
            if finding and finding.effect != "not_asked"
            else _why_left_out(criterion, request, editions, bearing)
        ),
        status=finding.status if finding else None,
        effect=_effect(finding, criterion, bearing),
        decisive=criterion.key in item.decisive,
    )


def _effect(finding: Finding | None, criterion: Criterion, bearing: Bearing) -> str | None:
    if finding is None:
        return None
    said = _EFFECT[finding.effect]
    if finding.effect == "waived" and findings.waived([criterion], bearing):
        said += f" because {criterion.lifted_by}"
    return said


def _why_left_out(
    criterion: Criterion, request: Request, editions: tuple[Edition, ...], bearing: Bearing
) -> str:
    if not criterion.applies(request.stage):
        return f"is for the phases {', '.join(criterion.phases)}; the request is {request.stage}"
    if criterion.editions and not {e.id for e in editions} & set(criterion.editions):
        return f"belongs to the editions {', '.join(criterion.editions)}, which do not speak here"
    when: Condition | None = criterion.applies_when
    if when is not None:
        state = bearing.test(when).truth
        found = "not documented" if state is None else "not so"
        return f"applies only when {when.text}, which is {found}"
    return "was not tested"


def _looked_at(result: Result) -> Iterator[LookedAt]:
    for atom in result.atoms:
        quotes = dict.fromkeys(
            f"“{' '.join(fact.quote.split())}” ({fact.document}, {fact.polarity})"
            for fact in atom.facts
            if isinstance(fact, Fact)
        )
        yield LookedAt(
            fact=atom.fact if atom.binding is None else f"{atom.fact}@{atom.binding}",
            says=fact_words(atom.fact, atom.binding),
            value=_value(atom.value),
            quotes=tuple(quotes),
        )


def _value(value: object) -> str:
    if value is None:
        return "not documented"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def as_text(explanation: Explanation) -> str:
    """The explanation as Markdown that also reads well as plain text."""
    e = explanation
    sure = "" if e.probability is None else f" (probability {e.probability:.0%})"
    blocks = [
        f"# {e.case_number or 'Case'}, item {e.item}: {e.request}",
        f"Read as `{e.treatment}`" + (f": {e.read_as}" if e.read_as else "") + "  \n"
        f"Proposed, as a draft: {e.proposal}{sure}",
        "## Texts that speak\n\n" + ("\n".join(f"- {one}" for one in e.editions) or "None."),
        "## Criteria",
    ]
    if not e.criteria:
        blocks.append("The library holds no guideline for this treatment.")
    blocks += [_as_text(one) for one in e.criteria]
    return "\n\n".join(blocks) + "\n"


def _as_text(one: CriterionExplained) -> str:
    name = one.criterion.rpartition(".")[2]
    out = [fill(f"**{name}** ({one.kind}) {one.says}", WIDTH)]
    if one.left_out is not None:
        return "\n".join([*out, _bullet(f"Left out: {one.left_out}.")])
    status = (one.status or "").replace("_", " ")
    out.append(_bullet(f"{status}; {one.effect}{'; decisive' if one.decisive else ''}"))
    out.append(_bullet(f"Test: `{one.condition}`"))
    out += [f"  {line}" for line in one.words]
    for seen in one.looked_at:
        out.append(_bullet(f"{seen.fact} = {seen.value}"))
        out += [
            fill(q, WIDTH, initial_indent="    ", subsequent_indent="    ") for q in seen.quotes
        ]
    return "\n".join(out)


def _bullet(text: str) -> str:
    return fill(f"- {text}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)

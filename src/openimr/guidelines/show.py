"""A guideline in plain language, for a physician who checks what the machine goes by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill

from openimr.guidelines.guideline import Criterion, Edition, Example, Guideline

WIDTH = 100

KINDS = {
    "requirement": "must be documented",
    "documentation": "must be stated in the record or the request",
    "alternative": "one of a group must be documented",
    "contraindication": "defeats the request where it is present",
    "limit": "must not be exceeded",
    "permit": "supports or excuses; never required",
}
CERTAINTIES = {
    "S": "read in a source",
    "S2": "seen restated in determinations",
    "GK-H": "general knowledge, high confidence; not checked against the official text",
    "GK-M": "general knowledge, medium confidence; check before relying on it",
    "GK-L": "general knowledge, low confidence; check before relying on it",
}
PHASES = {
    "initial": "first request",
    "repeat": "repeat request",
    "ongoing": "continuing drug",
    "trial": "trial",
    "purchase": "purchase",
    "postop": "after surgery",
    "retro": "already given",
}
DECISIONS = {"Overturned": "treatment necessary (Overturned)", "Upheld": "denial stands (Upheld)"}


def show(guideline: Guideline) -> str:
    """Describe a guideline: names, editions, criteria in their order, examples.

    Args:
        guideline: the guideline.

    Returns:
        Markdown that also reads well as plain text.
    """
    blocks = [
        f"# {guideline.title}",
        "  \n".join(_head(guideline)),
        "## Editions",
        "\n".join(f"- {edition_words(edition)}" for edition in guideline.editions) or "None given.",
        "## Criteria",
        *(_criterion(criterion, guideline) for criterion in guideline.criteria),
        "## Examples",
        "\n".join(_example(example) for example in guideline.examples) or "None given.",
    ]
    return "\n\n".join(blocks) + "\n"


def _head(guideline: Guideline) -> Iterator[str]:
    yield f"Treatment: `{guideline.treatment}` (family {guideline.family}, {guideline.category})"
    if guideline.region:
        yield f"Region: {guideline.region}"
    phrases = [name for name in guideline.names if isinstance(name, str)]
    if phrases:
        yield f"Requests say: {'; '.join(phrases)}"
    if guideline.drug_classes:
        yield f"Drug classes: {', '.join(guideline.drug_classes)}"
    if guideline.codes:
        yield "Codes: " + ", ".join(f"{code.system} {code.code}" for code in guideline.codes)
    if guideline.parent:
        yield "Belongs to another item of the case and falls with it."


def edition_words(edition: Edition) -> str:
    """An edition on one line: step of the search, text, when it is in force, id."""
    citation = edition.citation
    title = ", ".join(
        str(part) for part in (citation.body, citation.chapter, citation.year) if part is not None
    )
    if citation.section:
        title += f", section {citation.section}"
    if citation.pages:
        title += f", page{'s' if len(citation.pages) > 1 else ''} " + ", ".join(
            map(str, citation.pages)
        )
    start, end = edition.in_force.start, edition.in_force.end
    since = f"from {start}" if start else "from the beginning"
    step = "" if edition.step == citation.body else f"{edition.step}: "
    return f"{step}{title} ({since}{f' to {end}' if end else ''}; `{edition.id}`)"


def _criterion(criterion: Criterion, guideline: Guideline) -> str:
    lines = [fill(f"**{criterion.id}** {criterion.says}", WIDTH)]
    lines += [
        fill(f"- {line}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        for line in _details(criterion, guideline)
    ]
    return "\n".join(lines)


def _details(criterion: Criterion, guideline: Guideline) -> Iterator[str]:
    yield f"{criterion.kind.capitalize()}: {KINDS[criterion.kind]}."
    if criterion.weight == "supporting":
        yield "Supporting: silence of the record alone does not defeat the request."
    if criterion.group:
        others = [c.id for c in guideline.criteria if c.group == criterion.group and c != criterion]
        yield f"Group {criterion.group}: this or one of {', '.join(others) or 'none other'}."
    if criterion.stands_in_for:
        yield f"May stand in for {criterion.stands_in_for}."
    if criterion.permits:
        yield f"Lifts a failure of {', '.join(criterion.permits)}."
    if criterion.phases:
        yield f"Applies to: {_listed([PHASES[phase] for phase in criterion.phases])}."
    if criterion.editions:
        yield f"Only under: {_listed(criterion.editions)}."
    if criterion.applies_when is not None:
        yield f"Only when: `{criterion.applies_when.text}`"
    yield f"Test: `{criterion.test.text}`"
    if criterion.waiver is not None:
        yield f"Waived when: `{criterion.waiver.text}`"
    if criterion.gap:
        yield f"To document: {criterion.gap}"
    if criterion.same_as:
        yield f"Shared with {criterion.same_as}."
    source = criterion.source
    yield f"Source: {source.cite} ({source.certainty}: {CERTAINTIES[source.certainty]})."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _example(example: Example) -> str:
    expected = []
    if example.expect.decision:
        expected.append(DECISIONS[example.expect.decision])
    expected += [f"{name} {status.replace('_', ' ')}" for name, status in
                 example.expect.findings.items()]  # fmt: skip
    return fill(f"- {example.name}: {'; '.join(expected)}", WIDTH, subsequent_indent="  ")

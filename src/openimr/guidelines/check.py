"""Testing what guideline files say, beyond their shape: used by ``imr guideline check``.

A library that loads has files of the right shape and conditions that can be read. Here: names
that exist, citations that can be printed, examples that hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import get_args

import msgspec

from openimr.errors import GuidelineError
from openimr.guidelines import facts, files
from openimr.guidelines.conditions import Condition, Known
from openimr.guidelines.facts import vocabulary
from openimr.guidelines.guideline import Criterion, Edition, Example, Guideline
from openimr.guidelines.library import SHIPPED, Library, load
from openimr.model import ItemReview, Region, Status

RunText = Callable[[Example, Guideline], ItemReview]
"""Carries a text example through the whole review; supplied from above."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong: the file, the line (None: the file as a whole), what and remedy."""

    source: str
    line: int | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}, line {self.line}"
        return f"{where}: {self.problem}; {self.remedy}."


class _Found(msgspec.Struct, frozen=True):
    place: files.Place
    problem: str
    remedy: str


def check_folder(
    folder: Path | None = None,
    *extra: Path,
    run_text: RunText | None = None,
    drug_classes: Collection[str] = (),
) -> list[Problem]:
    """Check the files of a folder from the ground up.

    Args:
        folder: the folder; None for the shipped library.
        extra: folders laid over it.
        run_text: see :func:`check`.
        drug_classes: see :func:`check`.

    Returns:
        All problems of shape; only where there are none, all problems of content.
    """
    problems: list[Problem] = []
    for one in (folder or SHIPPED, *extra):
        for path in sorted(one.glob("*.yaml")):
            problems += shape_problems(path)
    if problems:
        return problems
    try:
        library = load(folder, *extra)
    except GuidelineError as error:
        return [Problem(error.source, None, error.problem, error.remedy)]
    return check(library, run_text, drug_classes)


def shape_problems(path: Path) -> list[Problem]:
    """Everything in a file that departs from the schema, and keys given twice."""
    data = path.read_bytes()
    try:
        content = files.read_yaml(data, str(path))
    except GuidelineError as wrong:
        return [Problem(wrong.source, None, wrong.problem, wrong.remedy)]
    found = [
        Problem(str(path), line, f'key "{key}" is given twice', "keep one of them")
        for line, key in files.duplicate_keys(data)
    ]
    for error in files.schema_problems(data, content, str(path)):
        line, _, problem = error.problem.removeprefix("line ").partition(": ")
        found.append(Problem(str(path), int(line), problem, error.remedy))
    return found


def check(
    library: Library,
    run_text: RunText | None = None,
    drug_classes: Collection[str] = (),
) -> list[Problem]:
    """Check what the guidelines of a library say and run their examples.

    Args:
        library: the library.
        run_text: carries a text example through the review; without it only the examples given
            as facts are run.
        drug_classes: the drug classes there are; without them class names are not checked.

    Returns:
        The problems, file by file.
    """
    problems: list[Problem] = []
    for guideline in library.treatments.values():
        found = [
            *_name_problems(guideline, drug_classes),
            *_edition_problems(guideline, library),
            *_criterion_problems(guideline, library),
        ]
        # A review can be trusted with a guideline only when all it names exists.
        found += _example_problems(guideline, None if found else run_text)
        path = library.paths[guideline.treatment]
        data = path.read_bytes() if found else b""
        problems += [
            Problem(str(path), files.line_of(data, one.place), one.problem, one.remedy)
            for one in found
        ]
    return problems


def _name_problems(guideline: Guideline, drug_classes: Collection[str]) -> Iterator[_Found]:
    if not guideline.names and not guideline.drug_classes:
        remedy = "add names or drug_classes"
        yield _Found(("treatment",), "no request can ever be recognized as this", remedy)
    for place, name in enumerate(guideline.drug_classes):
        if drug_classes and name not in drug_classes:
            remedy = files.suggest(name, sorted(drug_classes), short=True)
            yield _Found(("drug_classes", place), f'unknown drug class "{name}"', remedy)


def _edition_problems(guideline: Guideline, library: Library) -> Iterator[_Found]:
    yield from _twice("edition", "editions", [edition.id for edition in guideline.editions])
    if not guideline.editions:
        yield _Found(("editions",), "no edition is given", "add the text the criteria rest on")
    for place, edition in enumerate(guideline.editions):
        start, end = edition.in_force.start, edition.in_force.end
        if start is not None and end is not None and end < start:
            problem = f"edition {edition.id} ends before it begins"
            yield _Found(("editions", place, "in_force"), problem, "correct the dates")
        if missing := _missing_in_citation(edition):
            problem = f"the citation of {edition.id} lacks {missing}"
            yield _Found(("editions", place, "citation"), problem, f"add {missing}")
        if edition.applies_when is not None:
            for problem, remedy in _unknown_names(edition.applies_when, library):
                yield _Found(("editions", place, "when"), f"{edition.id}: {problem}", remedy)


def _missing_in_citation(edition: Edition) -> str | None:
    citation = edition.citation
    if citation.chapter is None and citation.section is None:
        return "chapter or section"
    if citation.body == "MTUS" and citation.chapter is None:
        return "chapter"
    if citation.body == "MTUS" and citation.year is None:
        return "year"
    return None


def _twice(what: str, key: str, names: list[str]) -> Iterator[_Found]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield _Found((key, place, "id"), f"{what} {name} is given twice", "give it another id")


def _criterion_problems(guideline: Guideline, library: Library) -> Iterator[_Found]:
    ids = [criterion.id for criterion in guideline.criteria]
    yield from _twice("criterion", "criteria", ids)
    editions = {edition.id for edition in guideline.editions}
    for place, criterion in enumerate(guideline.criteria):
        for key, name in _references(criterion):
            if name not in ids or name == criterion.id:
                problem = f"{criterion.id} {key} {name}, which is no other criterion of this file"
                yield _Found(("criteria", place, key), problem, "name one of " + ", ".join(ids))
        for name in criterion.editions:
            if name not in editions:
                remedy = files.suggest(name, sorted(editions))
                problem = f'{criterion.id} names the unknown edition "{name}"'
                yield _Found(("criteria", place, "editions"), problem, remedy)
        if criterion.kind == "alternative" and not (criterion.group or criterion.stands_in_for):
            problem = f"alternative {criterion.id} belongs to nothing"
            yield _Found(("criteria", place, "kind"), problem, "add group or stands_in_for")
        for key, condition in _conditions(criterion):
            for problem, remedy in _unknown_names(condition, library):
                yield _Found(("criteria", place, key), f"{criterion.id}: {problem}", remedy)


def _references(criterion: Criterion) -> Iterator[tuple[str, str]]:
    for name in criterion.permits:
        yield "permits", name
    if criterion.stands_in_for is not None:
        yield "stands_in_for", criterion.stands_in_for


def _conditions(criterion: Criterion) -> Iterator[tuple[str, Condition]]:
    yield "condition", criterion.test
    if criterion.applies_when is not None:
        yield "when", criterion.applies_when
    if criterion.waiver is not None:
        yield "lifted_by", criterion.waiver


def _unknown_names(condition: Condition, library: Library) -> Iterator[tuple[str, str]]:
    known = vocabulary()
    for fact, binding in sorted(condition.names, key=str):
        if fact not in known:
            yield f'unknown fact "{fact}"', files.suggest(fact, list(known), short=True)
        if binding is not None and not _is_binding(binding, library):
            places = [*get_args(Region), *library.treatments, "any"]
            remedy = files.suggest(binding, places, short=True)
            yield f'"{fact}@{binding}": no region, treatment or family "{binding}"', remedy


def _is_binding(binding: str, library: Library) -> bool:
    return (
        binding == "any"
        or binding in get_args(Region)
        or binding in library.treatments
        or library.family(binding) != (binding,)
        or any(one.family == binding for one in library.treatments.values())
    )


def _example_problems(guideline: Guideline, run_text: RunText | None) -> Iterator[_Found]:
    decisions = {example.expect.decision for example in guideline.examples}
    for wanted in ("Overturned", "Upheld"):
        if wanted not in decisions:
            problem = f"no example is expected to be {wanted}"
            yield _Found(("examples",), problem, "add an invented one")
    for place, example in enumerate(guideline.examples):
        for problem, remedy in _run(example, guideline, run_text):
            found = f'example "{example.name}": {problem}'
            yield _Found(("examples", place), found, remedy)


def _run(
    example: Example, guideline: Guideline, run_text: RunText | None
) -> Iterator[tuple[str, str]]:
    unknown = [name for name in example.expect.findings if guideline.criterion(name) is None]
    for name in unknown:
        yield f"expects a finding for {name}, which is no criterion", "correct the id"
    if example.text is None and example.facts is None:
        yield "has neither text nor facts", "give it one of them"
    elif example.facts is not None:
        yield from _facts_problems(example, guideline)
    elif example.request is None:
        yield "has a text and no request", "add the request as an application would word it"
    elif run_text is not None:
        yield from _text_problems(example, guideline, run_text(example, guideline))


def _facts_problems(example: Example, guideline: Guideline) -> Iterator[tuple[str, str]]:
    known = vocabulary()
    for name in example.facts or {}:
        if name.partition("@")[0] not in known:
            remedy = files.suggest(name, list(known), short=True)
            yield f'gives the unknown fact "{name}"', remedy
    found = status_on_facts(example, guideline.criteria)
    yield from _compare(example.expect.findings, found)


def status_on_facts(example: Example, criteria: Iterable[Criterion]) -> dict[str, Status]:
    """The status of each criterion on the facts that an example gives.

    A fact given without a binding answers for every binding; derived facts are derived.
    """
    given = example.facts or {}

    def stated(fact: str, binding: str | None) -> Known | None:
        value = given.get(f"{fact}@{binding}", given.get(fact))
        if value is None:
            return None
        return Known(tuple(value) if isinstance(value, list) else value)

    look_up = facts.with_derived(stated)
    status: dict[bool | None, Status] = {True: "met", False: "not_met", None: "not_documented"}
    return {criterion.id: status[criterion.test.evaluate(look_up).truth] for criterion in criteria}


def _text_problems(
    example: Example, guideline: Guideline, item: ItemReview
) -> Iterator[tuple[str, str]]:
    if item.treatment != guideline.treatment:
        yield f"the request is read as {item.treatment}", "correct the names or the request"
        return
    status = {one.criterion: one.status for one in item.findings}
    found = {c.id: status[c.key] for c in guideline.criteria if c.key in status}
    yield from _compare(example.expect.findings, found)
    wanted = example.expect.decision
    if wanted is not None and item.proposed_decision != wanted:
        problem = f"expects {wanted}, the proposal is {item.proposed_decision}"
        if item.decisive:
            problem += " by " + ", ".join(item.decisive)
        yield problem, "correct the condition, the text or the expectation"


def _compare(
    expected: Mapping[str, Status], found: Mapping[str, Status]
) -> Iterator[tuple[str, str]]:
    remedy = "correct the condition, the facts or the expectation"
    for name, status in expected.items():
        if name in found and found[name] != status:
            yield f"expects {name} {status}, it is {found[name]}", remedy
        elif name not in found:
            yield f"expects {name} {status}, it does not apply", remedy

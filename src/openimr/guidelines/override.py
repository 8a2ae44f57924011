"""Trying a change without touching a file: ``mri_lumbar.C4.weeks=6``.

A setting names a criterion and what of it to replace: the number that a fact is compared with in
its condition (by the fact's name, or by the end of it where only one fact ends so) or in what a
fact of the condition is derived from, or its ``condition``, ``weight`` or ``kind`` as a whole.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, get_args

import msgspec

from openimr.errors import GuidelineError
from openimr.guidelines import files
from openimr.guidelines.conditions import Condition, ConditionError, parse
from openimr.guidelines.expressions import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    FactName,
    Membership,
    Node,
    Not,
    Or,
    walk,
    write,
)
from openimr.guidelines.facts import vocabulary
from openimr.guidelines.guideline import Criterion, Guideline, InForce
from openimr.guidelines.library import Library
from openimr.model import Kind

WEIGHTS = ("core", "supporting")
WHOLE = ("condition", "kind", "weight")
"""What of a criterion is replaced as a whole; any other name is a fact of its condition."""

_FORM = "write it as TREATMENT.Cn.NAME=VALUE, such as mri_lumbar.C4.weeks=6"


class Setting(NamedTuple):
    """One change: of which criterion, what, to what; ``text`` is how it was written."""

    text: str
    treatment: str
    criterion: str
    name: str
    value: str


def read_setting(text: str) -> Setting:
    """Read ``TREATMENT.Cn.NAME=VALUE``.

    Raises:
        GuidelineError: the text has not this form.
    """
    place, sign, value = text.partition("=")
    parts = place.strip().rsplit(".", 2)
    if not sign or len(parts) != 3 or not all(parts) or not value.strip():
        raise GuidelineError(text, "is no setting", _FORM)
    return Setting(text, parts[0], parts[1], parts[2], _unquoted(value.strip()))


def _unquoted(value: str) -> str:
    inner = value[1:-1]
    if len(value) > 2 and value[0] == value[-1] == '"' and '"' not in inner:
        return inner
    return value


def override(library: Library, settings: Iterable[str]) -> Library:
    """A library with some criteria changed.

    Args:
        library: the library to start from; it stays as it is.
        settings: changes as :func:`read_setting` reads them, made in their order. A change holds
            for the criterion it names, not for those that share it by ``same_as``.

    Returns:
        A new library; its version is that of the old one with a mark of the settings, so that
        nothing made with it can be taken for the library itself.

    Raises:
        GuidelineError: a setting names what is not there; the message says what is.
    """
    chosen = [read_setting(text) for text in settings]
    if not chosen:
        return library
    held = dict(library.treatments)
    for setting in chosen:
        held[setting.treatment] = _changed(held, setting)
    mark = hashlib.sha256("\n".join(setting.text for setting in chosen).encode()).hexdigest()[:8]
    return Library(held.values(), f"{library.version}+set-{mark}", library.paths)


def as_of(library: Library, day: date) -> Library:
    """A library in which the editions in force on a day hold on every day.

    A guideline without an edition on that day keeps the ones it has.
    """
    held = [_settled(guideline, day) for guideline in library.treatments.values()]
    return Library(held, f"{library.version}+as-of-{day}", library.paths)


def _settled(guideline: Guideline, day: date) -> Guideline:
    editions = tuple(
        msgspec.structs.replace(edition, in_force=InForce())
        for edition in guideline.editions
        if edition.in_force.covers(day)
    )
    return msgspec.structs.replace(guideline, editions=editions) if editions else guideline


def _changed(held: dict[str, Guideline], setting: Setting) -> Guideline:
    guideline = held.get(setting.treatment)
    if guideline is None:
        remedy = files.suggest(setting.treatment, list(held), short=True)
        problem = f'no guideline "{setting.treatment}" is held'
        raise GuidelineError(setting.text, problem, remedy)
    criterion = guideline.criterion(setting.criterion)
    if criterion is None:
        there = ", ".join(one.id for one in guideline.criteria)
        problem = f'{setting.treatment} has no criterion "{setting.criterion}"'
        raise GuidelineError(setting.text, problem, f"it has {there}")
    changed = msgspec.structs.replace(criterion, **_replacement(criterion, setting))
    criteria = tuple(changed if one is criterion else one for one in guideline.criteria)
    return msgspec.structs.replace(guideline, criteria=criteria)


def _replacement(criterion: Criterion, setting: Setting) -> dict[str, Any]:
    name, value = setting.name, setting.value
    if name == "condition":
        return {"condition": _condition(setting).text}
    allowed: Sequence[str] = {"weight": WEIGHTS, "kind": get_args(Kind)}.get(name, ())
    if allowed:
        if value not in allowed:
            problem = f'{name} cannot be "{value}"'
            raise GuidelineError(setting.text, problem, files.suggest(value, list(allowed)))
        return {name: value}
    return {"condition": _with_number(criterion, setting)}


def _condition(setting: Setting) -> Condition:
    try:
        condition = parse(setting.value)
    except ConditionError as error:
        raise GuidelineError(setting.text, str(error), "correct the condition") from None
    known = vocabulary()
    for fact, _ in sorted(condition.names, key=str):
        if fact not in known:
            remedy = files.suggest(fact, list(known), short=True)
            raise GuidelineError(setting.text, f'unknown fact "{fact}"', remedy)
    return condition


def numbers_of(expression: Node) -> dict[str, list[float]]:
    """The numbers that each fact of an expression is compared with, in reading order."""
    found: dict[str, list[float]] = {}
    for node in walk(expression):
        pair = _compared(node)
        if pair is not None:
            found.setdefault(pair[0].fact, []).append(pair[1])
    return found


def _compared(node: Node) -> tuple[FactName, float] | None:
    if not isinstance(node, Comparison):
        return None
    for fact, constant in ((node.left, node.right), (node.right, node.left)):
        if (
            isinstance(fact, FactName)
            and isinstance(constant, Constant)
            and not isinstance(constant.value, bool | str)
        ):
            return fact, constant.value
    return None


def _with_number(criterion: Criterion, setting: Setting) -> str:
    name = setting.name
    expression = criterion.test.expression
    if not _fitting(expression, name):
        expression = _written_out(expression, name)
    there, fitting = numbers_of(expression), _fitting(expression, name)
    if len(fitting) != 1:
        every = numbers_of(_written_out(expression, None))
        has = "; ".join(
            f"{fact} compared with {' and '.join(f'{n:g}' for n in dict.fromkeys(numbers))}"
            for fact, numbers in every.items()
        )
        which = "more than one number goes" if fitting else "no number goes"
        remedy = f"{criterion.key} has {has or 'no number'}; also {', '.join(WHOLE)}"
        raise GuidelineError(setting.text, f'{which} by the name "{name}"', remedy)
    if len(set(there[fitting[0]])) > 1:
        problem = f"{fitting[0]} is compared with more than one number"
        raise GuidelineError(setting.text, problem, f"set {criterion.key}.condition instead")
    changed = _replaced(expression, fitting[0], _number(setting, fitting[0]))
    try:
        return parse(write(changed)).text
    except ConditionError:
        problem = f"the number of {fitting[0]} cannot be changed by itself"
        raise GuidelineError(
            setting.text, problem, f"set {criterion.key}.condition instead"
        ) from None


def _fitting(expression: Node, name: str) -> list[str]:
    """The facts compared with a number that a name may mean: itself, or all that end so."""
    there = numbers_of(expression)
    return [name] if name in there else [fact for fact in there if fact.endswith(f"_{name}")]


def _number(setting: Setting, fact: str) -> float:
    try:
        number: float = msgspec.convert(setting.value, int | float, strict=False)
    except msgspec.ValidationError:
        number = math.nan
    if not math.isfinite(number):
        problem = f'"{setting.value}" is no number'
        raise GuidelineError(setting.text, problem, f"give a number for {fact}")
    return number


def _written_out(node: Node, name: str | None, above: frozenset[str] = frozenset()) -> Node:
    """The expression with derived facts written out where their derivation holds the number.

    A number may stand in the derivation of a fact rather than in the criterion. Written out, it
    can be changed for this criterion alone. ``name`` None writes out whatever holds a number.
    """
    if isinstance(node, FactName):
        kind = vocabulary().get(node.fact)
        derived = kind.derived if kind is not None else None
        if derived is None or node.binding is not None or node.fact in above:
            return node
        inner = _written_out(derived.expression, name, above | {node.fact})
        holds = numbers_of(inner) if name is None else _fitting(inner, name)
        return inner if holds else node
    return _rebuilt(node, lambda part: _written_out(part, name, above))


def _replaced(node: Node, fact: str, number: float) -> Node:
    """The expression with the number that a fact is compared with replaced everywhere."""
    pair = _compared(node)
    if isinstance(node, Comparison) and pair is not None and pair[0].fact == fact:
        swapped = isinstance(node.left, Constant)
        sides = (Constant(number), node.right) if swapped else (node.left, Constant(number))
        return Comparison(node.operator, *sides)
    return _rebuilt(node, lambda part: _replaced(part, fact, number))


def _rebuilt(node: Node, below: Callable[[Node], Node]) -> Node:
    """The node with each of its parts replaced."""
    match node:
        case Comparison(operator=operator, left=left, right=right):
            return Comparison(operator, below(left), below(right))
        case Not(part=part):
            return Not(below(part))
        case And(parts=parts):
            return And(tuple(map(below, parts)))
        case Or(parts=parts):
            return Or(tuple(map(below, parts)))
        case Call(function=function, parts=parts, minimum=minimum):
            return Call(function, tuple(map(below, parts)), minimum)
        case Arithmetic(operator=operator, left=left, right=right):
            return Arithmetic(operator, below(left), below(right))
        case Membership(left=left, values=values, negated=negated):
            return Membership(below(left), values, negated)
    return node

"""Conditions in plain words, for people who do not read code.

A condition becomes a small tree of clauses: a leaf says one thing in the words of the fact
vocabulary, a branch says how many of its parts must hold. :func:`sentence` prints the tree on one
line; pages print it as nested lists.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from openimr.guidelines.conditions import Condition
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
    write,
)
from openimr.guidelines.facts import FactKind, vocabulary

OPERATORS = {
    "==": "is",
    "!=": "is not",
    "<": "less than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
}
_SWAPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_SIGNS = {"+": "plus", "-": "minus", "*": "times"}


class Clause(msgspec.Struct, frozen=True):
    """One part of a condition in words; ``parts`` is empty for a leaf."""

    says: str
    parts: tuple[Clause, ...] = ()


def in_words(condition: Condition) -> Clause:
    """The condition as a tree of clauses in the words of the fact vocabulary."""
    return _clause(condition.expression)


def sentence(clause: Clause) -> str:
    """A clause and its parts on one line."""
    if not clause.parts:
        return clause.says
    return f"{clause.says}: [{'; '.join(sentence(part) for part in clause.parts)}]"


def lines(clause: Clause, depth: int = 0) -> Iterator[str]:
    """A clause and its parts as an indented list, one line each."""
    yield "  " * depth + ("- " if depth else "") + clause.says + (":" if clause.parts else "")
    for part in clause.parts:
        yield from lines(part, depth + 1)


def fact_words(name: str, binding: str | None = None) -> str:
    """The words of a fact, with the region or treatment it is looked up for."""
    kind = vocabulary().get(name)
    said = kind.says.rstrip(".") if kind is not None else name.replace("_", " ")
    if binding is None:
        return said
    about = "any region or treatment" if binding == "any" else binding.replace("_", " ")
    return f"{said} (for {about})"


def _clause(node: Node) -> Clause:
    match node:
        case And(parts=parts):
            return Clause("all of these", tuple(_clause(part) for part in parts))
        case Or(parts=parts):
            return Clause("at least one of these", tuple(_clause(part) for part in parts))
        case Not(part=part):
            return _negated(_clause(part))
        case Call():
            return _call(node)
        case Comparison(operator=operator, left=left, right=right):
            return Clause(_comparison(operator, left, right))
        case Membership(left=left, values=values, negated=negated):
            choices = " or ".join(_amount(value, None) for value in values)
            verb = "is none of" if negated else "is"
            return Clause(f"{_amount(left, None)} {verb} {choices}")
        case FactName(fact=fact, binding=binding):
            return Clause(fact_words(fact, binding))
        case Constant(value=bool(value)):
            # ``any(..., False)`` makes silence count as no; ``True`` stands for "in any case".
            return Clause("in any case" if value else "otherwise no: silence of the record counts")
    return Clause(write(node))


def _negated(clause: Clause) -> Clause:
    if not clause.parts:
        return Clause(f"not: {clause.says}")
    says = clause.says.replace("at least one of these", "none of these")
    return Clause(says if says != clause.says else f"not {clause.says}", clause.parts)


def _call(node: Call) -> Clause:
    parts = tuple(_clause(part) for part in node.parts)
    if node.function == "documented":
        return Clause(f"the record says whether or how much: {sentence(parts[0])}")
    if node.function == "all":
        return Clause("all of these", parts)
    if node.function == "at_least":
        return Clause(f"at least {node.minimum} of these", parts)
    if node.function == "any":
        closed = [p for p in node.parts if not (isinstance(p, Constant) and p.value is False)]
        kept = tuple(_clause(part) for part in closed)
        note = " (silence counts as no)" if len(closed) < len(node.parts) else ""
        if len(kept) == 1:
            return Clause(kept[0].says + note, kept[0].parts)
        return Clause(f"at least one of these{note}", kept)
    return Clause(write(node))


def _comparison(operator: str, left: Node, right: Node) -> str:
    if isinstance(left, Constant) and not isinstance(right, Constant):
        left, right, operator = right, left, _SWAPPED[operator]
    amount = _amount(right, _unit(left))
    said = OPERATORS[operator]
    if isinstance(left, Call) and left.function == "count":
        of = "; ".join(sentence(_clause(part)) for part in left.parts)
        return f"{said} {amount} of these: [{of}]"
    return f"{_amount(left, None)}: {said} {amount}"


def _unit(node: Node) -> str | None:
    if isinstance(node, FactName):
        kind: FactKind | None = vocabulary().get(node.fact)
        return kind.unit if kind is not None else None
    if isinstance(node, Arithmetic):
        return _unit(node.left) or _unit(node.right)
    return None


def _amount(node: Node, unit: str | None) -> str:
    match node:
        case Constant(value=bool(value)):
            return "yes" if value else "no"
        case Constant(value=str(value)):
            return f"“{value.replace('_', ' ')}”"
        case Constant(value=value):
            with_unit = unit is not None and unit[0].isalpha()
            return f"{value:g} {unit}" if with_unit else f"{value:g}"
        case FactName(fact=fact, binding=binding):
            return fact_words(fact, binding)
        case Arithmetic(operator=operator, left=left, right=right):
            return f"{_amount(left, None)} {_SIGNS[operator]} {_amount(right, None)}"
        case Call(function="sum_known", parts=parts):
            return "the sum of " + ", ".join(_amount(part, None) for part in parts)
    return write(node)

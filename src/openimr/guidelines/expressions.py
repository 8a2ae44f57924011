"""The parsed form of a condition: small frozen nodes, and how they print back as text.

``parse(write(node)).expression == node`` holds for every node that the parser can build.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

FUNCTIONS = ("any", "all", "count", "documented", "at_least", "sum_known")
"""The names that stand for functions and therefore never for facts."""

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*")


class Node(msgspec.Struct, frozen=True):
    """Base of all parsed expressions."""


class Constant(Node, frozen=True):
    """A number, a quoted string, True or False."""

    value: bool | int | float | str

    def __eq__(self, other: object) -> bool:
        """Equal in value and in kind: ``1`` is not ``True``."""
        return (
            isinstance(other, Constant)
            and type(other.value) is type(self.value)
            and other.value == self.value
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


class FactName(Node, frozen=True):
    """A fact, with the region, treatment or family it is looked up for (None: the item's own)."""

    fact: str
    binding: str | None = None


class Not(Node, frozen=True):
    """Kleene negation: unknown stays unknown."""

    part: Node


class And(Node, frozen=True):
    """Kleene conjunction of two or more parts."""

    parts: tuple[Node, ...]


class Or(Node, frozen=True):
    """Kleene disjunction of two or more parts."""

    parts: tuple[Node, ...]


class Call(Node, frozen=True):
    """One of :data:`FUNCTIONS` applied to its parts; ``minimum`` is the n of ``at_least``."""

    function: str
    parts: tuple[Node, ...]
    minimum: int | None = None


class Comparison(Node, frozen=True):
    """``left operator right``; unknown when either side is unknown."""

    operator: str
    left: Node
    right: Node


class Membership(Node, frozen=True):
    """``left in (a, b)`` or its negation."""

    left: Node
    values: tuple[Constant, ...]
    negated: bool = False


class Arithmetic(Node, frozen=True):
    """``left operator right`` on numbers; unknown when either side is unknown."""

    operator: str
    left: Node
    right: Node


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, in reading order."""
    yield node
    if isinstance(node, Not):
        yield from walk(node.part)
    elif isinstance(node, And | Or | Call):
        for part in node.parts:
            yield from walk(part)
    elif isinstance(node, Comparison | Arithmetic):
        yield from walk(node.left)
        yield from walk(node.right)
    elif isinstance(node, Membership):
        yield from walk(node.left)


def facts_of(node: Node) -> tuple[FactName, ...]:
    """The distinct facts a condition names, in reading order."""
    return tuple(dict.fromkeys(part for part in walk(node) if isinstance(part, FactName)))


_OR, _AND, _NOT, _COMPARE, _ADD, _MULTIPLY, _ATOM = range(1, 8)


def _level(node: Node) -> int:
    if isinstance(node, Or):
        return _OR
    if isinstance(node, And):
        return _AND
    if isinstance(node, Not):
        return _NOT
    if isinstance(node, Comparison | Membership):
        return _COMPARE
    if isinstance(node, Arithmetic):
        return _MULTIPLY if node.operator == "*" else _ADD
    if isinstance(node, FactName) and node.binding is not None:
        return _MULTIPLY
    return _ATOM


def _within(node: Node, level: int) -> str:
    text = write(node)
    return text if _level(node) >= level else f"({text})"


def write(node: Node) -> str:  # noqa: PLR0911 - one return a kind
    """Print a condition in its plainest form, with no more parentheses than it needs."""
    match node:
        case Constant(value=value):
            return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
        case FactName(fact=fact, binding=None):
            return fact
        case FactName(fact=fact, binding=str(binding)):
            return f"{fact}@{binding if binding.isidentifier() else json.dumps(binding)}"
        case Not(part=part):
            return f"not {_within(part, _NOT)}"
        case And(parts=parts):
            return " and ".join(_within(part, _NOT) for part in parts)
        case Or(parts=parts):
            return " or ".join(_within(part, _AND) for part in parts)
        case Call(function=function, parts=parts, minimum=minimum):
            first = [] if minimum is None else [str(minimum)]
            return f"{function}({', '.join(first + [write(part) for part in parts])})"
        case Comparison(operator=operator, left=left, right=right):
            return f"{_within(left, _ADD)} {operator} {_within(right, _ADD)}"
        case Membership(left=left, values=values, negated=negated):
            inside = ", ".join(write(value) for value in values) + ("," if len(values) == 1 else "")
            return f"{_within(left, _ADD)} {'not in' if negated else 'in'} ({inside})"
        case Arithmetic(operator=operator, left=left, right=right):
            here = _level(node)
            return f"{_within(left, here)} {operator} {_within(right, here + 1)}"
    raise TypeError(f"not an expression: {type(node).__name__}")  # pragma: no cover

"""The language in which a guideline file states the test of a criterion.

A condition is written over named facts: ``conservative_care_failed or conservative_care_weeks
>= 4``. It is parsed with Python's own grammar and a short list of what is allowed, and evaluates
in three values: True, False and None, *not documented* (Kleene's strong logic). ``any``,
``at_least`` and ``count`` read a list of findings as an examiner does: one examined "no" answers
the question although the rest of the list is not mentioned.

``fact@binding`` looks a fact up for another region, treatment or family than the item's own;
``fact@any`` for any at all.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from openimr.errors import OpenIMRError
from openimr.guidelines import closures
from openimr.guidelines.closures import Value
from openimr.guidelines.expressions import (
    FUNCTIONS,
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
    facts_of,
    write,
)

LONGEST = 4000
"""Characters a condition may have: beyond this it is a mistake, not a criterion."""

DEEPEST = 40
"""Levels of nesting a condition may have."""


class ConditionError(OpenIMRError):
    """A condition cannot be read.

    Args:
        problem: what is wrong and what was expected instead.
        line: line of the condition, from 1.
        column: column in that line, from 1.
    """

    def __init__(self, problem: str, line: int = 1, column: int = 1) -> None:
        self.problem = problem
        self.line = line
        self.column = column
        where = f"column {column}" if line == 1 else f"line {line}, column {column}"
        super().__init__(f"condition, {where}: {problem}")


class Known(NamedTuple):
    """What is documented of a fact: its value and the facts of the record it rests on.

    ``value`` False means documented as absent; ``facts`` are opaque here and only handed on.
    """

    value: Value
    facts: tuple[object, ...] = ()


Lookup = Callable[[str, str | None], Known | None]
"""Answers what is known of a fact for a binding (None: the item's own); None: not documented."""


class Atom(NamedTuple):
    """One fact that a condition looked at, as it was found: a line of the trace."""

    fact: str
    binding: str | None
    value: Value
    facts: tuple[object, ...]


class Result(NamedTuple):
    """The value of a condition and every fact that was looked at, in reading order."""

    value: Value
    atoms: tuple[Atom, ...]

    @property
    def truth(self) -> bool | None:
        """The value read as true, false or not documented."""
        return closures.truth(self.value)


class Condition:
    """A parsed, compiled condition; equal to another one when both say the same."""

    __slots__ = ("_facts", "_keys", "_run", "_silence", "expression", "names", "text")

    def __init__(self, expression: Node) -> None:
        facts = facts_of(expression)
        self.expression = expression
        self.text = write(expression)
        self._keys = tuple((name.fact, name.binding) for name in facts)
        self._facts = frozenset(name.fact for name in facts)
        self.names = frozenset(self._keys)
        self._run = closures.build(expression, {name: place for place, name in enumerate(facts)})
        self._silence = Result(
            self._run([None] * len(facts)),
            tuple(Atom(fact, binding, None, ()) for fact, binding in self._keys),
        )

    def evaluate(self, lookup: Lookup, silent: frozenset[str] = frozenset()) -> Result:
        """Evaluate over what is known.

        Args:
            lookup: asked once for each distinct fact and binding, in reading order.
            silent: facts that are known to be not documented, which are not asked for.

        Returns:
            The value and the trace. All facts are looked at, also those that could not have
            changed the value, so that the trace shows the whole state of the record.
        """
        silence = self._silence
        if self._facts <= silent:
            return silence
        values: list[Value] = [None] * len(self._keys)
        atoms = list(silence.atoms)
        for place, (fact, binding) in enumerate(self._keys):
            if fact not in silent and (known := lookup(fact, binding)) is not None:
                value, facts = known
                values[place] = value
                atoms[place] = Atom(fact, binding, value, facts)
        return Result(self._run(values), tuple(atoms))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and other.expression == self.expression

    def __hash__(self) -> int:
        return hash(self.expression)

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"


def parse(text: str) -> Condition:
    """Read a condition.

    Args:
        text: the condition as a guideline file states it; line breaks count as spaces.

    Returns:
        The compiled condition.

    Raises:
        ConditionError: naming the line and column at fault and what was expected there.
    """
    return Condition(_Parser(text).parse())


@lru_cache(maxsize=4096)
def compiled(text: str) -> Condition:
    """:func:`parse`, remembered: the library compiles each condition once, when first used."""
    return parse(text)


_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_WORD = re.compile(r"[a-z][a-z0-9_]*\Z")
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_INSTEAD = {
    ast.Call: "a function among " + ", ".join(FUNCTIONS),
    ast.BinOp: "one of + - *",
    ast.Compare: "one of == != < <= > >= in",
}


class _Parser:
    """Turns the text into nodes, keeping the positions for messages."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.flat = text.replace("\r", " ").replace("\n", " ")
        self.lead = len(self.flat) - len(self.flat.lstrip())

    def parse(self) -> Node:
        if not self.flat.strip():
            raise ConditionError("is empty; expected a fact name")
        if len(self.flat) > LONGEST:
            raise ConditionError(f"is longer than {LONGEST} characters; split it in criteria")
        outside = _QUOTED.sub(lambda match: " " * len(match[0]), self.flat)
        for sign in "#\\;":
            if (place := outside.find(sign)) >= 0:
                raise self._error(f"{sign} has no meaning here", place)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.flat.strip(), mode="eval")
        except SyntaxError as error:
            place = self.lead + max((error.offset or 1) - 1, 0)
            raise self._error(f"cannot be read: {error.msg}", place) from None
        except (ValueError, RecursionError, MemoryError, OverflowError):
            raise ConditionError("cannot be read: unusable characters or too deep") from None
        return self._node(tree.body, 0)

    def _error(self, problem: str, place: int) -> ConditionError:
        before = self.text[:place].replace("\r\n", "\n").replace("\r", "\n")
        line = before.count("\n") + 1
        return ConditionError(problem, line, len(before) - (before.rfind("\n") + 1) + 1)

    def _at(self, node: ast.expr, problem: str) -> ConditionError:
        # ast counts bytes of UTF-8, the reader counts characters.
        ahead = self.flat.strip().encode()[: node.col_offset].decode(errors="ignore")
        return self._error(problem, self.lead + len(ahead))

    def _node(self, node: ast.expr, depth: int) -> Node:
        if depth > DEEPEST:
            raise self._at(node, f"is nested deeper than {DEEPEST} levels; split it in criteria")
        below = depth + 1
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
                return self._constant(node)
            case ast.Name():
                return FactName(self._word(node))
            case ast.BinOp(op=ast.MatMult()):
                return self._bound(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self._truth(operand, below))
            case ast.BoolOp(op=operator, values=values):
                parts = tuple(self._truth(value, below) for value in values)
                return And(parts) if isinstance(operator, ast.And) else Or(parts)
            case ast.Compare():
                return self._comparison(node, below)
            case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _ARITHMETIC:
                sign = _ARITHMETIC[type(operator)]
                return Arithmetic(sign, self._amount(left, below), self._amount(right, below))
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                return self._call(node, name, below)
        expected = _INSTEAD.get(type(node), "fact names, and, or, not, comparisons and functions")
        raise self._at(node, f"is not allowed; expected {expected}")

    def _constant(self, node: ast.expr) -> Constant:
        sign = 1
        inner = node
        if isinstance(node, ast.UnaryOp):
            sign, inner = -1, node.operand
        value = inner.value if isinstance(inner, ast.Constant) else None
        if isinstance(value, bool | str) and sign == 1:
            return Constant(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12:
            return Constant(sign * value)
        raise self._at(node, "is no value; expected a number, a quoted text, True or False")

    def _word(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name) and _WORD.match(node.id) and node.id not in FUNCTIONS:
            return node.id
        raise self._at(node, "is no fact name; expected small letters, digits and underscores")

    def _bound(self, node: ast.BinOp) -> FactName:
        if not isinstance(node.left, ast.Name):
            problem = "@ must follow a fact name; put parentheses round fact@binding"
            raise self._at(node.left, problem)
        match node.right:
            case ast.Constant(value=str(binding)) if binding.strip():
                return FactName(self._word(node.left), binding)
            case ast.Name(id=binding) if binding == "any" or _WORD.match(binding):
                return FactName(self._word(node.left), binding)
        raise self._at(node.right, "is no binding; expected a region, a treatment, a family or any")

    def _truth(self, node: ast.expr, depth: int) -> Node:
        part = self._node(node, depth)
        if isinstance(part, Arithmetic) or (
            isinstance(part, Call) and part.function in ("count", "sum_known")
        ):
            raise self._at(node, "is a number where a truth is expected; compare it with a number")
        if isinstance(part, Constant) and not isinstance(part.value, bool):
            raise self._at(node, "is a value where a truth is expected; expected a comparison")
        return part

    def _amount(self, node: ast.expr, depth: int) -> Node:
        part = self._node(node, depth)
        numeric = isinstance(part, FactName | Arithmetic) or (
            isinstance(part, Call) and part.function in ("count", "sum_known")
        )
        if isinstance(part, Constant) and type(part.value) in (int, float):
            numeric = True
        if not numeric:
            raise self._at(node, "is no number; expected a number, a fact, count or sum_known")
        return part

    def _comparison(self, node: ast.Compare, depth: int) -> Node:
        parts: list[Node] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                values = self._values(right)
                negated = isinstance(operator, ast.NotIn)
                parts.append(Membership(self._side(left, depth), values, negated))
            elif type(operator) in (ast.Eq, ast.NotEq):
                sides = self._side(left, depth), self._side(right, depth)
                parts.append(Comparison(_COMPARE[type(operator)], *sides))
            elif type(operator) in _COMPARE:
                amounts = self._amount(left, depth), self._amount(right, depth)
                parts.append(Comparison(_COMPARE[type(operator)], *amounts))
            else:
                raise self._at(node, "is not allowed; expected one of == != < <= > >= in")
            left = right
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _side(self, node: ast.expr, depth: int) -> Node:
        part = self._node(node, depth)
        if isinstance(part, Constant):
            return part
        return self._amount(node, depth)

    def _values(self, node: ast.expr) -> tuple[Constant, ...]:
        if not isinstance(node, ast.Tuple | ast.List) or not node.elts:
            raise self._at(node, "is no list; expected values in parentheses, as in (2, 3)")
        return tuple(self._constant(value) for value in node.elts)

    def _call(self, node: ast.Call, name: str, depth: int) -> Call:
        if node.keywords or not node.args:
            raise self._at(node, f"{name} takes facts or conditions, separated by commas")
        arguments = list(node.args)
        minimum = None
        if name == "at_least":
            first = arguments.pop(0)
            value = first.value if isinstance(first, ast.Constant) else None
            if type(value) is not int or value < 1 or not arguments:
                raise self._at(first, "at_least takes a whole number, then the facts")
            minimum = value
        if name == "documented" and len(arguments) != 1:
            raise self._at(node, "documented takes one fact")
        read = {"sum_known": self._amount, "documented": self._node}.get(name, self._truth)
        return Call(name, tuple(read(argument, depth) for argument in arguments), minimum)

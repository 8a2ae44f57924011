"""Three-valued evaluation: parsed conditions become nested functions over a list of values.

Each function takes the values of the condition's facts, in the order the condition names them,
and returns True, False, None (*not documented*), a number or a text. Everything that can be
decided once is decided when the function is built, so that evaluating is a few calls.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

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
)

Value = bool | int | float | str | tuple[str, ...] | None
"""What a fact may be known as. A tuple is a list of words (several diagnoses, drug classes)."""

STANDING = frozenset({
    "age", "sex", "months_since_injury", "weeks_since_injury", "acute_phase", "chronic_pain",
    "body_region", "side", "request_phase",
})  # fmt: skip
"""Facts that nearly every case file answers by its dates and its head. That one of them is so can
be a reason; that it is not so is no examination, and leaves a silent list silent."""

Values = Sequence[Value]
Truth = Callable[[Values], bool | None]
Amount = Callable[[Values], int | float | None]
Getter = Callable[[Values], Value]


def truth(value: Value) -> bool | None:
    """Read any known value as a truth: words and non-zero numbers are true, unknown stays so."""
    if value is None or value is True or value is False:
        return value
    return bool(value)


def number(value: Value) -> int | float | None:
    """Read a known value as a number.

    Documented as absent counts as 0 (no relief is 0 % relief); present without an amount, and
    words, are no number and so unknown.
    """
    if value is False:
        return 0
    if value is True or not isinstance(value, int | float):
        return None
    return value


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return left == right


def equal(left: Value, right: Value) -> bool | None:
    """``==`` of the language: lists match when one entry does, words match in any case.

    A number matches *documented as absent* when it is 0, and is unknown beside *present*.
    """
    if left is None or right is None:
        return None
    if isinstance(left, tuple):
        return any(_same(entry, right) for entry in left)
    if isinstance(right, tuple):
        return any(_same(left, entry) for entry in right)
    if isinstance(left, bool) and isinstance(right, bool):
        return left is right
    if isinstance(left, bool) and isinstance(right, str):
        return None if left else False
    if isinstance(right, bool):
        return truth(left) is right
    if isinstance(left, bool) and isinstance(right, int | float):
        return None if left else right == 0
    return _same(left, right)


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SUM: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def build(node: Node, places: dict[FactName, int]) -> Getter:
    """Compile an expression to a function of the values at ``places``, keeping its own type."""
    match node:
        case FactName():
            place = places[node]
            return lambda values: values[place]
        case Constant(value=value):
            return lambda _: value
        case Arithmetic() | Call(function="count" | "sum_known"):
            return build_amount(node, places)
        case _:
            return build_truth(node, places)


def build_truth(node: Node, places: dict[FactName, int]) -> Truth:  # noqa: PLR0911
    """Compile an expression to a function that gives True, False or None."""
    match node:
        case FactName():
            return _fact_truth(places[node])
        case Constant(value=value):
            fixed = truth(value)
            return lambda _: fixed
        case Not(part=part):
            return _negation(build_truth(part, places))
        case And(parts=parts) | Call(function="all", parts=parts):
            return _conjunction(tuple(build_truth(part, places) for part in parts))
        case Or(parts=parts):
            return _disjunction(tuple(build_truth(part, places) for part in parts))
        case Call(function="any" | "at_least", parts=parts, minimum=minimum):
            truths = tuple(build_truth(part, places) for part in parts)
            return _at_least(minimum or 1, truths, _examining(parts))
        case Call(function="documented", parts=(part,)):
            get = build(part, places)
            return lambda values: get(values) is not None
        case Comparison():
            return _comparison(node, places)
        case Membership():
            return _membership(node, places)
    amount = build_amount(node, places)
    return lambda values: truth(amount(values))


def build_amount(node: Node, places: dict[FactName, int]) -> Amount:
    """Compile an expression to a function that gives a number or None."""
    match node:
        case Arithmetic(operator=sign, left=left, right=right):
            work = _SUM[sign]
            one, two = build_amount(left, places), build_amount(right, places)

            def arithmetic(values: Values) -> int | float | None:
                first, second = one(values), two(values)
                return None if first is None or second is None else work(first, second)

            return arithmetic
        case Call(function="count", parts=parts):
            truths = tuple(build_truth(part, places) for part in parts)

            def count(values: Values) -> int | None:
                known = [value for value in (part(values) for part in truths) if value is not None]
                return sum(known) if known else None

            return count
        case Call(function="sum_known", parts=parts):
            amounts = tuple(build_amount(part, places) for part in parts)

            def sum_known(values: Values) -> int | float | None:
                known = [value for value in (part(values) for part in amounts) if value is not None]
                return sum(known) if known else None

            return sum_known
    get = build(node, places)
    return lambda values: number(get(values))


def _fact_truth(place: int) -> Truth:
    def fact(values: Values) -> bool | None:
        value = values[place]
        return value if value is True or value is False or value is None else bool(value)

    return fact


def _negation(part: Truth) -> Truth:
    def negation(values: Values) -> bool | None:
        value = part(values)
        return None if value is None else not value

    return negation


def _conjunction(parts: tuple[Truth, ...]) -> Truth:
    def conjunction(values: Values) -> bool | None:
        result: bool | None = True
        for part in parts:
            value = part(values)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return conjunction


def _disjunction(parts: tuple[Truth, ...]) -> Truth:
    def disjunction(values: Values) -> bool | None:
        result: bool | None = False
        for part in parts:
            value = part(values)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return disjunction


def _examining(parts: tuple[Node, ...]) -> tuple[bool, ...]:
    """Which parts of a list answer it when false: not :data:`STANDING` facts among others."""
    standing = [_is_standing(part) for part in parts]
    return tuple(all(standing) or not one for one in standing)


def _is_standing(part: Node) -> bool:
    match part:
        case FactName(fact=fact):
            return fact in STANDING
        case Comparison(left=FactName(fact=fact)) | Membership(left=FactName(fact=fact)):
            return fact in STANDING
        case And(parts=parts):
            return _is_standing(parts[0])
    return False


def _at_least(minimum: int, parts: tuple[Truth, ...], examining: tuple[bool, ...]) -> Truth:
    pairs = tuple(zip(parts, examining, strict=True))

    def at_least(values: Values) -> bool | None:
        found, examined = 0, False
        for part, answers in pairs:
            value = part(values)
            if value is True:
                found += 1
                if found >= minimum:
                    return True
            elif value is False and answers:
                examined = True
        return False if examined else None

    return at_least


def _comparison(node: Comparison, places: dict[FactName, int]) -> Truth:
    if node.operator in ("==", "!="):
        left, right = build(node.left, places), build(node.right, places)
        same = node.operator == "=="

        def equality(values: Values) -> bool | None:
            answer = equal(left(values), right(values))
            return None if answer is None else answer is same

        return equality
    work = _ORDER[node.operator]
    if isinstance(node.right, Constant) and isinstance(node.left, FactName):
        return _fact_against(work, places[node.left], number(node.right.value))
    low, high = build_amount(node.left, places), build_amount(node.right, places)

    def order(values: Values) -> bool | None:
        first, second = low(values), high(values)
        return None if first is None or second is None else work(first, second)

    return order


def _fact_against(work: Callable[[float, float], bool], place: int, bound: float | None) -> Truth:
    def against(values: Values) -> bool | None:
        value = number(values[place])
        return None if value is None or bound is None else work(value, bound)

    return against


def _membership(node: Membership, places: dict[FactName, int]) -> Truth:
    get = build(node.left, places)
    wanted = tuple(constant.value for constant in node.values)
    words = frozenset(value.casefold() for value in wanted if isinstance(value, str))
    only_words = len([value for value in wanted if isinstance(value, str)]) == len(wanted)
    inside = not node.negated

    def membership(values: Values) -> bool | None:
        value = get(values)
        if value is None:
            return None
        if only_words and isinstance(value, str):
            return inside is (value.casefold() in words)
        if only_words and isinstance(value, tuple):
            return inside is any(entry.casefold() in words for entry in value)
        answers = [equal(value, entry) for entry in wanted]
        if True in answers:
            return inside
        return None if None in answers else not inside

    return membership

"""The condition language: what it means, how it prints, and that it never fails otherwise."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openimr.guidelines.conditions import Atom, Condition, ConditionError, Known, parse
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

T, F, U = True, False, None
THREE = (T, F, U)


def value(text: str, **facts: object):
    """Evaluate over facts given by name; None and absent both mean not documented."""

    def lookup(fact: str, binding: str | None) -> Known | None:
        name = fact if binding is None else f"{fact}__{binding}"
        known = facts.get(name)
        return None if known is None else Known(known)  # type: ignore[arg-type]

    return parse(text).evaluate(lookup).value


def kleene_and(a, b):
    return F if F in (a, b) else U if U in (a, b) else T


def kleene_or(a, b):
    return T if T in (a, b) else U if U in (a, b) else F


@pytest.mark.parametrize(("a", "b"), list(product(THREE, THREE)))
def test_and_or_not_follow_kleene(a, b):
    assert value("a and b", a=a, b=b) is kleene_and(a, b)
    assert value("all(a, b)", a=a, b=b) is kleene_and(a, b)
    assert value("a or b", a=a, b=b) is kleene_or(a, b)
    assert value("not a", a=a) is (None if a is None else not a)
    assert value("not (a and b)", a=a, b=b) is value("not a or not b", a=a, b=b)
    assert value("not (a or b)", a=a, b=b) is value("not a and not b", a=a, b=b)


@pytest.mark.parametrize(("a", "b", "c"), list(product(THREE, THREE, THREE)))
def test_lists_of_findings(a, b, c):
    known = [x for x in (a, b, c) if x is not None]
    trues = known.count(True)
    given_facts = {"a": a, "b": b, "c": c}
    assert value("any(a, b, c)", **given_facts) is (T if trues else F if F in known else U)
    assert value("count(a, b, c)", **given_facts) == (trues if known else None)
    expected = T if trues >= 2 else F if F in known else U
    assert value("at_least(2, a, b, c)", **given_facts) is expected
    assert value("(a and b) and c", **given_facts) is value("a and (b and c)", **given_facts)
    assert value("a and (b or c)", **given_facts) is value("(a and b) or (a and c)", **given_facts)


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("weeks >= 4", {"weeks": 6}, T),
        ("weeks >= 4", {"weeks": 3}, F),
        ("weeks >= 4", {}, U),
        ("weeks >= 4", {"weeks": "some"}, U),  # words are no number
        ("weeks >= 4", {"weeks": F}, F),  # documented as absent: none at all
        ("weeks >= 4", {"weeks": T}, U),  # present, amount unknown
        ("2 <= weeks < 4", {"weeks": 3}, T),
        ("before - after >= 2", {"before": 8, "after": 5}, T),
        ("before - after >= 2", {"before": 8}, U),
        ("months * 4 + 1", {"months": 2}, 9),
        ("sum_known(a, b) <= 24", {"a": 12}, T),
        ("sum_known(a, b) <= 24", {"a": 12, "b": 18}, F),
        ("sum_known(a, b)", {}, U),
        ('phase == "repeat"', {"phase": "Repeat"}, T),
        ('phase != "repeat"', {"phase": "initial"}, T),
        ('phase in ("initial", "trial")', {"phase": "trial"}, T),
        ('phase not in ("initial", "trial")', {"phase": "trial"}, F),
        ('phase in ("initial", "trial")', {}, U),
        ('drug_class == "cox2"', {"drug_class": ("cox2", "nsaid")}, T),
        ('drug_class in ("opioid", "nsaid")', {"drug_class": ("cox2", "nsaid")}, T),
        ('drug_class != "opioid"', {"drug_class": ("cox2",)}, T),
        ('drugs in ("naproxen",)', {"drugs": F}, F),  # takes no drugs
        ("levels == 2", {"levels": 2}, T),
        ("levels == 2", {"levels": T}, U),
        ("flag == True", {"flag": F}, F),
        ("documented(a)", {}, F),
        ("documented(a)", {"a": F}, T),
        ("relief@esi >= 50 and not relief@any >= 90", {"relief__esi": 60, "relief__any": 60}, T),
        ("any(age >= 65, heart_disease)", {"age": 40}, U),  # an age is no examination
        ("any(age >= 65, heart_disease)", {"age": 70}, T),
        ("any(age >= 65, months_since_injury >= 3)", {"age": 40}, F),  # of such facts only
        ("a or b", {"a": "right leg"}, T),  # words stand for a finding that is present
        ("a", {"a": "right leg"}, "right leg"),
    ],
)
def test_meaning(text, facts, expected):
    result = value(text, **facts)
    assert result == expected
    assert type(result) is type(expected)


def test_trace_holds_every_fact_once_with_its_evidence():
    condition = parse("failed@esi or weeks >= 4 or (failed@esi and red_flags)")
    facts = {("failed", "esi"): Known(True, ("note 1",)), ("weeks", None): Known(6, ("note 2",))}
    result = condition.evaluate(lambda fact, binding: facts.get((fact, binding)))
    assert result.truth is True
    assert result.atoms == (
        Atom("failed", "esi", True, ("note 1",)),
        Atom("weeks", None, 6, ("note 2",)),
        Atom("red_flags", None, None, ()),
    )
    assert condition.names == {("failed", "esi"), ("weeks", None), ("red_flags", None)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "column 1: is empty"),
        ("a and", "cannot be read"),
        ("a and (b or c", "cannot be read"),
        ("weeks => 4", "cannot be read"),
        ("a.b", "column 1: is not allowed"),
        ("a or open('x')", "column 6: is not allowed; expected a function among any, all"),
        ("A or b", "column 1: is no fact name"),
        ("weeks / 4 > 1", "column 1: is not allowed; expected one of + - *"),
        ("a # and b", "column 3: # has no meaning here"),
        ("a and count(b, c)", "column 7: is a number where a truth is expected"),
        ("a and 'yes'", "column 7: is a value where a truth is expected"),
        ("'x' >= 4", "column 1: is no number"),
        ("a is b", "expected one of =="),
        ("a in b", "column 6: is no list"),
        ("at_least(b, c)", "column 10: at_least takes a whole number"),
        ("documented(a, b)", "documented takes one fact"),
        ("any()", "any takes facts or conditions"),
        ("2 * weeks@esi > 3", "put parentheses round fact@binding"),
        ("weeks@(a or b) > 3", "is no binding"),
        ("any or b", "column 1: is no fact name"),
        ("a or\n  b or 5", "line 2, column 8: is a value"),
        ("é" + "a", "is no fact name"),
        ("not " * 60 + "a", "nested deeper than"),
        ("a or " * 2000 + "a", "is longer than"),
        ("a\0b", "cannot be read"),
        ("a < 1e999", "is no value"),
    ],
)
def test_errors_name_the_place_and_the_expected_form(text, says):
    with pytest.raises(ConditionError, match=r"^condition, ") as raised:
        parse(text)
    assert says in str(raised.value)


facts = st.builds(
    FactName,
    st.sampled_from(["a", "relief_percent", "slr_positive", "x1"]),
    st.sampled_from([None, "esi", "any", "lumbar", "other:knee scooter"]),
)
numbers = st.integers(-99, 999) | st.sampled_from([0.5, -2.25, 1e-7, 37.5])
words = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\\"), max_size=6)
constants = st.builds(Constant, numbers | words | st.booleans())


def amounts(depth: int) -> st.SearchStrategy[Node]:
    simple = facts | st.builds(Constant, numbers)
    if depth == 0:
        return simple
    below = amounts(depth - 1)
    return (
        simple
        | st.builds(Arithmetic, st.sampled_from("+-*"), below, below)
        | st.builds(Call, st.just("count"), st.lists(truths(depth - 1), min_size=1).map(tuple))
        | st.builds(Call, st.just("sum_known"), st.lists(below, min_size=1, max_size=3).map(tuple))
    )


def truths(depth: int) -> st.SearchStrategy[Node]:
    simple = facts | st.builds(Constant, st.booleans())
    if depth == 0:
        return simple
    below = truths(depth - 1)
    parts = st.lists(below, min_size=2, max_size=3).map(tuple)
    sides = amounts(depth - 1)
    return (
        simple
        | st.builds(Not, below)
        | st.builds(And, parts)
        | st.builds(Or, parts)
        | st.builds(Call, st.sampled_from(["any", "all"]), parts)
        | st.builds(Call, st.just("at_least"), parts, st.integers(1, 4))
        | st.builds(Call, st.just("documented"), below.map(lambda part: (part,)))
        | st.builds(Comparison, st.sampled_from(["<", "<=", ">", ">="]), sides, sides)
        | st.builds(Comparison, st.sampled_from(["==", "!="]), sides, constants)
        | st.builds(Membership, sides, st.lists(constants, min_size=1).map(tuple), st.booleans())
    )


@given(truths(3))
@settings(max_examples=300)
def test_printing_and_parsing_are_inverse(node):
    condition = Condition(node)
    assert parse(condition.text) == condition
    assert parse(condition.text).text == condition.text


VALUES = st.none() | st.booleans() | st.integers(-3, 99) | st.sampled_from(["L5", ("a", "b"), 2.5])


@given(truths(3), st.lists(VALUES, min_size=20, max_size=20))
@settings(max_examples=300)
def test_every_condition_gives_a_truth_on_every_record(node, values):
    condition = Condition(node)
    known = dict(zip(sorted(condition.names, key=str), values, strict=False))

    def lookup(fact: str, binding: str | None) -> Known | None:
        found = known.get((fact, binding))
        return None if found is None else Known(found)

    result = condition.evaluate(lookup)
    assert result.truth in (True, False, None)
    assert {(atom.fact, atom.binding) for atom in result.atoms} == condition.names


@given(st.text(max_size=60) | st.text("abn or()@<=1,.'\"#\n[]{}:+-*/%", max_size=60))
@settings(max_examples=500)
def test_any_text_parses_or_gives_a_condition_error(text):
    try:
        condition = parse(text)
    except ConditionError:
        return
    assert parse(condition.text) == condition

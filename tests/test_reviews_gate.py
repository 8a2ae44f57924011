"""Gates: a pattern behind its gate finds what the pattern alone finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.guidelines.library import load
from openimr.reviews.asked import _patterns
from openimr.reviews.gate import Gated, heads, letters, needed
from openimr.reviews.places import _region_patterns, places_named


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("fluoro", ("fluoro",)),
        (r"\bknee (?:brace|sleeve)\b", ("knee ",)),
        (r"(?:knee|hip) brace", (" brace",)),
        (r"walkers?|canes?", ("cane", "walker")),
        (r"(?:a|b)?c+", ("c",)),
        (r"acdf|ectr|ctr", ("acdf", "ctr")),
        (r"(\w+)[- ]leads?", ("lead",)),
        (r"(?<!no )(?!x)[ab]", ("",)),
        (r"(?=mri)\w+", ("mri",)),
        (r"mri|\d+", ("",)),
        (r"é+", ("",)),
    ],
)
def test_what_a_pattern_cannot_do_without(pattern: str, needs: tuple[str, ...]):
    assert needed(pattern) == needs


GATES = [gate for pairs in _patterns().values() for _, gate in pairs]
REQUESTS = sorted(
    {e.request for one in load().treatments.values() for e in one.examples if e.request}
)
_PARTS = sorted({word for request in REQUESTS for word in request.split()} | {"ſ", "ı", "İ", "K"})


def test_the_shipped_patterns_have_gates():
    assert sum(gate.needs == ("",) for gate in GATES) <= 3


@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=3), max_size=9).map(" ".join))
def test_a_gated_pattern_finds_what_the_pattern_finds(text: str):
    for cased in (text, text.upper()):
        low = letters(cased)
        for gate in GATES:
            found, plain = gate.search(cased, low), gate.pattern.search(cased)
            assert (found and found.span()) == (plain and plain.span())


def test_letters_that_ignore_case_in_a_pattern_do_so_at_the_gate():
    gate = Gated(re.compile("disk", re.I))
    for text in ("DISK", "dIsk", "dıſK", "dİsk"):
        assert bool(gate.search(text, letters(text))) is bool(gate.pattern.search(text)), text


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        (r"\b(?:neck|cervical)\b", {"neck", "cerv"}),
        (r"l[1-3]|si joints?", {"l1", "l2", "l3", "si j"}),
        (r"t\d{1,2}", {"t"}),
        (r"(?:low|lower) back", {"low", "lowe"}),
        (r"\w+ectomy", set()),
        (r"(?:the )?knee", set()),
    ],
)
def test_what_a_pattern_begins_with(pattern: str, begins: set[str]):
    assert heads(pattern) == begins


_WORDS = ("low back", "L5-S1", "t12/ l1", "neck", "c", "hips", "left", "knee scooter", "Kopf", "İ")


@given(st.lists(st.sampled_from(_WORDS)), st.sampled_from((" ", "", "-", ". ")))
def test_regions_are_named_where_their_patterns_find_them(words: list[str], between: str):
    text = between.join(words)
    low = letters(text)
    if len(low) == len(text):
        assert places_named(text) == sorted(
            (match.start(), match.end(), region)
            for region, pattern in _region_patterns()
            for match in pattern.finditer(low)
        )

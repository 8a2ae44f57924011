"""The text as the rules see it, and the matcher's scan of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openimr.evidence.lexicon import lexicon
from openimr.evidence.measures import numbers
from openimr.evidence.text import Reading

_TEXTS = st.text(alphabet=" \t\n\f\xa0\u2003-–_“’ïéÄ½µaZ09.:", max_size=60)


def test_accents_white_space_and_curly_signs_are_made_plain():
    reading = Reading("Opioid‑naïve:\n\n the  patient’s pain")
    assert reading.low == "opioid-naive: the patient's pain"
    assert reading.flat == "opioid naive: the patient's pain"


@given(_TEXTS)
def test_a_reading_keeps_its_place_in_the_text(text: str):
    reading = Reading(text)
    assert len(reading.low) == len(reading.cased) == len(reading.flat)
    assert not any(c.isspace() and c != " " for c in reading.cased)
    assert "  " not in reading.cased
    for at, letter in enumerate(reading.cased):
        if letter.isalnum() and letter.isascii() and text[reading.origin(at)].isascii():
            assert text[reading.origin(at)] == letter


def test_numbers_are_found_in_digits_and_in_words():
    low = "six visits, 12 more over a few weeks; once a week; someone 2015"
    words = lexicon().scan(low).numbers
    assert all(entry.kind == "number" for _, _, entry in words)
    assert [low[at:].split(maxsplit=1)[0].strip(",;") for at in numbers(low, words)] == [
        "six",
        "12",
        "few",
        "once",
        "a",
        "2015",
    ]


_WORDS = ["able", "le", "l4", "5mm", "mm", "µl", "éle", "knee", "L,", "-", ".", "½", "10"]


@given(st.lists(st.sampled_from(_WORDS), max_size=8))
def test_a_term_is_found_as_a_whole_word_alike_in_ascii_and_beyond(parts: list[str]):
    flat = " ".join(parts).lower()
    # One letter beyond ASCII, far off, must change nothing.
    plain, beyond = lexicon().scan(flat), lexicon().scan(flat + " ß")
    assert plain == beyond
    for layer in (plain.places, plain.words, plain.cares):
        for start, end, _ in layer:
            assert not (" " + flat)[start].isalnum()
            assert not (flat + " ")[end].isalnum()

"""Reading is the inverse of writing, for every form that is written and every format."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from letters_helpers import WRITTEN, determinations, letter_text, loaded_text, sample
from openimr.errors import InputError
from openimr.letters.read import read_text
from openimr.letters.write import FORMATS, carried, write

EXAMPLES = int(os.environ.get("OPENIMR_EXAMPLES", "15"))
CAREFUL = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("form", WRITTEN)
def test_a_letter_comes_back_as_it_was_written(form, to):
    determination = sample(form)
    letter = write(determination, to)
    assert read_text(letter_text(letter, to)) == carried(determination)
    assert read_text(loaded_text(letter, to)) == carried(determination)


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("form", WRITTEN)
@CAREFUL
@given(data=st.data())
def test_any_plain_determination_comes_back(form, to, data):
    determination = data.draw(determinations(form))
    assert read_text(letter_text(write(determination, to), to)) == carried(determination)


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("form", WRITTEN)
@CAREFUL
@given(data=st.data())
def test_text_that_imitates_the_letter_comes_back_or_is_refused(form, to, data):
    determination = data.draw(determinations(form, hostile=True))
    try:
        letter = write(determination, to)
    except InputError:
        event("refused")
        return
    assert read_text(letter_text(letter, to)) == carried(determination)

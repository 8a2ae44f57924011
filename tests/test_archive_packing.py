"""Facts as stored bytes: what comes back is what was stored, and reviews the same."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.archive.packing import decode_facts, encode_facts
from openimr.errors import InputError
from openimr.model import Case, DisputedItem, Document, Fact, Region, Side, Speaker
from openimr.reviews.proposals import propose
from openimr.reviews.run import read_facts, review, review_facts


def _any_of(literal: object) -> st.SearchStrategy[str]:
    assert get_origin(literal) is Literal
    return st.sampled_from(get_args(literal))


_WORDS = st.text(max_size=8)
_FACTS = st.builds(
    Fact,
    fact=_WORDS,
    value=st.none() | st.booleans() | st.integers(-9, 9) | st.floats(0, 9) | _WORDS,
    polarity=st.sampled_from(["present", "negated", "hedged", "planned"]),
    document=st.sampled_from(["", "note", "letter"]),
    start=st.integers(0, 3000),
    end=st.integers(0, 3000),
    quote=_WORDS,
    unit=st.none() | _WORDS,
    about=st.none() | st.sampled_from(["", "lumbar", "esi_lumbar"]),
    region=st.none() | _any_of(Region),
    side=st.none() | _any_of(Side),
    levels=st.lists(_WORDS, max_size=2).map(tuple),
    time=st.sampled_from(["current", "past"]),
    date=st.none() | st.dates(),
    speaker=_any_of(Speaker),
    page=st.none() | st.integers(1, 9),
)


@given(st.lists(_FACTS, max_size=6))
def test_what_is_stored_comes_back_equal(facts: list[Fact]):
    again = decode_facts(encode_facts(facts))
    assert again == facts
    assert [type(f.value) for f in again] == [type(f.value) for f in facts]


def test_every_field_of_a_fact_is_stored():
    """A field added to the model must be added to the stored form too."""
    one = Fact(
        fact="pain_score",
        value=7,
        polarity="hedged",
        document="note",
        start=3,
        end=9,
        quote="7/10",
        unit="points",
        about="esi_lumbar",
        region="lumbar",
        side="left",
        levels=("L4-5",),
        time="past",
        date=date(2016, 12, 7),
        speaker="patient",
        page=2,
    )
    usual = {f.name: f.default for f in msgspec.structs.fields(Fact)}
    assert all(getattr(one, name) != usual[name] for name in usual), "give the new field a value"
    assert decode_facts(encode_facts([one])) == [one]


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        (b"", "damaged"),
        (b"\xc1", "damaged"),
        (msgspec.msgpack.encode((1, [["pain_score", 3]])), "damaged"),
        (msgspec.msgpack.encode((99, [])), "form 99"),
        (encode_facts([])[:-1], "damaged"),
    ],
)
def test_other_bytes_are_refused_by_name(stored: bytes, says: str):
    with pytest.raises(InputError, match=f"CM17-9000001: are .*{says}|{says}"):
        decode_facts(stored, "CM17-9000001")


CASE = Case(
    items=(
        DisputedItem(request="MRI of the right knee"),
        DisputedItem(request="Naproxen 550 mg #60"),
        DisputedItem(request="An unheard-of treatment"),
    ),
    decision_date=date(2017, 1, 10),
    documents=(
        Document(
            name="summary",
            kind="clinical_summary",
            text="The injured worker twisted the right knee on 08/14/2016. Physical therapy for 8 "
            "weeks and ibuprofen failed. Examination of the right knee shows a positive McMurray "
            "test and medial joint line tenderness. There is no effusion. Pain is rated 6/10.",
        ),
    ),
    summary_only=True,
)


def test_a_case_reviewed_again_from_stored_facts_is_reviewed_the_same():
    stored = encode_facts(read_facts(CASE))
    assert review_facts(CASE, decode_facts(stored)) == review(CASE)


def test_a_proposal_is_the_review_without_words_and_needs_no_texts():
    names_only = msgspec.structs.replace(
        CASE,
        documents=tuple(msgspec.structs.replace(d, text=None) for d in CASE.documents),
    )
    whole = review(CASE)
    for item, one in zip(whole.items, propose(names_only, whole.facts).values(), strict=True):
        assert (item.treatment, item.region) == (one.request.treatment, one.request.region)
        assert item.proposed_decision == one.decision
        assert (item.confidence, item.decisive) == (one.confidence, one.decisive)
        assert [(f.criterion, f.status, f.effect) for f in item.findings] == one.outcomes()

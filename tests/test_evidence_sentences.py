"""Sentences, roles, dates, and what must hold for any text at all."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openimr.evidence import find_facts, sentences
from openimr.evidence.dates import find_dates


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He was given a home program (HEP).Currently, pain is 8/10.", 2),
        ("Dr. Roe saw her at L4-5. No. 5 of 7.5 mg was given.", 2),
        ("Pain is 7.5 of 10. It burns.", 2),
        ("He takes Norco 5/325 mg b.i.d. for pain.", 1),
        ("She has pain.He walks.", 2),
        ("a\n\nb went on", 1),
        ("Left shoulder: tender\n\nRight shoulder: normal", 2),
        ("- spasm\n- tenderness\n", 2),
        ("", 0),
    ],
)
def test_splits_sentences(text, count):
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("The injured worker complains of neck pain.", "complaint"),
        ("Objective findings (12-20-2016) included spasm.", "exam"),
        ("Physical examination revealed tenderness.", "exam"),
        ("MRI of the knee revealed a tear.", "test"),
        ("Treatment to date has included physical therapy.", "history"),
        ("Diagnoses include lumbar strain.", "assessment"),
        ("The treatment plan included an MRI.", "plan"),
        ("A request was made for six visits.", "plan"),
        ("On 1-3-17 utilization review non-certified the request.", "utilization_review"),
        ("The claims administrator denied the request for Norco.", "utilization_review"),
        ("The guidelines recommend a trial of six visits.", "guideline"),
        ("He was born in a small town.", "other"),
    ],
)
def test_knows_whose_voice_a_sentence_is(text, role):
    assert sentences(text)[0].role == role


def test_an_examination_goes_on_until_another_cue():
    roles = [
        s.role
        for s in sentences(
            "Physical examination revealed spasm. Gait was slow. The patient complains of pain. "
            "It is worse at night."
        )
    ]
    assert roles == ["exam", "exam", "complaint", "complaint"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 10-27-16", date(2016, 10, 27)),
        ("10/27/2016", date(2016, 10, 27)),
        ("26 August 2013", date(2013, 8, 26)),
        ("October 5, 2016", date(2016, 10, 5)),
        ("Oct. 2016", date(2016, 10, 1)),
        ("11/2016", date(2016, 11, 1)),
        ("2016-11-02", date(2016, 11, 2)),
        ("8/13/93", date(1993, 8, 13)),
        ("Norco 10/325", None),
        ("13/45/2016", None),
    ],
)
def test_reads_every_date_style(text, expected):
    found = find_dates(text)
    assert (found[0][2] if found else None) == expected


PIECES = st.sampled_from(
    [
        "no ", "denies ", "MRI ", "showed ", "tenderness", ", ", "; ", ".", "\n", "\n\n", "\f",
        "  ",
        "left ", "L4-5 ", "knee ", "straight leg raise ", "positive ", "diagnoses include ", ":",
        "was negative", "İ", "’s ", "\u00ad", "10/10 ", "50% relief ", "for 2 months ", "Norco ",
        "OBJECTIVE:\n", "x-ray", "4/5 ", "strain", "and ", "or ", "1. ", "- ",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
def test_the_quote_is_always_the_text_at_its_offsets(text):
    for fact in find_facts(text, page_starts=(0, 50)):
        assert 0 <= fact.start < fact.end <= len(text)
        assert text[fact.start : fact.end] == fact.quote
    end = 0
    for sentence in sentences(text):
        assert end <= sentence.start < sentence.end <= len(text)
        end = sentence.end


@pytest.mark.parametrize(
    "unit",
    ["no pain, ", "a", "positive ", "10/10 ", ". ", "straight leg raise and ", "(", "9 ", "- ",
     "diagnoses: strain, ", "relief of ", "the knee and the "],
)  # fmt: skip
def test_work_grows_with_the_text_and_no_faster(unit):
    def cost(size: int) -> float:
        text = unit * (size // len(unit))
        begin = time.process_time()
        find_facts(text)
        return time.process_time() - begin

    cost(1_000)
    small, large = cost(30_000), cost(120_000)
    assert large < 40 * max(small, 0.02)

"""The view model of the review sheet: wording, numbering of evidence, highlights."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import factories
from openimr.errors import InputError
from openimr.model import Citation, Document, Evidence, Finding
from openimr.reviews.sheet import marks, words
from openimr.reviews.sheet.build import build_sheet


def finding(kind, status, effect="neutral"):
    return Finding(criterion="x.C1", kind=kind, says="…", status=status, effect=effect)


@pytest.mark.parametrize(
    ("kind", "status", "shown", "tone"),
    [
        ("requirement", "met", "Met", "good"),
        ("requirement", "not_met", "Not met", "bad"),
        ("requirement", "not_documented", "Not documented", "gap"),
        ("documentation", "not_documented", "Not documented", "gap"),
        ("contraindication", "met", "Triggered", "bad"),
        ("contraindication", "not_met", "Not triggered", "plain"),
        ("contraindication", "not_documented", "Not documented", "plain"),
        ("limit", "met", "Within limit", "good"),
        ("limit", "not_met", "Exceeded", "bad"),
        ("alternative", "not_met", "Not met", "plain"),
        ("permit", "not_documented", "Not documented", "plain"),
    ],
)
def test_status_is_worded_by_kind(kind, status, shown, tone):
    assert (words.status(finding(kind, status)), words.tone(finding(kind, status))) == (shown, tone)


def test_the_effect_given_by_the_engine_sets_the_tone():
    assert words.tone(finding("requirement", "not_met", "waived")) == "plain"
    assert words.tone(finding("alternative", "not_documented", "gap")) == "gap"
    assert words.tone(finding("limit", "not_met", "defeats")) == "bad"


def test_what_is_not_documented_never_looks_like_what_is_not_met():
    assert words.tone(finding("requirement", "not_documented", "defeats")) == "gap"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "not estimated"),
        (0.5, "50%"),
        (0.999, "over 99%"),
        (1.0, "over 99%"),
        (0, "under 1%"),
    ],
)
def test_probability_never_claims_certainty(value, shown):
    assert words.probability(value) == shown


@pytest.mark.parametrize(
    ("citation", "shown"),
    [
        (Citation(body="MTUS", chapter="Knee Complaints", year=2004),
         "MTUS Knee Complaints (2004)"),
        (Citation(body="ODG", pages=(7,)), "ODG, page 7"),
        (Citation(body="MTUS", section="Opioids", pages=(80, 78, 79, 92)),
         "MTUS, Opioids, pages 78-80, 92"),
    ],
)  # fmt: skip
def test_guideline_with_its_edition(citation, shown):
    assert words.citation(citation) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (True, None, "yes"),
        (None, "weeks", ""),
        (6.0, "weeks", "6 weeks"),
        (8, "0-10", "8 (0-10)"),
        ("complex", None, "complex"),
    ],
)
def test_value_of_a_fact(value, unit, shown):
    assert words.fact_value(value, unit) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain words", "plain words"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\u202eevil\u202c", "[U+202E]evil[U+202C]"),
        ("\ud800 \uffff \x00", "\ufffd \ufffd \ufffd"),
        ("\u200fשלום", "\u200fשלום"),
    ],
)
def test_unprintable_characters_are_replaced(given, shown):
    assert words.plain(given) == shown


@given(
    length=st.integers(1, 60),
    pairs=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 60)), max_size=8),
    borders=st.lists(st.integers(0, 60), max_size=4),
)
def test_pieces_join_to_the_text_and_know_their_spans(length, pairs, borders):
    spans = [
        marks.Span(a, min(a + b, length), f"s{n}") for n, (a, b) in enumerate(pairs) if a < length
    ]
    cut = list(marks.pieces(length, spans, borders))
    assert [p.start for p in cut] == [0, *(p.end for p in cut[:-1])]
    assert cut[-1].end == length
    for piece in cut:
        for offset in range(piece.start, piece.end):
            covering = {n for n, s in enumerate(spans) if s.start <= offset < s.end}
            assert set(piece.covering) == covering
    assert sorted(n for p in cut for n in p.opening) == list(range(len(spans)))


def test_a_sentence_is_found_round_a_span():
    text = "He walks. Pain is 8 of 10 at night. Plan: rest.\n\nSigned."
    start = text.index("8 of")
    assert text[slice(*marks.Sentences(text).around(start, start + 4))] == (
        "Pain is 8 of 10 at night."
    )


def test_a_heading_is_no_part_of_the_sentence():
    text = "OBJECTIVE FINDINGS\nRight knee: effusion. Gait normal."
    start = text.index("effusion")
    begin, stop = marks.Sentences(text).around(start, start + 8)
    assert text[begin:stop] == "Right knee: effusion."


def test_text_without_full_stops_does_not_light_up_whole():
    text = "word " * 2000
    begin, stop = marks.Sentences(text).around(5000, 5004)
    assert begin < 5000 < 5004 < stop
    assert stop - begin < 1000


def test_equal_spans_share_a_number_and_know_all_who_cite_them():
    sheet = build_sheet(*factories.case_and_review())
    (shared,) = [m for m in sheet.marks if m.quote.startswith("denies any benefit")]
    assert [link.label for link in shared.cited] == [
        "item 4, opioid_ongoing.C1",
        "item 4, opioid_ongoing.C3",
    ]
    assert [m.number for m in sheet.marks] == list(range(1, len(sheet.marks) + 1))


def test_marks_and_facts_stand_where_they_say():
    case, review = factories.case_and_review()
    sheet = build_sheet(case, review)
    for mark in sheet.marks:
        text = case.documents[mark.record].text
        assert text[mark.start : mark.end] == mark.quote
        assert text[mark.begin : mark.stop] == mark.before + mark.quote + mark.after
    assert sum(len(record.facts) for record in sheet.records) == len(review.facts) > 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"document": "no such record"},
        {"start": 0, "end": 20},
        {"quote": "other words"},
        {"start": -20, "end": -1},
    ],
)
def test_a_quote_that_is_not_in_the_record_is_shown_as_lost(wrong):
    case, review = factories.case_and_review()
    first = review.items[0]
    stray = msgspec.structs.replace(first.findings[1].evidence[0], **wrong)
    changed = msgspec.structs.replace(
        first, findings=(msgspec.structs.replace(first.findings[1], evidence=(stray,)),)
    )
    sheet = build_sheet(case, msgspec.structs.replace(review, items=(changed,)))
    assert sheet.items[0].criteria[0].quotes[0].number is None
    assert "do not stand in the records" in sheet.warnings[0]


def test_records_of_one_name_are_told_apart_by_their_words():
    documents = (Document(name="note", text="Left knee."), Document(name="note", text="No pain."))
    assert marks.locate(documents, "note", 0, 7, "No pain") == 1


def test_facts_read_from_one_span_become_one_quote():
    case, review = factories.case_and_review()
    first = review.items[0]
    exam = first.findings[1].evidence[0]
    also = Evidence(**{**msgspec.structs.asdict(exam), "fact": "knee_exam", "value": 2})
    changed = msgspec.structs.replace(first.findings[1], evidence=(exam, also))
    review = msgspec.structs.replace(
        review, items=(msgspec.structs.replace(first, findings=(changed,)),)
    )
    (quote,) = build_sheet(case, review).items[0].criteria[0].quotes
    assert quote.read_as == "mcmurray; knee exam 2"


def test_search_over_every_record_is_said_shortly():
    sheet = build_sheet(*factories.case_and_review())
    looked = sheet.items[1].criteria[1].looked
    assert (looked.documents, looked.facts) == (
        "all 3 records",
        "functional goals, visit exception",
    )


@pytest.mark.parametrize(
    ("draft", "with_attestation", "is_draft", "warned"),
    [
        (True, False, True, False),
        (False, True, False, False),
        (True, True, True, True),
        (False, False, True, True),
    ],
)
def test_only_an_attested_review_that_is_no_draft_loses_the_mark(
    draft, with_attestation, is_draft, warned
):
    case, review = factories.case_and_review()
    signature = factories.attested(review).attestation if with_attestation else None
    sheet = build_sheet(case, msgspec.structs.replace(review, draft=draft, attestation=signature))
    assert sheet.draft is is_draft
    assert bool(sheet.warnings) is warned
    assert ("DRAFT" in sheet.title) is is_draft
    assert (sheet.signature is None) is is_draft


def test_the_physician_overrides_the_proposal():
    case, review = factories.case_and_review()
    sheet = build_sheet(case, factories.attested(review))
    decided = [(item.proposal, item.attested) for item in sheet.items]
    assert decided == [
        ("Overturned", "Overturned"),
        ("Upheld", "Upheld"),
        ("Overturned", "Overturned"),
        ("Upheld", "Overturned"),
        ("No proposal", "Upheld"),
    ]
    assert sheet.items[3].attested_rationale == "Taper is under way."


def test_a_review_of_another_case_is_refused():
    case, review = factories.case_and_review()
    other = msgspec.structs.replace(case, case_number="CM17-9000009")
    with pytest.raises(InputError, match="CM17-9000009"):
        build_sheet(other, review)


def test_a_bare_case_can_be_shown():
    case, review = factories.case_and_review()
    bare = msgspec.structs.replace(case, documents=(), case_number=None, items=case.items[4:])
    sheet = build_sheet(
        bare, msgspec.structs.replace(review, items=review.items[4:], facts=(), case_number=None)
    )
    assert sheet.title == "Review sheet without number (DRAFT)"
    assert sheet.items[0].criteria == ()

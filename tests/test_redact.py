"""Redaction of texts: what goes, what stays, and what becomes of dates. Everybody is invented."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import openimr
from openimr.archive.redact import Known, Options, Redactor, from_fields
from openimr.archive.redact import dates as found_dates
from openimr.archive.redact.recognise import is_npi
from openimr.archive.redact.spans import Span, settled
from openimr.errors import InputError

HIPAA = "hipaa_safe_harbor"

GOES = [
    ("Claim No: 1234-WC-16-0001234", "[CLAIM]"),
    ("Claim #: AB12345678; 0987654321", ": [CLAIM]; [CLAIM]"),
    ("EAMS ADJ1234567", "[EAMS]"),
    ("WCIS/JCN: 212345678901", "[WCIS]"),
    ("MRN: 00123456", "[MRN]"),
    ("NPI 1234567893", "[NPI]"),
    ("License No. A12345", "[LICENCE]"),
    ("DEA# BR1234567", "[LICENCE]"),
    ("SSN 123-45-6789", "[SSN]"),
    ("the last four digits of the SSN are 6789", "[SSN]"),
    ("call (559) 555-0123 ext. 12", "[PHONE]"),
    ("Fax: 559.555.0123", "[FAX]"),
    ("jane.roe@example.com", "[EMAIL]"),
    ("https://portal.example.com/x/1", "[URL]"),
    ("from 203.0.113.77", "[IP]"),
    ("1200 Larkspur Lane, Apt 4B", "[ADDRESS]"),
    ("P.O. Box 1234", "[ADDRESS]"),
    ("Fresno, CA 93701-1234", "[ADDRESS]"),
    ("Account #: 123-456789", "[ACCOUNT]"),
    ("Policy No: WCA1234567", "[ACCOUNT]"),
    ("serial number ABC123456X", "[DEVICE]"),
    ("license plate 7ABC123", "[VEHICLE]"),
    ("fingerprints are on file", "[PHOTO] are on file"),
    ("Employer: Golden Poppy Bakery, Inc.", "[ORG]"),
    ("at Valley Crest Orthopedic Institute", "at [ORG]"),
    ("Law Offices of Ann Roe", "[ORG]"),
    ("DOB 3/4/57", "DOB [DOB]"),
]


@pytest.mark.parametrize(("text", "left"), GOES, ids=[text for text, _ in GOES])
def test_an_identifier_is_removed_by_its_shape_or_label(text: str, left: str) -> None:
    done = openimr.redact(text).text
    assert left in done
    assert not any(c.isdigit() for c in done)


NAMES = [
    ("Dr. Alvarez saw him.", "Dr. [NAME] saw him."),
    ("Dr. Hand saw Mr. Neck.", "Dr. [NAME] saw Mr. [NAME]."),
    ("seen by dr. okonkwo today", "seen by dr. [NAME] today"),
    ("Ms. May Long returned.", "Ms. [NAME] returned."),
    ("Patient: Roe, Jane Q.", "Patient: [NAME]"),
    ("evaluated by Jane Kowalczyk on Monday", "evaluated by [NAME] on Monday"),
    ("Jane Q. Kowalczyk, M.D.", "[NAME], M.D."),
    ("claims adjuster Priya Vang denied it", "claims adjuster [NAME] denied it"),
    ("Her husband, Bao, drove.", "Her husband, [NAME], drove."),
    ("Maria\nOkonkwo returned", "[NAME] returned"),
    ("DR. ALVAREZ RECOMMENDS SURGERY", "DR. [NAME] RECOMMENDS SURGERY"),
]


@pytest.mark.parametrize(("text", "left"), NAMES, ids=[text for text, _ in NAMES])
def test_a_name_is_told_by_the_words_beside_it(text: str, left: str) -> None:
    assert openimr.redact(text).text == left


STAYS = """L5-S1 and C5-6; Gaenslen, Spurling and Lachman are positive.
Medrol Dosepak, Norco 10/325 mg #60. Pain 8/10, strength 5/5, T2 signal, A1c 6.8, BP 128/82.
CPT 62323, ICD-10 M51.26, HCPCS E0730. MTUS, ACOEM and ODG were consulted.
MR arthrogram of the shoulder. MS Contin 15 mg. Baker's cyst, DeQuervain's tenosynovitis.
Seen by Pain Management. Hamilton depression score 18, Epworth 9/24, Kellgren-Lawrence grade III.
Decision based on the Official Disability Guidelines, Low Back chapter, page 303.
8 CCR 9792.20 - 9792.26. She may return to work in March. He completed 12 of 24 sessions.
The American College of Occupational and Environmental Medicine. See http://www.ncbi.nlm.nih.gov/1.
Duloxetine DR 60 mg. Sections 3.3.1.1 and 3.3.7.2. PMID: 12345678. Licensure: Texas, California.
The request is for 12 visits in a row. Extension 25 degrees. Hawkins is negative, Speed's positive."""


@pytest.mark.parametrize("line", STAYS.splitlines())
def test_medicine_is_no_identifier(line: str) -> None:
    done = openimr.redact(line, HIPAA, dates="keep")
    assert done.text == line


KNOWN = {
    "employee": {"name": "William Q. Kowalczyk", "date_of_birth": "1960-02-03"},
    "employer": "Golden Poppy Bakery, Inc.",
    "claims_administrator": {"name": "Pinecrest Mutual Insurance", "adjuster": "Joy Hand"},
    "claim_number": "1234-WC-16-0001234",
}

SLIPS = [
    "Kowalczyk's knee",
    "KOWALCZYK, WILLIAM",
    "Kowalcyzk complains",
    "W. Kowalczyk",
    "Bill has improved",
    "W.Q.K. was seen",
    "Kowa1czyk",
    "golden poppy bakery",
    "Pinecrest Mutual",
    "claim 1234 WC 16 OOO1234",
    "Hand, Joy",
    "Joy Hand denied",
    "born on February 3rd, 1960",
]


@pytest.mark.parametrize("text", SLIPS)
def test_known_values_are_found_with_slips(text: str) -> None:
    done = openimr.redact(text, known=KNOWN)
    assert done.removed
    for word in ("owal", "KOWAL", "Bill", "W.Q", "oppy", "inecrest", "1234", "Joy", "1960"):
        assert word not in done.text


@pytest.mark.parametrize(
    "text", ["The hand is numb.", "Hand strength is 5/5.", "She willingly bills.", "may improve"]
)
def test_words_that_are_known_names_stay_where_they_are_words(text: str) -> None:
    known = {"people": ["Joy Hand", "Will May"]}
    assert openimr.redact(text, known=known).text == text


def test_a_name_that_a_record_gives_away_is_found_all_over_it() -> None:
    text = "Patient: Jane Okonkwo\n\nOkonkwo sleeps badly. Jane was told. Per Okonkwo, no change."
    assert "Okonkwo" not in openimr.redact(text).text
    assert "Jane" not in openimr.redact(text).text


def test_a_number_with_a_label_is_found_without_it_too() -> None:
    text = "MRN: 123-45-67. Resident of Visalia, CA 93277.\n\n123-45-67 seen again in Visalia."
    assert openimr.redact(text).text == (
        "MRN: [MRN]. Resident of [ADDRESS].\n\n[MRN] seen again in [ADDRESS]."
    )


def test_profiles_differ_in_dates_ages_and_case_number() -> None:
    text = "CM17-9000001: a 93 year old, injured on 3/4/2016, seen March 9, 2016."
    assert openimr.redact(text).text == text
    done = openimr.redact(text, HIPAA).text
    assert done == "[CASE]: a 90+ year old, injured on 2016, seen 2016."


def test_an_unknown_profile_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match="use dwc_publication, hipaa_safe_harbor"):
        openimr.redact("text", "none")


WAYS = [
    "%m/%d/%Y",
    "%Y-%m-%d",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%m-%d-%Y",
    "%d-%b-%Y",
    "%m/%d/%y",
]


@given(
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.integers(0, 2000),
    st.integers(-365, 365).filter(bool),
    st.sampled_from(WAYS),
)
def test_a_shift_keeps_intervals(first: date, gap: int, days: int, way: str) -> None:
    second = first + timedelta(min(gap, (date(2033, 1, 1) - first).days))
    text = f"Seen on {first.strftime(way)} and on {second.strftime(way)}."
    moved = openimr.redact(text, dates="shift", days=days).text
    read = [one.whole for one in found_dates.find(moved)]
    assert read == [first + timedelta(days), second + timedelta(days)]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("seen on 3/4/57", "seen on 1957"),
        ("on March 4th", "on [DATE]"),
        ("on the third of March, 2016", "on the 2016"),
        ("since March 2016", "since 2016"),
        ("20160304", "2016"),
        ("on 3/14", "on [DATE]"),
        ("2016-03-04T10:11:12Z", "2016"),
        ("3.4.16", "2016"),
    ],
)
def test_only_the_year_of_a_date_stays(text: str, year: str) -> None:
    assert openimr.redact(text, HIPAA).text == year


words = st.sampled_from(
    [
        "Dr.",
        "Mr.",
        "Alvarez",
        "Jane",
        "Hand",
        "Kowalczyk,",
        "seen",
        "by",
        "on",
        "3/4/2016",
        "L5-S1",
        "8/10",
        "claim",
        "1234-WC-16-0001234",
        "Gaenslen",
        "Norco",
        "SSN:",
        "123-45-6789",
        ".",
        "\n",
        "Patient:",
        "MD",
        "Employer:",
        "Golden",
        "Poppy",
        "Bakery",
        "93",
        "year",
        "old",
        "(559)",
        "555-0123",
        "may",
        "lives",
        "in",
        "Fresno,",
        "CA",
        "93701",
        "the",
        "knee",
    ]
)


@given(st.lists(words, max_size=25).map(" ".join), st.sampled_from(["dwc_publication", HIPAA]))
def test_redacting_twice_changes_nothing_more(text: str, profile: str) -> None:
    once = openimr.redact(text, profile, KNOWN).text
    assert openimr.redact(once, profile, KNOWN).text == once


@given(st.lists(words, max_size=25).map(" ".join))
def test_offsets_name_what_was_removed_and_the_rest_is_untouched(text: str) -> None:
    done = openimr.redact(text, HIPAA)
    rebuilt, at = [], 0
    for one in done.removed:
        assert at <= one.start < one.end <= len(text)
        rebuilt += [text[at : one.start], one.mark]
        at = one.end
    assert "".join([*rebuilt, text[at:]]) == done.text


spans = st.builds(
    lambda a, n, rank: Span(a, a + n, "NAME", "r", rank),
    st.integers(0, 30),
    st.integers(0, 8),
    st.integers(0, 9),
)


@given(st.lists(spans))
def test_settled_spans_cover_all_and_never_overlap(given_: list[Span]) -> None:
    done = settled(given_)
    covered = {n for span in given_ for n in range(span.start, span.end)}
    assert {n for span in done for n in range(span.start, span.end)} == covered
    assert all(a.end <= b.start for a, b in pairwise(done))


def test_numbered_marks_are_the_same_for_the_same_name() -> None:
    redactor = Redactor(Options(numbered=True), Known(people=("Jane Okonkwo", "Ann Vang")))
    done = redactor("Jane Okonkwo, Ann Vang, Jane Okonkwo").text
    assert done == "[NAME 1], [NAME 2], [NAME 1]"


def test_fields_tell_what_a_value_is() -> None:
    known = from_fields(KNOWN)
    assert known.people == ("William Q. Kowalczyk", "Joy Hand")
    assert known.organisations == ("Golden Poppy Bakery, Inc.", "Pinecrest Mutual Insurance")
    assert known.ids == (("CLAIM", "1234-WC-16-0001234"),)
    assert known.births == (date(1960, 2, 3),)


def test_the_check_of_a_provider_number() -> None:
    assert is_npi("1234567893")
    assert not is_npi("1234567890")

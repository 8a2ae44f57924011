"""Guideline citations, by example and as a round trip."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.citations import canonical, cite, edition_in_force, find, opening, registry
from openimr.citations.patterns import page_numbers, page_words
from openimr.model import Citation


def read(text: str) -> list[tuple[str, str | None, int | None, str | None, tuple[int, ...]]]:
    found = find(text)
    for c in found:
        assert text[c.start : c.end] == c.quote
    return [(c.body, c.chapter, c.year, c.section, c.pages) for c in found]


CPMT = "Chronic Pain Medical Treatment"
MTUS_LINES = [
    (
        "Decision based on MTUS Chronic Pain Treatment Guidelines Epidural Steroid Injections "
        "(ESIs) Page(s): 46.",
        [("MTUS", CPMT, None, "Epidural Steroid Injections (ESIs)", (46,))],
    ),
    (
        "Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 304, 309.",
        [("MTUS", "Low Back Complaints", None, None, (304, 309))],
    ),
    (
        "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 74-76, "
        "NSAIDs Page(s): 22 of 127, and ACOEM Chapter 9 Shoulder Complaints Page(s): 208.",
        [
            ("MTUS", CPMT, None, "Opioids", (74, 75, 76)),
            ("MTUS", CPMT, None, "NSAIDs", (22,)),
            ("MTUS", "Shoulder Complaints", None, None, (208,)),
        ],
    ),
    (
        "Decision based on MTUS Acupuncture Treatment Guidelines.",
        [("MTUS", "Acupuncture Treatment", None, None, ())],
    ),
    (
        "Decision based on MTUS Low Back Complaints 2004, Section(s): Special Studies, and "
        "Chronic Pain Medical Treatment 2016, Section(s): Facet blocks.",
        [
            ("MTUS", "Low Back Complaints", 2004, "Special Studies", ()),
            ("MTUS", CPMT, 2016, "Facet blocks", ()),
        ],
    ),
    (
        "Decision based on MTUS Elbow Complaints 2007, and Postsurgical Treatment 2009, "
        "Section(s): Forearm, Wrist, & Hand, and Opioid Treatment 2016.",
        [
            ("MTUS", "Elbow Disorders", 2007, None, ()),
            ("MTUS", "Postsurgical Treatment", 2009, "Forearm, Wrist, & Hand", ()),
            ("MTUS", "Opioid Treatment", 2016, None, ()),
        ],
    ),
    (
        "Decision based on MTUS Chronic Pain Medical Treatment 2016 Guidelines, Section(s): "
        "NSAIDs, GI symptoms & cardiovascular risk, NSAIDs, hypertension and renal function.",
        [
            (
                "MTUS",
                CPMT,
                2016,
                "NSAIDs, GI symptoms & cardiovascular risk, NSAIDs, hypertension and renal "
                "function",
                (),
            )
        ],
    ),
    (
        "Decision based on MTUS Chronic Pain 2009, and Chronic Pain 2017, Section(s): Opioids.",
        [("MTUS", CPMT, 2009, None, ()), ("MTUS", "Chronic Pain", 2017, "Opioids", ())],
    ),
    ("Decision based on MTUS.", [("MTUS", None, None, None, ())]),
]
OUTSIDE = "Decision based on Non-MTUS Citation "
ODG = "Official Disability Guidelines (ODG)"
OTHER_LINES = [
    (f"{ODG} Knee & Leg (Acute & Chronic), MRI's.", [("ODG", "Knee & Leg", "MRI's", ())]),
    (f"{ODG}, Low Back - Lumbar & Thoracic (Acute & Chronic)", [("ODG", "Low Back", None, ())]),
    (f"{ODG} Hips & Pelvis Chapter, X-Ray.", [("ODG", "Hip & Pelvis", "X-Ray", ())]),
    (f"{ODG} Pain (Chronic), Zolpidem (Ambien).", [("ODG", "Pain", "Zolpidem (Ambien)", ())]),
    (f"{ODG} Low Back/Bone scan", [("ODG", "Low Back", "Bone scan", ())]),
    (f"{ODG} Shoulder (Ultrasound)", [("ODG", "Shoulder", "Ultrasound", ())]),
    (
        f"{ODG} Low Back Chapter/ Pain Chapter",
        [("ODG", "Low Back", None, ()), ("ODG", "Pain", None, ())],
    ),
    (f"{ODG} Pain, TENS, chronic pain", [("ODG", "Pain", "TENS, chronic pain", ())]),
    (f"{ODG} MRI, Shoulder chapter.", [("ODG", "Shoulder", "MRI", ())]),
    (f"{ODG} MRI ankle.", [("ODG", "Ankle & Foot", "MRI ankle", ())]),
    (f"{ODG} Physical therapy/Preface.", [("ODG", "Preface", "Physical therapy", ())]),
    (f"{ODG} Stem cells.", [("ODG", None, "Stem cells", ())]),
    ("ODG Guidelines, Knee Chapter", [("ODG", "Knee & Leg", None, ())]),
    (
        "Official Disability Guidelines, Neck and Upper Back, Shoulder.",
        [("ODG", "Neck & Upper Back", None, ()), ("ODG", "Shoulder", None, ())],
    ),
    (
        "Official Disability Guidelines, Elbow (updated 1/2/16): X-ray; ODG, Pain: Opioids",
        [("ODG", "Elbow", "X-ray", ()), ("ODG", "Pain", "Opioids", ())],
    ),
    (
        "ACOEM Guidelines, Chapter 7, Independent Medical Examinations and Consultations, page 1",
        [("ACOEM", "Independent Medical Examinations and Consultations", None, (1,))],
    ),
    (
        "ACOEM Practice Guidelines, 3rd ed., Knee Disorders, pg. 44.",
        [("ACOEM", "Knee Disorders", None, (44,))],
    ),
    (
        f"{ODG} Head, EEG and Other Medical Treatment Guidelines http://example.org/a,b.html.",
        [("ODG", "Head", "EEG", ()), ("other", None, "http://example.org/a,b.html", ())],
    ),
    (
        "Department of Examples website, criteria for transport",
        [("other", None, "Department of Examples website, criteria for transport", ())],
    ),
]
PROSE = [
    ("See ACOEM Chapter 12, Table 12-8, page 309.", [("ACOEM", "Low Back Complaints", (309,))]),
    (
        "As noted in the MTUS guideline in ACOEM Chapter 8, Table 8-8, page 181, this fails.",
        [("MTUS", "Neck and Upper Back Complaints", (181,))],
    ),
    ("The MTUS Chronic Pain Medical Treatment Guidelines page 82 say", [("MTUS", CPMT, (82,))]),
    ("See page 82 of the MTUS Chronic Pain Guidelines.", [("MTUS", CPMT, (82,))]),
    ("Under 8 CCR 9792.24.2 it is so.", [("MTUS", CPMT, ())]),
    ("Title 8, section 9792.23.5 applies.", [("MTUS", "Low Back Complaints", ())]),
    ("as defined in 8 C.C.R. §9792.20", [("MTUS", None, ())]),
    ("The ODG Low Back Chapter allows it.", [("ODG", "Low Back", ())]),
    ("The MTUS is silent; per ODG, knee pain is common.", []),
    ("MTUS and ACOEM do not address this. No chronic pain is present.", []),
    (
        "Chronic opioid treatment and acupuncture treatment guidelines differ.",
        [("MTUS", "Acupuncture Treatment", ())],
    ),
    ("He has chronic pain and low back complaints on page 2.", []),
]


@pytest.mark.parametrize(("line", "expected"), MTUS_LINES)
def test_mtus_lines(line, expected):
    assert read(line) == expected


@pytest.mark.parametrize(("source", "expected"), OTHER_LINES)
def test_lines_outside_the_mtus(source, expected):
    found = read(OUTSIDE + source)
    assert [(body, chapter, section, pages) for body, chapter, _, section, pages in found] == (
        expected
    )


@pytest.mark.parametrize(("text", "expected"), PROSE)
def test_running_prose(text, expected):
    assert [(body, chapter, pages) for body, chapter, _, _, pages in read(text)] == expected


def test_bare_bodies_are_found_on_request():
    assert [c.body for c in find("The MTUS is silent; so ODG was used.", bare=True)] == [
        "MTUS",
        "ODG",
    ]


def test_a_statement_ends_where_the_letter_goes_on():
    text = (
        "MAXIMUS guideline: Decision based on MTUS Knee Complaints 2004, Section(s): Summary. "
        "Decision rationale: The ODG Shoulder Chapter does not apply."
    )
    assert [(c.chapter, c.section) for c in find(text)] == [
        ("Knee Complaints", "Summary"),
        ("Shoulder", None),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Decision based on MTUS Knee Complaints 2004.", "mtus"),
        ("The Expert Reviewer did not base their decision on the MTUS.", "outside"),
        (
            "The Claims Administrator based their decision on recommendation(s) outside of the "
            "MTUS Guidelines.",
            "outside",
        ),
        ("The Expert Reviewer did not cite any medical evidence for its decision.", "none"),
        ("Something else.", None),
    ],
)
def test_openings(line, expected):
    assert opening(line) == expected


WRITTEN = [
    ((), "sections", "The Physician Reviewer did not cite any medical evidence for its decision."),
    (
        (Citation(body="MTUS", chapter="Low Back Complaints", pages=(304, 309)),),
        "pages",
        "Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 304, 309.",
    ),
    (
        (
            Citation(body="MTUS", chapter="Elbow Disorders", year=2007, section="Summary"),
            Citation(body="ODG", chapter="Elbow", section="MRI's"),
        ),
        "sections",
        "Decision based on MTUS Elbow Complaints 2007, Section(s): Summary. "
        f"Decision based on Non-MTUS Citation {ODG} Elbow, MRI's.",
    ),
    (
        (Citation(body="ODG", chapter="Pain"),),
        "pages",
        "The Physician Reviewer did not base their decision on the MTUS. "
        f"Decision based on Non-MTUS Citation {ODG} Pain.",
    ),
    (
        (Citation(body="MTUS", chapter=CPMT, year=2009, section="TENS", pages=(114, 115, 116)),),
        "house",
        "Decision based on: MTUS, Chronic Pain Medical Treatment (2009), section “TENS”, "
        "pages 114-116.",
    ),
]


@pytest.mark.parametrize(("citations", "style", "expected"), WRITTEN)
def test_wording_by_style(citations, style, expected):
    assert cite(citations, style, "Physician Reviewer") == expected


@st.composite
def registered(draw: st.DrawFn) -> Citation:
    """A citation that the registry allows."""
    chapter = draw(st.sampled_from(registry().chapters))
    years = [edition.year for edition in chapter.editions] or [2015]
    adopted = chapter.adopted and draw(st.booleans())
    return Citation(
        body="MTUS" if adopted else chapter.body,
        chapter=chapter.name,
        year=draw(st.sampled_from(years if adopted else [None, *years])),
        section=draw(st.sampled_from([None, *chapter.sections])),
        pages=tuple(draw(st.lists(st.integers(1, 999), max_size=4, unique=True))),
    )


LINKS = st.integers(1, 99).map(lambda n: Citation(body="other", section=f"http://example.org/{n}"))


@given(
    st.lists(registered() | LINKS, max_size=4),
    st.sampled_from(["pages", "sections", "house"]),
    st.sampled_from(["Expert Reviewer", "Claims Administrator"]),
)
def test_find_reads_what_cite_writes(citations, style, who):
    citations.sort(key=lambda c: c.body != "MTUS")
    line = cite(citations, style, who)
    assert read(line) == [(c.body, c.chapter, c.year, c.section, c.pages) for c in citations]


@given(st.text(max_size=200) | st.lists(st.sampled_from([p for p, _ in PROSE])).map(" ".join))
def test_find_holds_its_offsets_on_any_text(text):
    read("Decision based on MTUS " + text)
    read("Decision based on Non-MTUS Citation ODG " + text)
    read(text)


@given(st.lists(st.integers(1, 9999), max_size=12))
def test_pages_are_written_as_they_are_read(pages):
    assert page_numbers(page_words(tuple(pages))) == tuple(pages)


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        ("ODG", "Knee and Leg (Acute & Chronic)", "Knee & Leg"),
        ("ODG", "hip chapter", "Hip & Pelvis"),
        ("MTUS", "Elbow Complaints", "Elbow Disorders"),
        ("ACOEM", "ACOEM 3rd ed., Low Back Disorders", "Low Back Disorders"),
        ("ODG", "Nothing Known", "Nothing Known"),
        ("other", None, None),
    ],
)
def test_canonical_names(body, name, expected):
    assert canonical(body, name) == expected


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2009, 7, 17), None),
        (date(2016, 7, 27), 2009),
        (date(2016, 7, 28), 2016),
        (date(2017, 12, 1), None),
    ],
)
def test_the_chronic_pain_text_in_force_by_date(day, year):
    edition = edition_in_force(Citation(body="MTUS", chapter=CPMT), day)
    assert (edition.year if edition else None) == year


def test_registry_names_are_unambiguous():
    """A name of one chapter of a body is never the name of another one of it."""
    for body in ("MTUS", "ODG"):
        for chapter in registry().chapters:
            if chapter.body == body:
                for name in [chapter.name, *chapter.words, *chapter.weak]:
                    assert canonical(body, name) == chapter.name

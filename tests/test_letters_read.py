"""Reading letters: the forms, the layouts of extractors, and the traps of the genre."""

from __future__ import annotations

import time
from datetime import date

import msgspec
import pytest

from letters_helpers import SAMPLES, sample
from openimr.errors import InputError
from openimr.letters.read import case_side, read_text
from openimr.letters.write import write
from openimr.model import CriterionRow, Reviewer

HEAD = """CLINICAL CASE SUMMARY
The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:
An invented case.
IMR ISSUES, DECISIONS AND RATIONALES
The Final Determination was based on decisions for the disputed items/services set forth below:
"""
BODY = """
Claims Administrator guideline: Decision based on A.
MAXIMUS guideline: Decision based on B.
Decision rationale: Reasons. The request is not medically necessary."""


def items(text: str):
    return read_text(HEAD + text).items


# ------------------------------------------------------------------------------- other forms


def test_l13_tells_the_decision_by_a_sentence_said_twice():
    letter = read_text((SAMPLES / "l13.txt").read_text(encoding="utf-8"))
    assert letter.format == "L13"
    assert [(item.request, item.decision) for item in letter.items] == [
        ("six sessions of aquatic therapy", "Upheld"),
        ("a lumbar support", "Overturned"),
    ]
    assert letter.items[1].rationale == "The support is for the acute phase."
    assert letter.items[0].ur_guideline == (
        "The Claims Administrator based its decision on the Chronic Pain Medical Treatment "
        "Guidelines, page 22."
    )
    assert letter.items[0].imr_guideline == "The Expert Reviewer found the section applicable."
    assert letter.case_number == "CM13-9000123"
    assert letter.decision_date == date(2013, 9, 16)
    assert letter.ur_denial_date == date(2013, 7, 3)
    assert letter.date_of_injury == date(2009, 4, 9)
    assert letter.application_received == date(2013, 7, 18)
    assert letter.reviewer.licensure == ("Texas", "New York")
    assert letter.reviewer.certification == ("Physical Medicine and Rehabilitation",)
    assert letter.documents_reviewed == (
        "Application of Independent Medical Review",
        "Utilization Review Determination",
        "Medical Records from the claims administrator",
    )


def test_f13_decides_in_the_sentence_of_the_request():
    letter = read_text((SAMPLES / "f13.txt").read_text(encoding="utf-8"))
    assert letter.format == "F13"
    assert [(item.request, item.decision, item.rationale) for item in letter.items] == [
        ("a wrist brace", "Overturned", "Splinting is a first step."),
        ("ten visits of therapy", "Upheld", "Two visits were a trial; 3. no gain is shown."),
    ]
    assert letter.ur_denial_date == date(2013, 8, 1)
    assert letter.reviewer == Reviewer(
        licensure=("Ohio",), certification=("Family Practice",), wording="physician reviewer"
    )
    assert len(letter.documents_reviewed) == 2


def test_m13_has_one_issue_in_prose():
    letter = read_text((SAMPLES / "m13.txt").read_text(encoding="utf-8"))
    assert letter.format == "M13"
    (item,) = letter.items
    assert item.request == "Is a home H-wave device for purchase needed?"
    assert item.decision == "Upheld"
    assert item.imr_guideline == "Chronic Pain guidelines, because the pain is chronic."
    assert letter.summary == "An invented patient with shoulder pain."
    assert letter.case_number == "CM13-9000456"
    assert letter.reviewer.licensure == ("California",)


def test_f26_keeps_criteria_and_documents():
    letter = read_text(write(sample(), "text").decode())
    assert letter.format == "F26"
    assert letter.items[0].criteria[1] == CriterionRow(
        criterion="mri_knee.C2",
        says="Mechanical symptoms or signs of an internal derangement that a surgeon could treat",
        status="met",
    )
    assert letter.documents_reviewed[1] == "Utilization review determination, 1/18/2017"


@pytest.mark.parametrize(
    ("decided", "cited", "form"),
    [
        ("Decision Date: 3/1/2015", "Section(s): Summary.", "F15"),
        ("Decision Date: 3/1/2016", "Page(s): 46.", "F16"),
        ("Decision Date: 3/1/2017", "", "F16"),
        ("", "Page(s): 46.", "F15"),
        ("", "Low Back Complaints 2004, Section(s): Summary.", "F16"),
        ("", "The Expert Reviewer did not base their decision on the MTUS.", "F15"),
        ("", "no style at all", "F16"),
    ],
)
def test_years_then_citations_tell_forms_apart(decided, cited, form):
    credentials = "The Expert Reviewer has the following credentials:\n"
    text = f"{decided}\n{credentials}{HEAD}x: Upheld\nClaims Administrator guideline: {cited}\n"
    assert read_text(text).format == form


# ------------------------------------------------------------------------------------ header

HEADERS = {
    "two columns": """Case Number: CM16-9000001
Date Assigned: 12/05/2016       Date of Injury: 10/14/2010
Decision Date: 12/30/2016       UR Denial Date: 11/16/2016
Priority: Expedited             Application    11/28/2016
                                Received:
""",
    "a line each": """ Case Number:
CM16-9000001
Date Assigned:
12/05/2016
Date of Injury:
10/14/2010
Decision Date: \n12/30/2016
UR Denial Date:  \n11/16/2016
Priority: Expedited
Application \nReceived:  \n11/28/2016 \n""",
    "labels, then values": """Case Number:
Date Assigned:
Date of Injury:
Decision Date:
UR Denial Date:
Priority:
Application Received:
CM16-9000001
12/05/2016
10/14/2010
12/30/2016
11/16/2016
Expedited
11/28/2016
""",
    "one line": "Case Number: CM16-9000001 Date Assigned: 12/05/2016 Date of Injury: 10/14/2010 "
    "Decision Date: 12/30/2016 UR Denial Date: 11/16/2016 Priority: Expedited Application "
    "Received: 11/28/2016\n",
}


@pytest.mark.parametrize("layout", HEADERS)
def test_header_in_any_order(layout):
    letter = read_text(HEADERS[layout] + HEAD + "x: Upheld" + BODY)
    assert (letter.case_number, letter.priority) == ("CM16-9000001", "Expedited")
    assert letter.date_assigned == date(2016, 12, 5)
    assert letter.date_of_injury == date(2010, 10, 14)
    assert letter.decision_date == date(2016, 12, 30)
    assert letter.ur_denial_date == date(2016, 11, 16)
    assert letter.application_received == date(2016, 11, 28)


def test_an_empty_cell_does_not_shift_the_others():
    letter = read_text("Date of Injury:    Decision Date: 12/30/2016\n" + HEAD + "x: Upheld" + BODY)
    assert (letter.date_of_injury, letter.decision_date) == (None, date(2016, 12, 30))


# ------------------------------------------------------------------------------------- items

MODIFIED = (
    "Norco #60 was the original request. Norco #20 was authorized by the Claims \n"
    "Administrator. The remaining IMR eligible portion of the original request, \n"
    "Norco #40 is"
)


@pytest.mark.parametrize(
    ("heading", "request_words"),
    [
        ("MRI of the knee: Upheld", "MRI of the knee"),
        ("MRI of the knee:  Upheld ", "MRI of the knee"),
        ("MRI of the knee:\nUpheld", "MRI of the knee"),
        ("Associated surgical service: Cold unit: 7 days: Upheld", None),
        ("A very long request that goes on and \non over the end of the line: Upheld", None),
        (f"{MODIFIED}: Upheld", None),
        (f"{MODIFIED}:\nUpheld", None),
        (f"{MODIFIED.replace(' #20', '.')}: Upheld", None),
        (MODIFIED.replace("Norco #40 is", "six\nvisits is") + ": Upheld", None),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\f", "\n\n\n"])
def test_headings(heading, request_words, gap):
    expected = request_words or " ".join(heading.split()).removesuffix(": Upheld")
    first, second = items(f"first: Overturned{BODY}{gap}{heading}{BODY}")
    assert (first.request, first.decision) == ("first", "Overturned")
    assert (second.request, second.decision) == (expected, "Upheld")
    assert first.rationale == "Reasons. The request is not medically necessary."


@pytest.mark.parametrize(
    ("request_words", "parts"),
    [
        (" ".join(MODIFIED.split()), ("Norco #60", "Norco #20", "Norco #40")),
        (
            "Therapy was the original request. The Claims Administrator authorized 2 visits, "
            "leaving the original request IMR eligible. The original request, therapy is",
            ("Therapy", "2 visits", "therapy"),
        ),
        ("Norco #40", (None, None, None)),
    ],
)
def test_modified_requests(request_words, parts):
    (item,) = items(f"{request_words}: Upheld{BODY}")
    assert item.request == request_words
    assert (item.original, item.authorized, item.remainder) == parts


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("MAXIMUS guideline:", "MAXIMUS guideline :"),
        ("MAXIMUS guideline:", "Maximus  Guideline:"),
        ("Claims Administrator", "Claims\nAdministrator"),
        ("Decision based on A.\n", "Decision based on A."),
        ("IMR ISSUES,", "Once was a trial.IMR ISSUES,"),
        ("\nMAXIMUS", "\n\n\f\n\nMAXIMUS"),
        ("\nDecision rationale", "\n Page 2 of 3\n\fDecision rationale"),
        ("Reasons.", "\nReasons."),
    ],
)
def test_spelling_and_spacing_of_labels(given, meant):
    text = HEAD + "x: Upheld" + BODY + "\n\ny: Overturned" + BODY
    wanted = read_text(text).items
    assert len(wanted) == 2
    assert read_text(text.replace(given, meant)).items == wanted


@pytest.mark.parametrize("count", [1, 2, 21])
def test_number_of_items(count):
    text = "\n".join(f"item {number}: Upheld{BODY}" for number in range(count))
    assert [item.request for item in items(text)] == [f"item {n}" for n in range(count)]


def test_words_of_the_heading_within_a_rationale_are_only_words():
    rationale = "The earlier review (Decision: Upheld) is no bar. Decision rationale: see above."
    (item,) = items(f"x: Overturned{BODY}\n{rationale}")
    assert item.decision == "Overturned"
    assert str(item.rationale).endswith(rationale)


def test_signs_of_extractors_are_undone():
    text = (
        HEAD + "x: Upheld" + BODY.replace("Reasons.", "anti\ufffedrug so\u00adft a\u00a0b c\u2010d")
    )
    (item,) = read_text(text).items
    assert str(item.rationale).startswith("anti- drug soft a b c-d")


def test_specialties_are_split_at_commas_with_or_without_a_space():
    text = (
        "HOW THE IMR FINAL DETERMINATION WAS MADE\n"
        "The Expert Reviewer has the following credentials:\n"
        "State(s) of Licensure: California,Texas\n"
        "Certification(s)/Specialty: Preventive Medicine, Occupational Medicine\n"
    )
    reviewer = read_text(text + HEAD + "x: Upheld" + BODY).reviewer
    assert reviewer.licensure == ("California", "Texas")
    assert reviewer.certification == ("Preventive Medicine", "Occupational Medicine")


# -------------------------------------------------------------------------- refusal, case side


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "section headings"),
        ("A progress report. The request was Upheld.", "section headings"),
        (HEAD, "no decided item"),
        (HEAD + "MRI of the knee was discussed.", "no decided item"),
    ],
)
def test_what_is_no_determination_is_refused(text, missing):
    with pytest.raises(InputError, match="not a determination") as refusal:
        read_text(text, "letter.txt")
    assert missing in str(refusal.value)
    assert str(refusal.value).startswith("letter.txt: ")


def test_case_side_shows_nothing_of_the_decision():
    determination = sample()
    case = case_side(determination)
    shown = msgspec.json.encode(case).decode()
    assert case.items[1].remainder == "physical therapy for the right knee, 6 visits"
    assert case.items[0].ur_guideline == determination.items[0].ur_guideline
    assert (case.documents[0].name, case.documents[0].kind) == ("summary", "clinical_summary")
    assert case.documents[0].text == determination.summary
    for item in determination.items:
        for hidden in (item.decision, item.rationale, "Diagnostic Criteria", "Sports Medicine"):
            assert str(hidden) not in shown


@pytest.mark.parametrize(
    "repeated",
    [
        "IMR ISSUES, DECISIONS AND RATIONALES\n",
        "Claims Administrator guideline: ",
        ": Upheld\n",
        "1) MAXIMUS has determined the request for ",
        "portion of the original request. \n\n",
        "is Board Certified in x and ",
        " \n",
        "a" + " " * 119,
    ],
)
def test_repetition_does_not_slow_reading_down(repeated):
    text = HEAD + "x: Upheld" + BODY + repeated * (500_000 // len(repeated)) + "y: Upheld" + BODY
    began = time.perf_counter()
    read_text(text)
    assert time.perf_counter() - began < 5

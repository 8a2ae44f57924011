"""Text of written letters, and invented determinations, for the tests of the letters."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import msgspec
import pypdfium2
from hypothesis import strategies as st

from openimr.documents.files import load
from openimr.letters.write import Format
from openimr.model import CriterionRow, Determination, DeterminedItem, Reviewer

SAMPLES = Path(__file__).parent / "samples" / "letters"
WRITTEN = ("F14a", "F14b", "F15", "F16", "F26")
YEARS = {"F14a": 2014, "F14b": 2014, "F15": 2015, "F16": 2017, "F26": 2026}


def sample(form: str = "F26") -> Determination:
    """The invented determination, in the given form and of its time."""
    content = (SAMPLES / "invented.json").read_bytes()
    made = msgspec.json.decode(content, type=Determination)
    if form == "F26":
        return made
    assert made.decision_date
    return msgspec.structs.replace(
        made,
        format=form,
        decision_date=made.decision_date.replace(year=YEARS[form]),
        documents_reviewed=(),
        items=tuple(msgspec.structs.replace(item, criteria=()) for item in made.items),
    )


def pdf_text(data: bytes) -> str:
    """The text of a PDF as PDFium gives it, its pages parted by form feeds."""
    return "\f".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def letter_text(data: bytes, to: Format) -> str:
    """The text of a written letter."""
    if to == "text":
        return data.decode()
    if to == "pdf":
        return pdf_text(data)
    return loaded_text(data, to)


def loaded_text(data: bytes, to: Format) -> str:
    """The text of a written letter as the document reader gives it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"letter.{'txt' if to == 'text' else to}"
        path.write_bytes(data)
        return load(path).text or ""


_WORDS = (
    *("MRI of the lumbar spine", "#60", "1-2", "L5-S1", "the patient's pain", "naïve", "78°"),
    *(
        "≥ 50%",
        "“quoted words”",
        "worker’s",
        "Dr. Núñez",
        "t.i.d.",
        "10/325mg",
        "BMI < 30 & falling",
    ),
    *("Section(s): Summary.", "page 46", "was denied", "(see above)", "http://example.org/a/b-c"),
    *("*bold*", "#let x = 1", "$x$", "<b>", "{{ x }}", "@ref", "\\", "non-steroidal", "fi ffl"),
)
_HOSTILE = (
    *("Upheld", "Overturned", "x: Upheld", "Decision rationale:", "MAXIMUS guideline:"),
    *("Claims Administrator guideline:", "CLINICAL CASE SUMMARY", "Page 1 of 2", "Decision:"),
    *("IMR ISSUES, DECISIONS AND RATIONALES", "Disputed item 2 of 3: y", "1.", "Met", "|"),
    *("was the original request.", "The original request,", "State(s) of Licensure: Ohio"),
    *("has determined the request for", "IMR Final Determination", "DOCUMENTS REVIEWED", "2. z"),
    *(
        "Reasons for the decision:",
        "non-\u00adbreaking",
        "a\u00a0b",
        "\u2010",
        "Criteria considered:",
    ),
)


def _text(words: tuple[str, ...], most: int = 12) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=most).map(" ".join)


def _names(hostile: bool) -> st.SearchStrategy[tuple[str, ...]]:
    name = st.sampled_from(
        ("California", "New York", "Internal Medicine", "Pain & Palliative Care")
    )
    if hostile:
        name |= st.sampled_from(_HOSTILE)
    return st.lists(name, max_size=3, unique=True).map(tuple)


@st.composite
def determinations(draw: st.DrawFn, form: str, hostile: bool = False) -> Determination:
    """Determinations that a form can be asked to carry; hostile ones imitate its labels."""
    words = _WORDS + _HOSTILE if hostile else _WORDS
    text, long_text = _text(words), _text(words, 120)
    optional = st.none() | text
    days = st.dates(date(1990, 1, 1), date(2012, 1, 1))
    row = st.builds(
        CriterionRow,
        criterion=st.sampled_from(("mri_knee.C1", "esi_repeat.C12")),
        says=text,
        status=st.sampled_from(("met", "not_met", "not_documented")),
        by_reviewer=st.booleans(),
        remark=optional,
    )
    item = st.builds(
        DeterminedItem,
        request=text | long_text,
        decision=st.sampled_from(("Upheld", "Overturned")),
        ur_guideline=optional,
        imr_guideline=optional,
        rationale=st.none() | text | long_text,
        criteria=st.lists(row, max_size=3).map(tuple) if form == "F26" else st.just(()),
    )
    many = draw(st.sampled_from((1, 2, 3, 21)))
    month = st.dates(date(YEARS[form], 1, 1), date(YEARS[form], 12, 31))
    return Determination(
        format=form,
        items=tuple(draw(st.lists(item, min_size=1, max_size=many))),
        case_number=draw(st.none() | st.just("CM16-9000007")),
        date_assigned=draw(st.none() | days),
        date_of_injury=draw(st.none() | days),
        decision_date=draw(month),
        ur_denial_date=draw(st.none() | days),
        application_received=draw(st.none() | days),
        priority=draw(st.sampled_from((None, "Standard", "Expedited"))),
        reviewer=Reviewer(licensure=draw(_names(hostile)), certification=draw(_names(hostile))),
        summary=draw(st.none() | text | long_text),
        documents_reviewed=(tuple(draw(st.lists(text, max_size=12))) if form == "F26" else ()),
    )

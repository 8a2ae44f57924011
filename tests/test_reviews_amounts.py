"""How much is asked for, and where: the words of requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr.reviews.amounts import read_amounts
from openimr.reviews.places import levels_named, regions_named, side_named

THERAPY = [
    ("Physical therapy 2x6 for the low back", 12),
    ("Physical therapy 2 times a week for 6 weeks", 12),
    ("Physical therapy, 3 times per week for 4 weeks, right knee", 12),
    ("Chiropractic care 2-3 times a week for 4-6 weeks", 18),
    ("Acupuncture, twice a week for three weeks", 6),
    ("Acupuncture one time per week for 6 weeks", 6),
    ("Twelve sessions of physical therapy", 12),
    ("Physical therapy x 8 visits", 8),
    ("Physical therapy visits #10", 10),
    ("Acupuncture therapy sessions lumbar spine #6", 6),
    ("Aquatic therapy (8)", 8),
    ("Occupational therapy 1 time weekly for 5 weeks", 5),
    ("Hand therapy, 6 additional sessions", 6),
    ("Massage therapy 1 x 8", 8),
    ("Physical therapy, two (2) times a week for four (4) weeks", 8),
    ("Chiropractic treatment; six sessions", 6),
    ("Physical therapy sessions 2 times a week for 6 weeks", 12),
    ("Tx 2 times a week x 6 weeks", 12),
    ("Physical therapy 2 times a week for 6 weeks, 10 visits", 10),
]


@pytest.mark.parametrize(("request_text", "sessions"), THERAPY)
def test_sessions_requested(request_text: str, sessions: int) -> None:
    assert read_amounts(request_text, is_drug=False)["sessions_requested"] == sessions


@pytest.mark.parametrize(
    "request_text",
    [
        "Physical therapy for the neck",
        "MRI of the lumbar spine",
        "Left L4-5 epidural steroid injection",
    ],
)
def test_no_sessions_where_none_are_stated(request_text: str) -> None:
    assert "sessions_requested" not in read_amounts(request_text, is_drug=False)


DRUGS = [
    ("Norco 10/325mg #60", 60, "10/325mg"),
    ("Ibuprofen 800 mg, quantity 90 with 2 refills", 90, "800mg"),
    ("Tramadol ER 150mg, 30 tablets", 30, "150mg"),
    ("Gabapentin 300mg qty: 120", 120, "300mg"),
    ("Cyclobenzaprine 5% in cream base 240g", 240, "5%"),
    ("Omeprazole 20mg", None, "20mg"),
    ("Medrol dosepak", None, None),
]


@pytest.mark.parametrize(("request_text", "quantity", "strength"), DRUGS)
def test_drug_amounts(request_text: str, quantity: int | None, strength: str | None) -> None:
    amounts = read_amounts(request_text, is_drug=True)
    assert amounts.get("dispense_qty") == quantity
    assert amounts.get("strength") == strength


@pytest.mark.parametrize(
    ("request_text", "days"),
    [
        ("TENS unit, 30-day rental", 30),
        ("Cold therapy unit, seven day use", 7),
        ("Wheelchair rental for 2 months", 60),
        ("Interferential unit, one month trial", 30),
    ],
)
def test_rental_days(request_text: str, days: int) -> None:
    assert read_amounts(request_text, is_drug=False)["rental_days"] == days


PLACES = [
    ("MRI of the right knee", ["knee"], "right"),
    ("EMG/NCV of the bilateral lower extremities", ["other"], "bilateral"),
    ("L5-S1 epidural steroid injection, left", ["lumbar"], "left"),
    ("C5-6 interlaminar injection", ["cervical"], None),
    (
        "Physical therapy for the right shoulder and the right wrist",
        ["shoulder", "wrist_hand"],
        "right",
    ),
    ("X-ray of the pelvis", ["hip"], None),
    ("Left and right hip radiographs", ["hip"], "bilateral"),
    ("Office visit", [], None),
]


@pytest.mark.parametrize(("request_text", "regions", "side"), PLACES)
def test_places(request_text: str, regions: list[str], side: str | None) -> None:
    assert regions_named(request_text) == regions
    assert side_named(request_text) == side


@pytest.mark.parametrize(
    ("request_text", "levels"),
    [
        ("Facet joint injections L4-5, L5-S1", ("L4-5", "L5-S1")),
        ("L3/4 and L4/L5 medial branch block", ("L3-4", "L4-5")),
        ("C7-T1 injection", ("C7-T1",)),
        ("Norco 5/325 mg", ()),
    ],
)
def test_levels(request_text: str, levels: tuple[str, ...]) -> None:
    assert levels_named(request_text) == levels


@given(st.text(max_size=300), st.booleans())
def test_any_text_can_be_asked_for(text: str, is_drug: bool) -> None:
    for value in read_amounts(text, is_drug=is_drug).values():
        assert value is not None
    assert len(regions_named(text)) == len(set(regions_named(text)))

"""What a case is about: the region and side of requests that name none."""

import pytest

from openimr.model import Case, DisputedItem, Document
from openimr.reviews.requests import read_requests
from openimr.reviews.run import read_facts, shipped_library


def read(items: list[str], text: str):
    case = Case(
        items=tuple(DisputedItem(request=item) for item in items),
        documents=(Document(name="summary.txt", text=text),),
    )
    return read_requests(case, read_facts(case), shipped_library())


ANKLE = (
    "The injured worker was diagnosed with a left ankle sprain. He complained of left ankle pain. "
    "Sensation was intact in the lower extremities."
)
MANY = (
    "Diagnoses include cervical sprain, lumbar sprain and right shoulder strain. She complained of "
    "neck pain and low back pain. There was spasm of the neck."
)


@pytest.mark.parametrize(
    ("item", "text", "region", "side"),
    [
        ("Physical therapy 2x6", ANKLE, "ankle_foot", "left"),
        ("Naproxen 550mg #60", ANKLE, "ankle_foot", "left"),
        ("Physical therapy for the right knee", ANKLE, "knee", "right"),
        ("Omeprazole 20mg #60", ANKLE, None, None),
        ("Standard wheelchair", ANKLE, "whole", None),
        ("Home health aide 4 hours a day", MANY, "whole", None),
        ("Acupuncture 2x4", MANY, "cervical", None),
        ("Acupuncture 2x4", MANY + " She has had acupuncture for the low back.", "lumbar", None),
        ("Functional capacity evaluation", MANY, None, None),
        ("Knee scooter", ANKLE, "ankle_foot", "left"),
        ("Physical therapy 2x6", "No records were provided.", None, None),
    ],
)
def test_the_region_and_side_the_record_is_about(item, text, region, side):
    (request,) = read([item], text)
    assert (request.region, request.side) == (region, side)


def test_what_goes_with_an_operation_is_for_the_part_operated_on():
    requests = read(
        [
            "Right carpal tunnel release",
            "Associated surgical service: physical therapy 12 visits",
            "Pre-operative medical clearance",
        ],
        MANY,
    )
    assert [(r.region, r.side) for r in requests] == [
        ("wrist_hand", "right"),
        ("wrist_hand", "right"),
        (None, None),
    ]


def test_the_other_items_of_a_case_tell_what_it_is_about():
    requests = read(["MRI of the lumbar spine", "Chiropractic treatment 2x4"], "")
    assert requests[1].region == "lumbar"


def test_a_drug_bears_on_the_whole_body_unless_its_request_names_a_place():
    ankle, gel = read(["Naproxen 550mg", "Diclofenac gel 1% for the left ankle"], ANKLE)
    assert (ankle.region, ankle.bound_to) == ("ankle_foot", None)
    assert (gel.region, gel.bound_to) == ("ankle_foot", "ankle_foot")

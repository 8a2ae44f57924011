"""Lines of requests as offices write them: which treatment, drug, region, side and amount."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from openimr.model import Case, DisputedItem
from openimr.reviews.requests import read_requests
from openimr.reviews.run import review, shipped_library

LINES = [
    (treatment, line)
    for name in ("request_lines.yaml", "request_lines_more.yaml", "request_lines_offices.yaml")
    for treatment, lines in yaml.safe_load(
        (Path(__file__).parent / "data" / name).read_text("utf-8")
    ).items()
    for line in lines
]


@pytest.mark.parametrize(
    ("asked", "share"),
    [("treatment", 0.95), ("region", 0.95), ("side", 0.97), ("phase", 0.97), ("quantity", 0.93)],
)
def test_share_of_lines_read_rightly(asked, share):
    hits = []
    for treatment, line in LINES:
        wanted = treatment if asked == "treatment" else line.get(asked)
        if wanted is None and asked != "side":
            continue
        (read,) = read_requests(
            Case(items=(DisputedItem(request=line["text"]),)), (), shipped_library()
        )
        hits.append(getattr(read, asked) == wanted)
    assert sum(hits) / len(hits) >= share


def read(text):
    case = Case(items=(DisputedItem(request=text),))
    (request,) = read_requests(case, (), shipped_library())
    return request


@pytest.mark.parametrize(
    ("text", "treatment"),
    [
        ("Cranioplasty with mesh, left side", "other:cranioplasty_mesh"),
        ("Nerve conduit graft to the right ulnar nerve", "other:nerve_conduit_graft"),
        ("2 units of Snoozewell lamp (purchase)", "other:snoozewell_lamp"),
    ],
)
def test_what_no_guideline_is_held_for_is_named_without_side_place_and_amount(text, treatment):
    assert read(text).treatment == treatment


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("T8-9 interlaminar epidural steroid injection", "thoracic"),
        ("MRI of the lumbar spine, neck pain", "lumbar"),
        ("Epidural steroid injection", "lumbar"),
    ],
)
def test_a_part_of_the_spine_that_is_named_goes_before_the_usual_one(text, region):
    assert read(text).region == region


def test_a_drug_that_the_dictionary_lacks_is_counted_as_one():
    request = read("Zorbamax 20 mg one tablet daily #30")
    assert (request.treatment, request.quantity, request.unit) == (
        "other:zorbamax",
        30.0,
        "tablets",
    )


@pytest.mark.parametrize(
    ("text", "treatment", "region"),
    [
        ("MRI of the cervical spine; EMG/NCV of the lower extremities", "mri_cervical", "cervical"),
        ("Chiropractic care for the low back; six sessions", "chiropractic_manual", "lumbar"),
    ],
)
def test_the_first_treatment_of_a_line_leads(text, treatment, region):
    request = read(text)
    assert (request.treatment, request.region) == (treatment, region)


@pytest.mark.parametrize(
    ("text", "chapter"),
    [
        ("EMG of the bilateral upper extremities", "Neck and Upper Back Complaints"),
        ("EMG of the bilateral lower extremities", "Low Back Complaints"),
    ],
)
def test_studies_of_arms_and_legs_go_by_the_chapter_of_their_spine(text, chapter):
    case = Case(items=(DisputedItem(request=text),), decision_date=date(2017, 1, 20))
    (item,) = review(case).items
    chapters = [citation.chapter for citation in item.guidelines]
    assert chapter in chapters
    other = {"Neck and Upper Back Complaints", "Low Back Complaints"} - {chapter}
    assert not other & set(chapters)

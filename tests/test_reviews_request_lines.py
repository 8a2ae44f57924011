"""Lines of requests as offices write them: which treatment, drug, region, side and amount."""

from pathlib import Path

import pytest
import yaml

from openimr.model import Case, DisputedItem
from openimr.reviews.requests import read_requests
from openimr.reviews.run import shipped_library

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

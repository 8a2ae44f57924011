"""Which treatment a response, a trial or a number of visits belongs to."""

from __future__ import annotations

from importlib import resources

import pytest
import yaml

from openimr.evidence import find_facts

BOUND = [
    # the drug that was cut did not bring the relief; the unit did
    (
        "He used the unit daily; pain fell from 7 to 3 and he cut his ibuprofen by half.",
        "pain_relief_percent",
        {None},
    ),
    (
        "She had a TENS unit at home. She wore the unit daily and pain fell from 8 to 4.",
        "pain_relief_percent",
        {"tens"},
    ),
    # a drug has no visits
    (
        "She completed chiropractic x 6 and naproxen.",
        "prior_sessions_completed",
        {"chiropractic_manual"},
    ),
    # the length of a list of care is none of the device's
    (
        "Therapy, a TENS trial and cyclobenzaprine have been tried over four months.",
        "device_trial_days",
        set(),
    ),
    # what a block was done with did not bring the relief
    (
        "I blocked the medial branches with bupivacaine and he had 90% relief.",
        "pain_relief_percent",
        {"facet_block_diagnostic"},
    ),
]


@pytest.mark.parametrize(("text", "fact", "about"), BOUND, ids=[row[1] for row in BOUND])
def test_a_response_belongs_to_what_brought_it(
    text: str, fact: str, about: set[str | None]
) -> None:
    assert {f.about for f in find_facts(text) if f.fact == fact} == about


def test_every_anchor_is_a_word() -> None:
    """YAML takes an unquoted ``on`` or ``off`` for a truth value, which no text holds."""
    for path in resources.files("openimr.evidence").iterdir():
        if path.name.endswith(".yaml"):
            data = yaml.safe_load(path.read_text("utf-8"))
            for spec in data.get("patterns", ()) if isinstance(data, dict) else ():
                assert not [a for a in spec["anchors"] if isinstance(a, bool)], path.name

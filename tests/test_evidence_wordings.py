"""One fact in many wordings, and what must not be read as it (``data/wordings.yaml``)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from openimr.evidence import find_facts
from openimr.model import Fact

DATA = Path(__file__).parent / "data" / "wordings.yaml"
KEY = re.compile(
    r"(?P<mark>[!*-]?)(?P<names>[\w|]+)(?:(?P<op>>=|<=|=)(?P<value>[^@]+))?(?:@(?P<about>\S+))?"
)
ROWS = [
    (key, text) for key, texts in yaml.safe_load(DATA.read_text("utf-8")).items() for text in texts
]


def fits(fact: Fact, asked: re.Match[str]) -> bool:
    """Whether ``fact`` is what the key of a row asks for."""
    polarity = {"-": "negated", "*": fact.polarity}.get(asked["mark"], "present")
    if fact.fact not in asked["names"].split("|") or fact.polarity != polarity:
        return False
    if asked["about"] and fact.about != asked["about"]:
        return False
    if asked["op"] in (">=", "<="):
        low, high = sorted((float(fact.value or 0), float(asked["value"])))
        return float(fact.value or 0) == (high if asked["op"] == ">=" else low)
    return asked["op"] is None or str(fact.value) == asked["value"]


@pytest.mark.parametrize(("key", "text"), ROWS)
def test_wording_is_read(key, text):
    asked = KEY.fullmatch(key)
    assert asked is not None
    facts = find_facts(text)
    assert any(fits(f, asked) for f in facts) != (asked["mark"] == "!"), [
        (f.fact, f.value, f.polarity, f.about, f.quote) for f in facts
    ]

"""The redaction data: recognisers, words of names, the medical allow-list, profiles."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def load(name: str) -> dict[str, Any]:
    """The contents of one of the YAML files beside this module."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = yaml.load((HERE / f"{name}.yaml").read_bytes(), Loader=loader)
    assert isinstance(found, dict)
    return found


@cache
def words(name: str, key: str) -> frozenset[str]:
    """The words of a word list, in small letters."""
    return frozenset(str(load(name)[key]).lower().split())


@cache
def ordinary() -> frozenset[str]:
    """Words that are no names where nothing says they are: ordinary, clinical, drugs, eponyms."""
    from openimr.drugs import lexicon

    drugs = {part for name in lexicon() for part in re.findall(r"[a-z]+", name.lower())}
    known = words("words", "words") | words("names", "not_names") | words("medical", "eponyms")
    return frozenset(known | words("medical", "clinical_nouns") | drugs)


@cache
def ambiguous() -> frozenset[str]:
    """Words that are also names, eponyms among them."""
    return words("words", "ambiguous") | words("medical", "eponyms")


def is_plain(word: str) -> bool:
    """Whether a word is an everyday one, in small letters, whatever else it may name."""
    if word in words("words", "ambiguous") or word in words("words", "words"):
        return True
    return word not in words("medical", "eponyms") and is_ordinary(word)


def is_ordinary(word: str) -> bool:
    """Whether a word, in any case and with its endings, is an ordinary or clinical one."""
    low = word.lower().rstrip(".'’")
    known = ordinary()
    if low in known:
        return True
    if low.endswith(("'s", "’s")):
        return low[:-2] in known
    for ending in ("s", "es", "ed", "d", "ing", "ly", "al", "er"):
        stem = low.removesuffix(ending)
        if stem != low and len(stem) > 3 and (stem in known or stem + "e" in known):
            return True
    return "-" in low and all(part in known or part.isdigit() for part in low.split("-"))


@cache
def shape(name: str) -> re.Pattern[str]:
    """A compiled pattern of names, by its key in ``shapes.yaml``."""
    return re.compile(_filled(load("shapes")["names"][name], load("shapes")["macros"]))


@cache
def date_shapes() -> dict[str, re.Pattern[str]]:
    """The compiled patterns of dates, in the order in which they are tried."""
    data = load("shapes")
    return {
        name: re.compile(_filled(pattern, data["date_macros"]), re.IGNORECASE)
        for name, pattern in data["dates"].items()
    }


def _filled(pattern: str, macros: dict[str, str]) -> str:
    # Macros name one another, to a depth of two.
    for _ in range(3):
        for name, body in macros.items():
            pattern = pattern.replace("{" + name + "}", body)
    for name, body in load("names").items():
        pattern = pattern.replace("{NAMES." + name + "}", str(body))
    return pattern


@cache
def credential() -> re.Pattern[str]:
    """What stands after a physician's or an attorney's name."""
    return re.compile(rf"(?:{load('names')['credentials']})(?![\w])")

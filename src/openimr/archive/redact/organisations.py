"""Names of organisations and the fields of forms that hold them or an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from openimr.archive.redact.data import ambiguous, is_ordinary, load, shape, words
from openimr.archive.redact.people import field
from openimr.archive.redact.reader import is_capital
from openimr.archive.redact.spans import Span

_LONGEST = 90
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def find(text: str) -> Iterator[Span]:
    """Organisations and labelled addresses; spans may overlap."""
    yield from _fields(text, "organisation_label", "ORG")
    yield from _fields(text, "address_label", "ADDRESS")
    yield from _by_last_word(text)
    for match in shape("firm").finditer(text):
        yield Span(match.start(), match.end(), "ORG", "organisation", 6)
    yield from _by_cue(text)


def _fields(text: str, label: str, category: str) -> Iterator[Span]:
    for match in shape(label).finditer(text):
        said = field(text, match.end()).rstrip(" .,")
        if len(said) > _LONGEST:
            said = re.split(r"(?<=[a-z)])[.]\s", said)[0][:_LONGEST]
        if any(c.isalnum() for c in said) and not all(map(_says_nothing, _WORD.findall(said))):
            yield Span(match.end(), match.end() + len(said), category, "label", 4)


def _says_nothing(word: str) -> bool:
    return word.lower() in words("names", "not_names") or (is_ordinary(word) and word.islower())


@cache
def _authorities() -> re.Pattern[str]:
    listed = str(load("names")["not_organisations"]).strip().strip("|")
    return re.compile(rf"\b(?:{listed})", re.IGNORECASE)


def _by_last_word(text: str) -> Iterator[Span]:
    """An organisation told by the last word of its name: Clinic, LLC, School District."""
    for match in shape("organisation").finditer(text):
        if _authorities().search(match[0]):
            continue
        proper = [word for word in _WORD.finditer(match["lead"]) if _is_proper(word[0])]
        if proper:
            # Leading words of the sentence are not the name's: "Records from Mesa Clinic".
            yield Span(match.start() + proper[0].start(), match.end(), "ORG", "organisation", 7)


def _is_proper(word: str) -> bool:
    return is_capital(word) and (not is_ordinary(word) or word.lower() in ambiguous())


def _by_cue(text: str) -> Iterator[Span]:
    """An organisation told by the words before it: employed by, transported to."""
    for match in shape("employer").finditer(text):
        said = _WORD.findall(match["o"])
        first = said[0].lower()
        if first in words("names", "not_names") or first in ("dr", "mr", "mrs", "ms"):
            continue
        if any(map(_is_proper, said)) and not _authorities().search(match["o"]):
            yield Span(match.start("o"), match.end("o"), "ORG", "employer", 7)

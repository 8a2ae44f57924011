"""Which treatments a request's wording may mean.

A name is either a phrase, whose words must follow each other, or a set of words in any order.
Case, hyphens, slashes and white space do not count; a plural in the request matches the singular,
a usual abbreviation ("inj", "blk") the word. A request that bears no name is known by its procedure
code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from openimr.guidelines.guideline import Guideline, Words

_TOKEN = re.compile(r"[^\W_]+")
_SHORTEST_PLURAL = 5
"""Names of fewer letters are taken as written: TENS is no plural of ten."""
_SHORT_FOR = {
    "blk": "block",
    "cerv": "cervical",
    "consult": "consultation",
    "eval": "evaluation",
    "inj": "injection",
    "lumb": "lumbar",
    "prog": "program",
    "shldr": "shoulder",
    "stim": "stimulator",
    "surg": "surgery",
    "thor": "thoracic",
    "wt": "weight",
}


class NameMatch(Struct, frozen=True):
    """A treatment whose name occurs in a request: where, and how many letters of it matched."""

    treatment: str
    start: int
    end: int
    letters: int


class _Pattern(Struct, frozen=True):
    treatment: str
    every: tuple[tuple[str, ...], ...]
    some: tuple[tuple[str, ...], ...]
    none: tuple[tuple[str, ...], ...]


class _Text:
    """The words of a request with their places, findable by word."""

    def __init__(self, text: str) -> None:
        self.spans: list[tuple[int, int]] = []
        self.forms: list[tuple[str, ...]] = []
        self.places: dict[str, list[int]] = defaultdict(list)
        for match in _TOKEN.finditer(text):
            word = match[0].lower()
            if word == "s" and text[match.start() - 1 : match.start()] in ("'", "’"):
                continue
            one = singular(word)
            forms = (word,) if one == word else (word, one)
            if full := _SHORT_FOR.get(forms[-1]):
                forms = (*forms, full)
            for form in forms:
                self.places[form].append(len(self.spans))
            self.spans.append(match.span())
            self.forms.append(forms)

    def find(self, phrase: tuple[str, ...]) -> tuple[int, int] | None:
        """First place (index of first and last word) where the words follow each other."""
        places = self.places.get(phrase[0])
        if places is None:
            return None
        length = len(phrase)
        if length == 1:
            return places[0], places[0]
        for place in places:
            end = place + length
            if end > len(self.forms):
                continue
            for at in range(1, length):
                if phrase[at] not in self.forms[place + at]:
                    break
            else:
                return place, end - 1
        return None


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """The singular of an English word, near enough for names: studies → study, blocks → block."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) == 4 and word.endswith("is"):  # MRIs, ESIs, TPIs
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class NameIndex:
    """All names of a library, ready to be looked for in a request."""

    def __init__(self, guidelines: Iterable[Guideline]) -> None:
        self._by_word: dict[str, list[_Pattern]] = defaultdict(list)
        self._by_code: dict[str, str] = {}
        for guideline in guidelines:
            for code in guideline.codes:
                self._by_code.setdefault(code.code.lower(), guideline.treatment)
            for name in guideline.names:
                pattern = _pattern(guideline.treatment, name)
                for phrase in pattern.every[:1] or pattern.some:
                    self._by_word[phrase[0]].append(pattern)

    def find(self, request: str) -> list[NameMatch]:
        """The treatments named in a request, the most specific (most letters) first.

        Each treatment is given once, with its best match; among equals the earlier one leads.
        """
        text = _Text(request)
        best: dict[str, NameMatch] = {}
        for word in text.places:
            for pattern in self._by_word.get(word, ()):
                match = _match(pattern, text)
                rival = best.get(pattern.treatment)
                if match and (rival is None or match.letters > rival.letters):
                    best[pattern.treatment] = match
        return sorted(best.values(), key=lambda match: (-match.letters, match.start)) or list(
            self._coded(text)
        )

    def _coded(self, text: _Text) -> Iterator[NameMatch]:
        for word, (place, *_) in text.places.items():
            if treatment := self._by_code.get(word):
                yield NameMatch(treatment, *text.spans[place], len(word))


def _phrase(name: str) -> tuple[str, ...]:
    words = [
        match[0].lower() for match in _TOKEN.finditer(name.replace("'s", "").replace("’s", ""))
    ]
    return tuple(singular(word) if len(word) >= _SHORTEST_PLURAL else word for word in words)


def _phrases(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(phrase for phrase in map(_phrase, names) if phrase)


def _pattern(treatment: str, name: str | Words) -> _Pattern:
    if isinstance(name, str):
        return _Pattern(treatment, _phrases([name]), (), ())
    longest_first = sorted(_phrases(name.any), key=lambda words: -sum(map(len, words)))
    return _Pattern(treatment, _phrases(name.all), tuple(longest_first), _phrases(name.none))


def _match(pattern: _Pattern, text: _Text) -> NameMatch | None:
    """The match of a name, None where a word is missing; the cheapest questions come first."""
    found: list[tuple[int, int]] = []
    letters = 0
    for phrase in pattern.every:
        place = text.find(phrase)
        if place is None:
            return None
        found.append(place)
        letters += sum(map(len, phrase))
    if pattern.some:
        for phrase in pattern.some:
            place = text.find(phrase)
            if place is not None:
                found.append(place)
                letters += sum(map(len, phrase))
                break
        else:
            return None
    if any(text.find(phrase) for phrase in pattern.none):
        return None
    start = min(text.spans[first][0] for first, _ in found)
    end = max(text.spans[last][1] for _, last in found)
    return NameMatch(pattern.treatment, start, end, letters)

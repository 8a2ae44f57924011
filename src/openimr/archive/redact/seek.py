"""Where a text writes the known values of a case, slips and all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from openimr.archive.redact.data import (
    ambiguous,
    credential,
    is_ordinary,
    is_plain,
    load,
    words,
)
from openimr.archive.redact.known import Known
from openimr.archive.redact.medical import is_eponym_use
from openimr.archive.redact.spans import Span

_LETTERS = "A-Za-zÀ-ÖØ-öø-ÿ"
_TOKEN = re.compile(rf"[{_LETTERS}0-9][{_LETTERS}0-9'’|]*")
_LOOK = str.maketrans(
    {"0": "o", "1": "l", "5": "s", "8": "b", "|": "l", "i": "l", "6": "b", "3": "e", "@": "a"}
)
FUZZY = 5
"""Letters from which on a name may have a slip and still be found."""


@dataclass(frozen=True)
class Person:
    """A name in its parts, in small letters."""

    first: str | None
    middle: tuple[str, ...]
    last: tuple[str, ...]
    fuzzy: bool = True
    parts: frozenset[str] = field(default=frozenset())


def person(name: str, *, fuzzy: bool = True) -> Person:
    """The parts of a name as written: ``Roe, Jane Q.`` or ``Dr. Jane Q. Roe, M.D.``"""
    before, comma, after = name.partition(",")
    plain = _plain(before)
    given = _plain(after) if comma else []
    if given and plain:
        first, middle, last = given[0], tuple(given[1:]), tuple(plain)
    elif len(plain) == 1:
        first, middle, last = None, (), tuple(plain)
    elif plain:
        first, middle, last = plain[0], tuple(plain[1:-1]), (plain[-1],)
    else:
        first, middle, last = None, (), ()
    parts = frozenset(p for p in (first, *middle, *last) if p and len(p) > 1)
    return Person(first, middle, last, fuzzy, parts)


def _plain(text: str) -> list[str]:
    found = [word.lower() for word in re.findall(rf"[{_LETTERS}][{_LETTERS}'’.-]*", text)]
    cleaned = [word.replace("’", "'").strip(".-'") for word in found]
    return [
        word for word in cleaned if word and word.replace(".", "") not in words("names", "suffixes")
    ]


@cache
def _groups() -> Mapping[str, frozenset[str]]:
    made: dict[str, set[str]] = {}
    for line in str(load("names")["nicknames"]).splitlines():
        names = line.split()
        for name in names:
            # From the full name to the short ones, and from a short one to its full name.
            made.setdefault(name, set()).update(names if name == names[0] else names[:1])
    return {name: frozenset(others) for name, others in made.items()}


def nicknames(first: str) -> frozenset[str]:
    """Other ways to call someone with this first name, in small letters."""
    return _groups().get(first, frozenset())


# ---------------------------------------------------------------------------------- seeking


class Seeker:
    """Finds the known values of a case in texts."""

    def __init__(self, known: Known) -> None:
        self.people = [person(name, fuzzy=name not in known.read) for name in known.people]
        self._exact: dict[str, bool] = {}
        self._slips: list[str] = []
        self._pairs: dict[str, set[str]] = {}
        for one in self.people:
            self._learn(one)
        self._organisations = [_organisation(name) for name in known.organisations]
        self._ids = [(kind, _id(kind, value)) for kind, value in known.ids]

    def _learn(self, one: Person) -> None:
        nick = nicknames(one.first) if one.first else frozenset()
        lasts = set(one.last) | {
            p for last in one.last for p in re.split(r"[-.\s]", last) if len(p) > 2
        }
        firsts = ({one.first} if one.first else set()) | set(nick)
        for word in {w for w in lasts | firsts if len(w) > 1} | {
            m for m in one.middle if len(m) > 2
        }:
            given = word in one.last or word == one.first
            self._exact[word] = self._exact.get(word, False) or given
            if one.fuzzy and given and len(word) >= FUZZY and word not in self._slips:
                self._slips.append(word)
        for first in firsts | {f[0] for f in firsts if f} | set(one.middle):
            self._pairs.setdefault(first, set()).update(lasts)
        for last in lasts:
            self._pairs.setdefault(last, set()).update(firsts | {f[0] for f in firsts})

    def find(self, text: str) -> Iterator[Span]:
        """Spans of known values; may overlap."""
        yield from self._names(text)
        yield from self._initials(text)
        for pattern in self._organisations:
            for match in pattern.finditer(text):
                yield Span(match.start(), match.end(), "ORG", "known", 1)
        for kind, value in self._ids:
            for match in value.finditer(text):
                yield Span(match.start(), match.end(), kind, "known", 0)

    def _names(self, text: str) -> Iterator[Span]:
        tokens = list(_TOKEN.finditer(text))
        near: dict[str, str | None] = {}
        hits: list[tuple[int, str]] = []
        for n, token in enumerate(tokens):
            word = _bare(token[0])
            if word not in near:
                near[word] = self._same(word)
            if near[word] is not None:
                hits.append((n, near[word] or ""))
        called = dict(hits)
        for n, word in hits:
            token = tokens[n]
            if credential().match(text, token.start()):
                continue
            if self._sure(text, tokens, n, word, called):
                yield Span(token.start(), token.start() + len(_cut(token[0])), "NAME", "known", 2)
                yield from self._beside(text, tokens, n, word)

    def _same(self, word: str) -> str | None:
        """The known name that a word is, allowing for slips."""
        if word in self._exact:
            return word
        if len(word) < FUZZY or not self._slips:
            return None
        looks = word.translate(_LOOK).replace("rn", "m").replace("vv", "w")
        for name in self._slips:
            if looks == name.translate(_LOOK).replace("rn", "m").replace("vv", "w"):
                return name
        if is_ordinary(word) or word in ambiguous() or not word.isalpha():
            return None
        from rapidfuzz.distance import OSA

        for name in self._slips:
            allowed = 1 if len(name) < 8 else 2
            if OSA.distance(word, name, score_cutoff=allowed) <= allowed and (
                word[0] == name[0] or word[1:] == name[1:]
            ):
                return name
        return None

    def _sure(
        self, text: str, tokens: list[re.Match[str]], n: int, word: str, called: dict[int, str]
    ) -> bool:
        """Whether a word that is spelled as a known name is meant as one."""
        token = tokens[n]
        if is_eponym_use(text, token.start(), token.end()) and not _after_title(
            text, token.start()
        ):
            return False
        neighbours = [called[m] for m in (n - 1, n + 1, n - 2, n + 2) if m in called]
        if any(other in self._pairs.get(word, ()) for other in neighbours):
            return True
        initial = tokens[n - 1] if n and len(tokens[n - 1][0]) == 1 else None
        if initial and initial[0].isupper() and initial[0].lower() in self._pairs.get(word, ()):
            return True
        if not is_plain(word):
            # A nickname in small letters is too weak; a name as given is not.
            return self._exact.get(word, True) or token[0][0].isupper()
        return _after_title(text, token.start()) or _is_meant(text, token, word)

    def _beside(self, text: str, tokens: list[re.Match[str]], n: int, word: str) -> Iterator[Span]:
        """Initials of the known name on either side: ``J. Q. Roe``, ``Roe, J.``"""
        initials = {other for other in self._pairs.get(word, ()) if len(other) == 1}
        middle = {
            m[0] for one in self.people if word in one.last or word == one.first for m in one.middle
        }
        for step in (-1, 1):
            at = n + step
            while 0 <= at < len(tokens):
                token = tokens[at]
                low, high = (
                    sorted((token.end(), tokens[at - step].start()))
                    if step < 0
                    else sorted((tokens[at - step].end(), token.start()))
                )
                gap = text[low:high]
                if len(token[0]) != 1 or not re.fullmatch(r"[.,\s]{1,4}", gap):
                    break
                if token[0].lower() not in initials | middle or not token[0].isupper():
                    break
                if credential().match(text, token.start()):
                    break
                end = token.end() + (text[token.end() : token.end() + 1] == ".")
                yield Span(token.start(), end, "NAME", "known", 2)
                at += step

    def _initials(self, text: str) -> Iterator[Span]:
        for one in self.people:
            if not (one.first and one.last and one.fuzzy):
                continue
            middle = (
                "".join(rf"(?:{re.escape(m[0].upper())}\.\s?)?" for m in one.middle)
                or r"(?:[A-Z]\.\s?)?"
            )
            first, last = one.first[0].upper(), one.last[-1][0].upper()
            pattern = rf"(?<![\w.]){first}\.\s?{middle}{last}\.(?![\w])"
            for match in re.finditer(pattern, text):
                yield Span(match.start(), match.end(), "NAME", "known-initials", 2)


def _is_meant(text: str, token: re.Match[str], word: str) -> bool:
    """Whether an everyday word that is also a known name is meant as the name."""
    if not token[0][0].isupper() or (
        token[0].isupper() and len(token[0]) > 1 and _shouts(text, token)
    ):
        return False
    if _begins_sentence(text, token.start()):
        following = re.match(r"(['’]s)?\s+(\w+)", text[token.start() + len(_cut(token[0])) :][:40])
        said = following[2].lower() if following else ""
        if following and following[1]:
            return said in words("names", "possessed")
        if said in ("has", "had", "is", "was", "can", "will", "did", "does", "also"):
            return word not in words("names", "bodies")
        return said in words("names", "person_verbs")
    return not _month_use(text, token)


def _cut(word: str) -> str:
    """A word without its possessive."""
    for ending in ("'s", "’s", "'", "’", "|"):
        word = word.removesuffix(ending)
    return word


def _bare(word: str) -> str:
    return _cut(word).lower().replace("’", "'")


_TITLE = re.compile(
    r"\b(?:dr|drs|doctor|mr|mrs|ms|miss|mx|prof|judge|atty|attorney|nurse)\.?\s+(?:[A-Z]\.\s*|[A-Z][a-z]+\s+)?$",
    re.I,
)


def _after_title(text: str, start: int) -> bool:
    return _TITLE.search(text[max(0, start - 30) : start]) is not None


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \t")
    return not before or before[-1] in ".!?:;\n•-*"


def _shouts(text: str, token: re.Match[str]) -> bool:
    """Whether the words around are in capitals too, so that capitals tell nothing."""
    around = text[max(0, token.start() - 40) : token.end() + 40]
    letters = [c for c in around if c.isalpha()]
    return sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _month_use(text: str, token: re.Match[str]) -> bool:
    return token[0].lower() in ("april", "may", "june") and bool(
        re.match(r"\s+(?:\d|of\b)", text[token.end() : token.end() + 5])
    )


def _organisation(name: str) -> re.Pattern[str]:
    """A pattern for an organisation with or without its legal form, punctuation and case."""
    parts = re.findall(rf"[{_LETTERS}0-9]+", name)
    core = [part for part in parts if part.lower() not in words("names", "company_words")] or parts
    while (
        core
        and parts
        and parts[-1].lower() in words("names", "company_words")
        and parts[-1] != core[-1]
    ):
        parts.pop()
    inner = r"[\s.,'’&/-]*(?:and|of|the)?[\s.,'’&/-]*".join(map(re.escape, core))
    tail = r"(?:[,\s]+(?:inc|llc|llp|corp|corporation|company|co|ltd|incorporated|group)\b\.?)?"
    options = [inner + tail]
    if len(core) >= 3:
        options.append(re.escape("".join(part[0] for part in core).upper()))
    if len(core) >= 2 and len(core[0]) >= 4 and not is_ordinary(core[0]):
        two = r"[\s.,'’&/-]+".join(map(re.escape, core[:2]))
        options.append(two + (tail if len(core) == 2 else r"(?![\w])"))
    made = "|".join(options[:1] + options[2:])
    acronym = f"|(?-i:{options[1]})" if len(core) >= 3 else ""
    return re.compile(rf"(?<!\w)(?:{made}{acronym})(?!\w)", re.IGNORECASE)


_CONFUSED = {
    "0": "[0oO]",
    "o": "[0oO]",
    "1": "[1lI|]",
    "l": "[1lI|]",
    "i": "[1lI|]",
    "5": "[5sS]",
    "s": "[5sS]",
    "8": "[8B]",
    "b": "[8bB6]",
    "z": "[zZ2]",
    "2": "[2zZ]",
}


def _id(kind: str, value: str) -> re.Pattern[str]:
    """A pattern for an identifier with other separators and the usual slips of recognition."""
    if kind in ("EMAIL", "URL", "ADDRESS"):
        parts = [re.escape(part) for part in re.split(r"[\s,]+", value) if part]
        body = r"[\s,]+".join(parts)
        return re.compile(rf"(?<!\w){body}(?!\w)", re.IGNORECASE)
    signs = [c for c in value if c.isalnum()]
    body = r"[\s./_#-]{0,2}".join(_CONFUSED.get(c.lower(), re.escape(c)) for c in signs)
    return re.compile(rf"(?<![A-Za-z0-9]){body}(?![A-Za-z0-9])", re.IGNORECASE)

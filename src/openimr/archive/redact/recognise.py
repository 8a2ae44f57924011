"""Identifiers told by their shape or their label: the rules of ``recognisers.yaml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from openimr.archive.redact.data import is_ordinary, load
from openimr.archive.redact.spans import Span


class Recogniser(NamedTuple):
    """A compiled rule."""

    id: str
    category: str
    pattern: re.Pattern[str]
    check: str | None
    unless: re.Pattern[str] | None
    repeats: bool
    rank: int


_AROUND = 30
_NEXT = r"\s*(?:[;,/&]|\band\b)\s*(?P<v>{id})"


@cache
def recognisers() -> tuple[Recogniser, ...]:
    """The rules, in the order of the file."""
    data = load("recognisers")
    return tuple(_compiled(entry, n, data["macros"]) for n, entry in enumerate(data["recognisers"]))


def _compiled(entry: dict[str, str], place: int, macros: dict[str, str]) -> Recogniser:
    if "words" in entry:
        listed = [name.strip() for name in load("names")[entry["words"]].split("|")]
        pattern = r"\b(?:" + "|".join(r"\s+".join(map(re.escape, n.split())) for n in listed)
        compiled = re.compile(pattern + r")\b(?!['’])")
    else:
        flags = re.NOFLAG if entry.get("cased") else re.IGNORECASE
        compiled = re.compile(_expanded(entry["pattern"], macros), flags)
    unless = entry.get("unless")
    return Recogniser(
        id=entry["id"],
        category=entry["category"],
        pattern=compiled,
        check=entry.get("check"),
        unless=re.compile(unless, re.IGNORECASE) if unless else None,
        repeats=bool(entry.get("list")),
        rank=1 if entry["category"] in ("EMAIL", "URL") else 10 + place,
    )


def _expanded(pattern: str, macros: dict[str, str]) -> str:
    for name, body in macros.items():
        pattern = pattern.replace("{" + name + "}", body)
    return pattern


@cache
def _next() -> re.Pattern[str]:
    return re.compile(_expanded(_NEXT, load("recognisers")["macros"]), re.IGNORECASE)


def find(text: str) -> Iterator[Span]:
    """Every identifier that a rule finds; spans may overlap."""
    for rule in recognisers():
        for match in rule.pattern.finditer(text):
            start, end = match.span("v" if "v" in rule.pattern.groupindex else 0)
            if start < 0 or not _holds(rule, text, start, end):
                continue
            yield Span(start, end, rule.category, rule.id, rule.rank)
            if rule.repeats:
                yield from _further(rule, text, end)


def _further(rule: Recogniser, text: str, end: int) -> Iterator[Span]:
    while match := _next().match(text, end):
        start, end = match.span("v")
        if not _holds(rule, text, start, end):
            return
        yield Span(start, end, rule.category, rule.id, rule.rank)


def _holds(rule: Recogniser, text: str, start: int, end: int) -> bool:
    if rule.unless and rule.unless.search(text[max(0, start - _AROUND) : start]):
        return False
    if rule.check is None:
        return True
    name, _, least = rule.check.partition(":")
    if name == "digits":
        return sum(c.isdigit() for c in text[start:end]) >= int(least)
    return _CHECKS[name](text[start:end])


def is_npi(number: str) -> bool:
    """Whether ten digits pass the check of the National Provider Identifier (45 CFR 162.406).

    It is the Luhn sum over the number with the prefix 80840, which adds 24.
    """
    digits = [int(c) for c in number if c.isdigit()]
    if len(digits) != 10:
        return False
    total = 24
    for place, digit in enumerate(reversed(digits)):
        value = digit * 2 if place % 2 else digit
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_ip(value: str) -> bool:
    # 3.3.7.1 is a section of a guideline; addresses in use have longer parts.
    parts = value.split(".")
    return all(int(part) < 256 for part in parts) and sum(map(len, parts)) > 5


def _is_url(value: str) -> bool:
    """No address of a public source, which letters cite."""
    return _sources().search(value) is None


@cache
def _sources() -> re.Pattern[str]:
    domains = "|".join(re.escape(domain) for domain in load("medical")["sources"].split())
    return re.compile(rf"(?:^|[/.]|\s)(?:{domains})(?![\w-])", re.IGNORECASE)


_UNIT = re.compile(
    r"\b(?:apt|apartment|suite|ste|unit|room|rm|floor|fl|bldg|building|space|spc|lot)\b|#", re.I
)


def _is_street(value: str) -> bool:
    """A house number and a street name: no count of a thing before a word that is a street type."""
    value = _UNIT.split(value)[0].rstrip(" ,")
    name = re.findall(r"[A-Za-z]+\.?", value)
    if len(name) < 2:
        return False
    first = name[0]
    if name[-1].isupper() and not all(word.isupper() for word in name):
        return False
    if name[-1].islower() and not all(word.islower() for word in name):
        return False
    single = len(first.rstrip(".")) == 1 and first.islower()
    return not single and (first[0].isupper() or not is_ordinary(first) or value[-1].isdigit())


def _is_city(value: str) -> bool:
    if value.lower() in _states():
        return False
    return not all(is_ordinary(word) for word in value.split())


@cache
def _states() -> frozenset[str]:
    return frozenset(name.strip() for name in load("names")["states"].lower().split("|"))


def _is_code(value: str) -> bool:
    """Letters and digits in one word that no measure, dose or level is written with."""
    return not re.fullmatch(r"\d+(?:-\d+)?[A-Z]{1,3}|[A-Z]\d{2}-[A-Z]\d{2}", value)


_CHECKS: dict[str, Callable[[str], bool]] = {
    "npi": is_npi,
    "ip": _is_ip,
    "url": _is_url,
    "street": _is_street,
    "city": _is_city,
    "code": _is_code,
}

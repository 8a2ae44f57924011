"""The parts of a letter around its items: sections, header, reviewer, documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise

from openimr.letters import folding
from openimr.letters.forms import Form, Section, forms, loose
from openimr.model import Reviewer

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

NUMBERS: Mapping[str, str] = {"number": r"(?P<number>\d{1,3})", "count": r"\d{1,3}"}
"""Patterns of the counting fields of an item's heading."""


@cache
def _section_patterns(form_id: str) -> tuple[tuple[Section, tuple[re.Pattern[str], ...]], ...]:
    form = forms()[form_id]
    made = []
    for section in form.sections:
        heading, lead = loose(section.heading), loose(section.lead)
        alone = rf"^[ \t]*{heading}[ \t]*$"
        tries = [alone, heading]
        if not heading:
            # No heading: the section begins with the heading of the first item.
            tries = [rf"(?=^[ \t]*{loose(form.item.heading, values=NUMBERS)})"]
        elif heading.endswith(":"):
            tries = [rf"^[ \t]*{heading}", heading]
        if lead:
            tries.insert(0, rf"{heading}\s+{lead}")
        flags = (re.MULTILINE, re.MULTILINE | re.IGNORECASE)
        made.append((section, tuple(re.compile(t, f) for f in flags for t in tries)))
    return tuple(made)


def split(text: str, form: Form) -> dict[str, str]:
    """The text of each section by what it holds; what comes before the first is ``header``."""
    cuts: list[tuple[int, int, str]] = []
    position = 0
    for section, tries in _section_patterns(form.id):
        found = next((m for p in tries if (m := p.search(text, position))), None)
        # A letter may have its sections in another order than the form.
        found = found or next((m for p in tries if position and (m := p.search(text))), None)
        if found and all(found.start() != start for start, _, _ in cuts):
            cuts.append((found.start(), found.end(), section.holds))
            position = max(position, found.end())
    cuts.sort()
    sections = {"header": text[: cuts[0][0]] if cuts else ""}
    ends = folding.until_next((start for start, _, _ in cuts), len(text))
    for (_, begin, holds), end in zip(cuts, ends, strict=True):
        sections.setdefault(holds, text[begin:end])
    return sections


# -------------------------------------------------------------------------------------- header

_VALUE = (
    r"(?P<date>\b\d{1,2}/\d{1,2}/\d{4}\b|\b(?:" + "|".join(MONTHS) + r")\s+\d{1,2},\s+\d{4}\b)"
    r"|(?P<number>\bCM\d\d-\d{4,9}\b)"
    r"|(?P<word>\b(?:Standard|Expedited)\b)"
)
_KINDS = {"case_number": "number", "priority": "word"}


@cache
def _header_pattern(form_id: str) -> re.Pattern[str]:
    form = forms()[form_id]
    labels = [
        f"(?P<{field}>{loose(label)}"
        + (rf"|{loose(form.header_split[field][0])}\b" if field in form.header_split else "")
        + ")"
        for field, label in form.header.items()
    ]
    return re.compile(rf"\b(?:{'|'.join(labels)})|{_VALUE}", re.IGNORECASE)


def header(text: str, form: Form) -> dict[str, str]:
    """The header's values by field, whatever the order in which its table came out.

    A value belongs to the label before it; where labels come in a row and then as many values,
    they are paired in order.
    """
    tokens = [(m.lastgroup or "", m[0]) for m in _header_pattern(form.id).finditer(text)]
    values: dict[str, str] = {}
    for kind in ("number", "word", "date"):
        own = [
            (group, word)
            for group, word in tokens
            if group == kind or (group in form.header and _KINDS.get(group, "date") == kind)
        ]
        labels = [group for group, _ in own if group != kind]
        words = [word for group, word in own if group == kind]
        if len(labels) == len(words):
            for label, word in zip(labels, words, strict=True):
                values.setdefault(label, word)
            continue
        for (group, _), (following, word) in pairwise(own):
            if group != kind and following == kind:
                values.setdefault(group, word)
    if "priority" in values:
        values["priority"] = values["priority"].capitalize()
    return values


def read_date(value: str | None) -> date | None:
    """A date of the header (``1/5/2017`` or ``January 5, 2017``); None where it is no date."""
    if value is None:
        return None
    if "/" in value:
        month, day, year = map(int, value.split("/"))
    else:
        name, day_text, year_text = value.replace(",", " ").split()
        month, day, year = MONTHS.index(name.capitalize()) + 1, int(day_text), int(year_text)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def print_date(value: date, form: Form) -> str:
    """A date in the style of the form: the inverse of :func:`read_date`."""
    if form.dates == "numeric":
        return f"{value.month:02}/{value.day:02}/{value.year:04}"
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year:04}"


# ------------------------------------------------------------------------ reviewer, documents

_WORDING = re.compile(
    r"complete\s+case\s+file\s+to\s+an?\s+((?:panel\s+of\s+)?\w+\s+reviewers?)\b", re.IGNORECASE
)


@cache
def _credentials_pattern(form_id: str) -> re.Pattern[str] | None:
    section = forms()[form_id].section("reviewer")
    credentials = section.credentials if section else None
    if credentials is None:
        return None
    licensure, certification = loose(credentials.licensure), loose(credentials.certification)
    if credentials.style == "block":
        pattern = rf"{licensure}(?P<licensure>.*?)(?:{certification}(?P<certification>.*))?\Z"
    else:
        words = r"[^.]{1,300}?"
        pattern = (
            rf"(?:{certification}\s+(?P<certification>{words}),?\s+)?"
            rf"(?:and\s+)?(?:he/she\s+)?"
            rf"{licensure}\s+(?P<licensure>{words})\.(?:\s|\Z)"
            rf"|{certification}\s+(?P<only>{words})\.(?:\s|\Z)"
        )
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def reviewer(text: str, form: Form) -> Reviewer:
    """The reviewer as the section on the making of the determination describes him or her."""
    wording = _WORDING.search(text)
    pattern = _credentials_pattern(form.id)
    found = pattern.search(text) if pattern else None
    stated = found.groupdict() if found else {}
    section = form.section("reviewer")
    inline = bool(section and section.credentials and section.credentials.style == "inline")
    return Reviewer(
        licensure=_listed(stated.get("licensure"), inline),
        certification=_listed(stated.get("certification") or stated.get("only"), False),
        wording=folding.fold(wording[1]).lower() if wording else form.reviewer_noun,
    )


def _listed(text: str | None, with_and: bool) -> tuple[str, ...]:
    folded = folding.fold(text or "")
    parts = re.split(r",(?:\s*and\s)?|\sand\s", folded) if with_and else folded.split(",")
    return tuple(part.strip() for part in parts if part.strip())


_NUMBERED = re.compile(r"(?:^|(?<=\f))[ \t]*(\d{1,4})[.)]\s", re.MULTILINE)
_BULLET = re.compile(r"(?:^|(?<=\f))[ \t]*[•·▪●*\uf0b7-]\s", re.MULTILINE)


def documents(text: str) -> tuple[str, ...]:
    """The list of documents reviewed: numbered, with bullets, or one a line."""
    starts: list[tuple[int, int]] = []
    for found in _NUMBERED.finditer(text):
        if int(found[1]) == len(starts) + 1:
            starts.append((found.start(), found.end()))
    if not starts:
        starts = [(found.start(), found.end()) for found in _BULLET.finditer(text)]
    if not starts:
        return tuple(line for raw in text.splitlines() if (line := folding.fold(raw)))
    ends = folding.until_next((start for start, _ in starts), len(text))
    return tuple(
        entry
        for (_, begin), end in zip(starts, ends, strict=True)
        if (entry := folding.fold(text[begin:end]))
    )

"""Read a published determination: text in, :class:`~openimr.model.Determination` out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from typing import NamedTuple, cast

from openimr.errors import InputError
from openimr.letters import folding
from openimr.letters.forms import Form, Section, forms, loose
from openimr.model import (
    Case,
    Decision,
    Determination,
    DeterminedItem,
    DisputedItem,
    Document,
    Priority,
    Reviewer,
)

_REMEDY = "give the text of a published IMR determination"


def read_text(text: str, source: str = "text") -> Determination:
    """Read the text of a published determination.

    Args:
        text: the letter, as an extractor of PDF, a web page or a document gave it. Line ends,
            page breaks and blank lines may be in any layout.
        source: what to call the text in an error message.

    Returns:
        The determination. Text fields hold the letter's words with white space folded; a field
        that the letter lacks is None. Its ``format`` is told by structure: by the order of the
        forms, then the year of the decision, then the style of the citations.

    Raises:
        InputError: the text is not a determination; the message names what was missing.
    """
    text = folding.single_spaced(folding.clean(text))
    group = _candidates(text)
    if not group:
        raise InputError(
            source, "not a determination: no form of letter has its section headings", _REMEDY
        )
    lead = group[0]
    text = folding.without_furniture(text, lead.title)
    found = _sections(text, lead)
    items = tuple(_items(found.get("items", ""), text, lead))
    if not items:
        missing = "the section with the decisions" if "items" not in found else "a decided item"
        raise InputError(source, f"not a determination: {missing} is missing", _REMEDY)
    header = _header(found["header"], lead)
    form = _settle(group, header, items)
    return Determination(
        format=form.id,
        items=items,
        case_number=header.get("case_number"),
        date_assigned=_date(header.get("date_assigned")),
        date_of_injury=_date(header.get("date_of_injury")),
        decision_date=_date(header.get("decision_date")),
        ur_denial_date=_date(header.get("ur_denial_date")),
        application_received=_date(header.get("application_received")),
        priority=cast("Priority | None", header.get("priority")),
        reviewer=_reviewer(found.get("reviewer", ""), form),
        summary=folding.fold(found.get("summary", "")) or None,
    )


def case_side(determination: Determination) -> Case:
    """The case that a determination decided: what was known before the decision.

    Nothing of the decisions, the reviewer's guidelines or the rationales is in it.
    """
    documents: tuple[Document, ...] = ()
    if determination.summary:
        documents = (
            Document(
                name="summary",
                kind="clinical_summary",
                text=determination.summary,
                page_starts=(0,),
            ),
        )
    return Case(
        items=tuple(
            DisputedItem(
                request=item.request,
                ur_guideline=item.ur_guideline,
                original=item.original,
                authorized=item.authorized,
                remainder=item.remainder,
            )
            for item in determination.items
        ),
        case_number=determination.case_number,
        date_of_injury=determination.date_of_injury,
        ur_denial_date=determination.ur_denial_date,
        application_received=determination.application_received,
        date_assigned=determination.date_assigned,
        decision_date=determination.decision_date,
        priority=determination.priority,
        documents=documents,
    )


# ---------------------------------------------------------------------------------- which form


def _candidates(text: str) -> list[Form]:
    """The forms of the first order whose marks are all in the text."""
    for flags in (0, re.IGNORECASE):
        group: list[Form] = []
        for form in forms().values():
            if group and form.order != group[0].order:
                return group
            if form.reads and all(p.search(text) for p in _marks(form.id, flags)):
                group.append(form)
        if group:
            return group
        alike = [f for f in forms().values() if _marks(f.id, flags)[0].search(text)]
        if alike:
            return sorted(alike, key=lambda form: -form.years[1])
    return []


@cache
def _marks(form_id: str, flags: int) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(loose(mark), flags) for mark in forms()[form_id].marks)


def _settle(group: list[Form], header: dict[str, str], items: tuple[DeterminedItem, ...]) -> Form:
    """Of forms with the same marks: the one of the year, else of the citations, else the last."""
    if len(group) == 1:
        return group[0]
    latest = sorted(group, key=lambda form: -form.years[1])
    decided = _date(header.get("decision_date"))
    if decided:
        return min(latest, key=lambda form: _distance(decided.year, form.years))
    cited = "\n".join(f"{i.ur_guideline}\n{i.imr_guideline}" for i in items)
    return max(latest, key=lambda form: sum(len(re.findall(hint, cited)) for hint in form.hints))


def _distance(year: int, years: tuple[int, int]) -> int:
    return max(years[0] - year, year - years[1], 0)


# ------------------------------------------------------------------------------------ sections


class _SectionPatterns(NamedTuple):
    section: Section
    tries: tuple[re.Pattern[str], ...]


@cache
def _section_patterns(form_id: str) -> tuple[_SectionPatterns, ...]:
    made = []
    for section in forms()[form_id].sections:
        heading, lead = loose(section.heading), loose(section.lead)
        alone = rf"^[ \t]*{heading}[ \t]*$"
        tries = [re.compile(alone, re.MULTILINE), re.compile(heading)]
        if lead:
            tries.insert(0, re.compile(rf"{heading}\s+{lead}"))
        tries += [re.compile(p.pattern, p.flags | re.IGNORECASE) for p in tries]
        made.append(_SectionPatterns(section, tuple(tries)))
    return tuple(made)


def _sections(text: str, form: Form) -> dict[str, str]:
    """The text of each section by what it holds; before the first one: ``header``."""
    cuts: list[tuple[str, int, int]] = []
    position = 0
    for section, tries in _section_patterns(form.id):
        for pattern in tries:
            found = pattern.search(text, position)
            if found:
                cuts.append((section.holds, found.start(), found.end()))
                position = found.end()
                break
    ends = [start for _, start, _ in cuts[1:]] + [len(text)]
    found_sections = {
        holds: text[begin:end] for (holds, _, begin), end in zip(cuts, ends, strict=True)
    }
    return {"header": text[: cuts[0][1]] if cuts else ""} | found_sections


# -------------------------------------------------------------------------------------- header

_VALUE = (
    r"(?P<date>\b\d{1,2}/\d{1,2}/\d{4}\b)"
    r"|(?P<number>\bCM\d\d-\d{4,9}\b)"
    r"|(?P<word>\b(?:Standard|Expedited)\b)"
)
_KIND = {"case_number": "number", "priority": "word"}


@cache
def _header_pattern(form_id: str) -> re.Pattern[str]:
    form = forms()[form_id]
    labels = [
        f"(?P<{field}>{loose(label)}"
        + (f"|{loose(form.header_split[field][0])}\\b" if field in form.header_split else "")
        + ")"
        for field, label in form.header.items()
    ]
    return re.compile("|".join(labels) + "|" + _VALUE, re.IGNORECASE)


def _header(text: str, form: Form) -> dict[str, str]:
    """The header's values by field, whatever the order in which the table came out.

    A value belongs to the label before it; where labels come in a row and then as many values,
    they are paired in order.
    """
    tokens = [(m.lastgroup or "", m[0]) for m in _header_pattern(form.id).finditer(text)]
    values: dict[str, str] = {}
    for kind in ("number", "word", "date"):
        own = [
            (group, word)
            for group, word in tokens
            if group == kind or (group in form.header and _KIND.get(group, "date") == kind)
        ]
        labels = [group for group, _ in own if group != kind]
        words = [word for group, word in own if group == kind]
        if len(labels) == len(words):
            values.update(zip(labels, words, strict=True))
            continue
        for (group, _), (following, word) in pairwise(own):
            if group != kind and following == kind:
                values.setdefault(group, word)
    if "priority" in values:
        values["priority"] = values["priority"].capitalize()
    return values


def _date(value: str | None) -> date | None:
    if value is None:
        return None
    month, day, year = map(int, value.split("/"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


# ------------------------------------------------------------------------------------ reviewer

_WORDING = re.compile(r"complete\s+case\s+file\s+to\s+an?\s+(\w+\s+reviewer)\b", re.IGNORECASE)


@cache
def _credentials_pattern(form_id: str) -> re.Pattern[str] | None:
    section = forms()[form_id].section("reviewer")
    credentials = section.credentials if section else None
    if credentials is None:
        return None
    licensure, certification = loose(credentials.licensure), loose(credentials.certification)
    if credentials.style == "block":
        return re.compile(
            rf"{licensure}(?P<licensure>.*?)(?:{certification}(?P<certification>.*))?\Z",
            re.IGNORECASE | re.DOTALL,
        )
    return re.compile(
        rf"(?:{certification}\s+(?P<certification>.+?),?\s+)?(?:and\s+)?"
        rf"{licensure}\s+(?P<licensure>.+?)\.(?:\s|\Z)",
        re.IGNORECASE | re.DOTALL,
    )


def _reviewer(text: str, form: Form) -> Reviewer:
    wording = _WORDING.search(text)
    pattern = _credentials_pattern(form.id)
    found = pattern.search(text) if pattern else None
    section = form.section("reviewer")
    inline = bool(section and section.credentials and section.credentials.style == "inline")
    return Reviewer(
        licensure=_listed(found["licensure"], inline) if found else (),
        certification=_listed(found["certification"], False) if found else (),
        wording=folding.fold(wording[1]).lower() if wording else form.reviewer_noun,
    )


def _listed(text: str | None, with_and: bool) -> tuple[str, ...]:
    folded = folding.fold(text or "")
    parts = re.split(r",(?:\s*and\s)?|\sand\s", folded) if with_and else folded.split(",")
    return tuple(part.strip() for part in parts if part.strip())


# --------------------------------------------------------------------------------------- items


@cache
def _label_pattern(form_id: str, organization: str) -> re.Pattern[str]:
    labels = forms()[form_id].item.labels
    values = {"short_organization": organization}
    alternatives = "|".join(
        f"(?P<{field}>{loose(label, values=values)})" for field, label in labels.items()
    )
    return re.compile(rf"(?P<start>(?:^|(?<=\f))[ \t]*)?(?:{alternatives})", re.MULTILINE | re.I)


@cache
def _decision_pattern(form_id: str) -> re.Pattern[str]:
    words = "|".join(loose(word) for word in forms()[form_id].item.decisions.values())
    return re.compile(rf"(?:\s*:\s*|\s*[\n\f]\s*)(?P<decision>{words})[\s.]*\Z", re.IGNORECASE)


class _Label(NamedTuple):
    field: str
    at_start: bool
    begin: int
    end: int


# A paragraph of a modified request that lacks the words that open it: its start is further up.
_JOINS = re.compile(
    r"(?:(?!was\s+the\s+original\s+request).){0,800}?"
    r"(?:portion\s+of\s+the\s+original\s+request|leaving\s+the\s+original\s+request"
    r"|The\s+original\s+request,)",
    re.IGNORECASE | re.DOTALL,
)
_DECISION_REACH = 120


def _items(section: str, text: str, form: Form) -> Iterator[DeterminedItem]:
    organization = _organization(text)
    decisions = _decision_pattern(form.id)
    starts: list[tuple[int, int, Decision]] = []
    labels: list[list[_Label]] = []
    for found in _label_pattern(form.id, organization).finditer(section):
        label = _Label(
            found.lastgroup or "", found["start"] is not None, found.start(), found.end()
        )
        reach = max(0, label.begin - _DECISION_REACH)
        decided = decisions.search(section[reach : label.begin])
        if decided:
            word = cast("Decision", decided["decision"].capitalize())
            starts.append((len(labels), reach + decided.start(), word))
            labels.append([])
        if labels:
            labels[-1].append(label)
    style = folding.layout(text)
    heading_from = 0
    for number, (_, heading_to, decision) in enumerate(starts):
        parts = _parts(labels[number], form)
        ends = [begin for begin, _ in parts.values()][1:]
        body_end = len(section)
        if number + 1 < len(starts):
            after = max(end for _, end in parts.values())
            body = section[after : starts[number + 1][1]]
            body_end = after + folding.last_paragraph(body, style, _JOINS)
        values = {
            field: folding.fold(section[begin:end]) or None
            for (field, (_, begin)), end in zip(parts.items(), [*ends, body_end], strict=True)
        }
        yield _item(folding.fold(section[heading_from:heading_to]), decision, values, form)
        heading_from = body_end


def _parts(labels: list[_Label], form: Form) -> dict[str, tuple[int, int]]:
    """The first place of each label of one item, in the form's order; labels in the running
    text count only where none stands at the start of a line."""
    chosen: dict[str, tuple[int, int]] = {}
    position = -1
    for field in form.item.labels:
        own = [label for label in labels if label.field == field and label.begin > position]
        best = next((label for label in own if label.at_start), own[0] if own else None)
        if best:
            chosen[field] = (best.begin, best.end)
            position = best.begin
    return chosen


def _item(
    request: str, decision: Decision, values: dict[str, str | None], form: Form
) -> DeterminedItem:
    modified: dict[str, str] = {}
    if "original" in request:
        for pattern in form.modified_patterns:
            found = pattern.match(request)
            if found:
                modified = found.groupdict()
                break
    return DeterminedItem(
        request=request,
        decision=decision,
        ur_guideline=values.get("ur_guideline"),
        imr_guideline=values.get("imr_guideline"),
        rationale=values.get("rationale"),
        original=modified.get("original"),
        authorized=modified.get("authorized"),
        remainder=modified.get("remainder"),
    )


_SENT = re.compile(r"^[ \t]*(\S[^\n]{2,100}?)\s+sent\s+the\s+complete\s+case\s+file", re.MULTILINE)


def _organization(text: str) -> str:
    """A pattern for the short name that the organization has in the labels of this letter."""
    found = _SENT.search(text)
    names = ["MAXIMUS", *([loose(folding.fold(found[1]))] if found else [])]
    return f"(?:{'|'.join(names)})"

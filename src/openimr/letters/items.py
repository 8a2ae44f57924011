"""The disputed items of a letter, in the three layouts that forms describe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from openimr.letters import folding
from openimr.letters.forms import Form, forms, loose
from openimr.letters.sections import NUMBERS
from openimr.model import CriterionRow, Decision, DeterminedItem

Values = dict[str, str | None]


def read_items(sections: dict[str, str], text: str, form: Form) -> tuple[DeterminedItem, ...]:
    """The items of a letter.

    Args:
        sections: the text of each section by what it holds.
        text: the whole letter; the organization and some decisions stand outside the items.
        form: the form of the letter.
    """
    if form.item.layout == "sections":
        return tuple(_from_sections(sections, form))
    section = sections.get("items", "")
    labels = _labels(section, text, form)
    if form.item.layout == "headed":
        return tuple(_headed(section, labels, text, form))
    return tuple(_numbered(section, labels, text, form))


# -------------------------------------------------------------------------------------- labels


class Label(NamedTuple):
    """A label of the form found in the text; ``at_start``: nothing is before it on its line."""

    field: str
    at_start: bool
    begin: int
    end: int
    number: int | None = None


@cache
def _label_pattern(form_id: str, organizations: tuple[str, ...]) -> re.Pattern[str]:
    item = forms()[form_id].item
    wordings = [
        (field, label.replace("{short_organization}", name))
        for field, label in item.labels.items()
        for name in (organizations if "{short_organization}" in label else ("",))
    ]
    if item.layout == "numbered":
        wordings.append(("request", item.heading))
    firsts, rests = set(), []
    for position, (field, wording) in enumerate(wordings):
        if wording.startswith("{number}"):
            firsts.add("0-9")
            rest = r"(?<!\d.)(?P<lead>\d{0,2})" + loose(wording.removeprefix("{number}"))
            rests.append(f"(?P<{field}__{position}>{rest})")
            continue
        first = wording[0]
        firsts.add(re.escape(first.lower()) + re.escape(first.upper()))
        rest = loose(wording, values=NUMBERS)[len(re.escape(first)) :]
        same = f"(?<=[{re.escape(first.lower())}{re.escape(first.upper())}])"
        rests.append(f"(?P<{field}__{position}>{same}{rest})")
    # A leading set of characters lets the search skip the rest of the text.
    return re.compile(rf"[{''.join(sorted(firsts))}](?i:{'|'.join(rests)})")


def _labels(section: str, text: str, form: Form) -> list[Label]:
    names = ("MAXIMUS", *_organization(text))
    labels = []
    for found in _label_pattern(form.id, names).finditer(section):
        begin = found.start()
        before = section[max(0, begin - 200) : begin].rstrip(" \t")
        field = (found.lastgroup or "").partition("__")[0]
        number = None
        if field == "request":
            digits = re.search(r"\d+", found[0])
            number = int(digits[0]) if digits else None
        labels.append(Label(field, not before or before[-1] in "\n\f", begin, found.end(), number))
    return labels


_SENT = re.compile(r"(?:\A|[\n\f])[ \t]*(\S[^\n\f]{2,100}?)\s+sent\s+the\s+complete\s+case\s+file")


def _organization(text: str) -> tuple[str, ...]:
    """The organization's name, which its labels may bear, from the sentence it is subject of."""
    found = _SENT.search(text)
    return (folding.fold(found[1]).replace("{", "").replace("}", ""),) if found else ()


def _parts(labels: Sequence[Label], form: Form) -> dict[str, Label]:
    """The first place of each label of one item, in the form's order; labels in the running
    text count only where none stands at the start of a line."""
    chosen: dict[str, Label] = {}
    position = -1
    for field in form.item.labels:
        own = [label for label in labels if label.field == field and label.begin > position]
        best = next((label for label in own if label.at_start), own[0] if own else None)
        if best:
            chosen[field] = best
            position = best.begin
    return chosen


def _values(section: str, parts: dict[str, Label], end: int, form: Form) -> Values:
    """The folded text of each labelled part; the last one runs to ``end``."""
    values: Values = {}
    ends = folding.until_next((label.begin for label in parts.values()), end)
    for (field, label), stop in zip(parts.items(), ends, strict=True):
        begin = label.begin if field in form.item.kept else label.end
        raw = section[begin:stop]
        values[field] = raw if field == "criteria" else folding.fold(raw) or None
    return values


# -------------------------------------------------------------------------------------- headed

_OPENS = re.compile(r"\bwas\s+the\s+original\s+request\b", re.IGNORECASE)
_REACH = 120


@cache
def _decision_pattern(form_id: str) -> re.Pattern[str]:
    words = "|".join(loose(word) for word in forms()[form_id].item.decisions.values())
    return re.compile(rf"\s*:\s*(?P<decision>{words})[\s.]*\Z", re.IGNORECASE)


def _headed(section: str, labels: list[Label], text: str, form: Form) -> Iterator[DeterminedItem]:
    """Items whose heading ends with the decision: it must stand right before a label."""
    decision_before = _decision_pattern(form.id)
    starts: list[tuple[int, Decision]] = []
    groups: list[list[Label]] = []
    for label in labels:
        reach = max(0, label.begin - _REACH)
        decided = decision_before.search(section[reach : label.begin])
        if decided:
            starts.append((reach + decided.start(), _decision(decided["decision"], form)))
            groups.append([])
        if groups:
            groups[-1].append(label)
    style = folding.layout(text) if len(starts) > 1 else "plain"
    heading_from = 0
    for number, (heading_to, decision) in enumerate(starts):
        parts = _parts(groups[number], form)
        end = len(section)
        if number + 1 < len(starts):
            after = max(label.end for label in parts.values())
            body = section[after : starts[number + 1][0]]
            end = after + folding.last_paragraph(body, style, _opening(body))
        request = folding.fold(section[heading_from:heading_to])
        yield _item(request, decision, _values(section, parts, end, form), form)
        heading_from = end


def _opening(body: str) -> int | None:
    """The first sentence's end in the heading of a modified request, which closes with "is"."""
    if body[-20:].split()[-1:] != ["is"]:
        return None
    opened = [found.start() for found in _OPENS.finditer(body)]
    return opened[-1] if opened else None


def _decision(words: str, form: Form) -> Decision:
    folded = folding.fold(words).casefold()
    return next(
        decision
        for decision, wording in form.item.decisions.items()
        if wording.casefold() == folded
    )


# ------------------------------------------------------------------------------------ numbered


@cache
def _verdict_pattern(form_id: str) -> re.Pattern[str]:
    """A verdict in a sentence. Text extraction may glue the words together."""
    decisions = forms()[form_id].item.decisions
    alternatives = "|".join(
        rf"(?P<{decision}>\b{loose(wording).replace(chr(92) + 's+', chr(92) + 's*')})"
        for decision, wording in decisions.items()
    )
    return re.compile(alternatives, re.IGNORECASE)


def _verdict(text: str, form: Form) -> tuple[Decision, int] | None:
    """The last verdict of a text and the place where its words begin."""
    found = list(_verdict_pattern(form.id).finditer(text))
    if not found:
        return None
    return ("Upheld" if found[-1].lastgroup == "Upheld" else "Overturned"), found[-1].start()


def _numbered(section: str, labels: list[Label], text: str, form: Form) -> Iterator[DeterminedItem]:
    """Items with a number before each; a number out of turn is not the start of an item."""
    starts: list[int] = []
    for position, label in enumerate(labels):
        if label.field == "request" and label.at_start and label.number == len(starts) + 1:
            starts.append(position)
    told = _sentences(text, form) if form.item.decided_in == "sentence" else []
    for number, first in enumerate(starts):
        last = starts[number + 1] if number + 1 < len(starts) else len(labels)
        end = labels[last].begin if last < len(labels) else len(section)
        parts = _parts(labels[first + 1 : last], form)
        values = _values(section, parts, end, form)
        request_end = min((label.begin for label in parts.values()), default=end)
        request = folding.fold(section[labels[first].end : request_end])
        decided: Decision | None = None
        if form.item.decided_in == "request":
            verdict = _verdict(request, form)
            if verdict:
                decided, request = verdict[0], request[: verdict[1]].rstrip()
        elif form.item.decided_in == "decision":
            words = (values.get("decision") or "").casefold()
            decided = next(
                (d for d, wording in form.item.decisions.items() if wording.casefold() == words),
                None,
            )
        else:
            request = request.removesuffix(":").rstrip()
            decided = _told(told, number, request)
        if decided:
            yield _item(request, decided, values, form)
    if not starts:
        yield from (_item(request, decided, {}, form) for _, request, decided in told)


def _sentences(text: str, form: Form) -> list[tuple[int | None, str, Decision]]:
    """Each request decided by a sentence, once, with the number before the sentence."""
    opening = re.compile(rf"(?:(\d{{1,3}})[.)][^\n\f]{{0,100}}?)?{loose(form.item.sentence)}", re.I)
    openings = list(opening.finditer(text))
    ends = folding.until_next((found.start() for found in openings), len(text))
    told: dict[object, tuple[int | None, str, Decision]] = {}
    for found, end in zip(openings, ends, strict=True):
        # The first verdict after the opening closes the sentence.
        verdict = _verdict_pattern(form.id).search(text, found.end(), end)
        if verdict is None:
            continue
        decided: Decision = "Upheld" if verdict.lastgroup == "Upheld" else "Overturned"
        request = folding.fold(text[found.end() : verdict.start()])
        number = int(found[1]) if found[1] else None
        told.setdefault(number or request.casefold(), (number, request, decided))
    return list(told.values())


def _told(
    told: list[tuple[int | None, str, Decision]], position: int, request: str
) -> Decision | None:
    """The decision on the item at this position: by its number, its words, or its place."""
    for number, _, decision in told:
        if number == position + 1:
            return decision
    for _, words, decision in told:
        if words.casefold() == request.casefold():
            return decision
    return told[position][2] if position < len(told) else None


# ------------------------------------------------------------------------------------ sections


def _from_sections(sections: dict[str, str], form: Form) -> Iterator[DeterminedItem]:
    """The one item of a letter whose sections are its parts."""
    request = folding.fold(sections.get("request", ""))
    rationale = folding.fold(sections.get("rationale", ""))
    verdict = _verdict(rationale, form)
    if request and verdict:
        guideline = folding.fold(sections.get("imr_guideline", "")) or None
        yield _item(request, verdict[0], {"imr_guideline": guideline, "rationale": rationale}, form)


# ---------------------------------------------------------------------------------------- item


def _item(request: str, decision: Decision, values: Values, form: Form) -> DeterminedItem:
    original, authorized, remainder = modified(request, form)
    return DeterminedItem(
        request=request,
        decision=decision,
        ur_guideline=values.get("ur_guideline"),
        imr_guideline=values.get("imr_guideline"),
        rationale=values.get("rationale"),
        original=original,
        authorized=authorized,
        remainder=remainder,
        criteria=_criteria(values.get("criteria"), form),
    )


def modified(request: str, form: Form) -> tuple[str | None, str | None, str | None]:
    """Original request, authorized part and remainder of a modified request, from its wording."""
    if "original" in request:
        for pattern in form.modified_patterns:
            found = pattern.match(request)
            if found:
                return found["original"], found["authorized"], found["remainder"]
    return None, None, None


@cache
def _row_pattern(form_id: str) -> re.Pattern[str]:
    statuses = forms()[form_id].item.statuses
    words = "|".join(f"(?P<{status}>{loose(word)})" for status, word in statuses.items())
    own = loose(forms()[form_id].item.by_reviewer or "\0")
    return re.compile(
        rf"(?:^|(?<=\f))[ \t|]*(?P<criterion>[^\s|]+)[\s|]+(?:{words})(?P<own>\s+{own})?[\s|]+",
        re.MULTILINE,
    )


def _remarked(told: str, label: str) -> tuple[str, str]:
    """What a row says, and the physician's remark behind it."""
    parts = re.split(rf"(?:^|\s){loose(label)}\s", told, maxsplit=1) if label else [told]
    return parts[0], parts[1] if len(parts) > 1 else ""


def _criteria(text: str | None, form: Form) -> tuple[CriterionRow, ...]:
    if not text:
        return ()
    rows = list(_row_pattern(form.id).finditer(text))
    ends = folding.until_next((row.start() for row in rows), len(text))
    made = []
    for row, end in zip(rows, ends, strict=True):
        status = next(status for status in form.item.statuses if row[status])
        told = folding.fold(text[row.end() : end]).removesuffix("|").rstrip()
        says, remark = _remarked(told, form.item.remark)
        made.append(
            CriterionRow(
                criterion=row["criterion"],
                says=says,
                status=status,
                by_reviewer=row["own"] is not None,
                remark=remark or None,
            )
        )
    return tuple(made)

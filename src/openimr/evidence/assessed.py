"""Named tests and measured signs: a fact only together with the result said of them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from openimr.evidence.context import Said
from openimr.evidence.entries import Entry, Hit
from openimr.evidence.page import Page

_SPINE = frozenset(("cervical", "thoracic", "lumbar"))
_COPULA = re.compile(
    r"[^,;.]{0,40}?(?:\b(?:was|were|is|are|has|have|had|being|remains?|appears?|rated|noted|"
    r"found|shows?|showed|reveals?|revealed|demonstrates?|graded|measured)\b|:)"
)
_BLOCK = re.compile(r";|\bbut\b|\b(?:was|were|is|are)\b|\bwith\b|\bexcept\b|\bwhile\b|\bhowever\b")
_BLOCK_AFTER = re.compile(
    r";|\bbut\b|\bexcept\b|\bexception of\b|\bwhile\b|\bwith no\b|\bhowever\b"
)
_MEASURED = re.compile(
    r"(?: (?:is|was|to|of|at))* \d{1,3} ?(?:degrees|deg\b|°)[^,;]{0,20}[,;] "
    r"(?!which|this|that|is|was|it)\w+ "
)
_SIDE = re.compile(r"\b(left|right|bilateral(?:ly)?)\b|(?<![\w-])(l|r)(?![\w-])")
_SIDES = {"l": "left", "r": "right", "bilaterally": "bilateral"}
_NO_SIGN = re.compile(r"\b(?:no|without|neither|nor)\b (?:\w+ ){0,2}?$")
_EXCEPT = re.compile(
    r"\b(?:except|(?:with the )?exception of|save|apart from|aside from|other than|but)\b"
)
_MINUS = re.compile(r" ?(\(-\)|-)(?: (?:r|l|rt|lt|right|left|b/?l|bilat\w*)\b)?(?=[,.;)]|$)")
_IS = re.compile(r"\b(?:is|was|were|are)(?: (?!an?\b)\w+)? $")


class Verdict(NamedTuple):
    """A result: whether abnormal, where it stands, the side it names."""

    abnormal: bool
    start: int
    end: int
    side: str | None = None


def assessed(page: Page, hits: list[Hit]) -> None:
    """Write the facts of the named tests ``hits`` of the sentence."""
    results = [h for h in page.words if h[2].group and h[2].kind == "result"]
    for index, hit in enumerate(hits):
        at, end, entry = hit
        role = page.role(at, entry)
        if role is None:
            continue
        following = hits[index + 1][0] if index + 1 < len(hits) else page.end
        before = hits[index - 1][1] if index else page.start
        if minus := _MINUS.match(page.low, end, page.end):
            # "Spurling -, Hoffmann -."; "SLR - R, + L"
            first = Verdict(False, minus.start(1), minus.end(1))
            side = _side_after(page.low, minus.end(1), minus.end())
            found = _by_side(page.low, entry, first._replace(side=side), results, following)
        elif page.low[max(0, at - 4) : at] in (", - ", "; - "):
            # "+ Spurling's, - Hoffmann's"
            found = [Verdict(False, at, end)]
        else:
            found = _verdicts(page, hit, results, following, before)
        if not found and entry.group == "test" and page.polarity(at, end)[0] == "hedged":
            found = [Verdict(True, at, end)]
        if (
            not found
            and entry.group == "test"
            and _NO_SIGN.search(page.low, max(page.start, at - 40), at)
        ):
            # "no clonus, no Hoffmann's"
            found = [Verdict(False, at, end)]
        for verdict in found:
            if not (verdict.abnormal and entry.only_normal):
                _write(page, hit, verdict, role)


def _write(page: Page, hit: Hit, verdict: Verdict, role: str) -> None:
    at, end, entry = hit
    first, last = verdict.start, verdict.end
    said: Said = "present" if verdict.abnormal else "negated"
    context, past = page.polarity(first if first >= end else at, max(end, last), results=False)
    if verdict.abnormal and context in ("negated", "hedged", "undocumented"):
        said = context
    value: Any = True
    if entry.value == "result" and (first >= end or last <= at):
        value = page.low[first:last]
    elif isinstance(entry.value, int):
        value = entry.value
    places = page.places
    if not verdict.abnormal and places and (but := _EXCEPT.search(page.low, last, page.end)):
        # "5/5 except for the left deltoid": the side and place behind are of the exception
        page.places = [p for p in places if p[0] < but.start()]
    for region, anchor in page.regions(at, end, entry, role):
        if entry.only_normal and region not in _SPINE and not (entry.edx and region is None):
            continue
        page.add(
            entry.at.get(str(region), entry.name) if entry.at else entry.name,
            value,
            said,
            min(at, first),
            max(end, last),
            role=role,
            region=region,
            anchor=anchor,
            past=past,
            speaker=entry.speaker or "exam",
            side=verdict.side,
        )
    page.places = places


def _verdicts(page: Page, hit: Hit, results: list[Hit], following: int, last: int) -> list[Verdict]:
    """Return the results said of a named test, the second only for the other side."""
    at, end, entry = hit
    low = page.low
    before = after = None
    for start, stop, result in results:
        abnormal = _abnormal(result, entry)
        if abnormal is None:
            continue
        if stop <= at:
            gap = low[stop:at]
            # "is positive, Lachman": said of the sign before
            other = "," in gap and (
                _IS.search(low, max(page.start, start - 20), start)
                # "DTR 2+ =, Spurling"
                or (0 <= start - last <= 20 and gap.lstrip(" =").startswith(","))
            )
            if len(gap) <= 80 and not other and not _BLOCK.search(gap):
                before = Verdict(abnormal, start, stop)
        elif start >= end and after is None:
            gap = low[end:start]
            # "dorsiflexion 5 degrees, sensation intact": measured, the result is the next sign's
            if len(gap) <= 100 and not _MEASURED.match(gap) and not _BLOCK_AFTER.search(gap):
                after = Verdict(abnormal, start, stop)
    if after is not None and _said_after(low, end, after, before, at):
        return _by_side(low, entry, after, results, following)
    return [before] if before is not None else []


def _said_after(low: str, end: int, after: Verdict, before: Verdict | None, at: int) -> bool:
    """Whether the result behind a test is its own, rather than the one in front of it."""
    if _COPULA.match(low, end, after.start + 1):
        return True
    if before is None:
        # "range of motion and decrease pain": another verb
        return after.start - end <= 60 and low[after.start - 5 : after.start] != " and "
    # "positive, Lachman negative": the comma parts what stands before
    # "full strength in all groups and motion limited": so does "and"
    between = low[before.end : at]
    return after.start - end <= 12 and ("," in between or " and " in between)


def _by_side(
    low: str, entry: Entry, first: Verdict, results: list[Hit], following: int
) -> list[Verdict]:
    """Return both results of "positive on the right and negative on the left", else the first."""
    for start, stop, result in results:
        abnormal = _abnormal(result, entry)
        if abnormal is None or abnormal == first.abnormal:
            continue
        if not first.end <= start < following:
            continue
        between = _SIDE.search(low, first.end, start)
        side = _side_after(low, stop, following) or (_side_of(between) if between else None)
        if side is not None:
            but = _EXCEPT.search(low, first.end, start)
            if but is None and between is not None and _side_after(low, stop, following) is None:
                # "absent, right normal": the side stands in front of its result
                but = between
            own = _side_after(low, first.end, but.start() if but else following)
            return [first._replace(side=own), Verdict(abnormal, start, stop, side)]
    return [first]


def _abnormal(result: Entry, entry: Entry) -> bool | None:
    """Return whether the result word means abnormal for this kind of test; None if unfit."""
    found: bool | None = result.group.get(entry.group, result.group.get("all"))
    return found


def _side_after(low: str, at: int, end: int) -> str | None:
    match = _SIDE.search(low, at, min(end, at + 30))
    return _side_of(match) if match else None


def _side_of(match: re.Match[str]) -> str:
    found = match[1] or match[2]
    return _SIDES.get(found, found)

"""Numbers and phrases that local patterns read (``patterns.yaml``)."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import product
from typing import Any

from openimr.evidence.asked import asked_for
from openimr.evidence.dates import parse_date
from openimr.evidence.entries import Hit
from openimr.evidence.lexicon import lexicon
from openimr.evidence.page import Page
from openimr.evidence.response import GAINS, not_gained, only_if, treatment_id, treatments_near
from openimr.evidence.sentences import Voice
from openimr.evidence.values import value_of
from openimr.model import Region

_MEMBER = re.compile(r"\s*(?:,\s*and\b|,|\band\b)\s*")
_NONE: dict[str, Any] = {}
_DIGITS = re.compile(r"[0-9]+")
_PAST_LIST = re.compile(
    r"\b(?:treatment|surger\w+|he|she|patient|worker|status post|s/p|who|which|the|currently|"
    r"medications?|allerg\w+|social)\b"
)
_REASON = re.compile(
    r"\b(?:to|because|due|secondary|given|for (?:further|better|the|eval\w+|assess\w+)|"
    r"in (?:order|light)|so that|as (?:there|he|she|the)|rule out|r/o)\b"
)
_REQUEST = re.compile(
    r"mri|x-?ray|emg|ncv|ct |scan|request|stud(?:y|ies)|consult|testing|referr|physical therapy|"
    r"recommend|order|treatment plan|plan"
)


def numbers(low: str, words: list[Hit]) -> list[int]:
    """Return where the numbers of a text begin, in order: its digits and its number words."""
    found = [match.start() for match in _DIGITS.finditer(low)]
    if words:
        found += [start for start, _, _ in words]
        found.sort()
    return found


def read(page: Page, anchors: list[tuple[int, tuple[int, ...]]], numbers: list[int]) -> None:
    """Run patterns over the sentence that ``page`` shows, around their first and last anchor.

    ``anchors`` are those of the sentence, each with its place and its patterns. ``numbers`` are
    the places of the numbers of the whole text: see :func:`numbers`.
    """
    held = lexicon()
    patterns, guards = held.patterns, held.guards
    low, start, end = page.low, page.start, page.end
    nearest = bisect_left(numbers, start)
    # Most patterns are ruled out before they are run.
    fit = held.fitting(
        frozenset([_role(v) for v in page.voices]),
        nearest < len(numbers) and numbers[nearest] < end,
        any(e.kind == "drug" or (e.treatment or _NONE).get("drug") for _, _, e in page.cares),
    )
    stretches: dict[int, tuple[int, int]] = {}
    for at, ids in anchors:
        for index in ids:
            if index in fit:
                known = stretches.get(index)
                stretches[index] = (at, at) if known is None else (known[0], at)
    for index, (first, last) in stretches.items():
        allowed, numeric, _, needs, before, after, regex = guards[index]
        lowest, highest = first - before, last + after
        lowest = max(lowest, start)
        # never cut a number in two
        if highest >= end or (highest := low.find(" ", highest, end)) < 0:
            highest = end
        if numeric:
            nearest = bisect_left(numbers, lowest)
            if nearest == len(numbers) or numbers[nearest] >= highest:
                continue
        if needs is not None and needs.search(low, start, end) is None:
            continue
        for match in regex.finditer(low, lowest, highest):
            role = _role(page.voice(match.start()))
            if role in allowed:
                _write(page, patterns[index], match, role)


def _role(voice: Voice) -> str:
    """Return the role in which a measure is read: after a plan others speak until a new cue."""
    return "other" if voice.role == "plan" and not voice.explicit else voice.role


def _write(page: Page, spec: dict[str, Any], match: re.Match[str], role: str) -> None:
    if spec["value"] == "items":
        _items(page, spec, match, role)
        return
    value = value_of(spec["value"], match, page.day)
    if value is None or not _wanted(page, spec, match, role):
        return
    at, end = match.span()
    while end > at and page.low[end - 1] in " ,;.":
        end -= 1
    while at < end and page.low[at] == " ":
        at += 1
    if end <= at:
        return
    abouts = _abouts(page, spec, at, end)
    if not abouts:
        return
    said, past = page.polarity(at, end)
    if spec.get("polarity"):
        said = spec["polarity"]
    elif spec.get("also_planned"):
        said = "planned" if said == "present" and role == "plan" else said
    elif said == "planned" or (said == "negated" and type(value) in (int, float)):
        # a measured number is a number, whatever stands before it
        said = "present"
    if spec.get("region") == "spine" and not page.spine(at, end, role):
        return
    places = [_place(page, spec, at, end, role)]
    if spec["fact"] in _OF_VISITS and page.places:
        # "twelve sessions for the neck and the shoulder"
        places = page.regions(at, end, spec["entry"], role)
    for about, (region, anchor) in product(abouts, places):
        page.add(
            spec["fact"],
            value,
            said,
            at,
            end,
            role=role,
            unit=spec.get("unit"),
            about=about,
            region=region,
            anchor=anchor,
            past=past or spec.get("time") == "past",
            speaker=spec.get("speaker"),
            sided=region is not None,
            day=parse_date(match["v"]) if spec["value"] == "date" else None,
        )


def _place(
    page: Page, spec: dict[str, Any], at: int, end: int, role: str
) -> tuple[Region | None, tuple[int, int] | None]:
    """Return the region of a measure and its place word, if there is one."""
    region: Region | None = None
    anchor: tuple[int, int] | None = None
    if page.places and spec.get("speaker") != "request":
        if spec.get("care"):
            region, anchor = page.of_care(at, end, spec["entry"], role)
        else:
            region, anchor = page.regions(at, end, spec["entry"], role)[0]
    if anchor and spec["fact"] == "symptom_duration_months" and page.goes_to(anchor, region):
        # "low back pain shooting to the foot for ten days"
        region, anchor = page.state.complaint, None
    if spec.get("sent"):
        # "pressing sends pain to the hip", "his hands have become clumsy": told of what came before
        region, anchor = page.before(at, role)
    if spec.get("region") not in (None, "spine"):
        region = spec["region"]
    return region, anchor


_OF_VISITS = frozenset(("prior_sessions_completed",))
_OF_DEVICES = frozenset(("device_trial_days", "home_trial_done", "device_trial_result"))
_OF_RELIEF = frozenset(("pain_relief_percent", "relief_duration_weeks", "mbb_relief_percent"))
_ALLOWED = re.compile(
    r"\b(?:approved|authorized|certified|approval of|authorization (?:of|for)|modified to)(?: for)?"
    r"(?: (?:an?|another|additional|total|of|only|initial|trial|course))* $"
)
_NOT_REACHED = re.compile(
    r"\b(?:per (?:the )?guidelines?|"
    r"less than|under|did not|didn't|does not|failed to|never|goals?|aims?|aimed|expect\w*|"
    r"hop(?:es?|ed|ing)|anticipat\w*|in order|if|would|should|until|unless|requires?|required|must|"
    r"(?<!able )(?<!helps )(?<!helped )(?<!continues )to (?:achieve|reach|obtain|provide|give|get))"
    r"\b(?:(?!\bbut\b|\band\b)[^.;,%])*.$"
)
_TO_COME = re.compile(
    r"(?: or (?:greater|more|better))?(?: \w+){0,3}? (?:is|are|was|would be|will be|to be) "
    r"(?:expected|anticipated|required|needed|hoped for|awaited|sought|the (?:goal|aim))"
)


def _wanted(page: Page, spec: dict[str, Any], match: re.Match[str], role: str) -> bool:
    """Whether the sentence speaks of what the pattern needs besides its own words."""
    at, end = match.span()
    if (reach := spec.get("drug_before")) and not any(
        e.kind == "drug" and 0 <= at - t <= reach and "," not in page.low[t:at]
        for _, t, e in page.cares
    ):
        return False
    if (reach := spec.get("care_object")) and not any(
        at <= s < at + reach and e.kind in ("drug", "treatment") for s, _, e in page.cares
    ):
        return False
    if spec.get("not_asked") and (
        asked_for(page, at, end) or _ALLOWED.search(page.low, max(page.start, at - 40), at)
    ):
        return False
    if spec["fact"] in _OF_RELIEF and (
        _NOT_REACHED.search(page.low, max(page.start, at - 70), at + 1)
        or _TO_COME.match(page.low, end, page.end)
    ):
        return False
    failed = spec["fact"] == "conservative_care_failed"
    if failed and only_if(page.low, max(page.start, at - 60), end):
        return False
    if failed and "needs" in spec and not page.cares and page.state.treatment is None:
        # "pt feels the same": the patient, and no care is spoken of
        return False
    if spec["fact"] in GAINS and not_gained(page.low, page.start, at):
        return False
    if spec.get("imaging") and role != "test" and not any(e.imaging for _, _, e in page.cares):
        return False
    return not spec.get("needs_request") or bool(_REQUEST.search(page.low, page.start, page.end))


def _abouts(page: Page, spec: dict[str, Any], at: int, end: int) -> list[str | None]:
    """Return what the measure at ``at``..``end`` is bound to; nothing where it has no object."""
    reach = spec.get("drug_object")
    if reach and not any(
        (e.kind == "drug" or (e.treatment or {}).get("drug")) and s < end + reach and t > at
        for s, t, e in page.cares
    ):
        return []
    if spec.get("care"):
        near = treatments_near(page, at, end, drugs=spec["fact"] != "medication_reduction")
        found = [n[0] for n in near[:8]] or [None]
        if spec["fact"] in _OF_VISITS:
            # "chiropractic x 6 and naproxen": a drug has no visits
            return [a for a in found if a is None or _kind(a) != "drug"] or [None]
        return _devices(page, found, at, end) if spec["fact"] in _OF_DEVICES else found
    if spec.get("request_before"):
        return [_asked_before(page, at, end)]
    drugs = [h for h in page.cares if h[2].kind == "drug"] if spec.get("drug") else []
    if drugs:
        # "Norco 10/325 tid, Flexeril 7.5 qhs": said of the drug in front of it
        return [min(drugs, key=lambda h: at - h[0] if h[0] < at else 30 + 2 * (h[0] - at))[2].name]
    return [spec.get("about")]


def _kind(about: str) -> str:
    """Return what a treatment is: ``drug``, ``device`` or ``care``."""
    spec = lexicon().treatments.get(about)
    if spec is None or spec.get("drug"):
        return "drug"
    return "device" if spec.get("device") else "care"


def _devices(page: Page, found: list[str | None], at: int, end: int) -> list[str | None]:
    """Return the devices among ``found``; a trial told with drugs alone is of the unit before.

    Of a list that holds other care ("therapy, a TENS trial and naproxen over four months") the
    length is none of the trial.
    """
    kinds = [_kind(a) if a is not None else "device" for a in found]
    if set(kinds) == {"device"}:
        return found
    listed = len(kinds) > 1 or any(at <= s < end for s, _, e in page.cares if e.kind == "drug")
    return [page.state.device] if set(kinds) == {"drug"} and not listed else []


def _asked_before(page: Page, at: int, end: int) -> str | None:
    """Return what a reason in ``at``..``end`` was given for: the one thing asked for before it."""
    reason = _REASON.search(page.low, at, end)
    stop = reason.start() if reason else end
    before = [h for h in page.cares if h[1] <= stop and h[1] > at - 60]
    if not before or re.search(r",| and |;", page.low[before[-1][1] : stop]):
        return None
    asked = treatment_id(page, before[-1])
    # a bare "injection" or "imaging" may be any of its kind
    return None if asked == "medication" or asked.startswith("other:") else asked


def _items(page: Page, spec: dict[str, Any], match: re.Match[str], role: str) -> None:
    """Write each member of a list: "medical history of A, B and C"."""
    at, stop = match.span("v")
    end = _PAST_LIST.search(page.low, at, stop)
    stop = end.start() if end else stop
    for cut in [*_MEMBER.finditer(page.low, at, stop), None]:
        last = cut.start() if cut else stop
        words = page.low[at:last].strip(" .:")
        if 2 < len(words) <= 60 and not words.startswith(("no ", "none", "non")):
            said, _ = page.polarity(at, last)
            first = at + len(page.low[at:last]) - len(page.low[at:last].lstrip(" .:"))
            page.add(spec["fact"], words, said, first, first + len(words), role=role, sided=False)
        at = cut.end() if cut else stop

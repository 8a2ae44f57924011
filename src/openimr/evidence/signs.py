"""Findings of one sentence: symptoms, signs, what studies showed, how care was answered."""

from __future__ import annotations

import re
from typing import Any

from openimr.evidence.assessed import assessed
from openimr.evidence.care import drug, treatment
from openimr.evidence.context import Said
from openimr.evidence.entries import Entry, Hit
from openimr.evidence.page import Page
from openimr.evidence.response import GAINS, not_gained, only_if, treatments_near

_GAIT = re.compile(
    r"\b(?:non-?\s?antalgic|antalgic|abnormal|limp|ataxic|unsteady|shuffling|spastic|steppage|"
    r"trendelenburg|wide based|guarded|stiff|slow|altered|normal\w*|steady|stable|unremarkable|"
    r"cane|walker|crutch|boot|brace|independent\w*|unassisted|heel.toe|tandem)\b"
)
_AWAY = re.compile(r"[;:]|\b(?:which|radiat\w+|to avoid|tender\w*|spasms?|relief|medic\w+)\b")
_TELLS_OF_PAIN = frozenset(("complaint", "history", "other"))
_DENIED_HERE = re.compile(
    r"\b(?:no|not|without|lacks?|lack of|never)(?: \w+){0,2} $|"
    r"\b(?:no|without)(?: \w+){1,4} (?:or|nor) (?:an? |the )?$"
)
_NOT_DONE = re.compile(r"(?: report| database)? (?:was|were|is|has|have) (?:not|never)\b")
_BEGAN = re.compile(
    r"\b(?:doi|moi|mechanism|injur(?:y|ed) (?:when|while|as|after|on|occurred)|date of injury|"
    r"slipped|tripped|fell|twisted|stepp(?:ed|ing))\b[^.;]*?(?:gave|popped|buckled|locked)\b"
)
_OWN_DENIAL = re.compile(r"\b(?:no|not|without|little|\w+n't|in(?:effective))\b")


def read(page: Page) -> None:
    """Write the facts of the word hits of the sentence that ``page`` shows."""
    tests: list[Hit] = []
    for hit in page.cares:
        if hit[2].kind == "drug":
            drug(page, hit)
        elif hit[2].kind == "treatment":
            treatment(page, hit)
    for hit in page.words:
        kind = hit[2].kind
        if kind == "finding":
            _finding(page, hit)
        elif kind == "assessed":
            tests.append(hit)
    if tests:
        assessed(page, tests)


def read_asides(page: Page, hits: list[Hit]) -> None:
    """Write the facts of the hits of the aside layer, which the word hits do not hide."""
    tests: list[Hit] = []
    for hit in hits:
        kind = hit[2].kind
        if kind == "finding":
            _finding(page, hit, aside=True)
        elif kind == "assessed":
            tests.append(hit)
    if tests:
        assessed(page, tests)


def _finding(page: Page, hit: Hit, aside: bool = False) -> None:
    at, end, entry = hit
    role = page.role(at, entry)
    if role is None or _excluded(page, hit, role):
        if page.voice(at).role == "utilization_review":
            _missed(page, hit)
        return
    name = (entry.as_role or {}).get(role) or entry.name
    heard, past = page.polarity(at, end)
    pain = heard = page.planned(at, end, heard) if aside else heard
    said = _said(entry, heard, role)
    if said == "negated" and entry.polarity == "present":
        # "denies misuse, one prescriber, agreement on file": good news is not what is denied
        said = (
            "negated"
            if _DENIED_HERE.search(page.low, max(page.start, at - 48), at)
            or _NOT_DONE.match(page.low, end)
            else "present"
        )
    low = page.low
    value = _value(entry, low, at, end)
    if entry.care:
        _bound(page, hit, name, value, said, role, past)
        return
    if not entry.pain and role in _TELLS_OF_PAIN and said != "planned":
        # "neck pain radiates to the arm", "chronic neck pain" tell where the pain is, too
        if low.startswith("pain", at):
            _places_of_pain(page, at, at + 4, "present", role)
        elif low.startswith("pain", end - 4):
            _places_of_pain(page, end - 4, end, pain, role)
    if entry.pain:
        if said == "planned":
            return
        _places_of_pain(page, at, end, said, role)
        return
    for region, anchor in page.regions(at, end, entry, role):
        page.add(
            name,
            value,
            said,
            at,
            end,
            role=role,
            region=region,
            anchor=anchor,
            past=past,
            about=entry.about,
            speaker=entry.speaker if entry.speaker and role != "complaint" else None,
        )


def _said(entry: Entry, said: Said, role: str) -> Said:
    """Return the polarity of a finding from what the cues say, its own kind and the voice."""
    if entry.polarity == "negated":
        return "negated"
    if role == "plan" and said == "present":
        return "planned"
    if said == "planned" and role in ("exam", "complaint", "test") and not entry.also_planned:
        return "present"
    return said


def _missed(page: Page, hit: Hit) -> None:
    """Write that utilization review found a thing denied or missing; its own argument, no more."""
    at, end, entry = hit
    said, past = page.polarity(at, end)
    if said not in ("negated", "undocumented") or entry.polarity == "negated" or entry.pain:
        return
    region, anchor = page.regions(at, end, entry, "utilization_review")[0]
    page.add(
        entry.name,
        _value(entry, page.low, at, end),
        "negated",
        at,
        end,
        role="utilization_review",
        region=region,
        anchor=anchor,
        past=past,
        about=entry.about,
    )


def _excluded(page: Page, hit: Hit, role: str) -> bool:
    """Whether the words around a finding show that it is something else."""
    _, end, entry = hit
    if entry.exclude_after and page.low[end : end + 25].lstrip().startswith(entry.exclude_after):
        return True
    if entry.name == "mechanical_symptoms" and _BEGAN.search(
        page.low, max(page.start, hit[0] - 70), end
    ):
        # "DOI 8/1/16 - knee gave way": how it began
        return True
    if entry.edx and not page.state.edx:
        return True
    # A herniated disc of a diagnosis list is a label, not what a study showed.
    return bool(entry.imaging and role != "test" and not any(e.imaging for _, _, e in page.cares))


def _value(entry: Entry, low: str, at: int, end: int) -> Any:
    if entry.value == "text":
        return low[at:end]
    if entry.value == "gait":
        kind = _GAIT.search(low, at, end)
        # "limps", "walks with a limp"
        found = kind[0] if kind else low[at:end]
        return "antalgic" if found.startswith("limp") else found
    return entry.value if isinstance(entry.value, int) else True


def _places_of_pain(page: Page, at: int, end: int, said: Said, role: str) -> None:
    """Write where pain is: "neck and left knee pain", "pain in the low back"."""
    low = page.low
    found = page.regions(at, end, None, role)
    closest = min((max(a[0] - end, at - a[1]) for _, a in found if a is not None), default=999)
    if closest > 32:
        return
    for region, anchor in found:
        if anchor is None or region is None:
            continue
        first, last = min(at, anchor[0]), max(end, anchor[1])
        if last - first <= 120 and not _AWAY.search(low, min(end, anchor[1]), max(at, anchor[0])):
            page.add(
                "pain_location",
                low[anchor[0] : anchor[1]],
                said,
                first,
                last,
                role=role,
                region=region,
                anchor=anchor,
            )


def _bound(page: Page, hit: Hit, name: str, value: Any, said: Said, role: str, past: bool) -> None:
    """Write a response to care, bound to the treatment that it was a response to."""
    at, end, entry = hit
    if name in GAINS and not_gained(page.low, page.start, at):
        return
    if name == "conservative_care_failed" and only_if(page.low, max(page.start, at - 60), end):
        return
    chosen = treatments_near(page, at, end, drugs=name != "medication_reduction")
    if (
        name == "conservative_care_failed"
        and said == "negated"
        and _OWN_DENIAL.search(page.low, at, end)
    ):
        # "no improvement" is the failure itself: its own word of denial does not lift it.
        said = "present"
    targets: list[tuple[str | None, int, int]] = [*chosen] or [(None, at, end)]
    for about, first, last in targets:
        region, anchor = page.of_care(at, end, entry, role)
        page.add(
            name,
            value,
            said,
            min(at, first) if last - first < 90 else at,
            max(end, last) if last - first < 90 else end,
            role=role,
            region=region,
            anchor=anchor,
            past=past,
            about=about,
        )

"""Findings, named tests, treatments and drugs of one sentence."""

from __future__ import annotations

import re
from typing import Any

from openimr.evidence.lexicon import Entry, Hit
from openimr.evidence.page import Page
from openimr.evidence.context import Said
from openimr.model import Polarity, Region

_SPINE = frozenset(("cervical", "thoracic", "lumbar"))
_SILENT = frozenset(("utilization_review", "guideline", "boilerplate"))
_COPULA = re.compile(
    r"[^,;.]{0,40}?(?:\b(?:was|were|is|are|has|have|had|being|remains?|appears?|rated|noted|"
    r"found|shows?|showed|reveals?|revealed|demonstrates?|graded|measured|tests?|testing|exam)\b|:)"
)
_BLOCK = re.compile(r";|\bbut\b|\b(?:was|were|is|are)\b|\bwith\b|\bexcept\b|\bwhile\b|\bhowever\b")
_BLOCK_AFTER = re.compile(r";|\bbut\b|\bexcept\b|\bwhile\b|\bwith no\b|\bhowever\b")
_FROM = re.compile(
    r"\W*(?:of (?:his |her |the )?(?:pain|symptoms) )?(?:(?:from|with|after|following|by|to|despite|"
    r"of|a|an|the|his|her|prior|previous|last|first|trial|trials|course|use|any|both|lumbar|"
    r"cervical|left|right|conservative|treatment|including|oral)\b\W*)*$"
)
_LISTED = re.compile(r"[\s,;/&]*(?:and|or|as well as)?[\s\w]{0,12}$")
_SIDE = re.compile(r"\b(left|right|bilateral(?:ly)?)\b")
_IS = re.compile(r"\b(?:is|was|were|are)(?: \w+)? $")
_ENDED = re.compile(
    r"\b(?:failed|fails|not tolerate|unable to tolerate|intoleran\w+ (?:to|of)|stopp?\w*|"
    r"discontinu\w+|allerg\w+ to|tried|no longer|weaned off)\b[^.;]{0,25}$"
)
_GAIT = re.compile(
    r"\b(?:non-?\s?antalgic|antalgic|abnormal|limp|ataxic|unsteady|shuffling|spastic|steppage|"
    r"trendelenburg|wide based|guarded|stiff|slow|altered|normal\w*|steady|stable|unremarkable|"
    r"cane|walker|crutch|boot|brace|independent\w*|unassisted|heel.toe|tandem)\b"
)
_AWAY = re.compile(r"[;:]|\b(?:which|radiat\w+|to avoid|tender\w*|spasms?|relief|medic\w+)\b")
_REFILL = re.compile(r"\b(?:continu\w+|refill\w*|renew\w*|prescribed|dispensed|given|currently)\b")


def read(page: Page) -> None:
    """Write the facts of the word hits of the sentence that ``page`` shows."""
    assessed: list[Hit] | None = None
    for hit in page.cares:
        if hit[2].kind == "drug":
            _drug(page, hit)
        else:
            _treatment(page, hit)
    for hit in page.words:
        kind = hit[2].kind
        if kind == "finding":
            _finding(page, hit)
        elif kind == "assessed":
            if assessed is None:
                assessed = []
            assessed.append(hit)
    if assessed:
        _assessed(page, assessed)


def _role(page: Page, at: int, entry: Entry) -> str | None:
    """Return the role in which an entry counts at ``at``, or None where it is no finding."""
    voice = page.voice(at)
    role = voice.role
    if role in _SILENT:
        return None
    if entry.exam and voice.explicit and role in ("plan", "assessment"):
        return None
    if entry.exam and role != "test":
        # What only an examiner can find is an examination finding wherever it stands, except
        # where it is only asked for.
        role = "exam"
    elif role == "plan":
        if entry.also_planned:
            return role
        if voice.explicit:
            return None
        role = "other"
    if entry.exclude_roles and role in entry.exclude_roles:
        return None
    if entry.only and (
        role not in entry.only
        or (voice.explicit and voice.role == "complaint" and "complaint" not in entry.only)
    ):
        return None
    return role


def _finding(page: Page, hit: Hit) -> None:
    at, end, entry = hit
    role = _role(page, at, entry)
    if role is None:
        return
    low = page.low
    if entry.exclude_after and low[end : end + 25].lstrip().startswith(entry.exclude_after):
        return
    name = entry.name
    if entry.as_role and role in entry.as_role:
        name = entry.as_role[role]
    if entry.edx and not _edx(page):
        return
    if entry.imaging and role != "test" and not any(e.imaging for _, _, e in page.cares):
        # A herniated disc of a diagnosis list is a label, not what a study showed.
        return
    said, past = page.polarity(at, end)
    if entry.polarity == "negated":
        # "not non-tender" is not written; a denied denial is left alone.
        said = "negated"
    elif role == "plan" and said == "present":
        said = "planned"
    elif said == "planned" and role in ("exam", "complaint", "test") and not entry.also_planned:
        said = "present"
    value: Any = True
    if entry.value == "text":
        value = low[at:end]
    elif entry.value == "gait":
        kind = _GAIT.search(low, at, end)
        value = kind[0] if kind else low[at:end]
    elif entry.value == "grade":
        value = low[at:end].split()[0]
    elif isinstance(entry.value, int):
        value = entry.value
    about = entry.about
    if entry.care:
        _bound(page, hit, name, value, said, role, past)
        return
    if entry.pain and said == "planned":
        return
    if name == "radicular_pain" and low.startswith("pain", at):
        # "neck pain radiates to the arm" tells where the pain is, too
        _places_of_pain(page, at, at + 4, said, role)
    if entry.pain:
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
            about=about,
            speaker=entry.speaker if entry.speaker and role != "complaint" else None,
        )


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


def _edx(page: Page) -> bool:
    return any(e.edx for _, _, e in page.cares) or (
        page.state.treatment == "emg_ncv" and page.voices[0].role == "test"
    )


def _bound(page: Page, hit: Hit, name: str, value: Any, said: Said, role: str, past: bool) -> None:
    """Write a response to care, bound to the treatment that it was a response to."""
    at, end, entry = hit
    chosen = treatments_near(page, at, end, drugs=name != "medication_reduction")
    if name == "conservative_care_failed" and said == "negated":
        # "no improvement" is the failure itself: its own word of denial does not lift it.
        said = "present"
    for about, first, last in chosen or [(None, at, end)]:
        for region, anchor in page.regions(at, end, entry, role)[:1]:
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


def treatments_near(
    page: Page, at: int, end: int, drugs: bool = True
) -> list[tuple[str, int, int]]:
    """Return the treatments that a response at ``at``..``end`` belongs to: nearest, and its list.

    Each with the stretch of text from the response to it. Falls back on the treatment the
    sentence before spoke of.
    """
    hits = [
        h
        for h in page.cares
        if (drugs and h[2].kind == "drug")
        or (h[2].care and (drugs or not (h[2].treatment or {}).get("drug")))
    ]
    if not hits:
        return [(page.state.treatment, at, end)] if page.state.treatment else []
    low = page.low

    def cost(hit: Hit) -> float:
        if hit[0] >= end:
            gap = low[end : hit[0]]
            if _FROM.match(gap):
                return 0.2 * len(gap)
            return 2.0 * len(gap) + 60 * gap.count(";")
        if hit[1] <= at:
            gap = low[hit[1] : at]
            return 0.8 * len(gap) + 60 * gap.count(";")
        return 0.0

    best = min(hits, key=cost)
    chain = [best]
    index = hits.index(best)
    # "no relief from A, B or C"; "A, B and C without relief"
    members, step = (hits[index + 1 :], 1) if best[1] > at else (hits[:index][::-1], -1)
    for other in members:
        first, second = (chain[-1], other) if step > 0 else (other, chain[-1])
        gap = low[first[1] : second[0]]
        if len(gap) > 25 or not _LISTED.match(gap):
            break
        chain.append(other)
    return [(treatment_id(page, h), min(at, h[0]), max(end, h[1])) for h in chain]


def treatment_id(page: Page, hit: Hit) -> str:
    """Return the treatment id of a treatment word or the generic name of a drug."""
    entry = hit[2]
    if entry.kind == "drug" or not entry.by_region:
        return str(entry.name)
    for region, _ in page.regions(hit[0], hit[1], None, "other"):
        if region in entry.by_region:
            return str(entry.by_region[region])
    return str(entry.name)


def _treatment(page: Page, hit: Hit) -> None:
    at, end, entry = hit
    voice = page.voice(at)
    role = voice.role
    if role in _SILENT or role == "assessment" or (at < voice.after and not entry.imaging):
        # "current medications include" heads a list, it is no treatment of its own
        return
    said, past = page.polarity(at, end)
    ident = treatment_id(page, hit)
    words = str(entry.words)
    regions = page.regions(at, end, None, role) if page.places else [(None, None)]
    region, anchor = regions[0]
    if role == "plan" and (voice.explicit or said == "planned"):
        page.add(
            "procedure_planned",
            words,
            "planned",
            at,
            end,
            role=role,
            region=region,
            anchor=anchor,
            about=ident,
        )
        if entry.surgery:
            page.add(
                "surgery_considered",
                True,
                "planned",
                at,
                end,
                role=role,
                region=region,
                anchor=anchor,
                about=ident,
            )
        return
    if said == "planned":
        page.add(
            "procedure_planned",
            words,
            "planned",
            at,
            end,
            role=role,
            region=region,
            anchor=anchor,
            about=ident,
        )
        return
    page.state.treatment = ident
    if entry.imaging:
        for where, anchor in regions:
            page.add(
                "prior_imaging_same_region",
                words,
                said,
                at,
                max(end, _near(anchor, at, end)),
                role=role,
                region=where,
                anchor=anchor,
                about=_by_region(entry, where) or where or ident,
                speaker="test",
            )
    elif entry.surgery:
        if any(e.name == "prior_surgery" and s < end and t > at for s, t, e in page.words):
            return
        if past or role in ("history", "test"):
            page.add(
                "prior_surgery",
                words,
                said,
                at,
                end,
                role=role,
                region=region,
                anchor=anchor,
                past=True,
                about=region or ident,
            )
    elif entry.care:
        page.add(
            "conservative_care_tried",
            words,
            said,
            at,
            end,
            role=role,
            region=region,
            anchor=anchor,
            past=past or role == "history",
            about=ident,
        )
        spec = entry.treatment or {}
        if spec.get("sessions") or spec.get("injection") or spec.get("device"):
            page.add(
                "prior_treatment_exists",
                True,
                said,
                at,
                end,
                role=role,
                region=region,
                anchor=anchor,
                past=True,
                about=ident,
            )
        if spec.get("drug_class") == "nsaid" and said == "present":
            page.add("on_nsaid", True, said, at, end, role=role, about="nsaid", sided=False)


def _near(anchor: tuple[int, int] | None, at: int, end: int) -> int:
    return anchor[1] if anchor is not None and at <= anchor[0] <= end + 40 else end


def _by_region(entry: Entry, region: Region | None) -> str | None:
    return entry.by_region.get(region) if entry.by_region and region else None


def _drug(page: Page, hit: Hit) -> None:
    at, end, entry = hit
    voice = page.voice(at)
    role = voice.role
    if role in _SILENT:
        return
    said, past = page.polarity(at, end)
    low = page.low
    if (
        role == "plan"
        and said == "present"
        and not _REFILL.search(low, max(page.start, at - 60), min(page.end, end + 40))
    ):
        said = "planned"
    generic = str(entry.name)
    if _ENDED.search(low, max(page.start, at - 50), at):
        past = True
    page.add("on_drugs", generic, said, at, end, role=role, about=generic, past=past, sided=False)
    if role != "plan":
        page.state.treatment = generic
    if role == "history" and said == "present" and _tried(page, at):
        page.add(
            "conservative_care_tried",
            generic,
            said,
            at,
            end,
            role=role,
            about=generic,
            past=past,
            sided=False,
        )
    classes = getattr(entry.drug, "classes", ()) or ()
    if said == "present" and not past:
        if "nsaid" in classes:
            page.add("on_nsaid", True, said, at, end, role=role, about="nsaid", sided=False)
        if getattr(entry.drug, "controlled", False) or "opioid" in classes:
            page.add(
                "on_controlled_drug", True, said, at, end, role=role, about=generic, sided=False
            )


def _tried(page: Page, at: int) -> bool:
    """Whether the list that holds ``at`` is one of treatment rather than of current drugs."""
    voice = page.voice(at)
    cue = page.low[voice.start : voice.after]
    return "medic" not in cue or "treatment" in page.low[page.start : voice.start]


def _assessed(page: Page, hits: list[Hit]) -> None:
    results = [h for h in page.words if h[2].group and h[2].kind == "result"]
    for index, hit in enumerate(hits):
        at, end, entry = hit
        role = _role(page, at, entry)
        if role is None:
            continue
        following = hits[index + 1][0] if index + 1 < len(hits) else page.end
        verdicts = _verdicts(page, hit, results, following)
        if not verdicts and page.polarity(at, end)[0] == "hedged" and entry.group == "test":
            verdicts = [(True, at, end, None)]
        for verdict, first, last, side in verdicts:
            if verdict and entry.only_normal:
                continue
            said: Polarity = "present" if verdict else "negated"
            context, past = page.polarity(
                first if first >= end else at, max(end, last), results=False
            )
            if context == "negated" and verdict:
                said = "negated"
            elif context == "hedged" and verdict:
                said = "hedged"
            value: Any = True
            if entry.value == "result":
                value = page.low[first:last] if first >= end or last <= at else True
            elif isinstance(entry.value, int):
                value = entry.value
            lo, hi = min(at, first), max(end, last)
            for region, anchor in page.regions(at, end, entry, role):
                if entry.only_normal and region not in _SPINE:
                    continue
                page.add(
                    entry.name,
                    value,
                    said,
                    lo,
                    hi,
                    role=role,
                    region=region,
                    anchor=anchor,
                    past=past,
                    speaker=entry.speaker or "exam",
                    side=side,
                )


def _verdicts(
    page: Page, hit: Hit, results: list[Hit], following: int
) -> list[tuple[bool, int, int, str | None]]:
    """Return the results said of a named test: (abnormal, start, end of the result, its side)."""
    at, end, entry = hit
    low = page.low
    before = after = None
    for start, stop, result in results:
        verdict = result.group.get(entry.group, result.group.get("all"))
        if verdict is None:
            continue
        if stop <= at:
            gap = low[stop:at]
            # "is positive, Lachman": said of the sign before
            other = "," in gap and _IS.search(low, max(page.start, start - 20), start)
            if len(gap) <= 80 and not other and not _BLOCK.search(gap):
                before = (verdict, start, stop)
        elif start >= end and after is None:
            gap = low[end:start]
            if len(gap) <= 100 and not _BLOCK_AFTER.search(gap):
                after = (verdict, start, stop)
    direct = (
        after is not None
        and (
            _COPULA.match(low, end, after[1] + 1)
            # "positive, Lachman negative": the comma parts what stands before
            or (before is not None and after[1] - end <= 12 and "," in low[before[2] : at])
        )
    )
    if after is not None and (direct or before is None) and (direct or after[1] - end <= 60):
        chosen = after
    elif before is not None:
        chosen = before
    else:
        return []
    if chosen is after and after is not None:
        # "positive on the right and negative on the left"
        more = [(*after, _side_after(low, after[2], following))]
        for start, stop, result in results:
            verdict = result.group.get(entry.group, result.group.get("all"))
            if verdict is None or start < after[2] or start >= following:
                continue
            between = _SIDE.search(low, after[2], start)
            if verdict != after[0] and (between or _side_after(low, stop, following)):
                more.append(
                    (
                        verdict,
                        start,
                        stop,
                        _side_after(low, stop, following) or (between[1] if between else None),
                    )
                )
                break
        if len(more) > 1:
            return more
        return [(*after, None)]
    return [(*chosen, None)]


def _side_after(low: str, at: int, end: int) -> str | None:
    match = _SIDE.search(low, at, min(end, at + 30))
    return match[1].replace("ally", "al") if match else None

"""Sentences and whose voice each one is.

The splitter knows the genre: abbreviations, decimals, ``L4-5``, dates, sentences glued together
(``HEP).Currently``), page breaks in the middle of a sentence, headings and bullets of raw notes.
A sentence's *role* says who speaks: ``complaint`` (the patient), ``exam``, ``test`` (a result),
``history`` (history and treatment), ``assessment`` (diagnoses), ``plan`` (plan or request),
``utilization_review`` (what it decided or argued), ``guideline``, ``boilerplate`` or ``other``.
Cues are data (``roles.yaml``); the role of an examination, a complaint or a plan goes on over the
next sentences until another cue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from openimr.evidence.dates import find_dates
from openimr.evidence.entries import Hit
from openimr.evidence.lexicon import lexicon
from openimr.evidence.text import Reading

LONGEST = 2500
"""A text without any full stop is cut here, so that work stays linear."""

_END = re.compile(r"[.!?][\"')\]]*")
_GLUED = frozenset("abcdefghijklmnopqrstuvwxyz)]\"'%")
_INTRODUCTION = "all medical records:"
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:incl|excl|bilat|decr|incr|dr|drs|mr|mrs|ms|vs|no|approx|e\.g|i\.e|etc|st|fig|sec|dept|inc|jr|sr|"
    r"[a-z]|ph\.d|m\.d|d\.o|d\.c|p\.o|b\.i\.d|t\.i\.d|q\.d|a\.m|p\.m|lt|rt|tab|tabs|cap|caps|"
    r"pg|pp|cont|max|min|temp|wt|ht|avg|est|dx|hx|rx|tx|sx)$"
)
_MARK = re.compile(r"(?:^|[ (])(\d{1,2})$")
_HEADING = re.compile(
    r"[\s*>-]*(?:\d{1,2}[.)] ?)?([a-z][a-z0-9 &/()'-]{0,48}?) ?(?:\([^)]{0,30}\) ?)?:"
)


_DATED = re.compile(r"(?:on|in|by|as of) (?:an? |the )?[a-z0-9 ,/-]{0,30}\d{2}\b")
_RESULT = re.compile(
    r"\b(?:reveal|show|demonstrat|not(?:ed|es|ing)|normal|negative|positive|confirm|consistent|"
    r"impression|indicat|document|report|unremarkable|evidence|identif|suggest|obtained|was done|"
    r"notable|remarkable|significant|abnormal|"
    r"were done|taken|without)|[:=]| - "
)


_AGENT = re.compile(
    r"(?:[a-z, ]{0,30}?\b)?(?:he|she|they|(?:the )?(?:injured )?(?:patient|worker|applicant|"
    r"claimant|employee|member)) (?:also |then |reportedly |previously |initially |currently |"
    r"still |has |had |is |was )*(?:takes|took|taking|tr(?:ied|ialed)|us(?:es|ed|ing)|"
    r"complet(?:ed|es)|attend(?:ed|s)|receiv(?:ed|es)|underwent|participat\w+|failed|finished|"
    r"stopped|started|began|had|wears|wore)\b"
)
_BY_CARE = re.compile(
    r"\b(?:failed|help(?:ed|s)?|gave|wore off|lasted|eased|lowered|brought|"
    r"provide[sd]?|did not|does not|(?:has|have|had|was|were) "
    r"(?:been |also |all |not |only )*(?:tried|trialed|completed|attempted|given|performed|done|"
    r"received|used|administered|unsuccessful|ineffective|effective|helpful|beneficial|exhausted|"
    r"of (?:no|little|some))|reliev(?:ed|es)|improved|benefit\w*|resulted|made|worsened|"
    r"without (?:relief|benefit|improvement|help)|no (?:relief|benefit|improvement|help))\b"
)
_OTHER_SUBJECT = re.compile(
    r"\b(?:is|are|was|were|shows?|showed|reveal\w*|note[ds]?|tender\w*|positive|negative|pain|"
    r"sensation|strength|motion|reflex\w*)\b|:"
)


_ABLATION = re.compile(
    r"(?:\b(?:s/p|status[\s-]post|underwent|had|repeat\w*|prior|previous|first|second|last|facet|"
    r"lumbar|cervical|thoracic|medial branch|mbb?|si joint|genicular|left|right|bilateral|of) |"
    r"\b[clts]\d[\d/,&cltsand -]{0,16} )(?:left |right |facet )?$"
)


_ABLATED = re.compile(
    r"rfas? (?:\w+ )?(?:gave|give[sn]|provid\w+|helped|reliev\w+|reduced|last(?:ed|ing)|wore|"
    r"brought|with (?:\d|good|excellent|great|significant)|yielded|afforded|resulted|on the |"
    r"at (?:the )?[clts]\d|of (?:the )?(?:left |right |bilateral )?[clts]\d)"
)
_BUT_DENIED = re.compile(
    r"\b(?:but|however|though)\b[^.;]{0,40}?\b(?:utilization review|ur|the carrier|the insurer|was|"
    r"were) (?:\w+ )?(?:denied|non-?certified|not certified|modified|refused)"
    r"(?: (?:it|them|this))?(?: by \w+(?: \w+)?)?[.;]?$"
)


class Sentence(NamedTuple):
    """One sentence: offsets in the given text, role, and the day of the note it stands in."""

    start: int
    end: int
    role: str
    date: date | None


class Voice(NamedTuple):
    """A role from its place in the text on, inside one sentence."""

    start: int
    role: str
    explicit: bool
    after: int


def split(reading: Reading) -> list[tuple[int, int]]:
    """Return start and end of each sentence of the folded text."""
    cased, low = reading.cased, reading.low
    cuts: list[int] = []
    counted = 0
    for match in _END.finditer(cased):
        at, end = match.span()
        if end < len(cased) and cased[end] != " " and not _glued(cased, at, end):
            continue
        if (
            cased[at] == "."
            and cased[at - 1 : at].isdigit()
            and (mark := _MARK.search(low[max(0, at - 4) : at]))
        ):
            number = int(mark[1])
            lined = at - len(mark[1]) - 1 in reading.breaks
            if lined:
                pass
            elif number == counted + 1 or (number == 1 and low[max(0, at - 3) : at - 1] == ": "):
                # "1. Naproxen 2. Tramadol": members of one list
                counted = number
                continue
        if cased[at] != "." or _ends(cased, low, at, end):
            cuts.append(end)
    if (at := cased.find(_INTRODUCTION)) >= 0:
        cuts = sorted([*cuts, at + len(_INTRODUCTION)])
    if reading.breaks:
        cuts = sorted({*cuts, *reading.breaks})
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in [*cuts, len(cased)]:
        while cut - start > LONGEST:
            blank = cased.rfind(" ", start, start + LONGEST)
            middle = blank + 1 if blank > start else start + LONGEST
            spans.append((start, middle))
            start = middle
        while start < cut and cased[start] == " ":
            start += 1
        if cut > start:
            spans.append((start, cut))
            start = cut
    return spans


def _glued(cased: str, at: int, end: int) -> bool:
    """Whether two sentences meet here without a blank: "HEP).Currently", "worse.He"."""
    before, after = cased[at - 1 : at], cased[end]
    if before.isdigit() and cased[at] == ".":
        # "of 2016.In a report"
        return after.isupper() and cased[end + 1 : end + 2].islower()
    if before not in _GLUED or not before:
        return False
    if after.isupper():
        return cased[end + 1 : end + 2].islower() or before in ")\"'"
    return after.isdigit() and before in ")\"'"


def _ends(cased: str, low: str, at: int, end: int) -> bool:
    """Whether the full stop at ``at`` ends a sentence."""
    following = cased[end + 1 : end + 2] if cased[end : end + 1] == " " else cased[end : end + 1]
    if following.islower():
        # "approx. 5", "rt. knee": a sentence does not go on in lower case, but one may begin so
        # after a long word.
        word = low[max(0, at - 8) : at]
        return not _ABBREVIATED.search(word) and len(word.rsplit(" ", 1)[-1]) > 3
    before = low[max(0, at - 8) : at]
    match = _ABBREVIATED.search(before)
    if match is None:
        return True
    word = match[0].strip(" (")
    if word == "no":
        return not following.isdigit()
    if word in ("l", "r"):
        # "EHL 4/5 on L. Gait is slow", but "Dr. L. Roe"
        return cased[at - 1].isupper() and low[max(0, at - 3) : at - 1] != ". "
    return word in ("etc", "a.m", "p.m", "b.i.d", "t.i.d", "q.d") and following.isupper()


_TELLS = re.compile(
    r"\b(?:is|was|are|were|has|have|had|he|she|they|who|gave|given|shows?|showed|reveal\w*|rated|"
    r"reports?|reported|den(?:ies|ied)|exam\w*|treat\w*|medications?|tender\w*|not?|result\w*|"
    r"decreas\w+|improv\w+|reliev\w+|underwent|takes?|uses?|used|perform\w*|tried|complain\w*)\b"
    r"|/\s?10\b|\bmg\b"
)


class Carry:
    """The role that goes on from one block of a long text to the next."""

    __slots__ = ("role", "section")

    def __init__(self) -> None:
        """Begin with no role."""
        self.role: str | None = None
        self.section = False


_DOCUMENT_ROLE = {
    "imaging_report": "test",
    "electrodiagnostic_report": "test",
    "laboratory_report": "test",
    "operative_report": "history",
    "utilization_review": "utilization_review",
    "request_for_authorization": "plan",
    "therapy_notes": "history",
}
_DENYING = frozenset(("utilization_review", "guideline", "boilerplate"))


def voices(
    reading: Reading,
    spans: list[tuple[int, int]],
    hits: list[Hit],
    kind: str = "other",
    carry: Carry | None = None,
    cares: Sequence[Hit] = (),
) -> Iterator[tuple[Voice, ...]]:
    """Yield the voices of each sentence, the carried role included; ``carry`` goes on.

    ``cares`` are the treatments and drugs of the text: a sentence that tells what care did is
    history, whatever examination or complaint stands before it.
    """
    carry = carry or Carry()
    headings, carries = lexicon().headings, lexicon().carries
    base = _DOCUMENT_ROLE.get(kind, "other")
    carried = carry.role or base
    section = carry.section
    low = reading.low
    at = care = 0
    for start, end in spans:
        first = at
        while at < len(hits) and hits[at][0] < end:
            at += 1
        found, whole = _cues(low, end, hits[first:at])
        near = min(end, start + 60)
        heading = _HEADING.match(low, start, near) if low.find(":", start, near) >= 0 else None
        if heading is not None and (role := headings.get(heading[1].strip())):
            section = True
            carried = role
            found = [v for v in found if v.start >= heading.end()] if role != "exam" else []
            found.insert(0, Voice(start, role, True, heading.end()))
        if whole == "utilization_review" and (but := _BUT_DENIED.search(low, start, end)):
            # "an ablation was recommended but utilization review denied it": its clause alone
            yield (Voice(start, carried, False, start), Voice(but.start(), whole, True, but.end()))
            continue
        if whole is not None:
            if carries.get(whole):
                carried, section = whole, False
            yield (Voice(start, whole, True, start),)
            continue
        while care < len(cares) and cares[care][0] < start:
            care += 1
        if not found:
            carried, section = _resumed(reading, (start, end), carried, base, section)
            treated = carried in (
                "exam",
                "complaint",
                *(() if section else ("plan",)),
            ) and _tells_of_care(low, start, end, cares[care : care + 1])
            role = "history" if treated else carried
            yield (Voice(start, role, section and not treated, start),)
            continue
        last = found[-1].role
        if found[0].start > start:
            # What stands before the first cue is said in the same voice, unless another goes on.
            lead, explicit = carried, False
            near = (
                found[0].role in ("exam", "complaint", "plan")
                and found[0].start - start < 60
                and not (found[0].role == "plan" and _BY_CARE.search(low, start, found[0].start))
            )
            if near or carried in ("other", *_DENYING):
                lead, explicit = found[0].role, near
            found.insert(0, Voice(start, lead, explicit, start))
        if carries.get(last) or section:
            carried = last if carries.get(last) else carried
        elif not section:
            carried = base if carried in (*_DENYING, "plan") or last != "test" else carried
        yield tuple(found)
    carry.role, carry.section = carried, section


def _resumed(
    reading: Reading, span: tuple[int, int], carried: str, base: str, section: bool
) -> tuple[str, bool]:
    """Return the role that goes on over a sentence without a cue, and whether its section does.

    "On 5-4-16 the provider noted" ends what was decided, what names no diagnosis their list.
    """
    low, (start, end) = reading.low, span
    if carried == "utilization_review" and (
        _DATED.match(low, start, end) or _AGENT.match(low, start, min(end, start + 80))
    ):
        return base, section
    if carried == "assessment" and not _goes_on(reading, start, end):
        return base, False
    return carried, section


def _goes_on(reading: Reading, start: int, end: int) -> bool:
    """Whether a sentence without a cue goes on with a list of diagnoses.

    A line of its own does. In running prose it must name a diagnosis and tell nothing.
    """
    if start in reading.breaks or start - 1 in reading.breaks:
        return True
    return (
        lexicon().heads.search(reading.low, start, end) is not None
        and _TELLS.search(reading.low, start, end) is None
    )


def _tells_of_care(low: str, start: int, end: int, cares: Sequence[Hit]) -> bool:
    """Whether a sentence tells what care was given and how it went; ``cares``: its first if any."""
    if not cares or cares[0][0] >= end:
        return False
    at, stop, _ = cares[0]
    agent = _AGENT.match(low, start, at)
    if agent is not None and at - agent.end() <= 40:
        return True
    return (
        at - start <= 60
        and not _OTHER_SUBJECT.search(low, start, at)
        and _BY_CARE.search(low, stop, end) is not None
    )


def _cues(low: str, end: int, hits: list[Hit]) -> tuple[list[Voice], str | None]:
    """Return the voices that the cues of a sentence begin, and the role that takes it whole."""
    found: list[Voice] = []
    whole: tuple[int, str] | None = None
    for place, stop, entry in hits:
        if low.startswith("rfa", place) and (
            _ABLATED.match(low, place, end) or _ABLATION.search(low, max(0, place - 40), place)
        ):
            # radiofrequency ablation, not a request for authorization
            continue
        if entry.kind == "whole":
            if whole is None or entry.value < whole[0]:
                whole = (entry.value, entry.name)
        elif entry.cue != "weak" or (
            not (found and found[-1].role in ("plan", "history")) and _RESULT.search(low, stop, end)
        ):
            found.append(Voice(place, entry.name, True, stop))
    return found, whole[1] if whole is not None else None


def note_dates(reading: Reading, spans: list[tuple[int, int]]) -> list[date | None]:
    """Return for each sentence the day it speaks of: its own first date, else the last given.

    A date of injury is no day of a visit.
    """
    found = find_dates(reading.cased)
    result: list[date | None] = []
    current: date | None = None
    at, count = 0, len(found)
    for _, end in spans:
        while at < count and found[at][0] < end:
            start, _, value = found[at]
            at += 1
            before = reading.low[max(0, start - 45) : start]
            if before.endswith("since "):
                # "gabapentin since March 2014" is no day of a visit
                continue
            if "injur" not in before and "claim" not in before and "doi" not in before:
                current = value
        result.append(current)
    return result


def sentences(text: str, kind: str = "other") -> list[Sentence]:
    """Return the sentences of ``text`` with role and date.

    ``kind`` is the kind of document (:data:`openimr.model.DOCUMENT_KINDS`); it decides the role of
    sentences without any cue. Nothing is raised for any text.
    """
    reading = Reading(text)
    spans = split(reading)
    scan = lexicon().scan(reading.flat)
    days = note_dates(reading, spans)
    result = []
    for (start, end), voice, day in zip(
        spans, voices(reading, spans, scan.roles, kind, None, scan.cares), days, strict=True
    ):
        role = next((v.role for v in voice if v.explicit), voice[0].role)
        result.append(Sentence(reading.origin(start), _last(reading, end), role, day))
    return result


def _last(reading: Reading, end: int) -> int:
    """Return the given text's offset behind the character before ``end``."""
    return reading.origin(end - 1) + 1 if end else 0


def voice_at(found: tuple[Voice, ...], at: int) -> Voice:
    """Return the voice that speaks at offset ``at``."""
    if len(found) == 1:
        return found[0]
    for voice in reversed(found):
        if voice.start <= at:
            return voice
    return found[0]

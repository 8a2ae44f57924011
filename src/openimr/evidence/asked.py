"""Words of care that are no care given: asked for, planned, hoped for, headings, persons."""

from __future__ import annotations

import re

from openimr.evidence.lexicon import Hit
from openimr.evidence.page import Page

_FINITE = re.compile(
    r"\b(?:is|are|was|were|being|be|been|has|have|had|did|does|do|helps?|helped|failed|gave|"
    r"provided|will|would|should|could|may(?= [a-z])|might|showed|shows|revealed|reveals|"
    r"with(?:out)?|but|he|she|while|although|because|which|reported|noted|reduc\w+|reliev\w+|"
    r"improv\w+|complet\w+)\b|[;.]"
)
_ASKED = re.compile(
    r"(?:(?:is|are|was|were|being|be|been|has|have|had|which|that) )*(?:also |being |now |hereby |"
    r"again |therefore |then |not (?:yet |been )*)*"
    r"(?:will\b|would\b|should\b|may (?:help|be|give|allow)|might\b|recommended|requested|ordered|"
    r"proposed|sought|needed|planned|scheduled|authorized|certified|approved|non-?\s?certified|"
    r"denied|pending|under consideration|submitted|advised|meant|intended|indicated|warranted|"
    r"medically necessary|appropriate|to be\b|to (?:start|begin|continue|include|address|help|"
    r"treat|reduce|allow|rule out|evaluate|assess|determine|clarify))"
)
_TALK = re.compile(
    r"\b(?:to|can|could|may|will|would|and|of|in order to) (?:progress|participat\w+|take part|"
    r"engag\w+|advanc\w+|proceed|resum\w+|tolerat\w+|postpon\w+|delay|prevent|avoid)"
    r"(?: \w+){0,5} $|\b(?:risks?|dangers?|adverse effects?|side effects?|benefits|role|"
    r"long[\s-]term effects?) of (?:\w+ ){0,2}$|\b(?:counsel\w*|educated|warned|cautioned) "
    r"[^.;,]{0,40}$|\bparticipation in (?:\w+ ){0,4}$|\badjunct to (?:\w+ ){0,4}$"
)
_PERSON = re.compile(
    r"s? (?:c/o|complain|report|stat(?:es|ed)|present|den(?:y|ies)|is (?:a |an |here|now|able|not|"
    r"taking|using|doing|currently|in |on |\d)|has (?:a |had|not had|chronic|pain|"
    r"been (?:seen|taking|off|on))|notes|noted|describ|rates|rated|takes|took|feels|felt|"
    r"was (?:seen|last|a |injured|taking|given|involved|lifting|hit|working)|seen|here|returns|"
    r"ambulat|able|unable|may|can |needs|wants|walks|continues to|still|remains|underwent|tried|"
    r"with (?:hx|chronic|low|neck))|'s"
)
_WALKS = re.compile(r"\b(?:ambulat\w+|walk\w*|gait|arriv\w+|weight) [^.;,]{0,30}$")
_NOUN_ASKED = re.compile(
    r"[^;.,]{0,40}?(?<!as )(?:planned|requested|recommended|scheduled|pending|authorized|ordered|"
    r"to rule out|to evaluate|to assess)\b(?! (?:by|in|on|for|of) \w+ (?:gave|helped|provided))"
)


_GRANTED = re.compile(
    r"(?:(?:is|are|was|were|been|has|have|had) )+(?:also |already |since |now )*"
    r"(?:authorized|certified|approved)\b"
)


def granted(page: Page, end: int) -> bool:
    """Whether what ends at ``end`` has been authorized: "the injection was certified"."""
    verb = _FINITE.search(page.low, end, min(page.end, end + 110))
    return verb is not None and _GRANTED.match(page.low, verb.start(), page.end) is not None


def asked_for(page: Page, end: int) -> bool:
    """Whether what ends at ``end`` is only asked for, planned or authorized: "PT was requested"."""
    low, stop = page.low, min(page.end, end + 110)
    verb = _FINITE.search(low, end, stop)
    if verb is not None and _ASKED.match(low, verb.start(), stop):
        return True
    # "Cortisone injection left shoulder planned.", "MRI to rule out a tear"
    return _NOUN_ASKED.match(low, end, min(stop, verb.start() if verb else stop)) is not None


def no_care(page: Page, hit: Hit) -> bool:
    """Whether a word of treatment is a heading, a cause, a person or a hope rather than care."""
    at, end, entry = hit
    low = page.low
    if not entry.imaging and _is_cue(page, at, end):
        return True
    if low.startswith(("-induced", " induced", "-related"), end) or page.heads(at, end):
        return True
    if low[at:end] in ("pt", "pts") and _PERSON.match(low, end):
        # "Pt reports", "pt is a 45 y/o"
        return True
    if _TALK.search(low, max(page.start, at - 60), at):
        return True
    device = entry.name == "lumbar_brace_dme"
    return device and _WALKS.search(low, max(page.start, at - 40), at) is not None


def _is_cue(page: Page, at: int, end: int) -> bool:
    """Whether the words head a list ("current medications include") rather than stand in one."""
    for index, voice in enumerate(page.voices):
        if voice.start <= at < voice.after:
            before = page.voices[index - 1] if index else None
            member = before is not None and before.role == "history" and before.explicit
            return not (member and voice.start == at and voice.after <= end)
    return False

"""Words of care that are no care given: asked for, planned, hoped for, headings, persons."""

from __future__ import annotations

import re

from openimr.evidence.entries import Hit
from openimr.evidence.page import Page

_RESPONSE = (
    r"(?=(?: [\w%/.-]+){0,3}? (?:relief|benefit\w*|improv\w+|help|success|effect|response|results?|"
    r"reduc\w+|decreas\w+|gains?|\d+ ?%))"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|being|be|been|has|have|had|having|did|does|do|helps?|helped|failed|gave|"
    r"provided|will|would|should|could|may(?= [a-z])|might|ought|showed|shows|revealed|reveals|"
    rf"with(?:out)?{_RESPONSE}|but|he|she|while|although|because|which|reported|noted|reduc\w+|"
    r"reliev\w+|improv\w+|complet\w+|never)\b|[;.]"
)
_WISHED = (
    r"recommended|requested|ordered|proposed|suggested|sought|wanted|desired|wished for|asked for|"
    r"applied for|put forward|(?:thought of|contemplated|appealed|needed|planned|scheduled)|"
    r"authorized|certified|approved|non-?\s?certified|submitted|advised|urged|declined|refused|"
    r"offered|cancell?ed|held|put off|delayed|postponed|deferred|withdrawn|discussed|entertained"
)
_ASKED = re.compile(
    r"(?:(?:is|are|was|were|being|be|been|has|have|had|which|that|what) )*(?:also |being |now |"
    r"hereby |again |therefore |then |only |never |(?:being |been |what is |what was )|"
    r"not (?:yet |been )*)*"
    r"(?:(?:he |she |they )?(?:has|have|is|are) yet to\b|will\b|would\b|should\b|"
    r"may (?:help|be|give|allow|follow|become)|"
    r"might\b|ought\b|"
    rf"(?:{_WISHED})\b|denied|pending|awaited|under consideration|at issue|on hold|"
    r"considered(?! (?:to (?:be|have)|an?|the|helpful|successful|effective|complete\w*|failed))|"
    r"meant|intended|indicated|warranted|"
    r"medically necessary|appropriate|to be\b|to (?:start|begin|continue|include|address|help|"
    r"treat|reduce|allow|rule out|evaluate|assess|determine|clarify))"
)
_ASKED_BEFORE = re.compile(
    rf"\b(?:{_WISHED})\b(?: \w+){{0,6}}? (?:is|are|was|were|being)(?: \w+){{0,3}} $|"
    r"\bif (?:the |an? |her |his |any |this )?(?:\w+ )?$|"
    r"\b(?:yet|hopes|hoping|wants|wanted|wishes|waiting|refuses|refused|"
    r"declines|declined) to "
    r"(?:\w+ )?(?:start|begin|have|undergo|get|obtain|try|receive|attend)(?: \w+){0,3} $"
)
_ORDER = re.compile(
    r"(?:\W|\d\.|also |please |will )*(?:request(?:ing)?|recommend(?:ing)?|order(?:ing)?|obtain|"
    r"refer|"
    r"await(?:ing)?|pending|start|begin|proceed with|schedule|"
    r"seeking)\b (?!(?:of|was|is|were|by)\b)"
)
_NO_PLAN = re.compile(
    r"[^.;,]{0,30}?(?: (?:is|are|was|were|has|have|had))? (?:not|never|no longer) "
    r"(?:yet )?(?:been |being )?"
    r"(?:considered|planned|recommended|contemplated|wanted|desired|anticipated|proposed|"
    r"indicated|an option|requested|sought)\b"
)
_TOLD = re.compile(r" (?:been|not|never) (?!with\b|for\b|as follows)")
_JOINED = re.compile(r" and |, (?:an?|the|his|her|another|one|two|further) [^,]*$")
_GAVE = re.compile(
    r", (?:\w+ )?(?:gave|helped|provided|improved|reduced|relieved|failed|did|brought|eased|made)\b"
)
_HAD = re.compile(
    r"\b(?:had|underwent|undergone|received|completed|attended|tried|finished|s/p|status post|"
    r"treated|given|despite|failed|following)\b(?! (?:been |also )*(?:requested|"
    r"asked|recommended|ordered|not|scheduled|"
    r"planned|wanted|proposed|applied))[^.;:]{0,60}$"
)
_TALK = re.compile(
    r"\b(?:to|can|could|may|will|would|and|of|in order to) (?:progress|participat\w+|take part|"
    r"engag\w+|advanc\w+|proceed|resum\w+|tolerat\w+|postpon\w+|delay|prevent|avoid)"
    r"(?: \w+){0,5} $|\b(?:risks?|dangers?|adverse effects?|side effects?|benefits|role|"
    r"long[\s-]term effects?) of (?:\w+ ){0,2}$|"
    r"\b(?:fears?|feared|afraid of|wary of) (?:\w+ ){0,3}$|"
    r"\b(?:counsel\w*|educated|warned|cautioned) "
    r"[^.;,]{0,40}$|\bparticipation in (?:\w+ ){0,4}$|\badjunct to (?:\w+ ){0,4}$"
)
_WALKS = re.compile(r"\b(?:ambulat\w+|walk\w*|gait|arriv\w+|weight) [^.;,]{0,30}$")
_NOUN_ASKED = re.compile(
    r"[^;.,]{0,40}?(?<!as )(?:planned|requested|recommended|scheduled|pending|authorized|"
    r"ordered|"
    r"to rule out|to evaluate|to assess|if (?:no|not|still|symptoms|pain|there|it|needed|"
    r"indicated))\b(?! (?:by|in|on|for|of) \w+ (?:gave|helped|provided))"
)
_AS_ADJUNCT = re.compile(r" as an? (?:adjunct|complement|supplement)\b")
_GAVE_ANY = re.compile(r"\b(?:gave|brought|helped|provided|reliev\w+|was|were|has|had)\b")
_FIRST_COURSE = re.compile(
    r"(?:(?:this|it) (?:is|would be|will be) )?(?:an? |the |his |her )?(?:first|initial|new) "
    r"(?:course|trial|round|set|series) of (?:\w+ )?"
)


_GRANTED_BY = re.compile(
    r"\b(?:carrier|insurer|administrator|adjuster|employer) (?:has |had |have )?(?:also |since )?"
    r"(?:authorized|certified|approved)(?: \w+){0,4} $"
)
_GRANTED = re.compile(
    r"(?:(?:is|are|was|were|been|has|have|had) )+(?:also |already |since |now )*"
    r"(?:authorized|certified|approved)\b"
)


_UNWANTED = re.compile(
    r"\b(?:(?:not|no longer) interested in|no interest in|(?:does|do|did|would)(?: not|n't) "
    r"(?:want|wish|desire|care)|declin\w+|refus\w+|(?:wants|wishes|hopes|prefers|"
    r"would like) to avoid|"
    r"reluctant\w* (?:to|about)|opposed to|(?:hold(?:ing)?|put(?:ting)?) off(?: on)?)\b"
    r"(?: \w+){0,4}? $"
)


def unwanted(page: Page, at: int) -> bool:
    """Whether the patient does not want the care at ``at``: "declines surgery"."""
    return _UNWANTED.search(page.low, max(page.start, at - 60), at) is not None


def granted(page: Page, at: int, end: int) -> bool:
    """Whether what stands at ``at``..``end`` has been authorized: "the injection was certified"."""
    if _GRANTED_BY.search(page.low, max(page.start, at - 70), at):
        # "the carrier authorized the arthroscopy"
        return True
    verb = _FINITE.search(page.low, end, min(page.end, end + 110))
    return verb is not None and _GRANTED.match(page.low, verb.start(), page.end) is not None


def asked_for(page: Page, at: int, end: int) -> bool:
    """Whether care at ``at``..``end`` is only asked for, planned or authorized: "PT is sought"."""
    low, stop = page.low, min(page.end, end + 110)
    before = max(page.start, at - 90)
    if (
        _ASKED_BEFORE.search(low, before, at)
        or (at - page.start <= 60 and _ORDER.match(low, page.start, at))
        or _GRANTED_BY.search(low, before, at)
        or _FIRST_COURSE.fullmatch(low, page.start, at)
    ):
        # "First course of PT.", "the thing proposed is an injection", "if therapy fails"
        return True
    verb = _FINITE.search(low, end, stop)
    if verb is not None and (asked := _ASKED.match(low, verb.start(), stop)):
        if verb[0] == "which" and _GAVE.search(low, asked.end(), page.end):
            # "therapy, which was approved in May, gave relief"
            return False
        # "He had an injection and is scheduled for another": given, whatever else is planned
        joined = _JOINED.search(low[end : verb.start() + 1]) is not None
        return not (joined and _HAD.search(low, before, at))
    if _AS_ADJUNCT.match(low, end, stop) and not _GAVE_ANY.search(low, page.start, page.end):
        # "Acupuncture as an adjunct."
        return True
    # "Cortisone injection left shoulder planned.", "MRI to rule out a tear"
    return _NOUN_ASKED.match(low, end, min(stop, verb.start() if verb else stop)) is not None


def no_plan(page: Page, end: int) -> bool:
    """Whether what ends at ``end`` is said not to be planned: "surgery is not being considered"."""
    return _NO_PLAN.match(page.low, end, page.end) is not None


_OWN_HEADING = re.compile(r"(?:s|ation)?(?: (?:report|note|dated [\d/-]+))* ?:")


def no_care(page: Page, hit: Hit) -> bool:
    """Whether a word of treatment is a heading, a cause, a person or a hope rather than care."""
    at, end, entry = hit
    low = page.low
    if not entry.imaging and _is_cue(page, at, end):
        return True
    if low.startswith(("-induced", " induced", "-related"), end) or page.heads(at, end):
        return True
    if "consult" in low[at:end] and _OWN_HEADING.match(low, end, page.end):
        # "2/3/15 Psych consult: BDI 24": the report itself
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
            told = _TOLD.match(page.low, voice.after)
            # "therapy has | been had" heads no list
            return told is None and not (member and voice.start == at and voice.after <= end)
    return False

"""How a finding is asserted: present, negated, hedged or planned; current or past.

A small engine of its own in the manner of ConText: cues with a direction and a scope
(``context.yaml``), ended by words that turn the sentence. It differs in knowing lists: "no A, B or
C" denies all three, "no A, B was noted" only A, "no A but B" not B.
"""

from __future__ import annotations

import re
from typing import Literal, cast

from openimr.evidence.entries import Hit
from openimr.model import Polarity

Said = Polarity | Literal["undocumented"]
Scope = tuple[int, int, str, int]
"""start, end, cue, first: the stretch that a cue governs, and where the cue itself begins."""

_VERB = re.compile(
    r" (?:was|were|is|are|has|had|have|reports?|reported|noted|showed|shows|reveals?|revealed|"
    r"can|could|does|did|will|would|continues?|remains?|states?|stated|radiat\w+|helped|helps|"
    r"appears?|seems?|takes|uses|works|underwent|ma[dk]es?|caus(?:ed|es)|gave|gives|brought|brings|"
    r"needs|gets|feels|felt) "
)
_OR = re.compile(r"\b(?:or|nor)\b")
_TURN = re.compile(
    r"\b(?:decreased|positive|limited|diminished|restricted|tender|reduced|present|complain\w*|"
    r"mild|moderate|severe|antalgic|weak|absent|abnormal|at least|\d+/\d+)\b"
)
_IS = re.compile(r"\b(?:was|were|is|are|tested|tests|remains?)(?: noted)?(?: to be| as)? $")
_AND = re.compile(r",| and | or ")
# "no effusion with tenderness"; "no operation and the psychologist having cleared him";
# "not helped by therapy": the therapy was given
_TURNED = re.compile(
    r" (?:(?:resolved?|relieved?|eased?|helped?|controlled?|alleviated?|cured?|settled?|lessened|"
    r"reduced?|stopped) (?=(?:the|his|her|their|this|these) )|"
    r"with (?=positive|decreased|limited|restricted|diminished|reduced|severe|moderate|mild|"
    r"tenderness|spasm|painful)|and (?=(?:limited|restricted|full|intact|symmetric) |(?:decreased|"
    r"diminished|reduced) (?:range|motion|rom|light touch|strength|sensation (?:in|over|along))|"
    r"(?:needs|requires|takes|uses|gets|wears|lives|walks|works|receives|relies|depends|lies) |"
    r"(?:the|his|her|their|its|an?|this|that|these|those|he|she|"
    r"it|they|there)\b(?: \w+){0,3}? (?:having|being|was|were|is|are|has|had|have|did|does|can|"
    r"will|reports?)\b)|(?:helped|relieved|improved|controlled|eased|managed|cured|settled|responded)"
    r"(?: \w+)? (?:by|with|to|from) |(?:was|were|been) (?:\w+ )?(?:given|offered|"
    r"provided|done|performed|prescribed|tried|received) (?:for|because|despite|after) )"
)
_RELATIVE = re.compile(r" (?:that|which) (?:is|was|are|were) $")
_UNDONE = re.compile(
    r"(?:is|was|were|could|cannot|can)(?: not)?(?: be)? (?:performed|done|assessed|tested|"
    r"evaluated|determined|difficult to assess|limited by pain)\b"
)
_MEMBER = re.compile(r"[,;] (?:and )?| and ")
_COMMA = re.compile(r"[,;] (?:and |but )?")
_CLAUSE = re.compile(
    r"[;:]|, (?:and|but|while)? ?(?:there|he|she|it|the patient)\b|\bbut\b|\bhowever\b"
)


def scopes(low: str, start: int, end: int, hits: list[Hit]) -> list[Scope]:
    """Return the scopes of the cues among ``hits``, the word hits of the sentence start..end."""
    found: list[Scope] = []
    stops: list[int] | None = None
    for at, stop, entry in hits:
        cue = entry.cue
        if cue is None or entry.kind not in ("before", "after", "result"):
            continue
        if stops is None:
            stops = [
                h[0] for h in hits if h[2].kind == "stop" or h[2].name in ("positive for", "+")
            ]
        mark = cue + "!" if entry.kind == "result" else cue
        closes = entry.kind == "after" or entry.scope == "clause"
        if not closes:
            last = _forward(low, stop, end, entry.scope or "list", stops)
            if cue == "past" and (now := low.find(" with ", stop, last)) >= 0:
                # "status post fusion with residual leg pain": the pain is of today
                last = now
            found.append((stop, last, mark, at))
        if closes or (entry.kind == "result" and _IS.search(low, start, at)):
            found.append((_backward(low, start, at), at, mark, at))
    return found


def _forward(low: str, at: int, end: int, scope: str, stops: list[int]) -> int:
    """Return where the scope of a cue that looks ahead from ``at`` ends."""
    for stop in stops:
        if stop >= at:
            end = min(end, stop)
            break
    if scope == "word":
        match = _AND.search(low, at, end)
        return match.start() if match else end
    turned = _TURNED.search(low, at, end)
    if turned:
        end = turned.start()
    semicolon = low.find(";", at, end)
    if semicolon >= 0:
        end = semicolon
    comma = low.find(",", at, end)
    if comma >= 0 and low.startswith(" who ", comma + 1):
        # "her mother, who has diabetes"
        comma = low.find(",", comma + 1, end)
    if comma < 0:
        return end
    return _list_end(low, comma, end, scope)


def _list_end(low: str, comma: int, end: int, scope: str) -> int:
    """Return where a scope that holds a comma ends: there, or behind the members of a list."""
    if scope == "phrase" and not _OR.search(low, comma, min(end, comma + 60)):
        return comma
    # A list goes on while its members are short and carry no verb or result of their own.
    last = _last_or(low, comma, end)
    while comma >= 0:
        following = low.find(",", comma + 1, end)
        member_end = following if following >= 0 else end
        if comma >= last:
            verb = _VERB.search(low, comma, member_end)
            turn = _TURN.search(low, comma, member_end)
            if verb or turn or member_end - comma > 60:
                return comma
        elif (verb := _VERB.search(low, comma, member_end)) and not _OR.search(
            low, comma, verb.start()
        ):
            return comma
        comma = following
    return end


def _last_or(low: str, at: int, end: int) -> int:
    """Return where the last "or" of the list begins its member, or ``at`` where there is none."""
    last = at
    for match in _OR.finditer(low, at, min(end, at + 400)):
        last = match.start()
    return last


def _backward(low: str, start: int, at: int) -> int:
    """Return where the clause begins that a cue at ``at`` closes."""
    relative = _RELATIVE.search(low, start, at)
    if relative or _UNDONE.match(low, at):
        # "tenderness and a raising test that is negative"; "spasm, and McMurray could not be done"
        members = list((_MEMBER if relative else _COMMA).finditer(low, start, at))
        if members:
            return members[-1].end()
    begin = start
    for match in _CLAUSE.finditer(low, max(start, at - 250), at):
        begin = match.end()
    verb = -1
    for match in _VERB.finditer(low, begin, max(begin, at - 1)):
        verb = match.end()
    if verb >= 0 and (comma := low.find(",", verb, at)) >= 0:
        begin = comma
    return begin


def polarity(at: int, end: int, found: list[Scope], results: bool = True) -> tuple[Said, bool]:
    """Return the polarity of what stands at ``at``..``end`` and whether it is of the past.

    With ``results`` false, "negative" and "absent" are left to the reading of named tests.
    Of several cues a denial wins over a hedge, a hedge over a plan; two denials lift each other
    only in "cannot rule out", which is a cue of its own.
    """
    result: Said = "present"
    past = False
    for low, high, said, first in found:
        # "no history of | ulcer": a term that begins within the cue is governed, too
        if not ((low <= at or first < at < low < end) and end <= high + 1):
            continue
        if said[-1] == "!" and not results:
            continue
        cue = said.rstrip("!")
        if cue in ("negated", "undocumented"):
            return cast(Said, cue), past
        if cue == "hedged":
            result = "hedged"
        elif cue == "planned":
            if result == "present":
                result = "planned"
        else:
            past = True
    return result, past

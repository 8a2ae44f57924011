"""What a rationale claims: of criteria, that they are met or not; of the patient, facts.

Pure functions over text. A claim is only made where a sentence both names what it is about and
says what holds of it; everything else is left to the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openimr.evidence import find_facts
from openimr.evidence import sentences as split
from openimr.model import Fact, Finding, Status

_KIND = "clinical_summary"
_NEGATION = r"(?:no|not|nor|neither|never|none|without|lacks?|lacking|absence|absent|missing)"
_TELLING = (
    r"(?:document\w*|evidence|records?|mention\w*|noted|report\w*|describ\w*|indicat\w*|shows?|shown|"
    r"demonstrat\w*|provided|submitted|identif\w*|found|listed|stated)"
)
_SILENT = re.compile(
    rf"\b{_NEGATION}\b[^.;:]{{0,60}}\b{_TELLING}\b|\b{_TELLING}\b[^.;:]{{0,40}}\b{_NEGATION}\b",
    re.I,
)
_SAYS_SILENT = re.compile(
    rf"^.*?\b{_NEGATION}\b[^.;:]{{0,30}}?\b{_TELLING}(?:\s+(?:of|that|for|in\s+the\s+\w+|any|an?|the))*"
    rf"|\b(?:is|are|was|were)\s+{_NEGATION}\b[^.;:]{{0,20}}\b{_TELLING}\b.*$",
    re.I | re.S,
)
_NOT_MET = re.compile(
    r"\bnot\s+(?:yet\s+)?(?:been\s+)?(?:met|satisfied|fulfilled)\b|\b(?:does|do|did)\s+not\s+"
    r"(?:meet|satisfy|fulfill?)\b|\bfail(?:s|ed)?\s+to\s+(?:meet|satisfy)\b|\bunmet\b",
    re.I,
)
_MET = re.compile(
    r"\b(?:is|are|was|were|been)\s+(?:met|satisfied|fulfilled)\b|\b(?:meets|satisfies|fulfill?s)\b",
    re.I,
)
_GUIDELINE = re.compile(
    r"\b(?:guidelines?|mtus|odg|acoem|criteri(?:a|on)|recommend\w*|requires?|required|asks?\s+for|"
    r"should|must|indicated\s+(?:for|when|if)|supports?\s+the\s+use)\b",
    re.I,
)
_POINTS_BACK = re.compile(r"\s*(?:however,?\s+)?(?:this|that|it|these|those|both|neither)\b", re.I)
_WORD = re.compile(r"[a-z][a-z-]{3,}")
_EMPTY = frozenset(
    (
        "this",
        "that",
        "these",
        "those",
        "with",
        "from",
        "have",
        "been",
        "were",
        "will",
        "would",
        "when",
        "where",
        "which",
        "there",
        "their",
        "they",
        "than",
        "then",
        "into",
        "least",
        "more",
        "less",
        "documented",
        "documentation",
        "record",
        "records",
        "treatment",
        "request",
        "patient",
        "worker",
        "following",
        "guideline",
        "shows",
        "show",
    )
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_SHORT_ANSWER = 90
_OVERLAP = 0.6


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that says of a criterion what holds of it."""

    finding: Finding
    status: Status
    quote: str


def claims_of(text: str, findings: Sequence[Finding], request: str = "") -> Iterator[Claim]:
    """What a rationale says of criteria, in its order.

    Args:
        text: a rationale.
        findings: those of its item; contraindications are left out, because "met" is said of
            them in two senses.
        request: the disputed item, whose words name no criterion.
    """
    common = _words(request)
    sought = [
        (finding, words)
        for finding in findings
        if finding.kind != "contraindication" and len(words := _words(finding.says) - common) > 1
    ]
    about: list[Finding] = []
    before = ""
    for start, end in _sentences(text):
        sentence = text[start:end]
        own = [finding for finding, words in sought if _mentions(sentence, words)]
        points_back = (
            not own and len(sentence) < _SHORT_ANSWER and _POINTS_BACK.match(sentence) is not None
        )
        status = status_said(sentence)
        if status is not None:
            quote = f"{before} {sentence}".strip() if points_back else sentence
            for finding in about if points_back else own:
                yield Claim(finding, status, quote)
        if not points_back:
            about, before = own, sentence


def status_said(sentence: str) -> Status | None:
    """What a sentence says of the criterion that it names."""
    # What the record is quoted with says nothing of the criterion itself.
    plain = _QUOTED.sub(" ", sentence)
    if _NOT_MET.search(plain):
        return "not_met"
    if _SILENT.search(plain):
        return "not_documented"
    return "met" if _MET.search(plain) else None


def stated_facts(text: str, findings: Sequence[Finding] = ()) -> Iterator[tuple[Fact, str, bool]]:
    """Facts that a rationale states of the patient, with their sentence and whether the sentence
    says that the record is silent.

    What is said of the guideline, the words of a criterion and quotes from the record are left
    out: they state nothing of the patient.
    """
    plain = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    for finding in findings:
        says = re.escape(finding.says.rstrip("."))
        plain = re.sub(says, lambda match: " " * len(match[0]), plain, flags=re.I)
    facts = find_facts(plain, kind=_KIND)
    for start, end in _sentences(text):
        sentence = text[start:end]
        if _GUIDELINE.search(plain, start, end):
            continue
        is_silent = status_said(plain[start:end]) == "not_documented"
        stated = [
            fact
            for fact in facts
            if start <= fact.start < end and fact.polarity in ("present", "negated")
        ]
        if is_silent and not stated:
            # Such a sentence tells of the record, not of the patient, and holds no fact by itself.
            stated = find_facts(_SAYS_SILENT.sub("", plain[start:end]), kind=_KIND)
        for fact in stated:
            yield fact, sentence, is_silent


def _sentences(text: str) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in split(text, _KIND)]


def _words(text: str) -> frozenset[str]:
    return frozenset(word[:6] for word in _WORD.findall(text.lower()) if word not in _EMPTY)


def _mentions(sentence: str, words: frozenset[str]) -> bool:
    return len(words & _words(sentence)) >= max(2, _OVERLAP * len(words))

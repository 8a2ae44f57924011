"""The rationale, written from the trace: no sentence without a criterion or a span behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from openimr.guidelines.guideline import Criterion
from openimr.model import Citation, Decision, Evidence, Finding
from openimr.reviews.requests import Request

_QUOTED = 3
_REACH = 110
_BREAK = re.compile(
    r"(?<![A-Z0-9])\.\s*(?=[A-Z])|[.!?]\s+(?=[A-Z])|;\s|\n\s*\n"
    r"|\n?[A-Z][A-Z /&'’()-]{4,}\n|^[^\n]*\bPage \d+(?: of \d+)?\s*\n",
    re.M,
)
"""Ends of a clause: a sentence's end, a semicolon, a heading line, a page's foot."""


def write_rationale(
    request: Request,
    guidelines: Sequence[Citation],
    criteria: Sequence[Criterion],
    findings: Sequence[Finding],
    decision: Decision,
    texts: Mapping[str, str],
    *,
    parent_request: str | None = None,
) -> str:
    """Plain-language reasons for a proposal.

    Args:
        request: the disputed item as read.
        guidelines: the editions that govern, first the one that decides.
        criteria: the criteria that were tested, in the order of ``findings``.
        findings: the findings with their effects.
        decision: the proposed decision.
        texts: the text of each document by name, from which quotes are taken with their clause.
        parent_request: the words of the item this one depends on, when that is upheld.
    """
    parts = [f"{_authority(guidelines)} governs this request."]
    if parent_request is not None:
        parts.append(
            f"The request depends on another item in dispute, {_in_quotes(parent_request)}, "
            "which is proposed as not medically necessary."
        )
    pairs = list(zip(criteria, findings, strict=True))
    if decision == "Overturned":
        parts += _supported(pairs, texts)
        parts.append(_closing(pairs, request))
    else:
        parts += _defeated(pairs, texts)
        parts.append(f"Therefore, the request for {request.text} is not medically necessary.")
    return " ".join(parts)


def _closing(pairs: Sequence[tuple[Criterion, Finding]], request: Request) -> str:
    failing = [f.says for _, f in pairs if f.effect == "defeats"]
    if not failing:
        return f"The criteria are met, and the request for {request.text} is medically necessary."
    return (
        f"The summary does not show the following: {_list(failing)}. On the rest of the record the "
        f"request for {request.text} is medically necessary."
    )


def _authority(guidelines: Sequence[Citation]) -> str:
    if not guidelines:
        return "No guideline held in the library"
    first = guidelines[0]
    name = " ".join(
        str(part)
        for part in (first.body if first.body != "other" else None, first.chapter, first.year)
        if part
    )
    section = f", section {first.section}," if first.section else ""
    pages = (
        f", page(s) {', '.join(map(str, first.pages))},"
        if first.pages and not first.section
        else ""
    )
    return f"The {name}{section}{pages}"


def _supported(pairs: Sequence[tuple[Criterion, Finding]], texts: Mapping[str, str]) -> list[str]:
    sentences = []
    for criterion, finding in pairs:
        if finding.effect == "supports" and finding.evidence and criterion.weight == "core":
            sentences.append(_support(criterion, finding, texts))
        elif finding.effect == "waived":
            sentences.append(f"{_asks(criterion)} This is waived in this case.")
    gaps = [f.says for _, f in pairs if f.effect == "gap" and f.status == "not_documented"]
    if gaps:
        sentences.append("Not documented, without defeating the request: " + _list(gaps) + ".")
    return sentences


def _support(criterion: Criterion, finding: Finding, texts: Mapping[str, str]) -> str:
    if criterion.kind == "contraindication":
        return (
            f"The guideline would speak against the request where {_stop(_lower(criterion.says))} "
            f"The record shows otherwise: {_quotes(finding, texts)}."
        )
    return f"{_asks(criterion)} This is met: {_quotes(finding, texts)}."


def _defeated(pairs: Sequence[tuple[Criterion, Finding]], texts: Mapping[str, str]) -> list[str]:
    sentences = []
    silent: list[Finding] = []
    for criterion, finding in pairs:
        if finding.effect == "defeats":
            if finding.status == "not_documented":
                silent.append(finding)
            else:
                sentences.append(_failure(criterion, finding, texts))
    if silent:
        sentences.append(_silence(silent))
    met = [f for c, f in pairs if f.effect == "supports" and f.evidence and c.weight == "core"]
    if met:
        sentences.append(
            "The record does show the following: "
            + "; ".join(f"{_lower(f.says)} ({_quotes(f, texts, 1)})" for f in met)
            + "."
        )
    return sentences


def _failure(criterion: Criterion, finding: Finding, texts: Mapping[str, str]) -> str:
    asks = _asks(criterion)
    if criterion.kind == "contraindication":
        return (
            "The guideline speaks against the request where this holds: "
            f"{_stop(_lower(criterion.says))} The record shows it: {_quotes(finding, texts)}."
        )
    if criterion.kind == "limit":
        shown = f": {_quotes(finding, texts)}" if finding.evidence else ""
        return f"{asks} The request exceeds this limit{shown}."
    shown = f": {_quotes(finding, texts)}" if finding.evidence else ""
    return f"{asks} This is not met{shown}."


def _silence(findings: Sequence[Finding]) -> str:
    """One sentence for all that the guideline asks for and the records do not show."""
    documents = findings[0].searched.documents if findings[0].searched else ()
    where = f" in the records searched ({', '.join(documents)})" if documents else ""
    if len(findings) == 1:
        asked = _stop(_lower(findings[0].says))
        return f"The guideline asks for the following: {asked} This is not documented{where}."
    return (
        f"The guideline asks for the following, none of which is documented{where}: "
        f"{_list([f.says for f in findings])}."
    )


def _asks(criterion: Criterion) -> str:
    verb = "sets a limit" if criterion.kind == "limit" else "asks for the following"
    return f"The guideline {verb}: {_stop(_lower(criterion.says))}"


def _quotes(finding: Finding, texts: Mapping[str, str], most: int = _QUOTED) -> str:
    if not finding.evidence:
        return "as the request itself states"
    quoted: dict[str, None] = {}
    for evidence in finding.evidence:
        page = f", page {evidence.page}" if evidence.page else ""
        words = clause(texts.get(evidence.document, ""), evidence)
        quoted.setdefault(f"{_in_quotes(words)} ({evidence.document}{page})")
        if len(quoted) == most:
            break
    return "; ".join(quoted)


def clause(text: str, evidence: Evidence) -> str:
    """The words of a span with the rest of their clause, so that a quote can be judged by itself.

    Takes at most :data:`_REACH` characters to either side, and never crosses the end of a
    sentence. Gives the bare span where the text is not at hand.
    """
    if text[evidence.start : evidence.end] != evidence.quote:
        return evidence.quote
    # One character more on either side, so that a break at the very edge is seen as one.
    first = max(0, evidence.start - _REACH)
    breaks = [m.end() for m in _BREAK.finditer(text, first, evidence.start + 1)]
    inside = [end for end in breaks if end <= evidence.start]
    start = inside[-1] if inside else first
    if not inside and first:
        start = first + len(text[first : evidence.start].partition(" ")[0]) + 1
    stop = _BREAK.search(text, evidence.end - 1, evidence.end + _REACH)
    end = max(evidence.end, stop.start()) if stop else min(len(text), evidence.end + _REACH)
    if not stop and end < len(text):
        end = evidence.end + len(text[evidence.end : end].rpartition(" ")[0])
    return " ".join(text[min(start, evidence.start) : end].split()).strip(" .;:,")


def _in_quotes(text: str) -> str:
    return "“" + " ".join(text.split()) + "”"


def _stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _lower(text: str) -> str:
    text = text.rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _list(texts: Sequence[str]) -> str:
    return "; ".join(_lower(text) for text in texts)

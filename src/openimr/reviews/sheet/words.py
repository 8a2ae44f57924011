"""The words of the review sheet: how codes of the model are put to people, and safe plain text."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal

from openimr.guidelines.show import CERTAINTIES
from openimr.model import Citation, Finding

Tone = Literal["good", "bad", "gap", "plain"]

MACHINE: Final = "DRAFT - proposal of the machine, not a determination"
WHO_DECIDES: Final = "A physician reviewer decides and signs."
BANNER: Final = {
    True: MACHINE,
    False: "Attested by the physician reviewer",
}
DISPLAY_NAME: Final = {
    "requirement": "Requirement",
    "contraindication": "Contraindication",
    "limit": "Limit",
    "documentation": "Documentation",
    "alternative": "Alternative",
    "permit": "Permit",
    "present": "stated",
    "negated": "denied or absent",
    "hedged": "uncertain",
    "planned": "planned or requested",
    "patient": "patient's complaint",
    "exam": "examination",
    "test": "test report",
    "provider": "provider",
    "utilization_review": "utilization review",
    "request": "request",
    "wrist_hand": "wrist and hand",
    "ankle_foot": "ankle and foot",
    "whole": "whole body",
    "postop": "postoperative",
    "retro": "retrospective",
}
POLARITIES: Final = ("present", "negated", "hedged", "planned")
DECISION: Final = {
    "Upheld": "the denial of utilization review stands",
    "Overturned": "the treatment is medically necessary",
}
EFFECT: Final = {
    "supports": "supports the request",
    "defeats": "counts against the request",
    "gap": "gap in the record",
    "waived": "waived",
    "neutral": "",
    "not_asked": "not asked at this phase",
}
_STATUS: Final = {"met": "Met", "not_met": "Not met", "not_documented": "Not documented"}
_STATUS_BY_KIND: Final = {
    ("contraindication", "met"): "Triggered",
    ("contraindication", "not_met"): "Not triggered",
    ("limit", "met"): "Within limit",
    ("limit", "not_met"): "Exceeded",
}
_EFFECT_TONE: Final[dict[str, Tone]] = {
    "supports": "good",
    "defeats": "bad",
    "gap": "gap",
    "waived": "plain",
    "not_asked": "plain",
}

# Control characters, lone surrogates and noncharacters have no place in XML, HTML or a terminal;
# embedding and override marks can make a sentence read otherwise than it is stored.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def plain(text: object) -> str:
    """Return `text` fit for any output: line ends unified, unprintable characters replaced.

    Control characters (terminal escapes among them) become U+FFFD; marks that override the
    writing direction are shown by their code point, for they would silently reorder the record.
    """
    words = str(text)
    if words.isascii() and words.isprintable():
        return words
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    words = _CONTROL.sub("\ufffd", words)
    return _BIDI.sub(lambda m: f"[U+{ord(m.group()):04X}]", words)


def name(code: str) -> str:
    """Return the words for a code of the model; unknown codes lose their underscores."""
    return DISPLAY_NAME.get(code) or plain(code).replace("_", " ")


def day(value: date | None) -> str:
    """Return a date as ``January 5, 2017``; the empty string for none."""
    return f"{value:%B} {value.day}, {value.year}" if value else ""


def number(value: float) -> str:
    """Return a number without a needless decimal point."""
    return f"{value:g}"


def fact_value(value: bool | int | float | str | None, unit: str | None = None) -> str:
    """Return a fact's value in words, with its unit where it has one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    words = number(value) if isinstance(value, int | float) else plain(value)
    if not unit:
        return words
    # A scale (0-10) is not counted in, as weeks and visits are.
    return f"{words} {plain(unit)}" if unit[0].isalpha() else f"{words} ({plain(unit)})"


def probability(value: float | None) -> str:
    """Return a probability as whole per cent, never claiming certainty."""
    if value is None:
        return "not estimated"
    if value > 0.99:
        return "over 99%"
    if value < 0.01:
        return "under 1%"
    return f"{value:.0%}"


def citation(value: Citation) -> str:
    """Return a guideline with its edition on one line."""
    title = " ".join(filter(None, (value.body, value.chapter)))
    edition = f"{title} ({value.year})" if value.year else title
    parts = [edition]
    if value.section:
        parts.append(value.section)
    if value.pages:
        parts.append(f"page{'s' if len(value.pages) > 1 else ''} {_ranges(value.pages)}")
    return plain(", ".join(parts))


def certainty(code: str | None) -> str:
    """Return how sure the library is of a criterion's wording; unknown codes as they stand."""
    return CERTAINTIES.get(code, plain(code)) if code else ""


def _ranges(pages: tuple[int, ...]) -> str:
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in runs)


def status(finding: Finding) -> str:
    """Return the status for people: a contraindication is triggered, a limit exceeded."""
    return status_of(finding.kind, finding.status)


def status_of(kind: str, status: str) -> str:
    """Return a status (``met``, ``not_met`` ...) for people, by the kind of its criterion."""
    return _STATUS_BY_KIND.get((kind, status)) or _STATUS[status]


def tone(finding: Finding) -> Tone:
    """Return how the status weighs on the request: for it, against it, a gap, or neither.

    The engine's `effect` speaks where it is set; else kind and status do, as in the rule that a
    gap defeats only what must be documented.
    """
    if finding.effect == "defeats" and finding.status == "not_documented":
        return "gap"
    if finding.effect in _EFFECT_TONE:
        return _EFFECT_TONE[finding.effect]
    if finding.kind == "contraindication":
        return "bad" if finding.status == "met" else "plain"
    if finding.status == "met":
        return "good"
    if finding.kind in ("permit", "alternative"):
        return "plain"
    return "bad" if finding.status == "not_met" else "gap"

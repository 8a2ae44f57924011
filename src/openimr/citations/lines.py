"""Guideline lines: "Decision based on MTUS … Decision based on Non-MTUS Citation …"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openimr.citations.inside import inside
from openimr.citations.outside import outside
from openimr.model import Citation

STATEMENT = re.compile(
    r"Decision\s+based\s+on\s+(?:(?P<outside>Non[\s-]*MTUS(?:\s+Citations?)?)|(?P<mtus>MTUS\b))"
    r"\s*:?\s*",
    re.IGNORECASE,
)
# What ends a statement: the next one, an opening sentence, a label of the letter, a blank line.
_END = re.compile(
    r"\bDecision\s+based\s+on\b"
    r"|\bThe\s+(?:Claims\s+Administrator|(?:Expert|Physician|Professional|IMR)\s+Reviewer)\s+"
    r"(?:based|did)\b"
    r"|\b(?:MAXIMUS|Claims\s+Administrator|IMR|Reviewer)\s+guidelines?\s*:|\bDecision\s+rationale\s*:"
    r"|\bRationale\s*:|\n\s*\n",
    re.IGNORECASE,
)


def statements(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each "Decision based on …" with the offset at which it ends."""
    at = 0
    while match := STATEMENT.search(text, at):
        end = _END.search(text, match.end())
        at = end.start() if end else len(text)
        yield match, at


def from_statement(text: str, match: re.Match[str], end: int) -> list[Citation]:
    """The citations of one statement."""
    if match["outside"] is not None:
        return list(outside(text, match.end(), end))
    return list(inside(text, match.end(), end))

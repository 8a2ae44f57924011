"""Terms of the rule data: every reading of their alternatives, plurals, units."""

from __future__ import annotations

import re
from itertools import product

_INNER = re.compile(r"\(([^()]*\|[^()]*)\)")


def expand(term: str) -> list[str]:
    """Return every reading of a term with alternatives, blanks folded, lower case."""
    done: dict[str, None] = {}
    todo = [term.lower().replace("-", " ")]
    while todo:
        one = todo.pop()
        # even parts are plain, odd parts alternatives without brackets of their own
        parts = _INNER.split(one)
        choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
        nested = any("|" in part for part in parts[::2])
        for chosen in product(*choices):
            joined = "".join(chosen)
            if nested:
                todo.append(joined)
            elif reading := " ".join(joined.split()):
                done[reading] = None
    return list(done)


def plural(term: str) -> list[str]:
    """Return the term, and its plural where one may be formed by an s."""
    if term[-1:].isalpha() and not term.endswith(("s", "ed", "ing")) and len(term) > 3:
        return [term, term + "s"]
    return [term]


def units(pattern: str) -> str:
    """Let a pattern read "wks", "mos", "yrs" and "hrs" wherever it reads weeks to hours."""
    for long, both in (
        ("weeks?", "w(?:ee)?ks?"),
        ("months?", "mo(?:nth)?s?"),
        ("years?", "y(?:ea)?rs?"),
        ("hours?", "h(?:ou)?rs?"),
    ):
        pattern = pattern.replace(long, both)
    return pattern

"""Terms and patterns of the rule data: alternatives, plurals, units, shared words."""

from __future__ import annotations

import re
from itertools import product

SHARED = {
    "NUM": (
        r"(?:\d{1,4}(?:\.\d+)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
        r"twelve|fifteen|sixteen|eighteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
        r"(?:-(?:four|five))?|several|a few|half))"
    ),
    "SOME": (
        r"(?: (?:some|about|approximately|approx\.?|around|roughly|nearly|almost|at least|"
        r"more than|over|just (?:over|under)|well over|up to|upwards of|close to|a good|a full|"
        r"a|only|the better part of|most of|the (?:next|first|ensuing|following|past|last)))*"
    ),
    "CARE": (
        r"(?:therap(?:y|ies)|pt|ot|physio\w*|rehab\w*|exercis\w+|hep|stretch\w+|chiro\w*|"
        r"acu(?:puncture)?|massage|injections?|[cl]?esis?|epidurals?|cortisone|shots?|blocks?|"
        r"conservative|non-?\s?operative|treatments?|tx|care|measures|modalities|"
        r"brac(?:e|es|ed|ing)|splint\w*|orthotics?|boot|tens|rest|ice|heat|"
        r"medic(?:ation|ine)s?|meds?|drugs?|pills|nsaids?|"
        r"anti-?\s?inflammator\w+|muscle relax\w+|analgesics?|steroids?|activity modification)"
    ),
}
"""Words that patterns share under a name: numbers, about-words before them, conservative care."""
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


def compiled(source: str) -> re.Pattern[str]:
    """Compile a pattern of the rule data: units and shared words are written out."""
    source = units(source)
    for name, words in SHARED.items():
        source = source.replace(name, words)
    # what a word is costs a quarter less to tell in ASCII, and Reading makes it so
    return re.compile(source, re.ASCII)

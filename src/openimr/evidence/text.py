"""The text as the rules see it: lower case, white space folded, offsets kept.

Every later step works on :class:`Reading`: ``low`` is the text in lower case with curly
punctuation made plain and runs of white space folded to one blank; ``flat`` is ``low`` with
hyphens read as blanks, so that "x-ray" and "x ray" are one term. Both have the same length, and
:meth:`Reading.origin` leads back to the offset in the text that was given.
"""

from __future__ import annotations

import re
from bisect import bisect_right

# One character for one character, so that offsets survive.
_PLAIN = {
    0x2018: "'",
    0x2019: "'",
    0x201B: "'",
    0x2032: "'",
    0x0060: "'",
    0x00B4: "'",
    0x201C: '"',
    0x201D: '"',
    0x201E: '"',
    0x2033: '"',
    0x2010: "-",
    0x2011: "-",
    0x2012: "-",
    0x2013: "-",
    0x2014: "-",
    0x2212: "-",
    0x00AD: "-",
    0xFFFE: "-",
    0xFFFD: "-",
    0x00A0: " ",
    0x2009: " ",
    0x202F: " ",
    0x00D7: "x",
    0x00BA: "°",
    # The rules' words are in ASCII: "opioid-naïve" is one with "opioid-naive".
    **{
        ord(a): b
        for a, b in zip("áàâäçéèêëíîïñóôöúüÁÉÈÏÖÜ", "aaaaceeeeiiinooouuAEEIOU", strict=True)
    },
    0x2022: "*",
    0x25CF: "*",
    0x25AA: "*",
    0x00B7: "*",
}
_RUN = re.compile(r"\s{2,}|[^\S ]|(?<=[A-Za-z]-) (?=[a-z])")
_SUSPENDED = re.compile(r"(?:and|or|to|versus|vs)\b")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\f")
_BULLET = re.compile(r"[^\S\n]*(?:[*>]|-(?=\s)|o(?=\s)|\(?\d{1,2}[.)](?=\s))")
_HEADING = re.compile(r"[^\S\n]*[A-Za-z][A-Za-z &/()'-]{1,50}:")


def _is_break(text: str, start: int, end: int) -> bool:
    """Whether the white space run is a structural line break rather than a wrapped line."""
    run = text[start:end]
    if "\n" not in run and "\f" not in run:
        return False
    tail = start - 1
    if tail >= 0 and text[tail] in ":;":
        return text[tail] == ":" or bool(_BULLET.match(text, run.rfind("\n") + start + 1))
    line = start + run.rfind("\n") + 1
    if _BULLET.match(text, line) or _HEADING.match(text, line):
        return True
    if _BLANK_LINE.search(run):
        # A page break in the middle of a sentence: the next line goes on in lower case.
        after = text[end : end + 1]
        return not (after.islower() or (after.isdigit() and tail >= 0 and text[tail].isalpha()))
    return False


def _is_broken_word(text: str, start: int, end: int) -> bool:
    """Whether the white space parts a word at its hyphen; "pre- and postoperative" is whole."""
    return (
        text[max(0, start - 1) : start] == "-"
        and text[max(0, start - 2) : start - 1].isalpha()
        and text[end : end + 1].islower()
        and _SUSPENDED.match(text, end) is None
    )


class Reading:
    """A text prepared for the rules. See the module's docstring."""

    __slots__ = ("_deltas", "_starts", "breaks", "cased", "flat", "low", "text")

    def __init__(self, text: str) -> None:
        """Read ``text``, any string at all; nothing is raised."""
        self.text = text
        self._starts: list[int] = []
        self._deltas: list[int] = []
        self.breaks: set[int] = set()
        cased = text if text.isascii() else text.translate(_PLAIN)
        if "  " in cased or (not cased.isprintable() and _RUN.search(cased)):
            cased = self._fold(cased)
        self.cased = cased
        low = cased.lower()
        if len(low) != len(cased):
            low = "".join(c if len(c.lower()) != 1 else c.lower() for c in cased)
        self.low = low
        self.flat = low.replace("-", " ").replace("_", " ")

    def _fold(self, text: str) -> str:
        pieces: list[str] = []
        at = length = 0
        for run in _RUN.finditer(text):
            start, end = run.span()
            pieces.append(text[at:start])
            length += start - at
            if _is_broken_word(text, start, end):
                # "x-" at the end of a printed line, "ray" on the next
                self._starts.append(length)
                self._deltas.append(end - length)
                at = end
                continue
            if _is_break(text, start, end):
                self.breaks.add(length)
            pieces.append(" ")
            length += 1
            if end - start > 1:
                self._starts.append(length)
                self._deltas.append(end - length)
            at = end
        pieces.append(text[at:])
        return "".join(pieces)

    def origin(self, at: int) -> int:
        """Return the offset in the given text of offset ``at`` of the folded text."""
        if not self._starts:
            return at
        place = bisect_right(self._starts, at) - 1
        return at + self._deltas[place] if place >= 0 else at

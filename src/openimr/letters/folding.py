"""The normal form of a letter's text, and the way its lines are laid out.

Extractors disagree about everything but the words: line ends, blank lines, the space at the end
of a wrapped line, hyphens at the edge of the column. What is known about that is kept here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Layout = Literal["blank", "trailing", "unwrapped", "plain"]
"""How paragraphs are told apart: by *blank* lines; by the *trailing* space that only a wrapped
line has; *unwrapped*: a line is a paragraph; *plain*: by nothing but the words."""

_INVISIBLE = ("\u00ad\n", "\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\x00")
_SPACES = ("\u00a0", "\u2007", "\u202f")
_BREAKS = ("\r\n", "\r", "\x0b", "\x85", "\u2028", "\u2029")
_HYPHENS = ("\u2010", "\u2011")

_GAP = re.compile(r"[ \t\n]{120,}")
"""White space that no letter has; left in, it would make searching slow."""
_LONG = 8_000
_FOOTER = re.compile(r"\n\s{0,200}Page \d{1,4} of \d{1,4}[ \t]*(?:\n?\f|\Z|(?=\n))")


def clean(text: str) -> str:
    """Undo what extractors and typesetters do to single characters; line ends become ``\\n``.

    Soft hyphens and zero-width characters go, non-breaking spaces and hyphens become plain ones,
    and U+FFFE, which stands for a hyphen at the end of a line in text from PDFium, becomes that.
    """
    for odd in _BREAKS:
        text = text.replace(odd, "\n")
    if len(text) > _LONG:
        text = _GAP.sub(lambda gap: "\n\n" if "\n" in gap[0] else " ", text)
    if text.isascii():
        return text.replace("\x00", "")
    text = text.replace("\ufffe\n", "-\n").replace("\ufffe", "-\n")
    for odd in _INVISIBLE:
        text = text.replace(odd, "")
    for odd in _SPACES:
        text = text.replace(odd, " ")
    for odd in _HYPHENS:
        text = text.replace(odd, "-")
    return text


def fold(text: str) -> str:
    """The text with each run of white space made one space, and none at the ends."""
    return " ".join(text.split())


def until_next(starts: Iterable[int], end: int) -> list[int]:
    """Where each part ends whose starts are given: at the next start, the last at ``end``."""
    begins = list(starts)
    return [*begins[1:], end] if begins else []


def single_spaced(text: str) -> str:
    """Text in which every line end is doubled, with single line ends; other text as it is.

    In such text a blank line shows as a line of spaces and a page break as an empty line.
    """
    lines = text.count("\n")
    doubled = text.count("\n\n")
    if lines < 10 or doubled * 2 < lines * 0.95:
        return text
    if text.count(" \n\n") < doubled // 2 and text.count("\n\n\n\n") < 3:
        return text
    text = text.replace("\n\n", "\n")
    if "\n \n" in text:
        text = text.replace("\n\n", "\n\f")
    return text


def without_furniture(text: str, title: str, columns: tuple[str, ...] = ()) -> str:
    """The text without what a page repeats, each page break kept as a form feed.

    Args:
        text: cleaned text.
        title: the words with which the running head of a page begins.
        columns: the headings of a table that goes on over pages.
    """
    if "Page " in text:
        text = _FOOTER.sub("\f", text)
    if "\f" in text and title in text:
        text = re.sub(rf"\f\s{{0,200}}{re.escape(title)}[^\n]{{0,200}}\n\s*", "\f", text)
        if columns:
            heads = r"\s+".join(r"\s+".join(map(re.escape, column.split())) for column in columns)
            text = re.sub(rf"\f\s{{0,200}}{heads}\s*", "\f", text)
    return text


def layout(text: str) -> Layout:
    """How the paragraphs of this text are told apart."""
    if text.count("\n\n") + text.count("\n \n") >= 3:
        return "blank"
    if max(map(len, text.split("\n")), default=0) > 200:
        return "unwrapped"
    if 2 < text.count(" \n") < text.count("\n"):
        return "trailing"
    return "plain"


_BREAK = re.compile(r"[ \t]*[\n\f]\s*")
_SENTENCE = re.compile(r"(?<=\w\w\w)[.!?][\"”')\]]{0,2}(?:\s+|(?=[A-Z][a-z]))(?=\S)")
_CLOSED = re.compile(r"(?:(?<=\w\w\w)|(?<=\W\w\w)|(?<=[)%\]\"”]))[.!?][\"”')\]]{0,2}\Z")
_CLOSES = '.!?:;"”)'
_FULL = 0.75
"""A line shorter than this share of the widest one was not wrapped."""


def last_paragraph(region: str, style: Layout, before: int | None = None) -> int:
    """Where the last paragraph of a region begins.

    Where the layout shows no paragraph in the region, a line that ends a sentence or is short
    closes one; in text without line ends, a sentence does.

    Args:
        region: a piece of letter text with its line ends.
        style: the layout of the text it comes from.
        before: a place that is known to be within the last paragraph.
    """
    limit = len(region) if before is None else before
    breaks = [
        found for found in _BREAK.finditer(region) if found.end() <= min(limit, len(region) - 1)
    ]
    inner = [found for found in breaks if found.start()]
    starts = [found.end() for found in inner if _divides(region, found, style)]
    if not starts and len(inner) < len(breaks) and _divides(region, breaks[0], style):
        # The part before is empty: the region begins with the end of a paragraph.
        return breaks[0].end()
    if not starts:
        starts = _after_closed_lines(region, inner)
    if not starts:
        starts = [found.end() for found in _SENTENCE.finditer(region) if found.end() <= limit]
    return starts[-1] if starts else 0


def _divides(region: str, found: re.Match[str], style: Layout) -> bool:
    gap = found[0]
    if "\f" in gap:
        if style == "trailing":
            return gap[0] in "\n\f"
        return region[found.start() - 1 : found.start()] in _CLOSES
    if style == "blank":
        return gap.count("\n") > 1
    if style == "trailing":
        return gap[0] == "\n"
    return style == "unwrapped"


def _after_closed_lines(region: str, breaks: list[re.Match[str]]) -> list[int]:
    begins = [0] + [found.end() for found in breaks]
    lines = [region[begin : found.start()] for begin, found in zip(begins, breaks, strict=False)]
    widest = max((len(line) for line in lines), default=0)
    starts = []
    for line, found in zip(lines, breaks, strict=True):
        following = region[found.end() : found.end() + 30].split(None, 1)[0]
        short = len(line) + 1 + len(following) < widest * _FULL
        if short or _CLOSED.search(line[-8:]):
            starts.append(found.end())
    return starts

"""Plain text and HTML to text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_NEWLINE = re.compile(r"\r\n?")
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_META = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)

_SKIP = frozenset({"script", "style", "template", "noscript", "title", "svg", "math", "object"})
_BLOCKS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol
    option p pre section summary table tbody tfoot thead tr ul
"""
_BLOCK = frozenset(_BLOCKS.split())


def paged(text: str) -> tuple[str, tuple[int, ...]]:
    """Normalize line ends; a form feed starts a page.

    Returns:
        The text with form feeds as line ends, and the offset at which each page begins.
    """
    text = _NEWLINE.sub("\n", text)
    starts = [0]
    at = text.find("\f")
    while at != -1:
        if at + 1 < len(text):
            starts.append(at + 1)
        at = text.find("\f", at + 1)
    return text.replace("\f", "\n"), tuple(starts)


class _Reader(HTMLParser):
    """Collects the visible text: a line for a block, a tab between the cells of a row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skipping: str | None = None
        self.depth = 0
        self.verbatim = 0
        self.cell_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.skipping is not None:
            self.depth += tag == self.skipping
            return
        if tag in _SKIP:
            self.skipping, self.depth = tag, 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in ("td", "th"):
            if self.cell_open:
                self._trim(" ")
                self.parts.append("\t")
            self.cell_open = True
        elif tag in _BLOCK:
            self._line(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipping is not None:
            self.depth -= tag == self.skipping
            if self.depth == 0:
                self.skipping = None
            return
        if tag in _BLOCK:
            self._line(tag, closing=True)

    def handle_data(self, data: str) -> None:
        if self.skipping is not None:
            return
        if self.verbatim:
            self.parts.append(data)
            return
        data = _SPACE.sub(" ", data)
        if self.parts and self.parts[-1].endswith((" ", "\n", "\t")):
            data = data.removeprefix(" ")
        if data:
            self.parts.append(data)

    def _trim(self, marks: str = " \t\n") -> None:
        """Drop white space at the end; of an empty cell of a row, the tab before it stays."""
        while self.parts and not self.parts[-1].strip(marks):
            self.parts.pop()

    def _line(self, tag: str, *, closing: bool = False) -> None:
        if tag == "pre":
            self.verbatim += -1 if closing and self.verbatim else 0 if closing else 1
        # A block inside a cell (Word writes <td><p>) must not break the row.
        if self.cell_open and tag not in ("tr", "table"):
            if self.parts and not self.parts[-1].endswith((" ", "\n", "\t")):
                self.parts.append(" ")
            return
        self.cell_open = False
        self._trim()
        if self.parts:
            self.parts.append("\n")


def from_html(page: str) -> str:
    """The visible text of an HTML page.

    Scripts, styles and the title are left out; block elements start a line; a table is read row
    by row with a tab between cells.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    text = _NEWLINE.sub("\n", "".join(reader.parts)).replace("\u00ad", "")
    return re.sub(r"[ \t]+\n", "\n", text).strip() + "\n"


def html_charset(data: bytes) -> str | None:
    """The encoding that an HTML page declares in its head, if Python knows it."""
    match = _META.search(data[:4096])
    if match is None:
        return None
    name = match[1].decode("ascii")
    try:
        "".encode(name)
    except LookupError:
        return None
    return name

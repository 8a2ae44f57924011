"""The index of a file: what a document is, who wrote it and when, guessed from its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from openimr.office.models import Document

_FIRST_LINES = 600
"""Characters that can name a document: letterhead, title, patient's block."""
_LONGEST_HEADING = 70
_LEAST = 2
"""Weight below which a kind is not guessed."""
_NUMERIC = r"(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-](?P<y>\d{4}|\d{2})(?!\d)"
_ISO = r"(?P<iso>(?:19|20)\d{2}-\d{2}-\d{2})"
_WRITTEN = (
    r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? (?P<day>\d{1,2}),? "
    r"(?P<year>\d{4})"
)
_DATE = re.compile(f"{_ISO}|{_NUMERIC}|{_WRITTEN}", re.IGNORECASE)
_DEGREE = re.compile(r"[A-Z]\.[A-Z]\.$")
_NEVER = re.compile(r"(?:birth|injury|born|DOB|DOI|hire)[^\n]{0,15}$", re.IGNORECASE)


class Kind(NamedTuple):
    """A kind of document with how it is told by its words."""

    says: str
    title: re.Pattern[str] | None
    words: tuple[re.Pattern[str], ...]


class Rules(NamedTuple):
    """The content of ``index_rules.yaml``, compiled."""

    kinds: dict[str, Kind]
    authors: tuple[re.Pattern[str], ...]
    dates: tuple[re.Pattern[str], ...]


class Guess(NamedTuple):
    """Type, author and date of a document as far as its words tell."""

    kind: str
    author: str
    dated: date | None


@cache
def rules() -> Rules:
    """The rules of ``index_rules.yaml``."""
    read: dict[str, Any] = yaml.safe_load(
        files("openimr.office").joinpath("index_rules.yaml").read_text("utf-8")
    )
    word = read["word"]
    name = read["name"].format(word=word)
    return Rules(
        {key: _kind(given) for key, given in read["kinds"].items()},
        tuple(_author(line.format(name=name, word=word)) for line in read["authors"]),
        tuple(
            re.compile(rf"\b(?:{label})\b\s*[:#]?\s*(?={_bare(_DATE.pattern)})", re.IGNORECASE)
            for label in read["dates"]
        ),
    )


def _bare(pattern: str) -> str:
    """A pattern without the names of its groups, so that it may stand inside another."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def _kind(given: dict[str, Any]) -> Kind:
    title = "|".join(given["title"])
    return Kind(
        given["says"],
        re.compile(rf"\b(?:{title})", re.IGNORECASE) if title else None,
        tuple(re.compile(rf"\b{one}", re.IGNORECASE) for one in given["words"]),
    )


def _author(pattern: str) -> re.Pattern[str]:
    # Labels may be printed in any case; a name begins with a capital.
    label, found, rest = pattern.partition("(?P<name>")
    return re.compile(f"(?i:{label})(?P<name>{rest}" if label else found + rest)


def kinds() -> dict[str, str]:
    """The kinds of documents and what they are called, in the order of lists."""
    return {key: kind.says for key, kind in rules().kinds.items()}


def guess(pages: list[str], name: str = "") -> Guess:
    """What a document is, who wrote it and when.

    Args:
        pages: the text of its first pages, and of its last where a signature may stand.
        name: the name of its file, which counts as little as one phrase.
    """
    head = pages[0][:_FIRST_LINES] if pages else ""
    body = "\n".join(pages[:2])
    return Guess(_kind_of(head, body, name), _author_of(pages), _date_of(body))


def _kind_of(head: str, body: str, name: str) -> str:
    best, most = "other", _LEAST - 1.0
    spaced = re.sub(r"[_.]+", " ", name)
    for key, kind in rules().kinds.items():
        weight = float(sum(bool(words.search(body)) for words in kind.words))
        if kind.title:
            weight += max((_heading(head, found) for found in kind.title.finditer(head)), default=0)
            if kind.title.search(spaced):
                weight += 2
        if weight > most:
            best, most = key, weight
    return best


def _heading(head: str, found: re.Match[str]) -> float:
    """What a title weighs: most in a short line near the top, little in running text."""
    start = head.rfind("\n", 0, found.start()) + 1
    end = head.find("\n", found.end())
    line = head[start : end if end >= 0 else len(head)].strip()
    if len(line) > _LONGEST_HEADING:
        return 1
    return 4 - 2 * found.start() / _FIRST_LINES


def _author_of(pages: list[str]) -> str:
    places = [pages[0], pages[-1]] if len(pages) > 1 else pages
    for pattern in rules().authors:
        for text in places:
            if found := pattern.search(text):
                name = " ".join(found["name"].split()).strip(" ,")
                return (name if _DEGREE.search(name) else name.rstrip("."))[:200]
    return ""


def _date_of(body: str) -> date | None:
    for label in rules().dates:
        for found in label.finditer(body):
            before = body[max(0, found.start() - 20) : found.end()]
            if not _NEVER.search(before) and (read := _read_date(body, found.end())):
                return read
    return next(_free_dates(body[:_FIRST_LINES]), None)


def _free_dates(text: str) -> Iterator[date]:
    """Dates of the first lines that are of no birth and no injury."""
    for found in _DATE.finditer(text):
        if not _NEVER.search(text[max(0, found.start() - 40) : found.start()]) and (
            read := _read_date(text, found.start())
        ):
            yield read


def _read_date(text: str, at: int) -> date | None:
    found = _DATE.match(text, at)
    if found is None:
        return None
    try:
        if found["iso"]:
            read = date.fromisoformat(found["iso"])
        elif found["m"]:
            year = int(found["y"])
            read = date(year + 2000 if year < 100 else year, int(found["m"]), int(found["d"]))
        else:
            written = f"{found['month'].title()} {found['day']} {found['year']}"
            read = datetime.strptime(written, "%b %d %Y").date()
    except ValueError:
        return None
    return read if date(1950, 1, 1) <= read <= date.today() else None


def guess_index(document: Document) -> None:
    """Enter type, author and date of a document, where no person has."""
    texts = list(document.pages.order_by("number").values_list("text", flat=True)[:2])
    if document.page_count > 2:
        last = document.pages.filter(number=document.page_count).values_list("text", flat=True)
        texts += list(last)
    found = guess(texts, document.name)
    Document.objects.filter(pk=document.pk, confirmed=False).update(
        kind=found.kind, author=found.author, dated=found.dated
    )

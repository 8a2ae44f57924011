"""What a person types, as an expression for the full-text index, whatever it is.

    low back -surgery            both words, not the third; forms of a word are alike
    "straight leg raise"         the words in this order
    radicul*                     words that begin so
    acupuncture OR chiropractic  either

Anything else is a word. Punctuation parts words: ``L5-S1`` is the words L5 and S1 in this order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from openimr.errors import InputError

MOST_TERMS = 32
MOST_CHARACTERS = 500
COLUMNS = "{request rationale summary guideline}"
"""The columns that hold a letter's words; the fifth holds its facets."""

_TERM = re.compile(
    r'(?P<minus>[-\u2212\u2013])?(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s"]+))(?P<star>\*)?'
)
_QUOTES = str.maketrans("“”„«»", '"""""')


class Term(NamedTuple):
    """Words in their order; ``prefix``: the last only begins so."""

    words: tuple[str, ...]
    prefix: bool = False

    def expression(self) -> str:
        """The term for the index. A prefix would find the words of facets, so it is kept off."""
        quoted = '"' + " ".join(self.words) + '"'
        return f"{COLUMNS} : {quoted} *" if self.prefix else quoted


class Query(NamedTuple):
    """What is looked for: any one of each group, none of the excluded."""

    groups: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()

    def expression(self, *facets: tuple[str, ...]) -> str:
        """The MATCH expression, narrowed to one word at least of each facet; empty for nothing.

        Raises:
            InputError: as :meth:`check`.
        """
        self.check(facets)
        wanted = [_any(tuple(term.expression() for term in group)) for group in self.groups]
        found = " AND ".join((*wanted, *(f"tags : {_any(words)}" for words in facets)))
        if not self.excluded:
            return found
        return f"({found}) NOT {_any(tuple(term.expression() for term in self.excluded))}"

    def check(self, facets: Collection[tuple[str, ...]]) -> None:
        """Refuse a query that asks for nothing.

        Raises:
            InputError: there is nothing but words to exclude.
        """
        if self.excluded and not self.groups and not facets:
            raise InputError(
                "the query", "only excludes words", "add a word or a filter to search for"
            )


def read_query(text: str) -> Query:
    """Read what a person typed.

    Raises:
        InputError: a quotation mark is not closed, there are too many words, or none at all where
            something was typed.
    """
    text = text.translate(_QUOTES).replace("\0", " ").strip()
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            "the query", f"is longer than {MOST_CHARACTERS} characters", "leave words out"
        )
    if text.count('"') % 2:
        raise InputError("the query", "has a quotation mark that is not closed", "close it")
    groups: list[tuple[Term, ...]] = []
    excluded: list[Term] = []
    either = exclude = False
    for found in _TERM.finditer(text):
        word = found["word"]
        if word in ("AND", "OR", "NOT") and not found["minus"]:
            either, exclude = (word == "OR" and bool(groups)), (word == "NOT")
            continue
        term = _term(found)
        if term is not None:
            if found["minus"] or exclude:
                excluded.append(term)
            elif either:
                groups[-1] = (*groups[-1], term)
            else:
                groups.append((term,))
        either = exclude = False
    if text and not groups and not excluded:
        raise InputError("the query", "has no word in it", "give a word, or filters only")
    if sum(map(len, groups)) + len(excluded) > MOST_TERMS:
        raise InputError("the query", f"has more than {MOST_TERMS} terms", "leave words out")
    return Query(tuple(groups), tuple(excluded))


def _term(found: re.Match[str]) -> Term | None:
    text = found["quoted"] if found["quoted"] is not None else found["word"]
    prefix = bool(found["star"]) or text.endswith("*")
    words = _words(text)
    return Term(words, prefix) if words else None


def _words(text: str) -> tuple[str, ...]:
    """The words of a text as the index parts them: of letters, digits and marks."""
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text)
    # A word of marks alone is none to the index.
    return tuple(w for w in kept.split() if any(unicodedata.category(c)[0] != "M" for c in w))


def _any(expressions: tuple[str, ...]) -> str:
    return expressions[0] if len(expressions) == 1 else "(" + " OR ".join(expressions) + ")"

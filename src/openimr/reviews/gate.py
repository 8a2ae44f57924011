"""Patterns that are run only on texts which hold letters they cannot do without.

A request is short and is asked a hundred questions, nearly all of which it does not answer. That
``\\bcompression\\b`` cannot be found where there is no "compression" is told thirty times sooner
by a search for the letters than by the pattern itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

try:
    from re import _constants as codes  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - a Python that keeps its parser elsewhere: no gates
    parser = codes = None

Clause = frozenset[str]
"""Of these one must stand in a text that matches."""

_ANY: tuple[str, ...] = ("",)
_MOST = 12
_ALIKE = str.maketrans("ſıİK", "siik")


class Gated:
    """A pattern with the letters of which it needs one; :attr:`needs` holds "" where none."""

    __slots__ = ("needs", "pattern")

    def __init__(self, pattern: re.Pattern[str], most: int = _MOST) -> None:
        self.pattern = pattern
        self.needs = needed(pattern.pattern, most)

    def may(self, low: str) -> bool:
        """Whether a text whose letters are ``low`` may match at all."""
        for need in self.needs:  # noqa: SIM110 - any() with its generator takes twice as long
            if need in low:
                return True
        return False

    def search(self, text: str, low: str) -> re.Match[str] | None:
        """The first match in ``text``, whose letters are ``low``: see :func:`letters`."""
        for need in self.needs:
            if need in low:
                return self.pattern.search(text)
        return None


def letters(text: str) -> str:
    """A text in small letters, as gates look at it.

    What ``re.IGNORECASE`` takes for an s, an i or a k becomes that letter.
    """
    return text.lower() if text.isascii() else text.translate(_ALIKE).lower()


def needed(pattern: str, most: int = _MOST) -> tuple[str, ...]:
    """Words in small letters of which any text that ``pattern`` matches holds at least one.

    Args:
        pattern: of a text whose case is ignored.
        most: how many words are worth looking for.

    Returns:
        ``("",)``, which every text holds, where no such words can be told.
    """
    if parser is None:  # pragma: no cover
        return _ANY
    best = _best(_clauses(parser.parse(pattern)), most)
    if best is None:
        return _ANY
    return tuple(sorted(w for w in best if not any(o != w and o in w for o in best)))


def _best(clauses: Iterable[Clause], most: int = _MOST) -> Clause | None:
    """The clause that rules out most: long words before few words."""
    fit = [clause for clause in clauses if len(clause) <= most]
    return max(fit, key=lambda c: (min(3, *map(len, c)), -len(c), sorted(c)), default=None)


def _clauses(parsed: Any) -> list[Clause]:
    """What every match of a sequence of the parsed pattern holds, clause by clause."""
    found: list[Clause] = []
    run = ""
    for code, given in parsed:
        if code is codes.LITERAL and chr(given).isascii():
            run += chr(given).lower()
            continue
        if code is codes.AT:
            continue
        if run:
            found.append(frozenset((run,)))
            run = ""
        found += _inner(code, given)
    if run:
        found.append(frozenset((run,)))
    return found


def _inner(code: Any, given: Any) -> list[Clause]:
    """The clauses of one part of a pattern that is more than a letter."""
    if code is codes.SUBPATTERN:
        return _clauses(given[3])
    if code is codes.BRANCH:
        each = [_best(_clauses(branch)) for branch in given[1]]
        parts = [clause for clause in each if clause is not None]
        return [frozenset().union(*parts)] if len(parts) == len(each) else []
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and given[0] > 0:
        return _clauses(given[2])
    if code is codes.ASSERT:
        return _clauses(given[1])
    return []

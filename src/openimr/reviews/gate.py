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
_LONG_ENOUGH = 4
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


def heads(pattern: str) -> frozenset[str]:
    """Letters that any match of ``pattern`` begins with: one of these, none where that is open.

    Args:
        pattern: of small letters, whose case counts.
    """
    if parser is None:  # pragma: no cover
        return frozenset()
    found, _ = _heads(parser.parse(pattern), frozenset(("",)))
    return frozenset() if "" in found else found


def _heads(parsed: Any, so_far: frozenset[str]) -> tuple[frozenset[str], bool]:
    """The beginnings that a sequence adds to those before it, and whether they may go on."""
    for code, given in parsed:
        if code is codes.AT:
            continue
        if code is codes.LITERAL:
            so_far, open_ = frozenset(head + chr(given) for head in so_far), True
        elif code is codes.IN and (signs := _signs(given)):
            so_far = frozenset(head + sign for head in so_far for sign in signs)
            open_ = True
        elif code is codes.SUBPATTERN:
            so_far, open_ = _heads(given[3], so_far)
        elif code is codes.BRANCH:
            each = [_heads(branch, so_far) for branch in given[1]]
            so_far = frozenset().union(*(found for found, _ in each))
            open_ = all(goes_on for _, goes_on in each)
        else:
            open_ = False
        if not open_ or min(map(len, so_far)) >= _LONG_ENOUGH:
            return so_far, False
    return so_far, True


def _signs(given: Any) -> str:
    """The signs of a short class such as ``[1-5]``; none of one that is long or open."""
    signs = ""
    for code, held in given:
        if code is codes.LITERAL:
            signs += chr(held)
        elif code is codes.RANGE and held[1] - held[0] < _MOST:
            signs += "".join(map(chr, range(held[0], held[1] + 1)))
        else:
            return ""
    return signs


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

"""Reads one name from a place in a text, word by word."""

from __future__ import annotations

from openimr.archive.redact.data import ambiguous, credential, is_ordinary, shape, words

_ABBREVIATED = frozenset(("St", "Ste", "Ma", "Jr", "Sr", "Wm", "Chas", "Geo", "Jos", "Mc"))


def is_capital(word: str) -> bool:
    """Whether a word begins with a capital."""
    return word[:1].isupper()


def may_be_name(word: str) -> bool:
    """Whether a capitalised word can be part of a name."""
    low = word.lower()
    if low in words("names", "not_names"):
        return False
    return low in ambiguous() or not is_ordinary(word)


def skip(text: str, at: int) -> int:
    """The next place that is no white space."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def read_name(
    text: str, at: int, *, sure: bool = False, limit: int = 4, lower: bool = False
) -> int:
    """The end of the name that begins at ``at``, or ``at`` where there is none.

    Args:
        text: the text.
        at: where to begin; white space and one line end are passed over.
        sure: whether the words before it leave no doubt, so that the first word may be an
            ordinary one (``Dr. Hand``).
        limit: how many words a name may have.
        lower: whether it may be in small letters (``dr. lee``).
    """
    end, count, complete = at, 0, False
    while count < limit:
        match = shape("word").match(text, end)
        if match is None or (count and not match["gap"]):
            break
        word, dot = match["w"], match["dot"]
        if count and "\n" in match["gap"] and not (is_capital(word) and not is_plainly(word)):
            break
        if not _is_part(word, dot, first=count == 0, sure=sure, lower=lower):
            break
        count += 1
        short = len(word) == 1 or word in _ABBREVIATED
        end = match.end() if dot and short else match.end("w")
        complete = complete or len(word) > 1
        if dot and not short:
            break
    return end if complete else at


def is_plainly(word: str) -> bool:
    """Whether a word is an ordinary one or may be one."""
    return is_ordinary(word) or word.lower() in ambiguous()


def _is_part(word: str, dot: str, *, first: bool, sure: bool, lower: bool) -> bool:
    low = word.lower()
    if low in words("names", "not_names") or (len(word) > 1 and credential().fullmatch(word)):
        return False
    if len(word) == 1:
        return word.isupper() and (bool(dot) or not first or sure)
    if not is_capital(word):
        return lower and (first or not is_plainly(word))
    if low in ambiguous():
        return sure or not first
    return (first and sure) or not is_ordinary(word)

"""Names of people, told by the words beside them: titles, labels, credentials, roles, verbs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openimr.archive.redact.data import ambiguous, credential, is_ordinary, shape, words
from openimr.archive.redact.reader import is_capital, may_be_name, read_name, skip
from openimr.archive.redact.spans import Span


def find(text: str) -> Iterator[Span]:
    """Names that the words beside them tell; spans may overlap."""
    yield from _titled(text)
    yield from _labelled(text)
    yield from _credentialled(text)
    yield from _in_a_role(text)
    yield from _by_first_name(text)
    yield from _alone(text)
    yield from _reversed(text)
    yield from _small(text)
    yield from _with_initials(text)
    yield from _as_people_do(text)
    yield from _above_addresses(text)


# Abbreviations in capitals that are medicine's: MR arthrogram, MS Contin.
_MEDICAL = frozenset(("mr", "ms", "sr", "lt"))


def _titled(text: str) -> Iterator[Span]:
    for match in shape("title").finditer(text):
        title, dot = match["t"], match["dot"]
        low = title.lower()
        if low in _MEDICAL and title.isupper() and not dot and not _shouted(text, match.end()):
            continue
        word = low in words("names", "title_words") and not dot and title != "Judge"
        if word and title.islower() and low not in ("judge", "miss"):
            continue
        lower = title.islower() or bool(dot)
        end = read_name(text, match.end(), sure=not word, lower=lower)
        start = skip(text, match.end())
        if end <= start or (not dot and text[start:end].islower() and is_ordinary(text[start:end])):
            continue
        yield Span(start, end, "NAME", "title", 3)
        # Drs. Roe and Doe
        another = shape("further_titled").match(text, end)
        if another:
            several = low in ("drs", "messrs")
            stop = read_name(text, another.end(), limit=2, sure=several)
            if stop > another.end():
                yield Span(another.end(), stop, "NAME", "title", 6)


def _shouted(text: str, at: int) -> bool:
    """Whether a name in capitals follows: MR ALVAREZ."""
    following = shape("word").match(text, at)
    return following is not None and following["w"].isupper() and not is_ordinary(following["w"])


# --------------------------------------------------------------------------------- labels


def field(text: str, start: int) -> str:
    """The rest of a form's field, to the line's end, a wide space or the next label."""
    match = shape("field_end").search(text, start)
    return text[start : match.start() if match else len(text)]


def _labelled(text: str) -> Iterator[Span]:
    for match in shape("person_label").finditer(text):
        start = match.end()
        title = shape("title").match(text, start)
        if title:
            start = skip(text, title.end())
        end = read_name(text, start, sure=_only_a_name(text, start), limit=5, lower=True)
        if end == start:
            continue
        given = shape("given_after_comma").match(text, end)
        if given and not credential().fullmatch(given["w"]) and may_be_name(given["w"]):
            end = given.end()
        yield Span(start, end, "NAME", "label", 3)
        more = shape("further").match(text, end)
        while more:
            stop = read_name(text, more.end())
            if stop == more.end():
                break
            yield Span(more.end(), stop, "NAME", "label", 3)
            more = shape("further").match(text, stop)


def _only_a_name(text: str, start: int) -> bool:
    """Whether a form's field holds a name and nothing else: ``Joy Hand``, not ``Hand surgery``."""
    said = field(text, start)
    lead = said.split(",")[0]
    tokens = [t for t in _tokens(lead if len(lead.split()) > 1 else said) if len(t) > 1]
    tokens = [t for t in tokens if not credential().fullmatch(t)]
    if not 1 <= len(tokens) <= 4:
        return False
    return not any(is_ordinary(t) and t.lower() not in ambiguous() for t in tokens)


def _tokens(text: str) -> list[str]:
    return [t.strip(".-'’") for t in re.findall(r"[^\W\d_][^\W\d_'’.-]*(?:[-'’.][^\W\d_]+)*", text)]


# ---------------------------------------------------------------------------- credentials

_BEFORE = 60
_PARTICLES = ("de", "la", "del", "van", "von", "der", "dos", "da", "di")


def _credentialled(text: str) -> Iterator[Span]:
    for match in shape("credential").finditer(text):
        if not match[0].startswith((",", " ", "\n", "\t")):
            continue
        base = max(0, match.start() - _BEFORE)
        line = text[base : match.start()]
        tokens = list(shape("credential_token").finditer(line))
        count = _backwards(line, tokens)
        if not count or (
            count == 1
            and match["c"].lower() in words("names", "weak_credentials")
            and not match[0].startswith(",")
        ):
            continue
        start, end = tokens[-count].start(), tokens[-1].end()
        if len(line[start:end].strip(". ")) > 1:
            yield Span(base + start, base + end, "NAME", "credential", 4)


def _backwards(line: str, tokens: list[re.Match[str]]) -> int:
    """How many words before a credential are the name."""
    count, end = 0, len(line)
    for place, token in enumerate(reversed(tokens), start=1):
        gap = line[token.end() : end]
        if gap.strip() or gap.count("\n") > 1 or (place == 1 and gap) or place > 5:
            break
        word = token[0].rstrip(".")
        if not is_capital(word):
            if word not in _PARTICLES or place == 1:
                break
        elif not _nameable(word):
            break
        else:
            count = place
        end = token.start()
    return count


def _nameable(word: str) -> bool:
    if len(word) == 1:
        return True
    low = word.lower()
    if low in ("dr", "mr", "ms", "mrs") or credential().fullmatch(word):
        return False
    return may_be_name(word)


# ---------------------------------------------------------------------------------- prose


def _in_a_role(text: str) -> Iterator[Span]:
    for match in shape("role").finditer(text):
        start = match.end()
        if shape("title").match(text, start):
            continue
        close = bool(match["role"] and shape("close").search(match[0]))
        end = read_name(text, start)
        if end == start:
            end = _pair(text, start, close=close)
        name = text[start:end]
        made = shape("maker").match(text, end) or shape("maker").search(text, start, end)
        alone = " " not in name and is_ordinary(name) and not match["role"]
        if end > start and not alone and not made:
            yield Span(start, end, "NAME", "role", 6)
            # My sister Jane and Ann
            another = shape("further_titled").match(text, end)
            if another and close:
                stop = read_name(text, another.end(), limit=2)
                stop = max(stop, _pair(text, another.end(), close=True))
                if stop > another.end():
                    yield Span(another.end(), stop, "NAME", "role", 6)


def _pair(text: str, start: int, *, close: bool) -> int:
    """The end of two words that are names one after the other, or of one after a relative."""
    run = shape("capitals").match(text, start)
    parts = list(shape("credential_token").finditer(run[0]))[:2] if run else []
    if len(parts) == 2 and all(may_be_name(part[0].rstrip(".")) for part in parts):
        return start + parts[1].end() - parts[1][0].endswith(".")
    single = re.compile(r"[A-Z][a-z]+\b(?=[,.; ])").match(text, start)
    known = ambiguous() | words("names", "first_names")
    if close and single and single[0].lower() in known:
        return single.end()
    return start


def _by_first_name(text: str) -> Iterator[Span]:
    """A first name and a capitalised word that is no other word: ``Maria Roe returned``."""
    firsts = words("names", "first_names")
    for run in shape("capitals").finditer(text):
        tokens = list(shape("credential_token").finditer(run[0]))
        for n, token in enumerate(tokens[:-1]):
            if token[0].lower() not in firsts:
                continue
            last = _surname(tokens[n + 1 : n + 4], sure=token[0].lower() not in ambiguous())
            if last is not None:
                end = run.start() + last.end() - last[0].endswith(".")
                yield Span(run.start() + token.start(), end, "NAME", "first-name", 7)
                break


def _alone(text: str) -> Iterator[Span]:
    """A first name by itself that is no other word, no eponym and no place."""
    firsts = words("names", "first_names")
    for match in shape("single").finditer(text):
        low = match[0].lower()
        other = is_ordinary(low) or low in ambiguous() or low in words("names", "places")
        if low in firsts and not other:
            yield Span(match.start(), match.end(), "NAME", "first-name-alone", 9)


def _surname(tokens: list[re.Match[str]], *, sure: bool) -> re.Match[str] | None:
    """The last of the words after a first name that belong to the name."""
    last = None
    firsts = words("names", "first_names")
    for token in tokens:
        word = token[0].rstrip(".")
        low = word.lower()
        if len(word) == 1:
            continue
        fits = low in firsts or not is_ordinary(word) or (sure and low in ambiguous())
        # Lawrence JS is an author of a study.
        author = word.isupper() and len(word) < 4
        if not fits or author or low in words("names", "not_names"):
            break
        last = token
        if token[0].endswith("."):
            break
    return last


def _reversed(text: str) -> Iterator[Span]:
    """``Roe, Jane``; in a list (``Jane Roe, Ann Doe``) the comma stands between two people."""
    firsts = words("names", "first_names")
    for match in shape("reversed").finditer(text):
        before = text[max(0, match.start() - 20) : match.start()]
        if re.search(r"[A-Z][\w'’-]*[.,]?\s$", before) or re.match(
            r"\s[A-Z][a-z]", text[match.end() :]
        ):
            continue
        last = match["l"]
        if match["f"].lower() in firsts and may_be_name(last) and last.lower() not in firsts:
            yield Span(match.start(), match.end(), "NAME", "first-name", 7)


_PATIENT = re.compile(
    r"\b(?:pt|patient|claimant|applicant|ee|iw|ncm|nurse|adjuster|adj|interpreter|attorney)"
    r"\.?:?\s+(?:is\s+|was\s+)?$",
    re.IGNORECASE,
)


def _small(text: str) -> Iterator[Span]:
    """A first and a last name in small letters."""
    firsts = words("names", "first_names")
    for match in shape("small_pair").finditer(text):
        first, last = match["f"], match["l"]
        named = _PATIENT.search(text[max(0, match.start() - 24) : match.start()]) is not None
        doubtful = first in ambiguous()
        if first not in firsts and not (named and (doubtful or not is_ordinary(first))):
            continue
        # After a word such as patient an eponym is a surname.
        surname = last in ambiguous() or not is_ordinary(last)
        if not surname or (last in ambiguous() and not named):
            continue
        if doubtful and not named:
            continue
        yield Span(match.start(), match.end("l"), "NAME", "first-name", 7)


def _with_initials(text: str) -> Iterator[Span]:
    """``J. Q. Roe``, and ``J.R.`` before a verb."""
    for match in shape("initials").finditer(text):
        low = match["l"].lower()
        two = sum(c.isupper() for c in match["i"]) > 1
        if not (two and low in ambiguous()) and (is_ordinary(low) or low in ambiguous()):
            continue
        yield Span(match.start(), match.end(), "NAME", "initials", 7)
    for match in shape("dotted").finditer(text):
        if re.sub(r"\s", "", match[0]).lower() not in words("names", "not_initials"):
            yield Span(match.start(), match.end(), "NAME", "initials", 8)


def _as_people_do(text: str) -> Iterator[Span]:
    """``Roe's gait``, ``Roe denies``: a capitalised word that is no other word."""
    for match in shape("possessive").finditer(text):
        if match["n"] in words("names", "possessed") and not is_ordinary(match["l"]):
            yield Span(match.start(), match.end("l"), "NAME", "possessive", 8)
    for match in shape("acting").finditer(text):
        if not is_ordinary(match["l"]):
            yield Span(match.start(), match.end("l"), "NAME", "verb", 8)


def _above_addresses(text: str) -> Iterator[Span]:
    """The name in the line above a street or a post office box."""
    for match in shape("addressee").finditer(text):
        said = [word for word in _tokens(match["n"]) if len(word) > 1]
        barred = any(word.lower() in words("names", "not_names") for word in said)
        if said and not barred and sum(map(may_be_name, said)) * 2 > len(said):
            yield Span(match.start("n"), match.end("n"), "NAME", "addressee", 7)

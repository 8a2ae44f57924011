"""What a finding is about: body region, side, spinal levels, treatment."""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from openimr.evidence.entries import Entry, Hit
from openimr.model import Region, Side

_LEVELS = re.compile(
    r"([ctls])-?(\d{1,2})(?:\s?(?:-|/|to|through|and|,|&)\s?(?:([ctls])-?)?(\d{1,2})(?![\d/]|\.\d|\s?(?:mm|mg|%|degrees|weeks|days|of)))?"
)
_CHAIN = re.compile(
    r"[\s,/&]*(?:and|or|as well as|the|spine|muscles?|musculature|region|joint|areas?|[\s,/&])*$"
)
_ANOTHER = re.compile(r"[;]|,(?! ?(?:right|left))| and (?!right|left|\w+ (?:on|at))| but ")
_THE_OTHER = re.compile(r"[;,] (?:and |but |while )?the (?:right|left)$")
_FAR = 400
_OF = re.compile(
    r"^[^,;:]{0,30}\b(?:of|over|in|at|to|along|about|on|around|throughout|into|down|across|within|for)\b"
)
_TO_SIDE = re.compile(r"[^,;.]{0,45}?\b(?:on|to|of|in|at) (?:the |his |her )?(right|left)\b")
LIMB: dict[str, Region] = {"arm": "cervical", "leg": "lumbar"}


class Place(NamedTuple):
    """Where a finding is: region (None if not said), side, levels."""

    region: Region | None
    side: Side | None
    levels: tuple[str, ...]


NOWHERE = Place(None, None, ())


_LETTERS: dict[str, Entry] = {}


def real_places(cased: str, places: list[Hit]) -> list[Hit]:
    """Return ``places`` without masks; a lone capital L or R is a side ("SLR + on L", "R knee")."""
    if all(e.kind not in ("mask", "letter") and t - s != 2 for s, t, e in places):
        return places
    kept = []
    for start, end, entry in places:
        if end - start == 2 and entry.kind == "side" and _light_touch(cased, start, end):
            continue
        if entry.kind == "letter":
            if cased[start] not in "LR" or cased[max(0, start - 2) : start] == ". ":
                # "Dr. R. Roe" is no side
                continue
            kept.append((start, end, side_entry(entry.name)))
        elif entry.kind != "mask":
            kept.append((start, end, entry))
    return kept


_PATIENT = re.compile(
    r"(?:'s)? (?!(?:x|visits?|sessions?|notes?|twice|for|and|or|at|in|on|to|done|given|completed|"
    r"helped|did|made|program|started|treatments?)\b|eval|fail|progress|discharge|"
    r"\d ?x|\d+ (?:visit|session|time)|#)[a-z0-9/]"
)


_PERSON = re.compile(
    r"s? (?:c/o|f/u|fu\b|here|in (?:for|today)|rtc|complain|report|stat(?:es|ed)|present|"
    r"den(?:y|ies)|is (?:a |an |here|now|able|not|"
    r"taking|using|doing|currently|in |on |\d)|has (?:a |had|not had|chronic|pain|"
    r"been (?:seen|taking|off|on))|notes|noted|describ|rates|rated|takes|took|feels|felt|"
    r"was (?:seen|last|a |injured|taking|given|involved|lifting|hit|working)|seen|here|returns|"
    r"ambulat|able|unable|may|can |needs|wants|walks|continues to|still|remains|underwent|tried|"
    r"with (?:hx|chronic|low|neck))|'s"
)


def real_cares(cased: str, cares: list[Hit]) -> list[Hit]:
    """Return ``cares`` without the patient: "Pt is here", "pt reports" are no physical therapy."""
    return [
        hit
        for hit in cares
        if not (
            hit[1] - hit[0] == 2
            and cased[hit[0] : hit[1]].lower() == "pt"
            and (
                _PERSON.match(cased, hit[1])
                or (
                    (cased[hit[0]].isupper() != cased[hit[0] + 1].isupper() or cased[hit[0]] == "p")
                    and _PATIENT.match(cased, hit[1])
                )
            )
        )
    ]


_TOUCH_BEFORE = re.compile(
    r"(?:sens\w*|intact|dec\w*|dim\w*|reduced|absent|less|impaired|normal|loss of|blunted)"
    r"(?: to)? $"
)
_TOUCH_AFTER = re.compile(
    r" (?:is |was )?(?:dim|dec|dull|intact|reduced|absent|nl\b|normal|blunted|sens|over|in the|"
    r"and (?:pp|pin))|/(?:pp|pin)"
)


def _light_touch(cased: str, start: int, end: int) -> bool:
    """Whether "LT" is light touch rather than left."""
    return cased[start:end] == "LT" and (
        _TOUCH_AFTER.match(cased, end) is not None
        or _TOUCH_BEFORE.search(cased, max(0, start - 16), start) is not None
    )


def side_entry(name: str) -> Entry:
    """Return the entry of a side, made once."""
    return _LETTERS.setdefault(name, Entry("side", name))


def regions_near(low: str, at: int, end: int, places: list[Hit]) -> list[tuple[int, int, str]]:
    """Return the place words that a finding at ``at``..``end`` belongs to, nearest first.

    "tenderness over the A and B" belongs to both; "A tenderness" to A; words of another clause
    count less than words of its own.
    """
    index = _nearest(low, at, end, places)
    if index is None:
        return []
    chain = [places[index]]
    # "the cervical and lumbar spine", "neck, left shoulder and hip"
    for step in (1, -1):
        here, at_index = places[index], index + step
        while 0 <= at_index < len(places):
            there = places[at_index]
            first, second = (here, there) if step > 0 else (there, here)
            gap = low[first[1] : second[0]]
            if len(gap) > 40 or not _CHAIN.match(gap):
                break
            if step < 0 and there[0] >= end and here[1] <= at:
                break
            if there[2].kind != "side":
                chain.append(there)
            here = there
            at_index += step
    return [(s, e, entry.name) for s, e, entry in chain]


def _apart(gap: str) -> int:
    """Return how many times a new clause or member of a list begins in ``gap``."""
    count = gap.count
    return count(",") + count(";") + count(":") + count(" and ") + count(" with ") + count(" but ")


def _nearest(low: str, at: int, end: int, places: list[Hit]) -> int | None:
    """Return the index of the place word that is nearest, words of other clauses set back."""
    best: tuple[float, int] | None = None
    cost: float
    for index, (start, stop, entry) in enumerate(places):
        if entry.kind == "side":
            continue
        if stop <= at:
            if at - stop > _FAR:
                continue
            far = at - stop
            if best is not None and far >= best[0] and 20.0 + 0.2 * far >= best[0]:
                continue
            gap = low[stop:at]
            cost = len(gap) + 18.0 * _apart(gap)
            if ":" in gap:
                cost = 20.0 + 0.2 * len(gap)
        elif start >= end:
            cost = start - end
            if start - end > _FAR or (best is not None and 0.4 * cost >= best[0]):
                break
            gap = low[end:start]
            cost += 28.0 * _apart(gap)
            if _OF.match(gap):
                cost *= 0.4
        else:
            cost = 0.0
        if best is None or cost < best[0]:
            best = (cost, index)
    return best[1] if best is not None else None


def side_near(
    low: str,
    at: int,
    end: int,
    places: list[Hit],
    anchor: tuple[int, int] | None,
    strict: bool = False,
) -> Side | None:
    """Return the side said of a finding: with its place word, else "on the right" after it.

    With ``strict`` a side right before another place is that one's alone.
    """
    best: tuple[int, str] | None = None
    for start, stop, entry in places:
        if entry.kind != "side":
            continue
        cost = 999
        adverb = low.startswith("ly", stop - 2)
        if (
            anchor is not None
            and anchor[1] <= start
            and stop <= at
            and _THE_OTHER.search(low, anchor[1], stop)
        ):
            # "the left shoulder is full; the right is limited"
            return cast(Side, entry.name)
        if (
            anchor is not None
            and 0 <= anchor[0] - stop <= 14
            and not adverb
            and ", and" not in low[stop : anchor[0]]
        ):
            cost = anchor[0] - stop
        elif anchor is not None and 0 <= start - anchor[1] <= 4:
            cost = 10 + start - anchor[1]
        elif 0 <= at - stop <= 12 and not adverb and "," not in low[stop:at]:
            cost = 20 + at - stop
        elif strict and anchor is not None and _of_another(places, stop, anchor):
            # "neck pain into the right arm": the side is the arm's
            continue
        elif at <= start and stop <= end and not adverb:
            cost = 28
        elif (
            0 <= start - end <= 60
            and not _other_place(places, end, start, anchor)
            and not _ANOTHER.search(low, end, start)
        ):
            cost = 30 + start - end
        if cost < 999 and (best is None or cost < best[0]):
            best = (cost, entry.name)
    return cast(Side, best[1]) if best else None


def _of_another(places: list[Hit], stop: int, anchor: tuple[int, int]) -> bool:
    """Whether a side that ends at ``stop`` stands right before a place other than the anchor."""
    for start, _, entry in places:
        if start >= stop and entry.kind == "region":
            return start - stop <= 8 and start != anchor[0]
    return False


def _other_place(places: list[Hit], at: int, end: int, anchor: tuple[int, int] | None) -> bool:
    """Whether a place word stands between: the side behind it is that one's."""
    return any(
        at <= s and t <= end and e.kind != "side" and (anchor is None or s != anchor[0])
        for s, t, e in places
    )


def levels_near(
    low: str, at: int, end: int, lo: int, hi: int, places: list[Hit]
) -> tuple[str, ...]:
    """Return the spinal levels named in the clause around a finding, "L4-5" as ``L4-5``."""
    found: list[str] = []
    last = -1
    inside = False
    for start, _, entry in places:
        if entry.kind != "level" or start < last or not lo <= start < hi:
            continue
        if (start >= end and start - end > 90) or (start < at and at - start > 60):
            continue
        if ";" in (low[end:start] if start >= end else low[start:at]):
            continue
        match = _LEVELS.match(low, start)
        if match is None:
            continue
        last = match.end()
        letter, number, second, other = match.groups()
        one = f"{letter}{number}".upper()
        if at <= start < end and not inside:
            # "compression of the L5 root": its own levels, not those of its neighbours
            found.clear()
            inside = True
        elif inside and start >= end:
            break
        if other is None:
            found.append(one)
        elif second and second != letter:
            found.append(f"{one}-{second}{other}".upper())
        else:
            found.append(f"{one}-{other}")
    return tuple(dict.fromkeys(found))

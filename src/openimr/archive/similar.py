"""Decisions like a case: first the same treatment, region and outcome, only then likeness.

Filters come before likeness because a letter about another treatment, however alike in words, tells
nothing of how this one was decided. Every decision found states its outcome, and both outcomes are
shown side by side, so that nobody sees only the side that suits.

Likeness is of three things: the findings (which criteria were met, not met, not documented), the
clinical facts with their polarity, and the words of the summary; of facts and words rare ones weigh
more than common ones.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from openimr.archive.filters import DECISIONS, Filters, Narrowed, fitting, narrow
from openimr.archive.packed import Tested
from openimr.archive.place import Matching
from openimr.archive.query import Query
from openimr.archive.store import Archive, explained
from openimr.errors import InputError
from openimr.model import Case, Fact
from openimr.reviews.proposals import Proposal, propose

CANDIDATES = 600
"""So many letters of each outcome are compared, the newest."""
WEIGHTS = (0.5, 0.3, 0.2)
"""What findings, facts and words weigh."""


class Profile(msgspec.Struct, frozen=True):
    """What a disputed item is compared by."""

    treatment: str
    region: str | None
    request: str
    tested: tuple[Tested, ...]
    facts: frozenset[str]
    words: frozenset[str]
    case_number: str | None = None


class Alike(msgspec.Struct, frozen=True):
    """A decision like the case's: ``likeness`` from 0 to 1; ``shared`` and ``apart`` say why.

    ``apart`` are criteria that came out differently: name, here, there.
    """

    letter: int
    position: int
    case_number: str | None
    decided: date | None
    request: str
    decision: str
    likeness: float
    shared: tuple[str, ...]
    apart: tuple[tuple[str, str, str], ...]


class AlikeItem(msgspec.Struct, frozen=True):
    """For one disputed item: the decisions most like it, by outcome, and how all were decided."""

    profile: Profile
    upheld: tuple[Alike, ...]
    overturned: tuple[Alike, ...]
    decided_upheld: int
    decided_overturned: int


def similar(
    archive: Archive,
    profiles: Sequence[Profile],
    *,
    decision: str | None = None,
    limit: int = 5,
) -> list[AlikeItem]:
    """Find the decisions most like each of some disputed items.

    Args:
        archive: open.
        profiles: from :func:`profiles_of_case` or :func:`profiles_of_letter`.
        decision: keep to ``Upheld`` or ``Overturned``; both by default.
        limit: of each outcome.

    Returns:
        One answer for each profile. An item whose treatment is in no letter has empty sides.
    """
    with explained(archive.folder):
        return [_alike(archive, profile, decision, limit) for profile in profiles]


def profiles_of_case(case: Case) -> list[Profile]:
    """The profiles of a case file's items, reviewed for the purpose."""
    from openimr.reviews.run import read_facts

    facts = read_facts(case)
    words = _words(" ".join(document.text or "" for document in case.documents))
    said = _said(facts)
    return [_profile(item, said, words, case.case_number) for item in propose(case, facts).values()]


def profiles_of_letter(archive: Archive, case_number: str) -> list[Profile]:
    """The profiles of an archived letter's items.

    Raises:
        InputError: no letter has this case number.
    """
    row = archive.connection.execute(
        "SELECT letter FROM letters WHERE case_number IN (?, ?) ORDER BY letter",
        (case_number, case_number.upper()),
    ).fetchone()
    if row is None:
        raise InputError(
            case_number, "is the case number of no letter in the archive", "check the number"
        )
    letter = int(row[0])
    determination, reading = archive.letter(letter)
    said, tested = _said(reading.as_facts()), reading.as_findings()
    return [
        Profile(
            treatment,
            region,
            determination.items[position].request,
            tuple(tested[position]),
            said,
            _words(determination.summary or ""),
            determination.case_number,
        )
        for position, treatment, region in _items(archive, letter)
    ]


def _profile(
    item: Proposal, facts: frozenset[str], words: frozenset[str], case_number: str | None
) -> Profile:
    request, tested = item.request, tuple(item.outcomes())
    return Profile(
        request.treatment, request.region, request.text, tested, facts, words, case_number
    )


def _said(facts: Iterable[Fact]) -> frozenset[str]:
    return frozenset(
        f.fact if f.polarity == "present" else f"{f.fact}:{f.polarity}"
        for f in facts
        if f.polarity in ("present", "negated")
    )


def _items(archive: Archive, letter: int) -> list[tuple[int, str, str | None]]:
    return archive.connection.execute(
        "SELECT position, t.value, r.value FROM items JOIN names t ON t.name = treatment "
        "LEFT JOIN names r ON r.name = region WHERE letter = ? ORDER BY position",
        (letter,),
    ).fetchall()


_WORD = re.compile(r"[a-z]{4,}")


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _alike(archive: Archive, profile: Profile, decision: str | None, limit: int) -> AlikeItem:
    counts = dict.fromkeys(DECISIONS, 0)
    found: dict[str, list[_Candidate]] = {}
    for outcome in DECISIONS:
        filters = Filters(
            treatment=(profile.treatment,),
            region=(profile.region,) if profile.region else (),
            decision=outcome,
        )
        try:
            narrowed = narrow(archive, filters)
        except InputError:  # a treatment or region that no letter has
            continue
        match = archive.matching(Query(), narrowed.facets)
        assert match is not None, "there is a treatment at least"
        counts[outcome] = archive.connection.execute(
            f"SELECT count(*) FROM search WHERE {match.where}", match.values
        ).fetchone()[0]
        if decision in (None, outcome):
            found[outcome] = list(_candidates(archive, profile, narrowed, match))
    # Of both outcomes together, so that likeness means the same on either side.
    every = [one.profile for side in found.values() for one in side]
    rarity = _rarity([one.facts for one in every]), _rarity([one.words for one in every])
    sides = {name: _best(profile, side, rarity, limit) for name, side in found.items()}
    return AlikeItem(
        profile,
        sides.get("Upheld", ()),
        sides.get("Overturned", ()),
        counts["Upheld"],
        counts["Overturned"],
    )


class _Candidate(NamedTuple):
    letter: int
    position: int
    profile: Profile
    decided: date | None
    decision: str


Rarity = Mapping[str, float]


def _best(
    profile: Profile, found: Sequence[_Candidate], rarity: tuple[Rarity, Rarity], limit: int
) -> tuple[Alike, ...]:
    """The decisions of one outcome that are most like the profile."""
    ranked = sorted(
        ((_likeness(profile, one.profile, rarity), one.letter, one) for one in found),
        key=lambda row: (-row[0], -row[1], row[2].position),
    )
    return tuple(_answer(profile, one, likeness) for likeness, _, one in ranked[:limit])


def _likeness(profile: Profile, other: Profile, rarity: tuple[Rarity, Rarity]) -> float:
    findings, facts, words = WEIGHTS
    return (
        findings * _same_findings(profile.tested, other.tested)
        + facts * _overlap(profile.facts, other.facts, rarity[0])
        + words * _overlap(profile.words, other.words, rarity[1])
    )


def _candidates(
    archive: Archive, profile: Profile, narrowed: Narrowed, match: Matching
) -> Iterator[_Candidate]:
    rows = archive.connection.execute(
        "SELECT letter FROM search JOIN letters ON dated = search.rowid "
        f"WHERE {match.where} ORDER BY search.rowid DESC LIMIT ?",
        (*match.values, CANDIDATES),
    ).fetchall()
    for (letter,) in rows:
        determination, reading = archive.letter(letter)
        if profile.case_number and determination.case_number == profile.case_number:
            continue
        findings = reading.as_findings()
        said, words = _said(reading.as_facts()), _words(determination.summary or "")
        for position in fitting(archive, narrowed, letter):
            item = determination.items[position]
            yield _Candidate(
                letter,
                position,
                Profile(
                    profile.treatment,
                    profile.region,
                    item.request,
                    tuple(findings[position]),
                    said,
                    words,
                    determination.case_number,
                ),
                determination.decision_date,
                item.decision,
            )


def _rarity(sets: Sequence[frozenset[str]]) -> dict[str, float]:
    """The weight of each name: the rarer the heavier."""
    seen = Counter(name for some in sets for name in some)
    return {name: math.log((len(sets) + 1) / (count + 0.5)) for name, count in seen.items()}


def _overlap(one: frozenset[str], other: frozenset[str], rarity: Rarity) -> float:
    """How much two sets share, by weight, from 0 to 1. What no candidate has does not count."""
    whole = sum(max(rarity.get(name, 0.0), 0.0) for name in one | other)
    if not whole:
        return 0.0
    return sum(max(rarity.get(name, 0.0), 0.0) for name in one & other) / whole


def _same_findings(one: Sequence[Tested], other: Sequence[Tested]) -> float:
    """The share of the criteria asked of both that came out alike."""
    mine, theirs = _asked(one), _asked(other)
    every = mine.keys() | theirs.keys()
    if not every:
        return 0.0
    return sum(mine.get(name) == theirs.get(name) for name in every) / len(every)


def _asked(tested: Sequence[Tested]) -> dict[str, str]:
    return {name: status for name, status, effect in tested if effect != "not_asked"}


def _answer(profile: Profile, one: _Candidate, likeness: float) -> Alike:
    mine, theirs = _asked(profile.tested), _asked(one.profile.tested)
    common = mine.keys() & theirs.keys()
    return Alike(
        letter=one.letter,
        position=one.position,
        case_number=one.profile.case_number,
        decided=one.decided,
        request=one.profile.request,
        decision=one.decision,
        likeness=round(likeness, 3),
        shared=tuple(sorted(name for name in common if mine[name] == theirs[name])),
        apart=tuple(
            (name, mine[name], theirs[name])
            for name in sorted(common)
            if mine[name] != theirs[name]
        ),
    )

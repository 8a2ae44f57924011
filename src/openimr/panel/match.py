"""From a register of reviewers to the candidates for a case, each exclusion with its rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

from openimr.model import Party, Value
from openimr.panel.conflicts import Conflict, conflicts
from openimr.panel.register import Profession, RegisteredReviewer
from openimr.panel.specialties import fit, within_scope


class NeedItem(Value, frozen=True, kw_only=True):
    """What of a disputed item bears on who may review it."""

    treatment: str
    category: str | None = None
    region: str | None = None


class Need(Value, frozen=True, kw_only=True):
    """What a case asks of its reviewer.

    ``excluded`` are reviewers by id who must not see it again, as after a remand.
    """

    items: tuple[NeedItem, ...]
    parties: tuple[Party, ...] = ()
    day: date
    excluded: tuple[str, ...] = ()


class Exclusion(Value, frozen=True, kw_only=True):
    """One rule that keeps a reviewer from a case; ``certain`` False calls for a person."""

    rule: str
    says: str
    citation: str
    certain: bool = True


class Candidate(Value, frozen=True, kw_only=True):
    """A reviewer as he or she stands to a case.

    ``fits`` is the lowest fit of specialty over the items (0 to 2); ``reasons`` tell the order.
    """

    reviewer: str
    name: str
    eligible: bool
    fits: int
    exclusions: tuple[Exclusion, ...]
    conflicts: tuple[Conflict, ...]
    reasons: tuple[str, ...]
    rank: int | None = None

    @property
    def clearable(self) -> bool:
        """Kept out only by what a person may clear: something not told, or a name that is alike."""
        against = [one.certain for one in self.exclusions]
        against += [one.certain for one in self.conflicts]
        return bool(against) and not any(against)


class _Rule(Value, frozen=True, kw_only=True):
    says: str
    citation: str
    mark: str
    professions: tuple[Profession, ...] = ()
    from_: date | None = msgspec.field(default=None, name="from")
    more_than: float | None = None
    at_least: float | None = None
    state: str | None = None


class _Rules(Value, frozen=True, kw_only=True):
    licence: _Rule
    good_standing: _Rule
    certification: _Rule
    evaluator: _Rule
    practice_years: _Rule
    practice_hours: _Rule
    specialty: _Rule
    preferred_state: _Rule


@lru_cache(maxsize=1)
def rules() -> _Rules:
    """What a reviewer must be (``qualifications.yaml``)."""
    text = files("openimr.panel").joinpath("qualifications.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), _Rules)


def match(reviewers: Sequence[RegisteredReviewer], need: Need) -> tuple[Candidate, ...]:
    """The reviewers as candidates for a case.

    Args:
        reviewers: the register.
        need: items, parties and day of the case.

    Returns:
        Eligible ones first, in the order in which they should be asked: fit of specialty, the
        state's licensees, the least busy by share of their limit, the longest without a case.
        Then the others, each with every reason against.
    """
    candidates = [(reviewer, _candidate(reviewer, need)) for reviewer in reviewers]
    able = [pair for pair in candidates if pair[1].eligible]
    able.sort(key=lambda pair: _order(pair[0], pair[1], need))
    ranked = [
        msgspec.structs.replace(candidate, rank=place)
        for place, (_, candidate) in enumerate(able, 1)
    ]
    return (*ranked, *(candidate for _, candidate in candidates if not candidate.eligible))


def _candidate(reviewer: RegisteredReviewer, need: Need) -> Candidate:
    found = conflicts(reviewer, need.parties, need.day)
    fits = min((_fit(reviewer, item) for item in need.items), default=0)
    exclusions = tuple(_exclusions(reviewer, need))
    return Candidate(
        reviewer=reviewer.id,
        name=reviewer.name,
        eligible=not exclusions and not found,
        fits=fits,
        exclusions=exclusions,
        conflicts=found,
        reasons=tuple(_reasons(reviewer, fits, need.day)),
    )


def _order(
    reviewer: RegisteredReviewer, candidate: Candidate, need: Need
) -> tuple[int, int, float, date, str]:
    home = _licensed_in(reviewer, rules().preferred_state.state or "", need.day)
    load = reviewer.open_cases / max(1, reviewer.most_open_cases)
    waited = reviewer.last_assigned or date.min
    return (-candidate.fits, -int(home), round(load, 1), waited, reviewer.id)


def _reasons(reviewer: RegisteredReviewer, fits: int, day: date) -> Iterator[str]:
    yield ("no fit of specialty", "specialty fits in part", "specialty fits well")[fits]
    home = rules().preferred_state
    if _licensed_in(reviewer, home.state or "", day):
        yield home.says
    yield f"{reviewer.open_cases} of at most {reviewer.most_open_cases} cases open"
    if reviewer.last_assigned is None:
        yield "no case assigned yet"
    else:
        yield f"last case assigned {reviewer.last_assigned:%-d %b %Y}"


def _exclusions(reviewer: RegisteredReviewer, need: Need) -> Iterator[Exclusion]:
    law, day = rules(), need.day
    if not any(_in_force(reviewer, place, day) for place in range(len(reviewer.licences))):
        yield _against("licence", law.licence)
    if reviewer.disciplined or reviewer.discipline_pending:
        yield _against("good_standing", law.good_standing)
    elif reviewer.disciplined is None or reviewer.discipline_pending is None:
        yield _against("good_standing", law.good_standing, told=False)
    yield from _certified(reviewer, need)
    if law.evaluator.from_ and day >= law.evaluator.from_:
        if reviewer.qualified_medical_evaluator:
            yield _against("evaluator", law.evaluator)
        elif reviewer.qualified_medical_evaluator is None:
            yield _against("evaluator", law.evaluator, told=False)
    since = reviewer.practice_since
    years = (day - since).days / 365.25 if since else None
    if years is None or years <= (law.practice_years.more_than or 0):
        yield _against("practice_years", law.practice_years, told=years is not None)
    hours = reviewer.weekly_hours
    if hours is None or hours < (law.practice_hours.at_least or 0):
        yield _against("practice_hours", law.practice_hours, told=hours is not None)
    if need.items and not all(_fit(reviewer, item) for item in need.items):
        yield _against("specialty", law.specialty)
    if reviewer.id in need.excluded:
        yield Exclusion(
            rule="different_reviewer",
            says="reviewed this dispute before",
            citation="Labor Code 4610.6(i)",
        )
    if reviewer.open_cases >= reviewer.most_open_cases:
        yield Exclusion(rule="workload", says="has no room for a case", citation="own limit")
    if reviewer.unavailable_until and reviewer.unavailable_until >= day:
        yield Exclusion(
            rule="unavailable",
            says=f"is away until {reviewer.unavailable_until:%-d %b %Y}",
            citation="own calendar",
        )


def _certified(reviewer: RegisteredReviewer, need: Need) -> Iterator[Exclusion]:
    rule = rules().certification
    if reviewer.profession not in rule.professions:
        return
    current = [
        one
        for one in reviewer.certifications
        if (one.since is None or one.since <= need.day)
        and (one.until is None or one.until >= need.day)
    ]
    certified = msgspec.structs.replace(reviewer, certifications=tuple(current), specialties=())
    if not current or not all(_fit(certified, item) for item in need.items):
        yield _against("certification", rule)


def _fit(reviewer: RegisteredReviewer, item: NeedItem) -> int:
    if not within_scope(reviewer.profession, item.treatment, item.category, item.region):
        return 0
    return fit(reviewer, item.treatment, item.category, item.region)


def _in_force(reviewer: RegisteredReviewer, place: int, day: date) -> bool:
    licence = reviewer.licences[place]
    return not licence.restricted and (licence.expires is None or licence.expires >= day)


def _licensed_in(reviewer: RegisteredReviewer, state: str, day: date) -> bool:
    return any(
        licence.state == state and _in_force(reviewer, place, day)
        for place, licence in enumerate(reviewer.licences)
    )


def _against(name: str, rule: _Rule, *, told: bool = True) -> Exclusion:
    says = rule.says if told else f"{rule.says}: not told in the register"
    return Exclusion(rule=name, says=f"needs {says}", citation=rule.citation, certain=told)

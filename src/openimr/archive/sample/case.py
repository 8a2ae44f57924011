"""One invented case: worker, dates, what is asked for, and all that holds."""

from __future__ import annotations

import random as randomly
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from openimr import drugs
from openimr.archive.sample import plans
from openimr.archive.sample.content import (
    CaseKind,
    Random,
    Slots,
    Treatment,
    Weighted,
    cases,
    fact_words,
    fill,
    pick,
    raw,
    regions,
    treatments,
)
from openimr.archive.sample.criteria import Asked, Outcome, State, epoch, guideline, judge
from openimr.archive.sample.plans import Plan, Variant
from openimr.guidelines.facts import vocabulary
from openimr.model import Decision, Phase

AGREEMENT = 0.88
"""Share of items in which the physician decides as the criteria do, unless told otherwise."""

_WORST = 0.6
_TRIES = 6


@dataclass(slots=True)
class Item:
    """One disputed item with its truth."""

    name: str
    phase: Phase
    variant: Variant
    number: int
    asked: Asked
    outcome: Outcome
    decision: Decision = "Upheld"
    departs: bool = False
    parent: int | None = None
    request: str = ""
    original: str | None = None
    authorized: str | None = None
    remainder: str | None = None


@dataclass(slots=True)
class Case:
    """A case before it is written."""

    random: Random
    kind: CaseKind
    state: State
    items: list[Item]
    slots: Slots
    dates: dict[str, date]
    form: str
    period: int
    taken: list[tuple[str, str]] = field(default_factory=list)
    tried: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def region(self) -> str:
        """Where the complaint is."""
        return self.kind.region


# ---------------------------------------------------------------------------------- the choices


@cache
def _main() -> Weighted:
    return Weighted({name: held.share for name, held in treatments().items()})


@cache
def _kinds(name: str) -> Weighted:
    return Weighted({kind: held.share for kind, held in cases().items() if fits(name, kind)})


@cache
def _beside(kind: str) -> Weighted:
    shares = {n: t.share for n, t in treatments().items() if t.share and fits(n, kind)}
    return Weighted(shares)


@cache
def fits(name: str, kind: str) -> bool:
    """Whether a treatment is asked for in such cases."""
    held, place = treatments()[name], guideline(name).region
    if held.cases and kind not in held.cases:
        return False
    if place is not None and place != cases()[kind].region:
        return False
    return cases()[kind].region not in ("head", "whole") or not held.cases


@cache
def _sizes() -> Weighted:
    return Weighted({str(n): share for n, share in raw("people")["items"].items()})


@cache
def _periods() -> Weighted:
    return Weighted({str(n): p[2] for n, p in enumerate(raw("people")["periods"])})


def invent(random: Random, agreement: float) -> Case:
    """Invent one case.

    Args:
        random: the numbers to draw.
        agreement: the share of items in which the physician decides as the criteria do.
    """
    form, decided = _when(random)
    count = 1 if form == "M13" else int(_sizes().pick(random))
    name = _main().pick(random)
    held = treatments()[name]
    if held.services and count == 1 and random() < 0.5:
        count = 2 + int(random() * 4)
    kind = _kinds(name).pick(random)
    phase = pick(random, held.phases)
    plan = _plan(random, name, kind, phase, {})
    months, age = (plan.months, plan.age) if plan else (8.0, 45)
    case = Case(
        random=random,
        kind=cases()[kind],
        state=plans.background(kind, months, age),
        items=[],
        slots={},
        dates=_dates(random, decided, months),
        form=form,
        period=epoch(decided),
    )
    case.slots = _slots(case, age)
    case.state["pain_score", case.region] = case.slots["pain"]
    _background(case)
    _add(case, name, phase, plan)
    for _ in range(3 * count):
        if len(case.items) >= count:
            break
        _another(case, kind)
    _settle(case, agreement)
    return case


def _when(random: Random) -> tuple[str, date]:
    start, end, _, form = raw("people")["periods"][int(_periods().pick(random))]
    return form, _workday(start + timedelta(days=int(random() * ((end - start).days + 1))))


def _workday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _dates(random: Random, decided: date, months: float) -> dict[str, date]:
    """The dates of a letter in lawful order, back from the day of the decision."""
    assigned = _workday(decided - timedelta(days=18 + int(random() * 17)))
    received = _workday(assigned - timedelta(days=2 + int(random() * 9)))
    denied = _workday(received - timedelta(days=1 + int(random() * 28)))
    rfa = _workday(denied - timedelta(days=3 + int(random() * 7)))
    visit = _workday(rfa - timedelta(days=int(random() * 7)))
    doi = visit - timedelta(days=max(4, int(months * 30.4)))
    earlier = doi + timedelta(days=int((visit - doi).days * (0.3 + random() * 0.5)))
    return {
        "doi": doi,
        "earlier": earlier,
        "visit": visit,
        "rfa": rfa,
        "denied": denied,
        "received": received,
        "assigned": assigned,
        "decided": decided,
    }


_STYLES = ("%m-%d-%Y", "%m/%d/%Y", "%m-%d-%y", "%m/%d/%y", "%B %d, %Y")


def _slots(case: Case, age: int) -> Slots:
    random = case.random
    words = regions()[case.region]
    female = random() < 0.48
    side = pick(random, ("right", "left"))
    style = pick(random, _STYLES)
    slots: Slots = dict(pick(random, words["roots"]))
    slots["side"] = side
    for name in ("area", "area_plain", "joint", "tender", "limb", "digits", "bone"):
        slots[name] = fill(pick(random, words[name]), slots)
    for name in ("torn", "nerve", "tinel_at"):
        slots[name] = pick(random, words.get(name, ("structures",)))
    slots |= {
        "age": age,
        "sex": "female" if female else "male",
        "He": "She" if female else "He",
        "he": "she" if female else "he",
        "his": "her" if female else "his",
        "His": "Her" if female else "His",
        "him": "her" if female else "him",
        "Side": side.capitalize(),
        "Joint": slots["joint"].capitalize(),
        "mm": pick(random, (3, 4, 5, 6)),
        "job": pick(random, raw("prose")["jobs"]),
        "how": pick(random, raw("prose")["how"][case.region]),
        "pain": 3 + int(random() * 7),
        "surgery": case.kind.surgery,
        "Surgery": case.kind.surgery.capitalize(),
        "sides": pick(random, ("bilateral", side)),
        "extremity": "lower extremities" if case.region == "lumbar" else "upper extremities",
    }
    for name, day in case.dates.items():
        slots[name] = day.strftime(style)
    return slots


def _background(case: Case) -> None:
    """What the kind of case often states, drugs and treatments that go without saying."""
    random = case.random
    for fact, often in case.kind.often.items():
        if random() < often:
            place = case.region if vocabulary()[fact].binding == "region" else None
            case.state.setdefault((fact, place), fact_words()[fact].domain()[0])


# -------------------------------------------------------------------------------------- items


def _plan(random: Random, name: str, kind: str, phase: Phase, state: State) -> Plan | None:
    """A plan that does not contradict what already holds."""
    held = plans.pool(name, kind, phase)
    wanted, other = (held.good, held.bad)
    if random() >= treatments()[name].rate:
        wanted, other = other, wanted
    for group in (wanted, other):
        if not group:
            continue
        for _ in range(_TRIES):
            plan = pick(random, group)
            if all(state.get(key, value) == value for key, value in plan.facts):
                return plan
    return None


def _another(case: Case, kind: str) -> None:
    """One more item that goes with the case."""
    random = case.random
    first = treatments()[case.items[0].name]
    if first.services and random() < 0.85:
        name = pick(random, first.services)
    else:
        name = _beside(kind).pick(random)
    held = treatments()[name]
    families = {guideline(item.name).family for item in case.items}
    if guideline(name).family in families - {"preoperative"} or any(
        item.name == name for item in case.items
    ):
        return
    if not fits(name, kind) or (held.services and first.services):
        return
    phase = pick(random, held.phases)
    if name == "physical_therapy" and case.state.get(("conservative_care_failed", case.region)):
        phase = "repeat"
    plan = _plan(random, name, kind, phase, case.state)
    if plan is not None:
        _add(case, name, phase, plan)


def _add(case: Case, name: str, phase: Phase, plan: Plan | None) -> None:
    held = treatments()[name]
    number = plan.variant if plan else 0
    variant = plans.variants(name)[number]
    if any(variant.drug and variant.drug == item.variant.drug for item in case.items):
        return
    case.state.update(plan.facts if plan else ())
    parent = 0 if held.service and case.items else None
    if name in treatments()[case.items[0].name].services if case.items else False:
        parent = 0
    question = plans.asked(name, case.kind.region, phase, number, None)
    item = Item(name, phase, variant, number, question, Outcome((), (), ()), parent=parent)
    item.request = _request(case, held, item)
    case.items.append(item)


def _request(case: Case, held: Treatment, item: Item) -> str:
    ways = held.ask
    if item.phase in ("repeat", "ongoing") and held.repeat:
        ways = held.repeat
    elif item.phase == "purchase" and held.purchase:
        ways = held.purchase
    template = pick(case.random, ways)
    text = fill(template, case.slots | dict(item.variant.fields))
    return text[0].upper() + text[1:]


def _medicines(case: Case) -> None:
    """The drugs and treatments of the background, none that would upset a request."""
    random, people = case.random, raw("people")
    asked = {item.variant.drug for item in case.items}
    classes = {drugs.lexicon()[d].classes[:1] for d in asked if d and d in drugs.lexicon()}
    nsaid_denied = case.state.get(("on_nsaid", None)) is False
    for _ in range(int(random() * 3.4)):
        said, generic = pick(random, people["medications"])
        own = drugs.lexicon()[generic].classes
        if own[:1] in classes or any(generic == g for _, g in case.taken):
            continue
        if nsaid_denied and "nsaid" in own:
            continue
        classes.add(own[:1])
        case.taken.append((said, generic))
    for item in case.items:
        if item.variant.drug and item.phase == "ongoing":
            said = dict(item.variant.fields)["drug"].split()[0]
            case.taken.append((said, item.variant.drug))
    if case.taken:
        case.state["on_drugs", None] = tuple(generic for _, generic in case.taken)
    first = {people["tried_by"].get(i.name) for i in case.items if i.phase == "initial"}
    count = int(random() * 4)
    for _ in range(count):
        way = tuple(pick(random, people["tried"]))
        if way[1] not in first and way not in case.tried:
            case.tried.append(way)
    words = tuple(value for _, value in case.tried if value)
    if words:
        case.state["conservative_care_tried", case.region] = words


# ----------------------------------------------------------------------------------- decisions


def _settle(case: Case, agreement: float) -> None:
    """Let the criteria judge all that holds now, and the physician decide."""
    _medicines(case)
    departs = 1 - agreement
    for item in case.items:
        held = treatments()[item.name]
        parent = None
        if item.parent is not None:
            parent = case.items[item.parent].decision == "Overturned"
        item.asked = item.asked._replace(parent=parent)
        item.outcome = judge(item.asked, case.state, case.period)
        carried = item.outcome.overturned and parent is not False
        item.decision = "Overturned" if carried else "Upheld"
        if parent is False:
            continue
        # As many go one way as the other, so that the share overturned stays that of practice.
        away = min(_WORST, departs / (2 * held.rate))
        chance = away if carried else away * held.rate / (1 - held.rate)
        if case.random() < chance:
            item.departs = True
            item.decision = "Upheld" if carried else "Overturned"


def seeded(seed: int, number: int) -> Random:
    """The numbers of letter ``number``: the same whatever was written before it."""
    return randomly.Random(f"{seed}/{number}").random

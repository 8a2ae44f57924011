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
    clashes,
    fact_words,
    fill,
    pick,
    raw,
    regions,
    treatments,
)
from openimr.archive.sample.criteria import (
    Asked,
    Key,
    Outcome,
    State,
    bears,
    epoch,
    guideline,
    judge,
)
from openimr.archive.sample.plans import Plan, Variant
from openimr.guidelines.closures import Value
from openimr.guidelines.facts import vocabulary
from openimr.letters.forms import form
from openimr.model import Decision, Phase

AGREEMENT = 0.88
"""Share of items in which the physician decides as the criteria do, unless told otherwise."""

_WORST = 0.6
_MODIFIED = 0.12
_WORDED_BY = "F16"
_FORM_TODAY = "F26"
_THERAPY = ("conservative_care_failed", "therapy_progress_failed", "therapy_ongoing", "hep_failed")
"""Facts whose wordings tell of therapy, so that a request for it is not the first."""
_TAKEN: Key = ("on_drugs", None)
_OPEN = Outcome((), (), ())
_TRIES = 6


@dataclass(slots=True)
class Item:
    """One disputed item with its truth."""

    name: str
    phase: Phase
    variant: Variant
    number: int
    asked: Asked
    wanted: bool
    outcome: Outcome = _OPEN
    decision: Decision = "Upheld"
    departs: bool = False
    parent: int | None = None
    request: str = ""
    worded: str | None = None
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
    return place is None or place == cases()[kind].region


@cache
def _sizes() -> Weighted:
    return Weighted({str(n): share for n, share in raw("people")["items"].items()})


@cache
def _periods() -> Weighted:
    return Weighted({str(n): p[2] for n, p in enumerate(raw("people")["periods"])})


def invent(random: Random, agreement: float, received: date | None = None) -> Case:
    """Invent one case.

    Args:
        random: the numbers to draw.
        agreement: the share of items in which the physician decides as the criteria do.
        received: the day on which the application came, if not one of the times of real letters;
            all other days, the guidelines in force and the form of the letter follow it.
    """
    form, decided = _when(random)
    if received is not None:
        form = _FORM_TODAY
    count = 1 if form == "M13" else int(_sizes().pick(random))
    name, kind, phase, plan = _first_item(random)
    if treatments()[name].services and count == 1 and random() < 0.5:
        count = 2 + int(random() * 4)
    state = plans.background(kind, plan.months, plan.age)
    dates = _dates(random, decided, plan.months, received)
    case = Case(
        random=random,
        kind=cases()[kind],
        state=state,
        items=[],
        slots={},
        dates=dates,
        form=form,
        period=epoch(dates["decided"]),
    )
    case.slots = _slots(case, plan.age)
    case.state["pain_score", case.region] = case.slots["pain"]
    _begin(case, name, phase, plan)
    _background(case)
    for _ in range(3 * count):
        if len(case.items) >= count:
            break
        _another(case, kind)
    _settle(case, agreement)
    return case


def _first_item(random: Random) -> tuple[str, str, Phase, Plan]:
    """What the letter is mainly about: treatment, kind of case, phase and plan."""
    while True:
        name = _main().pick(random)
        kind = _kinds(name).pick(random)
        phase = pick(random, treatments()[name].phases)
        wanted = _wanted(random, name)
        plan = _plan(random, name, kind, phase, wanted)
        if plan is not None:
            return name, kind, phase, plan


def _when(random: Random) -> tuple[str, date]:
    start, end, _, form = raw("people")["periods"][int(_periods().pick(random))]
    return form, _workday(start + timedelta(days=int(random() * ((end - start).days + 1))))


def _workday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _dates(random: Random, decided: date, months: float, received: date | None) -> dict[str, date]:
    """The dates of a letter in lawful order, back from the day of the decision, or both ways from
    that of the application.
    """
    taken, waited = 18 + int(random() * 17), 2 + int(random() * 9)
    if received is None:
        assigned = _workday(decided - timedelta(days=taken))
        received = _workday(assigned - timedelta(days=waited))
    else:
        assigned = max(received, _workday(received + timedelta(days=waited)))
        decided = _workday(assigned + timedelta(days=taken))
    denied = _workday(received - timedelta(days=1 + int(random() * 28)))
    rfa = _workday(denied - timedelta(days=3 + int(random() * 7)))
    visit = _workday(rfa - timedelta(days=int(random() * 7)))
    low, high = plans.BANDS[months]
    # The criteria count the time since the injury to the decision of utilization review.
    doi = denied - timedelta(days=int(30.44 * (low + (high - low) * random())))
    visit, rfa = max(visit, doi + timedelta(days=2)), max(rfa, doi + timedelta(days=3))
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
    """What such cases often state besides, as far as it leaves the outcome alone."""
    random = case.random
    for stated, holds in ((case.kind.often, True), (case.kind.denied, False)):
        for fact, often in stated.items():
            if random() < often:
                place = case.region if vocabulary()[fact].binding == "region" else None
                _also(case, (fact, place), fact_words()[fact].domain()[0] if holds else False)


def _words(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _also(case: Case, key: Key, value: Value) -> bool:
    """Let something more hold, unless it is settled or would change an outcome."""
    if (key in case.state and key != _TAKEN) or clashes(key, value, case.state):
        return False
    trial = case.state | {key: value}
    for item in case.items:
        if not bears(item.name, key[0]):
            continue
        if judge(item.asked, trial, case.period).overturned != item.wanted:
            return False
    case.state = trial
    return True


# -------------------------------------------------------------------------------------- items


def _plan(random: Random, name: str, kind: str, phase: Phase, wanted: bool) -> Plan | None:
    """A plan for the outcome wanted, if there is one for this kind of case."""
    held = plans.pool(name, kind, phase)
    group = held.good if wanted else held.bad
    return pick(random, group) if group else None


def _wanted(random: Random, name: str) -> bool:
    """Whether the criteria are to carry a request: as often as practice overturns it."""
    return random() < treatments()[name].rate


def _another(case: Case, kind: str) -> None:
    """One more item that goes with the case."""
    random = case.random
    first = treatments()[case.items[0].name]
    if first.services and random() < 0.85:
        name = pick(random, first.services)
    else:
        name = _beside(kind).pick(random)
    held = treatments()[name]
    family = guideline(name).family
    for item in case.items:
        other = guideline(item.name).family
        if item.name == name or (family == other and family != "preoperative"):
            return
    if not fits(name, kind) or (held.services and first.services):
        return
    phase = pick(random, held.phases)
    if name == "physical_therapy" and any(case.state.get((f, case.region)) for f in _THERAPY):
        phase = "repeat"
    wanted = _wanted(random, name)
    for _ in range(_TRIES):
        plan = _plan(random, name, kind, phase, wanted)
        if plan is not None and _add(case, name, phase, plan, wanted):
            return


def _begin(case: Case, name: str, phase: Phase, plan: Plan) -> None:
    """The main item: its facts hold, and its outcome is what the criteria of the day say."""
    case.state.update(plan.facts)
    question = plans.asked(name, case.kind.region, phase, plan.variant, None)
    variant = plans.variants(name)[plan.variant]
    item = Item(name, phase, variant, plan.variant, question, False)
    _ask(case, item)
    item.wanted = judge(item.asked, case.state, case.period).overturned
    case.items.append(item)


def _add(case: Case, name: str, phase: Phase, plan: Plan, wanted: bool) -> bool:
    """Add an item and its facts, unless they contradict what holds or upset what was decided."""
    state = case.state
    variant = plans.variants(name)[plan.variant]
    facts = dict(plan.facts)
    taken = facts.pop(_TAKEN, ())
    if any(state.get(key, value) != value for key, value in facts.items()):
        return False
    if any(clashes(key, value, state) for key, value in facts.items()):
        return False
    if taken:
        facts[_TAKEN] = (*_words(state.get(_TAKEN)), *_words(taken))
    if any(variant.drug and variant.drug == item.variant.drug for item in case.items):
        return False
    if any(facts.get((fact, case.region)) for fact in _THERAPY) and any(
        item.name == "physical_therapy" and item.phase == "initial" for item in case.items
    ):
        return False
    parent = 0 if case.items and name in treatments()[case.items[0].name].services else None
    # A service of a surgery is judged as if the surgery stood; whether it does is seen later.
    supported = True if parent == 0 else None
    question = plans.asked(name, case.kind.region, phase, plan.variant, supported)
    item = Item(name, phase, variant, plan.variant, question, wanted, parent=parent)
    _ask(case, item)
    trial = state | facts
    for one in (*case.items, item):
        if one is not item and not any(bears(one.name, fact) for fact, _ in facts):
            continue
        if judge(one.asked, trial, case.period).overturned != one.wanted:
            return False
    case.state = trial
    case.items.append(item)
    return True


def _ask(case: Case, item: Item) -> None:
    """Word the request; of some the claims administrator has authorized a part."""
    held = treatments()[item.name]
    item.request = _request(case, held, item, dict(item.variant.fields))
    visits = dict(item.asked.values).get("sessions_requested")
    modified = form(_WORDED_BY).modified[0]
    if not isinstance(visits, int) or visits < 4 or case.random() > _MODIFIED:
        return
    granted = visits // 2 if visits > 6 or case.random() < 0.5 else 2
    item.original, item.authorized, item.remainder = (
        _request(case, held, item, {"n": str(n)}) for n in (visits, granted, visits - granted)
    )
    item.request = item.original
    item.worded = modified.format(
        original=item.original, authorized=item.authorized, remainder=item.remainder
    )
    values = (("sessions_requested", visits - granted), ("sessions_authorized", granted))
    item.asked = item.asked._replace(values=values)


def _request(case: Case, held: Treatment, item: Item, fields: Slots) -> str:
    ways = held.ask
    if item.phase in ("repeat", "ongoing") and held.repeat:
        ways = held.repeat
    elif item.phase == "purchase" and held.purchase:
        ways = held.purchase
    if len(fields) == 1:
        # The parts of a request are told apart by the number of visits alone.
        [template] = [way for way in ways if "{n}" in way][:1]
    else:
        template = pick(case.random, ways)
    text = fill(template, case.slots | fields)
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
    asked_for = [
        (plans.said_as(item.variant), item.variant.drug)
        for item in case.items
        if item.variant.drug and item.phase == "ongoing"
    ]
    case.taken += [pair for pair in asked_for if pair not in case.taken]
    known = tuple(generic for _, generic in case.taken)
    if known and not _also(case, _TAKEN, known):
        case.taken = asked_for
    first = {people["tried_by"].get(i.name) for i in case.items if i.phase == "initial"}
    count = int(random() * 4)
    for _ in range(count):
        way = tuple(pick(random, people["tried"]))
        if way[1] not in first and way not in case.tried:
            case.tried.append(way)
    words = tuple(value for _, value in case.tried if value)
    if words and not _also(case, ("conservative_care_tried", case.region), words):
        case.tried = []


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
        item.wanted = item.outcome.overturned
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

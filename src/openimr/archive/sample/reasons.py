"""The reviewer's reasons for a decision, in a reviewer's prose."""

from __future__ import annotations

from functools import cache

from openimr.archive.sample.case import Case, Item
from openimr.archive.sample.content import fact_words, fill, pick, raw, treatments
from openimr.archive.sample.criteria import Key, guideline
from openimr.archive.sample.plans import reach
from openimr.archive.sample.summary import Summary
from openimr.guidelines.facts import vocabulary
from openimr.guidelines.guideline import Criterion

_MOST = 2


def write_rationale(case: Case, item: Item, summary: Summary, authority: str) -> str:
    """Reasons that restate what decided the item.

    Args:
        case: the case.
        item: the item, decided.
        summary: the summary written, for the words of the record.
        authority: how the guideline is called.
    """
    ways, random = raw("reasons"), case.random
    held = treatments()[item.name]
    slots = {
        "why": held.why,
        "why_low": held.why[0].lower() + held.why[1:],
        "authority": authority,
        "request": item.remainder or item.request,
        "called": held.called,
        "list": _nouns(case, item, item.outcome.failing[:_MOST]),
    }
    said = [_capital(fill(pick(random, ways["open"]), slots))]
    upheld = item.decision == "Upheld"
    if item.parent is not None and case.items[item.parent].decision == "Upheld":
        return fill(pick(random, ways["dependent"]), slots)
    if item.departs:
        slots["list"] = slots["list"] or _nouns(case, item, item.outcome.supporting[:1])
        slots["list"] = slots["list"] or "the need for treatment"
        way = "depart_uphold" if upheld else "depart_overturn"
        said.append(fill(pick(random, ways[way]), slots))
    elif upheld:
        said += [_failure(case, item, name, summary, dict(slots)) for name in _first(item)]
    else:
        quotes = _quotes(case, item, item.outcome.supporting, summary)
        slots["quote"] = " and ".join(quotes[:_MOST])
        said.append(fill(pick(random, ways["met" if quotes else "met_plain"]), slots))
    said.append(fill(pick(random, ways["uphold" if upheld else "overturn"]), slots))
    return " ".join(said)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _first(item: Item) -> tuple[str, ...]:
    return item.outcome.failing[:_MOST] or ("",)


@cache
def criterion(name: str, number: str) -> Criterion | None:
    """A criterion of a treatment."""
    return next((c for c in guideline(name).criteria if c.id == number), None)


def _failure(case: Case, item: Item, number: str, summary: Summary, slots: dict[str, str]) -> str:
    ways, random = raw("reasons"), case.random
    held = criterion(item.name, number)
    status = dict(item.outcome.statuses).get(number)
    if held is None:
        return fill(pick(random, ways["generic"]), slots)
    slots["list"] = _nouns(case, item, (number,)) or "the elements required"
    quotes = _quotes(case, item, (number,), summary, against=True)
    if quotes and held.kind != "contraindication" and status != "not_documented":
        slots["quote"] = quotes[0]
        return fill(pick(random, ways["failed"]), slots)
    if held.kind == "limit":
        return fill(pick(random, ways["limit"]), slots)
    if held.kind == "contraindication":
        return fill(pick(random, ways["contra"]), slots)
    return fill(pick(random, ways["silent"]), slots)


def _nouns(case: Case, item: Item, numbers: tuple[str, ...]) -> str:
    found: list[str] = []
    for number in numbers:
        noun = _noun(item.name, number, case.region)
        if noun and noun not in found:
            found.append(noun)
    return " or ".join(found)


@cache
def _noun(name: str, number: str, region: str) -> str:
    """What a criterion asks for, as a noun: by its commonest facts, else by its gap."""
    held = criterion(name, number)
    if held is None:
        return ""
    named = raw("reasons")["nouns"]
    nouns: list[str] = []
    for fact, _ in held.test.names:
        words = fact_words().get(fact)
        fits = words is not None and (not words.regions or region in words.regions)
        noun = named.get(fact) or (words.noun if words is not None and fits else None)
        if noun and noun not in nouns and len(nouns) < _MOST:
            nouns.append(noun)
    if nouns:
        return " or ".join(nouns)
    if held.gap:
        return held.gap[0].lower() + held.gap[1:].rstrip(".")
    return ""


def _quotes(
    case: Case, item: Item, numbers: tuple[str, ...], summary: Summary, against: bool = False
) -> list[str]:
    """What the record says that bears on criteria, as clauses."""
    found: list[str] = []
    told = {fact for fact, _ in summary.said}
    for number in numbers:
        for fact, binding in _facts(item.name, number):
            if fact not in told:
                continue
            key = _key(case, item, fact, binding)
            value = case.state.get(key)
            if key in summary.said and (value is False) == against:
                found.append(_clause(fact, summary.said[key]))
    return list(dict.fromkeys(found))


@cache
def _facts(name: str, number: str) -> tuple[Key, ...]:
    """The facts that a criterion looks at, directly or not."""
    held = criterion(name, number)
    return () if held is None else tuple(sorted(reach(held.condition), key=str))


def _key(case: Case, item: Item, fact: str, binding: str | None) -> Key:
    kind = vocabulary()[fact].binding
    if kind == "person":
        return fact, None
    return fact, case.region if kind == "region" else binding or item.asked.own


def _clause(fact: str, words: str) -> str:
    held = fact_words().get(fact)
    part = held.part if held is not None else fact
    if part == "on_drugs":
        return f"the worker takes {words}"
    if part == "conservative_care_tried":
        return f"treatment has included {words}"
    if part == "exam":
        return f"the examination showed {words}"
    if part in ("mri", "xray"):
        return f"imaging showed {words}"
    if part == "dx":
        return f"the diagnosis of {words} is given"
    first = words.split(" ", 1)[0]
    low = words if first.isupper() and len(first) > 1 else words[0].lower() + words[1:]
    return f"it is noted that {low}"

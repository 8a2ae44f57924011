"""The drug dictionary: names as records write them, and the classes that criteria speak of.

The entries are in ``drugs.yaml``. A request is classed by its route too: diclofenac by mouth is
an ``nsaid``, its gel a ``topical_nsaid``, a cream of several active parts a ``topical_compound``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import msgspec

Route = Literal["oral", "topical", "transdermal", "injection", "nasal", "inhaled", "device"]
Schedule = Literal["I", "II", "III", "IV", "V"]

DATA = Path(__file__).with_name("drugs.yaml")


class Drug(msgspec.Struct, frozen=True, kw_only=True):
    """A drug or fixed combination.

    ``label`` is what reviews print; ``components`` the active parts; ``topical`` the classes
    when it is put on the skin. ``omeq`` is the oral morphine equivalent of one ``omeq_per``:
    general knowledge of medium certainty (``omeq_certainty``), to be checked against the
    guideline in force before a limit is argued on it. ``hint`` is a condition that taking the
    drug suggests, never proof of it.
    """

    name: str
    label: str
    components: tuple[str, ...]
    classes: tuple[str, ...]
    topical: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    route: Route = "oral"
    schedule: Schedule | None = None
    omeq: float | None = None
    omeq_per: str = "mg"
    omeq_certainty: str = "GK-M"
    form: str | None = None
    hint: str | None = None

    @property
    def controlled(self) -> bool:
        """Whether federal law schedules it as a controlled substance."""
        return self.schedule is not None


class DrugMention(msgspec.Struct, frozen=True):
    """A drug named in a text: ``text[start:end]`` is the name, without the strength.

    ``strength`` is as printed, parts of a combination joined by ``/`` (``10/325``);
    ``strength_unit`` is %, mg, mcg, mcg/hr or units, None where the text gives none.
    """

    drug: Drug
    start: int
    end: int
    strength: str | None = None
    strength_unit: str | None = None

    @property
    def amount(self) -> float | None:
        """The strength of the first active part as a number."""
        if self.strength is None:
            return None
        try:
            return float(self.strength.split("/")[0])
        except ValueError:  # pragma: no cover - the pattern admits numbers only
            return None


class Classified(NamedTuple):
    """What drug a request is for: label, classes (the most telling first), drugs, route."""

    label: str | None
    classes: tuple[str, ...]
    drugs: tuple[Drug, ...]
    route: Route | None


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    classes: tuple[str, ...]
    label: str | None = None
    components: tuple[str, ...] = ()
    topical: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    route: Route = "oral"
    schedule: Schedule | None = None
    omeq: float | None = None
    omeq_per: str = "mg"
    form: str | None = None
    hint: str | None = None


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    classes: dict[str, str]
    ingredients: dict[str, str]
    injected: dict[str, str]
    not_a_drug: tuple[str, ...]
    drugs: tuple[_Entry, ...]


@cache
def _data() -> _Data:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return msgspec.convert(yaml.load(DATA.read_bytes(), Loader=loader), _Data)


def classes() -> Mapping[str, str]:
    """Every drug class a criterion may name, with what it means in words."""
    data = _data()
    made = {name: f"Active part of a product for the skin: {name.partition('_')[2]}" for name in
            data.ingredients.values()}  # fmt: skip
    return MappingProxyType({**data.classes, **made})


@cache
def drugs() -> tuple[Drug, ...]:
    """Every entry of the dictionary, in its order."""
    return tuple(_drug(entry) for entry in _data().drugs)


def _drug(entry: _Entry) -> Drug:
    label = entry.label or entry.name
    return Drug(
        name=entry.name,
        label=label,
        components=entry.components or tuple(label.split("/")),
        classes=entry.classes,
        topical=entry.topical,
        names=tuple(dict.fromkeys(n.lower() for n in (entry.name, *entry.brands, *entry.also))),
        brands=entry.brands,
        strengths=entry.strengths,
        route=entry.route,
        schedule=entry.schedule,
        omeq=entry.omeq,
        omeq_per=entry.omeq_per,
        form=entry.form,
        hint=entry.hint,
    )


@cache
def lexicon() -> Mapping[str, Drug]:
    """Every name in small letters - generic, brand, other spelling - and its drug."""
    return MappingProxyType({name: drug for drug in drugs() for name in drug.names})


_FOLD = str.maketrans(dict.fromkeys("-/\n\t\r‐‑–\xa0", " "))


def _fold(text: str) -> str:
    """Small letters, separators as spaces; every character keeps its place."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(letter.lower()[:1] or letter for letter in text)
    return small.translate(_FOLD)


@cache
def _automaton() -> Any:
    import ahocorasick

    made = ahocorasick.Automaton()
    for phrase in _data().not_a_drug:
        made.add_word(_fold(phrase), (len(phrase), None))
    for name, drug in lexicon().items():
        made.add_word(_fold(name), (len(name), drug))
    made.make_automaton()
    return made


@cache
def _combinations() -> Mapping[frozenset[str], Drug]:
    return {
        frozenset(drug.components): drug
        for drug in reversed(drugs())
        if len(drug.components) > 1 and drug.name == drug.label
    }


_FORM = (
    r"(?:hcl|hydrochloride|sodium|potassium|citrate|tartrate|er|xr|sr|cr|ir|dr|ec|ds|odt|oral|tabs?"
    r"|tablets?|caps?|capsules?|patch(?:es)?|pads?|gel|cream|ointment|lotion|topical|solution"
    r"|suspension|transdermal|extended[ -]release)"
)
_AFTER = re.compile(
    rf"(?:[\s,]*{_FORM}\b)*[\s,:)]*\(?\s*"
    r"(\d+(?:\.\d+)?|\.\d+)((?:\s?[/-]\s?\d+(?:\.\d+)?)*)"
    r"\s*(%|mg|mcg|µg|ug|units?|iu|meq)?(\s*/\s*(?:hr|hour|h)\b)?",
    re.I,
)
_BEFORE = re.compile(r"(?<![\d./])(\d+(?:\.\d+)?|\.\d+)\s*(%|mg|mcg)\s*(?:of\s+)?\Z", re.I)
_JOIN = re.compile(r"\s*(?:/|\+|&|-|and|with|w/)?\s*\Z", re.I)


def find(text: str) -> list[DrugMention]:
    """All drugs a text names, in its order, longest names first, none overlapping.

    ``hydrocodone 5 mg / acetaminophen 325 mg`` is one mention of the combination. Words that
    merely contain a drug's name (``morphine equivalent``) are none.
    """
    mentions: list[DrugMention] = []
    folded = _fold(text)
    reached = 0
    for start, end, drug in _names(folded):
        if drug is None:
            continue
        strength, unit, after = _strength(text, start, end, drug, reached)
        mention = DrugMention(drug, start, end, strength, unit)
        whole = _joined(text, mentions[-1], reached, mention) if mentions else None
        if whole is not None:
            mentions[-1] = whole
        else:
            mentions.append(mention)
        reached = after
    return mentions


def _names(folded: str) -> list[tuple[int, int, Drug | None]]:
    found = []
    for last, (length, drug) in _automaton().iter(folded):
        start, end = last - length + 1, last + 1
        if (start == 0 or not folded[start - 1].isalnum()) and _ends(folded, end, length):
            found.append((start, end, drug))
    found.sort(key=lambda hit: (hit[0], -hit[1]))
    kept: list[tuple[int, int, Drug | None]] = []
    for hit in found:
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept


def _ends(folded: str, end: int, length: int) -> bool:
    """Whether a name ends here; a strength may be glued to it (``Naproxen550mg``)."""
    if end == len(folded) or not folded[end].isalnum():
        return True
    return length >= 4 and folded[end].isdigit() and folded[end - 1].isalpha()


def _strength(
    text: str, start: int, end: int, drug: Drug, reached: int
) -> tuple[str | None, str | None, int]:
    """The strength after (or else before) the name, and where the mention ends with it."""
    match = _AFTER.match(text, end, end + 80)
    if match:
        value = match[1] + re.sub(r"\s?[/-]\s?", "/", match[2])
        unit = _unit(match[3], match[4])
        if unit or value in drug.strengths or ("/" in value and len(drug.components) > 1):
            return value, unit, match.end()
    match = _BEFORE.search(text, reached, start)
    if match:
        return match[1], _unit(match[2], None), end
    return None, None, end


def _unit(unit: str | None, per: str | None) -> str | None:
    if unit is None:
        return None
    plain = unit.lower()
    plain = {"µg": "mcg", "ug": "mcg", "unit": "units", "iu": "units"}.get(plain, plain)
    return f"{plain}/hr" if per else plain


def _joined(
    text: str, before: DrugMention, reached: int, mention: DrugMention
) -> DrugMention | None:
    """The known combination that two neighbours make, if they make one."""
    if not _JOIN.match(text, reached, mention.start):
        return None
    parts = frozenset((*before.drug.components, *mention.drug.components))
    drug = _combinations().get(parts)
    if drug is None or parts == frozenset(before.drug.components):
        return None
    strengths = [part for part in (before.strength, mention.strength) if part]
    unit = before.strength_unit or mention.strength_unit
    return DrugMention(drug, before.start, mention.end, "/".join(strengths) or None, unit)


def drug_label(named: Iterable[Drug]) -> str | None:
    """The drug of a request in one label: generic names, parts of a mixture joined by ``/``.

    A brand beside its generic (``Mobic (meloxicam)``) and a mixture beside its parts count
    once. None where no drug is named.
    """
    labels: dict[str, frozenset[str]] = {}
    for drug in named:
        labels.setdefault(drug.label, frozenset(drug.components))
    kept = [
        label
        for label, parts in labels.items()
        if not any(parts < other for name, other in labels.items() if name != label)
    ]
    return "/".join(kept) or None


_SKIN = re.compile(
    r"\b(?:cream|gel|ointment|lotion|topicals?|patch(?:es)?|pads?|roll[ -]?on|spray|liniment|balm"
    r"|foam|cream base|transdermal|solution|compound(?:ed)? (?:cream|topical|ointment|gel))\b",
    re.I,
)
_INJECTION = re.compile(
    r"\b(?:injections?|inj|intramuscular|IM|intravenous|IV|infusion|intra-?articular)\b"
)
_COMPOUND = re.compile(r"\bcompound(?:s|ed)?\b", re.I)
_RUBS = frozenset(("topical_salicylate", "topical_capsaicin", "topical_lidocaine"))


@lru_cache(maxsize=4096)
def classify(text: str) -> Classified:
    """Class the drug of a request title.

    Args:
        text: the request as written, ``Flurbiprofen 20%, Baclofen 5% in cream base 240 g``.

    Returns:
        Label, classes with the one that decides the guideline first, the drugs and the route;
        no label and no classes where no drug is named (a bare ``compounded cream`` still is a
        ``topical_compound``).
    """
    mentions = find(text)
    named = tuple(dict.fromkeys(mention.drug for mention in mentions))
    on_skin = bool(_SKIN.search(text)) or any(m.strength_unit == "%" for m in mentions)
    if not named:
        compounded = on_skin and _COMPOUND.search(text)
        return Classified(None, ("topical_compound",) if compounded else (), (), None)
    route = _route(named, on_skin, bool(_INJECTION.search(text)))
    if route == "topical":
        found = _skin_classes(named, bool(_COMPOUND.search(text)))
    elif route == "injection":
        found = _injected_classes(named)
    else:
        found = _merged(drug.classes for drug in named)
    return Classified(drug_label(named), found, named, route)


def _route(named: Sequence[Drug], on_skin: bool, injected: bool) -> Route:
    first = named[0]
    routes = {drug.route for drug in named}
    if "topical" in routes and not injected:
        return "topical"
    if injected and first.route in ("oral", "topical"):
        return "injection"
    if first.route != "oral" and not (on_skin and first.topical):
        return first.route
    if on_skin and (len(named) > 1 or first.topical):
        return "topical"
    return first.route


def _skin_classes(named: Sequence[Drug], compounded: bool) -> tuple[str, ...]:
    each = [drug.topical or drug.classes for drug in named]
    parts = _ingredients(named)
    if len({part for drug in named for part in drug.components}) == 1 or len(named) == 1:
        return _merged([each[0], parts])
    if not compounded and all(_RUBS & set(found) for found in each):
        return _merged([["topical_salicylate"], *each, parts])
    return _merged([["topical_compound"], parts])


def _ingredients(named: Sequence[Drug]) -> tuple[str, ...]:
    known = _data().ingredients
    by_name = lexicon()
    found: list[str] = []
    for drug in named:
        for part in drug.components:
            single = by_name.get(part, drug)
            found.extend(known[name] for name in single.classes if name in known)
    return _merged([found])


def _injected_classes(named: Sequence[Drug]) -> tuple[str, ...]:
    instead = _data().injected
    found = [[instead.get(name, name) for name in drug.classes] for drug in named]
    usual = all(drug.route == "injection" for drug in named)
    return _merged([*found, [] if usual else ["injected_other"]])


def _merged(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


_FORMS = {
    "tablet": r"tab(?:let)?s?",
    "capsule": r"cap(?:sule)?s?",
    "patch": r"patch(?:es)?|pads?|transdermal",
    "cream": r"creams?",
    "gel": r"gels?",
    "ointment": r"ointments?",
    "lotion": r"lotions?|roll[ -]?on",
    "spray": r"sprays?",
    "solution": r"solutions?",
    "suspension": r"suspensions?",
    "injection": r"injections?",
}
_FORM_WORD = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _FORMS.items()) + r")\b", re.I
)


def request_facts(text: str) -> dict[str, bool | float | str | tuple[str, ...]]:
    """The facts of the condition language that a drug request states by its words.

    Args:
        text: the request as written.

    Returns:
        ``drug_name``, ``drug_class``, ``drug_components``, ``dosage_form``, ``strength`` and
        ``capsaicin_percent``, each where the words tell it; empty where no drug is named.
    """
    classified = classify(text)
    if not classified.drugs or classified.label is None:
        return {"drug_class": classified.classes} if classified.classes else {}
    known: dict[str, bool | float | str | tuple[str, ...]] = {
        "drug_name": classified.label,
        "drug_class": classified.classes,
        "drug_components": _merged(drug.components for drug in classified.drugs),
    }
    match = _FORM_WORD.search(text)
    form = match.lastgroup if match else classified.drugs[0].form
    if form:
        known["dosage_form"] = form
    for mention in find(text):
        if mention.strength:
            known.setdefault("strength", mention.strength + (mention.strength_unit or ""))
        if "capsaicin" in mention.drug.components and mention.strength_unit == "%":
            known["capsaicin_percent"] = mention.amount or 0.0
    return known

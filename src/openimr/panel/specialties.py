"""Which specialties fit a condition and a treatment, from ``specialties.yaml``."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

from openimr.model import Value
from openimr.panel.register import Profession, RegisteredReviewer


class Scope(Value, frozen=True, kw_only=True):
    """What a profession other than MD and DO may review by itself."""

    treatments: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class _Table(Value, frozen=True, kw_only=True):
    general: tuple[str, ...]
    same_as: dict[str, tuple[str, ...]]
    regions: dict[str, tuple[str, ...]]
    categories: dict[str, tuple[str, ...]]
    treatments: dict[str, tuple[str, ...]]
    professions: dict[Profession, Scope]


@lru_cache(maxsize=1)
def _table() -> _Table:
    text = files("openimr.panel").joinpath("specialties.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), _Table)


@lru_cache(maxsize=1)
def _canonical() -> dict[str, str]:
    names = {_key(name): name for name in _known()}
    for name, others in _table().same_as.items():
        names |= {_key(other): name for other in (name, *others)}
    return names


def _known() -> set[str]:
    table = _table()
    lists = [table.general, *table.regions.values(), *table.categories.values()]
    return {name for names in [*lists, *table.treatments.values()] for name in names}


def _key(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower().replace("&", "and"))


def specialty(name: str) -> str:
    """The table's name for a specialty, whatever its spelling; the name itself if it has none."""
    return _canonical().get(_key(name), name)


def specialties_of(reviewer: RegisteredReviewer) -> frozenset[str]:
    """Specialties that a reviewer practices or is certified in, subspecialties included."""
    names: set[str] = set(reviewer.specialties)
    for certificate in reviewer.certifications:
        names.add(certificate.specialty)
        # "Anesthesiology/Pain Medicine" and "PM&R - Pain Medicine" name two.
        names |= set(re.split(r"\s*[/,;]\s*|\s+-\s+", certificate.specialty))
    own = {"chiropractor": "Chiropractic", "acupuncturist": "Acupuncture"}
    own |= {"psychologist": "Psychology", "podiatrist": "Podiatry", "dentist": "Dentistry"}
    own |= {"optometrist": "Optometry"}
    names |= {own[reviewer.profession]} if reviewer.profession in own else set()
    return frozenset(specialty(name) for name in names if name)


def within_scope(
    profession: Profession, treatment: str, category: str | None, region: str | None
) -> bool:
    """Whether a profession may review a treatment at all; MD and DO may review everything."""
    scope = _table().professions.get(profession)
    if scope is None:
        return True
    if scope.regions and region is not None and region not in scope.regions:
        return False
    if not scope.treatments and not scope.categories:
        return region in scope.regions
    return treatment in scope.treatments or (category or "") in scope.categories


def fit(
    reviewer: RegisteredReviewer, treatment: str, category: str | None, region: str | None
) -> int:
    """How well a reviewer's specialties fit: 2 treatment and condition, 1 one of them, 0 neither.

    Where neither region nor category is known, a general specialty fits once.
    """
    table = _table()
    held = specialties_of(reviewer)
    by_treatment = table.treatments.get(treatment) or table.categories.get(category or "other", ())
    score = int(bool(held & {specialty(one) for one in by_treatment}))
    if region in table.regions:
        return score + int(bool(held & {specialty(one) for one in table.regions[region]}))
    return score + int(bool(held & {specialty(one) for one in table.general}))

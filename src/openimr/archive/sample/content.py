"""The data that samples are made of: phrases of facts, regions, kinds of cases, treatments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
import yaml

from openimr.model import Phase, Region

T = TypeVar("T")
Plain = bool | int | float | str
Slots = dict[str, Any]
Random = Callable[[], float]
"""Numbers from 0 up to 1, as :meth:`random.Random.random` gives them."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the data files: a misspelled key is refused."""


class FactWords(
    _Part, frozen=True, rename={"noun": "as", "yes": "is", "no": "isnt", "companion": "with"}
):
    """How a fact is written.

    ``value`` is the value of a fact that is no plain yes or no, ``months`` the least time since
    the injury that the fact takes.
    """

    part: str
    noun: str
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    values: dict[Plain, tuple[str, ...]] = {}
    value: Plain | None = None
    regions: tuple[Region, ...] = ()
    often: float = 1.0
    months: float = 0.0
    companion: str | None = None

    def domain(self) -> tuple[Plain, ...]:
        """The values that there are words for."""
        positive = () if not self.yes else (True if self.value is None else self.value,)
        return (*positive, *((False,) if self.no else ()), *self.values)

    def wordings(self, value: object) -> tuple[str, ...]:
        """The wordings of a value; empty where there are none."""
        if value is False:
            return self.no
        if value is True or (self.value is not None and value == self.value):
            return self.yes
        return self.values.get(value, ())  # type: ignore[call-overload, no-any-return]


class CaseKind(_Part, frozen=True):
    """A kind of case: where, what for, and what its background states."""

    share: float
    region: Region
    dx: tuple[str, ...]
    has: tuple[str, ...] = ()
    often: dict[str, float] = {}
    denied: dict[str, float] = {}
    surgery: str = "surgery"


class Treatment(_Part, frozen=True):
    """What is asked for; see ``treatments.yaml``."""

    share: float
    rate: float
    ask: tuple[str, ...]
    why: str
    phases: tuple[Phase, ...] = ("initial",)
    called: str = "the treatment"
    cases: tuple[str, ...] = ()
    visits: tuple[tuple[int, int], ...] = ()
    drugs: tuple[str, ...] = ()
    generic: dict[str, str] = {}
    components: tuple[tuple[str, ...], ...] = ()
    form: str | None = None
    q: tuple[int, ...] = ()
    repeat: tuple[str, ...] = ()
    purchase: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    service: bool = False
    chronic: bool = False


@cache
def raw(name: str) -> Any:
    """A data file of this folder as plain data."""
    text = files("openimr.archive.sample").joinpath(f"{name}.yaml").read_text("utf-8")
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _table(name: str, kind: type[T]) -> dict[str, T]:
    return {key: msgspec.convert(value, kind) for key, value in raw(name).items()}


@cache
def fact_words() -> Mapping[str, FactWords]:
    """Every fact that there are words for."""
    return MappingProxyType(_table("facts_exam", FactWords) | _table("facts_history", FactWords))


@cache
def cases() -> Mapping[str, CaseKind]:
    """The kinds of cases."""
    return MappingProxyType(_table("cases", CaseKind))


@cache
def treatments() -> Mapping[str, Treatment]:
    """What can be asked for, by treatment id."""
    tables = ("treatments", "treatments_more")
    return MappingProxyType({k: v for name in tables for k, v in _table(name, Treatment).items()})


@cache
def regions() -> Mapping[str, Mapping[str, Any]]:
    """The words of each body region."""
    return MappingProxyType(raw("regions"))


@cache
def _clashing() -> Mapping[tuple[str, bool], tuple[tuple[str, bool], ...]]:
    found: dict[tuple[str, bool], tuple[tuple[str, bool], ...]] = {}
    for group in raw("cases_apart"):
        sides = [(name.removeprefix("not "), not name.startswith("not ")) for name in group]
        for one in sides:
            found[one] = (*found.get(one, ()), *(other for other in sides if other != one))
    return found


def clashes(key: tuple[str, str | None], value: object, state: Mapping[Any, object]) -> bool:
    """Whether no physician would write this beside what holds: see ``cases_apart.yaml``."""
    others = _clashing().get((key[0], value is not False), ())
    for name, holds in others:
        known = state.get((name, key[1]), state.get((name, None)))
        if known is not None and (known is not False) == holds:
            return True
    return False


def pick(random: Random, choices: Sequence[T]) -> T:
    """One of the choices, each as likely."""
    return choices[int(random() * len(choices))]


def fill(template: str, slots: Slots) -> str:
    """A template with its fields filled in."""
    return template.format_map(slots) if "{" in template else template


class Weighted:
    """A choice among names by weight."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.names = tuple(name for name, weight in weights.items() if weight > 0)
        total = sum(weights[name] for name in self.names)
        self._upto: list[float] = []
        sofar = 0.0
        for name in self.names:
            sofar += weights[name] / total
            self._upto.append(sofar)

    def pick(self, random: Random) -> str:
        """One name."""
        from bisect import bisect_right

        place = bisect_right(self._upto, random())
        return self.names[min(place, len(self.names) - 1)]


def and_list(words: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return words[0] if words else ""
    return f"{', '.join(words[:-1])} {last} {words[-1]}"

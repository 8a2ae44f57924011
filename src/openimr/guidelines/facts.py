"""The fact vocabulary: what a record can be read for and what conditions may ask.

The entries are in ``facts.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from openimr.errors import GuidelineError
from openimr.guidelines import closures, files
from openimr.guidelines.conditions import (
    Condition,
    ConditionError,
    Known,
    Lookup,
    Result,
    compiled,
)

DATA = Path(__file__).with_name("facts.yaml")

Type = Literal["boolean", "number", "text", "list"]
Binding = Literal["person", "region", "treatment", "drug"]
Policy = Literal["ignore", "count"]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    says: str
    section: str
    type: Type = "boolean"
    unit: str | None = None
    binding: Binding = "person"
    hedged: Policy = "ignore"
    planned: Policy = "ignore"
    derived: str | None = None


class FactKind(msgspec.Struct, frozen=True, kw_only=True):
    """A name of the vocabulary.

    ``binding`` is what an item's question about it is matched on; ``hedged`` and ``planned``
    say whether such mentions may count as true; ``derivation`` is the condition it follows from
    where the record does not state it, ``derived`` the same compiled.
    """

    name: str
    says: str
    section: str
    type: Type
    unit: str | None
    binding: Binding
    hedged: Policy
    planned: Policy
    derivation: str | None

    @property
    def derived(self) -> Condition | None:
        """The compiled derivation, if there is one."""
        return None if self.derivation is None else compiled(self.derivation)


@cache
def vocabulary() -> Mapping[str, FactKind]:
    """Every fact by name, in the order of the file."""
    return MappingProxyType(read_vocabulary(DATA.read_bytes(), str(DATA)))


def read_vocabulary(data: bytes, source: str) -> dict[str, FactKind]:
    """Read a vocabulary file.

    Raises:
        GuidelineError: where an entry has not the right shape, or a derivation cannot be read or
            names an unknown fact; naming the line.
    """
    content = files.read_yaml(data, source)
    if not isinstance(content, dict):
        raise files.at_line(source, 1, "the file holds no facts", "write name: {says: ...}")
    made = {}
    for name, written in content.items():
        try:
            entry = msgspec.convert(written, _Entry)
        except msgspec.ValidationError as error:
            raise files.plain_problem(data, source, error, str(name)) from None
        made[name] = FactKind(
            name=name,
            says=entry.says,
            section=entry.section,
            type=entry.type,
            unit=entry.unit,
            binding=entry.binding,
            hedged=entry.hedged,
            planned=entry.planned,
            derivation=entry.derived,
        )
    return made


def problems_in_vocabulary(data: bytes, source: str) -> list[GuidelineError]:
    """All derivations that cannot be read or name unknown facts."""
    kinds = read_vocabulary(data, source)
    found = []
    for name, kind in kinds.items():
        try:
            names = kind.derived.names if kind.derived else frozenset()
        except ConditionError as error:
            problem, remedy = f"derivation of {name}: {error}", "correct the condition"
        else:
            unknown = sorted({fact for fact, _ in names} - set(kinds))
            if not unknown:
                continue
            problem = f"derivation of {name} names the unknown fact {unknown[0]}"
            remedy = "add it to the vocabulary or correct the name"
        line = files.line_of(data, (name, "derived"))
        found.append(files.at_line(source, line, problem, remedy))
    return found


@cache
def _answers() -> Mapping[str, frozenset[str]]:
    """For each fact what it may answer: itself, and all that is derived from it."""
    kinds = vocabulary()
    above: dict[str, set[str]] = {name: {name} for name in kinds}
    for name, kind in kinds.items():
        for part, _ in kind.derived.names if kind.derived else ():
            above[part].add(name)
    answers = {}
    for name in kinds:
        reached, waiting = {name}, [name]
        while waiting:
            new = above[waiting.pop()] - reached
            reached |= new
            waiting += new
        answers[name] = frozenset(reached)
    return MappingProxyType(answers)


@cache
def _silent_at_all() -> frozenset[str]:
    """The facts that an empty record leaves unknown, which nearly all are."""
    empty = with_derived(lambda fact, binding: None)
    known = [name for name in vocabulary() if empty(name, None) is not None]
    return frozenset(vocabulary()).difference(*(_answers()[name] for name in known))


def silent_facts(told: Iterable[str]) -> frozenset[str]:
    """The facts of the vocabulary that stay unknown when no others than these are told.

    Args:
        told: the names of all facts that anything is known of.
    """
    answers = _answers()
    return _silent_at_all().difference(*[answers[name] for name in told if name in answers])


def with_derived(
    stated: Lookup,
    kinds: Mapping[str, FactKind] | None = None,
    silent: frozenset[str] = frozenset(),
) -> Lookup:
    """A lookup that answers from what is stated and else derives.

    Args:
        stated: what the record states.
        kinds: the vocabulary; the shipped one by default.
        silent: facts that are neither stated nor follow from what is: see :func:`silent_facts`.

    Returns:
        A lookup with a memory, for one item. A derivation that leads back to itself is unknown.
        A binding that was asked for is handed on to facts of the same kind of binding.
    """
    known = vocabulary() if kinds is None else kinds
    memory: dict[tuple[str, str | None], Known | None] = {}

    def look_up(fact: str, binding: str | None) -> Known | None:
        if fact in silent:
            return None
        key = (fact, binding)
        if key in memory:
            return memory[key]
        memory[key] = None
        found = stated(fact, binding)
        if found is None:
            kind = known.get(fact)
            if kind is not None and kind.derivation is not None:
                found = _derive(known, look_up, kind, binding, silent)
        memory[key] = found
        return found

    return look_up


def _derive(
    kinds: Mapping[str, FactKind],
    look_up: Lookup,
    kind: FactKind,
    binding: str | None,
    silent: frozenset[str],
) -> Known | None:
    derived = kind.derived
    if derived is None:
        return None

    def bound(name: str, own: str | None) -> Known | None:
        other = kinds.get(name)
        same = other is not None and other.binding == kind.binding
        return look_up(name, own or (binding if same else None))

    result = derived.evaluate(bound if binding is not None else look_up, silent)
    return None if result.value is None else Known(result.value, grounds(result))


def grounds(result: Result) -> tuple[object, ...]:
    """The facts a result rests on: those that agree with it, or all that were found."""
    agreeing = [
        atom
        for atom in result.atoms
        if atom.value is not None and closures.truth(atom.value) is result.truth
    ]
    return tuple(dict.fromkeys(f for atom in agreeing or result.atoms for f in atom.facts))

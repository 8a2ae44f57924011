"""Conflicts of interest: a reviewer's ties against every party of a case.

The matrix and the definitions are data (``conflicts.yaml``; Labor Code 139.5(c)(2), (d)(5) and
(d)(6)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from openimr.model import Party, Value
from openimr.panel.names import LIKENESS, likeness
from openimr.panel.register import RegisteredReviewer, Tie, TieKind

Material = Literal["familial", "professional", "financial", "identity", "unclear"]


class Conflict(Value, frozen=True, kw_only=True):
    """One reason why a reviewer must not review a case.

    ``likeness`` is how alike the names are, in percent; ``certain`` False calls for a person.
    """

    party: str
    role: str
    tie: str
    material: Material
    says: str
    citation: str
    likeness: float
    certain: bool


class _Party(Value, frozen=True, kw_only=True):
    says: str
    citation: str
    note: str | None = None
    academic_exception: bool = False


class _Ties(Value, frozen=True, kw_only=True):
    citation: str
    kinds: tuple[TieKind, ...]
    ownership: bool = False
    contract: Literal["material"] | None = None
    more_than_percent: float | None = None


class _Kinds(Value, frozen=True, kw_only=True):
    familial: _Ties
    professional: _Ties
    financial: _Ties


class _Matrix(Value, frozen=True, kw_only=True):
    parties: dict[str, _Party]
    ties: _Kinds
    immaterial: tuple[TieKind, ...]
    years_after_end: int


@lru_cache(maxsize=1)
def matrix() -> _Matrix:
    """The conflict matrix."""
    text = files("openimr.panel").joinpath("conflicts.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), _Matrix)


def roles() -> tuple[str, ...]:
    """The roles of parties that the matrix knows."""
    return tuple(matrix().parties)


def conflicts(
    reviewer: RegisteredReviewer, parties: Sequence[Party], day: date
) -> tuple[Conflict, ...]:
    """Every conflict of a reviewer with the parties of a case on a day.

    Args:
        reviewer: with the ties he or she has declared.
        parties: of the case, with their roles and other names.
        day: ties that ended longer ago than the policy's years do not count.

    Returns:
        The conflicts; uncertain ones (a name that is only alike, a tie whose weight is not told)
        are marked and exclude until a person clears them.
    """
    return tuple(found for party in parties for found in _with(reviewer, party, day))


def _with(reviewer: RegisteredReviewer, party: Party, day: date) -> Iterator[Conflict]:
    rule = matrix().parties.get(party.role)
    if rule is None:
        return
    alike = _alike(reviewer.name, party)
    if alike >= LIKENESS:
        yield Conflict(
            party=party.name,
            role=party.role,
            tie="is",
            material="identity",
            says=f"The reviewer may be {rule.says}.",
            citation=rule.citation,
            likeness=alike,
            certain=alike == 100,
        )
    for tie in reviewer.ties:
        alike = _alike(tie.to, party)
        if alike < LIKENESS or _over(tie, day):
            continue
        if tie.academic and rule.academic_exception:
            continue
        for material, citation in _material(tie):
            yield Conflict(
                party=party.name,
                role=party.role,
                tie=tie.kind,
                material=material,
                says=f"{_words(tie, material)} {rule.says}.",
                citation=f"{rule.citation}; {citation}",
                likeness=alike,
                certain=alike == 100 and material != "unclear",
            )
            break


def _material(tie: Tie) -> Iterator[tuple[Material, str]]:
    """Which kind of material tie this is, the plainest first; nothing where it is immaterial."""
    kinds = matrix().ties
    if tie.kind in matrix().immaterial:
        return
    if tie.kind in kinds.familial.kinds:
        yield "familial", kinds.familial.citation
    professional = tie.kind in kinds.professional.kinds
    if professional or (kinds.professional.ownership and tie.kind == "ownership"):
        yield "professional", kinds.professional.citation
    if kinds.professional.contract and tie.kind == "contract" and tie.material:
        yield "professional", kinds.professional.citation
    if tie.kind in kinds.financial.kinds and not tie.academic:
        bound = kinds.financial.more_than_percent or 0
        if tie.share is not None and tie.share > bound:
            yield "financial", kinds.financial.citation
        elif tie.share is None and not (tie.kind == "contract" and tie.material is False):
            yield "unclear", kinds.financial.citation


def _over(tie: Tie, day: date) -> bool:
    years = timedelta(days=365 * matrix().years_after_end)
    return tie.until is not None and tie.until + years < day


def _alike(name: str, party: Party) -> float:
    return max(likeness(name, one) for one in (party.name, *party.also))


def _words(tie: Tie, material: Material) -> str:
    kind = tie.kind.replace("_", " ")
    if material == "unclear":
        return f"A tie ({kind}) whose share of income is not told, with"
    share = f", {tie.share:g} percent of income" if material == "financial" and tie.share else ""
    return f"A material {material} tie ({kind}{share}) with"

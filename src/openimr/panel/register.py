"""The register of reviewers: licences, certifications, practice, discipline, ties."""

from __future__ import annotations

from collections import Counter
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from openimr.errors import InputError
from openimr.model import Value

Profession = Literal[
    "MD",
    "DO",
    "psychologist",
    "acupuncturist",
    "optometrist",
    "dentist",
    "podiatrist",
    "chiropractor",
]
"""The physicians of Labor Code 3209.3."""

TieKind = Literal[
    "employment",
    "partnership",
    "ownership",
    "contract",
    "physician_patient",
    "staff_privileges",
    "financial_interest",
    "officer",
    "spouse",
    "child",
    "parent",
    "sibling",
    "parent_of_spouse",
    "spouse_of_child",
    "other_relative",
]
"""What ties a reviewer, or a relative of his, to a person or organization."""


class ReviewerLicence(Value, frozen=True, kw_only=True):
    """A licence to practice: two-letter state, number, last day, and any restriction."""

    state: str
    number: str
    expires: date | None = None
    restricted: bool = False


class Certification(Value, frozen=True, kw_only=True):
    """A board certification; ``until`` is its last day, open where it has none."""

    specialty: str
    board: str | None = None
    since: date | None = None
    until: date | None = None


class Tie(Value, frozen=True, kw_only=True):
    """A relation to a person or organization named ``to``.

    ``share`` is the percentage of the reviewer's yearly revenue or income that comes from it;
    ``material`` tells of a contract whether it is materially financial; ``academic`` that the
    work is done through an academic medical center that neither gives nor makes the treatment.
    """

    to: str
    kind: TieKind
    share: float | None = None
    material: bool | None = None
    academic: bool = False
    until: date | None = None


class RegisteredReviewer(Value, frozen=True, kw_only=True):
    """A reviewer as the organization knows him or her. The name never leaves the organization."""

    id: str
    name: str
    profession: Profession
    licences: tuple[ReviewerLicence, ...]
    certifications: tuple[Certification, ...] = ()
    specialties: tuple[str, ...] = ()
    practice_since: date | None = None
    weekly_hours: float | None = None
    disciplined: bool | None = None
    discipline_pending: bool | None = None
    qualified_medical_evaluator: bool | None = None
    ties: tuple[Tie, ...] = ()
    open_cases: int = 0
    most_open_cases: int = 20
    last_assigned: date | None = None
    unavailable_until: date | None = None


class _File(Value, frozen=True, kw_only=True):
    reviewers: tuple[RegisteredReviewer, ...]


def read_register(path: Path | str) -> tuple[RegisteredReviewer, ...]:
    """Read a register of reviewers: YAML or JSON with a list ``reviewers``.

    Raises:
        InputError: the file cannot be read, a field is unknown or wrong, or an id stands twice.
    """
    source = str(path)
    try:
        data = yaml.load(Path(path).read_text("utf-8"), yaml.CSafeLoader)
    except OSError as error:
        raise InputError(source, f"cannot be read ({error.strerror})", "check the path") from None
    except UnicodeDecodeError:
        raise InputError(source, "is not UTF-8 text", "save it as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise InputError(source, f"is no YAML{where}", "correct it there") from None
    try:
        reviewers = msgspec.convert(data, _File).reviewers
    except msgspec.ValidationError as error:
        raise InputError(source, _said(str(error)), "correct the field") from None
    twice = [name for name, n in Counter(one.id for one in reviewers).items() if n > 1]
    if twice:
        raise InputError(source, f"reviewer {twice[0]} stands twice", "give each its own id")
    return reviewers


def _said(message: str) -> str:
    """msgspec's message, with the nearest field name where one is unknown."""
    name = message.split("`")[1] if "unknown field" in message else ""
    fields = [
        field
        for kind in (RegisteredReviewer, ReviewerLicence, Certification, Tie)
        for field in kind.__struct_fields__
    ]
    near = get_close_matches(name, fields, 1) if name else []
    return f"{message}{f' (did you mean {near[0]}?)' if near else ''}"

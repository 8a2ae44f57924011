"""The known values of a case: from the fields of an application, or from the record itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from openimr.archive.redact.spans import Span


@dataclass(frozen=True)
class Known:
    """What is known of a case's parties: names of people, of organisations, and identifiers.

    ``ids`` are pairs of category and value. Values given by a user are sought with slips;
    ``read`` ones, found in the record itself, only as they stand.
    """

    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    births: tuple[date, ...] = ()
    read: frozenset[str] = frozenset()

    def joined(self, other: Known) -> Known:
        """Both together."""
        return Known(
            tuple(dict.fromkeys(self.people + other.people)),
            tuple(dict.fromkeys(self.organisations + other.organisations)),
            tuple(dict.fromkeys(self.ids + other.ids)),
            tuple(dict.fromkeys(self.births + other.births)),
            self.read | other.read,
        )


_KEYS: tuple[tuple[str, str], ...] = (
    (r"birth|dob", "DOB"),
    (r"\badj(?![a-z])|eams|wcab", "EAMS"),
    (r"wcis|jcn|jurisdiction", "WCIS"),
    (r"mrn|medical_?record|chart", "MRN"),
    (r"ssn|social", "SSN"),
    (r"npi", "NPI"),
    (r"licen[cs]e|dea", "LICENCE"),
    (r"fax", "FAX"),
    (r"phone|cell|mobile|tel", "PHONE"),
    (r"e?mail(?!ing)", "EMAIL"),
    (r"address|street|city|zip|county|residence", "ADDRESS"),
    (r"account|policy|member|plan|group_?(?:no|num|id)", "ACCOUNT"),
    (r"serial|device", "DEVICE"),
    (r"plate|vin|vehicle", "VEHICLE"),
    (r"url|web", "URL"),
    (r"claims?_?(?:no|num|id|numbers?)\b|^claims?$|file_?n", "CLAIM"),
    (r"case_?n", "CASE"),
    (r"employer|company|insurer|carrier|facilit|hospital|clinic|practice", "ORG"),
    (r"firm|organi[sz]ation|tpa|pharmacy|claims?_?administrator|payer|vendor", "ORG"),
)  # fmt: skip


def from_fields(fields: object, key: str = "", parent: str = "") -> Known:
    """Known values from the fields of an application or a list of parties.

    Args:
        fields: JSON or YAML: objects, lists and texts in any nesting. The names of the fields
            tell what a value is (``employer``, ``claim_number``, ``date_of_birth``); a value
            under any other name is a person's name.
    """
    if isinstance(fields, Mapping):
        known = Known()
        for name, value in fields.items():
            known = known.joined(from_fields(value, str(name).lower(), key or parent))
        return known
    if isinstance(fields, (list, tuple)):
        known = Known()
        for value in fields:
            known = known.joined(from_fields(value, key, parent))
        return known
    if isinstance(fields, date):
        return Known(births=(fields,)) if _kind(key, parent) == "DOB" else Known()
    text = str(fields).strip() if fields is not None else ""
    if not text or isinstance(fields, bool):
        return Known()
    return _value(_kind(key, parent), text)


def _kind(key: str, parent: str) -> str:
    for pattern, kind in _KEYS:
        if re.search(pattern, key):
            return kind
    # employer: {name: …} is an organisation, employer: {contact: …} a person.
    if key in ("name", "") and parent and _kind(parent, "") == "ORG":
        return "ORG"
    if re.search(r"date|injury|type|role|specialty|kind|state$|sex|gender|language|notes?$", key):
        return ""
    return "NAME"


def _value(kind: str, text: str) -> Known:
    if kind == "NAME":
        return Known(people=(text,))
    if kind == "ORG":
        return Known(organisations=(text,))
    if kind == "DOB":
        try:
            return Known(births=(date.fromisoformat(text),))
        except ValueError:
            return Known(ids=(("DOB", text),))
    return Known(ids=((kind, text),)) if kind else Known()


_NAMES = ("title", "label", "credential", "first-name", "role", "initials", "addressee")
_NUMBERS = frozenset(
    ("CLAIM", "EAMS", "WCIS", "MRN", "NPI", "LICENCE", "SSN", "ACCOUNT", "DEVICE", "VEHICLE", "ID")
)


def gathered(text: str, spans: Iterable[Span]) -> Known:
    """What a record itself tells: what titles, labels and credentials gave away in one place."""
    people: list[str] = []
    organisations: list[str] = []
    for span in spans:
        value = re.sub(r"\s+", " ", text[span.start : span.end])
        if span.category == "NAME" and span.rule in _NAMES and not value.islower():
            people.append(value)
        elif span.category == "ORG" and span.rule != "label" and len(value) > 5:
            organisations.append(value)
    return Known(
        tuple(dict.fromkeys(people)),
        tuple(dict.fromkeys(organisations)),
        read=frozenset(people),
    )


def numbers(text: str, spans: Iterable[Span]) -> Known:
    """The numbers and towns that labels gave away, from settled spans: a date is no number.

    Short numbers are left out, which elsewhere may be a dose or a score.
    """
    ids: list[tuple[str, str]] = []
    for span in spans:
        value = re.sub(r"\s+", " ", text[span.start : span.end])
        if span.category in _NUMBERS and sum(c.isdigit() for c in value) >= 5:
            ids.append((span.category, value))
        elif span.category == "ADDRESS" and (town := _town(value)):
            ids.append(("ADDRESS", town))
    return Known(ids=tuple(dict.fromkeys(ids)))


def _town(address: str) -> str | None:
    """The town of an address that is no more than a town, with or without state and code."""
    town = re.fullmatch(r"([A-Z][a-z]+(?: [A-Z][a-z]+){0,2})(?:,.*)?", address)
    return town[1] if town and len(town[1]) > 4 else None

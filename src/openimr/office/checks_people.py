"""Checks that a determination names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openimr.office.written import Check, File, Written

_TITLED = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Miss|Doctor|Prof)\.?\s+[A-Z][a-z’'-]+(?:\s+[A-Z][a-z’'-]+)?"
)
_ROLE_WORDS = frozenset(
    ("reviewer", "physician", "doctor", "manager", "treater", "worker", "patient", "employee")
)
_WHOSE = {"reviewer": "a reviewer", "employee": "the employee"}
ORGANIZATIONS = frozenset(
    ("employer", "claims_administrator", "employee_attorney", "claims_attorney")
)
"""Parties whose name counts in full only: its last word is often a common one."""


def people(one: Written, file: File) -> Iterator[Check]:
    """A determination names nobody; a reviewer's name never leaves the organization."""
    for field, text in (("Rationale", one.rationale), ("Guideline", one.guideline)):
        yield from named_in(text, field, one.number, file)


def named_in(text: str, field: str, item: int | None, file: File) -> Iterator[Check]:
    """The people whom a field's text names: those of the case, and whoever has a title."""
    told: set[str] = set()
    for name, whose in file.names:
        match = _named(name, text, in_full=whose in ORGANIZATIONS)
        if match is None:
            continue
        told.add(match)
        role = whose.replace("_", " ")
        article = "an" if role[0] in "aeiou" else "a"
        yield Check(
            "names_person",
            f"This names {_WHOSE.get(whose, f'{article} {role}')}; a determination names nobody.",
            field,
            item,
            # The law keeps the reviewer confidential (Labor Code 4610.6(f)).
            blocks=whose == "reviewer" and " " in match,
            quote=match,
        )
    if field == "Guideline":
        return
    for titled in _TITLED.findall(text):
        if not any(name in titled or titled in name for name in told):
            yield Check(
                "names_person",
                "This seems to name a person; a determination names nobody.",
                field,
                item,
                quote=titled,
            )


def _named(name: str, text: str, *, in_full: bool = False) -> str | None:
    """The words of a text that are this name: in full, or (of a person) the last name alone."""
    if in_full:
        found = re.search(rf"\b{re.escape(name)}(?!\w)", text, re.IGNORECASE) if name else None
        return found[0] if found else None
    words = re.sub(r"\([^)]*\)|,.*|\b(?:Dr|Mr|Mrs|Ms|M\.?D|D\.?O)\b\.?", " ", name).split()
    if not words:
        return None
    full = " ".join(words)
    if len(words) > 1 and re.search(rf"\b{re.escape(full)}\b", text, re.IGNORECASE):
        return full
    last = words[-1]
    if len(last) < 3 or last.lower() in _ROLE_WORDS:
        return None
    return last if re.search(rf"\b{re.escape(last)}\b", text) else None

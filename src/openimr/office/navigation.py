"""The pages a role has in its menu."""

from __future__ import annotations

from typing import NamedTuple

from openimr.office.models import Role, User


class Entry(NamedTuple):
    """A line of the menu."""

    title: str
    url: str


_PAGES: tuple[tuple[Entry, frozenset[str]], ...] = (
    (
        Entry("My work", "office:home"),
        frozenset(
            {Role.INTAKE, Role.CASE_MANAGER, Role.REVIEWER, Role.QUALITY, Role.MEDICAL_DIRECTOR}
        ),
    ),
    (
        Entry("Cases", "office:cases"),
        frozenset({Role.INTAKE, Role.CASE_MANAGER, Role.QUALITY, Role.MEDICAL_DIRECTOR}),
    ),
    (
        Entry("New application", "office:new_application"),
        frozenset({Role.INTAKE, Role.CASE_MANAGER}),
    ),
    (Entry("Screening", "office:screenings"), frozenset({Role.INTAKE, Role.CASE_MANAGER})),
    (
        Entry("Dashboard", "office:dashboard"),
        frozenset({Role.INTAKE, Role.CASE_MANAGER, Role.QUALITY, Role.MEDICAL_DIRECTOR}),
    ),
    (
        Entry("Reviewers", "office:register"),
        frozenset({Role.CASE_MANAGER, Role.MEDICAL_DIRECTOR}),
    ),
    (Entry("People", "office:people"), frozenset({Role.ADMINISTRATOR})),
    (Entry("Audit", "office:audit"), frozenset({Role.ADMINISTRATOR, Role.MEDICAL_DIRECTOR})),
    (
        Entry("Workflow", "office:workflow"),
        frozenset(
            {Role.INTAKE, Role.CASE_MANAGER, Role.REVIEWER, Role.QUALITY, Role.MEDICAL_DIRECTOR}
        ),
    ),
)


def pages_for(user: User) -> list[Entry]:
    """The menu of a user."""
    return [entry for entry, roles in _PAGES if user.role in roles]

"""People: users with their role, and what the register knows of a reviewer."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.contrib.auth.models import AbstractUser
from django.db import models

from openimr.panel import RegisteredReviewer


class Role(models.TextChoices):
    """What a person does here; permissions follow from it."""

    INTAKE = "intake", "Intake coordinator"
    CASE_MANAGER = "case_manager", "Case manager"
    REVIEWER = "reviewer", "Physician reviewer"
    QUALITY = "quality", "Quality reviewer"
    MEDICAL_DIRECTOR = "medical_director", "Medical director"
    ADMINISTRATOR = "administrator", "System administrator"
    # The outside: these see their own case only.
    EMPLOYEE = "employee", "Employee or representative"
    REQUESTING_PHYSICIAN = "requesting_physician", "Requesting physician"
    CLAIMS_ADMINISTRATOR = "claims_administrator", "Claims administrator"


INSIDE = (
    Role.INTAKE,
    Role.CASE_MANAGER,
    Role.REVIEWER,
    Role.QUALITY,
    Role.MEDICAL_DIRECTOR,
    Role.ADMINISTRATOR,
)
CLINICAL = (Role.INTAKE, Role.CASE_MANAGER, Role.REVIEWER, Role.QUALITY, Role.MEDICAL_DIRECTOR)
"""Roles that may see clinical content; the system administrator may not."""


class User(AbstractUser):
    """A person who signs in."""

    role = models.CharField(max_length=24, choices=Role.choices, default=Role.CASE_MANAGER)

    class Meta:
        """Names in order."""

        ordering: ClassVar = ["last_name", "first_name", "username"]

    @property
    def shown_name(self) -> str:
        """First and last name, or the name signed in with."""
        return self.get_full_name() or self.username


class ReviewerProfile(models.Model):
    """A reviewer's entry of the register, as :class:`openimr.panel.RegisteredReviewer` in JSON.

    ``open_cases`` and ``last_assigned`` are counted here, not kept in the entry.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="reviewer_profile")
    entry = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.user.shown_name

    def registered(self) -> RegisteredReviewer:
        """The entry as its type."""
        return msgspec.convert(self.entry, RegisteredReviewer)

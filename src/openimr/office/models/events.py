"""The event log: append-only, each entry bound to the one before by its hash."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from openimr.office.models.cases import Case


class Event(models.Model):
    """Who saw, changed, decided or issued what, when and why.

    ``hash`` is SHA-256 over ``previous`` and the entry in canonical JSON. ``detail`` holds no
    clinical words. Database triggers refuse UPDATE and DELETE.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.CharField(max_length=32)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60, db_index=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="log")
    case_number = models.CharField(max_length=20, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        """By sequence."""

        ordering: ClassVar = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class Checkpoint(models.Model):
    """A signature over the head of the log: Ed25519 over sequence and hash."""

    sequence = models.PositiveBigIntegerField(unique=True)
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=200)
    key_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """By sequence."""

        ordering: ClassVar = ["sequence"]

    def __str__(self) -> str:
        return f"checkpoint {self.sequence}"

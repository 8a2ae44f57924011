"""The Django application."""

from __future__ import annotations

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The office of an independent review organization."""

    name = "openimr.office"
    label = "office"
    verbose_name = "OpenIMR office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions, and the guards and effects of steps."""
        from openimr.office import (  # noqa: F401
            effects,
            guards,
            issuing,
            letters,
            permissions,
            quality,
        )

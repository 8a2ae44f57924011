"""The background worker, which first takes up what a killed worker left behind."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django_tasks_db.models import DBTaskResult


class Command(BaseCommand):
    """Run background jobs: one worker an office."""

    help = "Run background jobs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Jobs that were running when a worker died are run again: every job may be repeated."""
        DBTaskResult.objects.running().update(status="READY")
        call_command("db_worker", interval=0.5, reload=False, verbosity=0)

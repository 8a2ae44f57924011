"""Invented people and cases: ``seed --cases 44``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from openimr.office import demo
from openimr.office.demo_paths import PATHS


class Command(BaseCommand):
    """Fill an empty office with invented people and cases in every state."""

    help = "Fill the office with invented people and cases in every state."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--cases``."""
        parser.add_argument("--cases", type=int, default=len(PATHS) * 2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them; what is there already is left alone."""
        from openimr.office.models import Case

        staff = demo.people()
        if Case.objects.exists():
            self.stdout.write("The office holds cases already; none were added.")
            return
        for done, _ in enumerate(demo.cases(options["cases"], staff), 1):
            if done % 25 == 0:
                self.stdout.write(f"{done} of {options['cases']} invented cases", ending="\r")
        self.stdout.write(f"{options['cases']} invented cases.")

"""Django's own commands for the office: ``python -m openimr.office.manage``."""

from __future__ import annotations

import os
import sys


def main(arguments: list[str] | None = None) -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openimr.office.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage", *(arguments if arguments is not None else sys.argv[1:])])


if __name__ == "__main__":
    main()

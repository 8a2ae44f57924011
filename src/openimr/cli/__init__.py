"""The ``imr`` command: a thin face over the library's functions."""

from openimr.cli.main import main

__all__ = ["main"]

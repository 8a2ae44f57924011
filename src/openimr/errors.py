"""Errors that are shown to people: one sentence that names the file, the place and the remedy."""

from __future__ import annotations


class OpenIMRError(Exception):
    """Base of all errors that OpenIMR raises on purpose; its text is fit to be shown."""


class InputError(OpenIMRError):
    """Something a user gave cannot be used.

    Args:
        source: the file (or ``standard input``) at fault, as the user named it.
        problem: what is wrong, with the place (line, page, field path) where there is one.
        remedy: what to do about it.
    """

    def __init__(self, source: str, problem: str, remedy: str) -> None:
        self.source = source
        self.problem = problem
        self.remedy = remedy
        end = "" if remedy.endswith("?") else "."
        super().__init__(f"{source}: {problem}; {remedy}{end}")


class GuidelineError(InputError):
    """A guideline or vocabulary file is wrong; the message names file, line and key."""

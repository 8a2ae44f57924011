"""Guideline citations: the wording of letters to typed references, and back.

:func:`find` reads, :func:`cite` writes, both by the registry of bodies, chapters and editions in
``registry.yaml``; :func:`opening` tells which of the standard sentences a guideline line opens
with.
"""

from openimr.citations.find import find, opening
from openimr.citations.registry import (
    Chapter,
    Edition,
    canonical,
    chapter_of,
    edition_in_force,
    registry,
)
from openimr.citations.write import cite

__all__ = [
    "Chapter",
    "Edition",
    "canonical",
    "chapter_of",
    "cite",
    "edition_in_force",
    "find",
    "opening",
    "registry",
]

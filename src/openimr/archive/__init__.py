"""Published determinations at scale: built, searched, counted, re-reviewed; redacted and invented.

Knows the core below it; never the web. :func:`build_archive` adds letters to an archive, which it
makes when it is not there; :func:`open_archive` opens one to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openimr.archive.batches import map_batches
    from openimr.archive.build import build_archive
    from openimr.archive.store import Archive, open_archive

__all__ = ["Archive", "build_archive", "map_batches", "open_archive"]

_FROM = {
    "Archive": "store",
    "build_archive": "build",
    "map_batches": "batches",
    "open_archive": "store",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is first used."""
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"openimr.archive.{_FROM[name]}"), name)

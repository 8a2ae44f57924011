"""What an archive holds, in a few counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from openimr.archive.entry import EPOCH
from openimr.archive.store import Archive


def describe(archive: Archive) -> dict[str, Any]:
    """Counts, span of decision dates, variants, versions and size of an archive."""
    db = archive.connection
    days = db.execute("SELECT min(decided), max(decided) FROM letters").fetchone()
    first, last = (None if d is None else date.fromordinal(d + EPOCH).isoformat() for d in days)
    items, overturned = db.execute(
        "SELECT coalesce(sum(items), 0), coalesce(sum(overturned), 0) FROM letters"
    ).fetchone()
    return {
        "letters": archive.count("letters"),
        "items": items,
        "overturned": overturned,
        "documents": archive.count("documents"),
        "refused": archive.count("quarantine"),
        "first": first,
        "last": last,
        "variants": dict(
            db.execute(
                "SELECT value, count(*) FROM letters JOIN names ON name = variant "
                "GROUP BY value ORDER BY value"
            )
        ),
        "engines": dict(
            db.execute(
                "SELECT value, count(*) FROM documents JOIN names ON name = engine "
                "GROUP BY value ORDER BY value"
            )
        ),
        "schema": int(archive.meta("schema") or 0),
        "bytes": archive.size(),
    }


def quarantined(archive: Archive) -> Iterator[tuple[str, str]]:
    """Source and reason of each document that could not be read, by source."""
    yield from archive.connection.execute("SELECT source, reason FROM quarantine ORDER BY source")

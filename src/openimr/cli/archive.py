"""``imr archive``: determinations at scale. Each subcommand lives in a module of its own."""

from __future__ import annotations

import click

from openimr.cli.lazy import lazy_group

SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "build": ("archive_build", "Make an archive of determinations, or go on with one."),
    "add": ("archive_build", "Add determinations to an archive that is there."),
    "search": ("archive_search", "Find determinations by words, filters and facts."),
    "similar": ("archive_similar", "Decisions like a case, both outcomes side by side."),
    "stats": ("archive_stats", "Counts, overturn rates, days, agreement; tables, CSV, a report."),
    "whatif": ("archive_whatif", "Review again under changed criteria: which proposals flip."),
    "info": ("archive_care", "What an archive holds."),
    "verify": ("archive_care", "Check an archive; name what is damaged."),
    "rebuild": ("archive_care", "Make an archive anew from its own letters and sources."),
}
"""Each subcommand with its module in this package and its one-line help."""


@click.group(
    cls=lazy_group(SUBCOMMANDS),
    epilog="Example: imr archive build letters/ --archive reviews",
)
def archive() -> None:
    """Published determinations at scale: build an archive, keep it, look after it.

    An archive is a folder with one database, or a database on a PostgreSQL server. Every letter is
    read, its facts found, its items reviewed blind; what was decided stands beside what the
    criteria say.
    """

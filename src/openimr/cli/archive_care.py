"""``imr archive info``, ``verify`` and ``rebuild``."""

from __future__ import annotations

from pathlib import Path

import click

_FOLDER = click.option(
    "--archive",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The archive's folder.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")


@click.command(
    epilog="""\b
Examples:
  imr archive info --archive reviews
  imr archive info --archive reviews --quarantine
"""
)
@_FOLDER
@_JSON
@click.option("--quarantine", is_flag=True, help="List what could not be read, with the reasons.")
def info(folder: Path, as_json: bool, quarantine: bool) -> None:
    """What an archive holds: counts, spans, versions, and what could not be read."""
    import json

    from openimr.archive.info import describe, quarantined
    from openimr.archive.store import explained, open_archive

    with open_archive(folder) as archive, explained(folder):
        known = describe(archive)
        refused = list(quarantined(archive)) if quarantine else []
    if as_json:
        if quarantine:
            known["quarantined"] = [{"source": s, "reason": r} for s, r in refused]
        click.echo(json.dumps(known, indent=1))
        return
    for name, value in known.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {count:,}" for key, count in value.items()) or "none"
        click.echo(f"{name.replace('_', ' '):<12} {shown}")
    for source, reason in refused:
        click.echo(f"{source}: {reason}")

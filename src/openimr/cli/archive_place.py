"""The option that names an archive: a folder, or the address of a PostgreSQL database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from openimr.archive.place import Place


class _Place(click.ParamType["Place"]):
    """A folder or an address."""

    name = "place"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Place:
        from openimr.archive.place import Address, place_of

        place = place_of(value)
        if isinstance(place, Address):
            return place
        click.Path(file_okay=False).convert(value, param, ctx)
        return place


FOLDER = click.option(
    "--archive",
    "folder",
    required=True,
    type=_Place(),
    metavar="PLACE",
    help="The archive: its folder, or postgresql://USER@HOST/DATABASE.",
)

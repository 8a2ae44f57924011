"""``imr admin``: what an installation of the office needs besides its pages."""

from __future__ import annotations

import os
from pathlib import Path

import click


def open_office(data: Path | None) -> None:
    """Make the office's models usable in this process.

    Raises:
        InputError: the office's libraries are not installed.
    """
    from openimr.cli.serve import need_office

    if data is not None:
        os.environ["OPENIMR_DATA"] = str(data.resolve())
    need_office()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openimr.office.settings")
    import django

    django.setup()


@click.group(
    epilog="""\b
Examples:
  imr admin user carl --role case_manager --first Carl --last Example
  imr admin checkpoint
"""
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the office (default: OPENIMR_DATA or ./office).",
)
def admin(data: Path | None) -> None:
    """Set up and look after the office: database, people, audit log."""
    open_office(data)


@admin.command()
def migrate() -> None:
    """Make the database, or bring it up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=1)


@admin.command()
@click.argument("username")
@click.option("--role", required=True, help="Such as case_manager or reviewer.")
@click.option("--first", default="", help="First name.")
@click.option("--last", default="", help="Last name.")
@click.password_option("--password", envvar="OPENIMR_NEW_PASSWORD", help="Asked for if not given.")
def user(username: str, role: str, first: str, last: str, password: str) -> None:
    """Make a user, or give one a new role and password."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from openimr.errors import InputError
    from openimr.office import audit
    from openimr.office.models import Role, User

    if role not in Role.values:
        raise InputError("--role", f"{role} is no role", f"use {', '.join(Role.values)}")
    held = User.objects.filter(username=username).first() or User(username=username)
    held.role = role
    held.first_name, held.last_name = first or held.first_name, last or held.last_name
    try:
        validate_password(password, held)
    except ValidationError as error:
        raise InputError("--password", error.messages[0].rstrip("."), "choose another") from None
    held.set_password(password)
    held.save()
    audit.record("office.user", None, user=username, role=role)
    click.echo(f"{username} is {Role(role).label}.")


@admin.command()
def checkpoint() -> None:
    """Sign the head of the audit log."""
    from openimr.office.audit import checkpoint as sign

    made = sign()
    click.echo(f"Signed at entry {made.sequence}." if made else "Nothing new to sign.")

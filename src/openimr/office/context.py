"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from openimr._version import __version__


def office(request: HttpRequest) -> dict[str, Any]:
    """The organization's name, the engine's version and the pages the user may open."""
    from openimr.office.navigation import pages_for

    user = getattr(request, "user", None)
    return {
        "organization": settings.ORGANIZATION,
        "engine_version": __version__,
        "pages": pages_for(user) if user is not None and user.is_authenticated else [],
    }

"""What views share: the case a user may see, and the log entry that he saw it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from openimr.office import audit
from openimr.office.models import Case, User

View = Callable[..., HttpResponse]
SCREENING_STEPS = (
    "ask_for_information",
    "information_arrived",
    "merge_duplicate",
    "refuse",
    "defer",
    "resume",
    "employer_agrees",
    "accept",
    "end_item",
    "restore_item",
    "consolidate",
    "convert_to_expedited",
)
"""Steps that are taken on the page of the screening and nowhere else."""


def user_of(request: HttpRequest) -> User:
    """The signed-in user."""
    return cast(User, request.user)


def number_of(words: str | None) -> int | None:
    """A number of at most nine digits that came with an address or a form; None for all else.

    ``isdigit`` alone lets signs through that are digits elsewhere and no number here ("²").
    """
    if not words or len(words) > 9 or not (words.isascii() and words.isdigit()):
        return None
    return int(words)


def version_of(request: HttpRequest) -> int | None:
    """The version of the case that the page showed, as its form sends it back."""
    return number_of(request.POST.get("version"))


def allowed(permission: str) -> Callable[[View], View]:
    """Let a view through to users with a permission that needs no case."""

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        inner.permission = permission  # type: ignore[attr-defined]
        return inner

    return wrap


def with_case(permission: str = "case.see", *, log: str | None = None) -> Callable[[View], View]:
    """Hand a view the case of its ``number``, if the user has the permission on it.

    A case that is not there and one that may not be seen answer alike, so that numbers cannot be
    tried. ``log`` enters that it was seen.
    """

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, number: str, *args: Any, **kwargs: Any) -> HttpResponse:
            case = Case.objects.select_related("manager").filter(number=number).first()
            user = user_of(request)
            if not (case and user.has_perm("case.see", case)):
                raise Http404
            if permission != "case.see" and not user.has_perm(permission, case):
                raise PermissionDenied
            if log and request.method == "GET":
                audit.record(log, user, case)
            return view(request, case, *args, **kwargs)

        inner.permission = permission  # type: ignore[attr-defined]
        return inner

    return wrap

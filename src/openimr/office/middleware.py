"""Headers of every answer, and the second factor."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse

Handler = Callable[[HttpRequest], HttpResponse]

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def headers(get_response: Handler) -> Handler:
    """Content policy; pages with records are kept out of every cache."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def without_nul(get_response: Handler) -> Handler:
    """Refuse the character NUL, which no text holds and no database of ours keeps."""

    def handle(request: HttpRequest) -> HttpResponse:
        sent = [request.GET]
        if request.method == "POST" and request.content_type in _FORMS:
            sent.append(request.POST)
        texts = (value for form in sent for _, values in form.lists() for value in values)
        if "\x00" in request.path or any("\x00" in text for text in texts):
            return HttpResponseBadRequest(
                "What was sent holds a character (NUL) that no text has. Go back and write it "
                "without.",
                content_type="text/plain",
            )
        return get_response(request)

    return handle


def signed_out(get_response: Handler) -> Handler:
    """A piece of a page that is asked for after the session's end is told so.

    A page to sign in has no place in it, and what was written stays in the window.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        to_sign_in = response.headers.get("Location", "").startswith("/accounts/login/")
        if to_sign_in and request.headers.get("HX-Request") == "true":
            return HttpResponse("You are signed out.", status=401, content_type="text/plain")
        return response

    return handle


def second_factor(get_response: Handler) -> Handler:
    """Where it is required, nobody passes without a second factor but to set one up."""

    def handle(request: HttpRequest) -> HttpResponse:
        if (
            settings.REQUIRE_MFA
            and request.user.is_authenticated
            and not request.path.startswith(("/accounts/", "/static/"))
        ):
            from allauth.mfa.utils import is_mfa_enabled

            if not is_mfa_enabled(request.user):
                return redirect(reverse("mfa_activate_totp"))
        return get_response(request)

    return handle

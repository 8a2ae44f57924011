"""Error pages: what happened, what to do, and nothing of any case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(
        request,
        "office/error.html",
        {
            "title": "Not open to you",
            "says": "Your role does not open this page. If you need it, ask your administrator.",
        },
        status=403,
    )


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(
        request,
        "office/error.html",
        {"title": "Not found", "says": "There is no such page, or it is not yours to see."},
        status=404,
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return render(
        request,
        "office/error.html",
        {
            "title": "Something went wrong",
            "says": "The mistake is ours. Nothing that you saved is lost; try again, or go back.",
        },
        status=500,
    )

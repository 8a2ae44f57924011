"""People: who signs in and with which role. No page here shows a case."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from openimr.office import audit
from openimr.office.models import Role, User
from openimr.office.views.common import allowed, user_of

PER_PAGE = 50
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")


@allowed("office.administer")
def people(request: HttpRequest) -> HttpResponse:
    """Everyone who may sign in; a POST makes a new user."""
    if request.method == "POST":
        problem = _make(request)
        if problem:
            messages.error(request, problem)
            return redirect("office:people")
        return redirect("office:person", request.POST["username"].strip())
    words, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    users = User.objects.all()
    if words:
        users = users.filter(
            Q(username__istartswith=words)
            | Q(last_name__istartswith=words)
            | Q(first_name__istartswith=words)
        )
    if role:
        users = users.filter(role=role)
    page = Paginator(users, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "q": words, "role": role, "roles": Role.choices}
    return render(request, "office/people/people.html", context)


def _make(request: HttpRequest) -> str | None:
    given = {
        name: request.POST.get(name, "").strip()
        for name in ("username", "first_name", "last_name", "role")
    }
    if not _USERNAME.fullmatch(given["username"]):
        return "A user name has 2 to 40 small letters, digits, dots or hyphens; choose another."
    if given["role"] not in Role.values:
        return "Choose a role."
    if User.objects.filter(username__iexact=given["username"]).exists():
        return f"{given['username']} is taken; choose another user name."
    with transaction.atomic():
        user = User(**given)
        user.set_unusable_password()
        user.save()
        audit.record("office.user", user_of(request), user=user.username, role=user.role, made=True)
    messages.success(request, f"{user.shown_name} is made; now make a link for a first password.")
    return None


@allowed("office.administer")
def person(request: HttpRequest, username: str) -> HttpResponse:
    """One user: names, role, whether he or she may sign in."""
    held = get_object_or_404(User, username=username)
    me = user_of(request)
    if request.method == "POST":
        role, active = request.POST.get("role", ""), request.POST.get("active") == "yes"
        if role not in Role.values:
            messages.error(request, "Choose a role.")
        elif held == me and (role != me.role or not active):
            messages.error(
                request, "Nobody changes his own role or access; ask another administrator."
            )
        else:
            _change(held, role, active, request)
            messages.success(request, f"{held.shown_name} is saved.")
        return redirect("office:person", username)
    return render(
        request,
        "office/people/person.html",
        {"person": held, "roles": Role.choices, "mine": held == me},
    )


def _change(held: User, role: str, active: bool, request: HttpRequest) -> None:
    with transaction.atomic():
        held.first_name = request.POST.get("first_name", held.first_name).strip()[:150]
        held.last_name = request.POST.get("last_name", held.last_name).strip()[:150]
        held.role, held.is_active = role, active
        held.save()
        audit.record("office.user", user_of(request), user=held.username, role=role, active=active)


@allowed("office.administer")
def password_link(request: HttpRequest, username: str) -> HttpResponse:
    """A link with which the person sets a password, once; nobody else ever knows it.

    It works until the password is set or three days have passed. The old password ceases at once.
    """
    held = get_object_or_404(User, username=username)
    if request.method != "POST":
        return redirect("office:person", username)
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    with transaction.atomic():
        held.set_unusable_password()
        held.save()
        audit.record("office.password_link", user_of(request), user=held.username)
    key = default_token_generator.make_token(held)
    given = {"uidb36": user_pk_to_url_str(held), "key": key}
    link = request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=given))
    return render(request, "office/people/link.html", {"person": held, "link": link})

"""The register of reviewers: licences, certifications, practice, ties, as the panel reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple, get_args

import msgspec
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from openimr.office import audit
from openimr.office.matching import open_cases
from openimr.office.models import ReviewerProfile, Role, User
from openimr.office.views.common import allowed, number_of, user_of
from openimr.panel import RegisteredReviewer
from openimr.panel.register import Profession, TieKind

SOON = timedelta(days=60)
BLANK_ROWS = 2
LISTS = {
    "licences": ("state", "number", "expires", "restricted"),
    "certifications": ("specialty", "board", "since", "until"),
    "ties": ("to", "kind", "share", "until", "material", "academic"),
}
"""The lists of an entry, with the fields that the form has for each row."""
PLAIN = ("profession", "practice_since", "weekly_hours", "most_open_cases", "unavailable_until")
YES_NO = ("disciplined", "discipline_pending", "qualified_medical_evaluator")


class Row(NamedTuple):
    """A line of the list: the entry, the cases open, what expires or has expired."""

    user: User
    entry: RegisteredReviewer | None
    open_cases: int
    warnings: list[str]


@allowed("office.register")
def register(request: HttpRequest) -> HttpResponse:
    """Every reviewer, with what is about to expire; reviewers without an entry at the end."""
    users = User.objects.filter(role=Role.REVIEWER).select_related("reviewer_profile")
    open_now, today = open_cases(), timezone.localdate()
    rows = []
    for user in users:
        profile = getattr(user, "reviewer_profile", None)
        entry = profile.registered() if profile else None
        warnings = warnings_of(entry, today) if entry else []
        rows.append(Row(user, entry, open_now.get(user.pk, 0), warnings))
    rows.sort(key=lambda row: (not row.user.is_active, not row.warnings, row.user.shown_name))
    return render(request, "office/register/register.html", {"rows": rows})


def warnings_of(entry: RegisteredReviewer, today: date) -> list[str]:
    """What has expired or will within sixty days, and what the register does not tell."""
    dated = [(f"licence {one.state}", one.expires) for one in entry.licences]
    dated += [(f"certification {one.specialty}", one.until) for one in entry.certifications]
    found = []
    for what, last in dated:
        if last and last < today:
            found.append(f"{what} expired {last:%-d %b %Y}")
        elif last and last <= today + SOON:
            found.append(f"{what} expires {last:%-d %b %Y}")
    if not entry.licences:
        found.append("no licence")
    found += [
        f"not told: {name.replace('_', ' ')}"
        for name in (*YES_NO, "practice_since", "weekly_hours")
        if getattr(entry, name) is None
    ]
    return found


@allowed("office.register")
def entry(request: HttpRequest, username: str) -> HttpResponse:
    """One reviewer's entry; a POST saves it, where it is valid."""
    user = User.objects.filter(username=username, role=Role.REVIEWER).first()
    if user is None:
        raise Http404
    profile = ReviewerProfile.objects.filter(user=user).first()
    held: dict[str, Any] = dict(profile.entry) if profile else {}
    problem = ""
    if request.method == "POST":
        held = from_form(request.POST, user)
        try:
            valid = msgspec.convert(held, RegisteredReviewer, strict=False)
        except msgspec.ValidationError as error:
            problem = said(str(error))
        else:
            with transaction.atomic():
                ReviewerProfile.objects.update_or_create(
                    user=user, defaults={"entry": msgspec.to_builtins(valid)}
                )
                audit.record("register.entry", user_of(request), reviewer=username)
            messages.success(request, f"The entry of {user.shown_name} is saved.")
            return redirect("office:register")
    context = {"person": user, "held": held, "problem": problem, "is_new": profile is None}
    return render(
        request,
        "office/register/entry.html",
        context | _form(held),
        status=400 if problem else 200,
    )


def _form(held: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rows": {name: [*held.get(name, ()), *([{}] * BLANK_ROWS)] for name in LISTS},
        "professions": get_args(Profession),
        "tie_kinds": get_args(TieKind),
        "yes_no": [(name, held.get(name)) for name in YES_NO],
    }


def from_form(given: Mapping[str, Any], user: User) -> dict[str, Any]:
    """The entry that a form holds, not checked yet; rows with an empty first field fall."""
    entry: dict[str, Any] = {"id": user.username, "name": user.shown_name}
    for name in PLAIN:
        if text := given.get(name, "").strip():
            entry[name] = text
    for name in YES_NO:
        entry[name] = {"yes": True, "no": False}.get(given.get(name, ""))
    entry["specialties"] = [
        one.strip() for one in given.get("specialties", "").split(",") if one.strip()
    ]
    for name, fields in LISTS.items():
        entry[name] = []
        for number in range(int_of(given.get(f"{name}-count", "0"))):
            row = {field: given.get(f"{name}-{number}-{field}", "").strip() for field in fields}
            if row[fields[0]]:
                entry[name].append(_row(row))
    return entry


def int_of(text: str) -> int:
    """A small count from a form; 0 where it is none."""
    return min(number_of(text) or 0, 200)


def _row(row: Mapping[str, str]) -> dict[str, Any]:
    boxes = {"restricted", "academic"}
    made: dict[str, Any] = {key: text for key, text in row.items() if text and key not in boxes}
    made |= {key: True for key in boxes if row.get(key) == "yes"}
    if "material" in made:
        made["material"] = made["material"] == "yes"
    return made


def said(message: str) -> str:
    """A checker's message as a sentence about the form."""
    place = re.search(r"`\$\.?([^`]*)`", message)
    where = "The entry"
    if place and place[1]:
        where = place[1].replace("_", " ").replace("[", " ").replace("].", ": ").replace("...", "")
    what = message.split(" - at", maxsplit=1)[0]
    if "ISO8601" in what or "date" in what:
        what = "is no date; write it as 2027-01-31"
    elif "Invalid enum" in what:
        what = "is none of the choices"
    elif "missing required field" in what:
        what = f"lacks {what.split('`')[1]}"
    elif "float" in what or "int" in what:
        what = "is no number"
    return f"{where.strip().capitalize()} {what}."

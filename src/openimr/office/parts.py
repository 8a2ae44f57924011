"""Eligibility in part: a treatment that is not eligible is ended with its reason, the others go on.

A person ends each one and may take it in again until the application is accepted (Labor Code
4610.5(k): an application may be approved in part).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from openimr.office import audit
from openimr.office.models import Case, Item
from openimr.office.workflow import Step, effect, guard, program
from openimr.rules.program import Ground


def item_grounds(case: Case) -> list[Ground]:
    """The grounds that may hold of one treatment alone."""
    return [ground for ground in program(case).grounds if ground.per_item]


def ended_items(case: Case) -> list[Item]:
    """Treatments that were ended as not eligible, each with what the letters say of it."""
    return list(case.items.filter(state="not_eligible"))


def _named(case: Case, given: Mapping[str, Any], state: str) -> Item | None:
    key = str(given["item"])
    if not (key.isascii() and key.isdigit() and len(key) < 6):
        return None
    return case.items.filter(position=int(key), state=state).first()


@guard
def item_may_end(step: Step) -> str | None:
    """The treatment is in dispute and not the last one; the ground may hold of one alone."""
    others = step.case.items.filter(state="disputed").count()
    if others < 2:
        return "It is the only treatment in dispute; refuse the application instead."
    if not step.is_taken:
        return None
    if _named(step.case, step.given, "disputed") is None:
        return "This treatment is not in dispute."
    if step.given["ground"] not in {one.code for one in item_grounds(step.case)}:
        return "Choose a ground that can hold of one treatment alone."
    return None


@guard
def item_was_ended(step: Step) -> str | None:
    """The treatment was ended as not eligible."""
    if not step.case.items.filter(state="not_eligible").exists():
        return "No treatment was ended."
    if step.is_taken and _named(step.case, step.given, "not_eligible") is None:
        return "This treatment was not ended."
    return None


@guard
def a_treatment_is_in_dispute(step: Step) -> str | None:
    """At least one treatment is still in dispute."""
    held = step.case.items.filter(state="disputed").exists()
    return None if held else "No treatment is in dispute; refuse the application instead."


@effect("end_item")
def _end(step: Step, _: datetime) -> None:
    item = _named(step.case, step.given, "disputed")
    assert item is not None
    ground = next(one for one in item_grounds(step.case) if one.code == step.given["ground"])
    reason = " ".join(str(step.given["item_reason"]).split())[:1000]
    item.state, item.ground = "not_eligible", ground.code
    item.ground_says = f"{ground.says} {reason} ({ground.citation})"
    item.save(update_fields=["state", "ground", "ground_says"])
    audit.record("screening.item_ended", step.user, step.case, item=item.number, ground=ground.code)


@effect("restore_item")
def _restore(step: Step, _: datetime) -> None:
    item = _named(step.case, step.given, "not_eligible")
    assert item is not None
    item.state, item.ground, item.ground_says = "disputed", "", ""
    item.save(update_fields=["state", "ground", "ground_says"])
    audit.record("screening.item_restored", step.user, step.case, item=item.number)

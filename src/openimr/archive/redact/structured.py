"""Values whose fields are known: determinations, cases, and other JSON by the names of its keys."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar

import msgspec

from openimr.archive.redact.engine import Redactor, Removed
from openimr.model import Case, Determination, DeterminedItem, DisputedItem

_DATES = (
    "date_of_injury",
    "ur_denial_date",
    "application_received",
    "date_assigned",
    "decision_date",
)


class Fields:
    """Redacts fields one by one and keeps what was removed, with the field's name."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self.removed: list[tuple[str, str, Removed]] = []

    def text(self, value: str | None, where: str) -> str | None:
        """A text field."""
        if not value:
            return value
        done = self.redactor(value)
        self.removed += [(where, value[one.start : one.end], one) for one in done.removed]
        return done.text

    def day(self, value: date | None, where: str) -> date | None:
        """A date field: kept, moved, or None where only a year may stay."""
        action = self.redactor.actions["DATE"]
        if value is None or action == "keep":
            return value
        moved = None
        if action == "shift":
            moved = value + timedelta(self.redactor.options.days)
        mark = moved.isoformat() if moved else ""
        one = Removed(0, len(value.isoformat()), "DATE", "field", mark)
        self.removed.append((where, value.isoformat(), one))
        return moved

    def number(self, value: str | None, where: str) -> str | None:
        """The case number."""
        if not value or self.redactor.actions.get("CASE", "remove") == "keep":
            return self.text(value, where)
        self.removed.append((where, value, Removed(0, len(value), "CASE", "field", "")))
        return None


def determination(given: Determination, fields: Fields) -> Determination:
    """A determination without identifiers; forms, decisions and licence states stay."""
    changed: dict[str, Any] = {name: fields.day(getattr(given, name), name) for name in _DATES}
    changed["case_number"] = fields.number(given.case_number, "case_number")
    changed["summary"] = fields.text(given.summary, "summary")
    changed["documents_reviewed"] = tuple(
        fields.text(name, f"documents_reviewed[{n}]") or ""
        for n, name in enumerate(given.documents_reviewed)
    )
    changed["items"] = tuple(
        _texts(item, fields, f"items[{n}]") for n, item in enumerate(given.items)
    )
    return msgspec.structs.replace(given, **changed)


def case_fields(given: Case, fields: Fields) -> Case:
    """The fields of a case without identifiers; its documents are left as they are."""
    changed: dict[str, Any] = {name: fields.day(getattr(given, name), name) for name in _DATES}
    changed["case_number"] = fields.number(given.case_number, "case_number")
    changed["items"] = tuple(
        _texts(item, fields, f"items[{n}]") for n, item in enumerate(given.items)
    )
    return msgspec.structs.replace(given, **changed)


_TEXTS = (
    "request",
    "ur_guideline",
    "imr_guideline",
    "rationale",
    "original",
    "authorized",
    "remainder",
)


T = TypeVar("T", DisputedItem, DeterminedItem)


def _texts(item: T, fields: Fields, where: str) -> T:
    present = {
        name: fields.text(getattr(item, name), f"{where}.{name}")
        for name in _TEXTS
        if name in item.__struct_fields__
    }
    return msgspec.structs.replace(item, **present)


def plain(value: Any, fields: Fields, where: str = "", key: str = "") -> Any:
    """Any JSON value: each text redacted as if its key stood before it as a label."""
    if isinstance(value, dict):
        return {
            fields.text(str(name), where) or "": plain(inner, fields, f"{where}.{name}", str(name))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [plain(inner, fields, f"{where}[{n}]", key) for n, inner in enumerate(value)]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        said = _labelled(str(value), fields, where, key)
        return value if said == str(value) else said
    return _labelled(value, fields, where, key)


def _labelled(value: str, fields: Fields, where: str, key: str) -> str:
    label = f"{key.replace('_', ' ')}: " if key else ""
    done = fields.redactor(label + value)
    inside = [one for one in done.removed if one.end > len(label)]
    if any(one.start < len(label) for one in inside):
        return fields.text(value, where) or ""
    fields.removed += [
        (where, (label + value)[one.start : one.end], _moved(one, -len(label))) for one in inside
    ]
    return done.text[len(label) :]


def _moved(one: Removed, by: int) -> Removed:
    return Removed(one.start + by, one.end + by, one.category, one.rule, one.mark)

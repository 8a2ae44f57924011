"""The application form as data (``application.yaml``) and as Django forms made from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml
from django import forms
from django.utils import timezone

from openimr.model import Value

Kind = Literal["text", "long", "date", "yes_no", "choice"]
YES_NO = (("", "Not known"), ("yes", "Yes"), ("no", "No"))
MOST_ITEMS = 60
"""Items that one application may have; a safeguard, not a rule of law."""


class FormField(Value, frozen=True, kw_only=True):
    """A field of the form; ``to`` says what of a case it fills (empty: only looked at)."""

    name: str
    label: str
    kind: Kind = "text"
    to: str = ""
    required: bool = False
    choices: dict[str, str] = msgspec.field(default_factory=dict)
    initial: str = ""
    help: str = ""
    length: int = 200
    pdf: bool = True
    not_before: tuple[str, ...] = ()


class Group(Value, frozen=True, kw_only=True):
    """Fields under one heading."""

    id: str
    title: str
    fields: tuple[FormField, ...]
    pdf: bool = True


class ItemRows(Value, frozen=True, kw_only=True):
    """The fields of each treatment in dispute."""

    title: str
    pdf_rows: int
    fields: tuple[FormField, ...]


class Application(Value, frozen=True, kw_only=True):
    """The whole form."""

    title: str
    groups: tuple[Group, ...]
    items: ItemRows

    @property
    def fields(self) -> Iterator[FormField]:
        """Every field outside the items."""
        return (field for group in self.groups for field in group.fields)


@lru_cache(maxsize=1)
def application() -> Application:
    """The form, from ``application.yaml``."""
    text = files("openimr.office").joinpath("application.yaml").read_text("utf-8")
    return msgspec.convert(yaml.load(text, yaml.CSafeLoader), Application)


class _DataForm(forms.Form):
    """A form whose fields come from data; errors name their field."""

    @classmethod
    def rows(cls) -> tuple[FormField, ...]:
        """The fields of the form."""
        raise NotImplementedError

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for row in self.rows():
            self.fields[row.name] = _field(row)


def _field(row: FormField) -> forms.Field:
    common: dict[str, Any] = {
        "label": row.label,
        "required": row.required,
        "help_text": row.help,
        "initial": row.initial or None,
        "error_messages": {"required": f"{row.label}: fill this in."},
    }
    if row.kind == "date":
        return forms.DateField(
            **common | {"error_messages": {**common["error_messages"], "invalid": _bad_date(row)}},
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%B %d, %Y"],
        )
    if row.kind in ("choice", "yes_no"):
        choices = list(YES_NO) if row.kind == "yes_no" else list(row.choices.items())
        if row.kind == "choice" and not (row.required and row.initial):
            choices.insert(0, ("", "Not known" if not row.required else "Choose"))
        wrong = f"{row.label}: choose one of the answers."
        common["error_messages"]["invalid_choice"] = wrong
        return forms.ChoiceField(**common, choices=choices)
    long = row.kind == "long"
    limit = 4000 if long else row.length
    common["error_messages"]["max_length"] = f"{row.label}: shorten it to {limit} characters."
    widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput()
    return forms.CharField(**common, max_length=limit, widget=widget)


def _bad_date(row: FormField) -> str:
    return f"{row.label}: write the date as month/day/year, for example 03/31/2026."


class ApplicationForm(_DataForm):
    """All fields but the items."""

    @classmethod
    def rows(cls) -> tuple[FormField, ...]:
        """The fields of every group."""
        return tuple(application().fields)

    def clean(self) -> dict[str, Any]:
        """No day lies in the future, and none before a day that it must follow."""
        told = super().clean() or {}
        labels = {row.name: row.label for row in self.rows()}
        for row in self.rows():
            day = told.get(row.name)
            if not isinstance(day, date):
                continue
            if day > timezone.localdate():
                self.add_error(row.name, f"{row.label}: this day is still to come; correct it.")
            for other in row.not_before:
                earlier = told.get(other)
                if isinstance(earlier, date) and day < earlier:
                    says = f"{row.label}: this is before “{labels[other]}”; correct one of them."
                    self.add_error(row.name, says)
        return told

    def groups(self) -> list[tuple[Group, list[forms.BoundField]]]:
        """The groups with their fields as the page shows them."""
        return [(one, [self[row.name] for row in one.fields]) for one in application().groups]


class ItemForm(_DataForm):
    """One treatment in dispute; of a modified request, what was asked, given and remains."""

    @classmethod
    def rows(cls) -> tuple[FormField, ...]:
        """The fields of an item."""
        return application().items.fields

    def clean(self) -> dict[str, Any]:
        """A modified request says what was authorized and what remains in dispute."""
        told = super().clean() or {}
        if told.get("ur_decision") == "modified":
            for name in ("authorized", "remainder"):
                if not told.get(name):
                    label = self.fields[name].label
                    self.add_error(name, f"{label}: a modified request needs this; fill it in.")
        return told


class _Items(forms.BaseFormSet[ItemForm]):
    """At least one item."""

    def clean(self) -> None:
        """An application without an item is none."""
        if not any(self.errors) and not self.filled():
            raise forms.ValidationError("Enter at least one treatment in dispute.")

    def filled(self) -> list[dict[str, Any]]:
        """What was entered, without empty rows."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("request")]


ItemForms = forms.formset_factory(
    ItemForm,
    formset=_Items,
    extra=0,
    min_num=1,
    max_num=MOST_ITEMS,
    absolute_max=MOST_ITEMS,
)

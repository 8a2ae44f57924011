"""The form of a document's line in the index."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from openimr.office.indexing import kinds
from openimr.office.models import Document


class IndexForm(forms.ModelForm[Document]):
    """Type, author, date and sender."""

    kind = forms.ChoiceField(label="Type")

    class Meta:
        """What a person may set."""

        model = Document
        fields: ClassVar = ["kind", "author", "dated", "sender"]
        labels: ClassVar = {"dated": "Date", "sender": "Sent by"}
        widgets: ClassVar = {
            "dated": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "author": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        document: Document = self.instance
        self.fields["kind"].choices = list(kinds().items())  # type: ignore[attr-defined]
        self.fields["sender"].queryset = document.case.parties.all()  # type: ignore[attr-defined]
        self.fields["sender"].empty_label = "Not known"  # type: ignore[attr-defined]
        self.auto_id = f"id_{document.pk}_%s"

    def clean_dated(self) -> date | None:
        """No record is of a day to come."""
        dated: date | None = self.cleaned_data["dated"]
        if dated and dated > timezone.localdate():
            raise forms.ValidationError("The date lies in the future; enter the day of the record.")
        return dated

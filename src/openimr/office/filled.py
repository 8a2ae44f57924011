"""The application as a fillable PDF: making the blank one, reading a filled one.

Field names are those of ``application.yaml``. A form without fields (printed and scanned back with
a text layer, or flattened) gives what its text says after the labels; a person checks everything.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from openimr.errors import InputError
from openimr.model import Value
from openimr.office.application import FormField, application

if TYPE_CHECKING:
    import pikepdf

MOST_BYTES = 20 * 2**20
"""An application form is a few pages; anything larger is a case file and goes to the records."""

_SOURCE = "application form"
_ON = {"yes", "on", "1", "x", "true"}


class Filled(Value, frozen=True, kw_only=True):
    """What a form holds, by field name; ``from_text`` where it was read from the page's text."""

    data: dict[str, str]
    from_text: bool


def read_filled(data: bytes) -> Filled:
    """Read a filled form.

    Args:
        data: a PDF.

    Returns:
        Values by the names of ``application.yaml``, as a person would type them.

    Raises:
        InputError: it is no PDF, is too large, is locked, or holds nothing of the form.
    """
    import pikepdf

    if len(data) > MOST_BYTES:
        limit = MOST_BYTES // 2**20
        raise InputError(
            _SOURCE, f"The file is larger than {limit} MB", "upload the form alone, without records"
        )
    if b"%PDF-" not in data[:1024]:
        raise InputError(_SOURCE, "The file is no PDF", "save the form as a PDF and try again")
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            typed = dict(_values(pdf))
    except pikepdf.PasswordError:
        raise InputError(
            _SOURCE, "The PDF is locked", "ask the sender for a copy without a password"
        ) from None
    except pikepdf.PdfError:
        raise InputError(
            _SOURCE, "The PDF is damaged", "ask the sender for it again, or type the form in"
        ) from None
    found = _named(typed)
    from_text = not found
    if from_text:
        found = _from_text(_text(data))
    if not found:
        raise InputError(
            _SOURCE, "The PDF holds no field of the form", "type the application in instead"
        )
    return Filled(data=_with_rows(found), from_text=from_text)


def _values(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    """Every filled field: its name, and its tooltip as a second name."""
    import pikepdf

    form: Any = pdf.Root.get("/AcroForm")
    fields = form.get("/Fields", []) if form is not None else []
    waiting: list[tuple[Any, str]] = [(one, "") for one in fields]
    looked_at = 0
    while waiting and looked_at < 2000:
        looked_at += 1
        node, above = waiting.pop()
        name = ".".join(filter(None, (above, str(node.get("/T", "")))))
        waiting += [(kid, name) for kid in node.get("/Kids", []) if "/T" in kid]
        value = node.get("/V")
        if value is None:
            continue
        text = str(value).lstrip("/") if isinstance(value, pikepdf.Name) else str(value)
        if text.strip() and text != "Off":
            yield name, text.strip()
            if tip := str(node.get("/TU", "")):
                yield tip, text.strip()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, FormField]]:
    """Names and labels, without punctuation, of all fields and of as many rows as the form has."""
    known = {}
    for row in application().fields:
        known[_plain(row.name)] = known[_plain(row.label)] = (row.name, row)
    for index in range(application().items.pdf_rows):
        for row in application().items.fields:
            name = f"items-{index}-{row.name}"
            known[_plain(name)] = known[_plain(row_label(index, row))] = (name, row)
    return known


def row_label(index: int, row: FormField) -> str:
    """The label of a field of one treatment, as the PDF prints it."""
    return f"Treatment {index + 1}: {row.label}"


def _named(typed: dict[str, str]) -> dict[str, str]:
    found = {}
    for name, text in typed.items():
        if known := _known().get(_plain(name)):
            found[known[0]] = _as_typed(known[1], text)
    return {name: text for name, text in found.items() if text}


def _as_typed(row: FormField, text: str) -> str:
    """A choice by its name or its words; a yes or no; a date in the page's way of writing."""
    word = _plain(text)
    if row.kind == "yes_no":
        return "yes" if word in _ON else "no" if word == "no" else ""
    if row.kind == "choice":
        names = (name for name, says in row.choices.items() if word in (_plain(name), _plain(says)))
        return next(names, "")
    if row.kind == "date":
        return _day(text)
    return text[: 4000 if row.kind == "long" else row.length]


def _day(text: str) -> str:
    match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text.strip())
    return f"{match[3]}-{int(match[1]):02}-{int(match[2]):02}" if match else text.strip()[:40]


def _with_rows(found: dict[str, str]) -> dict[str, str]:
    rows = [int(name.split("-")[1]) for name in found if name.startswith("items-")]
    return {**found, "items-TOTAL_FORMS": str(max(rows, default=0) + 1)}


def _text(data: bytes) -> str:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return ""
    try:
        pages = (document[index].get_textpage() for index in range(min(len(document), 10)))
        return "\n".join(page.get_text_bounded() for page in pages)
    finally:
        document.close()


def _from_text(text: str) -> dict[str, str]:
    """What stands after a label, on its line or on the next that is no label itself."""
    labels = sorted(_labels(), key=lambda pair: -len(pair[0]))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found: dict[str, str] = {}
    for index, line in enumerate(lines):
        name, row, rest = _label_of(line, labels)
        if row is None or name in found:
            continue
        after = lines[index + 1] if index + 1 < len(lines) else ""
        if not rest and _label_of(after, labels)[1] is None and after not in _titles():
            rest = after
        if value := _as_typed(row, rest):
            found[name] = value
    return found


def _labels() -> list[tuple[str, str, FormField]]:
    rows = [(row.label, row.name, row) for row in application().fields if row.pdf]
    for index in range(application().items.pdf_rows):
        rows += [
            (row_label(index, row), f"items-{index}-{row.name}", row)
            for row in application().items.fields
        ]
    return rows


def _titles() -> set[str]:
    return {group.title for group in application().groups} | {
        application().title,
        application().items.title,
    }


def _label_of(
    line: str, labels: list[tuple[str, str, FormField]]
) -> tuple[str, FormField | None, str]:
    for label, name, row in labels:
        if line.lower().startswith(label.lower()):
            rest = line[len(label) :]
            if not rest or not rest[0].isalnum():
                return name, row, rest.strip(" :?_.\t")
    return "", None, ""

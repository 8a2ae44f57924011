"""Letter forms: one description of a letter variant, used to read it and to write it.

The forms are the YAML files of ``letters/forms``. A form may start from another one
(``base``) and name only what differs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml

from openimr.errors import InputError
from openimr.model import Decision, Status

Holds = Literal[
    "reviewer",
    "summary",
    "items",
    "documents",
    "appeal",
    "overview",
    "other",
    "request",
    "imr_guideline",
    "rationale",
]
"""What a section holds; the last three in letters whose sections are the parts of one item."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the parts of a form: a misspelled key in a form file is refused."""


class Credentials(_Part, frozen=True):
    """Where a letter states the reviewer's licences and specialties.

    ``block``: a lead sentence and one labelled line each; ``inline``: within a sentence.
    """

    style: Literal["block", "inline"]
    licensure: str
    certification: str
    lead: str = ""


class Note(_Part, frozen=True):
    """A statement of law: its rule, its citation, and the decision it presupposes (or None)."""

    rule: str
    cite: str
    says: str
    when: Decision | None = None


class Section(_Part, frozen=True):
    """One section: its heading, the sentence that opens it, and what stands in it."""

    heading: str
    holds: Holds
    lead: str = ""
    paragraphs: tuple[str, ...] = ()
    credentials: Credentials | None = None
    notes: tuple[Note, ...] = ()


class Item(_Part, frozen=True):
    """How one disputed item is laid out.

    ``headed``: a heading that ends with the word of the decision, then labelled parts.
    ``numbered``: a numbered heading; the decision stands in the request's sentence, under a
    label of its own, or in a ``sentence`` elsewhere (``decided_in``). ``sections``: the sections
    of the letter are the parts of its one item.

    ``labels`` are in the order of the letter; one whose name begins with ``_`` is skipped, and
    the words of one that is ``kept`` belong to the text.
    """

    layout: Literal["headed", "numbered", "sections"]
    heading: str
    decisions: dict[Decision, str]
    labels: dict[str, str]
    decided_in: Literal["heading", "request", "decision", "sentence"] = "heading"
    sentence: str = ""
    kept: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    statuses: dict[Status, str] = {}
    by_reviewer: str = ""
    remark: str = ""


class Form(_Part, frozen=True, dict=True):
    """One variant of the letter."""

    id: str
    years: tuple[int, int]
    order: int
    marks: tuple[str, ...]
    hints: tuple[str, ...]
    reads: bool
    writes: bool
    title: str
    dates: Literal["numeric", "long"]
    reviewer_noun: str
    header: dict[str, str]
    header_split: dict[str, tuple[str, str]]
    sections: tuple[Section, ...]
    item: Item
    modified: tuple[str, ...]
    organization: str

    @cached_property
    def modified_patterns(self) -> tuple[re.Pattern[str], ...]:
        """The wordings of a modified request as patterns over folded text."""
        return tuple(
            re.compile(loose(wording, fields=".+?") + r"\s*:?\s*\Z", re.IGNORECASE)
            for wording in self.modified
        )

    def section(self, holds: Holds) -> Section | None:
        """The section that holds this, None where the form has none."""
        return next((s for s in self.sections if s.holds == holds), None)


# The C loader, where PyYAML has it, is ten times as fast; both are safe.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FIELD = re.compile(r"\{(\w+)\}")


def loose(wording: str, fields: str = "", values: Mapping[str, str] | None = None) -> str:
    """A regular expression for a wording of a form, tolerant of white space and line ends.

    Args:
        wording: words of the form; ``{name}`` stands for a field.
        fields: the pattern of a field that is not among ``values``; it becomes a named group.
        values: patterns of some fields, taken as they are.
    """
    words: list[str] = []
    for word in wording.split():
        pieces: list[str] = []
        for number, piece in enumerate(_FIELD.split(word)):
            if number % 2 == 0:
                pieces.append(re.escape(piece).replace(":", r"\s*:").replace("'", "['\u2019]"))
            elif values and piece in values:
                pieces.append(values[piece])
            else:
                pieces.append(f"(?P<{piece}>{fields})")
        words.append("".join(pieces))
    return r"\s+".join(words)


@cache
def forms() -> Mapping[str, Form]:
    """All letter forms by id, in the order in which a text is tried against them.

    Raises:
        InputError: a form file is not valid; the message names it and the key.
    """
    raw: dict[str, dict[str, Any]] = {}
    for entry in files("openimr.letters").joinpath("forms").iterdir():
        if entry.name.endswith(".yaml"):
            content = yaml.load(entry.read_text(encoding="utf-8"), Loader=_Loader)
            raw[content["id"]] = content

    def whole(form_id: str) -> dict[str, Any]:
        own = raw[form_id]
        return (whole(own["base"]) if "base" in own else {}) | own

    made = []
    for form_id in raw:
        content = whole(form_id)
        content.pop("base", None)
        try:
            made.append(msgspec.convert(content, Form))
        except msgspec.ValidationError as error:
            raise InputError(
                f"letters/forms/{form_id}.yaml", str(error), "correct the form"
            ) from None
    return {form.id: form for form in sorted(made, key=lambda form: form.order)}


def form(form_id: str) -> Form:
    """The form with this id.

    Raises:
        InputError: there is none; the message lists those there are.
    """
    known = forms()
    if form_id not in known:
        raise InputError(
            "letter form", f"{form_id!r} is not known", f"choose one of {', '.join(sorted(known))}"
        )
    return known[form_id]

"""What the words of a disputed item say by themselves, whatever the record holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from openimr import drugs
from openimr.guidelines.guideline import Guideline
from openimr.guidelines.library import Library
from openimr.model import DisputedItem, Unit
from openimr.reviews.amounts import TABLETS, Amounts, days_of_use, pieces_of, read_amounts
from openimr.reviews.asked import days_supply
from openimr.reviews.focus import is_around_surgery
from openimr.reviews.gate import Gated, letters
from openimr.reviews.phases import AROUND_SURGERY, RETROSPECTIVE
from openimr.reviews.places import levels_named, region_named

_PREFIX = re.compile(
    r"^(?:associated surgical services?|(?:retrospective|prospective)(?: request)?(?: for)?|retro"
    r"|(?:unknown|unspecified) (?:prescription|quantity)(?: of)?)\s*[:\-]?\s*",
    re.I,
)
_PARTS = re.compile(r"\s*;\s*|\s+•\s*")
_AT_PLACE = re.compile(
    r"(?<=\w)\s*,?\s*(?:\b(?:of|to|for|in|at|on)\s+)?(?:the\s+)?\b(?:left|right|bilateral|lt|rt)\b.*",
    re.I | re.S,
)
_AMOUNT = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|eight|ten|twelve)\s?(?:x|times?|sessions?|visits?|days?"
    r"|weeks?|months?|units?|mg|per)?\b|\([^)]*\)|\bunder\b.*|\bDOS\b.*",
    re.I,
)
_NO_NAME = re.compile(
    r"a|an|of|the|for|and|to|with|without|in|on|at|by|or|per|mg|ml|gm|request(?:ed)?|left|right"
    r"|bilateral(?:ly)?|lt|rt|qty|quantity|units?|sessions?|visits?|times|weeks?|months?|days?"
    r"|purchase|rental|initial|additional|outpatient|dme"
)
_NOT_SOLID = re.compile(r"\b(?:patch|cream|gel|lotion|ointment|pad)", re.I)
_DISPENSED = re.compile(r"\d\s?(?:mg|mcg)\b.*(?:#\s?\d|\btab|\bcap)", re.I)
"""A drug that the dictionary does not know: a strength, and how many are dispensed."""
_EVALUATION = re.compile(r"\beval(?:uation)?\b", re.I)
_MODIFIED = Gated(
    re.compile(
        r"(?P<original>.+?)\s+was the original request\b.*?"
        r"(?:remaining IMR eligible portion of the original request,?\s*(?P<remainder>.+?)"
        r"|The original request,\s*(?P<whole>.+?))(?:,)?\s+is\b",
        re.I | re.S,
    )
)
_MOST_REMEMBERED = 8192


def disputed_text(item: DisputedItem) -> str:
    """The words in dispute: of a modified request the remainder, else the request itself."""
    if item.remainder:
        return item.remainder
    if item.original and item.authorized:
        return item.original
    if match := _MODIFIED.search(item.request, letters(item.request)):
        return (match["remainder"] or match["whole"] or match["original"]).strip()
    return item.request


class Wording:
    """What the words of a request say by themselves, whatever the record holds."""

    __slots__ = (
        "_measured",
        "amounts",
        "around_surgery",
        "bare",
        "classes",
        "dispensed",
        "guideline",
        "label",
        "levels",
        "of_drug",
        "region",
        "retrospective",
        "text",
        "treatment",
    )

    def __init__(self, text: str, library: Library) -> None:
        self.text = text
        self.bare = bare = _first_of_several(_PREFIX.sub("", text).strip() or text, library)
        label, classes, *_ = drugs.classify(bare)
        guideline = _guideline(_first_of_several(text, library), label, classes, library)
        if (
            guideline is not None
            and guideline.category != "drug"
            and "compound" not in guideline.treatment
        ):
            label, classes = None, ()
        self.label, self.classes, self.guideline = label, tuple(classes), guideline
        self.treatment = guideline.treatment if guideline else f"other:{_slug(bare, label)}"
        self.dispensed = label is not None or (
            guideline is None and _DISPENSED.search(bare) is not None
        )
        self.amounts = read_amounts(bare, is_drug=self.dispensed)
        self.levels = levels_named(bare)
        self.region = region_named(bare)
        self.around_surgery = AROUND_SURGERY.search(text) is not None
        self.retrospective = RETROSPECTIVE.search(text) is not None
        self.of_drug = {} if label is None else self._of_drug(label)
        self._measured: dict[str | None, tuple[float | None, Unit | None, Amounts]] = {}

    def _of_drug(self, label: str) -> Amounts:
        """What the words say of the drug asked for."""
        values: Amounts = {"drug_name": label, "drug_class": self.classes}
        values.update(drugs.request_facts(self.bare))
        quantity = self.amounts.get("dispense_qty")
        if isinstance(quantity, float) and (days := days_supply(self.bare, quantity)) is not None:
            values["days_supply"] = days
        return values

    def measured(self, guideline: Guideline | None) -> tuple[float | None, Unit | None, Amounts]:
        """How much is asked for, in what unit, and all amounts, under this guideline."""
        name = guideline.treatment if guideline is not None else None
        found = self._measured.get(name)
        if found is None:
            amounts = self.amounts
            equipment = guideline is not None and guideline.category in {"equipment", "device"}
            if equipment and "rental_days" not in amounts and "frequency_per_week" not in amounts:
                days = days_of_use(self.bare)
                amounts = amounts if days is None else {**amounts, "rental_days": days}
            classes = self.classes if self.dispensed else None
            found = *_quantity(self.bare, guideline, classes, amounts), amounts
            self._measured[name] = found
        return found


_wordings: WeakKeyDictionary[Library, dict[str, Wording]] = WeakKeyDictionary()


def wording(text: str, library: Library) -> Wording:
    """The wording of a request, remembered: the same few thousand make up much of an archive."""
    held = _wordings.setdefault(library, {})
    found = held.get(text)
    if found is None:
        if len(held) >= _MOST_REMEMBERED:
            held.clear()
        found = held[text] = Wording(text, library)
    return found


def _first_of_several(text: str, library: Library) -> str:
    """The first treatment of a line that asks for several, parted by semicolons or bullets."""
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    named = [(part, found[0].treatment) for part in parts if (found := library.by_name(part))]
    return named[0][0] if len({treatment for _, treatment in named}) > 1 else text


def _guideline(
    text: str, label: str | None, classes: Sequence[str], library: Library
) -> Guideline | None:
    named = library.by_name(text)
    compounded = label is not None and classes[:1] == ("topical_compound",)
    if named and not compounded:  # what is compounded goes by its parts, not by one of them
        return library.get(named[0].treatment)
    held = library.by_drug_class(classes) if label is not None else []
    return held[0] if held else None


def _slug(text: str, label: str | None) -> str:
    """A name of what no guideline is held for: its first words, without side, amount and place."""
    if label is None and _DISPENSED.search(text):
        text = re.split(r"\d", text, maxsplit=1)[0] or text
    words = re.findall(r"[a-z]{2,}", (label or _AMOUNT.sub(" ", _AT_PLACE.sub("", text))).lower())
    kept = [word for word in words if not _NO_NAME.fullmatch(word)]
    return "_".join((kept or words)[:4]) or "unnamed"


def _quantity(
    text: str,
    guideline: Guideline | None,
    classes: Sequence[str] | None,
    amounts: Amounts,
) -> tuple[float | None, Unit | None]:
    """How much is asked for and in what unit; ``classes`` are those of a drug, None for others."""
    if classes is not None:
        quantity = amounts.get("dispense_qty")
        solid = TABLETS.search(text) and not (
            _NOT_SOLID.search(text) or any(name.startswith("topical_") for name in classes)
        )
        return (
            (None, None) if quantity is None else (_float(quantity), "tablets" if solid else None)
        )
    category = guideline.category if guideline else None
    around_surgery = guideline is not None and is_around_surgery(guideline.treatment)
    sessions = amounts.get("sessions_requested")
    if category in {"equipment", "device"}:
        if "frequency_per_week" in amounts and sessions is not None:
            return _float(sessions), "visits"
        if "rental_days" in amounts:
            return _float(amounts["rental_days"]), "days"
        pieces = pieces_of(text)
        return (pieces or (1.0 if category == "equipment" else None)), None
    if category == "injection":
        return _float(amounts.get("injections_per_session", 1.0)), "injections"
    if category in {"imaging", "test"}:
        return (None if around_surgery else pieces_of(text) or 1.0), None
    if category in {"therapy", "program", "consultation"}:
        if sessions is not None:
            return _float(sessions), "visits"
        if category == "therapy" and _EVALUATION.search(text):
            return 1.0, "visits"
    return None, None


def _float(value: object) -> float:
    return float(str(value))

"""Published determinations reviewed as if they were open, and set beside what was decided.

Of each determination the engine sees the case side only. The physicians' decisions and the
guidelines they relied on come from the letter, what an expert reads in it from a labels file
(one JSON object a letter: ``case_number`` and ``items`` with treatment, region, parent, decisive
criteria; ``facts`` with offsets into the folded clinical case summary).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from openimr.errors import InputError
from openimr.guidelines.library import Library
from openimr.letters import case_side
from openimr.model import Case, Determination, DeterminedItem, Fact, ItemReview, Review
from openimr.reviews.run import review

Label = Mapping[str, Any]
Half = Literal["development", "check"]


@dataclass(frozen=True)
class Compared:
    """One disputed item: the physician's decision, the engine's proposal, and the label."""

    case_number: str | None
    number: int
    determined: DeterminedItem
    proposed: ItemReview
    label: Label | None

    @property
    def overturned(self) -> bool:
        """Whether the physician overturned."""
        return self.determined.decision == "Overturned"

    @property
    def chance(self) -> float | None:
        """The engine's probability that a reviewer overturns; None where nothing is proposed."""
        item = self.proposed
        if item.proposed_decision is None or item.confidence is None:
            return None
        overturns = item.proposed_decision == "Overturned"
        return item.confidence if overturns else 1 - item.confidence

    @property
    def decidable(self) -> bool:
        """Whether the label says that the summary alone decides the item."""
        return self.label is not None and self.label.get("decidable") == "yes"

    @property
    def treatment(self) -> str:
        """What the item is for: by the label, and without one as we read it."""
        return str(self.label["treatment"]) if self.label else self.proposed.treatment


@dataclass(frozen=True)
class LetterFacts:
    """The facts read in one letter beside those of its label, and the treatments in dispute."""

    found: Sequence[Fact]
    labelled: Sequence[Label]
    treatments: frozenset[str]


@dataclass
class Evaluation:
    """All items compared, and the facts of each letter beside those of its label."""

    items: list[Compared] = field(default_factory=list)
    facts: list[LetterFacts] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    letters: int = 0
    labelled: int = 0


def half_of(case_number: str | None) -> Half:
    """The half a letter belongs to, by a hash of its case number.

    Rules are written with the letters of the development half at hand; those of the check half
    stay closed, so that figures on them tell how the rules do on letters nobody has read.
    """
    digest = hashlib.sha256((case_number or "").encode()).hexdigest()
    return "development" if int(digest, 16) % 2 == 0 else "check"


def compare(
    determinations: Iterable[Determination],
    labels: Mapping[str, Label],
    library: Library | None = None,
    *,
    blind_to_ur: bool = False,
) -> Evaluation:
    """Review the case side of each determination and set it beside decision and label.

    Args:
        determinations: published determinations, read.
        labels: labels by case number; letters without one are compared by decision only.
        library: the guideline library; the shipped one by default.
        blind_to_ur: take every sentence that repeats the utilization review decision out first.
    """
    outcome = Evaluation()
    for determination in determinations:
        add(outcome, determination, labels, library, blind_to_ur=blind_to_ur)
    return outcome


def add(
    outcome: Evaluation,
    determination: Determination,
    labels: Mapping[str, Label],
    library: Library | None = None,
    *,
    blind_to_ur: bool = False,
) -> None:
    """Replay one determination and add it to the outcome; arguments as in :func:`compare`."""
    case = case_side(determination)
    if blind_to_ur:
        case = without_ur(case)
    made = review(case, library)
    label = labels.get(determination.case_number or "")
    if label is not None and len(label["items"]) != len(determination.items):
        outcome.notes.append(
            f"{determination.case_number}: the label has {len(label['items'])} items, the letter "
            f"{len(determination.items)}; compared without its label."
        )
        label = None
    outcome.letters += 1
    items = _items(determination, made, label)
    outcome.items += items
    if label is None:
        return
    outcome.labelled += 1
    if label.get("facts") is not None:
        placed = placed_labels(label["facts"], determination.summary or "")
        if blind_to_ur:
            placed = _still_there(label["facts"], case)
        treatments = frozenset(one.treatment for one in items)
        outcome.facts.append(LetterFacts(made.facts, placed, treatments))


def placed_labels(labels: Sequence[Label], summary: str) -> list[Label]:
    """Labels with offsets into the summary itself.

    Labels count from the start of the section, of which its opening sentence is no part of the
    summary: the distance that most quotes agree on is taken off.
    """
    distances = Counter(
        label["start"] - place for label in labels if (place := summary.find(label["quote"])) >= 0
    )
    if not distances:
        return list(labels)
    shift = distances.most_common(1)[0][0]
    return [
        {**label, "start": label["start"] - shift, "end": label["end"] - shift} for label in labels
    ]


def _still_there(labels: Sequence[Label], case: Case) -> list[Label]:
    """The labels whose words are left in a shortened summary, at their new places."""
    text = (case.documents[0].text or "") if case.documents else ""
    placed = ((label, text.find(label["quote"])) for label in labels)
    return [
        {**label, "start": at, "end": at + len(label["quote"])} for label, at in placed if at >= 0
    ]


def _items(determination: Determination, made: Review, label: Label | None) -> list[Compared]:
    labelled: Sequence[Label | None] = (
        label["items"] if label is not None else [None] * len(determination.items)
    )
    return [
        Compared(determination.case_number, number, determined, proposed, own)
        for number, (determined, proposed, own) in enumerate(
            zip(determination.items, made.items, labelled, strict=True)
        )
    ]


def without_ur(case: Case) -> Case:
    """The case with every sentence that repeats the utilization review decision removed."""
    from msgspec.structs import replace

    from openimr.evidence import sentences

    documents = []
    for document in case.documents:
        text = document.text or ""
        kept = [text[s.start : s.end] for s in sentences(text) if s.role != "utilization_review"]
        documents.append(replace(document, text=" ".join(kept)))
    return replace(case, documents=tuple(documents))


class _Decisive(msgspec.Struct):
    criterion: str
    status: str
    says: str = ""


class _LabelledItem(msgspec.Struct):
    treatment: str
    region: str | None = None
    side: str | None = None
    phase: str | None = None
    drug: str | None = None
    quantity: float | None = None
    parent: int | None = None
    decisive: tuple[_Decisive, ...] = ()
    decidable: str | None = None


class _LabelledFact(msgspec.Struct):
    fact: str
    polarity: str
    start: int
    end: int
    quote: str


class _LabelledLetter(msgspec.Struct):
    case_number: str
    items: tuple[_LabelledItem, ...]
    facts: tuple[_LabelledFact, ...] | None = None


def read_labels(path: Path | str) -> dict[str, Label]:
    """Read a labels file: JSON Lines, one letter a line.

    Returns:
        The labels by case number.

    Raises:
        InputError: the file cannot be read or a line is no label; the message says which line.
    """
    found: dict[str, Label] = {}
    for number, line in enumerate(_lines(Path(path)), 1):
        if not line.strip():
            continue
        try:
            letter = msgspec.json.decode(line, type=_LabelledLetter)
        except msgspec.DecodeError as error:
            problem = f"line {number}: is no label ({error})"
            remedy = "write one JSON object a line with case_number and items"
            raise InputError(str(path), problem, remedy) from None
        found[letter.case_number] = msgspec.to_builtins(letter)
    if not found:
        raise InputError(str(path), "holds no labels", "write one JSON object a line")
    return found


def _lines(path: Path) -> Iterator[bytes]:
    try:
        yield from path.read_bytes().splitlines()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise InputError(str(path), problem, "name a file of labels") from None

"""Replay published determinations blind and compare with what physicians decided.

Of each determination the engine sees the case side only. The physicians' decisions and the
guidelines they relied on come from the letter, what an expert reads in it from a labels file
(one JSON object a letter: ``case_number`` and ``items`` with treatment, region, parent, decisive
criteria; ``facts`` with offsets into the folded clinical case summary).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openimr.citations import canonical
from openimr.citations import find as find_citations
from openimr.guidelines.library import Library
from openimr.letters import case_side
from openimr.model import Case, Determination, DeterminedItem, Fact, ItemReview, Review
from openimr.reviews.run import review

Label = Mapping[str, Any]


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


@dataclass
class Evaluation:
    """All items compared, and the facts of each letter beside those of its label."""

    items: list[Compared] = field(default_factory=list)
    facts: list[tuple[Sequence[Fact], Sequence[Label]]] = field(default_factory=list)


def compare(
    determinations: Iterable[Determination],
    labels: Mapping[str, Label],
    library: Library | None = None,
) -> Evaluation:
    """Review the case side of each determination and set it beside decision and label.

    Args:
        determinations: published determinations, read.
        labels: labels by case number; letters without one are compared by decision only.
        library: the guideline library; the shipped one by default.
    """
    outcome = Evaluation()
    for determination in determinations:
        case = case_side(determination)
        made = review(case, library)
        label = labels.get(determination.case_number or "")
        outcome.items += _items(determination, made, label)
        if label is not None and label.get("facts") is not None:
            placed = placed_labels(label["facts"], determination.summary or "")
            outcome.facts.append((made.facts, placed))
    return outcome


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


def summary(outcome: Evaluation) -> dict[str, Any]:
    """The measures of a comparison, ready for JSON.

    Returns:
        Shares between 0 and 1, each with the count it is taken over as ``n``; None where
        nothing was there to measure.
    """
    items = outcome.items
    labelled = [c for c in items if c.label is not None]
    return {
        "items": len(items),
        "treatment": _share(
            c.proposed.treatment == c.label["treatment"] for c in labelled if c.label
        ),
        "region": _share(c.proposed.region == c.label["region"] for c in labelled if c.label),
        "side": _share(c.proposed.side == c.label["side"] for c in labelled if c.label),
        "phase": _share(c.proposed.phase == c.label["phase"] for c in labelled if c.label),
        "drug": _share(c.proposed.drug == c.label["drug"] for c in labelled if c.label),
        "quantity": _share(c.proposed.quantity == c.label["quantity"] for c in labelled if c.label),
        "parent": _share(c.proposed.parent == c.label["parent"] for c in labelled if c.label),
        "guideline_first": _share(cites_same(c, first=True) for c in items if _cites(c)),
        "guideline_any": _share(cites_same(c, first=False) for c in items if _cites(c)),
        "reason_found": _share(_reason(c, decisive=False) for c in labelled if _named(c)),
        "reason_decisive": _share(_reason(c, decisive=True) for c in labelled if _named(c)),
        "decisions": decision_measures(items),
        "decisions_decidable": decision_measures([c for c in items if c.decidable]),
        "evidence": evidence_measures(outcome.facts),
    }


def _share(hits: Iterable[bool]) -> dict[str, Any]:
    found = list(hits)
    return {"share": round(sum(found) / len(found), 4) if found else None, "n": len(found)}


def cited_pairs(text: str | None) -> set[tuple[str, str | None]]:
    """Body and chapter of each guideline that a guideline line cites."""
    return {(c.body, canonical(c.body, c.chapter)) for c in find_citations(text or "")}


def _cites(one: Compared) -> bool:
    """Whether the reviewer cited anything; a letter may say that nothing was."""
    return bool(find_citations(one.determined.imr_guideline or ""))


def cites_same(one: Compared, *, first: bool) -> bool:
    """Whether our governing guideline (the first, or any) is among those the letter relies on."""
    cited = cited_pairs(one.determined.imr_guideline)
    own = [(c.body, canonical(c.body, c.chapter)) for c in one.proposed.guidelines]
    return bool(cited & set(own[:1] if first else own))


def _named(one: Compared) -> list[tuple[str, str]]:
    """The labelled decisive criteria that the catalogue numbers."""
    decisive = one.label["decisive"] if one.label else []
    return [(d["criterion"], d["status"]) for d in decisive if d["criterion"] != "other"]


def _reason(one: Compared, *, decisive: bool) -> bool:
    """Whether one of the labelled decisive criteria is among ours with that status."""
    ours = {f.criterion: f.status for f in one.proposed.findings}
    wanted = _named(one)
    return any(
        ours.get(criterion) == status and (not decisive or criterion in one.proposed.decisive)
        for criterion, status in wanted
    )


def decision_measures(items: Sequence[Compared]) -> dict[str, Any]:
    """Balanced accuracy, recall of each class and AUC of the probability.

    Items for which nothing is proposed count as Upheld in the accuracy (the denial stands) and
    are reported as ``insufficient``; they take the base rate in the AUC.
    """
    if not items:
        return {"n": 0}
    truth = [c.overturned for c in items]
    said = [c.proposed.proposed_decision == "Overturned" for c in items]
    chance = [c.chance if c.chance is not None else 0.11 for c in items]
    positives, negatives = sum(truth), len(truth) - sum(truth)
    recall = _ratio(sum(t and s for t, s in zip(truth, said, strict=True)), positives)
    specificity = _ratio(sum(not t and not s for t, s in zip(truth, said, strict=True)), negatives)
    both = [r for r in (recall, specificity) if r is not None]
    return {
        "n": len(items),
        "overturned": positives,
        "proposed_overturned": sum(said),
        "insufficient": sum(c.proposed.proposed_decision is None for c in items),
        "recall_overturned": recall,
        "recall_upheld": specificity,
        "balanced_accuracy": round(sum(both) / len(both), 4) if both else None,
        "auc": auc(chance, truth),
    }


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def auc(scores: Sequence[float], truth: Sequence[bool]) -> float | None:
    """Area under the receiver operating characteristic; ties count half."""
    ups = [s for s, t in zip(scores, truth, strict=True) if t]
    downs = [s for s, t in zip(scores, truth, strict=True) if not t]
    if not ups or not downs:
        return None
    wins = sum((u > d) + 0.5 * (u == d) for u in ups for d in downs)
    return round(wins / (len(ups) * len(downs)), 4)


def evidence_measures(
    letters: Sequence[tuple[Sequence[Fact], Sequence[Label]]],
) -> dict[str, Any]:
    """Recall and precision of facts by name, polarity and overlapping span.

    Precision is taken over the facts whose name the labels of that letter use at all, since a
    label lists what its reader thought worth listing.
    """
    wanted = found = given = right = 0
    for facts, labels in letters:
        keys = [(f.fact, f.polarity, f.start, f.end) for f in facts]
        named = {label["fact"] for label in labels}
        for label in labels:
            wanted += 1
            found += any(_same(key, label) for key in keys)
        for key in keys:
            if key[0] in named:
                given += 1
                right += any(_same(key, label) for label in labels)
    return {
        "recall": _ratio(found, wanted),
        "precision": _ratio(right, given),
        "labelled": wanted,
        "given": given,
    }


def _same(key: tuple[str, str, int, int], label: Label) -> bool:
    fact, polarity, start, end = key
    return bool(
        fact == label["fact"]
        and polarity == label["polarity"]
        and start < label["end"]
        and label["start"] < end
    )

"""The measures of a replay: shares, decisions, calibration, evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from openimr.citations import canonical
from openimr.citations import find as find_citations
from openimr.model import Fact
from openimr.reviews.evaluation.replay import Compared, Evaluation, Label, LetterFacts

BASE_RATE = 0.11
"""The share of items that physicians overturn; what an item without a proposal is taken to have."""

QUESTIONS = (
    "treatment",
    "region",
    "side",
    "phase",
    "drug",
    "quantity",
    "parent",
    "guideline_first",
    "guideline_any",
    "reason_found",
    "reason_decisive",
)
"""What each item is asked beside the decision; the names of the shares in a summary."""

_LABELLED = ("treatment", "region", "side", "phase", "drug", "quantity", "parent")
_BINS = 10


def right(one: Compared) -> dict[str, bool | None]:
    """Which questions an item answers rightly; None where there is nothing to compare with.

    Guidelines count where the reviewer cites something, reasons where the label names a criterion
    of the catalogue.
    """
    answers: dict[str, bool | None] = dict.fromkeys(QUESTIONS)
    if one.label is not None:
        for name in _LABELLED:
            answers[name] = getattr(one.proposed, name) == one.label.get(name)
    if find_citations(one.determined.imr_guideline or ""):
        answers["guideline_first"] = cites_same(one, first=True)
        answers["guideline_any"] = cites_same(one, first=False)
    if named_reasons(one):
        answers["reason_found"] = _reason(one, decisive=False)
        answers["reason_decisive"] = _reason(one, decisive=True)
    if one.proposed.proposed_decision is not None:
        answers["decision"] = one.proposed.proposed_decision == one.determined.decision
    else:
        answers["decision"] = None
    return answers


def shares(items: Sequence[Compared]) -> dict[str, dict[str, Any]]:
    """The share of right answers to each question, each with the count it is taken over."""
    answers = [right(one) for one in items]
    return {
        name: share(a[name] for a in answers if a[name] is not None)  # type: ignore[misc]
        for name in QUESTIONS
    }


def summary(outcome: Evaluation) -> dict[str, Any]:
    """The measures of a comparison, ready for JSON.

    Returns:
        Shares between 0 and 1, each with the count it is taken over as ``n``; None where
        nothing was there to measure.
    """
    items = outcome.items
    return {
        "items": len(items),
        **shares(items),
        "reason_criteria": share(_each_reason(items)),
        "decisions": decision_measures(items),
        "decisions_decidable": decision_measures([c for c in items if c.decidable]),
        "decisions_proposed": decision_measures([c for c in items if c.chance is not None]),
        "evidence": evidence_measures(outcome.facts),
    }


def share(hits: Iterable[bool]) -> dict[str, Any]:
    """The share of hits and the count it is taken over."""
    found = list(hits)
    return {"share": round(sum(found) / len(found), 4) if found else None, "n": len(found)}


def cited_pairs(text: str | None) -> set[tuple[str, str | None]]:
    """Body and chapter of each guideline that a guideline line cites."""
    return {(c.body, canonical(c.body, c.chapter)) for c in find_citations(text or "")}


def cites_same(one: Compared, *, first: bool) -> bool:
    """Whether our governing guideline (the first, or any) is among those the letter relies on."""
    cited = cited_pairs(one.determined.imr_guideline)
    own = [(c.body, canonical(c.body, c.chapter)) for c in one.proposed.guidelines]
    return bool(cited & set(own[:1] if first else own))


def named_reasons(one: Compared) -> list[tuple[str, str]]:
    """Criterion and status of the labelled decisive criteria that the catalogue numbers."""
    decisive = one.label.get("decisive", ()) if one.label else ()
    return [(d["criterion"], d["status"]) for d in decisive if d["criterion"] != "other"]


def _reason(one: Compared, *, decisive: bool) -> bool:
    """Whether one of the labelled decisive criteria is among ours with that status."""
    ours = {f.criterion: f.status for f in one.proposed.findings}
    return any(
        ours.get(criterion) == status and (not decisive or criterion in one.proposed.decisive)
        for criterion, status in named_reasons(one)
    )


def _each_reason(items: Sequence[Compared]) -> Iterable[bool]:
    """For every labelled decisive criterion by itself, whether ours has that status."""
    for one in items:
        ours = {f.criterion: f.status for f in one.proposed.findings}
        for criterion, status in named_reasons(one):
            yield ours.get(criterion) == status


def decision_measures(items: Sequence[Compared]) -> dict[str, Any]:
    """Balanced accuracy, recall of each class, AUC and Brier score of the probability.

    Items for which nothing is proposed count as Upheld in the accuracy (the denial stands) and
    are reported as ``insufficient``; they take the base rate in AUC and Brier score.
    """
    if not items:
        return {"n": 0}
    truth = [c.overturned for c in items]
    said = [c.proposed.proposed_decision == "Overturned" for c in items]
    chance = [c.chance if c.chance is not None else BASE_RATE for c in items]
    positives, negatives = sum(truth), len(truth) - sum(truth)
    recall = ratio(sum(t and s for t, s in zip(truth, said, strict=True)), positives)
    specificity = ratio(sum(not t and not s for t, s in zip(truth, said, strict=True)), negatives)
    both = [r for r in (recall, specificity) if r is not None]
    insufficient = sum(c.proposed.proposed_decision is None for c in items)
    return {
        "n": len(items),
        "overturned": positives,
        "proposed_overturned": sum(said),
        "insufficient": insufficient,
        "insufficient_share": ratio(insufficient, len(items)),
        "recall_overturned": recall,
        "recall_upheld": specificity,
        "balanced_accuracy": round(sum(both) / len(both), 4) if both else None,
        "auc": auc(chance, truth),
        "brier": round(
            sum((p - t) ** 2 for p, t in zip(chance, truth, strict=True)) / len(items), 4
        ),
    }


def ratio(part: int, whole: int) -> float | None:
    """A share, or None of nothing."""
    return round(part / whole, 4) if whole else None


def auc(scores: Sequence[float], truth: Sequence[bool]) -> float | None:
    """Area under the receiver operating characteristic; ties count half."""
    ups = [s for s, t in zip(scores, truth, strict=True) if t]
    downs = [s for s, t in zip(scores, truth, strict=True) if not t]
    if not ups or not downs:
        return None
    wins = sum((u > d) + 0.5 * (u == d) for u in ups for d in downs)
    return round(wins / (len(ups) * len(downs)), 4)


def roc(items: Sequence[Compared]) -> tuple[tuple[float, float], ...]:
    """The receiver operating characteristic: share of upheld and of overturned items caught.

    Each point is one cut, from the strictest to the loosest; empty where one class is missing.
    Items without a proposal take the base rate.
    """
    scored = [(c.chance if c.chance is not None else BASE_RATE, c.overturned) for c in items]
    positives = sum(t for _, t in scored)
    negatives = len(scored) - positives
    if not positives or not negatives:
        return ()
    points = [(0.0, 0.0)]
    for cut in sorted({s for s, _ in scored}, reverse=True):
        hits = [t for s, t in scored if s >= cut]
        caught = sum(hits)
        false_share = round((len(hits) - caught) / negatives, 4)
        points.append((false_share, round(caught / positives, 4)))
    return tuple(points)


class Bin(NamedTuple):
    """A stretch of probability: how many items fell in it, said and observed shares overturned."""

    low: float
    high: float
    n: int
    said: float
    observed: float


def calibration(items: Sequence[Compared]) -> tuple[Bin, ...]:
    """What was said against what was decided, by tenths of the probability; empty ones left out."""
    bins: dict[int, list[Compared]] = {}
    for one in items:
        if one.chance is not None:
            bins.setdefault(min(int(one.chance * _BINS), _BINS - 1), []).append(one)
    return tuple(
        Bin(
            low=number / _BINS,
            high=(number + 1) / _BINS,
            n=len(group),
            said=round(sum(c.chance or 0 for c in group) / len(group), 4),
            observed=round(sum(c.overturned for c in group) / len(group), 4),
        )
        for number, group in sorted(bins.items())
    )


class _Counts:
    """Labelled and given facts, and how many of each the other side has."""

    __slots__ = ("confirmed", "found", "given", "labelled")

    def __init__(self) -> None:
        self.labelled = self.found = self.given = self.confirmed = 0

    def measures(self) -> dict[str, Any]:
        return {
            "recall": ratio(self.found, self.labelled),
            "precision": ratio(self.confirmed, self.given),
            "labelled": self.labelled,
            "given": self.given,
        }


def evidence_measures(letters: Sequence[LetterFacts]) -> dict[str, Any]:
    """Recall and precision of facts by name, polarity and overlapping span.

    Precision is taken over the facts whose name the labels of that letter use at all, since a
    label lists what its reader thought worth listing.
    """
    total = _Counts()
    for counts in _by_fact(letters).values():
        for name in _Counts.__slots__:
            setattr(total, name, getattr(total, name) + getattr(counts, name))
    return total.measures()


def evidence_by_fact(letters: Sequence[LetterFacts]) -> dict[str, dict[str, Any]]:
    """:func:`evidence_measures` for each fact that is labelled, most labelled first."""
    counts = _by_fact(letters)
    order = sorted(counts, key=lambda name: (-counts[name].labelled, name))
    return {name: counts[name].measures() for name in order}


def _by_fact(letters: Sequence[LetterFacts]) -> Mapping[str, _Counts]:
    counts: dict[str, _Counts] = {}
    for letter in letters:
        labels: dict[str, list[Label]] = {}
        for label in letter.labelled:
            labels.setdefault(label["fact"], []).append(label)
        facts: dict[str, list[Fact]] = {}
        for fact in letter.found:
            facts.setdefault(fact.fact, []).append(fact)
        for name, wanted in labels.items():
            own = counts.setdefault(name, _Counts())
            given = facts.get(name, [])
            own.labelled += len(wanted)
            own.given += len(given)
            own.found += sum(any(_same(fact, label) for fact in given) for label in wanted)
            own.confirmed += sum(any(_same(fact, label) for label in wanted) for fact in given)
    return counts


def _same(fact: Fact, label: Label) -> bool:
    return bool(
        fact.polarity == label["polarity"]
        and fact.start < label["end"]
        and label["start"] < fact.end
    )

"""The outcome of a replay as one value: what ``imr evaluate --json`` prints and later runs read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from openimr.errors import InputError
from openimr.model import Engine
from openimr.reviews.evaluation import measures
from openimr.reviews.evaluation.measures import Bin
from openimr.reviews.evaluation.replay import Compared, Evaluation

FORMAT = 1
"""Version of the form of a report; a report of another form is not compared."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a report holds; keys that a later version adds are passed over."""


class Row(Part, frozen=True):
    """One item: what was decided, proposed and labelled. ``item`` and ``parent`` count from 0.

    ``right`` answers each question of :data:`~openimr.reviews.evaluation.measures.QUESTIONS` and
    ``decision``; None where there was nothing to compare with. ``chance`` is our probability that
    a reviewer overturns.
    """

    case_number: str | None
    item: int
    treatment: str
    labelled_treatment: str | None
    region: str | None
    labelled_region: str | None
    parent: int | None
    labelled_parent: int | None
    physician: str
    proposed: str | None
    chance: float | None
    decidable: str | None
    guidelines: tuple[str, ...]
    cited: tuple[str, ...]
    decisive: tuple[str, ...]
    labelled_decisive: tuple[str, ...]
    right: dict[str, bool | None]


class Reason(Part, frozen=True):
    """A criterion, what it says and its status: one line of a reasoning."""

    criterion: str
    says: str
    status: str


class Disagreement(Part, frozen=True):
    """An item on which the proposal is not the physician's decision, with both reasonings.

    Holds words of the determination.
    """

    case_number: str | None
    item: int
    request: str
    treatment: str
    physician: str
    proposed: str | None
    chance: float | None
    decidable: str | None
    their_guideline: str | None
    their_rationale: str | None
    labelled_reasons: tuple[Reason, ...]
    our_guidelines: tuple[str, ...]
    our_rationale: str
    our_reasons: tuple[Reason, ...]
    other_findings: tuple[Reason, ...]
    depends_on: int | None = None


class Report(Part, frozen=True):
    """Everything that a replay came to.

    ``only`` is the half it was kept to, ``settings`` the changes it was tried with, ``notes``
    what could not be compared. ``by_treatment`` and ``by_fact`` hold the measures of each.
    """

    format: int
    engine: Engine
    only: str | None
    without_ur: bool
    settings: tuple[str, ...]
    letters: int
    labelled_letters: int
    measures: dict[str, Any]
    by_treatment: dict[str, dict[str, Any]]
    by_fact: dict[str, dict[str, Any]]
    calibration: tuple[Bin, ...]
    roc: tuple[tuple[float, float], ...]
    items: tuple[Row, ...]
    disagreements: tuple[Disagreement, ...]
    notes: tuple[str, ...] = ()


def report(
    outcome: Evaluation,
    engine: Engine,
    *,
    only: str | None = None,
    without_ur: bool = False,
    settings: Sequence[str] = (),
) -> Report:
    """Measure a replay.

    Args:
        outcome: the items compared.
        engine: the versions of engine and library that reviewed them.
        only: the half of the letters that was replayed; None for all.
        without_ur: whether sentences that repeat the utilization review were taken out.
        settings: the overrides that were in force.
    """
    return Report(
        format=FORMAT,
        engine=engine,
        only=only,
        without_ur=without_ur,
        settings=tuple(settings),
        letters=outcome.letters,
        labelled_letters=outcome.labelled,
        measures=measures.summary(outcome),
        by_treatment=_by_treatment(outcome),
        by_fact=measures.evidence_by_fact(outcome.facts),
        calibration=measures.calibration(outcome.items),
        roc=measures.roc(outcome.items),
        items=tuple(_row(one) for one in outcome.items),
        disagreements=tuple(_disagreements(outcome.items)),
        notes=tuple(outcome.notes),
    )


def _by_treatment(outcome: Evaluation) -> dict[str, dict[str, Any]]:
    """The measures of each treatment, the most disputed first."""
    groups: dict[str, list[Compared]] = {}
    for one in outcome.items:
        groups.setdefault(one.treatment, []).append(one)
    order = sorted(groups, key=lambda name: (-len(groups[name]), name))
    return {
        name: {
            "items": len(groups[name]),
            "agreed": sum(measures.right(c)["decision"] is True for c in groups[name]),
            **measures.shares(groups[name]),
            "decisions": measures.decision_measures(groups[name]),
            "evidence": measures.evidence_measures(
                [letter for letter in outcome.facts if name in letter.treatments]
            ),
        }
        for name in order
    }


def _row(one: Compared) -> Row:
    label, own = one.label or {}, one.proposed
    return Row(
        case_number=one.case_number,
        item=one.number,
        treatment=own.treatment,
        labelled_treatment=label.get("treatment"),
        region=own.region,
        labelled_region=label.get("region"),
        parent=own.parent,
        labelled_parent=label.get("parent"),
        physician=one.determined.decision,
        proposed=own.proposed_decision,
        chance=_chance(one),
        decidable=label.get("decidable"),
        guidelines=_guidelines(one),
        cited=tuple(sorted(_plain(pair) for pair in measures.cited_pairs(_cited(one)))),
        decisive=own.decisive,
        labelled_decisive=tuple(f"{c}: {s}" for c, s in measures.named_reasons(one)),
        right=measures.right(one),
    )


def _chance(one: Compared) -> float | None:
    return None if one.chance is None else round(one.chance, 4)


def _cited(one: Compared) -> str | None:
    return one.determined.imr_guideline


def _plain(pair: tuple[str, str | None]) -> str:
    return " ".join(part for part in pair if part)


def _guidelines(one: Compared) -> tuple[str, ...]:
    return tuple(_plain((c.body, c.chapter)) for c in one.proposed.guidelines)


def _disagreements(items: Sequence[Compared]) -> Iterable[Disagreement]:
    for one in items:
        own = one.proposed
        if own.proposed_decision == one.determined.decision:
            continue
        label = one.label or {}
        findings = {
            f.criterion: Reason(criterion=f.criterion, says=f.says, status=f.status)
            for f in own.findings
        }
        yield Disagreement(
            case_number=one.case_number,
            item=one.number,
            request=own.request,
            treatment=own.treatment,
            physician=one.determined.decision,
            proposed=own.proposed_decision,
            chance=_chance(one),
            decidable=label.get("decidable"),
            their_guideline=_cited(one),
            their_rationale=one.determined.rationale,
            labelled_reasons=tuple(
                Reason(criterion=d["criterion"], says=d.get("says", ""), status=d["status"])
                for d in label.get("decisive", ())
            ),
            our_guidelines=_guidelines(one),
            our_rationale=own.rationale,
            our_reasons=tuple(findings[name] for name in own.decisive if name in findings),
            other_findings=tuple(r for name, r in findings.items() if name not in own.decisive),
            depends_on=own.dependent_on,
        )


def read_report(path: Path | str) -> Report:
    """Read a report that ``imr evaluate --json`` wrote.

    Raises:
        InputError: the file cannot be read or is no report of this form.
    """
    remedy = "name a file that imr evaluate --json has written"
    try:
        found = msgspec.json.decode(Path(path).read_bytes(), type=Report)
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", remedy) from None
    except msgspec.DecodeError:
        raise InputError(str(path), "is no evaluation", remedy) from None
    if found.format != FORMAT:
        problem = f"is an evaluation of form {found.format}, this version reads form {FORMAT}"
        raise InputError(str(path), problem, "make it again with this version")
    return found

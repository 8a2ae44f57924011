"""Signing: canonical JSON of all decisions, its hash, the statement; frozen afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from openimr._version import __version__
from openimr.office import audit
from openimr.office.models import (
    Assignment,
    Attestation,
    Case,
    Opinion,
    Summary,
    User,
    Verdict,
)

STATEMENT = (
    "I have reviewed the records and the findings of this case. The decisions and the reasons "
    "given for them are my own, as is the clinical case summary, and I am free of conflicts of "
    "interest with its parties."
)


def content_of(assignment: Assignment) -> str:
    """What is signed, in canonical JSON: the summary of the case, and item by item decision,
    guideline, rationale and the reviewer's own verdicts on the findings of the draft.
    """
    opinions = {one.item_id: one for one in assignment.opinions.prefetch_related("verdicts")}
    summary = Summary.objects.filter(assignment=assignment).first()
    rows = []
    for item in assignment.case.items.filter(state="disputed"):
        opinion = opinions.get(item.pk)
        rows.append(
            {
                "item": item.position,
                "request": item.remainder or item.request,
                "decision": opinion.decision if opinion else "",
                "guideline": opinion.guideline if opinion else "",
                "rationale": opinion.rationale if opinion else "",
                "verdicts": [_judged(one) for one in _verdicts(opinion)],
            }
        )
    told = summary.text if summary else ""
    return json.dumps(
        {"case": assignment.case.number, "summary": told, "items": rows},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def _verdicts(opinion: Opinion | None) -> list[Verdict]:
    """The verdicts on an item that say something, by criterion."""
    told = opinion.verdicts.all() if opinion else ()
    return sorted(
        (one for one in told if one.agrees is not None or one.comment.strip()),
        key=lambda one: one.criterion,
    )


def _judged(verdict: Verdict) -> dict[str, str]:
    return {
        "criterion": verdict.criterion,
        "says": verdict.says,
        "drafted": verdict.drafted,
        "status": verdict.drafted if verdict.agrees else verdict.status,
        "comment": verdict.comment.strip(),
    }


def corrections(content: str) -> list[dict[str, Any]]:
    """The verdicts of what is signed that say more than that the draft is right."""
    return [one for row in json.loads(content)["items"] for one in own_findings(row)]


def own_findings(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The reviewer's findings on one signed item that differ from the draft's or remark on them."""
    return [
        {**one, "item": row["item"]}
        for one in row.get("verdicts", ())
        if one["status"] != one["drafted"] or one["comment"]
    ]


def attest(assignment: Assignment) -> Attestation:
    """Sign an assignment's opinions as they stand. The caller has re-authenticated the reviewer.

    An earlier signature of the same assignment is superseded.
    """
    with transaction.atomic():
        content = content_of(assignment)
        newest = assignment.case.drafts.first()
        assignment.attestations.filter(superseded=False).update(superseded=True)
        signed = Attestation.objects.create(
            assignment=assignment,
            statement=STATEMENT,
            content=content,
            content_hash=hashlib.sha256(content.encode()).hexdigest(),
            engine_version=newest.engine_version if newest else __version__,
            library_version=newest.library_version if newest else "",
        )
        audit.record(
            "review.attest", assignment.reviewer, assignment.case, content=signed.content_hash
        )
    return signed


def standing(assignment: Assignment) -> Attestation | None:
    """The signature that still stands: over the opinions exactly as they are now."""
    signed = assignment.attestations.filter(superseded=False).first()
    return signed if signed and signed.content == content_of(assignment) else None


def unattested(case: Case, reviewer: User | None = None) -> str | None:
    """Why a case is not wholly decided and signed, or a reviewer's part of it; None where it is."""
    assignments = case.assignments.filter(
        round=case.remand_count, state__in=("accepted", "done")
    ).select_related("case")
    if reviewer is not None:
        assignments = assignments.filter(reviewer=reviewer)
    if not assignments:
        return "No reviewer has decided the case."
    for assignment in assignments:
        if standing(assignment) is None:
            return "A reviewer has not signed, or changed something after signing."
        signed = json.loads(content_of(assignment))
        if not signed["summary"].strip():
            return "The clinical case summary is empty."
        for row in signed["items"]:
            if row["decision"] not in ("Upheld", "Overturned"):
                return f"Item {row['item'] + 1} has no decision."
            if not row["rationale"].strip():
                return f"Item {row['item'] + 1} has no rationale."
    return None

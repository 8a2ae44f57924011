"""A clinical case summary from the facts, for a case file that brings none.

Every statement quotes the record with its place; nothing is said that the record does not.
"""

from __future__ import annotations

from collections.abc import Iterable

from openimr.guidelines.facts import vocabulary
from openimr.model import Case, Fact, Review
from openimr.reviews.findings import as_evidence
from openimr.reviews.rationale import clause

_PARTS = (
    ("Complaints", ("symptoms",)),
    ("Examination", ("examination",)),
    ("Tests", ("tests",)),
    ("Diagnoses", ("diagnoses",)),
    ("Treatment so far", ("history", "monitoring")),
)
_MOST_CLAUSES = 5


def write_summary(case: Case, review: Review) -> str:
    """The summary as one paragraph.

    Args:
        case: the case file, documents with their text.
        review: its review, whose facts are told.
    """
    texts = {document.name: document.text or "" for document in case.documents}
    told = [f for f in review.facts if f.speaker not in ("utilization_review", "request")]
    sentences = [_person(told, case)]
    kinds = vocabulary()
    for title, sections in _PARTS:
        here = [
            f
            for f in told
            if f.fact in kinds and kinds[f.fact].section in sections and f.polarity != "planned"
        ]
        if quotes := _quotes(here, texts):
            sentences.append(f"{title}: {'; '.join(quotes)}.")
    drugs = sorted({str(f.value) for f in told if f.fact == "on_drugs" and f.polarity == "present"})
    if drugs:
        sentences.append(f"Medications named: {', '.join(drugs)}.")
    return " ".join(sentence for sentence in sentences if sentence)


def _person(facts: Iterable[Fact], case: Case) -> str:
    known = {f.fact: f.value for f in facts if f.fact in ("age", "sex")}
    who = "The injured worker"
    if "age" in known:
        who += f" is {known['age']} years old"
        who += f", {known['sex']}," if "sex" in known else ""
    if case.date_of_injury is not None:
        joined = " with" if "age" in known else " has"
        who += f"{joined} a date of injury of {case.date_of_injury:%B} {case.date_of_injury.day}, "
        who += f"{case.date_of_injury.year}"
    return "" if who == "The injured worker" else who.rstrip(",") + "."


def _quotes(facts: Iterable[Fact], texts: dict[str, str]) -> list[str]:
    """Clauses of the record, the latest documents first, each once."""
    ordered = sorted(facts, key=lambda f: f.date.toordinal() if f.date else 0, reverse=True)
    quotes: dict[str, str] = {}
    for fact in ordered:
        words = clause(texts.get(fact.document, ""), as_evidence(fact))
        if not any(words in earlier for earlier in quotes):
            quotes[words] = f"“{words}” ({fact.document})"
        if len(quotes) == _MOST_CLAUSES:
            break
    return list(quotes.values())

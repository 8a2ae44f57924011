"""Invented records with the facts that they state, written phrase by phrase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from openimr.model import Document, Evidence, Fact


class Writer:
    """Writes a record piece by piece and keeps the facts that its phrases state."""

    def __init__(self, name: str, kind: str, day: date | None = None) -> None:
        self.name, self.kind, self.day = name, kind, day
        self.parts: list[str] = []
        self.length = 0
        self.pages = [0]
        self.facts: list[Fact] = []

    def say(self, words: str) -> None:
        self.parts.append(words)
        self.length += len(words)

    def page(self) -> None:
        self.pages.append(self.length)

    def state(self, words: str, fact: str, value: Any = True, **more: Any) -> Fact:
        """Write `words` and record that they state `fact`."""
        stated = Fact(
            fact=fact,
            value=value,
            polarity=more.pop("polarity", "present"),
            document=self.name,
            start=self.length,
            end=self.length + len(words),
            quote=words,
            page=len(self.pages),
            **more,
        )
        self.say(words)
        self.facts.append(stated)
        return stated

    def document(self) -> Document:
        return Document(
            name=self.name,
            kind=self.kind,
            text="".join(self.parts),
            date=self.day,
            page_starts=tuple(self.pages),
        )


def evidence(fact: Fact) -> Evidence:
    """Return the evidence that cites `fact`."""
    return Evidence(
        document=fact.document,
        start=fact.start,
        end=fact.end,
        quote=fact.quote,
        fact=fact.fact,
        value=fact.value,
        polarity=fact.polarity,
        page=fact.page,
    )


def records() -> tuple[Writer, Writer, Writer]:
    """Return a summary, a run of progress reports and an imaging report."""
    summary = Writer("Clinical summary", "clinical_summary")
    summary.say("The injured worker is a 47 year old warehouse clerk who twisted ")
    summary.state("the right knee", "region", "knee", region="knee", side="right")
    summary.say(" while stepping off a loading dock. ")
    summary.state("Six weeks of home exercise", "home_exercise_weeks", 6, unit="weeks")
    summary.say(" and ")
    summary.state("a corticosteroid injection", "injection", "corticosteroid", region="knee")
    summary.say(" gave only short relief. The worker ")
    summary.state(
        "denies any benefit from the opioid on function",
        "function_improved",
        polarity="negated",
        about="tramadol",
        speaker="patient",
    )
    summary.say(". ")

    progress = Writer("Progress reports 2015-2016", "progress_report", date(2016, 11, 17))
    for visit in range(36):
        day = date(2015, 1, 14) + timedelta(days=19 * visit)
        if visit and visit % 4 == 0:
            progress.page()
        known: dict[str, Any] = {"date": day, "region": "knee", "side": "right"}
        progress.say(f"Visit of {day:%m/%d/%Y}\nThe patient reports knee pain, ")
        progress.state(
            f"rated {4 + visit % 5} out of 10",
            "pain_score",
            4 + visit % 5,
            unit="0-10",
            speaker="patient",
            **known,
        )
        progress.say(", with ")
        progress.state("catching and locking", "mechanical_symptoms", speaker="patient", **known)
        progress.say(" on stairs. On examination ")
        progress.state("McMurray's test is positive", "mcmurray", speaker="exam", **known)
        progress.say(" medially; ")
        progress.state(
            f"flexion is {100 + visit} degrees",
            "rom_flexion",
            100 + visit,
            unit="degrees",
            speaker="exam",
            **known,
        )
        progress.say(" and there is ")
        progress.state("no effusion", "effusion", polarity="negated", speaker="exam", **known)
        progress.say(". ")
        progress.state(
            f"Physical therapy: {visit % 13} visits completed",
            "pt_visits",
            visit % 13,
            unit="visits",
            **known,
        )
        progress.say(". A meniscal tear ")
        progress.state("is suspected", "meniscal_tear", polarity="hedged", **known)
        progress.say(". The plan: ")
        progress.state(
            "request arthroscopy", "arthroscopy", polarity="planned", speaker="request", **known
        )
        progress.say(" and continue tramadol.\n\n")

    imaging = Writer("MRI right knee", "imaging_report", date(2016, 9, 2))
    imaging.say("MRI OF THE RIGHT KNEE\n\nFindings: ")
    imaging.state(
        "complex tear of the posterior horn of the medial meniscus",
        "mri_meniscal_tear",
        "complex",
        speaker="test",
        region="knee",
        side="right",
    )
    imaging.say(" that reaches the articular surface. ")
    imaging.state("No fracture", "fracture", polarity="negated", speaker="test", region="knee")
    imaging.say(". Mild chondral thinning.\n\nImpression: medial meniscal tear.\n")
    return summary, progress, imaging


def last(facts: Sequence[Fact], name: str) -> Fact:
    """Return the latest fact of this name."""
    return [fact for fact in facts if fact.fact == name][-1]

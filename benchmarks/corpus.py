"""Invented letters to measure on: the library's own examples, set as determinations of 2016.

A real clinical case summary has about 1,500 characters, an example a quarter of that: each
summary joins the texts of four examples.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import cycle, islice

from openimr.guidelines.library import load
from openimr.letters import write
from openimr.model import Determination, DeterminedItem, Reviewer

CITED = (
    "Decision based on MTUS Low Back Complaints 2004, Section(s): Special Studies, and Chronic Pain "
    "Medical Treatment 2016, Section(s): Facet blocks. Decision based on Non-MTUS Citation Official "
    "Disability Guidelines (ODG) Knee & Leg (Acute & Chronic), MRI's (magnetic resonance imaging)."
)


def determinations(count: int) -> list[Determination]:
    """That many invented determinations; summaries repeat when there are fewer examples."""
    examples = [
        (guideline, example)
        for guideline in load().treatments.values()
        for example in guideline.examples
        if example.text and example.request
    ]
    made = []
    for number, (guideline, example) in enumerate(islice(cycle(examples), count)):
        day = date(2016, 8, 1) + timedelta(days=number % 200)
        says = " ".join(c.says for c in guideline.criteria)
        item = DeterminedItem(
            request=example.request or "",
            decision=example.expect.decision or "Upheld",
            ur_guideline="Decision based on MTUS Low Back Complaints 2004.",
            imr_guideline=CITED,
            rationale=" ".join(f"{says} The request for {example.request} is decided.".split()),
        )
        made.append(
            Determination(
                format="F16",
                case_number=f"CM16-9{number:06d}",
                date_assigned=day,
                date_of_injury=day - timedelta(days=90),
                decision_date=day + timedelta(days=27),
                ur_denial_date=day - timedelta(days=20),
                application_received=day - timedelta(days=5),
                priority="Standard",
                reviewer=Reviewer(licensure=("California",), certification=("Family Practice",)),
                summary=" ".join(
                    " ".join((examples[(number + n) % len(examples)][1].text or "").split())
                    for n in range(4)
                ),
                items=(item,),
            )
        )
    return made


def letters(count: int) -> list[str]:
    """The same as letters in text."""
    return [write(d, "text").decode() for d in determinations(count)]

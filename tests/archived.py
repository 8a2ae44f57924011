"""Small archives of invented letters, for the tests of the archive."""

from __future__ import annotations

import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from openimr.archive.embedded import register
from openimr.archive.store import DATABASE
from openimr.guidelines.library import load
from openimr.letters import write
from openimr.model import Determination, DeterminedItem, Reviewer

_SPECIALTIES = ("Family Practice", "Physical Medicine & Rehabilitation", "Orthopedic Surgery")


def invented(count: int, seed: int = 0) -> list[Determination]:
    """That many determinations in form F16 from the library's own examples, one or two items."""
    some = random.Random(seed)
    examples = [
        example
        for guideline in load().treatments.values()
        for example in guideline.examples
        if example.text and example.request
    ]
    return [_one(seed * 100_000 + number, some, examples) for number in range(count)]


def _one(number: int, some: random.Random, examples: list[Any]) -> Determination:
    chosen = some.sample(examples, some.choice((1, 1, 2)))
    day = date(2016, 1, 1) + timedelta(days=some.randrange(700))
    return Determination(
        format="F16",
        case_number=f"CM{day.year % 100}-9{number:06d}",
        date_assigned=day - timedelta(days=20),
        date_of_injury=day - timedelta(days=900),
        decision_date=day,
        ur_denial_date=day - timedelta(days=50),
        application_received=day - timedelta(days=35),
        priority="Standard",
        reviewer=Reviewer(licensure=("California",), certification=(some.choice(_SPECIALTIES),)),
        summary=" ".join(" ".join(e.text.split()) for e in chosen),
        items=tuple(_item(e, some) for e in chosen),
    )


def _item(example: Any, some: random.Random) -> DeterminedItem:
    decision = "Overturned" if some.random() < 0.15 else "Upheld"
    return DeterminedItem(
        request=example.request,
        decision=decision,
        ur_guideline="Decision based on MTUS Low Back Complaints 2004.",
        imr_guideline="Decision based on MTUS Knee Complaints 2004, Section(s): Special Studies.",
        rationale=f"The guideline was weighed. The request for {example.request} is decided.",
    )


def as_lines(letters: list[Determination], file: Path) -> Path:
    """Write determinations as JSON Lines."""
    file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in letters))
    return file


def as_folder(letters: list[Determination], folder: Path) -> Path:
    """Write determinations as a folder of letters in text."""
    folder.mkdir(exist_ok=True)
    for one in letters:
        (folder / f"{one.case_number}.txt").write_bytes(write(one, "text"))
    return folder


def contents(archive: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that an archive holds but times, names in the place of numbers, to compare archives by."""
    with sqlite3.connect(archive / DATABASE) as db:
        register(db)
        found = {table: db.execute(query).fetchall() for table, query in QUERIES.items()}
    db.close()
    return found


_NAME = "(SELECT value FROM names WHERE name = {0})"
QUERIES = {
    "letters": "SELECT letter, dated, key, case_number, decided, items, overturned, checksum "
    "FROM letters ORDER BY letter",
    "items": f"SELECT letter, position, {_NAME.format('treatment')}, {_NAME.format('region')}, "
    "overturned, proposed, chance FROM items ORDER BY 1, 2",
    "decisive": f"SELECT letter, position, rank, {_NAME.format('criterion')} FROM decisive "
    "ORDER BY 1, 2, 3",
    "citations": "SELECT letter, position, by, rank, body, chapter, section FROM citations "
    "JOIN guidelines USING (guideline) ORDER BY 1, 2, 3, 4",
    "packed": "SELECT * FROM packed ORDER BY letter",
    "documents": "SELECT sha256, source, bytes, letter FROM documents ORDER BY document",
    "quarantine": "SELECT source, sha256, reason FROM quarantine ORDER BY source",
    "search": "SELECT rowid FROM search WHERE search MATCH 'request : request OR the' ORDER BY 1",
    "sizes": "SELECT count(*) FROM search_docsize",
}

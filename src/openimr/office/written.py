"""What the live checks read and say: what a reviewer wrote, what is known of the case, a remark."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openimr.model import Evidence, Fact, Finding, ItemReview, Status


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to mend or to acknowledge.

    ``item`` counts from 1, None for the whole case; ``where`` names the field; ``quote`` are the
    reviewer's words; ``evidence`` is what the file says of it.
    """

    code: str
    says: str
    where: str
    item: int | None = None
    blocks: bool = False
    quote: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def key(self) -> str:
        """A short name by which it is acknowledged; it changes with what it says."""
        words = f"{self.code}|{self.item}|{self.says}|{self.quote}"
        return hashlib.blake2s(words.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Written:
    """What a reviewer wrote on one item, and what the draft says of it.

    ``verdicts`` is the status that the reviewer holds right, by criterion, where he or she said
    so. ``parent`` is the number (from 1) of the item on which this one depends.
    """

    number: int
    decision: str
    guideline: str
    rationale: str
    draft: ItemReview | None = None
    verdicts: Mapping[str, Status] | None = None
    parent: int | None = None

    @property
    def request(self) -> str:
        """The words of the disputed item."""
        return self.draft.request if self.draft else ""

    def held(self, finding: Finding) -> tuple[Status, bool]:
        """The status of a finding as it stands, and whether that is the reviewer's own verdict."""
        own = (self.verdicts or {}).get(finding.criterion)
        return (own, True) if own else (finding.status, False)


@dataclass(frozen=True, slots=True)
class File:
    """What the checks know of the case.

    ``facts`` are those of the record by name; ``names`` are the people of the case with whose
    they are (``reviewer``, ``employee`` ...); ``day`` is the one whose guidelines govern.
    """

    day: date
    facts: Mapping[str, Sequence[Fact]]
    names: Sequence[tuple[str, str]] = ()
    kinds: frozenset[str] = frozenset()

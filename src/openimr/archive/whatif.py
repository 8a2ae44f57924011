"""What if a criterion, an edition or the whole library were another: the archive reviewed again.

From the stored facts, without reading a text. A change is compared with the proposal that the
unchanged library makes, never with the physician's decision; that is counted beside it.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from itertools import compress
from pathlib import Path

import msgspec

from openimr._version import __version__
from openimr.archive.batches import map_batches, uncollected
from openimr.archive.columns import load
from openimr.archive.filters import DECISIONS
from openimr.archive.statistics import Share, share_of
from openimr.archive.store import Archive, explained, open_archive
from openimr.errors import InputError
from openimr.guidelines.library import Library
from openimr.guidelines.library import load as load_library
from openimr.guidelines.override import as_of, override
from openimr.letters import case_side
from openimr.model import Determination
from openimr.reviews.proposals import Proposal, ReadBefore, propose, shipped_library

BATCH = 400
"""Letters a worker takes at a time."""
_EPOCH = date(1970, 1, 1)
_ITS_OWN = frozenset({"criteria", "editions", "examples", "path", "title"})
"""What of a guideline bears on requests for its treatment only; the rest tells which these are."""


class Change(msgspec.Struct, frozen=True):
    """What is changed: settings, folders laid over the library, the day whose editions hold.

    At least one of them is given.
    """

    settings: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    edition: date | None = None

    def library(self) -> Library:
        """The changed library.

        Raises:
            GuidelineError: a setting or a file is wrong.
        """
        held = override(load_library(None, *map(Path, self.folders)), self.settings)
        return held if self.edition is None else as_of(held, self.edition)


class Flip(msgspec.Struct, frozen=True):
    """An item whose proposal changes; ``decision`` is the physician's."""

    case_number: str | None
    letter: int
    position: int
    decided: date | None
    request: str
    treatment: str
    was: str | None
    now: str | None
    because: tuple[str, ...]
    decision: str


class Flips(msgspec.Struct, frozen=True):
    """Changed proposals of one treatment, year, or of all.

    ``agreed`` are items proposed as decided, before and after, with the share of those proposed.
    """

    name: str
    items: int
    to_overturned: int
    to_upheld: int
    other: int
    agreed_before: int
    agreed_after: int
    agreement_before: Share
    agreement_after: Share


class Outcome(msgspec.Struct, frozen=True):
    """What a change comes to.

    ``letters`` were reviewed again; ``not_reviewed`` could not be, because they are damaged.
    ``base_again``: the proposals before the change were made again too, because another library
    had made the stored ones.
    """

    letters: int
    not_reviewed: int
    base_again: bool
    total: Flips
    treatments: tuple[Flips, ...]
    years: tuple[Flips, ...]
    examples: tuple[Flip, ...]


Telling = Callable[[int, int], None]
"""Called with the letters done and all to do."""


def whatif(
    archive: Archive,
    change: Change,
    *,
    scheduler: str = "processes",
    workers: int | None = None,
    examples: int = 10,
    on_progress: Telling | None = None,
) -> Outcome:
    """Review the archive again under a changed library.

    Only letters with an item of a changed treatment are reviewed, unless the change may make
    requests be read as other treatments.

    Args:
        archive: open.
        change: what is changed.
        scheduler: as for :func:`~openimr.archive.batches.map_batches`.
        workers: likewise.
        examples: how many flips to give in full, the newest.
        on_progress: told now and then.

    Raises:
        InputError: nothing is changed, a change is wrong, or the archive's facts were stored by
            another version of the engine.
    """
    if not (change.settings or change.folders or change.edition):
        raise InputError("whatif", "nothing is changed", "give --set, --library or --edition")
    base, changed = shipped_library(), change.library()
    with explained(archive.folder):
        base_again = _check_engine(archive, base)
        treatments = changed_treatments(base, changed)
        letters = _concerned(archive, treatments)
        batches = [letters[n : n + BATCH] for n in range(0, len(letters), BATCH)]
        jobs = (
            Job(
                archive.locator,
                change,
                changed.version,
                treatments,
                base_again,
                part.tobytes(),
            )
            for part in batches
        )
        total = _Total(examples)
        done = 0
        for outcome in map_batches(review_batch, jobs, scheduler=scheduler, workers=workers):
            done += len(outcome.batch.letters) // 4
            if outcome.value is None:
                total.failed += len(outcome.batch.letters) // 4
            else:
                total.add(outcome.value)
            if on_progress is not None:
                on_progress(done, len(letters))
        return total.outcome(len(letters), base_again)


def _check_engine(archive: Archive, base: Library) -> bool:
    """Whether the proposals before the change have to be made again, too."""
    engines = archive.names("engine")
    used = {
        engines[row[0]]
        for row in archive.connection.execute("SELECT DISTINCT engine FROM documents")
    }
    foreign = sorted(name for name in used if name.split()[:1] != [__version__])
    if foreign:
        raise InputError(
            str(archive.folder),
            f"holds facts stored by OpenIMR {foreign[0].split()[0]}, this is {__version__}",
            "run imr archive rebuild",
        )
    return any(name.split()[-1] != base.version for name in used)


def _concerned(archive: Archive, treatments: frozenset[str] | None) -> array[int]:
    """The numbers of the letters with an item of these treatments, of all for None, in order."""
    if treatments is None:
        last = archive.connection.execute("SELECT coalesce(max(letter), 0) FROM letters")
        return array("i", range(1, last.fetchone()[0] + 1))
    wanted = {n for n, name in archive.names("treatment").items() if name in treatments}
    found: set[int] = set()
    for _, columns in load(archive.connection, ("letter", "item.of", "treatment")):
        at = compress(columns["item.of"], map(wanted.__contains__, columns["treatment"]))
        found.update(map(columns["letter"].__getitem__, at))
    return array("i", sorted(found))


def changed_treatments(base: Library, changed: Library) -> frozenset[str] | None:
    """The treatments whose criteria or editions differ; None where any request may be read anew."""
    if set(base.treatments) != set(changed.treatments):
        return None
    found = set()
    for name, one in base.treatments.items():
        other = changed.treatments[name]
        fields = {
            field for field in one.__struct_fields__ if getattr(one, field) != getattr(other, field)
        }
        if fields - _ITS_OWN:
            return None
        if fields & {"criteria", "editions"}:
            found.add(name)
    return frozenset(found)


# ------------------------------------------------------------------------------------ workers


class Job(msgspec.Struct, frozen=True):
    """A worker's share: which letters (32-bit numbers) of which archive, under which change.

    ``version`` is that of the changed library.
    """

    folder: str
    change: Change
    version: str
    treatments: frozenset[str] | None
    base_again: bool
    letters: bytes


class Done(msgspec.Struct, frozen=True):
    """What a worker found: counts by treatment, year, proposal before and after and decision."""

    counts: dict[tuple[str, int, int, int, int], int]
    flips: list[Flip]
    damaged: int


_NONE = -1


def review_batch(job: Job) -> Done:
    """Review some letters again and count what changes."""
    with uncollected():
        return _review_batch(job)


def _review_batch(job: Job) -> Done:
    counts: Counter[tuple[str, int, int, int, int]] = Counter()
    flips: list[Flip] = []
    damaged = 0
    archive = _opened(job.folder)
    library, base = _library(job.change, job.version), shipped_library()
    names = archive.names("treatment")
    for letter in array("i", job.letters):
        try:
            determination, reading = archive.letter(letter)
        except InputError:
            damaged += 1
            continue
        case, facts = case_side(determination), reading.as_facts()
        before: dict[int, str | None]
        if job.base_again:
            remade = propose(case, facts, base, job.treatments)
            before = {n: one.decision for n, one in remade.items()}
            after = propose(case, facts, library, job.treatments)
        else:
            # Stored with the same library but for criteria and editions: read as they are read now.
            before, read = _stored(archive, letter, names)
            after = propose(
                case, facts, library, job.treatments, None if job.treatments is None else read
            )
        year = determination.decision_date.year if determination.decision_date else 0
        for number, now in after.items():
            was = before[number]
            sides = (
                _side(was),
                _side(now.decision),
                _side(determination.items[number].decision),
            )
            counts[now.request.treatment, year, *sides] += 1
            if was != now.decision:
                flips.append(_flip(determination, letter, number, was, now))
    return Done(dict(counts), flips, damaged)


def _flip(
    determination: Determination, letter: int, number: int, was: str | None, now: Proposal
) -> Flip:
    item = determination.items[number]
    return Flip(
        determination.case_number,
        letter,
        number,
        determination.decision_date,
        item.request,
        now.request.treatment,
        was,
        now.decision,
        now.decisive,
        item.decision,
    )


def _side(decision: str | None) -> int:
    return _NONE if decision is None else DECISIONS.index(decision)


def _stored(
    archive: Archive, letter: int, names: Mapping[int, str]
) -> tuple[dict[int, str | None], list[ReadBefore]]:
    """The proposals for a letter's items, and how they were read."""
    before: dict[int, str | None] = {}
    read: list[ReadBefore] = []
    for position, proposed, treatment, parent in archive.connection.execute(
        "SELECT position, proposed, treatment, parent FROM items WHERE letter = ? "
        "ORDER BY position",
        (letter,),
    ):
        before[position] = None if proposed is None else DECISIONS[proposed]
        read.append(ReadBefore(names[treatment], parent))
    return before, read


@lru_cache(maxsize=2)
def _opened(folder: str) -> Archive:
    """A worker's own connection, kept for the batches to come."""
    return open_archive(folder)


@lru_cache(maxsize=4)
def _library(change: Change, version: str) -> Library:
    """The changed library, which has to be the one that the caller has."""
    held = change.library()
    if held.version != version:
        raise InputError("--library", "is another one on this worker", "give all the same files")
    return held


# ------------------------------------------------------------------------------------- totals


class _Total:
    """Counts of all batches, and the newest flips."""

    def __init__(self, examples: int) -> None:
        self.failed = 0
        self._examples = examples
        self._counts: Counter[tuple[str, int, int, int, int]] = Counter()
        self._newest: list[Flip] = []

    def add(self, done: Done) -> None:
        self.failed += done.damaged
        self._counts.update(done.counts)
        self._newest = heapq.nlargest(
            self._examples,
            (*self._newest, *done.flips),
            key=lambda flip: (flip.decided or _EPOCH, flip.letter, -flip.position),
        )

    def outcome(self, letters: int, base_again: bool) -> Outcome:
        treatments: dict[str, Counter[tuple[int, int, int]]] = {}
        years: dict[str, Counter[tuple[int, int, int]]] = {}
        every: Counter[tuple[int, int, int]] = Counter()
        for (treatment, year, *sides), count in self._counts.items():
            key = (sides[0], sides[1], sides[2])
            every[key] += count
            treatments.setdefault(treatment, Counter())[key] += count
            years.setdefault(str(year) if year else "no date", Counter())[key] += count
        by_treatment = [_flips(name, counted) for name, counted in treatments.items()]
        flipped = [row for row in by_treatment if row.to_overturned + row.to_upheld + row.other]
        flipped.sort(key=lambda row: (-row.to_overturned - row.to_upheld - row.other, row.name))
        return Outcome(
            letters=letters - self.failed,
            not_reviewed=self.failed,
            base_again=base_again,
            total=_flips("all", every),
            treatments=tuple(flipped),
            years=tuple(_flips(name, counted) for name, counted in sorted(years.items())),
            examples=tuple(self._newest),
        )


def _flips(name: str, counted: Counter[tuple[int, int, int]]) -> Flips:
    def many(test: Callable[[int, int, int], bool]) -> int:
        return sum(count for key, count in counted.items() if test(*key))

    before = many(lambda was, _, decided: was == decided)
    after = many(lambda _, now, decided: now == decided)
    changed = many(lambda was, now, _: was != now)
    up = many(lambda was, now, _: was != now == 1)
    down = many(lambda was, now, _: was != now == 0)
    return Flips(
        name,
        counted.total(),
        up,
        down,
        changed - up - down,
        before,
        after,
        share_of(before, many(lambda was, _, __: was != _NONE)),
        share_of(after, many(lambda _, now, __: now != _NONE)),
    )

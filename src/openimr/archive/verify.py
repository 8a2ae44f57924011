"""An archive examined: what is damaged is named by file, table and letter."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from openimr.archive import columns
from openimr.archive.content import content_key
from openimr.archive.entry import CitationRow, ItemRow, checksum
from openimr.archive.lock import writing
from openimr.archive.packed import unpack
from openimr.archive.place import Database, Place, place_of
from openimr.archive.store import DATABASE, Archive, open_archive
from openimr.errors import InputError

_MOST_NAMED = 20
_PAGE = re.compile(r"(?:tree page|page|Page) (\d+)")
_INDEX = re.compile(r"(?:index|from index|in index) (\w+)")

Telling = Callable[[int, int], None]
"""Called with letters examined and letters in all."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: where (file, table, index) and what, in a sentence's half."""

    place: str
    problem: str


def verify(
    folder: Place | str, *, quick: bool = False, on_progress: Telling | None = None
) -> list[Damage]:
    """Examine an archive.

    Args:
        folder: the archive. No writer may be at work.
        quick: look at the database's structure and counts only, not at every letter's bytes.
        on_progress: called now and then while letters are examined.

    Returns:
        What is damaged; nothing when all is well.

    Raises:
        InputError: there is no archive, or a writer is at work.
    """
    folder = place_of(folder)
    try:
        archive = open_archive(folder, "write")
    except InputError as error:
        if "is damaged" in error.problem:
            return [Damage(DATABASE, "is not readable as a database")]
        raise
    with archive, writing(folder, "verifying"):
        return list(_damages(archive, quick, on_progress or (lambda _, __: None)))


def _damages(archive: Archive, quick: bool, tell: Telling) -> Iterator[Damage]:
    db = archive.connection
    if isinstance(db, sqlite3.Connection):
        yield from _guarded(_structure(db), DATABASE)
    yield from _guarded(_counts(archive), DATABASE)
    if not quick:
        yield from _guarded(_letters(db, tell), "letters")
    yield from _guarded(_index(archive, quick), "search")
    if not quick:
        yield from _guarded(_columns(db), "columns")


def _guarded(found: Iterator[Damage], place: str) -> Iterator[Damage]:
    """Damages up to where the database itself gives up."""
    try:
        yield from found
    except (sqlite3.DatabaseError, ValueError, LookupError, OverflowError) as error:
        said = str(error) if isinstance(error, sqlite3.Error) else "holds values out of bounds"
        yield Damage(place, f"cannot be read to its end ({said})")


def _structure(db: sqlite3.Connection) -> Iterator[Damage]:
    """What SQLite's own check finds, by table."""
    places: dict[str, list[str]] = {}
    for (line,) in db.execute("PRAGMA integrity_check(200)"):
        for one in str(line).splitlines():
            if one != "ok" and not one.startswith("***"):
                places.setdefault(_place_of(db, one), []).append(one)
    for place, lines in places.items():
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        yield Damage(place, f"{lines[0]}{more}")


def _place_of(db: sqlite3.Connection, line: str) -> str:
    if named := _INDEX.search(line):
        return named[1]
    if page := _PAGE.search(line):
        try:
            row = db.execute(
                "SELECT name FROM dbstat WHERE pageno = ? LIMIT 1", (int(page[1]),)
            ).fetchone()
        except sqlite3.Error:
            row = None
        if row is not None:
            return str(row[0])
    return DATABASE


_COUNTS = (
    ("packed", "SELECT count(*) FROM letters", "SELECT count(*) FROM packed"),
    ("search", "SELECT count(*) FROM letters", "SELECT count(*) FROM ({indexed}) AS known"),
    ("items", "SELECT coalesce(sum(items), 0) FROM letters", "SELECT count(*) FROM items"),
    ("letters", "SELECT count(*) FROM letters", "SELECT coalesce(max(letter), 0) FROM letters"),
    (
        "documents",
        "SELECT count(*) FROM letters",
        "SELECT count(DISTINCT letter) FROM documents JOIN letters USING (letter)",
    ),
)
"""Table, and two counts that have to agree."""


def _counts(archive: Archive) -> Iterator[Damage]:
    for table, wanted, found in _COUNTS:
        ought, has = (
            archive.connection.execute(query.format(indexed=archive.INDEXED)).fetchone()[0]
            for query in (wanted, found)
        )
        if ought != has:
            yield Damage(table, f"holds {has:,} of {ought:,}")


def _letters(db: Database, tell: Telling) -> Iterator[Damage]:
    """Every letter unpacked, its hash and the sum of its rows made again."""
    last = max(
        db.execute(f"SELECT coalesce(max(letter), 0) FROM {table}").fetchone()[0]
        for table in ("letters", "packed")
    )
    rows = Rows(db)
    damaged: dict[str, list[int]] = {}
    for letter in range(1, last + 1):
        if letter % 5000 == 0:
            tell(letter, last)
        place = _examine(db, rows, letter)
        if place is not None:
            damaged.setdefault(place, []).append(letter)
    for place, letters in damaged.items():
        named = ", ".join(str(number) for number in letters[:_MOST_NAMED])
        more = f" and {len(letters) - _MOST_NAMED:,} more" if len(letters) > _MOST_NAMED else ""
        yield Damage(place, f"letters {named}{more}: damaged")


def _examine(db: Database, rows: Rows, letter: int) -> str | None:
    """The table in which a letter is damaged, or None."""
    try:
        packed = db.execute(
            "SELECT determination, reading FROM packed WHERE letter = ?", (letter,)
        ).fetchone()
        key = content_key(unpack(*packed)[0])
    except (sqlite3.DatabaseError, ValueError, TypeError):
        return "packed"
    try:
        stored = rows.of(letter)
        if stored is None or stored[0] != key:
            return "letters"
        return None if checksum(*stored[:-1], packed[1]) == stored[-1] else "items"
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError):
        return "letters"


class Rows:
    """The rows of a letter, put together again as they were when its sum was made."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._names = dict(db.execute("SELECT name, value FROM names"))
        self._guidelines = {row[0]: row[1:] for row in db.execute("SELECT * FROM guidelines")}

    def of(self, letter: int) -> tuple[Any, ...] | None:
        """The parts of :func:`~openimr.archive.entry.checksum` but the last, and the sum."""
        found = self._db.execute(
            "SELECT key, case_number, variant, injured, denied, applied, assigned, decided, "
            "priority, checksum FROM letters WHERE letter = ?",
            (letter,),
        ).fetchone()
        if found is None:
            return None
        key, case_number, variant, *days, priority, total = found
        credentials: tuple[list[str], list[str]] = ([], [])
        for kind, name in self._db.execute(
            "SELECT kind, name FROM credentials WHERE letter = ? ORDER BY kind, rank", (letter,)
        ):
            credentials[kind].append(self._names[name])
        return (
            key,
            case_number,
            self._names[variant],
            tuple(days),
            None if priority is None else ("Standard", "Expedited")[priority],
            tuple(credentials[0]),
            tuple(credentials[1]),
            tuple(self._items(letter)),
            total,
        )

    def _items(self, letter: int) -> Iterator[ItemRow]:
        decisive: dict[int, list[str]] = {}
        for position, criterion in self._db.execute(
            "SELECT position, criterion FROM decisive WHERE letter = ? ORDER BY position, rank",
            (letter,),
        ):
            decisive.setdefault(position, []).append(self._names[criterion])
        cited: dict[int, list[CitationRow]] = {}
        for position, by, guideline in self._db.execute(
            "SELECT position, by, guideline FROM citations WHERE letter = ? "
            "ORDER BY position, by, rank",
            (letter,),
        ):
            cited.setdefault(position, []).append(CitationRow(by, *self._guidelines[guideline]))
        for position, *row in self._db.execute(
            "SELECT position, treatment, category, drug, drug_class, region, side, phase, "
            "quantity, unit, parent, overturned, proposed, chance, sentences "
            "FROM items WHERE letter = ? ORDER BY position",
            (letter,),
        ):
            names = [None if name is None else self._names[name] for name in (*row[:7], row[8])]
            parent, overturned, proposed, chance, sentences = row[9:]
            yield ItemRow(
                treatment=names[0] or "",
                category=names[1],
                drug=names[2],
                drug_class=names[3],
                region=names[4],
                side=names[5],
                phase=names[6],
                quantity=row[7],
                unit=names[7],
                parent=parent,
                overturned=bool(overturned),
                proposed=None if proposed is None else bool(proposed),
                chance=chance,
                sentences=sentences,
                decisive=tuple(decisive.get(position, ())),
                citations=tuple(cited.get(position, ())),
            )


def _index(archive: Archive, quick: bool) -> Iterator[Damage]:
    """The full-text index: that it is sound, knows all letters, and holds their very words."""
    missing = archive.connection.execute(
        f"SELECT count(*) FROM letters WHERE dated NOT IN ({archive.INDEXED})"
    ).fetchone()[0]
    if missing:
        yield Damage("search", f"does not know {missing:,} letters")
    if not archive.index_agrees(quick):
        yield Damage("search", "the full-text index does not agree with the letters")


def _columns(db: Database) -> Iterator[Damage]:
    stale = {row[0] for row in db.execute("SELECT month FROM stale")}
    for month in columns.months(db):
        if month in stale:
            continue
        made = columns.make(db, month)
        try:
            stored = dict(columns.load(db, tuple(made), (month,)))
        except Exception:
            stored = {}
        if stored.get(month) != made:
            yield Damage("columns", f"month {month}: does not agree with the letters")

"""What statistics and facet counts read: one array a column and month, made from the tables.

A month's arrays are the letters decided in it in the order of ``dated``, and their items in order.
They are derived: the writer notes a month as stale in the same transaction that changes it, and
:func:`refresh` makes its arrays anew. :func:`load` gives a stale month's arrays too, made at once
and not stored, so what it returns is always true.

Letter columns: ``letter`` (number), ``dated``, ``decided``, ``applied``, ``assigned``, ``denied``,
``injured`` (days since 1970-01-01), ``variant``, ``priority``, ``items`` (how many).
Item columns: ``item.of`` (which letter of the month, from 0), ``item.position``, ``treatment``,
``category``, ``drug``, ``class``, ``region``, ``side``, ``phase``, ``overturned``, ``proposed``,
``chance``, ``criterion`` (the first decisive one), ``parent``.
Lists: ``specialty.of``/``specialty``, ``licence.of``/``licence`` (by letter), ``criterion.of``/
``criterion.all`` (all decisive ones, by item), ``guideline.of``/``guideline`` (cited by the
reviewer, by item, numbers of the table ``guidelines``), ``ur_guideline.of``/``ur_guideline``.
Numbers are those of the table ``names``. What is not known is :data:`NONE`.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from openimr.archive.place import Database
from openimr.archive.writer import DAY_BITS, month_of

NONE = -1

_LETTER = (
    ("letter", "i"),
    ("dated", "q"),
    ("decided", "i"),
    ("applied", "i"),
    ("assigned", "i"),
    ("denied", "i"),
    ("injured", "i"),
    ("variant", "i"),
    ("priority", "b"),
    ("items", "i"),
)
_ITEM = (
    ("position", "i"),
    ("treatment", "i"),
    ("category", "i"),
    ("drug", "i"),
    ("drug_class", "i"),
    ("region", "i"),
    ("side", "i"),
    ("phase", "i"),
    ("overturned", "b"),
    ("proposed", "b"),
    ("chance", "h"),
    ("parent", "i"),
)
_LISTS = ("specialty", "licence", "criterion.all", "guideline", "ur_guideline")

Columns = dict[str, "array[int]"]


Deriving = Callable[[Database, int, Columns], bytes]


def refresh(db: Database, also: Mapping[str, Deriving] | None = None) -> int:
    """Make the arrays of all stale months and store them.

    Args:
        db: the archive's connection, open for writing.
        also: what else to derive from a month's columns and to store beside them, by name.

    Returns:
        How many months were made.
    """
    months = stale_months(db)
    for month in months:
        made = make(db, month)
        rows = [(month, name, _pack(column)) for name, column in made.items()]
        rows += [(month, name, derive(db, month, made)) for name, derive in (also or {}).items()]
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO columns (month, name, data) VALUES (?, ?, ?) "
            "ON CONFLICT (month, name) DO UPDATE SET data = excluded.data",
            rows,
        )
        db.execute("DELETE FROM stale WHERE month = ?", (month,))
        db.execute("COMMIT")
    return len(months)


def months(db: Database) -> list[int]:
    """The months that have letters, as ``yyyymm`` in order; 0 for letters without a day."""
    rows = db.execute("SELECT DISTINCT month FROM columns UNION SELECT month FROM stale ORDER BY 1")
    return [row[0] for row in rows]


def load(
    db: Database, names: Sequence[str], of: Sequence[int] | None = None
) -> Iterator[tuple[int, Columns]]:
    """The named columns of each month, in order of time.

    Args:
        db: the archive's connection.
        names: of the columns above.
        of: months to give; all by default.

    Yields:
        The month and its columns by name.
    """
    stale = set(stale_months(db))
    wanted = None if of is None else set(of)
    marks = ", ".join("?" * len(names))
    for month in months(db):
        if wanted is not None and month not in wanted:
            continue
        if month in stale:
            made = make(db, month)
            yield month, {name: made[name] for name in names}
            continue
        rows = db.execute(
            f"SELECT name, data FROM columns WHERE month = ? AND name IN ({marks})",
            (month, *names),
        )
        yield month, {name: _unpack(data) for name, data in rows}


def make(db: Database, month: int) -> Columns:
    """The columns of a month, read from the tables."""
    first, end = _span(month)
    letters = db.execute(
        "SELECT letter, dated, decided, applied, assigned, denied, injured, variant, priority, "
        "items FROM letters WHERE dated >= ? AND dated < ? ORDER BY dated",
        (first, end),
    ).fetchall()
    made: Columns = {}
    _fill(made, _LETTER, letters)
    place = {row[0]: number for number, row in enumerate(letters)}
    items = [
        (place[letter], *row)
        for letter, *row in _of_month(
            db,
            "items",
            "position, treatment, category, drug, drug_class, region, side, phase, overturned, "
            "proposed, chance, parent",
            "position",
            (first, end),
        )
    ]
    _fill(made, (("item.of", "i"), *_ITEM), items)
    made["class"] = made.pop("drug_class")
    item_at = {(row[0], row[1]): number for number, row in enumerate(items)}
    _fill_lists(made, db, place, item_at, (first, end))
    return made


def _of_month(
    db: Database, table: str, columns: str, order: str, span: tuple[int, int]
) -> Iterable[Any]:
    """The rows of a table for the letters of a span, letter first, in the letters' order."""
    # CROSS JOIN keeps SQLite to this order of the loops, in which nothing is sorted.
    return db.execute(
        f"SELECT t.letter, {columns} FROM (SELECT letter AS number, dated FROM letters "
        f"WHERE dated >= ? AND dated < ?) AS chosen CROSS JOIN {table} AS t "
        f"WHERE t.letter = number ORDER BY dated, {order}",
        span,
    )


def _fill(made: Columns, kinds: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
    for (name, kind), values in zip(
        kinds, zip(*rows, strict=True) if rows else ((),) * len(kinds), strict=True
    ):
        made[name] = array(kind, [NONE if value is None else value for value in values])


def _fill_lists(
    made: Columns,
    db: Database,
    place: Mapping[int, int],
    item_at: Mapping[tuple[int, int], int],
    span: tuple[int, int],
) -> None:
    lists = {name: (array("i"), array("i")) for name in _LISTS}
    first = array("i", [NONE]) * len(item_at)

    def put(name: str, of: int, value: int) -> None:
        lists[name][0].append(of)
        lists[name][1].append(value)

    for letter, kind, value in _of_month(db, "credentials", "kind, name", "kind, rank", span):
        put(("specialty", "licence")[kind], place[letter], value)
    for letter, position, rank, value in _of_month(
        db, "decisive", "position, rank, criterion", "position, rank", span
    ):
        item = item_at[place[letter], position]
        put("criterion.all", item, value)
        if rank == 0:
            first[item] = value
    for letter, position, by, value in _of_month(
        db, "citations", "position, by, guideline", "position, by, rank", span
    ):
        put(("ur_guideline", "guideline")[by], item_at[place[letter], position], value)
    made["criterion"] = first
    for name, (of, values) in lists.items():
        made[f"{name.partition('.')[0]}.of"] = of
        made[name] = values


def _span(month: int) -> tuple[int, int]:
    """The first ``dated`` of a month and of the next."""
    from datetime import date

    if month == 0:
        return -(1 << 62), 1 << (DAY_BITS + 13)
    year, number = divmod(month, 100)
    unix = date(1970, 1, 1).toordinal()
    start = date(year, number, 1).toordinal() - unix
    end = date(year + number // 12, number % 12 + 1, 1).toordinal() - unix
    return start << DAY_BITS, end << DAY_BITS


def stale_months(db: Database) -> list[int]:
    """The months whose arrays are to be made anew."""
    return [row[0] for row in db.execute("SELECT month FROM stale ORDER BY month")]


def _pack(column: array[int]) -> bytes:
    if sys.byteorder == "big":  # pragma: no cover - stored little-endian, so that archives travel
        column = array(column.typecode, column)
        column.byteswap()
    return column.typecode.encode() + zlib.compress(column.tobytes(), 1)


def _unpack(data: bytes) -> array[int]:
    column = array(data[:1].decode())
    column.frombytes(zlib.decompress(memoryview(data)[1:]))
    if sys.byteorder == "big":  # pragma: no cover
        column.byteswap()
    return column


__all__ = ["NONE", "Columns", "load", "make", "month_of", "months", "refresh", "stale_months"]

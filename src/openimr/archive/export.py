"""A table of statistics as a file: CSV, or Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from openimr.archive.statistics import Table
from openimr.errors import InputError

_FIGURES = (
    "items",
    "overturned",
    "rate",
    "rate_low",
    "rate_high",
    "proposed",
    "agreed",
    "agreement",
    "agreement_low",
    "agreement_high",
    "proposed_overturned",
)


def _header(table: Table) -> list[str]:
    return [*table.by, *_FIGURES]


def _rows(table: Table) -> Iterator[tuple[Any, ...]]:
    for row in table.rows:
        rate, agreement = row.rate, row.agreement
        yield (
            *row.key,
            row.items,
            row.overturned,
            rate.share,
            rate.low,
            rate.high,
            row.proposed,
            row.agreed,
            agreement.share,
            agreement.low,
            agreement.high,
            row.proposed_overturned,
        )


def as_csv(table: Table) -> bytes:
    """The table as CSV in UTF-8, with a header; shares from 0 to 1, empty where unknown.

    A value that a spreadsheet would take for a formula is kept from it by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_header(table))
    for row in _rows(table):
        writer.writerow([_safe(value) for value in row])
    return text.getvalue().encode()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def as_parquet(table: Table) -> bytes:
    """The table as Parquet.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise InputError(
            "--parquet", "pyarrow is not installed", "install openimr[archive]"
        ) from None
    columns = zip(*_rows(table), strict=True) if table.rows else ([] for _ in _header(table))
    made = pyarrow.table(dict(zip(_header(table), map(list, columns), strict=True)))
    out = pyarrow.BufferOutputStream()
    parquet.write_table(made, out)
    return bytes(out.getvalue())

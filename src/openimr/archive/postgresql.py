"""The archive on a PostgreSQL server, where several people share it.

Tables, rows and numbers are those of the embedded archive. What differs is here: the index, which
is a table of word vectors under a GIN index, and a rebuild, which makes a second schema and swaps.

Words are parted and stemmed as the embedded index does it (letters, digits and marks; Porter's
stemmer; no stop words), so that both find the same letters. Their order by rank differs:
``ts_rank`` does not know how rare a word is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from openimr.archive.entry import texts
from openimr.archive.packed import unpack
from openimr.archive.place import Address, Matching, ServerError
from openimr.archive.query import Query, Term
from openimr.archive.server import SCHEMA, Connection, connect
from openimr.archive.store import SCHEMA as FORM
from openimr.archive.store import Archive, Packed, explained, other_form, statements
from openimr.archive.tags import tokens
from openimr.errors import InputError

NEW, OLD = f"{SCHEMA}_rebuilding", f"{SCHEMA}_before"
"""The schemas of an archive that is being made anew, and of one that lost documents by it."""

_PAGE = 500
"""Letters fetched at once."""
_MOST_CHARACTERS = 400_000
"""Of a longer letter the rest is not searched: a vector of words takes a megabyte at most."""

_WIDE = re.compile(r"\b(dated|checksum|bytes) INTEGER\b")
_INDEX = f"""
CREATE TABLE search (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL, tags TEXT[] NOT NULL);
CREATE INDEX search_words ON search USING gin (words, tags);
CREATE TEXT SEARCH DICTIONARY stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = porter);
CREATE TEXT SEARCH CONFIGURATION words (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR asciiword, word, numword, asciihword, hword,
  numhword, hword_asciipart, hword_part, hword_numpart, int, uint, float, sfloat, version, host,
  email, url, url_path, file WITH stem;
INSERT INTO meta VALUES ('schema', '{FORM}')
"""

_BETWEEN = "fieldsend"
"""Stands between the texts of a letter, so that no phrase reaches from one into the next."""
_VECTOR = " || ".join(
    f"setweight(to_tsvector('words', {{{place}}}), '{weight}')"
    for place, weight in enumerate("ABCD")
)
_WEIGHTS = "{0.25, 0.5, 0.5, 1.0}"
"""Of D, C, B, A: guideline lines, summary, rationale, request."""
_SHORT = re.compile(r"\b\w?[sy]\b")
"""Words of two letters that the server would stem ("is" to "i"), the embedded index does not. A
numeral behind them keeps them whole."""
_ASCII = "".join(chr(c).lower() if chr(c).isalnum() else " " for c in range(128))


class ServerArchive(Archive):
    """An open archive on a server."""

    LISTED = (
        "(SELECT value::bigint AS value FROM json_array_elements_text(?::json) AS e (value)) hits"
    )
    JOINED = "string_agg(rowid::text, ',')"
    INDEXED = "SELECT rowid FROM search"
    connection: Connection

    def size(self) -> int:
        """Bytes on disk."""
        row = self.connection.execute(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
            "WHERE relnamespace = to_regnamespace(?) AND relkind = 'r'",
            (SCHEMA,),
        )
        return int(row.fetchone()[0])

    def letters(self, first: int = 1, last: int = 1 << 62) -> Iterator[tuple[int, Packed]]:
        """Letters by number from ``first`` to ``last``: see :meth:`Archive.letters`."""
        while True:
            rows = self.connection.execute(
                "SELECT letter, determination, reading FROM packed WHERE letter BETWEEN ? AND ? "
                f"ORDER BY letter LIMIT {_PAGE}",
                (first, last),
            ).fetchall()
            for letter, *packed in rows:
                yield letter, unpack(*packed)
            if len(rows) < _PAGE:
                return
            first = rows[-1][0] + 1

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert whole rows into a table."""
        if rows:
            self.connection.copy(table, rows)

    def index(self, rows: Sequence[Sequence[Any]]) -> None:
        """Put letters into the index: row id, four texts and the words of the tags."""
        if not rows:
            return
        columns = list(zip(*((row[0], *_searched(row[1:5]), row[5]) for row in rows), strict=True))
        self.connection.execute(
            f"INSERT INTO search SELECT rowid, {_vector('a', 'b', 'c', 'd')}, "
            "string_to_array(tags, ' ') FROM unnest(?::bigint[], ?::text[], ?::text[], ?::text[], "
            "?::text[], ?::text[]) AS t (rowid, a, b, c, d, tags)",
            [list(column) for column in columns],
        )

    def tidy(self, added: int) -> None:
        """Bring the index into the form for reading, after letters were added."""
        if added:
            self.connection.execute("SELECT gin_clean_pending_list('search_words'::regclass)")
            for table in ("search", "letters", "items"):
                self.connection.execute(f"ANALYZE {table}")

    def matching(self, query: Query, facets: Collection[tuple[str, ...]]) -> Matching | None:
        """The condition of a search; None where nothing is asked for."""
        query.check(facets)
        words = _tsquery(query)
        conditions = ["tags && ?::text[]"] * len(facets)
        values: list[Any] = [list(one) for one in facets]
        if not words:
            return (
                Matching(" AND ".join(conditions), tuple(values), "0.0::float8") if facets else None
            )
        return Matching(
            " AND ".join(("words @@ to_tsquery('words', ?)", *conditions)),
            (words, *values),
            f"(-ts_rank('{_WEIGHTS}', words, to_tsquery('words', ?), 1))::float8",
            (words,),
        )

    def snippet(self, query: Query, dated: int, words: int, marks: tuple[str, str]) -> str | None:
        """A piece of a letter with the words of a query between ``marks``."""
        row = self.connection.execute(
            "SELECT determination FROM letters JOIN packed USING (letter) WHERE dated = ?",
            (dated,),
        ).fetchone()
        text = "\n".join(texts(unpack(row[0])[0]))
        options = (
            f"StartSel={marks[0]}, StopSel={marks[1]}, MaxFragments=1, MaxWords={words}, "
            f"MinWords={words // 2}"
        )
        cut = self.connection.execute(
            "SELECT ts_headline('words', ?, to_tsquery('words', ?), ?)",
            (text, _tsquery(query), options),
        )
        found = str(cut.fetchone()[0])
        # A word inside a compound that the server takes for one, such as a path, is not marked.
        return f"… {found} …" if marks[0] in found else None

    def index_agrees(self, quick: bool) -> bool:
        """Whether the index, unless ``quick``, holds the letters' words."""
        return quick or all(self._indexed_as(*one) for one in self.letters())

    def _indexed_as(self, letter: int, packed: Packed) -> bool:
        determination, reading = packed
        row = self.connection.execute(
            f"SELECT words = ({_vector('?', '?', '?', '?')}) AND tags = ?::text[] "
            "FROM search JOIN letters ON dated = rowid WHERE letter = ?",
            (*_searched(texts(determination)), tokens(reading.tags).split(), letter),
        ).fetchone()
        return row is None or bool(row[0])


def _vector(*parts: str) -> str:
    return _VECTOR.format(*(f"{part}::text" if part == "?" else part for part in parts))


def _searched(of: Sequence[str]) -> list[str]:
    """The texts of a letter as words that no parser takes for anything else."""
    left, found = _MOST_CHARACTERS, []
    for text in of:
        plain = _SHORT.sub(r"\g<0>0", " ".join(_plain(text[:left]).split()))
        left = max(0, left - len(plain))
        found.append(f"{plain} {_BETWEEN}")
    return found


def _plain(text: str) -> str:
    """A text in lower case, without accents, with spaces for all but letters and digits."""
    if text.isascii():
        return text.translate(_ASCII)
    parted = unicodedata.normalize("NFD", text.lower())
    return "".join(_letter(c) for c in parted if unicodedata.category(c) not in ("Mn", "Mc"))


def _letter(one: str) -> str:
    """A letter or digit as it is, a fraction or raised digit as a letter word; else a space.

    The parser would end a word at "½", which the embedded index counts into it.
    """
    if not one.isalnum():
        return " "
    return f"q{ord(one):x}q" if unicodedata.category(one) in ("No", "Nl") else one


def _tsquery(query: Query) -> str:
    wanted = [one for group in query.groups if (one := _any_of(group))]
    excluded = _any_of(query.excluded)
    if excluded:
        wanted.append(f"!{excluded}")
    return " & ".join(wanted)


def _any_of(terms: Sequence[Term]) -> str:
    found = [one for term in terms if (one := _phrase(term))]
    return f"({' | '.join(found)})" if found else ""


def _phrase(term: Term) -> str:
    words = " ".join(map(_plain, term.words)).split()
    last = f"'{words.pop()}':*" if words and term.prefix else None
    found = ["'" + _SHORT.sub(r"\g<0>0", word) + "'" for word in words]
    if last:
        found.append(last)
    return f"({' <-> '.join(found)})" if found else ""


def open_server(address: Address) -> ServerArchive:
    """Open an archive on a server.

    Raises:
        InputError: there is none, it is of another form, or the server cannot be reached.
    """
    connection = connect(address)
    archive = ServerArchive(address, connection)
    with explained(address):
        known = connection.execute("SELECT to_regclass('meta')").fetchone()[0] is not None
        schema = archive.meta("schema") if known else None
    if schema is None:
        connection.close()
        raise InputError(str(address), "holds no archive", "make one with imr archive build")
    if int(schema) != FORM:
        connection.close()
        raise other_form(address, int(schema))
    return archive


def create_on_server(address: Address) -> ServerArchive:
    """Make an empty archive in a database, or open the one that is there.

    The caller holds the lock.

    Raises:
        InputError: the server cannot be reached, or the user may not create a schema.
    """
    connection = connect(address)
    with explained(address):
        if connection.execute("SELECT to_regclass('meta')").fetchone()[0] is None:
            connection.execute("BEGIN")
            _make_tables(connection, SCHEMA)
            connection.execute("COMMIT")
    connection.close()
    return open_server(address)


def _make_tables(connection: Connection, schema: str) -> None:
    """Make the tables in a schema, which is the one that is used from then on."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.execute(f"SET search_path = {schema}, pg_catalog")
    shared = (one for one in statements() if one.startswith(("CREATE TABLE", "CREATE INDEX")))
    for statement in (*map(_for_server, shared), *_INDEX.split(";")):
        connection.execute(statement)


def _for_server(statement: str) -> str:
    """A statement of ``schema.sql`` in PostgreSQL's types."""
    statement = _WIDE.sub(r"\1 BIGINT", statement.replace("WITHOUT ROWID", ""))
    for ours, theirs in (
        ("INTEGER PRIMARY KEY", "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        ("BLOB", "BYTEA"),
        ("REAL", "DOUBLE PRECISION"),
    ):
        statement = statement.replace(ours, theirs)
    return statement


@contextmanager
def rebuilding(address: Address) -> Iterator[ServerArchive]:
    """An empty archive in a second schema, for a rebuild.

    The caller ends it with :func:`exchange`; else it is dropped.
    """
    connection = connect(address)
    try:
        connection.execute(f"DROP SCHEMA IF EXISTS {NEW} CASCADE")
        _make_tables(connection, NEW)
        yield ServerArchive(address, connection)
    finally:
        with suppress(ServerError):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute(f"DROP SCHEMA IF EXISTS {NEW} CASCADE")
        connection.close()


def exchange(new: ServerArchive, *, keep_old: bool) -> None:
    """Put the new schema in the place of the old one, in one transaction.

    Args:
        new: from :func:`rebuilding`.
        keep_old: rename the old schema to :data:`OLD`, because documents of it are lost.
    """
    connection = new.connection
    connection.execute("BEGIN")
    if keep_old:
        connection.execute(f"DROP SCHEMA IF EXISTS {OLD} CASCADE")
        connection.execute(f"ALTER SCHEMA {SCHEMA} RENAME TO {OLD}")
    else:
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    connection.execute(f"ALTER SCHEMA {NEW} RENAME TO {SCHEMA}")
    connection.execute("COMMIT")

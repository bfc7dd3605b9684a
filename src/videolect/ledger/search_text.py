"""Captions' words in FTS5 and in PostgreSQL's text search: put in, taken out, and asked for.

Neither is given text: both get the words that ``language.text_query`` reads, so that they find the same, and so that
nothing that somebody types is part of their query languages. Words hold letters, digits and marks only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from videolect.language.text_query import Phrase, TextQuery, folded_words
from videolect.ledger.search_tables import SLOTS

_DIGITS = b"0123456789abcdef"
_LAST_PLACE = 16_383
"""PostgreSQL counts the places of words no farther."""


class SqliteWords:
    """An FTS5 table that keeps no text: what is taken out must be given as it was put in."""

    match = "search_words MATCH :match"
    id = "rowid"

    def add(self, connection: Connection, texts: Sequence[tuple[int, str]]) -> None:
        """Put captions in, by id; fastest in the order of their ids."""
        rows = [(id_, " ".join(folded_words(text))) for id_, text in texts]
        connection.exec_driver_sql("INSERT INTO search_words (rowid, words) VALUES (?, ?)", rows)

    def remove(self, connection: Connection, texts: Sequence[tuple[int, str]]) -> None:
        """Take captions out, by id, with the text under which they were put in."""
        rows = [(id_, " ".join(folded_words(text))) for id_, text in texts]
        connection.exec_driver_sql(
            "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', ?, ?)", rows
        )

    def query(self, query: TextQuery) -> str:
        """In FTS5's language: quoted words, all of which must be there."""
        return " AND ".join(_fts5(phrase) for phrase in query.phrases)

    def has_bit(self, found: int, count: int) -> tuple[str, dict[str, object]]:
        """The condition that the caption's clip is among these bits, and its parameters."""
        # SQLite cannot look into a blob but by cutting signs out of it: so the bits come as hexadecimal digits.
        number = f"(rowid / {SLOTS})"
        digit = f"instr(:digits, substr(:bits, ({number} >> 2) + 1, 1)) - 1"
        condition = f"(({digit}) >> ({number} & 3)) & 1"
        return condition, {"digits": _DIGITS, "bits": f"{found:0{count // 4 + 1}x}"[::-1].encode()}


class PostgresWords:
    """A table with a tsvector, under a GIN index."""

    match = "words @@ CAST(:match AS tsquery)"
    id = "id"

    def add(self, connection: Connection, texts: Sequence[tuple[int, str]]) -> None:
        """Put captions in, by id."""
        rows = [{"id": id_, "words": _tsvector(folded_words(text))} for id_, text in texts]
        connection.execute(sa.text("INSERT INTO search_words (id, words) VALUES (:id, CAST(:words AS tsvector))"), rows)

    def remove(self, connection: Connection, texts: Sequence[tuple[int, str]]) -> None:
        """Take captions out."""
        connection.execute(sa.text("DELETE FROM search_words WHERE id = :id"), [{"id": id_} for id_, _ in texts])

    def query(self, query: TextQuery) -> str:
        """As a tsquery: lexemes, all of which must be there."""
        return " & ".join(_tsquery(phrase) for phrase in query.phrases)

    def has_bit(self, found: int, count: int) -> tuple[str, dict[str, object]]:
        """The condition that the caption's clip is among these bits, and its parameters."""
        condition = f"get_bit(CAST(:bits AS bytea), CAST(id / {SLOTS} AS integer)) = 1"
        return condition, {"bits": found.to_bytes(count // 8 + 1, "little")}


def _fts5(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"' + (" *" if phrase.prefix else "")


def _tsquery(phrase: Phrase) -> str:
    *before, last = (f"'{word}'" for word in phrase.words)
    return f"({' <-> '.join([*before, last + (':*' if phrase.prefix else '')])})"


def _tsvector(words: Iterable[str]) -> str:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words, 1):
        places.setdefault(word, []).append(min(place, _LAST_PLACE))
    return " ".join(f"'{word}':{','.join(map(str, of[:255]))}" for word, of in places.items())

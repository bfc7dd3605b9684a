"""The tables of the index of captions and states. They are derived: another ``VERSION`` makes them anew, no migration.

Clips have numbers from 0 on. A caption's id holds its clip's number and its slot, so that a clip's bits can be asked of
a caption without looking it up: ``id = number * 128 + 127 - slot``, ``slot = 2 * place of the aspect + (1 if not
settled)``. Falling ids are the newest clips first, and of a clip its first aspect.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from videolect.errors import CannotRead
from videolect.ledger.database import Database

VERSION = "1"
SLOTS = 128
CHUNK = 4096
"""Clips in one row of bits."""

metadata = MetaData()

meta = Table(
    "search_meta", metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)  # fmt: skip

clips = Table(
    "search_clips", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("campaign", Text, nullable=False),
    Column("clip", Text, nullable=False),
    UniqueConstraint("campaign", "clip", name="uq_search_clips"),
)  # fmt: skip

aspects = Table(
    "search_aspects", metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("aspect", Text, nullable=False, unique=True),
)  # fmt: skip

captions = Table(
    "search_captions", metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)  # fmt: skip

bits = Table(
    "search_bits", metadata,
    Column("name", Text, primary_key=True),  # "+id" and "-id": known to be true, false; "#slot"; "@campaign"
    Column("chunk", Integer, primary_key=True),
    Column("bits", LargeBinary, nullable=False),  # CHUNK bits, the lowest number in the lowest bit of the first byte
    sa.Index("ix_search_bits_chunk", "chunk"),
)  # fmt: skip

words = Table(
    "search_words", MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
)  # fmt: skip
"""On PostgreSQL a table with a tsvector, on SQLite a virtual table of FTS5 whose rowid is the id."""


def prepare(database: Database) -> None:
    """Make the tables where there are none of this version; what an older release indexed is forgotten."""
    try:
        with database.reading() as connection:
            if version_of(connection) == VERSION:
                return
        with database.writing("videolect-search") as connection:
            if version_of(connection) != VERSION:
                _make(connection, sqlite=database.is_sqlite)
    except sa.exc.DatabaseError as error:
        if "fts5" in str(error.orig):
            raise CannotRead(
                "The SQLite of this Python has no full text search (FTS5).", mend="Use another Python, or PostgreSQL."
            ) from None
        raise CannotRead(
            f"The index {database.url.render_as_string()} cannot be read: {error.orig}.",
            mend="Delete it: it is made anew from the ledger." if database.is_sqlite else "See to the database.",
        ) from None


def version_of(connection: sa.Connection) -> str | None:
    """The version of the tables that are there; None where there are none."""
    if not sa.inspect(connection).has_table(meta.name):
        return None
    return connection.execute(sa.select(meta.c.value).where(meta.c.name == "version")).scalar()


def _make(connection: sa.Connection, *, sqlite: bool) -> None:
    connection.execute(sa.text("DROP TABLE IF EXISTS search_words"))
    metadata.drop_all(connection)
    metadata.create_all(connection)
    if sqlite:
        # Of the words only the index is kept. They come folded and apart, and are to be taken as they are: this
        # tokenizer splits at ASCII signs alone.
        connection.execute(sa.text("CREATE VIRTUAL TABLE search_words USING fts5(words, content='', tokenize='ascii')"))
    else:
        connection.execute(sa.text("CREATE TABLE search_words (id bigint PRIMARY KEY, words tsvector NOT NULL)"))
        connection.execute(sa.text("CREATE INDEX ix_search_words ON search_words USING gin (words)"))
    rows: list[dict[str, Any]] = [{"name": "version", "value": VERSION}, {"name": "seen", "value": "0"}]
    connection.execute(meta.insert(), rows)

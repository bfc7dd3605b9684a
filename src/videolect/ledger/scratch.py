"""What a person has typed and not yet handed in: one page of scratch per person and task, with a revision number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from videolect.errors import BadInput
from videolect.ledger.database import Database, to_us
from videolect.ledger.tables import scratch

MAX_BYTES = 200_000
"""Of one page of scratch as JSON: ten full captions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scratch:
    """A saved page of scratch."""

    revision: int
    body: dict[str, Any]


class SqlScratch:
    """Scratch beside the ledger. It is no act: it may be overwritten, but never silently by an older tab."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, person: str, stream: str) -> Scratch | None:
        """What was saved last."""
        with self.database.reading() as connection:
            row = connection.execute(
                scratch.select().where(scratch.c.person == person, scratch.c.stream == stream)
            ).first()
        return Scratch(revision=row.revision, body=json.loads(row.body)) if row is not None else None

    def put(self, person: str, stream: str, *, seen: int, body: dict[str, Any], now: datetime) -> Scratch | None:
        """Save over revision ``seen`` (0: nothing yet); None, and nothing changed, where another tab was faster."""
        text = json.dumps(body, ensure_ascii=True)
        try:
            json.dumps(body, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise BadInput("The scratch holds half of a surrogate pair.", mend="Send valid Unicode.") from None
        if len(text) > MAX_BYTES:
            raise BadInput(f"The scratch has {len(text):,} bytes; at most {MAX_BYTES:,} are kept.", mend="Shorten it.")
        values = {"revision": seen + 1, "body": text, "updated_us": to_us(now)}
        try:
            with self.database.writing(f"scratch/{person}/{stream}") as connection:
                if seen == 0:
                    connection.execute(scratch.insert().values(person=person, stream=stream, **values))
                    return Scratch(revision=1, body=body)
                changed = connection.execute(
                    scratch.update()
                    .where(scratch.c.person == person, scratch.c.stream == stream, scratch.c.revision == seen)
                    .values(**values)
                ).rowcount
        except sa.exc.IntegrityError:
            return None
        return Scratch(revision=seen + 1, body=body) if changed else None

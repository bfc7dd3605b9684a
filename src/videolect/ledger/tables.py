"""The tables. ``acts`` is the truth; ``tasks`` and ``board`` are projections of it; the others hold what is no act.

A change here needs a migration in ``migrations/versions``; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

# SQLite counts rows up only in a column of exactly this type.
_Counter = BigInteger().with_variant(Integer, "sqlite")

acts = Table(
    "acts", metadata,
    Column("seq", _Counter, primary_key=True, autoincrement=True),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("idempotency_key", Text),
    Column("body", Text, nullable=False),
    UniqueConstraint("stream", "version", name="uq_acts_stream_version"),
    UniqueConstraint("worker", "idempotency_key", name="uq_acts_worker_key"),
    Index("ix_acts_kind_seq", "kind", "seq"),
    sqlite_autoincrement=True,
)  # fmt: skip

leases = Table(
    "leases", metadata,
    Column("stream", Text, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("until_us", BigInteger, nullable=False),  # microseconds since 1970, UTC: exact on every database
)  # fmt: skip

tasks = Table(
    "tasks", metadata,
    Column("stream", Text, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("clip", Text, nullable=False),
    Column("aspect", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stage", Text),
    Column("waiting_for", Text, nullable=False),  # lists are JSON
    Column("stale", Text, nullable=False),
    Column("barred", Text, nullable=False),
    Column("reserved_for", Text),
    Column("rating", Integer),
    Column("priority", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_seq", BigInteger, nullable=False),
    Column("updated_us", BigInteger, nullable=False),
    Column("content_hash", Text),
)  # fmt: skip
Index("ix_tasks_stage", tasks.c.stage, tasks.c.priority.desc(), tasks.c.opened_seq)
Index("ix_tasks_campaign_stage", tasks.c.campaign, tasks.c.stage, tasks.c.priority.desc(), tasks.c.opened_seq)
Index("ix_tasks_order", tasks.c.priority.desc(), tasks.c.opened_seq)

board = Table(
    "board", metadata,
    Column("campaign", Text, primary_key=True),
    Column("aspect", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)  # fmt: skip

accounts = Table(
    "accounts", metadata,
    Column("person", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),  # a JSON list
    Column("password_hash", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("token_hash", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
)  # fmt: skip

scratch = Table(
    "scratch", metadata,
    Column("person", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("updated_us", BigInteger, nullable=False),
)  # fmt: skip

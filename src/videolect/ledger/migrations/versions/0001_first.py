"""The first schema: acts, leases, the queue and the board, accounts, sessions, scratch."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table. Written out, not taken from ``tables``: this step must stay what it was."""
    counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "acts",
        sa.Column("seq", counter, primary_key=True, autoincrement=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("stream", "version", name="uq_acts_stream_version"),
        sa.UniqueConstraint("worker", "idempotency_key", name="uq_acts_worker_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_acts_kind_seq", "acts", ["kind", "seq"])
    op.create_table(
        "leases",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "tasks",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("clip", sa.Text, nullable=False),
        sa.Column("aspect", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stage", sa.Text),
        sa.Column("waiting_for", sa.Text, nullable=False),
        sa.Column("stale", sa.Text, nullable=False),
        sa.Column("barred", sa.Text, nullable=False),
        sa.Column("reserved_for", sa.Text),
        sa.Column("rating", sa.Integer),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened_seq", sa.BigInteger, nullable=False),
        sa.Column("updated_us", sa.BigInteger, nullable=False),
        sa.Column("content_hash", sa.Text),
    )
    by_priority = sa.text("priority DESC")
    op.create_index("ix_tasks_stage", "tasks", ["stage", by_priority, "opened_seq"])
    op.create_index("ix_tasks_campaign_stage", "tasks", ["campaign", "stage", by_priority, "opened_seq"])
    op.create_index("ix_tasks_order", "tasks", [by_priority, "opened_seq"])
    op.create_table(
        "board",
        sa.Column("campaign", sa.Text, primary_key=True),
        sa.Column("aspect", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_table(
        "accounts",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "scratch",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("updated_us", sa.BigInteger, nullable=False),
    )

"""Alembic's entry: runs the steps on the connection that ``database.Database.migrate`` hands over."""

from alembic import context

from videolect.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

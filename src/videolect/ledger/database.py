"""Opening a database: SQLite in WAL mode by default, PostgreSQL by URL; migrated when older, refused when newer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from videolect.errors import INSTALL, UPGRADE, BadInput, CannotRead, MissingExtra

HEAD = "0001"
"""The newest migration. A test compares it with ``migrations/versions``."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_us(microseconds: int) -> datetime:
    """The inverse of ``to_us``."""
    return _EPOCH + timedelta(microseconds=microseconds)


def without_password(url: str | None) -> str | None:
    """The URL as a file may keep it: the password comes from the environment or a password file."""
    if url is None:
        return None
    try:
        return sa.make_url(url).set(password=None).render_as_string()
    except (sa.exc.ArgumentError, ValueError):
        raise BadInput(f"{url!r} is no database URL.", mend="Use sqlite:///PATH or postgresql://...") from None


def open_database(url: str, *, pool_size: int = 8) -> Database:
    """Connect, and bring the schema up to date; a SQLite file is copied beside itself before it is migrated."""
    database = Database(url, pool_size=pool_size)
    try:
        database.migrate()
    except BaseException:
        database.close()
        raise
    return database


class Database:
    """An engine, and the two sorts of transaction that the ledger uses."""

    def __init__(self, url: str, *, pool_size: int = 8, read_only: bool = False) -> None:
        try:
            self.url = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):
            raise BadInput(f"{url!r} is no database URL.", mend="Use sqlite:///PATH or postgresql://...") from None
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        if self.url.drivername not in ("sqlite", "postgresql+psycopg"):
            raise BadInput(f"{self.url.drivername} is not supported.", mend="Use sqlite:///PATH or postgresql://...")
        if self.url.drivername == "sqlite" and not self.url.database:
            raise BadInput(f"{url!r} names no file.", mend="Use sqlite:///PATH.")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        try:
            self.engine = self._engine(pool_size, read_only)
        except ModuleNotFoundError:
            raise MissingExtra("PostgreSQL needs its driver.", mend=INSTALL.format("pg")) from None

    def _engine(self, pool_size: int, read_only: bool) -> Engine:
        if not self.is_sqlite:
            only = {"options": "-c default_transaction_read_only=on"} if read_only else {}
            return sa.create_engine(
                self.url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True, connect_args=only
            )
        if self.url.database:
            try:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadInput(
                    f"{self.url.database} cannot be made: {error.strerror}.", mend="Name another file."
                ) from None
        engine = sa.create_engine(
            self.url, pool_size=pool_size, max_overflow=24, connect_args={"timeout": 60, "check_same_thread": False}
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        if read_only:
            sa.event.listen(engine, "connect", _only_query_sqlite)
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *locks: str) -> Iterator[Connection]:
        """One transaction, alone among those that share a lock: on SQLite among all."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(videolect_write=True)
            with connection.begin():
                if not self.is_sqlite:
                    # Sorted, so that two writers of the same pair of locks cannot wait for each other.
                    for lock in sorted(set(locks)):
                        connection.execute(
                            sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock}
                        )
                yield connection

    def insert(self, table: sa.Table) -> Any:
        """An insert that knows this dialect's ``on_conflict_do_update``."""
        if self.is_sqlite:
            from sqlalchemy.dialects import sqlite

            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)

    def migrate(self) -> None:
        """Bring the schema to HEAD. CannotRead when a newer release wrote the database."""
        try:
            found = self._revision()
        except sa.exc.OperationalError as error:
            raise CannotRead(
                f"The database {self.url.render_as_string()} cannot be opened: {str(error.orig).strip()[:300]}",
                mend="See that its folder can be written." if self.is_sqlite else "Start it, or correct the URL.",
            ) from None
        except sa.exc.DatabaseError as error:
            raise CannotRead(
                f"{self.url.render_as_string()} is not a database: {error.orig}.",
                mend="Bring the file back from a backup, or name another with --database.",
            ) from None
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise CannotRead(f"The database has schema {found}; this release knows up to {HEAD}.", mend=UPGRADE)
        if found is not None and self.is_sqlite and self.url.database:
            self._copy_beside(found)
        self._upgrade()

    def _revision(self) -> str | None:
        with self.reading() as connection:
            tables = sa.inspect(connection).get_table_names()
            if "alembic_version" not in tables:
                if tables:
                    raise CannotRead(
                        f"{self.url.render_as_string()} is another program's database: it holds {tables[0]!r}.",
                        mend="Name an empty database, or another file.",
                    )
                return None
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            return str(found) if found is not None else None

    def _copy_beside(self, revision: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        copy = f"{self.url.database}.before-{HEAD}-from-{revision}-{stamp}"
        with closing(sqlite3.connect(str(self.url.database))) as connection:
            connection.execute("VACUUM INTO ?", (copy,))

    def _upgrade(self) -> None:
        # Alembic takes a third of a second to load, and is not needed where the schema is already current.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "videolect.ledger:migrations")
        with self.writing("videolect-migrate") as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=60000")
    _to_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")  # what was acknowledged survives a power cut, not only a killed process
    cursor.close()


def _only_query_sqlite(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON")


def _to_wal(cursor: Any) -> None:
    """Switch a new file to WAL. SQLite does not wait for others who do the same at this moment, so we do."""
    for _ in range(200):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.05)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A write takes the lock at once: upgrading a read lock later is what makes SQLite answer "database is locked".
    write = connection.get_execution_options().get("videolect_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

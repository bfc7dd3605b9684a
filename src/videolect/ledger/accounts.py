"""Accounts and sessions of the people at the desk. No secret is kept in the clear: all come as hashes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from videolect.errors import BadInput, NotFound
from videolect.ledger.database import Database, from_us, to_us
from videolect.ledger.tables import accounts, sessions
from videolect.record.checks import check_name, check_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A person who may sign in."""

    person: str
    name: str
    roles: tuple[str, ...]
    password_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A signed-in browser."""

    person: str
    csrf: str
    expires: datetime


class SqlAccounts:
    """Accounts and sessions beside the ledger."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, person: str, *, name: str, roles: Sequence[str], password_hash: str, now: datetime) -> Account:
        """A new account; BadInput where there is one of that id."""
        check_name(person, "The person's id")
        check_text(name, "The person's name", limit=200, blank=False)
        values = {
            "person": person, "name": name, "roles": json.dumps(list(roles)), "password_hash": password_hash,
            "created_us": to_us(now),
        }  # fmt: skip
        try:
            with self.database.writing("accounts") as connection:
                connection.execute(accounts.insert().values(**values))
        except sa.exc.IntegrityError:
            raise BadInput(
                f"There is an account {person} already.",
                mend=f"Choose another id; or give a new password: videolect desk password {person}.",
            ) from None
        return Account(person=person, name=name, roles=tuple(roles), password_hash=password_hash)

    def get(self, person: str) -> Account | None:
        """The account of this id; None for what cannot be an id, since anybody may ask."""
        try:
            check_name(person, "The person's id")
        except BadInput:
            return None
        with self.database.reading() as connection:
            row = connection.execute(accounts.select().where(accounts.c.person == person)).first()
        return _account(row) if row is not None else None

    def all(self) -> list[Account]:
        """Every account, by id."""
        with self.database.reading() as connection:
            return [_account(row) for row in connection.execute(accounts.select().order_by(accounts.c.person))]

    def set_password(self, person: str, password_hash: str) -> None:
        """Replace a password; every session of the person ends. NotFound where there is no such account."""
        with self.database.writing("accounts") as connection:
            changed = connection.execute(
                accounts.update().where(accounts.c.person == person).values(password_hash=password_hash)
            )
            if not changed.rowcount:
                raise NotFound(f"There is no account {person}.", mend="Make one: videolect desk invite.")
            connection.execute(sessions.delete().where(sessions.c.person == person))

    def begin_session(self, token_hash: str, person: str, *, csrf: str, expires: datetime, now: datetime) -> None:
        """Keep a session; lapsed ones are swept."""
        with self.database.writing("sessions") as connection:
            connection.execute(sessions.delete().where(sessions.c.expires_us <= to_us(now)))
            connection.execute(
                sessions.insert().values(token_hash=token_hash, person=person, csrf=csrf, expires_us=to_us(expires))
            )

    def session(self, token_hash: str, *, now: datetime) -> Session | None:
        """The running session under this token."""
        with self.database.reading() as connection:
            row = connection.execute(
                sessions.select().where(sessions.c.token_hash == token_hash, sessions.c.expires_us > to_us(now))
            ).first()
        return Session(person=row.person, csrf=row.csrf, expires=from_us(row.expires_us)) if row is not None else None

    def end_session(self, token_hash: str) -> None:
        """Sign out."""
        with self.database.writing("sessions") as connection:
            connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))


def _account(row: sa.Row[tuple[str, ...]]) -> Account:
    return Account(
        person=row.person, name=row.name, roles=tuple(json.loads(row.roles)), password_hash=row.password_hash
    )

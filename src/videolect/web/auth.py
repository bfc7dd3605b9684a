"""Local accounts: argon2 passwords, HttpOnly SameSite cookies, a CSRF token per session, guessing slowed down.

There is no default secret, and no sign-up: accounts are made at the desk's command line.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import argon2
from fastapi import Request, Response

from videolect.errors import BadInput, NotAllowed, VideolectError
from videolect.oversight.ports import Clock
from videolect.oversight.roles import Worker
from videolect.record.people import Person

COOKIE = "videolect_session"
CSRF_HEADER = "X-CSRF-Token"
SESSION_LIFE = timedelta(days=14)
MIN_PASSWORD = 8

_hasher = argon2.PasswordHasher()


class NotSignedIn(VideolectError):
    """The request needs a session."""


class TooManyTries(VideolectError):
    """Sign-in failed too often; ``retry_after_s`` says how long to wait."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("Too many failed sign-ins.", mend=f"Wait {retry_after_s} seconds and try again.")
        self.retry_after_s = retry_after_s


class Account(Protocol):
    """A person who may sign in."""

    @property
    def person(self) -> str:
        """The pseudonym in acts."""
        ...

    @property
    def name(self) -> str:
        """For greeting."""
        ...

    @property
    def roles(self) -> tuple[str, ...]:
        """Of ``oversight.roles.ROLES``."""
        ...

    @property
    def password_hash(self) -> str:
        """Argon2, with its parameters and salt."""
        ...


class Session(Protocol):
    """A running session."""

    @property
    def person(self) -> str:
        """Whose."""
        ...

    @property
    def csrf(self) -> str:
        """What changing requests carry."""
        ...


class Accounts(Protocol):
    """Where accounts and sessions are kept."""

    def get(self, person: str) -> Account | None:
        """The account of this id."""
        ...

    def begin_session(self, token_hash: str, person: str, *, csrf: str, expires: datetime, now: datetime) -> None:
        """Keep a session."""
        ...

    def session(self, token_hash: str, *, now: datetime) -> Session | None:
        """The running session under this token."""
        ...

    def end_session(self, token_hash: str) -> None:
        """Sign out."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Who makes this request."""

    worker: Worker
    account: Account
    session: Session


def hash_password(password: str) -> str:
    """Argon2id with the library's recommended cost. BadInput for a password that is too short to be one."""
    if len(password) < MIN_PASSWORD:
        raise BadInput(f"The password has {len(password)} characters.", mend=f"Use at least {MIN_PASSWORD}.")
    return _hasher.hash(password)


# Verified when nobody has that id, so that an unknown name takes as long as a wrong password.
_NOBODY = _hasher.hash(secrets.token_urlsafe())


class SignInDesk:
    """Signs people in and out, and says who a request is from."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self.accounts = accounts
        self.clock = clock
        self._throttle = Throttle()

    def sign_in(self, person: str, password: str, address: str) -> tuple[SignedIn, str]:
        """The session and its cookie's token. NotSignedIn where id or password is wrong, in the same words."""
        now = self.clock.now()
        # Counted before the password is looked at: parallel guesses must not all pass while the first is verified.
        # Strict for one person from one address; looser for the rest, lest anyone could lock anyone out.
        tries = [
            Try(name=f"both:{person}:{address}", free=5, longest_s=600),
            Try(name=f"address:{address}", free=30, longest_s=600),
            Try(name=f"person:{person}", free=50, longest_s=30),
        ]
        self._throttle.begin(tries, now)
        account = self.accounts.get(person)
        try:
            _hasher.verify(account.password_hash if account else _NOBODY, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            account = None
        if account is None:
            raise NotSignedIn("There is no such person, or the password is another.", mend="Try again.")
        self._throttle.forget(tries)
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.accounts.begin_session(_digest(token), person, csrf=csrf, expires=now + SESSION_LIFE, now=now)
        return self._signed_in(token), token

    def sign_out(self, request: Request) -> None:
        """End the request's session."""
        if token := request.cookies.get(COOKIE):
            self.accounts.end_session(_digest(token))

    def who(self, request: Request) -> SignedIn:
        """Who makes this request. NotSignedIn without a session, NotAllowed for a change without its CSRF token."""
        token = request.cookies.get(COOKIE)
        if not token:
            raise NotSignedIn("You are not signed in.", mend="Sign in.")
        found = self._signed_in(token)
        if request.method not in ("GET", "HEAD") and not hmac.compare_digest(
            request.headers.get(CSRF_HEADER, "").encode(), found.session.csrf.encode()
        ):
            raise NotAllowed(f"The request lacks the right {CSRF_HEADER} header.", mend="Load the page again.")
        return found

    def _signed_in(self, token: str) -> SignedIn:
        session = self.accounts.session(_digest(token), now=self.clock.now())
        account = self.accounts.get(session.person) if session else None
        if session is None or account is None:
            raise NotSignedIn("Your session has ended.", mend="Sign in again: what you typed is kept.")
        worker = Worker(actor=Person(id=account.person), roles=account.roles)
        return SignedIn(worker=worker, account=account, session=session)


def set_cookie(response: Response, token: str, *, secure: bool) -> None:
    """HttpOnly: no script reads it. SameSite=Strict: no other site's request carries it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=secure,
        path="/",
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """A name under which tries are counted, how many are free, and the longest wait afterwards."""

    name: str
    free: int
    longest_s: int


class Throttle:
    """After some free tries each further one doubles the wait; a success, or an hour of quiet, forgets."""

    MOST_NAMES = 10_000
    QUIET = timedelta(hours=1)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[int, datetime, datetime]] = OrderedDict()

    def begin(self, tries: Sequence[Try], now: datetime) -> None:
        """Count a try under every name, or TooManyTries, and none counted, while one of them has to wait."""
        with self._lock:
            until = max((self._counts[each.name][1] for each in tries if each.name in self._counts), default=now)
            if now < until:
                raise TooManyTries(int((until - now).total_seconds()) + 1)
            for each in tries:
                count, _, last = self._counts.pop(each.name, (0, now, now))
                count = 1 if now - last > self.QUIET else count + 1
                over = count - each.free
                wait = timedelta(seconds=min(each.longest_s, 2 ** min(20, over))) if over > 0 else timedelta(0)
                self._counts[each.name] = (count, now + wait, now)
            while len(self._counts) > self.MOST_NAMES:
                self._counts.popitem(last=False)

    def forget(self, tries: Sequence[Try]) -> None:
        """After a success."""
        with self._lock:
            for each in tries:
                self._counts.pop(each.name, None)

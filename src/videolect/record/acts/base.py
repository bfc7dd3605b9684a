"""What every act carries: in which stream it stands, who did it, when, and under which language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from videolect.errors import BadInput
from videolect.record.checks import check_text
from videolect.record.people import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What every act carries."""

    stream: str
    version: int
    """Place in the stream, from 1 without gaps; the ledger refuses a second act at the same place."""
    actor: Actor
    at: datetime
    """In UTC."""
    spec_version: str
    key: str | None = None
    """Idempotency key: the same actor's second act under the same key is the first one again."""
    token: int | None = None
    """Fencing token of the lease under which it was done; one that is not the current holder's makes it an extra."""
    asked_by: str | None = None
    """The person who asked a model for it, or who decided it for another."""
    active_seconds: float = 0.0
    """Time the worker was at it since the last act, idle time left out. Seconds."""

    @property
    def worker(self) -> str:
        """In whose hands the task was: whoever asked a model to write, else the actor. Idempotency keys are theirs."""
        return self.asked_by or self.actor.id

    def __post_init__(self) -> None:
        if self.version < 1:
            raise BadInput(f"Act version {self.version} is below 1.", mend="Count the stream's acts from 1.")
        if self.at.tzinfo is not UTC and (self.at.tzinfo is None or self.at.utcoffset() != timedelta(0)):
            raise BadInput(f"The act's time {self.at.isoformat()} is not in UTC.", mend="Give an aware UTC time.")
        if not 0 <= self.active_seconds < 864_000:
            raise BadInput(f"Active seconds {self.active_seconds} are not a stage's time.", mend="Give 0 to 864,000.")
        if self.key is not None:
            check_text(self.key, "The idempotency key", limit=200, blank=False)

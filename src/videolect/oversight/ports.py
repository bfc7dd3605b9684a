"""What the desk needs of the world: a ledger, a writer, a clock. Adapters stand in other rooms and fit structurally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from videolect.record.acts import Act, Claimed, Stage
from videolect.record.drafting import Draft, DraftRequest, PolishedText, PolishRequest, ReviseRequest, Revision

Status = str
"""One of ``caption_task.STATUSES``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A worker's hold on a task, for a time. ``token`` fences: only the highest one of a task may move it on."""

    stream: str
    worker: str
    token: int
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRow:
    """One task as the queue shows it: a projection, rebuilt from acts at any time."""

    stream: str
    campaign: str
    clip: str
    aspect: str
    mode: str
    status: Status
    stage: Stage | None
    waiting_for: tuple[str, ...]
    """Aspects (or ``labels``) that must be finished first."""
    stale: tuple[str, ...]
    """Aspects (or ``labels``) that changed since the draft was written from them."""
    barred: tuple[str, ...]
    """Workers who may not take this stage: nobody decides on his own caption."""
    reserved_for: str | None
    """The one worker who may take it, where the policy names one."""
    rating: int | None
    priority: int
    version: int
    opened_seq: int
    """Ledger place of the task's first act: the order of the queue within a priority."""
    updated_at: datetime
    content_hash: str | None
    """Of the text that dependants are written from; None while there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueQuery:
    """Which rows of the queue; every filter is optional."""

    campaign: str | None = None
    stages: tuple[Stage, ...] = ()
    aspect: str | None = None
    status: Status | None = None
    free_for: str | None = None
    """Only rows that this worker could claim now: no live lease of another, not barred, not reserved for another."""
    unheld: bool = False
    """With ``free_for``: leave out what the worker holds already."""
    reserved_for: str | None = None
    """Only rows that are reserved for this worker."""
    after: tuple[int, int] | None = None
    """(-priority, opened_seq) of the last row seen."""
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardRow:
    """How many tasks of one campaign and aspect have one status."""

    campaign: str
    aspect: str
    status: Status
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rebuilt:
    """What a rebuild found: equal hashes say that the projections had been right, byte for byte."""

    tasks: int
    before: str
    after: str


class Projector(Protocol):
    """Turns a task's acts into its row. Handed to a ledger, which calls it inside the transaction that appends."""

    def row(self, stream: str, acts: Sequence[tuple[int, Act]], read: Callable[[str], Sequence[Act]]) -> TaskRow | None:
        """The row of ``stream`` after ``acts`` with their ledger places, or None; ``read`` gives other streams."""
        ...

    def dependants(self, before: TaskRow | None, after: TaskRow) -> Sequence[str]:
        """Streams whose rows must be made anew because this one's changed from ``before`` to ``after``."""
        ...


class Ledger(Protocol):
    """Where acts are kept: append-only, an optimistic version per stream, idempotency keys, leases, projections.

    Every method is one transaction. Adapters: ``ledger.memory``, ``ledger.sql``; one contract suite runs against both.
    """

    def append(self, acts: Sequence[Act], *, ends_lease: int | None = None) -> int:
        """Keep acts together or not at all; the ledger place of the last.

        ``ends_lease``: the token of the lease on the (one) stream that ends with them. Raises StaleVersion when the
        stream already has an act at a version, KeyReused when an actor's idempotency key is taken.
        """
        ...

    def claim(self, act: Claimed, *, now: datetime, until: datetime) -> Lease:
        """Keep the act and the lease. HeldByAnother while another worker's lease is live; StaleVersion as in append."""
        ...

    def renew(self, stream: str, *, token: int, now: datetime, until: datetime) -> Lease:
        """A heartbeat. A lapsed lease that nobody took may be renewed; LeaseLost when the token is not the task's."""
        ...

    def lease(self, stream: str) -> Lease | None:
        """The task's lease, live or lapsed; None after release or end."""
        ...

    def read(self, stream: str, *, after: int = 0) -> Sequence[Act]:
        """The acts of a stream, oldest first; empty where there is no such stream. ``after``: only those later than
        this version."""
        ...

    def read_placed(self, stream: str) -> Sequence[tuple[int, Act]]:
        """As ``read``, each with its place in the ledger."""
        ...

    def read_many(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, Act]]]:
        """As ``read_placed`` of several streams, for whoever walks them all."""
        ...

    def by_key(self, actor: str, key: str) -> Act | None:
        """The act that this actor's idempotency key led to."""
        ...

    def every(self, *, kind: str | None = None, after: int = 0) -> Iterator[tuple[int, Act]]:
        """Acts in ledger order with their places; ``kind`` filters by the act's class name."""
        ...

    def streams(self, *, kind: str) -> Iterator[str]:
        """The stream of each act of this kind, in ledger order: what ``every`` tells, without reading the acts."""
        ...

    def row(self, stream: str) -> TaskRow | None:
        """One task's row."""
        ...

    def queue(self, query: QueueQuery, *, now: datetime) -> Sequence[TaskRow]:
        """Rows by falling priority, then in the order in which they were opened."""
        ...

    def leases(self, streams: Sequence[str], *, now: datetime) -> Mapping[str, Lease]:
        """The live leases among these streams."""
        ...

    def board(self, campaign: str | None = None) -> Sequence[BoardRow]:
        """Counts by campaign, aspect and status, sorted."""
        ...

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
        """Make every projection anew from the acts, and say what stood there before; nothing slips in between."""
        ...

    def projections_hash(self) -> str:
        """Identity of all projections: equal when every row is."""
        ...


class Writer(Protocol):
    """Whatever writes drafts and revisions: rules, a local model, a hosted one."""

    def draft(self, request: DraftRequest) -> Draft:
        """The caption of one aspect."""
        ...

    def revise(self, request: ReviseRequest) -> Revision:
        """The draft with the critique carried out."""
        ...

    def polish(self, request: PolishRequest) -> PolishedText:
        """The critique in clear sentences of the same meaning."""
        ...


class Clock(Protocol):
    """What time it is, so that tests can say."""

    def now(self) -> datetime:
        """In UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """In UTC."""
        return datetime.now(UTC)

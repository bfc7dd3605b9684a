"""What the desk needs of the world: a ledger, a writer, a clock. Adapters stand in other rooms and fit structurally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from videolect.language.query import Query
from videolect.language.text_query import TextQuery
from videolect.record.acts.base import Act
from videolect.record.acts.tasks import Claimed, Stage, Status
from videolect.record.campaign import Mode
from videolect.record.drafting import Draft, DraftRequest, PolishedText, PolishRequest, ReviseRequest, Revision


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
    mode: Mode
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

    def dependants(self, before: TaskRow | None, after: TaskRow, read: Callable[[str], Sequence[Act]]) -> Sequence[str]:
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

    def horizon(self) -> int:
        """The place up to which the ledger is whole: no act will ever come in at it or before it that is not there
        now. 0 for an empty ledger. Whoever follows the ledger by places goes no farther than this."""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptionText:
    """The text of one task as it stands, for an index of captions."""

    campaign: str
    clip: str
    aspect: str
    settled: bool
    """Whether it is the final caption; else it is what was submitted last, or the draft."""
    text: str | None
    """None where there is none, or none any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipStates:
    """The primitives of one clip that are known to be true, and those that are known to be false."""

    campaign: str
    clip: str
    yes: frozenset[str]
    no: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchQuery:
    """What is looked for. At least one of ``states`` and ``text`` is there."""

    states: Query | None = None
    text: TextQuery | None = None
    campaign: str | None = None
    aspect: str | None = None
    unsettled: bool = False
    """Look also at texts that are not final."""
    limit: int = 20


RANKED = 500
"""Of the newest so many captions that match, the best come first. No more hits are given than these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A caption that was found; where no text and no aspect were asked for, a clip, with one of its captions."""

    campaign: str
    clip: str
    aspect: str | None
    """None for a clip that has no caption to show."""
    settled: bool
    caption: str | None
    marks: tuple[tuple[int, int], ...]
    """Places [start, end) in the caption, in signs, of what was looked for."""
    score: float | None
    """How well the caption matches, 0 to 1 (``language.text_query.match``); None where no text was asked for."""
    states: Mapping[str, bool | None]
    """Of the primitives that the query names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """``total``: how many there are; ``hits``: the first of them."""

    hits: tuple[Hit, ...]
    total: int


class SearchIndex(Protocol):
    """Captions and states of primitives so kept that they are found fast. It follows the ledger and can be made anew.

    Adapters: ``ledger.memory_search``, ``ledger.search``; one contract suite runs against both.
    """

    def seen(self) -> int:
        """The ledger place up to which it knows everything; 0 for an empty index."""
        ...

    def keep(self, captions: Sequence[CaptionText], states: Sequence[ClipStates], *, seen: int, upto: int) -> bool:
        """Replace what is known of these captions and clips and move from ``seen`` to ``upto``: all of it or nothing.

        Of what is given twice the last counts. False, and nothing was kept, where the index does not stand at ``seen``:
        somebody else was faster.
        """
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def find(self, query: SearchQuery) -> Found:
        """What matches: clips for which the states are known to be as asked, captions with all words.

        With a text the best of the ``RANKED`` newest come first, the newer ones first among equals; without one the
        newest clips. A clip is the newer the later it came into the index.
        """
        ...

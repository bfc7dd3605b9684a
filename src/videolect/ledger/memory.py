"""The ledger in memory: for tests, and for a handful of acts without a database. Same contract as the others."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from videolect.errors import HeldByAnother, KeyReused, LeaseLost, StaleVersion
from videolect.oversight.ports import BoardRow, Lease, Projector, QueueQuery, Rebuilt, TaskRow
from videolect.record.acts.base import Act
from videolect.record.acts.tasks import Claimed
from videolect.record.codec import decode_act, encode_act, to_plain


class MemoryLedger:
    """As ``oversight.ports.Ledger``."""

    def __init__(self, projector: Projector) -> None:
        self.projector = projector
        self._lock = threading.RLock()
        self._acts: list[Act] = []
        self._streams: dict[str, list[int]] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._leases: dict[str, Lease] = {}
        self._rows: dict[str, TaskRow] = {}

    def append(self, new: Sequence[Act], *, ends_lease: int | None = None) -> int:
        """As ``Ledger.append``."""
        with self._lock:
            self._check(new)
            kept = [decode_act(encode_act(act)) for act in new]  # what cannot be read back must not come in either
            before = dict(self._rows)
            for act in kept:
                self._acts.append(act)
                self._streams.setdefault(act.stream, []).append(len(self._acts))
                if act.key is not None:
                    self._keys[act.worker, act.key] = len(self._acts)
            try:
                self._project([act.stream for act in kept])
            except Exception:
                self._rows = before
                self._forget(kept)
                raise
            lease = self._leases.get(new[0].stream)
            if lease is not None and lease.token == ends_lease:
                del self._leases[lease.stream]
            return len(self._acts)

    def _forget(self, kept: Sequence[Act]) -> None:
        """Take back the last acts: an append is whole or not at all."""
        for act in reversed(kept):
            self._acts.pop()
            self._streams[act.stream].pop()
            if not self._streams[act.stream]:
                del self._streams[act.stream]
            if act.key is not None:
                del self._keys[act.worker, act.key]

    def _check(self, new: Sequence[Act]) -> None:
        versions: dict[str, int] = {}
        keys = set()
        for act in new:
            at = versions.get(act.stream, len(self._streams.get(act.stream, ())))
            if (act.worker, act.key) in keys or (act.key is not None and (act.worker, act.key) in self._keys):
                raise KeyReused(
                    f"{act.worker} used the key {(act.key or '')[:60]!r} before.", mend="Make a new key for each act."
                )
            if act.version != at + 1:
                raise StaleVersion(
                    f"{act.stream} has moved past version {act.version - 1}.", mend="Read the task again."
                )
            versions[act.stream] = act.version
            if act.key is not None:
                keys.add((act.worker, act.key))

    def claim(self, act: Claimed, *, now: datetime, until: datetime) -> Lease:
        """As ``Ledger.claim``."""
        with self._lock:
            held = self._leases.get(act.stream)
            if held is not None and held.worker != act.actor.id and held.until > now:
                raise HeldByAnother(f"Someone else is working on {act.stream}.", mend="Take another task.")
            self.append([act])
            lease = Lease(stream=act.stream, worker=act.actor.id, token=act.token or 0, until=until)
            self._leases[act.stream] = lease
            return lease

    def renew(self, stream: str, *, token: int, now: datetime, until: datetime) -> Lease:
        """As ``Ledger.renew``."""
        with self._lock:
            held = self._leases.get(stream)
            if held is None or held.token != token:
                raise LeaseLost(
                    f"The lease {token} on {stream} has ended or went to someone else.",
                    mend="What you send now is kept as an extra answer; claim the task again to go on.",
                )
            self._leases[stream] = replace(held, until=until)
            return self._leases[stream]

    def lease(self, stream: str) -> Lease | None:
        """As ``Ledger.lease``."""
        return self._leases.get(stream)

    def read(self, stream: str, *, after: int = 0) -> Sequence[Act]:
        """As ``Ledger.read``."""
        with self._lock:
            return [self._acts[seq - 1] for seq in self._streams.get(stream, ())[after:]]

    def read_placed(self, stream: str) -> Sequence[tuple[int, Act]]:
        """As ``Ledger.read_placed``."""
        with self._lock:
            return [(seq, self._acts[seq - 1]) for seq in self._streams.get(stream, ())]

    def read_many(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, Act]]]:
        """As ``Ledger.read_many``."""
        return {stream: self.read_placed(stream) for stream in streams}

    def by_key(self, actor: str, key: str) -> Act | None:
        """As ``Ledger.by_key``."""
        seq = self._keys.get((actor, key))
        return self._acts[seq - 1] if seq is not None else None

    def every(self, *, kind: str | None = None, after: int = 0) -> Iterator[tuple[int, Act]]:
        """As ``Ledger.every``."""
        for seq, act in enumerate(list(self._acts), start=1):
            if seq > after and (kind is None or type(act).__name__ == kind):
                yield seq, act

    def streams(self, *, kind: str) -> Iterator[str]:
        """As ``Ledger.streams``."""
        return (act.stream for _, act in self.every(kind=kind))

    def horizon(self) -> int:
        """As ``Ledger.horizon``."""
        with self._lock:
            return len(self._acts)

    def row(self, stream: str) -> TaskRow | None:
        """As ``Ledger.row``."""
        return self._rows.get(stream)

    def queue(self, query: QueueQuery, *, now: datetime) -> Sequence[TaskRow]:
        """As ``Ledger.queue``."""
        with self._lock:
            ordered = sorted(self._rows.values(), key=lambda row: (-row.priority, row.opened_seq))
            chosen = [row for row in ordered if self._fits(row, query, now)]
            return chosen[: query.limit]

    def _fits(self, row: TaskRow, query: QueueQuery, now: datetime) -> bool:
        lease = self._leases.get(row.stream)
        me = query.free_for
        return (
            query.campaign in (None, row.campaign)
            and (not query.stages or row.stage in query.stages)
            and query.aspect in (None, row.aspect)
            and query.status in (None, row.status)
            and query.reserved_for in (None, row.reserved_for)
            and (query.after is None or (-row.priority, row.opened_seq) > query.after)
            and (
                me is None
                or (
                    row.stage is not None
                    and row.reserved_for in (None, me)
                    and me not in row.barred
                    and (lease is None or lease.until <= now or (lease.worker == me and not query.unheld))
                )
            )
        )

    def leases(self, streams: Sequence[str], *, now: datetime) -> Mapping[str, Lease]:
        """As ``Ledger.leases``."""
        found = ((stream, self._leases.get(stream)) for stream in streams)
        return {stream: lease for stream, lease in found if lease is not None and lease.until > now}

    def board(self, campaign: str | None = None) -> Sequence[BoardRow]:
        """As ``Ledger.board``."""
        counts = Counter((row.campaign, row.aspect, row.status) for row in self._rows.values())
        return [
            BoardRow(campaign=of, aspect=aspect, status=status, count=count)
            for (of, aspect, status), count in sorted(counts.items())
            if campaign in (None, of)
        ]

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
        """As ``Ledger.rebuild``."""
        with self._lock:
            before = self.projections_hash()
            self._rows = {}
            self._project(list(self._streams))
            if progress:
                progress(len(self._rows), len(self._rows))
            return Rebuilt(tasks=len(self._rows), before=before, after=self.projections_hash())

    def projections_hash(self) -> str:
        """SHA-256 over every projected row: equal before and after a rebuild."""
        lines = [json.dumps(to_plain(self._rows[stream]), sort_keys=True) for stream in sorted(self._rows)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def _project(self, streams: Sequence[str]) -> None:
        waiting = list(dict.fromkeys(streams))
        while waiting:
            stream = waiting.pop(0)
            row = self.projector.row(stream, self.read_placed(stream), self.read)
            if row is not None:
                waiting.extend(self.projector.dependants(self._rows.get(stream), row, self.read))
                self._rows[stream] = row

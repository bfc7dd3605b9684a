"""The ledger on SQLAlchemy Core: SQLite or PostgreSQL, one code, one contract suite."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from videolect.errors import HeldByAnother, KeyReused, LeaseLost, StaleVersion
from videolect.ledger.database import Database, from_us, to_us
from videolect.ledger.tables import acts, board, leases, tasks
from videolect.oversight.ports import BoardRow, Lease, Projector, QueueQuery, Rebuilt, TaskRow
from videolect.record.acts.base import Act
from videolect.record.acts.tasks import Claimed
from videolect.record.checks import check_text
from videolect.record.codec import decode_act, encode_act

Placed = Sequence[tuple[int, Act]]

_PAGE = 2_000
"""Rows per page when the whole ledger is walked."""


def read_only(url: str) -> SqlLedger:
    """A ledger to read alone, over a connection of its own; ``partial(read_only, url)`` goes to other processes.

    The schema has to be up to date: whoever hands the URL on has opened the database.
    """
    return SqlLedger(Database(url, pool_size=1, read_only=True), _ProjectsNothing())


class _ProjectsNothing:
    """Never asked: nothing is appended to a ledger that was opened to read."""

    def row(self, stream: str, acts: Placed, read: Callable[[str], Sequence[Act]]) -> TaskRow | None:
        """As ``Projector.row``."""
        return None

    def dependants(self, before: TaskRow | None, after: TaskRow, read: Callable[[str], Sequence[Act]]) -> Sequence[str]:
        """As ``Projector.dependants``."""
        return ()


# Acts are frozen, so one decoded value may serve every reader.
_decode = lru_cache(maxsize=50_000)(decode_act)


class SqlLedger:
    """As ``oversight.ports.Ledger``. ``projector`` makes the rows of the queue inside the transaction that appends."""

    def __init__(self, database: Database, projector: Projector) -> None:
        self.database = database
        self.projector = projector

    # -- writing

    def append(self, new: Sequence[Act], *, ends_lease: int | None = None) -> int:
        """As ``Ledger.append``."""
        try:
            with self.database.writing(*(_group(act.stream) for act in new)) as connection:
                last = _insert(connection, new)
                if ends_lease is not None:
                    stream = new[0].stream
                    connection.execute(leases.delete().where(leases.c.stream == stream, leases.c.token == ends_lease))
                self._project(connection, list(dict.fromkeys(act.stream for act in new)))
                return last
        except sa.exc.IntegrityError:
            raise self._why_refused(new) from None

    def claim(self, act: Claimed, *, now: datetime, until: datetime) -> Lease:
        """As ``Ledger.claim``."""
        lease = Lease(stream=act.stream, worker=act.actor.id, token=act.token or 0, until=until)
        try:
            with self.database.writing(_group(act.stream)) as connection:
                held = connection.execute(leases.select().where(leases.c.stream == act.stream)).first()
                if held is not None and held.worker != lease.worker and held.until_us > to_us(now):
                    raise HeldByAnother(f"Someone else is working on {act.stream}.", mend="Take another task.")
                _insert(connection, [act])
                values = {"worker": lease.worker, "token": lease.token, "until_us": to_us(until)}
                connection.execute(
                    self.database.insert(leases)
                    .values(stream=act.stream, **values)
                    .on_conflict_do_update(index_elements=["stream"], set_=values)
                )
                self._project(connection, [act.stream])
                return lease
        except sa.exc.IntegrityError:
            raise self._why_refused([act]) from None

    def renew(self, stream: str, *, token: int, now: datetime, until: datetime) -> Lease:
        """As ``Ledger.renew``."""
        with self.database.writing(_group(stream)) as connection:
            held = connection.execute(leases.select().where(leases.c.stream == stream)).first()
            if held is None or held.token != token:
                raise LeaseLost(
                    f"The lease {token} on {stream} has ended or went to someone else.",
                    mend="What you send now is kept as an extra answer; claim the task again to go on.",
                )
            connection.execute(leases.update().where(leases.c.stream == stream).values(until_us=to_us(until)))
            return Lease(stream=stream, worker=held.worker, token=token, until=until)

    def _why_refused(self, new: Sequence[Act]) -> Exception:
        """Which rule of the table an insert broke."""
        keys: list[tuple[str, str | None]] = [(act.worker, act.key) for act in new if act.key is not None]
        if len(set(keys)) < len(keys):
            return _reused(next(act for act in new if keys.count((act.worker, act.key)) > 1))
        with self.database.reading() as connection:
            for act in new:
                if (
                    act.key is not None
                    and connection.execute(
                        sa.select(acts.c.seq).where(acts.c.worker == act.worker, acts.c.idempotency_key == act.key)
                    ).first()
                ):
                    return _reused(act)
        return _stale(new[0])

    # -- reading

    def read(self, stream: str, *, after: int = 0) -> Sequence[Act]:
        """As ``Ledger.read``."""
        with self.database.reading() as connection:
            return [act for _, act in _read(connection, [stream], after=after)[stream]]

    def read_placed(self, stream: str) -> Placed:
        """As ``Ledger.read_placed``."""
        with self.database.reading() as connection:
            return _read(connection, [stream])[stream]

    def read_many(self, streams: Sequence[str]) -> Mapping[str, Placed]:
        """As ``Ledger.read_many``. What is read once only does not drive what is read often out of memory."""
        with self.database.reading() as connection:
            return _read(connection, streams, decode=decode_act)

    def by_key(self, actor: str, key: str) -> Act | None:
        """As ``Ledger.by_key``."""
        check_text(key, "The idempotency key")
        with self.database.reading() as connection:
            found = connection.execute(
                sa.select(acts.c.body).where(acts.c.worker == actor, acts.c.idempotency_key == key)
            ).scalar()
        return _decode(found) if found is not None else None

    def every(self, *, kind: str | None = None, after: int = 0) -> Iterator[tuple[int, Act]]:
        """As ``Ledger.every``, page by page: memory stays small whatever the ledger's size."""
        for seq, body in self._walk(acts.c.body, kind, after):
            yield seq, decode_act(body)

    def streams(self, *, kind: str) -> Iterator[str]:
        """As ``Ledger.streams``."""
        for _, stream in self._walk(acts.c.stream, kind, 0):
            yield stream

    def _walk(self, column: sa.Column[str], kind: str | None, after: int) -> Iterator[tuple[int, str]]:
        while True:
            chosen = sa.select(acts.c.seq, column).where(acts.c.seq > after).order_by(acts.c.seq).limit(_PAGE)
            if kind is not None:
                chosen = chosen.where(acts.c.kind == kind)
            with self.database.reading() as connection:
                page = [(row[0], row[1]) for row in connection.execute(chosen)]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def horizon(self) -> int:
        """As ``Ledger.horizon``. On PostgreSQL places are given before their transactions end, in any order: we wait
        for those that are open. On SQLite one writes at a time."""
        if self.database.is_sqlite:
            with self.database.reading() as connection:
                return connection.execute(sa.select(sa.func.max(acts.c.seq))).scalar() or 0
        with self.database.writing() as connection:
            connection.execute(sa.text("LOCK TABLE acts IN SHARE MODE"))
            return connection.execute(sa.select(sa.func.max(acts.c.seq))).scalar() or 0

    def lease(self, stream: str) -> Lease | None:
        """As ``Ledger.lease``."""
        with self.database.reading() as connection:
            row = connection.execute(leases.select().where(leases.c.stream == stream)).first()
        return _lease(row) if row is not None else None

    def leases(self, streams: Sequence[str], *, now: datetime) -> Mapping[str, Lease]:
        """As ``Ledger.leases``."""
        with self.database.reading() as connection:
            rows = connection.execute(
                leases.select().where(leases.c.stream.in_(streams), leases.c.until_us > to_us(now))
            ).all()
        return {row.stream: _lease(row) for row in rows}

    def row(self, stream: str) -> TaskRow | None:
        """As ``Ledger.row``."""
        with self.database.reading() as connection:
            found = connection.execute(tasks.select().where(tasks.c.stream == stream)).first()
        return _task_row(found) if found is not None else None

    def queue(self, query: QueueQuery, *, now: datetime) -> Sequence[TaskRow]:
        """As ``Ledger.queue``."""
        for name in (query.campaign, query.aspect, query.status, query.free_for, query.reserved_for):
            check_text(name or "", "A filter of the queue")
        chosen = tasks.select().order_by(tasks.c.priority.desc(), tasks.c.opened_seq).limit(query.limit)
        if query.campaign is not None:
            chosen = chosen.where(tasks.c.campaign == query.campaign)
        if query.stages:
            # Equality lets both databases walk the index in order; IN with one member may not.
            one = tasks.c.stage == query.stages[0]
            chosen = chosen.where(one if len(query.stages) == 1 else tasks.c.stage.in_(query.stages))
        if query.aspect is not None:
            chosen = chosen.where(tasks.c.aspect == query.aspect)
        if query.status is not None:
            chosen = chosen.where(tasks.c.status == query.status)
        if query.reserved_for is not None:
            chosen = chosen.where(tasks.c.reserved_for == query.reserved_for)
        if query.after is not None:
            priority, seq = -query.after[0], query.after[1]
            chosen = chosen.where(
                sa.or_(tasks.c.priority < priority, sa.and_(tasks.c.priority == priority, tasks.c.opened_seq > seq))
            )
        if query.free_for is not None:
            chosen = chosen.where(
                tasks.c.stage.is_not(None),
                sa.or_(tasks.c.reserved_for.is_(None), tasks.c.reserved_for == query.free_for),
                self._place_in(tasks.c.barred, json.dumps(query.free_for)) == 0,
                ~sa.exists().where(
                    leases.c.stream == tasks.c.stream,
                    leases.c.until_us > to_us(now),
                    sa.true() if query.unheld else leases.c.worker != query.free_for,
                ),
            )
        with self.database.reading() as connection:
            return [_task_row(row) for row in connection.execute(chosen)]

    def _place_in(self, column: sa.ColumnElement[str], part: str) -> sa.ColumnElement[int]:
        # Not LIKE: on SQLite it takes "Ann" for "ann".
        return sa.func.instr(column, part) if self.database.is_sqlite else sa.func.strpos(column, part)

    def board(self, campaign: str | None = None) -> Sequence[BoardRow]:
        """As ``Ledger.board``."""
        check_text(campaign or "", "The campaign's name")
        chosen = board.select()
        if campaign is not None:
            chosen = chosen.where(board.c.campaign == campaign)
        with self.database.reading() as connection:
            rows = connection.execute(chosen).all()
        # Sorted here: databases differ in how they order text.
        return sorted(
            (BoardRow(campaign=r.campaign, aspect=r.aspect, status=r.status, count=r._mapping["count"]) for r in rows),
            key=lambda row: (row.campaign, row.aspect, row.status),
        )

    # -- projections

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
        """As ``Ledger.rebuild``; one transaction, so that readers see the old rows until the new ones are whole."""
        with self.database.writing("videolect-rebuild") as connection:
            if not self.database.is_sqlite:
                connection.execute(sa.text("LOCK TABLE acts IN SHARE MODE"))  # no act may slip in while rows are made
            before = _hash_of(connection)
            connection.execute(tasks.delete())
            connection.execute(board.delete())
            streams = list(
                connection.execute(
                    sa.select(acts.c.stream).where(acts.c.kind == "Opened").order_by(acts.c.seq)
                ).scalars()
            )
            for start in range(0, len(streams), 500):
                self._project(connection, streams[start : start + 500])
                if progress:
                    progress(min(start + 500, len(streams)), len(streams))
            count = connection.execute(sa.select(sa.func.count()).select_from(tasks)).scalar_one()
            return Rebuilt(tasks=count, before=before, after=_hash_of(connection))

    def projections_hash(self) -> str:
        """SHA-256 over every projected row in a fixed order: equal before and after a rebuild, on every database."""
        with self.database.reading() as connection:
            return _hash_of(connection)

    def _project(self, connection: Connection, streams: list[str]) -> None:
        """Make the rows of these streams anew, and of those that depend on them where they must."""
        known = _read(connection, streams)

        def placed(stream: str) -> Placed:
            if stream not in known:
                known.update(_read(connection, [stream]))
            return known[stream]

        def read(stream: str) -> Sequence[Act]:
            return [act for _, act in placed(stream)]

        before = {
            row.stream: _task_row(row) for row in connection.execute(tasks.select().where(tasks.c.stream.in_(streams)))
        }
        change: Counter[tuple[str, str, str]] = Counter()
        waiting, done, rows = list(streams), set[str](), list[dict[str, Any]]()
        while waiting:
            stream = waiting.pop(0)
            if stream in done:
                continue
            done.add(stream)
            row = self.projector.row(stream, placed(stream), read)
            if row is None:
                continue
            if stream not in streams:
                found = connection.execute(tasks.select().where(tasks.c.stream == stream)).first()
                if found is not None:
                    before[stream] = _task_row(found)
            old = before.get(stream)
            if old is not None:
                change[old.campaign, old.aspect, old.status] -= 1
            change[row.campaign, row.aspect, row.status] += 1
            rows.append(_row_values(row))
            waiting.extend(self.projector.dependants(old, row, read))
        self._keep(connection, rows, change)

    def _keep(self, connection: Connection, rows: list[dict[str, Any]], change: Counter[tuple[str, str, str]]) -> None:
        if rows:
            statement = self.database.insert(tasks)
            columns = {name: statement.excluded[name] for name in rows[0] if name != "stream"}
            connection.execute(statement.on_conflict_do_update(index_elements=["stream"], set_=columns), rows)
        # Sorted: writers that touch the same counters take them in the same order.
        for (campaign, aspect, status), by in sorted(change.items()):
            if not by:
                continue
            statement = self.database.insert(board).values(campaign=campaign, aspect=aspect, status=status, count=by)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["campaign", "aspect", "status"], set_={"count": board.c.count + by}
                )
            )
            connection.execute(
                board.delete().where(
                    board.c.campaign == campaign, board.c.aspect == aspect, board.c.status == status, board.c.count == 0
                )
            )


def _hash_of(connection: Connection) -> str:
    digest = hashlib.sha256()
    for table in (tasks, board):
        lines = sorted(json.dumps(dict(row), sort_keys=True) for row in connection.execute(table.select()).mappings())
        digest.update("\n".join([table.name, *lines]).encode())
    return digest.hexdigest()


def _group(stream: str) -> str:
    """What is locked together: the tasks of one clip, since their rows depend on each other."""
    return stream.rsplit("/", 1)[0]


def _reused(act: Act) -> KeyReused:
    return KeyReused(f"{act.worker} used the key {(act.key or '')[:60]!r} before.", mend="Make a new key for each act.")


def _stale(act: Act) -> StaleVersion:
    return StaleVersion(f"{act.stream} has moved past version {act.version - 1}.", mend="Read the task again.")


def _insert(connection: Connection, new: Sequence[Act]) -> int:
    later = [act for act in new if act.version > 1]
    if later:
        # The unique index refuses a taken version; this refuses a gap.
        last = dict(
            connection.execute(
                sa.select(acts.c.stream, sa.func.max(acts.c.version))
                .where(acts.c.stream.in_({act.stream for act in later}))
                .group_by(acts.c.stream)
            ).all()
        )
        for act in new:
            if act.version != last.get(act.stream, 0) + 1:
                raise _stale(act)
            last[act.stream] = act.version
    rows = [
        {
            "stream": act.stream, "version": act.version, "kind": type(act).__name__, "worker": act.worker,
            "idempotency_key": act.key, "body": encode_act(act),
        }
        for act in new
    ]  # fmt: skip
    connection.execute(acts.insert(), rows)
    seq = connection.execute(
        sa.select(acts.c.seq).where(acts.c.stream == new[-1].stream, acts.c.version == new[-1].version)
    ).scalar_one()
    return int(seq)


def _read(
    connection: Connection, streams: Sequence[str], *, after: int = 0, decode: Callable[[str], Act] = _decode
) -> dict[str, list[tuple[int, Act]]]:
    found: dict[str, list[tuple[int, Act]]] = {stream: [] for stream in streams}
    for start in range(0, len(streams), 500):
        chosen = sa.select(acts.c.stream, acts.c.seq, acts.c.body).order_by(acts.c.stream, acts.c.version)
        chosen = chosen.where(acts.c.stream.in_(streams[start : start + 500]))
        if after:
            chosen = chosen.where(acts.c.version > after)
        for stream, seq, body in connection.execute(chosen).all():
            found[stream].append((seq, decode(body)))
    return found


def _lease(row: Any) -> Lease:
    return Lease(stream=row.stream, worker=row.worker, token=row.token, until=from_us(row.until_us))


def _row_values(row: TaskRow) -> dict[str, Any]:
    return {
        "stream": row.stream, "campaign": row.campaign, "clip": row.clip, "aspect": row.aspect, "mode": row.mode,
        "status": row.status, "stage": row.stage, "waiting_for": json.dumps(row.waiting_for),
        "stale": json.dumps(row.stale), "barred": json.dumps(row.barred), "reserved_for": row.reserved_for,
        "rating": row.rating, "priority": row.priority, "version": row.version, "opened_seq": row.opened_seq,
        "updated_us": to_us(row.updated_at), "content_hash": row.content_hash,
    }  # fmt: skip


def _task_row(row: Any) -> TaskRow:
    return TaskRow(
        stream=row.stream, campaign=row.campaign, clip=row.clip, aspect=row.aspect, mode=row.mode, status=row.status,
        stage=row.stage, waiting_for=tuple(json.loads(row.waiting_for)), stale=tuple(json.loads(row.stale)),
        barred=tuple(json.loads(row.barred)), reserved_for=row.reserved_for, rating=row.rating, priority=row.priority,
        version=row.version, opened_seq=row.opened_seq, updated_at=from_us(row.updated_us),
        content_hash=row.content_hash,
    )  # fmt: skip

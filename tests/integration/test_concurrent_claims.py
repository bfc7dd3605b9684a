"""Several processes take tasks from one queue at once: every task goes to one of them, and none is left over."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.acts import ANSWERS, LEAD, TinySpec, catalogue, clip, key_of, person
from videolect.ledger.database import open_database
from videolect.ledger.sql import SqlLedger
from videolect.oversight.desk import Desk
from videolect.oversight.ports import QueueQuery
from videolect.oversight.streams import Work
from videolect.record.acts.tasks import Claimed
from videolect.record.campaign import LABELS, TaskKey

TASKS = 200
PROCESSES = 3
SPEC = TinySpec(subject=())


def desk_at(url: str) -> Desk:
    """A desk of this process's own."""
    database = open_database(url, pool_size=1)
    return Desk(catalogue(SPEC, partial(SqlLedger, database)))


def take(url: str, name: str, ready: Any, start: Any, taken: Any) -> None:
    """One worker: claims until nothing is offered, and does what it claimed."""
    desk, worker, mine = desk_at(url), person(name, "annotator"), []
    ready.release()
    start.wait()
    while (lease := desk.claim_next(worker, stages=("label",))) is not None:
        key = TaskKey.of_stream(lease.stream)
        assert key is not None
        mine.append((lease.stream, lease.token))
        desk.label(worker, key, Work(token=lease.token, key=lease.stream), ANSWERS)
    desk.ledger.database.close()  # type: ignore[attr-defined]
    taken.put((name, mine))


@pytest.mark.parametrize("adapter", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_every_task_is_taken_once(adapter: str, request: pytest.FixtureRequest, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'desk.sqlite'}"
    if adapter == "postgres":
        url = request.getfixturevalue("postgres_database")
    desk = desk_at(url)
    campaign = desk.catalogue.open_campaign(LEAD, "demo")
    desk.catalogue.add_clips(LEAD, campaign, [clip(f"c{n}") for n in range(TASKS)])

    context = multiprocessing.get_context("spawn")
    ready, start, taken = context.Semaphore(0), context.Event(), context.Queue()
    workers = [
        context.Process(target=take, args=(url, f"w{n}", ready, start, taken), daemon=True) for n in range(PROCESSES)
    ]
    try:
        for worker in workers:
            worker.start()
        for _ in workers:
            assert ready.acquire(timeout=120), "a worker did not come up"
        start.set()
        got = dict(taken.get(timeout=120) for _ in workers)
        for worker in workers:
            worker.join(120)
            assert worker.exitcode == 0
    finally:
        for worker in workers:
            worker.kill()
            worker.join()
            worker.close()
        taken.close()
        taken.join_thread()

    streams = Counter(stream for mine in got.values() for stream, _ in mine)
    assert len(streams) == TASKS, "every task was taken"
    assert set(streams.values()) == {1}, "and by one worker"
    for name, mine in got.items():
        for stream, token in mine:
            claims = [act for act in desk.ledger.read(stream) if isinstance(act, Claimed)]
            assert [(act.actor.id, act.token) for act in claims] == [(name, token)] == [(name, 1)]
    assert {row.status: row.count for row in desk.board() if row.aspect == LABELS} == {"settled": TASKS}
    assert desk.queue(QueueQuery(stages=("label",))) == []
    assert desk.look(key_of(LABELS, clip="c0")).lease is None
    ledger: Any = desk.ledger
    before = ledger.projections_hash()
    ledger.rebuild()
    assert ledger.projections_hash() == before
    ledger.database.close()

"""Eight processes claim from one queue until it is empty. Asserted: no task twice, none left."""

from __future__ import annotations

import multiprocessing
import time
from typing import Any

from benchmarks.support import databases, desk_on, open_clips
from videolect.oversight.roles import Worker
from videolect.record.people import Person

PROCESSES = 8


def _claim(url: str, name: str, start: Any, out: Any) -> None:
    desk, database = desk_on(url)
    me = Worker(actor=Person(id=name), roles=("annotator",))
    start.wait()
    claimed = []
    while (lease := desk.claim_next(me, stages=("label",), another=True)) is not None:
        claimed.append(lease.stream)
    out.put(claimed)
    database.close()


def run(*, quick: bool) -> None:
    """SQLite and PostgreSQL."""
    tasks = 200 if quick else 5_000
    context = multiprocessing.get_context("spawn")
    with databases() as urls:
        for name, url in urls.items():
            desk, database = desk_on(url)
            open_clips(desk, "bench", tasks)
            database.close()
            start, out = context.Event(), context.Queue()
            workers = [context.Process(target=_claim, args=(url, f"w{n}", start, out)) for n in range(PROCESSES)]
            for worker in workers:
                worker.start()
            time.sleep(4)  # all have opened their database by then; what is timed is claiming
            begun = time.perf_counter()
            start.set()
            claimed = [stream for _ in workers for stream in out.get()]
            taken = time.perf_counter() - begun
            for worker in workers:
                worker.join()
            assert len(claimed) == len(set(claimed)) == tasks, f"{len(claimed)} claims of {tasks} tasks"
            print(f"{name:11} {PROCESSES} processes, {tasks} tasks: {tasks / taken:7.0f} claims/s, no task twice")

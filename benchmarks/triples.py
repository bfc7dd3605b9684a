"""Settled tasks as triples: from a ledger of many tasks to parquet, and back."""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.acts import ANN, REV, bench, critique, point

from benchmarks.support import databases
from videolect.dataset.triple_files import read_triples
from videolect.dataset.triple_jobs import write_settled
from videolect.language.shelf import Shelf
from videolect.language.spec import load_spec
from videolect.ledger.database import open_database
from videolect.ledger.sql import SqlLedger, read_only
from videolect.ledger.tables import acts
from videolect.oversight.standing import QueueProjector
from videolect.record.codec import encode_act


def run(*, quick: bool) -> None:
    """SQLite and PostgreSQL."""
    count = 2_000 if quick else 100_000
    with databases() as urls, tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        for name, url in urls.items():
            database = open_database(url)
            rows = 0
            with database.writing("bench") as connection:
                for batch in _batches(count):
                    connection.execute(acts.insert(), batch)
                    rows += len(batch)
            ledger = SqlLedger(database, QueueProjector(Shelf(load_spec())))
            hashes = set()
            for jobs in (1, 2):
                begun, cpu = time.perf_counter(), _cpu()
                written = write_settled(
                    ledger, partial(read_only, url), Path(folder) / f"{name}.parquet", jobs=jobs, few=1_000
                )
                took = time.perf_counter() - begun
                hashes.add(written.hash)
                print(f"{name:11} {count:,} tasks of {rows / count:.1f} acts -> {written.rows:,} triples, {jobs} jobs: "
                      f"{took:.1f} s, {_cpu() - cpu:.1f} s of processor")  # fmt: skip
            print(f"{name:11} the same bytes: {len(hashes) == 1}")
            begun = time.perf_counter()
            back = sum(1 for _ in read_triples(Path(folder) / f"{name}.parquet"))
            print(f"{name:11} {back:,} read back: {time.perf_counter() - begun:.1f} s")
            database.close()


def _cpu() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _histories() -> list[list[dict[str, Any]]]:
    """One task that was criticised, one that was perfect, one that was rejected and corrected, as rows of the table."""
    found = []
    for kind in ("criticised", "perfect", "rejected"):
        made = bench()
        work, key = made.begin(ANN), made.key()
        text = made.task().draft.text
        made.desk.rate(ANN, key, work, 5 if kind == "perfect" else 3)
        if kind != "perfect":
            made.desk.critique(ANN, key, work, critique(point(words=text.split()[0], text=text)))
            made.desk.revise(ANN, key, work)
        made.desk.submit(ANN, key, work)
        verdict = made.claim(REV)
        if kind == "rejected":
            made.desk.reject(REV, key, verdict, "no", {"p1": "disagreed"})
            made.desk.edit(REV, key, verdict, "A better one.")
            made.desk.correct(REV, key, verdict)
        else:
            made.desk.approve(REV, key, verdict, {})
        history = made.desk.ledger.read(key.stream)
        found.append(
            [
                {
                    "stream": a.stream,
                    "version": a.version,
                    "kind": type(a).__name__,
                    "worker": a.worker,
                    "body": encode_act(a),
                }
                for a in history
            ]
        )
    return found


def _batches(count: int) -> Iterator[list[dict[str, Any]]]:
    histories = _histories()
    batch: list[dict[str, Any]] = []
    for number in range(count):
        clip = f"clip-{number:06}"
        for row in histories[number % 3]:
            stream = row["stream"].replace("/c1/", f"/{clip}/")
            # Each task has words of its own, so that nothing is decoded once for all.
            body = json.loads(row["body"])
            body["stream"] = stream
            for name in ("text", "draft"):
                if isinstance(body.get(name), str):
                    body[name] = f"{body[name]} {number}"
            if isinstance(body.get("clip"), dict):
                body["clip"] |= {"id": clip, "source_id": clip}
            batch.append({**row, "stream": stream, "body": json.dumps(body, sort_keys=True, separators=(",", ":"))})
        if len(batch) > 5_000:
            yield batch
            batch = []
    yield batch

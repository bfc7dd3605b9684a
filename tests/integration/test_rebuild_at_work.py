"""A rebuild while people work raises no false alarm: what it compares is seen in one transaction."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from tests.support.acts import ANN, bench
from videolect.ledger.database import open_database
from videolect.ledger.sql import SqlLedger


def test_a_rebuild_while_people_work_finds_nothing_wrong(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    made = bench(lambda projector: SqlLedger(database, projector), clips=[f"c{number}" for number in range(40)])
    done, claims = threading.Event(), []

    def work() -> None:
        while not done.is_set():
            lease = made.desk.claim_next(ANN, stages=("label",))
            assert lease is not None
            claims.append(lease.stream)
            made.desk.release(ANN, made.key("labels", lease.stream.split("/")[2]), lease.token)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        found = []
        for _ in range(15):
            # SQLite lets a waiting writer starve between two rebuilds that follow at once: let it have its turn.
            before, deadline = len(claims), time.monotonic() + 30
            while len(claims) < before + 2 and time.monotonic() < deadline:
                time.sleep(0.001)
            found.append(made.desk.ledger.rebuild())
    finally:
        done.set()
        worker.join()
        database.close()
    assert len(claims) >= 30, "there was work before each of them"
    assert [each.before == each.after for each in found] == [True] * 15

"""A rebuild while people work raises no false alarm: what it compares is seen in one transaction."""

from __future__ import annotations

import threading
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
        found = [made.desk.ledger.rebuild() for _ in range(12)]
    finally:
        done.set()
        worker.join()
        database.close()
    assert len(claims) > 1, "there was work in between"
    assert [each.before == each.after for each in found] == [True] * 12

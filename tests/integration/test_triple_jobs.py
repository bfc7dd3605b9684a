"""Triples by several processes: the same bytes as by one, on every database, and errors as they were."""

from __future__ import annotations

import multiprocessing
import pickle
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from tests.support.acts import ANN, REV, bench, critique, point
from videolect.dataset import triple_files
from videolect.dataset.triple_files import encoded, write_encoded, write_triples
from videolect.dataset.triple_jobs import write_settled
from videolect.dataset.triples import AT_ONCE, triples
from videolect.errors import BadInput, CannotRead, VideolectError
from videolect.language.query import BadQuery
from videolect.ledger.database import open_database
from videolect.ledger.sql import SqlLedger, read_only
from videolect.ledger.tables import acts
from videolect.oversight.ports import Ledger
from videolect.record.acts.base import Act
from videolect.record.codec import encode_act
from videolect.web.auth import TooManyTries

TASKS = 2 * AT_ONCE + 40


def histories() -> list[list[Act]]:
    """One task that is settled with a critique, one that was perfect, and one that still waits."""
    found = []
    for kind in ("criticised", "perfect", "waiting"):
        made = bench()
        work, key = made.begin(ANN), made.key()
        text = made.task().draft.text
        made.desk.rate(ANN, key, work, 5 if kind == "perfect" else 3)
        if kind != "perfect":
            made.desk.critique(ANN, key, work, critique(point(words=text.split()[0], text=text)))
            made.desk.revise(ANN, key, work)
        made.desk.submit(ANN, key, work)
        if kind != "waiting":
            made.desk.approve(REV, key, made.claim(REV), {})
        found.append(list(made.desk.ledger.read(key.stream)))
    return found


def fill(url: str, tasks: int = TASKS) -> None:
    """A ledger of so many tasks, a third of them unsettled."""
    database = open_database(url)
    kinds = histories()
    rows = [
        {
            "stream": act.stream.replace("/c1/", f"/clip-{number:05}/"), "version": act.version,
            "kind": type(act).__name__, "worker": act.worker,
            "body": encode_act(act).replace("/c1/", f"/clip-{number:05}/"),
        }
        for number in range(tasks)
        for act in kinds[number % 3]
    ]  # fmt: skip
    with database.writing("test") as connection:
        connection.execute(acts.insert(), rows)
    database.close()


@pytest.fixture(scope="module")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'desk.db'}"
    fill(url)
    return url


def both(url: str, folder: Path, ending: str, **how: Any) -> tuple[bytes, bytes]:
    """The file by one process and by two."""
    ledger = read_only(url)
    alone = write_triples(triples(ledger, **how), folder / f"alone{ending}")
    shared = write_settled(ledger, partial(read_only, url), folder / f"shared{ending}", jobs=2, few=AT_ONCE, **how)
    ledger.database.close()
    assert (alone.rows, alone.hash) == (shared.rows, shared.hash)
    return alone.path.read_bytes(), shared.path.read_bytes()


@pytest.mark.parametrize("ending", [".parquet", ".jsonl"])
def test_two_processes_write_the_bytes_of_one(sqlite_url: str, tmp_path: Path, ending: str):
    alone, shared = both(sqlite_url, tmp_path, ending)
    assert alone == shared
    assert len(alone) > 10_000
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"alone{ending}", f"shared{ending}"]


def test_two_processes_write_the_bytes_of_one_from_postgresql(postgres_database: str, tmp_path: Path):
    fill(postgres_database)
    alone, shared = both(postgres_database, tmp_path, ".parquet")
    assert alone == shared
    assert pq.read_metadata(tmp_path / "shared.parquet").num_rows == len([n for n in range(TASKS) if n % 3 < 2])


def test_a_campaign_without_a_settled_task_gives_an_empty_file(sqlite_url: str, tmp_path: Path):
    alone, shared = both(sqlite_url, tmp_path, ".parquet", campaign="another")
    assert alone == shared


def test_a_file_has_the_same_groups_however_its_parts_are_cut(sqlite_url: str, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(triple_files, "_ROWS_PER_GROUP", 100)
    ledger = read_only(sqlite_url)
    rows = list(triples(ledger))
    whole = write_triples(rows, tmp_path / "whole.parquet")
    for size in (1, 37, 100, 333, len(rows)):
        parts = (encoded(rows[at : at + size], ".parquet") for at in range(0, len(rows), size))
        assert write_encoded(parts, tmp_path / "parts.parquet").hash == whole.hash, size
    assert pq.ParquetFile(tmp_path / "parts.parquet").num_row_groups == -(-len(rows) // 100)
    ledger.database.close()


def test_few_tasks_start_no_process(sqlite_url: str, tmp_path: Path):
    ledger = read_only(sqlite_url)
    written = write_settled(ledger, not_to_be_opened, tmp_path / "t.jsonl", jobs=2, few=TASKS + AT_ONCE)
    assert written.hash == write_triples(triples(ledger), tmp_path / "u.jsonl").hash
    assert multiprocessing.active_children() == []
    ledger.database.close()


def not_to_be_opened() -> Ledger:
    raise AssertionError("no other process was to be started")


def refuses() -> Ledger:
    raise CannotRead("The ledger is elsewhere.", mend="Look there.")


def test_an_error_of_a_process_arrives_as_it_was_and_leaves_nothing(sqlite_url: str, tmp_path: Path):
    ledger = read_only(sqlite_url)
    with pytest.raises(CannotRead, match="The ledger is elsewhere") as caught:
        write_settled(ledger, refuses, tmp_path / "t.parquet", jobs=2, few=AT_ONCE)
    assert caught.value.mend == "Look there."
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BadInput, match="neither"):
        write_settled(ledger, refuses, tmp_path / "t.csv", jobs=2, few=AT_ONCE)
    assert multiprocessing.active_children() == []
    ledger.database.close()


def test_a_damaged_act_is_told_by_two_processes_as_by_one(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    fill(url)
    database = open_database(url)
    with database.writing("test") as connection:
        connection.execute(sa.update(acts).where(acts.c.seq == 9_000).values(body="{}"))
    database.close()
    ledger = read_only(url)
    with pytest.raises(VideolectError) as alone:
        write_triples(triples(ledger), tmp_path / "t.parquet")
    with pytest.raises(VideolectError) as shared:
        write_settled(ledger, partial(read_only, url), tmp_path / "t.parquet", jobs=2, few=AT_ONCE)
    assert (type(shared.value), str(shared.value)) == (type(alone.value), str(alone.value))
    ledger.database.close()


@pytest.mark.parametrize(
    "error",
    [
        BadInput("It is wrong.", mend="Mend it."),
        TooManyTries(30),  # those that are made of something else
        BadQuery("pan_lef", 0, 7, "pan_lef is unknown.", "Did you mean pan_left?", ("pan_left",)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_ours_arrives_from_another_process_as_what_it_was(error: VideolectError):
    back = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize("which", ["sqlite", "postgres"])
def test_a_ledger_to_read_refuses_to_write(which: str, sqlite_url: str, request: pytest.FixtureRequest):
    url = sqlite_url if which == "sqlite" else request.getfixturevalue("postgres_database")
    if which == "postgres":
        open_database(url).close()
    ledger: SqlLedger = read_only(url)
    with pytest.raises(sa.exc.DBAPIError), ledger.database.writing("test") as connection:
        connection.execute(sa.delete(acts))
    ledger.database.close()

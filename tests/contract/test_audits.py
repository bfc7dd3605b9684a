"""An audit on each ledger: answers of several people at once, each through a desk of their own, are all kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.acts import LEAD, TinySpec, catalogue, person
from tests.support.audits import item, ratings, span

from videolect.errors import StaleVersion
from videolect.ledger.database import open_database
from videolect.ledger.sql import SqlLedger
from videolect.oversight.audit import AuditDesk
from videolect.oversight.desk import Desk
from videolect.oversight.streams import Work

PEOPLE = [person(f"p{n}", "annotator") for n in range(4)]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk on each ledger."""
    spec: Any = TinySpec()
    if request.param == "memory":
        yield Desk(catalogue(spec))
        return
    sqlite = request.param == "sqlite"
    database = open_database(
        f"sqlite:///{tmp_path / 'desk.sqlite'}" if sqlite else request.getfixturevalue("postgres_database"), pool_size=4
    )
    yield Desk(catalogue(spec, partial(SqlLedger, database)))
    database.close()


def test_answers_of_several_at_once_are_all_kept(desk: Desk):
    AuditDesk(desk.catalogue).add(LEAD, "spring", [item(f"s{n}") for n in range(5)], people=4)
    start = threading.Barrier(len(PEOPLE))
    failed: list[Exception] = []

    def work(who: Any) -> None:
        mine = AuditDesk(desk.catalogue)
        start.wait()
        try:
            while (number := mine.look("spring").next_for(who.id)) is not None:
                mine.answer(who, "spring", number, ratings(), spans=[span()], work=Work(key=f"{who.id}-{number}"))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in PEOPLE]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failed
    state = AuditDesk(desk.catalogue).look("spring")
    assert set(state.answers) == {(number, who.id) for number in range(1, 6) for who in PEOPLE}
    assert all(act.spans == (span(),) for act in state.answers.values())


def test_of_two_windows_of_one_person_one_is_told(desk: Desk):
    AuditDesk(desk.catalogue).add(LEAD, "spring", [item()])
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def work(overall: int) -> None:
        mine = AuditDesk(desk.catalogue)
        start.wait()
        try:
            mine.answer(PEOPLE[0], "spring", 1, ratings(overall), work=Work(seen=0))
            outcomes.append("kept")
        except StaleVersion:
            outcomes.append("told")

    threads = [threading.Thread(target=work, args=(overall,)) for overall in (2, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["kept", "told"]


def test_a_queue_has_no_row_of_an_audit_and_a_rebuild_finds_all_as_it_was(desk: Desk):
    AuditDesk(desk.catalogue).add(LEAD, "spring", [item()])
    AuditDesk(desk.catalogue).answer(PEOPLE[0], "spring", 1, ratings())
    assert desk.board() == []
    rebuilt = desk.ledger.rebuild()
    assert (rebuilt.tasks, rebuilt.before) == (0, rebuilt.after)

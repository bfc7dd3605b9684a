"""One suite for every ledger: in memory, on SQLite, on PostgreSQL. What a port promises, each adapter keeps.

Long, because one contract is read in one place, and every case runs against every adapter.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import json
import pkgutil
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.support import postgres
from tests.support.acts import (
    ANN,
    BOB,
    CAMPAIGN,
    DRAFTER,
    LEAD,
    REV,
    START,
    Bench,
    History,
    TinySpec,
    approved,
    bench,
    campaign_opened,
    claimed,
    corrected,
    critique,
    drafted,
    edited,
    handed_in,
    imported,
    labelled,
    labelled_history,
    rated,
    rejected,
    settled,
    submitted,
    turned_down,
    with_draft,
)

from videolect.errors import BadInput, CannotRead, HeldByAnother, KeyReused, LeaseLost, NotYourTurn, StaleVersion
from videolect.language.shelf import Shelf
from videolect.language.values import Segment
from videolect.ledger import database as database_module
from videolect.ledger import sql
from videolect.ledger.database import HEAD, Database, from_us, open_database, to_us
from videolect.ledger.memory import MemoryLedger
from videolect.ledger.sql import SqlLedger
from videolect.ledger.tables import metadata
from videolect.oversight.ports import QueueQuery
from videolect.oversight.standing import QueueProjector
from videolect.oversight.streams import Work
from videolect.record.acts.base import Act
from videolect.record.acts.tasks import Claimed
from videolect.record.campaign import LABELS, Policy
from videolect.record.people import Model

ADAPTERS = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
ON_SQL = ADAPTERS[1:]

Maker = Callable[[Any], Any]


def url_for(adapter: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database of this sort is."""
    if adapter == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.sqlite'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file without acts. To copy it is much faster than to make its tables again for every test."""
    path = tmp_path_factory.mktemp("ledger") / "empty.sqlite"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Makes the ledger of a projector."""
    if request.param == "memory":
        yield MemoryLedger
    elif request.param == "postgres":
        database = request.getfixturevalue("emptied")
        yield lambda projector: SqlLedger(database, projector)
    else:
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), tmp_path / "desk.sqlite")
        database = Database(url_for("sqlite", request, tmp_path), pool_size=4)
        # These tests are of what is kept, not of power cuts; and waiting for the disk is most of their time.
        sa.event.listen(database.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF").close())
        yield lambda projector: SqlLedger(database, projector)
        database.close()


@pytest.fixture(scope="module")
def one_database(postgres_url: str) -> Iterator[Database]:
    """One PostgreSQL database for the tests of this file that only need an empty one."""
    with postgres.fresh_database(postgres_url, "contract") as url:
        database = open_database(url, pool_size=4)
        yield database
        database.close()


@pytest.fixture
def emptied(one_database: Database) -> Database:
    """It, emptied: much faster than a new one."""
    with one_database.writing() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
    return one_database


@pytest.fixture
def ledger(make: Maker) -> Any:
    """An empty ledger under the tiny specification."""
    return make(QueueProjector(Shelf(TinySpec())))


def every_adapter(test: Any) -> Any:
    """Run against all three."""
    return pytest.mark.parametrize("make", ADAPTERS, indirect=True)(test)


def on_sql(test: Any) -> Any:
    """Run against both databases."""
    return pytest.mark.parametrize("make", ON_SQL, indirect=True)(test)


def keep(ledger: Any, *histories: History) -> None:
    """Append histories act by act; claims as claims, and whatever ends a lease ends it."""
    for history in histories:
        for place, act in enumerate(history.acts):
            if isinstance(act, Claimed):
                ledger.claim(act, now=act.at, until=act.at + timedelta(seconds=150))
                continue
            before = History(acts=history.acts[:place]).state.holding.holder if place else None
            after = History(acts=history.acts[: place + 1]).state.holding.holder
            ledger.append([act], ends_lease=before.token if before and after is None else None)


def contents(ledger: Any) -> dict[str, Any]:
    """All that a reader sees of a ledger."""
    return {
        "acts": list(ledger.every()),
        "rows": ledger.queue(QueueQuery(limit=10_000), now=START),
        "board": ledger.board(),
    }


def check_board(ledger: Any) -> None:
    """The board's counts are the counts of the rows."""
    rows = ledger.queue(QueueQuery(limit=10_000), now=START)
    counted = Counter((row.campaign, row.aspect, row.status) for row in rows)
    shown = {(row.campaign, row.aspect, row.status): row.count for row in ledger.board()}
    assert shown == dict(counted)


# ----------------------------------------------------------------------------------------------------------------- acts


@every_adapter
def test_what_was_appended_is_read_in_order(ledger: Any):
    history = settled()
    keep(ledger, history)
    assert ledger.read(history.key.stream) == history.acts
    assert [act for _, act in ledger.read_placed(history.key.stream)] == history.acts
    assert ledger.read(history.key.stream, after=2) == history.acts[2:]
    assert ledger.read(history.key.stream, after=len(history.acts)) == []
    assert ledger.read("task/demo/c1/nothing") == []
    assert ledger.row("task/demo/c1/nothing") is None


@every_adapter
def test_places_rise_and_append_tells_the_last(ledger: Any):
    first = ledger.append([campaign_opened("a")])
    last = ledger.append([campaign_opened("b"), campaign_opened("c")])
    places = [seq for seq, _ in ledger.every()]
    assert places == sorted(set(places))
    assert (first, last) == (places[0], places[-1])
    assert ledger.read_placed("campaign/b")[0][0] == places[1]


@every_adapter
@pytest.mark.parametrize("version", [1, 2])
def test_a_place_in_a_stream_is_taken_once(ledger: Any, version: int):
    history = with_draft()
    keep(ledger, history)
    with pytest.raises(StaleVersion, match=history.key.stream):
        ledger.append([dataclasses.replace(history.acts[0], version=version)])
    assert ledger.read(history.key.stream) == history.acts


@every_adapter
@pytest.mark.parametrize("version", [2, 5, 99])
def test_a_stream_has_no_gap(ledger: Any, version: int):
    history = with_draft()
    if version > 2:
        keep(ledger, history)
    before = contents(ledger)
    with pytest.raises(StaleVersion):
        ledger.append([dataclasses.replace(history.acts[-1], version=version)])
    assert contents(ledger) == before


@every_adapter
def test_several_acts_of_a_stream_come_together(ledger: Any):
    history = with_draft().tell(claimed(), rated(3))
    ledger.append(history.acts)
    assert ledger.read(history.key.stream) == history.acts
    assert ledger.row(history.key.stream).version == 5


@every_adapter
def test_several_streams_are_kept_together_or_not_at_all(ledger: Any):
    subject, scene = History(), History(aspect="scene")
    keep(ledger, scene)
    before = contents(ledger)
    with pytest.raises(StaleVersion):
        ledger.append([subject.acts[0], campaign_opened(), scene.acts[0]])
    assert contents(ledger) == before
    assert ledger.read(subject.key.stream) == []
    ledger.append([subject.acts[0], campaign_opened(), History(aspect="motion").acts[0]])
    assert len(list(ledger.every())) == 4


@every_adapter
def test_a_gap_in_the_middle_keeps_nothing(ledger: Any):
    acts = with_draft().acts
    with pytest.raises(StaleVersion):
        ledger.append([acts[0], acts[2]])
    assert contents(ledger) == {"acts": [], "rows": [], "board": []}


@every_adapter
def test_an_act_that_does_not_follow_is_not_kept(ledger: Any):
    """The desk checks first; whoever does not (an import, a script) must not spoil a stream for ever."""
    history = with_draft()
    keep(ledger, history)
    before = contents(ledger)
    wrong = dataclasses.replace(handed_in().acts[-1], version=4)
    with pytest.raises(NotYourTurn):
        ledger.append([wrong])
    assert contents(ledger) == before
    assert ledger.read(history.key.stream) == history.acts
    ledger.append([history.next(claimed())])


@every_adapter
def test_an_act_that_was_refused_leaves_its_key_free_and_the_lease_as_it_was(ledger: Any, waiting: History):
    lease = claim(ledger, waiting, "ann")
    with pytest.raises(NotYourTurn):
        ledger.append([dataclasses.replace(waiting.next(submitted("Nothing.")), key="k1")], ends_lease=lease.token)
    assert ledger.by_key("ann", "k1") is None
    assert ledger.lease(lease.stream) == lease
    act = dataclasses.replace(waiting.next(rated(3)), key="k1")
    ledger.append([act])
    assert ledger.by_key("ann", "k1") == act


@every_adapter
def test_streams_are_read_together_each_from_its_beginning(ledger: Any):
    subject, scene = settled(), with_draft(aspect="scene")
    keep(ledger, subject, scene)
    streams = [scene.key.stream, "task/demo/c1/nothing", subject.key.stream]
    together_ = ledger.read_many(streams)
    assert list(together_) == streams
    assert [[act for _, act in together_[stream]] for stream in streams] == [scene.acts, [], subject.acts]
    assert together_[scene.key.stream] == ledger.read_placed(scene.key.stream)
    assert ledger.read_many([]) == {}


@every_adapter
def test_a_refusal_says_the_same_whatever_keeps_the_acts(ledger: Any, waiting: History):
    stream, key = waiting.key.stream, "k" * 100
    claim(ledger, waiting, "ann")
    ledger.append([campaign_opened("a", key=key)])
    later = START + timedelta(seconds=60)
    cases: list[tuple[type[Exception], Callable[[], Any], str]] = [
        (
            StaleVersion,
            lambda: ledger.append([dataclasses.replace(waiting.acts[-1], key=None)]),
            f"{stream} has moved past version 3. Read the task again.",
        ),
        (
            KeyReused,
            lambda: ledger.append([campaign_opened("b", key=key)]),
            f"lead used the key '{key[:60]}' before. Make a new key for each act.",
        ),
        (
            KeyReused,
            lambda: ledger.append([campaign_opened("b", key="k2"), campaign_opened("c", key="k2")]),
            "lead used the key 'k2' before. Make a new key for each act.",
        ),
        (
            HeldByAnother,
            lambda: ledger.claim(waiting.next(claimed(by="bob")), now=START, until=later),
            f"Someone else is working on {stream}. Take another task.",
        ),
        (
            LeaseLost,
            lambda: ledger.renew(stream, token=1, now=START, until=later),
            (
                f"The lease 1 on {stream} has ended or went to someone else. "
                "What you send now is kept as an extra answer; claim the task again to go on."
            ),
        ),
    ]
    for kind, call, says in cases:
        with pytest.raises(kind) as refused:
            call()
        assert str(refused.value) == says


@every_adapter
def test_an_act_that_cannot_be_read_back_is_not_kept(ledger: Any):
    history = handed_in().tell(claimed(by="rev"))
    keep(ledger, history)
    before = contents(ledger)
    with pytest.raises(BadInput):
        ledger.append([history.next(approved(ticks={"p1": "perhaps"}))])
    assert contents(ledger) == before


@every_adapter
def test_words_of_any_script_come_back(ledger: Any):
    text = "👩‍🎬 \u202eשלום\u202c e\u0301 \u2028 \\ % _ ' \" \x01 \U0010ffff"
    history = with_draft().tell(claimed(), rated(3), edited_after_critique(), edited(text))
    keep(ledger, history)
    assert ledger.read(history.key.stream)[-1].text == text


@every_adapter
def test_segments_and_what_nobody_looked_at_come_back(ledger: Any):
    moves = (
        Segment(movements=("tilt_down", "dolly_forward"), start_frame=0, end_frame=24),
        Segment(movements=("pan",)),
    )
    answers = {"moves": moves, "lens": "regular", "none": ()}
    history = History(aspect=LABELS).tell(claimed(), labelled(answers=answers, record_schema=3, untouched=("lens",)))
    keep(ledger, history)
    back = ledger.read(history.key.stream)[-1]
    assert back == history.acts[-1]
    assert back.answers["moves"] == moves
    assert (back.record_schema, back.untouched) == (3, ("lens",))


@on_sql
def test_labels_of_an_older_release_are_read_and_a_rebuild_changes_nothing(ledger: Any):
    history = labelled_history(record_schema=1)
    keep(ledger, history, with_draft())
    digest = ledger.projections_hash()
    with ledger.database.writing() as connection:
        for seq, body in connection.execute(sa.text("SELECT seq, body FROM acts")).all():
            older = {
                name: value for name, value in json.loads(body).items() if name not in ("record_schema", "untouched")
            }
            text = json.dumps({**older, "schema": 1})
            connection.execute(sa.text("UPDATE acts SET body = :text WHERE seq = :seq"), {"text": text, "seq": seq})
    assert ledger.read(history.key.stream) == history.acts
    assert ledger.rebuild().after == digest


def edited_after_critique() -> Any:
    """A critique, so that an edit may follow."""
    from tests.support.acts import critiqued

    return critiqued()


@every_adapter
def test_every_pages_through_all_acts_in_order(ledger: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql, "_PAGE", 3)
    keep(ledger, settled(), labelled_history(), settled(aspect="scene"))
    ledger.append([campaign_opened(), imported()])
    placed = list(ledger.every())
    assert [act for _, act in placed] == [
        *settled().acts,
        *labelled_history().acts,
        *settled(aspect="scene").acts,
        campaign_opened(),
        imported(),
    ]
    for at in (0, 1, 3, 6, len(placed) - 1, len(placed)):
        after = placed[at - 1][0] if at else 0
        assert list(ledger.every(after=after)) == placed[at:]
    claims = [each for each in placed if type(each[1]) is Claimed]
    assert list(ledger.every(kind="Claimed")) == claims
    assert list(ledger.every(kind="Claimed", after=claims[1][0])) == claims[2:]
    assert list(ledger.every(kind="Nothing")) == []
    assert list(ledger.streams(kind="Claimed")) == [act.stream for _, act in claims]
    assert list(ledger.streams(kind="Nothing")) == []


@every_adapter
def test_a_walk_through_all_acts_does_not_stop_others_from_writing(ledger: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql, "_PAGE", 2)
    keep(ledger, with_draft())
    for _ in ledger.every():
        if not ledger.read(campaign_opened().stream):
            ledger.append([campaign_opened()])
    assert ledger.read(campaign_opened().stream)


# ----------------------------------------------------------------------------------------------------------------- keys


@every_adapter
def test_a_key_leads_to_its_act(ledger: Any):
    act = campaign_opened("a", key="k1")
    ledger.append([act])
    assert ledger.by_key("lead", "k1") == act
    assert ledger.by_key("lead", "k2") is None
    assert ledger.by_key("ann", "k1") is None


@every_adapter
def test_a_key_is_one_worker_s(ledger: Any):
    ledger.append([campaign_opened("a", key="k1")])
    ledger.append([campaign_opened("b", key="k1", by=ANN)])
    assert ledger.by_key("ann", "k1").campaign.name == "b"
    before = contents(ledger)
    with pytest.raises(KeyReused, match=r"lead used .*'k1'"):
        ledger.append([campaign_opened("c", key="k1")])
    assert contents(ledger) == before


@every_adapter
def test_a_key_is_that_of_whoever_asked_a_model(ledger: Any):
    history = with_draft().tell(claimed(), rated(3), edited_after_critique())
    keep(ledger, history)
    act = dataclasses.replace(history.next(revised_by_ann()), key="k1")
    assert act.actor.id == "rules@1"
    ledger.append([act])
    assert ledger.by_key("ann", "k1") == act
    assert ledger.by_key("rules@1", "k1") is None


def revised_by_ann() -> Any:
    """A revision that ann asked for."""
    from tests.support.acts import revised

    return revised()


@every_adapter
def test_a_key_is_used_once_within_one_append_too(ledger: Any):
    with pytest.raises(KeyReused):
        ledger.append([campaign_opened("a", key="k1"), campaign_opened("b", key="k1")])
    assert contents(ledger)["acts"] == []


@every_adapter
def test_acts_without_a_key_are_no_repetition_of_each_other(ledger: Any):
    ledger.append([campaign_opened("a"), campaign_opened("b")])
    assert len(list(ledger.every())) == 2


@every_adapter
def test_a_key_may_hold_any_signs_and_is_compared_exactly(ledger: Any):
    keys = ["k'1", 'k"1', "k%", "k_", "K1", "ключ 🎥", "\\", "k1 "]
    for place, key in enumerate(keys):
        ledger.append([campaign_opened(f"c{place}", key=key)])
    for place, key in enumerate(keys):
        assert ledger.by_key("lead", key).campaign.name == f"c{place}"
    for other in ("k1", "kx", "k", "%", ""):
        assert ledger.by_key("lead", other) is None


# --------------------------------------------------------------------------------------------------------------- leases


def claim(ledger: Any, history: History, by: str, *, at: float = 0, life: float = 100) -> Any:
    """Take the lease on a history's task, which goes on by the claim."""
    history.tell(claimed(by=by))
    now = START + timedelta(seconds=at)
    try:
        return ledger.claim(history.acts[-1], now=now, until=now + timedelta(seconds=life))
    except Exception:
        history.acts.pop()
        raise


@pytest.fixture
def waiting(ledger: Any) -> History:
    """A task with a draft, kept in the ledger."""
    history = with_draft()
    keep(ledger, history)
    return history


@every_adapter
def test_a_claim_keeps_act_and_lease(ledger: Any, waiting: History):
    lease = claim(ledger, waiting, "ann")
    assert (lease.worker, lease.token, lease.until) == ("ann", 2, START + timedelta(seconds=100))
    assert ledger.lease(waiting.key.stream) == lease
    assert ledger.read(waiting.key.stream) == waiting.acts


@every_adapter
def test_a_live_lease_is_not_taken_and_nothing_is_kept(ledger: Any, waiting: History):
    lease = claim(ledger, waiting, "ann")
    for at in (0, 99.999999):
        with pytest.raises(HeldByAnother, match="Someone else is working on"):
            claim(ledger, waiting, "bob", at=at)
    assert ledger.lease(waiting.key.stream) == lease
    assert ledger.read(waiting.key.stream) == waiting.acts


@every_adapter
def test_a_lapsed_lease_is_taken(ledger: Any, waiting: History):
    claim(ledger, waiting, "ann")
    lease = claim(ledger, waiting, "bob", at=100)
    assert (lease.worker, lease.token) == ("bob", 3)
    with pytest.raises(LeaseLost):
        ledger.renew(waiting.key.stream, token=2, now=START, until=START + timedelta(seconds=900))
    assert ledger.lease(waiting.key.stream) == lease


@every_adapter
def test_a_claim_at_a_taken_place_keeps_the_lease_as_it_was(ledger: Any, waiting: History):
    lease = claim(ledger, waiting, "ann")
    stale = dataclasses.replace(waiting.acts[-1], actor=BOB.actor)
    with pytest.raises(StaleVersion):
        ledger.claim(stale, now=START + timedelta(seconds=200), until=START + timedelta(seconds=300))
    assert ledger.lease(waiting.key.stream) == lease


@every_adapter
def test_a_lease_is_renewed_live_or_lapsed_while_nobody_took_it(ledger: Any, waiting: History):
    claim(ledger, waiting, "ann")
    for at in (50, 1000):
        until = START + timedelta(seconds=at + 100)
        lease = ledger.renew(waiting.key.stream, token=2, now=START + timedelta(seconds=at), until=until)
        assert lease.until == until
        assert ledger.lease(waiting.key.stream) == lease
    with pytest.raises(HeldByAnother):
        claim(ledger, waiting, "bob", at=1099)


@every_adapter
@pytest.mark.parametrize("token", [1, 3, 99])
def test_a_token_that_is_not_the_lease_s_renews_nothing(ledger: Any, waiting: History, token: int):
    lease = claim(ledger, waiting, "ann")
    with pytest.raises(LeaseLost, match=f"The lease {token} on"):
        ledger.renew(waiting.key.stream, token=token, now=START, until=START + timedelta(days=1))
    with pytest.raises(LeaseLost):
        ledger.renew("task/demo/c1/nothing", token=2, now=START, until=START)
    assert ledger.lease(waiting.key.stream) == lease


@every_adapter
def test_an_append_ends_the_lease_that_it_names(ledger: Any, waiting: History):
    claim(ledger, waiting, "ann")
    act = waiting.next(rated(3))
    ledger.append([act])
    assert ledger.lease(waiting.key.stream).token == 2
    waiting.acts.append(act)
    act = waiting.next(rated(4))
    ledger.append([act], ends_lease=1)
    assert ledger.lease(waiting.key.stream).token == 2, "another's lease goes on"
    waiting.acts.append(act)
    ledger.append([waiting.next(rated(5))], ends_lease=2)
    assert ledger.lease(waiting.key.stream) is None


@every_adapter
def test_an_append_that_is_refused_ends_no_lease(ledger: Any, waiting: History):
    claim(ledger, waiting, "ann")
    with pytest.raises(StaleVersion):
        ledger.append([dataclasses.replace(waiting.next(rated(3)), version=2)], ends_lease=2)
    assert ledger.lease(waiting.key.stream).token == 2


@every_adapter
def test_live_leases_of_many_tasks_at_once(ledger: Any):
    subject, scene, motion = with_draft(), with_draft(aspect="scene"), with_draft(aspect="motion")
    keep(ledger, subject, scene, motion)
    one, two = claim(ledger, subject, "ann"), claim(ledger, scene, "bob", life=50)
    streams = [subject.key.stream, scene.key.stream, motion.key.stream]
    assert ledger.leases(streams, now=START) == {one.stream: one, two.stream: two}
    assert ledger.leases(streams, now=START + timedelta(seconds=50)) == {one.stream: one}
    assert ledger.leases([], now=START) == {}


@every_adapter
def test_a_lease_lapses_to_the_microsecond(ledger: Any, waiting: History):
    lease = claim(ledger, waiting, "ann", life=0.000001)
    assert ledger.leases([lease.stream], now=START) == {lease.stream: lease}
    assert ledger.leases([lease.stream], now=lease.until) == {}


# ---------------------------------------------------------------------------------------------------------------- queue


def free(ledger: Any, worker: str, *, at: float = 0, **query: Any) -> list[str]:
    """Streams that a worker could take."""
    found = ledger.queue(QueueQuery(free_for=worker, limit=500, **query), now=START + timedelta(seconds=at))
    return [row.stream.split("/", 2)[2] for row in found]


@pytest.fixture
def full(ledger: Any) -> Any:
    """Tasks of two campaigns at every stage."""
    keep(
        ledger,
        History(aspect=LABELS),
        History(aspect=LABELS, clip="c2", priority=5),
        labelled_history(clip="c3"),
        with_draft(clip="c3"),
        handed_in(clip="c4"),
        turned_down(clip="c5"),
        turned_down(clip="c6", policy=Policy(corrector="author")),
        settled(clip="c7"),
        with_draft(clip="c8", campaign="other", priority=-1),
        with_draft(clip="c9", aspect="scene", priority=5),
    )
    return ledger


@every_adapter
def test_the_queue_goes_by_priority_and_then_by_age(full: Any):
    rows = full.queue(QueueQuery(limit=100), now=START)
    assert [row.clip for row in rows] == ["c2", "c9", "c1", "c3", "c3", "c4", "c5", "c6", "c7", "c8"]
    assert len({row.opened_seq for row in rows}) == 10


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"campaign": "other"}, ["c8"]),
    ({"campaign": "OTHER"}, []),
    ({"campaign": "%"}, []),
    ({"stages": ("label",)}, ["c2", "c1"]),
    ({"stages": ("caption", "review")}, ["c9", "c3", "c4", "c8"]),
    ({"aspect": "scene"}, ["c9"]),
    ({"status": "settled"}, ["c3", "c7"]),
    ({"status": "to_correct"}, ["c5", "c6"]),
    ({"reserved_for": "ann"}, ["c6"]),
    ({"reserved_for": "bob"}, []),
    ({"limit": 2}, ["c2", "c9"]),
    ({"campaign": CAMPAIGN, "stages": ("caption",), "aspect": "subject"}, ["c3"]),
]


@every_adapter
def test_filters_of_the_queue(full: Any):
    for query, clips in FILTERS:
        assert [row.clip for row in full.queue(QueueQuery(**query), now=START)] == clips, query


@every_adapter
def test_pages_of_the_queue_miss_nothing_and_repeat_nothing(full: Any):
    for query in ({}, {"campaign": CAMPAIGN}, {"stages": ("label", "caption", "review", "correct")}):
        whole = full.queue(QueueQuery(limit=100, **query), now=START)
        for size in (1, 2, 3, 4, 10):
            paged: list[Any] = []
            while page := full.queue(QueueQuery(limit=size, after=behind(paged), **query), now=START):
                paged.extend(page)
            assert paged == whole, (query, size)


def behind(rows: list[Any]) -> tuple[int, int] | None:
    """The cursor behind the last row seen."""
    return (-rows[-1].priority, rows[-1].opened_seq) if rows else None


@every_adapter
def test_nobody_is_offered_his_own_caption(full: Any):
    assert "c4/subject" not in free(full, "ann", stages=("review",))
    assert free(full, "rex", stages=("review",)) == ["c4/subject"]
    assert free(full, "ann", stages=("correct",), at=900) == ["c6/subject"]
    assert free(full, "rev", stages=("correct",), at=900) == ["c5/subject"]


@every_adapter
def test_only_what_has_a_stage_is_free(full: Any):
    assert "c7/subject" not in free(full, "rex", at=900)
    assert "c3/labels" not in free(full, "rex", at=900)


@every_adapter
def test_what_another_holds_is_not_free_until_it_lapses(ledger: Any, waiting: History):
    claim(ledger, waiting, "ann")
    assert free(ledger, "bob", at=99) == []
    assert free(ledger, "bob", at=100) == ["c1/subject"]
    assert free(ledger, "ann", at=1) == ["c1/subject"], "one's own is free to go on with"


ODD = ["a_b", "axb", "a-b", "ann", "Ann", "ANN", "an", "nn", "ann.", "joann", "ann2", "a.b"]


@every_adapter
@pytest.mark.parametrize("author", ["ann", "a_b", "a.b"])
def test_only_the_author_is_barred_and_nobody_with_a_similar_name(ledger: Any, author: str):
    history = with_draft().tell(claimed(by=author), rated(5, by=author), submitted(by=author))
    keep(ledger, history)
    assert ledger.row(history.key.stream).barred == (author,)
    offered = {name for name in ODD if free(ledger, name)}
    assert offered == set(ODD) - {author}


@every_adapter
@pytest.mark.parametrize("author", ["ann", "a_b"])
def test_only_the_author_has_what_is_reserved_for_him(ledger: Any, author: str):
    policy = Policy(corrector="author")
    history = with_draft(policy=policy).tell(claimed(by=author), rated(5, by=author), submitted(by=author))
    keep(ledger, history.tell(claimed(by="rev"), rejected()))
    assert {name for name in ODD if free(ledger, name)} == {author}
    assert {name for name in ODD if ledger.queue(QueueQuery(reserved_for=name), now=START)} == {author}


@every_adapter
def test_a_model_s_version_may_hold_any_signs(ledger: Any):
    versions = ["%", "_", "1'2", '1"2', "1\\2", "ü🎥", "%'; --", '", "ann', "1"]
    for place, version in enumerate(versions):
        history = History(clip=f"c{place}")
        act = dataclasses.replace(history.next(claimed(by=DRAFTER)), actor=Model(name="m", version=version))
        keep(ledger, history)
        ledger.claim(act, now=START, until=START + timedelta(seconds=9))
        assert ledger.lease(history.key.stream).worker == f"m@{version}"
    for place, version in enumerate(versions):
        assert free(ledger, f"m@{version}") == [f"c{place}/subject"]
    assert free(ledger, "m@2") == []


# --------------------------------------------------------------------------------------------------- rows and the board


@every_adapter
def test_a_row_is_what_the_projector_makes_of_the_acts(full: Any):
    projector = QueueProjector(Shelf(TinySpec()))
    for row in full.queue(QueueQuery(limit=100), now=START):
        assert full.row(row.stream) == row
        assert projector.row(row.stream, full.read_placed(row.stream), full.read) == row


@every_adapter
def test_the_board_counts_the_rows_after_every_append(ledger: Any):
    history = turned_down(policy=Policy(review_corrections=True)).tell(edited("B.", by="rev"), corrected())
    for place in range(1, len(history.acts) + 1):
        act = history.acts[place - 1]
        if isinstance(act, Claimed):
            ledger.claim(act, now=act.at, until=act.at + timedelta(seconds=1))
        else:
            ledger.append([act])
        check_board(ledger)
    assert [(row.status, row.count) for row in ledger.board()] == [("to_review", 1)]


@every_adapter
def test_the_board_is_sorted_and_shows_no_zeros(full: Any):
    board = full.board()
    shown = [(row.campaign, row.aspect, row.status) for row in board]
    assert shown == sorted(shown)
    assert all(row.count > 0 for row in board)
    assert full.board("other") == [row for row in board if row.campaign == "other"]
    assert full.board("nothing") == []
    check_board(full)


@every_adapter
def test_an_append_makes_the_rows_of_dependants_anew(ledger: Any):
    motion, labels = History(aspect="motion"), History(aspect=LABELS)
    subject = settled()
    keep(ledger, motion, labels)
    assert ledger.row(motion.key.stream).waiting_for == ("labels",)
    keep(ledger, History())
    subject.acts, rest = subject.acts[:1], subject.acts[1:]
    assert ledger.row(motion.key.stream).waiting_for == ("labels", "subject"), "the parent was opened after the child"
    keep_rest(ledger, labelled_history().acts[1:])
    assert ledger.row(motion.key.stream).waiting_for == ("subject",)
    keep_rest(ledger, rest)
    row = ledger.row(motion.key.stream)
    assert (row.status, row.waiting_for) == ("to_draft", ())
    check_board(ledger)


def keep_rest(ledger: Any, acts: list[Act]) -> None:
    """Append the later acts of a stream."""
    for act in acts:
        ledger.append([act])


@every_adapter
def test_a_parent_that_comes_later_is_waited_for(ledger: Any):
    """Tasks of one clip may be opened in any order; the row is what a rebuild would make of it."""
    motion = History(aspect="motion")
    keep(ledger, motion)
    assert ledger.row(motion.key.stream).status == "to_draft"
    keep(ledger, History())
    assert ledger.row(motion.key.stream).waiting_for == ("subject",)


@every_adapter
def test_a_clip_that_is_labelled_again_makes_the_drafts_stale(ledger: Any):
    labels = labelled_history()
    keep(ledger, labels)
    old = labels.labels.labelled.labels_hash
    subject = History().tell(claimed(by=DRAFTER), drafted(parents={"labels": old}))
    keep(ledger, subject)
    assert ledger.row(subject.key.stream).stale == ()
    keep_rest(ledger, labels.tell(claimed(by="bob"), labelled(by="bob", answers={"shot": "close"})).acts[3:])
    assert ledger.row(subject.key.stream).stale == ("labels",)


@every_adapter
def test_dependants_of_other_clips_and_campaigns_are_left(ledger: Any):
    others = [History(aspect="motion", clip="c2"), History(aspect="motion", campaign="other")]
    keep(ledger, History(aspect="subject", clip="c2"), History(campaign="other"), *others)
    before = [ledger.row(other.key.stream) for other in others]
    keep(ledger, settled())
    assert [ledger.row(other.key.stream) for other in others] == before


@every_adapter
def test_a_rebuild_makes_the_same_projections(full: Any):
    before, told = (contents(full), full.projections_hash()), []
    rebuilt = full.rebuild(lambda done, of: told.append((done, of)))
    assert (rebuilt.tasks, rebuilt.before, rebuilt.after) == (10, before[1], before[1])
    assert (contents(full), full.projections_hash()) == before
    assert told
    assert told[-1] == (10, 10)


@on_sql
def test_a_long_rebuild_tells_how_far_it_is(ledger: Any):
    clips = [f"c{n}" for n in range(1001)]
    ledger.append([History(clip=name).acts[0] for name in clips])
    told: list[tuple[int, int]] = []
    again = ledger.rebuild(lambda done, of: told.append((done, of)))
    assert (again.tasks, again.before == again.after) == (1001, True)
    assert told == [(500, 1001), (1000, 1001), (1001, 1001)]
    streams = [History(clip=name).key.stream for name in clips]
    assert [len(acts) for acts in ledger.read_many(streams).values()] == [1] * 1001
    check_board(ledger)


@every_adapter
def test_the_hash_of_the_projections_is_another_where_a_row_is_another(ledger: Any, waiting: History):
    before = ledger.projections_hash()
    claim(ledger, waiting, "ann")
    claimed = ledger.projections_hash()
    ledger.append([History(clip="c2").acts[0]])
    assert len({before, claimed, ledger.projections_hash()}) == 3


@every_adapter
def test_a_rebuild_of_nothing_is_nothing(ledger: Any):
    ledger.append([campaign_opened()])
    assert ledger.rebuild().tasks == 0


@every_adapter
def test_a_rebuild_keeps_leases(ledger: Any, waiting: History):
    lease = claim(ledger, waiting, "ann")
    ledger.rebuild()
    assert ledger.lease(lease.stream) == lease


@on_sql
def test_a_rebuild_mends_projections_that_were_lost(full: Any):
    before, digest = contents(full), full.projections_hash()
    with full.database.writing() as connection:
        connection.execute(sa.text("DELETE FROM tasks WHERE clip <> 'c3'"))
        connection.execute(sa.text("UPDATE tasks SET status = 'settled', rating = 4"))
        connection.execute(sa.text("UPDATE board SET count = 77"))
    assert full.projections_hash() != digest
    full.rebuild()
    assert full.projections_hash() == digest
    assert contents(full) == before


# ------------------------------------------------------------------------------------------------------------ all alike


def drive(made: Bench) -> None:
    """A campaign's life at the desk, with lapses, late answers, corrections and a relabelled clip."""
    desk = made.desk
    made.settle("subject", "c1")
    made.draft()
    made.hand_in(ANN, "motion", "c1", rating=3)
    desk.reject(REV, made.key("motion"), made.claim(REV, "motion"), "No.", {})
    old = made.begin(BOB, "subject", "c2")
    made.clock.advance(200)
    new = made.claim(ANN, "subject", "c2")
    desk.rate(BOB, made.key(clip="c2"), dataclasses.replace(old, key="k", active_seconds=2.5), 2)
    desk.rate(ANN, made.key(clip="c2"), dataclasses.replace(new, key="k"), 3)
    desk.critique(ANN, made.key(clip="c2"), new, critique())
    made.label(by=BOB, clip="c2", answers={"shot": "close 🎥"})
    desk.redraft(ANN, made.key(clip="c2"), new)
    desk.withdraw(LEAD, made.key("spatial"), Work(), "task", "Broken.")
    with pytest.raises(HeldByAnother):
        made.claim(BOB, "subject", "c2")


def test_all_adapters_make_the_same_of_the_same_acts(tmp_path: Path):
    memory = bench(clips=["c1", "c2"])
    drive(memory)
    database = open_database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    sqlite = bench(lambda projector: SqlLedger(database, projector), clips=["c1", "c2"])
    drive(sqlite)
    assert contents(sqlite.desk.ledger) == contents(memory.desk.ledger)
    assert len(contents(memory.desk.ledger)["rows"]) == 10
    database.close()


@pytest.mark.postgres
def test_both_databases_make_the_same_of_the_same_acts(postgres_database: str, tmp_path: Path):
    seen = []
    for url in (f"sqlite:///{tmp_path / 'desk.sqlite'}", postgres_database):
        database = open_database(url)
        made = bench(lambda projector, database=database: SqlLedger(database, projector), clips=["c1", "c2"])
        drive(made)
        seen.append((contents(made.desk.ledger), made.desk.ledger.projections_hash()))
        database.close()
    assert seen[0] == seen[1]


@every_adapter
@pytest.mark.parametrize("name", ["a\x00b", "half \ud83d"])
def test_a_question_with_a_name_that_cannot_be_is_answered_with_nothing(ledger: Any, name: str):
    """They come from addresses and filters of the HTTP interface. Nothing has such a name: no answer, no crash."""
    keep(ledger, with_draft())
    try:
        assert ledger.queue(QueueQuery(campaign=name), now=START) == []
        assert ledger.board(name) == []
        assert ledger.by_key("ann", name) is None
    except BadInput:
        pass


# ----------------------------------------------------------------------------------------------------- at the same time


@every_adapter
def test_of_many_who_claim_at_the_same_moment_one_gets_it(ledger: Any, waiting: History):
    names = [f"w{n}" for n in range(8)]
    acts = [waiting.next(claimed(by=name)) for name in names]
    got, refused = [], []
    start = threading.Barrier(len(names))

    def go(act: Act) -> None:
        start.wait()
        try:
            got.append(ledger.claim(act, now=START, until=START + timedelta(seconds=9)))
        except (HeldByAnother, StaleVersion) as error:
            refused.append(error)

    together([lambda act=act: go(act) for act in acts])
    assert len(got) == 1
    assert len(refused) == len(names) - 1
    assert ledger.lease(waiting.key.stream) == got[0]
    assert len(ledger.read(waiting.key.stream)) == 4


@every_adapter
def test_counts_hold_when_many_write_at_the_same_moment(ledger: Any):
    """Tasks of different clips share the counters of the board."""
    clips = [f"c{n}" for n in range(12)]
    start = threading.Barrier(4)

    def go(mine: list[str]) -> None:
        start.wait()
        for each in mine:
            for history in (labelled_history(clip=each), settled(clip=each), History(aspect="motion", clip=each)):
                keep(ledger, history)

    together([lambda mine=clips[n::4]: go(mine) for n in range(4)])
    check_board(ledger)
    assert {row.status: row.count for row in ledger.board() if row.aspect == "motion"} == {"to_draft": 12}
    before = ledger.projections_hash()
    ledger.rebuild()
    assert ledger.projections_hash() == before


def together(calls: list[Callable[[], None]]) -> None:
    """Run in threads; a failure of one is the test's."""
    failed: list[BaseException] = []

    def guarded(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


# --------------------------------------------------------------------------------------------------------- the database


@pytest.mark.parametrize("adapter", ON_SQL)
def test_all_is_there_after_closing_and_opening_again(adapter: str, request: pytest.FixtureRequest, tmp_path: Path):
    url = url_for(adapter, request, tmp_path)
    database = open_database(url)
    made = bench(lambda projector: SqlLedger(database, projector), clips=["c1", "c2"])
    drive(made)
    before, lease = contents(made.desk.ledger), made.desk.ledger.lease(made.key(clip="c2").stream)
    database.close()
    database = open_database(url)
    again = SqlLedger(database, QueueProjector(Shelf(TinySpec())))
    assert contents(again) == before
    assert again.lease(made.key(clip="c2").stream) == lease
    assert lease is not None
    database.close()


@pytest.mark.parametrize("adapter", ON_SQL)
def test_a_database_of_a_newer_release_is_refused(adapter: str, request: pytest.FixtureRequest, tmp_path: Path):
    url = url_for(adapter, request, tmp_path)
    database = open_database(url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(CannotRead, match=f"schema 9999; this release knows up to {HEAD}. Upgrade it"):
        open_database(url)
    gc.collect()  # a connection that was left open warns here, and not in some later test


@pytest.mark.parametrize("adapter", ON_SQL)
def test_opening_again_changes_nothing(adapter: str, request: pytest.FixtureRequest, tmp_path: Path):
    url = url_for(adapter, request, tmp_path)
    for _ in range(3):
        database = open_database(url)
        with database.reading() as connection:
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
        database.close()
    assert not list(tmp_path.glob("*.before-*"))


@pytest.mark.parametrize("adapter", ON_SQL)
def test_many_may_open_a_new_database_at_once(adapter: str, request: pytest.FixtureRequest, tmp_path: Path):
    """`desk serve` and `desk work` are started together."""
    url = url_for(adapter, request, tmp_path)
    opened: list[Database] = []
    start = threading.Barrier(4)

    def go() -> None:
        start.wait()
        opened.append(open_database(url, pool_size=1))

    try:
        together([go] * 4)
        with opened[0].reading() as connection:
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    finally:
        for database in opened:
            database.close()


@pytest.mark.parametrize("adapter", ON_SQL)
def test_the_tables_are_what_the_migrations_make(adapter: str, request: pytest.FixtureRequest, tmp_path: Path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = open_database(url_for(adapter, request, tmp_path))
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        described = {
            table.name: {name for index in table.indexes if (name := index.name)} for table in metadata.sorted_tables
        }
        found = sa.inspect(connection)
        assert {
            name: {index["name"] for index in found.get_indexes(name)}
            - {u["name"] for u in found.get_unique_constraints(name)}
            for name in described
        } == described
    database.close()


def test_head_is_the_newest_migration():
    from videolect.ledger.migrations import versions

    revisions = {
        importlib.import_module(f"{versions.__name__}.{found.name}").revision
        for found in pkgutil.iter_modules(versions.__path__)
    }
    assert max(revisions) == HEAD
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "videolect.ledger:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_file_is_copied_before_it_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "desk.sqlite"
    database = open_database(f"sqlite:///{path}")
    made = bench(lambda projector: SqlLedger(database, projector))
    acts = contents(made.desk.ledger)["acts"]
    database.close()
    copied = []

    def upgrade(self: Database) -> None:
        copied.extend(tmp_path.glob("*.before-*"))

    monkeypatch.setattr(database_module, "HEAD", "0002")
    monkeypatch.setattr(Database, "_upgrade", upgrade)
    open_database(f"sqlite:///{path}").close()
    assert len(copied) == 1, "one copy, and before the migration"
    assert f"from-{HEAD}" in copied[0].name
    monkeypatch.undo()
    copy = open_database(f"sqlite:///{copied[0]}")
    assert list(SqlLedger(copy, QueueProjector(Shelf(TinySpec()))).every()) == acts
    copy.close()


def test_a_new_file_is_not_copied(tmp_path: Path):
    open_database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'desk.sqlite'}").close()
    assert [path.name for path in (tmp_path / "deep" / "er").iterdir()] == ["desk.sqlite"]


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes. " * 200)
    with pytest.raises(CannotRead, match=r"notes.txt is not a database.*from a backup"):
        open_database(f"sqlite:///{path}")
    assert path.read_text() == "These are my notes. " * 200


def test_a_folder_is_no_database(tmp_path: Path):
    with pytest.raises(CannotRead):
        open_database(f"sqlite:///{tmp_path}")


def test_another_program_s_database_is_refused_and_left_as_it_is(tmp_path: Path):
    """Its tables may have our names: ``tasks``, ``accounts``, ``sessions`` are everybody's words."""
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE tasks (what TEXT)")
        connection.execute("INSERT INTO tasks VALUES ('wash up')")
    connection.close()
    with pytest.raises(CannotRead):
        open_database(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [("tasks",)]
    connection.close()


@pytest.mark.parametrize("url", ["", "desk.sqlite", "mysql://host/desk", "no url at all"])
def test_an_address_that_is_no_database_s_is_refused(url: str):
    with pytest.raises(BadInput, match="Use sqlite:///PATH or postgresql://"):
        Database(url)


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_told_without_the_password(postgres_url: str):
    with pytest.raises(CannotRead) as refused:
        open_database("postgresql://ann:secret@localhost:1/desk")
    assert "secret" not in str(refused.value)
    assert "Start it, or correct the URL" in refused.value.mend


def test_an_acknowledged_act_is_on_the_disk(tmp_path: Path):
    """Not only in the process: another connection, which knows nothing of ours, reads it."""
    database = open_database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    SqlLedger(database, QueueProjector(Shelf(TinySpec()))).append([campaign_opened()])
    with sqlite3.connect(tmp_path / "desk.sqlite") as connection:
        [(body,)] = connection.execute("SELECT body FROM acts").fetchall()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert json.loads(body)["kind"] == "CampaignOpened"
    with database.reading() as ours:
        assert ours.execute(sa.text("PRAGMA synchronous")).scalar() == 2
    database.close()


@pytest.mark.parametrize("us", [0, 1, -1, 1_767_603_600_123_456, 253_402_300_799_999_999])
def test_microseconds_are_exact(us: int):
    assert to_us(from_us(us)) == us


@every_adapter
def test_a_worker_may_ask_for_what_it_does_not_hold_yet(ledger: Any):
    history = with_draft()
    keep(ledger, history)
    stream = history.key.stream
    ledger.claim(history.next(claimed(by="ann")), now=START, until=START + timedelta(seconds=60))
    mine = QueueQuery(stages=("caption",), free_for="ann")
    assert [row.stream for row in ledger.queue(mine, now=START)] == [stream], "one is sent back to one's own"
    assert ledger.queue(dataclasses.replace(mine, unheld=True), now=START) == []
    later = START + timedelta(seconds=61)
    assert len(ledger.queue(dataclasses.replace(mine, unheld=True), now=later)) == 1, "a lapsed hold is none"


# ------------------------------------------------------------------------------------------------------- following it


@every_adapter
def test_the_horizon_is_the_place_of_the_last_act(ledger: Any):
    assert ledger.horizon() == 0
    keep(ledger, with_draft())
    assert ledger.horizon() == [place for place, _ in ledger.every()][-1]


@pytest.mark.parametrize("make", [ADAPTERS[2]], indirect=True)
def test_the_horizon_waits_for_acts_whose_places_are_given_and_which_nobody_sees_yet(ledger: Any):
    from videolect.ledger.sql import _insert

    seen: list[int] = []
    with ledger.database.writing() as connection:
        open_place = _insert(connection, [campaign_opened("slow")])
        ledger.append([campaign_opened("quick")])
        quick_place = next(place for place, act in ledger.every() if act.stream.endswith("quick"))
        assert quick_place > open_place
        follower = threading.Thread(target=lambda: seen.append(ledger.horizon()))
        follower.start()
        follower.join(timeout=0.3)
        assert follower.is_alive(), "whoever went on now would never see the slow one"
    follower.join(timeout=30)
    assert seen == [quick_place]
    assert {act.stream.rpartition("/")[2] for _, act in ledger.every(after=0)} == {"slow", "quick"}

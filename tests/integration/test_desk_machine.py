"""Random people at the desk: whatever they do, in whatever order, the record keeps its promises.

Two annotators, two reviewers and a model drafter call the desk's verbs with fresh, old and foreign tokens, repeat
requests, let leases lapse and label clips anew. After every step the record is compared with what was acknowledged.
"""

from __future__ import annotations

import dataclasses
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.event import listen

from tests.support.acts import (
    ANN,
    BOB,
    CAMPAIGN,
    DRAFTER,
    LATE_FREE,
    LEAD,
    REV,
    REX,
    FakeWriter,
    SimulatedClock,
    TinySpec,
    clip,
    critique,
    key_of,
    point,
)
from videolect.errors import (
    BadInput,
    HeldByAnother,
    KeyReused,
    LeaseLost,
    NotAllowed,
    NotFound,
    NotYourTurn,
    StaleVersion,
    VideolectError,
)
from videolect.language.shelf import Shelf
from videolect.ledger.database import open_database
from videolect.ledger.memory import MemoryLedger
from videolect.ledger.sql import SqlLedger
from videolect.oversight.caption_task import STATUSES, CaptionTask
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk, Outcome
from videolect.oversight.ports import QueueQuery
from videolect.oversight.roles import Worker
from videolect.oversight.standing import QueueProjector, Task, fold_any, standing
from videolect.oversight.streams import Work
from videolect.record.acts.base import Act
from videolect.record.acts.captions import Approved, Rejected
from videolect.record.acts.tasks import Claimed, Opened
from videolect.record.campaign import LABELS, Policy, TaskKey
from videolect.record.codec import decode_act, encode_act

SPEC = TinySpec(subject=(), motion=("subject",))
KEYS = tuple(key_of(aspect, clip=name) for name in ("c1", "c2") for aspect in (LABELS, "subject", "motion"))
PEOPLE = (ANN, BOB, REV, REX)
WORKERS = (*PEOPLE, DRAFTER)
ANSWERS = ({"shot": "wide"}, {"shot": "close"})
TEXTS = ("A man walks.", "A woman strolls 🎥.", "Nobody is there.")
VERBS = ("label", "rate", "critique", "revise", "edit", "submit", "approve", "reject", "correct", "redraft")
"""Verbs under a lease; ``withdraw`` needs none and has rules of its own."""

Put = Callable[[Any], Any]


def unmoved(task: Task) -> dict[str, Any]:
    """What an extra may not change."""
    return {field.name: getattr(task, field.name) for field in dataclasses.fields(task) if field.name not in LATE_FREE}


class DeskMachine(RuleBasedStateMachine):
    """People at one desk; a subclass says which ledger and which policy."""

    policy = Policy()
    on_sqlite = False

    @initialize()
    def open(self) -> None:
        """One campaign with two clips."""
        self.seen: Counter[str] = Counter()
        self.folder = tempfile.TemporaryDirectory() if self.on_sqlite else None
        shelf = Shelf(SPEC)  # type: ignore[arg-type]  # as much of a specification as is asked for
        projector = QueueProjector(shelf)
        if self.folder is None:
            self.database = None
            self.ledger: Any = MemoryLedger(projector)
        else:
            self.database = open_database(f"sqlite:///{Path(self.folder.name) / 'desk.sqlite'}", pool_size=1)
            self.database.close()  # no power is cut here: do not wait for the disk
            listen(self.database.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF").close())
            self.ledger = SqlLedger(self.database, projector)
        self.clock, self.writer = SimulatedClock(), FakeWriter()
        self.desk = Desk(Catalogue(self.ledger, shelf, self.clock), writer=self.writer)
        campaign = self.desk.catalogue.open_campaign(LEAD, CAMPAIGN, policy=self.policy)
        opened = self.desk.catalogue.add_clips(LEAD, campaign, [clip("c1"), clip("c2")])
        self.known = 1 + opened
        """Acts that the desk acknowledged."""
        self.tokens: dict[tuple[TaskKey, str], list[int]] = {}
        self.asked: list[tuple[Callable[[], Outcome], Outcome]] = []
        """Requests with a key, to be sent again."""
        self.count = 0

    def teardown(self) -> None:
        """Give the file back."""
        if getattr(self, "database", None) is not None:
            self.database.close()
        if getattr(self, "folder", None) is not None:
            self.folder.cleanup()

    # -- leases

    @rule(worker=st.sampled_from(WORKERS), key=st.sampled_from(KEYS))
    def claim(self, worker: Worker, key: TaskKey) -> None:
        """Take a task, if it may be taken."""
        before = self.desk.look(key)
        live = before.lease is not None and before.lease.until > self.clock.now()
        try:
            lease = self.desk.claim(worker, key)
        except HeldByAnother:
            assert live
            assert before.lease.worker != worker.id
            return
        except (NotYourTurn, NotAllowed):
            return
        assert not (live and before.lease.worker != worker.id), "a live lease was taken from another"
        self.keep_token(worker, key, lease.token)

    @rule(worker=st.sampled_from(WORKERS))
    def claim_next(self, worker: Worker) -> None:
        """Take what the queue offers; where it offers nothing, nothing can be claimed."""
        lease = self.desk.claim_next(worker)
        if lease is not None:
            key = TaskKey.of_stream(lease.stream)
            assert key is not None
            self.keep_token(worker, key, lease.token)
            return
        for key in KEYS:
            look = self.desk.look(key)
            if look.standing.stage not in worker.stages and not (
                isinstance(look.task, CaptionTask) and look.task.corrector == worker.id
            ):
                continue
            if not worker.is_person and look.lease is not None and look.lease.worker == worker.id:
                continue  # what a model holds already is not offered to it
            with pytest.raises((HeldByAnother, NotYourTurn, NotAllowed)):
                self.desk.claim(worker, key)

    def keep_token(self, worker: Worker, key: TaskKey, token: int) -> None:
        """Remember a lease; a claim that gave a new token was an act."""
        mine = self.tokens.setdefault((key, worker.id), [])
        if token not in mine:
            mine.append(token)
            self.known += 1

    @rule(seconds=st.sampled_from([1, 75, 149, 151, 4000]))
    def time_passes(self, seconds: int) -> None:
        """Leases may lapse."""
        self.clock.advance(seconds)

    @rule(worker=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS))
    def heartbeat(self, worker: Worker, key: TaskKey) -> None:
        """A page beats under the last token that it was given."""
        if token := self.last_token(worker, key):
            before = self.ledger.lease(key.stream)
            try:
                lease = self.desk.heartbeat(worker, key, token)
            except LeaseLost:
                assert before is None or before.token != token
            else:
                assert (lease.worker, lease.token) == (worker.id, token)

    @rule(worker=st.sampled_from(WORKERS), key=st.sampled_from(KEYS))
    def release(self, worker: Worker, key: TaskKey) -> None:
        """Give back, rightly or too late."""
        if token := self.last_token(worker, key):
            holder = self.desk.look(key).task.holding.holder
            try:
                self.desk.release(worker, key, token)
            except NotYourTurn:
                assert holder is None or holder.token != token
            else:
                assert holder is not None
                assert holder.token == token
                self.known += 1
                assert self.ledger.lease(key.stream) is None

    def last_token(self, worker: Worker, key: TaskKey) -> int | None:
        """The newest token of this worker on this task."""
        return (self.tokens.get((key, worker.id)) or [None])[-1]

    # -- the work

    @rule(
        worker=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS), verb=st.sampled_from(VERBS),
        choice=st.integers(1, 5), which=st.sampled_from(["any", "any", "any", "last", "foreign", "none"]),
        keyed=st.booleans(),
    )  # fmt: skip
    def work(self, worker: Worker, key: TaskKey, verb: str, choice: int, which: str, keyed: bool) -> None:
        """Call any verb with some token."""
        self.try_verb(worker, key, verb, choice, self.some_token(worker, key, which, choice), keyed)

    @rule(
        key=st.sampled_from(KEYS), choice=st.integers(1, 5),
        verb=st.sampled_from([verb for verb in VERBS for _ in range(2 if verb in ("submit", "approve") else 1)]),
    )  # fmt: skip
    def the_holder_works(self, key: TaskKey, verb: str, choice: int) -> None:
        """Whoever holds the task calls a verb, so that tasks get on."""
        holder = self.desk.look(key).task.holding.holder
        worker = next((one for one in PEOPLE if holder is not None and one.id == holder.worker), None)
        if holder is not None and worker is not None:
            self.try_verb(worker, key, verb, choice, holder.token, keyed=False)

    @rule(choices=st.lists(st.integers(0, 999), min_size=1, max_size=12))
    def work_gets_on(self, choices: list[int]) -> None:
        """Some of what can be done is done, so that tasks come far: claims, drafts, open verbs."""
        for choice in choices:
            ways = (self.open_verbs(choice // 4) if choice % 4 else []) or self.open_claims()
            if ways:
                ways[choice // 4 % len(ways)]()

    def open_claims(self) -> list[Callable[[], None]]:
        """Claims of what is free."""
        ways = []
        for worker in WORKERS:
            for row in self.desk.queue(QueueQuery(free_for=worker.id, stages=worker.stages)):
                key = TaskKey.of_stream(row.stream)
                assert key is not None
                ways.append(lambda worker=worker, key=key: self.claim(worker, key))
        return ways

    def open_verbs(self, choice: int) -> list[Callable[[], None]]:
        """For every holder the furthest verb that is open to him, or another one."""
        ways: list[Callable[[], None]] = []
        for key in KEYS:
            look = self.desk.look(key)
            holder = look.task.holding.holder
            for worker in PEOPLE:
                if holder is not None and holder.worker == worker.id:
                    verbs = [verb for verb in VERBS if self.desk.may(look, worker).get(verb, "no") is None]
                    verb = verbs[-1] if choice % 3 else verbs[choice // 3 % len(verbs)]
                    go = (worker, key, verb, choice % 5 + 1, holder.token, choice % 2 == 0)
                    ways += [lambda go=go: self.try_verb(*go)] * 3
            if holder is not None and holder.worker == DRAFTER.id:
                ways += [lambda key=key: self.the_drafter_drafts(key, late=False)] * 3
        return ways

    def holds(self, worker: Worker, key: TaskKey) -> bool:
        """Whether the task is this worker's by the record."""
        holder = self.desk.look(key).task.holding.holder
        return holder is not None and holder.worker == worker.id

    @rule(worker=st.sampled_from(PEOPLE), name=st.sampled_from(["c1", "c2"]), choice=st.integers(1, 2))
    def label_anew(self, worker: Worker, name: str, choice: int) -> None:
        """Somebody answers the form of a clip, perhaps for the second time: drafts may go stale."""
        key = key_of(LABELS, clip=name)
        self.claim(worker, key)
        if self.holds(worker, key):
            self.try_verb(worker, key, "label", choice, self.last_token(worker, key), keyed=False)

    @rule(choice=st.integers(0, 999))
    def somebody_is_too_late(self, choice: int) -> None:
        """A lease lapses, another takes the task, and then the first one's answer arrives."""
        held = [(worker, key) for key in KEYS for worker in PEOPLE if self.holds(worker, key)]
        if not held:
            return
        worker, key = held[choice % len(held)]
        token = self.last_token(worker, key)
        verbs = [verb for verb in VERBS if self.desk.may(self.desk.look(key), worker).get(verb, "no") is None]
        self.clock.advance(151)
        for other in (REX, BOB, REV, ANN):
            if other is not worker and not self.holds(other, key):
                self.claim(other, key)
        if not self.holds(worker, key):
            verb = verbs[-1] if choice % 3 == 0 else verbs[choice // 7 % len(verbs)]
            self.try_verb(worker, key, verb, choice % 5 + 1, token, choice % 2 == 0)

    @rule(key=st.sampled_from(KEYS), late=st.booleans())
    def the_drafter_drafts(self, key: TaskKey, late: bool) -> None:
        """The model hands a draft in, perhaps under a token that counts no more."""
        tokens = self.tokens.get((key, DRAFTER.id))
        if not tokens or key.is_labels:
            return
        try:
            request = self.desk.draft_request(key)
        except NotYourTurn:
            return
        work = Work(token=tokens[0 if late else -1])
        self.check(key, work, lambda: self.desk.keep_draft(DRAFTER, key, work, self.writer.draft(request), request))

    def some_token(self, worker: Worker, key: TaskKey, which: str, choice: int) -> int | None:
        """One's last token, any of one's own, another's, or none."""
        mine = self.tokens.get((key, worker.id), [])
        match which:
            case "last":
                return mine[-1] if mine else None
            case "any":
                return mine[choice % len(mine)] if mine else None
            case "foreign":
                return choice
        return None

    def try_verb(self, worker: Worker, key: TaskKey, verb: str, choice: int, token: int | None, keyed: bool) -> None:
        """Call it, and compare the answer with what ``may`` said before and with what is kept after."""
        self.count += 1
        look = self.desk.look(key)
        allowed = self.desk.may(look, worker).get(verb, f"{verb} does not belong to this task.")
        holder = look.task.holding.holder
        current = holder is not None and holder.worker == worker.id and holder.token == token
        work = Work(token=token, key=f"{worker.id}-{self.count}" if keyed else None, active_seconds=0.5)
        call = self.request(worker, key, verb, choice, work, look.task)
        outcome = self.check(key, work, call)
        self.seen[f"{verb}: {outcome.outcome if isinstance(outcome, Outcome) else 'refused'}"] += 1
        if isinstance(outcome, Outcome):
            assert not (allowed is not None and outcome.outcome == "done"), f"{verb} was done although: {allowed}"
            assert (outcome.outcome == "extra") == (not current), "an extra is what comes without the current lease"
            if keyed:
                self.asked.append((call, outcome))
        else:
            refused = isinstance(outcome, NotYourTurn | NotAllowed)
            assert not (allowed is None and current and refused), f"may allowed {verb}, but: {outcome}"

    def request(
        self, worker: Worker, key: TaskKey, verb: str, choice: int, work: Work, task: Task
    ) -> Callable[[], Outcome]:
        """The call with some content."""
        desk, text = self.desk, TEXTS[choice % 3]
        draft = task.draft.text if isinstance(task, CaptionTask) and task.draft else ""
        aims = (point("p1", draft[:4], text=draft),) if draft and choice != 2 else ()
        if isinstance(task, CaptionTask) and task.judged and task.judged.critique and choice > 3:
            ticks = {each.id: "agreed" for each in task.judged.critique.points}
        else:
            ticks = {}
        said = critique(*aims, raw=f"Not {text}")
        return {
            "label": lambda: desk.label(worker, key, work, ANSWERS[choice % 2]),
            "rate": lambda: desk.rate(worker, key, work, choice),
            "critique": lambda: desk.critique(worker, key, work, said),
            "revise": lambda: desk.revise(worker, key, work),
            "edit": lambda: desk.edit(worker, key, work, text),
            "submit": lambda: desk.submit(worker, key, work),
            "approve": lambda: desk.approve(worker, key, work, ticks),
            "reject": lambda: desk.reject(worker, key, work, "No.", ticks),
            "correct": lambda: desk.correct(worker, key, work),
            "redraft": lambda: desk.redraft(worker, key, work),
        }[verb]

    def check(self, key: TaskKey, work: Work, call: Callable[[], Outcome]) -> Outcome | VideolectError:
        """Call; whatever comes back, the ledger holds it and nothing else."""
        acts, before = list(self.ledger.read(key.stream)), self.desk.look(key).task
        try:
            outcome = call()
        except (NotYourTurn, NotAllowed, BadInput, StaleVersion, KeyReused, NotFound) as refused:
            assert self.ledger.read(key.stream) == acts, "what was refused is not kept"
            return refused
        self.known += 1
        assert self.ledger.read(key.stream) == [*acts, outcome.act], "what was acknowledged is kept"
        assert outcome.task == self.desk.look(key).task
        if outcome.outcome == "extra":
            assert unmoved(outcome.task) == unmoved(before)
            assert outcome.task.extras == (*before.extras, outcome.act)
        return outcome

    @precondition(lambda self: getattr(self, "asked", None))
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        """The answer got lost on its way: the same request comes once more, however late."""
        call, first = data.draw(st.sampled_from(self.asked[-6:]))
        again = call()
        self.seen["repeated"] += 1
        assert again.outcome == "repeated"
        assert again.act == first.act

    @rule(worker=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS))
    def take_back(self, worker: Worker, key: TaskKey) -> None:
        """Withdraw one's submission."""
        look = self.desk.look(key)
        allowed = None if key.is_labels else self.desk.may(look, worker)["withdraw"]
        done = self.check(key, Work(), lambda: self.desk.withdraw(worker, key, Work(), "submission", ""))
        assert isinstance(done, Outcome) == (not key.is_labels and allowed is None)

    @precondition(lambda self: self.count % 7 == 6)
    @rule(key=st.sampled_from(KEYS), worker=st.sampled_from([*PEOPLE, LEAD, LEAD]))
    def close_a_task(self, key: TaskKey, worker: Worker) -> None:
        """Now and then a lead gives a task up."""
        status = self.desk.look(key).task.status
        if key.is_labels:
            return
        done = self.check(key, Work(), lambda: self.desk.withdraw(worker, key, Work(), "task", "Broken."))
        assert isinstance(done, Outcome) == (worker.may("close a task") and status not in ("settled", "withdrawn"))

    # -- what holds after every step

    @invariant()
    def no_act_is_lost_and_none_made_up(self) -> None:
        """The ledger holds exactly what was acknowledged, in streams without gaps."""
        acts = [act for _, act in self.ledger.every()]
        assert len(acts) == self.known
        streams: dict[str, list[int]] = {}
        for act in acts:
            streams.setdefault(act.stream, []).append(act.version)
        for stream, versions in streams.items():
            assert versions == list(range(1, len(versions) + 1)), stream

    @invariant()
    def the_state_is_the_fold_of_what_the_record_says(self) -> None:
        """Written out and read back, the acts give the same task."""
        for key in KEYS:
            acts: list[Act] = list(self.ledger.read(key.stream))
            task = self.desk.look(key).task
            assert fold_any([decode_act(encode_act(act)) for act in acts]) == task
            assert task.version == len(acts)
            assert isinstance(acts[0], Opened)

    @invariant()
    def nobody_decided_on_his_own_caption(self) -> None:
        """Not in the rounds, and not on any caption that he had a hand in before."""
        for key in KEYS:
            task = self.desk.look(key).task
            if isinstance(task, CaptionTask):
                for place, each in enumerate(task.rounds):
                    if each.verdict is not None:
                        authors = {one.author for one in task.rounds[: place + 1]}
                        assert each.verdict.actor.id not in authors
                        assert isinstance(each.verdict, Approved | Rejected)

    @invariant()
    def a_task_is_in_one_hand(self) -> None:
        """The live lease, the lease of the record and the newest claim are of one worker with one token."""
        for key in KEYS:
            task, lease = self.desk.look(key).task, self.ledger.lease(key.stream)
            holder = task.holding.holder
            claims = [act for act in self.ledger.read(key.stream) if isinstance(act, Claimed)]
            assert [act.token for act in claims] == list(range(1, len(claims) + 1))
            if lease is None:
                assert holder is None
            else:
                assert holder is not None
                assert (lease.worker, lease.token) == (holder.worker, holder.token)
                assert (claims[-1].actor.id, claims[-1].token) == (holder.worker, holder.token)

    @invariant()
    def rows_are_what_stands(self) -> None:
        """The queue's rows, the board and the tasks themselves say the same; a rebuild finds nothing to mend."""
        rows = {row.stream: row for row in self.desk.queue(QueueQuery(limit=100))}
        assert len(rows) == len(KEYS)
        for key in KEYS:
            look = self.desk.look(key)
            row = rows[key.stream]
            now = standing(look.task, look.parents)
            assert (row.status, row.stage, row.waiting_for, row.stale) == (
                now.status,
                now.stage,
                now.waiting_for,
                now.stale,
            )
            self.seen[f"status: {row.status}"] += 1
            self.seen["stale"] += bool(row.stale)
            assert row.version == look.task.version
            assert row == self.ledger.row(key.stream)
        counted = Counter((row.campaign, row.aspect, row.status) for row in rows.values())
        assert {(row.campaign, row.aspect, row.status): row.count for row in self.desk.board()} == dict(counted)

    @rule()
    def rebuild(self) -> None:
        """Projections made anew are the same."""
        before = self.ledger.projections_hash()
        assert self.ledger.rebuild().tasks == len(KEYS)
        assert self.ledger.projections_hash() == before


POLICIES = {
    "a reviewer corrects": Policy(),
    "the author corrects": Policy(corrector="author"),
    "corrections are reviewed": Policy(review_corrections=True),
    "all the author's, reviewed, early": Policy(corrector="author", review_corrections=True, parents="submitted"),
    "edit": Policy(modes={"edit": 1}, review_corrections=True),
    "write": Policy(modes={"write": 1}, parents="submitted"),
    "three arms": Policy(modes={"critique": 1, "edit": 1, "write": 1}, corrector="author"),
}


def run(policy: Policy, *, on_sqlite: bool, examples: int, steps: int) -> None:
    """One machine under one policy."""
    machine = type("Machine", (DeskMachine,), {"policy": policy, "on_sqlite": on_sqlite})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # No shrinking: a failing run ends in seconds, not minutes. Take this line out to see the shortest story.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_desk_in_memory(policy: Policy):
    run(policy, on_sqlite=False, examples=8, steps=50)


@pytest.mark.parametrize("policy", ["all the author's, reviewed, early", "three arms"])
def test_the_desk_on_sqlite(policy: str):
    run(POLICIES[policy], on_sqlite=True, examples=2, steps=40)


def test_a_long_walk_reaches_everything():
    """The same rules by a seeded walk: and every verb was done, came late and was refused, every status was seen."""
    chance, seen = random.Random(7), Counter[str]()
    for name in ["a reviewer corrects", "all the author's, reviewed, early", "corrections are reviewed"] * 7:
        machine = type("Machine", (DeskMachine,), {"policy": POLICIES[name]})()
        machine.open()
        for turn in range(40):
            step(machine, chance)
            if turn % 8 == 0:
                machine.no_act_is_lost_and_none_made_up()
                machine.the_state_is_the_fold_of_what_the_record_says()
                machine.nobody_decided_on_his_own_caption()
                machine.a_task_is_in_one_hand()
                machine.rows_are_what_stands()
        machine.rebuild()
        seen += machine.seen
        machine.teardown()
    verbs = {"label", "submit", "approve", "reject", "correct", "rate", "critique", "revise", "edit"}
    wanted = {f"{verb}: {how}" for verb in verbs for how in ("done", "refused", "extra")}
    wanted |= {f"status: {status}" for status in STATUSES} | {"repeated", "stale", "redraft: done"}
    assert not {each for each in wanted if not seen[each]}


def step(machine: Any, chance: random.Random) -> None:
    """One rule, drawn."""
    worker, key, choice = chance.choice(WORKERS), chance.choice(KEYS), chance.randint(1, 5)
    someone = chance.choice(PEOPLE)
    kind = chance.random()
    if kind < 0.5:
        machine.work_gets_on([chance.randrange(1000) for _ in range(4)])
    elif kind < 0.68:
        machine.somebody_is_too_late(chance.randrange(1000))
    elif kind < 0.78:
        tokens = machine.some_token(someone, key, chance.choice(["any", "last", "foreign", "none"]), choice)
        machine.try_verb(someone, key, chance.choice(VERBS), choice, tokens, chance.random() < 0.5)
    elif kind < 0.8:
        machine.label_anew(someone, key.clip, choice)
    elif kind < 0.83:
        machine.time_passes(chance.choice([1, 151]))
    elif kind < 0.87:
        machine.claim(worker, key)
    elif kind < 0.9:
        machine.claim_next(worker)
    elif kind < 0.92:
        machine.release(worker, key)
    elif kind < 0.94:
        machine.take_back(someone, key)
    elif kind < 0.95:
        machine.heartbeat(someone, key)
    elif kind < 0.96:
        machine.the_drafter_drafts(key, late=True)
    elif kind < 0.965 and not key.is_labels:
        machine.check(key, Work(), lambda: machine.desk.withdraw(LEAD, key, Work(), "task", "Broken."))
    elif machine.asked:
        call, first = chance.choice(machine.asked)
        machine.seen["repeated"] += 1
        assert call().act == first.act

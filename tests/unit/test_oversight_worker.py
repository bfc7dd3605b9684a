"""A model at the desk: drafts what waits, gives back what it cannot, and starves nobody."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.support.acts import DRAFTER, LEAD, FakeWriter, bench
from videolect.errors import BadInput
from videolect.oversight import worker
from videolect.oversight.streams import Work
from videolect.oversight.worker import (
    DraftFailed,
    Drafting,
    draft_all,
    draft_next,
    drafter,
    own_drafter,
    rest_s,
)
from videolect.record.acts.tasks import Released
from videolect.record.drafting import DraftRequest


class Rounds(threading.Event):
    """A stop signal that comes by itself after some rests, and waits for nobody."""

    def __init__(self, rests: int) -> None:
        super().__init__()
        self.rests = rests
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Count a rest."""
        self.waited.append(timeout or 0)
        if len(self.waited) >= self.rests:
            self.set()
        return self.is_set()


def breaks_on(clip: str, error: Exception) -> FakeWriter:
    """A writer that cannot draft one clip."""

    def refuse(request: DraftRequest) -> None:
        if request.clip.id == clip:
            raise error

    return FakeWriter(refuse)


def labelled_bench(writer: FakeWriter | None = None, clips: tuple[str, ...] = ("c1", "c2", "c3")):
    """A campaign whose clips are all labelled."""
    made = bench(clips=clips, writer=writer)
    for clip in clips:
        made.label(clip)
    return made


def test_nothing_waits_nothing_is_drafted():
    made = bench()
    assert draft_next(made.desk, made.writer, DRAFTER) is None
    assert draft_all(made.desk, made.writer, DRAFTER) == Drafting(drafted=0)


def test_all_that_waits_is_drafted_once():
    made = labelled_bench()
    assert draft_all(made.desk, made.writer, DRAFTER) == Drafting(drafted=6)
    assert draft_all(made.desk, made.writer, DRAFTER) == Drafting(drafted=0)
    assert made.task(clip="c2").draft.actor.name == "rules"
    assert made.task(clip="c2").draft.asked_by == DRAFTER.id == "drafter@1"
    assert drafter("big", "2").id == "big@2"


def test_what_cannot_be_drafted_is_given_back_with_the_reason(caplog: pytest.LogCaptureFixture):
    made = labelled_bench(breaks_on("c1", BadInput("No frames.", mend="Import it again.")))
    with pytest.raises(DraftFailed, match="task/demo/c1/subject was not drafted") as failed:
        draft_next(made.desk, made.writer, DRAFTER)
    assert failed.value.key == made.key()
    assert isinstance(failed.value.__cause__, BadInput)
    last = made.desk.ledger.read(made.key().stream)[-1]
    assert isinstance(last, Released)
    assert last.reason == "No frames. Import it again."
    assert made.desk.look(made.key()).lease is None
    assert made.status() == "to_draft"


def test_a_reason_that_no_database_can_hold_does_not_hide_the_failure():
    made = labelled_bench(breaks_on("c1", RuntimeError("half \ud83d" + "\x00" + "x" * 5000)))
    with pytest.raises(DraftFailed) as failed:
        draft_next(made.desk, made.writer, DRAFTER)
    assert "half" in str(failed.value.__cause__)


def test_what_fails_is_told_and_the_rest_is_drafted(caplog: pytest.LogCaptureFixture):
    made = labelled_bench(breaks_on("c2", BadInput("No frames.", mend="Import it again.")))
    failed = (made.key(clip="c2"), made.key("scene", "c2"))
    assert draft_all(made.desk, made.writer, DRAFTER) == Drafting(drafted=4, failed=failed)
    assert made.status(clip="c2") == "to_draft"
    assert made.status(clip="c3") == "to_caption"


def test_a_task_that_was_closed_meanwhile_is_left():
    made = labelled_bench()

    def close(request: DraftRequest) -> None:
        made.desk.withdraw(LEAD, made.key(request.aspect, request.clip.id), Work(), "task", "")

    made.writer.refuse = close
    assert draft_next(made.desk, made.writer, DRAFTER) == made.key()
    assert made.status() == "withdrawn"
    assert made.task().draft is None
    assert len(made.task().extras) == 1


def test_watching_ends_when_it_is_told(caplog: pytest.LogCaptureFixture):
    made = labelled_bench()
    stop = Rounds(1)
    draft_all(made.desk, made.writer, DRAFTER, stop=stop, watch=True)
    assert {row.status for row in made.desk.board() if row.aspect in ("subject", "scene")} == {"to_caption"}
    assert stop.waited == [0.5]


def test_what_fails_is_tried_again_but_ever_more_rarely(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    """Twelve simulated hours, looking every minute: each try leaves two acts in the ledger for ever."""
    caplog.set_level(logging.CRITICAL)
    made = labelled_bench(breaks_on("c1", RuntimeError("broken")), clips=("c1",))
    stop = Rounds(12 * 60)
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: sum(stop.waited)))
    draft_all(made.desk, made.writer, DRAFTER, stop=stop, watch=True, every_s=60)
    tries = sum(isinstance(act, Released) for act in made.desk.ledger.read(made.key().stream))
    assert 12 <= tries <= 24


@pytest.mark.parametrize("error", [RuntimeError("broken"), BadInput("No frames.", mend="Import it.")])
def test_one_broken_draft_does_not_end_drafting_for_the_others(error: Exception):
    made = labelled_bench(breaks_on("c1", error))
    draft_all(made.desk, made.writer, DRAFTER, stop=Rounds(10), watch=True)
    assert made.status(clip="c1") == "to_draft"
    assert made.status(clip="c2") == "to_caption"
    assert made.status(clip="c3") == "to_caption"


def test_one_task_that_always_fails_keeps_no_other_waiting():
    made = labelled_bench(breaks_on("c1", RuntimeError("broken")), clips=("c1", "c2"))
    stop = Rounds(40)
    draft_all(made.desk, made.writer, DRAFTER, stop=stop, watch=True, every_s=1)
    assert made.status(clip="c2") == "to_caption"
    assert max(stop.waited) <= 4, "it looks again as often as ever, not after a rest for the writer"


def test_two_processes_do_not_take_each_others_drafts_for_their_own():
    """Each drafts under a name of its own: a task that one holds is not offered to the other."""
    made = labelled_bench()
    one, two = own_drafter(), own_drafter()
    assert one.id != two.id
    first = made.desk.claim_next(one)
    second = made.desk.claim_next(two)
    assert first.stream != second.stream


def test_a_writer_that_takes_long_keeps_its_lease(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "BEAT_S", 0.005)
    made = labelled_bench(clips=("c1",))

    def slow(request: DraftRequest) -> None:
        """Long enough for three lives of a lease without a beat."""
        key = made.key(request.aspect, request.clip.id)
        for _ in range(3):
            made.clock.advance(worker.MODEL_LEASE_SECONDS - 1)
            renewed = made.clock.now() + timedelta(seconds=worker.MODEL_LEASE_SECONDS)
            deadline = time.monotonic() + 20
            while made.desk.look(key).lease.until < renewed and time.monotonic() < deadline:
                time.sleep(0.001)
            assert made.desk.claim_next(own_drafter(), aspect=request.aspect) is None

    made.writer.refuse = slow
    assert draft_next(made.desk, made.writer, own_drafter()) == made.key()
    assert made.status() == "to_caption"


def test_a_task_that_fails_for_months_does_not_end_drafting():
    """2.0 ** 1024 is no float: the thread would have died of it after six weeks of hourly tries."""
    assert [rest_s(failures) for failures in (1, 2, 12, 13, 1024, 100_000)] == [2, 4, 4096, 4096, 4096, 4096]


def test_a_worker_that_is_told_to_stop_ends_after_the_draft_at_hand():
    made = labelled_bench(clips=("c1", "c2"))
    stop = threading.Event()
    made.writer.refuse = lambda request: stop.set()
    assert draft_all(made.desk, made.writer, DRAFTER, stop=stop) == Drafting(drafted=1)
    made.writer.refuse = None
    assert draft_all(made.desk, made.writer, DRAFTER).drafted > 1, "the others wait for whoever comes next"


def test_a_worker_that_watches_takes_what_comes_later():
    made = bench(clips=("c1", "c2"))
    made.label("c1")
    stop, found = threading.Event(), []
    thread = threading.Thread(
        target=lambda: found.append(draft_all(made.desk, made.writer, DRAFTER, stop=stop, watch=True, every_s=0.01))
    )
    thread.start()

    def drafted(clip: str) -> bool:
        return any(request.clip.id == clip for request in made.writer.drafts)

    deadline = time.monotonic() + 20
    while not drafted("c1") and time.monotonic() < deadline:
        time.sleep(0.01)
    made.label("c2")
    while not drafted("c2") and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert drafted("c2")
    assert found[0].drafted == len(made.writer.drafts)


def test_the_aspects_of_one_clip_follow_each_other():
    made = labelled_bench(clips=("c1", "c2", "c3"))
    draft_all(made.desk, made.writer, DRAFTER)
    clips = [request.clip.id for request in made.writer.drafts]
    assert clips == sorted(clips), "so that a model encodes each clip once"


def test_a_worker_that_watches_tries_again_what_failed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "rest_s", lambda failures: 0.01)
    made = labelled_bench(clips=("c1",))
    left = iter([BadInput("Down.", mend="Wait."), BadInput("Down.", mend="Wait.")])
    stop, tried = threading.Event(), []

    def refuse(request: DraftRequest) -> None:
        tried.append(request.aspect)
        if (error := next(left, None)) is not None:
            raise error

    made.writer.refuse = refuse
    found: list[Drafting] = []
    thread = threading.Thread(
        target=lambda: found.append(draft_all(made.desk, made.writer, DRAFTER, stop=stop, watch=True, every_s=0.01))
    )
    thread.start()
    deadline = time.monotonic() + 15
    while len(tried) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert found == [Drafting(drafted=2)], "what was drafted after all has not failed"

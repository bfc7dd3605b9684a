"""A model at the desk: takes the next task to draft under a lease of its own, asks the writer, hands the draft in."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from videolect.errors import VideolectError
from videolect.oversight.desk import MODEL_LEASE_SECONDS, Desk
from videolect.oversight.ports import Writer
from videolect.oversight.roles import Worker
from videolect.oversight.streams import Work
from videolect.record.campaign import TaskKey
from videolect.record.people import Model

log = logging.getLogger(__name__)

BEAT_S = MODEL_LEASE_SECONDS / 4


def drafter(name: str = "drafter", version: str = "1") -> Worker:
    """The worker under whose name the desk's own drafts are claimed; what wrote each text stands on its act."""
    return Worker(actor=Model(name=name, version=version))


def own_drafter() -> Worker:
    """A drafter of this process alone: two processes under one name would take each other's tasks for their own."""
    return drafter(f"drafter-{secrets.token_hex(4)}")


@contextmanager
def _beating(desk: Desk, worker: Worker, key: TaskKey, token: int) -> Iterator[None]:
    """Keep the lease alive while a writer is at work, which may take minutes."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_S):
            with suppress(Exception):  # a beat that fails is made up for by the next, or the lease is lost
                desk.heartbeat(worker, key, token)

    thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def draft_next(
    desk: Desk, writer: Writer, worker: Worker, *, campaign: str | None = None, skip: Container[str] = ()
) -> TaskKey | None:
    """Draft one waiting task; None where none waits. DraftFailed where the writer failed: the task stays there."""
    lease = desk.claim_next(worker, campaign=campaign, skip=skip)
    key = TaskKey.of_stream(lease.stream) if lease is not None else None
    if lease is None or key is None:
        return None
    try:
        request = desk.draft_request(key)
        with _beating(desk, worker, key, lease.token):
            draft = writer.draft(request)
        desk.keep_draft(worker, key, Work(token=lease.token), draft, request)
    except Exception as error:
        reason = ascii(str(error)[:500])[1:-1]  # whatever it says, every database can hold it
        with suppress(VideolectError):  # the task may be another's by now
            desk.release(worker, key, lease.token, reason=reason)
        raise DraftFailed(key) from error
    return key


class DraftFailed(Exception):
    """The writer failed on this task; what went wrong is the cause."""

    def __init__(self, key: TaskKey) -> None:
        super().__init__(f"{key.stream} was not drafted")
        self.key = key


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafting:
    """What a worker did."""

    drafted: int
    failed: tuple[TaskKey, ...] = ()
    """On which the writer failed: they wait as before."""


def draft_all(
    desk: Desk, writer: Writer, worker: Worker, *, campaign: str | None = None, stop: threading.Event | None = None,
    watch: bool = False, every_s: float = 0.5,
) -> Drafting:  # fmt: skip
    """Draft everything that waits, in the order of the queue, so that the aspects of one clip follow each other.

    ``stop``: end after the draft at hand once it is set. ``watch``: look again every ``every_s`` when nothing waits,
    and try again what failed: each task later and later, since each try leaves a claim and a release in the ledger, and
    after several tasks in a row nothing for as long, since then it is the writer that fails; one bad task keeps nobody
    waiting. A database that is away for a
    moment does not end it then.
    """
    stop = stop or threading.Event()
    count = 0
    in_a_row = set[str]()  # different tasks that failed, with nothing drafted between
    failed: dict[str, TaskKey] = {}
    rests = _Rests()
    while not stop.is_set():
        try:
            skip = rests.resting() if watch else set(failed)
            key = draft_next(desk, writer, worker, campaign=campaign, skip=skip)
            if key is None:
                if not watch:
                    break
                in_a_row.clear()
                stop.wait(every_s)
                continue
            count += 1
            in_a_row.clear()
            failed.pop(key.stream, None)
        except DraftFailed as error:
            mendable = isinstance(error.__cause__, VideolectError)
            log.warning("%s: %s", error, error.__cause__, exc_info=None if mendable else error.__cause__)
            failed[error.key.stream] = error.key
            rests.failed(error.key.stream)
            in_a_row.add(error.key.stream)
            if watch and len(in_a_row) > 1:
                stop.wait(min(60.0, rest_s(len(in_a_row) - 1)))
        except Exception:
            if not watch:
                raise
            log.exception("Drafting failed; trying again")
            stop.wait(every_s)
    return Drafting(drafted=count, failed=tuple(failed.values()))


class _Rests:
    """Tasks that failed, and until when each is left alone."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def failed(self, stream: str) -> None:
        self._failures[stream] = self._failures.get(stream, 0) + 1
        self._until[stream] = time.monotonic() + rest_s(self._failures[stream])

    def resting(self) -> set[str]:
        now = time.monotonic()
        return {stream for stream, until in self._until.items() if until > now}


def rest_s(failures: int) -> float:
    """Seconds for which a task is left alone after so many failures: 2, 4, 8 ... up to 4,096."""
    return float(2 ** min(failures, 12))

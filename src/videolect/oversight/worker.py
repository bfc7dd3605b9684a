"""A model at the desk: takes the next task to draft under a lease of its own, asks the writer, hands the draft in."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress

from videolect.errors import VideolectError
from videolect.oversight.desk import Desk, Work
from videolect.oversight.ports import Writer
from videolect.oversight.roles import Worker
from videolect.record.campaign import TaskKey
from videolect.record.people import Model

log = logging.getLogger(__name__)


def drafter(name: str = "drafter", version: str = "1") -> Worker:
    """The worker under whose name the desk's own drafts are claimed; what wrote each text stands on its act."""
    return Worker(actor=Model(name=name, version=version))


def draft_next(desk: Desk, writer: Writer, worker: Worker, *, campaign: str | None = None) -> TaskKey | None:
    """Draft one waiting task; None where none waits. A task that became someone else's meanwhile is left to them."""
    lease = desk.claim_next(worker, campaign=campaign)
    key = TaskKey.of_stream(lease.stream) if lease is not None else None
    if lease is None or key is None:
        return None
    try:
        request = desk.draft_request(key)
        desk.keep_draft(worker, key, Work(token=lease.token), writer.draft(request), request)
    except Exception as error:
        log.warning("%s was not drafted: %s", key.stream, error)
        with suppress(VideolectError):  # it may be another's by now
            desk.release(worker, key, lease.token, reason=str(error)[:500])
        raise
    return key


def draft_all(desk: Desk, writer: Writer, worker: Worker, *, campaign: str | None = None) -> int:
    """Draft until none waits; how many were drafted."""
    count = 0
    while draft_next(desk, writer, worker, campaign=campaign) is not None:
        count += 1
    return count


def draft_for_ever(desk: Desk, writer: Writer, worker: Worker, *, stop: threading.Event, every_s: float = 0.5) -> None:
    """What the server's drafting thread runs: look for work, rest, look again, until ``stop`` is set.

    After a failure it rests longer and longer, up to a minute: each try leaves a claim and a release in the ledger.
    """
    rest_s = every_s
    while not stop.is_set():
        try:
            found = draft_next(desk, writer, worker)
            rest_s = every_s
            if found is not None:
                continue
        except Exception as error:
            # One broken draft, or a database that is away for a moment, must not end drafting for everyone.
            log.warning("Drafting rests for %.0f s: %s", rest_s, error, exc_info=not isinstance(error, VideolectError))
            rest_s = min(60.0, rest_s * 2)
        stop.wait(rest_s)

"""Triples of a large ledger by several processes, which come out as the same bytes as those of one.

Reading, folding and encoding a task takes all the time and needs no other task. So each process takes slices of the
tasks, through a ledger that it opens for itself, and the parts are written in the order in which tasks were opened.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path

from videolect.dataset.triple_files import Encoded, Written, check_target, encoded, write_encoded, write_triples
from videolect.dataset.triples import AT_ONCE, slices, spec_hashes, triples_of
from videolect.errors import CannotRead
from videolect.oversight.ports import Ledger
from videolect.record.campaign import TaskKey

Opener = Callable[[], Ledger]
"""Opens the ledger to read, in another process: it has to go there, so a function of a module, or a partial of one."""

FEW = 5_000
"""Tasks for which starting processes takes longer than it saves."""


def write_settled(
    ledger: Ledger, opener: Opener, path: Path, *, campaign: str | None = None, jobs: int = 1, few: int = FEW
) -> Written:
    """The triples of ``ledger`` as ``write_triples`` writes them. opener: the same ledger, for other processes.

    One process for one job, and for fewer than ``few`` tasks. An error of a process is raised here as it was there.
    """
    check_target(path)
    hashes = spec_hashes(ledger)
    wanted = slices(ledger, campaign=campaign)
    begun = list(islice(wanted, max(1, few // AT_ONCE)))
    everything = chain(begun, wanted)
    if jobs < 2 or len(begun) * AT_ONCE < few:
        return write_triples(chain.from_iterable(triples_of(ledger, some, hashes) for some in everything), path)
    # Spawned, not forked: the parent may have threads, and connections that are nobody else's.
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(opener, hashes, path.suffix)
    ) as pool:
        try:
            return write_encoded(_in_order(pool, everything, 3 * jobs), path)
        except BrokenProcessPool:
            raise CannotRead(
                "A process was stopped from outside, perhaps for want of memory.", mend="Run it again with --jobs 1."
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, slices: Iterable[Sequence[TaskKey]], most: int) -> Iterator[Encoded]:
    """Each slice's rows; at most so many slices are under way or wait to be written."""
    waiting: deque[Future[Encoded]] = deque()
    for some in slices:
        if len(waiting) == most:
            yield waiting.popleft().result()
        waiting.append(pool.submit(_encode, some))
    while waiting:
        yield waiting.popleft().result()


# ------------------------------------------------------------------------------------------------- in the other process

_opener: Opener
_hashes: Mapping[str, str]
_ending: str
_ledger: Ledger | None = None


def _begin(opener: Opener, hashes: Mapping[str, str], ending: str) -> None:
    """Opens nothing yet: an error here would end the pool without a word."""
    global _opener, _hashes, _ending
    _opener, _hashes, _ending = opener, hashes, ending
    gc.freeze()
    gc.set_threshold(100_000)  # acts hold no circles, and looking for them takes a tenth of the time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process whose command was killed would wait for more work for ever."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _encode(keys: Sequence[TaskKey]) -> Encoded:
    global _ledger
    if _ledger is None:
        _ledger = _opener()
    return encoded(triples_of(_ledger, keys, _hashes), _ending)

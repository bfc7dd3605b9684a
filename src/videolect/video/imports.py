"""Films into the storage, several at a time; one result for each, in order; what is refused does not stop the others.

Whatever is done is done whole: the bytes first, then the table of timestamps, then the result, which the caller writes
into its ledger. Killed in between, the next run finds by ``already`` what got that far and does not decode it again.
Memory does not grow with the number of films: a few results wait for their turn, and none holds a table.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from videolect.errors import BadInput, CannotRead, VideolectError
from videolect.record.clip import Stretch, Video
from videolect.storage import Storage, hash_file
from videolect.video.library import Library
from videolect.video.probe import Probed, probe
from videolect.video.proxy import needs_proxy, proxy
from videolect.video.sandbox import Limits, Stop
from videolect.video.sources import Refused, Source, Sources
from videolect.video.timeline import Timeline
from videolect.video.turns import Turns

__all__ = ["Imported", "Progress", "Refused", "import_videos", "usual_jobs"]

Progress = Callable[[int, int, Path], None]
"""(how many are done, of how many, the one at hand): once before each file, and once after the last."""

_WAITING = 16
"""Results that may wait for a slower one before them. After a kill these films are decoded again."""

_TABLES = 8
"""Tables in memory."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Imported:
    """One film that is now in the storage, with its table of timestamps."""

    source: Source
    video: Video
    stretch: Stretch | None = None
    """The part that the manifest names."""
    seconds: float = 0.0
    """What it took."""
    unready: VideolectError | None = None
    """Why ``prepare`` could not do its part; the film is in all the same."""

    @property
    def path(self) -> Path:
        """The film that was read."""
        return self.source.path


def import_videos(
    sources: Iterable[Path] | Sources,
    storage: Storage,
    on_progress: Progress | None = None,
    *,
    jobs: int = 1,
    limits: Limits | None = None,
    already: Callable[[str], Probed | None] | None = None,
    proxies: bool = True,
    prepare: Callable[[Source, Video], None] | None = None,
) -> Generator[Imported | Refused]:
    """Probe each film and keep its bytes and its table; results in the order of the sources.

    ``jobs``: how many are decoded at once, each in a child process of its own. ``already``: what an earlier import
    found out about these bytes, so that they are not decoded again (None: nothing); it is called from several threads,
    and knows of a result when the next is asked for. The same bytes under two names are one video, which keeps the
    first name. ``proxies``: what browsers do not play gets a stand-in. ``prepare``: what else is made of each film
    while others are decoded; it too is called from several threads. A refused file leaves nothing in the storage. A
    storage that fails stops the whole import.
    """
    if not isinstance(sources, Sources):
        sources = Sources(sources)
    total = sum(1 for _ in sources) if on_progress else 0
    at_hand = Path()
    done = 0
    work = _Work(storage, limits or Limits(), already, proxies=proxies, prepare=prepare)
    with closing(_in_order(sources, work, jobs)) as results:
        for at_hand, wait in results:
            if on_progress:
                on_progress(done, total, at_hand)
            result = wait()
            if isinstance(result, Imported):
                result = work.named(result)
            yield result
            if isinstance(result, Imported):
                work.told(result)
            done += 1
    if on_progress and done:
        on_progress(done, max(total, done), at_hand)


def usual_jobs() -> int:
    """As many as there are cores for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_order(
    sources: Iterable[Source | Refused], work: _Work, jobs: int
) -> Generator[tuple[Path, Callable[[], Imported | Refused]]]:
    """Each source's path, and what waits for its result. When nobody asks any more, the children end."""
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="import")
    waiting: deque[tuple[Path, Callable[[], Imported | Refused]]] = deque()
    most = max(_WAITING, 2 * jobs) if jobs > 1 else 1
    try:
        for source in sources:
            if len(waiting) >= most:
                yield waiting.popleft()
            ask = _refusal(source) if isinstance(source, Refused) else _result(pool, work, source)
            waiting.append((source.path, ask))
        while waiting:
            yield waiting.popleft()
    finally:
        work.stop.now()
        pool.shutdown(cancel_futures=True)


def _refusal(refused: Refused) -> Callable[[], Refused]:
    return lambda: refused


def _result(pool: ThreadPoolExecutor, work: _Work, source: Source) -> Callable[[], Imported | Refused]:
    future: Future[Imported | Refused] = pool.submit(work.one, source)
    return future.result


@dataclass(slots=True)
class _Fresh:
    """A video that was decoded in this run and that the caller may not know yet."""

    video: Video
    named: bool = False
    waiting: int = 0
    """Results with it that the caller has not taken."""


class _Work:
    """What the threads share: which bytes are being decoded, and what is known of those that were."""

    def __init__(
        self, storage: Storage, limits: Limits, already: Callable[[str], Probed | None] | None, *, proxies: bool,
        prepare: Callable[[Source, Video], None] | None,
    ) -> None:  # fmt: skip
        self.storage = storage
        self.library = Library(storage)
        self.proxies = proxies
        self.prepare = prepare
        self.limits = limits
        self.already = already
        self.stop = Stop()
        self._guard = threading.Lock()
        self._turns = Turns()  # of several with the same bytes only the first is decoded
        # Without `already` nobody else knows what was decoded, so all are kept; with it, those on their way.
        self._fresh: dict[str, _Fresh] = {}
        # The tables of a few, for the many parts of one film.
        self._recent: dict[str, Probed] = {}

    def one(self, source: Source) -> Imported | Refused:
        """The film into the storage, or why not. A storage that fails is an error of the whole import."""
        begun = time.monotonic()
        try:
            video, stretch = self._take_in(source)
        except (CannotRead, BadInput) as error:
            return Refused(source.path, error.message, error.mend, source.line, time.monotonic() - begun)
        unready = self._prepared(source, video) if stretch is None else None
        return Imported(source, video, stretch, time.monotonic() - begun, unready)

    def named(self, result: Imported) -> Imported:
        """The result under the video's first name in the order of the sources, whichever copy was decoded."""
        with self._guard:
            fresh = self._fresh.get(result.video.hash)
            if fresh is None:
                return result
            if not fresh.named:
                fresh.video = replace(fresh.video, file_name=shown_name(result.path))
                fresh.named = True
            return replace(result, video=fresh.video)

    def told(self, result: Imported) -> None:
        """The caller has taken the result, and ``already`` knows of it."""
        with self._guard:
            fresh = self._fresh.get(result.video.hash)
            if fresh is not None:
                fresh.waiting -= 1
                if self.already is not None and fresh.waiting == 0:
                    del self._fresh[result.video.hash]

    # -------------------------------------------------------------------------------------------------- inside

    def _take_in(self, source: Source) -> tuple[Video, Stretch | None]:
        path = source.path
        if not (os.path.isfile(path) and os.path.getsize(path)):
            probe(path, limits=self.limits)  # which says what it is instead
        content_hash = hash_file(path)[0]
        with self._turns.of(content_hash):
            if fresh := self._taken(content_hash):
                return fresh.video, source.part.within(self._table(content_hash)) if source.part else None
            known = self.already(content_hash) if self.already else None
            probed = known or self._recent.get(content_hash) or self._decoded(path, content_hash)
            stretch = source.part.within(probed.timeline) if source.part else None
            self.storage.put_file(path, content_hash=content_hash)
            if self.proxies and needs_proxy(probed):
                self._stand_in(path, probed)
            if known is None:
                self.library.keep_said(content_hash, probed.facts())
                self.library.keep_timeline(content_hash, probed.timeline)
                with self._guard:
                    self._fresh[content_hash] = _Fresh(probed.video, waiting=1)
            return probed.video, stretch

    def _prepared(self, source: Source, video: Video) -> VideolectError | None:
        if self.prepare is None:
            return None
        try:
            with self._turns.of(video.hash):  # copies of one film: the first does the work
                self.prepare(source, video)
        except CannotRead as error:
            return error
        return None

    def _stand_in(self, path: Path, probed: Probed) -> None:
        """Make the proxy and keep it, where there is none. Without one the film is there all the same."""
        content_hash = probed.video.hash
        if self.library.proxy_of(content_hash) is not None:
            return
        try:
            with proxy(path, probed, limits=self.limits, stop=self.stop) as made:
                _check_same(path, content_hash)
                proxy_hash = self.storage.put_file(made.path, content_hash=made.probed.video.hash)[0]
                self.library.keep_timeline(proxy_hash, made.probed.timeline)
            self.library.keep_proxy(content_hash, proxy_hash)
        except CannotRead as error:
            _log.warning("%s has no proxy: %s %s", path, error.message, error.mend)

    def _taken(self, content_hash: str) -> _Fresh | None:
        """The video where it was decoded in this run. One more result waits with it."""
        with self._guard:
            fresh = self._fresh.get(content_hash)
            if fresh is not None:
                fresh.waiting += 1
            return fresh

    def _decoded(self, path: Path, content_hash: str) -> Probed:
        try:
            probed = probe(path, limits=self.limits, content_hash=content_hash, stop=self.stop)
        except VideolectError:
            raise
        except Exception as error:
            # A fault of ours, which is to be mended; but a batch of a thousand is not lost for one film.
            _log.exception("%s could not be imported", path)
            raise CannotRead(f"{path} made videolect fail: {error!r}.", mend="Report it, with the log.") from error
        with self._guard:
            self._recent[content_hash] = probed
            while len(self._recent) > _TABLES:
                del self._recent[next(iter(self._recent))]
        return probed

    def _table(self, content_hash: str) -> Timeline:
        recent = self._recent.get(content_hash)
        return recent.timeline if recent else self.library.timeline_of(content_hash)


def _check_same(path: Path, content_hash: str) -> None:
    """What is made from a file by its path is of these bytes only if it holds them still."""
    if hash_file(path)[0] != content_hash:
        raise CannotRead(f"{path} was changed while it was imported.", mend="Import it again when it is whole.")


def shown_name(path: Path) -> str:
    """The file's name as people see it, also where its bytes are no UTF-8."""
    return os.fsencode(path.name).decode("utf-8", "replace")

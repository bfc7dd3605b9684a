"""A film's transitions for the editor of cuts: the detector's bytes, made once and kept, under people's ``edits``.

The bytes (``Scores``) are derived: they stand in the storage under ``shots-ENGINE`` and can be made again at any time.
Detecting runs in one thread, one film after another; a process that is killed leaves nothing half done.

What was read or folded last is remembered: an edit costs what it changes, not what was edited before it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

from videolect.errors import CannotRead, NotFound, VideolectError
from videolect.record.acts.cuts import CutEdit
from videolect.record.clip import Video
from videolect.storage import CannotReach, CannotStore, Storage
from videolect.video.edits import Laid, Overlay, laid_over
from videolect.video.library import SHOTS, Library
from videolect.video.shots import Engine, Picture, Scores, Shot, ShotRules, Transition, reshoot, shots_of
from videolect.video.split import scores_of
from videolect.video.strips import check_strip, strip
from videolect.video.timeline import Timeline

log = logging.getLogger(__name__)

_KEPT = 16

State = Literal["none", "waiting", "running", "done", "failed"]
"""``waiting``: asked for, and another film is first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """How far the detector is with a film."""

    state: State
    engine: str
    frames_done: int = 0
    why: str = ""
    """Why it failed."""
    mend: str = ""
    transitions: tuple[Transition, ...] = ()


class CutFinder:
    """Detects in the background, remembers in the storage, and joins what was found with what people say."""

    def __init__(self, storage: Storage, engine: Engine, name: str) -> None:
        self.storage = storage
        self.engine = engine
        self.library = Library(storage)
        self.kind = SHOTS + name
        self._lock = threading.Lock()
        self._asked: dict[str, tuple[Video, _Counted]] = {}  # by hash, in the order of asking: the first one runs
        self._failed: dict[str, Detection] = {}
        self._read = _Few[tuple[Transition, ...]]()
        self._timelines = _Few[Timeline]()
        self._overlays = _Few[Overlay]()

    # -- detecting

    def detection(self, video: Video) -> Detection:
        """Where the detector stands."""
        engine = self.engine.found_by
        with self._lock:
            if video.hash in self._asked:
                is_first = next(iter(self._asked)) == video.hash
                count = self._asked[video.hash][1].count
                return Detection(state="running" if is_first else "waiting", engine=engine, frames_done=count)
        found = self._found(video)
        if found is not None:
            return Detection(state="done", engine=engine, frames_done=video.frames, transitions=found)
        with self._lock:
            return self._failed.get(video.hash) or Detection(state="none", engine=engine)

    def detect(self, video: Video) -> Detection:
        """Begin, or wait for the films before; not where it has run already. What failed is tried again.

        Looks into the storage anew: kept bytes that were deleted or damaged meanwhile are made again.
        """
        with self._lock:
            self._read.drop(video.hash)
        if self._found(video) is None:
            with self._lock:
                if video.hash not in self._asked:
                    self._failed.pop(video.hash, None)
                    self._asked[video.hash] = (video, _Counted(self.engine))
                    if len(self._asked) == 1:
                        threading.Thread(target=self._detect_all, daemon=True, name="cuts").start()
        return self.detection(video)

    def _detect_all(self) -> None:
        """One film after another, until none waits."""
        while True:
            with self._lock:
                video, counted = next(iter(self._asked.values()))
            failed = self._detect(video, counted)
            with self._lock:
                if failed is not None:
                    self._failed[video.hash] = failed
                del self._asked[video.hash]
                if not self._asked:
                    return

    def _detect(self, video: Video, counted: _Counted) -> Detection | None:
        """None where it went well, else why it did not."""
        try:
            with self.library.film(video) as path:
                self._score(video, path, counted)
            return None
        except (CannotReach, CannotStore) as error:
            log.warning("Detecting the cuts of %s: %s", video.hash[:12], error)
            what = "takes no more bytes" if isinstance(error, CannotStore) else "does not answer"
            why: VideolectError = CannotRead(f"The storage of the films {what}.", mend=_LOG)
        except VideolectError as error:
            why = error
        except Exception:
            log.exception("Detecting the cuts of %s failed", video.hash[:12])
            why = CannotRead("The detector broke off.", mend=_LOG)
        return Detection(state="failed", engine=self.engine.found_by, why=why.message, mend=why.mend)

    def find(self, video: Video, path: Path | None = None) -> tuple[Transition, ...]:
        """What the detector finds, from the kept bytes or by running it here and now.

        ``path``: where the film lies already; without it the storage gives it. CannotRead where it cannot be decoded.
        """
        found = self._found(video)
        if found is not None:
            return found
        with self.storage.local(video.hash) if path is None else nullcontext(path) as at:
            return self._score(video, at, self.engine)

    def _score(self, video: Video, path: Path, engine: Engine) -> tuple[Transition, ...]:
        scores = scores_of(path, self._timeline(video), engine)
        found = tuple(reshoot(self.engine, scores))  # bytes that cannot be read are not worth keeping
        self.storage.put_bytes(self.kind, video.hash, scores.to_bytes())
        return found

    def _found(self, video: Video) -> tuple[Transition, ...] | None:
        """What the kept bytes show; None where there are none, or those of another version or table."""
        with self._lock:
            known = self._read.get(video.hash)
        if known is not None:
            return known
        try:
            scores = Scores.from_bytes(self.storage.get_bytes(self.kind, video.hash))
            if scores.found_by != self.engine.found_by or scores.pts_table_hash != video.pts_table_hash:
                return None
            found = tuple(reshoot(self.engine, scores))
        except (NotFound, CannotRead):
            return None
        with self._lock:
            self._read.keep(video.hash, found)
        return found

    def _timeline(self, video: Video) -> Timeline:
        with self._lock:
            known = self._timelines.get(video.pts_table_hash)
        if known is not None:
            return known
        timeline = self.library.timeline_of(video)
        with self._lock:
            self._timelines.keep(timeline.hash, timeline)
        return timeline

    def times(self, video: Video) -> Callable[[int], float]:
        """When a frame begins, in seconds of the film's own clock."""
        timeline = self._timeline(video)
        up, down = timeline.time_base.as_integer_ratio()
        return lambda frame: timeline.pts_of(frame) * up / down

    # -- people's edits

    def transitions(self, video: Video, edits: Sequence[CutEdit]) -> list[Transition]:
        """What the detector found (by now), after people's edits.

        An edit that does not fit any more, because the detector says something else than it did, is left out.
        """
        with self._laid(video, edits) as laid:
            return laid.transitions()

    def shots(self, video: Video, edits: Sequence[CutEdit], rules: ShotRules) -> list[Shot]:
        """The shots that these transitions leave. Runs the detector where it has not run."""
        return shots_of(laid_over(self.find(video), video, edits), self._timeline(video), rules)

    def check(self, video: Video, edits: Sequence[CutEdit], new: CutEdit) -> bool:
        """As ``oversight.cuts.Footage``."""
        with self._laid(video, edits) as laid:
            return laid.check(new)

    @contextmanager
    def _laid(self, video: Video, edits: Sequence[CutEdit]) -> Iterator[Laid]:
        found = self._found(video) or ()
        with self._lock:
            known = self._overlays.get(video.hash)
            if known is None or known.found is not found or known.table != video.pts_table_hash:
                known = Overlay(video, found)
                self._overlays.keep(video.hash, known)
            yield known.after(edits)

    # -- pictures

    def strip(self, video: Video, wanted: Sequence[int], height: int) -> bytes:
        """These frames side by side, as JPEG. All cells are equally wide. BadInput for what is not to be had."""
        check_strip(wanted, height)
        timeline = self._timeline(video)
        with self.library.film(video) as path:
            return strip(path, video, timeline, wanted, height)


_LOG = "Try again; if it stays, whoever runs the desk finds more in its log."


_T = TypeVar("_T")


class _Few(Generic[_T]):
    """What was used last, by some key."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _T] = {}

    def get(self, key: Hashable) -> _T | None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._kept[key] = found
        return found

    def keep(self, key: Hashable, value: _T) -> None:
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]

    def drop(self, key: Hashable) -> None:
        self._kept.pop(key, None)


class _Counted:
    """An engine that says how far it is."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.found_by = engine.found_by
        self.size = engine.size
        self.threshold = engine.threshold
        self.count = 0

    def score(self, pictures: Iterable[Picture], rate: float) -> Scores:
        return self.engine.score(self._counting(pictures), rate)

    def read(self, scores: Scores, threshold: float) -> list[Transition]:
        return self.engine.read(scores, threshold)

    def _counting(self, pictures: Iterable[Picture]) -> Iterator[Picture]:
        for picture in pictures:
            self.count += 1
            yield picture

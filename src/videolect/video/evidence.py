"""A film's transitions for the editor of cuts: the detector's bytes, made once and kept; people's edits laid over them.

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
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.record.acts import CutAdded, CutEdit, CutMoved, CutRemoved
from videolect.record.clip import Video
from videolect.record.cuts import NEAR_FRAMES, gap
from videolect.storage import CannotReach, CannotStore, Storage
from videolect.video.backends.pillow import jpeg
from videolect.video.frames import frames
from videolect.video.imports import TIMELINES
from videolect.video.sheet import cell_of
from videolect.video.shots import (
    Added,
    Edit,
    Engine,
    Laid,
    Moved,
    Picture,
    Removed,
    Scores,
    Shot,
    ShotRules,
    Transition,
    reshoot,
    shots_of,
)
from videolect.video.split import scores_of
from videolect.video.timeline import Timeline

log = logging.getLogger(__name__)

MAX_STRIP = 24
"""Frames of one strip."""
HEIGHTS = (36, 240)
"""Lowest and highest height of a strip, in pixels."""
_INSIDE = 4
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
        self.kind = f"shots-{name}"
        self._lock = threading.Lock()
        self._asked: dict[str, tuple[Video, _Counted]] = {}  # by hash, in the order of asking: the first one runs
        self._failed: dict[str, Detection] = {}
        self._read = _Few[tuple[Transition, ...]]()
        self._timelines = _Few[Timeline]()
        self._overlays = _Few[_Overlay]()

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
            with self.storage.local(video.hash) as path, naming(video, path):
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
        timeline = Timeline.from_bytes(self.storage.get_bytes(TIMELINES, video.hash))
        if timeline.hash != video.pts_table_hash:
            raise CannotRead(
                "The film's table of timestamps is not the one that it was imported with.", mend="Import it again."
            )
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
        found = self._found(video) or ()
        with self._lock:
            known = self._overlays.get(video.hash)
            if known is None or known.found is not found or known.table != video.pts_table_hash:
                known = _Overlay(video, found)
                self._overlays.keep(video.hash, known)
            return known.after(edits)

    def shots(self, video: Video, edits: Sequence[CutEdit], rules: ShotRules) -> list[Shot]:
        """The shots that these transitions leave. Runs the detector where it has not run."""
        return shots_of(laid_over(self.find(video), video, edits), self._timeline(video), rules)

    def check(self, video: Video, edits: Sequence[CutEdit], new: CutEdit) -> bool:
        """As ``oversight.cuts.Footage``."""
        now = self.transitions(video, edits)
        if isinstance(new, CutMoved | CutRemoved):
            place = (new.start_frame, new.end_frame) if isinstance(new, CutRemoved) else (new.was_start, new.was_end)
            target = next((one for one in now if _place(one) == place), None)
            if target is None:
                raise BadInput(
                    f"There is no transition at frame {place[0]}.", mend="Choose one of those that are listed."
                )
            now = [one for one in now if one is not target]
            if isinstance(new, CutRemoved):
                return True
            if (target.kind, *place) == (new.transition_kind, new.start_frame, new.end_frame):
                return False
        beside = 0
        if isinstance(new, CutMoved) and (new.was_start, new.was_end) == (new.start_frame, new.end_frame):
            beside = -1  # another kind: what touched it before may go on
        by_people = {(edit.worker, edit.start_frame, edit.end_frame) for edit in edits}
        for one in now:
            # Over a detector's transition, or beside it, an edit would take its place; beside a person's it only must
            # leave a frame between the two.
            near = NEAR_FRAMES if (one.found_by, *_place(one)) not in by_people else beside
            if gap(_place(one), (new.start_frame, new.end_frame)) <= near:
                raise BadInput(_too_near(one, new), mend="Move that one, or remove it first.")
        return True

    # -- pictures

    def aspect(self, video: Video) -> float:
        """Width over height of a cell of a strip."""
        shape = float(video.width * video.sample_aspect_ratio / video.height)
        return float(np.clip(1 / shape if video.rotation % 180 else shape, 4 / 9, 32 / 9))

    def strip(self, video: Video, wanted: Sequence[int], height: int) -> bytes:
        """These frames side by side, as JPEG. All cells are equally wide."""
        low, high = HEIGHTS
        if not low <= height <= high:
            raise BadInput(f"A height of {height} is not to be had.", mend=f"Give {low} to {high} pixels.")
        if not 0 < len(wanted) <= MAX_STRIP:
            raise BadInput(f"A strip of {len(wanted)} frames is not to be had.", mend=f"Ask for 1 to {MAX_STRIP}.")
        size, turns = cell_of(video, height)
        timeline = self._timeline(video)
        with self.storage.local(video.hash) as path, naming(video, path):
            cells = [np.rot90(each, -turns) for each in frames(path, wanted, timeline=timeline, size=size)]
        return jpeg(np.ascontiguousarray(np.concatenate(cells, axis=1)), quality=80)


def around(frame_count: int, start: int, end: int | None, before: int, after: int) -> list[int]:
    """The frames of a strip: those on both sides of a place, and four inside a gradual transition. BadInput outside."""
    end = start if end is None else end
    if not 0 <= start < frame_count or not start <= end <= frame_count:
        raise BadInput(f"There is no frame {max(start, end)}.", mend=f"Give frames from 0 to {frame_count - 1}.")
    inside = {start + (end - 1 - start) * by // (_INSIDE - 1) for by in range(_INSIDE)} if end > start else set()
    wanted = {*range(start - before, start), *inside, *range(end, end + after)}
    return sorted(frame for frame in wanted if 0 <= frame < frame_count)


@contextmanager
def naming(video: Video, path: Path) -> Iterator[None]:
    """What cannot be read is told by the film's own name: where it lies is nobody's business."""
    try:
        yield
    except CannotRead as error:
        raise CannotRead(error.message.replace(str(path), video.file_name), mend=error.mend) from error


def laid_over(found: Sequence[Transition], video: Video, edits: Iterable[CutEdit]) -> list[Transition]:
    """People's edits over what a detector found. One that does not fit any more is left out, and the log says so."""
    return _Overlay(video, found).after(tuple(edits))


class _Overlay:
    """A film's transitions after some edits; those that come after other edits cost only the difference."""

    def __init__(self, video: Video, found: Sequence[Transition]) -> None:
        self.hash = video.hash
        self.table = video.pts_table_hash
        self.found = found
        self._laid = Laid(found)
        self._edits: list[tuple[CutEdit, bool]] = []  # and whether it was laid over

    def after(self, edits: Sequence[CutEdit]) -> list[Transition]:
        same = 0
        for (known, _), edit in zip(self._edits, edits, strict=False):
            if known is not edit and known != edit:
                break
            same += 1
        while len(self._edits) > same:
            if self._edits.pop()[1]:
                self._laid.take_back()
        for edit in edits[same:]:
            self._edits.append((edit, self._lay(edit)))
        return self._laid.transitions()

    def _lay(self, act: CutEdit) -> bool:
        if act.pts_table_hash != self.table:
            return False  # frames that were counted in another table say nothing about this one
        try:
            self._laid.apply(edit_of(act))
        except BadInput:
            log.warning("An edit of %s does not fit any more: %s", self.hash[:12], act)
            return False
        return True


def edit_of(act: CutEdit) -> Edit:
    """An act as an edit of ``shots``."""
    put: dict[str, Any] = {"by": act.worker, "start_frame": act.start_frame, "end_frame": act.end_frame}
    match act:
        case CutAdded():
            return Added(**put, kind=act.transition_kind)
        case CutMoved():
            return Moved(**put, was_start=act.was_start, was_end=act.was_end, kind=act.transition_kind)
    return Removed(**put)


def _place(one: Transition) -> tuple[int, int]:
    return one.start_frame, one.end_frame


def _named(kind: str, place: tuple[int, int]) -> str:
    at = f"at frame {place[0]}" if place[0] == place[1] else f"from frame {place[0]} to {place[1]}"
    return f"{kind.replace('_', ' ')} {at}"


def _too_near(one: Transition, new: CutAdded | CutMoved) -> str:
    """Why ``new`` does not go beside this one. The browser says the same (ui/src/cuts/rule.ts)."""
    place = (new.start_frame, new.end_frame)
    there = f"There is a {_named(one.kind, _place(one))} already"
    between = gap(_place(one), place)
    if _place(one) == place:
        return f"{there}."
    if between < 0:
        return f"{there}: a {_named(new.transition_kind, place)} would lie over it."
    if between == 0:
        return f"{there}: a {_named(new.transition_kind, place)} would leave no frame between the two."
    return f"{there}, too near to frame {place[0] if place[0] >= one.end_frame else place[1]}."


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

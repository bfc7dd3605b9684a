"""A film's transitions for the editor of cuts: the detector's bytes, made once and kept; people's edits laid over them.

The bytes (``Scores``) are derived: they stand in the storage under ``shots-ENGINE`` and can be made again at any time.
Detecting runs in a thread of its own, one film at a time; a process that is killed leaves nothing half done.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.record.acts import CutAdded, CutEdit, CutMoved, CutRemoved
from videolect.record.clip import Video
from videolect.storage import Storage
from videolect.video.backends.pillow import jpeg
from videolect.video.frames import frames
from videolect.video.imports import TIMELINES
from videolect.video.sheet import cell_of
from videolect.video.shots import (
    NEAR_FRAMES,
    Added,
    Edit,
    Engine,
    Moved,
    Picture,
    Removed,
    Scores,
    Shot,
    ShotRules,
    Transition,
    edited,
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

State = Literal["none", "running", "done", "failed"]


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
        self._turn = threading.Lock()  # one film at a time
        self._running: dict[str, _Counted] = {}
        self._failed: dict[str, Detection] = {}
        self._read: dict[str, tuple[Transition, ...]] = {}

    # -- detecting

    def detection(self, video: Video) -> Detection:
        """Where the detector stands."""
        with self._lock:
            counted = self._running.get(video.hash)
            if counted is not None:
                return Detection(state="running", engine=self.engine.found_by, frames_done=counted.count)
        found = self._found(video)
        if found is not None:
            return Detection(
                state="done", engine=self.engine.found_by, frames_done=video.frames, transitions=found
            )  # fmt: skip
        with self._lock:
            return self._failed.get(video.hash) or Detection(state="none", engine=self.engine.found_by)

    def detect(self, video: Video) -> Detection:
        """Begin, unless it runs or has run already; what failed is tried again."""
        if self._found(video) is None:
            with self._lock:
                if video.hash not in self._running:
                    self._failed.pop(video.hash, None)
                    counted = _Counted(self.engine)
                    self._running[video.hash] = counted
                    threading.Thread(
                        target=self._detect, args=(video, counted), daemon=True, name=f"cuts-{video.hash[:8]}"
                    ).start()
        return self.detection(video)

    def _detect(self, video: Video, counted: _Counted) -> None:
        why: VideolectError | None = None
        try:
            with self._turn, self.storage.local(video.hash) as path:
                self._score(video, path, counted)
        except VideolectError as error:
            why = error
        except Exception:
            log.exception("Detecting the cuts of %s failed", video.hash[:12])
            why = CannotRead("The detector broke off.", mend="Look into the desk's log, and report it.")
        with self._lock:
            if why is not None:
                self._failed[video.hash] = Detection(
                    state="failed", engine=self.engine.found_by, why=why.message, mend=why.mend
                )  # fmt: skip
            del self._running[video.hash]

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
            self._read = {video.hash: found, **dict(list(self._read.items())[: _KEPT - 1])}
        return found

    def _timeline(self, video: Video) -> Timeline:
        timeline = Timeline.from_bytes(self.storage.get_bytes(TIMELINES, video.hash))
        if timeline.hash != video.pts_table_hash:
            raise CannotRead(
                "The film's table of timestamps is not the one that it was imported with.", mend="Import it again."
            )
        return timeline

    def times(self, video: Video) -> Callable[[int], float]:
        """When a frame begins, in seconds of the film's own clock."""
        timeline = self._timeline(video)
        return lambda frame: float(timeline.pts_of(frame) * timeline.time_base)

    # -- people's edits

    def transitions(self, video: Video, edits: Sequence[CutEdit]) -> list[Transition]:
        """What the detector found (by now), after people's edits.

        An edit that does not fit any more, because the detector says something else than it did, is left out.
        """
        return laid_over(self._found(video) or (), video, edits)

    def shots(self, video: Video, edits: Sequence[CutEdit], rules: ShotRules) -> list[Shot]:
        """The shots that these transitions leave. Runs the detector where it has not run."""
        return shots_of(laid_over(self.find(video), video, edits), self._timeline(video), rules)

    def check(self, video: Video, edits: Sequence[CutEdit], new: CutEdit) -> None:
        """As ``oversight.cuts.Footage``."""
        now = self.transitions(video, edits)
        if isinstance(new, CutMoved | CutRemoved):
            place = (new.start_frame, new.end_frame) if isinstance(new, CutRemoved) else (new.was_start, new.was_end)
            if not any((one.start_frame, one.end_frame) == place for one in now):
                raise BadInput(
                    f"There is no transition at frame {place[0]}.", mend="Choose one of those that are listed."
                )
            now = [one for one in now if (one.start_frame, one.end_frame) != place]
        if isinstance(new, CutRemoved):
            return
        by_people = {(edit.worker, edit.start_frame, edit.end_frame) for edit in edits}
        for one in now:
            gap = max(new.start_frame - one.end_frame, one.start_frame - new.end_frame)
            same = (one.start_frame, one.end_frame) == (new.start_frame, new.end_frame)
            # Over a detector's transition, or beside it, an edit would take its place.
            near = NEAR_FRAMES if (one.found_by, one.start_frame, one.end_frame) not in by_people else -1
            if gap <= near or same:
                named = one.kind.replace("_", " ")
                why = "already" if same else f"already, too near to frame {new.start_frame}"
                raise BadInput(
                    f"There is a {named} at frame {one.start_frame} {why}.", mend="Move that one, or remove it first."
                )

    # -- pictures

    def strip(self, video: Video, wanted: Sequence[int], height: int) -> bytes:
        """These frames side by side, as JPEG. All cells are equally wide."""
        low, high = HEIGHTS
        if not low <= height <= high:
            raise BadInput(f"A height of {height} is not to be had.", mend=f"Give {low} to {high} pixels.")
        if not 0 < len(wanted) <= MAX_STRIP:
            raise BadInput(f"A strip of {len(wanted)} frames is not to be had.", mend=f"Ask for 1 to {MAX_STRIP}.")
        size, turns = cell_of(video, height)
        timeline = self._timeline(video)
        with self.storage.local(video.hash) as path:
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


def laid_over(found: Sequence[Transition], video: Video, edits: Iterable[CutEdit]) -> list[Transition]:
    """People's edits over what a detector found. One that does not fit any more is left out, and the log says so."""
    meant = edits_of(video, edits)
    try:
        return edited(found, meant)
    except BadInput:
        fitting: list[Edit] = []
        for edit in meant:
            try:
                edited(found, [*fitting, edit])
            except BadInput:
                log.warning("An edit of %s does not fit any more: %s", video.hash[:12], edit)
            else:
                fitting.append(edit)
        return edited(found, fitting)


def edits_of(video: Video, acts: Iterable[CutEdit]) -> list[Edit]:
    """Acts as the edits of ``shots``. Those whose frames were counted in another table say nothing about this one."""
    made: list[Edit] = []
    for act in acts:
        if act.pts_table_hash != video.pts_table_hash:
            continue
        put: dict[str, Any] = {"by": act.worker, "start_frame": act.start_frame, "end_frame": act.end_frame}
        match act:
            case CutAdded():
                made.append(Added(**put, kind=act.transition_kind))
            case CutMoved():
                made.append(Moved(**put, was_start=act.was_start, was_end=act.was_end, kind=act.transition_kind))
            case CutRemoved():
                made.append(Removed(**put))
    return made


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

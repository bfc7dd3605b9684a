"""Shots: stretches of one video between two transitions, and who found those.

A detector (``Engine``) reads small pictures once and leaves ``Scores``: a byte for each frame and kind of evidence.
Transitions are always read from these bytes, never from anything finer, so another threshold later (``reshoot``) gives
what a new run would have given, without decoding.

**Where a shot ends.** A cut lies between two frames; its ``start_frame`` and ``end_frame`` are both the first frame of
the new shot. A gradual transition is the half-open stretch of frames that belong wholly to neither side. It lies
*between* the shots by default, so that no shot holds a mixed picture: shots and gradual transitions together cover
every frame once. With ``halved`` it is shared by its neighbours, and the shots alone cover every frame. A transition
that reaches the first or the last frame of the film (a fade-in from black) is cut off the first or last shot.

**People correct the detector**: ``edits``.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Protocol

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from videolect.errors import BadInput, CannotRead
from videolect.record.cuts import TRANSITION_KINDS, check_transition
from videolect.video.timeline import Timeline

Picture = NDArray[np.uint8]
"""[height, width, 3] red, green, blue."""

KINDS = TRANSITION_KINDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """A place where one shot gives way to another."""

    kind: str
    """One of ``KINDS``."""
    start_frame: int
    """The first frame that is no longer wholly the old shot."""
    end_frame: int
    """The first frame that is wholly the new shot; for a cut the same as ``start_frame``."""
    found_by: str
    """Detector and version, or a person's id: a cut without an author is a rumour."""
    score: float
    """0..1, the detector's own measure; 1 where a person said so."""

    def __post_init__(self) -> None:
        check_transition(self.kind, self.start_frame, self.end_frame)
        if not self.found_by.strip():
            raise BadInput("A transition has no author.", mend="Say which detector or person found it.")
        if not 0 <= self.score <= 1:
            raise BadInput(f"The score {self.score} is not between 0 and 1.", mend="Scale it.")

    @property
    def is_cut(self) -> bool:
        """Whether it lies between two frames."""
        return self.kind == "cut"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """A stretch between two transitions, half open: its end is the first frame (and tick) after it."""

    start_pts: int
    end_pts: int
    start_frame: int
    end_frame: int
    transition_in: str
    """The kind of transition that it begins with, or ``start``: the film begins."""
    transition_out: str
    """The kind that it ends with, or ``end``: the film ends."""
    found_by: str
    """Who found the transition that it begins with; for the first shot, the one that it ends with."""
    score: float
    """Of that transition; 1 where neither side has one."""


# ------------------------------------------------------------------------------------------------------------- scores

_MAGIC = b"videolect-shot-scores-1\n"


@dataclass(frozen=True, kw_only=True)
class Scores:
    """A detector's evidence: for each track a byte a frame."""

    found_by: str
    rate: float
    """Frames a second on average: a detector's windows are a matter of time."""
    tracks: Mapping[str, NDArray[np.uint8]]
    """Name of the track -> [frames]; what a byte means is the engine's to say."""
    pts_table_hash: str = ""
    """Of the timeline whose frames were read; empty where nobody said."""

    def __post_init__(self) -> None:
        lengths = {len(track) for track in self.tracks.values()}
        if len(lengths) != 1 or not (math.isfinite(self.rate) and self.rate > 0):
            raise BadInput(
                f"Scores of {sorted(lengths)} frames at {self.rate} a second.",
                mend="Give each track a byte for every frame, and a rate above 0.",
            )
        kept = {name: np.asarray(track, np.uint8).copy() for name, track in self.tracks.items()}
        for track in kept.values():
            track.flags.writeable = False
        object.__setattr__(self, "tracks", MappingProxyType(kept))

    @property
    def frame_count(self) -> int:
        """How many frames were read."""
        return len(next(iter(self.tracks.values())))

    def to_bytes(self) -> bytes:
        """A line of JSON, the tracks one after another deflated, and a checksum: most bytes of a film are 0."""
        head = {
            "found_by": self.found_by,
            "rate": self.rate,
            "frames": self.frame_count,
            "tracks": list(self.tracks),
            "pts_table_hash": self.pts_table_hash,
        }
        body = json.dumps(head, sort_keys=True).encode() + b"\n"
        body += zlib.compress(b"".join(track.tobytes() for track in self.tracks.values()), 6)
        return _MAGIC + blake3(body).digest() + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Scores:
        """What ``to_bytes`` wrote. CannotRead where it is not that."""
        try:
            start = len(_MAGIC) + 32
            body = data[start:]
            if data[: len(_MAGIC)] != _MAGIC or blake3(body).digest() != data[len(_MAGIC) : start]:
                raise ValueError("another beginning, or a broken checksum")
            line, _, packed = body.partition(b"\n")
            head = json.loads(line)
            frames, names = int(head["frames"]), head["tracks"]
            expected = frames * len(names)
            unpacker = zlib.decompressobj()
            raw = unpacker.decompress(packed, expected + 1)
            if len(raw) != expected:
                raise ValueError("another number of frames")
            tracks = np.frombuffer(raw, np.uint8).reshape(len(names), frames)
            return cls(
                found_by=head["found_by"], rate=head["rate"], tracks=dict(zip(names, tracks, strict=True)),
                pts_table_hash=head["pts_table_hash"],
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, zlib.error, BadInput) as error:
            raise CannotRead(f"These are no scores of shots: {error}.", mend="Split the film again.") from error


class Engine(Protocol):
    """A detector of transitions. The adapters in ``backends/`` and our own in ``blends.py`` are such."""

    found_by: str
    """Name and version, as it signs its transitions."""
    size: tuple[int, int]
    """(width, height) of the pictures that it reads."""
    threshold: float
    """What it takes when nothing is said, in its own unit."""

    def score(self, pictures: Iterable[Picture], rate: float) -> Scores:
        """One pass over every frame of a film, in order, shown at about ``rate`` a second."""
        ...

    def read(self, scores: Scores, threshold: float) -> list[Transition]:
        """The transitions that the bytes show at this threshold, in order, none over another."""
        ...


def reshoot(engine: Engine, scores: Scores, threshold: float | None = None) -> list[Transition]:
    """Transitions at another threshold, without decoding. BadInput for scores of another detector or version."""
    if scores.found_by != engine.found_by:
        raise BadInput(
            f"These scores are by {scores.found_by}, not by {engine.found_by}.",
            mend="Read them with the detector that made them, or split the film again.",
        )
    return engine.read(scores, check_threshold(engine, threshold))


def check_threshold(engine: Engine, threshold: float | None) -> float:
    """The threshold, or the engine's own. BadInput where it is not above 0."""
    asked = engine.threshold if threshold is None else threshold
    if not (math.isfinite(asked) and asked > 0):
        raise BadInput(f"The threshold {asked} is not above 0.", mend=f"Leave it out: {engine.threshold} is usual.")
    return asked


def as_bytes(values: NDArray[np.floating], full: float = 1.0) -> NDArray[np.uint8]:
    """0..full as 0..255, rounded; what lies outside is cut off."""
    return np.rint(np.clip(np.asarray(values) / full, 0.0, 1.0) * 255).astype(np.uint8)


def runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Half-open stretches of true. ``[0, 1, 1, 0, 1] -> (1, 3), (4, 5)``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


# ----------------------------------------------------------------------------------------------- transitions to shots


@dataclass(frozen=True, kw_only=True, slots=True)
class ShotRules:
    """How transitions become shots. BadInput where lengths cannot be kept."""

    halved: bool = False
    """Gradual transitions are shared between their neighbours; else they belong to no shot."""
    trim_s: float = 0.0
    """Seconds taken from both ends of a shot where it ends in a transition: the film's own ends are no guesses."""
    min_s: float = 0.0
    """What is shorter after that is dropped."""
    max_s: float | None = None
    """What is longer is cut into equal parts."""

    def __post_init__(self) -> None:
        for name, value in (("trim", self.trim_s), ("min length", self.min_s)):
            if not (math.isfinite(value) and value >= 0):
                raise BadInput(f"The {name} of {value} s is no length.", mend="Give seconds, 0 or more.")
        if self.max_s is not None and not (math.isfinite(self.max_s) and self.max_s > 0 and self.max_s >= self.min_s):
            raise BadInput(
                f"The max length of {self.max_s} s cannot be kept with a min length of {self.min_s} s.",
                mend="Give more than 0 seconds, and not less than the min length.",
            )


def shots_of(
    transitions: Sequence[Transition], timeline: Timeline, rules: ShotRules | None = None
) -> list[Shot]:  # fmt: skip
    """The shots that these transitions leave, in order.

    Where ``rules`` cut a long one, the inner edges are called ``length`` and were found by nobody but that rule.
    BadInput for transitions that overlap or lie outside the film.
    """
    rules = rules or ShotRules()
    halved = rules.halved
    _check_order(transitions, timeline.frame_count)
    shots: list[Shot] = []
    edges = [None, *transitions, None]
    for before, after in pairwise(edges):
        start = 0 if before is None else _middle(before) if halved and _inside(before, timeline) else before.end_frame
        end = (
            timeline.frame_count
            if after is None
            else _middle(after)
            if halved and _inside(after, timeline)
            else after.start_frame
        )
        if before is not None:
            start = _moved(timeline, start, rules.trim_s)
        if after is not None:
            end = _moved(timeline, end, -rules.trim_s)
        for first, last, joins_before, joins_after in _parts(timeline, start, end, rules.max_s):
            if _seconds(timeline, first, last) < rules.min_s:
                continue
            shots.append(
                _shot(timeline, first, last, before if joins_before else _LENGTH, after if joins_after else _LENGTH)
            )
    return shots


_LENGTH = "length"


def _shot(
    timeline: Timeline, first: int, last: int, before: Transition | str | None, after: Transition | str | None
) -> Shot:
    known = [side for side in (before, after) if isinstance(side, Transition)]
    by_rule = _LENGTH in (before, after)
    return Shot(
        start_pts=timeline.pts_of(first), end_pts=timeline.pts_of(last), start_frame=first, end_frame=last,
        transition_in=_side(before, "start"), transition_out=_side(after, "end"),
        found_by=known[0].found_by if known else "length rule" if by_rule else "whole film",
        score=known[0].score if known else 1.0,
    )  # fmt: skip


def _side(side: Transition | str | None, at_the_edge: str) -> str:
    return at_the_edge if side is None else side if isinstance(side, str) else side.kind


def _check_order(transitions: Sequence[Transition], frames: int) -> None:
    for one in transitions:
        if one.end_frame > frames or (one.is_cut and not 0 < one.start_frame < frames):
            raise BadInput(
                f"A {one.kind} at frame {one.start_frame} does not lie inside a film of {frames} frames.",
                mend="Use the transitions of this film.",
            )
    for one, other in pairwise(transitions):
        if other.start_frame < one.end_frame or (other.start_frame, other.end_frame) == (
            one.start_frame,
            one.end_frame,
        ):
            raise BadInput(
                f"The {other.kind} at frame {other.start_frame} lies over the {one.kind} from {one.start_frame} to "
                f"{one.end_frame}, or before it.",
                mend="Sort them, and remove one of the two.",
            )


def _inside(one: Transition, timeline: Timeline) -> bool:
    return one.start_frame > 0 and one.end_frame < timeline.frame_count


def _middle(one: Transition) -> int:
    return (one.start_frame + one.end_frame + 1) // 2


def _moved(timeline: Timeline, frame: int, seconds: float) -> int:
    """The first frame that starts at least so long after this one's start; backward: the last end so long before."""
    if seconds == 0:
        return frame
    at = timeline.pts_of(frame) + seconds / float(timeline.time_base)
    found = int(np.searchsorted(timeline.pts, at, side="left" if seconds > 0 else "right"))
    return min(found, timeline.frame_count) if seconds > 0 else max(found - 1, 0)


def _parts(timeline: Timeline, start: int, end: int, max_s: float | None) -> Iterator[tuple[int, int, bool, bool]]:
    """(first, last, begins at the stretch's start, ends at its end) of the pieces of one stretch."""
    if end <= start:
        return
    count = 1 if max_s is None else max(1, math.ceil(_seconds(timeline, start, end) / max_s - 1e-9))
    first_pts, last_pts = timeline.pts_of(start), timeline.pts_of(end)
    marks = [first_pts + (last_pts - first_pts) * part / count for part in range(1, count)]
    bounds = [start, *(int(np.searchsorted(timeline.pts, mark)) for mark in marks), end]
    bounds = sorted(set(bounds))
    for first, last in pairwise(bounds):
        yield first, last, first == start, last == end


def _seconds(timeline: Timeline, start: int, end: int) -> float:
    return float((timeline.pts_of(end) - timeline.pts_of(start)) * timeline.time_base)

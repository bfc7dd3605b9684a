"""Which frames of a stretch are looked at: by their number, by a rate, or all that are named. Always by times.

A stretch runs over the frames ``[start, end)`` of a timeline. A rule asks for moments, and a moment gives the frame
that is on screen then, so that a film of variable rate is sampled evenly in time and not in frames. Where a rule asks
for more moments than there are frames, each frame comes once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from videolect.errors import BadInput
from videolect.video.timeline import Timeline

MOST = 100_000
"""Frames that one rule may ask for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uniform:
    """So many frames, evenly in time; the first and the last frame are among them, as what a shot starts and ends with
    is what labels speak of. One frame alone is the one in the middle."""

    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise BadInput(f"{self.count} frames were asked for.", mend=f"Ask for 1 to {MOST:,}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """So many frames a second from the first frame on; where these would be more than ``most``, evenly that many."""

    per_second: Fraction
    most: int = 768

    def __post_init__(self) -> None:
        if not 0 < self.per_second <= 1000:
            raise BadInput(
                f"{self.per_second} frames a second were asked for.", mend="Ask for more than 0, 1000 at most."
            )
        if not 1 <= self.most <= MOST:
            raise BadInput(f"At most {self.most} frames were asked for.", mend=f"Allow 1 to {MOST:,}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class At:
    """These frames, by their index in the timeline, rising."""

    frames: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.frames and self.frames[0] < 0:
            raise BadInput(f"There is no frame {self.frames[0]}.", mend="Frames count from 0.")
        if not self.frames or len(self.frames) > MOST:
            raise BadInput(f"{len(self.frames)} frames were named.", mend=f"Name 1 to {MOST:,}.")
        if any(after <= before for before, after in zip(self.frames, self.frames[1:], strict=False)):
            raise BadInput("The frames asked for do not rise.", mend="Sort them, each once.")


Sampling = Uniform | Rate | At


def pick(timeline: Timeline, rule: Sampling, *, start: int = 0, end: int | None = None) -> tuple[int, ...]:
    """The frames that the rule gives for the stretch, rising, each once. BadInput for a stretch that is not there."""
    end = timeline.frame_count if end is None else end
    if not 0 <= start < end <= timeline.frame_count:
        raise BadInput(
            f"There is no stretch from frame {start} to {end}.",
            mend=f"Give a start before the end, from 0 to {timeline.frame_count}.",
        )
    if isinstance(rule, At):
        if rule.frames[0] < start or rule.frames[-1] >= end:
            wrong = rule.frames[0] if rule.frames[0] < start else rule.frames[-1]
            raise BadInput(f"There is no frame {wrong}.", mend=f"Give frames from {start} to {end - 1}.")
        return rule.frames
    first, last, behind = timeline.pts_of(start), timeline.pts_of(end - 1), timeline.pts_of(end)
    if isinstance(rule, Rate):
        step = 1 / (rule.per_second * timeline.time_base)
        count = math.ceil((behind - first) / step)
        if count <= rule.most:
            return _on_screen(timeline, [first + step * at for at in range(count)])
        rule = Uniform(count=rule.most)
    if rule.count == 1:
        return _on_screen(timeline, [Fraction(first + behind, 2)])
    if rule.count >= end - start:
        return tuple(range(start, end))
    return _on_screen(timeline, [first + Fraction(at * (last - first), rule.count - 1) for at in range(rule.count)])


def _on_screen(timeline: Timeline, moments: Sequence[Fraction]) -> tuple[int, ...]:
    ticks = [math.floor(moment) for moment in moments]
    found = np.searchsorted(timeline.pts, ticks, side="right") - 1
    return tuple(dict.fromkeys(found.tolist()))

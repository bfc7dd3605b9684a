"""Frames of a film side by side, as the editor of cuts shows them around a place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from videolect.errors import BadInput
from videolect.record.clip import Video
from videolect.video.backends.pillow import jpeg
from videolect.video.frames import frames
from videolect.video.sheet import cell_of
from videolect.video.timeline import Timeline

MAX_STRIP = 24
"""Frames of one strip."""
HEIGHTS = (36, 240)
"""Lowest and highest height of a strip, in pixels."""
_INSIDE = 4


def strip(path: Path, video: Video, timeline: Timeline, wanted: Sequence[int], height: int) -> bytes:
    """These frames side by side, as JPEG. All cells are equally wide. BadInput for what is not to be had."""
    size, turns = cell_of(video, height)
    cells = [np.rot90(each, -turns) for each in frames(path, wanted, timeline=timeline, size=size)]
    return jpeg(np.ascontiguousarray(np.concatenate(cells, axis=1)), quality=80)


def check_strip(wanted: Sequence[int], height: int) -> None:
    """BadInput where there is no such strip."""
    low, high = HEIGHTS
    if not low <= height <= high:
        raise BadInput(f"A height of {height} is not to be had.", mend=f"Give {low} to {high} pixels.")
    if not 0 < len(wanted) <= MAX_STRIP:
        raise BadInput(f"A strip of {len(wanted)} frames is not to be had.", mend=f"Ask for 1 to {MAX_STRIP}.")


def aspect_of(video: Video) -> float:
    """Width over height of a cell of a strip."""
    shape = float(video.width * video.sample_aspect_ratio / video.height)
    return float(np.clip(1 / shape if video.rotation % 180 else shape, 4 / 9, 32 / 9))


def around(frame_count: int, start: int, end: int | None, before: int, after: int) -> list[int]:
    """The frames of a strip: those on both sides of a place, and four inside a gradual transition. BadInput outside."""
    end = start if end is None else end
    if not 0 <= start < frame_count or not start <= end <= frame_count:
        raise BadInput(f"There is no frame {max(start, end)}.", mend=f"Give frames from 0 to {frame_count - 1}.")
    inside = {start + (end - 1 - start) * by // (_INSIDE - 1) for by in range(_INSIDE)} if end > start else set()
    wanted = {*range(start - before, start), *inside, *range(end, end + after)}
    return sorted(frame for frame in wanted if 0 <= frame < frame_count)

"""Small pictures of a video on one sheet, and the WebVTT that says which belongs to which time: for hovering and
skimming.

Where the video can be entered often enough, only the frames at which it can be entered are decoded (a thirtieth of the
work); else the exact frames at even times. The text is WebVTT with media fragments (``sheet.jpg#xywh=x,y,w,h``), which
players read as thumbnails.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.video.backends import pillow
from videolect.video.frames import frames
from videolect.video.known import shape_of
from videolect.video.probe import Probed
from videolect.video.recipe import Fixed, Recipe
from videolect.video.sampling import Rate, Uniform, pick
from videolect.video.sandbox import Limits
from videolect.video.timeline import Timeline

MOST = 400
"""Pictures on a sheet."""
MOST_SIDE = 65_000
"""Of a sheet, in pixels: JPEG counts no further."""
_SPARSE = 2.5
"""A video is entered often enough where its longest stretch without an entry is at most so many steps of the sheet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One picture that holds many."""

    picture: NDArray[np.uint8]
    """[rows x height, columns x width, 3] RGB; places that are left over are black."""
    frames: tuple[int, ...]
    """The frames that are shown, row by row."""
    width: int
    """Of one small picture."""
    height: int
    columns: int
    exact: bool
    """Whether the frames stand at even times; else they are those at which the video can be entered."""

    def jpeg(self) -> bytes:
        """The sheet as a file."""
        return pillow.jpeg(self.picture, quality=80)

    def place(self, number: int) -> tuple[int, int]:
        """(x, y) of the upper left corner of the small picture with this number."""
        return number % self.columns * self.width, number // self.columns * self.height

    def webvtt(self, timeline: Timeline, picture_name: str) -> str:
        """From when to when each small picture stands for the video: from its frame to the next one's."""
        begin = timeline.pts_of(0)
        starts = [begin, *(timeline.pts_of(frame) for frame in self.frames[1:])]
        ends = [*starts[1:], timeline.end_pts]
        cues = ["WEBVTT"]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            x, y = self.place(number)
            times = " --> ".join(_clock(tick * timeline.time_base) for tick in (start, end))
            cues.append(f"{times}\n{picture_name}#xywh={x},{y},{self.width},{self.height}")
        return "\n\n".join(cues) + "\n"


def _clock(seconds: Fraction) -> str:
    thousandths = max(0, round(seconds * 1000))
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def sheet(
    path: Path,
    probed: Probed,
    *,
    every_s: float = 1.0,
    height: int = 90,
    columns: int = 10,
    limits: Limits | None = None,
) -> Sheet:
    """One small picture for about every ``every_s`` seconds, fewer where that would be more than ``MOST``."""
    if not (0.001 <= every_s <= 1e6 and 16 <= height <= 1080 and 1 <= columns <= 100):
        raise BadInput(
            f"A sheet cannot have a picture of {height} lines every {every_s} s in {columns} columns.",
            mend="Give 0.001 to 1,000,000 s, 16 to 1080 lines, 1 to 100 columns.",
        )
    video, timeline = probed.video, probed.timeline
    wanted, exact = choose(timeline, max(every_s, timeline.duration_s / MOST))
    shape = shape_of(
        video.width, video.height, sample_aspect_ratio=video.sample_aspect_ratio, rotation=video.rotation
    )  # fmt: skip
    width = max(2, 2 * round(float(height * shape) / 2))
    return laid_out(
        path, probed, wanted, size=(width, height), columns=columns, exact=exact, limits=limits
    )  # fmt: skip


def laid_out(
    path: Path, probed: Probed, wanted: tuple[int, ...], *, size: tuple[int, int], columns: int, exact: bool,
    limits: Limits | None = None,
) -> Sheet:  # fmt: skip
    """These frames on one sheet, upright, each of this size (width, height)."""
    width, height = size
    rows = math.ceil(len(wanted) / columns)
    if max(rows * height, columns * width) > MOST_SIDE:
        raise BadInput(
            f"A sheet of {columns * width}x{rows * height} is too large for a JPEG.",
            mend="Ask for fewer or smaller pictures, or for more columns.",
        )
    recipe = Recipe(pick=Uniform(count=1), size=Fixed(width=width, height=height), resampler="area")
    picture = np.zeros((rows * height, min(columns, len(wanted)) * width, 3), np.uint8)
    made = Sheet(picture=picture, frames=wanted, width=width, height=height, columns=columns, exact=exact)
    decoded = recipe.sizes(probed.video)[0]
    for number, small in enumerate(frames(path, wanted, timeline=probed.timeline, size=decoded, limits=limits)):
        x, y = made.place(number)
        picture[y : y + height, x : x + width] = np.rot90(small, -(probed.video.rotation // 90))
    return made


def choose(timeline: Timeline, every_s: float) -> tuple[tuple[int, ...], bool]:
    """The frames for a sheet, and whether they stand at even times."""
    even = pick(
        timeline, Rate(per_second=1 / max(Fraction(1, 1000), Fraction(every_s).limit_denominator(1000)), most=MOST)
    )
    starts = timeline.starts
    if not starts or starts[0] != 0 or _longest_gap_s(timeline, starts) > _SPARSE * every_s:
        return even, True
    times = timeline.pts[list(starts)]
    near = np.searchsorted(times, timeline.pts[list(even)], side="right") - 1
    return tuple(dict.fromkeys(starts[at] for at in near.tolist())), False


def _longest_gap_s(timeline: Timeline, starts: Sequence[int]) -> float:
    ticks = [*timeline.pts[list(starts)].tolist(), timeline.end_pts]
    return float(max(np.diff(ticks)) * timeline.time_base)

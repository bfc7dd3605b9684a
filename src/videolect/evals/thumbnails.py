"""Small pictures of a clip for a report: three frames side by side."""

from __future__ import annotations

from pathlib import Path

from videolect.video.known import shape_of
from videolect.video.probe import Probed
from videolect.video.sprites import laid_out

COUNT = 3
HEIGHT = 108


def strip(path: Path, probed: Probed, *, start: int = 0, end: int | None = None) -> bytes:
    """A JPEG of the frames in the middle of each third of [start, end), upright. Errors as ``video`` raises them."""
    stop = probed.timeline.frame_count if end is None else end
    length = max(1, stop - start)
    wanted = tuple(dict.fromkeys(start + length * (2 * n + 1) // (2 * COUNT) for n in range(COUNT)))
    video = probed.video
    shape = shape_of(video.width, video.height, sample_aspect_ratio=video.sample_aspect_ratio, rotation=video.rotation)
    width = max(2, 2 * round(float(HEIGHT * shape) / 2))
    return laid_out(path, probed, wanted, size=(width, HEIGHT), columns=COUNT, exact=True).jpeg()

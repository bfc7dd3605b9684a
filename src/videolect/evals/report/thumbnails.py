"""Small pictures of a clip for a report: three frames side by side."""

from __future__ import annotations

from videolect.video.known import shape_of
from videolect.video.sprites import laid_out
from videolect.writing.looks import Stretch

COUNT = 3
HEIGHT = 108


def strip(clip: Stretch) -> bytes:
    """A JPEG of the frames in the middle of each third of the clip, upright. Errors as ``video`` raises them."""
    video, timeline = clip.probed.video, clip.probed.timeline
    stop = timeline.frame_count if clip.end is None else clip.end
    length = max(1, stop - clip.start)
    wanted = tuple(dict.fromkeys(clip.start + length * (2 * n + 1) // (2 * COUNT) for n in range(COUNT)))
    shape = shape_of(video.width, video.height, sample_aspect_ratio=video.sample_aspect_ratio, rotation=video.rotation)
    width = max(2, 2 * round(float(HEIGHT * shape) / 2))
    with clip.lend() as path:
        return laid_out(path, clip.probed, wanted, size=(width, HEIGHT), columns=COUNT, exact=True).jpeg()

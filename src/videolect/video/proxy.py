"""A stand-in that browsers play, for a video that they do not play, or do not seek in.

It shows frame for frame what the video shows: frame ``i`` of the proxy is frame ``i`` of the video. It has a table of
its own (seeks go by that one), and notes go on naming the video's frames and ticks. It holds no sound.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from videolect.errors import CannotRead
from videolect.video.probe import Probed, probe, refused
from videolect.video.sandbox import Limits, Refusal, Stop, ask
from videolect.video.timeline import Timeline

MOST_LINES = 1080
"""A proxy has no more lines than this: it is for looking at a page."""
SAME_S = 1.5e-3
"""The times of a proxy's frames are the film's but for what containers round."""
_SECONDS_A_MEGAPIXEL = 0.2
"""Encoding is given so long for a million pixels, on one core, before it counts as hung."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A finished proxy, in a file that is its owner's to keep or to lose."""

    path: Path
    probed: Probed


@contextmanager
def proxy(
    path: Path, probed: Probed, *, limits: Limits | None = None, folder: Path | None = None, stop: Stop | None = None
) -> Iterator[Proxy]:
    """Make the proxy of a probed video; the file is gone after the block. CannotRead where it cannot be made.

    ``folder``: where the file is written, as a rename from there may be quicker. ``stop`` may end the child.
    """
    video, table = probed.video, probed.timeline
    size = _size(video.width, video.height)
    limits = _limits(limits or Limits(), probed, size)
    with tempfile.TemporaryDirectory(prefix="proxy-", dir=folder) as inside:
        out = Path(inside) / "proxy.mp4"
        answer = ask(
            {"what": "proxy", "times": table.pts.tolist(), "out": str(out), "size": size, "fps": table.mean_rate},
            path, limits, stop=stop,
        )  # fmt: skip
        if isinstance(answer, Refusal):
            raise refused(path, answer)
        if answer[0]["written"] != table.frame_count:
            raise CannotRead(
                f"{path} gave {answer[0]['written']:,} of its {table.frame_count:,} frames for a proxy.",
                mend="The file has changed, or its frames come out of order: convert it to H.264 and import that.",
            )
        made = probe(out, limits=limits, stop=stop)
        shown = made.timeline
        same = shown.frame_count == table.frame_count and _apart_s(shown, table) <= max(SAME_S, float(table.time_base))
        if not same or shown.unreachable or not made.video.browser_playable:
            raise CannotRead(
                f"The proxy of {path} does not show frame for frame what the video shows.",
                mend="Convert the video to H.264 in MP4 and import that.",
            )
        yield Proxy(out, made)


def _apart_s(one: Timeline, other: Timeline) -> float:
    """By how much the times of two films' frames differ at most, each from its film's start."""
    times = [(each.pts - each.pts[0]) * float(each.time_base) for each in (one, other)]
    return float(np.abs(times[0] - times[1]).max())


def needs_proxy(probed: Probed) -> bool:
    """Whether people cannot look at the video itself frame by frame."""
    return not probed.video.browser_playable or bool(probed.timeline.unreachable)


def _size(width: int, height: int) -> tuple[int, int]:
    shrink = max(Fraction(1), Fraction(height, MOST_LINES))
    across, down = (max(2, 2 * round(side / shrink / 2)) for side in (width, height))
    return across, down


def _limits(limits: Limits, probed: Probed, size: tuple[int, int]) -> Limits:
    if limits.seconds is not None:
        return replace(limits, written_bytes=max(limits.written_bytes, 4 << 30))
    megapixels = size[0] * size[1] * probed.timeline.frame_count / 1e6
    seconds = limits.seconds_for_bytes(probed.video.size_bytes) + _SECONDS_A_MEGAPIXEL * megapixels
    return replace(limits, seconds=seconds, written_bytes=max(limits.written_bytes, 4 << 30))

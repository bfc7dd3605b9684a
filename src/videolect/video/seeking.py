"""Where Chromium has to be told to seek so that it shows a given frame; the midpoint is right in nearly all files.

Two habits of Chromium 156 make it miss (each measured with burnt-in frame numbers; docs/video.md has the figures):

- In **Matroska, WebM and MP4 in fragments** the first frame that is *said* to last beyond the moment is shown. Files of
  variable rate often say one duration for all frames, so a short frame is hidden behind longer-lived forerunners.
- In **MP4 and MOV** decoding starts at the last key frame whose *decoding* time (moved, where there is an edit list, so
  that the first frame's is its presentation time) is not after the moment. Where there is none, where the rate varies,
  or where frames that follow a key frame are shown before it (an open group of pictures), that key frame may be shown
  after the moment, and the frames before it are never decoded.

Chromium 150 has the first habit in *every* MP4 file. Where frames are reordered, MP4 says durations in the order of
decoding, so in films of variable rate it misses many a midpoint that 156 shows. A moment that both show is taken where
there is one; where there is none, 156 is served, and the player plays up to the frame (``ui/src/player/engine.ts``).
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from fractions import Fraction

MARGIN_S = Fraction(1, 5000)
"""A moment nearer than this to the edge of its window is not trusted: players and containers round."""


def detours(
    pts: Sequence[int],
    end_pts: int,
    time_base: Fraction,
    *,
    said_durations: Sequence[int] = (),
    always: bool = True,
    key_frames: Sequence[tuple[int, int]] = (),
) -> tuple[tuple[tuple[int, int], ...], tuple[int, ...]]:
    """The frames that need another moment than the midpoint, as (frame, microseconds); and those that no moment shows.

    ``pts`` in ticks, rising; ``said_durations`` one for each frame, where Chromium goes by them: ``always``, or only
    in some of its versions, for whose sake no frame is lost; ``key_frames`` as (presentation time, moment in ticks from
    which on Chromium starts decoding there), for MP4.
    """
    found, lost = [], []
    # Whole numbers, in units of 1 / (2 * denominator) of a tick: a stranger's film may have millions of frames.
    margin = MARGIN_S / time_base
    unit, narrow = 2 * margin.denominator, 2 * margin.numerator
    ends = [*pts[1:], end_pts]
    starts = _not_hidden(pts, said_durations) if said_durations else list(pts)
    limits = _before_key_frames(pts, ends, key_frames) if key_frames else ends
    for frame, (low, high) in enumerate(zip(starts, limits, strict=True)):
        if not always and (high - low) * unit < 2 * narrow:
            low = pts[frame]
        if low == pts[frame] and high == ends[frame]:
            continue
        middle = (pts[frame] + ends[frame]) * margin.denominator
        late = low != pts[frame] and low * unit + narrow > middle
        soon = high != ends[frame] and middle > high * unit - narrow
        if not late and not soon:
            continue
        if (high - low) * unit < 2 * narrow:
            lost.append(frame)
        else:
            found.append((frame, round(Fraction(low + high, 2) * time_base * 1_000_000)))
    return tuple(found), tuple(lost)


def _not_hidden(pts: Sequence[int], said_durations: Sequence[int]) -> list[int]:
    """For each frame the moment at which every earlier one is said to have ended."""
    starts, latest = [], pts[0]
    for time, said in zip(pts, said_durations, strict=True):
        starts.append(max(time, latest))
        latest = max(latest, time + said)
    return starts


def _before_key_frames(pts: Sequence[int], ends: Sequence[int], key_frames: Sequence[tuple[int, int]]) -> list[int]:
    """For each frame the moment from which on decoding would start after it."""
    first = [ends[-1]] * (len(pts) + 1)
    for shown, taken_from in key_frames:
        frame = bisect.bisect_left(pts, shown)
        first[frame] = min(first[frame], taken_from)
    limits, soonest = list(ends), ends[-1]
    # From the end: the soonest of all key frames after a frame. One pass, whatever times a file may claim.
    for frame in range(len(pts) - 1, -1, -1):
        soonest = min(soonest, first[frame + 1])
        limits[frame] = max(pts[frame], min(ends[frame], soonest))
    return limits

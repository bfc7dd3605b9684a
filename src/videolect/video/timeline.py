"""The table of presentation timestamps: when each frame is shown. No frame is ever found by a rate times seconds.

**Time in a player.** A player's clock counts seconds; a frame is shown from its timestamp to the next frame's. Seeking
to the timestamp itself often shows the frame before it, because the player rounds; so a seek goes to the *midpoint*
between a frame's timestamp and the next one's. What Chromium subtracts from timestamps: nothing (measured, see
docs/video.md), hence ``offset_s`` is 0. In some files Chromium misses the midpoint of some frames; these have a
*detour*, another moment at which it does show the frame, or none: then the frame is *unreachable* by seeking.

**The table's identity** (``hash``) is the BLAKE3 of its canonical bytes: the ASCII letters ``videolect-pts-1\\n``, then
signed 64-bit little-endian integers: numerator and denominator of the time base in seconds per tick (in lowest terms),
the end of the last frame in ticks, the number of frames, and each frame's timestamp in ticks, rising. Detours are
advice for players and no part of it.

**For the browser** ``as_json`` gives::

    {"time_base": [1, 12800], "start_pts": 0, "end_pts": 25600, "offset_s": 0.0,
     "runs": [[533, 1], [534, 2], ...], "hash": "...", "frames": 48,
     "container_start_s": 0.0, "detours": [[23, 1.413]], "unreachable": []}

``runs`` are steps between successive timestamps: ``[ticks, how many]``. The first frame stands at ``start_pts``; the
steps number ``frames - 1``; the last frame ends at ``end_pts``. A frame's second on the player's clock is
``pts * time_base[0] / time_base[1] - offset_s``. ``detours`` are ``[frame, seconds on the player's clock]``: seek there
and not to the midpoint. ``unreachable`` frames cannot be shown by seeking in Chromium, only by playing over them.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from videolect.errors import BadInput, CannotRead

_MAGIC = b"videolect-pts-1\n"
_EXTRAS = struct.Struct("<4q")
"""The container's start (numerator, denominator), how many detours, how many unreachable frames."""

PLAYER_ROUNDS_S = 2e-6
"""Players round the time of the frame on screen to microseconds: it may lie this much before the frame's start."""

EVEN_S = Fraction(1, 1000)
"""Evenly spaced frames may lie this far (or one tick, if that is more) from their places: containers round to it."""


@dataclass(frozen=True)
class Timeline:
    """When each frame of one video is shown. Compared and hashed by its table alone."""

    time_base: Fraction
    """Seconds per tick."""
    pts: NDArray[np.int64] = field(repr=False, compare=False)
    """[frames] ticks, strictly rising, read-only."""
    end_pts: int
    """When the last frame's showing ends, in ticks."""
    container_start_s: Fraction = field(default=Fraction(0), compare=False)
    """What the container calls its start: subtracted by players that begin at zero, not by Chromium."""
    detours: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    """(frame, microseconds): where to seek instead of to the midpoint."""
    unreachable: tuple[int, ...] = field(default=(), compare=False)
    """Frames that no seek shows in Chromium."""
    starts: tuple[int, ...] = field(default=(), compare=False, repr=False)
    """Frames that can be decoded, with all that are shown after them, without any before them; rising."""
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        pts = np.array(self.pts, dtype=np.int64)
        if pts.ndim != 1 or len(pts) == 0:
            raise BadInput("The table of timestamps is empty.", mend="Import a file with a picture.")
        if self.time_base <= 0 or np.any(np.diff(pts) <= 0) or self.end_pts <= pts[-1]:
            raise BadInput("The timestamps do not rise.", mend="Give each frame's time once, and an end.")
        pts.flags.writeable = False
        object.__setattr__(self, "pts", pts)
        object.__setattr__(self, "hash", blake3(self._canonical()).hexdigest())

    # --------------------------------------------------------------------------------------------- frames and times

    @property
    def frame_count(self) -> int:
        """How many frames there are."""
        return len(self.pts)

    def start_before(self, frame: int) -> int | None:
        """The last frame at or before this one from which on decoding can begin; None: at the beginning of the file."""
        at = bisect_right(self.starts, frame) - 1
        return self.starts[at] if at >= 0 else None

    @property
    def offset_s(self) -> float:
        """What Chromium's clock subtracts from a timestamp in seconds: nothing, for any container that it plays."""
        return 0.0

    @property
    def duration_s(self) -> float:
        """From the first frame's start to the last one's end."""
        return float((self.end_pts - int(self.pts[0])) * self.time_base)

    @property
    def mean_rate(self) -> float:
        """Frames per second on average: to tell people, never to find a frame."""
        return self.frame_count / self.duration_s

    def pts_of(self, frame: int) -> int:
        """The frame's timestamp in ticks; the number of frames gives the end of the last one. BadInput outside."""
        if frame == self.frame_count:
            return self.end_pts
        if not 0 <= frame < self.frame_count:
            raise BadInput(f"There is no frame {frame}.", mend=f"Give one from 0 to {self.frame_count - 1}.")
        return int(self.pts[frame])

    def first_from(self, pts: int) -> int:
        """The first frame at or after this timestamp in ticks; the number of frames where all are before it."""
        return int(np.searchsorted(self.pts, pts, side="left"))

    def frame_at(self, seconds: float) -> int:
        """The frame on screen at this moment of the player's clock; before the first the first, after the last that."""
        ticks = (Fraction(seconds) + Fraction(PLAYER_ROUNDS_S) + Fraction(self.offset_s)) / self.time_base
        return max(0, int(np.searchsorted(self.pts, math.floor(ticks), side="right")) - 1)

    def seek_time(self, frame: int) -> float:
        """Where to put the player's clock to see this frame, in seconds: its detour, or the middle of its showing."""
        if frame in self._detour:
            return self._detour[frame] / 1e6
        start, end = self.pts_of(frame), self.pts_of(frame + 1)
        return float(Fraction(start + end, 2) * self.time_base) - self.offset_s

    @cached_property
    def _detour(self) -> dict[int, int]:
        return dict(self.detours)

    @cached_property
    def variable_rate(self) -> bool:
        """Whether some frame lies further from its place among evenly spaced ones than containers round.

        Even places run from the first to the last timestamp; allowed is one tick or one millisecond, whichever is more:
        24000/1001 frames a second in whole milliseconds are constant, one dropped frame is not.
        """
        steps = self.frame_count - 1
        if steps < 2:
            return False
        allowed = max(Fraction(1), EVEN_S / self.time_base)
        start, span = int(self.pts[0]), int(self.pts[-1]) - int(self.pts[0])
        # Whole numbers throughout: steps * (pts - start) against i * span, both exact.
        off = np.abs((self.pts - start).astype(object) * steps - np.arange(steps + 1).astype(object) * span)
        return bool(max(off) > allowed * steps)

    # ----------------------------------------------------------------------------------------------- bytes and JSON

    def _canonical(self) -> bytes:
        head = (self.time_base.numerator, self.time_base.denominator, self.end_pts, len(self.pts))
        return _MAGIC + struct.pack("<4q", *head) + self.pts.astype("<i8").tobytes()

    def to_bytes(self) -> bytes:
        """The canonical bytes, and after them what the hash leaves out."""
        start = self.container_start_s
        extras = _EXTRAS.pack(start.numerator, start.denominator, len(self.detours), len(self.unreachable))
        rest = [*(number for detour in self.detours for number in detour), *self.unreachable, *self.starts]
        return self._canonical() + extras + struct.pack(f"<{len(rest)}q", *rest)

    @classmethod
    def from_bytes(cls, data: bytes) -> Timeline:
        """What ``to_bytes`` wrote. CannotRead where it is not that."""
        try:
            if data[: len(_MAGIC)] != _MAGIC:
                raise ValueError("another beginning")
            at = len(_MAGIC)
            numerator, denominator, end_pts, frames = struct.unpack_from("<4q", data, at)
            at += 32
            pts = np.frombuffer(data, "<i8", frames, at).astype(np.int64)
            at += 8 * frames
            start, below, detours, unreachable = _EXTRAS.unpack_from(data, at)
            # What stands after the unreachable frames are the starts; older tables have none.
            rest = struct.unpack_from(f"<{(len(data) - at - _EXTRAS.size) // 8}q", data, at + _EXTRAS.size)
            if len(rest) < 2 * detours + unreachable:
                raise ValueError("it breaks off")
            return cls(
                time_base=Fraction(numerator, denominator), pts=pts, end_pts=end_pts,
                container_start_s=Fraction(start, below),
                detours=tuple(zip(rest[: 2 * detours : 2], rest[1 : 2 * detours : 2], strict=True)),
                unreachable=rest[2 * detours : 2 * detours + unreachable],
                starts=rest[2 * detours + unreachable :],
            )  # fmt: skip
        except (ValueError, struct.error, ZeroDivisionError, BadInput) as error:
            raise CannotRead(f"This is no table of timestamps: {error}.", mend="Import the file again.") from error

    def as_json(self) -> dict[str, Any]:
        """As the browser takes it: see the head of this file."""
        return {
            "time_base": [self.time_base.numerator, self.time_base.denominator],
            "start_pts": int(self.pts[0]),
            "end_pts": self.end_pts,
            "offset_s": self.offset_s,
            "runs": run_lengths(np.diff(self.pts).tolist()),
            "hash": self.hash,
            "frames": self.frame_count,
            "container_start_s": float(self.container_start_s),
            "detours": [[frame, micros / 1e6] for frame, micros in self.detours],
            "unreachable": list(self.unreachable),
        }

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Timeline:
        """The table that ``as_json`` told, as the browser decodes it. CannotRead where hash and table differ."""
        steps = [ticks for ticks, count in table["runs"] for _ in range(count)]
        made = cls(
            time_base=Fraction(*table["time_base"]),
            pts=np.cumsum([table["start_pts"], *steps], dtype=np.int64),
            end_pts=table["end_pts"],
            container_start_s=Fraction(table["container_start_s"]).limit_denominator(1_000_000),
            detours=tuple((frame, round(seconds * 1e6)) for frame, seconds in table["detours"]),
            unreachable=tuple(table["unreachable"]),
        )
        if made.hash != table["hash"] or made.frame_count != table["frames"]:
            raise CannotRead("The table of timestamps and its hash differ.", mend="Ask for the table again.")
        return made


def run_lengths(steps: Sequence[int]) -> list[list[int]]:
    """[step, how many] for each stretch of equal steps. ``[5, 5, 7] -> [[5, 2], [7, 1]]``."""
    runs: list[list[int]] = []
    for step in steps:
        if runs and runs[-1][0] == step:
            runs[-1][1] += 1
        else:
            runs.append([step, 1])
    return runs

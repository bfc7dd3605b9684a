"""What a stretch of film looks like, as a list of 64-bit hashes: four a second, black bars cropped away.

**A look** is a perceptual hash (pHash): luma to 32x32, its discrete cosine transform (DCT-II, orthonormal), and the
signs of the 64 lowest frequencies. The mean (0, 0) says nothing by its sign, so (8, 0) stands in its place. Thresholds
are zero and not the median as in other pHashes: mirroring a picture then only turns the signs of the odd horizontal
frequencies, so the look of the mirrored picture is ``look ^ MIRROR`` and need not be kept.

**A change** is the same of the difference to the picture half a second before. It tells apart two stretches that one
fixed camera took, whose looks are all alike.

Pictures without contrast (black, fog) have no look, and pictures like the one half a second before have no change:
``contrast`` and ``motion`` say how much there is. Without that, all fades to black would be duplicates.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput, CannotRead
from videolect.video.bars import Bars, find_bars
from videolect.video.frames import frames
from videolect.video.identity import shot_id
from videolect.video.probe import Probed
from videolect.video.sandbox import Limits
from videolect.video.timeline import Timeline

RECIPE = "look-1"
"""Changes whenever the same film would get other hashes: looks of two recipes are never compared."""

RATE = 4
"""Pictures a second."""

SIDE = 96
"""Pictures are decoded to this many rows and columns, whatever their shape: stretched copies look alike."""

MOST_SAMPLES = 24 * 3600 * RATE
"""Of one stretch. A file may claim to last for years."""

BACK = 2
"""A change is against the picture this many before."""

STEP = 8
"""Contrast and motion are kept in steps of 1/STEP grey levels (root mean square of the frequencies that are hashed)."""

MIRROR = np.uint64(sum(1 << (8 * row + column) for row in range(8) for column in range(1, 8, 2)))
"""Look of the mirrored picture: ``look ^ MIRROR``."""

_GRID = 32
_MAGIC = b"videolect-look-1\n"
_HEAD = struct.Struct("<32s4qI")


@dataclass(frozen=True, kw_only=True, eq=False)
class Fingerprint:
    """The looks of one stretch of one film. Compared by its bytes."""

    video_hash: str
    """BLAKE3 of the source's bytes."""
    start_pts: int
    end_pts: int
    """Half open, in ticks of ``time_base``."""
    time_base: Fraction
    looks: NDArray[np.uint64]
    """[samples] bit ``8 * row + column`` is the sign of that frequency; sample ``i`` is the picture on screen
    ``(i + 0.5) / RATE`` s after the start."""
    contrast: NDArray[np.uint8]
    """[samples] of the picture, in 1/STEP grey levels; 255 is 255 or more."""
    changes: NDArray[np.uint64]
    motion: NDArray[np.uint8]
    """[samples] contrast of the difference to the picture ``BACK`` samples before; 0 in the first ones."""

    def __post_init__(self) -> None:
        lengths = {len(self.looks), len(self.contrast), len(self.changes), len(self.motion)}
        if len(lengths) != 1 or not len(self.looks):
            raise BadInput("A fingerprint without looks, or with lists of different lengths.", mend="Take it anew.")
        shot_id(self.video_hash, self.start_pts, self.end_pts, self.time_base)

    @property
    def duration_s(self) -> float:
        """From start to end, in seconds."""
        return float((self.end_pts - self.start_pts) * self.time_base)

    @property
    def shot_id(self) -> str:
        """The name of the stretch (``identity.shot_id``)."""
        return shot_id(self.video_hash, self.start_pts, self.end_pts, self.time_base)

    def part(self, start_pts: int, end_pts: int) -> Fingerprint:
        """Of a stretch of it. Samples stay where they were taken, at most half a step beside those that
        ``fingerprint`` would take of the stretch alone. BadInput where it has no such stretch."""
        if not self.start_pts <= start_pts < end_pts <= self.end_pts:
            raise BadInput(
                f"The film has no stretch from tick {start_pts} to {end_pts}.",
                mend=f"It runs from {self.start_pts} to {self.end_pts}.",
            )
        step = 1 / (RATE * self.time_base)
        first = min(round((start_pts - self.start_pts) / step), len(self.looks) - 1)
        last = max(first + 1, round((end_pts - self.start_pts) / step))
        return replace(
            self, start_pts=start_pts, end_pts=end_pts, looks=self.looks[first:last], changes=self.changes[first:last],
            contrast=self.contrast[first:last], motion=self.motion[first:last],
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def to_bytes(self) -> bytes:
        """The same on every machine: magic (recipe and form), head, looks, changes, contrast, motion."""
        head = _HEAD.pack(
            bytes.fromhex(self.video_hash), self.time_base.numerator, self.time_base.denominator,
            self.start_pts, self.end_pts, len(self.looks),
        )  # fmt: skip
        words = self.looks.astype("<u8").tobytes() + self.changes.astype("<u8").tobytes()
        return _MAGIC + head + words + self.contrast.tobytes() + self.motion.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """What ``to_bytes`` gave. CannotRead for anything else."""
        try:
            if not data.startswith(_MAGIC):
                raise ValueError("another form")
            head, body = data[len(_MAGIC) : len(_MAGIC) + _HEAD.size], data[len(_MAGIC) + _HEAD.size :]
            source, numerator, denominator, start, end, count = _HEAD.unpack(head)
            if len(body) != 18 * count:
                raise ValueError("another length")
            words = np.frombuffer(body[: 16 * count], "<u8").astype(np.uint64)
            levels = np.frombuffer(body[16 * count :], np.uint8)
            return cls(
                video_hash=source.hex(), start_pts=start, end_pts=end, time_base=Fraction(numerator, denominator),
                looks=words[:count], changes=words[count:], contrast=levels[:count], motion=levels[count:],
            )  # fmt: skip
        except (ValueError, struct.error, ArithmeticError, BadInput) as error:
            raise CannotRead(f"This is no fingerprint of ours: {error}.", mend="Take it anew from the film.") from None

    def as_json(self) -> dict[str, Any]:
        """For one line of JSON: what people look for in the open, the rest as base64."""
        return {
            "recipe": RECIPE,
            "video_hash": self.video_hash,
            "shot_id": self.shot_id,
            "duration_s": self.duration_s,
            "data": base64.b64encode(self.to_bytes()).decode(),
        }

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Fingerprint:
        """What ``as_json`` told. CannotRead for another recipe, or where it is damaged."""
        try:
            if table["recipe"] != RECIPE:
                raise ValueError(f"recipe {table['recipe']}")
            found = cls.from_bytes(base64.b64decode(table["data"], validate=True))
            if (found.video_hash, found.shot_id) != (table["video_hash"], table["shot_id"]):
                raise ValueError("its hash and its data differ")
        except (KeyError, TypeError, ValueError) as error:
            raise CannotRead(f"This is no fingerprint of ours: {error}.", mend="Take it anew from the film.") from None
        return found


def fingerprint(
    path: Path, probed: Probed, *, start_pts: int | None = None, end_pts: int | None = None,
    limits: Limits | None = None,
) -> Fingerprint:  # fmt: skip
    """The looks of a film, or of the stretch of it from ``start_pts`` to ``end_pts``; one pass of decoding.

    9 kB of memory a picture while it runs: 130 MB for an hour of film.
    """
    timeline = probed.timeline
    start = int(timeline.pts[0]) if start_pts is None else start_pts
    end = timeline.end_pts if end_pts is None else end_pts
    at = sample_frames(timeline, start, end)
    needed, places = np.unique(at, return_inverse=True)
    given = frames(path, needed.tolist(), timeline=timeline, size=(SIDE, SIDE), limits=limits)
    pictures = np.stack([luma_of(rgb) for rgb in given])
    looks, contrast, changes, motion = hashes(pictures, places)
    return Fingerprint(
        video_hash=probed.video.hash, start_pts=start, end_pts=end, time_base=timeline.time_base,
        looks=looks, contrast=contrast, changes=changes, motion=motion,
    )  # fmt: skip


def sample_frames(timeline: Timeline, start_pts: int, end_pts: int) -> NDArray[np.int64]:
    """The frames on screen at each 1/RATE s of the stretch; a slow film shows one several times. BadInput if none."""
    if not int(timeline.pts[0]) <= start_pts < end_pts <= timeline.end_pts:
        raise BadInput(
            f"The film has no stretch from tick {start_pts} to {end_pts}.",
            mend=f"It runs from {int(timeline.pts[0])} to {timeline.end_pts}.",
        )
    ticks = 1 / (RATE * timeline.time_base)
    count = max(1, int((end_pts - start_pts) / ticks))
    if count > MOST_SAMPLES:
        raise BadInput(
            f"The stretch lasts {count / RATE / 3600:,.0f} hours.",
            mend=f"Give {MOST_SAMPLES // RATE // 3600} hours at most: a part of the film.",
        )
    # Half a step in, so that the rounding of containers never decides between two frames at the same moment.
    moments = [start_pts + int(ticks * (2 * number + 1) / 2) for number in range(count)]
    return np.searchsorted(timeline.pts, np.minimum(moments, end_pts - 1), side="right").astype(np.int64) - 1


def luma_of(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[h, w, 3] -> [h, w], by the weights of BT.709."""
    return np.rint(rgb @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)).astype(np.uint8)


def hashes(
    pictures: NDArray[np.uint8], places: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.uint64], NDArray[np.uint8]]:
    """Looks, contrast, changes, motion of a stretch. Luma [pictures, h, w]; ``places``: the picture of each sample.

    Bars are those that all the pictures have.
    """
    bars = find_bars(pictures)
    found = np.concatenate([_frequencies(part, bars) for part in np.array_split(pictures, -(-len(pictures) // 512))])
    if places is not None:
        found = found[places]
    before = np.concatenate([found[:BACK], found[:-BACK]])
    looks, contrast = _signs(found)
    changes, motion = _signs(found - before)
    return looks, contrast, changes, motion


def _frequencies(pictures: NDArray[np.uint8], bars: Bars | None) -> NDArray[np.float32]:
    """[n, h, w] luma -> [n, 9, 8] lowest frequencies of each picture inside the bars, scaled to 32x32."""
    _, height, width = pictures.shape
    if bars is not None:
        pictures = pictures[:, bars.top : height - bars.bottom, bars.left : width - bars.right]
    down, across = _reader(pictures.shape[1], 9), _reader(pictures.shape[2], 8)
    read: NDArray[np.float32] = down @ pictures.astype(np.float32) @ across.T
    return read


def _reader(length: int, frequencies: int) -> NDArray[np.float32]:
    """[frequencies, length]: averages areas to 32 points and takes their lowest frequencies (DCT-II, orthonormal)."""
    edges = np.linspace(0, length, _GRID + 1)
    pixel = np.arange(length)
    share = np.clip(np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel), 0, None)
    share /= share.sum(axis=1, keepdims=True)
    waves = np.cos(np.pi * np.arange(frequencies)[:, None] * (2 * np.arange(_GRID) + 1) / (2 * _GRID))
    waves *= math.sqrt(2 / _GRID)
    waves[0] *= math.sqrt(1 / 2)
    reader: NDArray[np.float32] = (waves @ share).astype(np.float32)
    return reader


def _signs(found: NDArray[np.float32]) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """[n, 9, 8] -> 64 signs as an integer, and the root mean square that these frequencies add to a pixel, in steps."""
    kept = found[:, :8].copy()
    kept[:, 0, 0] = found[:, 8, 0]
    flat = kept.reshape(len(kept), 64)
    words = np.packbits(flat > 0, axis=1, bitorder="little").view("<u8")[:, 0].astype(np.uint64)
    level = np.sqrt(np.square(flat).sum(axis=1)) / _GRID
    return words, np.minimum(np.rint(level * STEP), 255).astype(np.uint8)

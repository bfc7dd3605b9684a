"""Frames that were made once, kept for the next who asks: by the video's bytes, the stretch and the recipe.

A folder of shards, one for each (video, stretch, recipe): a line of JSON that says what is in it, then the frames, as
they are (``exact``) or as JPEG (``small``: a tenth of the room; the pixels differ a little, so it is a cache of its
own). Several processes may use one folder: a shard appears whole or not at all, readers of one that is removed read
on, and of two who make the same the later replaces the earlier with the same. A shard that is damaged is made anew.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from blake3 import blake3

from videolect.errors import BadInput, CannotRead
from videolect.files import CannotWrite, alone, whole_file
from videolect.storage import hash_file
from videolect.video.backends import pillow
from videolect.video.frames import Frames, take
from videolect.video.probe import Probed
from videolect.video.recipe import Recipe
from videolect.video.sandbox import Limits

Keep = Literal["exact", "small"]

_log = logging.getLogger(__name__)

_FORMAT = "videolect-shard-1"
_CHECKSUM = 32
_JPEG_QUALITY = 95
_TOUCHED_AGAIN_S = 60.0
_UNFINISHED_S = 3600.0
_LEAVE = 0.9
"""When the folder is too large it is emptied to this share of its limit, so that not every new shard empties it
again."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What lies in the folder."""

    shards: int
    bytes: int


class FrameCache:
    """A bounded folder of frames. What was not asked for longest goes first."""

    def __init__(self, folder: Path, *, most_bytes: int = 20 << 30, keep: Keep = "exact") -> None:
        if most_bytes < 1:
            raise BadInput(f"The cache may hold {most_bytes} bytes.", mend="Allow it 1 or more.")
        self.folder, self.most_bytes, self.keep = folder, most_bytes, keep
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"{folder} is no folder for a cache: {error.strerror}.", mend="Name another.") from None
        self._written = most_bytes  # look at the whole folder once before trusting the count

    def take(
        self, path: Path, recipe: Recipe, probed: Probed, *, start: int = 0, end: int | None = None,
        limits: Limits | None = None,
    ) -> Frames:  # fmt: skip
        """As ``frames.take``, from here where they are here; else they are made and kept, where that is possible."""
        place = self.place(recipe, probed, start, end)
        found = self._read(place)
        if found is not None:
            return found
        made = take(path, recipe, probed, start=start, end=end, limits=limits)
        # In a storage the name is the hash, and nothing changes; elsewhere a file may have changed since it was probed.
        if path.name != probed.video.hash and hash_file(path)[0] != probed.video.hash:
            raise CannotRead(f"{path} has changed since it was probed.", mend="Probe or import it again.")
        data = _packed(made, self.keep)
        try:
            self._write(place, data)
        except (OSError, CannotWrite) as error:  # the frames are made: that they cannot be kept loses none of them
            _log.warning("%s keeps nothing more: %s", self.folder, error)
        # Who makes them sees what later comes from the cache, not better.
        return made if self.keep == "exact" else _unpacked(data)

    def place(self, recipe: Recipe, probed: Probed, start: int = 0, end: int | None = None) -> Path:
        """The shard of these frames, whether or not it is there."""
        timeline = probed.timeline
        behind = timeline.frame_count if end is None else end
        key = [_FORMAT, self.keep, probed.video.hash, timeline.hash, recipe.hash, start, behind]
        name = blake3(json.dumps(key).encode()).hexdigest()
        return self.folder / name[:2] / f"{name}.frames"

    def usage(self) -> Usage:
        """How much is kept."""
        sizes = [size for _, size, _ in self._shards()]
        return Usage(len(sizes), sum(sizes))

    def clear(self) -> None:
        """Remove all that is kept."""
        self._shrink(0)

    # -- inside

    def _read(self, place: Path) -> Frames | None:
        try:
            data = place.read_bytes()
        except OSError:
            return None
        if blake3(memoryview(data)[_CHECKSUM:]).digest() != data[:_CHECKSUM]:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):  # it may be gone by now, which is no harm
            if time.time() - place.stat().st_mtime > _TOUCHED_AGAIN_S:
                os.utime(place)
        return _unpacked(data)

    def _write(self, place: Path, data: bytes) -> None:
        if len(data) > self.most_bytes:
            return
        place.parent.mkdir(exist_ok=True)
        with whole_file(place, flush=False) as partial:  # what a power cut damages is made anew
            partial.write_bytes(data)
        self._written += len(data)
        if self._written > self.most_bytes * (1 - _LEAVE):
            self._shrink(self.most_bytes)
            self._written = 0

    def _shrink(self, most: int) -> None:
        with alone(self.folder / ".emptying", wait_s=0) as mine:
            if not mine:
                return
            shards = sorted(self._shards())
            held = sum(size for _, size, _ in shards)
            if held <= most:
                return
            for _, size, shard in shards:
                if held <= most * _LEAVE:
                    return
                shard.unlink(missing_ok=True)
                held -= size

    def _shards(self) -> list[tuple[float, int, Path]]:
        """(last asked for, size, file); what a killed writer left behind is swept away."""
        found = []
        for path in self.folder.glob("??/*"):
            try:
                about = path.stat()
            except FileNotFoundError:
                continue
            if path.suffix == ".frames":
                found.append((about.st_mtime, about.st_size, path))
            elif path.suffix == ".part" and time.time() - about.st_mtime > _UNFINISHED_S:
                path.unlink(missing_ok=True)
        return found


def _packed(frames: Frames, keep: Keep) -> bytes:
    pictures: Sequence[bytes]
    if keep == "exact":
        pictures = [frames.pictures.tobytes()]
    else:
        pictures = [pillow.jpeg(each, quality=_JPEG_QUALITY, subsampling=0) for each in frames.pictures]
    head: dict[str, Any] = {
        "format": _FORMAT, "keep": keep, "shape": frames.pictures.shape, "indices": frames.indices, "pts": frames.pts,
        "times_s": frames.times_s, "recipe": frames.recipe_hash, "pts_table": frames.pts_table_hash,
        "sizes": [len(picture) for picture in pictures],
    }  # fmt: skip
    body = b"".join([json.dumps(head).encode() + b"\n", *pictures])
    return blake3(body).digest() + body


def _unpacked(data: bytes) -> Frames:
    at = data.index(b"\n", _CHECKSUM) + 1
    head = json.loads(data[_CHECKSUM:at])
    if head["keep"] == "exact":
        pictures = np.frombuffer(data, np.uint8, offset=at).reshape(head["shape"])
    else:
        pictures = np.empty(head["shape"], np.uint8)
        for number, size in enumerate(head["sizes"]):
            pictures[number] = pillow.picture_of(data[at : at + size])
            at += size
    pictures.flags.writeable = False
    return Frames(
        pictures=pictures, indices=tuple(head["indices"]), pts=tuple(head["pts"]), times_s=tuple(head["times_s"]),
        recipe_hash=head["recipe"], pts_table_hash=head["pts_table"],
    )  # fmt: skip

"""The small pictures that the player shows under the mouse: of a film, or of the part that a clip is; made once, kept.

One sheet for a stretch, never more than ``MOST`` pictures, so a longer stretch has them further apart. A frame is shown
by the last picture at or before it, and the first picture is the stretch's first frame: nothing from outside is shown.

The bytes are derived: the storage keeps them under ``previews``, by the film's hash or, for a part, by one of film and
frames. They name the table of timestamps in which the frames were counted, and ``MADE``; others are made anew.
"""

from __future__ import annotations

import json
import logging
import struct
import threading
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from blake3 import blake3

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.record.clip import Video
from videolect.storage import Storage
from videolect.video.known import shape_of
from videolect.video.library import PREVIEWS, Library
from videolect.video.probe import Probed
from videolect.video.sampling import Rate, pick
from videolect.video.sandbox import Limits
from videolect.video.sprites import laid_out
from videolect.video.timeline import Timeline
from videolect.video.turns import Turns

log = logging.getLogger(__name__)

MADE = "previews-1"
"""Stands in what is kept and in the pictures' addresses: who changes a choice of frames or a pixel changes it."""

MOST = 200
"""Pictures of one sheet."""
STEP_S = Fraction(1, 10)
"""Nearer to each other they never are."""
BOX = (176, 160)
"""Width and height that a picture fits into."""
EXACT_FRAMES = 900
"""Of a longer stretch only frames are shown at which decoding can begin: all others would cost too long a wait."""
ENTRIES = 24
"""... unless these are fewer than so many."""
SECONDS = 120.0
"""What takes longer is not made."""

_COLUMNS = 20
_MAGIC = b"videolect-previews\n"
_HEAD = struct.Struct("<I")
_FAILURES = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Previews:
    """The pictures of one stretch."""

    frames: tuple[int, ...]
    """Of the film, rising; row by row on the sheet."""
    width: int
    """Of one picture."""
    height: int
    columns: int
    jpeg: bytes


class PreviewMaker:
    """Makes them when they are first asked for, one stretch once, and remembers which cannot be made."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._guard = threading.Lock()
        self._turns = Turns()
        self._failed: dict[str, None] = {}

    def kept(self, video: Video, start: int, end: int) -> Previews | None:
        """What is kept for these frames (half open); None where nothing is that still holds."""
        about = _about(video, start, end)
        try:
            return _from_bytes(self.storage.get_bytes(PREVIEWS, _name(video, start, end)), about)
        except (NotFound, CannotRead):
            return None

    def failed(self, video: Video, start: int, end: int) -> bool:
        """Whether they could not be made since this process began."""
        with self._guard:
            return _name(video, start, end) in self._failed

    def made(self, video: Video, start: int, end: int) -> Previews | None:
        """What is kept, or is made now and kept; None where it cannot be made. BadInput for frames that are not there.

        CannotReach, CannotStore where the storage fails.
        """
        if not 0 <= start < end <= video.frames:
            raise BadInput(
                f"There is no stretch from frame {start} to {end}.",
                mend=f"Give a start before the end, from 0 to {video.frames}.",
            )
        name = _name(video, start, end)
        with self._turns.of(name):
            found = self.kept(video, start, end)
            if found is not None or self.failed(video, start, end):
                return found
            try:
                found = self._draw(video, start, end)
            except NotFound:  # its bytes are gone, and may come back
                return None
            except CannotRead as error:
                log.warning("%s has no pictures to hover over: %s", video.hash[:12], error.message)
                with self._guard:
                    self._failed = {**dict(list(self._failed.items())[1 - _FAILURES :]), name: None}
                return None
            self.storage.put_bytes(PREVIEWS, name, _to_bytes(found, _about(video, start, end)))
            return found

    def _draw(self, video: Video, start: int, end: int) -> Previews:
        timeline = Library(self.storage).timeline_of(video)
        wanted, exact = choose(timeline, start, end)
        with self.storage.local(video.hash) as path:
            sheet = laid_out(
                path, Probed(video, timeline), wanted, size=size_of(video), columns=_COLUMNS, exact=exact,
                limits=Limits(seconds=SECONDS),
            )  # fmt: skip
        return Previews(
            frames=sheet.frames, width=sheet.width, height=sheet.height, columns=sheet.columns, jpeg=sheet.jpeg()
        )


def choose(timeline: Timeline, start: int, end: int) -> tuple[tuple[int, ...], bool]:
    """The frames to show of ``[start, end)``, the first among them; and whether they stand at even times."""
    seconds = Fraction(timeline.pts_of(end) - timeline.pts_of(start)) * timeline.time_base
    step = max(STEP_S, seconds / MOST).limit_denominator(10_000_000)
    even = pick(timeline, Rate(per_second=1 / step, most=MOST), start=start, end=end)
    if end - start <= EXACT_FRAMES:
        return even, True
    entries = np.array([start, *(entry for entry in timeline.starts if start < entry < end)])
    near = np.searchsorted(entries, even, side="right") - 1
    sparse = tuple(dict.fromkeys(entries[near].tolist()))
    return (sparse, False) if len(sparse) >= ENTRIES else (even, True)


def size_of(video: Video) -> tuple[int, int]:
    """(width, height) of a picture, upright, its pixels square: as large as ``BOX`` allows."""
    shape = float(
        shape_of(video.width, video.height, sample_aspect_ratio=video.sample_aspect_ratio, rotation=video.rotation)
    )
    wide, high = BOX
    width, height = (wide, wide / shape) if shape > wide / high else (high * shape, high)
    return max(16, 2 * round(width / 2)), max(16, 2 * round(height / 2))


# ------------------------------------------------------------------------------------------------------ what is kept


def _name(video: Video, start: int, end: int) -> str:
    if (start, end) == (0, video.frames):
        return video.hash
    return blake3(f"{video.hash} {start} {end}".encode()).hexdigest()


def _about(video: Video, start: int, end: int) -> dict[str, Any]:
    return {"made": MADE, "video": video.hash, "table": video.pts_table_hash, "start": start, "end": end}


def _to_bytes(found: Previews, about: dict[str, Any]) -> bytes:
    sheet = {
        "frames": list(found.frames), "width": found.width, "height": found.height, "columns": found.columns
    }  # fmt: skip
    head = json.dumps({**about, **sheet}).encode()
    return _MAGIC + _HEAD.pack(len(head)) + head + found.jpeg


def _from_bytes(data: bytes, about: dict[str, Any]) -> Previews | None:
    """What ``_to_bytes`` wrote; None where it is about something else. CannotRead where it is nothing of ours."""
    try:
        if not data.startswith(_MAGIC):
            raise ValueError("another beginning")
        (length,) = _HEAD.unpack_from(data, len(_MAGIC))
        at = len(_MAGIC) + _HEAD.size
        head = json.loads(data[at : at + length])
        if any(head[name] != value for name, value in about.items()):
            return None
        return Previews(
            frames=tuple(map(int, head["frames"])), width=int(head["width"]), height=int(head["height"]),
            columns=int(head["columns"]), jpeg=data[at + length :],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise CannotRead(f"These are no small pictures: {error}.", mend="Delete them: they are made anew.") from error

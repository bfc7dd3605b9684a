"""Pictures of frames, exact by the table of timestamps: as a recipe makes them (``take``), or plainly (``frames``).

One pass over the file, in the child process. What no frame that is wanted needs is not decoded: groups of pictures
without one are leapt over, and of the others only those frames are decoded that others are made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput, CannotRead
from videolect.video.probe import Probed, probe, refused
from videolect.video.recipe import Recipe
from videolect.video.resample import resample
from videolect.video.sampling import pick
from videolect.video.sandbox import Limits, Refusal, listen
from videolect.video.timeline import Timeline


@dataclass(frozen=True, kw_only=True, slots=True)
class Frames:
    """Some frames of one video, as a recipe makes them."""

    pictures: NDArray[np.uint8]
    """[frames, height, width, 3] RGB."""
    indices: tuple[int, ...]
    """Into the video's timeline, rising."""
    pts: tuple[int, ...]
    """When each begins to be shown, in ticks."""
    times_s: tuple[float, ...]
    """The same in seconds of the file's clock."""
    recipe_hash: str
    pts_table_hash: str


def take(
    path: Path, recipe: Recipe, probed: Probed, *, start: int = 0, end: int | None = None, limits: Limits | None = None
) -> Frames:
    """The frames that the recipe picks of ``[start, end)`` of the video, made as it says.

    BadInput for a stretch that is not there, CannotRead where the file no longer gives what it gave when it was probed.
    """
    indices = pick(probed.timeline, recipe.pick, start=start, end=end)
    decoded, given = recipe.sizes(probed.video)
    direct = recipe.resampler == "area"
    made = np.empty((len(indices), given[1], given[0], 3), np.uint8)
    turns = -(probed.video.rotation // 90) if recipe.upright else 0  # numpy turns the other way round
    coded = (probed.video.width, probed.video.height)
    every = frames(path, indices, timeline=probed.timeline, size=decoded if direct else coded, limits=limits)
    for at, picture in enumerate(every):
        made[at] = np.rot90(picture if direct else resample(picture, decoded), turns)
    return Frames(pictures=made, recipe_hash=recipe.hash, **_times(probed.timeline, indices))


def _times(timeline: Timeline, indices: Sequence[int]) -> dict[str, Any]:
    pts = tuple(timeline.pts_of(index) for index in indices)
    return {
        "indices": tuple(indices),
        "pts": pts,
        "times_s": tuple(float(tick * timeline.time_base) for tick in pts),
        "pts_table_hash": timeline.hash,
    }


def frames(
    path: Path, indices: Sequence[int], *, timeline: Timeline | None = None, size: tuple[int, int] | None = None,
    limits: Limits | None = None,
) -> Iterator[NDArray[np.uint8]]:  # fmt: skip
    """The pictures of these frames, each [height, width, 3] RGB as coded (not turned), from one pass over the file.

    ``indices`` rise. ``size`` (width, height): scaled to it by averaging areas, whatever the sides; for analysis,
    not for models. Without a ``timeline`` the file is probed first. Decoded in the child process, one picture in memory
    at a time. BadInput for frames that are not there, CannotRead where the file no longer gives one that it
    gave at import.
    """
    if not indices:
        return
    if any(after <= before for before, after in pairwise(indices)):
        raise BadInput("The frames asked for do not rise.", mend="Sort them, each once.")
    limits = limits or Limits()
    timeline = timeline or probe(path, limits=limits).timeline
    if indices[-1] >= timeline.frame_count:
        raise BadInput(f"There is no frame {indices[-1]}.", mend=f"Give frames from 0 to {timeline.frame_count - 1}.")
    with listen({"what": "frames", "groups": _groups(timeline, indices), "size": size}, path, limits) as answer:
        if isinstance(answer, Refusal):
            raise refused(path, answer)
        head, stream, ended = answer
        shape = (int(head["height"]), int(head["width"]), 3)
        for index in indices:
            picture = np.empty(shape, np.uint8)
            if stream.readinto(picture.data.cast("B")) < picture.nbytes:
                if (why := ended()) is not None:
                    raise refused(path, why)
                raise CannotRead(
                    f"{path} no longer gives frame {index}.", mend="The file has changed: import it again."
                )
            yield picture


def _groups(timeline: Timeline, indices: Sequence[int]) -> list[tuple[int | None, list[int]]]:
    """From where to decode (a timestamp; None: from the beginning), and what is wanted from there."""
    groups: list[tuple[int | None, list[int]]] = []
    last: int | None = -1
    for index in indices:
        start = timeline.start_before(index)
        if start != last:
            groups.append((None if not start else timeline.pts_of(start), []))
            last = start
        groups[-1][1].append(timeline.pts_of(index))
    return groups

"""What a model is shown of a clip: the frames that it wants, taken from the film's file with their true times."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from videolect.errors import BadInput
from videolect.record.clip import Clip
from videolect.video.backends.pyav import write_mp4
from videolect.video.frames import take
from videolect.video.probe import Probed
from videolect.video.recipe import Fit, Recipe
from videolect.video.sampling import Uniform
from videolect.vlm.base import Film, Wanted

Look = Callable[[Clip, Wanted], Film]


class Shelf(Protocol):
    """Where films are: a file on this machine, and what was found out about it when it was imported."""

    def __call__(self, video_hash: str) -> AbstractContextManager[tuple[Path, Probed]]:
        """The file is there as long as the block runs. NotFound where there is no such film."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Where a clip is: a film that is lent as a file, and the frames of it that are the clip."""

    lend: Callable[[], AbstractContextManager[Path]]
    probed: Probed
    start: int = 0
    end: int | None = None

    def film(self, wanted: Wanted) -> Film:
        """As a model wants to see it. Errors as ``film_of``."""
        with self.lend() as path:
            return film_of(path, self.probed, wanted, start=self.start, end=self.end)


def recipe_for(wanted: Wanted) -> Recipe:
    """The frame recipe of a model: its hash goes with what the model wrote."""
    return Recipe(pick=Uniform(count=wanted.frames), size=Fit(most_pixels=wanted.most_pixels, multiple=wanted.multiple))


def looks(shelf: Shelf, *, keep: int = 1) -> Look:
    """Shows clips from these films. The last ``keep`` stay in memory: five aspects of one clip follow each other."""
    kept: dict[tuple[str, int, int, Wanted], Film] = {}
    guard = threading.Lock()

    def look(clip: Clip, wanted: Wanted) -> Film:
        key = (clip.video_hash, clip.start_frame, clip.end_frame, wanted)
        with guard:
            found = kept.get(key)
        if found is None:
            with shelf(clip.video_hash) as (path, probed):
                found = film_of(path, probed, wanted, start=clip.start_frame, end=clip.end_frame)
            with guard:
                while len(kept) >= max(1, keep):
                    kept.pop(next(iter(kept)))
                kept[key] = found
        return found

    return look


def film_of(path: Path, probed: Probed, wanted: Wanted, *, start: int = 0, end: int | None = None) -> Film:
    """A stretch of a film as a model wants to see it; times count from the stretch's first frame."""
    found = take(path, recipe_for(wanted), probed, start=start, end=end)
    first = float(probed.timeline.pts_of(start) * probed.timeline.time_base)
    return Film(pictures=found.pictures, times_s=tuple(time - first for time in found.times_s))


def film_as_mp4(film: Film, *, off_s: float = 0.0) -> bytes:
    """A film as a model sees it, as H.264 in MP4. BadInput where its frames do not begin at 0, evenly in time.

    ``off_s``: by how much a frame may be shown off its time, where the model reads times less exactly than that.
    """
    count, height, width, _ = film.pictures.shape
    step = film.times_s[-1] / (count - 1) if count > 1 else 1.0
    even = all(abs(time - number * step) <= max(off_s, 0.01 * step) for number, time in enumerate(film.times_s))
    if not even or width % 2 or height % 2:
        raise BadInput(
            f"{count} frames of {width}x{height} from {film.times_s[0]:.3f} to {film.times_s[-1]:.3f} s make no "
            "film of one rate and even sides, which begins at 0.",
            mend="Send them as frames or video_frames.",
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        write_mp4(path, film.pictures, fps=Fraction(1 / step).limit_denominator(1001), size=(width, height), crf=10)
        return path.read_bytes()

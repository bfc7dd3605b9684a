"""What a clip will look like to a model, known before its film is decoded: when its frames are, and how large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.video.probe import Probed
from videolect.video.sampling import pick
from videolect.vlm import tokens
from videolect.vlm.base import Film, Wanted
from videolect.vlm.tokens import PixelFormat
from videolect.writing.looks import recipe_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Frames of a clip without their pixels."""

    key: str
    """Which clip at which size: who asks for the pixels later asks by it."""
    times_s: tuple[float, ...]
    """From the clip's first frame."""
    height: int
    width: int


ShownRows = Callable[[Row], Shown | None]
"""What a row's clip looks like; None where its film is not at hand."""
Films = Callable[[str], Film]
"""The pixels, by ``Shown.key``."""


def shown_of(key: str, probed: Probed, wanted: Wanted, *, start: int = 0, end: int | None = None) -> Shown:
    """What ``writing.looks.film_of`` will give for the stretch, without decoding it."""
    recipe = recipe_for(wanted)
    timeline = probed.timeline
    indices = pick(timeline, recipe.pick, start=start, end=end)
    _, (width, height) = recipe.sizes(probed.video)
    first = float(timeline.pts_of(start) * timeline.time_base)
    times_s = tuple(float(timeline.pts_of(at) * timeline.time_base) - first for at in indices)
    return Shown(key=key, times_s=times_s, height=height, width=width)


def grid_of(shown: Shown, pixels: PixelFormat) -> tuple[int, int, int]:
    """Groups of frames, rows and columns of patches. BadInput where the sides do not fit the model."""
    if not shown.times_s or shown.height % pixels.multiple or shown.width % pixels.multiple:
        raise BadInput(
            f"The clip {shown.key[:80]} is {len(shown.times_s)} frames of {shown.width}x{shown.height}.",
            mend=f"Give frames whose sides are multiples of {pixels.multiple}.",
        )
    groups = -(-len(shown.times_s) // pixels.temporal_patch)
    return groups, shown.height // pixels.patch, shown.width // pixels.patch


def head_words(shown: Shown, pixels: PixelFormat) -> str:
    """What stands before every prompt about the clip: as ``tokens.seen`` writes it of the decoded film."""
    _, rows, columns = grid_of(shown, pixels)
    each = rows * columns // pixels.merge**2
    return tokens.chat_head(tokens.film_words(shown.times_s, pixels.temporal_patch, each))

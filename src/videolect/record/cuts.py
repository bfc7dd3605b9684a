"""What a transition between two shots can be: the words that detectors and people's edits share."""

from __future__ import annotations

import typing
from typing import Literal

TransitionKind = Literal["cut", "dissolve", "fade_black", "fade_white", "gradual"]
"""``gradual``: over several frames, and nobody says how."""

TRANSITION_KINDS: tuple[str, ...] = typing.get_args(TransitionKind)


NEAR_FRAMES = 2
"""Two detectors put one cut this far apart: an edit finds a transition again at this distance."""


def gap(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Frames between two places (start, end); below 0 where they overlap by more than an edge."""
    return max(one[0] - other[1], other[0] - one[1])

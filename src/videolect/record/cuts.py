"""What a transition between two shots can be, and where: the words that detectors and people's edits share."""

from __future__ import annotations

import typing
from typing import Literal

from videolect.errors import BadInput

TransitionKind = Literal["cut", "dissolve", "fade_black", "fade_white", "gradual"]
"""``gradual``: over several frames, and nobody says how."""

TRANSITION_KINDS: tuple[str, ...] = typing.get_args(TransitionKind)

Place = tuple[int, int]
"""The first frame that is no longer wholly the old shot, and the first that is wholly the new one."""

NEAR_FRAMES = 2
"""Two detectors put one cut this far apart: an edit finds a transition again at this distance."""


def gap(one: Place, other: Place) -> int:
    """Frames between two places; below 0 where they overlap by more than an edge."""
    return max(one[0] - other[1], other[0] - one[1])


def check_stretch(start: int, end: int) -> None:
    """BadInput where these frames are no stretch of a film."""
    if start < 0 or end < start:
        raise BadInput(
            f"The stretch runs from frame {start} to {end}.",
            mend="Give a start of 0 or more and an end that is not before it.",
        )


def check_transition(kind: str, start: int, end: int) -> None:
    """BadInput where these frames are no transition of that kind."""
    if kind not in TRANSITION_KINDS:
        raise BadInput(f"There is no transition of kind {kind!r}.", mend=f"Use one of {', '.join(TRANSITION_KINDS)}.")
    check_stretch(start, end)
    if (kind == "cut") != (start == end):
        raise BadInput(
            f"A {kind} has {end - start} frames of its own.",
            mend="A cut lies between two frames and has none; every other transition has some.",
        )

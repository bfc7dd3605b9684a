"""What a transition between two shots can be: the words that detectors and people's edits share."""

from __future__ import annotations

import typing
from typing import Literal

TransitionKind = Literal["cut", "dissolve", "fade_black", "fade_white", "gradual"]
"""``gradual``: over several frames, and nobody says how."""

TRANSITION_KINDS: tuple[str, ...] = typing.get_args(TransitionKind)

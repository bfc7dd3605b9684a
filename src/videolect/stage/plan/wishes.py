"""What may be asked of a take, and where it can be shot.

A wish is a part of a label record: ``{"camera_pan": "right_to_left", "shot_size_start": "wide"}``. What it leaves open
is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from videolect.record.acts.labels import Answer

Wish = Mapping[str, Answer]
"""A part of a label record."""

OPEN = (None, "no", "unknown", "none", "regular", False, ())
"""Answers that ask for nothing."""

INDOORS = frozenset({"study", "living_room", "hall", "workshop"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """The places that may be drawn: those of training, where nothing else is said."""

    held_back: bool = False
    """Only places and surfaces that training never shows."""
    site: tuple[str, int] | None = None
    """Just this place, of this seed."""


def whole(wish: Wish) -> dict[str, Answer]:
    """The wish with what it cannot come true without."""
    out = dict(wish)
    if wish.get("camera_pov") == "drone_pov":
        out |= {"overall_height_start": "aerial_level", "camera_angle_start": "high_angle"}
        out |= {"camera_forward_backward": "forward", "camera_motion_speed": "fast"}
    comes = wish.get("shot_size_start") == "unknown" and wish.get("shot_size_end") not in OPEN
    if wish.get("shot_type") == "change_of_subject" and comes:
        out["movement_gestures"] = ("reveal",)
    if wish.get("focus_change_reason") == "camera_subject_movement":
        nearer = _LAYERS.get(wish.get("focus_plane_end"), 3) < _LAYERS.get(wish.get("focus_plane_start"), 0)
        out["camera_forward_backward"] = "backward" if nearer else "forward"
    return out


_LAYERS: Mapping[object, int] = {"foreground": 0, "middle_ground": 1, "background": 2}


def suits(wish: Wish, place: str) -> bool:
    """Whether it can come true there: heights, a long way, a car, or much to look at ask for the outdoors."""
    return place not in INDOORS or not needs_room(whole(wish))


def needs_room(wish: Wish) -> bool:
    """Whether no room is large enough for it."""
    travels = any(wish.get(name) not in OPEN for name in ("camera_forward_backward", "camera_left_right"))
    return (
        "aerial_level" in (wish.get("overall_height_start"), wish.get("overall_height_end"))
        or "extreme_wide" in (wish.get("shot_size_start"), wish.get("shot_size_end"))
        or (wish.get("camera_motion_speed") == "fast" and travels)
        or wish.get("scene_type") == "exterior"
        or wish.get("subject_kinds") == ("vehicle",)
    )

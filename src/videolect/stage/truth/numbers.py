"""The stage's numbers for the specification's words. Between "no" and "yes" lies a margin in which nothing is said.

``W`` is the width of the picture. docs/stage.md has the same table for people; a test compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """A threshold with a margin: at ``no`` or below the answer is no, at ``yes`` or above it is yes."""

    no: float
    yes: float
    unit: str = ""

    def of(self, value: float) -> bool | None:
        """None in the margin, and for what is no number."""
        if value >= self.yes:
            return True
        return False if value <= self.no else None


@dataclass(frozen=True, slots=True)
class Scale:
    """Ranges of one number, each with its word; between two ranges nothing is said."""

    ranges: tuple[tuple[str, float, float], ...]
    unit: str = ""

    def of(self, value: float) -> str | None:
        """The word of the range that holds the value."""
        return next((word for word, low, high in self.ranges if low <= value <= high), None)

    def all_of(self, values: Sequence[float]) -> str | None:
        """The word of all values; None where they have none or several."""
        words = {self.of(value) for value in values}
        return words.pop() if len(words) == 1 else None


BIG = 1e9

MOVES = Band(0.010, 0.050, "W that an axis moves the picture by over the clip")
"""Whether the camera moves along an axis at all; above ``yes`` it does so clearly."""
SLIGHT = Scale((("minor", 0.018, 0.034),), "W, the largest axis")
STEADY = Scale(
    (("static", 0, 0.00035), ("smooth", 0.0009, 0.0022), ("unsteady", 0.0042, 0.0100), ("very_unsteady", 0.0170, BIG)),
    "W of tremor, where it does not move",
)
STEADY_MOVING = Scale(
    (
        ("very_smooth", 0, 0.0006),
        ("smooth", 0.0010, 0.0033),
        ("unsteady", 0.0046, 0.0110),
        ("very_unsteady", 0.0170, BIG),
    ),
    "W of tremor, where it moves",
)
TRAVEL_SPEED = Scale((("slow", 0, 0.45), ("regular", 0.75, 1.9), ("fast", 2.8, BIG)), "metres a second")
TURN_SPEED = Scale((("slow", 0, 8), ("regular", 12, 32), ("fast", 50, BIG)), "degrees a second")
ZOOM_SPEED = Scale((("slow", 0, 0.16), ("regular", 0.24, 0.6), ("fast", 1.0, BIG)), "doublings a second")
WHIP = Band(1.2, 2.4, "W a second at the fastest")
SNAP_ZOOM = Band(1.2, 2.2, "doublings a second at the fastest")
ARC = Band(8, 22, "degrees around what it looks at")
ARC_EVEN = Band(0.04, 0.12, "unevenness of the distance to what it looks at, a share")
ARC_AIM = Band(0.05, 0.15, "by how much the gaze misses what it circles, a share of the distance")
CRANE_RISE = Band(0.25, 0.7, "metres up or down")
CRANE_TURN = Band(3, 7, "degrees by which the gaze turns against the rise")
CRANE_BOW = Band(0.015, 0.045, "by how much its way is bent, a share of its length")
DOLLY_ZOOM_HOLD = Band(0.06, 0.16, "change of the size of what it looks at, a share")
DOLLY_ZOOM_CHANGE = Band(1.12, 1.3, "factor by which what lies behind changes its size")
SEGMENTS_MOST = Band(3, 4, "times that something new begins: above it is complex")
PUSH_IN = Band(1.12, 1.3, "factor by which the subject grows")
TRAVELS = Band(0.25, 0.9, "metres that an actor goes in the clip")
KEPT_IN_FRAME = Band(0.5, 0.9, "share of the frames in which most of the actor is in view")
KEEPS_PACE = Band(0.2, 0.5, "share of the actor's way that the camera keeps up with")
HOLDS_PLACE = Band(0.08, 0.2, "W by which the tracked actor wanders in the picture")
SIDES = Scale(
    (("lead", 0, 18), ("front_side", 32, 58), ("side", 72, 108), ("rear_side", 122, 148), ("tail", 162, 180)),
    "degrees between where it goes and where the camera is",
)
FROM_ABOVE = Band(20, 34, "degrees by which the camera looks down on the tracked actor, from above 4 m")
TRACK_ARC = Band(15, 35, "degrees by which the camera goes round the tracked actor")
SIZE_CHANGE = Band(1.08, 1.28, "factor by which the tracked actor's size changes")
SCENE_MOVES = Band(0.008, 0.05, "share of the picture that shows moving actors")
HEIGHT = Scale(
    (
        ("ground_level", 0, 0.38),
        ("hip_level", 0.62, 1.0),
        ("eye_level", 1.25, 1.85),
        ("overhead_level", 2.3, 6.0),
        ("aerial_level", 13, BIG),
    ),
    "metres above the ground",
)
ANGLE = Scale(
    (
        ("bird_eye_angle", -90, -78),
        ("high_angle", -62, -17),
        ("level_angle", -8, 8),
        ("low_angle", 17, 62),
        ("worm_eye_angle", 78, 90),
    ),
    "degrees of the gaze above the horizon",
)
DUTCH = Band(3, 9, "degrees of lean")
DUTCH_CHANGE = Band(2, 7, "degrees by which the lean changes")
AGAINST = Band(-0.12, 0.12, "metres above the subject's top or below its lowest point")
PERSON_SIZE = Scale(
    (
        ("full", -0.30, -0.03),
        ("medium_full", 0.20, 0.44),
        ("medium", 0.52, 0.62),
        ("medium_close_up", 0.68, 0.76),
        ("close_up", 0.805, 0.865),
    ),
    "where the lower edge cuts the body: 0 the soles, 1 the top of the head",
)
PART_OF_FACE = Band(0.085, 0.13, "share of the body that the picture takes in: below it is an extreme close-up")
WHOLE_SIZE = Scale(
    (("extreme_wide", 0, 0.10), ("wide", 0.15, 0.52), ("full", 0.68, 0.97)),
    "height of the whole subject, of the picture's",
)
SCENERY_SIZE = Scale((("wide", 5, 16), ("extreme_wide", 28, BIG)), "metres, the middle of the depths")
IN_FOCUS = Band(0.0012, 0.0030, "W of blur, radius")
DEEP = Band(0.0011, 0.0030, "W of blur at nine tenths of the picture: above it is not deep")
ULTRA = Band(0.0090, 0.0140, "W of blur at six tenths of the picture: above it is ultra-shallow")
LAYER = Scale(
    (("foreground", 0, 0.28), ("middle_ground", 0.40, 0.62), ("background", 0.76, BIG)),
    "place of the sharp plane between near and far, in logarithms",
)
REFOCUS = Band(1.03, 1.35, "factor by which the distance of focus changes")
RACK_S = Band(0.75, 1.3, "seconds that the change of focus takes: above it is a pull")
FOCUS_TRACKS = Band(0.06, 0.2, "by how much the focus misses the moving actor, a share")
WIDTH_OF_VIEW = Scale((("long_lens", 0, 22), ("normal", 38, 60), ("wide_angle", 76, 180)), "degrees of view across")
THIRDS = Scale((("0", -BIG, 0.29), ("1", 0.38, 0.62), ("2", 0.71, BIG)), "place in the picture, of its width or height")
FACING = Scale(
    (
        ("front", 0, 18),
        ("three_quarter", 30, 58),
        ("profile", 76, 104),
        ("three_quarter_back", 122, 150),
        ("back", 162, 180),
    ),
    "degrees between its front and the camera",
)
IN_VIEW = Band(0.12, 0.55, "share of an actor that is in the picture")
COUNTS = Band(0.0015, 0.006, "share of the picture that an actor has to fill to count")
COUNTS_WHOLE = Band(0.035, 0.065, "height of a whole actor, of the picture's, that counts however little it fills")
FILLS = Band(0.6, 0.85, "share of the picture that an actor fills")
SCREEN_WAY = Scale(
    (
        ("left_to_right", -28, 28),
        ("away_from_camera", 62, 118),
        ("right_to_left", 152, 208),
        ("toward_camera", 242, 298),
    ),
    "degrees of the way against the camera's right",
)
BLURRED = Band(0.010, 0.028, "W of motion while the shutter is open, over a third of the picture")

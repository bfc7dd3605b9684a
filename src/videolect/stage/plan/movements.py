"""Which movements may make a wish come true: how far, how fast, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from videolect.errors import BadInput
from videolect.stage.camera.moves import Arc, Crane, DollyZoom, Move, Movement, Setup
from videolect.stage.plan.dice import Dice
from videolect.stage.plan.wishes import OPEN

SIZES: dict[str, tuple[float, float]] = {
    # Where the lower and the upper edge of the picture cut the body: 0 the soles, 1 the top of the head.
    "extreme_wide": (-5.5, 6.5),
    "wide": (-0.95, 1.75),
    "full": (-0.09, 1.14),
    "medium_full": (0.32, 1.07),
    "medium": (0.57, 1.05),
    "medium_close_up": (0.72, 1.035),
    "close_up": (0.835, 1.015),
    "extreme_close_up": (0.885, 0.955),
}
HEIGHTS: dict[str, tuple[float, float]] = {
    "ground_level": (0.2, 0.34), "hip_level": (0.66, 0.95), "eye_level": (1.35, 1.75), "overhead_level": (2.5, 5.0),
    "aerial_level": (15.0, 26.0),
}  # fmt: skip
ANGLES: dict[str, tuple[float, float]] = {
    "bird_eye_angle": (-88.0, -80.0),
    "high_angle": (-48.0, -20.0),
    "level_angle": (-5.0, 5.0),
    "low_angle": (19.0, 42.0),
    "worm_eye_angle": (80.0, 88.0),
}
_TURNS = {"slow": (4.0, 7.5), "regular": (13.0, 28.0), "fast": (55.0, 85.0)}
_TRAVELS = {"slow": (0.22, 0.42), "regular": (0.85, 1.6), "fast": (3.0, 4.2)}
_ZOOMS = {"slow": (0.09, 0.15), "regular": (0.28, 0.5), "fast": (1.05, 1.4)}
AXES: dict[str, tuple[str, str]] = {
    # field -> (axis, the answer for its positive sign)
    "camera_forward_backward": ("dolly", "forward"), "camera_left_right": ("truck", "left_to_right"),
    "camera_up_down": ("pedestal", "up"), "camera_pan": ("pan", "left_to_right"), "camera_tilt": ("tilt", "up"),
    "camera_roll": ("roll", "clockwise"), "camera_zoom": ("zoom", "in"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Framed:
    """Where a camera begins, and what its movements have to know of it."""

    setup: Setup
    size: str | None = None
    """As which shot size it begins; None without a subject."""
    reveal: float = 0.0
    """Radians to the left of what a revealing pan ends on."""


def movements_of(dice: Dice, framed: Framed, play: str, step: float) -> tuple[Movement, ...]:
    """``play``: what is played; ``step``: metres above the ground on which the subject stands."""
    wish, setup, seconds = dice.wish, framed.setup, dice.format.seconds
    speed = dice.asked("camera_motion_speed") or "regular"
    if speed not in _TURNS:
        speed = "regular"
    segments = wish.get("camera_segments")
    if isinstance(segments, tuple) and segments:
        return _sequence(dice, segments, speed)
    out: list[Movement] = []
    target = _target(dice, setup, play)
    if wish.get("dolly_zoom") is True:
        return (_dolly_zoom(dice, setup),)
    arc = wish.get("camera_arc")
    if arc in ("clockwise", "counter_clockwise"):
        far = math.dist(setup.place[:2], target[:2])
        by = min(1.6, max(0.5, dice.one(0.9, 1.5) * seconds / max(1.0, far)))
        return (Arc(around=target, angle=by * (1 if arc == "counter_clockwise" else -1)),)
    crane = wish.get("camera_crane")
    if crane in ("crane_up", "crane_down"):
        rise = dice.one(0.45, 0.7) * (1 if crane == "crane_up" else -1)
        arm = dice.one(3.0, 4.5)
        if rise < 0:
            arm = min(arm, 0.5 * (setup.place[2] - 0.3) / math.sin(-rise / 2))
        return (Crane(at=target, rise=rise, arm=arm),)
    if wish.get("camera_movement") == "minor":
        axis = dice.of(["pan", "tilt", "zoom", "dolly", "truck"])
        amount = {
            "pan": 0.026 / setup.focal,
            "tilt": 0.026 / setup.focal,
            "zoom": 0.125,
            "dolly": 0.55,
            "truck": 0.16,
        }[axis]
        return (Move(axis=axis, amount=amount * (1 if dice.one(0, 1) < 0.5 else -1)),)  # type: ignore[arg-type]
    whip = wish.get("whip_pan")
    if wish.get("motion_blur") is True and whip in OPEN:
        whip = dice.of(["left_to_right", "right_to_left"])
    if whip in ("left_to_right", "right_to_left"):
        by = dice.one(1.1, 1.9) * (1 if whip == "left_to_right" else -1)
        start = dice.one(0.3, 0.5)
        return (Move(axis="pan", amount=by, start=start, end=start + 0.35 / seconds + 0.03, ease=0.3),)
    if dice.has("movement_gestures", "snap_zoom"):
        start = dice.one(0.35, 0.5)
        return (Move(axis="zoom", amount=dice.one(1.0, 1.5), start=start, end=start + 0.4 / seconds, ease=0.2),)
    if dice.has("movement_gestures", "reveal"):
        return (Move(axis="pan", amount=framed.reveal, start=0.12, end=0.8),)
    if wish.get("camera_movement") == "major_complex":
        return _wandering(dice, speed)
    gesture = (
        "forward"
        if dice.has("movement_gestures", "push_in")
        else "backward"
        if dice.has("movement_gestures", "pull_out")
        else None
    )
    for name, (axis, plus) in AXES.items():
        way = gesture if gesture and axis == "dolly" else wish.get(name)
        if way in OPEN:
            way = wish.get(f"{name}_cam_frame")  # the gaze is level where nobody asks for another
        if way in OPEN:
            continue
        made = _along(dice, axis, 1 if way == plus else -1, speed, both=way == "both")
        if axis == "pedestal":
            made = [_above_ground(dice, move, setup) for move in made]
        out += made
    if wish.get("dutch_angle") == "varying":
        out.append(Move(axis="roll", amount=-1.5 * setup.roll))
    if not out:
        out += _to_the_end(dice, framed, step)
    return tuple(out)


def _target(dice: Dice, setup: Setup, play: str) -> tuple[float, float, float]:
    """What the camera looks at."""
    far = setup.focus if play != "nobody" else dice.one(4.0, 7.0)
    ground = far * math.cos(setup.pitch)
    x = setup.place[0] - math.sin(setup.yaw) * ground
    y = setup.place[1] + math.cos(setup.yaw) * ground
    return (x, y, max(0.0, setup.place[2] + far * math.sin(setup.pitch)))


def _along(dice: Dice, axis: str, sign: int, speed: str, *, both: bool = False) -> list[Movement]:
    rates = {"dolly": _TRAVELS, "truck": _TRAVELS, "pedestal": _TRAVELS, "zoom": _ZOOMS}.get(axis, _TURNS)
    rate = dice.one(*rates[speed])
    most = {"pan": 75.0, "tilt": 30.0, "roll": 45.0, "zoom": 1.7, "dolly": 5.5, "truck": 5.0, "pedestal": 2.6}[axis]
    if axis == "tilt" and speed == "regular":
        rate = dice.one(13, 17)
    time = min(0.94 * dice.format.seconds * (0.46 if both else 1), most / rate)
    amount = rate * time * sign
    if axis in ("pan", "tilt", "roll"):
        amount = math.radians(amount)
    share = time / dice.format.seconds
    if both:
        return [
            Move(axis=axis, amount=amount, start=0.0, end=share),  # type: ignore[arg-type]
            Move(axis=axis, amount=-amount, start=0.5, end=0.5 + share),  # type: ignore[arg-type]
        ]
    start = dice.one(0, max(0.0, 1.0 - share))
    return [Move(axis=axis, amount=amount, start=start, end=min(1.0, start + share))]  # type: ignore[arg-type]


def _above_ground(dice: Dice, move: Movement, setup: Setup) -> Movement:
    """The same, but not lower than 30 cm, wherever in the movement ``setup`` will be."""
    assert isinstance(move, Move)
    most = (2 if centres(dice) else 1) * (setup.place[2] - 0.3)
    return replace(move, amount=max(-most, min(most, move.amount))) if move.amount < 0 or centres(dice) else move


def centres(dice: Dice) -> bool:
    """Whether what is drawn is the middle of the movement: so no single frame tells which way it goes."""
    ends = any(name.endswith(("_start", "_end")) and dice.wished(name) for name in dice.wish)
    return (
        not ends and not dice.has("movement_gestures", "reveal") and dice.wish.get("shot_type") != "change_of_subject"
    )


def _sequence(dice: Dice, segments: tuple[Any, ...], speed: str) -> tuple[Movement, ...]:
    """One movement after another, each in its part of the clip."""
    axes = {"dolly_forward": ("dolly", 1), "dolly_backward": ("dolly", -1), "truck_right": ("truck", 1),
            "truck_left": ("truck", -1), "pedestal_up": ("pedestal", 1), "pedestal_down": ("pedestal", -1),
            "pan_right": ("pan", 1), "pan_left": ("pan", -1), "tilt_up": ("tilt", 1), "tilt_down": ("tilt", -1),
            "roll_clockwise": ("roll", 1), "roll_counter_clockwise": ("roll", -1), "zoom_in": ("zoom", 1),
            "zoom_out": ("zoom", -1)}  # fmt: skip
    out: list[Movement] = []
    share = 1 / len(segments)
    for number, segment in enumerate(segments):
        for movement in segment.movements:
            if movement not in axes:
                raise BadInput(f"The stage has no {movement} in a sequence.", mend="Try another wish.")
            axis, sign = axes[movement]
            made = _along(dice, axis, sign, speed)[0]
            assert isinstance(made, Move)
            start = number * share + 0.03
            end = start + min(share - 0.06, made.end - made.start)
            amount = made.amount * (end - start) / (made.end - made.start)
            out.append(Move(axis=made.axis, amount=amount, start=start, end=end))
    return tuple(out)


def _wandering(dice: Dice, speed: str) -> tuple[Movement, ...]:
    """Many movements one after another, none of which lasts."""
    count = 7
    out: list[Movement] = []
    sign = dice.side()
    for number in range(count):
        axis = "pan" if number % 2 else dice.of(["tilt", "truck", "pan"])
        sign = -sign if number % 2 else sign
        amount = {"pan": dice.one(0.45, 0.7), "tilt": dice.one(0.2, 0.28), "truck": dice.one(0.8, 1.3)}[axis]
        start = number / count
        out.append(Move(axis=axis, amount=sign * amount, start=start, end=start + 0.8 / count, ease=0.3))  # type: ignore[arg-type]
    return tuple(out)


def _dolly_zoom(dice: Dice, setup: Setup) -> Movement:
    way = dice.wish.get("camera_forward_backward")
    far = max(3.0, setup.focus)
    by = dice.one(0.4, 0.55) * far if way != "backward" else -dice.one(0.7, 1.0) * far
    return DollyZoom(amount=by, distance=far)


def _to_the_end(dice: Dice, framed: Framed, step: float) -> list[Movement]:
    """What brings size, height and angle to where they are wished at the end."""
    out: list[Movement] = []
    setup = framed.setup
    first, last = framed.size, dice.asked("shot_size_end")
    if last in SIZES and first in SIZES and last != first:
        was, then = (SIZES[str(name)][1] - SIZES[str(name)][0] for name in (first, last))
        out.append(Move(axis="zoom", amount=math.log2(was / then)))
        centres = [(SIZES[str(name)][1] + SIZES[str(name)][0]) / 2 for name in (first, last)]
        tilt = math.atan2((centres[1] - centres[0]) * 1.7, setup.focus)
        out.append(Move(axis="tilt", amount=tilt))
    angles = (dice.asked("camera_angle_start"), dice.asked("camera_angle_end"))
    if angles[1] in ANGLES and angles[0] != angles[1]:
        out.append(Move(axis="tilt", amount=math.radians(dice.one(*ANGLES[str(angles[1])])) - setup.pitch))
    heights = (dice.asked("overall_height_start"), dice.asked("overall_height_end"))
    if heights[1] in HEIGHTS and heights[0] != heights[1]:
        out.append(Move(axis="pedestal", amount=dice.one(*HEIGHTS[str(heights[1])]) - setup.place[2]))
    against = (dice.asked("subject_height_start"), dice.asked("subject_height_end"))
    if against[1] is not None and against[0] != against[1] and not out:
        z = step + {"above_subject": 2.4, "at_subject": 1.0, "below_subject": -0.5}[against[1]]
        looked_at = setup.place[2] + setup.focus * math.sin(setup.pitch)
        pitch = math.atan2(looked_at - z, setup.focus * math.cos(setup.pitch))
        out.append(Move(axis="pedestal", amount=z - setup.place[2]))
        out.append(Move(axis="tilt", amount=pitch - setup.pitch))
    return out


def looks_back(dice: Dice, setup: Setup, at: tuple[float, float, float], size: str) -> list[Movement]:
    """Away from whom the camera looks at, over to somebody else at that place, 1.75 m high and as large as that."""
    x, y, z = (to - here for to, here in zip(at, setup.place, strict=True))
    low, high = SIZES[size]
    extent, centre = 1.75 * (high - low), 1.75 * (high + low) / 2
    away = math.hypot(x, y)
    turn = math.remainder(math.atan2(-x, y) - setup.yaw, math.tau)
    pitch = math.atan2(z + centre, away)
    focal = math.hypot(away, z + centre) * dice.format.aspect / extent
    span = {"start": 0.2, "end": 0.75}
    return [
        Move(axis="pan", amount=-turn, **span),
        Move(axis="tilt", amount=pitch - setup.pitch, **span),
        Move(axis="zoom", amount=math.log2(focal / setup.focal), **span),
    ]

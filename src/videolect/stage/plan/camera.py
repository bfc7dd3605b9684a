"""Where a camera may begin so that a wish comes true, and how it trembles."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from videolect.errors import BadInput
from videolect.stage.camera.moves import Follow, Move, Movement, Setup, Shake
from videolect.stage.plan.dice import Dice
from videolect.stage.plan.focus import tracks_by_focus
from videolect.stage.plan.movements import ANGLES, HEIGHTS, SIZES, Framed, centres, looks_back, movements_of
from videolect.stage.plan.staging import Staging
from videolect.stage.world.scene import Floats, Scene

_FACINGS: dict[str, tuple[float, float]] = {
    "front": (0, 14),
    "three_quarter": (33, 55),
    "profile": (79, 101),
    "three_quarter_back": (125, 147),
    "back": (166, 180),
}
_VIEWS: dict[str, tuple[float, float]] = {"wide_angle": (0.40, 0.60), "normal": (0.9, 1.35), "long_lens": (2.7, 4.5)}


def camera_of(dice: Dice, staging: Staging) -> tuple[Setup, tuple[Movement, ...]]:
    """Where it begins, and how it moves."""
    scene = staging.scene
    if dice.wish.get("is_tracking") is True and scene.actors:
        return _following(dice, scene)
    framed = _framed(dice, staging) if scene.actors else Framed(setup=_scenery(dice, scene))
    setup = framed.setup
    if staging.play == "apart":
        x, y, z = (float(each) for each in scene.actors[1].marks["feet"][0])
        return setup, tuple(looks_back(dice, setup, (x, y, z), dice.asked("shot_size_end") or "wide"))
    movements = movements_of(dice, framed, staging.play, staging.step)
    return (_centred(setup, movements) if centres(dice) else setup), movements


def _centred(setup: Setup, movements: tuple[Movement, ...]) -> Setup:
    """The same camera half of its movements earlier."""
    x, y, z = setup.place
    yaw, pitch, roll, focal = setup.yaw, setup.pitch, setup.roll, setup.focal
    for move in movements:
        if not isinstance(move, Move):
            continue
        half = move.amount / 2
        if move.axis == "dolly":
            x, y = x + math.sin(yaw) * half, y - math.cos(yaw) * half
        elif move.axis == "truck":
            x, y = x - math.cos(yaw) * half, y - math.sin(yaw) * half
        z -= half if move.axis == "pedestal" else 0
        yaw += half if move.axis == "pan" else 0
        pitch -= half if move.axis == "tilt" else 0
        roll -= half if move.axis == "roll" else 0
        focal *= 2**-half if move.axis == "zoom" else 1
    return replace(setup, place=(x, y, z), yaw=yaw, pitch=pitch, roll=roll, focal=focal)


def _lens(dice: Dice) -> tuple[float, float]:
    """Focal length and distortion."""
    distortion = dice.wish.get("lens_distortion")
    if distortion == "fisheye":
        return dice.one(0.33, 0.40), 1.0
    if distortion == "barrel":
        return dice.one(0.42, 0.6), dice.one(0.25, 0.5)
    look = dice.asked("focal_length_look")
    if look in _VIEWS:
        return dice.one(*_VIEWS[str(look)]), 0.0
    if look == "varying":
        return (dice.one(0.42, 0.58) if dice.wish.get("camera_zoom") != "out" else dice.one(1.0, 1.3)), 0.0
    return dice.one(*_VIEWS[dice.of(["wide_angle", "normal"], [1, 3])]), 0.0


def _size(dice: Dice, staging: Staging) -> str:
    """As which shot size it begins, of those that its kind has."""
    main = staging.scene.actors[0]
    size = dice.asked("shot_size_start") or dice.asked("shot_size_end")
    if size is None and staging.play == "near_and_far":
        size = dice.of(["medium", "medium_close_up"])
    elif size is None and staging.step:
        size = dice.of(["wide", "full"])
    elif size is None and tracks_by_focus(dice):
        size = "wide"
    elif size is None:
        size = dice.of(
            ["wide", "full", "medium_full", "medium", "medium_close_up", "close_up"], [3, 2, 1.5, 1.5, 1, 0.8]
        )
    return "wide" if main.kind != "person" and size not in ("extreme_wide", "wide", "full") else size


@dataclass(frozen=True, kw_only=True, slots=True)
class _Body:
    """The main actor as the camera has to take it in. Metres."""

    frame: int
    """At which it is looked at: where it walks, in the middle of its way."""
    low: float
    top: float
    height: float
    """Of what must be in the picture: of a long one that is seen from its side, more than from feet to top."""


@dataclass(kw_only=True, slots=True)
class _View:
    """How far the camera is from its subject, and with which lens; each wish may change what an earlier one chose."""

    size: str
    extent: float
    """Metres that the picture is high where the subject stands."""
    centre: float
    """Metres above the ground of the picture's middle."""
    focal: float
    slant: float
    """Metres from the camera to the middle."""
    barrel: float


def _framed(dice: Dice, staging: Staging) -> Framed:
    """The main actor at the wished size, from the wished height and angle."""
    body = _body(dice, staging)
    view = _view(dice, staging, body)
    z = _height(dice, body, view)
    ground = math.sqrt(max(0.0, view.slant**2 - (z - view.centre) ** 2))
    bearing = _bearing(dice, staging, body.frame, view.size)
    at = _looked_at(dice, staging, body.frame)
    place = (float(at[0] - math.sin(bearing) * ground), float(at[1] + math.cos(bearing) * ground), z)
    yaw = math.atan2(-(at[0] - place[0]), at[1] - place[1]) if ground > 1e-6 else bearing + math.pi
    pitch = math.atan2(view.centre - z, max(ground, 1e-9))
    shift, reveal = _shift(dice, view.focal), 0.0
    if dice.has("movement_gestures", "reveal"):
        # It ends on the subject, and begins beside it.
        beside = max(0.55, math.atan(0.5 / view.focal) + math.atan(0.35 * view.extent / view.slant) + 0.08)
        shift = reveal = beside if dice.wish.get("camera_pan") != "right_to_left" else -beside
    setup = Setup(
        place=place, yaw=yaw + shift, pitch=pitch, roll=_lean(dice), focal=view.focal, focus=view.slant,
        barrel=view.barrel,
    )  # fmt: skip
    return Framed(setup=setup, size=view.size, reveal=reveal)


def _body(dice: Dice, staging: Staging) -> _Body:
    main = staging.scene.actors[0]
    frame = dice.format.frames // 2 if staging.play in ("walk", "run") and not dice.asked("shot_size_start") else 0
    low, top = float(main.marks["feet"][frame, 2]), float(main.marks["top"][frame, 2])
    height = max(0.3, top - low)
    if main.kind in ("vehicle", "animal"):
        height = max(height, 1.1 * float(np.ptp([main.marks[n][frame, :2] for n in ("nose", "rear")], axis=0).max()))
    return _Body(frame=frame, low=low, top=top, height=height)


def _view(dice: Dice, staging: Staging, body: _Body) -> _View:
    """From how far and with which lens the subject has the wished size."""
    size = _size(dice, staging)
    dice.plan["size"] = size
    bottom, upper = SIZES[size]
    jitter = 1 + dice.one(-0.03, 0.03)
    extent = (upper - bottom) * body.height * jitter
    centre = body.low + (upper + bottom) / 2 * body.height
    focal, barrel = _lens(dice)
    if not dice.wished("focal_length_look") and barrel == 0:
        if size == "extreme_close_up":
            focal = dice.one(2.2, 3.2)  # as one would, to stay out of the face
        elif tracks_by_focus(dice):
            focal = dice.one(1.15, 1.35)
    slant = focal * extent / dice.format.aspect
    if size == "extreme_wide":
        slant = min(slant, 14.5)
        focal = slant * dice.format.aspect / extent
    if tracks_by_focus(dice):
        slant = dice.one(8.6, 9.2)  # it goes from among what is seen to before it, or back
        extent = slant * dice.format.aspect / focal
    return _View(size=size, extent=extent, centre=centre, focal=focal, slant=slant, barrel=barrel)


def _height(dice: Dice, body: _Body, view: _View) -> float:
    """Metres above the ground. Where height and angle are both wished, distance and lens of the view give way."""
    angle, z = dice.asked("camera_angle_start"), _wished_height(dice, body)
    if angle is not None:
        pitch = math.radians(dice.one(*ANGLES[angle]))
        if z is None:
            z = view.centre - view.slant * math.sin(pitch)
            if z < 0.2:
                raise BadInput("The camera would lie below the ground.", mend="Try another seed.")
        elif angle == "level_angle":
            view.slant = max(view.slant, abs(view.centre - z) / math.sin(math.radians(5.5)))
        else:
            view.slant = abs((view.centre - z) / math.sin(pitch))
        view.focal = view.slant * dice.format.aspect / view.extent
    elif z is None:
        z = max(view.centre + view.slant * math.sin(math.radians(dice.one(-4, 6))), 0.25)
    if not 0.22 <= view.focal <= 9:
        raise BadInput(f"The lens would have a focal length of {view.focal:.2f} widths.", mend="Try another seed.")
    return z


def _wished_height(dice: Dice, body: _Body) -> float | None:
    """None where the wish leaves it to the angle."""
    height, against = dice.asked("overall_height_start"), dice.asked("subject_height_start")
    if height is not None:
        return dice.one(*HEIGHTS[height])
    if against is not None:
        above, below, beside = dice.one(0.3, 1.2), dice.one(0.3, 0.7), dice.one(0.3, 0.7) * body.height
        z = {"above_subject": body.top + above, "below_subject": body.low - below, "at_subject": body.low + beside}
        return max(0.2, z[against])
    if _sinks(dice):
        return dice.one(1.6, 2.4) if centres(dice) else dice.one(2.4, 3.4)
    return dice.one(0.7, 0.9) if tracks_by_focus(dice) else None


def _bearing(dice: Dice, staging: Staging, frame: int, size: str) -> float:
    """From which side the camera looks at the main actor. Radians of the world."""
    facing = dice.asked("subject_facing_start") or dice.of(list(_FACINGS), [3, 3, 1.5, 0.7, 0.7])
    if staging.play in ("walk", "run", "walk_group", "follow", "collide") and not dice.asked("subject_facing_start"):
        facing = {"left_to_right": "profile", "right_to_left": "profile", "toward_camera": "front",
                  "away_from_camera": "back"}.get(str(dice.wish.get("screen_direction")), "profile")  # fmt: skip
        if tracks_by_focus(dice):
            facing = "front" if dice.asked("focus_plane_end") == "foreground" else dice.of(["front", "back"])
    if staging.play in ("near_and_far", "apart"):
        facing = dice.of(["front", "three_quarter"])
    side = dice.side()
    if dice.wish.get("screen_direction") in ("left_to_right", "right_to_left"):
        # From its right side it goes from left to right... as its right side sees it.
        side = -1 if dice.wish["screen_direction"] == "left_to_right" else 1
    bearing = float(staging.scene.actors[0].heading[frame]) + side * math.radians(dice.one(*_FACINGS[facing]))
    if size == "extreme_wide" and not dice.asked("subject_facing_start"):
        return math.pi + dice.one(-0.35, 0.35)  # from the side on which there is room
    return bearing


def _looked_at(dice: Dice, staging: Staging, frame: int) -> Floats:
    """[2] metres: the main actor, the middle of its way, or the middle of several."""
    actors = staging.scene.actors
    if staging.play in ("pair", "group", "gather", "hand_over", "collide"):
        middle: Floats = np.mean([actor.marks["middle"][frame, :2] for actor in actors], axis=0)
        return middle
    if staging.play in ("walk", "run", "walk_group", "follow") and dice.wish.get("shot_type") != "change_of_subject":
        return np.asarray(staging.at)
    return actors[0].marks["middle"][frame, :2]


def _shift(dice: Dice, focal: float) -> float:
    """Radians by which the camera looks past its subject, so that it stands where it is wished."""
    position = dice.asked("subject_position_start") or ""
    if position.endswith("left"):
        return -0.32 / focal
    if position.endswith("right"):
        return 0.32 / focal
    return 0.0


def _lean(dice: Dice) -> float:
    dutch = dice.wish.get("dutch_angle")
    side = dice.side()
    return side * math.radians(dice.one(12, 24)) if dutch in ("yes", "varying") else 0.0


def _sinks(dice: Dice) -> bool:
    """Whether the camera will rise or sink and has to be high enough for that."""
    named = ("camera_up_down", "camera_up_down_cam_frame", "camera_crane")
    down = any(dice.wish.get(name) in ("down", "both", "crane_down") for name in named)
    return down or (centres(dice) and any(dice.wished(name) for name in named[:2]))


def _scenery(dice: Dice, scene: Scene) -> Setup:
    """A view over the place from the south of its floor."""
    height, angle = dice.asked("overall_height_start"), dice.asked("camera_angle_start")
    focal, barrel = _lens(dice)
    low, high = (1.4, 2.2) if centres(dice) or not _sinks(dice) else (2.6, 3.6)
    z = dice.one(*HEIGHTS[height]) if height else dice.one(low, high)
    pitch = math.radians(dice.one(*ANGLES[angle])) if angle else math.radians(dice.one(-6, 3))
    (west, south, _), (east, north, top) = scene.place.room
    if z > top:
        raise BadInput(f"{z:.1f} m is above the {scene.place.name}.", mend="Try another seed.")
    dolly = "" if centres(dice) else dice.wish.get("camera_forward_backward")
    y = dice.one(-1.5, 1.5) if dolly != "backward" else dice.one(0.5, 4.0)
    y = float(np.clip(y, south + 0.6, north - 0.6))
    x = dice.one(-0.2, 0.2) * (east - west) if scene.place.name != "street" else dice.one(-2, 2)
    return Setup(
        place=(x, y, z), yaw=dice.one(-0.35, 0.35), pitch=pitch, roll=_lean(dice), focal=focal, focus=8.0,
        barrel=barrel,
    )  # fmt: skip


def _following(dice: Dice, scene: Scene) -> tuple[Setup, tuple[Movement, ...]]:
    types = [str(kind) for kind in dice.many("tracking_shot_types")] or [dice.of(["side", "tail", "lead", "pan"])]
    main = scene.actors[0]
    focal, barrel = _lens(dice)
    types = ["arc"] if "arc" in types else types
    how = {"lead,side": "front_side", "side,tail": "rear_side"}.get(",".join(sorted(types[:2])), types[0])
    change = dice.wish.get("subject_size_change")
    closer = {"larger": dice.one(0.5, 0.65), "smaller": dice.one(1.6, 2.0)}.get(str(change), 1.0)
    left = bool(dice.rng.random() < 0.5)
    truck = dice.wish.get("camera_left_right")
    if truck in ("left_to_right", "right_to_left"):
        left = truck == "right_to_left"
    dice.plan["follow"] = how
    start = main.marks["middle"][0]
    if how in ("pan", "tilt"):
        middle = main.marks["middle"][dice.format.frames // 2]
        turn = float(main.heading[0]) + (math.pi / 2 if left else -math.pi / 2)
        far = dice.one(3.5, 5.5)
        place = (
            float(middle[0] - math.sin(turn) * far),
            float(middle[1] + math.cos(turn) * far),
            dice.one(1.3, 1.7),
        )
        if how == "tilt":
            # From an upper floor, as it comes below.
            ahead = float(main.heading[0])
            end = main.marks["middle"][-1]
            place = (
                float(end[0] - math.sin(ahead) * 1.6),
                float(end[1] + math.cos(ahead) * 1.6),
                dice.one(3.2, 4.5),
            )
        setup = Setup(place=place, focal=focal, focus=far, barrel=barrel)
        return setup, (Follow(actor=main.id, how=how),)  # type: ignore[arg-type]
    turn, up = 0.0, dice.one(1.2, 1.7)
    far = dice.one(2.6, 4.5) * (1.4 if main.kind == "vehicle" else 1.0)
    if how == "aerial":
        far, up = dice.one(5, 8), dice.one(7.0, 10.0)
    if how == "arc":
        # Round to the front it has to overtake; round to the back it stays near, or it would fall behind.
        how, behind = "side", dice.rng.random() < 0.4
        far = min(far, dice.one(1.9, 2.4)) if behind else far
        turn = dice.one(0.9, 1.5) * (1 if left == behind else -1)
    setup = Setup(place=(float(start[0]), float(start[1]), up), focal=focal, focus=far, barrel=barrel)
    return setup, (
        Follow(
            actor=main.id,
            how=how,  # type: ignore[arg-type]
            far=far,
            up=up,
            left=left,
            turn=turn,
            closer=closer,
            aim="chest" if main.kind == "person" else "middle",
        ),
    )


def shake_of(dice: Dice, focal: float) -> Shake | None:
    steady = dice.asked("steadiness")
    spans = {"smooth": (0.0013, 0.0020), "unsteady": (0.0055, 0.0085), "very_unsteady": (0.019, 0.026)}
    if steady is None:
        steady = dice.of(["static", "smooth", "unsteady"], [6, 1.5, 1])
        if any(name in dice.wish for name in ("camera_arc", "camera_crane", "dolly_zoom", "camera_segments")):
            steady = "static"
    if steady not in spans:
        return None
    # Three quarters of a tremor are left when what is meant is taken out.
    radians = dice.one(*spans[steady]) / (0.74 * focal)
    return Shake(radians=radians, hertz=dice.one(1.8, 2.6), seed=dice.seed)

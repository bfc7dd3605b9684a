"""Camera movements over a scene: each says how far, from when to when; together they give the track.

Times are shares of the clip, 0 to 1. What happens at the same time adds up; a movement that holds its gaze on something
(``Arc``, ``Crane``, ``Follow``) decides yaw and pitch while it lasts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.stage.camera.track import Track, gaze_at
from videolect.stage.world.scene import Scene

Floats = NDArray[np.float64]

Axis = Literal["dolly", "truck", "pedestal", "pan", "tilt", "roll", "zoom"]
"""Forward over the ground, to the right, up (metres); to the right, up, clockwise (radians); narrower (doublings)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Along or about one axis."""

    axis: Axis
    amount: float
    start: float = 0.0
    end: float = 1.0
    ease: float = 0.12
    """Share of its own time in which it gathers speed, and again in which it loses it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arc:
    """Around a point at the same distance, looking at it. ``angle`` radians, counter-clockwise from above."""

    around: tuple[float, float, float]
    angle: float
    start: float = 0.0
    end: float = 1.0
    ease: float = 0.12


@dataclass(frozen=True, kw_only=True, slots=True)
class Crane:
    """At the end of an arm that swings about a pivot behind the camera, looking at a point all along.

    ``rise``: radians by which the arm goes up. ``arm``: metres.
    """

    at: tuple[float, float, float]
    rise: float
    arm: float = 5.0
    start: float = 0.0
    end: float = 1.0
    ease: float = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class DollyZoom:
    """Forward by ``amount`` metres while the lens keeps what is ``distance`` metres ahead as large as it is."""

    amount: float
    distance: float
    start: float = 0.0
    end: float = 1.0
    ease: float = 0.12


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow:
    """With an actor. ``how``: from where; ``far`` metres away, ``up`` metres above its ground.

    ``pan`` and ``tilt`` stay where the camera is and only turn. ``turn``: radians by which the place around the actor
    changes meanwhile; ``closer``: by which factor the distance does.
    """

    actor: str
    how: Literal["lead", "tail", "side", "front_side", "rear_side", "aerial", "pan", "tilt"]
    far: float = 4.0
    up: float = 1.5
    left: bool = False
    """From its left side instead of its right."""
    turn: float = 0.0
    closer: float = 1.0
    aim: str = "chest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Focus:
    """The plane of focus goes to another distance; ``actor``: it stays on somebody instead, all along."""

    to: float = 0.0
    start: float = 0.4
    end: float = 0.55
    actor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shake:
    """What nobody meant: radians of deviation (RMS) in yaw and pitch, and metres in place; around ``hertz``."""

    radians: float
    metres: float = 0.0
    hertz: float = 2.2
    roll: float = 0.4
    """Of the same in roll, as a share."""
    seed: int = 0


Movement = Move | Arc | Crane | DollyZoom | Follow


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """How the camera begins: metres, radians, and the lens as in ``camera.Track``."""

    place: tuple[float, float, float]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    focal: float = 0.9
    focus: float = 6.0
    aperture: float = 0.0
    exposure: float = 0.0
    barrel: float = 0.0
    look_at: tuple[float, float, float] | None = None
    """Instead of yaw and pitch."""


def track_of(
    setup: Setup, movements: tuple[Movement, ...], scene: Scene, fps: float, *, focus: tuple[Focus, ...] = (),
    shake: Shake | None = None,
) -> Track:  # fmt: skip
    """The camera in every frame. BadInput where it would stand in a wall or below the ground."""
    count = scene.frames
    share = np.linspace(0, 1, count) if count > 1 else np.zeros(1)
    place = np.tile(np.asarray(setup.place, float), (count, 1))
    yaw, pitch = _start(setup)
    yaws, pitches, rolls = np.full(count, yaw), np.full(count, pitch), np.full(count, setup.roll)
    log_focal = np.full(count, math.log2(setup.focal))
    steps = {axis: np.zeros(count) for axis in ("dolly", "truck")}
    for move in movements:
        if isinstance(move, Move):
            gone = move.amount * _progress(share, move.start, move.end, move.ease)
            if move.axis in steps:
                steps[move.axis] += gone
            elif move.axis == "pedestal":
                place[:, 2] += gone
            elif move.axis == "pan":
                yaws -= gone
            elif move.axis == "tilt":
                pitches += gone
            elif move.axis == "roll":
                rolls += gone
            else:
                log_focal += gone
        elif isinstance(move, DollyZoom):
            gone = move.amount * _progress(share, move.start, move.end, move.ease)
            if np.min(move.distance - gone) < 0.3:
                raise BadInput(
                    f"A dolly zoom of {move.amount:g} m towards what is {move.distance:g} m away.",
                    mend="Stop 0.3 m before it.",
                )
            steps["dolly"] += gone
            log_focal += np.log2((move.distance - gone) / move.distance)
    # Forward and to the right go with the gaze of the moment, step by step, so that a dolly after a pan goes its way.
    ahead = np.stack([-np.sin(yaws), np.cos(yaws)], axis=1)
    right = np.stack([np.cos(yaws), np.sin(yaws)], axis=1)
    for name, way in (("dolly", ahead), ("truck", right)):
        place[:, :2] += np.cumsum(np.diff(steps[name], prepend=0.0)[:, None] * way, axis=0)
    for move in movements:
        if isinstance(move, Arc):
            around = np.asarray(move.around)
            angle = move.angle * _progress(share, move.start, move.end, move.ease)
            away = place - around
            c, s = np.cos(angle), np.sin(angle)
            place[:, 0] = around[0] + c * away[:, 0] - s * away[:, 1]
            place[:, 1] = around[1] + s * away[:, 0] + c * away[:, 1]
            yaws = yaws + angle
        elif isinstance(move, Crane):
            angle = move.rise * _progress(share, move.start, move.end, move.ease)
            base = -0.5 * move.rise  # symmetric about the level, so that it goes up as far as it goes along
            flat = np.cos(base + angle) - math.cos(base)
            up = np.sin(base + angle) - math.sin(base)
            place[:, :2] += move.arm * flat[:, None] * ahead + 0.35 * move.arm * up[:, None] * ahead
            place[:, 2] += move.arm * up
            toward_yaw, toward_pitch = gaze_at(place, np.tile(np.asarray(move.at, float), (count, 1)))
            yaws = yaws + (toward_yaw - toward_yaw[0])
            pitches = pitches + (toward_pitch - toward_pitch[0])
        elif isinstance(move, Follow):
            place, yaws, pitches = _following(move, place, scene, fps, count)
    planes = _focus(setup, focus, place, yaws, pitches, scene, share, count)
    if shake is not None:
        place, yaws, pitches, rolls = _shaken(shake, place, yaws, pitches, rolls, fps)
    track = Track(
        place=place, yaw=yaws, pitch=pitches, roll=rolls, focal=2.0**log_focal, focus=planes,
        aperture=np.full(count, setup.aperture), exposure=np.full(count, setup.exposure), barrel=setup.barrel,
    )  # fmt: skip
    check_free(track, scene)
    return track


def check_free(track: Track, scene: Scene) -> None:
    """BadInput where the camera is in something, outside the place, or so near to an actor that it is inside."""
    low, high = (np.asarray(corner) for corner in scene.place.room)
    outside = ~np.all((track.place >= low) & (track.place <= high), axis=1)
    for solid in scene.place.solids:
        outside |= solid.holds(track.place, 0.12)
    for actor in scene.actors:
        if "middle" in actor.marks:
            reach = {"vehicle": 1.3, "animal": 0.6}.get(actor.kind, 0.3)
            count = min(len(track.place), scene.frames)
            near = np.linalg.norm(track.place[:count, :2] - actor.marks["middle"][:count, :2], axis=1) < reach
            below = track.place[:count, 2] < actor.marks["top"][:count, 2] + 0.15
            outside[:count] |= near & below
    if outside.any():
        frame = int(np.argmax(outside))
        x, y, z = track.place[frame]
        raise BadInput(
            f"At frame {frame} the camera stands in something, or outside the {scene.place.name}: "
            f"{x:.2f}, {y:.2f}, {z:.2f} m.",
            mend="Move it less far, or let it begin elsewhere.",
        )


# -- inside


def _start(setup: Setup) -> tuple[float, float]:
    if setup.look_at is None:
        return setup.yaw, setup.pitch
    yaw, pitch = gaze_at(np.array([setup.place]), np.array([setup.look_at]))
    return float(yaw[0]), float(pitch[0])


def _progress(share: Floats, start: float, end: float, ease: float) -> Floats:
    """From 0 to 1 at an even pace, with soft ends."""
    if not 0 <= start < end <= 1:
        raise BadInput(f"A movement from {start:g} to {end:g} of the clip.", mend="Give 0 <= start < end <= 1.")
    t = np.clip((share - start) / (end - start), 0, 1)
    e = min(0.5, max(1e-3, ease))
    speed = 1 / (1 - e)
    made = np.where(
        t < e, speed * t * t / (2 * e), np.where(t > 1 - e, 1 - speed * (1 - t) ** 2 / (2 * e), speed * (t - e / 2))
    )
    return np.asarray(made, float)


def smoothed(values: Floats, width: float) -> Floats:
    """A Gaussian over frames, ``width`` its deviation; the ends are held."""
    reach = max(1, math.ceil(3 * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(width, 1e-6)) ** 2)
    kernel /= kernel.sum()
    flat = values.reshape(len(values), -1)
    padded = (
        np.pad(flat, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
        if len(flat) > reach
        else np.pad(flat, ((reach, reach), (0, 0)), mode="edge")
    )
    done = np.stack([np.convolve(column, kernel, "valid") for column in padded.T], axis=1)
    return done.reshape(values.shape)


def _following(
    move: Follow, place: Floats, scene: Scene, fps: float, count: int
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    actor = scene.actor(move.actor)
    target = smoothed(actor.marks.get(move.aim, actor.marks["middle"])[:count], 0.25 * fps)
    if move.how in ("pan", "tilt"):
        return place, *gaze_at(place, target)
    ground = smoothed(actor.marks["middle"][:count] * [1, 1, 0], 0.35 * fps)
    heading = smoothed(np.unwrap(actor.heading[:count]), 0.35 * fps)
    sideways = np.pi / 2 if move.left else -np.pi / 2
    bearing = {
        "lead": 0.0, "tail": np.pi, "side": sideways, "front_side": sideways / 2, "rear_side": sideways * 1.5,
        "aerial": np.pi,
    }[move.how]  # fmt: skip
    share = np.linspace(0, 1, count)
    around = heading + bearing + move.turn * _progress(share, 0, 1, 0.1)
    far = move.far * move.closer ** _progress(share, 0, 1, 0.1)
    followed = ground + np.stack([-np.sin(around) * far, np.cos(around) * far, np.full(count, move.up)], axis=1)
    return followed, *gaze_at(followed, target)


def _focus(
    setup: Setup, focus: tuple[Focus, ...], place: Floats, yaws: Floats, pitches: Floats, scene: Scene, share: Floats,
    count: int,
) -> Floats:  # fmt: skip
    planes = np.full(count, float(setup.focus))
    ahead = np.stack([-np.sin(yaws) * np.cos(pitches), np.cos(yaws) * np.cos(pitches), np.sin(pitches)], axis=1)
    for change in focus:
        if change.actor is not None:
            actor = scene.actor(change.actor)
            at = actor.marks.get("eyes", actor.marks["middle"])[:count]
            planes = np.maximum(0.3, np.einsum("fi,fi->f", at - place, ahead))
            continue
        t = np.clip((share - change.start) / (change.end - change.start), 0, 1)
        ease = t * t * (3 - 2 * t)
        # Even in what the hand turns, which is about the reciprocal of the distance.
        planes = 1 / (1 / planes + (1 / change.to - 1 / planes) * ease)
    return planes


def _shaken(
    shake: Shake, place: Floats, yaws: Floats, pitches: Floats, rolls: Floats, fps: float
) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
    rng = np.random.default_rng([shake.seed, 11])

    def tremor(scale: float) -> Floats:
        raw = rng.standard_normal(len(yaws) + 8)
        made = smoothed(raw, fps / (2 * np.pi * shake.hertz))[4:-4]
        made = made - smoothed(made, 1.0 * fps)  # no drift: that would be a movement
        scaled: Floats = made * (scale / (np.sqrt(np.mean(made**2)) + 1e-12))
        return scaled

    moved = place + np.stack([tremor(shake.metres) for _ in range(3)], axis=1) if shake.metres else place
    return (
        moved, yaws + tremor(shake.radians), pitches + tremor(0.8 * shake.radians),
        rolls + tremor(shake.roll * shake.radians),
    )  # fmt: skip

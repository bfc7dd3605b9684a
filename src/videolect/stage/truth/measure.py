"""Numbers from poses and depths: how the camera moves, how actors stand in the picture, how deep it is sharp.

No rule and no word here: ``truth`` says what the numbers mean. Angles in radians; lengths in metres, or where it is
said in widths of the picture (``W``). Everything is taken from where camera and actors are, nothing from the script.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from videolect.stage.camera.moves import smoothed
from videolect.stage.camera.optics import circle_of, drawn_at
from videolect.stage.camera.render import Renderer
from videolect.stage.camera.track import Track
from videolect.stage.format import Format
from videolect.stage.truth import numbers
from videolect.stage.world.scene import Actor, Scene

Floats = NDArray[np.float64]

AXES = ("dolly", "truck", "pedestal", "pan", "tilt", "roll", "zoom")
MEANT_S = 0.12
"""Deviation of the Gaussian that parts what is meant from tremor, in seconds."""
_TWICE = 1.44
"""Two passes leave less of a tremor of 2.2 Hz than one does."""
_LOOKS = 9
"""Frames at which depths are looked at."""
_SMALL = 64
"""Width in pixels of the pictures in which they are."""
_FINE = 256
"""Width of those in which actors are looked for."""
SPREAD = 0.3
"""Mean distance of a picture's points from its middle, in W: how far a zoom or a roll moves them."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the camera moves along one axis one way; half open in frames."""

    axis: str
    sign: int
    start: int
    end: int
    shift: float
    """What it moves the picture by, in W; always positive."""
    amount: float
    """Metres, radians or doublings; always positive."""


class Measured:
    """A scene through a track. What is asked for is worked out once."""

    def __init__(self, scene: Scene, track: Track, format: Format) -> None:
        self.scene, self.track, self.fps, self.aspect = scene, track, format.fps, format.aspect
        self.count = track.frames
        small = (_SMALL, max(2, 2 * round(_SMALL * self.aspect / 2)))
        self._renderer = Renderer(scene, small)

    # ------------------------------------------------------------------------------------------- depth

    @cached_property
    def looked_at(self) -> NDArray[np.intp]:
        """The frames at which depths are looked at."""
        return np.unique(np.linspace(0, self.count - 1, min(_LOOKS, self.count)).round().astype(np.intp))

    @cached_property
    def depths(self) -> list[NDArray[np.float32]]:
        """Metres along the gaze, small pictures, at ``looked_at``; infinite in the sky."""
        return [self._renderer.depth(self.track, int(n), min(int(n), self.scene.frames - 1)) for n in self.looked_at]

    @cached_property
    def near(self) -> Floats:
        """[F] metres: how far a third of what is seen is at most, or the nearest actor who counts. The sky is far."""
        found = []
        for depth in self.depths:
            flat = np.where(np.isfinite(depth), depth, 200.0)
            found.append(float(np.quantile(flat, 0.35)))
        near = np.interp(np.arange(self.count), self.looked_at, found)
        for id, shares in self.seen.items():  # somebody near by moves in the picture though all else is far
            if shares.max() > 0.02:
                away = np.where(np.isfinite(self.distance[id]) & (self.distance[id] > 0.3), self.distance[id], np.inf)
                near = np.minimum(near, away)
        return near

    @cached_property
    def flat(self) -> float:
        """How little depth the picture has: the far fifth's depth over the near fifth's, at least; 1 is a wall."""
        return min(
            float(np.quantile(np.minimum(d, 60), 0.8) / np.quantile(np.minimum(d, 60), 0.2)) for d in self.depths
        )

    # ---------------------------------------------------------------------------------- the camera's way

    @cached_property
    def meant(self) -> Track:
        """The track without tremor."""
        width = MEANT_S * self.fps
        t = self.track
        return Track(
            place=smoothed(t.place, width), yaw=smoothed(np.unwrap(t.yaw), width), pitch=smoothed(t.pitch, width),
            roll=smoothed(t.roll, width), focal=2 ** smoothed(np.log2(t.focal), width), focus=t.focus,
            aperture=t.aperture, exposure=t.exposure, barrel=t.barrel,
        )  # fmt: skip

    @cached_property
    def tremor(self) -> float:
        """How far the picture trembles around what is meant, in W, over the calmer frames."""
        t, m = self.track, self.meant

        def left(values: Floats, smooth: Floats) -> Floats:
            # What a curve that bends leaves of itself changes slowly: a second pass takes that away too.
            rest = values - smooth
            return (rest - smoothed(rest, MEANT_S * self.fps)) * _TWICE

        turn = np.hypot(left(np.unwrap(t.yaw), m.yaw) * np.cos(m.pitch), left(t.pitch, m.pitch)) * m.focal
        rolled = np.abs(left(t.roll, m.roll)) * SPREAD
        moved = np.linalg.norm(left(t.place, m.place), axis=1) * m.focal / self.near
        # The calmer third of the frames: starts and stops of what is meant jolt too. The factor makes it a deviation.
        return float(1.88 * np.quantile(np.sqrt(turn**2 + rolled**2 + moved**2), 0.35))

    @cached_property
    def steps(self) -> dict[str, Floats]:
        """[F] each: what the camera does from the frame before to this one along each axis, signed as in ``moves``.

        ``dolly``, ``truck``: over the ground, along and across the gaze. ``ahead``, ``upward``: along the camera's own
        axes. Where it looks straight up or down, its upper edge says where it is headed.
        """
        m = self.meant
        yaw, pitch = m.yaw, m.pitch
        moved = np.diff(m.place, axis=0, prepend=m.place[:1])
        middle = (yaw + np.concatenate([yaw[:1], yaw[:-1]])) / 2
        forward = np.stack([-np.sin(middle), np.cos(middle)], axis=1)
        right = np.stack([np.cos(middle), np.sin(middle)], axis=1)
        turns = m.turns()
        own = np.einsum("fij,fj->fi", turns, moved)
        return {
            "dolly": np.einsum("fi,fi->f", moved[:, :2], forward),
            "truck": np.einsum("fi,fi->f", moved[:, :2], right),
            "pedestal": moved[:, 2],
            "pan": -np.diff(yaw, prepend=yaw[:1]),
            "tilt": np.diff(pitch, prepend=pitch[:1]),
            "roll": np.diff(m.roll, prepend=m.roll[:1]),
            "zoom": np.diff(np.log2(m.focal), prepend=np.log2(m.focal[:1])),
            "ahead": own[:, 2],
            "upward": -own[:, 1],
        }

    @cached_property
    def shifts(self) -> dict[str, Floats]:
        """[F] each: by how much each step moves the picture, in W, signed."""
        s, m, near = self.steps, self.meant, self.near
        tilted = np.abs(np.sin(m.pitch))
        return {
            "dolly": s["dolly"] * (SPREAD * (1 - tilted) + m.focal * tilted) / near,
            "truck": s["truck"] * m.focal / near,
            "pedestal": s["pedestal"] * (m.focal * (1 - tilted) + SPREAD * tilted) / near,
            "pan": s["pan"] * m.focal * np.cos(m.pitch),
            "tilt": s["tilt"] * m.focal,
            "roll": s["roll"] * SPREAD,
            "zoom": s["zoom"] * np.log(2) * SPREAD,
            "ahead": s["ahead"] * SPREAD / near,
            "upward": s["upward"] * m.focal / near,
        }

    @cached_property
    def restless(self) -> float:
        """W below which a way there and back is tremor and not meant."""
        return max(0.3 * numbers.MOVES.no, 4 * self.tremor)

    @cached_property
    def legs(self) -> dict[str, list[tuple[int, int, float]]]:
        """For each axis the times in which it goes one way: first frame, end, and by how much, in W, signed."""
        return {axis: legs_of(np.cumsum(shift), self.restless) for axis, shift in self.shifts.items()}

    def totals(self, axis: str) -> tuple[float, float]:
        """What an axis moves the picture by, both ways: (positive, negative), in W, both 0 or more."""
        ways = [shift for _, _, shift in self.legs[axis]]
        return sum(each for each in ways if each > 0), -sum(each for each in ways if each < 0)

    @cached_property
    def stretches(self) -> list[Stretch]:
        """Every time in which an axis moves one way, in order of time."""
        found = []
        for axis in AXES:
            for start, end, shift in self.legs[axis]:
                gone = float(self.steps[axis][start:end].sum())
                found.append(Stretch(axis, 1 if shift > 0 else -1, start, end, abs(shift), abs(gone)))
        return sorted(found, key=lambda each: (each.start, each.end, each.axis))

    @cached_property
    def circling(self) -> tuple[float, float, float]:
        """Around what the gaze turns: radians of the way around it, counter-clockwise from above; how uneven its
        distance is, as a share; how far the gaze passes it by, as a share of the distance."""
        m = self.meant
        ahead = np.stack([-np.sin(m.yaw), np.cos(m.yaw)], axis=1)
        across = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
        # The point that is nearest to all gazes.
        matrix = np.einsum("fi,fj->ij", across, across)
        if np.linalg.cond(matrix) > 1e6:
            return 0.0, np.inf, np.inf
        point = np.linalg.solve(matrix, np.einsum("fi,fj,fj->i", across, across, m.place[:, :2]))
        away = m.place[:, :2] - point
        distance = np.linalg.norm(away, axis=1)
        if distance.min() < 1e-3 or np.mean(np.einsum("fi,fi->f", -away, ahead)) < 0:
            return 0.0, np.inf, np.inf
        bearing = np.unwrap(np.arctan2(away[:, 1], away[:, 0]))
        missed = np.abs(np.einsum("fi,fi->f", away, across)) / distance
        swept = float(bearing[-1] - bearing[0])
        return swept, float(distance.std() / distance.mean()), float(missed.mean())

    @cached_property
    def bow(self) -> float:
        """How far the camera's way leaves the straight line between its ends, as a share of that line."""
        place = self.meant.place
        line = place[-1] - place[0]
        length = float(np.linalg.norm(line))
        if length < 1e-6:
            return 0.0
        off = place - place[0] - np.outer((place - place[0]) @ line / length**2, line)
        return float(np.linalg.norm(off, axis=1).max() / length)

    # ------------------------------------------------------------------------------------------- actors

    @cached_property
    def boxes(self) -> dict[str, Floats]:
        """[F, 4] of each actor: left, top, right, bottom in W and heights of the picture (0 to 1 is inside), not cut
        off at its edges; NaN where it is behind the camera."""
        return {actor.id: self._box(actor) for actor in self.scene.actors}

    @cached_property
    def distance(self) -> dict[str, Floats]:
        """[F] of each actor: metres along the gaze to its middle."""
        return {actor.id: self.project(actor.marks["middle"][: self.count])[:, 2] for actor in self.scene.actors}

    @cached_property
    def visible(self) -> dict[str, Floats]:
        """[F] of each actor: the share of its box that lies in the picture; 0 behind the camera. What stands before it
        does not count."""
        return {id: inside_of(box) for id, box in self.boxes.items()}

    @cached_property
    def seen(self) -> dict[str, Floats]:
        """[looks] of each actor: which share of the picture shows it, at ``looked_at``."""
        found: dict[str, list[float]] = {actor.id: [] for actor in self.scene.actors}
        # In finer pictures than depth: somebody far away is a few pixels there, or none.
        fine = Renderer(self.scene, (_FINE, max(2, 2 * round(_FINE * self.aspect / 2)))) if found else self._renderer
        for n in self.looked_at:
            owners = fine.owners(self.track, int(n), min(int(n), self.scene.frames - 1))
            for number, actor in enumerate(self.scene.actors):
                found[actor.id].append(float((owners == number).mean()))
        return {id: np.array(shares) for id, shares in found.items()}

    def project(self, points: Floats) -> Floats:
        """[F, 3] in the world -> [F, 3]: across (0 left, 1 right), down (0 top, 1 bottom), metres along the gaze."""
        return self.project_many(points[:, None])[:, 0]

    def project_many(self, points: Floats) -> Floats:
        """The same of [F, N, 3]."""
        track = self.track
        turns = track.turns()
        local = np.einsum("fij,fnj->fni", turns, points - track.place[:, None])
        z = local[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            x = local[..., 0] / z * track.focal[:, None]
            y = local[..., 1] / z * track.focal[:, None]
        if track.barrel:
            radius = np.hypot(x, y) + 1e-9
            scale = np.stack(
                [drawn_at(r, track.barrel, float(f)) for r, f in zip(radius, track.focal, strict=True)]
            ) / radius  # fmt: skip
            x, y = x * scale, y * scale
        out = np.stack([0.5 + x, 0.5 + y / self.aspect, z], axis=-1)
        out[z < 0.05, :2] = np.nan
        return out

    def _box(self, actor: Actor) -> Floats:
        points = []
        for number, piece in enumerate(actor.pieces):
            to_world = actor.places[: self.count, number]
            points.append(
                np.einsum("fij,nj->fni", to_world[:, :3, :3], piece.mesh.corners) + to_world[:, None, :3, 3]
            )  # fmt: skip
        shown = self.project_many(np.concatenate(points, axis=1))
        box = np.full((self.count, 4), np.nan)
        good = np.isfinite(shown[..., 0]).all(axis=1)
        box[good, :2] = shown[good][..., :2].min(axis=1)
        box[good, 2:] = shown[good][..., :2].max(axis=1)
        return box

    # -------------------------------------------------------------------------------------------- focus

    @cached_property
    def circles(self) -> list[Floats]:
        """Radius over which the lens spreads each point of the small pictures, in W, at ``looked_at``."""
        t = self.track
        return [
            circle_of(depth, float(t.focus[n]), float(t.aperture[n]), float(t.focal[n])).astype(float)
            for n, depth in zip(self.looked_at, self.depths, strict=True)
        ]


def legs_of(way: Floats, least: float) -> list[tuple[int, int, float]]:
    """The ways there and back of a curve, [F], each of ``least`` or more: first step, end, and by how much, signed.

    A way begins where it has made a fiftieth of itself, and ends a fiftieth before its end. Smaller ways back and forth
    belong to the larger one around them.
    """
    turns = [0]
    high = low = 0
    rising: bool | None = None
    for at in range(1, len(way)):
        if way[at] > way[high]:
            high = at
        if way[at] < way[low]:
            low = at
        if rising is not False and way[high] - way[at] >= least and high >= turns[-1]:
            if rising or way[high] - way[turns[-1]] >= least:
                turns.append(high)
            rising, low, high = False, at, at
        elif rising is not True and way[at] - way[low] >= least and low >= turns[-1]:
            if rising is False or way[turns[-1]] - way[low] >= least:
                turns.append(low)
            rising, low, high = True, at, at
    last = high if rising else low if rising is False else len(way) - 1
    if last > turns[-1]:
        turns.append(last)
    found = []
    for start, end in pairwise(turns):
        by = float(way[end] - way[start])
        if abs(by) < least:
            continue
        share = (way[start : end + 1] - way[start]) / by
        inside = np.flatnonzero((share > 0.02) & (share < 0.98))
        first, behind = (start + int(inside[0]), start + int(inside[-1]) + 1) if len(inside) else (end - 1, end)
        found.append((first, behind + 1, by))
    return found


def inside_of(box: Floats) -> Floats:
    """[F] share of a box's area that lies in the picture."""
    wide, high = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    across = np.clip(box[:, 2], 0, 1) - np.clip(box[:, 0], 0, 1)
    down = np.clip(box[:, 3], 0, 1) - np.clip(box[:, 1], 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = across * down / (wide * high)
    return np.nan_to_num(share, nan=0.0)

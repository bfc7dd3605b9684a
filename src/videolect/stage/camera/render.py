"""A scene through a camera: pictures, and for each pixel its depth and its motion.

Two samples by two for each pixel; then what lenses and shutters do (depth of field, motion blur, distortion), in linear
light; then the curve of a display, and grain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from videolect.stage.camera import raster
from videolect.stage.camera.optics import defocused, distorted, smeared, spread_of
from videolect.stage.camera.track import Track
from videolect.stage.world import textures
from videolect.stage.world.scene import Piece, Scene

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Picture = NDArray[np.uint8]
"""[height, width, 3] red, green, blue."""

SAMPLES = 2
"""Along each side of a pixel."""

_SHADOW_REACH = 16.0
"""Metres around what the camera looks at in which shadows are drawn."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The solids of a scene as arrays. What is still stands in the world; what moves, in its own piece."""

    corners: Floats
    normals: Floats
    marks: Floats
    triangles: NDArray[np.int32]
    two_sided: NDArray[np.bool_]
    casts: NDArray[np.bool_]
    material: NDArray[np.int32]
    owner: NDArray[np.int32]
    """[T]: which actor, or -1."""
    moving: list[tuple[int, int, int, int]]
    """(actor, piece, first corner, end) of what moves."""
    looks: Floats
    tints: Floats
    textures: Singles


class Renderer:
    """Draws a scene's frames at one size. Textures and solids are put together once."""

    def __init__(self, scene: Scene, size: tuple[int, int], *, seed: int = 0, grain: float = 1.5) -> None:
        """``size``: width and height in pixels. ``grain``: deviation of the noise, in 1/255."""
        self.scene, self.size, self.seed, self.grain = scene, size, seed, grain
        self.packed = _pack(scene, seed)
        lighting = scene.place.lighting
        towards = np.asarray(lighting.towards, float)
        self.light = raster.Light(
            towards / np.linalg.norm(towards), np.asarray(lighting.key, float), np.asarray(lighting.sky, float),
            np.asarray(lighting.ground, float), np.asarray(lighting.lamps, float).reshape(-1, 7),
            np.asarray(lighting.fog, float), lighting.density,
        )  # fmt: skip
        rng = np.random.default_rng([seed, 77])
        self.dome = textures.dome(rng, lighting.zenith, lighting.horizon, lighting.clouds)

    def pictures(self, track: Track, *, frames: NDArray[np.intp] | None = None) -> Iterator[Picture]:
        """One after another. ``frames``: which frame of the scene each picture of the track shows; default: its own."""
        for number in range(track.frames):
            yield self.picture(track, number, number if frames is None else int(frames[number]))

    def picture(self, track: Track, number: int, frame: int) -> Picture:
        """The scene's ``frame`` through the camera at ``number`` of its track."""
        linear = self.linear(track, number, frame)
        linear *= np.float32(2.0 ** track.exposure[number])
        return displayed(linear, self.grain, np.random.default_rng([self.seed, 5, number]))

    def linear(self, track: Track, number: int, frame: int) -> Singles:
        """The same before exposure, curve and grain."""
        view = View.of(track, number, self.size)
        world, normals = self._placed(frame)
        seen = self._seen(world, view)
        packed = self.packed
        shadow = raster.shadow_of(
            world, packed.triangles, packed.casts, self.light.towards, self._looked_at(track, number), _SHADOW_REACH,
            softness=self.scene.place.lighting.shadow_softness,
        )  # fmt: skip
        drawn = raster.shade(
            seen, view.camera_to_world, view.focal, view.centre, world, normals, packed.marks, packed.triangles,
            packed.material, packed.tints, packed.textures, packed.looks, self.dome, self.light, shadow,
        )  # fmt: skip
        aperture = float(track.aperture[number])
        if aperture > 0:
            depth = _depth(seen)[::SAMPLES, ::SAMPLES]
            drawn = defocused(drawn, depth, float(track.focus[number]), aperture, view.focal / SAMPLES)
        drawn = smeared(drawn, self._shutter(track, number, frame, seen))
        return distorted(drawn, track.barrel, self.size, view.focal / SAMPLES) if track.barrel else drawn

    def depth(self, track: Track, number: int, frame: int) -> Singles:
        """Metres along the gaze at each pixel's centre, as coded (no distortion); infinite in the sky."""
        view = View.of(track, number, self.size, samples=1)
        return _depth(self._seen(self._placed(frame)[0], view))

    def motion(self, track: Track, number: int, frame: int, then: int, frame_then: int) -> Singles:
        """Where each pixel's point is seen at another time: [height, width, 2] pixels to the right and down."""
        view, later = (View.of(track, at, self.size, samples=1) for at in (number, then))
        return self._motion(self._seen(self._placed(frame)[0], view), view, later, frame_then)

    def owners(self, track: Track, number: int, frame: int) -> NDArray[np.int32]:
        """Which actor each pixel's centre shows: [height, width], -1 for the place."""
        seen = self._seen(self._placed(frame)[0], View.of(track, number, self.size, samples=1))
        owner: NDArray[np.int32] = np.where(seen.triangle >= 0, self.packed.owner[seen.triangle], -1).astype(np.int32)
        return owner

    # -- inside

    def _placed(self, frame: int) -> tuple[Floats, Floats]:
        """Corners and normals in the world."""
        packed = self.packed
        corners, normals = packed.corners.copy(), packed.normals.copy()
        for actor, piece, first, end in packed.moving:
            to_world = self.scene.actors[actor].places[frame, piece]
            corners[first:end] = corners[first:end] @ to_world[:3, :3].T + to_world[:3, 3]
            normals[first:end] = normals[first:end] @ to_world[:3, :3].T
        return corners, normals

    def _seen(self, world: Floats, view: View) -> raster.Seen:
        corners = world @ view.world_to_camera[:, :3].T + view.world_to_camera[:, 3]
        size = (round(view.centre[0] * 2), round(view.centre[1] * 2))
        return raster.see(corners, self.packed.triangles, self.packed.two_sided, view.focal, view.centre, size)

    def _motion(self, seen: raster.Seen, view: View, later: View, frame_then: int) -> Singles:
        world = self._placed(frame_then)[0]
        corners = world @ later.world_to_camera[:, :3].T + later.world_to_camera[:, 3]
        turn = later.world_to_camera[:, :3] @ view.world_to_camera[:, :3].T
        return raster.motion_of(
            seen, self.packed.triangles, corners, later.focal, later.centre, turn, focal_now=view.focal
        )  # fmt: skip

    def _shutter(self, track: Track, number: int, frame: int, seen: raster.Seen) -> Singles | None:
        """Motion during the time for which the shutter is open, half of a frame's; None where nothing moves visibly."""
        before = max(0, number - 1)
        then = min(track.frames - 1, number + 1)
        if before == then:
            return None
        if not self.packed.moving and _same_view(track, number, then) and _same_view(track, number, before):
            return None
        view, later, earlier = (View.of(track, at, self.size) for at in (number, then, before))
        step = frame + (1 if then > number else 0)
        frame_then = min(step, self.scene.frames - 1)
        if then == number:
            later, frame_then = earlier, max(0, frame - 1)
        moved = self._motion(seen.every(SAMPLES), view.every(SAMPLES), later.every(SAMPLES), frame_then)
        return np.nan_to_num(moved, nan=0.0) * np.float32(0.5)

    def _looked_at(self, track: Track, number: int) -> Floats:
        """The ground or the thing before the camera, around which shadows are drawn."""
        yaw = track.yaw[number]
        ahead = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
        return np.array([*track.place[number, :2], 0.0]) + ahead * (0.8 * _SHADOW_REACH)


@dataclass(frozen=True, slots=True)
class View:
    """A camera at one moment, in samples."""

    world_to_camera: Floats
    camera_to_world: Floats
    focal: float
    centre: tuple[float, float]

    @staticmethod
    def of(track: Track, number: int, size: tuple[int, int], *, samples: int = SAMPLES) -> View:
        """What the lens draws before it distorts: larger, where it does."""
        turn = track.at(np.array([number])).turns()[0]
        place = track.place[number]
        wider = spread_of(track.barrel, size, float(track.focal[number]) * size[0])
        width, height = (2 * round(side * wider / 2) for side in size)
        return View(
            np.concatenate([turn, -(turn @ place)[:, None]], axis=1),
            np.concatenate([turn.T, place[:, None]], axis=1),
            float(track.focal[number]) * size[0] * samples, (width * samples / 2, height * samples / 2),
        )  # fmt: skip

    def every(self, samples: int) -> View:
        """The same view in fewer samples."""
        centre = (self.centre[0] / samples, self.centre[1] / samples)
        return View(self.world_to_camera, self.camera_to_world, self.focal / samples, centre)


def _same_view(track: Track, one: int, other: int) -> bool:
    return bool((track.place[one] == track.place[other]).all()) and all(
        getattr(track, name)[one] == getattr(track, name)[other] for name in ("yaw", "pitch", "roll", "focal")
    )


_STEPS = 8192


def _curve() -> Singles:
    """What a display is told for light from 0 to 4, by the square root of it: highlights rolled off, sRGB's curve."""
    light = np.linspace(0, 2, _STEPS) ** 2
    light = np.where(light > 0.8, 0.8 + 0.2 * (1 - np.exp(-(light - 0.8) / 0.2)), light)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (curve * 255).astype(np.float32)


_CURVE = _curve()
"""A table: a power for each pixel would cost as much as drawing the triangles."""


def displayed(linear: Singles, grain: float, rng: np.random.Generator) -> Picture:
    """Linear light as a display wants it, with grain."""
    index = (np.sqrt(np.clip(linear, 0, 4)) * np.float32((_STEPS - 1) / 2)).astype(np.int32)
    shown = _CURVE[index]
    if grain:
        shown += rng.standard_normal((*shown.shape[:2], 1), np.float32) * np.float32(grain)
    picture: Picture = np.clip(shown + np.float32(0.5), 0, 255).astype(np.uint8)
    return picture


def _depth(seen: raster.Seen) -> Singles:
    with np.errstate(divide="ignore"):
        depth: Singles = (1 / seen.inverse_depth).astype(np.float32)
    return depth


@lru_cache(maxsize=64)
def _painted(kind: str, seed: int) -> Singles:
    return textures.painted(kind, seed)


def _pack(scene: Scene, seed: int) -> Packed:
    placed: list[tuple[Piece, int, int]] = [(piece, -1, -1) for piece in scene.place.pieces]
    placed += [(piece, a, p) for a, actor in enumerate(scene.actors) for p, piece in enumerate(actor.pieces)]
    surfaces = list(dict.fromkeys(piece.surface for piece, _, _ in placed))
    paints = list(dict.fromkeys(surface.paint for surface in surfaces))
    counts = np.cumsum([0, *(len(piece.mesh.corners) for piece, _, _ in placed)])
    faces = [len(piece.mesh.triangles) for piece, _, _ in placed]
    return Packed(
        np.concatenate([piece.mesh.corners for piece, _, _ in placed]),
        np.concatenate([piece.mesh.normals for piece, _, _ in placed]),
        np.concatenate([piece.mesh.marks for piece, _, _ in placed]),
        np.concatenate(
            [piece.mesh.triangles + at for (piece, _, _), at in zip(placed, counts, strict=False)]
        ).astype(np.int32),
        np.repeat([piece.mesh.two_sided for piece, _, _ in placed], faces),
        np.repeat([piece.casts for piece, _, _ in placed], faces),
        np.repeat([surfaces.index(piece.surface) for piece, _, _ in placed], faces).astype(np.int32),
        np.repeat([actor for _, actor, _ in placed], faces).astype(np.int32),
        [(a, p, int(counts[n]), int(counts[n + 1])) for n, (_, a, p) in enumerate(placed) if a >= 0],
        np.array([[paints.index(s.paint), s.gloss, s.glow, s.side_m] for s in surfaces], float),
        np.array([s.tint for s in surfaces], float),
        np.stack([_painted(paint, seed) for paint in paints]),
    )  # fmt: skip

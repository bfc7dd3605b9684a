"""A small village in planes: sky, hills, houses, a fence, trees, on a meadow. Metres; x to the right, y up, z away.

Every upright plane faces the camera's starting gaze; the meadow lies at y = 0. Things stand on it, so the picture has
true perspective and parallax although each thing is flat.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.support.village.paint import Canvas, bush, canvas, disc, house, lay, noise, tree

Texture = NDArray[np.uint32]
"""[height, width] premultiplied red, green, blue, alpha, 8 bits each, red lowest."""

MEADOW_TILE = 512
"""Texels; a power of two, so that coordinates wrap by a mask."""
MEADOW_TILE_M = 9.0


@dataclass(frozen=True, slots=True)
class Plane:
    """One painted plane, at several scales: each half the one before."""

    depth_m: float
    """Distance of an upright plane; the meadow has 0."""
    left_m: float
    top_m: float
    """Upper edge above the meadow; for the meadow's marks the far edge."""
    per_m: float
    """Texels per metre at the first scale."""
    scales: tuple[Texture, ...]
    far: bool = False
    """Goes with the camera, as the sky does."""


@dataclass(frozen=True, slots=True)
class Village:
    """Planes from far to near, and the meadow between sky and houses."""

    sky: Plane
    hills: Plane
    meadow: tuple[Texture, ...]
    marks: Plane
    near: tuple[Plane, ...]


@lru_cache(maxsize=2)
def village(seed: int, focal_px: float) -> Village:
    """The village of this seed, painted finely enough for a focal length in pixels. The same seed paints the same."""
    rng = np.random.default_rng(seed)
    stands: list[tuple[float, float, float]] = []
    houses = _houses(rng, focal_px, stands)
    fence = _fence(rng, focal_px)
    trees = _trees(rng, focal_px, stands)
    meadow = _scales(_meadow(rng))
    return Village(
        sky=_sky(rng, focal_px), hills=_hills(rng, focal_px), meadow=meadow, marks=_marks(rng, stands),
        near=(houses, fence, trees),
    )  # fmt: skip


def _plane(
    depth: float, half_width: float, top: float, bottom: float, focal_px: float, detail: float
) -> tuple[Canvas, float]:
    per_m = focal_px / depth * detail
    return canvas(round(2 * half_width * per_m), round((top - bottom) * per_m)), per_m


def _sky(rng: Generator, focal_px: float) -> Plane:
    depth, half, top, bottom = 300.0, 380.0, 260.0, -60.0
    on, per_m = _plane(depth, half, top, bottom, focal_px, 0.6)
    height, width = on.shape[:2]
    up = np.clip(np.linspace(1, bottom / top, height, dtype=np.float32), 0, 1)[:, None, None] ** 0.7
    zenith, horizon = np.array([0.24, 0.45, 0.76], np.float32), np.array([0.86, 0.89, 0.90], np.float32)
    on[..., :3] = horizon + (zenith - horizon) * up
    on[..., 3] = 1
    lumps = noise(rng, width, height * 3, height * 0.7, 6)[::3]
    clouds = np.clip((lumps - 0.50) * 5.0, 0, 1) * np.clip(up[..., 0] * 4, 0, 1)
    shade = np.clip(1.16 - 0.5 * np.roll(lumps, -round(height * 0.015), axis=0), 0.84, 1.0)
    on[..., :3] += (shade[..., None] * np.array([1.0, 0.99, 0.97], np.float32) - on[..., :3]) * clouds[..., None] * 0.92
    return Plane(depth, -half, top, per_m, _scales(on), far=True)


def _hills(rng: Generator, focal_px: float) -> Plane:
    depth, half, top = 150.0, 190.0, 34.0
    on, per_m = _plane(depth, half, top, -1.0, focal_px, 1.0)
    height, width = on.shape[:2]
    rows = np.arange(height, dtype=np.float32)[:, None]
    for reach, colour, lump in (
        (0.95, (0.52, 0.63, 0.68), 0.30),
        (0.62, (0.38, 0.53, 0.46), 0.20),
        (0.34, (0.27, 0.42, 0.25), 0.12),
    ):
        ridge = noise(rng, width, 4, width * lump, 4)[0] * reach + noise(rng, width, 4, 14, 3)[0] * 0.05
        mask = np.clip(rows - (1 - ridge) * height, 0, 1)
        leaf = 0.82 + 0.36 * noise(rng, width, height, 16, 3)[..., None]
        lay(on, 0, 0, mask, (np.asarray(colour, np.float32) * leaf).astype(np.float32))
    return Plane(depth, -half, top, per_m, _scales(on))


def _houses(rng: Generator, focal_px: float, stands: list[tuple[float, float, float]]) -> Plane:
    depth, half, top = 27.0, 40.0, 11.0
    on, per_m = _plane(depth, half, top, 0.0, focal_px, 1.3)
    x = -half + rng.uniform(1, 4)
    while x < half - 8:
        if rng.uniform() < 0.62:
            wide, high = rng.uniform(5.0, 8.5), rng.uniform(2.8, 5.2)
            house(on, rng, (x + half) * per_m, top * per_m, wide * per_m, high * per_m)
        else:
            wide = rng.uniform(3.0, 4.5)
            tree(on, rng, (x + wide / 2 + half) * per_m, top * per_m, rng.uniform(6.0, 9.5) * per_m)
        stands.append((x + wide / 2, depth, wide / 2))
        x += wide + rng.uniform(0.8, 3.5)
    for _ in range(14):
        bush(on, rng, rng.uniform(0, 2 * half) * per_m, top * per_m, rng.uniform(1.0, 2.0) * per_m)
    return Plane(depth, -half, top, per_m, _scales(on))


def _fence(rng: Generator, focal_px: float) -> Plane:
    depth, half, top = 17.5, 27.0, 1.35
    on, per_m = _plane(depth, half, top, 0.0, focal_px, 1.3)
    height, width = on.shape[:2]
    gate = rng.uniform(-0.3, 0.3) * half + half
    for rail in (0.30, 0.62):
        lay(on, 0, height * rail, np.ones((max(2, round(0.11 * per_m)), width), np.float32), (0.80, 0.76, 0.68))
    for post in np.arange(0.2, 2 * half, 0.55):
        tall = height * (0.80 + 0.12 * rng.uniform())
        box_w = max(2, round(0.13 * per_m))
        tone = rng.uniform(0.86, 0.97)
        lay(
            on, post * per_m, height - tall, np.ones((round(tall), box_w), np.float32), (tone, tone * 0.97, tone * 0.90)
        )
    on[:, round((gate - 1.4) * per_m) : round((gate + 1.4) * per_m)] = 0
    return Plane(depth, -half, top, per_m, _scales(on))


def _trees(rng: Generator, focal_px: float, stands: list[tuple[float, float, float]]) -> Plane:
    depth, half, top = 11.0, 19.0, 8.4
    on, per_m = _plane(depth, half, top, 0.0, focal_px, 1.3)
    x = -half + rng.uniform(1.0, 3.0)
    while x < half - 1.5:
        # No tree stands in the camera's way.
        if rng.uniform() < 0.65 and abs(x) > 2.6:
            tall = rng.uniform(4.8, 7.6)
            tree(on, rng, (x + half) * per_m, top * per_m, tall * per_m)
            stands.append((x, depth, tall * 0.30))
            x += rng.uniform(4.5, 8.0)
        else:
            size = rng.uniform(1.0, 1.7)
            bush(on, rng, (x + half) * per_m, top * per_m, size * per_m)
            stands.append((x, depth, size * 0.5))
            x += rng.uniform(2.0, 4.0)
    return Plane(depth, -half, top, per_m, _scales(on))


def _meadow(rng: Generator) -> Canvas:
    on = canvas(MEADOW_TILE, MEADOW_TILE)
    broad = noise(rng, MEADOW_TILE, MEADOW_TILE, 170, 3, wraps=True)[..., None]
    fine = noise(rng, MEADOW_TILE, MEADOW_TILE, 14, 3, wraps=True)[..., None]
    low, high = np.array([0.25, 0.40, 0.15], np.float32), np.array([0.52, 0.62, 0.28], np.float32)
    on[..., :3] = low + (high - low) * np.clip(0.45 * broad + 0.75 * fine - 0.1, 0, 1)
    on[..., 3] = 1
    for _ in range(170):
        petal = [(0.97, 0.95, 0.90), (0.95, 0.84, 0.30), (0.84, 0.55, 0.66)][rng.integers(3)]
        x, y = rng.uniform(6, MEADOW_TILE - 8, 2)
        lay(on, x, y, disc(rng.uniform(1.2, 2.4)), petal)
    return on


def _marks(rng: Generator, stands: list[tuple[float, float, float]]) -> Plane:
    """The path and the shadows on the meadow, seen from above: x to the right, far up."""
    half, far, per_m = 60.0, 150.0, 8.0
    on = canvas(round(2 * half * per_m), round(far * per_m))
    height, width = on.shape[:2]
    z = far - (np.arange(height, dtype=np.float32) + 0.5)[:, None] / per_m
    x = (np.arange(width, dtype=np.float32) + 0.5)[None, :] / per_m - half
    bend = rng.uniform(0, 6.28)
    middle = 2.2 * np.sin(z * 0.11 + bend) - 2.2 * np.sin(bend) + rng.uniform(-1.5, 1.5)
    edge = 0.35 * (noise(rng, width, height, 12, 2) - 0.5)
    path = np.clip((0.95 - np.abs(x - middle) + edge) * 4, 0, 1) * (z < 26)
    dust = (
        np.array([0.70, 0.61, 0.46], np.float32) * (0.85 + 0.3 * noise(rng, width, height, 9, 3)[..., None])
    ).astype(np.float32)
    lay(on, 0, 0, (path * 0.9).astype(np.float32), dust)
    for place, depth, reach in stands:
        shadow = disc(reach * 1.5 * per_m, 0.5) * np.float32(0.45)
        left = (place + half + reach * 0.35) * per_m - shadow.shape[1] / 2
        lay(on, left, (far - depth + 0.1) * per_m - shadow.shape[0] / 2, shadow, (0.06, 0.10, 0.05))
    return Plane(0.0, -half, far, per_m, _scales(on))


def _scales(on: Canvas) -> tuple[Texture, ...]:
    """The painted canvas and its halves, premultiplied and packed."""
    made = []
    level = on.copy()
    level[..., :3] *= level[..., 3:]
    while True:
        made.append(np.ascontiguousarray(np.clip(level * 255 + 0.5, 0, 255).astype(np.uint8)).view("<u4")[..., 0])
        height, width = level.shape[0] // 2 * 2, level.shape[1] // 2 * 2
        if min(height, width) < 8 or len(made) == 8:
            return tuple(made)
        level = level[:height, :width].reshape(height // 2, 2, width // 2, 2, 4).mean(axis=(1, 3))

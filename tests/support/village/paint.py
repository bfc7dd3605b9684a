"""Painting with numpy: noise, houses, trees. A canvas is [height, width, 4] float32, red green blue alpha, 0..1."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Canvas = NDArray[np.float32]
Mask = NDArray[np.float32]
Colour = tuple[float, float, float]


def canvas(width: int, height: int) -> Canvas:
    """Nothing, of this size in pixels."""
    return np.zeros((height, width, 4), np.float32)


def noise(rng: Generator, width: int, height: int, cell: float, octaves: int = 4, *, wraps: bool = False) -> Mask:
    """Smooth noise from 0 to 1, [height, width]; ``cell`` is the largest lump's size in pixels."""
    total = np.zeros((height, width), np.float32)
    weight = 0.0
    for octave in range(octaves):
        rows, columns = max(2, round(height * 2**octave / cell)), max(2, round(width * 2**octave / cell))
        grid = rng.random((rows + 1, columns + 1), np.float32)
        if wraps:
            grid[-1], grid[:, -1] = grid[0], grid[:, 0]
        total += _stretched(grid, width, height) * 0.5**octave
        weight += 0.5**octave
    return total / np.float32(weight)


def _stretched(grid: Mask, width: int, height: int) -> Mask:
    def steps(count: int, cells: int) -> tuple[NDArray[np.intp], Mask]:
        place = np.arange(count, dtype=np.float32) * (cells / count)
        whole = place.astype(np.intp)
        part = (place - whole).astype(np.float32)
        return whole, part * part * (3 - 2 * part)

    y, fy = steps(height, grid.shape[0] - 1)
    x, fx = steps(width, grid.shape[1] - 1)
    rows = grid[y] * (1 - fy)[:, None] + grid[y + 1] * fy[:, None]
    stretched: Mask = (rows[:, x] * (1 - fx) + rows[:, x + 1] * fx).astype(np.float32)
    return stretched


def lay(on: Canvas, left: float, top: float, mask: Mask, colour: Colour | Canvas) -> None:
    """Lay a colour over the canvas where the mask is, cut off at the edges."""
    x, y = round(left), round(top)
    height, width = mask.shape
    x0, y0, x1, y1 = max(0, x), max(0, y), min(on.shape[1], x + width), min(on.shape[0], y + height)
    if x0 >= x1 or y0 >= y1:
        return
    cut = np.s_[y0 - y : y1 - y, x0 - x : x1 - x]
    strength = mask[cut][..., None]
    paint = colour[cut] if isinstance(colour, np.ndarray) else np.asarray(colour, np.float32)
    under = on[y0:y1, x0:x1]
    under[..., :3] += (paint - under[..., :3]) * np.where(under[..., 3:] > 0, strength, strength > 0)
    under[..., 3:] += (1 - under[..., 3:]) * strength


def box(on: Canvas, left: float, top: float, width: float, height: float, colour: Colour) -> None:
    """A filled rectangle."""
    lay(on, left, top, np.ones((max(1, round(height)), max(1, round(width))), np.float32), colour)


def disc(radius: float, squeeze: float = 1.0) -> Mask:
    """A filled ellipse with a soft edge, as a mask of its own size."""
    w, h = int(radius * 2) + 2, int(radius * 2 * squeeze) + 2
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    away = np.hypot((x - w / 2 + 0.5) / radius, (y - h / 2 + 0.5) / (radius * squeeze))
    mask: Mask = np.clip((1 - away) * radius, 0, 1).astype(np.float32)
    return mask


def house(on: Canvas, rng: Generator, left: float, ground: float, width: float, height: float) -> None:
    """A house seen from the front: ``height`` is to the eaves, the roof stands above."""
    walls = [(0.93, 0.88, 0.76), (0.86, 0.62, 0.48), (0.78, 0.84, 0.86), (0.95, 0.94, 0.90), (0.83, 0.74, 0.58)]
    roofs = [(0.55, 0.22, 0.16), (0.40, 0.25, 0.20), (0.33, 0.36, 0.42), (0.62, 0.31, 0.19)]
    wall, roof = walls[rng.integers(len(walls))], roofs[rng.integers(len(roofs))]
    w, h, rise = round(width), round(height), round(width * rng.uniform(0.30, 0.45))
    grain = (0.94 + 0.10 * noise(rng, w, h, max(4.0, w / 6)))[..., None] * np.linspace(1.04, 0.90, w)[None, :, None]
    lay(on, left, ground - h, np.ones((h, w), np.float32), (np.asarray(wall, np.float32) * grain).astype(np.float32))
    box(on, left + w * rng.uniform(0.15, 0.75), ground - h - rise * 1.05, w * 0.08, rise * 0.8, (0.48, 0.30, 0.26))
    y, x = np.mgrid[0:rise, 0 : round(w * 1.12)].astype(np.float32)
    slope = np.clip((y + 1) / rise * x.shape[1] / 2 - np.abs(x - x.shape[1] / 2 + 0.5), 0, 1).astype(np.float32)
    tiles = (
        0.86 + 0.14 * (np.sin(y * (2 * np.pi / max(5.0, rise / 9))) > -0.4) + 0.05 * noise(rng, x.shape[1], rise, 12)
    )
    lay(
        on,
        left - w * 0.06,
        ground - h - rise,
        slope,
        (np.asarray(roof, np.float32) * tiles[..., None]).astype(np.float32),
    )
    pane, frame = (0.24, 0.33, 0.42), (0.97, 0.96, 0.93)
    columns = max(2, round(w / h * 2.2))
    door = rng.integers(columns)
    for floor in range(2 if h > w * 0.6 else 1):
        for column in range(columns):
            x0 = left + w * (column + 0.5) / columns
            size = w / columns * 0.42
            if floor == 0 and column == door:
                box(on, x0 - size * 0.55, ground - h * 0.44, size * 1.1, h * 0.44, (0.36, 0.22, 0.14))
                continue
            top = ground - h * (0.36 if floor == 0 and h > w * 0.6 else 0.86 if floor else 0.66)
            tall = h * (0.22 if h > w * 0.6 else 0.34)
            box(on, x0 - size * 0.62, top - tall * 0.1, size * 1.24, tall * 1.2, frame)
            box(on, x0 - size * 0.5, top, size, tall, pane)
            box(on, x0 - size * 0.05, top, size * 0.1, tall, frame)
            box(on, x0 - size * 0.5, top, size * 0.45, tall * 0.3, (0.55, 0.66, 0.74))


def tree(on: Canvas, rng: Generator, foot: float, ground: float, height: float) -> None:
    """A broad-leaved tree, lit from the upper left."""
    hue = rng.uniform(-0.05, 0.07)
    deep, light = np.array([0.13 + hue, 0.27, 0.10]), np.array([0.46 + hue, 0.62, 0.24])
    trunk = height * 0.055
    box(on, foot - trunk / 2, ground - height * 0.5, trunk, height * 0.5, (0.27, 0.19, 0.13))
    box(on, foot - trunk / 2, ground - height * 0.5, trunk * 0.35, height * 0.5, (0.40, 0.29, 0.20))
    _leaves(on, rng, foot, ground - height * 0.64, height * 0.30, height * 0.34, deep, light, 260)


def bush(on: Canvas, rng: Generator, foot: float, ground: float, size: float) -> None:
    """A round bush."""
    hue = rng.uniform(-0.04, 0.06)
    deep, light = np.array([0.14 + hue, 0.25, 0.11]), np.array([0.42 + hue, 0.56, 0.25])
    _leaves(on, rng, foot, ground - size * 0.32, size * 0.55, size * 0.32, deep, light, 70)


def _leaves(
    on: Canvas, rng: Generator, x: float, y: float, wide: float, high: float,
    deep: NDArray[np.float64], light: NDArray[np.float64], count: int,
) -> None:  # fmt: skip
    for step in range(count):
        turn, reach = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0, 1))
        dx, dy = np.cos(turn) * reach, np.sin(turn) * reach
        radius = max(1.5, wide * rng.uniform(0.09, 0.26) * (1 - 0.6 * step / count))
        # Later clumps lie in front; those up and to the left catch the light.
        lit = np.clip(0.42 - 0.34 * dy - 0.26 * dx + 0.32 * (step / count - 0.5) + rng.normal(0, 0.06), 0, 1)
        colour = deep + (light - deep) * lit
        lay(on, x + dx * (wide - radius * 0.6) - radius, y + dy * (high - radius * 0.6) - radius, disc(radius, 0.8),
            (float(colour[0]), float(colour[1]), float(colour[2])))  # fmt: skip

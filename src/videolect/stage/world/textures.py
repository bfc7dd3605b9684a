"""Surfaces painted by numpy: each kind from a seed, tileable, with its smaller copies for what is far away.

Two shelves. What is on ``HELD_BACK`` is never in a training clip, so that a benchmark asks about surfaces that nobody
has learned.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Singles = NDArray[np.float32]

SIDE = 128
"""Texels."""

Painter = Callable[[Generator], Singles]


def noise(rng: Generator, cells: int, octaves: int = 4, fade: float = 0.5, side: int = SIDE) -> Singles:
    """Smooth noise from 0 to 1 that repeats at the edges; ``cells`` lumps along a side at first."""
    total = np.zeros((side, side), np.float32)
    weight = 0.0
    for octave in range(octaves):
        count = min(side, cells << octave)
        total += _stretched(rng.random((count, count), np.float32), side) * np.float32(fade**octave)
        weight += fade**octave
    return total / np.float32(weight)


def _stretched(grid: Singles, side: int) -> Singles:
    count = len(grid)
    place = (np.arange(side, dtype=np.float32) + 0.5) * (count / side)
    whole = place.astype(np.intp)
    part = place - whole
    part = part * part * (3 - 2 * part)
    then = (whole + 1) % count
    rows = grid[whole] * (1 - part)[:, None] + grid[then] * part[:, None]
    stretched: Singles = (rows[:, whole] * (1 - part) + rows[:, then] * part).astype(np.float32)
    return stretched


def _between(low: tuple[float, ...], high: tuple[float, ...], by: Singles) -> Singles:
    return np.asarray(low, np.float32) + (np.asarray(high, np.float32) - np.asarray(low, np.float32)) * by[..., None]


def _rows(side: int = SIDE) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    y, x = np.mgrid[0:side, 0:side]
    return y, x


def _plain(rng: Generator) -> Singles:
    return _between((0.86, 0.86, 0.86), (1, 1, 1), noise(rng, 4))


def _cloth(rng: Generator) -> Singles:
    y, x = _rows()
    weave = 0.5 + 0.25 * np.sin(x * np.pi / 2) + 0.25 * np.sin(y * np.pi / 2)
    return _between((0.78, 0.78, 0.78), (1, 1, 1), (0.6 * weave + 0.4 * noise(rng, 8)).astype(np.float32))


def _grass(rng: Generator) -> Singles:
    blades = noise(rng, 32, 2)
    return _between((0.17, 0.30, 0.09), (0.44, 0.58, 0.24), 0.55 * noise(rng, 4) + 0.45 * blades)


def _sand(rng: Generator) -> Singles:
    return _between((0.50, 0.41, 0.28), (0.74, 0.64, 0.46), 0.5 * noise(rng, 3, 5) + 0.5 * noise(rng, 48, 2))


def _asphalt(rng: Generator) -> Singles:
    return _between((0.17, 0.17, 0.18), (0.36, 0.36, 0.37), 0.4 * noise(rng, 4) + 0.6 * noise(rng, 64, 1))


def _concrete(rng: Generator) -> Singles:
    paint = _between((0.50, 0.50, 0.48), (0.72, 0.71, 0.68), 0.6 * noise(rng, 3, 5) + 0.4 * noise(rng, 48, 1))
    paint[:: SIDE // 2] *= 0.72
    paint[:, :: SIDE // 2] *= 0.72
    return paint


def _brick(rng: Generator) -> Singles:
    y, x = _rows()
    high, wide = 16, 32
    course = y // high
    shifted = x + (course % 2) * (wide // 2)
    joint = (y % high < 2) | (shifted % wide < 2)
    shade = rng.random((SIDE // high, SIDE // wide), np.float32)
    tone = shade[course, (shifted // wide) % (SIDE // wide)] * 0.7 + noise(rng, 16, 2) * 0.3
    return np.where(joint[..., None], np.float32(0.66), _between((0.40, 0.17, 0.12), (0.66, 0.33, 0.24), tone))


def _planks(rng: Generator) -> Singles:
    _y, x = _rows()
    wide = 16
    grain = noise(rng, 4, 3)[:, x[0] * 0] * 0.3 + np.repeat(noise(rng, 32, 2).mean(0)[None], SIDE, 0) * 0.3
    tone = rng.random(SIDE // wide).astype(np.float32)[x // wide] * 0.4 + grain
    paint = _between((0.34, 0.21, 0.11), (0.66, 0.47, 0.29), tone.astype(np.float32))
    paint[:, ::wide] *= 0.5
    return paint


def _tiles(rng: Generator) -> Singles:
    y, x = _rows()
    even = ((x // 32 + y // 32) % 2).astype(np.float32)
    paint = _between((0.34, 0.36, 0.40), (0.86, 0.85, 0.82), 0.88 * even + 0.12 * noise(rng, 8))
    paint[::32] *= 0.6
    paint[:, ::32] *= 0.6
    return paint


def _plaster(rng: Generator) -> Singles:
    return _between((0.74, 0.72, 0.68), (0.92, 0.90, 0.86), 0.7 * noise(rng, 3, 5) + 0.3 * noise(rng, 64, 1))


def _bark(rng: Generator) -> Singles:
    _y, x = _rows()
    streaks = np.sin((x + 14 * noise(rng, 4)) * np.pi / 8) * 0.5 + 0.5
    return _between((0.20, 0.14, 0.09), (0.45, 0.34, 0.24), (0.6 * streaks + 0.4 * noise(rng, 16)).astype(np.float32))


def _leaves(rng: Generator) -> Singles:
    return _between((0.08, 0.19, 0.06), (0.35, 0.52, 0.20), 0.35 * noise(rng, 6) + 0.65 * noise(rng, 24, 2))


def _facade(rng: Generator) -> Singles:
    y, x = _rows()
    paint = _plaster(rng) * np.float32(0.9)
    window = (y % 64 > 14) & (y % 64 < 48) & (x % 64 > 16) & (x % 64 < 48)
    frame = (y % 64 > 11) & (y % 64 < 51) & (x % 64 > 13) & (x % 64 < 51) & ~window
    paint[frame] = (0.84, 0.83, 0.80)
    glass = _between((0.09, 0.12, 0.17), (0.36, 0.44, 0.54), noise(rng, 2))
    return np.where(window[..., None], glass, paint).astype(np.float32)


def _rock(rng: Generator) -> Singles:
    ridges = 1 - np.abs(noise(rng, 4, 5) * 2 - 1)
    return _between((0.24, 0.23, 0.22), (0.60, 0.57, 0.53), ridges * 0.8 + 0.2 * noise(rng, 48, 1))


def _snow(rng: Generator) -> Singles:
    return _between((0.58, 0.62, 0.70), (0.76, 0.79, 0.84), 0.7 * noise(rng, 3, 5) + 0.3 * noise(rng, 48, 1))


def _carpet(rng: Generator) -> Singles:
    y, x = _rows()
    stripe = ((np.sin(x * np.pi / 16) > 0.4) ^ (np.sin(y * np.pi / 16) > 0.6)).astype(np.float32)
    return _between((0.42, 0.12, 0.14), (0.76, 0.62, 0.42), 0.75 * stripe + 0.25 * noise(rng, 32, 1))


def _wallpaper(rng: Generator) -> Singles:
    y, x = _rows()
    dot = (((x % 32 - 16) ** 2 + (y % 32 - 16) ** 2) < 49).astype(np.float32)
    return _between((0.70, 0.76, 0.78), (0.42, 0.55, 0.62), 0.85 * dot + 0.15 * noise(rng, 8))


def _hatched(rng: Generator) -> Singles:
    y, x = _rows()
    line = (((x + y) % 16) < 4).astype(np.float32)
    return _between((0.80, 0.76, 0.62), (0.40, 0.36, 0.30), 0.85 * line + 0.15 * noise(rng, 16))


def _cobbles(rng: Generator) -> Singles:
    y, x = _rows()
    course = y // 16
    shifted = x + (course % 2) * 8
    round_ = ((shifted % 16 - 8) ** 2 + (y % 16 - 8) ** 2) / 64
    stone = rng.random((8, 8), np.float32)[course, (shifted // 16) % 8]
    tone = np.clip(1.15 - round_, 0, 1) * (0.5 + 0.5 * stone)
    return _between((0.16, 0.15, 0.15), (0.66, 0.63, 0.60), tone.astype(np.float32))


def _moss(rng: Generator) -> Singles:
    return _between((0.21, 0.22, 0.13), (0.46, 0.55, 0.18), 0.5 * noise(rng, 5, 5) + 0.5 * noise(rng, 40, 1))


def _slats(rng: Generator) -> Singles:
    y, _x = _rows()
    line = (y % 16 < 10).astype(np.float32)
    return _between((0.16, 0.20, 0.24), (0.52, 0.60, 0.66), 0.8 * line + 0.2 * noise(rng, 8))


def _hide(rng: Generator) -> Singles:
    return _between((0.70, 0.70, 0.70), (1, 1, 1), 0.6 * noise(rng, 5) + 0.4 * noise(rng, 40, 1))


PAINTERS: dict[str, Painter] = {
    "plain": _plain, "cloth": _cloth, "hide": _hide, "grass": _grass, "sand": _sand, "asphalt": _asphalt,
    "concrete": _concrete, "brick": _brick, "planks": _planks, "tiles": _tiles, "plaster": _plaster, "bark": _bark,
    "leaves": _leaves, "facade": _facade, "rock": _rock, "snow": _snow, "carpet": _carpet, "wallpaper": _wallpaper,
    "hatched": _hatched, "cobbles": _cobbles, "moss": _moss, "slats": _slats,
}  # fmt: skip
"""Every surface by name. Those that are near white are tinted."""

HELD_BACK = frozenset({"cobbles", "moss", "slats", "hatched", "wallpaper"})
"""Only in benchmarks."""


def painted(kind: str, seed: int) -> Singles:
    """[2 x SIDE, SIDE, 3], linear light: the surface, below it half the size, and so on to one texel."""
    # Names have no numbers of their own, and Python's hash changes from run to run.
    rng = np.random.default_rng([seed, *kind.encode()])
    full = np.clip(PAINTERS[kind](rng), 0, 1).astype(np.float32) ** np.float32(2.2)
    out = np.zeros((2 * SIDE, SIDE, 3), np.float32)
    level = full
    top = 0
    while True:
        size = len(level)
        out[top : top + size, :size] = level
        if size == 1:
            return out
        top += size
        level = level.reshape(size // 2, 2, size // 2, 2, 3).mean(axis=(1, 3), dtype=np.float32)


def dome(rng: Generator, zenith: tuple[float, ...], horizon: tuple[float, ...], clouds: float) -> Singles:
    """A sky: [128 rows from zenith to nadir, 512 columns once around, 3], linear light. ``clouds``: 0 clear, 1 full."""
    rows, columns = 128, 512
    height = np.cos(np.linspace(0, np.pi, rows))
    blend = np.clip(height, 0, 1) ** 0.5
    sky = np.asarray(horizon) + (np.asarray(zenith) - np.asarray(horizon)) * blend[:, None]
    paint = np.repeat(sky[:, None].astype(np.float32), columns, 1)
    # Clouds lie on a ceiling: far ones near the horizon are small and flat.
    turn = (np.arange(columns) + 0.5) / columns * 2 * np.pi
    away = np.tan(np.minimum(np.linspace(0, np.pi, rows), 1.5))[:, None] * 20.0
    u = (away * np.cos(turn)).astype(np.intp) % SIDE
    v = (away * np.sin(turn)).astype(np.intp) % SIDE
    fluff = noise(rng, 5, 5)[v, u]
    ramp = np.clip((fluff - (0.72 - 0.45 * clouds)) * 4, 0, 1) * np.clip(height * 5 - 0.3, 0, 1)[:, None]
    ramp = ramp * min(1, 2 * clouds)
    white = np.asarray(horizon) * 0.35 + np.float32(0.62)
    paint += (white.astype(np.float32) - paint) * ramp[..., None].astype(np.float32)
    below = height < 0
    paint[below] = np.asarray(horizon) * 0.6
    return paint.astype(np.float32)

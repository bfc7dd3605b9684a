"""What a lens and a shutter do to a picture, in linear light: depth of field, motion blur, distortion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from videolect.stage.camera.raster import LEAST_BLUR, gather, remap, smear

Singles = NDArray[np.float32]

_TAPS = 36
_MOST_BLUR = 14.0


def _disc(count: int) -> NDArray[np.float64]:
    """Points spread evenly over the unit disc, from the middle outwards."""
    n = np.arange(count) + 0.5
    turn = n * np.pi * (3 - np.sqrt(5))
    return np.stack([np.sqrt(n / count) * np.cos(turn), np.sqrt(n / count) * np.sin(turn)], axis=1)


_DISC = _disc(_TAPS)


def circle_of(depth: Singles, focus: float, aperture: float, focal: float) -> Singles:
    """Radius in pixels over which a point at each depth is spread by a thin lens."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(np.isfinite(depth), np.abs(depth - focus) / depth, 1.0)
    spread: Singles = (0.5 * aperture * focal / focus * apart).astype(np.float32)
    return spread


def defocused(picture: Singles, depth: Singles, focus: float, aperture: float, focal: float) -> Singles:
    """Depth of field: [height, width, 3] blurred as each depth asks. ``focal`` in pixels."""
    circle = np.minimum(circle_of(depth, focus, aperture, focal), np.float32(_MOST_BLUR))
    if circle.max() < LEAST_BLUR:
        return picture
    out = np.empty_like(picture)
    far = np.where(np.isfinite(depth), depth, np.float32(1e9)).astype(np.float32)
    gather(picture, far, circle, _widest(circle), _DISC, out)
    return out


def _widest(circle: Singles, tile: int = 8) -> Singles:
    """The largest circle in each tile and those beside it: how far a pixel has to look."""
    rows, columns = (-(-side // tile) for side in circle.shape)
    padded = np.zeros((rows * tile, columns * tile), np.float32)
    padded[: circle.shape[0], : circle.shape[1]] = circle
    tiles = padded.reshape(rows, tile, columns, tile).max(axis=(1, 3))
    around = np.pad(tiles, 2)
    widest: Singles = np.max(
        [around[y : y + rows, x : x + columns] for y in range(5) for x in range(5)], axis=0
    ).astype(np.float32)
    return widest


def smeared(picture: Singles, motion: Singles | None) -> Singles:
    """Motion blur along each pixel's own way while the shutter is open, [height, width, 2] pixels."""
    if motion is None or float(np.abs(motion).max()) < LEAST_BLUR:
        return picture
    out = np.empty_like(picture)
    smear(picture, motion, out)
    return out


# --------------------------------------------------------------------------------------------------------- distortion

_MOST_SPREAD = 3.0
"""How much larger than the picture its undistorted drawing may be, along each side."""
_WIDEST = 1.2
"""Radians off the middle beyond which a lens shows nothing: the black around a fisheye."""


def bent(radius: NDArray[np.float64], barrel: float, focal: float) -> NDArray[np.float64]:
    """How far from the middle an undistorted lens draws what this lens draws at ``radius``; pixels.

    ``barrel`` goes from the pinhole (0) to a lens whose radius grows as the angle does (1).
    """
    return np.tan(np.minimum(_angle(radius / focal, barrel), _WIDEST)) * focal


def _angle(radius: NDArray[np.float64], barrel: float) -> NDArray[np.float64]:
    """Radians off the middle at a radius in focal lengths."""
    angle: NDArray[np.float64] = np.arctan(radius * (1 - barrel)) + radius * barrel
    return angle


def drawn_at(radius: NDArray[np.float64], barrel: float, focal: float) -> NDArray[np.float64]:
    """The other way: where this lens draws what an undistorted one draws at ``radius``."""
    if barrel == 0:
        return radius
    table = np.linspace(0, 6, 4001)
    return np.interp(np.arctan(radius / focal), _angle(table, barrel), table) * focal


def spread_of(barrel: float, size: tuple[int, int], focal: float) -> float:
    """How much larger than the picture its undistorted drawing has to be."""
    if barrel == 0:
        return 1.0
    half = float(np.hypot(*size)) / 2
    return float(min(_MOST_SPREAD, bent(np.array([half]), barrel, focal)[0] / half))


def distorted(drawn: Singles, barrel: float, size: tuple[int, int], focal: float) -> Singles:
    """The drawing, which is larger, as the lens shows it: [height, width, 3]. A fisheye is dark outside its circle."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width] + 0.5
    x, y = x - width / 2, y - height / 2
    radius = np.hypot(x, y) + 1e-9
    scale = bent(radius, barrel, focal) / radius
    out = np.zeros((height, width, 3), np.float32)
    remap(drawn, x * scale + drawn.shape[1] / 2 - 0.5, y * scale + drawn.shape[0] / 2 - 0.5, out)
    # The edge of the circle of glass, two pixels soft.
    rim = np.clip((_WIDEST - _angle(radius / focal, barrel)) * focal / 2, 0, 1)
    out *= rim[..., None].astype(np.float32)
    return out

"""What a lens and a shutter do to a picture, in linear light: depth of field, motion blur, distortion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from videolect.stage.numba import nb

Singles = NDArray[np.float32]

_TAPS = 36
_LEAST_BLUR = 0.6
"""Pixels of radius or motion below which nothing is done."""
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
    if circle.max() < _LEAST_BLUR:
        return picture
    out = np.empty_like(picture)
    far = np.where(np.isfinite(depth), depth, np.float32(1e9)).astype(np.float32)
    _gather(picture, far, circle, _widest(circle), _DISC, out)
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


@nb.njit(cache=True, nogil=True)
def _gather(picture, depth, circle, widest, disc, out):  # type: ignore[no-untyped-def]
    height, width = depth.shape
    taps = disc.shape[0]
    for row in range(height):
        for column in range(width):
            reach = widest[row // 8, column // 8]
            if reach < _LEAST_BLUR:
                out[row, column] = picture[row, column]
                continue
            own, here = circle[row, column], depth[row, column]
            red, green, blue, weight = 0.0, 0.0, 0.0, 0.0
            for tap in range(taps):
                dx, dy = disc[tap, 0] * reach, disc[tap, 1] * reach
                x, y = int(column + 0.5 + dx), int(row + 0.5 + dy)
                if x < 0 or y < 0 or x >= width or y >= height:
                    continue
                away = np.sqrt(dx * dx + dy * dy)
                spread = circle[y, x]
                # What lies behind the pixel's own surface cannot spread over it further than that is blurred itself.
                if depth[y, x] > here * 1.02:
                    spread = min(spread, own)
                share = min(1.0, max(0.0, spread - away + 1.0))
                # A point's light is shared out over its circle.
                share /= max(1.0, spread * spread)
                red += share * picture[y, x, 0]
                green += share * picture[y, x, 1]
                blue += share * picture[y, x, 2]
                weight += share
            own_share = 1.0 / max(1.0, own * own) * 0.5
            red += own_share * picture[row, column, 0]
            green += own_share * picture[row, column, 1]
            blue += own_share * picture[row, column, 2]
            weight += own_share
            out[row, column, 0] = red / weight
            out[row, column, 1] = green / weight
            out[row, column, 2] = blue / weight


def smeared(picture: Singles, motion: Singles | None) -> Singles:
    """Motion blur along each pixel's own way while the shutter is open, [height, width, 2] pixels."""
    if motion is None or float(np.abs(motion).max()) < _LEAST_BLUR:
        return picture
    out = np.empty_like(picture)
    _along(picture, motion, out)
    return out


@nb.njit(cache=True, nogil=True)
def _along(picture, motion, out):  # type: ignore[no-untyped-def]
    height, width = picture.shape[0], picture.shape[1]
    for row in range(height):
        for column in range(width):
            mx, my = motion[row, column, 0], motion[row, column, 1]
            long = np.sqrt(mx * mx + my * my)
            if long < _LEAST_BLUR:
                out[row, column] = picture[row, column]
                continue
            if long > 0.35 * width:
                mx, my, long = mx * 0.35 * width / long, my * 0.35 * width / long, 0.35 * width
            taps = min(24, int(long) + 2)
            red, green, blue, count = 0.0, 0.0, 0.0, 0
            for tap in range(taps):
                along = (tap + 0.5) / taps - 0.5
                x, y = int(column + 0.5 + along * mx), int(row + 0.5 + along * my)
                x = min(width - 1, max(0, x))
                y = min(height - 1, max(0, y))
                red += picture[y, x, 0]
                green += picture[y, x, 1]
                blue += picture[y, x, 2]
                count += 1
            out[row, column, 0] = red / count
            out[row, column, 1] = green / count
            out[row, column, 2] = blue / count


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
    _remapped(drawn, x * scale + drawn.shape[1] / 2 - 0.5, y * scale + drawn.shape[0] / 2 - 0.5, out)
    # The edge of the circle of glass, two pixels soft.
    rim = np.clip((_WIDEST - _angle(radius / focal, barrel)) * focal / 2, 0, 1)
    out *= rim[..., None].astype(np.float32)
    return out


@nb.njit(cache=True, nogil=True)
def _remapped(drawn, xs, ys, out):  # type: ignore[no-untyped-def]
    high, wide = drawn.shape[0], drawn.shape[1]
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            x, y = xs[row, column], ys[row, column]
            x0, y0 = int(np.floor(x)), int(np.floor(y))
            if x0 < 0 or y0 < 0 or x0 + 1 >= wide or y0 + 1 >= high:
                continue
            ax, ay = x - x0, y - y0
            for c in range(3):
                out[row, column, c] = (1 - ay) * ((1 - ax) * drawn[y0, x0, c] + ax * drawn[y0, x0 + 1, c]) + ay * (
                    (1 - ax) * drawn[y0 + 1, x0, c] + ax * drawn[y0 + 1, x0 + 1, c]
                )

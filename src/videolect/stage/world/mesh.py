"""Solids out of triangles: boxes, balls, tubes, sheets, hills. Metres; x east, y north, z up; corners counter-clockwise
as seen from outside.

Each has a mark for every corner: its place on the texture, where 1 is one side of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles with a direction and a mark at each corner."""

    corners: Floats
    """[V, 3]."""
    normals: Floats
    """[V, 3], unit length, outwards."""
    marks: Floats
    """[V, 2]."""
    triangles: Ints
    """[T, 3]."""
    two_sided: bool = False

    def moved(self, by: tuple[float, float, float] | Floats) -> Mesh:
        """The same elsewhere."""
        return Mesh(self.corners + np.asarray(by), self.normals, self.marks, self.triangles, self.two_sided)

    def turned(self, turn: Floats) -> Mesh:
        """The same after a rotation, [3, 3]."""
        return Mesh(self.corners @ turn.T, self.normals @ turn.T, self.marks, self.triangles, self.two_sided)


def joined(meshes: list[Mesh]) -> Mesh:
    """Several as one."""
    offsets = np.cumsum([0, *(len(mesh.corners) for mesh in meshes)])
    return Mesh(
        np.concatenate([mesh.corners for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.marks for mesh in meshes]),
        np.concatenate([mesh.triangles + offset for mesh, offset in zip(meshes, offsets, strict=False)]).astype(
            np.int32
        ),
        any(mesh.two_sided for mesh in meshes),
    )


def box(width: float, depth: float, height: float, *, per_m: float = 0.5) -> Mesh:
    """A box that stands on the origin: ``width`` along x, ``depth`` along y. ``per_m``: textures per metre."""
    x, y = width / 2, depth / 2
    sides = [
        # (corner, first edge, second edge): the edges turn counter-clockwise as seen from outside.
        ((-x, -y, 0), (width, 0, 0), (0, 0, height)),  # south
        ((x, -y, 0), (0, depth, 0), (0, 0, height)),  # east
        ((x, y, 0), (-width, 0, 0), (0, 0, height)),  # north
        ((-x, y, 0), (0, -depth, 0), (0, 0, height)),  # west
        ((-x, -y, height), (width, 0, 0), (0, depth, 0)),  # top
        ((-x, y, 0), (width, 0, 0), (0, -depth, 0)),  # bottom
    ]
    return joined([sheet(corner, first, second, per_m=per_m) for corner, first, second in sides])


def sheet(
    corner: tuple[float, float, float], first: tuple[float, float, float], second: tuple[float, float, float], *,
    per_m: float = 0.5, cells: int = 1, two_sided: bool = False,
) -> Mesh:  # fmt: skip
    """A parallelogram from a corner along two edges; its front is where the edges turn counter-clockwise.

    ``cells``: into how many each edge is parted.
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    steps = np.linspace(0, 1, cells + 1)
    s, t = (grid.ravel() for grid in np.meshgrid(steps, steps))
    corners = np.asarray(corner, float) + s[:, None] * a + t[:, None] * b
    normal = np.cross(a, b)
    normal /= np.linalg.norm(normal)
    # Rows of a texture run downwards, so marks fall as the second edge rises.
    marks = np.stack([s * np.linalg.norm(a), -t * np.linalg.norm(b)], axis=1) * per_m
    return Mesh(corners, np.tile(normal, (len(corners), 1)), marks, _grid(cells, cells), two_sided)


def _grid(across: int, up: int) -> Ints:
    """Triangles of a grid of (across + 1) x (up + 1) corners."""
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(across), np.arange(up)))
    at = j * (across + 1) + i
    following = at + across + 1
    return np.concatenate(
        [np.stack([at, at + 1, following + 1], axis=1), np.stack([at, following + 1, following], axis=1)]
    ).astype(np.int32)


def ball(
    radius: float | tuple[float, float, float], *, around: int = 12, rings: int = 8, per_turn: float = 2.0
) -> Mesh:
    """An ellipsoid around the origin."""
    radii = np.broadcast_to(np.asarray(radius, float), 3)
    turn = np.linspace(0, 2 * np.pi, around + 1)
    rise = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    a, b = (grid.ravel() for grid in np.meshgrid(turn, rise))
    unit = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=1)
    normals = unit / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    marks = np.stack([a / (2 * np.pi) * per_turn, -(b / np.pi + 0.5) * per_turn / 2], axis=1)
    return Mesh(unit * radii, normals, marks, _grid(around, rings))


def tube(
    bottom: float, top: float, height: float, *, around: int = 10, caps: bool = True, per_turn: float = 1.0,
    per_m: float = 0.5,
) -> Mesh:  # fmt: skip
    """A round bar along z from the origin, with these radii."""
    turn = np.linspace(0, 2 * np.pi, around + 1)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    slope = (bottom - top) / height
    side = np.concatenate([circle, np.full((around + 1, 1), slope)], axis=1)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    low = np.concatenate([circle * bottom, np.zeros((around + 1, 1))], axis=1)
    high = np.concatenate([circle * top, np.full((around + 1, 1), height)], axis=1)
    u = turn / (2 * np.pi) * per_turn
    marks = np.stack([np.tile(u, 2), np.repeat([0.0, -height * per_m], around + 1)], axis=1)
    parts = [Mesh(np.concatenate([low, high]), np.tile(side, (2, 1)), marks, _grid(around, 1))]
    for radius, z, up in ((bottom, 0.0, -1.0), (top, height, 1.0)):
        if caps and radius > 0:
            parts.append(_disc(radius, z, up, around, per_m))
    return joined(parts)


def _disc(radius: float, z: float, up: float, around: int, per_m: float) -> Mesh:
    turn = np.linspace(0, 2 * np.pi, around, endpoint=False)
    rim = np.stack([np.cos(turn) * radius, np.sin(turn) * radius, np.full(around, z)], axis=1)
    corners = np.concatenate([rim, [[0.0, 0.0, z]]])
    here = np.arange(around)
    then = (here + 1) % around
    order = (here, then) if up > 0 else (then, here)
    triangles = np.stack([*order, np.full(around, around)], axis=1).astype(np.int32)
    return Mesh(corners, np.tile([0.0, 0.0, up], (around + 1, 1)), corners[:, :2] * per_m, triangles)


def roof(width: float, depth: float, rise: float, *, per_m: float = 0.5) -> Mesh:
    """A gable that lies on z = 0 over a house of this size, its ridge along x."""
    x, y = width / 2, depth / 2
    south = sheet((-x, -y, 0), (width, 0, 0), (0, y, rise), per_m=per_m)
    north = sheet((x, y, 0), (-width, 0, 0), (0, -y, rise), per_m=per_m)
    gables = []
    for at, sign in ((x, 1.0), (-x, -1.0)):
        corners = np.array([[at, -y * sign, 0], [at, y * sign, 0], [at, 0, rise]])
        gables.append(
            Mesh(corners, np.tile([sign, 0.0, 0.0], (3, 1)), corners[:, 1:] * per_m, np.array([[0, 1, 2]], np.int32))
        )
    return joined([south, north, *gables])


def land(side: float, cells: int, height: Floats, *, per_m: float = 0.25) -> Mesh:
    """Ground around the origin, [cells + 1, cells + 1] heights, rows from south to north."""
    steps = np.linspace(-side / 2, side / 2, cells + 1)
    x, y = (grid.ravel() for grid in np.meshgrid(steps, steps))
    corners = np.stack([x, y, height.ravel()], axis=1)
    step = side / cells
    fall_y, fall_x = np.gradient(height, step)
    normals = np.stack([-fall_x.ravel(), -fall_y.ravel(), np.ones(len(x))], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Mesh(corners, normals, np.stack([x, -y], axis=1) * per_m, _grid(cells, cells))

"""Triangles to pixels on one CPU core (z-buffer, shadow map, textures, sky, fog),
and the loops of lens and shutter.

Two passes. The first says for each sample which triangle is seen there, at what depth and where inside the triangle;
the second looks texture, light and shadow up once for each sample that is seen. Arithmetic keeps its order (no
``fastmath``, one thread), so the same scene gives the same bytes in one environment.

Camera space is x to the right, y down, z forward, in metres; a pixel's centre lies at half numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.stage.numba import nb

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]

NEAR = 0.05
"""Metres before the lens at which triangles are cut off."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first pass says of each sample; ``height`` x ``width``."""

    triangle: Ints
    """Which triangle, or -1: nothing but sky."""
    inverse_depth: Singles
    """1 / metres along the gaze; 0 where nothing is."""
    second: Singles
    """Barycentric weight of the triangle's second corner; perspective is undone."""
    third: Singles

    def every(self, samples: int) -> Seen:
        """Each so manieth sample of each so manieth row."""
        cut = np.s_[::samples, ::samples]
        return Seen(
            np.ascontiguousarray(self.triangle[cut]), np.ascontiguousarray(self.inverse_depth[cut]),
            np.ascontiguousarray(self.second[cut]), np.ascontiguousarray(self.third[cut]),
        )  # fmt: skip


def see(
    corners: Floats, triangles: Ints, two_sided: NDArray[np.bool_], focal: float, centre: tuple[float, float],
    size: tuple[int, int],
) -> Seen:  # fmt: skip
    """Which triangle each sample shows.

    ``corners``: [V, 3] in camera space. ``triangles``: [T, 3], counter-clockwise as seen from outside. ``focal`` in
    samples. ``size``: width, height in samples.
    """
    width, height = size
    seen = Seen(
        np.full((height, width), -1, np.int32), np.zeros((height, width), np.float32),
        np.zeros((height, width), np.float32), np.zeros((height, width), np.float32),
    )  # fmt: skip
    _see(
        corners, triangles, two_sided, focal, centre[0], centre[1], seen.triangle, seen.inverse_depth, seen.second,
        seen.third,
    )  # fmt: skip
    return seen


@nb.njit(cache=True, nogil=True, inline="always")
def _span(slope_i, rest_i, slope_j, rest_j, slope_k, rest_k, width):  # type: ignore[no-untyped-def]
    """First and last sample of a row inside three edges, each slope x + rest >= 0; the last before the first: none."""
    left, right = 0.0, float(width)
    outside = False
    for slope, rest in ((slope_i, rest_i), (slope_j, rest_j), (slope_k, rest_k)):
        if slope > 0.0:
            left = max(left, -rest / slope)
        elif slope < 0.0:
            right = min(right, -rest / slope)
        elif rest < 0.0:
            outside = True
    first, last = 0, -1
    if not outside and left <= right:
        first, last = max(0, int(np.ceil(left - 0.5))), min(width - 1, int(np.floor(right - 0.5)))
    return first, last


@nb.njit(cache=True, nogil=True)
def _see(corners, triangles, two_sided, focal, cx, cy, out, best, second, third):  # type: ignore[no-untyped-def]
    height, width = out.shape
    px = np.empty(4)
    py = np.empty(4)
    pw = np.empty(4)  # 1 / z
    b1 = np.empty(4)  # weights divided by z
    b2 = np.empty(4)
    for index in range(triangles.shape[0]):
        z0 = corners[triangles[index, 0], 2]
        z1 = corners[triangles[index, 1], 2]
        z2 = corners[triangles[index, 2], 2]
        if z0 < NEAR and z1 < NEAR and z2 < NEAR:
            continue
        # Corners of what lies before the near plane, in order: at most four.
        count = 0
        for side in range(3):
            this = triangles[index, side]
            following = (side + 1) % 3
            then = triangles[index, following]
            z_this = corners[this, 2]
            z_then = corners[then, 2]
            if z_this >= NEAR:
                w = 1.0 / z_this
                px[count] = focal * corners[this, 0] * w + cx
                py[count] = focal * corners[this, 1] * w + cy
                pw[count] = w
                b1[count] = w if side == 1 else 0.0
                b2[count] = w if side == 2 else 0.0
                count += 1
            if (z_this >= NEAR) != (z_then >= NEAR):
                t = (NEAR - z_this) / (z_then - z_this)
                w = 1.0 / NEAR
                px[count] = focal * (corners[this, 0] + t * (corners[then, 0] - corners[this, 0])) * w + cx
                py[count] = focal * (corners[this, 1] + t * (corners[then, 1] - corners[this, 1])) * w + cy
                pw[count] = w
                b1[count] = w * ((1.0 - t if side == 1 else 0.0) + (t if following == 1 else 0.0))
                b2[count] = w * ((1.0 - t if side == 2 else 0.0) + (t if following == 2 else 0.0))
                count += 1
        for last in range(2, count):
            i, j, k = 0, last - 1, last
            area = (px[j] - px[i]) * (py[k] - py[i]) - (px[k] - px[i]) * (py[j] - py[i])
            # y points down, so that what is counter-clockwise from outside has a negative area here.
            if area == 0.0 or (area > 0.0 and not two_sided[index]):
                continue
            if area > 0.0:
                j, k = k, j
                area = -area
            _fill(
                px, py, pw, b1, b2, i, k, j, -area, index, width, height, out, best, second, third,
            )  # fmt: skip


@nb.njit(cache=True, nogil=True, inline="always")
def _fill(px, py, pw, b1, b2, i, j, k, area, index, width, height, out, best, second, third):  # type: ignore[no-untyped-def]
    low = min(py[i], min(py[j], py[k]))
    high = max(py[i], max(py[j], py[k]))
    first = max(0, int(np.ceil(low - 0.5)))
    last = min(height - 1, int(np.floor(high - 0.5)))
    if first > last:
        return
    # Edge functions: positive inside, and together the area.
    ax_i, bx_i = py[j] - py[k], px[k] - px[j]
    ax_j, bx_j = py[k] - py[i], px[i] - px[k]
    ax_k, bx_k = py[i] - py[j], px[j] - px[i]
    c_i = -(ax_i * px[j] + bx_i * py[j])
    c_j = -(ax_j * px[k] + bx_j * py[k])
    c_k = -(ax_k * px[i] + bx_k * py[i])
    step_w = (ax_i * pw[i] + ax_j * pw[j] + ax_k * pw[k]) / area
    step_1 = (ax_i * b1[i] + ax_j * b1[j] + ax_k * b1[k]) / area
    step_2 = (ax_i * b2[i] + ax_j * b2[j] + ax_k * b2[k]) / area
    for row in range(first, last + 1):
        y = row + 0.5
        e_i = bx_i * y + c_i
        e_j = bx_j * y + c_j
        e_k = bx_k * y + c_k
        begin, end = _span(ax_i, e_i, ax_j, e_j, ax_k, e_k, width)
        if begin > end:
            continue
        x = begin + 0.5
        f_i, f_j, f_k = ax_i * x + e_i, ax_j * x + e_j, ax_k * x + e_k
        w = (f_i * pw[i] + f_j * pw[j] + f_k * pw[k]) / area
        w_1 = (f_i * b1[i] + f_j * b1[j] + f_k * b1[k]) / area
        w_2 = (f_i * b2[i] + f_j * b2[j] + f_k * b2[k]) / area
        for column in range(begin, end + 1):
            if w > best[row, column]:
                best[row, column] = w
                out[row, column] = index
                second[row, column] = w_1 / w
                third[row, column] = w_2 / w
            w += step_w
            w_1 += step_1
            w_2 += step_2


# ------------------------------------------------------------------------------------------------------------ shadows


@nb.njit(cache=True, nogil=True)
def _from_the_light(corners, triangles, casts, depth):  # type: ignore[no-untyped-def]
    """Nearest distance from the light in each cell; ``corners`` are in cells, z along the light."""
    size = depth.shape[0]
    for index in range(triangles.shape[0]):
        if not casts[index]:
            continue
        i, j, k = triangles[index, 0], triangles[index, 1], triangles[index, 2]
        xi, yi, zi = corners[i, 0], corners[i, 1], corners[i, 2]
        xj, yj, zj = corners[j, 0], corners[j, 1], corners[j, 2]
        xk, yk, zk = corners[k, 0], corners[k, 1], corners[k, 2]
        area = (xj - xi) * (yk - yi) - (xk - xi) * (yj - yi)
        if area == 0.0:
            continue
        if area < 0.0:
            xj, yj, zj, xk, yk, zk = xk, yk, zk, xj, yj, zj
            area = -area
        top = max(0, int(np.ceil(min(yi, min(yj, yk)) - 0.5)))
        bottom = min(size - 1, int(np.floor(max(yi, max(yj, yk)) - 0.5)))
        a_i, a_j, a_k = yj - yk, yk - yi, yi - yj
        b_i, b_j, b_k = xk - xj, xi - xk, xj - xi
        c_i = -(a_i * xj + b_i * yj)
        c_j = -(a_j * xk + b_j * yk)
        c_k = -(a_k * xi + b_k * yi)
        step = (a_i * zi + a_j * zj + a_k * zk) / area
        for row in range(top, bottom + 1):
            y = row + 0.5
            e_i, e_j, e_k = b_i * y + c_i, b_j * y + c_j, b_k * y + c_k
            begin, end = _span(a_i, e_i, a_j, e_j, a_k, e_k, size)
            if begin > end:
                continue
            x = begin + 0.5
            z = ((a_i * x + e_i) * zi + (a_j * x + e_j) * zj + (a_k * x + e_k) * zk) / area
            for column in range(begin, end + 1):
                if z < depth[row, column]:
                    depth[row, column] = z
                z += step


@dataclass(frozen=True, slots=True)
class Shadow:
    """How far from the light each of its cells is lit."""

    depth: Singles
    """[N, N] metres along the light."""
    to_light: Floats
    """[3, 4]: world to (column, row, metres along the light)."""
    softness: int
    """Cells to each side over which a shadow's edge is spread."""


def shadow_of(
    world: Floats, triangles: Ints, casts: NDArray[np.bool_], towards: Floats, middle: Floats, reach: float, *,
    cells: int = 512, softness: int = 1,
) -> Shadow:  # fmt: skip
    """The shadow map of parallel light that comes from the direction ``towards``, of a square around ``middle``.

    ``reach``: half the square's side in metres; what lies outside is lit.
    """
    forward = -towards / np.linalg.norm(towards)
    side = np.cross(forward, (0.0, 0.0, 1.0) if abs(forward[2]) < 0.99 else (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side)
    up = np.cross(side, forward)
    scale = cells / (2 * reach)
    rows = np.stack([side * scale, up * scale, forward])
    to_light = np.concatenate([rows, (np.array([cells / 2, cells / 2, 0.0]) - rows @ middle)[:, None]], axis=1)
    depth = np.full((cells, cells), np.inf, np.float32)
    _from_the_light(world @ to_light[:, :3].T + to_light[:, 3], triangles, casts, depth)
    return Shadow(depth, to_light, softness)


# ------------------------------------------------------------------------------------------------------------ shading


@dataclass(frozen=True, slots=True)
class Light:
    """What lights a scene. Colours are linear, and 1 is a white sheet in full light."""

    towards: Floats
    """Unit direction to the key light."""
    key: Floats
    """Its colour times its strength."""
    sky: Floats
    """Soft light from above."""
    ground: Floats
    """Soft light from below."""
    lamps: Floats
    """[L, 7]: place, colour times strength at one metre, metres to which it reaches. They cast no shadow."""
    fog: Floats
    """Colour of the air."""
    density: float
    """Of the air per metre: 0 is clear."""


def shade(
    seen: Seen, camera: Floats, focal: float, centre: tuple[float, float], world: Floats, normals: Floats,
    marks: Floats, triangles: Ints, material: Ints, tints: Floats, textures: Singles, looks: Floats, dome: Singles,
    light: Light, shadow: Shadow,
) -> Singles:  # fmt: skip
    """The light that reaches each pixel, which is 2x2 samples: [height / 2, width / 2, 3], linear.

    ``camera``: [3, 4] camera to world. ``focal``, ``centre``: in samples. ``world``, ``normals``: [V, 3]; ``marks``:
    [V, 2], where on its texture a corner lies. ``material``: [T] index into ``looks`` [M, 4]: texture, gloss, glow, and
    metres of one texture's side (for the choice of detail); ``tints`` [M, 3]. ``textures``: [K, 2N, N, 3], as
    ``textures.painted`` makes them. ``dome``: [rows from zenith to nadir, columns from east counter-clockwise, 3].

    Samples of a pixel that show the same material at the same depth are looked up once: edges are smooth, and the
    inside of things costs a quarter.
    """
    height, width = seen.triangle.shape
    out = np.empty((height // 2, width // 2, 3), np.float32)
    _shade(
        seen.triangle, seen.inverse_depth, seen.second, seen.third, camera, focal, centre[0], centre[1], world, normals,
        marks, triangles, material, tints, textures, looks, dome, light.towards, light.key, light.sky, light.ground,
        light.lamps, light.fog, light.density, shadow.depth, shadow.to_light, shadow.softness, out,
    )  # fmt: skip
    return out


@nb.njit(cache=True, nogil=True)
def _shade(  # type: ignore[no-untyped-def]
    triangle, inverse, second, third, camera, focal, cx, cy, world, normals, marks, triangles, material, tints,
    textures, looks, dome, towards, key, sky, ground, lamps, fog, density, depth, to_light, softness, out,
):  # fmt: skip
    height, width = out.shape[0], out.shape[1]
    colour = np.empty(3)
    done = np.empty(4, np.bool_)
    for row in range(height):
        for column in range(width):
            red, green, blue = 0.0, 0.0, 0.0
            done[:] = False
            for first in range(4):
                if done[first]:
                    continue
                y, x = 2 * row + first // 2, 2 * column + first % 2
                index = triangle[y, x]
                far = inverse[y, x]
                count = 1
                for other in range(first + 1, 4):
                    y_other, x_other = 2 * row + other // 2, 2 * column + other % 2
                    index_other = triangle[y_other, x_other]
                    same = index_other == index
                    if not same and index >= 0 and index_other >= 0 and material[index] == material[index_other]:
                        apart = inverse[y_other, x_other] - far
                        same = abs(apart) < 0.03 * far
                    if same and not done[other]:
                        done[other] = True
                        count += 1
                rx = (x + 0.5 - cx) / focal
                ry = (y + 0.5 - cy) / focal
                dx = camera[0, 0] * rx + camera[0, 1] * ry + camera[0, 2]
                dy = camera[1, 0] * rx + camera[1, 1] * ry + camera[1, 2]
                dz = camera[2, 0] * rx + camera[2, 1] * ry + camera[2, 2]
                if index < 0:
                    _look_up(dome, dx, dy, dz, colour)
                else:
                    _colour_of(
                        index, 1.0 / far, second[y, x], third[y, x], dx, dy, dz, camera, focal, world, normals, marks,
                        triangles, material, tints, textures, looks, towards, key, sky, ground, lamps, fog, density,
                        depth, to_light, softness, colour,
                    )  # fmt: skip
                red += count * colour[0]
                green += count * colour[1]
                blue += count * colour[2]
            out[row, column, 0] = 0.25 * red
            out[row, column, 1] = 0.25 * green
            out[row, column, 2] = 0.25 * blue


@nb.njit(cache=True, nogil=True, inline="always")
def _colour_of(  # type: ignore[no-untyped-def]
    index, z, w1, w2, dx, dy, dz, camera, focal, world, normals, marks, triangles, material, tints, textures, looks,
    towards, key, sky, ground, lamps, fog, density, depth, to_light, softness, colour,
):  # fmt: skip
    i, j, k = triangles[index, 0], triangles[index, 1], triangles[index, 2]
    w0 = 1.0 - w1 - w2
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    x_world = camera[0, 3] + dx * z
    y_world = camera[1, 3] + dy * z
    z_world = camera[2, 3] + dz * z
    nx = w0 * normals[i, 0] + w1 * normals[j, 0] + w2 * normals[k, 0]
    ny = w0 * normals[i, 1] + w1 * normals[j, 1] + w2 * normals[k, 1]
    nz = w0 * normals[i, 2] + w1 * normals[j, 2] + w2 * normals[k, 2]
    size = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    nx, ny, nz = nx / size, ny / size, nz / size
    facing = nx * dx + ny * dy + nz * dz
    if facing > 0.0:  # the far side of a sheet
        nx, ny, nz = -nx, -ny, -nz
        facing = -facing
    look = material[index]
    # Detail: how much of the texture one pixel covers, more where it is seen at a slant.
    side = textures.shape[2]
    slant = max(0.08, -facing / length)
    covered = 2.0 * z * side / (focal * looks[look, 3] * np.sqrt(slant))
    level = 0 if covered <= 1.41 else min(int(np.log2(side)) - 1, int(np.log2(covered) + 0.5))
    u = w0 * marks[i, 0] + w1 * marks[j, 0] + w2 * marks[k, 0]
    v = w0 * marks[i, 1] + w1 * marks[j, 1] + w2 * marks[k, 1]
    n = side >> level
    top = 2 * side - 2 * n
    tu = (u - np.floor(u)) * n - 0.5
    tv = (v - np.floor(v)) * n - 0.5
    fu, fv = np.floor(tu), np.floor(tv)
    au, av = tu - fu, tv - fv
    u0, v0 = int(fu) % n, int(fv) % n
    u1, v1 = (u0 + 1) % n, (v0 + 1) % n
    texture = textures[int(looks[look, 0])]
    diffuse = nx * towards[0] + ny * towards[1] + nz * towards[2]
    lit = 0.0
    if diffuse > 0.0:
        lit = _lit(depth, to_light, softness, x_world, y_world, z_world, nx, ny, nz)
    up = 0.5 + 0.5 * nz
    shine = 0.0
    gloss = looks[look, 1]
    if gloss > 0.0 and lit > 0.0:
        hx = towards[0] - dx / length
        hy = towards[1] - dy / length
        hz = towards[2] - dz / length
        half = np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-12
        shine = gloss * max(0.0, (nx * hx + ny * hy + nz * hz) / half) ** 40
    haze = 1.0 - np.exp(-density * z * length) if density > 0.0 else 0.0
    for c in range(3):
        paint = (
            (1 - av) * ((1 - au) * texture[top + v0, u0, c] + au * texture[top + v0, u1, c])
            + av * ((1 - au) * texture[top + v1, u0, c] + au * texture[top + v1, u1, c])
        ) * tints[look, c]
        arriving = lit * max(0.0, diffuse) * key[c] + up * sky[c] + (1.0 - up) * ground[c]
        for lamp in range(lamps.shape[0]):
            lx = lamps[lamp, 0] - x_world
            ly = lamps[lamp, 1] - y_world
            lz = lamps[lamp, 2] - z_world
            far = np.sqrt(lx * lx + ly * ly + lz * lz) + 1e-6
            if far < lamps[lamp, 6]:
                to_lamp = (nx * lx + ny * ly + nz * lz) / far
                if to_lamp > 0.0:
                    fade = 1.0 - far / lamps[lamp, 6]
                    arriving += lamps[lamp, 3 + c] * to_lamp * fade * fade / (0.25 + far * far)
        value = paint * (arriving + looks[look, 2]) + lit * shine * key[c]
        colour[c] = value * (1.0 - haze) + fog[c] * haze


@nb.njit(cache=True, nogil=True, inline="always")
def _lit(depth, to_light, softness, x, y, z, nx, ny, nz):  # type: ignore[no-untyped-def]
    """Share of the key light that arrives. The point is lifted off its own surface first."""
    cells = depth.shape[0]
    cell = 1.0 / np.sqrt(to_light[0, 0] ** 2 + to_light[0, 1] ** 2 + to_light[0, 2] ** 2)
    lift = 1.5 * cell
    x, y, z = x + nx * lift, y + ny * lift, z + nz * lift
    lu = to_light[0, 0] * x + to_light[0, 1] * y + to_light[0, 2] * z + to_light[0, 3] - 0.5
    lv = to_light[1, 0] * x + to_light[1, 1] * y + to_light[1, 2] * z + to_light[1, 3] - 0.5
    far = to_light[2, 0] * x + to_light[2, 1] * y + to_light[2, 2] * z + to_light[2, 3] - cell
    u0, v0 = int(np.floor(lu)), int(np.floor(lv))
    if u0 < softness or v0 < softness or u0 >= cells - softness - 1 or v0 >= cells - softness - 1:
        return 1.0
    au, av = lu - u0, lv - v0
    total, weights = 0.0, 0.0
    for down in range(-softness + 1, softness + 1):
        for across in range(-softness + 1, softness + 1):
            # A box as wide as the softness that slides with the point, so that edges do not crawl in steps.
            wu = (1.0 - au) if across == -softness + 1 else au if across == softness else 1.0
            wv = (1.0 - av) if down == -softness + 1 else av if down == softness else 1.0
            weights += wu * wv
            if depth[v0 + down, u0 + across] >= far:
                total += wu * wv
    return total / weights if weights > 0.0 else 1.0


@nb.njit(cache=True, nogil=True, inline="always")
def _look_up(dome, x, y, z, colour):  # type: ignore[no-untyped-def]
    rows, columns = dome.shape[0], dome.shape[1]
    length = np.sqrt(x * x + y * y + z * z)
    v = np.arccos(min(1.0, max(-1.0, z / length))) / np.pi * rows - 0.5
    u = (np.arctan2(y, x) / (2.0 * np.pi) % 1.0) * columns - 0.5
    fu, fv = np.floor(u), np.floor(v)
    au, av = u - fu, v - fv
    u0 = int(fu) % columns
    u1 = (u0 + 1) % columns
    v0 = min(rows - 1, max(0, int(fv)))
    v1 = min(rows - 1, max(0, int(fv) + 1))
    for c in range(3):
        colour[c] = (1 - av) * ((1 - au) * dome[v0, u0, c] + au * dome[v0, u1, c]) + av * (
            (1 - au) * dome[v1, u0, c] + au * dome[v1, u1, c]
        )


# --------------------------------------------------------------------------------------------------- motion and blurs


@nb.njit(cache=True, nogil=True)
def _motion(triangle, inverse, second, third, triangles, corners, focal, cx, cy, out):  # type: ignore[no-untyped-def]
    height, width = triangle.shape
    for row in range(height):
        for column in range(width):
            index = triangle[row, column]
            if index < 0:
                continue
            i, j, k = triangles[index, 0], triangles[index, 1], triangles[index, 2]
            w1, w2 = second[row, column], third[row, column]
            w0 = 1.0 - w1 - w2
            z = w0 * corners[i, 2] + w1 * corners[j, 2] + w2 * corners[k, 2]
            if z < NEAR:
                out[row, column, 0] = np.nan
                out[row, column, 1] = np.nan
                continue
            x = w0 * corners[i, 0] + w1 * corners[j, 0] + w2 * corners[k, 0]
            y = w0 * corners[i, 1] + w1 * corners[j, 1] + w2 * corners[k, 1]
            out[row, column, 0] = focal * x / z + cx - (column + 0.5)
            out[row, column, 1] = focal * y / z + cy - (row + 0.5)


def motion_of(
    seen: Seen, triangles: Ints, later: Floats, focal: float, centre: tuple[float, float], turn: Floats, *,
    focal_now: float,
) -> Singles:  # fmt: skip
    """Where each sample's point is seen at another moment: [height, width, 2], samples to the right and down.

    ``later``: the corners in the camera space of that moment, ``focal`` its focal length, ``focal_now`` that of this
    one. ``turn``: [3, 3], this
    camera's axes into that one's, for the sky, which is infinitely far. NaN where the point is behind the camera then.
    """
    height, width = seen.triangle.shape
    out = np.zeros((height, width, 2), np.float32)
    _motion(
        seen.triangle, seen.inverse_depth, seen.second, seen.third, triangles, later, focal, centre[0], centre[1], out
    )
    sky = seen.triangle < 0
    if sky.any():
        ys, xs = np.nonzero(sky)
        out[sky] = turn_of_rays(xs, ys, turn, focal_now, focal, centre)
    return out


def turn_of_rays(
    xs: NDArray[np.intp], ys: NDArray[np.intp], turn: Floats, focal: float, then: float, centre: tuple[float, float]
) -> Singles:
    """The motion of samples at infinity when the camera turns: [n, 2]."""
    rays = np.stack([(xs + 0.5 - centre[0]) / focal, (ys + 0.5 - centre[1]) / focal, np.ones(len(xs))])
    x, y, z = turn @ rays
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.stack([then * x / z + centre[0] - (xs + 0.5), then * y / z + centre[1] - (ys + 0.5)], axis=1)
    moved[z <= 0] = np.nan
    return moved.astype(np.float32)


# ---------------------------------------------------------------------------------------------- lens and shutter

LEAST_BLUR = 0.6
"""Pixels of radius or motion below which nothing is done."""


@nb.njit(cache=True, nogil=True)
def gather(picture, depth, circle, widest, disc, out):  # type: ignore[no-untyped-def]
    """Each pixel from the points whose circles reach it. ``widest``: how far to look, by tile of 8."""
    height, width = depth.shape
    taps = disc.shape[0]
    for row in range(height):
        for column in range(width):
            reach = widest[row // 8, column // 8]
            if reach < LEAST_BLUR:
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


@nb.njit(cache=True, nogil=True)
def smear(picture, motion, out):  # type: ignore[no-untyped-def]
    """Each pixel as the mean along its own way."""
    height, width = picture.shape[0], picture.shape[1]
    for row in range(height):
        for column in range(width):
            mx, my = motion[row, column, 0], motion[row, column, 1]
            long = np.sqrt(mx * mx + my * my)
            if long < LEAST_BLUR:
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


@nb.njit(cache=True, nogil=True)
def remap(drawn, xs, ys, out):  # type: ignore[no-untyped-def]
    """The drawing at these places, between its pixels; black outside of it."""
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

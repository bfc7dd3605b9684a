"""Short clips of a camera in a painted village, with the true answers to the label form.

Real perspective: every pixel's ray is cut with each plane (a pinhole camera, square pixels), so near things pass by
faster than far ones when the camera travels, and all move alike when it only turns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tests.support.burn_in import Picture, draw_burn_in
from tests.support.village.planes import MEADOW_TILE, MEADOW_TILE_M, Plane, Texture, Village, village
from videolect.errors import BadInput
from videolect.language.values import Segment
from videolect.record.acts.labels import Answer
from videolect.video.backends.pyav import write_mp4

Movement = Literal["static", "pan_right", "tilt_down", "dolly_forward", "truck_left", "zoom_in", "shaky"]

_FIELD_OF_VIEW = math.radians(58)
_EYE_M = 1.7
_BAND = 24
"""Rows that are rendered together: small enough for a processor's cache."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is and where it looks: metres, radians; ``zoom`` times the starting focal length."""

    x: float = 0.0
    y: float = _EYE_M
    z: float = 0.0
    yaw: float = 0.0
    """To the right."""
    pitch: float = math.radians(4)
    """Up."""
    roll: float = 0.0
    """Clockwise, as the camera turns."""
    zoom: float = 1.0


def render_clip(
    path: Path,
    *,
    movement: Movement,
    seconds: float = 4.0,
    fps: Fraction | int = 24,
    size: tuple[int, int] = (640, 360),
    seed: int = 1,
    burn_in: bool = False,
) -> dict[str, Answer]:
    """Write an MP4 (H.264, a key frame every second); the true label answers, by field of the core specification.

    ``burn_in`` draws the frame's number into the picture (``burn_in.py`` has the layout), to be read back with
    ``read_burn_in``. The same arguments give the same pictures; the same file too in one environment.
    """
    if size[0] % 2 or size[1] % 2:
        raise BadInput(
            f"The size {size[0]}x{size[1]} is odd.", mend="Give even numbers: the codec stores colour in pairs."
        )
    pictures = rendered_frames(movement, seconds=seconds, fps=Fraction(fps), size=size, seed=seed, burn_in=burn_in)
    write_mp4(path, pictures, fps=Fraction(fps), size=size)
    return true_answers(movement, frames=_count(seconds, Fraction(fps)), burn_in=burn_in)


def rendered_frames(
    movement: Movement, *, seconds: float, fps: Fraction, size: tuple[int, int], seed: int, burn_in: bool = False
) -> Iterator[Picture]:
    """The clip's pictures, one after another."""
    if movement not in MOVEMENTS:
        raise BadInput(f"The stage has no movement {movement!r}.", mend=f"Use one of {', '.join(MOVEMENTS)}.")
    count = _count(seconds, fps)
    focal = size[0] / 2 / math.tan(_FIELD_OF_VIEW / 2)
    scene = village(seed, focal)
    move = MOVEMENTS[movement](seconds, np.random.default_rng(seed + 1))
    for number in range(count):
        picture = _render(scene, move(number / max(1, count - 1)), focal, size)
        if burn_in:
            draw_burn_in(picture, number)
        yield picture


def _count(seconds: float, fps: Fraction) -> int:
    count = round(seconds * fps)
    if count < 1:
        raise BadInput(f"{seconds} s at {fps} frames a second is no frame.", mend="Ask for a longer clip.")
    return count


def true_answers(movement: Movement, *, frames: int | None = None, burn_in: bool = False) -> dict[str, Answer]:
    """What an expert would answer who saw everything: only questions that are asked of such a clip.

    ``frames``: how many the clip has; None leaves the movement without its times.
    """
    answers: dict[str, Answer] = {
        "shot_transition": False,
        "has_overlays": burn_in,
        "video_speed": "regular",
        "frame_freezing": False,
        "motion_blur": False,
        "cinemagraph": False,
        "lens_distortion": "regular",
        "camera_focus": "deep_focus",  # every ray goes through one point
        "shot_type": "scenery",
        "shot_size_start": "wide",
        "shot_size_end": "unknown",
        "scene_movement": "static",
        "is_tracking": False,
    }
    if movement in ("static", "shaky"):
        return {**answers, "steadiness": "static" if movement == "static" else "unsteady", "camera_movement": "no"}
    field, direction = _DIRECTIONS[movement]
    start = None if frames is None else 0
    return {
        **answers,
        "steadiness": "very_smooth",
        "camera_movement": "major_simple",
        "camera_motion_speed": "regular",
        **dict.fromkeys(_AXES, "no"),
        field: direction,
        # The gaze is nearly level all along, so the camera's own frame says the same as the ground.
        "camera_forward_backward_cam_frame": direction if field == "camera_forward_backward" else "no",
        "camera_up_down_cam_frame": "no",
        "dolly_zoom": False,
        "movement_gestures": (),
        "camera_segments": (Segment(movements=(movement,), start_frame=start, end_frame=frames),),
    }


_AXES = (
    "camera_forward_backward",
    "camera_left_right",
    "camera_up_down",
    "camera_pan",
    "whip_pan",
    "camera_tilt",
    "camera_roll",
    "camera_zoom",
    "camera_arc",
    "camera_crane",
)
_DIRECTIONS: Mapping[str, tuple[str, str]] = {
    "pan_right": ("camera_pan", "left_to_right"),
    "tilt_down": ("camera_tilt", "down"),
    "dolly_forward": ("camera_forward_backward", "forward"),
    "truck_left": ("camera_left_right", "right_to_left"),
    "zoom_in": ("camera_zoom", "in"),
}

# ---------------------------------------------------------------------------------------------------------- movements

Move = Callable[[float], Pose]
"""From the clip's share that has passed, 0..1, to where the camera is."""


def _eased(share: float) -> float:
    """Even speed with a soft start and stop, each over a tenth of the clip."""
    ramp = 0.1
    if share < ramp:
        way = share * share / (2 * ramp)
    elif share > 1 - ramp:
        way = 1 - ramp - (1 - share) ** 2 / (2 * ramp)
    else:
        way = share - ramp / 2
    return way / (1 - ramp)


def _pan_right(seconds: float, _: np.random.Generator) -> Move:
    reach = math.radians(min(6.0 * seconds, 34.0))
    return lambda share: Pose(yaw=reach * (_eased(share) - 0.5))


def _tilt_down(seconds: float, _: np.random.Generator) -> Move:
    reach = math.radians(min(6.0 * seconds, 26.0))
    return lambda share: Pose(pitch=math.radians(-3) + reach * (1 - _eased(share)))


def _dolly_forward(seconds: float, _: np.random.Generator) -> Move:
    reach = min(1.1 * seconds, 6.0)
    return lambda share: Pose(z=reach * _eased(share))


def _truck_left(seconds: float, _: np.random.Generator) -> Move:
    reach = min(1.1 * seconds, 6.5)
    return lambda share: Pose(x=reach * (0.5 - _eased(share)))


def _zoom_in(seconds: float, _: np.random.Generator) -> Move:
    most = 1 + min(0.2 * seconds, 0.9)
    return lambda share: Pose(zoom=most ** _eased(share))


def _static(_: float, __: np.random.Generator) -> Move:
    return lambda share: Pose()


def _shaky(seconds: float, rng: np.random.Generator) -> Move:
    """Held by hand: slow sway, faster tremor, in every angle and a little in place."""
    beats = rng.uniform([0.4, 0.9, 2.2, 3.8], [0.7, 1.5, 3.2, 5.0], (6, 4)) * seconds * 2 * math.pi
    phases = rng.uniform(0, 2 * math.pi, (6, 4))
    weights = np.array([0.5, 0.3, 0.14, 0.06])
    reach = np.array([math.radians(1.7), math.radians(1.5), math.radians(1.0), 0.05, 0.03, 0.02])

    def at(share: float) -> Pose:
        yaw, pitch, roll, x, y, z = (np.sin(beats * share + phases) @ weights * reach).tolist()
        return Pose(x=x, y=_EYE_M + y, z=z, yaw=yaw, pitch=math.radians(4) + pitch, roll=roll)

    return at


MOVEMENTS: Mapping[str, Callable[[float, np.random.Generator], Move]] = {
    "static": _static,
    "pan_right": _pan_right,
    "tilt_down": _tilt_down,
    "dolly_forward": _dolly_forward,
    "truck_left": _truck_left,
    "zoom_in": _zoom_in,
    "shaky": _shaky,
}

# ---------------------------------------------------------------------------------------------------------- rendering

_Row = NDArray[np.floating]


def _axes(pose: Pose) -> NDArray[np.float64]:
    """Columns: the camera's right, up and forward in the world."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (pose.yaw, pose.pitch, pose.roll) for f in (math.cos, math.sin))
    right, up = np.array([cy, 0, -sy]), np.array([-sy * sp, cp, -cy * sp])
    forward = np.array([sy * cp, sp, cy * cp])
    return np.stack([cr * right - sr * up, sr * right + cr * up, forward], axis=1)


def _render(scene: Village, pose: Pose, focal_px: float, size: tuple[int, int]) -> Picture:
    width, height = size
    focal = focal_px * pose.zoom
    axes = _axes(pose)
    across = (np.arange(width, dtype=np.float32) + np.float32(0.5 - width / 2)) / np.float32(focal)
    out = np.zeros((height, width), np.uint32)
    for top in range(0, height, _BAND):
        rows = out[top : top + _BAND]
        down = (np.float32(height / 2 - 0.5) - np.arange(top, top + len(rows), dtype=np.float32)) / np.float32(focal)
        # [rows, width] each: the ray of every pixel in the world.
        x, y, z = (
            (across * np.float32(a))[None, :] + (down * np.float32(b) + np.float32(c))[:, None] for a, b, c in axes
        )
        _upright(rows, scene.sky, pose, x, y, z, focal)
        _upright(rows, scene.hills, pose, x, y, z, focal)
        _meadow(rows, scene, pose, x, y, z, focal)
        for plane in scene.near:
            _upright(rows, plane, pose, x, y, z, focal)
    return np.ascontiguousarray(out.view(np.uint8).reshape(height, width, 4)[..., :3])


def _upright(rows: NDArray[np.uint32], plane: Plane, pose: Pose, x: _Row, y: _Row, z: _Row, focal: float) -> None:
    """Lay an upright plane over these rows."""
    depth = plane.depth_m - (0.0 if plane.far else pose.z)
    if depth < 0.5:
        return
    scale = _scale(plane.per_m * depth / focal, len(plane.scales))
    texture, per_m = plane.scales[scale], np.float32(plane.per_m / 2**scale)
    away = np.float32(depth) / z
    base_x, base_y = (0.0, _EYE_M) if plane.far else (pose.x, pose.y)
    v = (np.float32(plane.top_m - base_y) - away * y) * per_m
    if v.max() < 0 or v.min() > texture.shape[0]:
        return
    u = (np.float32(base_x - plane.left_m) + away * x) * per_m
    _over(rows, texture, u, v)


def _meadow(rows: NDArray[np.uint32], scene: Village, pose: Pose, x: _Row, y: _Row, z: _Row, focal: float) -> None:
    """Lay the meadow, its path and the shadows over what of these rows is below the horizon."""
    below = (y < -1e-3).any(axis=1)
    if not below.any():
        return
    first = int(np.argmax(below))
    x, y, z, rows = x[first:], y[first:], z[first:], rows[first:]
    away = np.float32(-pose.y) / np.minimum(y, np.float32(-1e-3))
    far = away * z
    ground_x, ground_z = np.float32(pose.x) + away * x, np.float32(pose.z) + far
    seen = (far > 0) & (far < 150) & (y < -1e-3)
    middle = float(np.median(far))
    # A row's texels crowd with the square of the distance along the gaze: between that and the width's is a fair blur.
    crowd = middle / focal * max(1.0, (middle / pose.y) ** 0.5)
    per_m = MEADOW_TILE / MEADOW_TILE_M
    scale = _scale(per_m * crowd, len(scene.meadow))
    side = MEADOW_TILE >> scale
    tile = scene.meadow[scale]
    where = np.float32(side / MEADOW_TILE_M)
    u, v = ground_x * where, ground_z * where
    above = rows.copy()
    _over(rows, tile, u, v, wraps=side - 1)
    marks = scene.marks
    scale = _scale(marks.per_m * crowd, len(marks.scales))
    share = np.float32(marks.per_m / 2**scale)
    _over(
        rows,
        marks.scales[scale],
        (ground_x - np.float32(marks.left_m)) * share,
        (np.float32(marks.top_m) - ground_z) * share,
    )
    np.copyto(rows, above, where=~seen)


def _scale(texels_per_pixel: float, count: int) -> int:
    return min(count - 1, max(0, math.floor(math.log2(max(texels_per_pixel, 1e-6)) + 0.35)))


_PAIR = np.uint32(0x00FF00FF)
_EIGHT = np.uint32(8)


def _over(rows: NDArray[np.uint32], texture: Texture, u: _Row, v: _Row, *, wraps: int = 0) -> None:
    """Lay the texture at these places (texels) over the rows, each a blend of four neighbours.

    Red and blue, and green and alpha, are counted in pairs within one 32-bit number.
    """
    height, width = texture.shape
    u, v = u - np.float32(0.5), v - np.float32(0.5)
    if wraps:
        fu, fv = np.floor(u), np.floor(v)
        left, top = fu.astype(np.int32) & wraps, fv.astype(np.int32) & wraps
        right, bottom = (left + 1) & wraps, (top + 1) & wraps
        inside = None
    else:
        inside = (u > -1) & (v > -1) & (u < width - 1) & (v < height)
        if not inside.any():
            return
        # The lowest row goes on below the texture: things stand on the meadow without a gap.
        u, v = np.clip(u, 0, width - 1.001), np.clip(v, 0, height - 1.001)
        fu, fv = np.floor(u), np.floor(v)
        left, top = fu.astype(np.int32), fv.astype(np.int32)
        right, bottom = left + 1, np.minimum(top + 1, height - 1)
    part_x, part_y = ((u - fu) * 256).astype(np.uint32), ((v - fv) * 256).astype(np.uint32)
    flat = texture.ravel()
    top *= width
    bottom = bottom * width
    corners = (flat.take(top + left), flat.take(top + right), flat.take(bottom + left), flat.take(bottom + right))
    red_blue = _blend([corner & _PAIR for corner in corners], part_x, part_y)
    green_alpha = _blend([(corner >> _EIGHT) & _PAIR for corner in corners], part_x, part_y)
    if inside is None:
        rows[:] = red_blue | (green_alpha << _EIGHT)
        return
    # Premultiplied: what lies below shines through by what alpha leaves.
    through = np.uint32(256) - (green_alpha >> np.uint32(16))
    through -= (green_alpha >> np.uint32(16)) >> np.uint32(7)  # 255 is all
    red_blue += (((rows & _PAIR) * through) >> _EIGHT) & _PAIR
    green_alpha += ((((rows >> _EIGHT) & _PAIR) * through) >> _EIGHT) & _PAIR
    np.copyto(rows, red_blue | (green_alpha << _EIGHT), where=inside)


def _blend(corners: Sequence[Texture], part_x: Texture, part_y: Texture) -> Texture:
    upper_left, upper_right, lower_left, lower_right = corners
    rest = np.uint32(256) - part_x
    upper = ((upper_left * rest + upper_right * part_x) >> _EIGHT) & _PAIR
    lower = ((lower_left * rest + lower_right * part_x) >> _EIGHT) & _PAIR
    blended: Texture = ((upper * (np.uint32(256) - part_y) + lower * part_y) >> _EIGHT) & _PAIR
    return blended

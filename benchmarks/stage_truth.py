"""The stage's truth held against a second way: the motion of every pixel, and the pixels that show each actor.

The derived states come from poses (``stage.truth.measure``). Here nobody looks at a pose: from depth and motion of the
pixels that show the place, the camera's turn, travel and zoom are solved by least squares, frame for frame; actors are
measured by the pixels that show them. Both must say the same of every clip for which both say something.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from videolect.language import load_spec
from videolect.stage.camera.render import Renderer
from videolect.stage.clips import Clip
from videolect.stage.finding import found_for
from videolect.stage.orders import Order, jobs_of
from videolect.stage.truth import numbers
from videolect.stage.truth.measure import SPREAD, legs_of

SMALL = (96, 54)
FINE = (256, 144)
"""In which actors are measured: of somebody far away nothing is left in the smaller ones."""
_DEEP = 0.2
"""How unlike the depths of a picture have to be, as a share of their mean (in 1 / metres)."""
AXES = {
    # question -> (what is summed up, the answer for its positive sign, for its negative)
    "camera_pan": ("pan", "left_to_right", "right_to_left"), "camera_tilt": ("tilt", "up", "down"),
    "camera_roll": ("roll", "clockwise", "counter_clockwise"), "camera_zoom": ("zoom", "in", "out"),
    "camera_left_right": ("truck", "left_to_right", "right_to_left"), "camera_up_down": ("pedestal", "up", "down"),
    "camera_forward_backward": ("dolly", "forward", "backward"),
}  # fmt: skip


@dataclass
class Tally:
    """Of one question: how often both say the same, another thing, or one of them nothing."""

    same: int = 0
    other: int = 0
    open: int = 0
    cases: list[str] = field(default_factory=list)


def run(*, quick: bool = False) -> None:
    """Print the table, and every disagreement."""
    count = 12 if quick else 300
    spec = load_spec()
    order = Order(set="train", count=count, seed=77, size=SMALL, fps=16, seconds=3.0)
    tallies = {name: Tally() for name in (*AXES, "subject_size", "subject_in_view", "shot_size")}
    begun, seen = time.monotonic(), 0
    for job in jobs_of(spec, order):
        found = found_for(spec, job, order)
        if isinstance(found, str):
            continue
        clip, truth, _ = found
        if len(clip.takes) > 1 or clip.takes[0].track.barrel or truth.record.get("frame_freezing"):
            continue
        seen += 1
        _compare(clip, truth.record, truth.main, tallies, job.name)
    print(f"{seen} clips, {time.monotonic() - begun:.0f} s")
    print("| question | same | other | one says nothing |\n|" + "---|" * 4)
    for name, tally in tallies.items():
        print(f"| {name} | {tally.same} | {tally.other} | {tally.open} |")
    for name, tally in tallies.items():
        for case in tally.cases:
            print(f"{name}: {case}")


def _compare(clip: Clip, record: object, main: str | None, tallies: dict[str, Tally], name: str) -> None:
    take = clip.takes[0]
    renderer = Renderer(take.scene, take.format.size)
    assert isinstance(record, dict)
    flows = sums(renderer, clip)
    if flows is not None and record.get("camera_movement") in ("no", "major_simple", "major_complex"):
        level = record.get("camera_angle_start") == "level_angle" and record.get("camera_angle_end") == "unknown"
        for question, (axis, plus, minus) in AXES.items():
            if axis in ("pedestal", "dolly", "pan", "roll") and not level:
                continue  # of a camera that looks down, up on the sensor is not up in the world
            theirs = record.get(question, "no" if record["camera_movement"] == "no" else None)
            forward, backward = (numbers.MOVES.of(value) for value in flows[axis])
            ours = None if forward is None or backward is None else (
                "both" if forward and backward else plus if forward else minus if backward else "no"
            )  # fmt: skip
            _count(tallies[question], theirs, ours, f"{name}: by poses {theirs}, by pixels {ours} ({flows[axis]})")
    if main is None:
        return
    number = [actor.id for actor in take.scene.actors].index(main)
    last = take.track.frames - 1
    fine = Renderer(take.scene, FINE)
    boxes = [_box(fine.owners(take.track, at, at) == number) for at in (0, last)]
    start, end = record.get("subject_position_start"), record.get("subject_position_end")
    if start is not None and end is not None:
        end = start if end == "unknown" else end
        for at, said, box in ((0, start, boxes[0]), (last, end, boxes[1])):
            shown = box is not None
            _count(
                tallies["subject_in_view"], said != "out_of_view", shown,
                f"{name}: frame {at}: by poses {said}, by pixels {'seen' if shown else 'not seen'}",
            )  # fmt: skip
    if record.get("shot_type") in ("human", "non_human"):
        first, final = record.get("shot_size_start"), record.get("shot_size_end")
        for at, said, box in ((0, first, boxes[0]), (last, first if final == "unknown" else final, boxes[1])):
            if said is not None and box is not None and box[2]:  # all of it is in the picture
                long = 0.0 if take.scene.actors[number].kind == "person" else box[0]
                high = max(box[1], long) / FINE[1]
                _count(
                    tallies["shot_size"], said, numbers.WHOLE_SIZE.of(high), f"{name}: frame {at}: {said}, {high:.2f}"
                )
    if record.get("subject_size_change") and None not in boxes:
        ratio = boxes[1][1] / boxes[0][1]  # type: ignore[index]
        changes = numbers.SIZE_CHANGE.of(max(ratio, 1 / ratio))
        whole = all(box is not None and box[2] for box in boxes)
        ours = None if changes is None or not whole else "no" if not changes else "larger" if ratio > 1 else "smaller"
        said = record["subject_size_change"]
        _count(tallies["subject_size"], said, ours, f"{name}: by poses {said}, by pixels {ours} ({ratio:.2f})")


def _count(tally: Tally, theirs: object, ours: object, case: str) -> None:
    if theirs is None or ours is None:
        tally.open += 1
    elif theirs == ours:
        tally.same += 1
    else:
        tally.other += 1
        tally.cases.append(case)


def _box(mask: NDArray[np.bool_]) -> tuple[float, float, bool] | None:
    """Width and height in pixels, and whether it lies inside; None where hardly a pixel shows it."""
    ys, xs = np.nonzero(mask)
    if len(ys) < 4:
        return None
    inside = ys.min() > 0 and xs.min() > 0 and ys.max() < mask.shape[0] - 1 and xs.max() < mask.shape[1] - 1
    return float(np.ptp(xs) + 1), float(np.ptp(ys) + 1), bool(inside)


def sums(renderer: Renderer, clip: Clip) -> dict[str, tuple[float, float]] | None:
    """By how much each axis moves the picture over the clip, both ways, in widths of it; from pixels alone."""
    take = clip.takes[0]
    track, width = take.track, take.format.size[0]
    found: dict[str, list[float]] = {axis: [] for axis, _, _ in AXES.values()}
    for at in range(track.frames - 1):
        depth = renderer.depth(track, at, at)
        moved = renderer.motion(track, at, at, at + 1, at + 1)
        place = (renderer.owners(track, at, at) < 0) & np.isfinite(moved).all(axis=2)
        if place.sum() < 200:
            return None
        near = float(np.quantile(np.where(np.isfinite(depth), depth, 200.0), 0.35))
        shown = np.where(np.isfinite(depth[place]), 1 / depth[place], 0.0)
        if shown.std() < _DEEP * shown.mean():
            return None  # a wall: travel and turn, dolly and zoom look the same
        step = _solved(moved[place], depth[place], place, float(track.focal[at]) * width, take.format.size)
        focal = float(track.focal[at])
        found["pan"].append(step[1] * focal)
        found["tilt"].append(step[0] * focal)
        found["roll"].append(step[2] * SPREAD)
        found["zoom"].append(step[3] * SPREAD)
        found["truck"].append(step[4] * focal / near)
        found["pedestal"].append(-step[5] * focal / near)
        found["dolly"].append(step[6] * SPREAD / near)
    ways = {axis: np.cumsum(steps) for axis, steps in found.items()}
    steady = {axis: _smooth(way, 0.12 * take.format.fps) for axis, way in ways.items()}
    turns = np.hypot(ways["pan"] - steady["pan"], ways["tilt"] - steady["tilt"])
    least = max(0.003, 4 * 1.48 * float(np.median(turns)))
    legs = {axis: [by for _, _, by in legs_of(np.concatenate([[0.0], way]), least)] for axis, way in steady.items()}
    return {axis: (sum(max(by, 0) for by in each), sum(max(-by, 0) for by in each)) for axis, each in legs.items()}


def _solved(
    moved: NDArray[np.float32], depth: NDArray[np.float32], mask: NDArray[np.bool_], focal: float, size: tuple[int, int]
) -> NDArray[np.float64]:  # fmt: skip
    """(turn about right, about down, about the gaze; zoom as a share; travel right, down, ahead) of one frame."""
    ys, xs = np.nonzero(mask)
    x = (xs + 0.5 - size[0] / 2) / focal
    y = (ys + 0.5 - size[1] / 2) / focal
    inverse = np.where(np.isfinite(depth), 1 / depth, 0.0).astype(float)
    zero = np.zeros_like(x)
    # The field of motion of a camera that turns, travels and zooms a little (Longuet-Higgins and Prazdny 1980).
    across = np.stack([x * y, -(1 + x * x), y, x, -inverse, zero, x * inverse], axis=1)
    down = np.stack([1 + y * y, -x * y, -x, y, zero, -inverse, y * inverse], axis=1)
    matrix = np.concatenate([across, down])
    wanted = np.concatenate([moved[:, 0], moved[:, 1]]) / focal
    solved: NDArray[np.float64] = np.linalg.lstsq(matrix, wanted, rcond=1e-9)[0]
    return solved


def _smooth(steps: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    reach = max(1, int(np.ceil(3 * width)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(np.pad(steps, reach, mode="edge"), kernel / kernel.sum(), "valid")

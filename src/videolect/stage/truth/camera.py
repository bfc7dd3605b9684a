"""What the camera does, as answers of the label record: from measured numbers by the bands of ``numbers``.

A question whose number lies in a margin is left out; then nobody knows, and what rests on it is undetermined.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from videolect.language.values import Segment
from videolect.record.acts.labels import Answer
from videolect.stage.camera.track import gaze_at
from videolect.stage.truth import numbers
from videolect.stage.truth.measure import Measured, Stretch
from videolect.stage.world.scene import Actor

WAYS: Mapping[str, tuple[str, str, str]] = {
    "dolly": ("camera_forward_backward", "forward", "backward"),
    "truck": ("camera_left_right", "left_to_right", "right_to_left"),
    "pedestal": ("camera_up_down", "up", "down"),
    "pan": ("camera_pan", "left_to_right", "right_to_left"),
    "tilt": ("camera_tilt", "up", "down"),
    "roll": ("camera_roll", "clockwise", "counter_clockwise"),
    "zoom": ("camera_zoom", "in", "out"),
    "ahead": ("camera_forward_backward_cam_frame", "forward", "backward"),
    "upward": ("camera_up_down_cam_frame", "up", "down"),
}
"""Axis -> the question, and its answers for either sign."""

_SEGMENT: Mapping[tuple[str, int], str] = {
    ("dolly", 1): "dolly_forward",
    ("dolly", -1): "dolly_backward",
    ("truck", 1): "truck_right",
    ("truck", -1): "truck_left",
    ("pedestal", 1): "pedestal_up",
    ("pedestal", -1): "pedestal_down",
    ("pan", 1): "pan_right",
    ("pan", -1): "pan_left",
    ("tilt", 1): "tilt_up",
    ("tilt", -1): "tilt_down",
    ("roll", 1): "roll_clockwise",
    ("roll", -1): "roll_counter_clockwise",
    ("zoom", 1): "zoom_in",
    ("zoom", -1): "zoom_out",
}

_TRAVEL = ("dolly", "truck", "pedestal")
_TURNS = ("pan", "tilt", "roll")
_HELD = numbers.Band(0.3, 0.6)


def camera_answers(measured: Measured, main: Actor | None) -> dict[str, Answer]:
    """Steadiness, movement, directions, segments, following. ``main``: whom the shot is made for."""
    amounts = {axis: measured.totals(axis) for axis in ("dolly", "truck", "pedestal", "pan", "tilt", "roll", "zoom")}
    most = max(max(both) for both in amounts.values())
    clear = numbers.MOVES.of(most)
    out: dict[str, Answer] = {}
    if clear is False:
        out["camera_movement"] = "no"
        _put(out, "steadiness", numbers.STEADY.of(measured.tremor))
        out["is_tracking"] = False
        return out
    _put(out, "steadiness", numbers.STEADY_MOVING.of(measured.tremor))
    if clear is None:
        _put(out, "camera_movement", numbers.SLIGHT.of(most))
        return out
    stretches = [each for each in measured.stretches if numbers.MOVES.of(each.shift)]
    begun = _beginnings(stretches, measured.count)
    complexity = numbers.SEGMENTS_MOST.of(begun)
    if complexity is not None:
        out["camera_movement"] = "major_complex" if complexity else "major_simple"
    if complexity is not False and out.get("steadiness") in ("unsteady", "very_unsteady"):
        del out["steadiness"]  # darting to and fro jolts as tremor does: which it is, the numbers do not tell
    _put(out, "camera_motion_speed", _speed(measured, stretches))
    arc, crane = _arc(measured, amounts), _crane(measured, amounts)
    if arc is not None:
        out["camera_arc"] = arc
    if crane is not None:
        out["camera_crane"] = crane
    swings = arc not in ("no", None) or crane not in ("no", None)
    for axis, (field, plus, minus) in WAYS.items():
        if not (swings and axis in ("ahead", "upward")):
            _put(out, field, _way(measured.totals(axis), plus, minus))
    _put_whip(out, measured)
    _put_blur(out, measured)
    dolly_zoom = _dolly_zoom(measured, amounts)
    if dolly_zoom is not None:
        out["dolly_zoom"] = dolly_zoom
    gestures = _gestures(measured, amounts, main)
    if gestures is not None:
        out["movement_gestures"] = gestures
    segments = _segments(measured, stretches, arc, crane, amounts)
    if segments is not None and complexity is False:
        out["camera_segments"] = segments
    follows = _tracking(measured, amounts, main)
    types = follows.get("tracking_shot_types")
    if main is not None and isinstance(types, tuple) and "arc" in types:
        # It circles what it follows, though that circle has no fixed middle.
        follows["camera_arc"] = "counter_clockwise" if _swept(measured, main) > 0 else "clockwise"
    return out | follows


def _put(out: dict[str, Answer], field: str, value: Answer | None) -> None:
    if value is not None:
        out[field] = value


def _way(totals: tuple[float, float], plus: str, minus: str) -> str | None:
    forward, backward = (numbers.MOVES.of(total) for total in totals)
    if forward is None or backward is None:
        return None
    return "both" if forward and backward else plus if forward else minus if backward else "no"


def _beginnings(stretches: list[Stretch], count: int) -> int:
    """How many times something new begins: what begins together, within a twelfth of the clip, is one."""
    found: list[int] = []
    for start in sorted(each.start for each in stretches):
        if not found or start - found[-1] > count / 12:
            found.append(start)
    return len(found)


def _speed(measured: Measured, stretches: list[Stretch]) -> str | None:
    """The pace of all that moves, where all have the same."""
    words = set()
    for each in stretches:
        pace = each.amount / ((each.end - each.start) / measured.fps)
        if each.axis in _TRAVEL:
            words.add(numbers.TRAVEL_SPEED.of(pace))
        elif each.axis in _TURNS:
            words.add(numbers.TURN_SPEED.of(float(np.degrees(pace))))
        else:
            words.add(numbers.ZOOM_SPEED.of(pace))
    return words.pop() if len(words) == 1 else None


def _put_whip(out: dict[str, Answer], measured: Measured) -> None:
    pan = measured.shifts["pan"] * measured.fps
    right, left = (numbers.WHIP.of(float(value)) for value in (pan.max(), (-pan).max()))
    if right is not None and left is not None:
        out["whip_pan"] = "both" if right and left else "left_to_right" if right else "right_to_left" if left else "no"


def _put_blur(out: dict[str, Answer], measured: Measured) -> None:
    """Half of a frame's time the shutter is open."""
    step = np.sum(
        [np.abs(measured.shifts[axis]) for axis in ("dolly", "truck", "pedestal", "pan", "tilt", "roll", "zoom")],
        axis=0,
    )
    blurs = numbers.BLURRED.of(0.5 * float(step.max()))
    fast = any(_pace_on_screen(measured, actor.id) > 0.5 * numbers.BLURRED.no for actor in measured.scene.actors)
    if blurs is not None and (blurs or not fast):
        out["motion_blur"] = blurs


def _pace_on_screen(measured: Measured, id: str) -> float:
    """W by which an actor goes on in half a frame's time, at the most."""
    box = measured.boxes[id]
    middle = (box[:, 0] + box[:, 2]) / 2
    steps = np.abs(np.diff(middle))
    steps = steps[np.isfinite(steps)]
    return 0.5 * float(steps.max()) if len(steps) else 0.0


def _arc(measured: Measured, amounts: Mapping[str, tuple[float, float]]) -> str | None:
    swept, uneven, missed = measured.circling
    travels = numbers.MOVES.of(max(amounts["truck"]))
    if travels is False:
        return "no"
    round_ = numbers.ARC.of(float(np.degrees(abs(swept))))
    even, aimed = numbers.ARC_EVEN.of(uneven), numbers.ARC_AIM.of(missed)
    bow = 0.5 * float(np.tan(min(abs(swept), 3.0) / 4))  # of a circle's part over its chord
    if round_ is False or even or aimed or (round_ and measured.bow < 0.3 * bow):
        return "no"
    if travels and round_ and even is False and aimed is False and measured.bow > 0.6 * bow:
        return "counter_clockwise" if swept > 0 else "clockwise"
    return None


def _crane(measured: Measured, amounts: Mapping[str, tuple[float, float]]) -> str | None:
    rise = float(measured.meant.place[-1, 2] - measured.meant.place[0, 2])
    turned = float(np.degrees(measured.meant.pitch[-1] - measured.meant.pitch[0]))
    up = numbers.CRANE_RISE.of(abs(rise))
    against = numbers.CRANE_TURN.of(-turned * float(np.sign(rise)))
    bent = numbers.CRANE_BOW.of(measured.bow)
    if up is False or against is False or bent is False:
        return "no"
    sideways = numbers.MOVES.of(max(amounts["truck"]))
    if not _together(measured, "pedestal", "tilt"):
        return None
    if up and against and bent and sideways is False:
        return "crane_up" if rise > 0 else "crane_down"
    return None


def _together(measured: Measured, one: str, other: str) -> bool:
    """Whether the longest stretches of two axes share most of their time."""
    longest = []
    for axis in (one, other):
        legs = measured.legs[axis]
        if not legs:
            return False
        longest.append(max(legs, key=lambda leg: abs(leg[2])))
    (a, b, _), (c, d, _) = longest
    return min(b, d) - max(a, c) > 0.6 * min(b - a, d - c)


def _dolly_zoom(measured: Measured, amounts: Mapping[str, tuple[float, float]]) -> bool | None:
    """The plane at which the lens and the way undo each other is where what it looks at stands."""
    ways = [_way(amounts[axis], "+", "-") for axis in ("dolly", "zoom")]
    if "no" in ways:
        return False
    if None in ways or set(ways) != {"+", "-"}:
        return None if None in ways else False
    focal = measured.meant.focal
    gone = np.cumsum(measured.steps["dolly"])
    # focal / (distance - gone) stays the same for the plane that keeps its size: fit its distance.
    distance = float(
        np.median((gone[1:] * focal[0] / (focal[0] - focal[1:]))[np.abs(focal[0] - focal[1:]) > 0.02 * focal[0]])
    )
    if not np.isfinite(distance) or distance <= 0.3:
        return False
    size = focal / np.maximum(distance - gone, 0.05)
    held = numbers.DOLLY_ZOOM_HOLD.of(float(size.max() / size.min() - 1))
    behind = focal / (4 * distance - gone)
    changed = numbers.DOLLY_ZOOM_CHANGE.of(float(max(behind[0] / behind[-1], behind[-1] / behind[0])))
    if held is False and changed:
        return True
    return False if held or changed is False else None


def _gestures(
    measured: Measured, amounts: Mapping[str, tuple[float, float]], main: Actor | None
) -> tuple[str, ...] | None:  # fmt: skip
    found: list[str] = []
    zoom = np.abs(measured.steps["zoom"]) * measured.fps
    snaps = numbers.SNAP_ZOOM.of(float(zoom.max()))
    if snaps is None:
        return None
    revealed = _revealed(measured)
    if revealed is None:
        return None
    if revealed:
        found.append("reveal")
    dolly = _way(amounts["dolly"], "push_in", "pull_out")
    if dolly is None:
        return None
    if dolly in ("push_in", "pull_out"):
        if main is None:
            return None if measured.scene.actors else _snap(found, snaps)
        box = measured.boxes[main.id]
        high = box[:, 3] - box[:, 1]
        if not np.isfinite(high[[0, -1]]).all():
            return None
        grows = high[-1] / high[0] if dolly == "push_in" else high[0] / high[-1]
        pushes = numbers.PUSH_IN.of(float(grows))
        others = [numbers.MOVES.of(max(amounts[axis])) for axis in ("truck", "pedestal", "zoom")]
        if pushes is None or numbers.TRAVELS.of(travelled(main, measured.count)) is not False:
            return None
        if pushes and all(other is False for other in others):
            found.append(dolly)
        elif pushes:
            return None
    return _snap(found, snaps)


def _revealed(measured: Measured) -> bool | None:
    """Whether the camera brings somebody into view who stays where he is."""
    doubt = False
    for actor in measured.scene.actors:
        at = measured.seen[actor.id]
        here, there = numbers.COUNTS.of(float(at[-1])), numbers.COUNTS.of(float(at[0]))
        way = actor.marks["middle"][: measured.count]
        stays = numbers.TRAVELS.of(float(np.linalg.norm(way - way[0], axis=1).max()))  # what is lifted moves too
        if here and at[0] == 0 and stays is False:
            return True
        doubt |= bool(here is not False and there is not True and stays is not True)
    return None if doubt else False


def _snap(found: list[str], snaps: bool) -> tuple[str, ...]:
    return (*found, *(["snap_zoom"] if snaps else []))


def _segments(
    measured: Measured, stretches: list[Stretch], arc: str | None, crane: str | None,
    amounts: Mapping[str, tuple[float, float]],
) -> tuple[Segment, ...] | None:  # fmt: skip
    """One movement after another, where that is plain; empty where all happens at once; None where it is neither."""
    count = measured.count
    if any(_way(both, "+", "-") is None for both in amounts.values()) or arc is None or crane is None:
        return None
    if arc != "no" or crane != "no":
        return ()
    blocks: list[list[Stretch]] = []
    for each in stretches:
        together = [
            block for block in blocks
            if min(b.end for b in block) - max(each.start, max(b.start for b in block)) > 0.06 * count
            or (
                each.end - max(b.start for b in block) > 0.06 * count
                and min(b.end for b in block) - each.start > 0.06 * count
            )
        ]  # fmt: skip
        if together:
            together[-1].append(each)
        else:
            blocks.append([each])
    if len(blocks) < 2:
        return ()
    for block in blocks:
        if max(b.start for b in block) - min(b.start for b in block) > 0.12 * count:
            return None
        if max(b.end for b in block) - min(b.end for b in block) > 0.12 * count:
            return None
    made = []
    for block in blocks:
        names = []
        for each in block:
            name = _SEGMENT[each.axis, each.sign]
            if each.axis == "pan":
                top = float(np.abs(measured.shifts["pan"][each.start : each.end]).max() * measured.fps)
                whip = numbers.WHIP.of(top)
                if whip is None:
                    return None
                name = f"whip_{name}" if whip else name
            names.append(name)
        made.append(
            Segment(
                movements=tuple(names), start_frame=min(b.start for b in block), end_frame=max(b.end for b in block)
            )
        )
    if any(one.end_frame > then.start_frame for one, then in itertools.pairwise(made)):  # type: ignore[operator]
        return None
    return tuple(made)


# ---------------------------------------------------------------------------------------------------------- following


def travelled(actor: Actor, count: int) -> float:
    """Metres between where it is at the start and the farthest that it gets from there."""
    way = actor.marks["middle"][:count, :2]
    return float(np.linalg.norm(way - way[0], axis=1).max())


def _tracking(
    measured: Measured, amounts: Mapping[str, tuple[float, float]], main: Actor | None
) -> dict[str, Answer]:  # fmt: skip
    if main is None:
        moving = [
            actor
            for actor in measured.scene.actors
            if numbers.TRAVELS.of(travelled(actor, measured.count)) is not False
        ]
        return {"is_tracking": False} if not moving else {}
    goes = numbers.TRAVELS.of(travelled(main, measured.count))
    if goes is False:
        return {"is_tracking": False}
    held = np.array([held_of(box) for box in measured.boxes[main.id]])
    kept = numbers.KEPT_IN_FRAME.of(float((held > 0.6).mean()))
    if kept is False:
        return {"is_tracking": False}
    if not (goes and kept):
        return {}
    count = measured.count
    box = measured.boxes[main.id]
    middle = (box[:, 0] + box[:, 2]) / 2
    holds = numbers.HOLDS_PLACE.of(float(np.nanmax(middle) - np.nanmin(middle)))
    way = np.gradient(measured_smooth(measured, main), axis=0)
    going = np.linalg.norm(way, axis=1) > 0.1 / measured.fps
    camera = np.gradient(measured.meant.place[:, :2], axis=0)
    keeps = float(np.sum(np.einsum("fi,fi->f", camera, way)[going]) / max(1e-9, np.sum((way**2).sum(1)[going])))
    pace = numbers.KEEPS_PACE.of(keeps)
    travels = numbers.TRAVELS.of(float(np.linalg.norm(measured.meant.place - measured.meant.place[0], axis=1).max()))
    types: list[str] = []
    if pace and travels:
        offset = measured.meant.place[:, :2] - main.marks["middle"][:count, :2]
        heading = np.arctan2(way[:, 1], way[:, 0])
        bearing = np.degrees(np.angle(np.exp(1j * (np.arctan2(offset[:, 1], offset[:, 0]) - heading))))[going]
        side = numbers.SIDES.all_of([float(abs(np.median(part))) for part in np.array_split(bearing, 3) if len(part)])
        swept = numbers.TRACK_ARC.of(float(np.degrees(abs(_swept(measured, main)))))
        down = np.degrees(-measured.meant.pitch.mean())
        above = numbers.FROM_ABOVE.of(float(down)) if measured.meant.place[:, 2].min() > 4 else False
        if swept is None or above is None:
            return {"is_tracking": True}
        if swept:
            types.append("arc")
        if above:
            types.append("aerial")
        if not types:
            if side is None:
                return {"is_tracking": True}
            types += {"front_side": ["side", "lead"], "rear_side": ["side", "tail"]}.get(side, [side])
    elif travels is False:
        if holds is not False:
            return {} if holds is None else {"is_tracking": False}
        turns = {axis: numbers.MOVES.of(max(amounts[axis])) for axis in ("pan", "tilt")}
        for axis, goes_along in zip(("pan", "tilt"), _along(measured, main), strict=True):
            if turns[axis] and not goes_along:
                return {} if goes_along is None else {"is_tracking": False}
        if None in turns.values():
            return {"is_tracking": True}
        types = [axis for axis, does in turns.items() if does]
        if not types:
            return {"is_tracking": False}
    else:
        return {}
    out: dict[str, Answer] = {"is_tracking": True, "tracking_shot_types": tuple(types)}
    high = box[:, 3] - box[:, 1]
    if np.isfinite(high[[0, -1]]).all():
        ratio = float(high[-1] / high[0])
        changes = numbers.SIZE_CHANGE.of(max(ratio, 1 / ratio))
        if changes is not None:
            out["subject_size_change"] = "no" if not changes else "larger" if ratio > 1 else "smaller"
    return out


def _swept(measured: Measured, actor: Actor) -> float:
    """Radians by which the camera goes round somebody, counter-clockwise from above."""
    offset = measured.meant.place[:, :2] - actor.marks["middle"][: measured.count, :2]
    bearing = np.unwrap(np.arctan2(offset[:, 1], offset[:, 0]))
    return float(bearing[-1] - bearing[0])


def _along(measured: Measured, main: Actor) -> tuple[bool | None, bool | None]:
    """Whether the camera turns as the way to the actor does: sideways, and up and down."""
    meant = measured.meant
    yaw, pitch = gaze_at(meant.place, main.marks["middle"][: measured.count])
    found: list[bool | None] = []
    for camera, actor in ((meant.yaw, yaw), (meant.pitch, pitch)):
        turned, went = float(camera[-1] - camera[0]), float(actor[-1] - actor[0])
        share = turned / went if abs(went) > 1e-3 else 0.0
        found.append(True if 0.6 < share < 1.6 else False if share < 0.3 else None)
    return found[0], found[1]


def held_of(box: np.ndarray) -> float:
    """The share of an actor that the picture holds, of what it could hold at most; 0 where a part is behind it."""
    if not np.isfinite(box).all():
        return 0.0
    across = max(0.0, min(box[2], 1) - max(box[0], 0)) / min(1.0, box[2] - box[0])
    down = max(0.0, min(box[3], 1) - max(box[1], 0)) / min(1.0, box[3] - box[1])
    return float(across * down)


def measured_smooth(measured: Measured, actor: Actor) -> np.ndarray:
    """[F, 2]: the actor's way over the ground without its gait."""
    from videolect.stage.camera.moves import smoothed

    return smoothed(actor.marks["middle"][: measured.count, :2], 0.25 * measured.fps)

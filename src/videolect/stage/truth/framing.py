"""How the picture is framed, as answers of the label record: subject, size, height, angle, lens, focus, position.

As in ``truth_camera``, what lies in a margin is left out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from videolect.record.acts.labels import Answer
from videolect.stage.truth import numbers
from videolect.stage.truth.camera import travelled
from videolect.stage.truth.measure import Measured
from videolect.stage.world.scene import Actor

_ORDER = ("feet", "knees", "hips", "waist", "chest", "chin", "eyes", "top")
"""Marks of a person from below; where each is on a standing body: 0 the soles, 1 the top of the head."""
_PLACE_ON_BODY = (0.0, 0.28, 0.52, 0.59, 0.73, 0.86, 0.92, 1.0)
_LEVELS = ("upper", "middle", "lower")
_COLUMNS = ("left", "centre", "right")


def counted(measured: Measured) -> list[Actor] | None:
    """The actors that fill enough of the picture at some time to count, largest first. None where that is in doubt.

    Somebody far away fills little and is seen all the same: who is in the picture whole counts by height.
    """
    found = []
    for actor in measured.scene.actors:
        fills = numbers.COUNTS.of(float(measured.seen[actor.id].max()))
        stands = numbers.COUNTS_WHOLE.of(_height_of_whole(measured, actor))
        if not fills and not stands and None in (fills, stands):
            return None
        if fills or stands:
            found.append(actor)
    return sorted(found, key=lambda actor: -float(measured.seen[actor.id].mean()))


def _height_of_whole(measured: Measured, actor: Actor) -> float:
    """Its largest height in the picture where all of it is inside and some of it is seen; 0 where that never is so."""
    boxes = measured.boxes[actor.id][measured.looked_at]
    whole = (boxes >= 0).all(axis=1) & (boxes <= 1).all(axis=1) & (measured.seen[actor.id] > 0)
    return float((boxes[whole, 3] - boxes[whole, 1]).max()) if whole.any() else 0.0


def main_of(actors: list[Actor], measured: Measured) -> Actor | None:
    """The one that the picture favours: twice as large as any other, or the only one of its kind that is a person."""
    if not actors:
        return None
    if len(actors) == 1:
        return actors[0]
    size = {actor.id: float(measured.seen[actor.id].mean()) for actor in actors}
    people = [actor for actor in actors if actor.kind == "person"]
    if len(people) == 1 and size[people[0].id] > 0.5 * size[actors[0].id]:
        return people[0]
    return actors[0] if size[actors[0].id] > 2.0 * size[actors[1].id] else None


def framing_answers(measured: Measured) -> dict[str, Answer]:
    """All of it."""
    out: dict[str, Answer] = {}
    _view(out, measured)
    _lens(out, measured)
    _focus(out, measured)
    actors = counted(measured)
    if actors is None:
        return out
    main = main_of(actors, measured)
    if (switched := _switched(measured, actors)) is not None:
        out["shot_type"] = "change_of_subject"
        _change(out, measured, *switched)
        return out
    _type(out, measured, actors, main)
    kind = out.get("shot_type")
    if kind == "scenery":
        far = [float(np.median(np.minimum(depth, 200))) for depth in (measured.depths[0], measured.depths[-1])]
        _pair(out, "shot_size", numbers.SCENERY_SIZE.of(far[0]), numbers.SCENERY_SIZE.of(far[-1]))
        return out
    if main is None:
        return out
    if kind in ("human", "non_human"):
        looks = [int(frame) for frame in measured.looked_at]
        _pair(out, "shot_size", *_ends([_size(measured, main, frame) for frame in looks]))
        _pair(out, "subject_height", *_ends([_against(measured, main, frame) for frame in looks]))
    elif kind == "change_of_subject":
        here = bool(numbers.IN_VIEW.of(_inside(measured, main, 0)))
        _change(out, measured, main if here else None, None if here else main)
    _position(out, measured, main)
    return out


# --------------------------------------------------------------------------------------------------------- the camera


def _view(out: dict[str, Answer], measured: Measured) -> None:
    m = measured.meant
    _pair(out, "overall_height", *_ends([numbers.HEIGHT.of(float(z)) for z in m.place[:, 2]]))
    _pair(out, "camera_angle", *_ends([numbers.ANGLE.of(float(np.degrees(pitch))) for pitch in m.pitch]))
    lean = np.degrees(np.abs(m.roll))
    least, most = numbers.DUTCH.of(float(lean.min())), numbers.DUTCH.of(float(lean.max()))
    changes = numbers.DUTCH_CHANGE.of(float(np.degrees(m.roll.max() - m.roll.min())))
    if most is False:
        out["dutch_angle"] = "no"
    elif most and changes:
        out["dutch_angle"] = "varying"
    elif least and changes is False:
        out["dutch_angle"] = "yes"
    if out.get("overall_height_start") == "aerial_level" and out.get("overall_height_end") == "unknown":
        travels = float(np.linalg.norm(np.diff(m.place, axis=0), axis=1).sum())
        if travels > 3:
            out["camera_pov"] = "drone_pov"
    elif float(m.place[:, 2].max()) < 8:
        out["camera_pov"] = "objective_pov"


def _ends(words: Sequence[str | None]) -> tuple[str | None, str | None]:
    """First and last; nothing where both are the same and something else lies between: there and back has no words."""
    if words[0] == words[-1] and {word for word in words if word is not None} - {words[0]}:
        return None, None
    return words[0], words[-1]


def _pair(out: dict[str, Answer], field: str, start: str | None, end: str | None) -> None:
    """A start and an end; the same at the end is "unknown", which means unchanged."""
    if start is None or end is None:
        return
    out[f"{field}_start"] = start
    out[f"{field}_end"] = "unknown" if end == start else end


def _lens(out: dict[str, Answer], measured: Measured) -> None:
    barrel = measured.track.barrel
    if barrel == 0:
        out["lens_distortion"] = "regular"
    elif barrel >= 0.85:
        out["lens_distortion"] = "fisheye"
    elif 0.12 <= barrel <= 0.55:
        out["lens_distortion"] = "barrel"
    wide = np.degrees(2 * np.arctan(0.5 / measured.meant.focal))
    looks = [numbers.WIDTH_OF_VIEW.of(float(value)) for value in (wide[0], wide[-1])]
    if None not in looks and barrel == 0:
        within = {numbers.WIDTH_OF_VIEW.of(float(value)) for value in wide}
        if looks[0] != looks[1]:
            out["focal_length_look"] = "varying"
        elif within == {looks[0]}:
            out["focal_length_look"] = str(looks[0])


def _focus(out: dict[str, Answer], measured: Measured) -> None:
    """Depth of field, its plane, and why it changes."""
    blur = [np.quantile(circle, 0.9) for circle in measured.circles]
    shallow = {numbers.DEEP.of(float(value)) for value in blur}
    if shallow == {False}:
        out["camera_focus"] = "deep_focus"
        return
    if shallow != {True}:
        return
    layers = [_sharp_layer(measured, at) for at in (0, -1)]
    # Where nothing is sharp the blur says nothing of the depth of field; if nothing ever is, it has to.
    sharp = [circle for circle in measured.circles if numbers.IN_FOCUS.of(float(np.quantile(circle, 0.02))) is False]
    ultra = {numbers.ULTRA.of(float(np.quantile(circle, 0.6))) for circle in sharp or measured.circles}
    if ultra == {True}:
        out["camera_focus"] = "ultra_shallow_focus"
    elif ultra == {False}:
        out["camera_focus"] = "shallow_focus"
    else:
        return
    focus = measured.track.focus
    changes = numbers.REFOCUS.of(float(focus.max() / focus.min()))
    if None not in layers:
        out["focus_plane_start"] = str(layers[0])
        out["focus_plane_end"] = "unknown" if layers[0] == layers[1] else str(layers[1])
    if changes is False:
        if None not in layers:
            out["focus_change_reason"] = "no_change" if layers[0] == layers[1] else "camera_subject_movement"
        return
    if not changes:
        return
    if (tracked := _tracked_by_focus(measured)) is not None:
        if tracked:
            out["focus_change_reason"] = "focus_tracking"
        elif _one_way(focus) and None not in layers and layers[0] != layers[1]:
            seconds = _takes(focus) / measured.fps
            pulled = numbers.RACK_S.of(seconds)
            if pulled is not None:
                out["focus_change_reason"] = "pull_focus" if pulled else "rack_focus"


def _sharp_layer(measured: Measured, at: int) -> str | None:
    depth = np.minimum(measured.depths[at], 60).astype(float)
    circle = measured.circles[at]
    if numbers.IN_FOCUS.of(float(np.quantile(circle, 0.02))):
        return "out_of_focus"
    near, far = np.log(np.quantile(depth, 0.03)), np.log(np.quantile(depth, 0.97))
    focus = float(np.log(min(60.0, measured.track.focus[measured.looked_at[at]])))
    if far - near < 0.5:
        return None
    return numbers.LAYER.of(float(np.clip((focus - near) / (far - near), 0, None)))


def _tracked_by_focus(measured: Measured) -> bool | None:
    answers = []
    for actor in measured.scene.actors:
        eyes = actor.marks.get("eyes", actor.marks["middle"])[: measured.count]
        distance = measured.project(eyes)[:, 2]
        missed = numbers.FOCUS_TRACKS.of(float(np.abs(measured.track.focus / np.maximum(distance, 0.1) - 1).max()))
        goes = numbers.TRAVELS.of(travelled(actor, measured.count))
        answers.append(True if missed is False and goes else False if missed else None)
    if True in answers:
        return True
    return None if None in answers else False


def _one_way(focus: np.ndarray) -> bool:
    steps = np.diff(np.log(focus))
    return bool((steps >= -1e-9).all() or (steps <= 1e-9).all())


def _takes(focus: np.ndarray) -> int:
    """Frames from a tenth to nine tenths of the change, in what the hand turns."""
    turned = 1 / focus
    share = (turned - turned[0]) / (turned[-1] - turned[0])
    return int(((share > 0.02) & (share < 0.98)).sum())


# -------------------------------------------------------------------------------------------------------- the subject


def _type(out: dict[str, Answer], measured: Measured, actors: list[Actor], main: Actor | None) -> None:
    if not actors:
        out["shot_type"] = "scenery"
        return
    if main is None:
        people = {actor.kind == "person" for actor in actors}
        if len(people) == 1 and len(actors) in (2, 3) and _close_group(measured, actors):
            out["shot_type"] = "human" if people == {True} else "non_human"
        elif len(actors) > 2 and len({actor.kind for actor in actors}) == 1:
            out["shot_type"], out["complex_shot_type"] = "complex", "many_subject_no_focus"
        return
    ends = [numbers.IN_VIEW.of(_inside(measured, main, at)) for at in (0, -1)]
    if None in ends:
        return
    if ends == [True, True]:
        others = [actor for actor in actors if actor is not main and actor.kind == main.kind]
        if others and len(actors) > 1:
            if all(numbers.IN_VIEW.of(_inside(measured, actor, at)) for actor in others for at in (0, -1)):
                out["shot_type"], out["complex_shot_type"] = "complex", "many_subject_one_focus"
            return
        out["shot_type"] = "human" if main.kind == "person" else "non_human"
    elif True in ends and len(actors) == 1:
        out["shot_type"] = "change_of_subject"


def _inside(measured: Measured, actor: Actor, at: int) -> float:
    """The share of it that is in the picture: of what the picture can hold at most, where it is larger than that.

    NaN, of which no band says anything, where something stands before all of it.
    """
    box = measured.boxes[actor.id][at]
    if not np.isfinite(box).all():
        # A part of it is behind the lens: all of it, or is it beside the camera?
        return math.nan if measured.distance[actor.id][at] > -3 else 0.0
    wide, high = box[2] - box[0], box[3] - box[1]
    across = max(0.0, min(box[2], 1) - max(box[0], 0)) / min(1.0, wide)
    down = max(0.0, min(box[3], 1) - max(box[1], 0)) / min(1.0, high)
    share = float(across * down)
    end = {0: 0, measured.count - 1: -1, -1: -1}.get(at)
    hidden = end is not None and share > numbers.IN_VIEW.no and measured.seen[actor.id][end] == 0
    return math.nan if hidden else share


def _close_group(measured: Measured, actors: list[Actor]) -> bool:
    """All in view at both ends, and within 2.5 m of one another at the same depth."""
    for at in (0, measured.count - 1):
        places = np.array([actor.marks["middle"][at, :2] for actor in actors])
        if np.linalg.norm(places[:, None] - places[None], axis=2).max() > 2.5:
            return False
        if not all(numbers.IN_VIEW.of(_inside(measured, actor, at)) for actor in actors):
            return False
    return True


def _size(measured: Measured, main: Actor, at: int) -> str | None:
    """By what of it the picture takes in."""
    box = measured.boxes[main.id][at]
    if not np.isfinite(box).all():
        return None
    high = float(box[3] - box[1])
    if box[1] >= -0.02 and box[3] <= 1.0:
        if main.kind != "person" and (box[2] - box[0]) > high:
            high = max(high, float(box[2] - box[0]))  # a long thing is as large as it is long
        return numbers.WHOLE_SIZE.of(high)
    if main.kind != "person" or "knees" not in _marks(main):
        return None
    marks = _marks(main)
    down = [float(measured.project(marks[name][: measured.count])[at, 1]) for name in _ORDER]
    if not np.isfinite(down).all() or any(b >= a for a, b in itertools.pairwise(down)):
        return None  # bent over, or seen from above
    cut, top = _cut(down, 1.0), _cut(down, 0.0)
    takes_in = min(1.0, top) - max(0.0, cut)
    if cut > 0.8 and numbers.PART_OF_FACE.of(takes_in) is not True:
        return "extreme_close_up" if numbers.PART_OF_FACE.of(takes_in) is False else None
    size = numbers.PERSON_SIZE.of(cut)
    # Without its head a body has no size of this list, but for a face that is cut at the brow.
    return size if top >= 0.965 or size == "close_up" else None


def _cut(down: list[float], edge: float) -> float:
    """Where on the body the picture's edge lies: 0 the soles, 1 the top of the head, and on beyond both."""
    return float(_beyond(edge, down[::-1], list(_PLACE_ON_BODY)[::-1]))


def _beyond(x: float, xs: list[float], ys: list[float]) -> float:
    """Linear between the points, and on with the whole body's scale outside of them."""
    if xs[0] <= x <= xs[-1]:
        return float(np.interp(x, xs, ys))
    scale = (ys[-1] - ys[0]) / (xs[-1] - xs[0])
    return ys[0] + (x - xs[0]) * scale if x < xs[0] else ys[-1] + (x - xs[-1]) * scale


def _marks(actor: Actor) -> Mapping[str, np.ndarray]:
    if "left_knee" not in actor.marks:
        return actor.marks
    return {**actor.marks, "knees": (actor.marks["left_knee"] + actor.marks["right_knee"]) / 2}


def _against(measured: Measured, main: Actor, at: int) -> str | None:
    z = float(measured.meant.place[at, 2])
    above = numbers.AGAINST.of(z - float(main.marks["top"][at, 2]))
    below = numbers.AGAINST.of(float(main.marks["feet"][at, 2]) - z)
    if above:
        return "above_subject"
    if below:
        return "below_subject"
    return "at_subject" if above is False and z - float(main.marks["feet"][at, 2]) > 0.12 else None


def _switched(measured: Measured, actors: Sequence[Actor]) -> tuple[Actor, Actor] | None:
    """Who is there at the start and who at the end, where one takes the place of the other."""
    if len(actors) != 2:
        return None
    first = [numbers.IN_VIEW.of(_inside(measured, actor, 0)) for actor in actors]
    last = [numbers.IN_VIEW.of(_inside(measured, actor, -1)) for actor in actors]
    if [first, last] == [[True, False], [False, True]]:
        return actors[0], actors[1]
    return (actors[1], actors[0]) if [first, last] == [[False, True], [True, False]] else None


def _change(out: dict[str, Answer], measured: Measured, first: Actor | None, last: Actor | None) -> None:
    """A subject that comes, goes or gives way to another: the size at each end at which there is one."""
    sizes = [
        "unknown" if actor is None else _size(measured, actor, at)
        for actor, at in ((first, 0), (last, measured.count - 1))
    ]
    if sizes[0] is not None and sizes[1] is not None:
        out["shot_size_start"], out["shot_size_end"] = sizes[0], sizes[1]


def _position(out: dict[str, Answer], measured: Measured, main: Actor) -> None:
    places = [_third(measured, main, at) for at in (0, measured.count - 1)]
    _pair(out, "subject_position", *places)
    enters, leaves = _ways(measured, main)
    if enters is not None and leaves is not None:
        out["enters_by"], out["leaves_by"] = enters, leaves
    _put_facing(out, measured, main)
    goes = numbers.TRAVELS.of(travelled(main, measured.count))
    if goes is False:
        out["screen_direction"] = "none"
    elif goes and (way := _screen_way(measured, main)) is not None:
        out["screen_direction"] = way


def _third(measured: Measured, main: Actor, at: int) -> str | None:
    inside = numbers.IN_VIEW.of(_inside(measured, main, at))
    if inside is False:
        return "out_of_view" if _inside(measured, main, at) == 0 else None
    if not inside:
        return None
    box = np.clip(measured.boxes[main.id][at], 0, 1)
    if numbers.FILLS.of(float((box[2] - box[0]) * (box[3] - box[1]))) is not False:
        return "fills_frame" if numbers.FILLS.of(float((box[2] - box[0]) * (box[3] - box[1]))) else None
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    if main.kind == "person":  # head and chest decide
        eyes, chest = (measured.project(main.marks[name][: measured.count])[at] for name in ("eyes", "chest"))
        upper = (eyes[:2] + chest[:2]) / 2
        if not np.isfinite(upper).all():
            return None
        middle = np.clip(upper, 0, 1) if (upper > -0.1).all() and (upper < 1.1).all() else middle
    column, row = (numbers.THIRDS.of(float(value)) for value in middle)
    if column is None or row is None:
        return None
    across, level = _COLUMNS[int(column)], _LEVELS[int(row)]
    if level == "middle":
        return "centre" if across == "centre" else f"middle_{across}"
    return f"{level}_{across}"


def _ways(measured: Measured, main: Actor) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Over which edges it comes in and goes out."""
    inside = np.array([_inside(measured, main, at) for at in range(measured.count)])
    states = [numbers.IN_VIEW.of(float(value)) for value in inside]
    known = [(at, state) for at, state in enumerate(states) if state is not None]
    if not known or states[0] is None or states[-1] is None:
        return None, None
    enters: list[str] = []
    leaves: list[str] = []
    for (at, state), (then, later) in itertools.pairwise(known):
        if state == later:
            continue
        outside = at if not state else then
        box = measured.boxes[main.id][outside]
        edge = _edge(box)
        if edge is None:
            return None, None
        (enters if later else leaves).append(edge)
    return tuple(dict.fromkeys(enters)), tuple(dict.fromkeys(leaves))


def _edge(box: np.ndarray) -> str | None:
    """Over which edge it is gone: that beyond which most of it lies."""
    if not np.isfinite(box).all():
        return None
    wide, high = max(1e-6, box[2] - box[0]), max(1e-6, box[3] - box[1])
    over = {
        "left": -box[0] / wide, "right": (box[2] - 1) / wide, "top": -box[1] / high, "bottom": (box[3] - 1) / high,
    }  # fmt: skip
    ranked = sorted(((value, name) for name, value in over.items()), reverse=True)
    plain = ranked[0][0] > 0.4 and ranked[0][0] > 1.3 * max(ranked[1][0], 0.0)
    return ranked[0][1] if plain else None


def _put_facing(out: dict[str, Answer], measured: Measured, main: Actor) -> None:
    if main.kind not in ("person", "animal", "vehicle") or _steep(measured):
        return
    found = []
    for at in (0, measured.count - 1):
        away = measured.meant.place[at, :2] - main.marks["middle"][at, :2]
        heading = np.array([-np.sin(main.heading[at]), np.cos(main.heading[at])])
        turn = float(np.degrees(np.arccos(np.clip(away @ heading / (np.linalg.norm(away) + 1e-9), -1, 1))))
        found.append(numbers.FACING.of(turn))
    _pair(out, "subject_facing", *found)


def _screen_way(measured: Measured, main: Actor) -> str | None:
    """Its own way over the ground, against the camera's right."""
    if _steep(measured):
        return None
    way = main.marks["middle"][: measured.count, :2]
    thirds = np.linspace(0, measured.count - 1, 4).astype(int)
    words = set()
    for a, b in itertools.pairwise(thirds):
        step = way[b] - way[a]
        if np.linalg.norm(step) < 0.12 * travelled(main, measured.count):
            continue
        yaw = measured.meant.yaw[(a + b) // 2]
        right, ahead = step @ [np.cos(yaw), np.sin(yaw)], step @ [-np.sin(yaw), np.cos(yaw)]
        angle = float(np.degrees(np.arctan2(ahead, right))) % 360
        words.add(numbers.SCREEN_WAY.of(angle if angle <= 330 else angle - 360))
    return words.pop() if len(words) == 1 else None


def _steep(measured: Measured) -> bool:
    """From straight above or below there is no before and behind."""
    return float(np.degrees(np.abs(measured.meant.pitch)).max()) > 60

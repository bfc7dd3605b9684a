"""Who is there, what they do, where and in what light, as answers of the label record."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from videolect.record.acts.labels import Answer
from videolect.stage.truth import numbers
from videolect.stage.truth.camera import travelled
from videolect.stage.truth.measure import Measured
from videolect.stage.world.scene import Actor, Event

_KINDS = {"person": "person", "animal": "animal", "vehicle": "vehicle", "object": "object"}
_PLACES = {
    "living room": ("home",), "study": ("home",), "workshop": ("workplace",), "hall": ("public_interior",),
    "street": ("street",), "square": ("street",), "meadow": ("countryside",), "desert": ("desert",),
}  # fmt: skip
_GESTURES = frozenset({"wave", "hand_over"})
_HANDLES = frozenset({"pick_up", "put_down", "hand_over"})


def content_answers(
    measured: Measured, actors: Sequence[Actor] | None, main: Actor | None, shot: str
) -> dict[str, Answer]:
    """``actors``: those that count, None where that is in doubt; ``shot``: the kind of shot, empty where it is open."""
    out: dict[str, Answer] = {}
    _place(out, measured)
    _light(out, measured)
    _moving(out, measured)
    if not actors or shot in ("", "scenery"):
        return out
    framed = [main] if main is not None and shot != "complex" else list(actors)
    out["subject_kinds"] = tuple(dict.fromkeys(_KINDS[actor.kind] for actor in framed))
    out["subject_count"] = {1: "one", 2: "two"}.get(len(framed), "few" if len(framed) < 10 else "crowd")
    people = [actor for actor in framed if actor.kind == "person"]
    if people:
        out["subject_wears"] = ("headwear",) if any("hat" in actor.look for actor in people) else ()
    if len(framed) > 1:
        out["told_apart_by"] = ("look",)  # no two bodies of a stage have the same noun and colour
    if main is not None:
        _poses(out, measured, main)
    _actions(out, measured, framed, main)
    return out


def _moving(out: dict[str, Answer], measured: Measured) -> None:
    """How much of the picture shows actors that move themselves."""
    share = 0.0
    doubt = False
    for actor in measured.scene.actors:
        stirs = _stirs(actor, measured.count)
        doubt |= stirs is None and float(measured.seen[actor.id].max()) > 0.001
        if stirs:
            share += float(measured.seen[actor.id].mean())
    if doubt:
        return
    if share == 0:
        out["scene_movement"] = "static"
    elif (much := numbers.SCENE_MOVES.of(share)) is not None:
        out["scene_movement"] = "dynamic" if much else "mostly_static"


def _stirs(actor: Actor, count: int) -> bool | None:
    """Whether any part of it goes anywhere: 6 cm is breathing, 15 cm is not."""
    parts = actor.places[:count, :, :3, 3]
    moved = float(np.linalg.norm(parts - parts[:1], axis=2).max())
    return True if moved > 0.15 else None if moved > 0.06 else False


def _place(out: dict[str, Answer], measured: Measured) -> None:
    place = measured.scene.place
    if place.name in _PLACES:
        out["scene_places"] = _PLACES[place.name]
    out["place_changes"] = False
    out["picture_medium"] = "computer_3d"
    out["scene_type"] = "interior" if place.indoors else "exterior"
    if place.indoors:
        out["scene_weather"] = ()
        return
    if place.facts.get("sky") != "low_sun":  # which may be day or twilight
        out["time_of_day_start"], out["time_of_day_end"] = "day", "unknown"
    sky = float(np.mean([(~np.isfinite(depth)).mean() for depth in measured.depths]))
    if sky > 0.12 and place.facts.get("sky") == "overcast":
        out["scene_weather"] = ("overcast",)


def _light(out: dict[str, Answer], measured: Measured) -> None:
    place = measured.scene.place
    if place.indoors:
        out["light_sources"] = ("non_visible_light_source",)
        return
    out["light_sources"] = ("sunlight",)
    sky = place.facts.get("sky")
    out["sunlight_quality"] = {"clear": "hard", "overcast": "soft", "low_sun": "sunset_sunrise"}[str(sky)]


def _poses(out: dict[str, Answer], measured: Measured, main: Actor) -> None:
    if main.kind not in ("person", "animal"):
        return
    found = []
    for at in (0, measured.count - 1):
        doing = next((event.what for event in main.events if event.start_frame <= at < event.end_frame), "stand")
        seated = _seated(main, at)
        # The first and last tenth of a second of a jump still stands.
        found.append(
            "sitting" if seated
            else "on_the_move" if doing in ("walk", "run")
            else "standing" if doing in ("stand", "wave") and seated is False else None
        )  # fmt: skip
    if None not in found:
        out["subject_pose_start"] = str(found[0])
        out["subject_pose_end"] = "unknown" if found[0] == found[1] else str(found[1])


def _seated(actor: Actor, at: int) -> bool | None:
    """By how high its hips are above its feet."""
    if actor.kind != "person":
        return False
    height = float(actor.marks["hips"][at, 2] - actor.marks["feet"][at, 2])
    standing = float(max(actor.marks["top"][:, 2] - actor.marks["feet"][:, 2])) * 0.52
    share = height / standing
    return True if share < 0.62 else None if share < 0.9 else False


def _actions(out: dict[str, Answer], measured: Measured, framed: Sequence[Actor], main: Actor | None) -> None:
    """Deeds that the camera sees. Where it sees a part of one, nothing is said."""
    count = measured.count
    seen: list[Event] = []
    for actor in framed:
        inside = measured.visible[actor.id] > 0.5
        for event in actor.events:
            share = inside[event.start_frame : event.end_frame].mean() if event.start_frame < count else 0.0
            if 0.05 < share < 0.6 and event.what != "stand":
                return
            if share >= 0.6:
                seen.append(event)
    whats = {event.what for event in seen}
    actions: list[str] = [what for what in ("walk", "run") if what in whats]
    if whats & _GESTURES:
        actions.append("gesture")
    out["subject_actions"] = tuple(actions)
    out["object_handling"] = ("hold",) if whats & _HANDLES else ()
    if main is not None:
        own = sorted((e.start_frame, e.end_frame) for e in seen if e.who[0] == main.id and e.what != "stand")
        after = all(then[0] >= one[1] for one, then in pairwise(own))
        if not own and _stirs(main, count) is False:
            out["action_timing"] = "none"
        elif len(own) == 1:
            out["action_timing"] = "one"
        elif len(own) > 1 and after:
            out["action_timing"] = "sequence"
    if len(framed) > 1:
        dealings = []
        if "collide" in whats:
            dealings.append("touch")
        if "follow" in whats:
            dealings.append("follow")
        out["subject_dealings"] = tuple(dealings)
    if len(framed) > 2:
        doing = [tuple(sorted({event.what for event in actor.events})) for actor in framed]
        still = [not any(travelled(actor, count) > 0.2 or _stirs(actor, count) for actor in framed)]
        if all(still):
            out["group_activity"] = "still"
        elif len(set(doing)) == 1:
            out["group_activity"] = "together"

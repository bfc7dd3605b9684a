"""Where a take plays, what is played there, and by whom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from videolect.stage.effects import SPEEDS, Effect, times_of
from videolect.stage.plan.dice import Dice
from videolect.stage.plan.movements import AXES
from videolect.stage.plan.wishes import INDOORS, OPEN, Where, needs_room
from videolect.stage.world import places, plays
from videolect.stage.world.plays import PLAYS, Floor, lifted, retimed
from videolect.stage.world.scene import Place, Scene

FINE = 4
"""Moments of life for each frame, where the speed is not that of life."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Staging:
    """What stands before the camera, and what a camera that is drawn for it has to know."""

    scene: Scene
    play: str
    """One of ``plays.PLAYS``."""
    at: tuple[float, float]
    """Where the play happens."""
    step: float
    """Metres above the ground on which a raised subject stands."""


def staged(dice: Dice, place: Place, effects: Sequence[Effect]) -> Staging:
    """Draws the play and its actors."""
    name, kind = _play(dice)
    if kind != "person" and name not in ("stand", "walk"):
        name = "stand"
    dice.plan |= {"play": name, "kind": kind}
    step = dice.one(1.1, 1.6) if _raised(dice) else 0.0
    times = times_of(dice.format.frames, [effect for effect in effects if effect.what in SPEEDS])
    fine = 1 if not any(effect.what in SPEEDS for effect in effects) else FINE
    frames = int(np.ceil(times.max())) * fine + 1 if fine > 1 else dice.format.frames
    west, south, east, north = place.floor
    middle = ((west + east) / 2 + dice.one(-0.2, 0.2) * (east - west), south + dice.one(0.3, 0.6) * (north - south))
    facing = dice.one(-math.pi, math.pi)
    room = min(east - middle[0], middle[0] - west, north - middle[1], middle[1] - south)
    floor = Floor(dice.rng, frames, dice.format.fps * fine, middle, facing, kind, max(1.2, room))
    if name in ("walk", "run", "follow", "walk_group", "collide"):
        # Along the longer side of the free floor.
        facing = (0.0 if north - south > east - west else -math.pi / 2) + dice.one(-0.25, 0.25)
        facing += math.pi * int(dice.rng.integers(2))
        floor.facing, floor.room = facing, max(1.5, 0.5 * max(north - south, east - west) - 0.6)
    if name == "apart":  # beside one another as the camera sees them, with the whole floor between them
        floor.facing, floor.at = math.pi + dice.one(-0.15, 0.15), ((west + east) / 2, middle[1])
        floor.room = 0.5 * (east - west)
    made = PLAYS[name](floor)
    if _raised(dice):
        made = [lifted(actor, step) for actor in made]
    if fine > 1:
        indices = np.minimum(np.round(times * fine).astype(int), frames - 1)
        made = [retimed(actor, indices) for actor in made]
    if _raised(dice):
        place = places.with_block(place, middle, step)
    scene = Scene(place=place, actors=tuple(made), frames=dice.format.frames)
    return Staging(scene=scene, play=name, at=middle, step=step)


def place_of(dice: Dice, where: Where) -> Place:
    """The first of a dozen under the wished sky."""
    if where.site is not None:
        dice.plan["place"] = where.site[0]
        return places.place(*where.site)
    shelf = [name for name in places.PLACES if (name in places.HELD_BACK) == where.held_back]
    kinds = {"home": {"living_room", "study"}, "workplace": {"workshop"}, "public_interior": {"hall"},
             "street": {"street", "square"}, "countryside": {"meadow"}, "desert": {"desert"}}  # fmt: skip
    wanted = dice.wish.get("scene_places")
    if isinstance(wanted, tuple) and wanted and wanted[0] in kinds:
        shelf = [name for name in shelf if name in kinds[str(wanted[0])]] or shelf
    if dice.wish.get("scene_type") == "interior":
        shelf = [name for name in shelf if name in INDOORS]
    if needs_room(dice.wish):
        shelf = [name for name in shelf if name not in INDOORS]
    quality = dice.wish.get("sunlight_quality")
    name = dice.of(shelf)
    dice.plan["place"] = name
    seed = int(dice.rng.integers(1 << 30))
    sky = {"hard": "clear", "soft": "overcast", "sunset_sunrise": "low_sun"}.get(str(quality))
    tries = (places.place(name, seed + offset) for offset in range(12))
    return next((made for made in tries if sky is None or made.facts.get("sky") == sky), places.place(name, seed))


def _raised(dice: Dice) -> bool:
    """Whether its subject has to stand on something, so that a camera can be below it."""
    return "below_subject" in (dice.wish.get("subject_height_start"), dice.wish.get("subject_height_end"))


def _play(dice: Dice) -> tuple[str, str]:
    """Which play, and the kind of its main actor."""
    wish = dice.wish
    if "play" in wish:
        return str(wish["play"]), str(wish.get("kind", "person"))
    shot = wish.get("shot_type")
    if shot == "scenery":
        return "nobody", "person"
    kinds = wish.get("subject_kinds")
    kind = str(kinds[0]) if isinstance(kinds, tuple) and kinds else "person"
    if shot == "non_human" and kind == "person":
        kind = dice.of(["animal", "vehicle", "object"])
    if not {kind} & {"person", "animal", "vehicle", "object"}:
        kind = "object"
    if kind != "person":
        goes = wish.get("is_tracking") is True or wish.get("screen_direction") not in OPEN
        return ("walk" if goes or dice.one(0, 1) < 0.4 else "stand"), kind
    if shot == "complex" or wish.get("subject_count") == "few":
        return dice.of(["group", "walk_group", "gather"]), "person"
    if wish.get("subject_count") == "two":
        return dice.of(["pair", "collide", "hand_over", "follow"]), "person"
    if "touch" in dice.many("subject_dealings"):
        return "collide", "person"
    if "follow" in dice.many("subject_dealings"):
        return "follow", "person"
    if wish.get("is_tracking") is True or wish.get("screen_direction") not in OPEN:
        return ("run" if dice.has("subject_actions", "run") else "walk"), "person"
    sizes = [dice.asked(f"shot_size_{side}") for side in ("start", "end")]
    if shot == "change_of_subject":
        return ("apart" if None not in sizes else "stand" if sizes[0] is None else "walk"), "person"
    if "extreme_close_up" in sizes or _raised(dice):
        return "stand", "person"
    if wish.get("focus_change_reason") == "camera_subject_movement":
        return "near_and_far", "person"
    if wish.get("focus_change_reason") == "focus_tracking":
        return "walk", "person"
    if shot is None and (dice.wished("focus_plane_start") or dice.wished("focus_change_reason")):
        return dice.of(["near_and_far", "stand", "nobody"], [4, 1, 1]), "person"
    for action, play in (("walk", "walk"), ("run", "run"), ("gesture", "wave")):
        if dice.has("subject_actions", action):
            return play, "person"
    if "hold" in dice.many("object_handling"):
        return dice.of(["pick_up", "put_down", "hand_over"]), "person"
    poses = (wish.get("subject_pose_start"), wish.get("subject_pose_end"))
    if "sitting" in poses:
        return ("sit_down" if poses[1] == "sitting" else "stand_up"), "person"
    if "on_the_move" in poses:
        return "walk", "person"
    people = ("human", None)
    if shot in people and any(name in wish for name in _ABOUT_PEOPLE):
        still = wish.get("scene_movement") == "static" or _moves(dice)
        return ("stand" if still else dice.of(plays.ALONE)), "person"
    if _moves(dice) or wish.get("steadiness") is not None or wish.get("camera_movement") is not None:
        return dice.of(["nobody", "stand", "wave", "group"], [4, 3, 1, 0.6]), "person"
    return dice.of(["nobody", *plays.ALONE, "pair", "follow"]), dice.of(["person", "person", "person", "animal"])


def _moves(dice: Dice) -> bool:
    """Whether the wish asks for a movement of the camera."""
    named = ("camera_arc", "camera_crane", "whip_pan", "dolly_zoom", "camera_segments", "movement_gestures")
    return any(dice.wished(name) for name in (*AXES, *named))


_ABOUT_PEOPLE = (
    "shot_size_start", "shot_size_end", "subject_height_start", "subject_facing_start", "subject_position_start",
    "headroom", "lead_room", "people_framed", "subject_kinds", "subject_wears", "shot_type",
)  # fmt: skip

"""From a wish to a take: place, play and camera are drawn by a seed so that the wish may come true.

A wish is a part of a label record: ``{"camera_pan": "right_to_left", "shot_size_start": "wide"}``. What it leaves open
is drawn. Whether it came true only ``truth`` can say; who needs it tries the next seed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from videolect.errors import BadInput
from videolect.record.acts import Answer
from videolect.stage import edits as editing
from videolect.stage import places, plays
from videolect.stage.camera import Track
from videolect.stage.dice import OPEN, Wish
from videolect.stage.edits import Edit
from videolect.stage.moves import check_free, track_of
from videolect.stage.plan_camera import CameraPlan
from videolect.stage.plan_moves import AXES
from videolect.stage.plays import PLAYS, Stage, lifted, retimed
from videolect.stage.world import Actor, Place, Scene

FINE = 4
"""Moments of life for each frame, where the speed is not that of life."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """One shot: a scene through a camera, frame for frame, and what is done to it afterwards."""

    seed: int
    scene: Scene
    track: Track
    size: tuple[int, int]
    fps: int
    edits: tuple[Edit, ...]
    plan: Mapping[str, Any] = field(default_factory=dict)
    """What was drawn: for people who want to know why a clip is as it is; truth never reads it."""


def take_of(
    wish: Wish, seed: int, *, size: tuple[int, int] = (320, 180), fps: int = 16, seconds: float = 4.0,
    held_back: bool = False, site: tuple[str, int] | None = None,
) -> Take:  # fmt: skip
    """One attempt. BadInput where what was drawn is impossible: the camera would stand in a wall, and so on.

    ``held_back``: only places and surfaces that training never shows. ``site``: in just this place, of this seed.
    """
    if min(size) < 32 or size[0] % 2 or size[1] % 2:
        raise BadInput(f"A size of {size[0]}x{size[1]}.", mend="Give even numbers of 32 or more.")
    count = round(seconds * fps)
    if not 2 <= count <= 2000:
        raise BadInput(f"{seconds:g} s at {fps} frames a second are {count} frames.", mend="Ask for 2 to 2,000 frames.")
    draw = _Draw(wish, seed, size, fps, count)
    draw.held_back, draw.site = held_back, site
    return draw.take()


def suits(wish: Wish, place: str) -> bool:
    """Whether it can come true there: heights, a long way, a car, or much to look at ask for the outdoors."""
    return place not in _INDOORS or not _needs_room(_whole(wish))


def _needs_room(wish: Wish) -> bool:
    travels = any(wish.get(name) not in OPEN for name in ("camera_forward_backward", "camera_left_right"))
    return (
        "aerial_level" in (wish.get("overall_height_start"), wish.get("overall_height_end"))
        or "extreme_wide" in (wish.get("shot_size_start"), wish.get("shot_size_end"))
        or (wish.get("camera_motion_speed") == "fast" and travels)
        or wish.get("scene_type") == "exterior"
        or wish.get("subject_kinds") == ("vehicle",)
    )


_INDOORS = frozenset({"study", "living_room", "hall", "workshop"})


class _Draw(CameraPlan):
    """The drawing of one take."""

    held_back: bool = False
    site: tuple[str, int] | None = None
    step: float = 0.0
    """Metres above the ground on which a raised subject stands."""

    def take(self) -> Take:
        self.wish = _whole(self.wish)
        for side in ("start", "end"):
            if self.wish.get(f"overall_height_{side}") in ("water_level", "underwater_level"):
                raise BadInput("The stage has no water.", mend="Wish for another height.")
        place = self.place()
        edits = self.edits()
        actors = self.actors(place, edits)
        if self.raised():
            place = places.with_block(place, self.at, self.step)
        scene = Scene(place=place, actors=tuple(actors), frames=self.count)
        setup, movements = self.camera(scene)
        shake = self.shake(setup.focal)
        track = track_of(setup, movements, scene, self.fps, shake=shake)
        track = self.focused(setup, movements, scene, shake, track)
        frozen = next((edit for edit in edits if edit.what == "freeze"), None)
        if frozen is not None:
            kept = np.minimum(np.arange(self.count), frozen.start_frame)
            track = track.at(kept)
            scene = replace(scene, actors=tuple(retimed(actor, kept) for actor in scene.actors))
        check_free(track, scene)
        return Take(
            seed=self.seed, scene=scene, track=track, size=self.size, fps=self.fps, edits=tuple(edits), plan=self.plan
        )

    # -- place, play, edits

    def raised(self) -> bool:
        """Whether its subject has to stand on something, so that a camera can be below it."""
        return "below_subject" in (self.wish.get("subject_height_start"), self.wish.get("subject_height_end"))

    def place(self) -> Place:
        if self.site is not None:
            self.plan["place"] = self.site[0]
            return places.place(*self.site)
        shelf = [name for name in places.PLACES if (name in places.HELD_BACK) == self.held_back]
        kinds = {"home": {"living_room", "study"}, "workplace": {"workshop"}, "public_interior": {"hall"},
                 "street": {"street", "square"}, "countryside": {"meadow"}, "desert": {"desert"}}  # fmt: skip
        wanted = self.wish.get("scene_places")
        if isinstance(wanted, tuple) and wanted and wanted[0] in kinds:
            shelf = [name for name in shelf if name in kinds[str(wanted[0])]] or shelf
        if self.wish.get("scene_type") == "interior":
            shelf = [name for name in shelf if name in _INDOORS]
        if _needs_room(self.wish):
            shelf = [name for name in shelf if name not in _INDOORS]
        quality = self.wish.get("sunlight_quality")
        name = self.of(shelf)
        self.plan["place"] = name
        seed = int(self.rng.integers(1 << 30))
        sky = {"hard": "clear", "soft": "overcast", "sunset_sunrise": "low_sun"}.get(str(quality))
        tries = (places.place(name, seed + offset) for offset in range(12))
        return next((made for made in tries if sky is None or made.facts.get("sky") == sky), places.place(name, seed))

    def play(self) -> tuple[str, str]:
        """Which play, and the kind of its main actor."""
        wish = self.wish
        if "play" in wish:
            return str(wish["play"]), str(wish.get("kind", "person"))
        shot = wish.get("shot_type")
        if shot == "scenery":
            return "nobody", "person"
        kinds = wish.get("subject_kinds")
        kind = str(kinds[0]) if isinstance(kinds, tuple) and kinds else "person"
        if shot == "non_human" and kind == "person":
            kind = self.of(["animal", "vehicle", "object"])
        if not {kind} & {"person", "animal", "vehicle", "object"}:
            kind = "object"
        if kind != "person":
            goes = wish.get("is_tracking") is True or wish.get("screen_direction") not in OPEN
            return ("walk" if goes or self.one(0, 1) < 0.4 else "stand"), kind
        if shot == "complex" or wish.get("subject_count") == "few":
            return self.of(["group", "walk_group", "gather"]), "person"
        if wish.get("subject_count") == "two":
            return self.of(["pair", "collide", "hand_over", "follow"]), "person"
        if "touch" in self.many("subject_dealings"):
            return "collide", "person"
        if "follow" in self.many("subject_dealings"):
            return "follow", "person"
        if wish.get("is_tracking") is True or wish.get("screen_direction") not in OPEN:
            return ("run" if self.has("subject_actions", "run") else "walk"), "person"
        sizes = [self.asked(f"shot_size_{side}") for side in ("start", "end")]
        if shot == "change_of_subject":
            return ("apart" if None not in sizes else "stand" if sizes[0] is None else "walk"), "person"
        if "extreme_close_up" in sizes or self.raised():
            return "stand", "person"
        if wish.get("focus_change_reason") == "camera_subject_movement":
            return "near_and_far", "person"
        if wish.get("focus_change_reason") == "focus_tracking":
            return "walk", "person"
        if shot is None and (self.wished("focus_plane_start") or self.wished("focus_change_reason")):
            return self.of(["near_and_far", "stand", "nobody"], [4, 1, 1]), "person"
        for action, play in (("walk", "walk"), ("run", "run"), ("gesture", "wave")):
            if self.has("subject_actions", action):
                return play, "person"
        if "hold" in self.many("object_handling"):
            return self.of(["pick_up", "put_down", "hand_over"]), "person"
        poses = (wish.get("subject_pose_start"), wish.get("subject_pose_end"))
        if "sitting" in poses:
            return ("sit_down" if poses[1] == "sitting" else "stand_up"), "person"
        if "on_the_move" in poses:
            return "walk", "person"
        people = ("human", None)
        if shot in people and any(name in wish for name in _ABOUT_PEOPLE):
            still = wish.get("scene_movement") == "static" or self.moves()
            return ("stand" if still else self.of(plays.ALONE)), "person"
        if self.moves() or wish.get("steadiness") is not None or wish.get("camera_movement") is not None:
            return self.of(["nobody", "stand", "wave", "group"], [4, 3, 1, 0.6]), "person"
        return self.of(["nobody", *plays.ALONE, "pair", "follow"]), self.of(["person", "person", "person", "animal"])

    def actors(self, place: Place, edits: Sequence[Edit]) -> list[Actor]:
        name, kind = self.play()
        if kind != "person" and name not in ("stand", "walk"):
            name = "stand"
        self.plan |= {"play": name, "kind": kind}
        self.step = self.one(1.1, 1.6) if self.raised() else 0.0
        times = editing.times_of(self.count, [edit for edit in edits if edit.what in editing.SPEEDS])
        fine = 1 if not any(edit.what in editing.SPEEDS for edit in edits) else FINE
        frames = int(np.ceil(times.max())) * fine + 1 if fine > 1 else self.count
        west, south, east, north = place.stage
        middle = ((west + east) / 2 + self.one(-0.2, 0.2) * (east - west), south + self.one(0.3, 0.6) * (north - south))
        self.at = middle
        self.facing = self.one(-math.pi, math.pi)
        room = min(east - middle[0], middle[0] - west, north - middle[1], middle[1] - south)
        stage = Stage(self.rng, frames, self.fps * fine, middle, self.facing, kind, max(1.2, room))
        if name in ("walk", "run", "follow", "walk_group", "collide"):
            # Along the longer side of the free floor.
            self.facing = (0.0 if north - south > east - west else -math.pi / 2) + self.one(-0.25, 0.25)
            self.facing += math.pi * int(self.rng.integers(2))
            stage.facing, stage.room = self.facing, max(1.5, 0.5 * max(north - south, east - west) - 0.6)
        if name == "apart":  # beside one another as the camera sees them, with the whole floor between them
            stage.facing, stage.at = math.pi + self.one(-0.15, 0.15), ((west + east) / 2, middle[1])
            stage.room = 0.5 * (east - west)
        made = PLAYS[name](stage)
        if self.raised():
            made = [lifted(actor, self.step) for actor in made]
        if fine > 1:
            indices = np.minimum(np.round(times * fine).astype(int), frames - 1)
            made = [retimed(actor, indices) for actor in made]
        return made

    def edits(self) -> list[Edit]:
        wish, out = self.wish, []
        speed = {value: key for key, value in editing.SPEEDS.items()}.get(str(wish.get("video_speed")))
        if speed is not None:
            amounts = {"slow_motion": (0.25, 0.4), "fast_motion": (2.5, 4.0), "time_lapse": (12.0, 25.0),
                       "stop_motion": (1.0, 1.2), "speed_ramp": (2.5, 4.0), "reverse": (1.0, 1.0)}[speed]  # fmt: skip
            out.append(Edit(what=speed, start_frame=0, end_frame=self.count, amount=round(self.one(*amounts), 3)))
        if wish.get("frame_freezing") is True:
            out.append(Edit(what="freeze", start_frame=round(self.count * self.one(0.4, 0.6)), end_frame=self.count))
        if wish.get("has_overlays") is True or wish.get("overlay_kinds"):
            by_kind = {kind: what for what, (kind, _) in editing.OVERLAYS.items()}
            kinds = [str(kind) for kind in self.many("overlay_kinds") if str(kind) in by_kind]
            what = by_kind[kinds[0]] if kinds else self.of(list(editing.OVERLAYS))
            words = self.of(["HARBOUR", "THE LONG WAY", "NORTH", "EVENING", "A QUIET PLACE"])
            words = {
                "subtitle": self.of(["I will wait here.", "Look over there.", "It is late."]),
                "watermark": self.of(["LECT TV", "archive 14", "demo"]),
                "hud": f"{int(self.one(10, 99))} / 120",
            }.get(what, words)
            out.append(Edit(what=what, start_frame=0, end_frame=self.count, words=words))
        return out

    def moves(self) -> bool:
        """Whether the wish asks for a movement of the camera."""
        named = ("camera_arc", "camera_crane", "whip_pan", "dolly_zoom", "camera_segments", "movement_gestures")
        return any(self.wished(name) for name in (*AXES, *named))


def _whole(wish: Wish) -> dict[str, Answer]:
    """The wish with what it cannot come true without."""
    out = dict(wish)
    if wish.get("camera_pov") == "drone_pov":
        out |= {"overall_height_start": "aerial_level", "camera_angle_start": "high_angle"}
        out |= {"camera_forward_backward": "forward", "camera_motion_speed": "fast"}
    comes = wish.get("shot_size_start") == "unknown" and wish.get("shot_size_end") not in OPEN
    if wish.get("shot_type") == "change_of_subject" and comes:
        out["movement_gestures"] = ("reveal",)
    if wish.get("focus_change_reason") == "camera_subject_movement":
        nearer = _LAYERS.get(wish.get("focus_plane_end"), 3) < _LAYERS.get(wish.get("focus_plane_start"), 0)
        out["camera_forward_backward"] = "backward" if nearer else "forward"
    return out


_LAYERS: Mapping[object, int] = {"foreground": 0, "middle_ground": 1, "background": 2}

_ABOUT_PEOPLE = (
    "shot_size_start", "shot_size_end", "subject_height_start", "subject_facing_start", "subject_position_start",
    "headroom", "lead_room", "people_framed", "subject_kinds", "subject_wears", "shot_type",
)  # fmt: skip

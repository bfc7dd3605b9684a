"""From a wish to a take: place, play and camera are drawn by a seed so that the wish may come true.

Whether it did only ``truth`` can say; who needs it tries the next seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from videolect.errors import BadInput
from videolect.stage.camera.moves import check_free, track_of
from videolect.stage.camera.track import Track
from videolect.stage.effects import OVERLAYS, SPEEDS, Effect
from videolect.stage.format import Format
from videolect.stage.plan.camera import camera_of, shake_of
from videolect.stage.plan.dice import Dice
from videolect.stage.plan.focus import focused
from videolect.stage.plan.staging import place_of, staged
from videolect.stage.plan.wishes import Where, Wish, whole
from videolect.stage.world.plays import retimed
from videolect.stage.world.scene import Scene


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """One shot: a scene through a camera, frame for frame, and what is done to it afterwards."""

    seed: int
    scene: Scene
    track: Track
    format: Format
    effects: tuple[Effect, ...]
    plan: Mapping[str, Any] = field(default_factory=dict)
    """What was drawn: for people who want to know why a clip is as it is; truth never reads it."""


def take_of(wish: Wish, seed: int, format: Format, where: Where) -> Take:
    """One attempt. BadInput where what was drawn is impossible: the camera would stand in a wall, and so on."""
    dice = Dice(whole(wish), seed, format)
    for side in ("start", "end"):
        if dice.wish.get(f"overall_height_{side}") in ("water_level", "underwater_level"):
            raise BadInput("The stage has no water.", mend="Wish for another height.")
    place = place_of(dice, where)
    effects = _effects(dice)
    staging = staged(dice, place, effects)
    scene = staging.scene
    setup, movements = camera_of(dice, staging)
    shake = shake_of(dice, setup.focal)
    track = track_of(setup, movements, scene, format.fps, shake=shake)
    track = focused(dice, setup, movements, scene, shake, track)
    frozen = next((effect for effect in effects if effect.what == "freeze"), None)
    if frozen is not None:
        kept = np.minimum(np.arange(format.frames), frozen.start_frame)
        track = track.at(kept)
        scene = replace(scene, actors=tuple(retimed(actor, kept) for actor in scene.actors))
    check_free(track, scene)
    return Take(seed=seed, scene=scene, track=track, format=format, effects=tuple(effects), plan=dice.plan)


def _effects(dice: Dice) -> list[Effect]:
    wish, count, out = dice.wish, dice.format.frames, []
    speed = {value: key for key, value in SPEEDS.items()}.get(str(wish.get("video_speed")))
    if speed is not None:
        amounts = {"slow_motion": (0.25, 0.4), "fast_motion": (2.5, 4.0), "time_lapse": (12.0, 25.0),
                   "stop_motion": (1.0, 1.2), "speed_ramp": (2.5, 4.0), "reverse": (1.0, 1.0)}[speed]  # fmt: skip
        out.append(Effect(what=speed, start_frame=0, end_frame=count, amount=round(dice.one(*amounts), 3)))
    if wish.get("frame_freezing") is True:
        out.append(Effect(what="freeze", start_frame=round(count * dice.one(0.4, 0.6)), end_frame=count))
    if wish.get("has_overlays") is True or wish.get("overlay_kinds"):
        by_kind = {kind: what for what, (kind, _) in OVERLAYS.items()}
        kinds = [str(kind) for kind in dice.many("overlay_kinds") if str(kind) in by_kind]
        what = by_kind[kinds[0]] if kinds else dice.of(list(OVERLAYS))
        words = dice.of(["HARBOUR", "THE LONG WAY", "NORTH", "EVENING", "A QUIET PLACE"])
        words = {
            "subtitle": dice.of(["I will wait here.", "Look over there.", "It is late."]),
            "watermark": dice.of(["LECT TV", "archive 14", "demo"]),
            "hud": f"{int(dice.one(10, 99))} / 120",
        }.get(what, words)
        out.append(Effect(what=what, start_frame=0, end_frame=count, words=words))
    return out

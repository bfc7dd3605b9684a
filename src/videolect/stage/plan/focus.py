"""At what the lens is focused, and how that changes, so that a wish comes true."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from videolect.stage.camera.moves import Focus, Movement, Setup, Shake, track_of
from videolect.stage.camera.render import Renderer
from videolect.stage.camera.track import Track
from videolect.stage.plan.dice import Dice
from videolect.stage.world.scene import Scene


def tracks_by_focus(dice: Dice) -> bool:
    """Whether the focus is to stay on somebody who goes nearer or away."""
    return dice.wish.get("focus_change_reason") == "focus_tracking"


def focused(dice: Dice, setup: Setup, movements: tuple[Movement, ...], scene: Scene, shake: Shake | None, track: Track
) -> Track:  # fmt: skip
    depth_of_field = dice.wish.get("camera_focus")
    if depth_of_field is None:
        asked = any(name in dice.wish for name in ("focus_plane_start", "focus_plane_end", "focus_change_reason"))
        depth_of_field = "shallow_focus" if asked or dice.rng.random() < 0.12 else "deep_focus"
    if depth_of_field not in ("shallow_focus", "ultra_shallow_focus"):
        return track
    small = (64, max(2, 2 * round(32 * dice.format.aspect)))
    looks = Renderer(scene, small)
    planes = []
    for at, name in ((0, "focus_plane_start"), (dice.format.frames - 1, "focus_plane_end")):
        depth = np.minimum(looks.depth(track, at, at), 60).astype(float)
        near, far = np.log(np.quantile(depth, 0.03)), np.log(np.quantile(depth, 0.97))
        wanted = dice.asked(name)
        planes.append((near, far, wanted))
    tracked = tracks_by_focus(dice) and scene.actors
    start = _plane(planes[0][0], planes[0][1], planes[0][2], setup.focus)
    change: tuple[Focus, ...] = ()
    reason = dice.wish.get("focus_change_reason")
    sharp = start
    if tracked:
        change = (Focus(actor=scene.actors[0].id),)
        # The nearer it is the more is blurred behind it: at its nearest as much as may be.
        sharp = 1.1 * float(np.linalg.norm(scene.actors[0].marks["eyes"] - track.place, axis=1).min())
    elif reason == "camera_subject_movement":
        pass  # the plane stays where it is, and the picture goes past it
    elif (planes[1][2] is not None and planes[1][2] != planes[0][2]) or reason in ("rack_focus", "pull_focus"):
        end_word = planes[1][2] or ("background" if planes[0][2] != "background" else "foreground")
        end = _plane(planes[1][0], planes[1][1], end_word, setup.focus)
        if planes[0][2] is None:
            start = _plane(planes[0][0], planes[0][1], "foreground" if end_word != "foreground" else "background", 1)
        sharp = end if planes[0][2] == "out_of_focus" else start
        long = dice.one(1.8, 2.6) if reason == "pull_focus" else dice.one(0.3, 0.5)
        begin = dice.one(0.2, 0.35) if reason == "pull_focus" else dice.one(0.35, 0.55)
        change = (Focus(to=end, start=begin, end=min(0.98, begin + long / dice.format.seconds)),)
    blur = dice.one(0.018, 0.026) if depth_of_field == "ultra_shallow_focus" else dice.one(0.0066, 0.0086)
    aperture = 2 * blur * sharp / float(track.focal[0])
    if sharp > 12:
        aperture = 2 * blur * 3.0 / float(track.focal[0])  # what is near is blurred, then
    made = replace(setup, focus=start, aperture=min(aperture, 2.0))
    return track_of(made, movements, scene, dice.format.fps, focus=change, shake=shake)


def _plane(near: float, far: float, wanted: str | None, usual: float) -> float:
    shares = {"foreground": 0.12, "middle_ground": 0.5, "background": 0.92}
    if wanted in shares:
        return float(np.exp(near + shares[wanted] * (far - near)))
    if wanted == "out_of_focus":
        return 0.35 * math.exp(near)
    return usual

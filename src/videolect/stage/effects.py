"""What is done to a clip after the camera: speed, cuts and blends, and what is laid over the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.record.acts.labels import Answer

SPEEDS: dict[str, str] = {
    "slow_motion": "slow_motion",
    "fast_motion": "fast_motion",
    "time_lapse": "time_lapse",
    "stop_motion": "stop_motion",
    "speed_ramp": "speed_ramp",
    "reverse": "time_reversed",
}
BLENDS: dict[str, str] = {"cut": "cut", "fade": "fade", "dissolve": "dissolve", "wipe": "wipe"}
OVERLAYS: dict[str, tuple[str, str]] = {
    "title": ("title", "centre"), "subtitle": ("subtitle", "bottom"), "watermark": ("watermark", "corner"),
    "hud": ("interface", "all_around"), "border": ("border", "all_around"),
}  # fmt: skip
"""Overlay -> its kind, and the place that it keeps to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """One thing that is done. ``what``: a speed, ``freeze``, a blend, or an overlay."""

    what: str
    start_frame: int = 0
    end_frame: int = 0
    """Half open, in frames of the clip. A cut has the same start and end."""
    words: str = ""
    amount: float = 1.0
    """Of a speed: how many times as fast as life."""


def effect_answers(effects: Sequence[Effect]) -> dict[str, Answer]:
    """What the effects make true of the clip as a whole."""
    whats = [effect.what for effect in effects]
    out: dict[str, Answer] = {
        "shot_transition": any(what in BLENDS for what in whats),
        "has_overlays": any(what in OVERLAYS for what in whats),
    }
    if out["shot_transition"]:
        out["transition_kinds"] = tuple(dict.fromkeys(BLENDS[what] for what in whats if what in BLENDS))
    if out["has_overlays"]:
        laid = [OVERLAYS[what] for what in whats if what in OVERLAYS]
        out["overlay_kinds"] = tuple(dict.fromkeys(kind for kind, _ in laid))
        out["overlay_places"] = tuple(dict.fromkeys(place for _, place in laid))
    speeds = [what for what in whats if what in SPEEDS]
    out["video_speed"] = SPEEDS[speeds[0]] if speeds else "regular"
    out["frame_freezing"] = "freeze" in whats
    out["cinemagraph"] = False
    return out


def times_of(count: int, effects: Sequence[Effect]) -> NDArray[np.float64]:
    """Which moment of the action each frame of the clip shows, in frames of life, from 0."""
    times = np.arange(count, dtype=float)
    for effect in effects:
        if effect.what in ("slow_motion", "fast_motion", "time_lapse"):
            times = times * effect.amount
        elif effect.what == "stop_motion":
            times = np.floor(times / 3) * 3 * effect.amount
        elif effect.what == "speed_ramp":
            share = np.linspace(0, 1, count)
            ease = share * share * (3 - 2 * share)
            pace = 1 + (effect.amount - 1) * np.clip((ease - 0.35) / 0.3, 0, 1)
            times = np.concatenate([[0.0], np.cumsum(pace[:-1])])
        elif effect.what == "freeze":
            times[effect.start_frame :] = times[min(effect.start_frame, count - 1)]
        elif effect.what == "reverse":
            times = times[::-1].copy()
    return times

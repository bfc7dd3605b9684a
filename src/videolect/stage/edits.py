"""What is done to a clip after the camera: speed, cuts and blends, and what is laid over the picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from videolect.errors import BadInput
from videolect.record.acts import Answer

Picture = NDArray[np.uint8]

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
class Edit:
    """One thing that is done. ``what``: a speed, ``freeze``, a blend, or an overlay."""

    what: str
    start_frame: int = 0
    end_frame: int = 0
    """Half open, in frames of the clip. A cut has the same start and end."""
    words: str = ""
    amount: float = 1.0
    """Of a speed: how many times as fast as life."""


def edit_answers(edits: Sequence[Edit]) -> dict[str, Answer]:
    """What the edits make true of the clip as a whole."""
    whats = [edit.what for edit in edits]
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


def times_of(count: int, edits: Sequence[Edit]) -> NDArray[np.float64]:
    """Which moment of the action each frame of the clip shows, in frames of life, from 0."""
    times = np.arange(count, dtype=float)
    for edit in edits:
        if edit.what in ("slow_motion", "fast_motion", "time_lapse"):
            times = times * edit.amount
        elif edit.what == "stop_motion":
            times = np.floor(times / 3) * 3 * edit.amount
        elif edit.what == "speed_ramp":
            share = np.linspace(0, 1, count)
            ease = share * share * (3 - 2 * share)
            pace = 1 + (edit.amount - 1) * np.clip((ease - 0.35) / 0.3, 0, 1)
            times = np.concatenate([[0.0], np.cumsum(pace[:-1])])
        elif edit.what == "freeze":
            times[edit.start_frame :] = times[min(edit.start_frame, count - 1)]
        elif edit.what == "reverse":
            times = times[::-1].copy()
    return times


def joined(shots: Sequence[Iterable[Picture]], blends: Sequence[Edit]) -> Iterator[Picture]:
    """The shots' pictures with a cut, fade, dissolve or wipe between them. Shots overlap in a dissolve and a wipe.

    ``blends[n]`` lies between shot n and n + 1, its frames counted in the joined clip.
    """
    if len(blends) != len(shots) - 1:
        raise BadInput(f"{len(shots)} shots with {len(blends)} transitions.", mend="Give one between each two.")
    sources = [iter(shot) for shot in shots]
    count = 0
    held: list[Picture] = []
    for number, source in enumerate(sources):
        blend = blends[number] if number < len(blends) else None
        if blend is None or blend.what == "cut":
            end = None if blend is None else blend.start_frame
            while end is None or count < end:
                picture = held.pop(0) if held else next(source, None)
                if picture is None:
                    break
                yield picture
                count += 1
            continue
        start, end = blend.start_frame, blend.end_frame
        while count < start:
            picture = held.pop(0) if held else next(source, None)
            if picture is None:
                break
            yield picture
            count += 1
        following = sources[number + 1]
        for at in range(start, end):
            share = (at - start + 0.5) / (end - start)
            if blend.what == "fade":
                picture = next(source, None) if share < 0.5 else next(following, None)
                if picture is None:
                    break
                yield (picture * abs(1 - 2 * share)).astype(np.uint8)
            else:
                old, new = next(source, None), next(following, None)
                if old is None or new is None:
                    break
                yield _mixed(old, new, share) if blend.what == "dissolve" else _wiped(old, new, share)
            count += 1


def _mixed(old: Picture, new: Picture, share: float) -> Picture:
    mixed: Picture = (old * (1 - share) + new * share + 0.5).astype(np.uint8)
    return mixed


def _wiped(old: Picture, new: Picture, share: float) -> Picture:
    edge = round(share * old.shape[1])
    wiped = old.copy()
    wiped[:, :edge] = new[:, :edge]
    return wiped


def laid_over(picture: Picture, number: int, overlays: Sequence[Edit]) -> Picture:
    """The picture with what is laid over it at this frame."""
    shown = [edit for edit in overlays if edit.what in OVERLAYS and edit.start_frame <= number < edit.end_frame]
    if not shown:
        return picture
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    for edit in shown:
        _DRAW[edit.what](draw, width, height, edit.words, number)
    return np.asarray(image)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(7, round(size)))


def _title(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.text((width / 2, height / 2), words, font=_font(height * 0.14), anchor="mm", fill=(255, 255, 255, 235))


def _subtitle(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.text(
        (width / 2, height * 0.92), words, font=_font(height * 0.07), anchor="mm", fill=(255, 255, 255, 255),
        stroke_width=1, stroke_fill=(0, 0, 0, 220),
    )  # fmt: skip


def _watermark(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.text((width * 0.97, height * 0.95), words, font=_font(height * 0.065), anchor="rs", fill=(255, 255, 255, 120))


def _hud(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    green = (120, 255, 150, 220)
    draw.rectangle((width * 0.04, height * 0.06, width * 0.28, height * 0.11), outline=green)
    draw.rectangle((width * 0.04, height * 0.06, width * (0.22 - 0.0006 * (number % 120)), height * 0.11), fill=green)
    draw.text((width * 0.96, height * 0.06), words, font=_font(height * 0.065), anchor="ra", fill=green)
    x, y, r = width * 0.88, height * 0.82, height * 0.11
    draw.ellipse((x - r, y - r, x + r, y + r), outline=green)
    draw.line((width / 2 - 6, height / 2, width / 2 + 6, height / 2), fill=green)
    draw.line((width / 2, height / 2 - 6, width / 2, height / 2 + 6), fill=green)


def _border(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.rectangle((0, 0, width - 1, height - 1), outline=(245, 240, 225, 255), width=max(3, round(height * 0.045)))


_DRAW = {"title": _title, "subtitle": _subtitle, "watermark": _watermark, "hud": _hud, "border": _border}

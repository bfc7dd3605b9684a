"""A staged clip: one take, or two with a blend between them; its pictures and its truth.

``truth`` is what stands in ``CLIP.truth.json``: poses and boxes of every frame, events, edits, the label record and the
states of all primitives. Numbers are rounded, so that the last bits of one machine's sine do not make another file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.language.values import Segment
from videolect.record.acts import Answer
from videolect.stage.dice import Wish
from videolect.stage.edits import BLENDS, OVERLAYS, Edit, joined, laid_over
from videolect.stage.measure import Measured
from videolect.stage.plans import Take, take_of
from videolect.stage.render import Renderer
from videolect.stage.truth import Truth, truth_of
from videolect.video.backends.pyav import write_mp4

Picture = NDArray[np.uint8]

VERSION = 2
"""Raised whenever the same seed gives other clips."""

_BLEND_S = 0.75
"""Seconds that a fade, a dissolve or a wipe takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """What is rendered and told of. Frames count over all its takes."""

    seed: int
    takes: tuple[Take, ...]
    blends: tuple[Edit, ...] = ()
    edits: tuple[Edit, ...] = ()
    """All of them: speeds and overlays of the takes, and the blends."""
    plan: dict[str, Any] = field(default_factory=dict)

    @property
    def fps(self) -> int:
        """Frames a second."""
        return self.takes[0].fps

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.takes[0].size

    @property
    def frames(self) -> int:
        """Of the whole clip."""
        return sum(take.track.frames for take in self.takes) - sum(_shared(blend) for blend in self.blends)

    def pictures(self) -> Iterator[Picture]:
        """One after another."""
        shots = [_shot(take) for take in self.takes]
        overlays = [edit for edit in self.edits if edit.what in OVERLAYS]
        for number, picture in enumerate(joined(shots, self.blends) if len(shots) > 1 else shots[0]):
            yield laid_over(picture, number, overlays)

    def measured(self) -> Measured:
        """The numbers of its first take."""
        take = self.takes[0]
        return Measured(take.scene, take.track, take.size, take.fps)

    def truth(self, spec: Spec, measured: Measured | None = None) -> Truth:
        """The record and the states. ``measured``: its numbers, where somebody has them already."""
        return truth_of(spec, measured or self.measured(), self.edits)


def clip_of(
    wish: Wish, seed: int, *, size: tuple[int, int] = (320, 180), fps: int = 16, seconds: float = 4.0,
    held_back: bool = False, site: tuple[str, int] | None = None,
) -> Clip:  # fmt: skip
    """One attempt at a clip for which the wish comes true. BadInput where what was drawn is impossible."""
    wanted: Any = wish.get("transition_kinds")
    if wish.get("shot_transition") is not True and not wanted:
        take = take_of(wish, seed, size=size, fps=fps, seconds=seconds, held_back=held_back, site=site)
        return Clip(seed=seed, takes=(take,), edits=take.edits, plan=dict(take.plan))
    rng = np.random.default_rng([seed, 31])
    kinds = [kind for kind in wanted or () if kind in BLENDS.values()] or [str(rng.choice(list(BLENDS)))]
    rest = {name: answer for name, answer in wish.items() if name not in ("shot_transition", "transition_kinds")}
    takes = tuple(
        take_of(rest, seed + 1_000_003 * number, size=size, fps=fps, seconds=seconds / 2, held_back=held_back)
        for number in range(2)
    )
    first = takes[0].track.frames
    long = 0 if kinds[0] == "cut" else min(first - 1, round(_BLEND_S * fps))
    start = first - (long // 2 if kinds[0] == "fade" else long)
    blend = Edit(what=str(kinds[0]), start_frame=start, end_frame=start + long)
    count = sum(take.track.frames for take in takes) - _shared(blend)
    edits = tuple(replace(edit, end_frame=count) for edit in takes[0].edits if edit.what in OVERLAYS)
    return Clip(seed=seed, takes=takes, blends=(blend,), edits=(*edits, blend), plan=dict(takes[0].plan))


def _shared(blend: Edit) -> int:
    """Frames that two shots have in common."""
    return blend.end_frame - blend.start_frame if blend.what in ("dissolve", "wipe") else 0


def _shot(take: Take) -> Iterator[Picture]:
    renderer = Renderer(take.scene, take.size, seed=take.seed)
    frozen = next((edit.start_frame for edit in take.edits if edit.what == "freeze"), None)
    held: Picture | None = None
    for number in range(take.track.frames):
        if frozen is not None and number > frozen and held is not None:
            yield held  # grain and all
            continue
        held = renderer.picture(take.track, number, number)
        yield held


def render_frames(clip: Clip, numbers: Sequence[int]) -> list[Picture]:
    """Some pictures of a clip's first take, without what is laid over them."""
    take = clip.takes[0]
    renderer = Renderer(take.scene, take.size, seed=take.seed)
    return [renderer.picture(take.track, number, number) for number in numbers]


def render(clip: Clip, path: Path, *, crf: int = 20) -> int:
    """Write the clip as MP4 (H.264, one encoder thread); how many frames."""
    count = write_mp4(path, clip.pictures(), fps=Fraction(clip.fps), size=clip.size, crf=crf)
    if count != clip.frames:
        raise BadInput(f"{count} of {clip.frames} frames were drawn.", mend="Report this with the clip's seed.")
    return count


# -------------------------------------------------------------------------------------------------------------- truth


def truth_json(clip: Clip, spec: Spec, truth: Truth) -> dict[str, Any]:
    """What ``CLIP.truth.json`` holds, but for the words."""
    frames: list[dict[str, Any]] = []
    for take in clip.takes:
        frames += _frames(take, len(frames))
    first = clip.takes[0]
    return {
        "version": VERSION,
        "spec_version": spec.version,
        "spec_hash": spec.hash,
        "seed": clip.seed,
        "scene": {"place": first.scene.place.name, "plan": {key: clip.plan[key] for key in sorted(clip.plan)}},
        "fps": clip.fps,
        "size": list(clip.size),
        "main": truth.main,
        "frames": frames,
        "subjects": _subjects(first),
        "events": [
            {"what": e.what, "who": list(e.who), "start_frame": e.start_frame, "end_frame": e.end_frame}
            for actor in first.scene.actors
            for e in actor.events
        ],
        "edits": [
            {
                "what": e.what, "start_frame": e.start_frame, "end_frame": e.end_frame,
                "words": e.words, "amount": e.amount,
            }
            for e in clip.edits
        ],
        "records": [record_json(truth.record)],
        "states": {name: truth.states[name] for name in sorted(truth.states)},
    }  # fmt: skip


def record_json(record: Mapping[str, Answer]) -> dict[str, Any]:
    """A label record as the desk and the importers write it."""
    return {name: _answer_json(answer) for name, answer in record.items()}


def _answer_json(answer: Answer) -> Any:
    if not isinstance(answer, tuple):
        return answer
    return [
        {"movements": list(each.movements), "start_frame": each.start_frame, "end_frame": each.end_frame}
        if isinstance(each, Segment)
        else each
        for each in answer
    ]


def _frames(take: Take, before: int) -> list[dict[str, Any]]:
    """One for each frame: pts counts frames of the clip."""
    poses = np.round(take.track.world_to_camera(), 4) + 0.0  # no minus zero
    track = take.track
    return [
        {
            "pts": before + number,
            "pose": poses[number].tolist(),
            "focal_px": round(float(track.focal[number]) * take.size[0], 3),
            "focus_m": round(float(track.focus[number]), 3),
            "aperture": round(float(track.aperture[number]), 5),
            "exposure": round(float(track.exposure[number]), 3),
        }
        for number in range(track.frames)
    ]


def _subjects(take: Take) -> list[dict[str, Any]]:
    if not take.scene.actors:
        return []
    measured = Measured(take.scene, take.track, take.size, take.fps)
    out = []
    for actor in take.scene.actors:
        boxes = measured.boxes[actor.id]
        out.append(
            {
                "id": actor.id,
                "kind": actor.kind,
                "look": dict(actor.look),
                "boxes": [_rounded(box, 4) for box in boxes],
                "depth_m": [_number(value, 3) for value in measured.distance[actor.id]],
            }
        )
    return out


def _rounded(values: Sequence[float] | NDArray[np.float64], digits: int) -> list[float] | None:
    """None where it is behind the camera."""
    found = [_number(value, digits) for value in values]
    return None if None in found else [value for value in found if value is not None]


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) + 0.0 if np.isfinite(value) else None

"""What ``CLIP.truth.json`` holds: poses and boxes of every frame, events, edits, the label record, the states of all
primitives, and the words. Numbers are rounded, so that the last bits of one machine's sine do not make another file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.language.spec import Spec
from videolect.language.values import Segment
from videolect.record.acts.labels import Answer
from videolect.record.critique import Point
from videolect.stage import VERSION
from videolect.stage.clips import Clip
from videolect.stage.effects import OVERLAYS, Effect
from videolect.stage.facts import DEEDS, Facts, Named
from videolect.stage.orders import Aim
from videolect.stage.plan.takes import Take
from videolect.stage.truth import Truth
from videolect.stage.truth.measure import Measured
from videolect.stage.words import ASPECTS, captions, critiques, drafts
from videolect.stage.world.scene import Actor


def truth_json(spec: Spec, clip: Clip, truth: Truth, aim: Aim | None) -> dict[str, Any]:
    """What ``CLIP.truth.json`` holds. ``aim``: what of the wishes came true."""
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
        "fps": clip.format.fps,
        "size": list(clip.format.size),
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
            for e in clip.effects
        ],
        "records": [_record_json(truth.record)],
        "states": {name: truth.states[name] for name in sorted(truth.states)},
        "asked": None if aim is None else {"primitive": aim.primitive, "state": aim.state, "also": aim.also},
        **words_json(spec, clip, truth),
    }  # fmt: skip


def _record_json(record: Mapping[str, Answer]) -> dict[str, Any]:
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
            "focal_px": round(float(track.focal[number]) * take.format.size[0], 3),
            "focus_m": round(float(track.focus[number]), 3),
            "aperture": round(float(track.aperture[number]), 5),
            "exposure": round(float(track.exposure[number]), 3),
        }
        for number in range(track.frames)
    ]


def _subjects(take: Take) -> list[dict[str, Any]]:
    if not take.scene.actors:
        return []
    measured = Measured(take.scene, take.track, take.format)
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


# ---------------------------------------------------------------------------------------------------------------- words


def words_json(spec: Spec, clip: Clip, truth: Truth) -> dict[str, Any]:
    """``captions`` and ``drafts`` by aspect, as in ``CLIP.truth.json``."""
    facts = facts_of(clip, truth)
    told: dict[str, Any] = {"captions": {}, "drafts": {}}
    for aspect in ASPECTS:
        texts = captions(spec, facts, aspect, clip.seed)
        if not texts:
            continue
        told["captions"][aspect] = list(texts)
        told["drafts"][aspect] = [
            {
                "text": draft.text,
                "points": [_point(point) for point in draft.points],
                "errors": list(draft.errors),
                "truth": draft.truth,
                "critiques": list(critiques(draft, clip.seed, spec.lexicon)),
            }
            for draft in drafts(spec, facts, aspect, clip.seed)
        ]
    return told


def facts_of(clip: Clip, truth: Truth) -> Facts:
    """What the words may speak of: those who count, what they are seen to do, the place, and what is laid over it."""
    scene = clip.takes[0].scene
    whole = len(clip.takes) > 1
    return Facts(
        record=truth.record,
        frames=clip.frames,
        fps=Fraction(clip.format.fps),
        place="" if whole else str(scene.place.facts.get("says", "")),
        overlays=tuple(_laid(effect) for effect in clip.effects if effect.what in OVERLAYS),
        subjects=() if whole else tuple(_named(scene.actor(id), truth) for id in truth.shown),
        happenings=tuple(event for event in truth.told if event.what in DEEDS and event.what != "stand"),
    )


def _point(point: Point) -> dict[str, Any]:
    return {name: value for name, value in asdict(point).items() if value is not None}


def _named(actor: Actor, truth: Truth) -> Named:
    look = actor.look
    worn = [look[part] for part in ("top", "legs") if part in look]
    others = [look[part] for part in ("coat", "paint") if part in look]
    where: tuple[str, ...] = ()
    if actor.id == truth.main:
        position = str(truth.record.get("subject_position_start", ""))
        where = tuple(side for side in ("left", "right") if position.endswith(side))
    return Named(
        id=actor.id, kind=actor.kind, noun=look["noun"], where=where,
        look=tuple(worn if actor.kind == "person" else others), wears=("headwear",) if "hat" in look else (),
    )  # fmt: skip


def _laid(effect: Effect) -> str:
    return {
        "title": f"a title that reads {effect.words}",
        "subtitle": f"a subtitle that reads {effect.words.rstrip('.')}",
        "watermark": f"a watermark that reads {effect.words} in the lower right corner",
        "hud": "an interface with a bar and a round map",
        "border": "a pale border around the picture",
    }[effect.what]

"""From a staged clip to the words for it: who is there by which name, what happens, and the texts of its truth file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any, cast

from videolect.language.spec import Spec
from videolect.record.critique import Point
from videolect.stage.clips import Clip
from videolect.stage.edits import OVERLAYS, Edit
from videolect.stage.facts import DEEDS, Facts, Named
from videolect.stage.facts import Answer as FactAnswer
from videolect.stage.truth import Truth
from videolect.stage.words import ASPECTS, captions, critiques, drafts
from videolect.stage.world import Actor


def facts_of(clip: Clip, truth: Truth) -> Facts:
    """What the words may speak of: those who count, what they are seen to do, the place, and what is laid over it."""
    scene = clip.takes[0].scene
    whole = len(clip.takes) > 1
    return Facts(
        record=cast("Mapping[str, FactAnswer]", truth.record),
        frames=clip.frames,
        fps=Fraction(clip.fps),
        place="" if whole else str(scene.place.facts.get("says", "")),
        overlays=tuple(_laid(edit) for edit in clip.edits if edit.what in OVERLAYS),
        subjects=() if whole else tuple(_named(scene.actor(id), truth) for id in truth.shown),
        happenings=tuple(event for event in truth.told if event.what in DEEDS and event.what != "stand"),
    )


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
                "critiques": list(critiques(draft, clip.seed)),
            }
            for draft in drafts(spec, facts, aspect, clip.seed)
        ]
    return told


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


def _laid(edit: Edit) -> str:
    return {
        "title": f"a title that reads {edit.words}",
        "subtitle": f"a subtitle that reads {edit.words.rstrip('.')}",
        "watermark": f"a watermark that reads {edit.words} in the lower right corner",
        "hud": "an interface with a bar and a round map",
        "border": "a pale border around the picture",
    }[edit.what]

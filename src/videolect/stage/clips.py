"""A staged clip: one take, or two with a blend between them; its pictures and its truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.stage.blends import joined
from videolect.stage.camera.render import Picture, Renderer
from videolect.stage.effects import BLENDS, OVERLAYS, Effect
from videolect.stage.format import Format
from videolect.stage.overlays import laid_over
from videolect.stage.plan.takes import Take, take_of
from videolect.stage.plan.wishes import Where, Wish
from videolect.stage.truth import Truth, truth_of
from videolect.stage.truth.measure import Measured
from videolect.video.backends.pyav import write_mp4

_BLEND_S = 0.75
"""Seconds that a fade, a dissolve or a wipe takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """What is rendered and told of. Frames count over all its takes."""

    seed: int
    takes: tuple[Take, ...]
    blends: tuple[Effect, ...] = ()
    effects: tuple[Effect, ...] = ()
    """All of them: speeds and overlays of the takes, and the blends."""
    plan: dict[str, Any] = field(default_factory=dict)

    @property
    def format(self) -> Format:
        """Size, pace and frames of the whole clip."""
        return replace(self.takes[0].format, frames=self.frames)

    @property
    def frames(self) -> int:
        """Of the whole clip."""
        return sum(take.track.frames for take in self.takes) - sum(_shared(blend) for blend in self.blends)

    def pictures(self) -> Iterator[Picture]:
        """One after another."""
        shots = [_shot(take) for take in self.takes]
        overlays = [effect for effect in self.effects if effect.what in OVERLAYS]
        for number, picture in enumerate(joined(shots, self.blends) if len(shots) > 1 else shots[0]):
            yield laid_over(picture, number, overlays)

    def measured(self) -> Measured:
        """The numbers of its first take."""
        take = self.takes[0]
        return Measured(take.scene, take.track, take.format)

    def truth(self, spec: Spec, measured: Measured | None = None) -> Truth:
        """The record and the states. ``measured``: its numbers, where somebody has them already."""
        return truth_of(spec, measured or self.measured(), self.effects)


def clip_of(
    wish: Wish, seed: int, format: Format = Format(), where: Where = Where()  # noqa: B008 - both are frozen
) -> Clip:  # fmt: skip
    """One attempt at a clip for which the wish comes true. BadInput where what was drawn is impossible."""
    wanted: Any = wish.get("transition_kinds")
    if wish.get("shot_transition") is not True and not wanted:
        take = take_of(wish, seed, format, where)
        return Clip(seed=seed, takes=(take,), effects=take.effects, plan=dict(take.plan))
    rng = np.random.default_rng([seed, 31])
    kinds = [kind for kind in wanted or () if kind in BLENDS.values()] or [str(rng.choice(list(BLENDS)))]
    rest = {name: answer for name, answer in wish.items() if name not in ("shot_transition", "transition_kinds")}
    half, anywhere = replace(format, frames=round(format.frames / 2)), replace(where, site=None)
    takes = tuple(take_of(rest, seed + 1_000_003 * number, half, anywhere) for number in range(2))
    first = takes[0].track.frames
    long = 0 if kinds[0] == "cut" else min(first - 1, round(_BLEND_S * format.fps))
    start = first - (long // 2 if kinds[0] == "fade" else long)
    blend = Effect(what=str(kinds[0]), start_frame=start, end_frame=start + long)
    count = sum(take.track.frames for take in takes) - _shared(blend)
    effects = tuple(replace(effect, end_frame=count) for effect in takes[0].effects if effect.what in OVERLAYS)
    return Clip(seed=seed, takes=takes, blends=(blend,), effects=(*effects, blend), plan=dict(takes[0].plan))


def _shared(blend: Effect) -> int:
    """Frames that two shots have in common."""
    return blend.end_frame - blend.start_frame if blend.what in ("dissolve", "wipe") else 0


def _shot(take: Take) -> Iterator[Picture]:
    renderer = Renderer(take.scene, take.format.size, seed=take.seed)
    frozen = next((effect.start_frame for effect in take.effects if effect.what == "freeze"), None)
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
    renderer = Renderer(take.scene, take.format.size, seed=take.seed)
    return [renderer.picture(take.track, number, number) for number in numbers]


def render(clip: Clip, path: Path, *, crf: int = 20) -> int:
    """Write the clip as MP4 (H.264, one encoder thread); how many frames."""
    count = write_mp4(path, clip.pictures(), fps=Fraction(clip.format.fps), size=clip.format.size, crf=crf)
    if count != clip.frames:
        raise BadInput(f"{count} of {clip.frames} frames were drawn.", mend="Report this with the clip's seed.")
    return count

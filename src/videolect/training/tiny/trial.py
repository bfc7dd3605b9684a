"""How well the tiny model names movement on clips it has never seen: by what its sentences claim, beside controls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from videolect.language.claims import claims_of
from videolect.points.match import match_points
from videolect.points.reading.critique import points_of
from videolect.record.critique import is_sentinel
from videolect.training.tiny.clips import NAMES, REVERSED
from videolect.training.tiny.rows import CAPTION, Clip, Staged, criticise, flawed_drafts, rows_of
from videolect.training.watch import Evaluate, Sample, Trial
from videolect.vlm import prompts
from videolect.vlm.base import Decoding, Film

_FAMILY = {name: family for family in ("zoom dolly", "pan truck", "tilt pedestal")
           for axis in family.split() for name in NAMES if name.startswith(axis)}  # fmt: skip
_SAID = Decoding(max_tokens=48)


def evaluate_on(staged: Staged, *, clips: int | None = None) -> Evaluate:
    """Figures in per cent over clips of every movement in turn, as many as are asked for, beside controls on 30."""
    chosen = _spread(list(staged.clips.values()), clips)

    def evaluate(trainee: Any, step: int) -> Trial:
        with trainee.inference() as backend:
            figures, samples = _asked(backend, staged, chosen)
            figures |= controls(backend, staged, chosen[: 2 * len(NAMES)])
        return Trial(figures=figures, samples=tuple(samples))

    return evaluate


def _spread(clips: Sequence[Clip], count: int | None) -> list[Clip]:
    return list(clips[: count or len(clips)])  # a part holds every movement four times, one after another


def _asked(backend: Any, staged: Staged, clips: Sequence[Clip]) -> tuple[dict[str, float], list[Sample]]:
    named, family, paced, pairs, judged, verdicts = [], [], [], [], [], []
    matched = wrote = due = 0
    samples = []
    for clip in clips:
        film = staged.film(clip.key)
        rows = {(row.task, row.what): row for row in rows_of(clip)}
        flawed = next(one for one in flawed_drafts(clip.move, clip.slow) if one.text == _of(rows, "critique", "draft"))
        asked = [CAPTION, criticise(flawed.text), criticise(_of(rows, "critique", "final"))]
        said = [answers[0].text for answers in backend.generate(film, asked, _SAID)]
        moves = moves_in(said[0])
        named.append(moves == {clip.move})
        family.append(len(moves) == 1 and _alike(next(iter(moves)), clip.move))
        paced.append(("slow_camera_movement" in asserted(said[0])) is clip.slow)
        yes = backend.p_yes(film, [prompts.judge(_of(rows, "yes_no", what), aspect="camera") for what in _BOTH])
        pairs.append(yes[0].p_yes > yes[1].p_yes)
        judged += [yes[0].p_yes > yes[0].p_no, yes[1].p_yes < yes[1].p_no]
        verdicts += [not is_sentinel(said[1]), is_sentinel(said[2])]
        points = points_of(said[1], flawed.text)
        matched += len(match_points(points, flawed.points, flawed.text).pairs)
        wrote, due = wrote + len(points), due + len(flawed.points)
        samples += [Sample(prompt=asked[0].text, target=rows["caption", "caption"].target, answer=said[0])]
        samples += [Sample(prompt=asked[1].text, target=rows["critique", "draft"].target, answer=said[1])]
    figures = {
        "movement": _share(named), "family": _share(family), "slow": _share(paced), "pairs": _share(pairs),
        "judged": _share(judged), "verdict": _share(verdicts), "points_precision": 100 * matched / max(1, wrote),
        "points_recall": 100 * matched / max(1, due), "clips": float(len(clips)),
    }  # fmt: skip
    return figures, samples[:12]


_BOTH = ("final", "draft")


def _of(rows: Any, task: str, what: str) -> str:
    text: str = rows[task, what].caption
    return text


def _share(values: Sequence[bool]) -> float:
    return round(100 * float(np.mean(values)), 2)


def controls(backend: Any, staged: Staged, clips: Sequence[Clip]) -> dict[str, float]:
    """Per cent of movements named, where the film is not what it was: whether it looks at the motion at all.

    ``movement_first_frame``: chance is 1 in 15. ``movement_shuffled``: hardly a movement is left.
    ``movement_backward``: by the name that then is right.
    """
    rng = np.random.default_rng(5)
    changes: dict[str, tuple[Callable[[Film], Any], Callable[[str], str]]] = {
        "first_frame": (lambda film: np.repeat(film.pictures[:1], len(film.pictures), axis=0), str),
        "shuffled": (lambda film: film.pictures[rng.permutation(len(film.pictures))], str),
        "backward": (lambda film: film.pictures[::-1], lambda move: REVERSED.get(move, move)),
    }
    made = {}
    for title, (change, name) in changes.items():
        right = []
        for clip in clips:
            film = staged.film(clip.key)
            shown = Film(pictures=np.ascontiguousarray(change(film)), times_s=film.times_s)
            right.append(moves_in(backend.generate(shown, [CAPTION], _SAID)[0][0].text) == {name(clip.move)})
        made[f"movement_{title}"] = _share(right)
    return made


def asserted(text: str) -> set[str]:
    """Primitives that a text asserts."""
    return {claim.primitive for claim in claims_of(text) if claim.state == "asserted"}


def moves_in(text: str) -> set[str]:
    """The movements among them."""
    return asserted(text) & set(NAMES)


def _alike(one: str, other: str) -> bool:
    """Whether they are the same, or look alike but for depth."""
    way = one.partition("_")[2] == other.partition("_")[2]
    return one == other or (one in _FAMILY and _FAMILY[one] == _FAMILY.get(other) and way)

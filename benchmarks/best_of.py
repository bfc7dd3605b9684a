"""The best of N captions by P(Yes), by the tiny trained model, on staged clips in places that it has never seen.

For each clip 16 captions are drawn once; of N the first N are looked at. F1 of the claims against those of a true
caption: of the one that the reward chooses, of one at random, and of the best there is. Intervals are bootstrapped over
clips.
"""

from __future__ import annotations

import os
from fractions import Fraction

import numpy as np
from tools.tiny_models import CLIPS, TRAINED

from videolect.language import load_spec
from videolect.language.claims import claims_of
from videolect.record.clip import Clip
from videolect.record.drafting import DraftRequest
from videolect.training.tiny import clips
from videolect.training.tiny.clips import sentences
from videolect.training.tiny.rows import CAPTION
from videolect.vlm.base import Decoding, Film, Wanted
from videolect.writing.search import YesReward, best_of
from videolect.writing.writer import ModelWriter

DRAWN = (1, 2, 4, 8, 16)
HELD = range(3, 7)
"""Parts of which the training's own tests have seen none."""
TEMPERATURE = 1.3


def run(*, quick: bool) -> None:
    """Print the table."""
    import torch

    from videolect.vlm.backends.qwen import Qwen

    torch.set_num_threads(1)
    spec = load_spec()
    model = Qwen(os.environ.get("VIDEOLECT_TINY", str(TRAINED)), batch=32)
    films: dict[str, Film] = {}
    truths: dict[str, frozenset[str]] = {}
    for number in list(HELD)[: 1 if quick else None]:
        part = clips.part(number, folder=CLIPS, held_back=True)
        for at, move in enumerate(part.moves):
            name = f"held-{number}-{at}"
            films[name] = part.film(at)
            truths[name] = _claimed(sentences(move, part.slow[at])[0])

    def look(clip: Clip, wanted: Wanted) -> Film:
        return films[clip.id]

    writer = ModelWriter(spec, model, look)
    how = Decoding(max_tokens=40, temperature=TEMPERATURE, seed=1)
    chosen: dict[int, list[float]] = {n: [] for n in DRAWN}
    random: dict[int, list[float]] = {n: [] for n in DRAWN}
    oracle: dict[int, list[float]] = {n: [] for n in DRAWN}
    distinct = []
    for name, truth in films.items():
        request = DraftRequest(clip=_clip(name), aspect="camera", answers={})
        found = best_of(
            writer, request, DRAWN[-1], YesReward(model, look), how=how, prompt=CAPTION,
            measure=lambda text, name=name: _f1(_claimed(text), truths[name]),  # type: ignore[misc]
        )  # fmt: skip
        del truth
        distinct.append(len({each.text for each in found.candidates}))
        for n in DRAWN:
            first = found.candidates[:n]
            sound = [each for each in first if not each.fault] or list(first)
            measures = [each.measure or 0.0 for each in sound]
            best = int(np.nanargmax([-1.0 if np.isnan(each.reward) else each.reward for each in sound]))
            chosen[n].append(measures[best])
            random[n].append(float(np.mean(measures)))
            oracle[n].append(max(measures))
    print(f"{len(films)} clips, temperature {TEMPERATURE}, {np.mean(distinct):.1f} different texts of {DRAWN[-1]}")
    print("| N | at random | by P(Yes) | the best there is | gained of what could be |")
    print("|---|---|---|---|---|")
    for n in DRAWN:
        low, high = _interval(np.array(chosen[n]) - np.array(random[n]))
        won, could = np.mean(chosen[n]) - np.mean(random[n]), np.mean(oracle[n]) - np.mean(random[n])
        share = f"{100 * won / could:.0f} %" if could > 1e-9 else "-"
        cells = [_shown(values[n]) for values in (random, chosen, oracle)]
        print(f"| {n} | {' | '.join(cells)} | {share} (gain {100 * low:.1f} to {100 * high:.1f} points) |")


def _clip(name: str) -> Clip:
    return Clip(
        id=name, video_hash="00" * 32, source_id=name, start_pts=0, end_pts=16, time_base=Fraction(1, 8), start_frame=0,
        end_frame=16,
    )  # fmt: skip


def _claimed(text: str) -> frozenset[str]:
    return frozenset(claim.primitive for claim in claims_of(text) if claim.state == "asserted")


def _f1(found: frozenset[str], wanted: frozenset[str]) -> float:
    return 2 * len(found & wanted) / (len(found) + len(wanted)) if found or wanted else 1.0


def _interval(values: np.ndarray) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    means = values[rng.integers(len(values), size=(2000, len(values)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def _shown(values: list[float]) -> str:
    low, high = _interval(np.array(values))
    return f"{100 * np.mean(values):.1f} ({100 * low:.1f} to {100 * high:.1f})"

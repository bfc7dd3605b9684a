"""A model that learns, tried on the development part of its rows: the benchmark's own figures, on so many clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from videolect.dataset.rows.row import Row
from videolect.errors import CannotRead, VideolectError
from videolect.evals import caption, critique, reward
from videolect.evals.score import flat
from videolect.training.films import ShownRows
from videolect.training.watch import Evaluate, Sample, Trial
from videolect.vlm.base import Decoding, Film
from videolect.vlm.prompts import free

_SAID = Decoding(max_tokens=512)
_SAMPLES = 8


def evaluate_on(rows: Sequence[Row], film_of: Callable[[Row], Film | None], *, clips: int) -> Evaluate:
    """Figures as ``eval score`` calls them (``reward_pairwise_half_tie``, ``caption_bleu4`` ...), pooled, of the first
    ``clips`` clips whose film is there, and how many ``clips`` could be asked about. Each film is encoded once."""
    groups = [list(group) for _, group in groupby(sorted(rows, key=_clip), key=_clip)][:clips]

    def evaluate(trainee: Any, step: int) -> Trial:
        texts: dict[str, str] = {}
        yes: dict[str, float] = {}
        asked = 0
        with trainee.inference() as backend:
            for group in groups:
                film = film_of(group[0])
                asked += film is not None and _answer(backend, film, group, texts, yes)
        return Trial(figures={**_figures(rows, texts, yes), "clips": float(asked)}, samples=_samples(rows, texts))

    return evaluate


def with_films(rows: Sequence[Row], shown: ShownRows, *, clips: int) -> tuple[list[Row], int]:
    """The rows of the first so many clips whose film is there and can be read, and how many clips were passed over."""
    found: list[Row] = []
    lost = kept = 0
    for _, group in groupby(sorted(rows, key=_clip), key=_clip):
        if kept == clips:
            break
        of_clip = list(group)
        try:
            there = shown(of_clip[0]) is not None
        except CannotRead:
            there = False
        kept, lost = kept + there, lost + (not there)
        found += of_clip if there else []
    return found, lost


def _clip(row: Row) -> tuple[str, str, int]:
    return row.video_hash or "", row.video_id, row.start_pts or 0


def _answer(backend: Any, film: Film, rows: Sequence[Row], texts: dict[str, str], yes: dict[str, float]) -> bool:
    written = [row for row in rows if row.task in ("caption", "critique")]
    judged = [row for row in rows if row.task == "yes_no"]
    try:
        answers = backend.generate(film, [free(row.prompt) for row in written], _SAID) if written else []
        scores = backend.p_yes(film, [free(row.prompt) for row in judged]) if judged else []
    except VideolectError:  # one clip that does not fit is no reason to stop a run
        return False
    texts.update({row.row_id: answer[0].text for row, answer in zip(written, answers, strict=True)})
    yes.update({row.row_id: score.p_yes for row, score in zip(judged, scores, strict=True)})
    return True


def _figures(rows: Sequence[Row], texts: Mapping[str, str], yes: Mapping[str, float]) -> dict[str, float]:
    of = {task: [row for row in rows if row.task == task] for task in ("caption", "critique", "yes_no")}
    found = {
        "caption": caption.measured(of["caption"], texts, full=False),
        "critique": critique.measured(of["critique"], texts, full=False),
        "yes_no": reward.measured(of["yes_no"], yes),
    }
    pooled = flat({task: each for task, each in found.items() if each.ids}, resamples=2).get("pooled", {})
    return {name: float(estimate.value) for name, estimate in pooled.items()}


def _samples(rows: Sequence[Row], texts: Mapping[str, str]) -> tuple[Sample, ...]:
    asked = [row for row in rows if row.row_id in texts][:_SAMPLES]
    return tuple(Sample(prompt=row.prompt, target=row.target, answer=texts[row.row_id]) for row in asked)

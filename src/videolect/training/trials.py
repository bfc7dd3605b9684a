"""A model that learns, tried on the development part of its rows: asked and measured as ``eval run`` and ``eval score``
do it, on so many clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from videolect.dataset.rows.row import Row, by_clip, prompt_of
from videolect.errors import CannotRead
from videolect.evals.measures.system import measure_all, scores_of_all
from videolect.evals.predictions import ANSWERED, answers_in
from videolect.evals.run import answer
from videolect.training.films import ShownRows
from videolect.training.watch import Evaluate, Sample, Trial
from videolect.vlm.base import Film

_SAMPLES = 8


def evaluate_on(
    rows: Sequence[Row], film_of: Callable[[Row], Film | None], *, clips: int, spec_hash: str
) -> Evaluate:  # fmt: skip
    """Figures as ``eval score`` calls them (``reward_pairwise_half_tie``, ``caption_bleu4`` ...), pooled, of the first
    ``clips`` clips whose film is there, and how many ``clips`` could be asked about. Each film is encoded once.

    ``spec_hash``: of the specification that the rows' manifest names. BadInput for a prompt that is not ours.
    """
    groups = by_clip(rows)[:clips]
    asked = {row.row_id: prompt_of(row, spec_hash) for group in groups for row in group}
    tried = [row for group in groups for row in group]
    items = {task: found for task in ANSWERED if (found := [row for row in tried if row.task == task])}

    def evaluate(trainee: Any, step: int) -> Trial:
        lines: list[dict[str, Any]] = []
        answered = 0
        with trainee.inference() as backend:
            for group in groups:
                film = film_of(group[0])
                # One clip that does not fit is no reason to stop a run.
                found, _ = ([], "") if film is None else answer(group, asked, backend, film)
                answered += any("error" not in line for line in found)
                lines += found
        said = answers_in(lines, items, system="the model")
        pooled = scores_of_all(measure_all(said, items, full=False), resamples=2).get("pooled", {})
        figures = {name: float(estimate.value) for name, estimate in pooled.items()}
        return Trial(figures={**figures, "clips": float(answered)}, samples=_samples(rows, said.texts))

    return evaluate


def with_films(rows: Sequence[Row], shown: ShownRows, *, clips: int) -> tuple[list[Row], int]:
    """The rows of the first so many clips whose film is there and can be read, and how many clips were passed over."""
    found: list[Row] = []
    lost = kept = 0
    for of_clip in by_clip(rows):
        if kept == clips:
            break
        try:
            there = shown(of_clip[0]) is not None
        except CannotRead:
            there = False
        kept, lost = kept + there, lost + (not there)
        found += of_clip if there else []
    return found, lost


def _samples(rows: Sequence[Row], texts: Mapping[str, str]) -> tuple[Sample, ...]:
    asked = [row for row in rows if row.row_id in texts][:_SAMPLES]
    return tuple(Sample(prompt=row.prompt, target=row.target, answer=texts[row.row_id]) for row in asked)

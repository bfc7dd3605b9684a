"""A trial in training asks and measures as ``eval run`` and ``eval score`` do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.answers import benchmark
from tests.support.backends import Scripted
from tests.support.triples import perfect, revised
from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.measures.system import score_system
from videolect.evals.predictions import read_predictions
from videolect.evals.run import run
from videolect.training.trials import evaluate_on, with_films
from videolect.vlm.base import Film
from videolect.vlm.prompts import Prompt

FILM = Film(pictures=np.zeros((2, 32, 32, 3), np.uint8), times_s=(0.0, 0.5))


def says(prompt: Prompt, number: int) -> str:
    """Not the same of all: the sentinel of these rows among them."""
    return ("It is fine.", "  The camera pans left.", 'Replace "left" with "right".')[int(prompt.hash[:6], 16) % 3]


class Trainee:
    """Whose path that serves is a script."""

    def __init__(self) -> None:
        self.backend = Scripted(says)

    @contextmanager
    def inference(self) -> Iterator[Scripted]:
        yield self.backend


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    triples = [*(revised(n) for n in range(4)), perfect(4), perfect(5)]
    return benchmark(tmp_path_factory.mktemp("trials") / "rows", triples, sentinel="It is fine.")


def rows_of(made: Benchmark) -> list[Row]:
    return [row for task in ("caption", "critique", "yes_no") for row in made.items[task]]


def test_figures_are_those_of_eval_run_and_eval_score(made: Benchmark, tmp_path: Path) -> None:
    trainee, other = Trainee(), Scripted(says)
    spec_hash = made.manifest["spec"]["hash"]
    trial = evaluate_on(rows_of(made), lambda row: FILM, clips=99, spec_hash=spec_hash)(trainee, 1)
    run(made, ["caption", "critique", "yes_no"], other, lambda row, wanted: FILM, tmp_path / "it.jsonl", system="it")
    predictions = read_predictions(tmp_path / "it.jsonl", made.items, "test")
    scores = score_system(predictions, made, resamples=2, full=False).scores["pooled"]
    assert trial.figures == pytest.approx(
        {**{name: each.value for name, each in scores.items()}, "clips": 6.0}, nan_ok=True
    )
    assert [(prompts, how) for _, prompts, how in trainee.backend.asked] == [
        (prompts, how) for _, prompts, how in other.asked
    ]


def test_a_clip_without_its_film_is_left_out_of_the_figures(made: Benchmark) -> None:
    def film_of(row: Row) -> Film | None:
        return None if row.source_id == "film2" else FILM

    spec_hash = made.manifest["spec"]["hash"]
    trial = evaluate_on(rows_of(made), film_of, clips=3, spec_hash=spec_hash)(Trainee(), 1)
    assert trial.figures["clips"] == 2.0
    assert trial.samples


def test_a_prompt_that_was_changed_is_told_before_anything_is_learned(made: Benchmark) -> None:
    rows = [replace(row, prompt=row.prompt + "!") for row in rows_of(made)]
    with pytest.raises(BadInput, match="or was changed"):
        evaluate_on(rows, lambda row: FILM, clips=3, spec_hash=made.manifest["spec"]["hash"])


def test_clips_without_films_are_passed_over_and_counted(made: Benchmark) -> None:
    def shown(row: Row) -> Any:
        return None if row.source_id == "film0" else object()

    found, lost = with_films(rows_of(made), shown, clips=2)
    assert ({row.source_id for row in found}, lost) == ({"film1", "film2"}, 1)

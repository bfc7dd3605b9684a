"""One system's answers as figures, beside the floors and the ceilings of the same items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from videolect.dataset.rows.folder import read_manifest, read_rows
from videolect.dataset.rows.row import Row
from videolect.errors import NotFound
from videolect.evals import baselines as floors
from videolect.evals import caption, claims, critique, reward
from videolect.evals.baselines import Baseline
from videolect.evals.predictions import Predictions
from videolect.evals.scores import RESAMPLES, Measured, scores_of
from videolect.evals.states import Known
from videolect.metrics.intervals import Estimate

PREFIX: Mapping[str, str] = {"caption": "caption", "critique": "critique", "yes_no": "reward"}
"""Task -> how its figures are called."""

Flat = dict[str, dict[str, Estimate]]
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """The rows of one part, and those of another to learn from."""

    folder: Path
    part: str
    manifest: Mapping[str, Any]
    items: Mapping[str, Sequence[Row]]
    train: Mapping[str, Sequence[Row]]
    known: Known | None = None
    """States of the clips, against which captions are scored by what they claim."""

    @staticmethod
    def read(folder: Path, part: str, *, train: str = "train") -> Benchmark:
        """NotFound where the part has no rows; CannotRead where the files are not the manifest's."""
        manifest = read_manifest(folder)
        names = [name.partition("/") for name in manifest["files"]]
        tasks = [task.removesuffix(".jsonl") for of, _, task in names if of == part]
        if not tasks:
            parts = ", ".join(dict.fromkeys(of for of, _, _ in names))
            raise NotFound(f"{folder} has no part {part!r}.", mend=f"It has {parts}.")
        items = {task: read_rows(folder, part, task, manifest) for task in tasks}
        learns = part != train and f"{train}/yes_no.jsonl" in manifest["files"]
        return Benchmark(
            folder=folder, part=part, manifest=manifest, items=items,
            train={"yes_no": read_rows(folder, train, "yes_no", manifest)} if learns else {},
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """One system, measured."""

    predictions: Predictions
    measured: Mapping[str, Measured]
    scores: Flat


def measure_all(
    predictions: Predictions, items: Mapping[str, Sequence[Row]], known: Known | None = None, *, full: bool = True
) -> dict[str, Measured]:
    """The measures of every task that the predictions answer. ``known``: states against which claims are scored."""
    found: dict[str, Measured] = {}
    for task in predictions.tasks:
        rows = items[task]
        match task:
            case "yes_no":
                found[task] = reward.measure(rows, predictions.yes)
            case "caption":
                found[task] = caption.measure(rows, predictions.texts, full=full)
                found[task] = claims.with_claims(found[task], rows, predictions.texts, known)
            case "critique":
                found[task] = critique.measure(rows, predictions.texts, full=full)
    return {task: each for task, each in found.items() if each.ids}


def of_common(one: Predictions, other: Predictions) -> tuple[Predictions, Predictions]:
    """Both with only the answers to items that both answered: what a figure makes of one item may hang on others, as
    the area does on the drafts and CIDEr on the captions."""
    texts, yes = one.texts.keys() & other.texts.keys(), one.yes.keys() & other.yes.keys()
    left, right = (
        replace(
            each, texts={name: text for name, text in each.texts.items() if name in texts},
            yes={name: score for name, score in each.yes.items() if name in yes},
        )
        for each in (one, other)
    )  # fmt: skip
    return left, right


def score_system(
    predictions: Predictions, benchmark: Benchmark, *, resamples: int = RESAMPLES, full: bool = True
) -> System:  # fmt: skip
    """All figures of one system."""
    found = measure_all(predictions, benchmark.items, benchmark.known, full=full)
    return System(predictions=predictions, measured=found, scores=flat(found, resamples=resamples))


def score_baselines(
    benchmark: Benchmark, tasks: Sequence[str], *, resamples: int = RESAMPLES, full: bool = True, say: Say | None = None
) -> list[tuple[Baseline, Flat]]:  # fmt: skip
    """All floors and ceilings of these tasks."""
    return [
        (each, flat({each.task: measured}, resamples=resamples))
        for each, measured in measure_baselines(benchmark, tasks, full=full, say=say)
    ]


def measure_baselines(
    benchmark: Benchmark, tasks: Sequence[str], *, full: bool = True, say: Say | None = None
) -> list[tuple[Baseline, Measured]]:
    """The measures of all floors and ceilings of these tasks."""
    found = []
    for each in floors.baselines(benchmark.items, benchmark.train, tasks=tasks):
        if say is not None:
            say(f"{each.task}: {each.name}")
        measured = floors.measure(each, benchmark.items, full=full)
        if each.task == "caption":
            measured = claims.with_claims(measured, benchmark.items["caption"], each.texts, benchmark.known)
        found.append((each, measured))
    return found


def flat(measured: Mapping[str, Measured], *, resamples: int = RESAMPLES) -> Flat:
    """Scope -> ``task_figure`` -> estimate: ``caption_bleu4``, ``reward_auc``, ``critique_points_f1``."""
    found: Flat = {}
    for task, each in measured.items():
        for scope, figures in scores_of(each, resamples=resamples).items():
            for name, estimate in figures.items():
                found.setdefault(scope, {})[f"{PREFIX[task]}_{name}"] = estimate
    return found


FIGURES: Mapping[str, str] = {
    f"{PREFIX[task]}_{name}": says
    for task, of in (
        ("caption", {**caption.FIGURES, **claims.FIGURES}),
        ("yes_no", reward.FIGURES),
        ("critique", critique.FIGURES),
    )
    for name, says in of.items()
}
"""Every figure with what it is."""

LOWER_IS_BETTER = frozenset(
    {
        "reward_tie_rate", "reward_brier", "critique_loop_farther", "caption_claims_hallucination",
        "caption_claims_omission", "caption_claims_left_right_swapped", "caption_claims_start_end_swapped",
        "caption_claims_order_swapped",
    }
)  # fmt: skip
NO_DIRECTION = frozenset(
    {
        "caption_words_ratio", "critique_words_ratio", "reward_yes_rate", "caption_claims_open", "caption_claims_made",
    }
)  # fmt: skip
"""Figures that describe and do not judge: of lengths the best is what the experts wrote."""

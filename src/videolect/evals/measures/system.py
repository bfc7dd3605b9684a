"""One system's answers as figures: what each task measures, in one place, and what every figure is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from videolect.dataset.rows.row import Row
from videolect.evals.benchmark import Benchmark
from videolect.evals.measures import caption, claims, critique, reward
from videolect.evals.measures.scores import RESAMPLES, Measured, scores_of
from videolect.evals.predictions import Predictions
from videolect.evals.states import Known
from videolect.metrics.intervals import Estimate

PREFIX: Mapping[str, str] = {"caption": "caption", "critique": "critique", "yes_no": "reward"}
"""Task -> how its figures are called."""

Flat = dict[str, dict[str, Estimate]]


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

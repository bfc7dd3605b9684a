"""One system's answers as figures: here alone stands by what the answers to each task are measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.measures import caption, claims, critique, reward
from videolect.evals.measures.names import full_name
from videolect.evals.measures.scores import RESAMPLES, Measured, Scores, scores_of
from videolect.evals.predictions import ANSWERED, Predictions
from videolect.evals.states import Known
from videolect.metrics.intervals import Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """One system, measured."""

    predictions: Predictions
    measured: Mapping[str, Measured]
    scores: Scores


def measure_all(
    predictions: Predictions, items: Mapping[str, Sequence[Row]], known: Known | None = None, *, full: bool = True
) -> dict[str, Measured]:
    """The measures of every task that the predictions answer. ``known``: states against which claims are scored."""
    found = {
        task: measure_task(task, items[task], texts=predictions.texts, yes=predictions.yes, known=known, full=full)
        for task in predictions.tasks
    }
    return {task: each for task, each in found.items() if each.ids}


def measure_task(
    task: str, rows: Sequence[Row], *, texts: Mapping[str, str], yes: Mapping[str, float], known: Known | None = None,
    full: bool = True, probabilities: bool = True,
) -> Measured:  # fmt: skip
    """The measures of the answers to one task. ``probabilities``: whether 0.5 means anything as a P(Yes).

    BadInput for a task that has no measures.
    """
    match task:
        case "caption":
            return claims.with_claims(caption.measure(rows, texts, full=full), rows, texts, known)
        case "yes_no":
            return reward.measure(rows, yes, probabilities=probabilities)
        case "critique":
            return critique.measure(rows, texts, full=full)
    raise BadInput(f"Answers to {task[:60]!r} cannot be measured.", mend=f"Use one of {', '.join(ANSWERED)}.")


def score_system(
    predictions: Predictions, benchmark: Benchmark, *, resamples: int = RESAMPLES, full: bool = True
) -> System:  # fmt: skip
    """All figures of one system."""
    found = measure_all(predictions, benchmark.items, benchmark.known, full=full)
    return System(predictions=predictions, measured=found, scores=scores_of_all(found, resamples=resamples))


def scores_of_all(measured: Mapping[str, Measured], *, resamples: int = RESAMPLES) -> Scores:
    """The scores of several tasks in one, each figure by its full name: ``caption_bleu4``, ``reward_auc``."""
    found: dict[str, dict[str, Estimate]] = {}
    for task, each in measured.items():
        for scope, figures in scores_of(each, resamples=resamples).items():
            for name, estimate in figures.items():
                found.setdefault(scope, {})[full_name(task, name)] = estimate
    return found

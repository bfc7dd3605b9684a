"""Figures of scores on primitive tasks, with intervals over sources, per primitive, per group and over all.

Intervals come from one set of resamples of the sources for all primitives, so that those of macro means are as wide as
they have to be: a source that is drawn twice counts twice everywhere. A pair counts by the source of its positive.
A macro mean is over the primitives that have the figure; in a resample over those that have it there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.evals.primitives.scores import Scored
from videolect.evals.primitives.tasks import Task, TaskSet
from videolect.metrics.intervals import Estimate, divided, group_draws
from videolect.metrics.ranking import average_precision, retrieval_stats, roc_auc, vqa_stats
from videolect.metrics.resampled import average_precision_draws, roc_auc_draws

Floats = NDArray[np.float64]

FIGURES: Mapping[str, str] = {
    "ap": "average precision over the two sides",
    "auc": "area under the ROC curve over the two sides",
    "at_half": "clips of the two sides on their side of the threshold; each side counts half",
    "pair": "pairs in which the clip where it is so scores higher; ties half",
    "question": "pairs in which the one question is answered right for both clips",
    "vqa_binary": "of pairs with a contrast, answers that are right of the four",
    "vqa_question": "of pairs with a contrast, questions that are answered right for both clips",
    "text": "of pairs with a contrast, both clips score their own question higher",
    "image": "of pairs with a contrast, both questions score their own clip higher",
    "group": "both of these",
}
"""What each figure is; all 0-100."""

ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """One figure of one primitive."""

    value: float
    draws: Floats
    """[resamples]; NaN where it is not defined."""
    n: int
    """Clips or pairs."""
    sources: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """All of one system."""

    macro: Mapping[str, Mapping[str, Estimate]]
    """``all``, or a group -> figure -> its mean over primitives; ``n``: primitives, ``groups``: sources."""
    primitives: Mapping[str, Mapping[str, Estimate]]
    unanswered: Mapping[str, str]
    """Primitive -> why it has no figure."""


def figures_of(
    tasks: TaskSet, scores: Scored, *, threshold: float | None = 0.5, resamples: int = 1000, seed: int = 0
) -> Figures:  # fmt: skip
    """What the scores are worth. What has no score is left out of its task. ``threshold``: None where there is none."""
    sources = {name: at for at, name in enumerate(sorted(set(tasks.sources.values())))}
    weights = group_draws(len(sources), resamples, seed).astype(np.float64)
    place = {clip: sources[source] for clip, source in tasks.sources.items()}
    found = {task.primitive: dict(_task(task, scores, place, weights, threshold)) for task in tasks.tasks}
    groups: dict[str, list[str]] = {ALL: [*found]}
    for task in tasks.tasks:
        groups.setdefault(task.group, []).append(task.primitive)
    return Figures(
        macro={group: _macro([found[name] for name in names], len(sources)) for group, names in groups.items()},
        primitives={name: {figure: _estimate(each) for figure, each in of.items()} for name, of in found.items()},
        unanswered={name: "no clip of one of its sides is answered" for name, of in found.items() if "auc" not in of},
    )


def _task(
    task: Task, scores: Scored, place: Mapping[str, int], weights: Floats, threshold: float | None
) -> Iterator[tuple[str, Drawn]]:
    sides = [(clip, so) for so, side in ((True, task.positives), (False, task.negatives)) for clip in side]
    sides = [(clip, so) for clip, so in sides if (clip, task.primitive) in scores]
    values = np.array([scores[clip, task.primitive] for clip, _ in sides])
    labels = np.array([so for _, so in sides], np.bool_)
    if labels.any() and not labels.all():
        at = np.array([place[clip] for clip, _ in sides])
        held, count = weights[:, at], {"n": len(sides), "sources": len(set(at.tolist()))}
        ap, auc = average_precision(values, labels), roc_auc(values, labels)
        yield "ap", Drawn(value=ap, draws=average_precision_draws(values, labels, held), **count)
        yield "auc", Drawn(value=auc, draws=roc_auc_draws(values, labels, held), **count)
        if threshold is not None:
            right = np.where(labels, values > threshold, values < threshold).astype(np.float64)
            draws = sum(divided((held * right * on).sum(axis=1), (held * on).sum(axis=1)) for on in (labels, ~labels))
            value = (right[labels].mean() + right[~labels].mean()) / 2
            yield "at_half", Drawn(value=float(value), draws=np.asarray(draws) / 2, **count)
    yield from _paired(task, scores, place, weights, threshold)


def _paired(
    task: Task, scores: Scored, place: Mapping[str, int], weights: Floats, threshold: float | None
) -> Iterator[tuple[str, Drawn]]:
    def mean(values: Floats, firsts: Sequence[str]) -> Drawn:
        at = np.array([place[clip] for clip in firsts])
        held = weights[:, at]
        draws = divided(held @ values, held.sum(axis=1))
        return Drawn(value=float(values.mean()), draws=draws, n=len(values), sources=len(set(at.tolist())))

    name = task.primitive
    pairs = [pair for pair in task.pairs if {(pair.positive, name), (pair.negative, name)} <= scores.keys()]
    if pairs:
        up, down = (np.array([scores[clip, name] for clip in side]) for side in zip(*(
            (pair.positive, pair.negative) for pair in pairs
        ), strict=True))  # fmt: skip
        firsts = [pair.positive for pair in pairs]
        yield "pair", mean((up > down) + (up == down) / 2, firsts)
        if threshold is not None:
            yield "question", mean(((up > threshold) & (down < threshold)).astype(np.float64), firsts)
    squares, firsts = [], []
    for pair in pairs:
        cells = [(clip, asked) for clip in (pair.positive, pair.negative) for asked in (name, pair.contrast or "")]
        if scores.keys() >= {*cells}:
            squares.append([scores[cell] for cell in cells])
            firsts.append(pair.positive)
    if squares:
        table = np.array(squares, np.float64).reshape(-1, 2, 2)
        if threshold is not None:
            answers = vqa_stats(table, threshold).astype(np.float64)
            yield "vqa_binary", mean(answers.mean(axis=(1, 2)), firsts)
            yield "vqa_question", mean(answers.all(axis=1).mean(axis=1), firsts)
        for figure, right in zip(("text", "image", "group"), retrieval_stats(table).T, strict=True):
            yield figure, mean(right.astype(np.float64), firsts)


def _macro(found: Sequence[Mapping[str, Drawn]], sources: int) -> dict[str, Estimate]:
    macro = {}
    for figure in FIGURES:
        there = [each[figure] for each in found if figure in each]
        if there:
            table = np.stack([each.draws for each in there])
            defined = ~np.isnan(table)
            draws = divided(np.where(defined, table, 0.0).sum(axis=0), defined.sum(axis=0))
            value = float(np.mean([each.value for each in there]))
            macro[figure] = _estimate(Drawn(value=value, draws=draws, n=len(there), sources=sources))
    return macro


def _estimate(drawn: Drawn) -> Estimate:
    """In per cent, with the 95 % interval; NaN where there are fewer than two sources.

    Percentiles less the mean of the draws less the value: a resample holds clips twice, which lifts average precision
    by points where there are few, so that its bare percentiles may lie above the value.
    """
    there = drawn.draws[~np.isnan(drawn.draws)]
    low = high = float("nan")
    if drawn.sources >= 2 and len(there):
        bounds = np.quantile(there, [0.025, 0.975]) + (drawn.value - there.mean())
        low, high = (float(100 * bound) for bound in np.clip(bounds, 0, 1))
    return Estimate(
        value=100 * drawn.value, low=low, high=high, n=drawn.n, groups=drawn.sources,
        undefined=len(drawn.draws) - len(there),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- floors and ceiling


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """Scores that nobody looked for."""

    name: str
    says: str
    scores: Scored


def baselines(tasks: TaskSet, *, seed: int = 0) -> list[Baseline]:
    """Chance, two constants and the truth, on everything that is asked."""
    asked = [(clip, name) for clip, names in tasks.asked().items() for name in names]
    of = {task.primitive: task for task in tasks.tasks}
    yes, every = (sum(counts) for counts in zip(*((t.known[0], sum(t.known)) for t in tasks.tasks), strict=True))
    truth = _truth(tasks)

    def scored(score: Callable[[str, str], float]) -> Scored:
        return {(clip, name): score(clip, name) for clip, name in asked}

    return [
        Baseline(name="chance", says="a number by lot", scores=scored(lambda clip, name: _lot(clip, name, seed))),
        Baseline(name="prior", says="the share of Yes over all states", scores=scored(lambda clip, name: yes / every)),
        Baseline(
            name="blind", says="the share of Yes of that primitive, whatever the clip",
            scores=scored(lambda clip, name: of[name].share if name in of else yes / every),
        ),
        Baseline(name="oracle", says="the states themselves", scores=scored(lambda clip, name: truth[clip, name])),
    ]  # fmt: skip


def _truth(tasks: TaskSet) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for task in tasks.tasks:
        found |= {(clip, task.primitive): 1.0 for clip in task.positives}
        found |= {(clip, task.primitive): 0.0 for clip in task.negatives}
        for pair in task.pairs:
            found |= {(pair.positive, task.primitive): 1.0, (pair.negative, task.primitive): 0.0}
            if pair.contrast is not None:
                found |= {(pair.positive, pair.contrast): 0.0, (pair.negative, pair.contrast): 1.0}
    return found


def _lot(clip: str, name: str, seed: int) -> float:
    mixed = hashlib.blake2b(f"{seed}\0{clip}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(mixed) / 2**64

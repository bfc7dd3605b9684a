"""Supervised fine-tuning: the answers of rows are made likely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from videolect.errors import BadInput
from videolect.training import losses
from videolect.training.batches import Batch
from videolect.training.examples import Branch, Examples
from videolect.training.films import Films
from videolect.training.method import Loss

if TYPE_CHECKING:
    from videolect.training.model import Trainee


class Sft:
    """``losses.sft`` over all branches. ``shares``: by task, which part of the loss its answers are to have over the
    whole training set; a task's tokens share it alike. Without: every answer token counts alike, so that the two tokens
    of a Yes weigh little beside a caption."""

    name = "sft"

    def __init__(self, *, shares: Mapping[str, float] | None = None) -> None:
        if shares is not None and (min(shares.values(), default=0) < 0 or not sum(shares.values()) > 0):
            raise BadInput(f"The shares are {dict(shares)}.", mend="Give 0 or more for each task, one above 0.")
        self.shares = shares
        self._token_weight: dict[str, float] = {}

    def prepare(self, trainee: Trainee, examples: Examples, films: Films) -> None:
        """BadInput where a branch is no target, or a task has no share; and as ``Trainee.check``."""
        trainee.check(examples)
        odd = next((branch for branch in examples.branches if branch.role != "target"), None)
        if odd is not None:
            raise BadInput(
                f"The row {odd.row_id} is half of a pair.", mend="Give rows with a target, or take ``corrections``."
            )
        lengths: Counter[str] = Counter()
        for branch in examples.branches:
            lengths[branch.task] += len(branch.answer_ids)
        if self.shares is None:
            return
        if strange := sorted(set(lengths) - set(self.shares)):
            raise BadInput(f"The task {strange[0]} has no share.", mend="Give each task one; 0 leaves it out.")
        whole, total = sum(lengths.values()), sum(self.shares[task] for task in lengths)
        if not total > 0:
            raise BadInput("No task of these rows has a share above 0.", mend="Give one of them some.")
        self._token_weight = {task: self.shares[task] / total * whole / count for task, count in lengths.items()}

    def loss(self, trainee: Trainee, batch: Batch) -> Loss:
        """See ``losses.sft``. Parts: ``nll`` of each task, not weighted."""
        logs = trainee.logprobs(batch)
        value, weight = losses.sft(logs, [self._weights(branch) for branch in batch.branches])
        told: dict[str, list[float]] = {}
        for branch, log in zip(batch.branches, logs, strict=True):
            told.setdefault(branch.task, []).extend((-log.detach()).tolist())
        parts = {f"nll {task}": float(np.mean(each)) for task, each in told.items()}
        return Loss(value=value, weight=weight, tokens=batch.answer_tokens, parts=parts)

    def _weights(self, branch: Branch) -> losses.Weights:
        of_task = self._token_weight.get(branch.task, 1.0)
        own = branch.weights if branch.weights is not None else (1.0,) * len(branch.answer_ids)
        return [of_task * one for one in own]


def corrections(examples: Examples, weight: float, *, shortest_match: int = 1) -> Examples:
    """Pairs as targets for SFT: the better answer, its changed tokens with this weight (``losses.changed_weights``).

    RLHF-V as weighted SFT: "larger gradient on edited tokens". The weight is assumed.
    """

    def better(branches: tuple[Branch, ...]) -> Iterator[Branch]:
        for chosen, rejected in pairs(branches):
            own, _ = losses.changed_weights(chosen.answer_ids, rejected.answer_ids, weight, shortest_match)
            yield replace(chosen, role="target", group=None, weights=tuple(own.tolist()))

    items = tuple(replace(example, branches=tuple(better(example.branches))) for example in examples.items)
    return replace(examples, items=items)


def pairs(branches: tuple[Branch, ...]) -> list[tuple[Branch, Branch]]:
    """(chosen, rejected) of each group. BadInput for a branch that has no other half."""
    return [(branches[one], branches[other]) for one, other in pair_indices(branches)]


def pair_indices(branches: tuple[Branch, ...]) -> list[tuple[int, int]]:
    """The same as indices."""
    groups: dict[str, dict[str, int]] = {}
    for at, branch in enumerate(branches):
        groups.setdefault(branch.group or f"#{at}", {})[branch.role] = at
    for halves in groups.values():
        if set(halves) != {"chosen", "rejected"}:
            row = branches[next(iter(halves.values()))].row_id
            raise BadInput(f"The row {row} is no pair.", mend="Give preference rows: a better and a worse answer each.")
    return [(halves["chosen"], halves["rejected"]) for halves in groups.values()]

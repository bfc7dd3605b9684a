"""Preference: the better answer is made likelier than the worse one, beside the model as it was before (DPO, RLHF-V).

What the model was before is asked once, before the first step, and kept by hash: no second model in memory, and one
forward pass less in every step. Live instead, it is asked in each step: with LoRA by the same weights without adapter.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.files import CannotWrite, whole_file
from videolect.training import losses
from videolect.training.batches import Batch, Batches, filled, least_budget
from videolect.training.devices import from_all, rank, shares
from videolect.training.examples import Branch, Examples
from videolect.training.films import Films
from videolect.training.method import Loss
from videolect.training.sft import pair_indices, pairs
from videolect.vlm.backends.qwen_files import fingerprint

if TYPE_CHECKING:
    from torch import Tensor

    from videolect.training.model import Trainee

_log = logging.getLogger(__name__)

Reference = Literal["precomputed", "live"]


class Preference:
    """DPO over pairs (``losses.dpo``); with ``changed_weight`` other than 1 RLHF-V's weights of tokens.

    ``mean``: an answer counts by the mean of its tokens, as RLHF-V's own DDPO does (Yu et al. 2023, eq. 3), not by
    their sum, as DPO does. ``cache``: a folder where what was precomputed stays. ``budget``: tokens of a batch when it
    is precomputed.
    """

    def __init__(
        self, *, beta: float = 0.1, changed_weight: float = 1.0, shortest_match: int = 1, mean: bool = False,
        reference: Reference = "precomputed", cache: Path | None = None, budget: int = 16_384,
    ) -> None:  # fmt: skip
        if not beta > 0:
            raise BadInput(f"beta is {beta}.", mend="Give more than 0; 0.1 is usual.")
        if reference not in get_args(Reference):
            raise BadInput(f"There is no reference {reference!r}.", mend="Use precomputed or live.")
        losses.changed_weights("a", "a", changed_weight)
        self.name = "dpo" if changed_weight == 1 else "rlhfv"
        self.beta, self.changed_weight, self.shortest_match, self.mean = beta, changed_weight, shortest_match, mean
        self.reference, self.cache, self.budget = reference, cache, budget
        self._known: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._weights: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def prepare(self, trainee: Trainee, examples: Examples, films: Films) -> None:
        """Check that all are pairs, and ask the reference. BadInput where the model has already changed without LoRA
        and nothing was kept: what it was before is gone."""
        check_pairs(trainee, examples)
        keys = [_key(branch) for branch in examples.branches]
        if self.reference == "live":
            trainee.keep_reference()
            return
        path = self.cache / f"reference-{self._hash(trainee, examples)}.npz" if self.cache else None
        lengths = [len(branch.answer_ids) for branch in examples.branches]
        kept = None if path is None else _read(path, lengths)
        if all(from_all(kept is not None)):  # where one lacks it, all are needed to compute it
            assert kept is not None
            self._known = dict(zip(keys, kept, strict=True))
            return
        for part in from_all(self._asked(trainee, examples, films)):
            self._known.update(part)
        if path is not None and rank() == 0:
            _write(path, [self._known[key] for key in keys])

    def loss(self, trainee: Trainee, batch: Batch) -> Loss:
        """See ``losses.dpo``. Parts: ``margin``, ``accuracy`` (margin above 0), ``chosen`` and ``rejected``: beta times
        how much likelier each has become, and ``nll`` of the better answers' tokens."""
        import torch

        logs = trainee.logprobs(batch)
        before = self._before(trainee, batch, logs)
        order = pair_indices(batch.branches)
        better, worse = ([pair[side] for pair in order] for side in (0, 1))
        weights = self._token_weights(batch.branches, order)
        now = losses.sums(logs, weights, mean=self.mean)
        then = losses.sums(before, weights, mean=self.mean)
        value, margins = losses.dpo(now[better], now[worse], then[better], then[worse], self.beta)
        grown = self.beta * (now - then).detach()
        parts = {
            "margin": float(margins.detach().mean()), "accuracy": float((margins.detach() > 0).float().mean()),
            "chosen": float(grown[better].mean()), "rejected": float(grown[worse].mean()),
            "nll": float(-torch.cat([logs[at].detach() for at in better]).mean()),
        }  # fmt: skip
        return Loss(value=value, weight=float(len(order)), tokens=batch.answer_tokens, parts=parts)

    def _before(self, trainee: Trainee, batch: Batch, logs: list[Tensor]) -> list[Tensor]:
        import torch

        if self.reference == "live":
            with trainee.reference():
                return trainee.logprobs(batch)
        if unknown := [branch.row_id for branch in batch.branches if _key(branch) not in self._known]:
            raise BadInput(
                f"The row {unknown[0]} was not there when the reference was asked.",
                mend="Prepare the method with all examples.",
            )
        return [
            torch.from_numpy(self._known[_key(branch)]).to(log.device)
            for branch, log in zip(batch.branches, logs, strict=True)
        ]

    def _asked(self, trainee: Trainee, examples: Examples, films: Films) -> dict[tuple[str, str], NDArray[np.float32]]:
        """Of this process's share of the batches."""
        budget = max(self.budget, least_budget(examples, trainee.layout))
        cut = Batches(examples=examples, budget=budget, clips=len(examples), layout=trainee.layout)
        found = {}
        with trainee.reference():
            for share in (one for step in cut.order(0, 0) for one in shares(step)):
                batch = filled([cut.pieces[at] for at in share.indices], films, trainee.pixels)
                for branch, log in zip(batch.branches, trainee.logprobs(batch), strict=True):
                    found[_key(branch)] = log.float().cpu().numpy()
        return found

    def _token_weights(self, branches: tuple[Branch, ...], order: list[tuple[int, int]]) -> list[losses.Weights] | None:
        if self.changed_weight == 1:
            return None
        made: list[losses.Weights] = [None] * len(branches)
        for one, other in order:
            better, worse = branches[one], branches[other]
            if better.row_id not in self._weights:
                self._weights[better.row_id] = losses.changed_weights(
                    better.answer_ids, worse.answer_ids, self.changed_weight, self.shortest_match
                )
            made[one], made[other] = self._weights[better.row_id]
        return made

    @staticmethod
    def _hash(trainee: Trainee, examples: Examples) -> str:
        whole = [fingerprint(trainee.source), trainee.precision, trainee.attention, trainee.layout, examples.hash]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:32]


def check_pairs(trainee: Trainee, examples: Examples) -> None:
    """BadInput where a branch is no half of a pair, where two pairs have one row id, and as ``Trainee.check``."""
    trainee.check(examples)
    for example in examples.items:
        pairs(example.branches)
    keys = [_key(branch) for branch in examples.branches]
    if again := [key for key, count in Counter(keys).items() if count > 1]:
        raise BadInput(f"Two pairs have the row id {again[0][0]}.", mend="Give each row once.")


def _key(branch: Branch) -> tuple[str, str]:
    return branch.row_id, branch.role


def _read(path: Path, lengths: Sequence[int]) -> list[NDArray[np.float32]] | None:
    """What was kept for answers of these lengths; None where it is not there, or damaged."""
    try:
        with np.load(path) as kept:
            logs, ends = kept["logs"], kept["ends"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        _log.warning("%s is damaged and is made anew: %s", path, error)
        return None
    if logs.dtype != np.float32 or ends.tolist() != np.cumsum(lengths).tolist() or len(logs) != sum(lengths):
        _log.warning("%s is not of these rows and is made anew.", path)
        return None
    return np.split(logs, ends[:-1])


def _write(path: Path, each: Sequence[NDArray[np.float32]]) -> None:
    """Whole or not at all. Where it cannot be kept the run goes on: it has what it needs."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as partial, partial.open("wb") as file:
            np.savez(file, logs=np.concatenate(each), ends=np.cumsum([len(one) for one in each]))
    except (OSError, CannotWrite) as error:
        _log.warning("The reference is not kept: %s", error)

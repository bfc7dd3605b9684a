"""Learning from rewards (GSPO): the model answers several times, and what was better than its other answers gains.

Answers are drawn by the path that serves, with one encoding of a film for all answers about it, judged as texts, and
read again as tokens; a text that was cut off at the most tokens has no end of turn. The ratio is of the very
log-probabilities that are trained on, so it is 1 before the first update of a draw whatever drew it. What is drawn
follows from the weights, the recipe's seed, the number of the step and the film: a run that goes on draws the same.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.training import losses
from videolect.training.batches import Batch, laid_tokens, longest_row
from videolect.training.examples import Branch, Example, Examples
from videolect.training.films import Films
from videolect.training.method import Draw, Loss
from videolect.training.recipe import Rollout
from videolect.training.rewards import Rewards
from videolect.vlm import tokens
from videolect.vlm.base import Answer, Decoding
from videolect.vlm.prompts import free

if TYPE_CHECKING:
    from torch import Tensor

    from videolect.training.model import Trainee

ALIKE = 1e-6
"""Rewards of a group that differ by less are alike: it teaches nothing."""


@dataclass(frozen=True, kw_only=True)
class Drawn(Batch):
    """Answers that were drawn: each branch is one of them."""

    advantages: Tensor
    """[branches]"""
    old: list[Tensor] | None = None
    """Of each branch the log-probabilities of its tokens when it was drawn; None where the first update is the only
    one, and they are those of that pass."""
    reference: list[Tensor] | None = None
    """The same by the model as it was when the run began."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Answers to one prompt about one film."""

    at: int
    """Which example's."""
    asked: Branch
    answers: Sequence[Answer]
    worth: NDArray[np.float64]
    """[answers]"""
    parts: Mapping[str, float]
    """The mean of each reward."""

    @property
    def alike(self) -> bool:
        """Whether no answer is better than another."""
        return bool(np.ptp(self.worth) < ALIKE)


@dataclass(frozen=True, slots=True)
class _Sample:
    """One answer as tokens."""

    at: int
    branch: Branch
    advantage: float


class Gspo:
    """See ``losses.gspo``. ``rewards``: by name the weight and the reward (``training.rewards``). ``budget``: tokens
    of the answers that are learned from at once, with their films."""

    name = "gspo"

    def __init__(self, rewards: Rewards, rollout: Rollout, *, seed: int = 0, budget: int = 16_384) -> None:
        self.rewards, self.rollout, self.seed, self.budget = rewards, rollout, seed, budget
        self.updates = rollout.updates
        self.how = Decoding(max_tokens=rollout.max_tokens, temperature=rollout.temperature, count=rollout.samples)

    def prepare(self, trainee: Trainee, examples: Examples, films: Films) -> None:
        """BadInput for pairs, and where an answer might not fit behind its film and prompt."""
        trainee.check(examples)
        most = min(trainee.context, self.budget)
        for example in examples.items:
            for branch in example.branches:
                if branch.role != "target":
                    raise BadInput(f"The row {branch.row_id} is half of a pair.", mend="Give caption or critique rows.")
                longest = len(example.ids) + len(branch.prompt_ids) + self.rollout.max_tokens
                if longest > most:
                    raise BadInput(
                        f"The row {branch.row_id} may have {longest:,} tokens with its answer, and {most:,} fit.",
                        mend="Allow fewer tokens in an answer, show fewer or smaller frames, or raise batch_tokens.",
                    )
        if self.rollout.kl:
            trainee.keep_reference()

    # -- what is learned from

    def draw(self, trainee: Trainee, batches: Sequence[Batch], step: int) -> Draw:
        """As ``method.Draws.draw``. A group whose rewards are all alike is counted and left out. BadInput where a
        reward is no finite number, where no reward has anything to say of a row, and for a batch without its films."""
        asked = _together(batches)
        groups = self._judged(asked, self._answered(trainee, asked, step))
        teaching = [group for group in groups if not group.alike]
        samples = self._samples(trainee, teaching, self._advantages(teaching))
        made = [self._with_logs(trainee, batch) for batch in self._batched(trainee, asked, samples)]
        return Draw(batches=tuple(made), figures=_figures(groups), sample=_shown(groups))

    def signed(self, trainee: Trainee, batch: Batch, signs: Sequence[float]) -> Drawn:
        """As ``method.Draws.signed``: as many of the answers as fit at once, judged too, so that a reward that fails
        does so before the first step."""
        groups = self._judged(batch, self._answered(trainee, batch, step=-1))
        samples = self._samples(trainee, groups, cycle(signs))
        return self._with_logs(trainee, next(self._batched(trainee, batch, samples)), always=True)

    def _answered(self, trainee: Trainee, asked: Batch, step: int) -> list[list[list[Answer]]]:
        """[examples][prompts][answers]"""
        with trainee.inference(batch=self.rollout.at_once) as backend:
            return [
                backend.generate(
                    film, [free(branch.prompt) for branch in example.branches],
                    replace(self.how, seed=self._seed(step, example.film)),
                )
                for example, film in zip(asked.examples, asked.films, strict=True)
            ]  # fmt: skip

    def _seed(self, step: int, film: str) -> int:
        """Not the same for two films, or the same draws would be made for both wherever their prompts are equal."""
        return int.from_bytes(hashlib.sha256(f"{self.seed} {step} {film}".encode()).digest()[:8])

    def _judged(self, asked: Batch, every: Sequence[Sequence[Sequence[Answer]]]) -> list[_Group]:
        groups = []
        for at, (example, film, answered) in enumerate(zip(asked.examples, asked.films, every, strict=True)):
            for branch, answers in zip(example.branches, answered, strict=True):
                texts = [answer.text for answer in answers]
                found = {name: reward(film, branch, texts) for name, (_, reward) in self.rewards.items()}
                groups.append(self._group(at, branch, answers, found))
        return groups

    def _group(
        self, at: int, branch: Branch, answers: Sequence[Answer], found: Mapping[str, Sequence[float] | None]
    ) -> _Group:
        worth, parts = np.zeros(len(answers)), {}
        for name, values in found.items():
            if values is None:
                continue
            each = np.asarray(values, np.float64)
            if each.shape != worth.shape or not np.isfinite(each).all():
                told = f"{len(each)} numbers for {len(worth)} answers" if each.shape != worth.shape else f"{values}"
                raise BadInput(
                    f"The reward {name} of the row {branch.row_id} is {told}.",
                    mend="A reward is one finite number for each answer: mend it, or leave the row out.",
                )
            worth += self.rewards[name][0] * each
            parts[name] = float(each.mean())
        if not parts:
            raise BadInput(
                f"No reward has anything to say of the row {branch.row_id}, of the task {branch.task}.",
                mend=f"Name one that has, beside {', '.join(self.rewards)}, or leave such rows out.",
            )
        return _Group(at=at, asked=branch, answers=answers, worth=worth, parts=parts)

    def _advantages(self, groups: Sequence[_Group]) -> list[float]:
        """Of all answers of these groups, one after another."""
        import torch

        if not groups:
            return []
        worth = torch.tensor(np.concatenate([group.worth for group in groups]), dtype=torch.float64)
        of = [number for number, group in enumerate(groups) for _ in group.answers]
        made: list[float] = losses.advantages(worth, of, scaled=self.rollout.scaled).tolist()
        return made

    def _samples(self, trainee: Trainee, groups: Sequence[_Group], advantages: Iterable[float]) -> list[_Sample]:
        end = trainee.tokenizer.convert_tokens_to_ids(tokens.TURN_END)
        made = []
        every = ((group, answer) for group in groups for answer in group.answers)
        for (group, answer), advantage in zip(every, advantages, strict=False):  # signs go on for ever
            said = trainee.tokenizer.encode(tokens.harmless(answer.text), add_special_tokens=False)
            whole = said if answer.finish == "length" and said else [*said, end]
            branch = replace(
                group.asked, ids=(*group.asked.prompt_ids, *whole), answer=answer.text, role="sample",
                group=group.asked.row_id, weights=None,
            )  # fmt: skip
            made.append(_Sample(at=group.at, branch=branch, advantage=advantage))
        return made

    def _batched(self, trainee: Trainee, asked: Batch, samples: Sequence[_Sample]) -> Iterator[Drawn]:
        """The answers in batches that fit; a film whose answers do not all fit is shown in several."""
        parts = list(self._parts(trainee, asked, samples))
        parts.sort(key=lambda part: longest_row(part[0], trainee.layout))
        held: list[tuple[Example, list[_Sample]]] = []
        for part in parts:
            if held and self._tokens(trainee, [one for one, _ in (*held, part)]) > self.budget:
                yield _batch(asked, held, trainee)
                held = []
            held.append(part)
        if held:
            yield _batch(asked, held, trainee)

    def _parts(
        self, trainee: Trainee, asked: Batch, samples: Sequence[_Sample]
    ) -> Iterator[tuple[Example, list[_Sample]]]:
        held: list[_Sample] = []
        example: Example | None = None
        for sample in samples:
            of = asked.examples[sample.at]
            if held and sample.at == held[-1].at:
                longer = replace(of, branches=tuple(one.branch for one in (*held, sample)))
                if self._tokens(trainee, [longer]) <= self.budget:
                    held, example = [*held, sample], longer
                    continue
            if example is not None:
                yield example, held
            held, example = [sample], replace(of, branches=(sample.branch,))
        if example is not None:
            yield example, held

    @staticmethod
    def _tokens(trainee: Trainee, examples: Sequence[Example]) -> int:
        lengths = [longest_row(one, trainee.layout) for one in examples]
        return laid_tokens(lengths, [len(one.branches) for one in examples], trainee.layout)

    def _with_logs(self, trainee: Trainee, batch: Drawn, *, always: bool = False) -> Drawn:
        import torch

        if self.updates > 1 or always:
            with torch.no_grad(), trainee.asked():
                batch = replace(batch, old=[log.detach() for log in trainee.logprobs(batch)])
        if self.rollout.kl:
            with trainee.reference():
                batch = replace(batch, reference=[log.detach() for log in trainee.logprobs(batch)])
        return batch

    # -- how

    def loss(self, trainee: Trainee, batch: Batch) -> Loss:
        """Of a batch that ``draw`` gave. Parts: ``ratio`` (the farthest from 1), ``clipped`` (the share of answers
        whose ratio is clipped), ``kl`` where it weighs. BadInput for other batches."""
        if not isinstance(batch, Drawn):
            raise BadInput("These are no answers of the model's own.", mend="Learn from what ``draw`` gives.")
        logs = trainee.logprobs(batch)
        old = batch.old if batch.old is not None else [log.detach() for log in logs]
        roll = self.rollout
        value, ratios = losses.gspo(logs, old, batch.advantages, below=roll.below, above=roll.above)
        apart = ratios.detach() - 1
        clipped = ((apart > roll.above) & (batch.advantages > 0)) | ((apart < -roll.below) & (batch.advantages < 0))
        parts = {"ratio": float(1 + apart[apart.abs().argmax()]), "clipped": float(clipped.float().mean())}
        if batch.reference is not None:
            kl = losses.kl(logs, batch.reference)
            value, parts["kl"] = value + roll.kl * kl, float(kl.detach())
        return Loss(value=value, weight=float(len(ratios)), tokens=batch.answer_tokens, parts=parts)


def _together(batches: Sequence[Batch]) -> Batch:
    """All of them as one, which nothing has to hold in memory at once. BadInput without films."""
    if any(len(batch.films) != len(batch.examples) for batch in batches):
        raise BadInput("A batch without its films cannot be answered.", mend="Give one of ``batches.filled``.")
    return Batch(
        examples=tuple(one for batch in batches for one in batch.examples),
        patches=tuple(one for batch in batches for one in batch.patches),
        films=tuple(one for batch in batches for one in batch.films),
    )


def _batch(asked: Batch, parts: Sequence[tuple[Example, Sequence[_Sample]]], trainee: Trainee) -> Drawn:
    import torch

    places = [samples[0].at for _, samples in parts]
    return Drawn(
        examples=tuple(example for example, _ in parts), patches=tuple(asked.patches[at] for at in places),
        films=tuple(asked.films[at] for at in places),
        advantages=torch.tensor(
            [sample.advantage for _, samples in parts for sample in samples], dtype=torch.float32, device=trainee.device
        ),
    )  # fmt: skip


def _figures(groups: Sequence[_Group]) -> dict[str, float]:
    """``reward``: the mean; ``best``: of the best answer to each prompt; ``spread``: the deviation within a group;
    ``alike``: the share of groups that teach nothing; ``length``: tokens; ``cut``: the share of answers that were cut
    off; each reward and each task apart, where there are several."""
    answers = [answer for group in groups for answer in group.answers]
    told = {
        "reward": _mean(group.worth.mean() for group in groups), "best": _mean(group.worth.max() for group in groups),
        "spread": _mean(group.worth.std() for group in groups), "alike": _mean(group.alike for group in groups),
        "length": _mean(answer.tokens for answer in answers),
        "cut": _mean(answer.finish == "length" for answer in answers),
    }  # fmt: skip
    names = dict.fromkeys(name for group in groups for name in group.parts)
    tasks = dict.fromkeys(group.asked.task for group in groups)
    for name in names if len(names) > 1 else ():
        told[f"reward {name}"] = _mean(group.parts[name] for group in groups if name in group.parts)
    for task in tasks if len(tasks) > 1 else ():
        told[f"reward of {task}"] = _mean(group.worth.mean() for group in groups if group.asked.task == task)
    return told


def _mean(values: Iterable[Any]) -> float:
    found = [float(value) for value in values]
    return math.fsum(found) / len(found)


def _shown(groups: Sequence[_Group]) -> dict[str, Any]:
    """The group whose rewards differ most, best answer first."""
    group = max(groups, key=lambda one: float(one.worth.std()))
    order = np.argsort(-group.worth, kind="stable").tolist()
    return {
        "row": group.asked.row_id, "target": group.asked.answer,
        "answers": [{"reward": round(float(group.worth[at]), 6), "text": group.answers[at].text} for at in order],
    }  # fmt: skip

"""Learning from rewards (GSPO): the model answers several times, and what was better than its other answers gains.

Answers are drawn by the path that serves, judged as texts, and read again as tokens; a text that was cut off at the
most tokens has no end of turn. The ratio is of the very log-probabilities that are trained on, so it is 1 before the
first update of a draw whatever drew it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from videolect.dataset.critique_points import points_of
from videolect.errors import BadInput
from videolect.metrics.points import match_points
from videolect.record.critique import is_sentinel
from videolect.training import losses
from videolect.training.batches import Batch
from videolect.training.examples import Branch, Example, Examples
from videolect.training.films import Films
from videolect.training.method import Loss
from videolect.vlm import tokens
from videolect.vlm.base import Answer, Backend, Decoding, Film
from videolect.vlm.prompts import free, judge

if TYPE_CHECKING:
    from torch import Tensor

    from videolect.training.model import Trainee

Reward = Callable[[Film, Branch, Sequence[str]], Sequence[float]]
"""Of a film, what was asked, and texts that answer it: one number each, more is better."""


def by_p_yes(backend: Backend) -> Reward:
    """The chance that a judge says Yes to the text as a description of the film. Let the judge not be who learns."""

    def reward(film: Film, branch: Branch, texts: Sequence[str]) -> list[float]:
        said = [text for text in texts if text.strip()]
        scores = iter(backend.p_yes(film, [judge(text) for text in said]))
        return [next(scores).p_yes if text.strip() else 0.0 for text in texts]

    return reward


def by_points(film: Film, branch: Branch, texts: Sequence[str]) -> list[float]:
    """F1 of a critique's points beside the expert's; where nothing is to be criticised 1 for the sentinel, else 0."""
    draft = branch.caption or ""
    right = is_sentinel(branch.answer)
    true = () if right else points_of(branch.answer, draft)
    made = []
    for text in texts:
        found = () if is_sentinel(text) else points_of(text, draft)
        if right or not true:
            made.append(float(is_sentinel(text) == right and not found))
            continue
        both = len(match_points(found, true, draft).pairs) if found else 0
        made.append(2 * both / (len(found) + len(true)))
    return made


def mixed(*parts: tuple[float, Reward]) -> Reward:
    """The weighted sum of several. BadInput for none."""
    if not parts:
        raise BadInput("No reward was named.", mend="Name one.")

    def reward(film: Film, branch: Branch, texts: Sequence[str]) -> list[float]:
        each = [np.asarray(one(film, branch, texts)) * weight for weight, one in parts]
        return [float(value) for value in np.sum(each, axis=0)]

    return reward


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """Answers to the prompts of a batch, what they were worth, and how likely they were when they were drawn."""

    batch: Batch
    rewards: Tensor
    """[samples]"""
    advantages: Tensor
    old: list[Tensor]


class Gspo:
    """See ``losses.gspo``. ``samples``: answers to each prompt. ``updates``: how often in a row one batch's draw is
    learned from. ``scaled``: advantages in deviations of their group."""

    name = "gspo"
    rewarded = True
    """Which answers are better is not known before they are drawn."""

    def __init__(
        self, reward: Reward, *, samples: int = 8, max_tokens: int = 512, temperature: float = 1.0, updates: int = 1,
        below: float = 3e-4, above: float = 4e-4, scaled: bool = True, seed: int = 0,
    ) -> None:  # fmt: skip
        if samples < 2 or updates < 1 or not temperature > 0:
            raise BadInput(
                f"{samples} samples at temperature {temperature} and {updates} updates teach nothing.",
                mend="Draw 2 or more samples at a temperature above 0, and make 1 or more updates.",
            )
        self.reward, self.samples, self.updates, self.seed = reward, samples, updates, seed
        self.max_tokens, self.temperature = max_tokens, temperature
        self.below, self.above, self.scaled = below, above, scaled
        self.draws = 0
        """How often it has drawn: the seed of the next draw follows from it, so a resumed run sets it."""
        self._last: tuple[Batch, Drawn, int] | None = None

    def prepare(self, trainee: Trainee, examples: Examples, films: Films) -> None:
        """BadInput for pairs: a prompt is all that is asked of a row."""
        trainee.check(examples)
        odd = next((branch for branch in examples.branches if branch.role != "target"), None)
        if odd is not None:
            raise BadInput(f"The row {odd.row_id} is half of a pair.", mend="Give caption or critique rows.")

    def loss(self, trainee: Trainee, batch: Batch) -> Loss:
        """Parts: ``reward``, ``spread`` (its deviation within prompts), ``ratio`` (the farthest from 1), ``length``."""
        drawn = self._of(trainee, batch)
        value, ratios = losses.gspo(
            trainee.logprobs(drawn.batch), drawn.old, drawn.advantages, below=self.below, above=self.above
        )
        apart = ratios.detach() - 1
        grouped = drawn.rewards.reshape(-1, self.samples)
        parts = {
            "reward": float(drawn.rewards.mean()), "spread": float(grouped.std(dim=1, unbiased=False).mean()),
            "ratio": float(1 + apart[apart.abs().argmax()]),
            "length": drawn.batch.answer_tokens / len(drawn.batch.branches),
        }  # fmt: skip
        return Loss(value=value, weight=float(len(ratios)), tokens=drawn.batch.answer_tokens, parts=parts)

    def _of(self, trainee: Trainee, batch: Batch) -> Drawn:
        if self._last is not None and self._last[0] is batch and self._last[2] < self.updates:
            self._last = (batch, self._last[1], self._last[2] + 1)
        else:
            self._last = (batch, self.draw(trainee, batch), 1)
        return self._last[1]

    def draw(self, trainee: Trainee, batch: Batch) -> Drawn:
        """Answers to every prompt of the batch. BadInput where it has no films."""
        import torch

        if len(batch.films) != len(batch.examples):
            raise BadInput("A batch without its films cannot be answered.", mend="Give one of ``batches.filled``.")
        how = Decoding(
            max_tokens=self.max_tokens, temperature=self.temperature, count=self.samples,
            seed=self.seed * 1_000_003 + self.draws,
        )  # fmt: skip
        self.draws += 1
        examples, rewards = [], []
        with trainee.inference() as backend:
            for example, film in zip(batch.examples, batch.films, strict=True):
                asked = example.branches
                every = backend.generate(film, [free(branch.prompt) for branch in asked], how)
                examples.append(replace(example, branches=self._samples(trainee, example, every)))
                for branch, answers in zip(asked, every, strict=True):
                    rewards += list(self.reward(film, branch, [answer.text for answer in answers]))
        made = Batch(examples=tuple(examples), patches=batch.patches, films=batch.films)
        worth = torch.tensor(rewards, dtype=torch.float32, device=trainee.device)
        groups = [branch.group or "" for branch in made.branches]
        with torch.no_grad(), trainee.asked():
            old = [log.detach() for log in trainee.logprobs(made)]
        advantage = losses.advantages(worth, groups, scaled=self.scaled)
        return Drawn(batch=made, rewards=worth, advantages=advantage, old=old)

    @staticmethod
    def _samples(trainee: Trainee, example: Example, every: Sequence[Sequence[Answer]]) -> tuple[Branch, ...]:
        end = trainee.tokenizer.convert_tokens_to_ids(tokens.TURN_END)
        made = []
        for branch, answers in zip(example.branches, every, strict=True):
            for answer in answers:
                said = trainee.tokenizer.encode(tokens.harmless(answer.text), add_special_tokens=False)
                whole = said if answer.finish == "length" and said else [*said, end]
                made.append(
                    replace(
                        branch, ids=(*branch.prompt_ids, *whole), answer=answer.text, role="sample",
                        group=f"{example.film} {branch.row_id}", weights=None,
                    )
                )  # fmt: skip
        return tuple(made)

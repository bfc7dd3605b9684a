"""From a recipe to the way of teaching that it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from videolect.record.critique import SENTINELS
from videolect.training.method import Method
from videolect.training.policy import Gspo
from videolect.training.preference import Preference
from videolect.training.recipe import Recipe
from videolect.training.rewards import Judge, rewards_of
from videolect.training.sft import Sft

if TYPE_CHECKING:
    from videolect.training.model import Trainee


def method_of(
    recipe: Recipe, trainee: Trainee, *, cache: Path | None = None, judge: Judge | None = None,
    sentinels: tuple[str, ...] = SENTINELS,
) -> Method:  # fmt: skip
    """The method, for the model as it was loaded. ``cache``: where log-probabilities of the reference stay. ``judge``:
    who says how likely a Yes is; None: the model as it is now. ``sentinels``: of the rows."""
    match recipe.method:
        case "sft":
            return Sft(shares=dict(recipe.shares) or None)
        case "dpo" | "rlhfv":
            assert recipe.beta is not None
            return Preference(
                beta=recipe.beta, changed_weight=recipe.edited_weight or 1.0, cache=cache, budget=recipe.batch_tokens
            )
        case "gspo":
            assert recipe.rollout is not None
            rewards = rewards_of(recipe.rollout, trainee, judge, sentinels)
            return Gspo(rewards, recipe.rollout, seed=recipe.seed, budget=recipe.batch_tokens)

"""From a recipe to the way of teaching that it names."""

from __future__ import annotations

from pathlib import Path

from videolect.errors import BadInput
from videolect.training.method import Method
from videolect.training.preference import Preference
from videolect.training.recipe import Recipe
from videolect.training.sft import Sft


def method_of(recipe: Recipe, *, cache: Path | None = None) -> Method:
    """The method. ``cache``: where log-probabilities of the reference stay. BadInput for one that needs a judge."""
    match recipe.method:
        case "sft":
            return Sft(shares=dict(recipe.shares) or None)
        case "dpo" | "rlhfv":
            assert recipe.beta is not None
            return Preference(
                beta=recipe.beta, changed_weight=recipe.edited_weight or 1.0, cache=cache, budget=recipe.batch_tokens
            )
    raise BadInput(
        f"The method {recipe.method} draws its own samples, which no command does yet.",
        mend="Use training.policy from Python, or a recipe of sft, dpo or rlhfv.",
    )

"""A recipe is one whole value: what goes together, where its numbers come from, and how fast it learns when."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import pytest

from videolect.errors import BadInput, NotFound
from videolect.training.recipe import ASSUMED, Recipe, learning_rate_at
from videolect.training.recipes import RECIPES, recipe_of


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_whole_and_tells_where_its_numbers_come_from(name: str):
    recipe = recipe_of(name)
    assert recipe.name == name
    usual = {field.name: field.default for field in fields(Recipe)}
    told = {field for field in ASSUMED if getattr(recipe, field) not in (None, usual[field]) or field in _NO_DEFAULT}
    assert told <= set(recipe.sources), f"{name} does not say where {sorted(told - set(recipe.sources))} come from"


_NO_DEFAULT = {"learning_rate", "step_clips", "epochs"}


def test_an_unknown_recipe_is_answered_with_the_known_ones():
    with pytest.raises(NotFound, match="tiny_cpu"):
        recipe_of("qwen3vl_9b")


def test_the_hash_follows_what_decides_about_the_weights():
    recipe = recipe_of("qwen3vl_8b_sft_full_1xh200")
    assert recipe.hash == recipe_of("qwen3vl_8b_sft_full_1xh200").hash
    assert replace(recipe, keep=7, says="else").hash == recipe.hash
    assert replace(recipe, learning_rate=2e-5).hash != recipe.hash
    assert recipe.with_steps(5).hash != recipe.hash
    assert len({recipe_of(name).hash for name in RECIPES if "24gb" not in name}) == len(RECIPES) - 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"method": "ppo"}, "ppo"),
        ({"tasks": ("captions",)}, "captions"),
        ({"tasks": ()}, "no task"),
        ({"tasks": ("preference",)}, "does not learn"),
        ({"method": "dpo"}, "does not learn"),
        ({"beta": 0.1}, "beta is for pairs"),
        ({"learning_rate": 0.0}, "learning_rate is 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"steps": 0}, "0 steps"),
        ({"warm_up": 1.0}, "shares"),
        ({"batch_tokens": 0}, "batch_tokens is 0"),
        ({"sources": {"speed": "us"}}, "speed"),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict[str, object], told: str):
    with pytest.raises(BadInput, match=told):
        replace(recipe_of("qwen3vl_8b_sft_full_1xh200"), **change)  # type: ignore[arg-type]


def test_the_rate_rises_and_then_falls_along_a_cosine():
    recipe = replace(recipe_of("qwen3vl_8b_sft_full_1xh200"), learning_rate=1.0, warm_up=0.1, final_share=0.1)
    rates = [learning_rate_at(recipe, step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == rates[10] == 1.0 == max(rates)
    assert rates[55] == pytest.approx(0.55)  # the middle of the fall
    assert rates[100] == pytest.approx(0.1)
    assert all(later <= before for before, later in pairwise(rates[10:]))

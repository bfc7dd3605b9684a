"""A recipe is one whole value: what goes together, where its numbers come from, and how fast it learns when."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import pytest

from videolect.errors import BadInput, NotFound
from videolect.training.recipe import ASSUMED, Lora, Recipe, Rollout, learning_rate_at
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


GSPO: dict[str, object] = {
    "method": "gspo", "tasks": ("caption",), "best_by": "caption_bleu4", "rollout": Rollout(rewards={"p_yes": 1.0}),
}  # fmt: skip


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
        ({"method": "gspo"}, "A rollout is for gspo"),
        ({"rollout": Rollout(rewards={"p_yes": 1.0})}, "A rollout is for gspo"),
        ({**GSPO, "tasks": ("caption", "yes_no")}, "No reward of p_yes is for yes_no rows"),
        ({**GSPO, "rollout": Rollout(rewards={"points": 1.0})}, "No reward of points is for caption rows"),
        ({**GSPO, "rollout": Rollout(rewards={"p_yes": 1.0, "points": 1.0})}, "The reward points is for no row"),
        ({**GSPO, "devices": 2}, "on one device"),
        ({**GSPO, "hints": 0.5}, "neither hints"),
        ({**GSPO, "lora": Lora(), "train_tower": True}, "a tower that learns beside an adapter"),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict[str, object], told: str):
    with pytest.raises(BadInput, match=told):
        replace(recipe_of("qwen3vl_8b_sft_full_1xh200"), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rewards": {}}, "The rewards are"),
        ({"rewards": {"p_yes": 0.0}}, "The rewards are"),
        ({"rewards": {"bleu": 1.0}}, "The reward 'bleu' is unknown"),
        ({"samples": 1}, "teach nothing"),
        ({"updates": 0}, "teach nothing"),
        ({"temperature": 0.0}, "Temperature 0"),
        ({"below": 1.0}, "Temperature"),
        ({"kl": float("nan")}, "divergence"),
    ],
)
def test_a_rollout_that_teaches_nothing_is_refused(change: dict[str, object], told: str):
    with pytest.raises(BadInput, match=told):
        Rollout(**{"rewards": {"p_yes": 1.0}, **change})  # type: ignore[arg-type]


def test_the_hash_of_a_rollout_follows_what_is_drawn_and_not_how_much_at_once():
    recipe = recipe_of("qwen3vl_8b_gspo_lora_1xh200")
    assert recipe.rollout is not None
    assert replace(recipe, rollout=replace(recipe.rollout, at_once=3, token_seconds=None)).hash == recipe.hash
    assert replace(recipe, rollout=replace(recipe.rollout, samples=9)).hash != recipe.hash


def test_the_rate_rises_and_then_falls_along_a_cosine():
    recipe = replace(recipe_of("qwen3vl_8b_sft_full_1xh200"), learning_rate=1.0, warm_up=0.1, final_share=0.1)
    rates = [learning_rate_at(recipe, step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == rates[10] == 1.0 == max(rates)
    assert rates[55] == pytest.approx(0.55)  # the middle of the fall
    assert rates[100] == pytest.approx(0.1)
    assert all(later <= before for before, later in pairwise(rates[10:]))

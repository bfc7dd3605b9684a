"""Recipes by name: functions that return one whole value each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from videolect.errors import NotFound
from videolect.training.recipe import Recipe
from videolect.training.recipes import qwen3vl, tiny

RECIPES: Mapping[str, Callable[[], Recipe]] = {
    make.__name__: make
    for make in (
        qwen3vl.qwen3vl_8b_sft_full_1xh200,
        qwen3vl.qwen3vl_8b_sft_captions_1xh200,
        qwen3vl.qwen3vl_8b_dpo_lora_1xh200,
        qwen3vl.qwen3vl_8b_rlhfv_lora_1xh200,
        qwen3vl.qwen3vl_8b_gspo_lora_1xh200,
        qwen3vl.qwen3vl_2b_lora_24gb,
        qwen3vl.qwen3vl_4b_lora_24gb,
        qwen3vl.qwen3vl_32b_lora_8xh100,
        tiny.tiny_cpu,
        tiny.tiny_cpu_desk,
        tiny.tiny_cpu_gspo,
    )
}
"""Every recipe, by its name."""


def recipe_of(name: str) -> Recipe:
    """The recipe of that name. NotFound lists them."""
    if name not in RECIPES:
        raise NotFound(f"There is no recipe {name[:80]!r}.", mend=f"Use one of {', '.join(RECIPES)}.")
    return RECIPES[name]()

"""What ``tiny_cpu`` will take, before a clip is drawn or a model is made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from videolect.training.examples import examples_of
from videolect.training.films import Shown
from videolect.training.inputs import CHARACTERS, GuessedTokenizer, lengths_of, limits_of
from videolect.training.plan import Plan, plan
from videolect.training.recipe import Recipe
from videolect.training.shapes import Shape
from videolect.training.tiny.clips import NAMES, PART, SLOW, TIMES_S
from videolect.training.tiny.models import SIZES, Size
from videolect.training.tiny.rows import PARTS, VARIANTS, Clip, rows_of


def plan_tiny(recipe: Recipe, *, parts: int = PARTS) -> Plan:
    """Of all parts, from the words of one: every part has as many clips of each movement."""
    size = SIZES[recipe.model.partition(":")[2]]
    rng = np.random.default_rng(0)
    slow = [NAMES[at % len(NAMES)] != "fixed_camera" and bool(rng.random() < SLOW) for at in range(PART)]
    clips = [
        Clip(
            key=f"part-0000-{at:02d}{variant}", part=0, at=at, held_back=False, variant=variant,
            move=NAMES[at % len(NAMES)], slow=slow[at],
        )
        for at in range(PART) for variant in VARIANTS
    ]  # fmt: skip
    rows = [row for clip in clips for row in rows_of(clip) if row.task in recipe.tasks]
    examples = examples_of(
        rows, GuessedTokenizer(), size.pixels,
        lambda row: Shown(key=row.video_id, times_s=TIMES_S, width=64, height=64), limits=limits_of(recipe),
    )  # fmt: skip
    one = lengths_of(examples)
    lengths = [
        replace(each, rows=tuple(f"{number}:{row}" for row in each.rows)) for number in range(parts) for each in one
    ]
    guessed = f"tokens: {CHARACTERS:g} characters count as one, and which clips move slowly is drawn"
    return plan(recipe, shape_of_size(size), lengths, estimated=(guessed,))


def shape_of_size(size: Size) -> Shape:
    """The shape that the model will have."""
    layers, width, heads, inner = size.language
    tower_layers, tower_width, tower_heads, tower_inner = size.tower
    return Shape(
        width=width, layers=layers, inner=inner, heads=heads, key_heads=heads, head_width=width // heads,
        vocabulary=size.vocabulary, tied=True, context=8192, tower_width=tower_width, tower_layers=tower_layers,
        tower_inner=tower_inner, tower_heads=tower_heads, deepstack=len(size.deepstack), places=size.places,
        pixels=size.pixels,
    )  # fmt: skip

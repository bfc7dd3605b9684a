"""``videolect train RECIPE --dry-run``: rows, tokens, memory and hours, before anything is loaded."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from videolect.cli.find_films import films_of
from videolect.cli.options import place_of
from videolect.errors import BadInput
from videolect.training import inputs
from videolect.training.examples import examples_of
from videolect.training.plan import Plan, in_gib, plan
from videolect.training.recipe import Recipe
from videolect.training.shapes import shape_of
from videolect.training.tiny.plan import plan_tiny


def planned(recipe: Recipe, asked: argparse.Namespace) -> tuple[Plan, Mapping[str, int]]:
    """What the recipe would take with these rows, and how many rows are left out, by reason."""
    if asked.rows is None:
        return _plan_of_own(recipe), {}
    given = inputs.rows_in(asked.rows, recipe, part=asked.part)
    model = asked.model or recipe.model
    shape = shape_of(model)
    estimated = []
    if (tokenizer := inputs.tokenizer_of(model)) is None:
        tokenizer = inputs.GuessedTokenizer()
        estimated.append(f"tokens: no tokenizer of {model} is here, so {inputs.CHARACTERS:g} characters count as one")
    wanted = inputs.wanted_of(recipe, shape.pixels)
    # The plan says itself which rows are too long, all of them.
    limits = replace(inputs.limits_of(recipe), context=1 << 30)
    make = partial(examples_of, given.rows, tokenizer, shape.pixels, limits=limits, spec_hash=given.spec_hash)
    if asked.videos is None and not place_of(asked).is_dir():
        estimated.append("films: none were named, so all count as the largest that the recipe shows")
        examples = make(shown=inputs.guessed_films(wanted))
    else:
        with films_of(asked) as find:
            examples = make(shown=inputs.FilmShelf(find, wanted).shown)
    found = plan(recipe, shape, inputs.lengths_of(examples), estimated=tuple(estimated))
    return found, examples.reasons


def _plan_of_own(recipe: Recipe) -> Plan:
    """Of rows that the recipe brings itself, before any clip is drawn."""
    if not recipe.model.startswith("tiny:"):
        raise BadInput(f"{recipe.name} brings no rows.", mend="Name a folder that data rows wrote: --rows DIR.")

    return plan_tiny(recipe)


def render_plan(answer: dict[str, Any]) -> str:
    """For people."""
    saved = answer["tokens_separate"] / answer["tokens"]
    parts = ", ".join(f"{name} {in_gib(size)}" for name, size in answer["memory"].items() if size)
    lines = [
        f"{answer['recipe']}: {answer['rows']:,} rows about {answer['films']:,} clips, {answer['steps']:,} steps.",
        (
            f"{answer['tokens']:,} tokens an epoch ({saved:.1f} times fewer than a film for each row), "
            f"{answer['answers']:,} of them answers; the longest row has {answer['longest']:,}."
        ),
        f"{answer['trained']:,} of {answer['parameters']:,} parameters are trained.",
        f"Memory of a device: {in_gib(answer['memory_bytes'])} of {in_gib(answer['device_bytes'])} ({parts}).",
    ]
    if answer["seconds"] is not None:
        lines.append(f"Predicted: {answer['seconds'] / 3600:.2f} hours.")
    if answer["seconds_drawing"] is not None:
        lines.append(
            f"Of them {answer['seconds_drawing'] / 3600:.2f} to write answers and to have them judged: at most "
            f"{answer['drawn']:,} tokens an epoch."
        )
    lines += [f"{count} rows are left out: {reason}." for reason, count in answer["left_out"].items()]
    lines += [f"Assumed: {words}." for words in answer["estimated"]]
    lines.append("It fits." if answer["fits"] else f"It does not fit. {answer['why']} {answer['mend']}")
    return "\n".join(lines)

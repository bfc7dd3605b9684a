"""``videolect train``: recipes that teach a model from rows."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videolect.cli.find_films import films_of
from videolect.cli.options import place_of
from videolect.errors import BadInput

if TYPE_CHECKING:
    from videolect.training.plan import Plan
    from videolect.training.recipe import Recipe


def add_parser(nouns: Any) -> None:
    """The noun: it takes a recipe's name, or ``list``."""
    noun = nouns.add_parser("train", help="teach a model by a recipe", description=run.__doc__)
    noun.add_argument("recipe", metavar="RECIPE", help="a recipe's name; list: show them all")
    noun.add_argument("--rows", type=Path, metavar="DIR", help="a folder that data rows wrote; tiny_cpu has its own")
    noun.add_argument("--part", default="train", metavar="P", help="of the rows; default: train")
    noun.add_argument(
        "--videos", metavar="PATH",
        help="where clips lie as files of their own, such as clips/{video_id}.mp4; default: the workspace's films",
    )  # fmt: skip
    noun.add_argument("--model", metavar="PATH", help="the checkpoint to begin with; default: the recipe's")
    noun.add_argument(
        "--judge", metavar="BACKEND",
        help="of gspo: the model whose P(Yes) rewards, such as qwen:PATH; default: the one it begins with",
    )  # fmt: skip
    noun.add_argument("--out", type=Path, metavar="DIR", help="where checkpoints, figures and the model go")
    noun.add_argument(
        "--cache", type=Path, metavar="DIR", help="keeps decoded frames, and what tiny_cpu draws, for all runs"
    )
    noun.add_argument("--parts", type=int, metavar="N", help="of tiny_cpu's clips, 60 each: fewer for a trial")
    noun.add_argument("--steps", type=int, metavar="N", help="so many steps instead of the recipe's")
    noun.add_argument("--batch-tokens", type=int, metavar="N", help="most tokens at once: what fits this machine")
    noun.add_argument(
        "--skip-missing", action="store_true", help="leave rows out whose film is missing, and count them"
    )
    noun.add_argument(
        "--skip-long", action="store_true", help="leave rows out that are over the limits, and count them"
    )
    noun.add_argument("--resume", action="store_true", help="go on from the latest checkpoint in --out")
    noun.add_argument("--dry-run", action="store_true", help="tell rows, tokens, memory and hours; load no weights")
    noun.set_defaults(run=run, render=render)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Teach a model by a recipe, or list the recipes there are (``train list``). With ``--dry-run`` it tells rows,
    tokens, and predicted memory and hours; exit code 1 where it cannot fit. A run that SIGTERM or an interrupt ends
    writes a checkpoint first, ends with 1, and goes on with ``--resume``."""
    from videolect.training.recipes import recipe_of

    if asked.recipe == "list":
        return 0, listing()
    recipe = recipe_of(asked.recipe)
    if asked.steps is not None:
        recipe = recipe.with_steps(asked.steps)
    if asked.batch_tokens is not None:
        recipe = replace(recipe, batch_tokens=asked.batch_tokens)
    if asked.skip_missing:
        recipe = replace(recipe, missing="skip")
    if asked.skip_long:
        recipe = replace(recipe, too_long="skip")
    if asked.judge is not None and (recipe.rollout is None or "p_yes" not in recipe.rollout.rewards):
        raise BadInput(f"{recipe.name} asks no judge.", mend="Leave --judge out.")
    if asked.dry_run:
        found, left_out = _plan(recipe, asked)
        return (0 if found.fits else 1), {**found.as_json(), "left_out": left_out}
    from videolect.cli.train_run import run_recipe

    return run_recipe(recipe, asked)


def _plan(recipe: Recipe, asked: argparse.Namespace) -> tuple[Plan, Mapping[str, int]]:
    from videolect.training import inputs
    from videolect.training.examples import examples_of
    from videolect.training.plan import plan
    from videolect.training.shapes import shape_of

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
    from videolect.training.tiny.plan import plan_tiny

    return plan_tiny(recipe)


def listing() -> dict[str, Any]:
    """Every recipe with what it is for."""
    from videolect.training.recipes import RECIPES

    made = [make() for make in RECIPES.values()]
    return {
        "recipes": [
            {"name": one.name, "says": one.says, "model": one.model, "method": one.method, "tasks": list(one.tasks),
             "hash": one.hash}
            for one in made
        ]
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """For people."""
    if "stopped" in answer:
        from videolect.cli.train_run import render_run

        return render_run(answer)
    if "recipes" in answer:
        wide = max(len(one["name"]) for one in answer["recipes"])
        return "\n".join(f"{one['name']:{wide}}  {one['says']}" for one in answer["recipes"])
    return _render_plan(answer)


def _render_plan(answer: dict[str, Any]) -> str:
    from videolect.training.plan import in_gib

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

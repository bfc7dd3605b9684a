"""``videolect train``: a recipe is tried on paper, or run; or all are listed."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from videolect.cli.train.learning import render_run, run_recipe
from videolect.cli.train.planned import planned, render_plan
from videolect.errors import BadInput
from videolect.training.recipes import RECIPES, recipe_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("recipe", metavar="RECIPE", help="a recipe's name; list: show them all")
    parser.add_argument("--rows", type=Path, metavar="DIR", help="a folder that data rows wrote; tiny_cpu has its own")
    parser.add_argument("--part", default="train", metavar="P", help="of the rows; default: train")
    parser.add_argument(
        "--videos", metavar="PATH",
        help="where clips lie as files of their own, such as clips/{video_id}.mp4; default: the workspace's films",
    )  # fmt: skip
    parser.add_argument("--model", metavar="PATH", help="the checkpoint to begin with; default: the recipe's")
    parser.add_argument(
        "--judge", metavar="BACKEND",
        help="of gspo: the model whose P(Yes) rewards, such as qwen:PATH; default: the one it begins with",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="DIR", help="where checkpoints, figures and the model go")
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="keeps decoded frames, and what tiny_cpu draws, for all runs"
    )
    parser.add_argument("--parts", type=int, metavar="N", help="of tiny_cpu's clips, 60 each: fewer for a trial")
    parser.add_argument("--steps", type=int, metavar="N", help="so many steps instead of the recipe's")
    parser.add_argument("--batch-tokens", type=int, metavar="N", help="most tokens at once: what fits this machine")
    parser.add_argument(
        "--skip-missing", action="store_true", help="leave rows out whose film is missing, and count them"
    )
    parser.add_argument(
        "--skip-long", action="store_true", help="leave rows out that are over the limits, and count them"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the latest checkpoint in --out")
    parser.add_argument("--dry-run", action="store_true", help="tell rows, tokens, memory and hours; load no weights")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Teach a model by a recipe, or list the recipes there are (``train list``). With ``--dry-run`` it tells rows,
    tokens, and predicted memory and hours; exit code 1 where it cannot fit. A run that SIGTERM or an interrupt ends
    writes a checkpoint first, ends with 1, and goes on with ``--resume``."""
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
        found, left_out = planned(recipe, asked)
        return (0 if found.fits else 1), {**found.as_json(), "left_out": left_out}
    return run_recipe(recipe, asked)


def listing() -> dict[str, Any]:
    """Every recipe with what it is for."""
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
        return render_run(answer)
    if "recipes" in answer:
        wide = max(len(one["name"]) for one in answer["recipes"])
        return "\n".join(f"{one['name']:{wide}}  {one['says']}" for one in answer["recipes"])
    return render_plan(answer)

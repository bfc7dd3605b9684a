"""``videolect train``: recipes that teach a model from rows."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(nouns: Any) -> None:
    """The noun: it takes a recipe's name, or ``list``."""
    noun = nouns.add_parser("train", help="teach a model by a recipe", description=run.__doc__)
    noun.add_argument("recipe", metavar="RECIPE", help="a recipe's name; list: show them all")
    noun.set_defaults(run=run, render=render)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Teach a model by a recipe, or list the recipes there are."""
    from videolect.training.recipes import recipe_of

    if asked.recipe == "list":
        return 0, listing()
    return 0, {"recipe": recipe_of(asked.recipe).as_json()}


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
    if "recipes" in answer:
        wide = max(len(one["name"]) for one in answer["recipes"])
        return "\n".join(f"{one['name']:{wide}}  {one['says']}" for one in answer["recipes"])
    told = answer["recipe"]
    return "\n".join(f"{name}: {value}" for name, value in told.items() if name != "sources")

"""``videolect train RECIPE``: the run itself."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from videolect.cli.find_films import films_of
from videolect.dataset.rows.folder import read_manifest, read_rows
from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.training import inputs
from videolect.training.inputs import FilmShelf, Find
from videolect.training.page import write_page
from videolect.training.place import check_place
from videolect.training.recipe import Recipe
from videolect.training.run import Run
from videolect.training.start import Given, start
from videolect.training.tiny.rows import PARTS
from videolect.training.tiny.start import model_of, start_tiny
from videolect.training.trials import evaluate_on, with_films
from videolect.training.watch import Evaluate
from videolect.video.cache import FrameCache
from videolect.vlm.backends import qwen_files
from videolect.vlm.base import Backend
from videolect.wiring import make_backend


def run_recipe(recipe: Recipe, asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Learn; the answer tells how far it came, and where the model and the page are."""
    if asked.out is None:
        raise BadInput("The run has no place.", mend="Name a folder for checkpoints, figures and the model: --out DIR.")
    _check(recipe, asked)
    with nullcontext() if asked.rows is None else films_of(asked) as find:
        run = _tiny(recipe, asked) if find is None else _over_rows(recipe, asked, find)
        ran = run.go(resume=asked.resume)
    answer = {"recipe": recipe.name, **asdict(ran), "path": str(asked.out)}
    if run.devices.main:
        try:
            answer["page"] = str(write_page(asked.out))
        except OSError as error:  # the model is made, and the page is drawn from figures that stay
            _say(f"The page could not be written: {error.strerror}.")
    return (0 if ran.model is not None or not run.devices.main else 1), answer


def _check(recipe: Recipe, asked: argparse.Namespace) -> None:
    """What is asked wrongly is said before anything is loaded."""
    if os.environ.get("RANK", "0") == "0":
        check_place(asked.out, resume=asked.resume)
    if asked.rows is None and not recipe.model.startswith("tiny:"):
        raise BadInput(f"{recipe.name} brings no rows.", mend="Name a folder that data rows wrote: --rows DIR.")
    if asked.parts is not None and (asked.rows is not None or asked.parts < 1):
        raise BadInput(
            f"--parts {asked.parts} is of the clips that {recipe.name} draws itself: 1 or more, and without --rows.",
            mend="Leave it out, or leave --rows out and give 1 or more.",
        )


def _tiny(recipe: Recipe, asked: argparse.Namespace) -> Run:
    cache = asked.cache or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "videolect"
    parts = PARTS if asked.parts is None else asked.parts
    return start_tiny(recipe, asked.out, cache, model=asked.model, parts=parts, say=_say, judge=_judge(asked))


def _judge(asked: argparse.Namespace) -> Backend | None:
    if asked.judge is None:
        return None

    return make_backend(asked.judge)


def _over_rows(recipe: Recipe, asked: argparse.Namespace, find: Find) -> Run:
    recipe = replace(recipe, hints=0.0)  # they need the truth of staged clips, which rows do not tell
    given = inputs.rows_in(asked.rows, recipe, part=asked.part)
    model = asked.model or recipe.model
    if model.startswith("tiny:"):
        model = model_of(model, (asked.cache or asked.out.parent) / "tiny-models")
    _, transformers = qwen_files.libraries()
    qwen_files.config_of(transformers, model)
    pixels = qwen_files.pixel_format_of(transformers, model)
    cache = FrameCache(asked.cache / "frames") if asked.cache else None
    shelf = inputs.FilmShelf(find, inputs.wanted_of(recipe, pixels), cache=cache)
    return start(
        recipe, model,
        Given(rows=given.rows, shown=shelf.shown, films=shelf, rows_hash=given.hash, spec_hash=given.spec_hash),
        asked.out, evaluate=_trial(recipe, asked, shelf), say=_say, judge=_judge(asked),
    )  # fmt: skip


def _trial(recipe: Recipe, asked: argparse.Namespace, shelf: FilmShelf) -> Evaluate | None:
    """On the part ``dev``, where it has rows for the figure that decides."""
    manifest = read_manifest(asked.rows)
    # Pairs teach to write; what is not taught at all is not tried.
    taught = ("caption", "critique", "yes_no") if recipe.tasks == ("preference",) else recipe.tasks
    tasks = [task for task in taught if f"dev/{task}.jsonl" in manifest["files"]]
    needed = "yes_no" if recipe.best_by.startswith("reward") else recipe.best_by.partition("_")[0]
    rows: list[Row] = [row for task in tasks for row in read_rows(asked.rows, "dev", task, manifest)]
    rows, lost = with_films(rows, shelf.shown, clips=recipe.evaluate_clips)
    if lost:
        _say(f"{lost} clips of the part dev have no film that can be read: the model is tried without them.")
    if needed not in {row.task for row in rows}:
        _say(
            f"{recipe.name} chooses by {recipe.best_by}, and the part dev has no rows of {needed} for it: the model is "
            "not tried, and the last one counts as the best."
        )
        return None

    def film_of(row: Row) -> Any:
        found = shelf.shown(row)
        return None if found is None else shelf(found.key)

    return evaluate_on(rows, film_of, clips=recipe.evaluate_clips, spec_hash=manifest["spec"]["hash"])


def _say(words: str) -> None:
    if os.environ.get("RANK", "0") == "0":
        print(words, file=sys.stderr, flush=True)


def render_run(answer: dict[str, Any]) -> str:
    """What came of it."""
    hours = answer["seconds"] / 3600
    lines = [f"{answer['step']:,} of {answer['steps']:,} steps, {answer['tokens']:,} tokens, {hours:.2f} hours."]
    if answer["best"] is not None:
        lines.append(f"The best was step {answer['best_step']:,}: {answer['best']:.4g}.")
    if answer["skipped"]:
        lines.append(f"{answer['skipped']} steps were left out: they gave no finite number.")
    if answer["stopped"]:
        lines.append(f"It stopped. {answer['stopped']}.")
    if answer["model"]:
        lines.append(f"The model is in {answer['model']}.")
    return "\n".join([*lines, f"The page: {answer.get('page', '')}"])

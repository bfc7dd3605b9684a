"""From a recipe, rows and films to a run that is ready to go: everything is read, checked and planned here."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from videolect import __version__
from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.evals.measures.critique import sentinels_of
from videolect.training.batches import Batches, filled
from videolect.training.devices import at_work, own_device
from videolect.training.examples import examples_of
from videolect.training.films import Films, ShownRows
from videolect.training.inputs import lengths_of, limits_of
from videolect.training.method import Method
from videolect.training.methods import method_of
from videolect.training.model import LoraPlan, Trainee, load
from videolect.training.plan import plan
from videolect.training.proofs import prove
from videolect.training.recipe import Recipe
from videolect.training.rewards import named
from videolect.training.run import Run
from videolect.training.shapes import shape_of
from videolect.training.watch import Evaluate
from videolect.vlm import prompts, tokens
from videolect.vlm.backends.qwen_files import fingerprint
from videolect.vlm.base import Backend

_LIBRARIES = ("torch", "transformers", "accelerate", "peft", "safetensors", "tokenizers", "numpy", "av")


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a run learns from."""

    rows: Sequence[Row]
    shown: ShownRows
    films: Films
    rows_hash: str
    spec_hash: str | None = None


def start(
    recipe: Recipe, model: str, given: Given, out: Path, *, evaluate: Evaluate | None = None,
    around: Callable[[Method], Method] | None = None, finish: Callable[[Trainee], None] | None = None,
    device: str | None = None, say: Callable[[str], None] | None = None, judge: Backend | None = None,
) -> Run:  # fmt: skip
    """The run. ``around``: another method about the recipe's own. ``judge``: whose P(Yes) is a reward; None: that of
    the model as it is now. Errors of ``videolect.errors``: what is missing, too
    long, of another format, or does not fit into memory is said before weights are loaded, where that can be known."""
    recipe = replace(recipe, devices=at_work())  # what is planned for are those that are there
    trainee = _loaded(recipe, model, device or own_device(recipe))
    examples = examples_of(
        given.rows, trainee.tokenizer, trainee.pixels, given.shown, limits=limits_of(recipe), spec_hash=given.spec_hash
    )
    for reason, count in examples.reasons.items():
        if say is not None:
            say(f"{count} rows are left out: {reason}.")
    made = plan(recipe, shape_of(model), lengths_of(examples))
    made.check()
    batches = Batches(examples=examples, budget=recipe.batch_tokens, clips=recipe.step_clips, layout=recipe.layout)
    method = method_of(recipe, trainee, cache=out / "reference", judge=judge, sentinels=sentinels_of(given.rows))
    if around is not None:
        method = around(method)
    run = Run(
        recipe=recipe, trainee=trainee, method=method, batches=batches, films=given.films, out=out, evaluate=evaluate,
        say=say, finish=finish,
        began_with={
            "recipe": recipe.hash, "rows": examples.hash, "model": fingerprint(model), "film format": tokens.FORMAT,
            "prompts": prompts.VERSION, "release": __version__,
            **({"judge": named(judge)} if recipe.rollout is not None and "p_yes" in recipe.rollout.rewards else {}),
        },
        about={
            "rows": given.rows_hash, "left_out": examples.reasons, "plan": made.as_json(), "libraries": _libraries(),
            "model": model, "python": platform.python_version(), "machine": platform.machine(),
        },
    )  # fmt: skip
    run.prove = lambda: _prove(run, say)
    return run


def _loaded(recipe: Recipe, model: str, device: str | None) -> Trainee:
    lora = recipe.lora
    if recipe.shards == "fsdp" and lora is None and recipe.precision == "bfloat16":
        raise BadInput("Weights in bfloat16 lose small steps.", mend="Use precision mixed, or an adapter.")
    trainee = load(
        model, dtype=recipe.precision, device=device, train_tower=recipe.train_tower,
        checkpointing=recipe.checkpointing, attention="segments" if recipe.layout == "packed" else "dense",
        lora=None if lora is None else LoraPlan(**asdict(lora), seed=recipe.seed),
    )  # fmt: skip
    trainee.layout = recipe.layout
    trainee.shows = {"frames": recipe.frames, "most_pixels": recipe.most_pixels}
    return trainee


def _prove(run: Run, say: Callable[[str], None] | None) -> None:
    """On the first batch of the run's own first step."""
    indices = run.batches.order(0, run.recipe.seed)[0][0][:2]
    batch = filled([run.batches.pieces[at] for at in indices], run.films, run.trainee.pixels)
    for proof in prove(run.trainee, run.method, [batch]):
        if say is not None:
            say(f"  {proof.name}: {proof.told}.")


def _libraries() -> Mapping[str, Any]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found

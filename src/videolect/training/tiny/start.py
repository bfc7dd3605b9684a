"""The run of ``tiny_cpu``: it brings its model, its clips and its rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from videolect.errors import BadInput
from videolect.stage import VERSION as STAGED
from videolect.training.recipe import Recipe
from videolect.training.run import Run
from videolect.training.start import Given, start
from videolect.training.tiny.clips import NAMES
from videolect.training.tiny.hints import Hinted, thrown_away
from videolect.training.tiny.models import SIZES, built
from videolect.training.tiny.rows import HELD, PARTS, VERSION, Staged
from videolect.training.tiny.trial import evaluate_on
from videolect.vlm.base import Backend

MODEL = "tiny:"
"""How a recipe names a model of ours, which is made where it is not there."""


def model_of(name: str, folder: Path) -> str:
    """The folder of ``tiny:small``, built below this one the first time; other names stay."""
    if not name.startswith(MODEL):
        return name
    return str(built(SIZES[name.removeprefix(MODEL)], folder))


def start_tiny(
    recipe: Recipe, out: Path, folder: Path, *, model: str | None = None, parts: int = PARTS, held: int = HELD,
    say: Callable[[str], None] | None = None, judge: Backend | None = None,
) -> Run:  # fmt: skip
    """Ready to go. ``folder``: where clips and the model at its beginning are kept, for other runs too; drawing all
    clips takes about 11 minutes of one core, once. BadInput where a model that knows nothing is to judge itself."""
    if recipe.rollout is not None and model is None:
        raise BadInput(
            f"{recipe.name} goes on with a model that was taught, and {recipe.model} knows nothing.",
            mend="Name one: --model runs/tiny/model, of a run of tiny_cpu.",
        )
    clips = folder / "tiny-clips"
    staged = Staged(clips, parts=parts, say=say)
    trial = Staged(clips, parts=held, held_back=True, variants=("",), say=say)
    given = Given(
        rows=staged.rows(recipe.tasks), shown=staged.shown, films=staged.film,
        rows_hash=f"staged {VERSION} {STAGED} {parts}",
    )  # fmt: skip
    labels = staged.labels()
    return start(
        recipe, model_of(model or recipe.model, folder / "tiny-models"), given, out, say=say, device="cpu", judge=judge,
        evaluate=evaluate_on(trial, clips=recipe.evaluate_clips),
        around=lambda inner: Hinted(inner, labels, len(NAMES), recipe.hints) if recipe.hints else inner,
        finish=thrown_away,
    )  # fmt: skip

"""A short real run of the tiny model in a process of its own, so that a test may kill it.

python -m tests.support.training_run OUT MODEL [--resume] [--steps N] [--slow]
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tests.support.training import SPEC, film, rows, shown
from tests.support.training import examples as short_examples
from videolect.training.batches import Batches
from videolect.training.examples import Limits, examples_of
from videolect.training.model import load
from videolect.training.recipe import Lora, Recipe
from videolect.training.run import Run
from videolect.training.sft import Sft
from videolect.training.watch import Evaluate


def recipe(**more: Any) -> Recipe:
    """Six steps of two clips."""
    usual = Recipe(
        name="short", says="A few steps.", model="micro", tasks=("yes_no",), learning_rate=1e-3, steps=6, step_clips=2,
        batch_tokens=2048, most_tokens=1024, precision="float32", checkpointing=False, save_every=1, keep=2,
        evaluate_every=3,
    )  # fmt: skip
    return replace(usual, **more)


def made(
    out: Path, model: Path, of: Recipe, *, evaluate: Evaluate | None = None, films: Any = film, method: Any = None,
    clips: int = 5, say: Any = None, short: bool = False,
) -> Run:  # fmt: skip
    """The run of a recipe over rows about films of noise. ``method``: one, or what makes one for the model. ``short``:
    with prompts of a few words, since captions and critiques are asked for with a whole policy."""
    from videolect.training.model import LoraPlan

    lora = LoraPlan(rank=4, alpha=8, dropout=of.lora.dropout) if of.lora else None
    trainee = load(str(model), dtype=of.precision, lora=lora, train_tower=of.train_tower)
    tasks = of.tasks
    examples = short_examples(trainee.tokenizer, *tasks, clips=clips) if short else examples_of(
        rows(*tasks, clips=clips), trainee.tokenizer, trainee.pixels, shown, limits=Limits(), spec_hash=SPEC.hash
    )  # fmt: skip
    method = method(trainee) if callable(method) else method or Sft()
    batches = Batches(examples=examples, budget=of.batch_tokens, clips=of.step_clips, layout="shared")
    return Run(
        recipe=of, trainee=trainee, method=method, batches=batches, films=films, out=out, evaluate=evaluate,
        say=say, began_with={"recipe": of.hash, "rows": examples.hash},
    )  # fmt: skip


def main() -> None:
    """See the module. A line for each step, so that whoever watches knows when to strike."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--dropout", type=float)
    parser.add_argument("--slow", action="store_true", help="rest in every film, so that there is time to strike")
    asked = parser.parse_args()
    more = {} if asked.dropout is None else {"lora": Lora(dropout=asked.dropout)}

    def films(key: str) -> Any:
        if asked.slow:
            time.sleep(0.2)
        return film(key)

    ran = made(asked.out, asked.model, recipe(**more), films=films).go(resume=asked.resume)
    print(json.dumps(asdict(ran)))


if __name__ == "__main__":
    main()

"""What two processes do together, each kind once, so that tests can hold it beside what one does.

torchrun --nproc-per-node 2 -m tests.support.training_devices OUT MODEL
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from tests.support.training import film
from tests.support.training_run import made, recipe
from videolect.training.batches import filled
from videolect.training.devices import rank
from videolect.training.preference import Preference
from videolect.training.proofs import prove
from videolect.training.recipe import Lora, Recipe
from videolect.training.run import Run
from videolect.training.watch import Trial

KINDS = ("sharded", "sharded half", "copies", "copies of one batch", "sharded pairs")
"""In the fourth a step is one batch: the second process runs along with it for nothing, and must not count."""
STEPS, BROKEN = 4, 2
"""Each kind learns so many steps; once more it begins, and goes on behind the second number."""


def recipe_of(kind: str, *, one: bool = False) -> Recipe:
    """Several batches in each step, so that both processes have some. ``one``: as a single process takes it."""
    more: dict[str, Any] = {"shards": "none" if one or "sharded" not in kind else "fsdp", "devices": 1 if one else 2}
    if "pairs" in kind or "half" in kind:
        more["lora"] = Lora(rank=4, alpha=8)
    if "half" in kind:
        more |= {"precision": "bfloat16", "checkpointing": True}
    if "pairs" in kind or kind == "copies":
        more |= {"method": "dpo", "beta": 0.1, "tasks": ("preference",), "batch_tokens": 4096, "most_tokens": 2048}
    elif kind != "copies of one batch":
        more |= {"batch_tokens": 512, "most_tokens": 512}
    step_clips = 2 if kind == "copies of one batch" else 4
    return recipe(steps=STEPS, step_clips=step_clips, evaluate_every=2, best_by="served", keep=9, clip=1e9, **more)


def run_of(out: Path, model: Path, kind: str, *, one: bool = False, films: Any = film) -> Run:
    """Ready to go, with proofs before the first step and trials by the path that serves."""
    of = recipe_of(kind, one=one)
    pairs = of.method == "dpo"
    method = Preference(beta=0.1, cache=out.parent / f"reference of {out.name}", budget=of.batch_tokens)
    run = made(out, model, of, films=films, method=method if pairs else None, evaluate=_served)
    first = run.batches.examples[0]
    run.prove = lambda: void(prove(run.trainee, run.method, [filled([first], film, run.trainee.pixels)]))
    return run


def void(_: Any) -> None:
    """Nothing."""


def _served(trainee: Any, step: int) -> Trial:
    """The log-probability of an answer by the path that serves; of a film that training does not show."""
    from videolect.vlm.prompts import free

    with trainee.inference() as backend:
        [logs] = backend.answer_logs(film("film9"), [free("Describe it.")], ["The camera pans right."])
    return Trial(figures={"served": float(logs.sum())})


def _told_to_stop(key: str) -> Any:
    """The second process alone is told to end, while films of the second step are read."""
    if rank() == 1:
        _told_to_stop.calls += 1  # type: ignore[attr-defined]
        if _told_to_stop.calls == 3:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGTERM)
    return film(key)


_told_to_stop.calls = 0  # type: ignore[attr-defined]


def main() -> None:
    """See the module."""
    out, model = Path(sys.argv[1]), Path(sys.argv[2])
    for kind in KINDS:
        run = run_of(out / kind, model, kind)
        run.go()
        run.devices.wait()
        again = out / f"{kind} again"
        if run.devices.main:
            shutil.copytree(out / kind, again)
            for step in range(BROKEN + 1, STEPS + 1):
                shutil.rmtree(again / "checkpoints" / f"step-{step:06d}")
        run.devices.wait()
        run_of(again, model, kind).go(resume=True)
    run_of(out / "told", model, "sharded", films=_told_to_stop).go()


if __name__ == "__main__":
    main()

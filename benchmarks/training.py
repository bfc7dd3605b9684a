"""A step of training on clips with five aspects: films shared between answers, beside TRL's ordinary way.

    python -m benchmarks training [--quick]      or      python -m benchmarks.training [METHOD ...] [--quick] [--json]

A random model, 256 wide with 4 layers; two clips of 360 tokens of film each. Five answers of 40 tokens about each clip
(SFT), or five pairs (DPO; with LoRA, and whole). The ordinary way is TRL's trainer in its own loop: a row for each
answer, the library's tower, and for DPO better and worse answers in one batch and the reference asked in every step.
TRL takes no video, so it gets ours (``training.trl``); all else is stock, in float32 and, where nothing else is said,
without checkpoints of activations. All ways have the same rows, batch, weights that learn, AdamW and clipping.

A step is: pixels from films, forward, backward, clip, update. Each way is a process of its own on one thread, and
takes turns with the ordinary one, step by step; ratios are medians over these turns of processor seconds. Memory is
the highest resident size, and how far that is above the loaded model.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np
from tools.tiny_models import built

from benchmarks.shared_film import FRAMES, HEIGHT, WIDE, WIDTH
from videolect.dataset.rows.row import Row
from videolect.training.batches import filled
from videolect.training.examples import Examples, Limits, examples_of
from videolect.training.films import Shown
from videolect.training.preference import Preference
from videolect.training.sft import Sft
from videolect.vlm.base import Film

ASPECTS = ("subject", "scene", "motion", "space", "camera")
TIMES = tuple(at / 4 for at in range(FRAMES))
RATE, SEED = 1e-4, 42


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to take a step."""

    layout: str = "separate"
    attention: str = "dense"
    live: bool = False
    """Whether DPO's reference is asked in each step."""
    trl: bool = False
    checkpoints: bool = False
    """TRL's default: layers are computed again backward instead of being kept."""


_DPO = {
    "TRL, live reference": Way(trl=True, live=True),
    "TRL, live, checkpoints (its defaults)": Way(trl=True, live=True, checkpoints=True),
    "TRL, precomputed reference": Way(trl=True), "separate rows, live reference": Way(live=True),
    "shared, live reference": Way(layout="packed", attention="segments", live=True),
    "shared, precomputed reference": Way(layout="packed", attention="segments"),
}  # fmt: skip
_SFT = {
    "TRL": Way(trl=True), "TRL, checkpoints (its default)": Way(trl=True, checkpoints=True), "separate rows": Way(),
    "separate rows, by segments": Way(attention="segments"), "shared, mask": Way(layout="shared"),
    "shared, by segments": Way(layout="packed", attention="segments"),
}  # fmt: skip
WAYS: dict[str, dict[str, Way]] = {
    "sft": _SFT,
    "sft in our loop": {name: _SFT[name] for name in ("separate rows", "shared, mask", "shared, by segments")},
    "dpo with LoRA": _DPO,
    "dpo": {name: _DPO[name] for name in ("TRL, live reference", "shared, precomputed reference")},
}
"""Of each method; the first is the ordinary one."""


# ------------------------------------------------------------------------------------------------------- side by side


def run(*, quick: bool) -> None:
    """Print a table for each method."""
    _print(measured(list(WAYS), 2 if quick else 5))


def _print(found: Iterator[tuple[str, list[dict[str, Any]]]]) -> None:
    for method, told in found:
        print(f"\n{method}: times as fast as {told[0]['way']}, median (lowest to highest) of turns")
        print("| way | tokens | seconds | times as fast | peak MB | over the model | loss of first and last step |")
        print("|---|---|---|---|---|---|---|")
        for one in told:
            fast = f"{one['times']:.2f} ({one['lowest']:.2f} to {one['highest']:.2f})" if one is not told[0] else "1"
            print(
                f"| {one['way']} | {one['tokens']:,} | {one['seconds']:.2f} | {fast} | {one['peak']:,.0f} "
                f"| {one['memory']:,.0f} | {one['losses'][0]:.6f}, {one['losses'][-1]:.6f} |"
            )
        print(f"largest relative difference of the loss of a step: {max(one['apart'] for one in told):.1e}", flush=True)


def measured(methods: Sequence[str], turns: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Of each method what each way took, the ordinary one first."""
    there = find_spec("trl") is not None
    if not there:
        print("TRL is not installed: its side is left out.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        built(WIDE, Path(folder))
        for method in methods:
            first, *others = [name for name, way in WAYS[method].items() if there or not way.trl]
            with _started(folder, method, first) as ordinary:
                ordinary.step()  # not counted, here as below: what is loaded late is loaded then
                told = [_beside(ordinary, folder, method, name, turns) for name in others]
                yield method, [_told(ordinary, ordinary, turns), *told]


def _beside(ordinary: Worker, folder: str, method: str, name: str, turns: int) -> dict[str, Any]:
    """Steps of this way and of the ordinary one, in turn."""
    with _started(folder, method, name) as other:
        other.step()
        for turn in range(turns):
            for worker in (ordinary, other) if turn % 2 else (other, ordinary):
                worker.step()
        return _told(other, ordinary, turns)


def _told(worker: Worker, ordinary: Worker, turns: int) -> dict[str, Any]:
    counted = worker.steps[1:]
    beside = ordinary.steps[-len(counted) :]
    ratios = [one["seconds"] / other["seconds"] for one, other in zip(beside, counted, strict=True)]
    losses = [step["loss"] for step in worker.steps[: turns + 1]]
    expected = [step["loss"] for step in ordinary.steps[: turns + 1]]
    return {
        "way": worker.name, "tokens": worker.tokens, "seconds": statistics.median(one["seconds"] for one in counted),
        "wall": statistics.median(one["wall"] for one in counted), "steps": len(counted),
        "times": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios), "losses": losses,
        "apart": max(abs(one / other - 1) for one, other in zip(losses, expected, strict=True)),
        "peak": counted[-1]["peak"], "memory": counted[-1]["memory"],
    }  # fmt: skip


@dataclass
class Worker:
    """A way in a process of its own, which takes a step when it is told to."""

    name: str
    process: subprocess.Popen[str]
    tokens: int = 0
    steps: list[dict[str, float]] = field(default_factory=list)

    def step(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("step\n")
        self.process.stdin.flush()
        self.steps.append(self.answer())

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended without an answer: see above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def _started(folder: str, method: str, name: str) -> Iterator[Worker]:
    asked = [sys.executable, "-W", "ignore", "-m", "benchmarks.training", "--work", folder, method, name]
    quiet = {"TQDM_DISABLE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **quiet}
    ) as process:  # fmt: skip
        worker = Worker(name=name, process=process)
        worker.tokens = worker.answer()["tokens"]
        yield worker
        assert process.stdin is not None
        process.stdin.close()


# ----------------------------------------------------------------------------------------------------- in its process


class Turns:
    """The worker's side: a line is read before each step and one is written behind it."""

    def __init__(self, answers: IO[str], loaded: float) -> None:
        self.answers, self.loaded = answers, loaded
        self.began = (0.0, 0.0)

    def ready(self, tokens: int) -> bool:
        """The way is ready; whether a step is asked for."""
        return self._answer({"tokens": tokens})

    def done(self, loss: float) -> bool:
        """A step is done; whether another is asked for."""
        seconds, wall = time.process_time() - self.began[0], time.perf_counter() - self.began[1]
        peak = _peak()
        return self._answer(
            {"loss": loss, "seconds": seconds, "wall": wall, "peak": peak, "memory": peak - self.loaded}
        )

    def _answer(self, told: dict[str, float]) -> bool:
        print(json.dumps(told), file=self.answers, flush=True)
        more = bool(sys.stdin.readline())
        self.began = time.process_time(), time.perf_counter()
        return more


def work(folder: str, method: str, name: str, answers: IO[str]) -> None:
    """Take steps of one way as long as they are asked for."""
    import torch

    from videolect.training.model import LoraPlan, load
    from videolect.training.packing import lay_out

    torch.set_num_threads(1)
    way = WAYS[method][name]
    if way.trl:
        import trl

        assert trl.SFTTrainer, "it is loaded when it is named"
    trainee = load(
        str(Path(folder) / WIDE.name), device="cpu", attention=way.attention,  # type: ignore[arg-type]
        lora=LoraPlan(rank=16, alpha=32, seed=SEED) if "LoRA" in method else None,
    )  # fmt: skip
    trainee.layout = way.layout  # type: ignore[assignment]
    pairs = not method.startswith("sft")
    rows = [_row(clip, aspect, pairs) for clip in range(2) for aspect in ASPECTS]
    examples = examples_of(rows, trainee.tokenizer, trainee.pixels, _shown, limits=Limits())
    turns = Turns(answers, _loaded())
    tokens = lay_out(examples.items, trainee.layout).tokens
    (_with_trl if way.trl else _with_ours)(trainee, examples, way, pairs, turns, tokens, folder)


def _with_ours(
    trainee: Any, examples: Examples, way: Way, pairs: bool, turns: Turns, tokens: int, folder: str
) -> None:  # fmt: skip
    """The plainest loop around our methods."""
    import torch

    method: Any = Preference(reference="live" if way.live else "precomputed") if pairs else Sft()
    method.prepare(trainee, examples, _film)
    weights = [weight for _, weight in trainee.trainable()]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.0)
    more = turns.ready(tokens)
    while more:
        loss = method.loss(trainee, filled(examples.items, _film, trainee.pixels))
        loss.value.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        more = turns.done(loss.value.item())


def _with_trl(
    trainee: Any, examples: Examples, way: Way, pairs: bool, turns: Turns, tokens: int, folder: str
) -> None:  # fmt: skip
    """TRL's own loop, which waits for its turn between steps."""
    import trl
    from transformers import PrinterCallback, TrainerCallback

    from videolect.training import tower
    from videolect.training.trl import VideoDPOTrainer, VideoSFTTrainer

    class Gate(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            control.should_training_stop = not turns.ready(tokens)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            control.should_training_stop = not turns.done(losses[-1])

    settings: dict[str, Any] = {
        "output_dir": str(Path(folder) / f"trl-{os.getpid()}"), "use_cpu": True, "bf16": False, "report_to": [],
        "disable_tqdm": True, "save_strategy": "no", "logging_strategy": "no", "dataloader_pin_memory": False,
        "per_device_train_batch_size": len(list(examples.branches)) // (2 if pairs else 1), "max_steps": 1000,
        "gradient_checkpointing": way.checkpoints, "learning_rate": RATE, "lr_scheduler_type": "constant",
        "optim": "adamw_torch", "weight_decay": 0.0, "seed": SEED,
    }  # fmt: skip
    losses: list[float] = []
    with tower.as_published(trainee.base.model.visual):
        trainer: Any
        if pairs:
            settings["precompute_ref_log_probs"] = not way.live
            trainer = VideoDPOTrainer(trainee, examples, _film, trl.DPOConfig(**settings), callbacks=[Gate()])
        else:
            trainer = VideoSFTTrainer(trainee, examples, _film, trl.SFTConfig(**settings), callbacks=[Gate()])
        trainer.remove_callback(PrinterCallback)
        step = trainer.training_step

        def noted(*given: Any, **more: Any) -> Any:
            loss = step(*given, **more)
            losses.append(float(loss))
            return loss

        trainer.training_step = noted
        trainer.train()


def _loaded() -> float:
    """Resident megabytes; the peak is counted anew from here, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return _resident("VmRSS")


def _peak() -> float:
    return _resident("VmHWM")


def _resident(name: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux: the highest ever is all there is
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


# --------------------------------------------------------------------------------------------------------- what is read


def _row(clip: int, aspect: str, pair: bool) -> Row:
    said = "The camera slowly pans to the left over the scene while the light stays as it is. " * 2
    return Row(
        row_id=f"{clip}:{aspect}", task="preference" if pair else "caption", part="train", triple_id=f"{clip}:{aspect}",
        video_id=f"clip{clip}", video_hash=None, source_id=f"clip{clip}", start_pts=None, end_pts=None, time_base=None,
        aspect=aspect, what="final>draft" if pair else "caption", prompt=f"Describe the {aspect} of this video.",
        prompt_hash="", target=said + aspect, rejected=said.replace("left", "right") + aspect if pair else None,
    )  # fmt: skip


def _shown(row: Row) -> Shown:
    return Shown(key=row.video_id, times_s=TIMES, height=HEIGHT, width=WIDTH)


def _film(key: str) -> Film:
    rng = np.random.default_rng(int(key.removeprefix("clip")))
    return Film(pictures=rng.integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3), np.uint8), times_s=TIMES)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("methods", nargs="*", choices=[*WAYS, []], metavar="METHOD", help=f"of {', '.join(WAYS)}")
    parser.add_argument("--quick", action="store_true", help="fewer turns: does it run, not how fast")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--work", nargs=3, metavar=("FOLDER", "METHOD", "WAY"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
        work(*asked.work, answers)
        return
    found = measured(asked.methods or list(WAYS), 2 if asked.quick else 5)
    if asked.json:
        print(json.dumps(dict(found), indent=1))
    else:
        _print(found)


if __name__ == "__main__":
    _main()

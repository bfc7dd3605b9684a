"""One training step of clips with five aspects: films shared between branches, beside a row for each branch.

A random model, 256 wide with 4 layers; a clip is 360 tokens of film. Five answers of 40 tokens about each clip (SFT),
or five pairs (DPO). Ratios of processor time on one thread, forward and backward, at the same loss; peak memory is of a
process of its own for each way. The ordinary way of DPO is separate rows and the reference asked in every step; TRL's
own trainer takes no video (docs/training-core.md).
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from tools.tiny_models import built

from benchmarks.shared_film import FRAMES, HEIGHT, WIDE, WIDTH
from videolect.dataset.rows import Row
from videolect.training.batches import Batch, filled
from videolect.training.examples import Examples, Limits, examples_of
from videolect.training.films import Shown
from videolect.training.preference import Preference
from videolect.training.sft import Sft
from videolect.vlm.base import Film

ASPECTS = ("subject", "scene", "motion", "space", "camera")
TIMES = tuple(at / 4 for at in range(FRAMES))
WAYS = {
    "sft": {"separate rows": ("separate", "dense"), "separate, segments": ("separate", "segments"),
            "shared, mask": ("shared", "dense"),
            "shared, segments": ("packed", "segments")},
    "dpo": {"separate rows, live reference": ("separate", "dense"), "shared, live reference": ("packed", "segments"),
            "shared, precomputed": ("packed", "segments")},
}  # fmt: skip
"""Of each method each way's layout and attention; the first is the ordinary one."""


def run(*, quick: bool) -> None:
    """Print each way's seconds, loss and memory, and the ratio to the ordinary one."""
    with tempfile.TemporaryDirectory() as folder:
        built(WIDE, Path(folder))
        for method, ways in WAYS.items():
            first: dict[str, Any] | None = None
            for way in ways:
                asked = [folder, method, way, "1" if quick else "3"]
                done = subprocess.run(
                    [sys.executable, "-m", "benchmarks.training", *asked], check=True, capture_output=True, text=True
                )
                told = json.loads(done.stdout.splitlines()[-1])
                first = first or told
                print(
                    f"  {method} {way:32} {told['seconds']:7.2f} s {told['tokens']:6,} tokens "
                    f"{told['memory']:6,.0f} MB over the model's   loss {told['loss']:.6f}   "
                    f"{first['seconds'] / told['seconds']:.2f}x"
                )


def one(folder: str, method: str, way: str, times: int) -> dict[str, Any]:
    """A way's median of processor seconds of a step, its loss, and what its peak memory is over a loaded model's."""
    import torch

    from videolect.training.model import LoraPlan, load
    from videolect.training.packing import lay_out

    torch.set_num_threads(1)
    layout, attention = WAYS[method][way]
    trainee = load(
        str(Path(folder) / WIDE.name), device="cpu", attention=attention,  # type: ignore[arg-type]
        lora=LoraPlan(rank=16, alpha=32) if method == "dpo" else None,
    )  # fmt: skip
    trainee.layout = layout  # type: ignore[assignment]
    found = _examples(trainee, pairs=method == "dpo")
    taught: Any = Sft()
    if method == "dpo":
        taught = Preference(reference="precomputed" if "precomputed" in way else "live")
    taught.prepare(trainee, found, _film)
    batch: Batch = filled(found.items, _film, trainee.pixels)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, value = [], 0.0
    for _ in range(times + 1):
        began = time.process_time()
        loss = taught.loss(trainee, batch)
        loss.value.backward()
        seconds.append(time.process_time() - began)
        value = loss.value.item()
        trainee.model.zero_grad(set_to_none=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": statistics.median(seconds[1:]), "loss": value, "memory": (peak - before) / 1024,
        "tokens": lay_out(batch.examples, trainee.layout).tokens,
    }  # fmt: skip


def _examples(trainee: Any, *, pairs: bool) -> Examples:
    rows = [_row(clip, aspect, pairs) for clip in range(2) for aspect in ASPECTS]
    return examples_of(rows, trainee.tokenizer, trainee.pixels, _shown, limits=Limits())


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


if __name__ == "__main__":
    print(json.dumps(one(*sys.argv[1:4], int(sys.argv[4]))))

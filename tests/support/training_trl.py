"""TRL's loop as the plainest there is; as a module, DPO through it in as many processes as torch's launcher starts.

python -m torch.distributed.run --nproc-per-node 2 -m tests.support.training_trl FOLDER MODEL
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

RATE, STEPS = 0.02, 3


def plain(folder: Path) -> dict[str, Any]:
    """Settings of plain gradient descent over all rows at once, in float32 on a CPU."""
    return {
        "output_dir": str(folder), "use_cpu": True, "bf16": False, "report_to": [], "disable_tqdm": True,
        "save_strategy": "no", "gradient_checkpointing": False, "per_device_train_batch_size": 64, "optim": "sgd",
        "per_device_eval_batch_size": 64, "learning_rate": RATE, "lr_scheduler_type": "constant", "max_grad_norm": 0.0,
        "weight_decay": 0.0, "max_steps": STEPS, "logging_steps": 1, "dataloader_pin_memory": False,
    }  # fmt: skip


def curve(trainer: Any) -> list[float]:
    """The loss of each step of TRL's own loop."""
    trainer.train()
    return [told["loss"] for told in trainer.state.log_history if "loss" in told]


def _main(folder: Path, model: str) -> None:
    import torch
    import trl

    from tests.support import training
    from videolect.training.model import LoraPlan, load
    from videolect.training.trl import VideoDPOTrainer

    torch.set_num_threads(1)
    trainee = load(model, device="cpu", attention="dense", lora=LoraPlan(rank=4, alpha=8))
    pairs = training.examples(trainee.tokenizer, "preference")
    each = len(list(pairs.branches)) // 2 // int(os.environ.get("WORLD_SIZE", "1"))
    settings = {**plain(folder), "per_device_train_batch_size": each, "precompute_ref_log_probs": True}
    trainer = VideoDPOTrainer(trainee, pairs, training.film, trl.DPOConfig(**settings))
    losses = curve(trainer)
    if trainer.accelerator.is_main_process:
        (folder / "losses.json").write_text(json.dumps(losses), encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])

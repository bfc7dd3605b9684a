"""One device or several: what a loop has to ask of them. Several work through Accelerate (DDP, or FSDP for shards).

    torchrun --nproc-per-node 8 -m videolect.cli.main train qwen3vl_32b_lora_8xh100 --rows rows --out run

Each process takes its share of a step's batches; gradients are summed over all, so a step is worth the same on one
device and on eight.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from videolect.errors import BadInput, MissingExtra
from videolect.training.recipe import Recipe

LAYERS = ("Qwen3VLTextDecoderLayer", "Qwen3VLVisionBlock")
"""What is sharded piece by piece."""


@dataclass(frozen=True, slots=True)
class Share:
    """A batch of a step as one process takes it."""

    indices: tuple[int, ...]
    counts: bool
    """Whether it counts: a process that has no batch of its own runs along with another's, for nothing."""


class Devices:
    """All processes of a run, as one of them sees them."""

    def __init__(self, recipe: Recipe) -> None:
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self.shards = recipe.shards
        self._accelerator: Any = self._made() if self.count > 1 else None
        self._wrapped: Any = None

    def _made(self) -> Any:
        try:
            import accelerate
            import torch
        except ImportError:
            raise MissingExtra("Several devices need accelerate.", mend="Run pip install 'videolect[train]'.") from None
        plugin = None
        if self.shards == "fsdp":
            plugin = accelerate.FullyShardedDataParallelPlugin(
                fsdp_version=2, auto_wrap_policy="transformer_based_wrap", transformer_cls_names_to_wrap=list(LAYERS)
            )
        return accelerate.Accelerator(fsdp_plugin=plugin, cpu=not torch.cuda.is_available())

    @property
    def main(self) -> bool:
        """Whether this process writes and speaks."""
        return self.rank == 0

    @property
    def device(self) -> str | None:
        """Where this process puts its model; None: as the model chooses."""
        return None if self._accelerator is None else str(self._accelerator.device)

    def prepare(self, trainee: Any, optimizer: Any) -> Any:
        """Wrap what is computed; the optimizer as it is to be used from here."""
        if self._accelerator is None:
            return optimizer
        trainee.net, optimizer = self._accelerator.prepare(trainee.net, optimizer)
        self._wrapped = trainee.net
        return getattr(optimizer, "optimizer", optimizer)

    def share(self, step: Sequence[tuple[int, ...]]) -> list[Share]:
        """This process's batches of a step. All processes get as many, or they would wait for each other for ever."""
        each = -(-len(step) // self.count)
        mine = [Share(batch, True) for batch in step[self.rank :: self.count]]
        return mine + [Share(step[-1], False)] * (each - len(mine))

    @contextmanager
    def backward(self, last: bool) -> Iterator[None]:
        """Around forward and backward of a batch: gradients travel with the last one only."""
        waits = self._accelerator is not None and self.shards == "none" and not last
        with self._wrapped.no_sync() if waits else nullcontext():
            yield

    def summed(self, value: float) -> float:
        """Over all processes."""
        if self._accelerator is None:
            return value
        import torch

        told = torch.tensor(value, dtype=torch.float64, device=self._accelerator.device)
        return float(self._accelerator.reduce(told, reduction="sum"))

    def whole(self, tensor: Any) -> Any:
        """A tensor that is sharded, put together; every process has to ask."""
        return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor

    def clip(self, weights: Sequence[Any], most: float) -> float:
        """Shrink the gradients to this norm; what it was."""
        import torch

        norm = torch.nn.utils.clip_grad_norm_(weights, most, error_if_nonfinite=False)
        return float(self.whole(norm))

    def wait(self) -> None:
        """Until all are here."""
        if self._accelerator is not None:
            self._accelerator.wait_for_everyone()

    def check(self, recipe: Recipe) -> None:
        """BadInput where there are not as many as the recipe was made for."""
        if self.count != recipe.devices:
            raise BadInput(
                f"{recipe.name} was made for {recipe.devices} devices, and {self.count} are at work.",
                mend=f"Start it with torchrun --nproc-per-node {recipe.devices}, or choose another recipe.",
            )

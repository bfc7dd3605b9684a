"""One device or several: what a loop has to ask of them. Copies of the model work through Accelerate (DDP), weights
that are sharded over the devices through PyTorch's own ``fully_shard`` (FSDP2).

    torchrun --nproc-per-node 8 -m videolect.cli.main train qwen3vl_32b_lora_8xh100 --rows rows --out run

Each process takes its share of a step's batches; gradients are summed over all, so a step is worth the same on one
device and on eight. Accelerate is not asked to shard: on a CPU it makes copies instead and says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from videolect.errors import INSTALL, MissingExtra
from videolect.training.recipe import Recipe
from videolect.vlm.backends.qwen_forward import LAYERS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """A batch of a step as one process takes it."""

    indices: tuple[int, ...]
    counts: bool
    """Whether it counts: a process that has no batch of its own runs along with another's, for nothing."""


def at_work() -> int:
    """Processes of this run, as torchrun tells them."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """Which of them this is, from 0."""
    return int(os.environ.get("RANK", "0"))


def own_device(recipe: Recipe) -> str | None:
    """Where this process loads its model; None: as the model chooses. What will be sharded is loaded beside the
    devices, since no one of them may hold all of it."""
    import torch

    if at_work() == 1:
        return None
    if recipe.shards == "fsdp" or not torch.cuda.is_available():
        return "cpu"
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"


def shares(step: Sequence[tuple[int, ...]]) -> list[Share]:
    """This process's batches of a step. All processes get as many, or they would wait for each other for ever."""
    count = at_work()
    mine = [Share(batch, True) for batch in step[rank() :: count]]
    return mine + [Share(step[-1], False)] * (-(-len(step) // count) - len(mine))


def from_all(mine: T) -> list[T]:
    """What each process gives, by rank; all must ask. Plain values and arrays, no tensors."""
    if at_work() == 1:
        return [mine]
    import torch

    found: list[Any] = [None] * at_work()
    torch.distributed.all_gather_object(found, mine)
    return found


def whole(tensor: Any) -> Any:
    """A tensor that is sharded, put together; all processes must ask. Others as they are."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


def laid_like(value: Any, weight: Any) -> Any:
    """A whole tensor as the weight lies: this process's part of it where that is sharded, with nothing sent."""
    if not hasattr(weight, "full_tensor"):
        return value
    from torch.distributed.tensor import distribute_tensor

    value = value.to(weight.device, weight.dtype)
    return distribute_tensor(value, weight.device_mesh, weight.placements, src_data_rank=None)


class Devices:
    """All processes of a run, as one of them sees them."""

    def __init__(self, recipe: Recipe) -> None:
        self.count, self.rank = at_work(), rank()
        self.sharded = recipe.shards == "fsdp" and self.count > 1
        self._accelerator: Any = self._made() if self.count > 1 else None
        self._wrapped: Any = None

    def _made(self) -> Any:
        try:
            import accelerate
            import torch
        except ImportError:
            raise MissingExtra("Several devices need accelerate.", mend=INSTALL.format("train")) from None
        return accelerate.Accelerator(cpu=not torch.cuda.is_available())

    @property
    def main(self) -> bool:
        """Whether this process writes and speaks."""
        return self.rank == 0

    def shard(self, trainee: Any) -> None:
        """Before anything is computed: give each process its part of every weight, if the recipe says so."""
        if not self.sharded:
            return
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        mesh = init_device_mesh(self._accelerator.device.type, (self.count,))
        for module in trainee.net.modules():
            if type(module).__name__ in LAYERS:
                fully_shard(module, mesh=mesh)
        fully_shard(trainee.net, mesh=mesh)
        trainee.gathered = lambda: _gathered(trainee.net)

    def copies(self, trainee: Any) -> None:
        """Before the first step: gradients of the copies become one, unless the weights are sharded."""
        if self._accelerator is not None and not self.sharded:
            trainee.net = self._wrapped = self._accelerator.prepare_model(trainee.net)

    @contextmanager
    def backward(self, last: bool) -> Iterator[None]:
        """Around forward and backward of a batch: gradients of copies travel with the last one only."""
        waits = self._wrapped is not None and not last
        with self._wrapped.no_sync() if waits else nullcontext():
            yield

    def summed(self, value: float) -> float:
        """Over all processes."""
        if self._accelerator is None:
            return value
        import torch

        told = torch.tensor(value, dtype=torch.float64, device=self._accelerator.device)
        return float(self._accelerator.reduce(told, reduction="sum"))

    def any_of(self, mine: str) -> str:
        """The first process's word that is not empty: what one was told, all do. All must ask."""
        return next((word for word in from_all(mine) if word), "") if self.summed(float(bool(mine))) else ""

    def collected(self, tensors: Mapping[str, Any]) -> dict[str, Any]:
        """What is sharded put together one by one, beside the devices, in the process that writes; elsewhere nothing.
        All processes must ask."""
        kept = {}
        for name, tensor in tensors.items():
            found = whole(tensor)
            if self.main:
                kept[name] = found.cpu() if self.sharded else found
        return kept

    def clip(self, weights: Sequence[Any], most: float) -> float:
        """Shrink the gradients to this norm; what it was."""
        import torch

        return float(whole(torch.nn.utils.clip_grad_norm_(weights, most, error_if_nonfinite=False)))

    def wait(self) -> None:
        """Until all are here."""
        if self._accelerator is not None:
            self._accelerator.wait_for_everyone()


@contextmanager
def _gathered(net: Any) -> Iterator[None]:
    """Every device holds all weights while the block runs, so that parts of the model can be asked in any order."""
    from torch.distributed.fsdp import FSDPModule

    parts: list[Any] = [module for module in net.modules() if isinstance(module, FSDPModule)]
    for part in parts:
        part.set_reshard_after_forward(False, recurse=False)
        part.unshard()
    try:
        yield
    finally:
        for part in parts:
            part.set_reshard_after_forward(part is not net, recurse=False)
            part.reshard()

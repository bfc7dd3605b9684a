"""The forward pass of training, as one module: rows and patches in, log-probabilities of answer tokens out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from videolect.training.attention import Attention, parts_of
from videolect.training.packing import Laid
from videolect.vlm.backends import qwen_forward

if TYPE_CHECKING:
    from torch import Tensor

AnswerLogs = Any
"""A ``torch.nn.Module``; torch is not loaded to name it."""


def answer_logs_module(model: Any, *, attention: Attention, train_tower: bool, tile: int) -> AnswerLogs:
    """The module around transformers' model. ``tile``: answer tokens whose logits are in memory at once."""
    return _module()(model, attention, train_tower, tile)


@cache
def _module() -> Any:
    import torch

    class Module(torch.nn.Module):  # type: ignore[misc]  # its base has no type where torch is not read
        """See the module's own words."""

        def __init__(self, model: Any, attention: Attention, train_tower: bool, tile: int) -> None:
            super().__init__()
            self.model, self.attention, self.train_tower, self.tile = model, attention, train_tower, tile

        def forward(
            self, laid: Laid, patches: Sequence[NDArray[np.float32]], grids: Sequence[tuple[int, int, int]], cast: Any
        ) -> Tensor:  # fmt: skip
            """[answer tokens] float32."""
            with cast:
                hidden = hidden_states(self.model, laid, patches, grids, self.attention, self.train_tower)
                return answer_logs(self.model.lm_head, hidden, self._on(laid.due_id), self.tile)

        def _on(self, values: NDArray[np.int64]) -> Tensor:
            return torch.from_numpy(values).to(self.model.device)

    return Module


def hidden_states(
    model: Any, laid: Laid, patches: Sequence[NDArray[np.float32]], grids: Sequence[tuple[int, int, int]],
    attention: Attention, train_tower: bool,
) -> Tensor:  # fmt: skip
    """From which each answer token is foretold, [answer tokens, width]."""
    import torch

    device = model.device
    with torch.set_grad_enabled(torch.is_grad_enabled() and train_tower):
        shown = np.concatenate([patches[at] for at in laid.films])
        seen = qwen_forward.features(model, shown, [grids[at] for at in laid.films])
    more: dict[str, Any] = {"attention_mask": torch.ones(1, 1, 1, 1, dtype=torch.bool, device=device)}
    if attention == "dense":
        more = {"attention_mask": torch.from_numpy(laid.sees()).to(device)[:, None]}
    else:
        more["videolect_parts"] = [parts_of(row) for row in laid.segments]
    out = qwen_forward.run(
        model, torch.from_numpy(laid.ids).to(device), torch.from_numpy(laid.positions).to(device), seen=seen,
        film=laid.places, use_cache=False, **more,
    )  # fmt: skip
    row, column = (torch.from_numpy(one).to(device) for one in (laid.due_row, laid.due_column))
    hidden: Tensor = out.last_hidden_state[row, column]
    return hidden


def answer_logs(head: Any, hidden: Any, ids: Any, tile: int) -> Tensor:
    """Log-probabilities of these tokens, [answer tokens] float32: the head at some of them at a time."""
    import torch
    from torch.utils.checkpoint import checkpoint

    def some(states: Tensor, wanted: Tensor) -> Tensor:
        logits: Tensor = head(states).float()
        return logits.gather(1, wanted[:, None])[:, 0] - logits.logsumexp(dim=-1)

    made = []
    for states, wanted in zip(hidden.split(tile), ids.split(tile), strict=True):
        again = torch.is_grad_enabled() and len(ids) > tile
        made.append(checkpoint(some, states, wanted, use_reentrant=False) if again else some(states, wanted))
    return torch.cat(made)

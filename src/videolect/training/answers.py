"""The forward pass of training, as one module: rows and patches in, log-probabilities of answer tokens out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from videolect.training.attention import Attention, parts_of
from videolect.training.packing import Laid
from videolect.vlm import tokens

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

    device, inner = model.device, model.model
    with torch.set_grad_enabled(torch.is_grad_enabled() and train_tower):
        features, deep = _features(inner, laid, patches, grids, device)
    places = torch.from_numpy(laid.places).to(device)
    tokens.check_places(int(laid.places.sum()), len(features), len(features))
    inputs = inner.get_input_embeddings()(torch.from_numpy(laid.ids).to(device))
    inputs = inputs.masked_scatter(places[..., None], features.to(inputs.dtype))
    more: dict[str, Any] = {"attention_mask": torch.ones(1, 1, 1, 1, dtype=torch.bool, device=device)}
    if attention == "dense":
        more = {"attention_mask": torch.from_numpy(laid.sees()).to(device)[:, None]}
    else:
        more["videolect_parts"] = [parts_of(row) for row in laid.segments]
    out = inner.language_model(
        inputs_embeds=inputs, position_ids=torch.from_numpy(laid.positions).to(device), use_cache=False,
        visual_pos_masks=places, deepstack_visual_embeds=deep, **more,
    )  # fmt: skip
    row, column = (torch.from_numpy(one).to(device) for one in (laid.due_row, laid.due_column))
    hidden: Tensor = out.last_hidden_state[row, column]
    return hidden


def _features(
    inner: Any, laid: Laid, patches: Sequence[NDArray[np.float32]], grids: Sequence[tuple[int, int, int]], device: Any
) -> tuple[Tensor, list[Tensor]]:  # fmt: skip
    """The films through the tower: [places, width], and the same for each level of DeepStack."""
    import torch

    pixels = torch.from_numpy(np.concatenate([patches[at] for at in laid.films])).to(device)
    shapes = torch.tensor([grids[at] for at in laid.films], device=device)
    seen = inner.get_video_features(pixels, shapes, return_dict=True)
    # Older transformers (5.17) leave a level of DeepStack whole, newer ones cut it by film.
    deep = [level if torch.is_tensor(level) else torch.cat(list(level)) for level in seen.deepstack_features]
    return torch.cat(list(seen.pooler_output)), deep


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

"""A cache of keys and values with room to grow: the library's own copies all of it for every token that is written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def roomy_cache(layers: Sequence[tuple[torch.Tensor, torch.Tensor]], rows: int, more: int) -> Any:
    """A ``DynamicCache`` that begins with these keys and values for each row, with room for ``more`` tokens.

    ``layers``: [1, heads, tokens, width] each; they are copied.
    """
    from transformers import DynamicCache

    made = DynamicCache()
    for keys, values in layers:
        layer = _roomy_layer()()
        layer.fill(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1), more)
        made.layers.append(layer)
    return made


@cache
def _roomy_layer() -> Any:
    from transformers import cache_utils

    library: Any = cache_utils

    class RoomyLayer(library.DynamicLayer):  # type: ignore[misc]
        """Keys and values are views of larger tensors, and new ones are written behind them."""

        def fill(self, keys: torch.Tensor, values: torch.Tensor, more: int) -> None:
            self.lazy_initialization(keys, values)
            self.held = [self._roomy(part, more) for part in (keys, values)]
            self.keys, self.values = (part[:, :, : keys.shape[2]] for part in self.held)

        def update(
            self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
        ) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
            have = self.keys.shape[2]
            end = have + key_states.shape[2]
            if end > self.held[0].shape[2]:
                self.held = [self._roomy(part, end) for part in (self.keys, self.values)]
            for held, new in zip(self.held, (key_states, value_states), strict=True):
                held[:, :, have:end] = new
            self.keys, self.values = (held[:, :, :end] for held in self.held)
            return self.keys, self.values

        @staticmethod
        def _roomy(part: torch.Tensor, more: int) -> torch.Tensor:
            rows, heads, tokens, width = part.shape
            held = part.new_empty(rows, heads, tokens + more, width)
            held[:, :, :tokens] = part
            return held

    return RoomyLayer

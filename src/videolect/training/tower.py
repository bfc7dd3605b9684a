"""The vision tower in fewer and larger steps, equal to the library's own.

transformers attends group of frames by group in a loop, and takes its patches through a Conv3d whose stride is its
kernel, for which some versions of torch are ten times slower than the matrix product that it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from types import MethodType
from typing import TYPE_CHECKING, Any

from videolect.vlm.backends.qwen_forward import rotated

if TYPE_CHECKING:
    from torch import Tensor


def quicken(tower: Any) -> None:
    """Patches by a matrix product; attention of all groups of one length in one call."""
    for module, forward in _slow(tower):
        module.forward = MethodType(forward, module)


@contextmanager
def as_published(tower: Any) -> Iterator[None]:
    """The library's own steps while the block runs: what inference takes."""
    held = [(module, module.__dict__.pop("forward", None)) for module, _ in _slow(tower)]
    try:
        yield
    finally:
        for module, forward in held:
            if forward is not None:
                module.forward = forward


def _slow(tower: Any) -> list[tuple[Any, Any]]:
    return [(tower.patch_embed, _embed), *((block.attn, _attend) for block in tower.blocks)]


def _embed(self: Any, patches: Tensor) -> Tensor:
    from torch.nn.functional import linear

    weight = self.proj.weight
    return linear(patches.to(weight.dtype), weight.reshape(len(weight), -1), self.proj.bias)


def _attend(self: Any, hidden_states: Tensor, cu_seqlens: Tensor, position_embeddings: Any, **_: Any) -> Tensor:
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    count = len(hidden_states)
    query, key, value = self.qkv(hidden_states).reshape(count, 3, self.num_heads, -1).unbind(1)
    query, key = rotated(query, key, position_embeddings)
    made = []
    for length, at, stretch in _stretches(cu_seqlens):
        one, two, three = (
            each[at : at + stretch].reshape(-1, length, *each.shape[1:]).transpose(1, 2) for each in (query, key, value)
        )
        seen = scaled_dot_product_attention(one, two, three, scale=self.scaling)
        made.append(seen.transpose(1, 2).reshape(stretch, -1))
    whole: Tensor = self.proj(torch.cat(made) if len(made) > 1 else made[0])
    return whole


def _stretches(cu_seqlens: Tensor) -> list[tuple[int, int, int]]:
    """Neighbouring groups of one length: their length, where they begin, and how many patches they are in all."""
    known: list[tuple[int, int, int]] | None = getattr(cu_seqlens, "_videolect_stretches", None)
    if known is not None:
        return known
    edges = cu_seqlens.tolist()  # waits for the device, so once for all layers
    made: list[tuple[int, int, int]] = []
    for start, end in pairwise(edges):
        if made and made[-1][0] == end - start:
            length, at, stretch = made[-1]
            made[-1] = (length, at, stretch + length)
        else:
            made.append((end - start, start, end - start))
    cu_seqlens._videolect_stretches = made
    return made

"""The forward pass of Qwen3-VL: serving and training run this one, so a model answers by what it learned.

The only file that knows what transformers calls the parts of the model, what they take and what they give. The film's
features are put in their places here and not by the library, whose arguments for that come and go between versions and
are swallowed in silence where they are unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from videolect.vlm import tokens

if TYPE_CHECKING:
    from torch import Tensor

LAYERS = ("Qwen3VLTextDecoderLayer", "Qwen3VLVisionBlock")
"""Classes of the layers, for whoever deals with them one by one."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Features:
    """Films as the vision tower sees them, one behind the other."""

    places: Tensor
    """[places, width]: what stands in the places that the films have among the tokens."""
    levels: list[Tensor]
    """Of DeepStack, [places, width] each: what is added there after each of the first layers."""


def features(model: Any, patches: NDArray[np.float32], grids: Sequence[tuple[int, int, int]]) -> Features:
    """Through the tower. patches: of all films; grids: groups, rows and columns of each."""
    import torch

    pixels = torch.from_numpy(patches).to(model.device)
    seen = model.model.get_video_features(pixels, torch.tensor(grids, device=model.device), return_dict=True)
    return Features(
        places=_whole(seen.pooler_output), levels=[_whole(level) for level in seen.deepstack_features]
    )  # fmt: skip


def _whole(found: Any) -> Tensor:
    """transformers 5.17 leaves a level of DeepStack whole, newer ones cut it by film."""
    import torch

    return found if torch.is_tensor(found) else torch.cat(list(found))


def run(
    model: Any, ids: Tensor, positions: Tensor, *, seen: Features | None = None, film: NDArray[np.bool_] | None = None,
    **more: Any,
) -> Any:  # fmt: skip
    """The language model's own output over these tokens. ids: [rows, columns]; positions: [4, rows, columns].

    ``seen`` is put where ``film``, [rows, columns], says. BlindModel where they do not fit. ``more``: as the library's
    language model takes it.
    """
    import torch

    inner = model.model
    embedded = inner.get_input_embeddings()(ids)
    if seen is not None and film is not None:
        expected = int(film.sum())
        for part in (seen.places, *seen.levels):
            tokens.check_places(expected, expected, len(part))
        mask = torch.from_numpy(film).to(embedded.device)
        embedded = embedded.masked_scatter(mask[..., None], seen.places.to(embedded.dtype))
        more |= {"visual_pos_masks": mask, "deepstack_visual_embeds": seen.levels}
    return inner.language_model(inputs_embeds=embedded, position_ids=positions, **more)


def rotated(query: Tensor, key: Tensor, by: Any) -> tuple[Tensor, Tensor]:
    """Queries and keys of the tower turned by their places, as the library does."""
    from transformers.models.qwen3_vl.modeling_qwen3_vl import apply_rotary_pos_emb_vision

    turned: tuple[Tensor, Tensor] = apply_rotary_pos_emb_vision(query, key, *by)
    return turned

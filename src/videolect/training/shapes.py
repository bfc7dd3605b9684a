"""How large a Qwen3-VL is, from its configuration alone: parameters by part, and floating point operations of a token.

The published shapes stand here, so that a run is planned without weights and without a network. Counts are exact: those
of a configuration equal the sizes of the tensors that transformers makes of it (tested), and of the published models
the sizes that their index of weights tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, NotFound
from videolect.files import bring_back
from videolect.vlm.tokens import PixelFormat


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Layers and widths of language model and vision tower."""

    width: int
    layers: int
    inner: int
    """Width inside the MLP."""
    heads: int
    key_heads: int
    head_width: int = 128
    vocabulary: int = 151_936
    tied: bool
    """Whether the head is the embedding."""
    context: int = 262_144
    """Tokens that the positions were made for."""
    tower_width: int
    tower_layers: int
    tower_inner: int
    tower_heads: int = 16
    deepstack: int = 3
    """Levels of the tower that are handed to the language model's first layers."""
    places: int = 2304
    """Learned positions of the tower."""
    pixels: PixelFormat = field(default_factory=PixelFormat)

    @property
    def layer(self) -> int:
        """Parameters of one layer of the language model: projections with the norms of queries and keys, MLP, norms."""
        queries, keys = self.heads * self.head_width, self.key_heads * self.head_width
        attention = self.width * (queries + 2 * keys) + queries * self.width + 2 * self.head_width
        return attention + 3 * self.width * self.inner + 2 * self.width

    @property
    def language(self) -> int:
        """Parameters of the language model without embedding and head."""
        return self.layers * self.layer + self.width

    @property
    def embedding(self) -> int:
        """Parameters of the embedding; a head that is not tied has as many again."""
        return self.vocabulary * self.width

    @property
    def merger(self) -> int:
        """Parameters of what makes one token of some patches: there is one, and one for each level of DeepStack."""
        joined = self.tower_width * self.pixels.merge**2
        return joined * joined + joined + joined * self.width + self.width

    @property
    def tower(self) -> int:
        """Parameters of the vision tower with its mergers."""
        patch = 3 * self.pixels.temporal_patch * self.pixels.patch**2
        block = 4 * self.tower_width**2 + 4 * self.tower_width  # queries, keys and values in one; the way out
        block += 2 * self.tower_width * self.tower_inner + self.tower_inner + self.tower_width
        block += 4 * self.tower_width  # two norms with bias
        joined = self.tower_width * self.pixels.merge**2
        mergers = (1 + self.deepstack) * self.merger + 2 * self.tower_width + self.deepstack * 2 * joined
        whole = patch * self.tower_width + self.tower_width + self.places * self.tower_width
        return whole + self.tower_layers * block + mergers

    @property
    def parameters(self) -> int:
        """All of them."""
        return self.language + self.embedding * (1 if self.tied else 2) + self.tower

    def adapter(self, rank: int) -> int:
        """Parameters of a LoRA adapter of this rank on every projection of the language model's layers."""
        queries, keys = self.heads * self.head_width, self.key_heads * self.head_width
        sides = [(self.width, queries), (self.width, keys), (self.width, keys), (queries, self.width)]
        sides += [(self.width, self.inner), (self.width, self.inner), (self.inner, self.width)]
        return self.layers * rank * sum(ins + outs for ins, outs in sides)

    def token_work(self, length: float) -> float:
        """Floating point operations of one token through the language model, forward, that sees ``length`` others."""
        return 2 * self.layers * self.layer + 4 * self.layers * self.heads * self.head_width * length

    def place_work(self, patches: int) -> float:
        """Of one place of the film through the tower, forward; ``patches``: of one group of frames."""
        joined = self.pixels.merge**2
        mergers = (1 + self.deepstack) * self.merger
        blocks = self.tower - mergers - self.places * self.tower_width
        return 2 * (joined * blocks + mergers) + 4 * joined * self.tower_layers * self.tower_width * patches


SHAPES: Mapping[str, Shape] = {
    "Qwen/Qwen3-VL-2B-Instruct": Shape(
        width=2048, layers=28, inner=6144, heads=16, key_heads=8, tied=True, tower_width=1024, tower_layers=24,
        tower_inner=4096,
    ),
    "Qwen/Qwen3-VL-4B-Instruct": Shape(
        width=2560, layers=36, inner=9728, heads=32, key_heads=8, tied=True, tower_width=1024, tower_layers=24,
        tower_inner=4096,
    ),
    "Qwen/Qwen3-VL-8B-Instruct": Shape(
        width=4096, layers=36, inner=12_288, heads=32, key_heads=8, tied=False, tower_width=1152, tower_layers=27,
        tower_inner=4304,
    ),
    "Qwen/Qwen3-VL-32B-Instruct": Shape(
        width=5120, layers=64, inner=25_600, heads=64, key_heads=8, tied=False, tower_width=1152, tower_layers=27,
        tower_inner=4304,
    ),
}  # fmt: skip
"""The published dense models."""


def shape_of(model: str) -> Shape:
    """Of a checkpoint's folder, or of a published model by its name. NotFound, BadInput."""
    bring_back(Path(model))
    path = Path(model) / "config.json"
    if path.is_file():
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
            pixels = json.loads((path.parent / "video_preprocessor_config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"The configuration in {model} cannot be read: {error}.", mend="Take it anew.") from None
        return _from_config(model, config, PixelFormat.from_config(pixels))
    known = {name.rpartition("/")[2]: shape for name, shape in SHAPES.items()}
    found = SHAPES.get(model) or known.get(Path(model).name)
    if found is None:
        raise NotFound(
            f"The size of the model {model[:200]!r} is not known.",
            mend=f"Give the folder of its config.json, or one of {', '.join(SHAPES)}.",
        )
    return found


def _from_config(model: str, config: Mapping[str, Any], pixels: PixelFormat) -> Shape:
    if config.get("model_type") != "qwen3_vl":
        raise BadInput(f"{model} is a {config.get('model_type')}.", mend="Give a Qwen3-VL checkpoint (qwen3_vl).")
    try:
        text, tower = config["text_config"], config["vision_config"]
        return Shape(
            width=text["hidden_size"], layers=text["num_hidden_layers"], inner=text["intermediate_size"],
            heads=text["num_attention_heads"], key_heads=text["num_key_value_heads"],
            head_width=text.get("head_dim") or text["hidden_size"] // text["num_attention_heads"],
            vocabulary=text["vocab_size"], context=text["max_position_embeddings"],
            tied=bool(config.get("tie_word_embeddings", text.get("tie_word_embeddings", False))),
            tower_width=tower["hidden_size"], tower_layers=tower["depth"], tower_inner=tower["intermediate_size"],
            tower_heads=tower["num_heads"], deepstack=len(tower["deepstack_visual_indexes"]),
            places=tower["num_position_embeddings"], pixels=pixels,
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise BadInput(f"The config.json of {model} lacks {error}.", mend="Give a whole checkpoint.") from None

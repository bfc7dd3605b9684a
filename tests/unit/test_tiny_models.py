"""The tiny checkpoints are what a published one is: whole, loadable by the libraries alone, the same each time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tools import tiny_models

from videolect.training.tiny.models import SIZES, STAMP, stamp_of
from videolect.vlm import prompts, tokens
from videolect.vlm.base import Film
from videolect.vlm.tokens import PixelFormat

TinyModel = Callable[[str], Path]


@pytest.fixture
def film() -> Film:
    pictures = np.random.default_rng(3).integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
    return Film(pictures=pictures, times_s=tuple(number / 4 for number in range(8)))


def loaded(folder: Path) -> tuple[Any, Any, PixelFormat]:
    from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

    config = json.loads((folder / "video_preprocessor_config.json").read_text())
    model = Qwen3VLForConditionalGeneration.from_pretrained(folder).eval()
    return model, PreTrainedTokenizerFast.from_pretrained(folder), PixelFormat.from_config(config)


@pytest.mark.parametrize("name", SIZES)
def test_it_loads_without_torchvision_and_sees_a_film(name: str, tiny_model: TinyModel, film: Film):
    import sys

    import torch

    model, tokenizer, format = loaded(tiny_model(name))
    assert "torchvision" not in sys.modules
    assert format == SIZES[name].pixels
    made = tokens.seen(film, format)
    text = tokens.chat_head(made.words) + tokens.chat_tail(prompts.judge("The camera pans left.").text)
    ids = torch.tensor([tokenizer.encode(text)])
    places = ids == model.config.video_token_id
    tokens.check_places(int(places.sum()), made.tokens)

    def answer(patches: np.ndarray) -> Any:
        with torch.inference_mode():
            return model(
                input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=2 * places.int(),
                pixel_values_videos=torch.from_numpy(patches), video_grid_thw=torch.tensor([made.grid]),
            ).logits[0, -1]  # fmt: skip

    assert answer(made.patches).shape == (SIZES[name].vocabulary,)
    assert not torch.equal(answer(made.patches), answer(np.zeros_like(made.patches)))


def test_it_writes_until_its_end_mark_and_no_further(tiny_model: TinyModel):
    model, tokenizer, _ = loaded(tiny_model("micro"))
    ends = [tokenizer.convert_tokens_to_ids(mark) for mark in (tokens.TURN_END, "<|endoftext|>")]
    assert model.generation_config.eos_token_id == ends
    assert model.generation_config.pad_token_id == tokenizer.pad_token_id == ends[1]
    assert tokenizer.eos_token_id == ends[0]


@pytest.mark.parametrize("name", SIZES)
def test_each_mark_is_one_token_and_so_are_yes_and_no(name: str, tiny_model: TinyModel):
    model, tokenizer, _ = loaded(tiny_model(name))
    for word in (*tokens.SPECIAL, "<|endoftext|>", "<|image_pad|>", "Yes", "No"):
        assert len(tokenizer.encode(word)) == 1
    for text in ("The camera pans left, então 镜头 \U0001f3a5\n\n  ok.", prompts.judge("x").text):
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert len(tokenizer) == model.get_input_embeddings().num_embeddings == SIZES[name].vocabulary


def test_the_same_settings_give_the_same_files_and_only_once(tiny_model: TinyModel, tmp_path: Path):
    kept = tiny_model("micro")
    first = tiny_models.built(SIZES["micro"], tmp_path)
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in kept.iterdir())
    for name in names:
        assert (first / name).read_bytes() == (kept / name).read_bytes(), name
    before = {path: path.stat().st_mtime_ns for path in first.iterdir()}
    assert tiny_models.built(SIZES["micro"], tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in first.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["micro"]


def test_other_settings_and_a_half_made_folder_are_built_anew(tiny_model: TinyModel, tmp_path: Path):
    kept = tiny_model("micro")
    (tmp_path / "micro").mkdir()
    (tmp_path / "micro" / "config.json").write_text("{}")
    made = tiny_models.built(SIZES["micro"], tmp_path)
    assert (made / "config.json").read_bytes() == (kept / "config.json").read_bytes()
    other = replace(SIZES["micro"], seed=1)
    assert other.hash != SIZES["micro"].hash
    assert stamp_of(tiny_models.built(other, tmp_path))["hash"] == other.hash
    assert (made / "model.safetensors").read_bytes() != (kept / "model.safetensors").read_bytes()
    assert json.loads((made / STAMP).read_text())["parameters"] == 1_004_224

"""A plan counts tokens, predicts memory by its parts, and refuses what cannot fit with what would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from videolect.errors import BadInput, NotFound
from videolect.training.plan import Length, memory_of, plan, trained
from videolect.training.recipe import GIB, Lora
from videolect.training.recipes import recipe_of
from videolect.training.shapes import SHAPES, shape_of

FULL = recipe_of("qwen3vl_8b_sft_full_1xh200")
EIGHT = SHAPES["Qwen/Qwen3-VL-8B-Instruct"]


def clips(count: int = 64, *, branches: int = 5, words: int = 400, film: int = 1100) -> list[Length]:
    return [
        Length(
            rows=tuple(f"t{clip}:{at}" for at in range(branches)), film=film, places=film - 76, group=512,
            branches=((words, 120),) * branches, shared=film + branches * words,
        )
        for clip in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "bytes_of_bfloat16"),
    [("2B", 4_255_064_064), ("4B", 8_875_631_616), ("8B", 17_534_247_392), ("32B", 66_714_780_128)],
)
def test_published_shapes_have_the_size_of_the_published_weights(name: str, bytes_of_bfloat16: int):
    """``total_size`` in the index of the published weights of 8B; the others follow from the same formula."""
    assert 2 * SHAPES[f"Qwen/Qwen3-VL-{name}-Instruct"].parameters == bytes_of_bfloat16


@pytest.mark.parametrize("size", ["micro", "small"])
def test_parameters_are_counted_as_torch_counts_them(size: str, tiny_model: Callable[[str], Path]):
    import torch
    from transformers import Qwen3VLForConditionalGeneration

    shape = shape_of(str(tiny_model(size)))
    model = Qwen3VLForConditionalGeneration.from_pretrained(tiny_model(size))
    assert shape.parameters == sum(weight.numel() for weight in model.parameters())
    assert shape.tower == sum(weight.numel() for weight in model.model.visual.parameters())
    language = model.model.language_model
    assert shape.language == sum(weight.numel() for weight in language.parameters()) - shape.embedding
    adapted = [one for one in language.modules() if isinstance(one, torch.nn.Linear)]
    assert shape.adapter(4) == sum(4 * (one.in_features + one.out_features) for one in adapted)


def test_a_shape_is_found_by_name_or_refused(tmp_path: Path):
    assert shape_of("/models/Qwen3-VL-8B-Instruct") == EIGHT
    with pytest.raises(NotFound, match="not known"):
        shape_of("/models/llama")
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "video_preprocessor_config.json").write_text(
        '{"patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, "image_mean": [0,0,0], "image_std": [1,1,1]}'
    )
    with pytest.raises(BadInput, match="is a llama"):
        shape_of(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "qwen3_vl"}')
    with pytest.raises(BadInput, match="text_config"):
        shape_of(str(tmp_path))
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(BadInput, match="cannot be read"):
        shape_of(str(tmp_path))
    tmp_path.rename(tmp_path.with_name(f".{tmp_path.name}.1-abc.old"))  # put aside by who was killed before the new one
    with pytest.raises(BadInput, match="cannot be read"):
        shape_of(str(tmp_path))


def test_tokens_and_steps_are_counted():
    found = plan(FULL, EIGHT, clips(64))
    assert (found.rows, found.films) == (320, 64)
    assert found.tokens == 64 * (1100 + 5 * 400)
    assert found.tokens_separate == 64 * 5 * 1500
    assert found.answers == 64 * 5 * 120
    assert found.steps == 4  # two epochs of two steps with 32 clips
    assert plan(replace(FULL, layout="separate"), EIGHT, clips(64)).tokens == found.tokens_separate
    assert plan(FULL.with_steps(7), EIGHT, clips(64)).steps == 7
    assert found.as_json()["memory_bytes"] == found.memory.all
    assert found.fits


def test_the_shared_layout_saves_the_time_that_it_saves_in_tokens():
    shared, separate = (plan(replace(FULL, layout=layout), EIGHT, clips()).seconds for layout in ("shared", "separate"))
    assert shared is not None
    assert separate is not None
    assert 2.0 < separate / shared < 320 * 1500 / (64 * 3100) + 0.1
    assert plan(replace(FULL, rate=None), EIGHT, clips()).seconds is None


def test_memory_is_told_by_its_parts():
    memory = memory_of(FULL, EIGHT, 3100)
    learned = EIGHT.parameters - EIGHT.tower
    assert trained(FULL, EIGHT) == learned
    assert memory.weights == 4 * EIGHT.parameters
    assert (memory.gradients, memory.optimizer) == (4 * learned, 8 * learned)
    adapter = memory_of(replace(FULL, lora=Lora(), precision="bfloat16"), EIGHT, 3100)
    assert adapter.weights == 4 * EIGHT.adapter(64) + 2 * EIGHT.parameters
    assert adapter.optimizer == 8 * EIGHT.adapter(64)
    assert adapter.all < memory.all / 4
    assert memory_of(replace(FULL, checkpointing=False), EIGHT, 3100).activations > 5 * memory.activations
    halves = memory_of(replace(FULL, shards="fsdp", devices=2), EIGHT, 3100)
    assert halves.optimizer == memory.optimizer // 2


def test_what_cannot_fit_is_refused_with_what_would():
    small = replace(FULL, device_bytes=80 * GIB)
    found = plan(small, EIGHT, clips())
    assert not found.fits
    assert "80" not in found.mend
    assert "LoRA" in found.mend
    with pytest.raises(BadInput, match="optimizer"):
        found.check()
    assert plan(replace(small, lora=Lora()), EIGHT, clips()).fits
    long = replace(FULL, lora=Lora(), batch_tokens=200_000, device_bytes=80 * GIB)
    assert "--batch-tokens 3100" in plan(long, EIGHT, clips()).mend
    wide = replace(FULL, lora=Lora(), batch_tokens=60_000, device_bytes=60 * GIB)
    many = clips(branches=100, words=500)  # a clip has 51,100 tokens, and need not be taken at once
    assert "--batch-tokens 1600" in plan(wide, EIGHT, many).mend
    assert plan(replace(wide, batch_tokens=1600), EIGHT, many).fits
    tight = plan(replace(wide, batch_tokens=1599), EIGHT, many)
    assert not tight.fits
    assert "1,600 tokens with its film, and a batch holds 1,599" in tight.why
    card = plan(replace(FULL, lora=Lora(), device_bytes=4 * GIB), EIGHT, clips())
    assert not card.fits
    assert "sharded over" in card.mend or "smaller model" in card.mend


def test_answers_of_the_models_own_are_planned_as_long_as_they_may_be():
    of = recipe_of("qwen3vl_8b_gspo_lora_1xh200")
    roll = of.rollout
    assert roll is not None
    found = plan(of, EIGHT, clips(64))
    prompt, most = 400 - 120, roll.max_tokens
    assert found.rows == 320
    assert found.drawn == found.answers == 64 * 5 * 8 * most
    assert found.tokens == 64 * (1100 + 5 * (prompt + 8 * most))
    assert found.tokens_separate == 64 * 5 * 8 * (1100 + prompt + most)
    assert found.longest == of.batch_tokens, "one clip's answers are shown in several rows"
    assert found.fits
    assert any("as long as it may be" in words for words in found.estimated)
    assert found.seconds is not None
    assert found.seconds_drawing is not None
    waiting = 200 * 16 * most * 0.03  # 40 answers of a clip are written at once
    assert waiting < found.seconds_drawing < found.seconds
    slower = plan(replace(of, rollout=replace(roll, at_once=8)), EIGHT, clips(64))
    assert slower.seconds_drawing - found.seconds_drawing == pytest.approx(4 * waiting)  # type: ignore[operator]
    twice = plan(replace(of, rollout=replace(roll, updates=2)), EIGHT, clips(64))
    assert twice.seconds_drawing == found.seconds_drawing
    learning = [one.seconds - one.seconds_drawing for one in (found, twice)]  # type: ignore[operator]
    assert 2 < learning[1] / learning[0] < 2.5
    assert plan(FULL, EIGHT, clips(64)).seconds_drawing is None


def test_the_judge_of_a_model_that_is_trained_whole_is_a_copy():
    of = recipe_of("qwen3vl_8b_gspo_lora_1xh200")
    whole = replace(of, lora=None, precision="mixed")
    assert of.rollout is not None
    judged = memory_of(whole, EIGHT, 4096)
    points = replace(whole, tasks=("critique",), rollout=replace(of.rollout, rewards={"points": 1.0}))
    assert judged.weights - memory_of(points, EIGHT, 4096).weights == 4 * EIGHT.parameters
    assert (
        memory_of(of, EIGHT, 4096).weights
        == memory_of(
            replace(of, tasks=("critique",), rollout=replace(of.rollout, rewards={"points": 1.0})), EIGHT, 4096
        ).weights
    )
    many = replace(of, rollout=replace(of.rollout, at_once=512))
    assert memory_of(many, EIGHT, 4096, 2000).drawing > memory_of(of, EIGHT, 4096, 2000).drawing
    assert memory_of(many, EIGHT, 4096, 2000).all == sum(
        getattr(memory_of(many, EIGHT, 4096, 2000), name)
        for name in ("weights", "gradients", "optimizer", "activations", "logits", "drawing")
    )


def test_rows_over_the_limit_are_named_and_never_cut():
    found = plan(FULL, EIGHT, [*clips(3), *clips(2, words=6000, branches=1)])
    assert not found.fits
    assert "2 clips" in found.why
    assert "7,100" in found.why
    assert "nothing is cut" in found.mend
    with pytest.raises(BadInput, match="no rows"):
        plan(FULL, EIGHT, [])

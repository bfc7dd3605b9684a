"""TRL's trainers learn from our rows and films what our methods learn: the same tokens and the same loss, by step."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import training
from tests.support.training import TinyModel, film
from tests.support.training_trl import RATE, STEPS, curve, plain
from videolect.errors import BadInput, MissingExtra
from videolect.training import trl as adapter
from videolect.training.examples import Examples
from videolect.training.preference import Preference
from videolect.training.sft import Sft, corrections, pairs

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated and will be removed in v6:FutureWarning")
"""Of names in transformers that TRL still uses."""

Load = Callable[..., Any]
Settings = Callable[..., Any]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def load(tiny_model: TinyModel, trl_library: Any) -> Load:
    from videolect.training.model import load

    return lambda **more: load(str(tiny_model("micro")), device="cpu", **{"attention": "dense", **more})


@pytest.fixture
def sft(trl_library: Any, tmp_path: Path) -> Settings:
    """An ``SFTConfig`` of plain gradient descent over all rows at once."""
    return lambda **more: trl_library.SFTConfig(**{**plain(tmp_path / "trl"), **more})


@pytest.fixture
def dpo(trl_library: Any, tmp_path: Path) -> Settings:
    return lambda **more: trl_library.DPOConfig(**{**plain(tmp_path / "trl"), **more})


def small_lora() -> Any:
    from videolect.training.model import LoraPlan

    return LoraPlan(rank=4, alpha=8)


def all_rows(trainer: Any) -> dict[str, Any]:
    """The collated batch of everything it trains on."""
    return dict(trainer.data_collator([trainer.train_dataset[at] for at in range(len(trainer.train_dataset))]))


def our_curve(trainee: Any, method: Any, found: Examples) -> list[float]:
    """The same by our method in the plainest loop."""
    import torch

    method.prepare(trainee, found, film)
    optimizer = torch.optim.SGD([weight for _, weight in trainee.trainable()], lr=RATE)
    made = []
    for _ in range(STEPS):
        loss = method.loss(trainee, training.batch(found))
        made.append(loss.value.item())
        optimizer.zero_grad()
        loss.value.backward()
        optimizer.step()
    return made


# ----------------------------------------------------------------------------------------------------------------- SFT


@pytest.mark.parametrize("lora", [False, True])
@pytest.mark.parametrize("parts", [1, 3])
def test_sft_through_trl_is_ours_in_every_step(load: Load, sft: Settings, lora: bool, parts: int):
    plan = small_lora() if lora else None
    trainee = load(lora=plan)
    found = training.examples(trainee.tokenizer)
    size = math.ceil(len(list(found.branches)) / parts)
    settings = sft(per_device_train_batch_size=size, gradient_accumulation_steps=parts)
    trainer = adapter.VideoSFTTrainer(trainee, found, film, settings)
    ours = load(lora=plan)  # shared rows, as we train
    assert ours.layout == "shared"
    expected = our_curve(ours, Sft(), found)
    assert curve(trainer) == pytest.approx(expected, rel=1e-5)
    assert expected[-1] < expected[0] - 1e-3, "it learned"


def test_the_labelled_tokens_are_the_answers(load: Load, sft: Settings):
    trainee = load()
    found = training.examples(trainee.tokenizer)
    trainer = adapter.VideoSFTTrainer(trainee, found, film, sft())
    given = all_rows(trainer)
    whole = [(example, branch) for example in found.items for branch in example.branches]
    assert len(given["input_ids"]) == len(whole)
    for (example, branch), ids, labels, mask in zip(
        whole, given["input_ids"], given["labels"], given["attention_mask"], strict=True
    ):
        length = len(example.ids) + len(branch.ids)
        assert tuple(ids[:length].tolist()) == (*example.ids, *branch.ids)
        assert int(mask.sum()) == length
        learned = labels != -100
        assert tuple(labels[learned].tolist()) == branch.answer_ids
        assert bool((ids[learned] == labels[learned]).all())
        assert trainee.tokenizer.decode(labels[learned]).removesuffix("<|im_end|>") == branch.answer


def test_each_row_shows_its_own_film(load: Load, sft: Settings):
    trainee = load()
    found = training.examples(trainee.tokenizer, clips=3)
    trainer = adapter.VideoSFTTrainer(trainee, found, film, sft())
    given = all_rows(trainer)
    batch = training.batch(found)
    expected = [patches for one, patches in zip(found.items, batch.patches, strict=True) for _ in one.branches]
    assert np.array_equal(given["pixel_values_videos"].numpy(), np.concatenate(expected))
    seen = trainer.compute_loss(trainer.model, dict(given)).item()
    given["pixel_values_videos"] = given["pixel_values_videos"] * 0
    assert trainer.compute_loss(trainer.model, given).item() != pytest.approx(seen, abs=1e-5)


def test_a_film_is_decoded_once_for_all_its_rows_of_a_batch(load: Load, sft: Settings):
    asked: list[str] = []
    trainee = load()
    found = training.examples(trainee.tokenizer)
    trainer = adapter.VideoSFTTrainer(trainee, found, lambda key: (asked.append(key), film(key))[1], sft())
    all_rows(trainer)
    assert sorted(asked) == sorted({one.film for one in found.items})


def test_an_evaluation_is_of_the_rows_that_are_held_out(load: Load, sft: Settings):
    trainee = load()
    whole = training.examples(trainee.tokenizer, clips=3)
    found, held_out = replace(whole, items=whole.items[:2]), replace(whole, items=whole.items[2:])
    trainer = adapter.VideoSFTTrainer(trainee, found, film, sft(), eval_examples=held_out)
    expected = Sft().loss(trainee, training.batch(held_out)).value.item()
    assert trainer.evaluate()["eval_loss"] == pytest.approx(expected, rel=1e-5)
    strange = adapter.rows_of(whole)
    with pytest.raises(BadInput, match="is of other examples than the trainer was made with"):
        trainer.evaluate(strange)


# ----------------------------------------------------------------------------------------------------------------- DPO


@pytest.mark.parametrize("lora", [False, True])
@pytest.mark.parametrize("precomputed", [False, True])
def test_dpo_through_trl_is_ours_in_every_step(load: Load, dpo: Settings, lora: bool, precomputed: bool):
    plan = small_lora() if lora else None
    trainee = load(lora=plan)
    found = training.examples(trainee.tokenizer, "preference")
    trainer = adapter.VideoDPOTrainer(trainee, found, film, dpo(precompute_ref_log_probs=precomputed))
    assert (trainer.ref_model is None) == (lora or precomputed)
    expected = our_curve(load(lora=plan), Preference(), found)
    made = curve(trainer)
    assert made[0] == pytest.approx(math.log(2), abs=1e-5)
    assert made == pytest.approx(expected, rel=1e-5)
    assert expected[-1] < expected[0] - 1e-3, "it learned"


def test_better_answers_stand_before_worse_ones(load: Load, dpo: Settings):
    trainee = load()
    found = training.examples(trainee.tokenizer, "preference")
    given = all_rows(adapter.VideoDPOTrainer(trainee, found, film, dpo(precompute_ref_log_probs=True)))
    both = [pair for example in found.items for pair in pairs(example.branches)]
    wanted = [better.answer_ids for better, _ in both] + [worse.answer_ids for _, worse in both]
    said = [
        tuple(ids[mask.bool()].tolist())
        for ids, mask in zip(given["input_ids"], given["completion_mask"], strict=True)
    ]  # fmt: skip
    assert said == wanted
    assert tuple(given["ref_chosen_logps"].shape) == tuple(given["ref_rejected_logps"].shape) == (len(both),)


@pytest.mark.slow
def test_two_processes_prefer_what_one_does_and_a_later_start_asks_no_reference(
    load: Load, dpo: Settings, tiny_model: TinyModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    asked += ["-m", "tests.support.training_trl", str(tmp_path / "trl"), str(tiny_model("micro"))]
    done = subprocess.run(
        asked, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    trainee = load(lora=small_lora())
    found = training.examples(trainee.tokenizer, "preference")
    monkeypatch.setattr("trl.DPOTrainer.compute_ref_log_probs", None)
    made = curve(adapter.VideoDPOTrainer(trainee, found, film, dpo(precompute_ref_log_probs=True)))
    assert json.loads((tmp_path / "trl" / "losses.json").read_text()) == pytest.approx(made, rel=1e-5)


def test_what_trl_precomputed_of_other_films_is_not_taken(load: Load):
    """TRL keeps the reference's answers by the fingerprint of the rows."""
    found = training.examples(load().tokenizer, "preference")
    other = replace(found, items=tuple(replace(one, film=one.film + "-cut-anew") for one in found.items))
    one, again, of_others = (adapter.rows_of(each, pairs=True)._fingerprint for each in (found, found, other))
    assert one == again != of_others


def test_what_trl_taught_is_saved_as_what_we_teach(load: Load, dpo: Settings, tmp_path: Path, tiny_model: TinyModel):
    import torch

    from videolect.training.model import merge

    trainee = load(lora=small_lora())
    found = training.examples(trainee.tokenizer, "preference")
    trainer = adapter.VideoDPOTrainer(trainee, found, film, dpo(learning_rate=0.5))
    before = torch.cat(trainee.logprobs(training.batch(found))).detach()
    trainer.train()
    trainee.save(tmp_path / "adapter")
    with trainee.asked():
        expected = torch.cat(trainee.logprobs(training.batch(found))).detach()
    assert not torch.allclose(before, expected, atol=1e-3)
    merge(str(tiny_model("micro")), tmp_path / "adapter", tmp_path / "whole")
    from videolect.training.model import load as load_any

    whole = load_any(str(tmp_path / "whole"), device="cpu")
    assert torch.allclose(torch.cat(whole.logprobs(training.batch(found))), expected, atol=1e-5)


# ----------------------------------------------------------------------------------------------------------- bad input


def test_what_trl_could_not_keep_is_refused(load: Load, sft: Settings, dpo: Settings):
    trainee = load()
    found = training.examples(trainee.tokenizer)
    both = training.examples(trainee.tokenizer, "preference")
    with pytest.raises(BadInput, match="Load it with attention='dense'"):
        adapter.VideoSFTTrainer(load(attention="segments"), found, film, sft())
    with pytest.raises(BadInput, match="packing would lay our rows out anew"):
        adapter.VideoSFTTrainer(trainee, found, film, sft(packing=True, packing_strategy="wrapped"))
    with pytest.raises(BadInput, match="completion_only_loss is False"):
        adapter.VideoSFTTrainer(trainee, found, film, sft(completion_only_loss=False))
    with pytest.raises(BadInput, match="Give load a LoraPlan"):
        adapter.VideoSFTTrainer(trainee, found, film, sft(), peft_config=object())
    with pytest.raises(TypeError, match="multiple values for keyword argument 'data_collator'"):
        adapter.VideoSFTTrainer(trainee, found, film, sft(), data_collator=print)
    with pytest.raises(BadInput, match="half of a pair"):
        adapter.VideoSFTTrainer(trainee, both, film, sft())
    with pytest.raises(BadInput, match="weights, which TRL's loss would not see"):
        adapter.VideoSFTTrainer(trainee, corrections(both, 5), film, sft())
    with pytest.raises(BadInput, match="is no pair"):
        adapter.VideoDPOTrainer(trainee, found, film, dpo())
    with pytest.raises(BadInput, match="made with another tokenizer"):
        adapter.VideoDPOTrainer(trainee, replace(both, tokenizer="another"), film, dpo())


class _Lazy:
    """A library that is there and lacks another, as TRL tells it."""

    @property
    def SFTTrainer(self) -> None:  # noqa: N802
        raise RuntimeError("Failed to import it.") from ModuleNotFoundError("No module", name="datasets")


@pytest.mark.parametrize(("found", "absent"), [(None, "trl"), (_Lazy(), "datasets")])
def test_without_trl_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, found: Any, absent: str):
    monkeypatch.setitem(sys.modules, "trl", found)
    adapter._trainers.cache_clear()
    with pytest.raises(MissingExtra, match=rf"needs {absent}. Install it: pip install 'videolect\[train\]'"):
        adapter.VideoSFTTrainer  # noqa: B018
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra, match=r"needs datasets. Install it: pip install 'videolect\[train\]'"):
        adapter.rows_of(Examples(items=(), tokenizer="", pixels=""))
    with pytest.raises(AttributeError, match="no attribute 'Trainer'"):
        adapter.Trainer  # noqa: B018

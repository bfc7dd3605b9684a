"""What is taught is exact: whatever is shared, precomputed, merged or weighted by 1 gives the plain numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import training
from tests.support.training import Load, film, small_lora
from videolect.errors import BadInput
from videolect.training.preference import Preference
from videolect.training.sft import Sft, corrections

pytest.importorskip("peft")


def pairs_of(trainee: Any, clips: int = 2) -> Any:
    """Pairs, and the batch of all of them."""
    found = training.examples(trainee.tokenizer, "preference", clips=clips)
    return found, training.batch(found)


def a_step(trainee: Any, method: Any, batch: Any, rate: float = 1e-2) -> float:
    import torch

    optimizer = torch.optim.SGD([weight for _, weight in trainee.trainable()], lr=rate)
    loss = method.loss(trainee, batch)
    loss.value.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.value.item()


def gradient(trainee: Any, value: Any) -> Any:
    import torch

    trainee.model.zero_grad()
    value.backward()
    return torch.cat([weight.grad.flatten() for _, weight in trainee.trainable()])


# ---------------------------------------------------------------------------------------------------------- exactness


@pytest.mark.parametrize(
    ("attention", "layout"), [("dense", "shared"), ("dense", "packed"), ("segments", "shared"), ("segments", "packed")]
)
@pytest.mark.parametrize("lora", [False, True])
def test_sharing_the_film_changes_neither_loss_nor_gradient(load: Load, attention: Any, layout: Any, lora: bool):
    plain = load(train_tower=not lora, lora=small_lora() if lora else None, attention="dense")
    found = training.examples(plain.tokenizer)
    batch = training.batch(found)
    method = Sft(shares={"caption": 2, "critique": 1, "yes_no": 1})
    method.prepare(plain, found, film)
    plain.layout = "separate"
    expected = method.loss(plain, batch)
    right = gradient(plain, expected.value)
    shared = load(train_tower=not lora, lora=small_lora() if lora else None, attention=attention)
    assert shared.layout == ("packed" if attention == "segments" else "shared")
    shared.layout = layout
    value = method.loss(shared, batch)
    assert value.value.item() == pytest.approx(expected.value.item(), rel=1e-5)
    assert (value.weight, value.tokens) == (expected.weight, expected.tokens)
    off = gradient(shared, value.value) - right
    assert float(off.norm() / right.norm()) < 1e-5


def test_several_batches_are_worth_one(load: Load):
    trainee = load(lora=small_lora())
    found, whole = pairs_of(trainee, clips=3)
    method = Preference()
    method.prepare(trainee, found, film)
    together = method.loss(trainee, whole)
    right = gradient(trainee, together.value)
    parts = [method.loss(trainee, training.batch(replace(found, items=(item,)))) for item in found.items]
    total = sum(part.weight for part in parts)
    assert total == together.weight
    found_now = gradient(trainee, sum(part.value * (part.weight / total) for part in parts))
    assert float((found_now - right).norm() / right.norm()) < 1e-5


def test_checkpoints_and_tiles_change_nothing_but_memory(load: Load):
    trainee = load()
    batch = training.batch(training.examples(trainee.tokenizer))
    expected = Sft().loss(trainee, batch)
    right = gradient(trainee, expected.value)
    again = load(checkpointing=True, tile=7)
    value = Sft().loss(again, batch)
    assert value.value.item() == pytest.approx(expected.value.item(), rel=1e-6)
    assert float((gradient(again, value.value) - right).norm() / right.norm()) < 1e-5


@pytest.mark.parametrize("attention", ["dense", "segments"])
def test_half_precision_is_near(load: Load, attention: Any):
    exact = load(train_tower=True, attention=attention)
    batch = training.batch(training.examples(exact.tokenizer, clips=1))
    expected = Sft().loss(exact, batch)
    right = gradient(exact, expected.value)
    for dtype in ("mixed", "bfloat16"):
        trainee = load(train_tower=True, attention=attention, dtype=dtype, checkpointing=dtype == "mixed")
        value = Sft().loss(trainee, batch)
        assert value.value.item() == pytest.approx(expected.value.item(), rel=0.02)
        off = gradient(trainee, value.value).float() - right
        assert float(off.norm() / right.norm()) < 0.2


def test_the_quick_tower_is_the_librarys_own(load: Load):
    import torch

    from videolect.training import tower

    trainee = load(train_tower=True)
    batch = training.batch(training.examples(trainee.tokenizer, "caption"))
    quick = torch.cat(trainee.logprobs(batch))
    with tower.as_published(trainee.base.model.visual):
        slow = torch.cat(trainee.logprobs(batch))
    assert not torch.equal(quick, slow), "or the library's was not run"
    assert torch.allclose(quick, slow, atol=1e-5)


# ------------------------------------------------------------------------------------------------------------- DPO


@pytest.mark.parametrize("reference", ["precomputed", "live"])
@pytest.mark.parametrize("lora", [False, True])
def test_dpo_begins_at_ln_2(load: Load, reference: Any, lora: bool):
    trainee = load(lora=small_lora() if lora else None)
    found, batch = pairs_of(trainee)
    method = Preference(reference=reference)
    method.prepare(trainee, found, film)
    loss = method.loss(trainee, batch)
    assert loss.value.item() == pytest.approx(math.log(2), abs=1e-5)
    assert loss.parts["margin"] == pytest.approx(0, abs=1e-4)
    assert loss.weight == len(batch.branches) / 2


@pytest.mark.parametrize("lora", [False, True])
def test_the_precomputed_reference_is_the_live_one_in_every_step(load: Load, lora: bool):
    curves = []
    for reference in ("precomputed", "live"):
        trainee = load(lora=small_lora() if lora else None)
        found, batch = pairs_of(trainee)
        method = Preference(reference=reference)  # type: ignore[arg-type]
        method.prepare(trainee, found, film)
        curves.append([a_step(trainee, method, batch, rate=0.5 if lora else 0.01) for _ in range(4)])
    assert curves[0] == pytest.approx(curves[1], rel=1e-4)
    assert curves[0][-1] < math.log(2) - 0.01, "it learned"


def test_a_reference_is_kept_by_hash_and_not_asked_again(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    trainee = load()
    found, batch = pairs_of(trainee)
    first = Preference(cache=tmp_path)
    first.prepare(trainee, found, film)
    a_step(trainee, first, batch)
    expected = first.loss(trainee, batch).value.item()
    second = Preference(cache=tmp_path)
    monkeypatch.setattr(Preference, "_asked", None)
    second.prepare(trainee, found, film)
    assert second.loss(trainee, batch).value.item() == expected
    monkeypatch.undo()
    with pytest.raises(BadInput, match="no copy of what it was before was kept"):
        Preference().prepare(trainee, found, film)


def test_rlhf_v_with_weight_1_is_dpo_and_with_more_it_is_not(load: Load):
    import torch

    trainee = load(lora=small_lora())
    found, batch = pairs_of(trainee)
    with torch.no_grad():
        for name, weight in trainee.trainable():
            if "lora_B" in name:
                weight.normal_(generator=torch.Generator().manual_seed(1), std=0.05)
    values = {}
    for weight in (1.0, 1.0 + 1e-12, 5.0):
        method = Preference(changed_weight=weight)
        method.prepare(trainee, found, film)
        values[weight] = method.loss(trainee, batch).value.item()
    assert values[1.0 + 1e-12] == pytest.approx(values[1.0], abs=1e-6)
    assert values[5.0] != pytest.approx(values[1.0], abs=1e-4)


def test_what_is_no_pair_is_refused(load: Load):
    trainee = load(lora=small_lora())
    found = training.examples(trainee.tokenizer, "caption", clips=1)
    with pytest.raises(BadInput, match="is no pair"):
        Preference().prepare(trainee, found, film)
    pairs, _ = pairs_of(trainee, clips=1)
    with pytest.raises(BadInput, match=r"Two pairs have the row id t0:preference:final>draft\."):
        Preference().prepare(trainee, replace(pairs, items=pairs.items * 2), film)
    with pytest.raises(BadInput, match="is half of a pair"):
        Sft().prepare(trainee, pairs, film)
    for taught in (Sft(), Preference()):
        with pytest.raises(BadInput, match="another tokenizer than the model's"):
            taught.prepare(trainee, replace(pairs, tokenizer="other"), film)
        with pytest.raises(BadInput, match="other pixels than the model's"):
            taught.prepare(trainee, replace(pairs, pixels="other"), film)
    with pytest.raises(BadInput, match="beta is 0"):
        Preference(beta=0)
    prepared = Preference()
    prepared.prepare(trainee, pairs, film)
    with pytest.raises(BadInput, match="was not there when the reference was asked"):
        prepared.loss(trainee, pairs_of(trainee)[1])


# ------------------------------------------------------------------------------------------------------------- SFT


def test_corrections_are_sft_on_the_better_answer_and_weight_1_is_plain(load: Load):
    trainee = load()
    found, _ = pairs_of(trainee)
    plain = replace(
        found,
        items=tuple(
            replace(item, branches=tuple(replace(one, role="target", group=None) for one in item.branches[::2]))
            for item in found.items
        ),
    )
    values = [
        Sft().loss(trainee, training.batch(examples)).value.item()
        for examples in (plain, corrections(found, 1.0), corrections(found, 5.0))
    ]
    assert values[0] == values[1] != values[2]


def test_shares_say_how_much_of_the_loss_each_task_is(load: Load):
    trainee = load()
    found = training.examples(trainee.tokenizer)
    batch = training.batch(found)
    method = Sft(shares={"caption": 3, "critique": 0, "yes_no": 1})
    method.prepare(trainee, found, film)
    loss = method.loss(trainee, batch)
    parts = loss.parts
    assert loss.value.item() == pytest.approx(0.75 * parts["nll caption"] + 0.25 * parts["nll yes_no"], rel=1e-5)
    with pytest.raises(BadInput, match="The task critique has no share"):
        Sft(shares={"caption": 1, "yes_no": 1}).prepare(trainee, found, film)
    with pytest.raises(BadInput, match="The shares are"):
        Sft(shares={"caption": 0})


def test_it_learns_what_it_is_taught(load: Load):
    trainee = load(attention="segments")
    found = training.examples(trainee.tokenizer, "caption")
    batch = training.batch(found)
    curve = [a_step(trainee, Sft(), batch, rate=0.3) for _ in range(12)]
    assert curve[-1] < curve[0] - 1


# ------------------------------------------------------------------------------------------------- what is made of it


def test_an_adapter_merged_answers_as_it_was_trained(load: Load, tmp_path: Path):
    from videolect.training.model import merge
    from videolect.vlm.backends.qwen import Qwen

    trainee = load(lora=small_lora())
    found = training.examples(trainee.tokenizer, "caption", "yes_no", clips=1)
    batch = training.batch(found)
    for _ in range(3):
        a_step(trainee, Sft(), batch, rate=1.0)
    trained = [log.detach().numpy() for log in trainee.logprobs(batch)]
    trainee.save(tmp_path / "adapter")
    merge(trainee.source, tmp_path / "adapter", tmp_path / "merged")
    from videolect.vlm.prompts import free

    asked = [free(branch.prompt) for branch in batch.branches]
    said = [branch.answer for branch in batch.branches]
    for backend in (Qwen(trainee.source, adapters=[str(tmp_path / "adapter")]), Qwen(str(tmp_path / "merged"))):
        for mine, served in zip(trained, backend.answer_logs(film("film0"), asked, said), strict=True):
            assert mine == pytest.approx(served, abs=1e-5)
    before = Qwen(trainee.source).answer_logs(film("film0"), asked, said)
    assert abs(np.concatenate(before) - np.concatenate(trained)).max() > 0.1, "it had learned something"


def test_a_whole_checkpoint_is_saved_and_loads_as_one(load: Load, tmp_path: Path):
    import torch

    from videolect.training.model import load as load_it

    trainee = load(train_tower=True)
    batch = training.batch(training.examples(trainee.tokenizer, "caption", clips=1))
    a_step(trainee, Sft(), batch)
    trainee.save(tmp_path / "made")
    again = load_it(str(tmp_path / "made"), device="cpu")
    assert torch.equal(torch.cat(again.logprobs(batch)), torch.cat(trainee.logprobs(batch)))
    assert again.pixels == trainee.pixels


def test_what_learns_is_what_was_asked_for(load: Load):
    adapter = load(lora=small_lora())
    names = [name for name, _ in adapter.trainable()]
    assert names
    assert all("language_model.layers" in name and "lora_" in name for name in names)
    assert set(load().counts()) == {"trainable", "all", "language"}
    assert "tower" in load(train_tower=True).counts()
    state = {name: weight + 1 for name, weight in adapter.trainable_state().items()}
    assert not adapter.changed
    adapter.load_trainable(state)
    assert adapter.changed
    with pytest.raises(BadInput, match="differ in 1 weights"):
        adapter.load_trainable(dict(list(state.items())[1:]))


def test_what_cannot_be_loaded_is_told(load: Load):
    with pytest.raises(BadInput, match="There is no precision 'float8'"):
        load(dtype="float8")
    with pytest.raises(BadInput, match="There is no attention 'flash'"):
        load(attention="flash")
    with pytest.raises(BadInput, match="LoRA cannot be put there"):
        load(lora=small_lora(layers="nowhere"))
    with pytest.raises(BadInput, match="LoRA of rank 0"):
        small_lora().__class__(rank=0)

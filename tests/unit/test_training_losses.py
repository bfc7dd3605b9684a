"""The formulas give the numbers of their papers, and one becomes the other where it should."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.training import losses

pytest.importorskip("torch")


def logs(*lengths: int, seed: int = 0, shift: float = 0.0) -> list[Any]:
    import torch

    drawn = torch.Generator().manual_seed(seed)
    return [
        (torch.randn(count, generator=drawn).abs().neg() - shift).double().requires_grad_() for count in lengths
    ]  # fmt: skip


def test_sft_is_the_mean_of_answer_tokens_and_weights_are_what_they_say():
    import torch

    given = logs(3, 2)
    value, total = losses.sft(given)
    assert total == 5
    assert value.item() == pytest.approx(-torch.cat(given).mean().item())
    doubled, total = losses.sft(given, [None, [2.0, 2.0]])
    assert total == 7
    assert doubled.item() == pytest.approx(-(given[0].sum() + 2 * given[1].sum()).item() / 7)
    once, _ = losses.sft(given, [[1.0, 0.0, 0.0], [0.0, 0.0]])
    assert once.item() == pytest.approx(-given[0][0].item())


def test_batches_of_one_step_add_up_by_their_weights():
    given = logs(4, 1, 7)
    whole, total = losses.sft(given)
    parts = [losses.sft(given[:1]), losses.sft(given[1:])]
    assert sum(value.item() * weight for value, weight in parts) / total == pytest.approx(whole.item())


def test_weights_that_cannot_be_are_refused():
    given = logs(3)
    with pytest.raises(BadInput, match="2 weights stand for 3 answer tokens"):
        losses.sft(given, [[1.0, 1.0]])
    with pytest.raises(BadInput, match="A weight is below 0"):
        losses.sft(given, [[1.0, -1.0, 1.0]])
    with pytest.raises(BadInput, match="No answer token has a weight"):
        losses.sft(given, [[0.0, 0.0, 0.0]])
    with pytest.raises(BadInput, match="A weight of nan"):
        losses.changed_weights("ab", "ac", math.nan)


def test_dpo_begins_at_ln_2_and_falls_as_the_better_answer_gains():
    import torch

    better, worse = losses.sums(logs(3, 5)), losses.sums(logs(4, 2, seed=1))
    value, margins = losses.dpo(better, worse, better.detach(), worse.detach())
    assert value.item() == pytest.approx(math.log(2), abs=1e-12)
    assert torch.equal(margins, torch.zeros_like(margins))
    less, margins = losses.dpo(better + 1, worse - 1, better.detach(), worse.detach(), beta=0.5)
    assert margins.tolist() == pytest.approx([1.0, 1.0])
    assert less.item() == pytest.approx(-math.log(1 / (1 + math.exp(-1))))


def test_rlhf_v_of_weight_1_is_the_plain_form():
    chosen, rejected = [5, 6, 7, 8, 9], [5, 6, 1, 8, 9]
    given, other = logs(5), logs(5, seed=3)
    even = losses.changed_weights(chosen, rejected, 1.0)
    assert losses.sums(given, [even[0]]).item() == losses.sums(given).item()
    assert losses.sums(other, [even[1]], mean=True).item() == pytest.approx(losses.sums(other, mean=True).item())
    assert losses.sft(given, [even[0]])[0].item() == losses.sft(given)[0].item()


def test_rlhf_v_weighs_the_tokens_that_were_changed():
    better, worse = losses.changed_weights([5, 6, 7, 8, 9], [5, 6, 1, 2, 8, 9], 5.0)
    assert better.tolist() == [1, 1, 5, 1, 1]
    assert worse.tolist() == [1, 1, 5, 5, 1, 1]
    better, _ = losses.changed_weights([3, 6, 4, 5, 9], [1, 6, 2, 5, 9], 5.0, shortest_match=2)
    assert better.tolist() == [5, 5, 5, 1, 1]
    given = logs(5)
    losses.sums(given, [better]).sum().backward()
    assert given[0].grad.tolist() == [5, 5, 5, 1, 1]


def test_advantages_compare_within_a_group():
    import torch

    found = losses.advantages(torch.tensor([1.0, 3.0, 5.0, 5.0]), ["a", "a", "b", "b"])
    assert found.tolist() == pytest.approx([-1, 1, 0, 0], abs=1e-5)
    plain = losses.advantages(torch.tensor([1.0, 3.0, 5.0, 9.0]), ["a", "b", "a", "b"], scaled=False)
    assert plain.tolist() == [-2, -3, 2, 3]


def test_gspo_has_ratio_1_before_its_update_and_the_gradient_of_the_policy():
    import torch

    given = logs(3, 4)
    advantage = torch.tensor([1.0, -2.0], dtype=torch.float64)
    value, ratios = losses.gspo(given, [one.detach() for one in given], advantage)
    assert ratios.tolist() == [1, 1]
    assert value.item() == pytest.approx(0.5)  # -(1 - 2) / 2
    value.backward()
    assert given[0].grad.tolist() == pytest.approx([-1 / 6] * 3)
    assert given[1].grad.tolist() == pytest.approx([2 / 8] * 4)


def test_gspo_stops_where_a_ratio_has_gone_far_enough():
    import torch

    given = logs(3, 3)
    old = [given[0].detach() - 0.1, given[1].detach() + 0.1]  # the good one rose, the bad one fell
    value, ratios = losses.gspo(given, old, torch.tensor([1.0, -1.0], dtype=torch.float64))
    assert ratios.tolist() == pytest.approx([math.exp(0.1), math.exp(-0.1)])
    value.backward()
    assert [np.abs(one.grad.numpy()).sum() for one in given] == [0, 0]

"""A run that would learn something else than was meant does not start: each proof catches the bug that it is for."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.support import training
from tests.support.training import Load, film
from videolect.errors import BadInput
from videolect.training import answers, packing, preference, proofs
from videolect.training.preference import Preference
from videolect.training.proofs import ProofFailed, keeps_branches_apart, prove, sees_the_film
from videolect.training.sft import Sft

pytest.importorskip("peft")


def adapter() -> Any:
    from videolect.training.model import LoraPlan

    return LoraPlan(rank=4, alpha=8)


def ready(trainee: Any, method: Any, *tasks: Any) -> Any:
    """The method prepared, and a batch of two films."""
    found = training.examples(trainee.tokenizer, *tasks)
    method.prepare(trainee, found, film)
    return training.batch(found)


def failed(trainee: Any, method: Any, batch: Any) -> ProofFailed:
    with pytest.raises(ProofFailed) as caught:
        prove(trainee, method, [batch])
    assert caught.value.mend
    return caught.value


@pytest.mark.parametrize("attention", ["dense", "segments"])
@pytest.mark.parametrize("what", ["lora", "language", "tower"])
def test_an_honest_run_passes_all_six_and_is_left_as_it_was(load: Load, what: str, attention: Any):
    more = {"lora": {"lora": adapter()}, "language": {}, "tower": {"train_tower": True}}[what]
    trainee = load(attention=attention, **more)
    method = Preference() if what == "lora" else Sft()
    batch = ready(trainee, method, *(["preference"] if what == "lora" else []))
    found = prove(trainee, method, [batch, batch])
    assert len(found) == 6
    assert all(proof.told for proof in found)
    assert trainee.net.training
    assert not trainee.changed
    assert all(weight.grad is None for weight in trainee.model.parameters())
    by_name = {proof.name: proof.figure for proof in found}
    assert by_name["training equals inference"] < 1e-4
    assert by_name["branches do not see each other"] < 1e-5
    assert by_name["the film is seen"] > 1e-4


def test_bug_1_positions_that_do_not_restart_are_caught(load: Load, monkeypatch: pytest.MonkeyPatch):
    trainee, method = load(), Sft()
    batch = ready(trainee, method)
    onward = packing._onward
    monkeypatch.setattr(packing, "_onward", lambda start, count: onward(start + 2, count))
    error = failed(trainee, method, batch)
    assert error.name == "training equals inference"
    assert "differs by" in str(error)


def test_bug_2_pixels_that_do_not_arrive_are_caught(load: Load, monkeypatch: pytest.MonkeyPatch):
    trainee, method = load(), Sft()
    batch = ready(trainee, method)
    real = answers.qwen_forward

    def blind(*given: Any) -> Any:
        seen = real.features(*given)
        return real.Features(places=seen.places * 0, levels=[level * 0 for level in seen.levels])

    # In training alone: serving still sees.
    monkeypatch.setattr(answers, "qwen_forward", SimpleNamespace(features=blind, run=real.run))
    with pytest.raises(ProofFailed, match=r"the film is seen.*would train blind"):
        sees_the_film(trainee, batch)
    assert failed(trainee, method, batch).name == "training equals inference", "who comes first sees it too"


def test_bug_3_a_mask_that_leaks_is_caught(load: Load, monkeypatch: pytest.MonkeyPatch):
    trainee, method = load(attention="dense"), Sft()
    batch = ready(trainee, method)
    real = packing.Laid.sees

    def plainly_causal(self: Any) -> Any:
        count = self.ids.shape[1]
        return real(self) | (
            np.tri(count, dtype=np.bool_) & (self.segment >= 0)[:, None] & (self.segment >= 0)[..., None]
        )

    monkeypatch.setattr(packing.Laid, "sees", plainly_causal)
    with pytest.raises(ProofFailed, match=r"changes by .* nats with another answer"):
        keeps_branches_apart(trainee, batch)
    assert failed(trainee, method, batch).name == "training equals inference", "who comes first sees it too"


def test_bug_3_another_film_in_the_row_that_is_seen_is_caught(load: Load, monkeypatch: pytest.MonkeyPatch):
    trainee, method = load(attention="segments"), Sft()
    batch = ready(trainee, method)
    real = answers.parts_of

    def wide(segments: Any) -> Any:
        film, behind = segments[0], segments[-1].end
        return [*real(segments), (slice(film.below, behind), slice(film.start, film.end), False)]

    monkeypatch.setattr(answers, "parts_of", wide)
    with pytest.raises(ProofFailed, match="branches do not see each other"):
        keeps_branches_apart(trainee, batch)


def test_bug_3_a_branch_that_sees_one_other_alone_is_caught(load: Load, monkeypatch: pytest.MonkeyPatch):
    """Each pair is looked at, in whichever order: here the first branch sees the last answer, which stands behind it,
    or another's prompt."""
    trainee = load(attention="dense")
    batch = ready(trainee, Sft())
    few = [replace(one, branches=one.branches[:4]) for one in batch.examples]
    batch = replace(batch, examples=tuple(few))
    real = packing.Laid.sees

    def leaking(self: Any, seeing: int, seen: int) -> Any:
        made = real(self)
        [_, *branches] = [one for one in self.segments[0] if one.parent >= 0 and one.below == one.end]
        one, other = branches[seeing], branches[seen]
        made[0, one.start : one.end, other.start : other.start + 2] = True
        return made

    assert keeps_branches_apart(trainee, batch)
    for seeing, seen in ((0, -1), (-1, 0), (1, 0)):
        with monkeypatch.context() as planted:
            planted.setattr(packing.Laid, "sees", lambda self, at=(seeing, seen): leaking(self, *at))
            with pytest.raises(ProofFailed, match="branches do not see each other"):
                keeps_branches_apart(trainee, batch)


@pytest.mark.parametrize("count", range(1, 40))
def test_of_any_two_each_is_changed_once_without_the_other(count: int):
    rounds = proofs._rounds(count)
    assert len(rounds) <= 8
    for one in range(count):
        for other in range(count):
            assert one == other or any(one in changed and other not in changed for changed in rounds)


def test_a_proof_takes_no_longer_for_more_branches(load: Load):
    trainee = load()
    batch = ready(trainee, Sft())
    assert min(len(one.branches) for one in batch.examples) > 4
    passes: list[int] = []
    real = trainee.net.forward

    def counted(laid: Any, *more: Any) -> Any:
        passes.append(len(laid.lengths))
        return real(laid, *more)

    trainee.net.forward = counted
    keeps_branches_apart(trainee, batch)
    assert passes == [8] * (1 + 4 + 2)  # four branches of two films: as they are, rounds of branches, rounds of films
    passes.clear()
    prove(trainee, Sft(), [batch])
    assert len(passes) == 1 + 1 + 7 + 1  # as it is, without its film, apart, with its gradient


@pytest.mark.parametrize("off", [-1, 1])
def test_bug_4_labels_off_by_one_are_caught(load: Load, off: int):
    trainee, method = load(), Sft()
    batch = ready(trainee, method)
    [first, *rest] = batch.examples
    [one, *others] = first.branches
    wrong = replace(first, branches=(replace(one, answer_from=one.answer_from + off), *others))
    error = failed(trainee, method, replace(batch, examples=(wrong, *rest)))
    assert error.name == "labels are the answers"
    assert one.row_id in str(error)


def test_bug_4_answers_without_their_end_are_caught(load: Load):
    trainee, method = load(), Sft()
    batch = ready(trainee, method)
    [first, *rest] = batch.examples
    cut = tuple(replace(branch, ids=branch.ids[:-1]) for branch in first.branches)
    assert failed(trainee, method, replace(batch, examples=(replace(first, branches=cut), *rest))).name == (
        "labels are the answers"
    )


def test_bug_5_chosen_and_rejected_that_are_swapped_are_caught(load: Load, monkeypatch: pytest.MonkeyPatch):
    trainee, method = load(lora=adapter()), Preference()
    batch = ready(trainee, method, "preference")
    real = preference.pair_indices
    monkeypatch.setattr(preference, "pair_indices", lambda of: [(worse, better) for better, worse in real(of)])
    error = failed(trainee, method, batch)
    assert error.name == "better answers are preferred"
    assert "pulled the wrong way" in str(error)


def test_bug_5_two_answers_that_are_one_are_caught(load: Load):
    trainee, method = load(lora=adapter()), Preference()
    batch = ready(trainee, method, "preference")
    [first, *rest] = batch.examples
    [better, worse, *others] = first.branches
    same = replace(worse, ids=better.ids, answer=better.answer)
    wrong = replace(batch, examples=(replace(first, branches=(better, same, *others)), *rest))
    assert "Both answers of the row" in str(failed(trainee, method, wrong))


def test_bug_6_a_tower_that_was_frozen_by_mistake_is_caught(load: Load):
    trainee, method = load(train_tower=True), Sft()
    batch = ready(trainee, method)
    trainee.net.train_tower = False  # its forward runs without gradients
    error = failed(trainee, method, batch)
    assert error.name == "the gradient reaches what should learn"
    assert "visual" in str(error)
    assert "gets no gradient" in str(error)


@pytest.mark.parametrize("what", ["embed_tokens", "visual.merger"])
def test_bug_6_weights_that_learn_by_mistake_are_caught(load: Load, what: str):
    trainee, method = load(lora=adapter()), Sft()
    batch = ready(trainee, method)
    for name, weight in trainee.model.named_parameters():
        if what in name:
            weight.requires_grad_(True)
    error = failed(trainee, method, batch)
    assert error.name == "the gradient reaches what should learn"
    assert what in str(error)
    assert "is not to learn and would" in str(error)


def test_proofs_need_films_and_their_errors_travel(load: Load):
    trainee, method = load(), Sft()
    batch = ready(trainee, method)
    with pytest.raises(BadInput, match="need batches with their films"):
        prove(trainee, method, [replace(batch, films=())])
    error = ProofFailed("x", "It is so.", mend="Do this.")
    again = copy.copy(error)  # by the same way as to another process
    assert (str(again), again.name) == (str(error), "x")

"""Learning from rewards: what is drawn and when, what it is worth, what of it teaches, and that a reward rises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.support import training
from tests.support.training import Load, TinyModel, film, small_lora
from tests.support.training_run import made, recipe
from videolect.errors import BadInput
from videolect.training.method import Draws
from videolect.training.page import write_page
from videolect.training.policy import Gspo
from videolect.training.proofs import ProofFailed, prove
from videolect.training.recipe import Guard, Lora, Recipe, Rollout
from videolect.training.rewards import Before, by_p_yes, by_points, rewards_of
from videolect.training.watch import Diverged, read_metrics
from videolect.vlm.prompts import judge

pytest.importorskip("peft")


def letters_e(_: Any, branch: Any, texts: Sequence[str]) -> list[float]:
    """The share of letters that are an "e": a rule that any model can follow a little better or worse."""
    return [text.count("e") / max(1, len(text)) for text in texts]


def rollout(**more: Any) -> Rollout:
    usual: dict[str, Any] = {"rewards": {"points": 1.0}, "samples": 4, "max_tokens": 6}
    return Rollout(**{**usual, **more})


def gspo(reward: Any = letters_e, *, budget: int = 16_384, seed: int = 0, **more: Any) -> Gspo:
    return Gspo({"e": (1.0, reward)}, rollout(**more), budget=budget, seed=seed)


def captions(trainee: Any, clips: int = 2, task: str = "caption") -> tuple[Any, Any]:
    found = training.examples(trainee.tokenizer, task, clips=clips)
    return found, training.batch(found)


def gradient(trainee: Any, method: Any, draw: Any) -> Any:
    """Of the whole draw, as the loop makes it of its batches."""
    import torch

    trainee.model.zero_grad()
    weight = 0.0
    for batch in draw.batches:
        loss = method.loss(trainee, batch)
        (loss.value * loss.weight).backward()
        weight += loss.weight
    return torch.cat([one.grad.flatten() for _, one in trainee.trainable()]) / weight


# -------------------------------------------------------------------------------------------------------- what is drawn


def test_the_ratio_is_1_before_the_update_of_a_draw_and_moves_after(load: Load):
    import torch

    trainee = load(lora=small_lora())
    _, batch = captions(trainee)
    method = gspo(updates=2)
    [drawn] = method.draw(trainee, [batch], 0).batches
    first = method.loss(trainee, drawn)
    assert first.parts["ratio"] == pytest.approx(1, abs=1e-6)
    assert first.parts["clipped"] == 0
    assert first.weight == 4 * len(batch.branches)
    first.value.backward()
    with torch.no_grad():
        for _, weight in trainee.trainable():
            weight -= 1.0 * weight.grad
    second = method.loss(trainee, drawn)
    assert second.parts["ratio"] != pytest.approx(1, abs=1e-5)
    assert second.parts["clipped"] > 0, "it went further than 3e-4, and so far that more would not count"
    anew = method.draw(trainee, [batch], 1).batches[0]
    assert method.loss(trainee, anew).parts["ratio"] == pytest.approx(1, abs=1e-6)


def test_what_is_drawn_follows_from_weights_step_and_film(load: Load):
    trainee = load()
    found, batch = captions(trainee)
    one, other, again = (gspo().draw(trainee, [batch], step) for step in (3, 4, 3))
    said = [[branch.answer for batch in draw.batches for branch in batch.branches] for draw in (one, other, again)]
    assert said[0] == said[2] != said[1]
    assert gspo(seed=1).draw(trainee, [batch], 3).sample != one.sample
    alone = [gspo().draw(trainee, [training.batch(replace(found, items=(item,)))], 3) for item in found.items]
    assert sorted(said[0]) == sorted(b.answer for draw in alone for batch in draw.batches for b in batch.branches)
    method = gspo()
    assert method._seed(3, "film0") != method._seed(3, "film1"), "or equal prompts would be answered alike"


def test_a_film_is_encoded_once_for_all_answers_and_once_for_their_judge(load: Load, monkeypatch: pytest.MonkeyPatch):
    from videolect.vlm.backends import qwen, qwen_forward

    trainee = load(lora=small_lora())
    encoded: list[Any] = []

    def counted(model: Any, patches: Any, grids: Any) -> Any:
        encoded.append(grids)
        return qwen_forward.features(model, patches, grids)

    # Where it serves: what training encodes is counted elsewhere.
    monkeypatch.setattr(qwen, "qwen_forward", SimpleNamespace(features=counted, run=qwen_forward.run))
    _, batch = captions(trainee)
    assert all(len(example.branches) == 3 for example in batch.examples)
    gspo().draw(trainee, [batch], 0)
    assert len(encoded) == len(batch.films) == 2
    Gspo({"p_yes": (1.0, by_p_yes(Before(trainee)))}, rollout()).draw(trainee, [batch], 1)
    assert len(encoded) == 2 + 2 * 2


def test_what_does_not_fit_at_once_is_learned_from_in_parts_that_are_worth_the_whole(load: Load):
    trainee = load(lora=small_lora(), attention="dense")
    found, batch = captions(trainee)
    whole, parts = gspo(samples=6, budget=16_384), gspo(samples=6, budget=180)
    parts.prepare(trainee, found, film)
    together, several = (method.draw(trainee, [batch], 0) for method in (whole, parts))
    assert len(together.batches) == 1
    assert len(several.batches) > 2
    for drawn in several.batches:
        assert sum(len(one.ids) for one in drawn.examples) < 180
    right = gradient(trainee, whole, together)
    off = gradient(trainee, parts, several) - right
    assert float(off.norm() / right.norm()) < 1e-5


@pytest.mark.parametrize("layout", ["separate", "packed"])
def test_every_layout_gives_the_same_gradient(load: Load, layout: Any):
    trainee = load(lora=small_lora(), attention="dense")
    _, batch = captions(trainee)
    method = gspo()
    right = gradient(trainee, method, method.draw(trainee, [batch], 0))
    trainee.layout = layout
    off = gradient(trainee, method, method.draw(trainee, [batch], 0)) - right
    assert float(off.norm() / right.norm()) < 1e-5


def test_what_is_rewarded_becomes_likelier(load: Load):
    import torch

    trainee = load(lora=small_lora())
    _, batch = captions(trainee, clips=1)
    method = gspo(updates=2)  # which keeps the log-probabilities from before
    [drawn] = method.draw(trainee, [batch], 0).batches
    method.loss(trainee, drawn).value.backward()
    with torch.no_grad():
        for _, weight in trainee.trainable():
            weight -= 0.5 * weight.grad
        after = trainee.logprobs(drawn)
    gained = torch.stack([(now - then).mean() for now, then in zip(after, drawn.old, strict=True)])
    assert float((gained * drawn.advantages).sum()) > 0
    assert {branch.role for branch in drawn.branches} == {"sample"}


def test_the_divergence_is_0_at_the_beginning_and_holds_back_afterwards(load: Load):
    import torch

    trainee = load()
    found, batch = captions(trainee, clips=1)
    free, held = gspo(), gspo(kl=10.0)
    held.prepare(trainee, found, film)
    [drawn] = held.draw(trainee, [batch], 0).batches
    loss = held.loss(trainee, drawn)
    assert loss.parts["kl"] == pytest.approx(0, abs=1e-6)
    assert loss.value.item() == pytest.approx(free.loss(trainee, drawn).value.item(), abs=1e-6)
    with torch.no_grad():
        for _, weight in trainee.trainable():
            weight += 0.01 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1))
    [drawn] = held.draw(trainee, [batch], 1).batches
    loss = held.loss(trainee, drawn)
    assert loss.parts["kl"] > 1e-4
    assert loss.value.item() == pytest.approx(10 * loss.parts["kl"], rel=1e-4), "the rest is 0 before an update"
    late = load()
    late.load_trainable({name: weight + 1 for name, weight in late.trainable_state().items()})
    with pytest.raises(BadInput, match="what it was before is gone"):
        gspo(kl=1.0).prepare(late, found, film)


# ----------------------------------------------------------------------------------------------------- what it is worth


def only_the_first(_: Any, branch: Any, texts: Sequence[str]) -> list[float]:
    """All answers are alike but those to the rows of the first clip."""
    return [float(at == 0) if branch.row_id.startswith("t0") else 0.5 for at in range(len(texts))]


def test_a_group_whose_rewards_are_alike_is_counted_and_teaches_nothing(load: Load):
    trainee = load(lora=small_lora())
    _, batch = captions(trainee)
    method = gspo(only_the_first)
    draw = method.draw(trainee, [batch], 0)
    [drawn] = draw.batches
    assert {branch.row_id[:2] for branch in drawn.branches} == {"t0"}
    assert len(drawn.branches) == 4
    assert len(drawn.films) == 1
    assert draw.figures["alike"] == pytest.approx(5 / 6)
    assert draw.figures["reward"] == pytest.approx((0.25 + 5 * 0.5) / 6)
    assert method.loss(trainee, drawn).weight == 4
    nothing = gspo(lambda film, branch, texts: [0.3] * len(texts)).draw(trainee, [batch], 0)
    assert nothing.batches == ()
    assert nothing.figures["alike"] == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([0.0, float("nan"), 0.0, 0.0], r"The reward e of the row t0:caption:caption is \[0.0, nan"),
        ([0.0, 1.0, float("inf"), 0.0], "row t0:caption:caption is .*inf"),
        ([0.0, 1.0], "row t0:caption:caption is 2 numbers for 4 answers"),
        (None, "No reward has anything to say of the row t0:caption:caption, of the task caption"),
    ],
)
def test_a_reward_that_is_no_finite_number_is_refused_with_its_row(load: Load, said: Any, told: str):
    trainee = load(lora=small_lora())
    _, batch = captions(trainee, clips=1)
    with pytest.raises(BadInput, match=told):
        gspo(lambda film, branch, texts: said).draw(trainee, [batch], 0)


def test_rewards_are_what_they_say(load: Load):
    trainee = load()
    found = training.examples(trainee.tokenizer, "caption", "critique", clips=1)
    flawed = next(one for one in found.branches if one.answer == 'Replace "left" with "right".' and "t0" in one.row_id)
    right = next(one for one in found.branches if one.task == "critique" and ":final" in one.row_id)
    plain = next(one for one in found.branches if one.task == "caption")
    shown = film("film0")
    mend, other = 'Replace "left" with "right".', 'Replace "slowly" with "quickly".'
    assert by_points()(shown, flawed, [mend, other, "Nothing."]) == [1.0, 0.0, 0.0]
    assert by_points()(shown, right, [right.answer, mend]) == [1.0, 0.0]
    assert by_points()(shown, plain, ["It pans."]) is None
    asked = Before(trainee)
    reward = by_p_yes(asked)

    def p_yes(*texts: str) -> list[float]:
        return [score.p_yes for score in asked.p_yes(shown, [judge(text) for text in texts])]

    assert reward(shown, plain, ["It pans.", " ", "It tilts.", "It pans."]) == [
        p_yes("It pans.", "It tilts.")[0], 0.0, p_yes("It pans.", "It tilts.")[1], p_yes("It pans.", "It tilts.")[0],
    ]  # fmt: skip
    draft = str(flawed.caption)
    mended = draft.replace("left", "right")
    assert mended != draft
    assert reward(shown, flawed, [mend, "No edits are needed."]) == pytest.approx(p_yes(mended, draft), abs=1e-9)
    assert reward(shown, replace(plain, task="yes_no"), ["Yes"]) is None
    both = Gspo(rewards_of(rollout(rewards={"p_yes": 2.0, "points": 1.0}), trainee, asked), rollout())
    group = both._group(0, flawed, [None] * 2, {"p_yes": [0.25, 0.5], "points": [1.0, 0.0]})  # type: ignore[list-item]
    assert group.worth.tolist() == [1.5, 1.0]
    assert group.parts == {"p_yes": 0.375, "points": 0.5}


@pytest.mark.parametrize("lora", [False, True])
def test_the_judge_stays_as_it_was_while_the_model_learns(load: Load, lora: bool):
    import torch

    trainee = load(lora=small_lora() if lora else None)
    asked, shown = Before(trainee), film("film0")
    before = asked.p_yes(shown, [judge("It pans.")])[0].p_yes
    with torch.no_grad():
        for name, weight in trainee.trainable():
            if "lora_A" not in name:
                weight += 0.05 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(2))
    with trainee.inference() as backend:
        assert backend.p_yes(shown, [judge("It pans.")])[0].p_yes != pytest.approx(before, rel=1e-3)
    assert asked.p_yes(shown, [judge("It pans.")])[0].p_yes == before
    assert asked.p_yes(film("film2"), [judge("It pans.")])[0].p_yes != before
    assert asked.p_yes(shown, [judge("It pans.")])[0].p_yes == before
    assert all(weight.requires_grad for _, weight in trainee.trainable())
    assert trainee.trainable()


def test_figures_tell_each_reward_and_each_task_apart(load: Load):
    trainee = load(lora=small_lora())
    found = training.examples(trainee.tokenizer, "caption", "critique", clips=1)
    method = Gspo({"e": (1.0, letters_e), "points": (0.5, by_points())}, rollout())
    method.prepare(trainee, found, film)
    figures = method.draw(trainee, [training.batch(found)], 0).figures
    assert {"reward", "best", "spread", "alike", "length", "cut", "reward e", "reward points", "reward of caption",
            "reward of critique"} == set(figures)  # fmt: skip
    assert figures["best"] >= figures["reward"] > 0
    assert 0 < figures["length"] <= 6


def test_rows_that_cannot_be_learned_from_are_refused(load: Load):
    trainee = load(lora=small_lora())
    pairs = training.examples(trainee.tokenizer, "preference", clips=1)
    with pytest.raises(BadInput, match="is half of a pair"):
        gspo().prepare(trainee, pairs, film)
    found, batch = captions(trainee)
    with pytest.raises(BadInput, match=r"t0:caption:caption may have \d+ tokens with its answer, and 40 fit"):
        gspo(budget=40).prepare(trainee, found, film)
    with pytest.raises(BadInput, match="another tokenizer than the model's"):
        gspo().prepare(trainee, replace(found, tokenizer="other"), film)
    with pytest.raises(BadInput, match="without its films"):
        gspo().draw(trainee, [replace(batch, films=())], 0)
    with pytest.raises(BadInput, match="no answers of the model's own"):
        gspo().loss(trainee, batch)


# --------------------------------------------------------------------------------------------------------------- proofs


@pytest.mark.parametrize("what", ["lora", "language", "mixed"])
def test_a_run_from_rewards_passes_seven_proofs_and_is_left_as_it_was(load: Load, what: str):
    trainee = load(**{"lora": {"lora": small_lora()}, "language": {}, "mixed": {"dtype": "mixed"}}[what])
    found, batch = captions(trainee)
    method = gspo(kl=0.1)
    method.prepare(trainee, found, film)
    proofs = prove(trainee, method, [batch])
    assert len(proofs) == 7
    assert {proof.name: proof.figure for proof in proofs}["the ratio begins at 1"] == pytest.approx(1, abs=1e-6)
    assert not trainee.changed
    assert trainee.net.training
    assert all(weight.grad is None for weight in trainee.model.parameters())
    assert isinstance(method, Draws)


def test_a_model_that_always_answers_the_same_passes_the_proofs_and_learns_nothing(load: Load):
    trainee = load(lora=small_lora())
    _, batch = captions(trainee, clips=1)
    method = gspo(temperature=1e-4)
    assert len(prove(trainee, method, [batch])) == 7
    draw = method.draw(trainee, [batch], 0)
    assert len({answer["text"] for answer in draw.sample["answers"]}) == 1
    assert draw.batches == ()


def test_dropout_and_a_loss_of_the_wrong_sign_are_caught(load: Load, monkeypatch: pytest.MonkeyPatch):
    from videolect.training import losses

    trainee = load(lora=small_lora(dropout=0.5))
    _, batch = captions(trainee)
    import torch

    with torch.no_grad():
        for name, weight in trainee.trainable():
            if "lora_B" in name:
                weight.normal_(std=0.2, generator=torch.Generator().manual_seed(1))
    with pytest.raises(ProofFailed, match=r"the ratio begins at 1.*before anything was learned"):
        prove(trainee, gspo(), [batch])
    trainee = load(lora=small_lora())
    right = losses.gspo

    def wrong(*given: Any, **more: Any) -> Any:
        value, ratios = right(*given, **more)
        return -value, ratios

    monkeypatch.setattr(losses, "gspo", wrong)
    with pytest.raises(ProofFailed, match="better answers are preferred"):
        prove(trainee, gspo(), [batch])


def test_a_reward_that_fails_does_so_before_the_first_step(load: Load):
    trainee = load(lora=small_lora())
    _, batch = captions(trainee)
    with pytest.raises(BadInput, match=r"is .*nan"):
        prove(trainee, gspo(lambda film, branch, texts: [float("nan")] * len(texts)), [batch])


# ----------------------------------------------------------------------------------------------------------------- runs


def policy(**more: Any) -> Recipe:
    """A few steps over one clip a step."""
    of: dict[str, Any] = {"method": "gspo", "tasks": ("critique",), "step_clips": 1, "batch_tokens": 4096,
                          "most_tokens": 2048, "rollout": rollout(updates=2, below=0.1, above=0.1)}  # fmt: skip
    return recipe(**{**of, **more})


def by(rewards: Any, of: Recipe, kind: type[Gspo] = Gspo) -> Callable[[Any], Gspo]:
    assert of.rollout is not None
    return lambda trainee: kind(rewards, of.rollout, seed=of.seed, budget=of.batch_tokens)  # type: ignore[arg-type]


E_S = {"e": (1.0, letters_e)}


def weights_and_moments(out: Path, step: int) -> list[bytes]:
    folder = out / "checkpoints" / f"step-{step:06d}"
    return [(folder / name).read_bytes() for name in ("weights.safetensors", "optimizer.safetensors")]


@pytest.mark.parametrize("more", [{"lora": Lora()}, {"rollout": rollout(updates=2, kl=0.1)}])
def test_four_steps_are_two_and_two(more: dict[str, Any], tiny_model: TinyModel, tmp_path: Path) -> None:
    of = policy(steps=4, **more)
    made(tmp_path / "straight", tiny_model("micro"), of, short=True, method=by(E_S, of)).go()

    class Ill(Gspo):
        def draw(self, trainee: Any, batches: Any, step: int) -> Any:
            if step == 2:
                raise ZeroDivisionError
            return super().draw(trainee, batches, step)

    with pytest.raises(ZeroDivisionError):
        made(tmp_path / "broken", tiny_model("micro"), of, short=True, method=by(E_S, of, Ill)).go()
    ran = made(tmp_path / "broken", tiny_model("micro"), of, short=True, method=by(E_S, of)).go(resume=True)
    assert ran.step == 4
    assert weights_and_moments(tmp_path / "broken", 4) == weights_and_moments(tmp_path / "straight", 4)
    told = [[(one["step"], one["answers"]) for one in read_metrics(tmp_path / name) if one["kind"] == "drawn"]
            for name in ("straight", "broken")]  # fmt: skip
    assert told[0] == told[1]
    assert [step for step, _ in told[0]] == [1, 2, 3, 4]


def test_a_run_tells_what_it_drew(tiny_model: TinyModel, tmp_path: Path) -> None:
    of = policy(steps=2, rollout=rollout(updates=2, kl=0.1))
    run = made(tmp_path, tiny_model("micro"), of, short=True, method=by(E_S, of))
    ran = run.go()
    assert ran.model is not None
    lines = read_metrics(tmp_path)
    steps = [line for line in lines if line["kind"] == "train"]
    assert {"reward", "spread", "alike", "length", "cut", "ratio", "clipped", "kl"} <= set(steps[0]["parts"])
    assert steps[0]["tokens"] % 2 == 0, "each answer is learned from twice"
    drawn = [line for line in lines if line["kind"] == "drawn"]
    worth = [answer["reward"] for answer in drawn[0]["answers"]]
    assert worth == sorted(worth, reverse=True)
    assert len(worth) == 4
    page = write_page(tmp_path).read_text()
    parser = HTMLParser()
    parser.feed(page)
    assert "What it drew" in page
    assert "Part: clipped" in page
    assert drawn[-1]["row"] in page


def test_a_step_of_which_nothing_can_be_learned_leaves_the_weights_and_too_many_halt(
    tiny_model: TinyModel, tmp_path: Path
) -> None:
    of = policy(steps=6, guard=Guard(patience=3))
    run = made(
        tmp_path,
        tiny_model("micro"),
        of,
        short=True,
        method=by({"same": (1.0, lambda film, branch, texts: [1.0] * len(texts))}, of),
    )
    with pytest.raises(Diverged, match=r"In 3 steps in a row, step 2 the last, all answers .* worth the same"):
        run.go()
    assert not run.trainee.changed
    steps = [line for line in read_metrics(tmp_path) if line["kind"] == "train"]
    assert [line["parts"]["alike"] for line in steps] == [1.0, 1.0]
    assert run.checkpoints.latest().step == 2


def test_several_processes_are_refused(tiny_model: TinyModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from videolect.training import devices

    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(devices.Devices, "_made", lambda self: None)
    of = policy()
    with pytest.raises(BadInput, match="draws its answers on one device, and 2 processes"):
        made(tmp_path, tiny_model("micro"), of, short=True, method=by(E_S, of))


def test_a_reward_rises_and_for_drawn_lots_it_does_not(tiny_model: TinyModel, tmp_path: Path) -> None:
    """A random model is paid for every "e". Beside it the same run with the same answers paid by lot."""
    lots = np.random.default_rng(0)

    def by_lot(_: Any, branch: Any, texts: Sequence[str]) -> list[float]:
        return lots.random(len(texts)).tolist()

    of = policy(
        steps=12, learning_rate=1e-2, warm_up=0.0, final_share=1.0, tasks=("caption",), save_every=100,
        evaluate_every=100,
        rollout=rollout(rewards={"p_yes": 1.0}, samples=8, max_tokens=12),
    )  # fmt: skip
    told = {}
    for name, reward in (("e", letters_e), ("lots", by_lot)):
        method = by({name: (1.0, reward), "watched": (1e-9, letters_e)}, of)
        made(tmp_path / name, tiny_model("micro"), of, short=True, method=method, clips=1).go()
        told[name] = [one["parts"]["reward watched"] for one in read_metrics(tmp_path / name) if one["kind"] == "train"]
    assert np.mean(told["e"][-3:]) > 2 * np.mean(told["e"][:3])
    assert np.mean(told["lots"][-3:]) < 1.3 * np.mean(told["lots"][:3])

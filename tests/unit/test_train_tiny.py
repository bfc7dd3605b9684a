"""What the tiny model is taught is what it is later asked: the same tokens, places and pixels, and a true name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from videolect.language import load_spec
from videolect.language.claims import claims_of
from videolect.training.tiny.clips import MIRRORED, MOVES, NAMES, REVERSED, TIMES_S, Part, sentences, wish_of
from videolect.training.tiny.models import SMALL
from videolect.vlm import tokens
from videolect.vlm.base import Film

pytestmark = pytest.mark.slow
TinyModel = Callable[[str], Path]


def noise(count: int) -> Part:
    pictures = np.random.default_rng(count).integers(0, 256, (count, 8, 64, 64, 3), dtype=np.uint8)
    moves = tuple(NAMES[number % len(NAMES)] for number in range(count))
    none: tuple[frozenset[str], ...] = (frozenset(),) * count
    return Part(pictures=pictures, moves=moves, slow=(False,) * count, yes=none, no=none)


def run_of(folder: Path, tiny_model: TinyModel) -> Any:
    from tools.train_tiny import Recipe, Run

    tiny_model("small")
    return Run(Recipe(batch=3, warm_up=2, steps=10), folder / "progress.pt")


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("move", NAMES)
def test_a_sentence_names_its_movement_alone(move: str, slow: bool):
    slow = slow and move != "fixed_camera"
    found = sentences(move, slow)
    assert len(found) >= 2
    for text in found:
        said = {claim.primitive for claim in claims_of(text, load_spec()) if claim.state == "asserted"}
        assert said & set(NAMES) == {move}, text
        assert ("slow_camera_movement" in said) is slow, text


def test_a_mirror_and_time_change_the_name_as_the_record_says():
    field_of = {move: MOVES[move][0] for move in NAMES}
    for changed in (MIRRORED, REVERSED):
        for move, other in changed.items():
            assert move != other
            assert changed[other] == move
            assert field_of[move] == field_of[other]
    assert set(MIRRORED) < set(REVERSED) == set(NAMES) - {"fixed_camera"}
    assert {field_of[move] for move in MIRRORED} == {"camera_pan", "camera_left_right", "camera_roll"}
    assert wish_of("pan_left", slow=True)["camera_motion_speed"] == "slow"


@pytest.mark.parametrize("wide", [False, True])
def test_a_shared_row_is_worth_what_separate_prompts_are(wide: bool, tiny_model: TinyModel, tmp_path: Path):
    import torch
    from tools.train_tiny import widened
    from transformers import Qwen3VLForConditionalGeneration

    run = run_of(tmp_path, tiny_model)
    run.model.eval()
    plain = Qwen3VLForConditionalGeneration.from_pretrained(tiny_model("small")).eval()
    shown = [widened(pictures) if wide else pictures for pictures in noise(2).pictures]
    assert shown[0].shape == ((8, 48, 80, 3) if wide else (8, 64, 64, 3))
    films = [Film(pictures=pictures, times_s=TIMES_S) for pictures in shown]
    moves, slow = ["pan_left", "fixed_camera"], [True, False]
    with torch.inference_mode():
        caption, judged, _ = run.rows.losses(films, moves, slow, np.random.default_rng(5))
        rng = np.random.default_rng(5)
        lost: list[list[float]] = [[], []]
        for film, move, each in zip(films, moves, slow, strict=True):
            made = tokens.seen(film, SMALL.pixels)
            head = run.tokenizer.encode(tokens.chat_head(made.words))
            for branch, (words, answer) in enumerate(run.rows.branches(move, each, rng)):
                ids = torch.tensor([head + words])
                logits = plain(
                    input_ids=ids, attention_mask=torch.ones_like(ids), video_grid_thw=torch.tensor([made.grid]),
                    mm_token_type_ids=2 * (ids == plain.config.video_token_id).int(),
                    pixel_values_videos=torch.from_numpy(made.patches),
                ).logits[0, len(head) + answer - 1 : -1]  # fmt: skip
                wanted = torch.tensor(words[answer:])
                lost[min(branch, 1)] += torch.nn.functional.cross_entropy(logits, wanted, reduction="none").tolist()
    assert caption.item() == pytest.approx(np.mean(lost[0]), abs=1e-5)
    assert judged.item() == pytest.approx(np.mean(lost[1]), abs=1e-5)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tiny_model: TinyModel, tmp_path: Path):
    import torch

    clips = noise(6)
    whole = run_of(tmp_path / "a", tiny_model)
    before = {name: weight.detach().clone() for name, weight in whole.model.named_parameters()}
    for _ in range(3):
        whole.forward(clips)
    (tmp_path / "b").mkdir()
    first = run_of(tmp_path / "b", tiny_model)
    first.forward(clips)
    first.forward(clips)
    first.keep()
    second = run_of(tmp_path / "b", tiny_model)
    assert second.step == 2
    second.forward(clips)
    for (name, one), two in zip(whole.model.named_parameters(), second.model.parameters(), strict=True):
        assert torch.equal(one, two), name
        assert not torch.equal(one, before[name]), name


def test_a_few_steps_learn_something(tiny_model: TinyModel, tmp_path: Path):
    run = run_of(tmp_path, tiny_model)
    clips = noise(3)
    run.forward(clips)
    first = run.losses()
    for _ in range(8):
        run.forward(clips)
    run.losses()
    run.forward(clips)
    last = run.losses()
    assert all(after < before for before, after in zip(first[:2], last[:2], strict=True)), (first, last)


def test_it_is_measured_by_what_it_says(tiny_model: TinyModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from tools import train_tiny

    run = run_of(tmp_path, tiny_model)
    part = noise(4)  # pan_left, pan_right, tilt_up, tilt_down
    known = Part(
        pictures=part.pictures, moves=part.moves, slow=(True, False, False, False),
        yes=tuple(frozenset({move, "moving_camera"}) for move in part.moves),
        no=tuple(frozenset(NAMES) - {move} for move in part.moves),
    )  # fmt: skip
    said = ["The camera pans left.", "The camera trucks right.", "The camera tilts down.", "The camera tilts down."]
    monkeypatch.setattr(train_tiny, "written", lambda *_: said)
    found = train_tiny.measure(run.model, run.tokenizer, known)
    assert found["clips"] == 4
    assert found["movement"] == 50.0  # the first and the last
    assert found["family"] == 75.0  # a truck to the right looks like a pan to the right
    assert found["slow"] == 75.0
    assert found["claims"] == 75.0  # of eight claims two movements are wrong
    monkeypatch.undo()
    assert len(train_tiny.written(run.model, run.tokenizer, [known.film(0), known.film(1)])) == 2


def test_the_trained_one_names_what_moves_and_only_if_it_moves(trained_model: Path):
    from tools.tiny_clips import part
    from tools.train_tiny import controls
    from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

    model = Qwen3VLForConditionalGeneration.from_pretrained(trained_model)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(trained_model)
    found = controls(model, tokenizer, part(0, held_back=True))["movement"]  # 60 clips; chance is 7
    assert min(found["as it is"], found["mirrored"], found["backward"]) > 50
    assert found["first frame alone"] < 20

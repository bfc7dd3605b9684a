"""``tiny_cpu`` brings its own rows: true words about staged clips, and a run of a few steps over them."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tools.tiny_models import CLIPS

from tests.support.backends import Scripted
from tests.support.training import TinyModel
from videolect.cli.main import main
from videolect.points.apply import apply_points
from videolect.points.reading.critique import points_of
from videolect.record.critique import SENTINEL
from videolect.stage import VERSION
from videolect.training.shapes import shape_of
from videolect.training.tiny import trial
from videolect.training.tiny.clips import MIRRORED, MOVES, NAMES, PART, REVERSED, Part, sentences, wish_of
from videolect.training.tiny.models import SIZES
from videolect.training.tiny.plan import shape_of_size
from videolect.training.tiny.rows import CAPTION, VARIANTS, Staged, flawed_drafts, rows_of, wrong_sentence
from videolect.training.tiny.trial import asserted, evaluate_on, moves_in
from videolect.vlm.prompts import Prompt


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of noise under true names: as quick as they can be."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "tiny-clips").mkdir()
    for held in (False, True):
        for number in range(3 if held else 1):
            drawn = np.random.default_rng([held, number]).integers(0, 256, (PART, 8, 64, 64, 3), dtype=np.uint8)
            told = [{"move": NAMES[at % len(NAMES)], "slow": False, "yes": [], "no": []} for at in range(PART)]
            name = f"{'held' if held else 'part'}-{VERSION}-{number:04d}.npz"
            np.savez(folder / "tiny-clips" / name, pictures=drawn, truth=np.array(json.dumps(told)))
    return folder


def test_each_variant_has_the_name_that_then_is_right(cache: Path) -> None:
    found = Staged(cache / "tiny-clips", parts=1)
    assert len(found.clips) == PART * len(VARIANTS)
    for key, clip in found.clips.items():
        plain = found.clips[key.rstrip("mr")]
        wanted = plain.move
        if "m" in clip.variant:
            wanted = MIRRORED.get(wanted, wanted)
        if "r" in clip.variant:
            wanted = REVERSED.get(wanted, wanted)
        assert clip.move == wanted
        film = found.film(key)
        shown = found.shown(rows_of(clip)[0])
        assert film.pictures.shape == (8, shown.height, shown.width, 3)
        assert film.times_s == shown.times_s
    assert {found.film(key).pictures.shape[2] for key in found.clips} == {64, 80}
    square = next(
        clip for clip in found.clips.values() if clip.variant == "r" and found.film(clip.key).pictures.shape[2] == 64
    )
    part = Part(pictures=found._parts[0].pictures, moves=(), slow=(), yes=(), no=())
    assert (found.film(square.key).pictures == part.pictures[square.at][::-1]).all()


def test_the_rows_say_what_is_so(cache: Path) -> None:
    found = Staged(cache / "tiny-clips", parts=1)
    for clip in list(found.clips.values())[:: len(VARIANTS) + 3]:
        rows = {(row.task, row.what): row for row in rows_of(clip)}
        assert rows_of(clip) == rows_of(clip)
        assert moves_in(rows["caption", "caption"].target) == {clip.move}
        assert moves_in(str(rows["yes_no", "final"].caption)) == {clip.move}
        assert rows["yes_no", "draft"].target == "No"
        assert ("critique", "final") in rows or ("critique", "draft") in rows
        if ("critique", "final") in rows:
            assert rows["critique", "final"].target == SENTINEL
            continue
        flawed, said = str(rows["critique", "draft"].caption), rows["critique", "draft"].target
        draft = next(one for one in flawed_drafts(clip.move, clip.slow) if one.text == flawed)
        assert apply_points(flawed, draft.points)[0] == draft.truth
        assert moves_in(draft.truth) == {clip.move}
        assert points_of(said, flawed)


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("move", NAMES)
def test_a_sentence_names_its_movement_alone(move: str, slow: bool) -> None:
    slow = slow and move != "fixed_camera"
    found = sentences(move, slow)
    assert len(found) >= 2
    for text in found:
        assert moves_in(text) == {move}, text
        assert ("slow_camera_movement" in asserted(text)) is slow, text


def test_a_mirror_and_time_change_the_name_as_the_record_says() -> None:
    field_of = {move: MOVES[move][0] for move in NAMES}
    for changed in (MIRRORED, REVERSED):
        for move, other in changed.items():
            assert move != other
            assert changed[other] == move
            assert field_of[move] == field_of[other]
    assert set(MIRRORED) < set(REVERSED) == set(NAMES) - {"fixed_camera"}
    assert {field_of[move] for move in MIRRORED} == {"camera_pan", "camera_left_right", "camera_roll"}
    assert wish_of("pan_left", slow=True)["camera_motion_speed"] == "slow"


def test_it_is_measured_by_what_it_says(cache: Path) -> None:
    """Four clips: pan left, pan right, tilt up, tilt down. Sentences are judged by what they claim, points by place."""
    held = Staged(cache / "tiny-clips", parts=1, held_back=True, variants=("",))
    said = {
        "pan_left": "The camera pans left.", "pan_right": "The camera trucks right.",
        "tilt_up": "The camera tilts down slowly.", "tilt_down": "The camera tilts down.",
    }  # fmt: skip
    clips = list(held.clips.values())[:4]
    films = {held.film(clip.key).pictures.tobytes(): clip for clip in clips}
    of: list[str] = []

    def says(prompt: Prompt, number: int) -> str:
        if prompt == CAPTION:
            of.append(next(films[film.pictures.tobytes()].move for film, *_ in model.asked[-1:] if film is not None))
            return said[of[-1]]
        return SENTINEL

    model = Scripted(says, yes=lambda prompt: 0.9)
    trainee = SimpleNamespace(inference=lambda: nullcontext(model))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(trial, "controls", lambda *_: {})  # a film that was changed is none that this test knows
        figures = evaluate_on(held, clips=4)(trainee, 1).figures
    assert figures["clips"] == 4
    assert figures["movement"] == 50.0  # the first and the last
    assert figures["family"] == 75.0  # a truck to the right looks like a pan to the right
    assert figures["slow"] == 75.0
    assert figures["pairs"] == 0.0  # all the same
    assert figures["judged"] == 50.0
    assert figures["verdict"] == 50.0  # always "nothing is wrong"
    assert figures["points_recall"] == 0.0


def test_the_trained_one_names_what_moves_and_only_if_it_moves(trained_model: Path) -> None:
    """60 clips in places that it has never seen; chance is 7 per cent."""
    from videolect.vlm.backends.qwen import Qwen

    held = Staged(CLIPS, parts=1, held_back=True, variants=("",))
    model = Qwen(str(trained_model))
    clips = list(held.clips.values())
    named = [
        moves_in(model.generate(held.film(clip.key), [CAPTION])[0][0].text) == {clip.move} for clip in clips
    ]  # fmt: skip
    found = trial.controls(model, held, clips)
    assert 100 * np.mean(named) > 50
    assert found["movement_backward"] > 50
    assert found["movement_first_frame"] < 20


def test_a_wrong_sentence_is_wrong() -> None:
    rng = np.random.default_rng(0)
    for move in NAMES:
        for _ in range(20):
            said = wrong_sentence(move, False, rng)
            assert moves_in(said) != {move} or "slow" in said


@pytest.mark.parametrize("name", SIZES)
def test_its_shape_is_known_before_it_is_made(name: str, tiny_model: TinyModel) -> None:
    assert shape_of_size(SIZES[name]) == shape_of(str(tiny_model(name)))


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["train", "tiny_cpu", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_it_is_planned_without_rows(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(capsys, "--dry-run")
    assert code == 0
    assert told["fits"] is True
    assert told["rows"] == 50 * PART * len(VARIANTS) * 4
    assert told["tokens"] > 0
    assert told["steps"] == 1100


def test_a_few_steps_of_it_run_from_the_command_line(
    cache: Path, tiny_model: TinyModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proofs, two steps, a trial on unseen clips, the model as anybody opens it, and the page."""
    out = tmp_path / "run"
    asked = ("--model", tiny_model("small"), "--cache", cache, "--parts", 1, "--out", out)
    code, told = run(capsys, *asked, "--steps", 2)
    assert code == 0, told
    assert told["step"] == 2
    assert Path(told["page"]).is_file()
    from videolect.vlm.backends.qwen import Qwen

    opened = Qwen(told["model"])
    assert opened.model.name == "model"
    assert (opened.wanted.frames, opened.wanted.most_pixels) == (8, 64 * 64), "films as it was taught"
    assert Qwen(told["model"], frames=4).wanted.frames == 4
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["train", "train", "trial"]
    assert set(lines[0]["parts"]) == {"nll caption", "nll critique", "nll yes_no", "hinted"}
    assert {"movement", "pairs", "points_recall", "movement_first_frame"} <= set(lines[-1]["figures"])
    code, told = run(capsys, *asked, "--steps", 2)
    assert code == 2
    assert "not empty" in told["message"]


def test_it_goes_on_from_rewards_with_a_model_that_was_taught(
    cache: Path, tiny_model: TinyModel, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    """Two steps of ``tiny_cpu_gspo``; a random model stands for one that was taught."""
    from videolect.training import recipes

    whole = recipes.RECIPES["tiny_cpu_gspo"]()
    assert whole.rollout is not None
    short = replace(whole, step_clips=2, evaluate_clips=2, rollout=replace(whole.rollout, samples=3, max_tokens=6))
    monkeypatch.setattr(recipes, "RECIPES", {**recipes.RECIPES, short.name: lambda: short})
    capsys.readouterr()
    asked = ["train", short.name, "--cache", str(cache), "--parts", "1", "--steps", "2", "--json"]
    assert main([*asked, "--out", str(tmp_path / "none")]) == 2
    assert "--model" in json.loads(capsys.readouterr().out)["mend"]
    out = tmp_path / "run"
    assert main([*asked, "--out", str(out), "--model", str(tiny_model("small"))]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"]
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["drawn", "train", "drawn", "train", "trial"]
    assert "reward p_yes" in lines[1]["parts"]
    assert "What it drew" in Path(told["page"]).read_text()
    assert main([*asked, "--dry-run"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["fits"] is True
    assert plan["drawn"] == 50 * PART * len(VARIANTS) * 2 * 3 * 6

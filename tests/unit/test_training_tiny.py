"""``tiny_cpu`` brings its own rows: true words about staged clips, and a run of a few steps over them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.training import TinyModel
from videolect.cli.main import main
from videolect.dataset.critique_points import points_of
from videolect.record.critique import SENTINEL
from videolect.training.shapes import shape_of
from videolect.training.tiny import clips as staged
from videolect.training.tiny.clips import MIRRORED, NAMES, PART, REVERSED, Part
from videolect.training.tiny.models import SIZES
from videolect.training.tiny.plan import shape_of_size
from videolect.training.tiny.rows import VARIANTS, Staged, flawed_drafts, rows_of, wrong_sentence
from videolect.training.tiny.trial import moves_in
from videolect.vlm.points import apply_points


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of noise under true names: as quick as they can be."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "tiny-clips").mkdir()
    for held in (False, True):
        for number in range(3 if held else 1):
            drawn = np.random.default_rng([held, number]).integers(0, 256, (PART, 8, 64, 64, 3), dtype=np.uint8)
            told = [{"move": NAMES[at % len(NAMES)], "slow": False, "yes": [], "no": []} for at in range(PART)]
            name = f"{'held' if held else 'part'}-{staged.drawn_by()}-{number:04d}.npz"
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

    assert Qwen(told["model"]).model.name == "model"
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

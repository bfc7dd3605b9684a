"""``train list`` and ``train RECIPE --dry-run``: what a run would take, without weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.training import SPEC, TinyModel, folder_of_rows, tokenizer_of
from videolect.cli.main import main
from videolect.training.recipes import RECIPES

TWO = "qwen3vl_2b_lora_24gb"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of_rows(tmp_path_factory.mktemp("rows") / "made").parent


def run(capsys: pytest.CaptureFixture[str], folder: Path, *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["train", *map(str, words), "--json", "--workspace", str(folder / "none")])
    return code, json.loads(capsys.readouterr().out)


def test_every_recipe_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]):
    code, told = run(capsys, folder, "list")
    assert code == 0
    assert [one["name"] for one in told["recipes"]] == list(RECIPES)
    assert all(one["says"].endswith(".") for one in told["recipes"])
    code, told = run(capsys, folder, "qwen3vl_7b")
    assert code == 2
    assert "tiny_cpu" in told["mend"]


def test_a_plan_says_what_it_had_to_guess(folder: Path, capsys: pytest.CaptureFixture[str]):
    code, told = run(capsys, folder, TWO, "--rows", folder / "rows", "--dry-run")
    assert code == 0
    assert told["fits"] is True
    assert told["rows"] == 3 * 5 + 3 * 3
    assert told["films"] == 6
    assert told["memory_bytes"] == sum(told["memory"].values())
    assert told["seconds"] > 0
    assert [words.split(":")[0] for words in told["estimated"]] == ["tokens", "films"]
    assert main(["train", TWO, "--rows", str(folder / "rows"), "--dry-run", "--workspace", str(folder / "none")]) == 0
    assert "It fits." in capsys.readouterr().out


def test_tokens_are_counted_where_model_and_films_are_there(
    folder: Path, tiny_model: TinyModel, capsys: pytest.CaptureFixture[str]
):
    from videolect.cli.find_films import in_files
    from videolect.training.examples import examples_of
    from videolect.training.inputs import FilmShelf, limits_of, rows_in, wanted_of
    from videolect.training.recipes import recipe_of
    from videolect.vlm import tokens
    from videolect.vlm.tokens import PixelFormat

    videos = f"{folder}/clips/{{video_id}}"
    code, told = run(
        capsys, folder, TWO, "--rows", folder / "rows", "--model", tiny_model("micro"), "--videos", videos, "--dry-run"
    )
    assert code == 0
    assert told["estimated"] == []
    recipe, pixels = recipe_of(TWO), PixelFormat()
    shelf = FilmShelf(in_files(videos), wanted_of(recipe, pixels))
    given = rows_in(folder / "rows", recipe)
    found = examples_of(
        given.rows, tokenizer_of(tiny_model("micro")), pixels, shelf.shown, limits=limits_of(recipe),
        spec_hash=SPEC.hash,
    )  # fmt: skip
    assert told["tokens"] == sum(len(one.ids) + sum(len(branch.ids) for branch in one.branches) for one in found)
    for example in found:  # what was foretold of the film is what it is
        assert tokens.seen(shelf(example.film), pixels).grid == example.grid


def test_missing_films_are_refused_by_name_or_counted(folder: Path, capsys: pytest.CaptureFixture[str]):
    videos = f"{folder}/clips/{{source_id}}.mp4"  # clips are called otherwise
    asked = (TWO, "--rows", folder / "rows", "--videos", videos, "--dry-run")
    code, told = run(capsys, folder, *asked)
    assert code == 2
    assert "24 rows have no film" in told["message"]
    code, told = run(capsys, folder, *asked, "--skip-missing")
    assert code == 2
    assert "No row is left" in told["message"]


def test_what_cannot_be_planned_is_refused(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, told = run(capsys, folder, TWO, "--dry-run")
    assert code == 2
    assert "--rows" in told["mend"]
    code, told = run(capsys, folder, TWO, "--rows", tmp_path, "--dry-run")
    assert "holds no rows" in told["message"]
    code, told = run(capsys, folder, TWO, "--rows", folder / "rows", "--part", "test", "--dry-run")
    assert "in the part 'test'" in told["message"]
    code, told = run(capsys, folder, TWO, "--rows", folder / "rows", "--dry-run", "--steps", 0)
    assert "0 steps" in told["message"]


def test_rows_of_another_prompt_format_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    made = folder_of_rows(tmp_path / "other", "caption", "critique", "yes_no", clips=1)
    manifest = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps({**manifest, "prompts": "0"}))
    code, told = run(capsys, tmp_path, TWO, "--rows", made, "--dry-run")
    assert code == 2
    assert "version '0'" in told["message"]


def test_a_plan_that_does_not_fit_ends_with_one(folder: Path, capsys: pytest.CaptureFixture[str]):
    code, told = run(
        capsys, folder, TWO, "--rows", folder / "rows", "--model", "Qwen/Qwen3-VL-32B-Instruct", "--dry-run"
    )
    assert code == 1
    assert told["fits"] is False
    assert "fsdp" in told["mend"]


def test_a_plan_of_rewards_tells_what_it_will_write(folder: Path, capsys: pytest.CaptureFixture[str]):
    asked = ("qwen3vl_8b_gspo_lora_1xh200", "--rows", folder / "rows", "--dry-run")
    code, told = run(capsys, folder, *asked)
    assert code == 0, told
    assert told["drawn"] == (6 + 9) * 8 * 384  # six captions and nine critiques
    assert 0 < told["seconds_drawing"] < told["seconds"]
    assert main(["train", *map(str, asked), "--workspace", str(folder / "none")]) == 0
    assert "to write answers and to have them judged" in capsys.readouterr().out
    code, told = run(capsys, folder, TWO, "--rows", folder / "rows", "--dry-run", "--judge", "memory")
    assert code == 2
    assert "asks no judge" in told["message"]


@pytest.mark.slow
def test_gspo_runs_over_rows_from_the_command_line_and_goes_on_with_the_same_judge(
    folder: Path, tiny_model: TinyModel, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
):
    """An adapter whose judge is the model without it: proofs, two steps, and a resumed run that ends alike."""
    from videolect.training import recipes

    whole = RECIPES["qwen3vl_8b_gspo_lora_1xh200"]()
    short = replace(whole, rollout=replace(whole.rollout, samples=2, max_tokens=8), step_clips=2, save_every=1)
    monkeypatch.setattr(recipes, "RECIPES", {**RECIPES, short.name: lambda: short})
    out, model = tmp_path / "run", tiny_model("micro")
    asked = (
        short.name, "--rows", folder / "rows", "--model", model, "--videos", f"{folder}/clips/{{video_id}}", "--out",
        out, "--cache", tmp_path / "cache", "--steps", 2,
    )  # fmt: skip
    code, told = run(capsys, folder, *asked)
    assert code == 0, told
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    steps = [line for line in lines if line["kind"] == "train"]
    assert {"reward", "reward p_yes", "reward points", "reward of critique"} <= set(steps[0]["parts"])
    assert json.loads((out / "run.json").read_text())["began_with"]["judge"] == "the model as it was"
    code, told = run(capsys, folder, *asked, "--resume", "--judge", f"qwen:{model}?device=cpu")
    assert code == 2
    assert "another judge" in told["message"]
    assert run(capsys, folder, *asked, "--resume")[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["qwen3vl_8b_sft_captions_1xh200", "qwen3vl_8b_rlhfv_lora_1xh200"])
def test_a_recipe_runs_over_rows_from_the_command_line(
    name: str, folder: Path, tiny_model: TinyModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Every weight in mixed precision, and an adapter on pairs: proofs, two steps, and a model that others open."""
    from videolect.vlm.backends.qwen import Qwen

    out, model = tmp_path / "run", tiny_model("micro")
    asked = (
        name, "--rows", folder / "rows", "--model", model, "--videos", f"{folder}/clips/{{video_id}}", "--out", out,
        "--steps", 2, "--cache", tmp_path / "cache",
    )  # fmt: skip
    code, told = run(capsys, folder, *asked)
    assert code == 0, told
    assert told["step"] == 2
    if "lora" in name:
        assert Qwen(str(model), adapters=[told["model"]]).model.parameters["adapters"]
    else:
        assert Qwen(told["model"]).model.name == "model"
    manifest = json.loads((out / "run.json").read_text())
    assert set(manifest["began_with"]) == {"recipe", "rows", "model", "film format", "prompts", "release"}
    assert manifest["libraries"]["torch"]
    assert run(capsys, folder, *asked, "--resume")[0] == 0  # at its end there is nothing left to do

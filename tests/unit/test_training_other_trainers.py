"""What is written for other trainers: options that they document, values of the recipe, the same frames.

Neither is installed here, and neither was ever run: a program that only notes how it is called stands for ``swift``.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.support.triples import perfect, revised
from videolect.cli.main import main
from videolect.dataset.triple_files import write_triples
from videolect.errors import BadInput
from videolect.training.other_trainers import PIXELS, commands, frames_of
from videolect.training.recipes import RECIPES, recipe_of
from videolect.video.recipe import Fit

KNOWN: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "trainer_options.json").read_text(encoding="utf-8")
)
"""Options that the pages of each trainer name, as they were read; the pages are listed with them."""
OTHERS = [name for name, make in RECIPES.items() if make().method in ("sft", "dpo") and "tiny" not in name]


def manifest(format: str = "ms-swift", *tasks: str, dev: bool = True) -> dict[str, Any]:
    """Of ten clips with six rows of each task."""
    asked = tasks or ("caption", "critique", "yes_no", "preference")
    files = {f"{part}/{task}.jsonl": {"rows": 60} for part in ("train", *(["dev"] if dev else [])) for task in asked}
    return {"rows_format": format, "files": files, "counts": {"train": {"videos": 10}}, "code": "videolect 0"}


def exported(tmp_path: Path, format: str, *more: str) -> tuple[int, Path]:
    if not (tmp_path / "t.jsonl").is_file():
        write_triples([revised(n) for n in range(8)] + [perfect(n + 40) for n in range(4)], tmp_path / "t.jsonl")
    out = tmp_path / f"it's {format}"
    asked = ["data", "rows", str(tmp_path / "t.jsonl"), "--out", str(out), "--format", format, "--filter", "none"]
    return main([*asked, "--share", "train=0.7", "--share", "dev=0.3", *more]), out


# -------------------------------------------------------------------------------------------------------------- options


@pytest.mark.parametrize("name", OTHERS)
def test_every_option_of_ms_swift_is_one_that_it_documents(name: str):
    [made] = commands(manifest(), recipe=name)
    known = KNOWN["ms-swift"]
    assert re.search(r"^swift (\w+) \\$", made.text, re.MULTILINE)[1] in known["commands"]  # type: ignore[index]
    options = re.findall(r"^    --(\S+) ", made.text, re.MULTILINE)
    assert len(options) == len(set(options)) > 30
    assert set(options) <= set(known["options"])
    exported = re.findall(r"^export (\w+)=", made.text, re.MULTILINE)
    assert set(exported) <= set(known["environment"])
    assert known["pages"][0].split()[0] in made.text


@pytest.mark.parametrize("name", OTHERS)
def test_every_option_of_llama_factory_is_one_that_it_documents(name: str):
    [made] = commands(manifest("llama-factory"), recipe=name)
    told = yaml.safe_load(made.text)
    assert set(told) <= set(KNOWN["llama-factory"]["options"])
    recipe = recipe_of(name)
    assert told["learning_rate"] == recipe.learning_rate, "and not a text, which 1e-05 is in YAML"
    assert told["lr_scheduler_kwargs"] == {"min_lr": pytest.approx(recipe.learning_rate * recipe.final_share)}
    assert told["stage"] == recipe.method
    assert told["finetuning_type"] == ("lora" if recipe.lora else "full")
    assert told["num_train_epochs"] == recipe.epochs
    assert (told["video_maxlen"], told["video_max_pixels"]) == (recipe.frames, recipe.most_pixels)
    assert told.get("pref_beta") == recipe.beta


# --------------------------------------------------------------------------------------------------------------- values


def called(folder: Path, script: str, tmp_path: Path, **surroundings: str) -> tuple[list[str], dict[str, str]]:
    """How the script calls ``swift``, and in which environment."""
    programs = tmp_path / "programs"
    programs.mkdir(exist_ok=True)
    swift = programs / "swift"
    swift.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "json.dump([sys.argv[1:], dict(os.environ)], open('called.json', 'w'))\n"
    )
    swift.chmod(swift.stat().st_mode | stat.S_IXUSR)
    path = f"{programs}:{os.environ['PATH']}"
    subprocess.run(
        [str(folder / script)], cwd=tmp_path, env={**os.environ, "PATH": path, **surroundings}, check=True, timeout=60
    )
    words, environment = json.loads((tmp_path / "called.json").read_text())
    return words, environment


def options_of(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            at = found.setdefault(word[2:], [])
        else:
            at.append(word)
    return found


def test_the_script_calls_swift_with_the_values_of_the_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, folder = exported(tmp_path, "ms-swift")
    assert code == 0
    assert "ms-swift-sft.sh" in capsys.readouterr().out
    words, environment = called(folder, "ms-swift-sft.sh", tmp_path, NPROC_PER_NODE="4")
    recipe = recipe_of("qwen3vl_8b_sft_full_1xh200")
    assert words[0] == "sft"
    told = options_of(words[1:])
    files = [f"{task}.jsonl" for task in ("caption", "critique", "yes_no")]
    assert told["dataset"] == [str(folder / "train" / name) for name in files]
    assert told["val_dataset"] == [str(folder / "dev" / name) for name in files]
    assert all(Path(file).is_file() for file in told["dataset"])
    assert told["tuner_type"] == ["full"]
    assert told["deepspeed"] == ["zero2"]
    assert json.loads(told["lr_scheduler_kwargs"][0]) == {"min_lr": 1e-6}
    for option, value in {
        "model": recipe.model, "learning_rate": recipe.learning_rate, "num_train_epochs": recipe.epochs,
        "warmup_ratio": recipe.warm_up, "weight_decay": recipe.weight_decay, "max_grad_norm": recipe.clip,
        "adam_beta1": recipe.betas[0], "adam_beta2": recipe.betas[1], "max_length": recipe.most_tokens,
    }.items():  # fmt: skip
        assert told[option] == [value] if isinstance(value, str) else float(told[option][0]) == value, option
    made = json.loads((folder / "manifest.json").read_text())
    rows = sum(made["files"][f"train/{name}"]["rows"] for name in files)
    step = round(recipe.step_clips * rows / made["counts"]["train"]["videos"])
    assert told["gradient_accumulation_steps"] == [str(-(-step // 4))]
    assert {name: environment[name] for name, _ in frames_of(recipe)} == dict(frames_of(recipe))
    assert environment["NPROC_PER_NODE"] == "4"


def test_pairs_are_learned_by_dpo_with_an_adapter(tmp_path: Path):
    _, folder = exported(tmp_path, "ms-swift")
    words, environment = called(folder, "ms-swift-dpo.sh", tmp_path, MODEL="sft/checkpoint-9", OUT="here")
    told = options_of(words[1:])
    recipe = recipe_of("qwen3vl_8b_dpo_lora_1xh200")
    assert recipe.lora is not None
    assert words[:3] == ["rlhf", "--rlhf_type", "dpo"]
    assert told["dataset"] == [str(folder / "train" / "preference.jsonl")]
    assert told["model"] == ["sft/checkpoint-9"]
    assert told["output_dir"] == ["here"]
    assert (told["tuner_type"], told["lora_rank"], told["lora_alpha"]) == (
        ["lora"], [str(recipe.lora.rank)], [str(recipe.lora.alpha)],
    )  # fmt: skip
    assert float(told["beta"][0]) == recipe.beta
    assert "deepspeed" not in told
    assert environment["NPROC_PER_NODE"] == "1"
    assert told["freeze_vit"] == told["freeze_aligner"] == ["true"]


def test_the_recipe_is_the_papers_for_these_tasks_or_the_one_that_is_asked_for(tmp_path: Path):
    def names(*tasks: str, **more: Any) -> list[tuple[str, str]]:
        return [(made.file, made.recipe) for made in commands(manifest("ms-swift", *tasks), **more)]

    assert names() == [
        ("ms-swift-sft.sh", "qwen3vl_8b_sft_full_1xh200"), ("ms-swift-dpo.sh", "qwen3vl_8b_dpo_lora_1xh200"),
    ]  # fmt: skip
    assert names("caption") == [("ms-swift-sft.sh", "qwen3vl_8b_sft_captions_1xh200")]
    assert names("critique", recipe="qwen3vl_4b_lora_24gb") == [("ms-swift-sft.sh", "qwen3vl_4b_lora_24gb")]
    [made] = commands(manifest(), recipe="qwen3vl_32b_lora_8xh100")
    assert "--deepspeed zero3" in made.text
    assert 'NPROC_PER_NODE:-8}"' in made.text
    [small] = commands(manifest("ms-swift", "caption", dev=False), recipe="qwen3vl_2b_lora_24gb")
    assert "val_dataset" not in small.text
    assert "VIDEO_MAX_TOKEN_NUM=96" in small.text
    assert commands({**manifest(), "files": {"a/caption.jsonl": {"rows": 1}}}) == []
    assert commands(manifest("trl")) == []
    for name in ("qwen3vl_8b_rlhfv_lora_1xh200", "qwen3vl_8b_gspo_lora_1xh200", "tiny_cpu"):
        with pytest.raises(BadInput, match="the other trainer does not do"):
            commands(manifest(), recipe=name)
    with pytest.raises(BadInput, match="the part train has no such rows"):
        commands(manifest("ms-swift", "caption"), recipe="qwen3vl_8b_dpo_lora_1xh200")
    with pytest.raises(BadInput, match="come without a command"):
        commands(manifest("ours"), recipe="qwen3vl_4b_lora_24gb")


def test_what_is_written_is_told_in_manifest_and_datasheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, folder = exported(tmp_path, "llama-factory", "--recipe", "qwen3vl_2b_lora_24gb", "--json")
    assert code == 0
    told = json.loads(capsys.readouterr().out)["commands"]
    assert told == json.loads((folder / "manifest.json").read_text())["commands"]
    assert told["llama-factory-sft.yaml"]["recipe"] == "qwen3vl_2b_lora_24gb"
    assert told["llama-factory-sft.yaml"]["run"] in (folder / "DATASHEET.md").read_text()
    known = json.loads((folder / "dataset_info.json").read_text())
    settings = yaml.safe_load((folder / "llama-factory-sft.yaml").read_text())
    assert set(settings["dataset"].split(",") + settings["eval_dataset"].split(",")) <= set(known)
    code, folder = exported(tmp_path, "ours")
    assert "How to learn from it" not in (folder / "DATASHEET.md").read_text()
    code, _ = exported(tmp_path, "trl", "--recipe", "qwen3vl_2b_lora_24gb", "--json")
    assert code == 2
    assert not (tmp_path / "it's trl").exists()


# --------------------------------------------------------------------------------------------------------------- frames


@pytest.mark.parametrize("frames", [17, 32, 100, 241, 1000])
@pytest.mark.parametrize("name", OTHERS)
def test_ms_swift_sees_the_frames_of_the_recipe_to_one_frame(name: str, frames: int):
    """By the rule of qwen_vl_utils 0.0.14 (smart_nframes, then evenly and rounded), restated here."""
    recipe = recipe_of(name)
    told = {key: int(value) for key, value in frames_of(recipe)}
    asked = frames / 24 * 2.0  # whatever the rate gives, it is lifted and lowered to the number
    count = int(min(max(asked, told["FPS_MIN_FRAMES"]), told["FPS_MAX_FRAMES"], frames)) // 2 * 2
    theirs = np.linspace(0, frames - 1, count).round().astype(int)
    ours = np.array([at * (frames - 1) // (recipe.frames - 1) for at in range(recipe.frames)])  # as sampling.Uniform
    assert len(theirs) == len(ours)
    assert np.abs(theirs - ours).max() <= 1
    assert (theirs[0], theirs[-1]) == (ours[0], ours[-1])


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (360, 640), (200, 200), (33, 900), (64, 48)])
@pytest.mark.parametrize("name", ["qwen3vl_8b_sft_full_1xh200", "qwen3vl_4b_lora_24gb"])
def test_ms_swift_sees_them_as_large(name: str, size: tuple[int, int]):
    """By the rule of qwen_vl_utils 0.0.14 (fetch_video, smart_resize), restated here."""
    recipe = recipe_of(name)
    told = {key: int(value) for key, value in frames_of(recipe)}
    least = told["VIDEO_MIN_TOKEN_NUM"] * PIXELS
    most = max(told["VIDEO_MAX_TOKEN_NUM"] * PIXELS, int(least * 1.05))
    sides = [max(32, round(side / 32) * 32) for side in size]
    if sides[0] * sides[1] > most:
        shrink = (size[0] * size[1] / most) ** 0.5
        sides = [int(side / shrink // 32) * 32 for side in size]
    assert least <= PIXELS, "so that nothing is enlarged"
    if min(sides):  # of a very long picture theirs has no width left, and is refused
        assert tuple(sides) == Fit(most_pixels=recipe.most_pixels, multiple=32).size(*size)

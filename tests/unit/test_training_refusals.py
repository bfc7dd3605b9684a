"""What a person may ask wrongly of ``train``: each answer names value, rule and mend, and nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import ask
from tests.support.training import TinyModel, folder_of_rows

pytestmark = pytest.mark.models
pytest.importorskip("torch")
Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows in ``rows`` and their clips in ``clips``."""
    return folder_of_rows(tmp_path_factory.mktemp("rows") / "made").parent


@pytest.fixture
def train(folder: Path, tiny_model: TinyModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``train tiny_cpu`` over the rows, or what is given instead; the code, and message with mend. Whatever was
    refused left no folder behind."""

    def run(*words: object, rows: Path | None = None, videos: str | None = None, model: Any = None) -> tuple[int, str]:
        out = tmp_path / "out"
        asked = ["--rows", rows or folder / "rows", "--videos", videos or f"{folder}/clips/{{video_id}}"]
        asked += ["--model", model or tiny_model("micro"), "--out", out, "--workspace", tmp_path / "none"]
        code, told = ask(capsys, "train", "tiny_cpu", *asked, "--steps", 1, *words)
        assert not out.exists()
        return code, f"{told['message']} {told['mend']}"

    return run


@pytest.fixture
def changed(folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the rows in which one file was changed, as if it had been written so."""

    def change(task: str, edit: Callable[[list[str]], list[str]]) -> Path:
        made = tmp_path / "changed"
        shutil.copytree(folder / "rows", made)
        path = made / "train" / f"{task}.jsonl"
        path.write_text("".join(f"{line}\n" for line in edit(path.read_text().splitlines())))
        manifest = json.loads((made / "manifest.json").read_text())
        manifest["files"][f"train/{task}.jsonl"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        (made / "manifest.json").write_text(json.dumps(manifest))
        return made

    return change


@pytest.mark.parametrize(
    ("line", "why"),
    [('{"row_id": "x",', "it is not JSON"), ("[1]", "it is no object"), ('{"row_id": "x"}', "lacks")],
)
def test_a_broken_line_is_named_by_its_number(line: str, why: str, train: Run, changed: Callable[..., Path]):
    code, told = train(rows=changed("caption", lambda lines: [*lines[:2], line, *lines[2:]]))
    assert code == 1
    assert "caption.jsonl, line 3 is no row: " in told
    assert why in told


def test_rows_of_nothing_or_twice_are_refused(train: Run, changed: Callable[..., Path]):
    code, told = train(rows=changed("critique", lambda _: []))
    assert code == 2
    assert "critique.jsonl is empty: there is nothing to learn for critique." in told


def test_rows_twice_are_refused(train: Run, changed: Callable[..., Path]):
    code, told = train(rows=changed("caption", lambda lines: [*lines, lines[0]]))
    assert code == 2
    assert "The part 'train' has 1 row ids more than once, such as t0:caption:caption." in told


def test_films_that_lack_or_break_are_told_with_what_leaves_them_out(train: Run, folder: Path, tmp_path: Path):
    clips = tmp_path / "clips"
    shutil.copytree(folder / "clips", clips)
    (clips / "clip1.mp4").write_text("hello")
    (clips / "clip4.mp4").unlink()
    code, told = train(videos=f"{clips}/{{video_id}}")
    assert code == 2
    assert "3 rows have no film: t4:caption:caption (clip4.mp4);" in told
    assert "5 rows have a film that cannot be read: t1:caption:caption (" in told
    assert "clip1.mp4 is not a video file: it is text); t1:critique:draft" in told
    assert "--skip-missing" in told


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("clips/clip0.mp4", "names one file for all clips"), ("clips/{video_id", "a brace too many"),
        ("clips/{name}.mp4", "names {name}"),
    ],
)  # fmt: skip
def test_a_template_that_names_no_clips_is_refused(template: str, why: str, train: Run):
    code, told = train(videos=template)
    assert code == 2
    assert why in told
    assert "{video_id}" in told


def test_long_answers_are_told_with_what_leaves_them_out(train: Run, changed: Callable[..., Path]):
    def lengthen(lines: list[str]) -> list[str]:
        first = json.loads(lines[0])
        return [json.dumps({**first, "target": "camera " * 2000}), *lines[1:]]

    code, told = train(rows=changed("caption", lengthen))
    assert code == 2
    assert "1 row is too long: t0:caption:caption (2,0" in told
    assert "1,024 allowed" in told
    assert "--skip-long" in told


def test_a_batch_that_holds_not_even_one_row_says_what_would(train: Run):
    code, told = train("--batch-tokens", 300)
    assert code == 2
    assert "and a batch holds 300." in told
    assert "or more (--batch-tokens)" in told


def test_clips_of_its_own_are_counted_from_one_and_not_beside_rows(
    train: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code, told = train("--parts", 2)
    assert code == 2
    assert "--parts 2" in told
    code, answer = ask(capsys, "train", "tiny_cpu", "--parts", 0, "--out", tmp_path / "out", "--cache", tmp_path)
    assert code == 2
    assert "1 or more" in answer["message"]


def test_a_place_that_cannot_be_is_refused_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").write_text("x")
    code, answer = ask(capsys, "train", "tiny_cpu", "--rows", tmp_path / "none", "--out", tmp_path / "file")
    assert code == 2
    assert "file cannot be written" in answer["message"]


def test_models_that_are_none_are_told_apart(train: Run, tiny_model: TinyModel, tmp_path: Path):
    from safetensors.torch import load_file, save_file

    code, told = train(model=tmp_path / "nowhere")
    assert code == 2
    assert "There is no model in" in told
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text("{}")
    code, told = train(model=tmp_path / "adapter")
    assert code == 2
    assert "is an adapter and no whole model. Give the model that it was trained on" in told
    damaged = tmp_path / "damaged"
    shutil.copytree(tiny_model("micro"), damaged)
    (damaged / "tokenizer.json").write_text("{}")
    code, told = train(model=damaged)
    assert code == 1
    assert "The tokenizer of" in told
    assert "cannot be read" in told
    shutil.copy(tiny_model("micro") / "tokenizer.json", damaged)
    weights = load_file(damaged / "model.safetensors")
    name = sorted(weights)[-1]
    weights[name].view(-1)[3] = float("nan")
    save_file(weights, damaged / "model.safetensors", {"format": "pt"})
    code, told = train(model=damaged)
    assert code == 1
    assert f"The weight {name} of " in told
    assert "no finite numbers" in told

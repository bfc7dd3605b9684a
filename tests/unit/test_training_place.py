"""The folder of a run: checked before anything is loaded, one run's at a time, and never a dead end."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.training import TinyModel, film
from tests.support.training_run import made, recipe
from videolect.errors import BadInput, CannotRead, HeldByAnother
from videolect.training.checkpoints import NoRoom
from videolect.training.page import write_page
from videolect.training.place import MANIFEST, begin, check_begun, check_place, claimed, never_began
from videolect.training.run import Run, TooLittleMemory
from videolect.training.sft import Sft
from videolect.training.watch import Trial, read_metrics

# ---------------------------------------------------------------------------------------------------- without a model


def test_a_place_is_tried_and_left_as_it_was(tmp_path: Path):
    check_place(tmp_path / "new" / "run", resume=False)
    assert not (tmp_path / "new" / "run").exists()
    (tmp_path / "empty").mkdir()
    check_place(tmp_path / "empty", resume=False)
    assert list((tmp_path / "empty").iterdir()) == []
    (tmp_path / "empty" / "reference").mkdir()  # what a preference asked before: of use to the next
    check_place(tmp_path / "empty", resume=False)
    with pytest.raises(BadInput, match="holds no run"):
        check_place(tmp_path / "empty", resume=True)


def test_a_place_that_is_taken_or_cannot_be_written_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "run", Path("/proc/nothing/run")):
        with pytest.raises(BadInput, match=r"cannot be written: .*, or name another place"):
            check_place(place, resume=False)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").write_text("x")
    with pytest.raises(BadInput, match="is there and not empty"):
        begin(tmp_path / "taken", {})
    assert os.listdir(tmp_path / "taken") == ["x"]


WAITS = """
import sys
from pathlib import Path
from videolect.training.place import claimed
with claimed(Path(sys.argv[1])):
    print("claimed", flush=True)
    sys.stdin.read()
"""


def test_of_two_runs_in_one_folder_the_second_is_refused(tmp_path: Path):
    out = tmp_path / "run"
    asked = [sys.executable, "-c", WAITS, str(out)]
    with subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "claimed\n"
        told = rf"Another run is at work in .*process {first.pid} on "
        with pytest.raises(HeldByAnother, match=told), claimed(out):
            raise AssertionError
        first.kill()  # a lock dies with its process
    with claimed(out):
        (out / "made").write_text("x")
    assert os.listdir(out) == ["made"]
    (out / ".model.77.part").mkdir()  # by one that was killed while it wrote
    (out / ".run.json.77.part").write_text("{")
    with claimed(out):
        assert sorted(os.listdir(out)) == [".lock", "made"]
    with claimed(tmp_path / "nothing came of it"):
        pass
    assert not (tmp_path / "nothing came of it").exists()


@pytest.mark.parametrize("words", ["{", "[]", "{}", '{"began_with": 3, "recipe": {}}', '{"began_with": {}}'])
def test_a_manifest_that_is_damaged_is_named(words: str, tmp_path: Path):
    (tmp_path / MANIFEST).write_text(words)
    with pytest.raises(CannotRead, match=r"run\.json is no manifest of a run"):
        check_begun(tmp_path, {}, {})


def test_what_a_run_began_with_is_told_by_name(tmp_path: Path):
    one = recipe()
    begin(tmp_path, {"began_with": {"recipe": one.hash, "rows": "a"}, "recipe": one.as_json()})
    check_begun(tmp_path, {"recipe": one.hash, "rows": "a"}, one.as_json())
    other = replace(one, steps=9, learning_rate=0.5)
    with pytest.raises(BadInput, match=r"another recipe: learning_rate 0\.001 and not 0\.5, steps 6 and not 9\."):
        check_begun(tmp_path, {"recipe": other.hash, "rows": "a"}, other.as_json())
    with pytest.raises(BadInput, match="other rows: a and not b"):
        check_begun(tmp_path, {"recipe": one.hash, "rows": "b"}, one.as_json())
    never_began(tmp_path)
    assert os.listdir(tmp_path) == []


# ------------------------------------------------------------------------------------------------------- with a model


class Fails(Sft):
    """A method that fails at a call of its loss, or before the first."""

    def __init__(self, at: int, error: Exception) -> None:
        super().__init__()
        self.left, self.error = at, error

    def prepare(self, *given: Any) -> None:
        super().prepare(*given)
        self._maybe()

    def loss(self, *given: Any) -> Any:
        self._maybe()
        return super().loss(*given)

    def _maybe(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.error


@pytest.fixture
def run(tiny_model: TinyModel, tmp_path: Path) -> Callable[..., Run]:
    return lambda name="run", of=None, **more: made(tmp_path / name, tiny_model("micro"), of or recipe(), **more)


OUT_OF_MEMORY = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate")


@pytest.mark.models
def test_what_never_began_leaves_the_place_free(run: Callable[..., Run], tmp_path: Path):
    with pytest.raises(BadInput, match="half of a pair"):
        run(method=Fails(0, BadInput("It is half of a pair.", mend="Give both."))).go()
    with pytest.raises(TooLittleMemory, match=r"once before the first step ran out of memory.*--batch-tokens"):
        run(method=Fails(0, OUT_OF_MEMORY)).go()
    blind = run()
    blind.prove = lambda: (_ for _ in ()).throw(BadInput("It is blind.", mend="Look."))
    with pytest.raises(BadInput, match="blind"):
        blind.go()
    assert not (tmp_path / "run").exists()
    assert run(of=recipe(steps=1)).go().step == 1


@pytest.mark.models
def test_a_run_that_was_killed_before_its_first_checkpoint_begins_again(run: Callable[..., Run], tmp_path: Path):
    of = recipe(save_every=100)
    with pytest.raises(ZeroDivisionError):
        run(of=of, method=Fails(3, ZeroDivisionError())).go()
    assert not list((tmp_path / "run").glob("checkpoints/step-*"))
    proved: list[bool] = []
    said: list[str] = []
    again = run(of=of, say=said.append)
    again.prove = lambda: proved.append(True)
    assert again.go(resume=True).step == 6
    assert proved
    assert "No checkpoint was written yet: it begins at the start." in said
    assert [line["step"] for line in read_metrics(tmp_path / "run") if line["kind"] == "train"] == [1, 2, 3, 4, 5, 6]


def damaged(folder: Path, name: str, how: str) -> None:
    path = folder / name
    size = path.stat().st_size
    data = {"zeros": bytes(size), "braces": b"{" + b" " * (size - 2) + b"}", "cut": path.read_bytes()[: size // 2]}
    path.write_bytes(data[how])


@pytest.mark.models
@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("weights.safetensors", "zeros"), ("optimizer.safetensors", "zeros"), ("state.json", "braces"),
        ("weights.safetensors", "cut"), ("checkpoint.json", "cut"),
    ],
)  # fmt: skip
def test_a_damaged_checkpoint_is_passed_over(name: str, how: str, run: Callable[..., Run], tmp_path: Path):
    with pytest.raises(ZeroDivisionError):
        run(method=Fails(5, ZeroDivisionError())).go()  # checkpoints of steps 3 and 4 stay
    straight = run("straight")
    straight.go()
    damaged(tmp_path / "run" / "checkpoints" / "step-000004", name, how)
    said: list[str] = []
    again = run(say=said.append)
    assert again.go(resume=True).step == 6
    assert "Going on behind step 3." in said
    saved = [
        (tmp_path / one / "checkpoints" / "step-000006" / "weights.safetensors").read_bytes()
        for one in ("run", "straight")
    ]  # fmt: skip
    assert saved[0] == saved[1]
    for step in (5, 6):
        damaged(tmp_path / "run" / "checkpoints" / f"step-{step:06d}", "weights.safetensors", "zeros")
    with pytest.raises(CannotRead, match=r"No checkpoint in .* is whole: step-000005, step-000006\."):
        run().go(resume=True)


@pytest.mark.models
def test_what_says_which_is_the_best_is_read_before_the_first_step(run: Callable[..., Run], tmp_path: Path):
    of = recipe(steps=1)
    run(of=of).go()
    (tmp_path / "run" / "checkpoints" / "best.json").write_text("{}")
    with pytest.raises(CannotRead, match=r"best\.json names no step"):
        run(of=of).go(resume=True)


@pytest.mark.models
def test_a_film_that_is_gone_or_a_trial_that_fails_loses_nothing(run: Callable[..., Run], tmp_path: Path):
    of = recipe(save_every=100, evaluate_every=2)
    seen: list[str] = []

    def films(key: str) -> Any:
        seen.append(key)
        if len(seen) == 9:  # of the fifth step
            raise BadInput(f"The film {key} is gone.", mend="Bring it back.")
        return film(key)

    with pytest.raises(BadInput, match="is gone"):
        run(of=of, films=films).go()
    assert run(of=of).checkpoints.latest().step == 4

    def evaluate(trainee: Any, step: int) -> Trial:
        raise OUT_OF_MEMORY

    with pytest.raises(TooLittleMemory, match="The trial at step 2 ran out of memory"):
        run("tried", of=of, evaluate=evaluate).go()
    assert run("tried", of=of).checkpoints.latest().step == 2


@pytest.mark.models
def test_no_room_is_known_before_the_first_step(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    free = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with pytest.raises(NoRoom, match=r"A checkpoint and the model take \d+ MB, and 1 MB are free"):
        run().go()
    assert not (tmp_path / "run").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free._replace(free=20_000_000))
    said: list[str] = []
    assert run(of=recipe(steps=1), say=said.append).go().step == 1
    assert any(re.match(r"4 checkpoints of \d+ MB may lie there at once", words) for words in said)


@pytest.mark.models
def test_a_model_that_cannot_be_written_is_written_later(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    of = recipe(steps=1)
    full = run(of=of)

    def save(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(full.trainee, "save", save)
    with pytest.raises(NoRoom, match=r"could not be written to .*No space left.*--resume"):
        full.go()
    assert not [name for name in os.listdir(tmp_path / "run") if "model" in name or name.startswith(".")]
    ran = run(of=of).go(resume=True)
    assert ran.model is not None
    assert (Path(ran.model) / "config.json").is_file()


@pytest.mark.models
def test_figures_that_are_no_numbers_are_null_and_drawn_as_gaps(run: Callable[..., Run], tmp_path: Path):
    class Odd(Sft):
        def loss(self, *given: Any) -> Any:
            found = super().loss(*given)
            return replace(found, value=found.value * float("nan"), parts={"nll": float("nan")})

    of = recipe(steps=2, evaluate_every=1, best_by="score")
    trial = Trial(figures={"score": float("inf")})
    run(of=of, method=Odd(), evaluate=lambda *_: trial).go()

    def refuse(name: str) -> Any:
        raise AssertionError(f"{name} is no JSON")

    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    told = [json.loads(line, parse_constant=refuse) for line in lines]
    assert {one["loss"] for one in told if one["kind"] == "train"} == {None}
    assert "<svg" in write_page(tmp_path / "run").read_text()
    (tmp_path / "run" / "metrics.jsonl").write_text('[1]\n"x"\n{}\n{"kind": 3}\n' + "\n".join(lines) + "\n\xff{\n")
    assert len(read_metrics(tmp_path / "run")) == len(lines)


@pytest.mark.models
def test_a_run_that_ended_early_is_not_gone_on_with(run: Callable[..., Run]):
    of = recipe(steps=20, evaluate_every=1, patience=2, best_by="score")
    tried: list[int] = []

    def evaluate(trainee: Any, step: int) -> Trial:
        tried.append(step)
        return Trial(figures={"score": -float(step)})

    assert run(of=of, evaluate=evaluate).go().step == 3
    ran = run(of=of, evaluate=evaluate).go(resume=True)
    assert (ran.step, tried, ran.best_step) == (3, [1, 2, 3], 1)
    assert ran.model is not None

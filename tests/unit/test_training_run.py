"""A run goes on from where it was, to the last bit; it stops when told to, and when its numbers go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.training import TinyModel, film
from tests.support.training_run import made, recipe
from videolect.errors import BadInput
from videolect.training.method import Loss
from videolect.training.page import write_page
from videolect.training.recipe import Guard, Lora
from videolect.training.run import TooLittleMemory
from videolect.training.sft import Sft
from videolect.training.watch import Diverged, Sample, Trial, Watch, read_metrics

pytestmark = pytest.mark.models
ROOT = Path(__file__).resolve().parents[2]


def begin(*words: object) -> subprocess.Popen[str]:
    asked = [sys.executable, "-m", "tests.support.training_run", *map(str, words)]
    surroundings = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        asked, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate()
    assert process.returncode == 0, err
    told: dict[str, Any] = json.loads(out)
    return told


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def weights_and_moments(out: Path, step: int) -> list[bytes]:
    folder = out / "checkpoints" / f"step-{step:06d}"
    return [(folder / name).read_bytes() for name in ("weights.safetensors", "optimizer.safetensors")]


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_the_same_bits(tiny_model: TinyModel, tmp_path: Path) -> None:
    """An adapter with dropout, which draws from torch's random state; kill -9, and a process that knows nothing."""
    model = tiny_model("micro")
    more = ("--dropout", 0.2)
    killed = begin(tmp_path / "killed", model, *more, "--slow")
    wait_for((tmp_path / "killed" / "checkpoints" / "step-000003").is_dir, killed)
    killed.kill()
    killed.communicate()
    at = max(int(path.name[5:]) for path in (tmp_path / "killed" / "checkpoints").glob("step-*"))
    assert 3 <= at < 6
    assert finished(begin(tmp_path / "killed", model, *more, "--resume"))["step"] == 6
    made(tmp_path / "straight", model, recipe(lora=Lora(dropout=0.2))).go()
    assert weights_and_moments(tmp_path / "killed", 6) == weights_and_moments(tmp_path / "straight", 6)
    made_of = [tmp_path / name / "model" / "adapter_model.safetensors" for name in ("straight", "killed")]
    assert made_of[0].read_bytes() == made_of[1].read_bytes()
    steps = [line["step"] for line in read_metrics(tmp_path / "killed") if line["kind"] == "train"]
    assert steps == [1, 2, 3, 4, 5, 6]


@pytest.mark.slow
def test_sigterm_writes_a_checkpoint_and_ends(tiny_model: TinyModel, tmp_path: Path) -> None:
    out, model = tmp_path / "run", tiny_model("micro")
    process = begin(out, model, "--slow")
    wait_for((out / "checkpoints" / "step-000001").is_dir, process)
    process.send_signal(signal.SIGTERM)
    told = finished(process)
    assert told["stopped"].startswith("SIGTERM")
    assert 1 <= told["step"] < 6
    assert told["model"] is None
    assert (out / "checkpoints" / f"step-{told['step']:06d}").is_dir()
    assert made(out, model, recipe()).go(resume=True).step == 6


# ------------------------------------------------------------------------------------------------------- in one process


@pytest.mark.parametrize("more", [{}, {"train_tower": True, "weight_decay": 0.1}, {"precision": "mixed"}])
def test_six_steps_are_three_and_three(more: dict[str, Any], tiny_model: TinyModel, tmp_path: Path) -> None:
    of = recipe(**more)
    made(tmp_path / "straight", tiny_model("micro"), of).go()
    ill = Sick(lambda at: ZeroDivisionError() if at == 4 else 1.0)
    broken = made(tmp_path / "broken", tiny_model("micro"), of, method=ill)
    with pytest.raises(ZeroDivisionError):
        broken.go()
    assert made(tmp_path / "broken", tiny_model("micro"), of).go(resume=True).step == 6
    assert weights_and_moments(tmp_path / "broken", 6) == weights_and_moments(tmp_path / "straight", 6)


def test_it_learns_and_tells_what_it_does(tiny_model: TinyModel, tmp_path: Path) -> None:
    def evaluate(trainee: Any, step: int) -> Trial:
        return Trial(figures={"score": float(step % 5)}, samples=(Sample(prompt="?", target="<a>", answer="b"),))

    of = recipe(steps=8, evaluate_every=2, best_by="score", save_every=100, keep=1, learning_rate=3e-3)
    run = made(tmp_path / "run", tiny_model("micro"), of, evaluate=evaluate)
    ran = run.go()
    lines = read_metrics(tmp_path / "run")
    losses = [line["loss"] for line in lines if line["kind"] == "train"]
    assert len(losses) == ran.step == 8
    assert losses[-1] < losses[0]
    assert (ran.best, ran.best_step) == (4.0, 4)
    assert sorted(path.name for path in (tmp_path / "run" / "checkpoints").glob("step-*")) == [
        "step-000004", "step-000008",
    ]  # fmt: skip
    assert ran.model is not None
    assert (Path(ran.model) / "config.json").is_file()  # the best one, as anybody opens it
    best = run.checkpoints.best()
    assert best is not None
    assert all((weight == best.weights()[name]).all() for name, weight in run.trainee.trainable())
    page = write_page(tmp_path / "run").read_text()
    parser = HTMLParser()
    parser.feed(page)
    assert page.count("<svg") == 4 + 1 + 1  # steps, one task, one figure of trials
    assert "&lt;a&gt;" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_a_trial_changes_nothing_of_what_is_learned(tiny_model: TinyModel, tmp_path: Path) -> None:
    def evaluate(trainee: Any, step: int) -> Trial:
        import torch

        trainee.model.eval()
        torch.rand(7)
        return Trial(figures={"loss": 1.0})

    of = recipe(lora=Lora(dropout=0.3), steps=4, evaluate_every=1)
    for name, trial in (("with", evaluate), ("without", None)):
        made(tmp_path / name, tiny_model("micro"), of, evaluate=trial).go()
    assert weights_and_moments(tmp_path / "with", 4) == weights_and_moments(tmp_path / "without", 4)


def test_batches_of_a_step_are_worth_one_large_batch(tiny_model: TinyModel, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    found = []
    for name, budget, batches in (("large", 100_000, 1), ("small", 512, 2), ("pieces", 110, 19)):
        of = recipe(steps=1, step_clips=5, batch_tokens=budget, most_tokens=512, clip=1e9)
        run = made(tmp_path / name, tiny_model("micro"), of)
        assert len(run.batches.order(0, 0)[0]) == batches
        run.go()
        found.append(load_file(tmp_path / name / "checkpoints" / "step-000001" / "optimizer.safetensors"))
    for key, moment in found[0].items():
        if key.endswith("exp_avg"):
            for other in found[1:]:
                apart = torch.linalg.vector_norm(moment - other[key])
                assert float(apart) <= 1e-5 * max(1e-6, float(torch.linalg.vector_norm(moment))), key


def test_what_is_not_the_same_run_is_refused(tiny_model: TinyModel, tmp_path: Path) -> None:
    of = recipe(steps=1)
    made(tmp_path / "run", tiny_model("micro"), of).go()
    with pytest.raises(BadInput, match="not empty"):
        made(tmp_path / "run", tiny_model("micro"), of).go()
    with pytest.raises(BadInput, match="another recipe"):
        made(tmp_path / "run", tiny_model("micro"), replace(of, learning_rate=1.0)).go(resume=True)
    with pytest.raises(BadInput, match="other rows"):
        made(tmp_path / "run", tiny_model("micro"), of, clips=4).go(resume=True)
    with pytest.raises(BadInput, match="holds no run"):
        made(tmp_path / "none", tiny_model("micro"), of).go(resume=True)


class Sick(Sft):
    """A method that falls ill at some steps."""

    def __init__(self, ill: Callable[[int], float | Exception]) -> None:
        super().__init__()
        self.ill, self.calls = ill, 0

    def loss(self, trainee: Any, batch: Any) -> Loss:
        found = super().loss(trainee, batch)
        self.calls += 1
        times = self.ill(self.calls)
        if isinstance(times, Exception):
            raise times
        return replace(found, value=found.value * times)


def test_a_step_that_is_not_finite_is_left_out_and_too_many_halt(tiny_model: TinyModel, tmp_path: Path) -> None:
    import torch

    nan = float("nan")
    run = made(tmp_path / "one", tiny_model("micro"), recipe(steps=4), method=Sick(lambda at: nan if at == 2 else 1.0))
    ran = run.go()
    assert (ran.step, ran.skipped) == (4, 1)
    assert all(torch.isfinite(weight).all() for _, weight in run.trainee.trainable())
    of = recipe(guard=Guard(skips=1))
    ill = made(tmp_path / "two", tiny_model("micro"), of, method=Sick(lambda at: nan if at > 1 else 1.0))
    with pytest.raises(Diverged, match=r"2 steps in a row.*t\d:yes_no"):
        ill.go()
    assert ill.checkpoints.latest().step == 2  # before the second that was not finite


def test_a_loss_that_stays_far_above_its_mean_halts(tiny_model: TinyModel, tmp_path: Path) -> None:
    of = recipe(steps=20, guard=Guard(times=3, patience=3), learning_rate=1e-6)
    run = made(tmp_path / "run", tiny_model("micro"), of, method=Sick(lambda at: 100.0 if at > 4 else 1.0))
    with pytest.raises(Diverged, match="above 3 times its mean"):
        run.go()
    assert run.step == 6


def test_out_of_memory_names_the_rows_and_keeps_what_was_learned(tiny_model: TinyModel, tmp_path: Path) -> None:
    of = recipe(save_every=100)
    out_of_memory = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate")
    ill = Sick(lambda at: out_of_memory if at == 3 else 1.0)
    with pytest.raises(TooLittleMemory, match=r"Step 2 ran out of memory with . clips .*rows t\d") as told:
        made(tmp_path / "run", tiny_model("micro"), of, method=ill).go()
    assert "--batch-tokens" in told.value.mend
    assert "The checkpoint of step 2 is whole." in told.value.message
    # Even a clip with more than that is taken, in pieces.
    ran = made(tmp_path / "run", tiny_model("micro"), replace(of, batch_tokens=110)).go(resume=True)
    assert ran.step == 6


def test_a_film_that_cannot_be_read_stops_the_run(tiny_model: TinyModel, tmp_path: Path) -> None:
    def films(key: str) -> Any:
        if key == "film3":
            raise BadInput("The film film3 is gone.", mend="Bring it back.")
        return film(key)

    with pytest.raises(BadInput, match="film3"):
        made(tmp_path / "run", tiny_model("micro"), recipe(), films=films).go()


def test_trials_that_are_not_better_end_the_run(tiny_model: TinyModel, tmp_path: Path) -> None:
    of = recipe(steps=20, evaluate_every=1, patience=3, best_by="score", save_every=100)

    def evaluate(trainee: Any, step: int) -> Trial:
        return Trial(figures={"score": -float(step)})

    ran = made(tmp_path / "run", tiny_model("micro"), of, evaluate=evaluate).go()
    assert (ran.step, ran.best_step) == (4, 1)
    assert "3 trials were not better than that of step 1" in ran.stopped
    assert ran.model is not None


def test_the_figure_that_decides_has_to_be_there() -> None:
    watch = Watch.of(recipe(best_by="score"))
    with pytest.raises(BadInput, match="chosen by score"):
        watch.better(1, Trial(figures={"loss": 1.0}))
    watch = Watch.of(recipe(best_by="loss"))
    found = [
        watch.better(step, Trial(figures={"loss": loss})) for step, loss in enumerate((2.0, 1.0, 3.0, float("nan")))
    ]
    assert found == [True, True, False, False]


def test_lines_that_were_cut_off_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"kind": "train", "step": 1}\n{"kind": "tr')
    assert [line["step"] for line in read_metrics(tmp_path)] == [1]

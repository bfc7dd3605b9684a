"""Two processes learn what one does: as copies of the model, and with its weights sharded over them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.training import TinyModel
from tests.support.training_devices import BROKEN, KINDS, STEPS, run_of
from videolect.training.watch import read_metrics

pytestmark = [pytest.mark.models, pytest.mark.slow]
torch = pytest.importorskip("torch")
pytest.importorskip("peft")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, tiny_model: TinyModel) -> Path:
    """The folder of what two processes did together."""
    out = tmp_path_factory.mktemp("two")
    asked = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    asked += ["-m", "tests.support.training_devices", str(out), str(tiny_model("micro"))]
    surroundings = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(asked, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def tensors(out: Path, step: int, name: str) -> dict[str, Any]:
    from safetensors.torch import load_file

    found: dict[str, Any] = load_file(out / "checkpoints" / f"step-{step:06d}" / f"{name}.safetensors")
    return found


def losses(out: Path) -> list[float]:
    return [line["loss"] for line in read_metrics(out) if line["kind"] == "train"]


def served(out: Path) -> list[float]:
    return [line["figures"]["served"] for line in read_metrics(out) if line["kind"] == "trial"]


def near(one: dict[str, Any], other: dict[str, Any], most: float) -> None:
    """Each tensor within this share of its own length."""
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        apart = float(torch.linalg.vector_norm(tensor.double() - other[name].double()))
        assert apart <= most * max(1e-4, float(torch.linalg.vector_norm(tensor.double()))), (name, apart)


@pytest.mark.parametrize("kind", KINDS)
def test_losses_gradients_and_trials_are_those_of_one_process(
    kind: str, two: Path, tiny_model: TinyModel, tmp_path: Path
) -> None:
    one = tmp_path / "one"
    run = run_of(one, tiny_model("micro"), kind, one=True)
    alone = [len(step) == 1 for step in run.batches.order(0, 0)]
    assert all(alone) if kind == "copies of one batch" else not all(alone), "both processes have some"
    run.go()
    half = 1e-3 if "half" in kind else 1e-5
    assert len(losses(one)) == STEPS
    assert losses(two / kind) == pytest.approx(losses(one), rel=half)
    assert served(two / kind) == pytest.approx(served(one), rel=half)
    gradients = [  # after one step the first moment is the gradient, times what all share
        {name: moment for name, moment in tensors(out, 1, "optimizer").items() if name.endswith("exp_avg")}
        for out in (one, two / kind)
    ]
    assert gradients[0]
    near(*gradients, most=0.02 if "half" in kind else 1e-4)
    assert {name.split("/")[0] for name in gradients[0]} == set(tensors(two / kind, 1, "weights"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_two_saved_two_go_on_from_to_the_same_bits(kind: str, two: Path) -> None:
    for name in ("weights", "optimizer"):
        straight, again = (tensors(two / out, STEPS, name) for out in (kind, f"{kind} again"))
        assert straight.keys() == again.keys()
        assert all(torch.equal(straight[each], again[each]) for each in straight)
    made = [
        next((two / out / "model").glob("*model*.safetensors")).read_bytes() for out in (kind, f"{kind} again")
    ]  # fmt: skip
    assert made[0] == made[1]


@pytest.mark.parametrize("kind", ["sharded", "sharded pairs"])
def test_what_two_saved_one_goes_on_from(kind: str, two: Path, tiny_model: TinyModel, tmp_path: Path) -> None:
    shutil.copytree(two / kind, tmp_path / "alone")
    for step in range(BROKEN + 1, STEPS + 1):
        shutil.rmtree(tmp_path / "alone" / "checkpoints" / f"step-{step:06d}")
    ran = run_of(tmp_path / "alone", tiny_model("micro"), kind, one=True).go(resume=True)
    assert ran.step == STEPS
    assert losses(tmp_path / "alone") == pytest.approx(losses(two / kind), rel=1e-5)
    near(*(tensors(out, STEPS, "weights") for out in (tmp_path / "alone", two / kind)), most=1e-3)


def test_the_model_of_shards_is_whole(two: Path, tiny_model: TinyModel) -> None:
    from videolect.training.model import load

    best = max((two / "sharded" / "checkpoints").glob("step-*"))
    told = load(str(two / "sharded" / "model"), device="cpu")
    weights = tensors(two / "sharded", int(best.name[5:]), "weights")
    assert {name for name, _ in told.trainable()} == set(weights)


def test_the_reference_is_asked_once_by_both_and_kept_once(two: Path, tiny_model: TinyModel, tmp_path: Path) -> None:
    run_of(tmp_path / "one", tiny_model("micro"), "copies", one=True).go()
    kept = [list(folder.iterdir()) for folder in (tmp_path / "reference of one", two / "reference of copies")]
    assert [[path.suffix for path in each] for each in kept] == [[".npz"], [".npz"]]
    assert kept[0][0].name == kept[1][0].name
    with np.load(kept[0][0]) as one, np.load(kept[1][0]) as both:
        assert one["logs"] == pytest.approx(both["logs"], abs=1e-5)
        assert one["ends"].tolist() == both["ends"].tolist()


def test_one_that_is_told_to_stop_tells_the_other(two: Path) -> None:
    """Else the other would wait for it in the next step for ever."""
    steps = sorted(int(path.name[5:]) for path in (two / "told" / "checkpoints").glob("step-*"))
    assert steps
    assert steps[-1] < STEPS
    assert not (two / "told" / "model").exists()
    assert "SIGTERM" in read_metrics(two / "told")[-1]["says"]

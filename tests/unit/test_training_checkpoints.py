"""A checkpoint is there whole or not at all; what was there before survives a full disk."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.training.checkpoints import (
    Checkpoints,
    check_same,
    named_state,
    random_state,
    restore_random,
    restore_state,
)

torch = pytest.importorskip("torch")


def tensors(value: float) -> dict[str, Any]:
    return {"a": torch.full((2, 3), value), "b": torch.tensor([value])}


def save(kept: Checkpoints, step: int, *, best: bool = False) -> None:
    kept.save(step, weights=tensors(step), optimizer={"a/step": torch.tensor(step)}, state={"at": step}, best=best)


def test_what_was_written_is_read(tmp_path: Path):
    kept = Checkpoints(tmp_path / "made", keep=2)
    save(kept, 3)
    found = kept.latest()
    assert found.step == 3
    assert torch.equal(found.weights()["a"], torch.full((2, 3), 3.0))
    assert int(found.optimizer()["a/step"]) == 3
    assert found.state() == {"at": 3}
    save(kept, 3)  # again, of a run that went on from before
    assert [saved.step for saved in kept.all()] == [3]


def test_the_best_is_what_the_state_says_where_a_kill_came_between(tmp_path: Path):
    kept = Checkpoints(tmp_path / "checkpoints", keep=2)
    save(kept, 1, best=True)
    save(kept, 2)  # the better one: killed before that was written
    for said, best in ((2, 2), (7, 2), (None, 2), (1, 1)):  # 7 is not there
        kept.agree(said)
        found = kept.best()
        assert found is not None
        assert found.step == best


def test_the_latest_and_the_best_stay(tmp_path: Path):
    kept = Checkpoints(tmp_path, keep=2)
    for step in range(1, 7):
        save(kept, step, best=step == 2)
    assert [saved.step for saved in kept.all()] == [2, 5, 6]
    best = kept.best()
    assert best is not None
    assert best.step == 2
    kept.forget_after(5)
    assert kept.latest().step == 5


def test_no_checkpoint_is_no_place_to_go_on(tmp_path: Path):
    with pytest.raises(NotFound, match="no checkpoint"):
        Checkpoints(tmp_path / "none", keep=1).latest()


def test_what_is_half_done_or_damaged_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    kept = Checkpoints(tmp_path, keep=3)
    for step in (1, 2, 3):
        save(kept, step)
    (tmp_path / "step-000003" / "weights.safetensors").write_bytes(b"short")
    (tmp_path / ".step-000004.99.part").mkdir()
    assert kept.latest().step == 2
    assert "step-000003 is not whole" in caplog.text
    save(kept, 4)
    assert not list(tmp_path.glob("*.part"))
    path = tmp_path / "step-000004" / "optimizer.safetensors"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(CannotRead, match="optimizer"):
        kept.latest().optimizer()


def killed_at(number: int, folder: Path, step: int) -> bool:
    """Save in a process that is gone, as by kill -9, before its so many-th file operation; whether it came to it."""
    child = os.fork()
    if child == 0:
        seen = 0

        def look(event: str, given: tuple[Any, ...]) -> None:
            nonlocal seen
            touches = event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove") or (
                event == "open" and isinstance(given[0], str | bytes | Path) and str(folder) in str(given[0])
            )
            seen += touches
            if touches and seen == number:
                os._exit(9)

        sys.addaudithook(look)
        try:
            save(Checkpoints(folder, keep=1), step, best=step % 2 == 0)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 9


@pytest.mark.parametrize("step", [3, 4, 5])
def test_whoever_is_killed_at_a_checkpoint_leaves_the_one_before_or_the_new_one(step: int, tmp_path: Path):
    """Before the first file operation, the second, and so on to the last: one of both is always whole, also where the
    new one is of the same step and only one is kept. Who comes next finds no leavings in the way."""
    for number in range(1, 200):
        folder = tmp_path / str(number)
        kept = Checkpoints(folder, keep=1)
        save(kept, 3)
        save(kept, 4, best=True)
        if not killed_at(number, folder, step):
            break
        latest = kept.latest()
        assert latest.step in ({4, 5} if step == 5 else {4})
        assert torch.equal(latest.weights()["a"], torch.full((2, 3), float(latest.step)))
        assert latest.state() == {"at": latest.step}
        kept.best()
        save(kept, 6)
        assert kept.latest().step == 6
        assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]
    assert number > 10


FULL_DISK = """
import resource, sys
from pathlib import Path
import torch
from videolect.training.checkpoints import Checkpoints, NoRoom
kept = Checkpoints(Path(sys.argv[1]), keep=2)
kept.save(1, weights={"a": torch.zeros(10)}, optimizer={}, state={})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # the system refuses to write more, as a full disk does
try:
    kept.save(2, weights={"a": torch.zeros(100_000)}, optimizer={}, state={})
except NoRoom as error:
    print(error)
try:  # known before anything is written
    kept.save(3, weights={"a": torch.zeros(1, dtype=torch.uint8).expand(1 << 60)}, optimizer={}, state={})
except NoRoom as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_checkpoint_and_says_what_to_do(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(tmp_path)], capture_output=True, text=True, check=True
    )
    first, second = done.stdout.splitlines()
    assert "step 2" in first
    assert "--resume" in first
    assert "are free" in second
    assert [saved.step for saved in Checkpoints(tmp_path, keep=2).all()] == [1]
    assert [path.name for path in tmp_path.iterdir()] == ["step-000001"]


def test_random_states_come_back_the_same(tmp_path: Path):
    told = json.loads(json.dumps(random_state()))
    drawn = (random.random(), float(np.random.random()), float(torch.rand(1)))
    restore_random(told)
    assert (random.random(), float(np.random.random()), float(torch.rand(1))) == drawn


def test_the_optimizer_comes_back_by_the_names_of_its_weights():
    def begun() -> tuple[Any, Any]:
        torch.manual_seed(0)
        layer = torch.nn.Linear(3, 2)
        return layer, torch.optim.AdamW(layer.parameters(), lr=0.1)

    def step(layer: Any, optimizer: Any) -> None:
        layer(torch.ones(1, 3)).sum().backward()
        optimizer.step()
        optimizer.zero_grad()

    layer, optimizer = begun()
    step(layer, optimizer)
    weights, state = {k: v.clone() for k, v in layer.state_dict().items()}, named_state(optimizer, ["weight", "bias"])
    assert set(state) == {f"{name}/{key}" for name in ("weight", "bias") for key in ("step", "exp_avg", "exp_avg_sq")}
    state = {name: tensor.clone() for name, tensor in state.items()}
    step(layer, optimizer)
    other, fresh = begun()
    other.load_state_dict(weights)
    restore_state(fresh, ["weight", "bias"], state)
    step(other, fresh)
    assert torch.equal(other.weight, layer.weight)
    with pytest.raises(CannotRead, match="weight, which is not trained"):
        restore_state(fresh, ["else", "bias"], state)


def test_a_run_goes_on_with_what_it_began_with():
    check_same({"recipe": "a", "rows": "b"}, {"recipe": "a", "rows": "b", "more": 1})
    with pytest.raises(BadInput, match="another film format: one and not two"):
        check_same({"film_format": "one"}, {"film_format": "two"})

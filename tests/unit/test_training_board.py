"""What a run tells TensorBoard, read back by TensorBoard's own reader."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.support.training import TinyModel
from tests.support.training_run import made, recipe
from videolect.training.watch import BOARD, Metrics, Trial, read_metrics

pytest.importorskip("torch", reason="TensorBoard's files are written through torch")
writers = pytest.importorskip("tensorboard.summary.writer.event_file_writer")
accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is not installed: extra train"
)


def read_board(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Every curve that TensorBoard would draw: (step, value)."""
    found = accumulator.EventAccumulator(str(folder / BOARD), size_guidance={accumulator.SCALARS: 0})
    found.Reload()
    return {tag: [(one.step, one.value) for one in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def test_every_number_of_a_line_is_a_curve_by_kind_and_name(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    metrics.add("train", 1, loss=2.0, parts={"nll caption": 1.5}, rate=1e-3)
    metrics.add("train", 2, loss=float("nan"), parts={"nll caption": 0.5}, rate=2e-3)
    metrics.add("trial", 2, figures={"movement": 7.0}, better=True, samples=[{"answer": "text is no curve"}])
    metrics.add("event", 2, says="neither are words")
    metrics.close()
    curves = read_board(tmp_path)
    assert set(curves) == {"train/loss", "train/parts/nll caption", "train/rate", "trial/figures/movement",
                           "trial/better"}  # fmt: skip
    assert curves["train/parts/nll caption"] == [(1, 1.5), (2, 0.5)]
    assert curves["train/rate"] == [(1, pytest.approx(1e-3)), (2, pytest.approx(2e-3))]
    assert math.isnan(curves["train/loss"][1][1])
    assert curves["trial/figures/movement"] == [(2, 7.0)]


def test_what_lies_behind_a_checkpoint_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was killed had told three steps, and only the first is in a checkpoint."""
    monkeypatch.setattr(writers, "_global_uid", writers.AtomicCounter(9))  # .10 is read before .9
    for since, losses in ((0, {1: 1.0, 2: 2.0, 3: 3.0}), (1, {2: 20.0})):
        metrics = Metrics(tmp_path, since=since)
        for step, loss in losses.items():
            metrics.add("train", step, loss=loss)
        metrics.close()
    assert read_board(tmp_path)["train/loss"] == [(1, 1.0), (2, 20.0)]
    assert [(line["step"], line["loss"]) for line in read_metrics(tmp_path)] == [(1, 1.0), (2, 20.0)]


@pytest.mark.models
def test_a_run_tells_both_the_same(tiny_model: TinyModel, tmp_path: Path) -> None:
    def evaluate(trainee: Any, step: int) -> Trial:
        return Trial(figures={"loss": float(step)})

    made(tmp_path, tiny_model("micro"), recipe(steps=4, evaluate_every=2), evaluate=evaluate).go()
    curves, lines = read_board(tmp_path), read_metrics(tmp_path)
    for name in ("loss", "rate", "norm", "tokens", "seconds"):
        told = [(line["step"], line[name]) for line in lines if line["kind"] == "train"]
        assert len(told) == 4
        assert curves[f"train/{name}"] == [(step, pytest.approx(value, rel=1e-6)) for step, value in told]
    assert curves["trial/figures/loss"] == [(2, 2.0), (4, 4.0)]
    assert "train/parts/nll yes_no" in curves
